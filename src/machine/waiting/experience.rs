//! What was learned of a queue's waits, as a restart goes on from it.

use serde::{Deserialize, Serialize};

use crate::machine::waiting::forecaster::Forecaster;
use crate::machine::waiting::forecaster::Queue;
use crate::machine::waiting::margin::Margin;
use crate::machine::waiting::tempo::Tempo;
use crate::vocabulary::id::QueueId;
use crate::vocabulary::time::Now;

/// What was learned of a queue's waits. Lines of single needs are not kept: they are learned again
/// within ten of their waits, and the whole queue foretells until then.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Experience {
    /// How fast a seat takes those that wait.
    service: Tempo,
    /// How fast they give up.
    patience: Tempo,
    /// How far waits are from what is foretold.
    margin: Margin,
    /// From a seat's first ring to its answer, in seconds.
    ring_s: f64,
}

impl Forecaster {
    /// What was learned of a queue; none before its first contact.
    #[must_use]
    pub fn experience(&self, queue: QueueId) -> Option<Experience> {
        let queue = self.queues.get(&queue)?;
        let (service, patience) = queue.whole.paces();
        Some(Experience {
            service,
            patience,
            margin: queue.margin,
            ring_s: queue.ring_s,
        })
    }

    /// What was learned of a queue before counts from here on.
    pub fn resume(&mut self, now: Now, queue: QueueId, learned: Experience) {
        let queue = self.queues.entry(queue).or_insert_with(|| Queue::new(now));
        queue.whole.resume((learned.service, learned.patience));
        queue.margin = learned.margin;
        queue.ring_s = learned.ring_s;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::acd::fact::AcdFact;
    use crate::machine::acd::fact::SeatState;
    use crate::machine::acd::need::Need;
    use crate::vocabulary::id::CallId;
    use crate::vocabulary::id::SeatId;

    const QUEUE: QueueId = QueueId(0);

    fn staffed() -> Forecaster {
        let mut forecaster = Forecaster::default();
        let (seat, state) = (SeatId(0), SeatState::Ready);
        forecaster.set_seat(Now::START, seat, [QUEUE]);
        forecaster.take(Now::START, &AcdFact::SeatChanged { seat, state });
        forecaster
    }

    #[test]
    fn what_one_forecaster_learned_another_foretells() {
        let mut first = staffed();
        for at in 0..30 {
            let (contact, come) = (CallId::from_bits(at), Now::at_ms(at * 200_000));
            let queued = AcdFact::Queued {
                contact,
                queue: QUEUE,
                need: Need::default(),
                priority: 0,
                ageing: 0,
                waited_ms: 0,
            };
            first.take(come, &queued);
            let offered = AcdFact::Offered {
                contact,
                seat: SeatId(0),
                waited_ms: 100_000,
            };
            first.take(Now::at_ms(at * 200_000 + 100_000), &offered);
        }
        let told = serde_json::to_string(&first.experience(QUEUE)).unwrap();
        let mut second = staffed();
        let foretold = |forecaster: &Forecaster| forecaster.on_entry(QUEUE, &Need::default(), 0);
        assert_eq!(foretold(&second), None);
        let learned = serde_json::from_str::<Option<Experience>>(&told).unwrap();
        second.resume(Now::START, QUEUE, learned.unwrap());
        assert_eq!(foretold(&second), foretold(&first));
        assert!(foretold(&second).is_some());
    }
}
