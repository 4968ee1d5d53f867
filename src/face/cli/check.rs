//! `ringwise check`: files and what is wrong with them.

use std::io;
use std::io::Write;
use std::path::PathBuf;

use serde::Serialize;

use crate::face::cli::config_choice::CONFIG_FILE;
use crate::face::cli::config_choice::ConfigChoice;
use crate::face::cli::ending::Ending;
use crate::face::cli::fault_report;
use crate::face::cli::fault_report::FaultLine;
use crate::face::cli::finding;
use crate::face::cli::finding::Findings;
use crate::machine::ivr::advice;
use crate::machine::ivr::testing::suite::Suite;
use crate::vocabulary::fault::FaultyFile;
use crate::vocabulary::fault::Severity;
use crate::vocabulary::language::Language;

/// What to check, and how to tell.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Options {
    /// Dialplans, banks, configurations, or folders of them; without any: the configuration and the
    /// folders it names.
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Which queues, skills and banks there are.
    #[command(flatten)]
    pub config: ConfigChoice,
    /// List the steps and ways that no test of a dialplan walks.
    #[arg(long)]
    pub coverage: bool,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

#[derive(Serialize)]
struct Told<'f> {
    ok: bool,
    checked: &'f [String],
    faults: Vec<FaultLine>,
    tests: Vec<SuiteTold<'f>>,
    unrecorded: Vec<UnrecordedTold<'f>>,
}

/// A text that nobody recorded, as programs read it.
#[derive(Serialize)]
struct UnrecordedTold<'f> {
    file: &'f str,
    step: &'f str,
    language: Language,
    text: String,
}

/// The tests of a file as programs read them.
#[derive(Serialize)]
struct SuiteTold<'f> {
    file: &'f str,
    tests: usize,
    passed: usize,
    steps: usize,
    steps_missed: &'f [String],
    ways: usize,
    ways_missed: &'f [(String, String)],
}

/// Checks and tells.
///
/// # Errors
///
/// `out` cannot be written.
pub fn run(options: &Options, out: &mut dyn Write) -> io::Result<Ending> {
    let findings = match finding::find(&options.paths, &options.config) {
        Ok(findings) => findings,
        Err(error) => {
            eprintln!("error: {error}");
            return Ok(Ending::World);
        }
    };
    if findings.checked.is_empty() {
        eprintln!("error: nothing to check here: no {CONFIG_FILE}, no dialplans, no banks");
        return Ok(Ending::Input);
    }
    let ending = if findings.faulty.is_empty() {
        Ending::Fine
    } else {
        Ending::Input
    };
    if options.json {
        tell_programs(&findings, ending, out)?;
    } else {
        tell_people(&findings, options, out)?;
    }
    Ok(ending)
}

fn tell_programs(findings: &Findings, ending: Ending, out: &mut dyn Write) -> io::Result<()> {
    let files = findings.faulty.iter().chain(&findings.warned);
    let suites = findings.suites.iter().map(|(file, suite)| SuiteTold {
        file,
        tests: suite.tests,
        passed: suite.passed,
        steps: suite.coverage.steps,
        steps_missed: &suite.coverage.steps_missed,
        ways: suite.coverage.ways,
        ways_missed: &suite.coverage.ways_missed,
    });
    let told = Told {
        ok: ending == Ending::Fine,
        checked: &findings.checked,
        faults: files.flat_map(fault_report::lines).collect(),
        tests: suites.collect(),
        unrecorded: unrecorded(findings),
    };
    serde_json::to_writer_pretty(&mut *out, &told)?;
    writeln!(out)
}

/// Every text of sound dialplans that the prompt library does not have.
fn unrecorded(findings: &Findings) -> Vec<UnrecordedTold<'_>> {
    let mut told = Vec::new();
    for (file, checked) in &findings.dialplans {
        let book = findings.book.as_ref();
        let texts = book.map(|book| advice::unrecorded(&checked.script, book));
        let texts = texts.into_iter().flatten();
        told.extend(texts.map(|(step, language, text)| UnrecordedTold {
            file,
            step,
            language,
            text,
        }));
    }
    told
}

fn tell_people(findings: &Findings, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    for file in findings.warned.iter().chain(&findings.faulty) {
        fault_report::write(file, out)?;
    }
    for (name, suite) in &findings.suites {
        tell_suite(name, suite, options, out)?;
    }
    let files = findings.checked.len();
    let count = |severity: Severity| {
        let all = findings.faulty.iter().chain(&findings.warned);
        let all = all.flat_map(|file: &FaultyFile| &file.faults);
        all.filter(|fault| fault.severity == severity).count()
    };
    let warnings = match count(Severity::Warning) {
        0 => String::new(),
        some => format!(", {}", counted(some, "warning")),
    };
    let faults = match count(Severity::Error) {
        0 => "no faults".to_owned(),
        some => format!(
            "{} in {}",
            counted(some, "fault"),
            counted(findings.faulty.len(), "file")
        ),
    };
    let files = counted(files, "file");
    writeln!(out, "{files} checked, {faults}{warnings}")
}

fn tell_suite(name: &str, suite: &Suite, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    if suite.tests == 0 {
        return Ok(());
    }
    let walked = &suite.coverage;
    writeln!(
        out,
        "{name}: {} of {} passed; they walk {} of {} steps and {} of {} ways",
        suite.passed,
        counted(suite.tests, "test"),
        walked.steps - walked.steps_missed.len(),
        walked.steps,
        walked.ways - walked.ways_missed.len(),
        walked.ways
    )?;
    if options.coverage {
        for step in &walked.steps_missed {
            writeln!(out, "  no test comes to {step}")?;
        }
        for (step, way) in &walked.ways_missed {
            writeln!(out, "  no test leaves {step} by {way}")?;
        }
    }
    Ok(())
}

fn counted(count: usize, what: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{count} {what}{ending}")
}
