//! Who serves at present, by name: of the present release, whatever release a call keeps to.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::tz::TimeZone;

use crate::machine::calendar::Standing;
use crate::machine::catalog::Catalog;
use crate::vocabulary::id::QueueId;
use crate::vocabulary::time::Wall;

/// Moves of queues are followed so far; a circle ends there.
const MOVES_MAX: usize = 16;

/// Seats, queues and skills at present.
#[derive(Clone, Debug, Default)]
pub struct People {
    /// By name and id.
    pub catalog: Arc<Catalog>,
    /// Queues that are gone, and which one stands in for each.
    moved: BTreeMap<String, String>,
}

impl People {
    /// The people of this catalog.
    #[must_use]
    pub const fn new(catalog: Arc<Catalog>) -> Self {
        let moved = BTreeMap::new();
        Self { catalog, moved }
    }

    /// Others serve from here on. `to` stands in for each queue that is gone with them.
    pub fn follow(&mut self, catalog: Arc<Catalog>, gone: &[QueueId], to: Option<&str>) {
        for queue in gone.iter().filter_map(|queue| catalog.queue_entry(*queue)) {
            if let Some(to) = to {
                self.moved.insert(queue.name.clone(), to.to_owned());
            }
        }
        self.moved.retain(|name, _| catalog.queue(name).is_none());
        self.catalog = catalog;
    }

    /// Whether a queue is within its opening hours; one without hours always is.
    #[must_use]
    pub fn is_open(&self, queue: QueueId, moment: Wall, zone: &TimeZone) -> bool {
        let entry = self.catalog.queue_entry(queue);
        let hours = entry.and_then(|entry| entry.hours.as_ref());
        hours.is_none_or(|hours| hours.standing(moment, zone) == Standing::Open)
    }

    /// The queue of this name, or the one that stands in for it.
    #[must_use]
    pub fn queue<'p>(&'p self, name: &'p str) -> Option<(QueueId, &'p str)> {
        let mut name = name;
        for _ in 0..MOVES_MAX {
            if let Some(queue) = self.catalog.queue(name) {
                return Some((queue, name));
            }
            name = self.moved.get(name)?;
        }
        None
    }
}
