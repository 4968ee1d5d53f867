//! `ringwise shadow`: what other banks would have foreseen on every recorded call, beside what was foreseen.

use std::io;
use std::io::Write;
use std::path::Path;

use serde::Serialize;

use crate::call::report::comparison::Measure;
use crate::call::report::shadow::Pairs;
use crate::call::report::shadow::Shadow;
use crate::driver::centre::assembly;
use crate::driver::clock::Clock;
use crate::driver::config::reading::Config;
use crate::driver::draft::DraftError;
use crate::driver::journal::past;
use crate::driver::journal::past::PastError;
use crate::face::cli::comparison_table::Comparison;
use crate::face::cli::config_choice;
use crate::face::cli::config_choice::ConfigChoice;
use crate::face::cli::draft_choice::ChoiceError;
use crate::face::cli::draft_choice::Chosen;
use crate::face::cli::draft_choice::FILES;
use crate::face::cli::ending::Ending;
use crate::face::cli::fault_report;
use crate::vocabulary::time::Wall;

/// Whose banks, and on which calls.
#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// A release by its number, a folder with `dialplans` and `banks`, or `files` for those that the
    /// configuration names.
    #[arg(value_name = "RELEASE", default_value = FILES)]
    pub release: String,
    /// Count the calls of the last so many times 24 hours; those before are learned from.
    #[arg(long, value_name = "N", default_value_t = 7, value_parser = clap::value_parser!(u16).range(1..=366))]
    pub days: u16,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
    /// Where calls, releases and files are.
    #[command(flatten)]
    pub config: ConfigChoice,
}

/// Why there is no comparison.
#[derive(Debug, thiserror::Error)]
enum ShadowError {
    #[error(transparent)]
    Choice(#[from] ChoiceError),
    #[error(transparent)]
    Past(#[from] PastError),
}

#[derive(Serialize)]
struct Told<'t> {
    shadow: &'t str,
    calls: u64,
    left_out: u64,
    calibration_error: [Option<f64>; 2],
    measures: &'t [Measure],
    verdict: &'t str,
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
        Ok((name, pairs)) => {
            tell(options, &name, &pairs, out)?;
            Ok(Ending::Fine)
        }
        Err(ShadowError::Choice(ChoiceError::Draft(DraftError::Faulty(files)))) => {
            Ok(fault_report::tell(&files))
        }
        Err(error) => {
            eprintln!("error: {error}");
            Ok(match error {
                ShadowError::Choice(ChoiceError::Draft(_)) | ShadowError::Past(_) => Ending::World,
                ShadowError::Choice(_) => Ending::Input,
            })
        }
    }
}

fn compare(options: &Options, config: &Config) -> Result<(String, Pairs), ShadowError> {
    let chosen = Chosen::find(&options.release, config)?;
    let now = Clock::start().turn().wall.as_ms();
    let from = Wall::from_ms(now.saturating_sub(i64::from(options.days) * DAY_MS));
    let draft = (chosen.draft.scripts, chosen.draft.banks);
    let shadow = Shadow::new(draft, config.settings.centre.zone.0.clone(), from);
    let pairs = follow(&assembly::database(&config.settings.data_dir), shadow)?;
    Ok((chosen.name, pairs))
}

fn follow(database: &Path, mut shadow: Shadow) -> Result<Pairs, PastError> {
    past::each(database, |fact| shadow.take(fact))?;
    Ok(shadow.pairs().clone())
}

fn tell(options: &Options, name: &str, pairs: &Pairs, out: &mut impl Write) -> io::Result<()> {
    let names = ["live".to_owned(), "shadow".to_owned()];
    let comparison = Comparison::of(names, pairs.measures());
    if options.json {
        let told = Told {
            shadow: name,
            calls: pairs.calls(),
            left_out: pairs.left_out,
            calibration_error: pairs.calibration(),
            measures: &comparison.measures,
            verdict: &comparison.verdict,
        };
        serde_json::to_writer_pretty(&mut *out, &told)?;
        return writeln!(out);
    }
    let days = options.days;
    writeln!(
        out,
        "{name} as a shadow of the calls of the last {days} days\n"
    )?;
    comparison.write(out)?;
    if let [Some(live), Some(shadow)] = pairs.calibration() {
        writeln!(
            out,
            "Calibration error: {live:.3} live, {shadow:.3} of the shadow."
        )?;
    }
    if pairs.left_out > 0 {
        let left_out = pairs.left_out;
        writeln!(
            out,
            "{left_out} more calls are left out: {name} has no bank for the number that was called."
        )?;
    }
    Ok(())
}

const DAY_MS: i64 = 86_400_000;
