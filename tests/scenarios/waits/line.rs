//! A queue as its distributor tells of it, for whoever foretells waits.

use ringwise::machine::acd::fact::AcdFact;
use ringwise::machine::acd::fact::SeatState;
use ringwise::machine::acd::need::Clause;
use ringwise::machine::acd::need::Need;
use ringwise::machine::acd::need::SkillTerm;
use ringwise::machine::waiting::accuracy::Accuracy;
use ringwise::machine::waiting::accuracy::Foretold;
use ringwise::machine::waiting::forecaster::Forecaster;
use ringwise::vocabulary::id::CallId;
use ringwise::vocabulary::id::QueueId;
use ringwise::vocabulary::id::SeatId;
use ringwise::vocabulary::id::SkillId;
use ringwise::vocabulary::time::Now;

const QUEUE: QueueId = QueueId(0);

/// A forecaster that is told of one queue.
#[derive(Default)]
pub(crate) struct Line {
    forecaster: Forecaster,
    pub(crate) accuracy: Accuracy,
}

impl Line {
    /// So many seats serve the queue.
    pub(crate) fn with_seats(seats: u32) -> Self {
        let mut line = Self::default();
        for seat in (0..seats).map(SeatId) {
            line.forecaster.set_seat(Now::START, seat, [QUEUE]);
            let state = SeatState::Ready;
            let changed = AcdFact::SeatChanged { seat, state };
            line.forecaster.take(Now::START, &changed);
        }
        line
    }

    /// A contact of this kind comes; what is foretold of its wait.
    pub(crate) fn come(&mut self, at_ms: u64, contact: u64, kind: Option<u32>) -> Option<Foretold> {
        let contact = CallId::from_bits(contact);
        let term = |kind| Clause::Skill(SkillTerm::at_least(SkillId(kind), 1));
        let queued = AcdFact::Queued {
            contact,
            queue: QUEUE,
            need: Need::of(kind.map(term)),
            priority: 0,
            ageing: 0,
            waited_ms: 0,
        };
        self.forecaster.take(Now::at_ms(at_ms), &queued);
        self.forecaster.foretold(contact)
    }

    /// A seat takes a contact.
    pub(crate) fn serve(&mut self, at_ms: u64, contact: u64, waited_ms: u64) {
        let contact = CallId::from_bits(contact);
        let (seat, now) = (SeatId(0), Now::at_ms(at_ms));
        let offered = AcdFact::Offered {
            contact,
            seat,
            waited_ms,
        };
        self.forecaster.take(now, &offered);
        if let Some(foretold) = self.forecaster.foretold(contact) {
            self.accuracy
                .take(foretold, std::time::Duration::from_millis(waited_ms));
        }
        let answered = AcdFact::Answered {
            contact,
            seat,
            waited_ms,
        };
        self.forecaster.take(now, &answered);
    }

    /// A contact gives up.
    pub(crate) fn give_up(&mut self, at_ms: u64, contact: u64, waited_ms: u64) {
        let contact = CallId::from_bits(contact);
        let gone = AcdFact::Abandoned { contact, waited_ms };
        self.forecaster.take(Now::at_ms(at_ms), &gone);
    }
}
