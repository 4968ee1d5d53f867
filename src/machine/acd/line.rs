//! The contacts of a queue in order, with their positions.
//!
//! Sorted runs of bounded length: an entry is found by two binary searches, a position is the
//! sum of the lengths before it. 100,000 contacts are about 800 runs, so that a position costs
//! about as much as a search in a tree of them.

use crate::machine::acd::place::ContactPlace;
use crate::vocabulary::id::CallId;

/// A run that grows past this splits in two.
const RUN_MAX: usize = 256;

type Entry = (ContactPlace, CallId);

/// Contacts in order of their places.
#[derive(Clone, Debug, Default)]
pub struct Line {
    /// None is empty; every entry of one is before every entry of the next.
    runs: Vec<Vec<Entry>>,
    /// The length of each run, apart so that adding them up touches little memory.
    lengths: Vec<u32>,
    length: u32,
}

impl Line {
    /// How many stand in it.
    #[must_use]
    pub const fn len(&self) -> u32 {
        self.length
    }

    /// Whether nobody stands in it.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// Everybody, first to last.
    pub fn iter(&self) -> impl Iterator<Item = Entry> + '_ {
        self.runs.iter().flatten().copied()
    }

    /// How many stand before `place`.
    #[must_use]
    pub fn before(&self, place: ContactPlace) -> u32 {
        let at = self.run_of(place);
        let whole: u32 = self.lengths.iter().take(at).sum();
        let part = self.runs.get(at).map_or(0, |run| index_in(run, place));
        whole.saturating_add(u32::try_from(part).unwrap_or(u32::MAX))
    }

    /// Puts a contact at its place, which nobody else has.
    pub fn insert(&mut self, place: ContactPlace, contact: CallId) {
        self.length += 1;
        let at = self.run_of(place).min(self.runs.len().saturating_sub(1));
        let Some(run) = self.runs.get_mut(at) else {
            self.runs.push(vec![(place, contact)]);
            self.lengths.push(1);
            return;
        };
        run.insert(index_in(run, place), (place, contact));
        if run.len() > RUN_MAX {
            let appended = run.last().is_some_and(|last| last.0 == place);
            // In the common order of arrival the full run stays full and a new one begins.
            let keep = if appended { RUN_MAX } else { RUN_MAX / 2 };
            let rest = run.split_off(keep);
            self.runs.insert(at + 1, rest);
            self.lengths.insert(at + 1, 0);
            self.measure(at + 1);
        }
        self.measure(at);
    }

    /// Takes out who stands at `place`; nothing if nobody does.
    pub fn remove(&mut self, place: ContactPlace) {
        let at = self.run_of(place);
        let Some(run) = self.runs.get_mut(at) else {
            return;
        };
        let index = index_in(run, place);
        if run.get(index).is_none_or(|entry| entry.0 != place) {
            return;
        }
        run.remove(index);
        self.length -= 1;
        self.measure(at);
        self.join(at);
    }

    /// The run that holds `place` or would: the first whose last entry is not before it.
    fn run_of(&self, place: ContactPlace) -> usize {
        let before = |run: &Vec<Entry>| run.last().is_some_and(|last| last.0 < place);
        self.runs.partition_point(before)
    }

    fn measure(&mut self, at: usize) {
        if let (Some(run), Some(length)) = (self.runs.get(at), self.lengths.get_mut(at)) {
            *length = u32::try_from(run.len()).unwrap_or(u32::MAX);
        }
    }

    /// Joins a thin run with the next, so that leaving contacts do not leave many tiny runs.
    fn join(&mut self, at: usize) {
        let length = |at: usize| self.runs.get(at).map_or(RUN_MAX, Vec::len);
        let thin = length(at) + length(at + 1) <= RUN_MAX / 2;
        if length(at) == 0 {
            self.runs.remove(at);
            self.lengths.remove(at);
        } else if thin {
            let next = self.runs.remove(at + 1);
            self.lengths.remove(at + 1);
            if let Some(run) = self.runs.get_mut(at) {
                run.extend(next);
            }
            self.measure(at);
        }
    }
}

fn index_in(run: &[Entry], place: ContactPlace) -> usize {
    run.partition_point(|entry| entry.0 < place)
}

#[cfg(test)]
mod tests {
    use std::cmp::Reverse;
    use std::collections::BTreeMap;

    use super::*;
    use crate::vocabulary::chance::Chance;
    use crate::vocabulary::time::Now;

    #[test]
    fn positions_equal_those_of_a_sorted_list() {
        let mut chance = Chance::from_seed(3);
        let (mut line, mut list) = (Line::default(), BTreeMap::new());
        for number in 0..6_000 {
            let priority = i32::try_from(chance.below(3)).unwrap();
            let place = ContactPlace {
                priority: Reverse(priority),
                arrived: Now::at_ms(number),
                number,
            };
            line.insert(place, CallId::from_bits(number));
            list.insert(place, CallId::from_bits(number));
            let leaving = if number > 3_000 { 2 } else { 0 };
            for _ in 0..leaving {
                let at = usize::try_from(chance.below(list.len() as u64)).unwrap();
                let gone = *list.keys().nth(at).unwrap();
                assert_eq!(line.before(gone), u32::try_from(at).unwrap());
                line.remove(gone);
                line.remove(gone);
                list.remove(&gone);
            }
        }
        assert!(line.iter().eq(list.iter().map(|(place, id)| (*place, *id))));
        assert_eq!(line.len() as usize, list.len());
        assert!(line.runs.iter().all(|run| !run.is_empty()));
        while let Some((place, _)) = list.pop_first() {
            assert_eq!(line.before(place), 0);
            line.remove(place);
        }
        assert!(line.is_empty() && line.runs.is_empty());
    }
}
