//! `ringwise report`: what recorded calls say of the service.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Serialize;

use crate::call::report::account::Account;
use crate::call::report::comparison;
use crate::call::report::picture;
use crate::call::report::question_tally::QuestionTally;
use crate::call::report::returning::CallBook;
use crate::call::report::returning::LATE_MS;
use crate::call::report::returning::Returns;
use crate::call::report::tally;
use crate::call::report::tally::Tally;
use crate::driver::centre::assembly;
use crate::driver::clock::Clock;
use crate::driver::journal::reading;
use crate::face::cli::comparison_table::Comparison;
use crate::face::cli::config_choice;
use crate::face::cli::config_choice::ConfigChoice;
use crate::face::cli::ending::Ending;
use crate::vocabulary::id::ReleaseNo;
use crate::vocabulary::time::Wall;

/// Which days, and in which form.
#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// The day, such as 2026-11-21, in the centre's zone; without it the day before today.
    #[arg(value_name = "DAY")]
    pub day: Option<Date>,
    /// So many days, up to that day.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=366))]
    pub days: u16,
    /// One column a release, and the newest compared with what stood before.
    #[arg(long)]
    pub by_release: bool,
    /// Also draw it.
    #[arg(long, value_name = "FILE.svg")]
    pub svg: Option<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
    /// Where the data folder and the zone are said.
    #[command(flatten)]
    pub config: ConfigChoice,
}

/// Reports.
///
/// # Errors
///
/// `out` cannot be written.
pub fn run(options: &Options, out: &mut dyn Write) -> io::Result<Ending> {
    let config = match options.config.load() {
        Ok(config) => config,
        Err(error) => return config_choice::explain(&error),
    };
    let zone = config.settings.centre.zone.0.clone();
    let today = Clock::start().turn().wall.civil(&zone).date();
    let last = options.day.or_else(|| today.yesterday().ok());
    let span = last.and_then(|last| Span::of((last, options.days), &zone));
    let Some(span) = span else {
        eprintln!("error: these days are out of the calendar");
        return Ok(Ending::Input);
    };
    let database = assembly::database(&config.settings.data_dir);
    let report = match Report::of(&database, &span, options.by_release) {
        Ok(report) => report,
        Err(error) => {
            eprintln!("error: {}: {error}", database.display());
            return Ok(Ending::World);
        }
    };
    if let Some(path) = &options.svg
        && let Err(error) = fs::write(path, report.svg())
    {
        eprintln!("error: cannot write {}: {error}", path.display());
        return Ok(Ending::World);
    }
    if options.json {
        report.json(out)?;
    } else {
        report.text(out)?;
    }
    Ok(Ending::Fine)
}

/// What recorded calls of some days say.
pub struct Report {
    title: String,
    /// All calls, and after them those of each release if that is asked.
    columns: Vec<(String, Tally)>,
}

impl Report {
    /// Counts the calls of these days.
    ///
    /// # Errors
    ///
    /// The log cannot be read.
    pub fn of(
        database: &Path,
        span: &Span,
        by_release: bool,
    ) -> Result<Self, reading::ReadingError> {
        Ok(Self {
            title: span.title(),
            columns: count(database, span, by_release)?,
        })
    }

    /// As a table.
    ///
    /// # Errors
    ///
    /// `out` cannot be written.
    pub fn text(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "{}\n", self.title)?;
        write_table(&self.columns, out)?;
        if let Some(comparison) = self.comparison() {
            writeln!(out)?;
            comparison.write(out)?;
        }
        write_questions(self.columns.first().map(|(_, tally)| tally), out)
    }

    /// The newest of several releases against the one that took most of the other calls.
    #[must_use]
    pub fn comparison(&self) -> Option<Comparison> {
        let (newest, others) = self.columns.get(1..)?.split_last()?;
        let before = others.iter().max_by_key(|(_, tally)| tally.taken)?;
        let names = [before.0.clone(), newest.0.clone()];
        let measures = comparison::compare(&before.1, &newest.1);
        Some(Comparison::of(names, measures))
    }

    /// As JSON.
    ///
    /// # Errors
    ///
    /// `out` cannot be written.
    pub fn json(&self, out: &mut dyn Write) -> io::Result<()> {
        let columns = self.columns.iter();
        let mut told: Vec<Told<'_>> = columns.map(|(name, t)| Told::of(name, t)).collect();
        if let Some(last) = told.last_mut() {
            last.against = self.comparison();
        }
        serde_json::to_writer_pretty(&mut *out, &told)?;
        writeln!(out)
    }

    /// As a picture.
    #[must_use]
    pub fn svg(&self) -> String {
        let all = self.columns.first().map(|(_, tally)| tally);
        picture::draw(&self.title, all.unwrap_or(&Tally::default()))
    }
}

/// Days, from the first moment of the first to the first moment after the last.
pub struct Span {
    first: Date,
    last: Date,
    from: Wall,
    to: Wall,
    zone: TimeZone,
}

impl Span {
    /// So many days up to the last; none if they are out of the calendar.
    #[must_use]
    pub fn of((last, days): (Date, u16), zone: &TimeZone) -> Option<Self> {
        let first = last
            .checked_sub(jiff::Span::new().days(i64::from(days) - 1))
            .ok()?;
        let start = |day: Date| {
            let zoned = day.to_zoned(zone.clone()).ok()?;
            Some(Wall::from_ms(zoned.timestamp().as_millisecond()))
        };
        Some(Self {
            first,
            last,
            from: start(first)?,
            to: start(last.tomorrow().ok()?)?,
            zone: zone.clone(),
        })
    }

    fn title(&self) -> String {
        if self.first == self.last {
            return format!("Calls of {}", self.first);
        }
        format!("Calls from {} to {}", self.first, self.last)
    }
}

/// All calls, and after them those of each release if that is asked.
fn count(
    database: &Path,
    span: &Span,
    by_release: bool,
) -> Result<Vec<(String, Tally)>, reading::ReadingError> {
    let mut book = CallBook::default();
    let mut calls = Vec::new();
    let until = Wall::from_ms(span.to.as_ms().saturating_add(LATE_MS));
    reading::between(database, span.from, until, |record| {
        let call = Account::of(record);
        book.take(&call);
        if call.started < span.to {
            calls.push(call);
        }
    })?;
    let now = Clock::start().turn().wall;
    book.reaches(now.min(until));
    let mut all = Tally::default();
    let mut releases: BTreeMap<ReleaseNo, Tally> = BTreeMap::new();
    for call in &calls {
        let hour = call.started.civil(&span.zone).hour();
        let hour = u8::try_from(hour).unwrap_or(0);
        all.take(call, hour, &book);
        if by_release {
            let release = releases.entry(call.release).or_default();
            release.take(call, hour, &book);
        }
    }
    let each = releases
        .into_iter()
        .map(|(no, tally)| (format!("release {}", no.0), tally));
    Ok(std::iter::once(("all".to_owned(), all))
        .chain(each)
        .collect())
}

/// A column in JSON: the counts, and what follows from them.
#[derive(Serialize)]
struct Told<'t> {
    column: &'t str,
    coverage: Option<f64>,
    hit_at_1: Option<f64>,
    hit_at_3: Option<f64>,
    hit_at_5: Option<f64>,
    /// With the pull of the first place weighed out.
    even_hit_at_1: Option<f64>,
    even_hit_at_3: Option<f64>,
    /// As good as of so many calls.
    even_calls: f64,
    log_loss: Option<f64>,
    calibration_error: Option<f64>,
    listened_median_ms: Option<u64>,
    listened_p90_ms: Option<u64>,
    containment: Option<f64>,
    false_comfort: Option<f64>,
    returned_24h: Option<f64>,
    returned_72h: Option<f64>,
    served_returned_24h: Option<f64>,
    served_returned_72h: Option<f64>,
    first_contact_72h: Option<f64>,
    counts: &'t Tally,
    /// The release that most of the other calls kept to.
    #[serde(skip_serializing_if = "Option::is_none")]
    against: Option<Comparison>,
}

impl<'t> Told<'t> {
    fn of(column: &'t str, counts: &'t Tally) -> Self {
        let of_labelled = |part| tally::share(part, counts.labelled);
        let returned = |returns: Returns| tally::share(returns.returned, returns.checked);
        Self {
            column,
            coverage: tally::share(counts.foreseen, counts.taken),
            hit_at_1: of_labelled(counts.hit_1),
            hit_at_3: of_labelled(counts.hit_3),
            hit_at_5: of_labelled(counts.hit_5),
            even_hit_at_1: counts.evenness.hits().map(|[one, _]| one),
            even_hit_at_3: counts.evenness.hits().map(|[_, three]| three),
            even_calls: counts.evenness.calls(),
            log_loss: counts.log_loss(),
            calibration_error: counts.calibration.error(),
            listened_median_ms: counts.listened(0.5),
            listened_p90_ms: counts.listened(0.9),
            containment: tally::share(counts.contained, counts.taken),
            false_comfort: of_labelled(counts.false_comfort),
            returned_24h: returned(counts.returns_24h),
            returned_72h: returned(counts.returns_72h),
            served_returned_24h: returned(counts.served_returns_24h),
            served_returned_72h: returned(counts.served_returns_72h),
            first_contact_72h: counts.first_contact_72h(),
            counts,
            against: None,
        }
    }

    /// Rows of the table: a name, and the figure as it is shown.
    fn rows(&self) -> Vec<(&'static str, String)> {
        let counts = self.counts;
        let number = |figure: Option<f64>| figure.map_or_else(dash, |f| format!("{f:.3}"));
        vec![
            ("calls", counts.calls.to_string()),
            ("taken", counts.taken.to_string()),
            ("with a prediction", percent(self.coverage)),
            (
                "callers who said what they wanted",
                counts.labelled.to_string(),
            ),
            ("  held to be likeliest", percent(self.hit_at_1)),
            ("  among the first three", percent(self.hit_at_3)),
            ("  among the first five", percent(self.hit_at_5)),
            (
                "  likeliest, places evened out",
                percent(self.even_hit_at_1),
            ),
            ("  first three, evened out", percent(self.even_hit_at_3)),
            (
                "  evened out: worth of calls",
                format!("{:.0}", self.even_calls),
            ),
            ("  log-loss, nats", number(self.log_loss)),
            ("  calibration error", number(self.calibration_error)),
            ("  listened, median", seconds(self.listened_median_ms)),
            ("  listened, nine in ten", seconds(self.listened_p90_ms)),
            ("  listened over 20 s", percent(self.false_comfort)),
            ("answered without a person", percent(self.containment)),
            ("  called again within 24 h", percent(self.returned_24h)),
            ("  called again within 72 h", percent(self.returned_72h)),
            (
                "waited for a person",
                percent(tally::share(counts.queued, counts.taken)),
            ),
            (
                "talked to a person",
                percent(tally::share(counts.served, counts.taken)),
            ),
            (
                "  called again within 24 h",
                percent(self.served_returned_24h),
            ),
            (
                "  called again within 72 h",
                percent(self.served_returned_72h),
            ),
            (
                "settled at the first call (72 h)",
                percent(self.first_contact_72h),
            ),
        ]
    }
}

fn write_table(columns: &[(String, Tally)], out: &mut dyn Write) -> io::Result<()> {
    let told: Vec<Vec<(&str, String)>> = columns
        .iter()
        .map(|(name, t)| Told::of(name, t).rows())
        .collect();
    write!(out, "{:<36}", "")?;
    for (name, _) in columns {
        write!(out, "{name:>14}")?;
    }
    writeln!(out)?;
    let names = told.first().map(Vec::as_slice).unwrap_or_default();
    for (at, (name, _)) in names.iter().enumerate() {
        write!(out, "{name:<36}")?;
        for column in &told {
            let figure = column.get(at).map_or("", |(_, figure)| figure);
            write!(out, "{figure:>14}")?;
        }
        writeln!(out)?;
    }
    Ok(())
}

fn write_questions(all: Option<&Tally>, out: &mut dyn Write) -> io::Result<()> {
    let questions = all.map(Tally::by_demand).unwrap_or_default();
    if questions.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "\n{:<28}{:>8}{:>8}{:>8}{:>10}{:>10}{:>10}{:>10}",
        "question", "wanted", "first", "in 3", "listened", "answered", "person", "again 72h"
    )?;
    for (id, tally) in questions {
        let of_wanted = |part| percent(tally::share(part, tally.wanted));
        let QuestionTally {
            wanted,
            hit_1,
            hit_3,
            listened_ms,
            answered,
            to_a_person,
            returned,
            ..
        } = tally;
        let listened = listened_ms.checked_div(*wanted);
        writeln!(
            out,
            "{id:<28}{wanted:>8}{:>8}{:>8}{:>10}{answered:>10}{:>10}{returned:>10}",
            of_wanted(*hit_1),
            of_wanted(*hit_3),
            seconds(listened),
            of_wanted(*to_a_person),
        )?;
    }
    Ok(())
}

fn percent(share: Option<f64>) -> String {
    share.map_or_else(dash, |share| format!("{:.1} %", share * 100.0))
}

fn seconds(ms: Option<u64>) -> String {
    ms.map_or_else(dash, |ms| format!("{}.{} s", ms / 1000, ms % 1000 / 100))
}

fn dash() -> String {
    "-".to_owned()
}
