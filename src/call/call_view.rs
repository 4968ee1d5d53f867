//! A live call as faces show it.

use serde::Serialize;

use crate::call::fact::Fact;
use crate::call::promise::CallbackFact;
use crate::call::record::Arrived;
use crate::call::record::Names;
use crate::machine::ivr::fact::WalkFact;
use crate::vocabulary::id::CallId;
use crate::vocabulary::id::ReleaseNo;
use crate::vocabulary::time::Wall;

/// A live call.
#[derive(Clone, Debug, Serialize)]
pub struct CallView {
    /// The call.
    pub id: CallId,
    /// Caller's number, or what the peer wrote.
    pub caller: String,
    /// What was dialled.
    pub called: String,
    /// Its dialplan.
    pub dialplan: String,
    /// The release it keeps to.
    pub release: ReleaseNo,
    /// When its INVITE came.
    pub started: Wall,
    /// Where it is: `ivr`, `waiting`, `ringing`, `dialling`, `talking`, `held`,
    /// `callback` (off the line, to be called back), `calling_back`, `ending`.
    pub stage: &'static str,
    /// The step it is in.
    pub step: String,
    /// The queue it is or was in.
    pub queue: Option<String>,
    /// The seat it rings or talks to.
    pub seat: Option<String>,
    /// The question it chose.
    pub question: Option<String>,
    /// It left its queue by a key or a limit, and did not hang up.
    #[serde(skip)]
    pub has_left: bool,
    /// Its queue counts it as one that entered, and not yet what became of it.
    #[serde(skip)]
    pub is_counted: bool,
}

impl CallView {
    /// A call that has just come.
    #[must_use]
    pub fn begin(id: CallId, started: Wall, arrived: &Arrived) -> Self {
        let number = arrived.number.as_ref();
        let number = number.map(|number| number.as_str().to_owned());
        Self {
            id,
            caller: number.unwrap_or_else(|| arrived.caller.clone()),
            called: arrived.called.clone(),
            dialplan: arrived.dialplan.clone(),
            release: arrived.release,
            started,
            stage: "ivr",
            step: String::new(),
            queue: None,
            seat: None,
            question: None,
            has_left: false,
            is_counted: false,
        }
    }

    /// Its caller is off the line, or being called back.
    #[must_use]
    pub fn is_off_line(&self) -> bool {
        matches!(self.stage, "callback" | "calling_back")
    }

    /// Takes the next fact of the call.
    pub fn take(&mut self, fact: &Fact, names: &Names) {
        if let Fact::Walk(WalkFact::Entered { step }) = fact {
            self.step.clone_from(step);
        } else if let Fact::Walk(WalkFact::Chose { question, .. }) = fact {
            self.question = Some(question.clone());
        } else if let Fact::Handed { queue, .. } = fact {
            self.queue = Some(queue.clone());
        } else if let Fact::Bridged { seat } = fact {
            self.stage = "talking";
            self.seat = names.seat(*seat);
        } else if matches!(fact, Fact::SeatLeft { .. }) {
            self.stage = "ivr";
            self.seat = None;
        } else if matches!(fact, Fact::LeftQueue { .. }) {
            self.stage = "ivr";
            self.has_left = true;
        } else if matches!(fact, Fact::Dialling { .. }) {
            self.stage = "dialling";
        } else if matches!(fact, Fact::NumberAnswered) {
            self.stage = "talking";
        } else if matches!(fact, Fact::CallOutRefused { .. }) && self.is_off_line() {
            self.stage = "callback";
        } else if matches!(
            fact,
            Fact::PlaceKept
                | Fact::NumberFailed { .. }
                | Fact::NumberLeft { .. }
                | Fact::CallOutRefused { .. }
        ) {
            self.stage = "ivr";
        } else if matches!(fact, Fact::BackInQueue) {
            self.stage = "waiting";
        } else if matches!(fact, Fact::Held { .. }) {
            self.stage = "held";
        } else if matches!(fact, Fact::Resumed { .. }) {
            self.stage = "talking";
        } else if matches!(fact, Fact::HungUp { .. }) {
            self.stage = "ending";
        }
        if let Fact::Callback(fact) = fact {
            self.take_callback(fact);
        }
    }

    fn take_callback(&mut self, fact: &CallbackFact) {
        match fact {
            CallbackFact::Parted { .. } | CallbackFact::Missed { .. } => {
                self.stage = "callback";
                self.seat = None;
            }
            CallbackFact::Dialled { .. } | CallbackFact::Answered => self.stage = "calling_back",
            CallbackFact::Reached => self.stage = "waiting",
            CallbackFact::Ended(_) => self.stage = "ending",
            CallbackFact::Promised(_) | CallbackFact::Refused(_) | CallbackFact::Kept { .. } => {}
        }
    }
}
