//! Waits as somebody recorded them: a table with a line for each call that came to a queue, and one
//! of how many seats served when.

use std::collections::BTreeMap;

use crate::vocabulary::id::QueueId;

/// A longer wait is a mistake of the table.
const WAIT_MAX_MS: i64 = 24 * 3_600_000;
/// Rows that are read.
const ROWS_MAX: usize = 5_000_000;

/// Which column is what, and which words say how a wait ended.
#[derive(Clone, Debug)]
pub struct Layout {
    /// When the call came to the queue.
    pub came: String,
    /// When its wait ended.
    pub left: String,
    /// How.
    pub end: String,
    /// The word there for a seat that answered.
    pub answered: String,
    /// The word there for somebody who gave up.
    pub abandoned: String,
    /// What the call needed, by any name; none: all need the same.
    pub need: Option<String>,
    /// The queue; none: there is one.
    pub queue: Option<String>,
}

/// What is wrong in a table.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum RecordedError {
    /// A cell or a row.
    #[error("line {line}, column {column}: {what}")]
    Row {
        /// Counted from 1.
        line: usize,
        /// Of the cell, in characters from 1.
        column: usize,
        /// What.
        what: String,
    },
    /// A column is missing.
    #[error("no column is called `{missing}`; the first line has {known}")]
    Column {
        /// The one that was wanted.
        missing: String,
        /// Those that are there.
        known: String,
    },
    /// It holds nothing.
    #[error("no row says that somebody waited and was answered or gave up")]
    Empty,
    /// It holds too much.
    #[error("over {ROWS_MAX} rows")]
    Long,
}

/// How a wait ended.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum End {
    /// A seat answered.
    Answered,
    /// The caller gave up.
    GaveUp,
}

/// A call that waited. Times are milliseconds from any moment, the same for all.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Wait {
    /// When it came to the queue.
    pub came_ms: i64,
    /// When its wait ended, later than that.
    pub left_ms: i64,
    /// How.
    pub end: End,
    /// Its queue.
    pub queue: QueueId,
    /// What it needed.
    pub need: Option<u32>,
    /// Its line in the table.
    pub line: u64,
}

/// Calls that waited, and what else the table held.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Waits {
    /// In the order of the table.
    pub waits: Vec<Wait>,
    /// Rows without a wait: taken at once, or gone at once.
    pub at_once: u64,
    /// Rows that ended in neither way.
    pub others: u64,
    /// Names of the queues, by their ids.
    pub queues: Vec<String>,
}

/// From then on so many seats served.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Staff {
    /// When, as in [`Wait`].
    pub at_ms: i64,
    /// Which queue; none: each.
    pub queue: Option<QueueId>,
    /// How many.
    pub seats: u32,
}

/// Reads the calls of a table.
///
/// # Errors
///
/// [`RecordedError`].
pub fn waits(text: &str, layout: &Layout) -> Result<Waits, RecordedError> {
    let table = Table::read(text)?;
    let came = table.column(&layout.came)?;
    let left = table.column(&layout.left)?;
    let end = table.column(&layout.end)?;
    let optional = |name: &Option<String>| name.as_deref().map(|name| table.column(name));
    let need = optional(&layout.need).transpose()?;
    let queue = optional(&layout.queue).transpose()?;
    let (mut needs, mut queues) = (Names::default(), Names::default());
    let mut found = Waits::default();
    for row in &table.rows {
        let ended = match row.cell(end) {
            word if word == layout.answered => End::Answered,
            word if word == layout.abandoned => End::GaveUp,
            _ => {
                found.others += 1;
                continue;
            }
        };
        let (came_ms, left_ms) = (table.moment(row, came)?, table.moment(row, left)?);
        if !(0..=WAIT_MAX_MS).contains(&(left_ms - came_ms)) {
            let (from, to) = (row.cell(came), row.cell(left));
            let what = format!("it waits from {from} to {to}: expected a wait of 0 s to 24 h");
            return Err(table.wrong(row, left, what));
        }
        if came_ms == left_ms {
            found.at_once += 1;
            continue;
        }
        found.waits.push(Wait {
            came_ms,
            left_ms,
            end: ended,
            queue: QueueId(queues.id(queue.map_or("", |at| row.cell(at)))),
            need: need.map(|at| needs.id(row.cell(at))),
            line: row.line,
        });
    }
    found.queues = queues.names;
    if found.waits.is_empty() {
        return Err(RecordedError::Empty);
    }
    Ok(found)
}

/// Reads how many seats served when: columns `at`, `seats`, and `queue` if it differs by queue.
///
/// # Errors
///
/// [`RecordedError`].
pub fn staff(text: &str, queues: &[String]) -> Result<Vec<Staff>, RecordedError> {
    let table = Table::read(text)?;
    let (at, seats) = (table.column("at")?, table.column("seats")?);
    let queue = table.column("queue").ok();
    let mut found = Vec::new();
    for row in &table.rows {
        let number = row.cell(seats);
        let wrong = |what| table.wrong(row, seats, what);
        let seats = number.parse::<u32>().ok().filter(|seats| *seats <= 20_000);
        let seats = seats
            .ok_or_else(|| wrong(format!("{number:?} is no number of seats from 0 to 20,000")))?;
        let of = queue.map(|queue| row.cell(queue));
        let id = of.map(|of| queues.iter().position(|name| name == of));
        let queue = match id {
            None => None,
            // Seats of a queue in which nobody waited.
            Some(None) => continue,
            Some(Some(id)) => u32::try_from(id).ok().map(QueueId),
        };
        found.push(Staff {
            at_ms: table.moment(row, at)?,
            queue,
            seats,
        });
    }
    Ok(found)
}

/// Numbers for names, in the order in which they come up.
#[derive(Default)]
struct Names {
    ids: BTreeMap<String, u32>,
    names: Vec<String>,
}

impl Names {
    fn id(&mut self, name: &str) -> u32 {
        if let Some(id) = self.ids.get(name) {
            return *id;
        }
        let id = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        self.ids.insert(name.to_owned(), id);
        self.names.push(name.to_owned());
        id
    }
}

/// A table with a line of names first.
struct Table<'t> {
    text: &'t str,
    names: Vec<String>,
    rows: Vec<Row>,
}

struct Row {
    line: u64,
    /// Where it begins, in bytes; line ends may come first.
    start: usize,
    cells: Vec<String>,
}

impl Row {
    fn cell(&self, column: usize) -> &str {
        self.cells.get(column).map_or("", String::as_str)
    }
}

impl<'t> Table<'t> {
    fn read(text: &'t str) -> Result<Self, RecordedError> {
        let text = text.trim_start_matches('\u{feff}');
        let mut reader = csv::ReaderBuilder::new()
            .trim(csv::Trim::All)
            .from_reader(text.as_bytes());
        let names = reader.headers().map_err(|error| form(text, &error))?;
        let names = names.iter().map(str::to_owned).collect();
        let mut rows = Vec::new();
        for row in reader.records() {
            let row = row.map_err(|error| form(text, &error))?;
            rows.push(Row {
                line: row.position().map_or(0, csv::Position::line),
                start: start(row.position()),
                cells: row.iter().map(str::to_owned).collect(),
            });
            if rows.len() > ROWS_MAX {
                return Err(RecordedError::Long);
            }
        }
        Ok(Self { text, names, rows })
    }

    fn column(&self, name: &str) -> Result<usize, RecordedError> {
        let at = self.names.iter().position(|one| one == name);
        at.ok_or_else(|| RecordedError::Column {
            missing: name.to_owned(),
            known: self.names.join(", "),
        })
    }

    fn moment(&self, row: &Row, column: usize) -> Result<i64, RecordedError> {
        let text = row.cell(column);
        moment(text).ok_or_else(|| {
            let what = format!(
                "{text:?} is no moment: expected 09:30:15, 2026-03-02 09:30:15 or seconds such as 34215.5"
            );
            self.wrong(row, column, what)
        })
    }

    /// Something is wrong in a cell.
    fn wrong(&self, row: &Row, cell: usize, what: String) -> RecordedError {
        let (line, column) = place(self.text, row.start, cell);
        RecordedError::Row { line, column, what }
    }
}

fn start(position: Option<&csv::Position>) -> usize {
    let byte = position.map_or(0, csv::Position::byte);
    usize::try_from(byte).unwrap_or(usize::MAX)
}

/// A row has not as many cells as the first: the first of those too many is told, or its end.
fn form(text: &str, error: &csv::Error) -> RecordedError {
    let mut cell = 0;
    if let csv::ErrorKind::UnequalLengths {
        expected_len, len, ..
    } = error.kind()
    {
        cell = usize::try_from(*expected_len.min(len)).unwrap_or(usize::MAX);
    }
    let (line, column) = place(text, start(error.position()), cell);
    let what = "this row has more or fewer cells than the first".to_owned();
    RecordedError::Row { line, column, what }
}

/// Line and column, in characters from 1, of a cell of the row that begins there; of one that the
/// row does not have the row's end.
fn place(text: &str, start: usize, cell: usize) -> (usize, usize) {
    let row = text.get(start..).unwrap_or_default();
    let begun = row.trim_start_matches(['\r', '\n']);
    let (mut at, mut left, mut quoted) = (text.len() - begun.len(), cell, false);
    for sign in begun.chars() {
        let is_cell = left == 0 && !matches!(sign, ' ' | '\t');
        if is_cell || (!quoted && matches!(sign, '\r' | '\n')) {
            break;
        }
        quoted ^= sign == '"';
        left -= usize::from(sign == ',' && !quoted && left > 0);
        at += sign.len_utf8();
    }
    let before = text.get(..at).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |end| end + 1);
    let column = before[line_start..].chars().count() + 1;
    (before.matches('\n').count() + 1, column)
}

/// Milliseconds of `9:30:15`, of a day and time such as `2026-03-02 09:30:15`, or of seconds.
fn moment(text: &str) -> Option<i64> {
    clock(text).or_else(|| date(text)).or_else(|| seconds(text))
}

fn date(text: &str) -> Option<i64> {
    let civil: jiff::civil::DateTime = text.parse().ok()?;
    let zoned = civil.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
    Some(zoned.timestamp().as_millisecond())
}

fn clock(text: &str) -> Option<i64> {
    let (hours, rest) = text.split_once(':')?;
    let (minutes, rest) = rest.split_once(':').unwrap_or((rest, "0"));
    let whole = |part: &str| part.parse::<u32>().ok().map(i64::from);
    let (hours, minutes) = (whole(hours)?, whole(minutes).filter(|it| *it < 60)?);
    let seconds = seconds(rest).filter(|ms| *ms < 60_000)?;
    (hours <= 48).then(|| hours * 3_600_000 + minutes * 60_000 + seconds)
}

/// Milliseconds of seconds with at most three digits after the point that count.
fn seconds(text: &str) -> Option<i64> {
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
    if !digits(whole) || !digits(part) {
        return None;
    }
    let part: String = part.chars().chain("000".chars()).take(3).collect();
    let (whole, part): (i64, i64) = (whole.parse().ok()?, part.parse().ok()?);
    whole.checked_mul(1_000)?.checked_add(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout() -> Layout {
        Layout {
            came: "came".to_owned(),
            left: "left".to_owned(),
            end: "end".to_owned(),
            answered: "answered".to_owned(),
            abandoned: "abandoned".to_owned(),
            need: None,
            queue: None,
        }
    }

    #[test]
    fn moments_are_read_as_people_write_them() {
        assert_eq!(moment("0:00:07.25"), Some(7_250));
        assert_eq!(moment("24:01:00"), Some(86_460_000));
        assert_eq!(moment("09:30"), Some(34_200_000));
        assert_eq!(moment("12.0625"), Some(12_062));
        let day = moment("2026-03-02 00:00:01").unwrap();
        assert_eq!(moment("2026-03-03T00:00:01").unwrap() - day, 86_400_000);
        for wrong in ["", "-3", "9:60:00", "9:30:60", "x", "1e5"] {
            assert!(moment(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn rows_without_a_wait_are_counted_apart() {
        let text = "came,left,end\n1,9,answered\n2,2,answered\n3,5,phantom\n4,6,abandoned\n";
        let read = waits(text, &layout()).unwrap();
        let ends: Vec<End> = read.waits.iter().map(|wait| wait.end).collect();
        assert_eq!(ends, [End::Answered, End::GaveUp]);
        assert_eq!((read.at_once, read.others), (1, 1));
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line_and_column() {
        let wrong = |text: &str| waits(text, &layout()).unwrap_err().to_string();
        assert_eq!(
            wrong("came,gone,end\n1,2,answered\n"),
            "no column is called `left`; the first line has came, gone, end"
        );
        assert_eq!(
            wrong("came,left,end\n9,1,answered\n"),
            "line 2, column 3: it waits from 9 to 1: expected a wait of 0 s to 24 h"
        );
        assert!(
            wrong("came,left,end\nnoon,1,answered\n").starts_with("line 2, column 1: \"noon\"")
        );
        assert!(wrong("came,left,end\n1,2,x\n").starts_with("no row says"));
        for (text, place) in [
            (
                "\u{feff}came,left,end\r\n1,2,answered\r\n\r\n1,  noon,answered\r\n",
                "line 4, column 5: ",
            ),
            (
                "note,came,left,end\n\"李, \"\"na\"\"\",1,x,answered\n",
                "line 2, column 15: ",
            ),
            (
                "note,came,left,end\n\"a\nb\",1,\"x\",answered\n",
                "line 3, column 6: ",
            ),
            ("came,left,end\n1,,answered\n", "line 2, column 3: "),
            ("came,left,end\n1,2,answered,more\n", "line 2, column 14: "),
            ("came,left,end\n1,2\n", "line 2, column 4: "),
        ] {
            let told = wrong(text);
            assert!(told.starts_with(place), "{text:?}: {told}");
        }
        let staff = staff("at,seats\n9:00,many\n", &[]).unwrap_err().to_string();
        assert_eq!(
            staff,
            "line 2, column 6: \"many\" is no number of seats from 0 to 20,000"
        );
    }
}
