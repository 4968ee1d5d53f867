//! What the switchboard does with reports of the media keeper and answers of the world.

use std::sync::Arc;

use crate::call::effect::Answer;
use crate::call::fact::Fact;
use crate::call::switchboard::Switchboard;
use crate::machine::media::contract::MediaEvent;
use crate::vocabulary::id::AskId;
use crate::vocabulary::time::Turn;

impl Switchboard {
    pub(super) fn handle_media(&mut self, turn: Turn, event: &MediaEvent) {
        let Some(leg) = event.leg() else {
            if let Some(text) = event.trouble() {
                self.record(turn, None, Fact::Alarm { text });
            }
            return;
        };
        if let Some(call) = self.legs.get(&leg).copied() {
            self.with_call(turn, call, |contact, near| {
                contact.handle_media(event, near);
            });
        } else if let Some(mut code) = self.codes.remove(&leg) {
            let release = Arc::clone(self.releases.current());
            code.handle_media(event, &mut self.surroundings(turn, &release));
            self.codes.insert(leg, code);
            self.follow_code(turn, leg);
        }
    }

    pub(super) fn handle_answer(&mut self, turn: Turn, id: AskId, answer: Answer) {
        let kind = match &answer {
            Answer::Orders(_) => "orders",
            Answer::Service(_) => "service",
            Answer::Speak(_) => "speak",
            Answer::Assured => "assured",
            Answer::Kept(_) => "message",
        };
        let mut awaited = false;
        let call = self.asks.take(id);
        if let Some(call) = call {
            self.with_call(turn, call, |contact, near| {
                awaited = contact.handle_answer(id, answer, near);
            });
        }
        if !awaited {
            self.record(
                turn,
                call,
                Fact::AnswerUnawaited {
                    kind: kind.to_owned(),
                },
            );
        }
    }
}
