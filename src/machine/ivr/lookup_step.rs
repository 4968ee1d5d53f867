//! A wait for a look-up, never in silence for long.
//!
//! ```text
//! step      0.7 s           end of words      + 1.3 s
//! |--silence--|--comfort words--|----silence-----|  gives up
//! |-------------- deadline of the look-up -----|    or here
//! ```

use std::time::Duration;

use crate::machine::ivr::failure::LookupFailure;
use crate::machine::ivr::journey::Journey;
use crate::machine::ivr::journey::Move;
use crate::machine::ivr::line;
use crate::machine::ivr::script::Lookup;
use crate::machine::ivr::script::LookupBy;
use crate::machine::ivr::script::Voices;
use crate::machine::ivr::search::Search;
use crate::machine::ivr::search::SearchOutcome;
use crate::machine::ivr::surface::LookupKey;
use crate::machine::ivr::world::WalkWorld;
use crate::vocabulary::time::Now;

/// Silence before words of comfort.
pub const COMFORT_AFTER: Duration = Duration::from_millis(700);
/// Silence after them: with what a path adds it stays below 1.5 s.
pub const SILENCE_MAX: Duration = Duration::from_millis(1300);

/// A wait for a look-up.
#[derive(Debug)]
pub struct LookupStep {
    key: LookupKey,
    comfort: Comfort,
}

/// Words of comfort.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Comfort {
    /// They come then.
    Due(Now),
    /// They are being said.
    Saying,
    /// They are over, or there are none; the wait ends then.
    Over(Now),
}

impl LookupStep {
    /// Enters the step.
    ///
    /// # Errors
    ///
    /// Where to go if there is nothing to wait for.
    pub fn enter(
        journey: &mut Journey,
        search: &mut Search,
        world: WalkWorld<'_>,
        lookup: &Lookup,
    ) -> Result<Self, Move> {
        let now = world.turn.now;
        let key = match lookup.by {
            LookupBy::Caller => journey.caller.number.clone().map(LookupKey::Phone),
            LookupBy::OrderTail(from) => {
                let tail = journey.collected.get(&from).cloned();
                tail.map(LookupKey::OrderTail)
            }
        };
        let key = key.ok_or(Move::Go(lookup.no_number))?;
        search.need(journey, now, &key, lookup.timeout);
        let comfort = match lookup.wait {
            Some(_) => Comfort::Due(now + COMFORT_AFTER),
            None => Comfort::Over(now + SILENCE_MAX),
        };
        let step = Self { key, comfort };
        match step.moved(search, lookup) {
            Move::Stay => Ok(step),
            gone @ Move::Go(_) => Err(gone),
        }
    }

    /// Where the look-up's outcome leads.
    #[must_use]
    pub fn moved(&self, search: &Search, lookup: &Lookup) -> Move {
        match search.outcome(&self.key) {
            None | Some(SearchOutcome::Awaited) => Move::Stay,
            Some(SearchOutcome::Found(0)) => Move::Go(lookup.empty),
            Some(SearchOutcome::Found(_)) => Move::Go(lookup.ok),
            // Words of comfort are said to their end before a caller is led elsewhere.
            Some(SearchOutcome::Failed(_)) if self.comfort == Comfort::Saying => Move::Stay,
            Some(SearchOutcome::Failed(LookupFailure::Timeout)) => Move::Go(lookup.timed_out),
            Some(SearchOutcome::Failed(
                LookupFailure::Failed
                | LookupFailure::Busy
                | LookupFailure::Resting
                | LookupFailure::Stale,
            )) => Move::Go(lookup.failed),
        }
    }

    /// The words of comfort have ended.
    pub fn handle_said(&mut self, search: &Search, lookup: &Lookup, now: Now) -> Move {
        if self.comfort == Comfort::Saying {
            self.comfort = Comfort::Over(now + SILENCE_MAX);
        }
        self.moved(search, lookup)
    }

    /// It is time for words of comfort, or to give up.
    pub fn handle_timeout(
        &mut self,
        journey: &mut Journey,
        search: &mut Search,
        world: WalkWorld<'_>,
        lookup: &Lookup,
    ) {
        let now = world.turn.now;
        match self.comfort {
            Comfort::Due(at) if at <= now => {
                let wait = lookup.wait.iter();
                let lines =
                    wait.flat_map(|wait| line::lines(journey, world, wait, Voices::Callers));
                match lines.collect::<Vec<_>>().into_iter().next() {
                    Some(line) => {
                        journey.fill(now, line);
                        self.comfort = Comfort::Saying;
                    }
                    None => self.comfort = Comfort::Over(now + SILENCE_MAX),
                }
            }
            Comfort::Over(at) if at <= now => search.give_up(journey),
            Comfort::Due(_) | Comfort::Over(_) | Comfort::Saying => {}
        }
    }

    /// When something is to be done.
    #[must_use]
    pub const fn poll_timeout(&self) -> Option<Now> {
        match self.comfort {
            Comfort::Due(at) | Comfort::Over(at) => Some(at),
            Comfort::Saying => None,
        }
    }
}
