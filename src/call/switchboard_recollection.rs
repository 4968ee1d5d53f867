//! What the switchboard learned is written to the log, and a restart goes on from it.

use crate::call::fact::Fact;
use crate::call::recollection::QueueExperience;
use crate::call::recollection::Recollection;
use crate::call::switchboard::Switchboard;
use crate::vocabulary::id::QueueId;
use crate::vocabulary::time::Turn;

/// What was learned of a queue is written after so many of its answers.
const ANSWERS: u32 = 20;

impl Switchboard {
    /// Goes on from what the last process knew. What is gone since is passed over.
    pub fn recollect(&mut self, turn: Turn, known: Recollection) {
        let catalog = &self.people.catalog;
        for learned in known.queues {
            let Some(queue) = catalog.queue(&learned.queue) else {
                continue;
            };
            self.acd.resume(queue, learned.routing);
            if let Some(waits) = learned.waits {
                self.forecaster.resume(turn.now, queue, waits);
            }
        }
        for met in known.met {
            let Some(seat) = catalog.seat(&met.seat) else {
                continue;
            };
            for key in [met.order, met.number].into_iter().flatten() {
                self.acquaintances.met(&key, seat);
            }
        }
    }

    /// A contact of this queue was answered.
    pub(super) fn note_answer(&mut self, turn: Turn, queue: QueueId) {
        let answers = self.answers.entry(queue).or_default();
        *answers += 1;
        if *answers >= ANSWERS {
            self.write_experience(turn, queue);
        }
    }

    /// Writes what was learned since it was last written.
    pub(super) fn write_experiences(&mut self, turn: Turn) {
        while let Some((queue, _)) = self.answers.first_key_value() {
            self.write_experience(turn, *queue);
        }
    }

    fn write_experience(&mut self, turn: Turn, queue: QueueId) {
        self.answers.remove(&queue);
        let name = self.names.queue(queue);
        if let (Some(name), Some(routing)) = (name, self.acd.experience(queue)) {
            let learned = QueueExperience {
                queue: name,
                routing,
                waits: self.forecaster.experience(queue),
            };
            self.record(turn, None, Fact::QueueLearned(Box::new(learned)));
        }
    }
}
