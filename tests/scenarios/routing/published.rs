//! Figures that others have published: ContactCenters' examples (Buist and L'Ecuyer, Université
//! de Montréal, Apache-2.0), 1,000 replications each, with the half-widths of their 95 % intervals.

use ringwise::machine::acd::policy::Policy;

use crate::routing::day;
use crate::routing::days;
use crate::routing::instance;
use crate::routing::instance::Call;
use crate::routing::instance::Instance;
use crate::routing::tally::Tally;

/// A ratio of two means over replications, with half the width of its 99.7 % interval.
fn ratio(values: &[(f64, f64)]) -> (f64, f64) {
    let count = values.len() as f64;
    let over: f64 = values.iter().map(|(over, _)| over).sum();
    let under: f64 = values.iter().map(|(_, under)| under).sum();
    let ratio = over / under;
    let residues = values
        .iter()
        .map(|(over, under)| (over - ratio * under).powi(2));
    let variance = residues.sum::<f64>() / (count - 1.0);
    (ratio, 3.0 * (variance / count).sqrt() / (under / count))
}

/// Whether what was played and the published interval overlap; a row of the table.
fn agrees(what: &str, values: &[(f64, f64)], published: (f64, f64), wrong: &mut Vec<String>) {
    let ((ours, own), (theirs, half)) = (ratio(values), published);
    let row = format!("{what:>24} {ours:>10.4} ± {own:.4}  published {theirs} ± {half}");
    println!("{row}");
    if (ours - theirs).abs() > own + half {
        wrong.push(row);
    }
}

/// Least days that say something about centres where hardly anybody waits.
const DAYS_MIN: u64 = 100;

/// Replications of so many days each.
fn replications(
    instance: &Instance,
    policy: Policy,
    count: u64,
    length: u64,
    calls: impl Fn(u64) -> Vec<Call>,
) -> Vec<Tally> {
    println!("{}, {count} replications", instance.name);
    let one = |replication: u64| {
        let mut sum = Tally::new(instance.kinds.len(), instance.groups.len());
        for day in 0..length {
            let seed = replication * length + day;
            sum.add(day::play(instance, policy, calls(seed), seed));
        }
        sum
    };
    (0..count).map(one).collect()
}

fn each(tallies: &[Tally], of: impl Fn(&Tally) -> f64) -> Vec<(f64, f64)> {
    tallies.iter().map(|one| (of(one), 1.0)).collect()
}

fn parts(tallies: &[Tally], of: impl Fn(&Tally) -> (f64, f64)) -> Vec<(f64, f64)> {
    tallies.iter().map(of).collect()
}

/// Served within the target, of all but those who left within it.
fn level(one: &Tally) -> (f64, f64) {
    let counted = one.sum(|kind| kind.served + kind.abandoned - kind.early);
    (one.sum(|kind| kind.good), counted)
}

fn percent((part, whole): (f64, f64)) -> (f64, f64) {
    (part * 100.0, whole)
}

fn report(wrong: &[String]) {
    assert!(wrong.is_empty(), "outside:\n{}", wrong.join("\n"));
}

#[test]
fn simple_msk_is_reproduced() {
    const GOOD: [[f64; 3]; 3] = [
        [170.154, 599.334, 15.49],
        [262.936, 511.648, 34.697],
        [259.806, 613.732, 24.888],
    ];
    let instance = instance::simple_msk();
    let calls = instance::simple_msk_calls;
    let all = replications(&instance, Policy::LongestWait, days(40), 1, calls);
    let mut wrong = Vec::new();
    let served = each(&all, |one| one.sum(|kind| kind.served));
    agrees("served", &served, (4297.305, 27.2), &mut wrong);
    let abandoned = each(&all, |one| one.sum(|kind| kind.abandoned));
    agrees("abandoned", &abandoned, (910.335, 34.2), &mut wrong);
    agrees(
        "service level",
        &parts(&all, level),
        (0.501, 0.0075),
        &mut wrong,
    );
    for (kind, periods) in GOOD.iter().enumerate() {
        for (period, good) in periods.iter().enumerate() {
            let what = format!("good, kind {kind} period {period}");
            let ours = each(&all, |one| one.good_by_period[kind][period]);
            // Their intervals are not published; a hundredth is less than what they can be.
            agrees(&what, &ours, (*good, good * 0.01), &mut wrong);
        }
    }
    report(&wrong);
}

#[test]
fn mmc_and_mmcab_are_reproduced() {
    let instance = instance::mmc();
    let patient = |day| instance::markovian(day, &[(4.2, 2.0, 1e6)], 1, 480.0);
    let all = replications(&instance, Policy::LongestWait, days(60), 1, patient);
    let mut wrong = Vec::new();
    let good = |one: &Tally| one.sum(|kind| kind.good);
    let asa = |one: &Tally| {
        (
            one.sum(|kind| kind.served_wait),
            one.sum(|kind| kind.served),
        )
    };
    agrees("in target", &each(&all, good), (1816.158, 3.5), &mut wrong);
    agrees(
        "service level",
        &parts(&all, level),
        (0.902, 0.002),
        &mut wrong,
    );
    agrees(
        "mean wait, min",
        &parts(&all, asa),
        (0.099, 0.0025),
        &mut wrong,
    );
    agrees(
        "occupancy",
        &parts(&all, |one| one.work[0]),
        (0.695, 0.0015),
        &mut wrong,
    );

    let impatient = |day| instance::markovian(day, &[(4.2, 2.0, 1.0)], 1, 480.0);
    let all = replications(&instance, Policy::LongestWait, days(60), 1, impatient);
    let abandoned = each(&all, |one| one.sum(|kind| kind.abandoned));
    agrees("abandoned", &abandoned, (58.609, 0.95), &mut wrong);
    agrees("in target", &each(&all, good), (1906.008, 2.2), &mut wrong);
    agrees(
        "service level",
        &parts(&all, level),
        (0.968, 0.0005),
        &mut wrong,
    );
    agrees(
        "mean wait, min",
        &parts(&all, asa),
        (0.024, 0.0005),
        &mut wrong,
    );
    agrees(
        "occupancy",
        &parts(&all, |one| one.work[0]),
        (0.675, 0.0015),
        &mut wrong,
    );
    report(&wrong);
}

#[test]
fn bilingual_is_reproduced() {
    if days(0) < DAYS_MIN {
        // Rare events: few days say nothing about them.
        return;
    }
    let instance = instance::bilingual();
    let calls = instance::bilingual_calls;
    let all = replications(&instance, Policy::LongestWait, days(10), 5, calls);
    let mut wrong = Vec::new();
    let arrivals = each(&all, |one| one.sum(|kind| kind.offered));
    agrees("arrivals", &arrivals, (5110.161, 5.2), &mut wrong);
    let served = each(&all, |one| one.sum(|kind| kind.served));
    agrees("served", &served, (4967.235, 4.3), &mut wrong);
    let abandoned = each(&all, |one| one.sum(|kind| kind.abandoned));
    agrees("abandoned", &abandoned, (142.868, 1.7), &mut wrong);
    agrees(
        "called again",
        &each(&all, |one| one.returned),
        (107.168, 1.3),
        &mut wrong,
    );
    let levels = parts(&all, |one| percent(level(one)));
    agrees("service level, %", &levels, (97.938, 0.05), &mut wrong);
    println!(
        "early {:?}",
        ratio(&each(&all, |one| one.sum(|kind| kind.early)))
    );
    println!(
        "good of all {:?}",
        ratio(&parts(&all, |one| percent((
            one.sum(|kind| kind.good),
            one.sum(|kind| kind.offered)
        ))))
    );
    println!(
        "good of served {:?}",
        ratio(&parts(&all, |one| percent((
            one.sum(|kind| kind.good),
            one.sum(|kind| kind.served)
        ))))
    );
    for (group, published) in [47.624, 47.639, 63.254].into_iter().enumerate() {
        let ours = parts(&all, |one| percent(one.work[group]));
        agrees("occupancy, %", &ours, (published, 0.2), &mut wrong);
    }
    report(&wrong);
}

#[test]
fn bank_is_reproduced() {
    if days(0) < DAYS_MIN {
        // Rare events: few days say nothing about them.
        return;
    }
    let instance = instance::bank();
    let calls = instance::bank_calls;
    let all = replications(&instance, Policy::LongestWait, days(20), 5, calls);
    let mut wrong = Vec::new();
    let published = [
        (
            (99.819, 0.62),
            (0.069, 0.017),
            (99.234, 0.062),
            (0.024, 0.0015),
            (0.017, 0.008),
        ),
        (
            (1000.146, 1.93),
            (0.756, 0.073),
            (99.461, 0.03),
            (0.028, 0.001),
            (0.161, 0.031),
        ),
        (
            (2502.34, 3.1),
            (1.826, 0.139),
            (97.301, 0.064),
            (0.036, 0.001),
            (5.357, 0.319),
        ),
    ];
    for (kind, (arrived, blocked, level, wait, abandoned)) in published.into_iter().enumerate() {
        let of = |value: fn(&crate::routing::tally::Count) -> f64| {
            each(&all, |one| value(&one.kinds[kind]))
        };
        println!("kind {kind}");
        agrees("arrived", &of(|one| one.offered), arrived, &mut wrong);
        agrees("blocked", &of(|one| one.blocked), blocked, &mut wrong);
        agrees("abandoned", &of(|one| one.abandoned), abandoned, &mut wrong);
        let levels = parts(&all, |one| {
            let one = &one.kinds[kind];
            percent((one.good, one.served + one.abandoned - one.early))
        });
        agrees("service level, %", &levels, level, &mut wrong);
        let mean = parts(&all, |one| {
            let one = &one.kinds[kind];
            (one.wait, one.served + one.abandoned)
        });
        agrees("mean wait, min", &mean, wait, &mut wrong);
    }
    for (group, published) in [25.353, 43.093].into_iter().enumerate() {
        let ours = parts(&all, |one| percent(one.work[group]));
        agrees("occupancy, %", &ours, (published, 0.3), &mut wrong);
    }
    report(&wrong);
}
