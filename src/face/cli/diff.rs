//! `ringwise diff OLD NEW`: what other files would have made of recorded calls.

use std::io;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use jiff::tz::TimeZone;
use serde::Serialize;

use crate::driver::centre::assembly;
use crate::driver::config::reading::Config;
use crate::driver::draft::Draft;
use crate::driver::draft::DraftError;
use crate::driver::journal::past;
use crate::driver::journal::past::PastError;
use crate::driver::journal::recovery;
use crate::driver::journal::recovery::Models;
use crate::driver::journal::schema;
use crate::driver::prompts::index::Index;
use crate::face::cli::config_choice;
use crate::face::cli::config_choice::ConfigChoice;
use crate::face::cli::draft_choice::ChoiceError;
use crate::face::cli::draft_choice::Chosen;
use crate::face::cli::draft_choice::FILES;
use crate::face::cli::ending::Ending;
use crate::face::cli::fault_report;
use crate::machine::ivr::comparison::Comparison;
use crate::machine::ivr::rehearsal::Scene;
use crate::machine::ivr::replay;
use crate::machine::ivr::replay::End;
use crate::machine::ivr::replay::PastCall;
use crate::machine::ivr::replay::Pauses;
use crate::machine::ivr::replay::Way;
use crate::machine::ivr::script::Script;
use crate::machine::prediction::bank::Bank;
use crate::machine::prediction::model::Model;
use crate::machine::speech::phrasebook::Phrasebook;
use crate::vocabulary::id::CallId;

/// What to compare, by which calls.
#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// A release by its number, a folder with `dialplans` and `banks`, or `files` for those that
    /// the configuration names; without it the last release.
    #[arg(value_name = "OLD")]
    pub old: Option<String>,
    /// The same; without it `files`.
    #[arg(value_name = "NEW")]
    pub new: Option<String>,
    /// So many calls, the last ones.
    #[arg(long, value_name = "N", default_value_t = 1_000)]
    pub calls: usize,
    /// Where releases, calls and files are.
    #[command(flatten)]
    pub config: ConfigChoice,
    /// Print JSON, with every call that changes.
    #[arg(long)]
    pub json: bool,
}

/// Why there is no comparison.
#[derive(Debug, thiserror::Error)]
enum DiffError {
    #[error(transparent)]
    Choice(#[from] ChoiceError),
    #[error(transparent)]
    Past(#[from] PastError),
    #[error("what was learned cannot be read: {0}")]
    Models(String),
}

/// Files that a call can be walked through.
struct Side {
    name: String,
    draft: Draft,
    book: Phrasebook,
}

/// A call that changes.
#[derive(Serialize)]
struct Changed {
    call: CallId,
    old: Way,
    new: Way,
}

#[derive(Serialize)]
struct Told<'t> {
    old: &'t str,
    new: &'t str,
    #[serde(flatten)]
    comparison: &'t Comparison,
    sentences: Vec<String>,
    calls: Vec<Changed>,
}

/// Compares and tells.
///
/// # Errors
///
/// What `out` says.
pub fn run(options: &Options, out: &mut impl Write) -> io::Result<Ending> {
    let config = match options.config.load() {
        Ok(config) => config,
        Err(error) => return config_choice::explain(&error),
    };
    match compare(options, &config) {
        Ok((sides, comparison, calls)) if options.json => {
            let told = Told {
                old: &sides.0,
                new: &sides.1,
                sentences: comparison.sentences(),
                comparison: &comparison,
                calls,
            };
            serde_json::to_writer_pretty(&mut *out, &told)?;
            writeln!(out)?;
            Ok(Ending::Fine)
        }
        Ok((sides, comparison, _)) => {
            tell(&sides, &comparison, out)?;
            Ok(Ending::Fine)
        }
        Err(DiffError::Choice(ChoiceError::Draft(DraftError::Faulty(files)))) => {
            Ok(fault_report::tell(&files))
        }
        Err(DiffError::Choice(error @ (ChoiceError::NotKept(..) | ChoiceError::NoRelease))) => {
            eprintln!("error: {error}");
            Ok(Ending::Input)
        }
        Err(error) => {
            eprintln!("error: {error}");
            Ok(Ending::World)
        }
    }
}

type Compared = ((String, String), Comparison, Vec<Changed>);

fn compare(options: &Options, config: &Config) -> Result<Compared, DiffError> {
    let old = match &options.old {
        Some(name) => Chosen::find(name, config)?,
        None => Chosen::last(config)?,
    };
    let new = Chosen::find(options.new.as_deref().unwrap_or(FILES), config)?;
    let (old, new) = (side(old), side(new));
    let database = assembly::database(&config.settings.data_dir);
    let calls = past::last_calls(&database, options.calls)?;
    let models = models(&database)?;
    let zone = &config.settings.centre.zone.0;
    let mut comparison = Comparison::default();
    let mut changed = Vec::new();
    for (call, past) in calls {
        let Some((was, pauses)) = walk(&old, &past, (&models, zone), None) else {
            comparison.leave_out();
            continue;
        };
        let is = walk(&new, &past, (&models, zone), Some(&pauses));
        let is = is.map_or_else(no_dialplan, |(way, _)| way);
        let visits = past.visits.iter().map(|visit| visit.step.clone());
        if comparison.take(&visits.collect::<Vec<_>>(), &was, &is) {
            changed.push(Changed {
                call,
                old: was,
                new: is,
            });
        }
    }
    Ok(((old.name, new.name), comparison, changed))
}

/// What was learned until now: for calls that were predicted nothing.
fn models(database: &Path) -> Result<Models, DiffError> {
    let wrong = |error: String| DiffError::Models(error);
    let db = schema::open_reading(database).map_err(|error| wrong(error.to_string()))?;
    let recovered = recovery::recover(&db).map_err(|error| wrong(error.to_string()))?;
    Ok(recovered.models)
}

fn side(chosen: Chosen) -> Side {
    Side {
        book: book(&chosen.prompts),
        name: chosen.name,
        draft: chosen.draft,
    }
}

fn book(prompts: &Path) -> Phrasebook {
    Phrasebook::new(Index::read(prompts).phrases())
}

fn no_dialplan() -> Way {
    Way {
        steps: Vec::new(),
        answers: Vec::new(),
        end: End::NoDialplan,
    }
}

/// None if no dialplan of this side answers the call.
fn walk(
    side: &Side,
    past: &PastCall,
    (models, zone): (&Models, &TimeZone),
    pauses: Option<&Pauses>,
) -> Option<(Way, Pauses)> {
    let mut scripts = side.draft.scripts.iter();
    let script: &Arc<Script> = scripts.find(|script| script.answers(&past.caller.called))?;
    let none = Bank::default();
    let bank = script
        .bank
        .as_ref()
        .and_then(|bank| side.draft.banks.get(bank));
    let bank = bank.map_or(&none, Arc::as_ref);
    let blank = Model::default();
    let told = past.ranking.clone().map(Model::told);
    let learned = models.get(&bank.name).unwrap_or(&blank);
    let scene = Scene {
        bank,
        model: told.as_ref().unwrap_or(learned),
        phrasebook: &side.book,
        zone,
    };
    Some(replay::walk(scene, script, past, pauses))
}

fn tell(
    (old, new): &(String, String),
    comparison: &Comparison,
    out: &mut impl Write,
) -> io::Result<()> {
    let Comparison {
        compared,
        as_recorded,
        changed,
        left_out,
        ..
    } = comparison;
    if *compared == 0 {
        return writeln!(out, "no recorded call can be walked through {old}");
    }
    let calls = grouped(*compared);
    match changed {
        0 => writeln!(
            out,
            "none of {calls} calls would change from {old} to {new}"
        )?,
        changed => writeln!(
            out,
            "{} of {calls} calls would change from {old} to {new}",
            grouped(*changed)
        )?,
    }
    for sentence in comparison.sentences() {
        writeln!(out, "  {sentence}")?;
    }
    writeln!(
        out,
        "{} of them walk through {old} as they were recorded",
        grouped(*as_recorded)
    )?;
    if *left_out > 0 {
        writeln!(
            out,
            "{} more are left out: {old} does not answer their number",
            grouped(*left_out)
        )?;
    }
    Ok(())
}

/// `1,204`.
fn grouped(count: usize) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_grouped() {
        let told = [0, 31, 999, 1_204, 1_000_000].map(grouped);
        assert_eq!(told, ["0", "31", "999", "1,204", "1,000,000"]);
    }
}
