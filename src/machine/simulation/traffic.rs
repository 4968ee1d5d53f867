//! The calls of a day, drawn before it begins, so that policies meet the same ones.

use crate::machine::simulation::distribution::ENDLESS;
use crate::machine::simulation::draw::Draw;
use crate::machine::simulation::draw::Use;
use crate::machine::simulation::scenario::AGAIN_MAX;
use crate::machine::simulation::scenario::Arrivals;
use crate::machine::simulation::scenario::ByPeriod;
use crate::machine::simulation::scenario::Came;
use crate::machine::simulation::scenario::ContactType;
use crate::machine::simulation::scenario::GroupTalk;
use crate::machine::simulation::scenario::Same;
use crate::machine::simulation::scenario::Scenario;
use crate::machine::simulation::stop::ASK_EVERY;
use crate::machine::simulation::stop::Enough;
use crate::machine::simulation::stop::Stop;

/// One call. Minutes after the beginning of the day.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// When.
    pub at: f64,
    /// Its type.
    pub kind: usize,
    /// How long it waits.
    pub patience: f64,
    /// How long a seat of each group would talk.
    pub talks: Vec<f64>,
    /// Names the stream of what becomes of it later.
    pub fate: u64,
    /// How often it called before.
    pub attempt: u8,
    /// How long it waited when it called before, in all.
    pub waited_before: f64,
}

/// Why somebody might call again.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Why {
    /// They hung up.
    Left,
    /// They were blocked.
    Blocked,
}

impl Call {
    /// The same who calls again, if they do.
    #[must_use]
    pub fn again(&self, scenario: &Scenario, why: Why, now: f64) -> Option<Self> {
        let kind = scenario.types.get(self.kind)?;
        let share = match why {
            Why::Left => kind.again.left,
            Why::Blocked => kind.again.blocked,
        };
        let mut draw = Draw::from_bits(self.fate);
        let attempt = self.attempt.checked_add(1)?;
        if draw.unit() > share || attempt > AGAIN_MAX {
            return None;
        }
        let mut again = self.clone();
        again.at = now + kind.again.after.draw(&mut draw);
        again.fate = draw.bits();
        again.attempt = attempt;
        again.waited_before += now - self.at;
        if kind.again.same == Same::Drawn {
            let period = scenario.day.period_of(again.at);
            again.patience = patience(kind, period, &mut draw);
            again.talks = talks(scenario, self.kind, period, &mut draw);
        }
        Some(again)
    }
}

/// The calls of a day in their order.
///
/// # Errors
///
/// They are more than the scenario allows, or it was enough.
pub fn calls(
    scenario: &Scenario,
    (seed, day): (u64, u64),
    enough: &Enough<'_>,
) -> Result<Vec<Call>, Stop> {
    let busyness = factor(scenario.busyness, &mut Draw::of(seed, day, Use::Day));
    let mut calls = Vec::new();
    for (at, kind) in scenario.types.iter().enumerate() {
        let mut draw = Draw::of(seed, day, Use::Calls(at));
        for one in came(scenario, kind, (day, busyness), &mut draw) {
            if calls.len() >= scenario.calls_max {
                return Err(Stop::TooManyCalls(scenario.calls_max));
            }
            if calls.len() % ASK_EVERY == 0 && enough() {
                return Err(Stop::Enough);
            }
            calls.push(call(scenario, at, one, &mut draw));
        }
    }
    calls.sort_by(|one, other| one.at.total_cmp(&other.at));
    Ok(calls)
}

/// A factor of mean 1.
fn factor(shape: Option<f64>, draw: &mut Draw) -> f64 {
    shape.map_or(1.0, |shape| draw.gamma(shape) / shape)
}

fn came(
    scenario: &Scenario,
    kind: &ContactType,
    (day, busyness): (u64, f64),
    draw: &mut Draw,
) -> Vec<Came> {
    let (rates, shape) = match &kind.arrivals {
        Arrivals::Poisson(rates, shape) => (rates, *shape),
        Arrivals::Replay(days) => {
            let count = u64::try_from(days.len()).unwrap_or(1).max(1);
            let at = usize::try_from(day % count).unwrap_or(0);
            let begins = |one: &Came| Came {
                at: one.at - scenario.day.from,
                ..*one
            };
            let day = days.get(at).map(Vec::as_slice).unwrap_or_default();
            return day.iter().map(begins).collect();
        }
    };
    let busyness = busyness * factor(shape, draw);
    let mut all = Vec::new();
    let mut from = 0.0;
    for period in 0..scenario.day.periods() {
        let to = f64::min(from + scenario.day.period, scenario.day.length());
        let rate = rates.at(period).copied().unwrap_or(0.0) * busyness;
        poisson((rate, scenario.calls_max), (from, to), draw, &mut all);
        from = to;
    }
    all
}

/// Arrivals of a Poisson process between two moments; of more than `most` one too many.
fn poisson(
    (rate, most): (f64, usize),
    (from, to): (f64, f64),
    draw: &mut Draw,
    all: &mut Vec<Came>,
) {
    let mut at = from;
    while rate > 0.0 && all.len() <= most {
        at += draw.exponential(1.0 / rate);
        if at >= to {
            return;
        }
        all.push(Came {
            at,
            patience: None,
            talk: None,
        });
    }
}

fn call(scenario: &Scenario, at: usize, came: Came, draw: &mut Draw) -> Call {
    let period = scenario.day.period_of(came.at);
    let kind = scenario.types.get(at);
    let drawn = kind.map_or(ENDLESS, |kind| patience(kind, period, draw));
    let mut talks = talks(scenario, at, period, draw);
    if let Some(talk) = came.talk {
        talks = recorded(scenario, at, talk, &talks);
    }
    Call {
        at: came.at,
        kind: at,
        patience: came.patience.unwrap_or(drawn),
        talks,
        fate: draw.bits(),
        attempt: 0,
        waited_before: 0.0,
    }
}

/// How long it waits: no time at all if it is of those that hang up at once.
fn patience(kind: &ContactType, period: usize, draw: &mut Draw) -> f64 {
    let at_once = draw.unit() <= kind.at_once;
    let patience = drawn(&kind.patience, period, draw);
    if at_once { 0.0 } else { patience }
}

fn drawn(
    distributions: &ByPeriod<crate::machine::simulation::distribution::Distribution>,
    period: usize,
    draw: &mut Draw,
) -> f64 {
    let distribution = distributions.at(period);
    distribution.map_or(ENDLESS, |distribution| distribution.draw(draw).max(0.0))
}

/// How long each group would talk: one draw for all groups that say nothing of their own.
fn talks(scenario: &Scenario, kind: usize, period: usize, draw: &mut Draw) -> Vec<f64> {
    let own = scenario.types.get(kind).map(|kind| &kind.talk);
    let talk = own.map_or(0.0, |own| drawn(own, period, draw));
    let mut each = Vec::with_capacity(scenario.groups.len());
    for group in &scenario.groups {
        let said = group.talks.iter().find(|(of, _)| *of == kind);
        each.push(match said {
            None => talk,
            Some((_, GroupTalk::Times(times))) => talk * times,
            Some((_, GroupTalk::Drawn(own))) => drawn(own, period, draw),
        });
    }
    each
}

/// A talk that is known holds for every group, but for the factors of groups.
fn recorded(scenario: &Scenario, kind: usize, talk: f64, drawn: &[f64]) -> Vec<f64> {
    let groups = scenario.groups.iter().zip(drawn);
    let each = groups.map(|(group, drawn)| {
        let said = group.talks.iter().find(|(of, _)| *of == kind);
        match said {
            None => talk,
            Some((_, GroupTalk::Times(times))) => talk * times,
            Some((_, GroupTalk::Drawn(_))) => *drawn,
        }
    });
    each.collect()
}
