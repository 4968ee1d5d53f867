//! The dialplan's side of a call: what it says, asks and hands on.

use crate::call::contact::Awaited;
use crate::call::contact::Contact;
use crate::call::contact::Playing;
use crate::call::contact::Stage;
use crate::call::contact::Surroundings;
use crate::call::contact_wish::NamedWish;
use crate::call::contact_wish::Wish;
use crate::call::effect::Answer;
use crate::call::effect::Question;
use crate::call::fact::Fact;
use crate::call::record::Party;
use crate::call::speaking::SPEECH_WAIT;
use crate::call::speaking::Speaking;
use crate::machine::acd::surface::Arrival;
use crate::machine::ivr::fact::WalkFact;
use crate::machine::ivr::surface::WalkInput;
use crate::machine::ivr::surface::WalkOutput;
use crate::machine::media::contract::MediaCommand;
use crate::machine::media::contract::Piece;
use crate::machine::media::contract::StopOn;
use crate::machine::prediction::outcome::Asked;
use crate::machine::prediction::outcome::Outcome;
use crate::machine::speech::composition;
use crate::machine::speech::spoken::Spoken;
use crate::vocabulary::id::AskId;
use crate::vocabulary::id::QueueId;
use crate::vocabulary::language::Language;

impl Contact {
    /// The world answers a question of the call. False if nobody awaited it.
    pub fn handle_answer(
        &mut self,
        ask: AskId,
        answer: Answer,
        near: &mut Surroundings<'_>,
    ) -> bool {
        match answer {
            Answer::Orders(result) => {
                let Some(Awaited { lookup, key, asked }) = self.lookups.remove(&ask) else {
                    return false;
                };
                let after = near.turn.now.since(asked).as_millis();
                self.fact(Fact::LookupAnswered {
                    key,
                    after_ms: u64::try_from(after).unwrap_or(u64::MAX),
                    result: result.clone(),
                });
                self.tell_walk(WalkInput::LookedUp { lookup, result }, near);
                true
            }
            Answer::Service(result) => {
                let Some((consult, service, asked)) = self.consults.remove(&ask) else {
                    return false;
                };
                let after = near.turn.now.since(asked).as_millis();
                self.fact(Fact::ServiceAnswered {
                    service,
                    after_ms: u64::try_from(after).unwrap_or(u64::MAX),
                    result: result.clone(),
                });
                self.tell_walk(WalkInput::Consulted { consult, result }, near);
                true
            }
            Answer::Assured => self.assured(ask, near) || self.message_assured(ask, near),
            Answer::Kept(kept) => self.message_kept(ask, kept, near),
            Answer::Speak(prompt) => {
                let prompt = prompt.map(|(prompt, _)| prompt);
                if self.whisper_made(ask, prompt, near) {
                    return true;
                }
                let Some((speaking, _)) = self.speaking.as_mut() else {
                    return false;
                };
                let awaited = speaking.take(ask, prompt);
                if awaited && speaking.is_ready() {
                    self.play_sentence(near);
                }
                awaited
            }
        }
    }

    /// Does what the walk wants, until it wants nothing more.
    pub(super) fn follow_walk(&mut self, near: &mut Surroundings<'_>) {
        while let Some(output) = self.walk.poll() {
            if self.stage == Stage::Ending {
                self.note_only(output);
                continue;
            }
            self.follow(output, near);
        }
    }

    fn note_only(&mut self, output: WalkOutput) {
        if let WalkOutput::Note(fact) = output {
            self.fact(Fact::Walk(fact));
        }
    }

    fn follow(&mut self, output: WalkOutput, near: &mut Surroundings<'_>) {
        match output {
            WalkOutput::Say {
                speech,
                language,
                stop_on,
                filler: _,
            } => {
                self.language = language;
                self.say(&speech, stop_on, near);
            }
            WalkOutput::Hush => self.hush(),
            WalkOutput::LookUp {
                lookup,
                key,
                timeout,
            } => {
                let ask = near.mint.ask();
                let awaited = Awaited {
                    lookup,
                    key: key.clone(),
                    asked: near.turn.now,
                };
                self.lookups.insert(ask, awaited);
                self.ask(ask, Question::Orders(key), timeout);
            }
            WalkOutput::Forget { lookup } => self.forget_lookup(lookup),
            WalkOutput::Consult { .. } | WalkOutput::ForgetConsult { .. } => {
                self.consult(output, near);
            }
            WalkOutput::Enqueue { .. } => self.join(output, near),
            WalkOutput::Dial { number, ring } => self.dial(number, ring, near),
            WalkOutput::CallBack { words, queue } => self.promise(words, queue, near),
            WalkOutput::Unpromise => self.unpromise(),
            WalkOutput::Waiting(act) => self.act_waiting(act, near),
            WalkOutput::TakeMessage { queue, longest } => {
                self.take_message(queue, longest, near);
            }
            WalkOutput::EndMessage => self.end_message(),
            WalkOutput::Hangup => self.hang_up(Party::Centre, "dialplan", near),
            WalkOutput::Note(fact) => {
                let lesson = self.lesson(&fact, near);
                self.fact(Fact::Walk(fact));
                if let Some(outcome) = lesson {
                    let bank = self.bank.name.clone();
                    self.fact(Fact::Learned { bank, outcome });
                }
            }
        }
    }

    /// Asks the distributor for a seat.
    fn join(&mut self, output: WalkOutput, near: &mut Surroundings<'_>) {
        let WalkOutput::Enqueue {
            queue,
            need,
            priority,
            ageing,
            steps,
            language,
            expected_max,
            briefing,
        } = output
        else {
            return;
        };
        self.language = language;
        self.asks_for.clone_from(&briefing.chosen);
        self.fact(Fact::Handed {
            queue: queue.clone(),
            briefing: Box::new(briefing),
        });
        let arrival = Arrival {
            need: near.people.catalog.need(&need),
            priority,
            ageing,
            steps: near.people.catalog.steps(&steps),
            ..Arrival::plain(self.id, QueueId::default())
        };
        self.asked = Some(NamedWish {
            need,
            priority,
            ageing,
            steps,
            since: near.turn.wall,
        });
        let wish = Wish {
            arrival,
            expected_max,
        };
        self.enqueue(&queue, wish, near);
    }

    /// Asks a service, or waits for it no more.
    fn consult(&mut self, output: WalkOutput, near: &mut Surroundings<'_>) {
        if let WalkOutput::Consult {
            consult,
            service,
            body,
            timeout,
        } = output
        {
            let ask = near.mint.ask();
            let awaited = (consult, service.clone(), near.turn.now);
            self.consults.insert(ask, awaited);
            self.ask(ask, Question::Service { service, body }, timeout);
        } else if let WalkOutput::ForgetConsult { consult } = output {
            let mut asks = self.consults.iter();
            let ask = asks.find(|(_, awaited)| awaited.0 == consult);
            if let Some(ask) = ask.map(|(ask, _)| *ask) {
                self.forget_all(vec![ask]);
            }
        }
    }

    fn forget_lookup(&mut self, lookup: u32) {
        let mut lookups = self.lookups.iter();
        let found = lookups.find(|(_, awaited)| awaited.lookup == lookup);
        if let Some(ask) = found.map(|(ask, _)| *ask) {
            self.forget_all(vec![ask]);
        }
    }

    /// What the model may learn from a choice.
    fn lesson(&self, fact: &WalkFact, near: &Surroundings<'_>) -> Option<Outcome> {
        let asked = match fact {
            WalkFact::Chose {
                order, question, ..
            } => Asked::Question {
                order: order.clone(),
                question: question.clone(),
            },
            WalkFact::ChoseNone => Asked::SomethingElse,
            WalkFact::Entered { .. }
            | WalkFact::Said { .. }
            | WalkFact::Took { .. }
            | WalkFact::LookedUp { .. }
            | WalkFact::LateAnswer { .. }
            | WalkFact::Consulted { .. }
            | WalkFact::Unfollowed { .. }
            | WalkFact::Noticed { .. }
            | WalkFact::Predicted { .. }
            | WalkFact::Answered { .. }
            | WalkFact::Verified { .. }
            | WalkFact::Set { .. }
            | WalkFact::Branched { .. }
            | WalkFact::Clocked { .. }
            | WalkFact::Tagged { .. }
            | WalkFact::Scored { .. }
            | WalkFact::PlaceTold { .. }
            | WalkFact::Unspeakable { .. } => return None,
        };
        let customer = self.walk.customer()?;
        Some(Outcome::of(
            &self.bank,
            customer,
            near.turn.wall,
            &near.centre.zone,
            &asked,
        ))
    }

    pub(super) fn say(&mut self, speech: &[Spoken], stop_on: StopOn, near: &mut Surroundings<'_>) {
        if let Some((stale, _)) = self.speaking.take() {
            self.forget_all(stale.finish().forget);
        }
        let fragments = composition::compose(&near.release.phrasebook, self.language, speech);
        let (mut speaking, missing) = Speaking::new(fragments, near.turn.now);
        for (at, text) in missing {
            let ask = near.mint.ask();
            speaking.expect(ask, at);
            self.ask(
                ask,
                Question::Speak {
                    language: self.language,
                    text,
                },
                SPEECH_WAIT,
            );
        }
        let ready = speaking.is_ready();
        self.speaking = Some((speaking, stop_on));
        if ready {
            self.play_sentence(near);
        }
    }

    /// Plays the sentence with the sounds there are; without any it counts as said.
    pub(super) fn play_sentence(&mut self, near: &mut Surroundings<'_>) {
        let Some((speaking, stop_on)) = self.speaking.take() else {
            return;
        };
        let sounds = speaking.finish();
        self.forget_all(sounds.forget);
        for text in sounds.unspeakable {
            self.fact(Fact::Walk(WalkFact::Unspeakable { text }));
        }
        let what = if self.stage == Stage::Waiting {
            Playing::Announcement
        } else {
            Playing::Walk
        };
        let pieces = if sounds.pieces.is_empty() {
            vec![Piece::Silence(std::time::Duration::from_millis(20))]
        } else {
            sounds.pieces
        };
        self.play(pieces, stop_on, what, near.mint);
    }

    pub(super) fn hush(&mut self) {
        let was_playing = self.playing.is_some();
        self.say_no_more();
        if was_playing {
            self.media(MediaCommand::Stop {
                leg: self.caller.id,
            });
        }
    }

    /// Says nothing more; what plays is left to the bridge, which ends it with its first sound.
    pub(super) fn say_no_more(&mut self) {
        if let Some((stale, _)) = self.speaking.take() {
            self.forget_all(stale.finish().forget);
        }
        self.playing = None;
    }

    /// The language the call is in.
    #[must_use]
    pub const fn language(&self) -> Language {
        self.language
    }
}
