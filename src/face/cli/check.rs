//! `ringwise check`: files and what is wrong with them.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;

use serde::Serialize;

use crate::driver::config::reading::Config;
use crate::driver::config::reading::ConfigError;
use crate::driver::config::settings::Settings;
use crate::face::cli::config_choice::CONFIG_FILE;
use crate::face::cli::config_choice::ConfigChoice;
use crate::face::cli::ending::Ending;
use crate::face::cli::fault_report;
use crate::face::cli::fault_report::FaultLine;
use crate::machine::ivr::check;
use crate::machine::ivr::check::Checked;
use crate::machine::ivr::surroundings::Surroundings;
use crate::machine::prediction::bank::Bank;
use crate::machine::prediction::reading::bank;
use crate::vocabulary::fault::Fault;
use crate::vocabulary::fault::FaultyFile;
use crate::wire::yaml::tree::BYTES_MAX;
use crate::wire::yaml::tree::Node;
use crate::wire::yaml::tree::Tree;

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
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// What was found.
#[derive(Debug, Default)]
pub struct Findings {
    /// The files that were read, in order.
    pub checked: Vec<String>,
    /// Those with faults.
    pub faulty: Vec<FaultyFile>,
    /// The banks without faults.
    pub banks: Vec<Bank>,
    /// The configuration, if there is one without faults.
    pub config: Option<Config>,
    /// The dialplans without faults, by file.
    pub dialplans: BTreeMap<String, Checked>,
}

/// A file that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("cannot read {path}: {cause}")]
pub struct Unreadable {
    path: PathBuf,
    cause: io::Error,
}

#[derive(Serialize)]
struct Told<'f> {
    ok: bool,
    checked: &'f [String],
    faults: Vec<FaultLine>,
}

/// Checks and tells.
///
/// # Errors
///
/// `out` cannot be written.
pub fn run(options: &Options, out: &mut dyn Write) -> io::Result<Ending> {
    let findings = match find(options) {
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
        let told = Told {
            ok: ending == Ending::Fine,
            checked: &findings.checked,
            faults: findings
                .faulty
                .iter()
                .flat_map(fault_report::lines)
                .collect(),
        };
        serde_json::to_writer_pretty(&mut *out, &told)?;
        writeln!(out)?;
        return Ok(ending);
    }
    for file in &findings.faulty {
        fault_report::write(file, out)?;
    }
    let faults: usize = findings.faulty.iter().map(|file| file.faults.len()).sum();
    let files = findings.checked.len();
    match faults {
        0 => writeln!(out, "{} checked, no faults", counted(files, "file"))?,
        _ => writeln!(
            out,
            "{} checked, {} in {}",
            counted(files, "file"),
            counted(faults, "fault"),
            counted(findings.faulty.len(), "file")
        )?,
    }
    Ok(ending)
}

fn counted(count: usize, what: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{count} {what}{ending}")
}

/// Reads and checks all that the options name.
///
/// # Errors
///
/// A file that was named cannot be read.
pub fn find(options: &Options) -> Result<Findings, Unreadable> {
    let mut findings = Findings::default();
    let config = read_config(&options.config, &mut findings)?;
    let defaults = Settings::default();
    let settings = config.as_ref().map_or(&defaults, |config| &config.settings);
    let folders = [settings.banks.dir.clone(), settings.dialplans.dir.clone()];
    let named = if options.paths.is_empty() {
        folders.iter().filter(|dir| dir.is_dir()).cloned().collect()
    } else {
        options.paths.clone()
    };
    let mut texts = Vec::new();
    for path in &named {
        texts.extend(read_path(path)?);
    }
    let mut dialplans = Vec::new();
    for (name, text) in texts {
        if name.ends_with(".toml") {
            if !findings.checked.contains(&name) {
                check_config(&name, &text, &mut findings);
            }
            continue;
        }
        findings.checked.push(name.clone());
        match kind(&text) {
            Ok(Kind::Dialplan) => dialplans.push((name, text)),
            Ok(Kind::Bank) => match bank::read(&text) {
                Ok(read) => findings.banks.push(read),
                Err(faults) => findings.faulty.push(FaultyFile { name, text, faults }),
            },
            Err(fault) => findings.faulty.push(FaultyFile {
                name,
                text,
                faults: vec![fault],
            }),
        }
    }
    let mut banks = findings.banks.clone();
    if !options.paths.is_empty() {
        banks.extend(other_banks(&folders[0], &findings.banks));
    }
    let around = Surroundings::new(config.as_ref().map(|config| &config.catalog), &banks);
    check_dialplans(dialplans, &around, &mut findings);
    findings.banks = banks;
    findings.config = config;
    Ok(findings)
}

/// The configuration, if there is one and it has no faults.
fn read_config(
    choice: &ConfigChoice,
    findings: &mut Findings,
) -> Result<Option<Config>, Unreadable> {
    let path = choice
        .config
        .clone()
        .unwrap_or_else(|| PathBuf::from(CONFIG_FILE));
    if choice.config.is_none() && !path.exists() {
        return Ok(None);
    }
    let text = read_text(&path)?;
    Ok(check_config(&path.to_string_lossy(), &text, findings))
}

fn check_config(name: &str, text: &str, findings: &mut Findings) -> Option<Config> {
    findings.checked.push(name.to_owned());
    match Config::read(name, text) {
        Ok(config) => Some(config),
        Err(ConfigError::Faulty(file)) => {
            findings.faulty.push(*file);
            None
        }
        Err(error @ ConfigError::Unreadable { .. }) => {
            findings.faulty.push(FaultyFile {
                name: name.to_owned(),
                text: text.to_owned(),
                faults: vec![Fault::new(
                    crate::vocabulary::fault::Span::default(),
                    error.to_string(),
                )],
            });
            None
        }
    }
}

fn check_dialplans(files: Vec<(String, String)>, around: &Surroundings, findings: &mut Findings) {
    let mut sound: Vec<(String, String, Checked)> = Vec::new();
    for (name, text) in files {
        match check::check(&text, around) {
            Ok(checked) => sound.push((name, text, checked)),
            Err(faults) => findings.faulty.push(FaultyFile { name, text, faults }),
        }
    }
    let named: Vec<(&str, &Checked)> = sound
        .iter()
        .map(|(name, _, checked)| (name.as_str(), checked))
        .collect();
    let clashes = check::overlaps(&named);
    for ((name, text, checked), faults) in sound.into_iter().zip(clashes) {
        if faults.is_empty() {
            findings.dialplans.insert(name, checked);
        } else {
            findings.faulty.push(FaultyFile { name, text, faults });
        }
    }
}

/// Banks that dialplans may name though nobody asked to check them.
fn other_banks(dir: &Path, known: &[Bank]) -> Vec<Bank> {
    let texts = read_path(dir).unwrap_or_default();
    let banks = texts.iter().filter_map(|(_, text)| bank::read(text).ok());
    banks
        .filter(|bank| known.iter().all(|one| one.name != bank.name))
        .collect()
}

/// A file's name and text; of a folder each `.yaml` and `.yml`, by name.
fn read_path(path: &Path) -> Result<Vec<(String, String)>, Unreadable> {
    if !path.is_dir() {
        return Ok(vec![(path.display().to_string(), read_text(path)?)]);
    }
    let unreadable = |cause| Unreadable {
        path: path.to_owned(),
        cause,
    };
    let mut paths = Vec::new();
    for entry in fs::read_dir(path).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path
            .extension()
            .is_some_and(|kind| kind == "yaml" || kind == "yml")
        {
            paths.push(path);
        }
    }
    paths.sort();
    let read = |path: &PathBuf| Ok((path.display().to_string(), read_text(path)?));
    paths.iter().map(read).collect()
}

fn read_text(path: &Path) -> Result<String, Unreadable> {
    let unreadable = |cause| Unreadable {
        path: path.to_owned(),
        cause,
    };
    let length = fs::metadata(path).map_err(unreadable)?.len();
    if usize::try_from(length).is_ok_and(|length| length <= BYTES_MAX) {
        return fs::read_to_string(path).map_err(unreadable);
    }
    let cause = format!("{length} bytes, at most {BYTES_MAX} are read");
    Err(unreadable(io::Error::other(cause)))
}

/// What a YAML file is.
enum Kind {
    Dialplan,
    Bank,
}

fn kind(text: &str) -> Result<Kind, Fault> {
    let root = Node::read(text)?;
    let Tree::Map(entries) = &root.tree else {
        return Err(Fault::new(
            root.span,
            "this is neither a dialplan nor a bank",
        ));
    };
    let has = |name: &str| entries.iter().any(|(key, _)| key.text() == Some(name));
    if has("flow") || has("steps") {
        return Ok(Kind::Dialplan);
    }
    if has("questions") || has("bank") {
        return Ok(Kind::Bank);
    }
    let fault = Fault::new(root.span, "this is neither a dialplan nor a bank");
    Err(fault.help("a dialplan has `flow` and `steps`, a bank has `bank` and `questions`"))
}
