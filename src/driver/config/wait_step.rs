//! Steps of a `[[queue]]` as the file writes them.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;
use toml::Spanned;

use crate::machine::acd::step::Prefer;
use crate::machine::acd::step::SkipIf;
use crate::machine::acd::step::Target;
use crate::machine::catalog::StepEntry;
use crate::machine::wait_step;
use crate::machine::wait_step::NamedStep;
use crate::vocabulary::fault::Fault;
use crate::vocabulary::fault::Span;

/// A step of a `[[queue]]`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WaitStep {
    /// What a seat needs beyond the queue's need.
    pub need: Option<Spanned<String>>,
    /// Seats by id; `last` is the one that served the customer last.
    #[serde(default)]
    pub seats: Vec<Spanned<String>>,
    /// How long.
    pub for_s: Option<u32>,
    /// When it is passed over.
    #[serde(default)]
    pub skip_if: SkipIf,
    /// Who goes first.
    pub prefer: Option<Spanned<PreferWord>>,
    /// Or by weights of skills.
    #[serde(default)]
    pub weights: BTreeMap<String, i32>,
}

/// A preference in one word.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PreferWord {
    /// Who is idle longest.
    LongestIdle,
    /// Who is best at what is needed.
    MostSkilled,
    /// Who is just good enough.
    LeastSkilled,
    /// Who was least busy lately.
    LeastBusy,
    /// Who serves the fewest queues.
    FewestQueues,
}

impl WaitStep {
    /// What is wrong with it that its parts do not show.
    #[must_use]
    pub fn fault(&self) -> Option<Fault> {
        let prefer = self.prefer.as_ref().filter(|_| !self.weights.is_empty())?;
        let at = prefer.span();
        let (start, length) = (at.start, at.len());
        let what = "a step has `prefer` or `weights`, not both";
        Some(Fault::new(Span { start, length }, what).help("leave out one of them"))
    }

    /// As the catalog takes it.
    #[must_use]
    pub fn entry(&self) -> StepEntry {
        let prefer = self.prefer.as_ref().map(|word| match word.get_ref() {
            PreferWord::LongestIdle => Prefer::LongestIdle,
            PreferWord::MostSkilled => Prefer::MostSkilled,
            PreferWord::LeastSkilled => Prefer::LeastSkilled,
            PreferWord::LeastBusy => Prefer::LeastBusy,
            PreferWord::FewestQueues => Prefer::FewestQueues,
        });
        let weights = self.weights.iter();
        let weights: Vec<_> = weights.map(|(skill, by)| (skill.clone(), *by)).collect();
        let prefer = prefer.or_else(|| (!weights.is_empty()).then_some(Prefer::Weights(weights)));
        let seats = self.seats.iter().map(|seat| seat.get_ref().as_str());
        let target = if self.seats.is_empty() {
            Target::default()
        } else {
            wait_step::seats(seats)
        };
        let need = self.need.as_ref().map(|need| need.get_ref().clone());
        StepEntry {
            need: need.unwrap_or_default(),
            step: NamedStep {
                target,
                lasts: self.for_s.map(|s| Duration::from_secs(s.into())),
                skip: self.skip_if,
                prefer,
            },
        }
    }
}
