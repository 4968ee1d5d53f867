//! Questions that are suddenly asked many times as often.
//!
//! Of each question in each cell it is believed that it is asked as always, or so many times as often
//! (`TIMES`): one belief each, moved by every call (Bayes; not asked speaks against a storm as asked
//! speaks for it). Storms begin seldom and end of themselves after some hours, so that a few calls
//! in a row make none, thirty calls show one that is tenfold, and the next day none is left.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::Serialize;

use crate::machine::prediction::learning::arithmetic;
use crate::machine::prediction::learning::exact;
use crate::vocabulary::time::Wall;

/// What is believed of the questions in the cells of one level.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Storm {
    at: Wall,
    cells: BTreeMap<String, Cell>,
}

/// What is known of a cell.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Cell {
    /// So often something was asked in it.
    calls: u64,
    /// By question; those that are not here are asked as always.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    beliefs: BTreeMap<String, Belief>,
}

/// How likely each of `TIMES` is held, and what is left to 1 as always.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Belief(#[serde(with = "exact")] Vec<f64>);

/// A question in a cell.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// The cell.
    pub cell: &'a str,
    /// The question's id.
    pub question: &'a str,
}

/// What is expected at a moment.
#[derive(Clone, Copy, Debug)]
pub struct Outlook<'a> {
    storm: &'a Storm,
    left: f64,
}

impl<'a> Outlook<'a> {
    /// What is expected in a cell: how many times as often as always a question is asked there.
    pub fn of(self, cell: &str) -> impl Fn(&str) -> f64 + use<'a> {
        let cell = self.storm.cells.get(cell);
        move |question| {
            let belief = cell.and_then(|cell| cell.beliefs.get(question));
            belief.map_or(1.0, |belief| {
                belief.faded(self.left).times() / Belief::calm().times()
            })
        }
    }
}

impl Storm {
    /// What is expected at a moment; none if all is as always.
    #[must_use]
    pub fn outlook(&self, at: Wall) -> Option<Outlook<'_>> {
        let is_calm = self.cells.values().all(|cell| cell.beliefs.is_empty());
        (!is_calm).then(|| Outlook {
            storm: self,
            left: self.left(at),
        })
    }

    /// Learns where something was asked. `expected` says how likely that was held of each place.
    pub fn learn(&mut self, asked: Place<'_>, expected: impl Fn(Place<'_>) -> f64, at: Wall) {
        let left = self.left(at) * half_after(1.0 / CALLS);
        self.meet(asked);
        for (cell, known) in &mut self.cells {
            known.beliefs.retain(|question, belief| {
                let place = Place { cell, question };
                let hit = cell == asked.cell && question == asked.question;
                let told = if hit { Told::Asked } else { Told::NotAsked };
                *belief = belief.faded(left).told(told, expected(place));
                hit || belief.storms()
            });
        }
        self.at = self.at.max(at);
    }

    /// Counts a call, and looks at its question from now on if the cell is familiar.
    fn meet(&mut self, asked: Place<'_>) {
        let beliefs = self.cells.values().map(|cell| cell.beliefs.len());
        let room = beliefs.sum::<usize>() < BELIEFS_MAX;
        if self.cells.len() >= CELLS_MAX && !self.cells.contains_key(asked.cell) {
            return;
        }
        let cell = self.cells.entry(asked.cell.to_owned()).or_default();
        cell.calls = cell.calls.saturating_add(1);
        if cell.calls > FAMILIAR && room && !cell.beliefs.contains_key(asked.question) {
            let question = asked.question.to_owned();
            cell.beliefs.insert(question, Belief::calm());
        }
    }

    /// Which part of a belief is left of what was last learned.
    fn left(&self, at: Wall) -> f64 {
        let passed_ms = at.as_ms().saturating_sub(self.at.as_ms()).max(0);
        let seconds = f64::from(u32::try_from(passed_ms / 1_000).unwrap_or(u32::MAX));
        half_after(seconds / 3_600.0 / HOURS)
    }
}

/// What one call told of a question.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Told {
    Asked,
    NotAsked,
}

impl Belief {
    fn calm() -> Self {
        Self(vec![BEGINS; TIMES.len()])
    }

    fn calmness(&self) -> f64 {
        1.0 - self.0.iter().sum::<f64>()
    }

    /// Whether a storm is held to be likelier than anywhere.
    fn storms(&self) -> bool {
        self.calmness() < Self::calm().calmness()
    }

    fn times(&self) -> f64 {
        let storms = self.0.iter().zip(TIMES);
        self.calmness() + storms.map(|(held, times)| held * times).sum::<f64>()
    }

    fn faded(&self, left: f64) -> Self {
        let held = self.0.iter();
        Self(
            held.map(|held| held * left + BEGINS * (1.0 - left))
                .collect(),
        )
    }

    /// What is believed after a call in which this was expected so much. Asked `t` times as often, a
    /// question has the odds `t·p / (1 - p)`.
    fn told(&self, told: Told, expected: f64) -> Self {
        let likely = |times: f64| {
            let asked = match told {
                Told::Asked => times,
                Told::NotAsked => 1.0,
            };
            asked / (1.0 + (times - 1.0) * expected)
        };
        let storms = self.0.iter().zip(TIMES);
        let storms: Vec<f64> = storms.map(|(held, times)| held * likely(times)).collect();
        let all = self.calmness() * likely(1.0) + storms.iter().sum::<f64>();
        Self(storms.into_iter().map(|held| held / all).collect())
    }
}

/// What is left after so many half-lives.
fn half_after(halves: f64) -> f64 {
    arithmetic::exp(-std::f64::consts::LN_2 * halves)
}

/// So many times as often a question may be asked in a storm.
const TIMES: [f64; 5] = [3.0, 6.0, 12.0, 24.0, 48.0];
/// How likely each of them is held before anything is known.
const BEGINS: f64 = 0.0001;
/// A belief fades by half in so many hours,
const HOURS: f64 = 3.0;
/// and in so many calls.
const CALLS: f64 = 1_000.0;
/// In a cell that saw fewer calls nobody knows what is usual.
const FAMILIAR: u64 = 200;
/// In cells that are met later no storm is seen.
const CELLS_MAX: usize = 1_024;
/// Of more questions nothing is believed until others are calm again.
const BELIEFS_MAX: usize = 1_024;

#[cfg(test)]
mod tests {
    use super::*;

    const ASKED: Place<'static> = Place {
        cell: "flight",
        question: "delay",
    };
    const OTHER: Place<'static> = Place {
        cell: "hotel",
        question: "delay",
    };

    fn expected(place: Place<'_>) -> f64 {
        if place.cell == "flight" { 0.03 } else { 0.97 }
    }

    /// One call in so many asks it.
    fn pass(storm: &mut Storm, calls: i64, one_in: i64) {
        for call in 0..calls {
            let asked = if call % one_in == 0 { ASKED } else { OTHER };
            storm.learn(asked, expected, Wall::from_ms(call * 20_000));
        }
    }

    fn times(storm: &Storm, place: Place<'_>, at: Wall) -> f64 {
        let outlook = storm.outlook(at);
        outlook.map_or(1.0, |outlook| outlook.of(place.cell)(place.question))
    }

    fn is_watched(storm: &Storm, place: Place<'_>) -> bool {
        let cell = storm.cells.get(place.cell);
        cell.is_some_and(|cell| cell.beliefs.contains_key(place.question))
    }

    /// Of three calls in nine that ask it, where three in a hundred did.
    fn storm() -> Storm {
        let mut storm = Storm::default();
        pass(&mut storm, 8_000, 33);
        pass(&mut storm, 60, 3);
        storm
    }

    #[test]
    fn a_tenfold_storm_is_seen_within_sixty_calls_and_gone_the_next_day() {
        let storm = storm();
        let now = storm.at;
        assert!(times(&storm, ASKED, now) > 6.0, "{storm:?}");
        let next = Wall::from_ms(now.as_ms() + 22 * 3_600_000);
        assert!(times(&storm, ASKED, next) < 1.1, "{storm:?}");
        let unknown = Place {
            cell: "flight",
            question: "fee",
        };
        assert!((times(&storm, unknown, now) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn what_is_asked_as_expected_makes_no_storm_and_is_not_kept() {
        let mut storm = Storm::default();
        for _ in 0..300 {
            pass(&mut storm, 33, 33);
            assert!(times(&storm, ASKED, storm.at) < 1.2);
        }
        assert!(!is_watched(&storm, ASKED));
    }

    #[test]
    fn where_nothing_is_usual_there_is_no_storm() {
        let mut storm = Storm::default();
        pass(&mut storm, 300, 3);
        assert!(!is_watched(&storm, ASKED));
        pass(&mut storm, 900, 3);
        assert!(times(&storm, ASKED, storm.at) > 3.0);
    }

    #[test]
    fn beliefs_come_back_to_the_last_bit() {
        let storm = storm();
        let text = serde_json::to_string(&storm).unwrap();
        assert_eq!(serde_json::from_str::<Storm>(&text).unwrap(), storm);
    }
}
