//! The day as a picture: who called, who waited, who was there to serve.

use std::fmt::Write;

use crate::machine::simulation::scenario::Day;
use crate::machine::simulation::series::SLICES;
use crate::machine::simulation::study::Study;
use crate::machine::simulation::tally::Profile;
use crate::vocabulary::language::Language;

const WIDTH: f64 = 1_000.0;
const LEFT: f64 = 60.0;
const RIGHT: f64 = 20.0;
const PANEL: f64 = 190.0;
const GAP: f64 = 76.0;
const TOP: f64 = 92.0;
const LEGEND: f64 = 18.0;
/// Curves of one panel; more are left out of the picture and told so.
const CURVES_MAX: usize = 8;
const STYLE: &str = "text{font:13px 'Helvetica Neue',Arial,'Noto Sans CJK SC','PingFang SC','Microsoft YaHei',sans-serif;fill:#111827}\
.soft{fill:#64748b;font-size:12px}.title{font-size:20px;font-weight:600}.axis{stroke:#cbd5e1}.curve{fill:none;stroke-width:2}\
.there{fill:none;stroke-width:1.5;stroke-dasharray:5 3}";
/// Colours that colour-blind people tell apart (Okabe and Ito), and two more.
const COLOURS: [&str; CURVES_MAX] = [
    "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000", "#7f7f7f",
];

/// Draws the days of a study's first policy, on average; of several policies also how many waited
/// under each.
#[must_use]
pub fn draw(study: &Study, language: Language) -> String {
    let mut panels = first_panels(study, language);
    if study.runs.len() > 1 {
        panels.push(by_policy(study, language));
    }
    let count = u32::try_from(panels.len()).map_or(1.0, f64::from);
    let height = TOP + count * (PANEL + GAP);
    let mut picture = Picture {
        text: String::new(),
        day: study.scenario.day,
    };
    let title = escaped(&study.scenario.name);
    picture.put(format_args!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\">\
         <title>{title}</title><style>{STYLE}</style><rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>"
    ));
    picture.words((LEFT, 36.0), "title", &study.scenario.name);
    let policy = study.runs.first().and_then(|run| run.policy);
    let policy = policy.map_or("scenario", |policy| policy.name());
    let days = study.days();
    let under = match language {
        Language::English => format!("mean of {days} days, seed {}, policy {policy}", study.seed),
        Language::Mandarin => format!("{days} 天平均，种子 {}，策略 {policy}", study.seed),
    };
    picture.words((LEFT, 58.0), "soft", &under);
    let mut top = TOP;
    for panel in &panels {
        picture.panel(panel, top);
        top += PANEL + GAP;
    }
    picture.put(format_args!("</svg>"));
    picture.text
}

struct Panel {
    title: &'static str,
    curves: Vec<Curve>,
}

struct Curve {
    name: String,
    class: &'static str,
    colour: &'static str,
    values: Vec<f64>,
}

fn first_panels(study: &Study, language: Language) -> Vec<Panel> {
    let empty = Profile::default();
    let profile = study.runs.first().map_or(&empty, |run| &run.profile);
    let say = |english, mandarin| match language {
        Language::English => english,
        Language::Mandarin => mandarin,
    };
    let types = || study.scenario.types.iter().map(|kind| kind.name.as_str());
    let groups = || {
        study
            .scenario
            .groups
            .iter()
            .map(|group| group.name.as_str())
    };
    let slice = study.scenario.day.length() / slices();
    let days = profile.days.max(1.0);
    let (per_hour, mean) = (60.0 / slice / days, 1.0 / slice / days);
    let left = say("gave up", "放弃");
    let mut calls = curves(types(), &profile.offered, per_hour, "curve");
    let gave_up = curves(types(), &profile.left, per_hour, "there");
    calls.extend(gave_up.into_iter().map(|curve| Curve {
        name: format!("{}, {left}", curve.name),
        ..curve
    }));
    let there = say("there", "在岗");
    let mut seats = curves(groups(), &profile.busy, mean, "curve");
    let all = curves(groups(), &profile.there, mean, "there");
    seats.extend(all.into_iter().map(|curve| Curve {
        name: format!("{}, {there}", curve.name),
        ..curve
    }));
    vec![
        Panel {
            title: say(
                "Calls an hour; broken: who gave up",
                "每小时呼入；虚线：放弃",
            ),
            curves: calls,
        },
        Panel {
            title: say("Waiting", "排队人数"),
            curves: curves(types(), &profile.waiting, mean, "curve"),
        },
        Panel {
            title: say(
                "Seats at work; broken: seats there",
                "工作中的座席；虚线：在岗座席",
            ),
            curves: seats,
        },
    ]
}

fn by_policy(study: &Study, language: Language) -> Panel {
    let slice = study.scenario.day.length() / slices();
    let runs = study.runs.iter().zip(COLOURS);
    let curves = runs.map(|(run, colour)| {
        let days = run.profile.days.max(1.0);
        let sum = |at: usize| {
            let kinds = run.profile.waiting.iter();
            kinds.filter_map(|kind| kind.get(at)).sum::<f64>() / slice / days
        };
        let policy = run.policy.map_or("scenario", |policy| policy.name());
        Curve {
            name: policy.to_owned(),
            class: "curve",
            colour,
            values: (0..SLICES).map(sum).collect(),
        }
    });
    Panel {
        title: match language {
            Language::English => "Waiting in all queues, by policy",
            Language::Mandarin => "各策略下的排队总人数",
        },
        curves: curves.collect(),
    }
}

fn curves<'n>(
    names: impl Iterator<Item = &'n str>,
    values: &[Vec<f64>],
    factor: f64,
    class: &'static str,
) -> Vec<Curve> {
    let each = names.zip(values).zip(COLOURS);
    let each = each.map(|((name, values), colour)| Curve {
        name: name.to_owned(),
        class,
        colour,
        values: values.iter().map(|value| value * factor).collect(),
    });
    each.collect()
}

struct Picture {
    text: String,
    day: Day,
}

impl Picture {
    fn put(&mut self, piece: std::fmt::Arguments<'_>) {
        // Writing to a String cannot fail.
        let _never = self.text.write_fmt(piece);
        self.text.push('\n');
    }

    fn words(&mut self, (x, y): (f64, f64), class: &str, words: &str) {
        let words = escaped(words);
        self.put(format_args!(
            "<text x=\"{x:.1}\" y=\"{y:.1}\" class=\"{class}\">{words}</text>"
        ));
    }

    fn panel(&mut self, panel: &Panel, top: f64) {
        let bottom = top + PANEL;
        let values = panel.curves.iter().flat_map(|curve| curve.values.iter());
        let most = round_up(values.copied().fold(0.0, f64::max));
        self.words((LEFT, top - 10.0), "", panel.title);
        let width = WIDTH - LEFT - RIGHT;
        for part in [0.0, 0.25, 0.5, 0.75, 1.0] {
            let y = bottom - part * PANEL;
            self.put(format_args!(
                "<line class=\"axis\" x1=\"{LEFT}\" y1=\"{y:.1}\" x2=\"{:.1}\" y2=\"{y:.1}\"/>",
                LEFT + width
            ));
            let label = most * part;
            let digits = if (most / 4.0).fract() > 0.0 { 2 } else { 0 };
            let label = format!("{label:.digits$}");
            self.put(format_args!(
                "<text x=\"{:.1}\" y=\"{:.1}\" class=\"soft\" text-anchor=\"end\">{label}</text>",
                LEFT - 6.0,
                y + 4.0
            ));
        }
        self.hours(bottom);
        let mut x = LEFT;
        for curve in &panel.curves {
            self.curve(curve, (top, most));
            if curve.class == "curve" {
                self.put(format_args!(
                    "<rect x=\"{x:.1}\" y=\"{:.1}\" width=\"12\" height=\"4\" fill=\"{}\"/>",
                    bottom + LEGEND + 12.0,
                    curve.colour
                ));
                self.words((x + 17.0, bottom + LEGEND + 18.0), "soft", &curve.name);
                x += 34.0 + 7.0 * u32::try_from(curve.name.chars().count()).map_or(9.0, f64::from);
            }
        }
    }

    fn curve(&mut self, curve: &Curve, (top, most): (f64, f64)) {
        let step = (WIDTH - LEFT - RIGHT) / slices();
        let mut path = String::new();
        let mut x = LEFT;
        for (at, value) in curve.values.iter().enumerate() {
            let y = top + PANEL - value / most * PANEL;
            let letter = if at == 0 { 'M' } else { 'L' };
            let _never = write!(path, "{letter}{x:.1} {y:.1}H{:.1}", x + step);
            x += step;
        }
        let name = escaped(&curve.name);
        self.put(format_args!(
            "<path class=\"{}\" stroke=\"{}\" d=\"{path}\"><title>{name}</title></path>",
            curve.class, curve.colour
        ));
    }

    /// Full hours under a panel, at most twelve of them.
    fn hours(&mut self, bottom: f64) {
        let (from, length) = (self.day.from / 60.0, self.day.length() / 60.0);
        let every = (length / 12.0).ceil().max(1.0);
        let mut hour = from.ceil();
        while hour <= from + length + 1e-9 {
            let x = LEFT + (hour - from) / length * (WIDTH - LEFT - RIGHT);
            self.put(format_args!(
                "<text x=\"{x:.1}\" y=\"{:.1}\" class=\"soft\" text-anchor=\"middle\">{hour:02.0}:00</text>",
                bottom + 15.0
            ));
            hour += every;
        }
    }
}

/// The next of 1, 2, 5, 10, 20, …
fn round_up(most: f64) -> f64 {
    let power = 10_f64.powf(most.max(0.01).log10().floor());
    let steps = [1.0, 2.0, 5.0, 10.0].map(|step| step * power);
    steps.into_iter().find(|step| *step >= most).unwrap_or(1.0)
}

fn slices() -> f64 {
    u32::try_from(SLICES).map_or(1.0, f64::from)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_end_at_round_numbers() {
        for (most, end) in [
            (0.0, 0.01),
            (0.7, 1.0),
            (1.2, 2.0),
            (3.0, 5.0),
            (62.0, 100.0),
        ] {
            assert!(
                (round_up(most) - end).abs() < 1e-9,
                "{most}: {}",
                round_up(most)
            );
        }
    }
}
