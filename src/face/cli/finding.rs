//! Reads and checks files that a person names: configuration, banks, dialplans and their tests.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

use jiff::tz::TimeZone;

use crate::driver::clock::Clock;
use crate::driver::config::reading::Config;
use crate::driver::config::reading::ConfigError;
use crate::driver::config::settings::Settings;
use crate::driver::prompts::index::Index;
use crate::face::cli::config_choice::CONFIG_FILE;
use crate::face::cli::config_choice::ConfigChoice;
use crate::machine::ivr::advice;
use crate::machine::ivr::advice::Ground;
use crate::machine::ivr::advice::Unrecorded;
use crate::machine::ivr::check;
use crate::machine::ivr::check::Checked;
use crate::machine::ivr::rehearsal::Scene;
use crate::machine::ivr::surroundings::Surroundings;
use crate::machine::ivr::testing::suite;
use crate::machine::ivr::testing::suite::Suite;
use crate::machine::prediction::bank::Bank;
use crate::machine::prediction::model::Model;
use crate::machine::prediction::reading::advice as bank_advice;
use crate::machine::prediction::reading::bank;
use crate::machine::speech::phrasebook::Phrasebook;
use crate::vocabulary::fault::Fault;
use crate::vocabulary::fault::FaultyFile;
use crate::vocabulary::fault::Severity;
use crate::vocabulary::fault::Span;
use crate::wire::yaml::tree::BYTES_MAX;
use crate::wire::yaml::tree::Node;
use crate::wire::yaml::tree::Tree;

/// What was found.
#[derive(Debug, Default)]
pub struct Findings {
    /// The files that were read, in order.
    pub checked: Vec<String>,
    /// Those with faults; their warnings are among them.
    pub faulty: Vec<FaultyFile>,
    /// Those with warnings only.
    pub warned: Vec<FaultyFile>,
    /// The banks without faults.
    pub banks: Vec<Bank>,
    /// The configuration, if there is one without faults.
    pub config: Option<Config>,
    /// What is recorded; none if there is no prompt library.
    pub book: Option<Phrasebook>,
    /// The dialplans that hold together, by file; their tests may have failed.
    pub dialplans: BTreeMap<String, Checked>,
    /// What came of their tests, by file.
    pub suites: BTreeMap<String, Suite>,
}

/// A file that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("cannot read {path}: {cause}")]
pub struct Unreadable {
    path: PathBuf,
    cause: io::Error,
}

/// Reads and checks these files and folders; without any, those that the configuration names.
///
/// # Errors
///
/// A file that was named cannot be read.
pub fn find(paths: &[PathBuf], choice: &ConfigChoice) -> Result<Findings, Unreadable> {
    let mut findings = Findings::default();
    let config = read_config(choice, &mut findings)?;
    let defaults = Settings::default();
    let settings = config.as_ref().map_or(&defaults, |config| &config.settings);
    let folders = [settings.banks.dir.clone(), settings.dialplans.dir.clone()];
    let named = if paths.is_empty() {
        folders.iter().filter(|dir| dir.is_dir()).cloned().collect()
    } else {
        paths.to_vec()
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
            Ok(Kind::Bank) => check_bank(name, text, config.as_ref(), &mut findings),
            Err(fault) => findings.faulty.push(FaultyFile {
                name,
                text,
                faults: vec![fault],
            }),
        }
    }
    let mut banks = findings.banks.clone();
    if !paths.is_empty() {
        banks.extend(other_banks(&folders[0], &findings.banks));
    }
    let index = Index::read(&settings.prompts.dir);
    findings.book = (!index.rows.is_empty()).then(|| Phrasebook::new(index.phrases()));
    let around = Surroundings::new(config.as_ref().map(|config| &config.catalog), &banks);
    let services = config.as_ref().map(|config| config.settings.service.iter());
    let services = services.map(|all| all.map(|service| service.name.get_ref().as_str()));
    let around = around
        .with_services(services)
        .with_recordings(findings.book.as_ref());
    let trunks = settings.trunk.iter().filter_map(|trunk| trunk.out.as_ref());
    let destinations = trunks.flat_map(|out| out.destinations.clone());
    let around = around.with_destinations(destinations.collect());
    findings.banks = banks;
    let zone = settings.centre.zone.0.clone();
    findings.config = config;
    let sound = check_dialplans(dialplans, &around, &mut findings);
    for (name, text, checked) in sound {
        judge(name, text, checked, &zone, &mut findings);
    }
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
        Ok(config) => {
            let seats = config.settings.seat.iter();
            let (zone, now) = (&config.settings.centre.zone.0, Clock::start().turn().wall);
            let faults: Vec<Fault> = seats.flat_map(|seat| seat.ended(zone, now)).collect();
            if !faults.is_empty() {
                let (name, text) = (name.to_owned(), text.to_owned());
                findings.warned.push(FaultyFile { name, text, faults });
            }
            Some(config)
        }
        Err(ConfigError::Faulty(file)) => {
            findings.faulty.push(*file);
            None
        }
        Err(error @ ConfigError::Unreadable { .. }) => {
            findings.faulty.push(FaultyFile {
                name: name.to_owned(),
                text: text.to_owned(),
                faults: vec![Fault::new(Span::default(), error.to_string())],
            });
            None
        }
    }
}

fn check_bank(name: String, text: String, config: Option<&Config>, findings: &mut Findings) {
    let bank = match bank::read(&text) {
        Ok(bank) => bank,
        Err(faults) => {
            findings.faulty.push(FaultyFile { name, text, faults });
            return;
        }
    };
    findings.banks.push(bank);
    let catalog = config.map(|config| &config.catalog);
    let skills = catalog.map(|catalog| catalog.skills().to_vec());
    let faults = skills.map_or_else(Vec::new, |skills| bank_advice::advise(&text, &skills));
    if !faults.is_empty() {
        findings.warned.push(FaultyFile { name, text, faults });
    }
}

/// Dialplans that hold together, each by itself and all with each other.
fn check_dialplans(
    files: Vec<(String, String)>,
    around: &Surroundings,
    findings: &mut Findings,
) -> Vec<(String, String, Checked)> {
    let mut whole: Vec<(String, String, Checked)> = Vec::new();
    for (name, text) in files {
        match check::check(&text, around) {
            Ok(checked) => whole.push((name, text, checked)),
            Err(faults) => findings.faulty.push(FaultyFile { name, text, faults }),
        }
    }
    let named: Vec<(&str, &Checked)> = whole
        .iter()
        .map(|(name, _, checked)| (name.as_str(), checked))
        .collect();
    let clashes = check::overlaps(&named);
    let mut sound = Vec::new();
    for ((name, text, checked), faults) in whole.into_iter().zip(clashes) {
        if faults.is_empty() {
            sound.push((name, text, checked));
        } else {
            findings.faulty.push(FaultyFile { name, text, faults });
        }
    }
    sound
}

/// Runs a dialplan's tests and looks at what it does to callers.
fn judge(name: String, text: String, checked: Checked, zone: &TimeZone, findings: &mut Findings) {
    let none = Bank::default();
    let silence = Phrasebook::default();
    let bank = checked.script.bank.as_ref();
    let bank = findings
        .banks
        .iter()
        .find(|known| Some(&known.name) == bank);
    let unrecorded = match &findings.config {
        None => Unrecorded::Unsure,
        Some(config) if config.settings.prompts.command.is_empty() => Unrecorded::Lost,
        Some(_) => Unrecorded::Spoken,
    };
    let ground = Ground {
        catalog: findings.config.as_ref().map(|config| &config.catalog),
        bank,
        book: findings.book.as_ref(),
        unrecorded,
    };
    let mut faults = advice::advise(&text, &checked.script, ground);
    let scene = Scene {
        bank: bank.unwrap_or(&none),
        model: &Model::default(),
        phrasebook: findings.book.as_ref().unwrap_or(&silence),
        zone,
    };
    let suite = suite::run(scene, &Arc::new(checked.script.clone()), &checked.cases);
    faults.extend(checked.warnings.iter().cloned());
    faults.extend(suite.faults.iter().cloned());
    faults.sort_by_key(|fault| fault.span);
    // Uses of a subflow share its steps, and what is to be said of them.
    faults.dedup();
    let wrong = faults.iter().any(|fault| fault.severity == Severity::Error);
    let file = FaultyFile {
        name: name.clone(),
        text,
        faults,
    };
    if wrong {
        findings.faulty.push(file);
    } else if !file.faults.is_empty() {
        findings.warned.push(file);
    }
    findings.suites.insert(name.clone(), suite);
    findings.dialplans.insert(name, checked);
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
