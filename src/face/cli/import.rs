//! `ringwise import`: first dialplans from the files of other systems.

use std::fs;
use std::io;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;

use clap::ValueEnum;

use crate::driver::config::value::Area;
use crate::driver::config::value::Country;
use crate::driver::config::value::Zone;
use crate::face::cli::config_choice::CONFIG_FILE;
use crate::face::cli::ending::Ending;
use crate::machine::import::asterisk;
use crate::machine::import::asterisk_table;
use crate::machine::import::centre_writer;
use crate::machine::import::centre_writer::Ground;
use crate::machine::import::draft::Draft;
use crate::machine::import::draft_writer;
use crate::machine::import::freeswitch;
use crate::machine::import::freeswitch_table;
use crate::machine::import::report::Became;
use crate::machine::import::report::Report;
use crate::machine::import::staff::Staff;
use crate::machine::import::staff_reader;
use crate::vocabulary::language::Language;
use crate::wire::xml::Element;

/// Longest file, in bytes.
const BYTES_MAX: u64 = 4 << 20;

/// What to read, and where to write.
#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// Whose files these are.
    pub system: System,
    /// Asterisk: extensions.conf and queues.conf. FreeSWITCH: dialplan, ivr.conf and callcenter.conf,
    /// all XML.
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// The folder to write to: dialplans/, ringwise.toml with queues and seats, banks/, orders.csv,
    /// report.txt.
    #[arg(short, long, value_name = "DIR", default_value = "imported")]
    pub output: PathBuf,
    /// The context where calls come in.
    #[arg(long, value_name = "NAME")]
    pub context: Option<String>,
    /// The language of the sounds.
    #[arg(long, value_name = "TAG", default_value = "en")]
    pub lang: Language,
    /// The zone of clock times, like Europe/Berlin; without it this machine's.
    #[arg(long, value_name = "NAME")]
    pub zone: Option<Zone>,
    /// Whose rules complete national numbers, like DE.
    #[arg(long, value_name = "CC", default_value = "CN")]
    pub country: Country,
    /// What completes local numbers: the area code without its 0; without it they stay as they are.
    #[arg(long, value_name = "DIGITS", default_value = "")]
    pub area: Area,
    /// Write over files that are there.
    #[arg(long)]
    pub force: bool,
}

/// A system whose files can be read.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub enum System {
    /// `extensions.conf`, `queues.conf`.
    Asterisk,
    /// Dialplan, IVR menus and call centre in XML.
    Freeswitch,
}

/// What came of an import.
#[derive(Debug, Default)]
pub struct Imported {
    /// Dialplans: a file's name and its text.
    pub dialplans: Vec<(String, String)>,
    /// A configuration with queues and seats.
    pub config: String,
    /// What became of the lines.
    pub report: Report,
}

/// Reads, writes and tells.
///
/// # Errors
///
/// `out` cannot be written.
pub fn run(options: &Options, out: &mut dyn Write) -> io::Result<Ending> {
    let mut files = Vec::new();
    for path in &options.files {
        match read(path) {
            Ok(text) => files.push((path.display().to_string(), text)),
            Err(error) => {
                eprintln!("error: cannot read {}: {error}", path.display());
                return Ok(Ending::World);
            }
        }
    }
    let imported = match import(options, &files) {
        Ok(imported) => imported,
        Err(error) => {
            eprintln!("error: {error}");
            return Ok(Ending::Input);
        }
    };
    if imported.dialplans.is_empty() {
        eprintln!("error: no place where calls come in was found; --context names one");
        return Ok(Ending::Input);
    }
    let there: Vec<String> = files_of(options, &imported)
        .into_iter()
        .map(|(path, _)| path)
        .filter(|path| path.exists())
        .map(|path| path.display().to_string())
        .collect();
    if !there.is_empty() && !options.force {
        eprintln!(
            "error: nothing is written, as these are there already: {}; --force writes over them",
            there.join(", ")
        );
        return Ok(Ending::Input);
    }
    if let Err(error) = write(options, &imported) {
        eprintln!("error: cannot write {}: {error}", options.output.display());
        return Ok(Ending::World);
    }
    tell(options, &imported, out)?;
    Ok(Ending::Fine)
}

fn read(path: &Path) -> io::Result<String> {
    let length = fs::metadata(path)?.len();
    if length > BYTES_MAX {
        return Err(io::Error::other(format!(
            "{length} bytes, at most {BYTES_MAX}"
        )));
    }
    Ok(String::from_utf8_lossy(&fs::read(path)?).into_owned())
}

/// Reads files by name and text.
///
/// # Errors
///
/// A file that is no XML, with its line.
pub fn import(options: &Options, files: &[(String, String)]) -> Result<Imported, String> {
    let mut report = Report::default();
    let mut staff = Staff::default();
    let context = options.context.as_deref();
    let drafts = match options.system {
        System::Asterisk => {
            let is_queues = |name: &str| name.contains("queues");
            for (name, text) in files.iter().filter(|(name, _)| is_queues(name)) {
                staff_reader::queues_conf(name, text, &mut report, &mut staff);
            }
            let mut drafts = Vec::new();
            for (name, text) in files.iter().filter(|(name, _)| !is_queues(name)) {
                let table = asterisk_table::Table::read(name, text, &mut report);
                drafts.extend(asterisk::drafts(
                    &table,
                    name,
                    context,
                    &mut report,
                    &mut staff,
                ));
            }
            drafts
        }
        System::Freeswitch => {
            let mut contexts = Vec::new();
            let mut menus = Vec::new();
            for (name, text) in files {
                let root = Element::read(text).map_err(|error| format!("{name}:{error}"))?;
                let found = freeswitch_table::contexts(name, &root, &mut report);
                contexts.extend(found.into_iter().map(|one| (name.clone(), one)));
                let found = root.all("menu").into_iter().cloned();
                menus.extend(found.map(|menu| (name.clone(), menu)));
                staff_reader::callcenter(name, &root, &mut report, &mut staff);
            }
            freeswitch::drafts(&contexts, &menus, context, &mut report, &mut staff)
        }
    };
    let ground = ground(options, &mut report);
    Ok(finish(drafts, &ground, &staff, report))
}

/// What no file says, from the options or else from this machine; the report says what was taken.
fn ground(options: &Options, report: &mut Report) -> Ground {
    let named = options.zone.as_ref().map(|zone| zone.0.clone());
    let zone = named.unwrap_or_else(jiff::tz::TimeZone::system);
    let zone = zone.iana_name().unwrap_or("UTC").to_owned();
    if options.zone.is_none() {
        let what = format!("clock times are of this machine's zone, {zone}: --zone says another");
        report.note(CONFIG_FILE, 0, Became::Changed, what);
    }
    let (country, area) = (options.country.0.clone(), options.area.0.clone());
    let local = if area.is_empty() {
        "local numbers are not completed"
    } else {
        "local numbers have the area code "
    };
    let what = format!(
        "numbers follow the rules of {country}, {local}{area}: --country and --area say others"
    );
    report.note(CONFIG_FILE, 0, Became::Changed, what);
    Ground {
        folder: options.output.display().to_string(),
        language: options.lang,
        zone,
        country,
        area,
    }
}

/// Makes each draft whole, and files of them.
fn finish(drafts: Vec<Draft>, ground: &Ground, staff: &Staff, mut report: Report) -> Imported {
    let mut dialplans: Vec<(String, String)> = Vec::new();
    for mut draft in drafts {
        for (step, to) in draft.break_circles() {
            let from = draft.steps.iter().find(|one| one.name == step);
            let (file, line) = from
                .and_then(|one| one.from.rsplit_once(':'))
                .map_or(("", 0), |(file, line)| (file, line.parse().unwrap_or(0)));
            let what = format!("the call ends here instead of going to {to} for ever");
            report.note(file, line, Became::Changed, what);
        }
        let mut nth = 1;
        while dialplans.iter().any(|(name, _)| *name == draft.flow) {
            nth += 1;
            let bare = draft
                .flow
                .trim_end_matches(char::is_numeric)
                .trim_end_matches('-');
            draft.flow = format!("{bare}-{nth}");
        }
        let text = draft_writer::written(&draft, ground.language);
        dialplans.push((draft.flow, text));
    }
    report.sort();
    Imported {
        dialplans,
        config: centre_writer::written(ground, staff),
        report,
    }
}

/// Every file that is written, with its text.
fn files_of(options: &Options, imported: &Imported) -> Vec<(PathBuf, String)> {
    let dir = &options.output;
    let dialplans = imported.dialplans.iter();
    let mut files: Vec<(PathBuf, String)> = dialplans
        .map(|(name, text)| {
            let path = dir.join("dialplans").join(format!("{name}.yaml"));
            (path, text.clone())
        })
        .collect();
    let notes = imported.report.notes.iter();
    let notes: Vec<String> = notes.map(ToString::to_string).collect();
    files.push((dir.join(CONFIG_FILE), imported.config.clone()));
    files.push((dir.join("orders.csv"), centre_writer::ORDERS.to_owned()));
    files.push((dir.join("report.txt"), notes.join("\n") + "\n"));
    files
}

fn write(options: &Options, imported: &Imported) -> io::Result<()> {
    for folder in ["dialplans", "banks"] {
        fs::create_dir_all(options.output.join(folder))?;
    }
    for (path, text) in files_of(options, imported) {
        fs::write(path, text)?;
    }
    Ok(())
}

fn tell(options: &Options, imported: &Imported, out: &mut dyn Write) -> io::Result<()> {
    for note in &imported.report.notes {
        if note.became != Became::Needless {
            writeln!(out, "{note}")?;
        }
    }
    let folder = options.output.display();
    for (name, text) in &imported.dialplans {
        let steps = text.lines().filter(|line| {
            line.starts_with("  ") && !line.starts_with("   ") && !line.contains("week:")
        });
        writeln!(
            out,
            "{folder}/dialplans/{name}.yaml: {} steps",
            steps.count()
        )?;
    }
    let count = |became| imported.report.count(became);
    writeln!(
        out,
        "{} not understood, {} changed, {} not needed: all in {folder}/report.txt",
        count(Became::Lost),
        count(Became::Changed),
        count(Became::Needless)
    )?;
    writeln!(
        out,
        "next: ringwise check --config {folder}/ringwise.toml, then ringwise serve --config {folder}/ringwise.toml"
    )
}
