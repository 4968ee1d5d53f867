//! When a queue takes contacts.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use serde::Deserialize;

use crate::driver::config::value::Zone;
use crate::machine::calendar::Calendar;
use crate::machine::calendar::Hours;
use crate::machine::calendar_words;
use crate::machine::expression::function::WEEKDAYS;

/// Most days with hours of their own.
const HOLIDAYS_MAX: usize = 1_000;

/// Opening hours, as dialplans write them:
/// `hours = { week = { mon-fri = "09:00-18:00" }, holidays = { 2026-10-01 = "closed" } }`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(try_from = "Written")]
pub struct QueueHours(pub Calendar);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    zone: Option<Zone>,
    week: BTreeMap<String, String>,
    #[serde(default)]
    holidays: BTreeMap<String, String>,
}

impl TryFrom<Written> for QueueHours {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        let mut calendar = Calendar {
            zone: written.zone.map(|zone| zone.0),
            ..Calendar::default()
        };
        let mut told = BTreeSet::new();
        for (name, hours) in &written.week {
            let days = calendar_words::days(name).ok_or_else(|| {
                let help = calendar_words::DAYS_HELP;
                format!("`{name}` is no day of the week; {help}")
            })?;
            let hours = read(hours)?;
            for day in days {
                if !told.insert(day) {
                    let name = WEEKDAYS.get(day).unwrap_or(&"a day");
                    return Err(format!("{name} stands twice in the hours of the queue"));
                }
                if let Some(own) = calendar.week.get_mut(day) {
                    own.clone_from(&hours);
                }
            }
        }
        for (dates, hours) in &written.holidays {
            let (first, last) = calendar_words::dates(dates).ok_or_else(|| {
                let help = calendar_words::DATES_HELP;
                format!("`{dates}` is no day; {help}")
            })?;
            let hours = read(hours)?;
            let days = first.series(jiff::Span::new().days(1));
            for day in days.take_while(|day| *day <= last).take(HOLIDAYS_MAX) {
                calendar.holidays.insert(day, hours.clone());
            }
        }
        if calendar.holidays.len() > HOLIDAYS_MAX {
            return Err(format!("more than {HOLIDAYS_MAX} holidays"));
        }
        Ok(Self(calendar))
    }
}

fn read(text: &str) -> Result<Vec<Hours>, String> {
    let help = calendar_words::HOURS_HELP;
    calendar_words::hours_of_day(text).map_err(|error| format!("{error}; {help}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<QueueHours, String> {
        toml::from_str(text).map_err(|error| error.message().to_owned())
    }

    #[test]
    fn hours_of_a_queue_are_written_as_in_dialplans() {
        let text = r#"
zone = "Europe/Berlin"
week = { mon-fri = "09:00-12:00, 13:00-18:00", sun = "closed" }
holidays = { "2026-12-24..2026-12-26" = "closed" }
"#;
        let QueueHours(calendar) = read(text).unwrap();
        assert_eq!(calendar.week[4].len(), 2);
        assert!(calendar.week[5].is_empty());
        assert_eq!(calendar.holidays.len(), 3);
        assert!(calendar.zone.is_some());
    }

    #[test]
    fn mistakes_in_hours_are_named() {
        let table = [
            (
                "week = { mo = \"09:00-18:00\" }",
                "`mo` is no day of the week",
            ),
            ("week = { mon = \"9-18\" }", "\"9-18\" are no opening hours"),
            (
                "week = { mon-fri = \"09:00-18:00\", wed = \"closed\" }",
                "wed stands twice",
            ),
            (
                "week = { mon = \"09:00-18:00\" }\nholidays = { christmas = \"closed\" }",
                "`christmas` is no day",
            ),
        ];
        for (text, expected) in table {
            let found = read(text).unwrap_err();
            assert!(found.starts_with(expected), "{found}");
        }
    }
}
