//! A report of every day, written by a running centre into `reports` of its data folder.

use std::fs;
use std::io;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;

use jiff::ToSpan;
use jiff::civil::Date;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::driver::centre::assembly;
use crate::driver::clock::Clock;
use crate::driver::config::settings::Settings;
use crate::face::cli::report::Report;
use crate::face::cli::report::Span;

/// Reports are written when the day is so many minutes old: late calls have ended and are recorded.
const AGE_MIN: i16 = 5;
/// Whoever called again within 72 hours is known so many days later: then a report is written anew.
const SETTLED_DAYS: i64 = 4;
/// Older reports are removed.
const KEPT_DAYS: i64 = 400;
/// From look to look.
const PAUSE: Duration = Duration::from_secs(60);

/// Where reports are and what they are made of.
#[derive(Clone, Debug)]
pub struct Shelf {
    folder: PathBuf,
    database: PathBuf,
    zone: TimeZone,
}

impl Shelf {
    /// The reports of a centre with these settings.
    #[must_use]
    pub fn of(settings: &Settings) -> Self {
        Self {
            folder: settings.data_dir.join("reports"),
            database: assembly::database(&settings.data_dir),
            zone: settings.centre.zone.0.clone(),
        }
    }

    /// Writes what is due: yesterday, and once more the day of which all is known since this morning.
    /// Returns the days that were written.
    ///
    /// # Errors
    ///
    /// In words: the log or the folder.
    pub fn fill(&self, now: DateTime) -> Result<Vec<Date>, String> {
        let Ok(settled) = now.checked_sub(AGE_MIN.minutes()) else {
            return Ok(Vec::new());
        };
        let today = settled.date();
        let before = |days: i64| today.checked_sub(days.days()).ok();
        let mut written = Vec::new();
        if let Some(yesterday) = before(1).filter(|day| !self.path(*day, "txt").exists()) {
            self.write(yesterday)?;
            written.push(yesterday);
            let known = before(SETTLED_DAYS).filter(|day| self.path(*day, "txt").exists());
            if let Some(known) = known {
                self.write(known)?;
                written.push(known);
            }
            if let Some(oldest) = before(KEPT_DAYS) {
                self.clear(oldest);
            }
        }
        Ok(written)
    }

    fn path(&self, day: Date, kind: &str) -> PathBuf {
        self.folder.join(format!("{day}.{kind}"))
    }

    /// The table last: it says that the others are there.
    fn write(&self, day: Date) -> Result<(), String> {
        let span = Span::of((day, 1), &self.zone);
        let span = span.ok_or_else(|| format!("{day} is out of the calendar"))?;
        let report = Report::of(&self.database, &span, true).map_err(|error| error.to_string())?;
        let (mut json, mut text) = (Vec::new(), Vec::new());
        report
            .json(&mut json)
            .and_then(|()| report.text(&mut text))
            .and_then(|()| fs::create_dir_all(&self.folder))
            .and_then(|()| replace(&self.path(day, "svg"), report.svg().as_bytes()))
            .and_then(|()| replace(&self.path(day, "json"), &json))
            .and_then(|()| replace(&self.path(day, "txt"), &text))
            .map_err(|error| format!("{}: {error}", self.folder.display()))
    }

    /// Removes reports of days before this one. What is no report stays.
    fn clear(&self, oldest: Date) {
        let Ok(files) = fs::read_dir(&self.folder) else {
            return;
        };
        for path in files.flatten().map(|file| file.path()) {
            let day = path.file_stem().and_then(|stem| stem.to_str());
            let day = day.and_then(|stem| stem.parse::<Date>().ok());
            if day.is_some_and(|day| day < oldest) {
                // It is looked at again tomorrow.
                let _ = fs::remove_file(&path);
            }
        }
    }
}

/// A file as a whole or not at all.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let draft = path.with_extension("part");
    fs::write(&draft, bytes)?;
    fs::rename(&draft, path)
}

/// Writes reports as they fall due, for as long as it is polled.
pub async fn keep(shelf: Shelf, clock: Clock) {
    loop {
        let shelf = shelf.clone();
        let now = clock.turn().wall.civil(&shelf.zone).datetime();
        let filled = tokio::task::spawn_blocking(move || shelf.fill(now)).await;
        match filled {
            Ok(Ok(days)) => days
                .iter()
                .for_each(|day| tracing::info!(%day, "report written")),
            Ok(Err(error)) => tracing::warn!(error, "no report of the day"),
            Err(_) => return,
        }
        tokio::time::sleep(PAUSE).await;
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::driver::journal::schema;

    fn shelf(name: &str) -> Shelf {
        let folder = std::env::temp_dir().join(format!("ringwise-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        let database = folder.join("log.db");
        schema::open(&database).unwrap();
        Shelf {
            folder: folder.join("reports"),
            database,
            zone: TimeZone::UTC,
        }
    }

    #[test]
    fn each_day_is_reported_once_it_is_over_and_again_when_all_is_known() {
        let shelf = shelf("daily");
        let morning = |day: i8| date(2026, 5, day).at(0, 6, 0, 0);
        assert_eq!(shelf.fill(morning(2)).unwrap(), [date(2026, 5, 1)]);
        assert_eq!(shelf.fill(morning(2)).unwrap(), []);
        for kind in ["txt", "json", "svg"] {
            assert!(shelf.path(date(2026, 5, 1), kind).exists(), "{kind}");
        }
        let early = date(2026, 5, 3).at(0, 4, 0, 0);
        assert_eq!(shelf.fill(early).unwrap(), []);
        assert_eq!(
            shelf.fill(morning(5)).unwrap(),
            [date(2026, 5, 4), date(2026, 5, 1)]
        );
        let later = date(2027, 7, 1).at(9, 0, 0, 0);
        shelf.fill(later).unwrap();
        assert!(!shelf.path(date(2026, 5, 1), "txt").exists());
        fs::remove_dir_all(shelf.folder.parent().unwrap()).unwrap();
    }
}
