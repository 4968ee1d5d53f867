//! Policies against each other on the same calls.

use ringwise::machine::acd::policy::Policy;

use crate::routing::day;
use crate::routing::days;
use crate::routing::instance;
use crate::routing::instance::Call;
use crate::routing::instance::Instance;
use crate::routing::instance::Kind;
use crate::routing::tally::HEAD;
use crate::routing::tally::Tally;

/// Every policy on the same days. The router that knows no order of groups takes who is idle
/// longest.
fn compare(instance: &Instance, count: u64, calls: impl Fn(u64) -> Vec<Call>) -> Vec<Tally> {
    println!("{}, {count} days. {HEAD}", instance.name);
    let mut unordered = instance.clone();
    for kind in &mut unordered.kinds {
        kind.order.clear();
    }
    let one = |policy: Policy| {
        let mut sum = Tally::new(instance.kinds.len(), instance.groups.len());
        for seed in 0..count {
            sum.add(day::play(&unordered, policy, calls(seed), seed));
        }
        println!("{}", sum.row(policy.name(), count));
        sum
    };
    Policy::ALL.into_iter().map(one).collect()
}

fn of(all: &[Tally], policy: Policy) -> &Tally {
    let at = Policy::ALL.iter().position(|one| *one == policy);
    &all[at.unwrap()]
}

/// Its cost beside another's.
fn ratio(all: &[Tally], policy: Policy) -> f64 {
    of(all, Policy::Auto).cost() / of(all, policy).cost()
}

/// Few days say little: so much more is allowed then.
fn slack(few: f64) -> f64 {
    if days(0) >= 100 { 0.0 } else { few }
}

fn never_far_from_the_best(all: &[Tally], slack: f64) {
    let best = all.iter().map(Tally::cost).fold(f64::INFINITY, f64::min);
    let auto = of(all, Policy::Auto).cost();
    assert!(auto <= best * (1.05 + slack), "{auto} beside {best}");
}

#[test]
fn auto_beats_fixed_queue_ratio_on_the_n_design() {
    let (instance, rates) = instance::n_design();
    let calls = |day| instance::markovian(day, &rates, 2, 1_200.0);
    let all = compare(&instance, days(4), calls);
    let (cost, slack) = (ratio(&all, Policy::FixedQueueRatio), slack(0.03));
    assert!(
        cost <= 0.99 + slack,
        "{cost} of the cost of fixed queue ratio"
    );
    let abandoned = |policy| of(&all, policy).sum(|kind| kind.abandoned);
    let part = abandoned(Policy::Auto) / abandoned(Policy::FixedQueueRatio);
    assert!(part <= 1.01 + slack, "{part} of its abandons");
    assert!(ratio(&all, Policy::LongestWait) < 0.95);
    never_far_from_the_best(&all, slack);
}

/// What first in, first out with the longest idle seat costs and gives on `SimpleMSK`: 1.464 and
/// .513; the aims beside it are 1.48 at .53 with no kind's abandonment over .19 (.183 there).
#[test]
fn auto_answers_more_in_time_on_simple_msk_at_little_cost() {
    let instance = instance::simple_msk();
    let all = compare(&instance, days(60), instance::simple_msk_calls);
    let (auto, fifo) = (of(&all, Policy::Auto), of(&all, Policy::LongestWait));
    let slack = slack(0.01);
    let gain = auto.level() - fifo.level();
    assert!(gain >= 0.53 - 0.5126 - slack, "{gain} more in time");
    let cost = ratio(&all, Policy::LongestWait);
    assert!(cost <= 1.48 / 1.4637 + slack, "{cost} of the cost");
    let worst = auto.worst_abandonment() / fifo.worst_abandonment();
    assert!(
        worst <= 0.19 / 0.1828 + slack,
        "{worst} of the worst abandonment"
    );
    never_far_from_the_best(&all, slack);
}

/// Rate, mean talk and mean patience of each kind, and the seats of each group.
struct Shape {
    name: &'static str,
    weights: &'static [u32],
    kinds: &'static [(f64, f64, f64)],
    groups: &'static [&'static [usize]],
    seats: &'static [u32],
}

/// Centres that nothing was tried on while `auto` was made but for the letters of their design.
const SHAPES: [Shape; 6] = [
    Shape {
        name: "V, one kind weighs 3",
        weights: &[3_000, 1_000],
        kinds: &[(2.5, 5.0, 7.0), (3.5, 3.5, 9.0)],
        groups: &[&[0, 1]],
        seats: &[24],
    },
    Shape {
        name: "M, equal weights",
        weights: &[1_000, 1_000],
        kinds: &[(2.6, 5.0, 6.0), (3.4, 4.0, 6.0)],
        groups: &[&[0], &[0, 1], &[1]],
        seats: &[8, 9, 8],
    },
    Shape {
        name: "W, weights 3 2 1",
        weights: &[3_000, 2_000, 1_000],
        kinds: &[(2.2, 5.0, 6.0), (2.5, 4.0, 8.0), (3.0, 4.0, 10.0)],
        groups: &[&[0, 1], &[1, 2]],
        seats: &[16, 16],
    },
    Shape {
        name: "N, the shared kind light",
        weights: &[1_000, 3_000],
        kinds: &[(4.0, 4.0, 8.0), (3.0, 5.0, 8.0)],
        groups: &[&[0], &[1, 0]],
        seats: &[13, 18],
    },
    Shape {
        name: "chain of four",
        weights: &[1_000, 1_000, 1_000, 1_000],
        kinds: &[
            (1.4, 6.0, 6.0),
            (1.2, 6.0, 6.0),
            (1.0, 6.0, 6.0),
            (1.2, 6.0, 6.0),
        ],
        groups: &[&[0, 1], &[1, 2], &[2, 3], &[3, 0]],
        seats: &[7, 7, 7, 7],
    },
    Shape {
        name: "N, patient and busy",
        weights: &[2_000, 1_000],
        kinds: &[(5.0, 4.0, 40.0), (3.2, 6.0, 40.0)],
        groups: &[&[0], &[1, 0]],
        seats: &[16, 25],
    },
];

#[test]
fn auto_is_never_far_from_the_best_policy_and_beats_first_in_first_out() {
    let mut sums = (0.0, 0.0);
    for shape in &SHAPES {
        let kind = |weight: &u32| Kind {
            weight: *weight,
            ..Kind::plain()
        };
        let kinds = shape.weights.iter().map(kind).collect();
        let groups: Vec<Vec<usize>> = shape.groups.iter().map(|one| one.to_vec()).collect();
        let count = groups.len();
        let instance = Instance {
            staff: vec![(0.0, shape.seats.to_vec())],
            warm_up: 60.0,
            ..Instance::plain(shape.name, kinds, groups)
        };
        let calls = |day| instance::markovian(day, shape.kinds, count, 600.0);
        let all = compare(&instance, days(6).min(200), calls);
        never_far_from_the_best(&all, slack(0.10));
        sums.0 += of(&all, Policy::Auto).cost() / of(&all, Policy::LongestWait).cost();
        sums.1 += 1.0;
    }
    let mean = sums.0 / sums.1;
    assert!(
        mean < 1.0,
        "{mean} of the cost of first in, first out, on average"
    );
}
