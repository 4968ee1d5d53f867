//! Policies against each other on the same calls.

use ringwise::machine::acd::policy::Policy;
use ringwise::machine::simulation::figure::Figure;
use ringwise::machine::simulation::figure::Whom;
use ringwise::machine::simulation::scenario::Scenario;
use ringwise::machine::simulation::study::Run;
use ringwise::machine::simulation::study::Study;

use crate::routing::days;
use crate::routing::example;
use crate::routing::played;
use crate::routing::scenario;

/// Every policy on the same days.
fn compare(scenario: Scenario, days: u64) -> Study {
    let study = played(scenario, &Policy::ALL.map(Some), days);
    let name = &study.scenario.name;
    println!(
        "{name}, {days} days. least: of the type that has least; worst: abandonment of a type"
    );
    for run in &study.runs {
        let policy = run.policy.map_or("", Policy::name);
        let (level, cost) = (all(run, Figure::ServiceLevel), all(run, Figure::Cost));
        let (least, worst) = extremes(&study, run);
        let left = all(run, Figure::Abandoned);
        let p95 = run.p95_s(Whom::All).map_or(0.0, |p95| p95.value);
        println!(
            "{policy:>20} SL {level:.4} least {least:.4} p95 {p95:6.1} s abandoned {left:7.1} \
             worst {worst:.3} cost {cost:.4}"
        );
    }
    study
}

fn all(run: &Run, figure: Figure) -> f64 {
    run.figure(figure, Whom::All).unwrap().value
}

/// The least service level and the worst abandonment of a type.
fn extremes(study: &Study, run: &Run) -> (f64, f64) {
    let kinds = 0..study.scenario.types.len();
    let of = |figure, kind| run.figure(figure, Whom::Type(kind)).unwrap().value;
    let levels = kinds.clone().map(|kind| of(Figure::ServiceLevel, kind));
    let left = kinds.map(|kind| of(Figure::Abandonment, kind));
    (levels.fold(1.0, f64::min), left.fold(0.0, f64::max))
}

fn of(study: &Study, policy: Policy) -> &Run {
    let found = study.runs.iter().find(|run| run.policy == Some(policy));
    found.unwrap()
}

/// Its cost beside another's.
fn ratio(study: &Study, policy: Policy) -> f64 {
    all(of(study, Policy::Auto), Figure::Cost) / all(of(study, policy), Figure::Cost)
}

/// Few days say little: so much more is allowed then.
fn slack(few: f64) -> f64 {
    if days(0) >= 100 { 0.0 } else { few }
}

fn never_far_from_the_best(study: &Study, slack: f64) {
    let costs = study.runs.iter().map(|run| all(run, Figure::Cost));
    let best = costs.fold(f64::INFINITY, f64::min);
    let auto = all(of(study, Policy::Auto), Figure::Cost);
    assert!(auto <= best * (1.05 + slack), "{auto} beside {best}");
}

#[test]
fn auto_beats_fixed_queue_ratio_on_the_n_design() {
    let study = compare(example("n-design.yaml"), days(3));
    let (cost, slack) = (ratio(&study, Policy::FixedQueueRatio), slack(0.04));
    assert!(
        cost <= 0.99 + slack,
        "{cost} of the cost of fixed queue ratio"
    );
    let left = |policy| all(of(&study, policy), Figure::Abandoned);
    let part = left(Policy::Auto) / left(Policy::FixedQueueRatio);
    assert!(part <= 1.01 + slack, "{part} of its abandons");
    assert!(ratio(&study, Policy::LongestWait) < 0.95);
    never_far_from_the_best(&study, slack);
}

/// What first in, first out with the longest idle seat costs and gives on `SimpleMSK`: 1.464 and
/// .513; the aims beside it are 1.48 at .53 with no type's abandonment over .19 (.183 there). The
/// router that knows no order of groups takes who is idle longest.
#[test]
fn auto_answers_more_in_time_on_simple_msk_at_little_cost() {
    let mut scenario = example("simple-msk.yaml");
    for queue in &mut scenario.queues {
        queue.setup.steps.clear();
    }
    let study = compare(scenario, days(8));
    let (auto, fifo) = (of(&study, Policy::Auto), of(&study, Policy::LongestWait));
    let slack = slack(0.02);
    let gain = all(auto, Figure::ServiceLevel) - all(fifo, Figure::ServiceLevel);
    assert!(gain >= 0.53 - 0.5126 - slack, "{gain} more in time");
    let cost = ratio(&study, Policy::LongestWait);
    assert!(cost <= 1.48 / 1.4637 + slack, "{cost} of the cost");
    let worst = extremes(&study, auto).1 / extremes(&study, fifo).1;
    assert!(
        worst <= 0.19 / 0.1828 + slack,
        "{worst} of the worst abandonment"
    );
    never_far_from_the_best(&study, slack);
}

/// A type: its weight, its rate a minute, its mean talk and its mean patience.
type Kind = (f64, f64, f64, f64);

/// Types, and the seats and types of each group.
struct Shape {
    name: &'static str,
    kinds: &'static [Kind],
    groups: &'static [(u32, &'static [usize])],
}

/// Centres that nothing was tried on while `auto` was made.
const SHAPES: [Shape; 12] = [
    Shape {
        name: "V-weights-2",
        kinds: &[(2.0, 4.1, 3.0, 5.0), (1.0, 2.3, 7.0, 9.0)],
        groups: &[(27, &[0, 1])],
    },
    Shape {
        name: "V-overloaded",
        kinds: &[(3.0, 3.2, 4.0, 3.0), (1.0, 3.6, 5.0, 6.0)],
        groups: &[(26, &[0, 1])],
    },
    Shape {
        name: "N-weights-6",
        kinds: &[(6.0, 2.4, 5.0, 6.0), (1.0, 4.4, 5.0, 9.0)],
        groups: &[(9, &[0]), (23, &[0, 1])],
    },
    Shape {
        name: "N-quiet",
        kinds: &[(3.0, 3.1, 4.0, 10.0), (1.0, 2.2, 5.0, 10.0)],
        groups: &[(10, &[0]), (16, &[0, 1])],
    },
    Shape {
        name: "W-weights-1-4-2",
        kinds: &[
            (1.0, 2.8, 4.0, 7.0),
            (4.0, 2.1, 5.0, 5.0),
            (2.0, 3.3, 3.0, 9.0),
        ],
        groups: &[(15, &[0, 1]), (15, &[1, 2])],
    },
    Shape {
        name: "W-overloaded",
        kinds: &[
            (2.0, 3.4, 4.0, 4.0),
            (1.0, 3.0, 4.0, 4.0),
            (2.0, 3.4, 4.0, 4.0),
        ],
        groups: &[(17, &[0, 1]), (17, &[1, 2])],
    },
    Shape {
        name: "M-weights-1-3",
        kinds: &[(1.0, 3.2, 4.0, 6.0), (3.0, 2.7, 5.0, 8.0)],
        groups: &[(9, &[0]), (8, &[0, 1]), (10, &[1])],
    },
    Shape {
        name: "M-equal-overloaded",
        kinds: &[(1.0, 4.4, 4.0, 4.0), (1.0, 3.1, 5.0, 4.0)],
        groups: &[(12, &[0]), (7, &[0, 1]), (10, &[1])],
    },
    Shape {
        name: "X-weights-5-1",
        kinds: &[(5.0, 2.2, 6.0, 8.0), (1.0, 3.1, 4.0, 8.0)],
        groups: &[(13, &[0, 1]), (6, &[0]), (6, &[1])],
    },
    Shape {
        name: "V-equal",
        kinds: &[(1.0, 3.4, 3.0, 6.0), (1.0, 2.4, 6.0, 9.0)],
        groups: &[(25, &[0, 1])],
    },
    Shape {
        name: "N-equal",
        kinds: &[(1.0, 4.2, 3.5, 7.0), (1.0, 3.0, 5.0, 10.0)],
        groups: &[(12, &[0]), (18, &[0, 1])],
    },
    Shape {
        name: "chain-equal",
        kinds: &[(1.0, 1.5, 10.0, 8.0); 6],
        groups: &[
            (15, &[0, 1]),
            (15, &[1, 2]),
            (15, &[2, 3]),
            (15, &[3, 4]),
            (15, &[4, 5]),
            (15, &[5, 0]),
        ],
    },
];

impl Shape {
    fn scenario(&self) -> Scenario {
        let mut text = format!(
            "scenario: {}\nday: {{ from: 08:00, to: 18:00, warm_up: 1h }}\nqueues:\n",
            self.name
        );
        for (at, (weight, ..)) in self.kinds.iter().enumerate() {
            text += &format!("  - {{ name: t{at}, weight: {weight} }}\n");
        }
        text += "types:\n";
        for (at, (_, rate, talk, patience)) in self.kinds.iter().enumerate() {
            text += &format!(
                "  - {{ name: t{at}, arrivals: {{ rate: {rate}/m }}, talk: {{ exponential: {talk}m }}, \
                 patience: {{ exponential: {patience}m }} }}\n"
            );
        }
        text += "groups:\n";
        for (at, (seats, kinds)) in self.groups.iter().enumerate() {
            let kinds: Vec<String> = kinds.iter().map(|kind| format!("t{kind}")).collect();
            let kinds = kinds.join(", ");
            text += &format!("  - {{ name: g{at}, seats: {seats}, queues: [{kinds}] }}\n");
        }
        scenario(&text)
    }
}

#[test]
fn auto_is_never_far_from_the_best_policy_and_beats_first_in_first_out() {
    let mut sums = (0.0, 0.0);
    for shape in &SHAPES {
        let study = compare(shape.scenario(), days(2).min(200));
        never_far_from_the_best(&study, slack(0.10));
        sums.0 += ratio(&study, Policy::LongestWait);
        sums.1 += 1.0;
    }
    let mean = sums.0 / sums.1;
    assert!(
        mean < 1.0,
        "{mean} of the cost of first in, first out, on average"
    );
}
