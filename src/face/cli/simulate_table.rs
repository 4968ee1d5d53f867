//! A simulation as tables for people.

use crate::face::cli::report_table::width;
use crate::face::cli::simulate_json;
use crate::machine::simulation::estimate::Estimate;
use crate::machine::simulation::figure::Figure;
use crate::machine::simulation::figure::GroupFigure;
use crate::machine::simulation::figure::Whom;
use crate::machine::simulation::study::Run;
use crate::machine::simulation::study::Study;
use crate::vocabulary::language::Language;

/// A word in both languages.
type Words = (&'static str, &'static str);

/// How a figure is shown.
#[derive(Clone, Copy)]
enum Form {
    /// With so many digits after the point.
    Plain(usize),
    /// In per cent.
    Percent,
}

/// What stands before a row of figures.
fn words(figure: Figure) -> (Words, Form) {
    match figure {
        Figure::Offered => (("offered a day", "日呼入"), Form::Plain(1)),
        Figure::Again => (("  of these, calling again", "  其中重拨"), Form::Plain(1)),
        Figure::Blocked => (("blocked", "线路占满"), Form::Plain(2)),
        Figure::Served => (("served", "已接听"), Form::Plain(1)),
        Figure::Abandoned => (("abandoned", "放弃"), Form::Plain(1)),
        Figure::TurnedAway => (("turned away at the close", "下班时谢绝"), Form::Plain(2)),
        Figure::InTarget => (("served in target", "目标内接听"), Form::Plain(1)),
        Figure::ServiceLevel => (("service level", "服务水平"), Form::Percent),
        Figure::Abandonment => (("abandonment", "放弃率"), Form::Percent),
        Figure::SpeedOfAnswer => (("speed of answer, s", "平均应答速度（秒）"), Form::Plain(2)),
        Figure::Wait => (
            ("mean wait of all, s", "全部平均等待（秒）"),
            Form::Plain(2),
        ),
        Figure::Queue => (("mean number waiting", "平均排队人数"), Form::Plain(3)),
        Figure::DailyCost => (
            ("  mean of the days' costs", "  各日代价的平均"),
            Form::Plain(4),
        ),
        Figure::Cost => (
            ("cost: weight x wait², min²", "代价：权重×等待²（分²）"),
            Form::Plain(4),
        ),
    }
}

const P95: Words = ("95 % waited at most, s", "95% 等待不超过（秒）");

fn group_words(figure: GroupFigure) -> (Words, Form) {
    match figure {
        GroupFigure::Served => (("served a day", "日接听"), Form::Plain(1)),
        GroupFigure::Seats => (("seats there", "在岗座席"), Form::Plain(2)),
        GroupFigure::Occupancy => (("occupancy", "占用率"), Form::Percent),
        GroupFigure::OccupancyToTheEnd => (
            ("occupancy to the last talk", "至末通话占用率"),
            Form::Percent,
        ),
    }
}

const fn in_language(words: Words, language: Language) -> &'static str {
    match language {
        Language::English => words.0,
        Language::Mandarin => words.1,
    }
}

/// Everything a study comes to.
#[must_use]
pub fn tables(study: &Study, language: Language) -> String {
    let say = |words| in_language(words, language);
    let mut text = format!(
        "{}: {} {}, {} {}\n",
        study.scenario.name,
        study.days(),
        say(("days", "天")),
        say(("seed", "种子")),
        study.seed
    );
    for run in &study.runs {
        let policy = simulate_json::name(run.policy);
        text.push_str(&format!("\n{} {policy}\n", say(("policy", "策略"))));
        text.push_str(&contacts(study, language, |what, whom| match what {
            What::Figure(figure) => run.figure(figure, whom),
            What::P95 => run.p95_s(whom),
        }));
        text.push('\n');
        text.push_str(&seats(study, language, |figure, group| {
            run.group_figure(figure, group)
        }));
        text.push('\n');
        text.push_str(&served_by(study, run, language));
    }
    let Some(first) = study.runs.first() else {
        return text;
    };
    for other in study.runs.iter().skip(1) {
        let (one, two) = (
            simulate_json::name(other.policy),
            simulate_json::name(first.policy),
        );
        let less = say(("less", "减"));
        let pairs = say(("on the same days", "（同样的日子）"));
        text.push_str(&format!("\n{one} {less} {two} {pairs}\n"));
        text.push_str(&contacts(study, language, |what, whom| match what {
            What::Figure(figure) => first.difference(other, figure, whom),
            What::P95 => first.p95_difference(other, whom),
        }));
        text.push('\n');
        text.push_str(&seats(study, language, |figure, group| {
            first.group_difference(other, figure, group)
        }));
    }
    text
}

/// A row of the table of contacts.
#[derive(Clone, Copy)]
enum What {
    Figure(Figure),
    P95,
}

fn contacts(
    study: &Study,
    language: Language,
    figure: impl Fn(What, Whom) -> Option<Estimate>,
) -> String {
    let kinds = study.scenario.types.iter().enumerate();
    let mut head = vec![
        String::new(),
        in_language(("all", "全部"), language).to_owned(),
    ];
    let mut whom = vec![Whom::All];
    for (at, kind) in kinds {
        head.push(kind.name.clone());
        whom.push(Whom::Type(at));
    }
    let mut lines = vec![head];
    let mut row = |words: Words, form: Form, what: What| {
        let cells = whom.iter().map(|whom| shown(figure(what, *whom), form));
        let mut line = vec![in_language(words, language).to_owned()];
        line.extend(cells);
        lines.push(line);
    };
    for figure in Figure::ALL {
        let (words, form) = words(figure);
        row(words, form, What::Figure(figure));
        if figure == Figure::Wait {
            row(P95, Form::Plain(1), What::P95);
        }
    }
    aligned(&lines)
}

fn seats(
    study: &Study,
    language: Language,
    figure: impl Fn(GroupFigure, Option<usize>) -> Option<Estimate>,
) -> String {
    let mut head = vec![
        in_language(("seats", "座席"), language).to_owned(),
        in_language(("all", "全部"), language).to_owned(),
    ];
    let mut groups = vec![None];
    for (at, group) in study.scenario.groups.iter().enumerate() {
        head.push(group.name.clone());
        groups.push(Some(at));
    }
    let mut lines = vec![head];
    for one in GroupFigure::ALL {
        let (words, form) = group_words(one);
        let mut line = vec![in_language(words, language).to_owned()];
        line.extend(groups.iter().map(|group| shown(figure(one, *group), form)));
        lines.push(line);
    }
    aligned(&lines)
}

fn served_by(study: &Study, run: &Run, language: Language) -> String {
    let groups = study.scenario.groups.iter();
    let mut head = vec![in_language(("served by", "由谁接听"), language).to_owned()];
    head.extend(groups.map(|group| group.name.clone()));
    let mut lines = vec![head];
    for (kind, about) in study.scenario.types.iter().enumerate() {
        let mut line = vec![about.name.clone()];
        let groups = 0..study.scenario.groups.len();
        line.extend(groups.map(|group| shown(run.served_by(kind, group), Form::Percent)));
        lines.push(line);
    }
    aligned(&lines)
}

fn shown(estimate: Option<Estimate>, form: Form) -> String {
    let Some(Estimate { value, half }) = estimate else {
        return "-".to_owned();
    };
    let (factor, digits, unit) = match form {
        Form::Plain(digits) => (1.0, digits, ""),
        Form::Percent => (100.0, 2, " %"),
    };
    let value = value * factor;
    half.map_or_else(
        || format!("{value:.digits$}{unit}"),
        |half| format!("{value:.digits$} ± {:.digits$}{unit}", half * factor),
    )
}

/// Columns as wide as their widest cell; the first to the left, others to the right.
fn aligned(lines: &[Vec<String>]) -> String {
    let count = lines.first().map_or(0, Vec::len);
    let column = |at: usize| lines.iter().filter_map(move |line| line.get(at));
    let widest = |at| column(at).map(|cell| width(cell)).max().unwrap_or(0);
    let widths: Vec<usize> = (0..count).map(widest).collect();
    let mut text = String::new();
    for line in lines {
        let mut row = String::new();
        for (at, (cell, widest)) in line.iter().zip(&widths).enumerate() {
            let pad = " ".repeat(widest.saturating_sub(width(cell)));
            row.push_str(&match at {
                0 => format!("{cell}{pad}"),
                _ => format!("  {pad}{cell}"),
            });
        }
        text.push_str(row.trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_under_each_other_in_chinese_too() {
        let line = |cells: [&str; 2]| cells.map(str::to_owned).to_vec();
        let table = aligned(&[line(["", "全部"]), line(["放弃率", "1.0 %"])]);
        assert_eq!(table, "         全部\n放弃率  1.0 %\n");
    }

    #[test]
    fn a_figure_of_one_day_has_no_interval() {
        let one = |half| Some(Estimate { value: 0.5, half });
        assert_eq!(shown(one(None), Form::Percent), "50.00 %");
        assert_eq!(shown(one(Some(0.01)), Form::Percent), "50.00 ± 1.00 %");
        assert_eq!(shown(None, Form::Percent), "-");
    }
}
