//! An engine tells what it learned, and goes on from what another did.

use crate::machine::acd::engine::Engine;
use crate::machine::acd::experience::Experience;
use crate::vocabulary::id::QueueId;

impl Engine {
    /// What was learned of a queue; none if there is no such queue.
    #[must_use]
    pub fn experience(&self, queue: QueueId) -> Option<Experience> {
        self.board.figures.experience(queue)
    }

    /// What an earlier engine learned of a queue counts from here on.
    pub fn resume(&mut self, queue: QueueId, learned: Experience) {
        self.board.figures.resume(queue, learned);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::acd::surface::QueueSetup;

    #[test]
    fn what_one_engine_learned_another_knows() {
        let queues = || [QueueSetup::plain(QueueId(0)), QueueSetup::plain(QueueId(1))];
        let mut engine = Engine::new([], queues());
        let before = engine.experience(QueueId(1));
        let learned = Experience {
            talk: 7.5,
            talks: 40.0,
            ..Experience::default()
        };
        engine.resume(QueueId(1), learned);
        let told = serde_json::to_string(&engine.experience(QueueId(1))).unwrap();
        assert_eq!(serde_json::from_str::<Experience>(&told).unwrap(), learned);
        assert_eq!(engine.experience(QueueId(0)), before);
        engine.resume(QueueId(9), learned);
        assert_eq!(engine.experience(QueueId(9)), None);
    }
}
