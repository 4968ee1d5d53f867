//! A simulation as programs read it.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::machine::acd::policy::Policy;
use crate::machine::simulation::estimate::Estimate;
use crate::machine::simulation::figure::Figure;
use crate::machine::simulation::figure::GroupFigure;
use crate::machine::simulation::figure::Whom;
use crate::machine::simulation::study::Run;
use crate::machine::simulation::study::Study;

/// All of it.
#[derive(Debug, Serialize)]
pub struct Told {
    scenario: String,
    days: usize,
    seed: u64,
    learned_days: u64,
    confidence: f64,
    runs: Vec<RunTold>,
    differences: Vec<DifferenceTold>,
}

#[derive(Debug, Serialize)]
struct RunTold {
    policy: &'static str,
    #[serde(flatten)]
    figures: Figures,
    served_by: Vec<ServedBy>,
}

/// The first run taken from another.
#[derive(Debug, Serialize)]
struct DifferenceTold {
    policy: &'static str,
    less: &'static str,
    #[serde(flatten)]
    figures: Figures,
}

type Row = BTreeMap<&'static str, Option<Number>>;

#[derive(Debug, Serialize)]
struct Figures {
    all: Row,
    types: Vec<Named>,
    seats: Row,
    groups: Vec<Named>,
}

#[derive(Debug, Serialize)]
struct Named {
    name: String,
    #[serde(flatten)]
    figures: Row,
}

#[derive(Debug, Serialize)]
struct ServedBy {
    r#type: String,
    groups: BTreeMap<String, Option<Number>>,
}

/// A figure, and half of its interval.
#[derive(Clone, Copy, Debug, Serialize)]
struct Number {
    value: f64,
    half: Option<f64>,
}

fn number(estimate: Option<Estimate>) -> Option<Number> {
    let number = |Estimate { value, half }| Number { value, half };
    estimate.map(number)
}

/// The policy's name, or that of what the file says.
#[must_use]
pub const fn name(policy: Option<Policy>) -> &'static str {
    match policy {
        Some(policy) => policy.name(),
        None => "scenario",
    }
}

/// What a study comes to.
#[must_use]
pub fn told(study: &Study) -> Told {
    let first = study.runs.first();
    let others = study.runs.iter().skip(1);
    Told {
        scenario: study.scenario.name.clone(),
        days: study.days(),
        seed: study.seed,
        learned_days: study.learned_days,
        confidence: 0.95,
        runs: study.runs.iter().map(|run| run_told(study, run)).collect(),
        differences: others
            .filter_map(|other| Some(difference(study, first?, other)))
            .collect(),
    }
}

fn run_told(study: &Study, run: &Run) -> RunTold {
    let of = |whom| {
        let mut row: Row = Figure::ALL
            .into_iter()
            .map(|figure| (figure.key(), number(run.figure(figure, whom))))
            .collect();
        row.insert("p95_s", number(run.p95_s(whom)));
        row
    };
    let seats = |group| {
        let figures = GroupFigure::ALL.into_iter();
        figures
            .map(|figure| (figure.key(), number(run.group_figure(figure, group))))
            .collect()
    };
    let groups = || study.scenario.groups.iter().enumerate();
    let served_by = study.scenario.types.iter().enumerate();
    let served_by = served_by.map(|(kind, about)| ServedBy {
        r#type: about.name.clone(),
        groups: groups()
            .map(|(at, group)| (group.name.clone(), number(run.served_by(kind, at))))
            .collect(),
    });
    RunTold {
        policy: name(run.policy),
        figures: figures(study, of, seats),
        served_by: served_by.collect(),
    }
}

fn difference(study: &Study, first: &Run, other: &Run) -> DifferenceTold {
    let of = |whom| {
        let figures = Figure::ALL.into_iter();
        let mut row: Row = figures
            .map(|figure| (figure.key(), number(first.difference(other, figure, whom))))
            .collect();
        row.insert("p95_s", number(first.p95_difference(other, whom)));
        row
    };
    let seats = |group| {
        let figures = GroupFigure::ALL.into_iter();
        let told = |figure: GroupFigure| {
            let difference = first.group_difference(other, figure, group);
            (figure.key(), number(difference))
        };
        figures.map(told).collect()
    };
    DifferenceTold {
        policy: name(other.policy),
        less: name(first.policy),
        figures: figures(study, of, seats),
    }
}

fn figures(
    study: &Study,
    of: impl Fn(Whom) -> Row,
    seats: impl Fn(Option<usize>) -> Row,
) -> Figures {
    let types = study.scenario.types.iter().enumerate();
    let groups = study.scenario.groups.iter().enumerate();
    Figures {
        all: of(Whom::All),
        types: types
            .map(|(at, kind)| Named {
                name: kind.name.clone(),
                figures: of(Whom::Type(at)),
            })
            .collect(),
        seats: seats(None),
        groups: groups
            .map(|(at, group)| Named {
                name: group.name.clone(),
                figures: seats(Some(at)),
            })
            .collect(),
    }
}
