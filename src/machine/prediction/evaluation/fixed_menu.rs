//! What a fixed menu takes: first the kind of order, then the questions of that kind, the most
//! frequent first, then which order it is about if there are several.

use std::collections::BTreeMap;

use crate::machine::prediction::outcome::Exposure;
use crate::machine::prediction::outcome::Outcome;

/// A fixed menu, ordered by what was asked so far.
#[derive(Clone, Debug, Default)]
pub struct FixedMenu {
    kinds: BTreeMap<String, u64>,
    questions: BTreeMap<(String, String), u64>,
}

impl FixedMenu {
    /// Counts a call.
    pub fn learn(&mut self, outcome: &Outcome) {
        let Some((kind, question)) = wanted(outcome) else {
            return;
        };
        *self.kinds.entry(kind.to_owned()).or_default() += 1;
        let pair = (kind.to_owned(), question.to_owned());
        *self.questions.entry(pair).or_default() += 1;
    }

    /// So many seconds until the caller has chosen what they want; none if they want something else.
    #[must_use]
    pub fn seconds(&self, outcome: &Outcome) -> Option<f64> {
        let (kind, question) = wanted(outcome)?;
        let of_kind = self.questions.iter().filter(|((of, _), _)| of == kind);
        let of_kind = of_kind.map(|((_, question), count)| (question, *count));
        let kinds = self.kinds.iter().map(|(kind, count)| (kind, *count));
        let about = outcome.meant.as_ref().map_or(0, |meant| meant.order);
        let several = outcome.exposed.len() > 1;
        let orders = if several { about + 1 } else { 0 };
        let options = place(kinds, kind) + place(of_kind, question) + orders;
        let options = u32::try_from(options).unwrap_or(u32::MAX);
        Some(INTRO_S + OPTION_S * f64::from(options))
    }
}

/// What comes before the first option of a menu, in seconds (THEORY's model).
pub const INTRO_S: f64 = 3.0;
/// How long an option takes to hear, in seconds (THEORY's model).
pub const OPTION_S: f64 = 4.5;

/// The place from 1 by count; behind all others if it was never counted.
fn place<'n>(counts: impl Iterator<Item = (&'n String, u64)> + Clone, name: &str) -> usize {
    let own = counts.clone().find(|(one, _)| *one == name);
    let own = own.map_or(0, |(_, count)| count);
    let before =
        |(one, count): &(&String, u64)| *count > own || (*count == own && one.as_str() < name);
    counts.filter(before).count() + 1
}

fn wanted(outcome: &Outcome) -> Option<(&str, &str)> {
    let meant = outcome.meant.as_ref()?;
    let exposure: &Exposure = outcome.exposed.get(meant.order)?;
    let kind = exposure.cells.get(1).or(exposure.cells.first());
    Some((kind.map_or("", String::as_str), meant.question.as_str()))
}
