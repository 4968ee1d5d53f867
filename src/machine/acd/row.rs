//! An ordered map that keeps its first entry at hand.

use std::collections::BTreeMap;

/// Entries by place; the first costs nothing to look at.
#[derive(Clone, Debug)]
pub struct Row<P, T> {
    entries: BTreeMap<P, T>,
    first: Option<(P, T)>,
}

impl<P, T> Default for Row<P, T> {
    fn default() -> Self {
        Self {
            entries: BTreeMap::new(),
            first: None,
        }
    }
}

impl<P: Copy + Ord, T: Copy> Row<P, T> {
    /// The first entry.
    #[must_use]
    pub const fn first(&self) -> Option<(P, T)> {
        self.first
    }

    /// The entry after the first.
    #[must_use]
    pub fn second(&self) -> Option<(P, T)> {
        let second = self.entries.iter().nth(1);
        second.map(|(place, who)| (*place, *who))
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.first.is_none()
    }

    /// All, first to last.
    pub fn iter(&self) -> impl Iterator<Item = T> + '_ {
        self.entries.values().copied()
    }

    /// Puts someone at a place that nobody else has.
    pub fn insert(&mut self, place: P, who: T) {
        self.entries.insert(place, who);
        if self.first.is_none_or(|(first, _)| place < first) {
            self.first = Some((place, who));
        }
    }

    /// Takes out who stands at this place; nothing if nobody does.
    pub fn remove(&mut self, place: P) {
        self.entries.remove(&place);
        if self.first.is_some_and(|(first, _)| place == first) {
            self.first = self.entries.iter().next().map(|(p, who)| (*p, *who));
        }
    }
}
