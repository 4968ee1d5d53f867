//! What a call wants of its surroundings.

use std::time::Duration;

use crate::call::effect::Question;
use crate::call::fact::Fact;
use crate::call::promise::Promise;
use crate::call::ringing::Ringing;
use crate::machine::acd::surface::Input;
use crate::machine::media::contract::MediaCommand;
use crate::machine::media::contract::Quality;
use crate::machine::sip::surface::UaCommand;
use crate::vocabulary::id::AskId;
use crate::vocabulary::id::LegId;
use crate::vocabulary::id::SeatId;

/// What a call wants of its surroundings, in order.
#[derive(Debug)]
pub enum ContactOutput {
    /// Of the user agent.
    Ua(UaCommand),
    /// Of the media keeper.
    Media(MediaCommand),
    /// Of the distributor.
    Acd(Input),
    /// Of the world.
    Ask {
        /// Names the question.
        ask: AskId,
        /// What is asked.
        question: Question,
        /// How long an answer is of use.
        timeout: Duration,
    },
    /// Nobody awaits this answer any more.
    Forget(AskId),
    /// Of the gate: may this number be called?
    CallOut {
        /// The leg that would call it.
        leg: LegId,
        /// The number.
        number: String,
    },
    /// Of the gate: may this seat be called by its number?
    CallSeat {
        /// The leg that would call it.
        leg: LegId,
        /// The number.
        number: String,
        /// The seat.
        to: Box<Ringing>,
    },
    /// Of the gate: may this caller be promised to be called back?
    Promise(Box<Promise>),
    /// Of the switchboard: may one more message be taken, of this length?
    TakeMessage {
        /// What comes later is not kept.
        longest: Duration,
    },
    /// Of the log: say when it holds all that was written so far.
    Assure(AskId),
    /// A seat's leg has let go of its port after a talk.
    SeatTalked {
        /// The seat.
        seat: SeatId,
        /// What passed through it.
        quality: Quality,
    },
    /// To be written.
    Fact(Fact),
    /// This leg belongs to the call.
    LegTaken(LegId),
    /// This leg is done: nobody will speak of it again.
    LegLeft(LegId),
}
