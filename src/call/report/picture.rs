//! A report as a picture: calls by the hour, whether probabilities hold, what callers wanted.

use std::fmt::Write;

use crate::call::record::Outcome;
use crate::call::report::calibration::whole;
use crate::call::report::tally;
use crate::call::report::tally::Tally;

const WIDTH: f64 = 1180.0;
const LEFT: f64 = 40.0;
const PANEL_TOP: f64 = 190.0;
const PANEL_HEIGHT: f64 = 260.0;
const QUESTIONS_TOP: f64 = 540.0;
const ROW: f64 = 24.0;
/// Questions drawn, the most wanted ones.
const QUESTIONS_MAX: usize = 15;
const STYLE: &str = "text{font:13px 'Helvetica Neue',Arial,'Noto Sans CJK SC','PingFang SC','Microsoft YaHei',sans-serif;fill:#111827}\
.soft{fill:#64748b}.big{font-size:26px;font-weight:600}.title{font-size:22px;font-weight:600}\
.axis{stroke:#cbd5e1}.ideal{stroke:#94a3b8;stroke-dasharray:4 4}";

/// What happened to calls, from the bottom of a bar to its top, with colours that print.
const LAYERS: [(Outcome, &str, &str); 11] = [
    (Outcome::Contained, "answered without a person", "#0f766e"),
    (Outcome::Served, "served by a person", "#2563eb"),
    (Outcome::LeftInIvr, "left without an answer", "#94a3b8"),
    (Outcome::Abandoned, "abandoned while waiting", "#d97706"),
    (Outcome::NotReached, "called back in vain", "#f59e0b"),
    (Outcome::PhonedAgain, "phoned again", "#a78bfa"),
    (Outcome::LeftMessage, "left a message", "#38bdf8"),
    (Outcome::Withdrawn, "taken out by a supervisor", "#78716c"),
    (Outcome::Cancelled, "given up before", "#cbd5e1"),
    (Outcome::Refused, "refused", "#b91c1c"),
    (Outcome::Lost, "lost", "#111827"),
];

/// Draws the report.
#[must_use]
pub fn draw(title: &str, tally: &Tally) -> String {
    let rows = tally.questions.len().min(QUESTIONS_MAX);
    let height = QUESTIONS_TOP + 60.0 + ROW * small(rows);
    let mut picture = Picture::default();
    picture.put(format_args!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" font-family=\"sans-serif\"><title>{title}</title><style>{STYLE}</style><rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>",
        title = escaped(title),
    ));
    picture.text(LEFT, 44.0, "title", title);
    picture.figures(tally);
    picture.hours(tally);
    picture.reliability(tally);
    picture.questions(tally);
    picture.put(format_args!("</svg>"));
    picture.0
}

#[derive(Default)]
struct Picture(String);

impl Picture {
    fn put(&mut self, piece: std::fmt::Arguments<'_>) {
        // Writing to a String cannot fail.
        let _never = self.0.write_fmt(piece);
        self.0.push('\n');
    }

    fn text(&mut self, x: f64, y: f64, class: &str, words: &str) {
        let words = escaped(words);
        self.put(format_args!(
            "<text x=\"{x:.1}\" y=\"{y:.1}\" class=\"{class}\">{words}</text>"
        ));
    }

    fn bar(&mut self, (x, y): (f64, f64), (width, height): (f64, f64), fill: &str, tip: &str) {
        let tip = escaped(tip);
        self.put(format_args!(
            "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" fill=\"{fill}\"><title>{tip}</title></rect>"
        ));
    }

    fn line(&mut self, class: &str, (x1, y1): (f64, f64), (x2, y2): (f64, f64)) {
        self.put(format_args!(
            "<line class=\"{class}\" x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\"/>"
        ));
    }

    /// The large figures under the title.
    fn figures(&mut self, tally: &Tally) {
        let listened = tally.listened(0.5);
        let returned = share(tally.returns_72h.returned, tally.returns_72h.checked);
        let figures = [
            (tally.calls.to_string(), "calls"),
            (
                share(tally.contained, tally.taken),
                "answered without a person",
            ),
            (share(tally.hit_1, tally.labelled), "foreseen first"),
            (share(tally.hit_3, tally.labelled), "among the first three"),
            (listened.map_or_else(dash, seconds), "listened (median)"),
            (returned, "called again within 72 h"),
        ];
        for (at, (value, name)) in figures.iter().enumerate() {
            let x = LEFT + small(at) * 188.0;
            self.text(x, 100.0, "big", value);
            self.text(x, 122.0, "soft", name);
        }
    }

    fn hours(&mut self, tally: &Tally) {
        let (left, width) = (LEFT + 30.0, 610.0);
        let bottom = PANEL_TOP + PANEL_HEIGHT;
        self.text(LEFT, PANEL_TOP - 16.0, "", "Calls by the hour");
        let by_hour = tally
            .hours
            .values()
            .map(|outcomes| outcomes.values().sum::<u64>());
        let most = whole(by_hour.max().unwrap_or(0).max(1));
        self.line("axis", (left, bottom), (left + width, bottom));
        self.text(LEFT, PANEL_TOP + 8.0, "soft", &format!("{most:.0}"));
        for hour in 0..24_u8 {
            let x = left + f64::from(hour) * width / 24.0;
            if hour % 3 == 0 {
                self.text(x, bottom + 18.0, "soft", &format!("{hour:02}"));
            }
            let Some(outcomes) = tally.hours.get(&hour) else {
                continue;
            };
            let mut y = bottom;
            for (outcome, name, fill) in LAYERS {
                let count = outcomes.get(&outcome).copied().unwrap_or(0);
                if count > 0 {
                    let height = whole(count) / most * PANEL_HEIGHT;
                    y -= height;
                    let tip = format!("{hour:02}:00, {name}: {count}");
                    self.bar((x + 2.0, y), (width / 24.0 - 4.0, height), fill, &tip);
                }
            }
        }
        let mut x = left;
        for (outcome, name, fill) in LAYERS {
            if tally.outcomes.contains_key(&outcome) {
                self.bar((x, bottom + 32.0), (12.0, 12.0), fill, name);
                self.text(x + 18.0, bottom + 43.0, "soft", name);
                x += 34.0 + 7.0 * small(name.len());
            }
        }
    }

    fn reliability(&mut self, tally: &Tally) {
        let (left, side) = (780.0, PANEL_HEIGHT);
        let bottom = PANEL_TOP + side;
        let error = tally
            .calibration
            .error()
            .map_or_else(dash, |e| format!("{e:.3}"));
        let heading = format!("What was held to be likeliest, and came true (error {error})");
        self.text(left, PANEL_TOP - 16.0, "", &heading);
        self.line("axis", (left, bottom), (left + side, bottom));
        self.line("axis", (left, bottom), (left, PANEL_TOP));
        self.line("ideal", (left, bottom), (left + side, PANEL_TOP));
        self.text(left, bottom + 18.0, "soft", "0");
        self.text(left + side - 4.0, bottom + 18.0, "soft", "1");
        self.text(
            left + side / 2.0 - 40.0,
            bottom + 18.0,
            "soft",
            "probability given",
        );
        let bins = tally.calibration.bins;
        let most = whole(bins.iter().map(|bin| bin.count).max().unwrap_or(1).max(1));
        for bin in bins {
            let Some((p, hit)) = bin.means() else {
                continue;
            };
            let radius = 3.0 + 9.0 * (whole(bin.count) / most).sqrt();
            let tip = format!("{} calls: {p:.2} given, {hit:.2} came true", bin.count);
            self.put(format_args!(
                "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"{radius:.1}\" fill=\"#2563eb\" fill-opacity=\".65\"><title>{tip}</title></circle>",
                left + p * side,
                bottom - hit * side,
            ));
        }
    }

    fn questions(&mut self, tally: &Tally) {
        let all = tally.by_demand();
        let most = whole(all.first().map_or(1, |(_, tally)| tally.wanted.max(1)));
        let heading = "What callers wanted; dark: foreseen among the first three";
        self.text(LEFT, QUESTIONS_TOP - 8.0, "", heading);
        for (at, (id, tally)) in all.iter().take(QUESTIONS_MAX).enumerate() {
            let y = QUESTIONS_TOP + 12.0 + ROW * small(at);
            let whole_bar = 640.0 * whole(tally.wanted) / most;
            let hit = 640.0 * whole(tally.hit_3) / most;
            self.text(LEFT, y + 13.0, "", id);
            self.bar((LEFT + 260.0, y), (whole_bar, 16.0), "#bfdbfe", id);
            self.bar((LEFT + 260.0, y), (hit, 16.0), "#2563eb", id);
            let told = format!(
                "{}, {} to a person",
                tally.wanted,
                share(tally.to_a_person, tally.wanted)
            );
            self.text(LEFT + 270.0 + whole_bar, y + 13.0, "soft", &told);
        }
    }
}

fn share(part: u64, of: u64) -> String {
    tally::share(part, of).map_or_else(dash, |share| format!("{:.0} %", share * 100.0))
}

fn seconds(ms: u64) -> String {
    format!("{:.1} s", whole(ms) / 1000.0)
}

fn dash() -> String {
    "–".to_owned()
}

fn small(number: usize) -> f64 {
    whole(u64::try_from(number).unwrap_or(u64::MAX))
}

fn escaped(words: &str) -> String {
    let plain = |c: char| !c.is_control();
    words
        .chars()
        .filter(|c| plain(*c))
        .collect::<String>()
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('"', "&quot;")
}
