//! The one gate that every call out passes.
//!
//! A call leaves only over a trunk whose destinations hold its number, while the trunk has fewer
//! calls than it may have at once, in a minute and in an hour. What is not named may not leave.

use std::collections::BTreeSet;
use std::collections::VecDeque;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::machine::trunk::destination;
use crate::machine::trunk::destination::Destination;
use crate::vocabulary::id::LegId;
use crate::vocabulary::time::Now;

/// The most calls that a trunk may begin in an hour, whatever its rules say.
pub const HOUR_MAX: u32 = 100_000;

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3_600);

/// What a trunk may be used for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TrunkRules {
    /// Its name.
    pub name: String,
    /// Numbers that may be called; none: none.
    pub destinations: Vec<Destination>,
    /// Calls at once.
    pub calls_max: u32,
    /// Calls begun within a minute.
    pub per_minute: u32,
    /// Calls begun within an hour.
    pub per_hour: u32,
}

/// Why a call may not leave.
#[derive(
    Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize, Deserialize, thiserror::Error,
)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// What was to be called is no number.
    #[error("it is no international number")]
    NotANumber,
    /// No trunk's destinations hold it.
    #[error("no trunk may call it")]
    NotAllowed,
    /// Its trunks have as many calls as they may have.
    #[error("the trunk has as many calls as it may have at once")]
    Full,
    /// Its trunks have begun as many calls as they may in this time.
    #[error("the trunk has begun as many calls as it may in a minute or an hour")]
    TooFast,
}

/// Names a trunk by its place.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct TrunkNo(pub usize);

/// All trunks and the calls that are out.
#[derive(Debug, Default)]
pub struct Gate {
    trunks: Vec<Trunk>,
}

#[derive(Debug)]
struct Trunk {
    rules: TrunkRules,
    live: BTreeSet<LegId>,
    /// When calls of the last hour began, the oldest first.
    begun: VecDeque<Now>,
}

impl Gate {
    /// A gate with these trunks, asked in this order.
    #[must_use]
    pub fn new(trunks: impl IntoIterator<Item = TrunkRules>) -> Self {
        let trunks = trunks.into_iter().map(|rules| Trunk {
            rules,
            live: BTreeSet::new(),
            begun: VecDeque::new(),
        });
        Self {
            trunks: trunks.collect(),
        }
    }

    /// Lets a call out, or says why not. It counts until [`Self::release`].
    ///
    /// # Errors
    ///
    /// [`Refusal`] of the trunk that came nearest.
    pub fn admit(&mut self, now: Now, leg: LegId, number: &str) -> Result<TrunkNo, Refusal> {
        if !destination::is_callable(number) {
            return Err(Refusal::NotANumber);
        }
        let mut refusal = Refusal::NotAllowed;
        for (at, trunk) in self.trunks.iter_mut().enumerate() {
            if !trunk.holds(number) {
                continue;
            }
            match trunk.room(now) {
                Ok(()) => {
                    trunk.live.insert(leg);
                    trunk.begun.push_back(now);
                    return Ok(TrunkNo(at));
                }
                Err(full) => refusal = refusal.max(full),
            }
        }
        Err(refusal)
    }

    /// Whether any trunk may call this number, whatever its calls at present.
    #[must_use]
    pub fn may_call(&self, number: &str) -> bool {
        destination::is_callable(number) && self.trunks.iter().any(|trunk| trunk.holds(number))
    }

    /// A call that was let out is over.
    pub fn release(&mut self, leg: LegId) {
        for trunk in &mut self.trunks {
            trunk.live.remove(&leg);
        }
    }

    /// Whether this call was let out and is not over.
    #[must_use]
    pub fn is_out(&self, leg: LegId) -> bool {
        self.trunks.iter().any(|trunk| trunk.live.contains(&leg))
    }

    /// The name of a trunk.
    #[must_use]
    pub fn name(&self, trunk: TrunkNo) -> &str {
        self.trunks
            .get(trunk.0)
            .map_or("", |trunk| trunk.rules.name.as_str())
    }
}

impl Trunk {
    fn holds(&self, number: &str) -> bool {
        let mut destinations = self.rules.destinations.iter();
        destinations.any(|destination| destination.holds(number))
    }

    fn room(&mut self, now: Now) -> Result<(), Refusal> {
        while self.begun.front().is_some_and(|at| now.since(*at) >= HOUR) {
            self.begun.pop_front();
        }
        let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        if count(self.live.len()) >= self.rules.calls_max {
            return Err(Refusal::Full);
        }
        let minute = self.begun.iter().rev();
        let minute = minute.take_while(|at| now.since(**at) < MINUTE).count();
        let hour = self.rules.per_hour.min(HOUR_MAX);
        if count(minute) >= self.rules.per_minute || count(self.begun.len()) >= hour {
            return Err(Refusal::TooFast);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(name: &str, destinations: &[&str]) -> TrunkRules {
        let destinations = destinations.iter();
        TrunkRules {
            name: name.to_owned(),
            destinations: destinations.map(|one| one.parse().unwrap()).collect(),
            calls_max: 2,
            per_minute: 3,
            per_hour: 5,
        }
    }

    fn leg(number: u64) -> LegId {
        LegId::from_bits(number)
    }

    #[test]
    fn only_named_destinations_leave() {
        let mut gate = Gate::new([rules("carrier", &["+86*"])]);
        let mut ask = |number| gate.admit(Now::START, leg(1), number);
        assert_eq!(ask("+85212345678"), Err(Refusal::NotAllowed));
        assert_eq!(ask("1060000002"), Err(Refusal::NotANumber));
        assert_eq!(ask("+8610x"), Err(Refusal::NotANumber));
        assert_eq!(ask("+861060000002"), Ok(TrunkNo(0)));
        assert!(gate.is_out(leg(1)) && !gate.is_out(leg(2)));
        assert_eq!(
            Gate::default().admit(Now::START, leg(1), "+861060000002"),
            Err(Refusal::NotAllowed)
        );
    }

    #[test]
    fn calls_are_bounded_at_once_in_a_minute_and_in_an_hour() {
        let mut gate = Gate::new([rules("carrier", &["+86*"])]);
        let ask = |gate: &mut Gate, at_s: u64, id| {
            let admitted = gate.admit(Now::at_ms(at_s * 1_000), leg(id), "+861060000002");
            admitted.map(|_| ())
        };
        assert_eq!(ask(&mut gate, 0, 1), Ok(()));
        assert_eq!(ask(&mut gate, 0, 2), Ok(()));
        assert_eq!(ask(&mut gate, 0, 3), Err(Refusal::Full));
        gate.release(leg(1));
        gate.release(leg(2));
        assert_eq!(ask(&mut gate, 1, 3), Ok(()));
        gate.release(leg(3));
        assert_eq!(ask(&mut gate, 2, 4), Err(Refusal::TooFast));
        assert_eq!(ask(&mut gate, 61, 4), Ok(()));
        assert_eq!(ask(&mut gate, 61, 5), Ok(()));
        gate.release(leg(4));
        assert_eq!(ask(&mut gate, 200, 6), Err(Refusal::TooFast));
        assert_eq!(ask(&mut gate, 3_601, 6), Ok(()));
    }

    #[test]
    fn a_full_trunk_gives_way_to_the_next() {
        let mut gate = Gate::new([rules("first", &["+86*"]), rules("second", &["+8*"])]);
        let ask = |gate: &mut Gate, id| gate.admit(Now::START, leg(id), "+861060000002");
        assert_eq!(ask(&mut gate, 1), Ok(TrunkNo(0)));
        assert_eq!(ask(&mut gate, 2), Ok(TrunkNo(0)));
        assert_eq!(
            ask(&mut gate, 3).map(|no| gate.name(no).to_owned()),
            Ok("second".to_owned())
        );
    }
}
