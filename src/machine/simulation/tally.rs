//! Counts of a day. Waits are minutes.

use crate::machine::simulation::log::Attempt;
use crate::machine::simulation::log::End;
use crate::machine::simulation::log::Log;
use crate::machine::simulation::scenario::Scenario;
use crate::machine::simulation::series::Level;
use crate::machine::simulation::series::SLICES;
use crate::machine::simulation::series::slice_of;

/// Counts of one type: of attempts that began when the warm-up was over.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Count {
    /// All of them.
    pub offered: f64,
    /// Those who had called before.
    pub again: f64,
    /// Not let in.
    pub blocked: f64,
    /// Served.
    pub served: f64,
    /// Served within the target.
    pub good: f64,
    /// Hung up.
    pub left: f64,
    /// Hung up within the target.
    pub early: f64,
    /// Turned away.
    pub turned_away: f64,
    /// Sum of the waits of the served.
    pub served_wait: f64,
    /// Sum of the waits of all who were let in.
    pub wait: f64,
    /// Sum of weight × wait² of all who were let in.
    pub cost: f64,
    /// Served, by group.
    pub served_by: Vec<f64>,
    /// How many waited, summed over the minutes that are counted.
    pub waiting: f64,
}

impl Count {
    /// Who was let in.
    #[must_use]
    pub fn entered(&self) -> f64 {
        self.served + self.left + self.turned_away
    }

    /// Adds another's counts.
    pub fn add(&mut self, other: &Self) {
        let mut own = self.fields();
        for (own, other) in own.iter_mut().zip(other.clone().fields()) {
            **own += *other;
        }
        self.served_by.resize(other.served_by.len(), 0.0);
        for (own, other) in self.served_by.iter_mut().zip(&other.served_by) {
            *own += other;
        }
    }

    fn fields(&mut self) -> [&mut f64; 12] {
        [
            &mut self.offered,
            &mut self.again,
            &mut self.blocked,
            &mut self.served,
            &mut self.good,
            &mut self.left,
            &mut self.early,
            &mut self.turned_away,
            &mut self.served_wait,
            &mut self.wait,
            &mut self.cost,
            &mut self.waiting,
        ]
    }
}

/// Seat-minutes of one group, within what is counted and up to the end of the last talk.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Work {
    /// At work: talking or after it.
    pub busy: f64,
    /// There: ready or at work.
    pub there: f64,
    /// At work, the end of the day not minded.
    pub busy_to_the_end: f64,
    /// There, the end of the day not minded.
    pub there_to_the_end: f64,
}

/// Counts of a day.
#[derive(Clone, Debug, PartialEq)]
pub struct Tally {
    /// By type.
    pub kinds: Vec<Count>,
    /// By group.
    pub groups: Vec<Work>,
    /// How many minutes are counted.
    pub length: f64,
}

impl Tally {
    /// What a log comes to.
    #[must_use]
    pub fn of(scenario: &Scenario, log: &Log) -> Self {
        let count = Count {
            served_by: vec![0.0; scenario.groups.len()],
            ..Count::default()
        };
        let mut tally = Self {
            kinds: vec![count; scenario.types.len()],
            groups: Vec::new(),
            length: scenario.day.length() - scenario.day.warm_up,
        };
        let counted = log.attempts.iter();
        for attempt in counted.filter(|one| one.at >= scenario.day.warm_up) {
            tally.count(scenario, attempt);
        }
        for (kind, level) in tally.kinds.iter_mut().zip(&log.waiting) {
            kind.waiting = level.counted;
        }
        let work = |(busy, there): (&Level, &Level)| Work {
            busy: busy.counted,
            there: there.counted,
            busy_to_the_end: busy.to_the_end,
            there_to_the_end: there.to_the_end,
        };
        tally.groups = log.busy.iter().zip(&log.there).map(work).collect();
        tally
    }

    fn count(&mut self, scenario: &Scenario, attempt: &Attempt) {
        let target = scenario.target(attempt.kind);
        let weight = scenario.weight(attempt.kind);
        let Some(count) = self.kinds.get_mut(attempt.kind) else {
            return;
        };
        let waited = attempt.waited;
        let within = if waited <= target { 1.0 } else { 0.0 };
        count.offered += 1.0;
        count.again += if attempt.attempt > 0 { 1.0 } else { 0.0 };
        match attempt.end {
            End::Blocked => {
                count.blocked += 1.0;
                return;
            }
            End::Served(group) => {
                count.served += 1.0;
                count.served_wait += waited;
                count.good += within;
                if let Some(by) = count.served_by.get_mut(group) {
                    *by += 1.0;
                }
            }
            End::Left => {
                count.left += 1.0;
                count.early += within;
            }
            End::TurnedAway => count.turned_away += 1.0,
        }
        count.wait += waited;
        count.cost += weight * waited * waited;
    }
}

/// What a picture of the day is drawn from: sums over days, by slice of the day.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Profile {
    /// Days.
    pub days: f64,
    /// Attempts by type.
    pub offered: Vec<Vec<f64>>,
    /// Of them, those who hung up.
    pub left: Vec<Vec<f64>>,
    /// Minutes waited, by type.
    pub waiting: Vec<Vec<f64>>,
    /// Minutes of seats at work, by group.
    pub busy: Vec<Vec<f64>>,
    /// Minutes that seats were there, by group.
    pub there: Vec<Vec<f64>>,
}

impl Profile {
    /// What one day's log comes to.
    #[must_use]
    pub fn of(scenario: &Scenario, log: &Log) -> Self {
        let slices = |levels: &[Level]| levels.iter().map(|one| one.slices.clone()).collect();
        let mut profile = Self {
            days: 1.0,
            offered: vec![vec![0.0; SLICES]; scenario.types.len()],
            left: vec![vec![0.0; SLICES]; scenario.types.len()],
            waiting: slices(&log.waiting),
            busy: slices(&log.busy),
            there: slices(&log.there),
        };
        for attempt in &log.attempts {
            let slice = slice_of(attempt.at, scenario.day.length());
            let mut counts = vec![&mut profile.offered];
            if attempt.end == End::Left {
                counts.push(&mut profile.left);
            }
            for counts in counts {
                let kind = counts.get_mut(attempt.kind);
                if let Some(count) = kind.and_then(|kind| kind.get_mut(slice)) {
                    *count += 1.0;
                }
            }
        }
        profile
    }

    /// Adds another's sums.
    pub fn add(&mut self, other: &Self) {
        self.days += other.days;
        let pairs = [
            (&mut self.offered, &other.offered),
            (&mut self.left, &other.left),
            (&mut self.waiting, &other.waiting),
            (&mut self.busy, &other.busy),
            (&mut self.there, &other.there),
        ];
        for (own, other) in pairs {
            if own.is_empty() {
                own.clone_from(other);
                continue;
            }
            for (own, other) in own.iter_mut().zip(other) {
                for (own, other) in own.iter_mut().zip(other) {
                    *own += other;
                }
            }
        }
    }
}
