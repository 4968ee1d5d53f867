//! Figures that others have published: ContactCenters' examples (Buist and L'Ecuyer, Université
//! de Montréal, Apache-2.0), 1,000 replications each, with the half-widths of their 95 % intervals.
//!
//! Their definitions differ from ours and from each other, and are taken as theirs here: Bilingual
//! counts as in target whose waits of all attempts together are short, of the arrivals expected
//! without retrials; Bank takes both ratios over all arrivals; occupancy is over the whole run in
//! `SimpleMSK` and Bank, over the hours of opening in MMC, over scheduled hours in Bilingual.

use ringwise::machine::simulation::day;
use ringwise::machine::simulation::estimate;
use ringwise::machine::simulation::log::Attempt;
use ringwise::machine::simulation::log::End;
use ringwise::machine::simulation::log::Log;
use ringwise::machine::simulation::scenario::Scenario;
use ringwise::machine::simulation::tally::Tally;
use ringwise::machine::simulation::traffic;

use crate::routing::days;
use crate::routing::example;
use crate::routing::scenario;

/// Sums of a replication.
struct Replication {
    tally: Tally,
    /// Served by type and period of two hours, within the target.
    good: Vec<[f64; 3]>,
    /// Served within a minute of waiting in all attempts together.
    good_in_all: f64,
    turned_away: f64,
}

impl Replication {
    fn of(scenario: &Scenario, log: &Log) -> Self {
        let mut replication = Self {
            tally: Tally::of(scenario, log),
            good: vec![[0.0; 3]; scenario.types.len()],
            good_in_all: 0.0,
            turned_away: 0.0,
        };
        for one in &log.attempts {
            replication.count(scenario, one);
        }
        replication
    }

    fn count(&mut self, scenario: &Scenario, one: &Attempt) {
        if let End::Served(_) = one.end {
            let period = usize::from(one.at >= 120.0) + usize::from(one.at >= 240.0);
            let good = one.waited <= scenario.target(one.kind);
            self.good[one.kind][period] += f64::from(u8::from(good));
            let in_all = one.waited + one.waited_before < 1.0;
            self.good_in_all += f64::from(u8::from(in_all));
        }
        let turned_away = one.end == End::TurnedAway;
        self.turned_away += f64::from(u8::from(turned_away));
    }

    fn add(&mut self, other: &Self) {
        for (sum, one) in self.tally.kinds.iter_mut().zip(&other.tally.kinds) {
            sum.add(one);
        }
        for (sum, one) in self.tally.groups.iter_mut().zip(&other.tally.groups) {
            sum.busy += one.busy;
            sum.there += one.there;
            sum.busy_to_the_end += one.busy_to_the_end;
            sum.there_to_the_end += one.there_to_the_end;
        }
        self.good_in_all += other.good_in_all;
        self.turned_away += other.turned_away;
    }

    fn sum(&self, of: impl Fn(&ringwise::machine::simulation::tally::Count) -> f64) -> f64 {
        self.tally.kinds.iter().map(of).sum()
    }

    /// Served within the target, of all but those who left within it.
    fn level(&self) -> (f64, f64) {
        let counted = self.sum(|one| one.served + one.left - one.early);
        (self.sum(|one| one.good), counted)
    }
}

/// So many replications of so many days.
fn replications(scenario: &Scenario, count: u64, length: u64) -> Vec<Replication> {
    println!("{}, {count} replications", scenario.name);
    let one = |number: u64| {
        let calls = traffic::calls(scenario, (1, number), &|| false).unwrap();
        let log = day::play(scenario, None, calls, (1, number), &|| false).unwrap();
        Replication::of(scenario, &log)
    };
    let several = |replication: u64| {
        let mut sum = one(replication * length);
        for day in 1..length {
            sum.add(&one(replication * length + day));
        }
        sum
    };
    (0..count).map(several).collect()
}

/// What differs from what was published.
struct Judge<'r> {
    all: &'r [Replication],
    wrong: Vec<String>,
}

impl<'r> Judge<'r> {
    fn of(all: &'r [Replication]) -> Self {
        Self {
            all,
            wrong: Vec::new(),
        }
    }

    /// Whether the published interval and ours overlap: at one and a half times its width because
    /// many are looked at, at thrice where few replications tell little of how far rare events scatter.
    fn ratio(
        &mut self,
        what: &str,
        of: impl Fn(&Replication) -> (f64, f64),
        (theirs, half): (f64, f64),
    ) {
        let values: Vec<(f64, f64)> = self.all.iter().map(of).collect();
        let ours = estimate::ratio(&values).unwrap();
        let is_count = values.iter().all(|(_, whole)| (whole - 1.0).abs() < 1e-9);
        // Of rare events few days may show none: at least as wide as Poisson's.
        let rare = f64::from(u8::from(is_count)) * 1.96 * (theirs / values.len() as f64).sqrt();
        let (value, own) = (ours.value, ours.half.unwrap().max(rare));
        let row = format!("{what:>24} {value:>10.4} ± {own:.4}  published {theirs} ± {half}");
        println!("{row}");
        let times = if values.len() < 100 { 3.0 } else { 1.5 };
        if (value - theirs).abs() > times * own + half {
            self.wrong.push(row);
        }
    }

    fn mean(&mut self, what: &str, of: impl Fn(&Replication) -> f64, published: (f64, f64)) {
        self.ratio(what, |one| (of(one), 1.0), published);
    }

    fn end(self) {
        assert!(self.wrong.is_empty(), "outside:\n{}", self.wrong.join("\n"));
    }
}

fn percent((part, whole): (f64, f64)) -> (f64, f64) {
    (part * 100.0, whole)
}

#[test]
fn simple_msk_is_reproduced() {
    const GOOD: [[(f64, f64); 3]; 3] = [
        [(170.154, 5.9), (599.334, 5.2), (15.49, 1.8)],
        [(262.936, 8.4), (511.648, 5.4), (34.697, 3.5)],
        [(259.806, 9.7), (613.732, 6.2), (24.888, 2.8)],
    ];
    let all = replications(&example("simple-msk.yaml"), days(20), 1);
    let mut judge = Judge::of(&all);
    judge.mean(
        "served",
        |one| one.sum(|kind| kind.served),
        (4297.305, 27.2),
    );
    judge.mean(
        "abandoned",
        |one| one.sum(|kind| kind.left),
        (910.335, 34.2),
    );
    judge.ratio("service level", Replication::level, (0.501, 0.0075));
    let work = |one: &Replication| one.tally.groups[0];
    let occupancy = |one: &Replication| (work(one).busy_to_the_end, work(one).there_to_the_end);
    judge.ratio("occupancy", occupancy, (0.881, 0.0035));
    for (kind, periods) in GOOD.iter().enumerate() {
        for (period, good) in periods.iter().enumerate() {
            let what = format!("good, kind {kind} period {period}");
            judge.mean(&what, |one| one.good[kind][period], *good);
        }
    }
    judge.end();
}

fn mmc(patience: &str) -> Scenario {
    scenario(&format!(
        "scenario: MMC
day: {{ from: 08:00, to: 16:00 }}
policy: longest_wait
types:
  - {{ name: all, arrivals: {{ rate: 4.2/m }}, talk: {{ exponential: 2m }}{patience} }}
groups:
  - {{ name: all, seats: 12, queues: [all] }}
"
    ))
}

#[test]
fn mmc_and_mmcab_are_reproduced() {
    let good = |one: &Replication| one.sum(|kind| kind.good);
    let asa = |one: &Replication| {
        (
            one.sum(|kind| kind.served_wait),
            one.sum(|kind| kind.served),
        )
    };
    let occupancy = |one: &Replication| (one.tally.groups[0].busy, one.tally.groups[0].there);

    let all = replications(&mmc(""), days(30), 1);
    let mut judge = Judge::of(&all);
    judge.mean("in target", good, (1816.158, 3.5));
    judge.ratio("service level", Replication::level, (0.902, 0.002));
    judge.ratio("mean wait, min", asa, (0.099, 0.0025));
    judge.ratio("occupancy", occupancy, (0.695, 0.0015));
    judge.end();

    let all = replications(&mmc(", patience: { exponential: 1m }"), days(30), 1);
    let mut judge = Judge::of(&all);
    judge.mean("abandoned", |one| one.sum(|kind| kind.left), (58.609, 0.95));
    judge.mean("in target", good, (1906.008, 2.2));
    let of_served = |one: &Replication| (good(one), one.sum(|kind| kind.served));
    judge.ratio("in target of served", of_served, (0.975, 0.0005));
    judge.ratio("service level", Replication::level, (0.968, 0.0005));
    judge.ratio("mean wait, min", asa, (0.024, 0.0005));
    judge.ratio("occupancy", occupancy, (0.675, 0.0015));
    judge.end();
}

#[test]
fn bilingual_is_reproduced() {
    /// Arrivals of a week without retrials.
    const EXPECTED: f64 = 5_000.0;
    let all = replications(&example("bilingual.yaml"), days(20), 5);
    let mut judge = Judge::of(&all);
    judge.mean(
        "arrivals",
        |one| one.sum(|kind| kind.offered),
        (5110.161, 5.2),
    );
    judge.mean("served", |one| one.sum(|kind| kind.served), (4967.235, 4.3));
    judge.mean("abandoned", |one| one.sum(|kind| kind.left), (142.868, 1.7));
    judge.mean(
        "called again",
        |one| one.sum(|kind| kind.again),
        (107.168, 1.35),
    );
    judge.mean("turned away", |one| one.turned_away, (0.058, 0.018));
    let level = |one: &Replication| percent((one.good_in_all, EXPECTED));
    judge.ratio("service level, %", level, (97.938, 0.082));
    let published = [(47.624, 0.061), (47.639, 0.060), (63.254, 0.057)];
    for (group, (seats, published)) in [7.0, 7.0, 4.0].into_iter().zip(published).enumerate() {
        let busy = |one: &Replication| one.tally.groups[group].busy_to_the_end;
        let scheduled = 5.0 * 540.0 * seats;
        judge.ratio(
            "occupancy, %",
            |one| percent((busy(one), scheduled)),
            published,
        );
    }
    judge.end();
}

/// Arrived, blocked, service level, mean wait, abandoned, of one type.
type Row = [(f64, f64); 5];

#[test]
fn bank_is_reproduced() {
    const PUBLISHED: [Row; 3] = [
        [
            (99.819, 0.62),
            (0.069, 0.017),
            (99.234, 0.062),
            (0.024, 0.0015),
            (0.017, 0.008),
        ],
        [
            (1000.146, 1.93),
            (0.756, 0.073),
            (99.461, 0.03),
            (0.028, 0.001),
            (0.161, 0.031),
        ],
        [
            (2502.34, 3.1),
            (1.826, 0.139),
            (97.301, 0.064),
            (0.036, 0.001),
            (5.357, 0.319),
        ],
    ];
    let all = replications(&example("bank.yaml"), days(20), 5);
    let mut judge = Judge::of(&all);
    for (kind, row) in PUBLISHED.into_iter().enumerate() {
        let [arrived, blocked, level, wait, left] = row;
        let of = |one: &Replication| one.tally.kinds[kind].clone();
        println!("type {kind}");
        judge.mean("arrived", |one| of(one).offered, arrived);
        judge.mean("blocked", |one| of(one).blocked, blocked);
        judge.mean("abandoned", |one| of(one).left, left);
        let good = |one: &Replication| percent((of(one).good, of(one).offered));
        judge.ratio("service level, %", good, level);
        let waited = |one: &Replication| (of(one).served_wait, of(one).offered);
        judge.ratio("mean wait, min", waited, wait);
    }
    for (group, published) in [(25.353, 0.072), (43.093, 0.079)].into_iter().enumerate() {
        let work = |one: &Replication| one.tally.groups[group];
        let occupancy =
            |one: &Replication| percent((work(one).busy_to_the_end, work(one).there_to_the_end));
        judge.ratio("occupancy, %", occupancy, published);
    }
    judge.end();
}
