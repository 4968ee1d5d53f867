//! Policies on the same days.
//!
//! Every day is drawn from the seed and its number alone: arrivals, patience, talks, and what
//! becomes of who hangs up. So every policy meets the same callers, and a difference of two
//! policies has its own, narrower interval.
//!
//! A process knows from earlier days how long talks take and how patient callers are. So a policy that
//! learns is first given days that are not counted, and each counted day begins with what it then knew.

use crate::machine::acd::experience::Experience;
use crate::machine::acd::policy::Policy;
use crate::machine::simulation::day;
use crate::machine::simulation::estimate;
use crate::machine::simulation::estimate::Estimate;
use crate::machine::simulation::estimate::Waits;
use crate::machine::simulation::figure::Figure;
use crate::machine::simulation::figure::GroupFigure;
use crate::machine::simulation::figure::Whom;
use crate::machine::simulation::figure::served_by;
use crate::machine::simulation::log::End;
use crate::machine::simulation::log::Log;
use crate::machine::simulation::scenario::Scenario;
use crate::machine::simulation::stop::Enough;
use crate::machine::simulation::stop::Stop;
use crate::machine::simulation::tally::Profile;
use crate::machine::simulation::tally::Tally;
use crate::machine::simulation::traffic;

/// Days are put into so many heaps to see how far percentiles scatter.
const BATCHES: usize = 20;
/// From so many days policies learn before those that are counted: a working week.
pub const LEARN_DAYS: u64 = 5;
/// Waits are told so that this share waited no longer.
const PERCENTILE: f64 = 0.95;

/// Days of a scenario under some policies.
#[derive(Clone, Debug)]
pub struct Study {
    /// What is played.
    pub scenario: Scenario,
    /// Where its days are drawn from.
    pub seed: u64,
    /// Days from which policies have learned.
    pub learned_days: u64,
    /// A run for each policy.
    pub runs: Vec<Run>,
}

/// Days under one policy.
#[derive(Clone, Debug)]
pub struct Run {
    /// The policy of every queue; none: their own.
    pub policy: Option<Policy>,
    /// The counts of each day.
    pub days: Vec<Tally>,
    /// By slice of the day.
    pub profile: Profile,
    /// Waits by heap and type.
    waits: Vec<Vec<Waits>>,
    /// What each of its days begins with, by queue.
    learned: Vec<Experience>,
}

/// One day under one policy.
#[derive(Clone, Debug)]
pub struct Played {
    /// Its counts.
    pub tally: Tally,
    /// By slice of the day.
    pub profile: Profile,
    /// Waits by type.
    waits: Vec<Waits>,
}

impl Played {
    fn of(scenario: &Scenario, log: &Log) -> Self {
        let mut waits = vec![Waits::default(); scenario.types.len()];
        let counted = log.attempts.iter();
        let counted = counted.filter(|one| one.at >= scenario.day.warm_up);
        for attempt in counted.filter(|one| one.end != End::Blocked) {
            if let Some(waits) = waits.get_mut(attempt.kind) {
                waits.take(attempt.waited);
            }
        }
        Self {
            tally: Tally::of(scenario, log),
            profile: Profile::of(scenario, log),
            waits,
        }
    }
}

impl Study {
    /// No day is played yet.
    #[must_use]
    pub fn new(scenario: Scenario, policies: &[Option<Policy>], seed: u64) -> Self {
        let run = |policy: &Option<Policy>| Run {
            policy: *policy,
            days: Vec::new(),
            profile: Profile::default(),
            waits: Vec::new(),
            learned: Vec::new(),
        };
        Self {
            scenario,
            seed,
            learned_days: 0,
            runs: policies.iter().map(run).collect(),
        }
    }

    /// Plays a day that is not counted, from which the policies that learn go on: first after what
    /// they learned on those before, then each counted day after all of them.
    ///
    /// # Errors
    ///
    /// Those of [`Study::play`].
    pub fn learn(&mut self, enough: &Enough<'_>) -> Result<(), Stop> {
        let names = (self.seed, u64::MAX - self.learned_days);
        self.learned_days += 1;
        let Self { scenario, runs, .. } = self;
        let mut learning = runs
            .iter_mut()
            .filter(|run| run.learns(scenario))
            .peekable();
        if learning.peek().is_none() {
            return Ok(());
        }
        let calls = traffic::calls(scenario, names, enough)?;
        for run in learning {
            let rules = (run.policy, &mut run.learned);
            day::play_on(scenario, rules, calls.clone(), names, enough)?;
        }
        Ok(())
    }

    /// Plays a day under each policy.
    ///
    /// # Errors
    ///
    /// The day has too many calls, or it was enough.
    pub fn play(&self, number: u64, enough: &Enough<'_>) -> Result<Vec<Played>, Stop> {
        let names = (self.seed, number);
        let calls = traffic::calls(&self.scenario, names, enough)?;
        let one = |run: &Run| {
            let rules = (run.policy, &mut run.learned.clone());
            let log = day::play_on(&self.scenario, rules, calls.clone(), names, enough)?;
            Ok(Played::of(&self.scenario, &log))
        };
        self.runs.iter().map(one).collect()
    }

    /// Takes the next day.
    pub fn take(&mut self, played: Vec<Played>) {
        for (run, played) in self.runs.iter_mut().zip(played) {
            let heap = run.days.len() % BATCHES;
            run.profile.add(&played.profile);
            run.days.push(played.tally);
            match run.waits.get_mut(heap) {
                Some(waits) => {
                    for (own, other) in waits.iter_mut().zip(&played.waits) {
                        own.add(other);
                    }
                }
                None => run.waits.push(played.waits),
            }
        }
    }

    /// How many days were played.
    #[must_use]
    pub fn days(&self) -> usize {
        self.runs.first().map_or(0, |run| run.days.len())
    }
}

impl Run {
    fn learns(&self, scenario: &Scenario) -> bool {
        let mut queues = scenario.queues.iter();
        queues.any(|queue| self.policy.unwrap_or(queue.setup.policy).learns())
    }

    fn each(&self, parts: impl Fn(&Tally) -> (f64, f64)) -> Vec<(f64, f64)> {
        self.days.iter().map(parts).collect()
    }

    /// A figure of contacts.
    #[must_use]
    pub fn figure(&self, figure: Figure, whom: Whom) -> Option<Estimate> {
        estimate::ratio(&self.each(|day| figure.parts(day, whom)))
    }

    /// This figure of another run less that of this one.
    #[must_use]
    pub fn difference(&self, other: &Self, figure: Figure, whom: Whom) -> Option<Estimate> {
        let of = |run: &Self| run.each(|day| figure.parts(day, whom));
        estimate::difference(&of(self), &of(other))
    }

    /// A figure of a group, or of all.
    #[must_use]
    pub fn group_figure(&self, figure: GroupFigure, group: Option<usize>) -> Option<Estimate> {
        estimate::ratio(&self.each(|day| figure.parts(day, group)))
    }

    /// This figure of another run less that of this one.
    #[must_use]
    pub fn group_difference(
        &self,
        other: &Self,
        figure: GroupFigure,
        group: Option<usize>,
    ) -> Option<Estimate> {
        let of = |run: &Self| run.each(|day| figure.parts(day, group));
        estimate::difference(&of(self), &of(other))
    }

    /// Which share of a type's served a group served.
    #[must_use]
    pub fn served_by(&self, kind: usize, group: usize) -> Option<Estimate> {
        estimate::ratio(&self.each(|day| served_by(day, kind, group)))
    }

    /// So many seconds 95 % of those let in waited at most.
    #[must_use]
    pub fn p95_s(&self, whom: Whom) -> Option<Estimate> {
        let mut all = Waits::default();
        let heaps = self.waits.iter().map(|heap| pooled(heap, whom));
        let mut each = Vec::new();
        for heap in heaps {
            each.extend(heap.percentile(PERCENTILE).map(|minutes| minutes * 60.0));
            all.add(&heap);
        }
        Some(Estimate {
            value: all.percentile(PERCENTILE)? * 60.0,
            half: estimate::half_width(&each),
        })
    }

    /// That of another run less that of this one.
    #[must_use]
    pub fn p95_difference(&self, other: &Self, whom: Whom) -> Option<Estimate> {
        let heaps = self.waits.iter().zip(&other.waits);
        let each = heaps.filter_map(|(one, other)| {
            let of = |heap: &[Waits]| pooled(heap, whom).percentile(PERCENTILE);
            Some((of(other)? - of(one)?) * 60.0)
        });
        let each: Vec<f64> = each.collect();
        Some(Estimate {
            value: other.p95_s(whom)?.value - self.p95_s(whom)?.value,
            half: estimate::half_width(&each),
        })
    }
}

fn pooled(heap: &[Waits], whom: Whom) -> Waits {
    let mut all = Waits::default();
    for (at, waits) in heap.iter().enumerate() {
        if whom == Whom::All || whom == Whom::Type(at) {
            all.add(waits);
        }
    }
    all
}
