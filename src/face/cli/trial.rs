//! `ringwise try`: a walk in the terminal.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::io::BufRead;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::driver::clock::Clock;
use crate::driver::config::value::OrderSource;
use crate::driver::orders::book::OrderBook;
use crate::driver::orders::csv;
use crate::driver::orders::row::Reading;
use crate::driver::service::desk::ServiceDesk;
use crate::face::cli::config_choice::ConfigChoice;
use crate::face::cli::ending::Ending;
use crate::face::cli::fault_report;
use crate::face::cli::finding;
use crate::face::cli::keyboard::Keyboard;
use crate::face::cli::trial_ground::Failing;
use crate::face::cli::trial_ground::Fate;
use crate::face::cli::trial_ground::Ground;
use crate::face::cli::trial_sound::SoundTrack;
use crate::face::cli::trial_stage::Trial;
use crate::machine::ivr::press::Keys;
use crate::machine::ivr::rehearsal::Rehearsal;
use crate::machine::ivr::rehearsal::Scene;
use crate::machine::ivr::surface::CallerContext;
use crate::machine::prediction::model::Model;
use crate::vocabulary::fault::FaultyFile;
use crate::vocabulary::language::Language;
use crate::vocabulary::phone_number::NumberPlan;
use crate::vocabulary::time::Wall;

/// Which dialplan to walk, as whom.
#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// The dialplan.
    pub dialplan: PathBuf,
    /// The caller's number; without it the number is withheld.
    #[arg(long, value_name = "NUMBER")]
    pub caller: Option<String>,
    /// What was dialled; without it the dialplan's first number.
    #[arg(long, value_name = "NUMBER")]
    pub called: Option<String>,
    /// Keys to press, each when the words before it have ended; w2 waits 2 s and presses the next
    /// key whatever is being said; full and left are what the queue does, hangup the caller. Without
    /// it keys are read from the keyboard.
    #[arg(long, value_name = "1,w2,0")]
    pub keys: Option<Keys>,
    /// The caller's language, if it is known.
    #[arg(long, value_name = "TAG")]
    pub lang: Option<Language>,
    /// When the phone rings, on the centre's clocks: 2026-12-25T09:00; without it now.
    #[arg(long, value_name = "MOMENT")]
    pub at: Option<DateTime>,
    /// Look-ups that go wrong: orders=timeout, orders=failed, orders=busy; orders=3s comes late.
    /// A service's name goes in place of orders.
    #[arg(long, value_name = "WHAT=HOW")]
    pub fail: Vec<Failing>,
    /// Write what the caller hears: 8 kHz, one channel.
    #[arg(long, value_name = "FILE.wav")]
    pub wav: Option<PathBuf>,
    /// Do not wait while words are said: keys are typed as lines.
    #[arg(long)]
    pub fast: bool,
    /// Where orders and banks are.
    #[command(flatten)]
    pub config: ConfigChoice,
}

/// Why there is no trial.
#[derive(Debug, thiserror::Error)]
enum TrialError {
    #[error("{0}")]
    World(String),
    #[error("{0}")]
    Input(String),
    #[error("the dialplan or what it needs has faults")]
    Faulty(Vec<FaultyFile>),
}

/// Walks and tells.
///
/// # Errors
///
/// `out` cannot be written.
pub fn run(options: &Options, keyboard: impl BufRead, out: &mut dyn Write) -> io::Result<Ending> {
    let ground = match prepare(options) {
        Ok(ground) => ground,
        Err(TrialError::Faulty(files)) => {
            for file in &files {
                fault_report::write(file, out)?;
            }
            return Ok(Ending::Input);
        }
        Err(error @ TrialError::Input(_)) => {
            eprintln!("error: {error}");
            return Ok(Ending::Input);
        }
        Err(error @ TrialError::World(_)) => {
            eprintln!("error: {error}");
            return Ok(Ending::World);
        }
    };
    let model = Model::default();
    let scene = Scene {
        bank: &ground.bank,
        model: &model,
        phrasebook: &ground.phrasebook,
        zone: &ground.zone,
    };
    let script = Arc::clone(&ground.script);
    let call = Rehearsal::new(scene, script, ground.caller.clone(), ground.start);
    let sound = options.wav.as_ref();
    let sound = sound.map(|_| SoundTrack::new(&ground.phrasebook, &ground.settings.prompts));
    let mut trial = Trial::new(call, &ground, sound, out);
    trial.begin()?;
    match (&options.keys, Keyboard::open(options.fast)) {
        (Some(keys), _) => trial.play(keys)?,
        (None, Some(live)) => trial.live(&live)?,
        (None, None) => trial.listen(keyboard)?,
    }
    let sound = trial.finish();
    let (Some(path), Some(sound)) = (&options.wav, sound) else {
        return Ok(Ending::Fine);
    };
    match sound.write(path) {
        Ok(length) => {
            let seconds = length.as_secs_f64();
            writeln!(out, "{}: {seconds:.1} s of sound", path.display())?;
            Ok(Ending::Fine)
        }
        Err(error) => {
            eprintln!("error: cannot write {}: {error}", path.display());
            Ok(Ending::World)
        }
    }
}

fn prepare(options: &Options) -> Result<Ground, TrialError> {
    let paths = [options.dialplan.clone()];
    let found = finding::find(&paths, &options.config);
    let found = found.map_err(|error| TrialError::World(error.to_string()))?;
    let name = options.dialplan.display().to_string();
    let Some(checked) = found.dialplans.get(&name) else {
        if found.faulty.is_empty() {
            return Err(TrialError::Input(format!("{name} is no dialplan")));
        }
        return Err(TrialError::Faulty(found.faulty));
    };
    let script = Arc::new(checked.script.clone());
    let bank = found
        .banks
        .iter()
        .find(|bank| Some(&bank.name) == script.bank.as_ref());
    let settings = found.config.map(|config| config.settings);
    let settings = settings.unwrap_or_default();
    let numbers = &settings.numbers;
    let plan = NumberPlan::new(&numbers.country.0, &numbers.area.0);
    let plan = plan.map_err(|error| TrialError::Input(error.to_string()))?;
    let number = match &options.caller {
        Some(written) => {
            let read = plan.normalise(written);
            Some(read.map_err(|error| TrialError::Input(format!("--caller: {error}")))?)
        }
        None => None,
    };
    let zone = settings.centre.zone.0.clone();
    let start = start(options.at, &zone)?;
    let reading = Reading {
        plan,
        zone: zone.clone(),
        wall: start,
    };
    let first = || script.dids.first().map(ToString::to_string);
    let services = ServiceDesk::open(&settings.service, Clock::start());
    let services = services.map_err(|error| TrialError::World(format!("services: {error}")))?;
    let fates = options.fail.iter();
    let mut fates: BTreeMap<String, Fate> = fates
        .map(|failing| (failing.what.clone(), failing.fate))
        .collect();
    Ok(Ground {
        book: read_orders(&settings.orders.source, &reading)?,
        fate: fates.remove("orders").unwrap_or_default(),
        fates,
        services,
        bank: bank.cloned().unwrap_or_default(),
        phrasebook: found.book.unwrap_or_default(),
        caller: CallerContext {
            number,
            called: options.called.clone().or_else(first).unwrap_or_default(),
            language: options.lang,
        },
        script,
        zone,
        start,
        settings,
    })
}

fn start(at: Option<DateTime>, zone: &TimeZone) -> Result<Wall, TrialError> {
    let Some(at) = at else {
        return Ok(Clock::start().turn().wall);
    };
    let zoned = zone.to_ambiguous_zoned(at).compatible();
    let zoned = zoned.map_err(|error| TrialError::Input(format!("--at: {error}")))?;
    Ok(Wall::from_ms(zoned.timestamp().as_millisecond()))
}

fn read_orders(source: &OrderSource, reading: &Reading) -> Result<OrderBook, TrialError> {
    let OrderSource::Csv(path) = source else {
        let what = "a trial reads orders from a file: set [orders] source = \"csv:PATH\"";
        return Err(TrialError::Input(what.to_owned()));
    };
    let bytes = fs::read(path)
        .map_err(|error| TrialError::World(format!("cannot read {}: {error}", path.display())))?;
    csv::read(&bytes, reading)
        .map_err(|error| TrialError::Input(format!("{}: {error}", path.display())))
}
