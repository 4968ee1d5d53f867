//! Opening hours: by weekday, with other hours on holidays.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::machine::calendar::Calendar;
use crate::machine::calendar::Hours;
use crate::machine::calendar_words;
use crate::machine::calendar_words::DATES_HELP;
use crate::machine::calendar_words::DAYS_HELP;
use crate::machine::calendar_words::HOURS_HELP;
use crate::machine::calendar_words::HoursError;
use crate::machine::calendar_words::dates;
use crate::machine::calendar_words::days;
use crate::machine::expression::function::WEEKDAYS;
use crate::machine::ivr::limit::HOLIDAYS_MAX;
use crate::machine::ivr::limit::HOURS_MAX;
use crate::machine::ivr::reading::reader::Reader;
use crate::machine::ivr::reading::step_name;
use crate::machine::ivr::script::Opening;
use crate::machine::ivr::target::StepAt;
use crate::vocabulary::fault::Fault;
use crate::wire::yaml::record;
use crate::wire::yaml::record::Record;
use crate::wire::yaml::tree::Node;
use crate::wire::yaml::tree::Tree;

/// Reads the opening hours of a file.
pub fn read_all(node: &Node, faults: &mut Vec<Fault>) -> BTreeMap<String, Calendar> {
    let mut all = BTreeMap::new();
    let Tree::Map(entries) = &node.tree else {
        faults.push(record::expected(
            node,
            "`hours`",
            "a map of names and hours",
        ));
        return all;
    };
    if entries.len() > HOURS_MAX {
        let what = format!("{} opening hours, at most {HOURS_MAX}", entries.len());
        faults.push(Fault::new(node.span, what));
    }
    for (key, value) in entries.iter().take(HOURS_MAX) {
        if let Some(name) = step_name::read(key, "the name of hours", faults) {
            all.insert(name.to_owned(), read(value, faults));
        }
    }
    all
}

fn read(node: &Node, faults: &mut Vec<Fault>) -> Calendar {
    let mut record = Record::open(node, "opening hours", faults);
    let zone = record.take("zone");
    let week = record.need("week", faults);
    let holidays = record.take("holidays");
    record.finish(faults);
    Calendar {
        zone: zone.and_then(|node| read_zone(node, faults)),
        week: week.map(|node| read_week(node, faults)).unwrap_or_default(),
        holidays: holidays
            .map(|node| read_holidays(node, faults))
            .unwrap_or_default(),
    }
}

fn read_zone(node: &Node, faults: &mut Vec<Fault>) -> Option<TimeZone> {
    let name = record::text(node, "the zone", faults)?;
    let found = TimeZone::get(name).ok();
    if found.is_none() {
        let fault = Fault::new(node.span, format!("no zone is called `{name}`"));
        let known: Vec<String> = jiff::tz::db()
            .available()
            .map(|zone| zone.to_string())
            .collect();
        let near = crate::vocabulary::fault::nearest(name, known.iter().map(String::as_str));
        let offset = name.contains(|c: char| c.is_ascii_digit() || c == '+');
        let near = near.filter(|_| !offset);
        let whole = if offset {
            "hours from UTC are no zone, as clocks change: name a place like Europe/Berlin"
        } else {
            "a zone is a name like Asia/Shanghai"
        };
        let help = near.map_or(whole.to_owned(), |near| format!("did you mean `{near}`?"));
        faults.push(fault.help(help));
    }
    found
}

fn read_week(node: &Node, faults: &mut Vec<Fault>) -> [Vec<Hours>; 7] {
    let mut week: [Vec<Hours>; 7] = Default::default();
    let Tree::Map(entries) = &node.tree else {
        faults.push(record::expected(node, "`week`", "a map of days and hours"));
        return week;
    };
    let mut told = BTreeSet::new();
    for (key, value) in entries {
        let Some(name) = record::text(key, "a day", faults) else {
            continue;
        };
        let Some(days) = days(name) else {
            let fault = Fault::new(key.span, format!("`{name}` is no day of the week"));
            faults.push(fault.help(DAYS_HELP));
            continue;
        };
        let hours = read_hours(value, faults);
        for day in days {
            if !told.insert(day) {
                let what = format!("{} stands twice", WEEKDAYS.get(day).unwrap_or(&""));
                faults.push(Fault::new(key.span, what));
            }
            if let Some(own) = week.get_mut(day) {
                own.clone_from(&hours);
            }
        }
    }
    week
}

fn read_hours(node: &Node, faults: &mut Vec<Fault>) -> Vec<Hours> {
    let Some(text) = record::text(node, "opening hours", faults) else {
        return Vec::new();
    };
    match calendar_words::hours_of_day(text) {
        Ok(hours) => hours,
        Err(error @ HoursError::Unreadable(_)) => {
            let fault = Fault::new(node.span, error.to_string());
            let fault = if has_one_digit(text) {
                fault.label("hours have two digits: 09:00")
            } else {
                fault
            };
            faults.push(fault.help(HOURS_HELP));
            Vec::new()
        }
        Err(error @ HoursError::Overlapping) => {
            let fault = Fault::new(node.span, error.to_string());
            faults.push(fault.help("the later ones begin when the earlier ones end, or after"));
            Vec::new()
        }
    }
}

/// Whether an hour of one digit stands among these.
fn has_one_digit(text: &str) -> bool {
    let mut clocks = text.split([',', '-']).map(str::trim);
    clocks
        .any(|clock| clock.find(':') == Some(1) && clock.starts_with(|c: char| c.is_ascii_digit()))
}

fn read_holidays(node: &Node, faults: &mut Vec<Fault>) -> BTreeMap<Date, Vec<Hours>> {
    let mut holidays = BTreeMap::new();
    let Tree::Map(entries) = &node.tree else {
        faults.push(record::expected(
            node,
            "`holidays`",
            "a map of dates and hours",
        ));
        return holidays;
    };
    for (key, value) in entries {
        let Some(text) = record::text(key, "a date", faults) else {
            continue;
        };
        let hours = read_hours(value, faults);
        let Some((first, last)) = dates(text) else {
            let turned = text
                .split_once("..")
                .map(|(one, other)| format!("{other}..{one}"));
            let turned = turned.filter(|turned| dates(turned).is_some());
            let fault = Fault::new(key.span, format!("`{text}` is no day"));
            faults.push(match turned {
                Some(turned) => fault
                    .label("the last day is before the first")
                    .help(format!("write {turned}")),
                None => fault.help(DATES_HELP),
            });
            continue;
        };
        let days = first.series(jiff::Span::new().days(1));
        for day in days.take_while(|day| *day <= last).take(HOLIDAYS_MAX) {
            if holidays.insert(day, hours.clone()).is_some() {
                faults.push(Fault::new(key.span, format!("{day} stands twice")));
                break;
            }
        }
    }
    if holidays.len() > HOLIDAYS_MAX {
        let what = format!("{} days, at most {HOLIDAYS_MAX}", holidays.len());
        faults.push(Fault::new(node.span, what));
    }
    holidays
}

/// Reads where opening hours lead: the name of the hours stands at `named`, `open` is where they
/// lead while they last.
pub fn read_opening<'r>(
    reader: &mut Reader<'r>,
    named: &'r Node,
    (open, closed, holiday): (StepAt, StepAt, Option<StepAt>),
) -> Option<Opening> {
    let name = record::text(named, "the name of hours", &mut reader.faults)?;
    if !reader.hours.contains(name) {
        let fault = Fault::new(named.span, format!("no opening hours are called `{name}`"));
        let known: Vec<String> = reader.hours.iter().cloned().collect();
        let fault = fault.nearest(name, known.iter().map(String::as_str));
        let help = "name them at the top of the file: `hours: { NAME: { week: { mon-fri: \"09:00-18:00\" } } }`";
        reader.wrong(if known.is_empty() {
            fault.help(help)
        } else {
            fault
        });
        return None;
    }
    Some(Opening {
        hours: name.to_owned(),
        open,
        closed,
        holiday: holiday.unwrap_or(closed),
    })
}

/// Reads a step that looks at the clock.
pub fn read_time<'r>(reader: &mut Reader<'r>, record: &mut Record<'r>) -> Option<Opening> {
    let named = record.take("time")?;
    let needed = [("open", "within the hours"), ("closed", "outside of them")];
    let goto = reader.outcomes(record, &needed, &["holiday"]);
    let ways = (goto.to("open"), goto.to("closed"), goto.named("holiday"));
    read_opening(reader, named, ways)
}

/// Reads the hours at the entry: a call within them begins at the first step.
pub fn read_gate<'r>(reader: &mut Reader<'r>, node: &'r Node) -> Option<Opening> {
    let mut record = Record::open(node, "`hours`", &mut reader.faults);
    let named = record.need("of", &mut reader.faults);
    let closed = record.need("closed", &mut reader.faults);
    let holiday = record.take("holiday");
    record.finish(&mut reader.faults);
    let closed = closed.and_then(|node| reader.step(node));
    let holiday = holiday.and_then(|node| reader.step(node));
    read_opening(reader, named?, (StepAt(0), closed?, holiday))
}
