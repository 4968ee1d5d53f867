//! Attributes cut into bins: what a fit has seen of their values.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::Serialize;

use crate::machine::prediction::learning::observation::Observation;
use crate::machine::prediction::learning::observation::Seen;

/// One attribute's bins. Bin 0 is for what is absent or was never seen.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Column {
    /// The attribute's name.
    pub name: String,
    words: BTreeMap<String, u8>,
    cuts: Vec<i64>,
}

impl Column {
    /// The columns of what was seen: each attribute with two bins or more.
    #[must_use]
    pub fn of(observations: &[&Observation]) -> Vec<Self> {
        let mut numbers: BTreeMap<&str, Vec<i64>> = BTreeMap::new();
        let mut words: BTreeMap<&str, BTreeMap<&str, usize>> = BTreeMap::new();
        for (name, seen) in observations.iter().copied().flatten() {
            match seen {
                Seen::Number(number) => numbers.entry(name).or_default().push(*number),
                Seen::Word(word) => {
                    *words.entry(name).or_default().entry(word).or_default() += 1;
                }
            }
        }
        let all = observations.len();
        let numbers = numbers
            .into_iter()
            .map(|(name, seen)| Self::cut(name, seen, all));
        let words = words
            .into_iter()
            .map(|(name, seen)| Self::listed(name, seen));
        let mut columns: Vec<Self> = numbers.chain(words).collect();
        columns.sort_by(|one, next| one.name.cmp(&next.name));
        columns.retain(|column| !column.is_plain());
        columns.dedup_by(|next, one| next.name == one.name);
        columns.truncate(COLUMNS_MAX);
        columns
    }

    /// Numbers cut so that bins hold about as many; a number that is very frequent has its own.
    fn cut(name: &str, mut seen: Vec<i64>, all: usize) -> Self {
        seen.sort_unstable();
        let runs: Vec<(i64, usize)> = seen
            .chunk_by(|one, next| one == next)
            .filter_map(|run| Some((*run.first()?, run.len())))
            .collect();
        let heavy = seen.len() / BINS_MAX + 1;
        let many = runs.iter().filter(|(_, count)| *count >= heavy);
        let (heavies, weight) = many.fold((0, 0), |(n, sum), (_, count)| (n + 1, sum + count));
        let left = (BINS_MAX - 2).saturating_sub(2 * heavies).max(1);
        let least = (all / SHARE_MIN).max(COUNT_MIN);
        let each = ((seen.len() - weight) / left + 1).max(least);
        let mut cuts = Vec::new();
        let mut since = 0;
        for pair in runs.windows(2) {
            let [(one, count), (next, after)] = pair else {
                continue;
            };
            since += count;
            let full = since >= each || (since >= least && *after >= heavy);
            if full && cuts.len() < BINS_MAX - 2 {
                cuts.push(one + next.saturating_sub(*one).saturating_add(1) / 2);
                since = 0;
            }
        }
        Self {
            name: name.to_owned(),
            words: BTreeMap::new(),
            cuts,
        }
    }

    /// The most frequent words, each with its own bin.
    fn listed(name: &str, seen: BTreeMap<&str, usize>) -> Self {
        let mut counted: Vec<(&str, usize)> = seen.into_iter().collect();
        counted.retain(|(_, count)| *count >= COUNT_MIN);
        counted.sort_by(|(one, m), (next, n)| n.cmp(m).then(one.cmp(next)));
        counted.truncate(BINS_MAX - 1);
        let words = counted
            .into_iter()
            .zip(1_u8..)
            .map(|((word, _), at)| (word.to_owned(), at));
        Self {
            name: name.to_owned(),
            words: words.collect(),
            cuts: Vec::new(),
        }
    }

    fn is_plain(&self) -> bool {
        self.words.is_empty() && self.cuts.is_empty()
    }

    /// Whether most of its words are ids of these questions.
    #[must_use]
    pub fn names(&self, questions: &[String]) -> bool {
        let known = self.words.keys().filter(|word| questions.contains(word));
        !self.words.is_empty() && known.count() * 2 > self.words.len()
    }

    /// So many bins, bin 0 among them.
    #[must_use]
    pub fn bins(&self) -> usize {
        if self.is_ordered() {
            self.cuts.len() + 2
        } else {
            self.words.len() + 1
        }
    }

    /// So many bins, and whether neighbours are alike.
    #[must_use]
    pub fn shape(&self) -> (usize, bool) {
        (self.bins(), self.is_ordered())
    }

    /// Whether neighbouring bins are alike.
    #[must_use]
    pub fn is_ordered(&self) -> bool {
        self.words.is_empty()
    }

    /// The bin of what is seen.
    #[must_use]
    pub fn bin(&self, seen: &Observation) -> u8 {
        match seen.get(&self.name) {
            Some(Seen::Number(number)) if self.is_ordered() => {
                let below = self.cuts.partition_point(|cut| cut <= number);
                u8::try_from(below + 1).unwrap_or(u8::MAX)
            }
            Some(Seen::Word(word)) => self.words.get(word).copied().unwrap_or(0),
            Some(Seen::Number(_)) | None => 0,
        }
    }
}

/// Most bins of a column.
pub const BINS_MAX: usize = 64;
/// Most columns; those after it in the alphabet are not looked at.
const COLUMNS_MAX: usize = 128;
/// What was seen less often has no bin of its own.
const COUNT_MIN: usize = 4;
/// A bin of numbers holds at least one in so many of all.
const SHARE_MIN: usize = 1_000;
