//! A walk while a number outside is called for the caller.

use crate::machine::ivr::script::Dial;
use crate::machine::ivr::script::Verb;
use crate::machine::ivr::surface::DialEnd;
use crate::machine::ivr::surface::LeaveReason;
use crate::machine::ivr::surface::WaitingAct;
use crate::machine::ivr::surface::WalkOutput;
use crate::machine::ivr::walk::Walk;
use crate::machine::ivr::walk_state::Fate;
use crate::machine::ivr::walk_state::State;
use crate::machine::ivr::world::WalkWorld;

impl Walk {
    /// Has a number called. A place that was kept in a queue is given up.
    pub(super) fn dial(&mut self, dial: &Dial) -> State {
        if self.kept_at.take().is_some() {
            let left = WaitingAct::Leave(LeaveReason::Asked);
            self.journey.emit(WalkOutput::Waiting(left));
        }
        self.journey.emit(WalkOutput::Dial {
            number: dial.number.clone(),
            ring: dial.ring,
        });
        State::Dialling
    }

    /// The number was not reached.
    pub(super) fn end_dial(&mut self, world: WalkWorld<'_>, end: DialEnd) {
        let to = self.dialled().map(|dial| match end {
            DialEnd::Busy => dial.busy,
            DialEnd::NoAnswer => dial.no_answer,
            DialEnd::Failed => dial.failed,
        });
        if let Some(to) = to {
            self.go(world, to);
        }
    }

    /// Who was called has hung up, and the caller has not.
    pub(super) fn end_number(&mut self, world: WalkWorld<'_>) {
        let Some(talked) = self.dialled().map(|dial| dial.talked) else {
            return;
        };
        match talked {
            Some(to) => self.go(world, to),
            None => {
                self.hang_up();
            }
        }
    }

    /// Whether the call goes on when who was called hangs up.
    pub(super) fn goes_on_after_number(&self) -> bool {
        let dialled = self.dialled();
        self.fate == Fate::Open && dialled.is_some_and(|dial| dial.talked.is_some())
    }

    fn dialled(&self) -> Option<&Dial> {
        if !matches!(self.state, State::Dialling) {
            return None;
        }
        if let Verb::Dial(dial) = &self.script.step(self.at)?.verb {
            return Some(dial);
        }
        None
    }
}
