//! Columns of CSV files: numbers, and arrivals as they came.

use std::collections::BTreeMap;

use crate::machine::simulation::reading::quantity::decimal;
use crate::machine::simulation::reading::quantity::read_hour;
use crate::machine::simulation::scenario::CALLS_MAX;
use crate::machine::simulation::scenario::Came;

/// What is wrong in a table, with its line.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum TableError {
    /// It is no CSV.
    #[error("line {line}: {what}")]
    Form {
        /// Counted from 1.
        line: u64,
        /// What.
        what: String,
    },
    /// A column is missing.
    #[error("no column is called `{0}` in its first line")]
    Column(String),
    /// It holds nothing.
    #[error("it has no rows")]
    Empty,
    /// It holds nothing of this type.
    #[error("none of its rows is of type `{0}`")]
    NoneOf(String),
    /// It holds too much.
    #[error("over {CALLS_MAX} rows")]
    Long,
}

/// A table with a line of names first.
struct Table {
    names: Vec<String>,
    rows: Vec<(u64, Vec<String>)>,
}

impl Table {
    fn read(text: &str) -> Result<Self, TableError> {
        let mut reader = csv::ReaderBuilder::new()
            .trim(csv::Trim::All)
            .from_reader(text.trim_start_matches('\u{feff}').as_bytes());
        let form = |error: &csv::Error| TableError::Form {
            line: error.position().map_or(1, csv::Position::line),
            what: "this row has more or fewer cells than the first".to_owned(),
        };
        let names = reader.headers().map_err(|error| form(&error))?;
        let names = names.iter().map(str::to_owned).collect();
        let mut rows = Vec::new();
        for row in reader.records() {
            let row = row.map_err(|error| form(&error))?;
            let line = row.position().map_or(0, csv::Position::line);
            rows.push((line, row.iter().map(str::to_owned).collect()));
            if rows.len() > CALLS_MAX {
                return Err(TableError::Long);
            }
        }
        Ok(Self { names, rows })
    }

    fn column(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|one| one == name)
    }
}

fn cell(row: &[String], column: usize) -> &str {
    row.get(column).map_or("", String::as_str)
}

fn wrong(line: u64, what: String) -> TableError {
    TableError::Form { line, what }
}

/// The numbers of a column, seconds there, as minutes; of the only column if none is named.
///
/// # Errors
///
/// [`TableError`]; numbers are not negative.
pub fn minutes(text: &str, column: Option<&str>) -> Result<Vec<f64>, TableError> {
    let table = Table::read(text)?;
    let at = match column {
        Some(name) => table
            .column(name)
            .ok_or_else(|| TableError::Column(name.to_owned()))?,
        None => 0,
    };
    let mut values = Vec::with_capacity(table.rows.len());
    for (line, row) in &table.rows {
        let seconds = seconds(*line, cell(row, at))?;
        values.push(seconds / 60.0);
    }
    if values.is_empty() {
        return Err(TableError::Empty);
    }
    Ok(values)
}

fn seconds(line: u64, text: &str) -> Result<f64, TableError> {
    let number = decimal(text).filter(|number| *number >= 0.0);
    number.ok_or_else(|| wrong(line, format!("{text:?} is no number of seconds")))
}

/// The arrivals of a type, day after day: columns `at` (`hh:mm:ss` or seconds from midnight), and if
/// they are there `type`, `day`, `patience_s`, `talk_s`. Empty cells of the last two are drawn.
///
/// # Errors
///
/// [`TableError`]; all must come between `from` and `to`, in minutes from midnight.
pub fn arrivals(
    text: &str,
    kind: &str,
    (from, to): (f64, f64),
) -> Result<Vec<Vec<Came>>, TableError> {
    let table = Table::read(text)?;
    let at = table.column("at");
    let at = at.ok_or_else(|| TableError::Column("at".to_owned()))?;
    let (kinds, days) = (table.column("type"), table.column("day"));
    let optional = [table.column("patience_s"), table.column("talk_s")];
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    let mut came: Vec<Vec<Came>> = Vec::new();
    for (line, row) in &table.rows {
        // A day without a call of this type is a day all the same.
        let day = days.map_or("", |days| cell(row, days));
        let place = *places.entry(day).or_insert(came.len());
        if place == came.len() {
            came.push(Vec::new());
        }
        if kinds.is_some_and(|kinds| cell(row, kinds) != kind) {
            continue;
        }
        let [patience, talk] = optional.map(|column| {
            let text = column.map_or("", |column| cell(row, column));
            (!text.is_empty()).then(|| seconds(*line, text))
        });
        let minutes = |seconds: f64| seconds / 60.0;
        let one = Came {
            at: moment(*line, cell(row, at), (from, to))?,
            patience: patience.transpose()?.map(minutes),
            talk: talk.transpose()?.map(minutes),
        };
        if let Some(day) = came.get_mut(place) {
            day.push(one);
        }
    }
    if table.rows.is_empty() {
        return Err(TableError::Empty);
    }
    if came.iter().all(Vec::is_empty) {
        return Err(TableError::NoneOf(kind.to_owned()));
    }
    Ok(came)
}

fn moment(line: u64, text: &str, (from, to): (f64, f64)) -> Result<f64, TableError> {
    let seconds = || decimal(text).map(|seconds| seconds / 60.0);
    let read = read_hour(text).or_else(seconds);
    let Some(minute) = read else {
        return Err(wrong(line, format!("{text:?} is no moment like 09:30:15")));
    };
    if !(from..to).contains(&minute) {
        let what = format!("{text} is not within the hours of `day`");
        return Err(wrong(line, what));
    }
    Ok(minute)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CALLS: &str = "day,type,at,patience_s,talk_s\n1,a,08:00:30,60,\n1,b,08:01,,\n\
                         2,b,29000,,90\n3,a,09:00:00,,\n";

    #[test]
    fn days_are_kept_apart_and_other_types_left_out() {
        let days = arrivals(CALLS, "a", (480.0, 600.0)).unwrap();
        assert_eq!(days.len(), 3);
        assert_eq!((days[0].len(), days[1].len(), days[2].len()), (1, 0, 1));
        assert_eq!((days[0][0].at, days[0][0].patience), (480.5, Some(1.0)));
        let days = arrivals(CALLS, "b", (480.0, 600.0)).unwrap();
        assert_eq!(days[1][0].talk, Some(1.5));
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        let wrong = |text: &str| arrivals(text, "a", (480.0, 600.0)).unwrap_err().to_string();
        assert_eq!(
            wrong("when\n08:00\n"),
            "no column is called `at` in its first line"
        );
        assert_eq!(
            wrong("at\n08:00\nx\n"),
            "line 3: \"x\" is no moment like 09:30:15"
        );
        assert_eq!(
            wrong("at\n11:00\n"),
            "line 2: 11:00 is not within the hours of `day`"
        );
        assert_eq!(wrong("at,type\n"), "it has no rows");
        let none = "none of its rows is of type `a`";
        assert_eq!(wrong("at,type\n08:00,b\n"), none);
        let ragged = "line 3: this row has more or fewer cells than the first";
        assert_eq!(wrong("at,type\n08:00,a\n08:00\n"), ragged);
        assert_eq!(minutes("s\n60\n30\n", None).unwrap(), [1.0, 0.5]);
        assert_eq!(
            minutes("s\n-1\n", None).unwrap_err().to_string(),
            "line 2: \"-1\" is no number of seconds"
        );
    }
}
