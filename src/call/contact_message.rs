//! The side of a call on which the caller leaves a message: it is said, kept, and then told as kept.
//!
//! ```text
//! walk ──take──▶ taping ──key, silence, end──▶ ended ──sound──▶ keeping ──durable──▶ assuring ──▶ walk
//!                   └──────── the caller hangs up ─────┘           └── nobody is told: over
//! ```

use std::sync::Arc;
use std::time::Duration;

use crate::call::contact::Contact;
use crate::call::contact::Playing;
use crate::call::contact::Stage;
use crate::call::contact::Surroundings;
use crate::call::contact_output::ContactOutput;
use crate::call::effect::Question;
use crate::call::fact::Fact;
use crate::call::message::MessageFact;
use crate::call::message::MessageLeft;
use crate::call::message::MessageName;
use crate::call::taking::Stretch;
use crate::call::taking::Taking;
use crate::machine::ivr::surface::Unkept;
use crate::machine::ivr::surface::WalkInput;
use crate::machine::media::contract::MediaCommand;
use crate::machine::media::contract::Piece;
use crate::machine::media::contract::StopOn;
use crate::vocabulary::id::AskId;

/// Less speech than this is no message.
const SPEECH_MIN: Duration = Duration::from_millis(500);
/// How long the disk may take.
const KEPT_WITHIN: Duration = Duration::from_secs(10);
/// What asks for the message.
const TONE: Piece = Piece::Tone {
    hz: 1000,
    length: Duration::from_millis(400),
};

impl Contact {
    /// The dialplan wants a message of the caller.
    pub(super) fn take_message(
        &mut self,
        queue: String,
        longest: Duration,
        near: &mut Surroundings<'_>,
    ) {
        if self.message.is_some() {
            // The disk is still at the last one: what comes of that is not said of this one.
            return self.tell_walk(WalkInput::Message(Err(Unkept::NotWritten)), near);
        }
        self.message = Some(Taking {
            queue,
            stretch: Stretch::Taping,
        });
        self.emit(ContactOutput::TakeMessage { longest });
    }

    /// Whether one more message may be taken now.
    pub fn message_judged(&mut self, room: Result<Duration, Unkept>, near: &mut Surroundings<'_>) {
        match room {
            Ok(longest) => {
                let leg = self.caller.id;
                self.media(MediaCommand::Tape { leg, longest });
                self.play(vec![TONE], StopOn::Nothing, Playing::Walk, near.mint);
            }
            Err(why) => {
                self.message = None;
                self.tell_walk(WalkInput::Message(Err(why)), near);
            }
        }
    }

    /// The caller speaks.
    pub(super) fn spoke(&mut self, near: &mut Surroundings<'_>) {
        if self.stage == Stage::Walking && self.message.is_some() {
            self.tell_walk(WalkInput::Spoke, near);
        }
    }

    /// Whether it leaves a message that is not kept yet.
    #[must_use]
    pub const fn leaves_message(&self) -> bool {
        self.message.is_some()
    }

    /// Nothing more is to be taken.
    pub(super) fn end_message(&mut self) {
        if let Some(side) = &mut self.message
            && matches!(side.stretch, Stretch::Taping)
        {
            side.stretch = Stretch::Ended;
            let leg = self.caller.id;
            self.media(MediaCommand::EndTape { leg });
        }
    }

    /// The media hand over what was said.
    pub(super) fn taped(
        &mut self,
        sound: &Arc<Vec<u8>>,
        spoken: Duration,
        near: &mut Surroundings<'_>,
    ) {
        let Some(side) = &mut self.message else {
            return;
        };
        if spoken < SPEECH_MIN {
            return self.message_ends(Err(Unkept::Empty), near);
        }
        self.messages += 1;
        let name = MessageName {
            call: self.id,
            no: self.messages,
        };
        let chosen = self.walk.journey().chosen.as_ref();
        let left = MessageLeft {
            name,
            queue: side.queue.clone(),
            number: self.number.clone(),
            language: self.language,
            question: chosen.map(|choice| choice.question.clone()),
            length_ms: u64::try_from(sound.len() / 8).unwrap_or(u64::MAX),
            spoken_ms: u64::try_from(spoken.as_millis()).unwrap_or(u64::MAX),
        };
        let ask = near.mint.ask();
        side.stretch = Stretch::Keeping(ask, Box::new(left));
        let sound = Arc::clone(sound);
        self.ask(ask, Question::KeepMessage { name, sound }, KEPT_WITHIN);
    }

    /// The disk has it, or not. False if nobody awaited that.
    pub(super) fn message_kept(
        &mut self,
        ask: AskId,
        kept: Result<(), String>,
        near: &mut Surroundings<'_>,
    ) -> bool {
        let Some(side) = self.message.as_mut() else {
            return false;
        };
        let Stretch::Keeping(asked, left) = &side.stretch else {
            return false;
        };
        if *asked != ask {
            return false;
        }
        match kept {
            Ok(()) => {
                let left = (**left).clone();
                let ask = near.mint.ask();
                side.stretch = Stretch::Assuring(ask);
                self.fact(Fact::Message(MessageFact::Left(left)));
                if self.stage == Stage::Ending {
                    self.message_ends(Ok(()), near);
                } else {
                    self.emit(ContactOutput::Assure(ask));
                }
            }
            Err(why) => {
                self.fact(Fact::Message(MessageFact::Lost { why }));
                self.message_ends(Err(Unkept::NotWritten), near);
            }
        }
        true
    }

    /// The log has it. False if nobody awaited that.
    pub(super) fn message_assured(&mut self, ask: AskId, near: &mut Surroundings<'_>) -> bool {
        let assuring = self.message.as_ref();
        let awaited = assuring
            .is_some_and(|side| matches!(side.stretch, Stretch::Assuring(asked) if asked == ask));
        if awaited {
            self.message_ends(Ok(()), near);
        }
        awaited
    }

    /// The caller's media are gone: what was not handed over never will be.
    pub(super) fn message_cut(&mut self) {
        self.message
            .take_if(|side| matches!(side.stretch, Stretch::Taping | Stretch::Ended));
    }

    /// The call ends, and the disk has not answered.
    pub(super) fn give_message_up(&mut self) {
        if self.message.take().is_some() {
            let why = "the disk did not answer in time".to_owned();
            self.fact(Fact::Message(MessageFact::Lost { why }));
        }
    }

    fn message_ends(&mut self, how: Result<(), Unkept>, near: &mut Surroundings<'_>) {
        self.message = None;
        if self.stage == Stage::Walking {
            self.tell_walk(WalkInput::Message(how), near);
        }
        self.bury();
    }
}
