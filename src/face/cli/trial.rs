//! `ringwise try`: a walk in the terminal.

use std::fs;
use std::io;
use std::io::BufRead;
use std::io::Write;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use jiff::tz::TimeZone;

use crate::driver::clock::Clock;
use crate::driver::config::settings::Settings;
use crate::driver::config::value::OrderSource;
use crate::driver::orders::book::OrderBook;
use crate::driver::orders::csv;
use crate::driver::orders::csv::Reading;
use crate::face::cli::check;
use crate::face::cli::config_choice::ConfigChoice;
use crate::face::cli::ending::Ending;
use crate::face::cli::fault_report;
use crate::face::cli::story;
use crate::machine::ivr::rehearsal::Rehearsal;
use crate::machine::ivr::rehearsal::Scene;
use crate::machine::ivr::script::Script;
use crate::machine::ivr::surface::CallerContext;
use crate::machine::ivr::surface::LookupFailure;
use crate::machine::ivr::surface::WalkInput;
use crate::machine::ivr::surface::WalkOutput;
use crate::machine::prediction::bank::Bank;
use crate::machine::prediction::model::Model;
use crate::machine::speech::phrasebook::Phrasebook;
use crate::vocabulary::fault::FaultyFile;
use crate::vocabulary::language::Language;
use crate::vocabulary::phone_number::NumberPlan;
use crate::vocabulary::time::Now;
use crate::vocabulary::time::Wall;

/// Which dialplan to walk, as whom.
#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// The dialplan.
    pub dialplan: PathBuf,
    /// The caller's number; without it the number is withheld.
    #[arg(long, value_name = "NUMBER")]
    pub caller: Option<String>,
    /// Keys to press, each when the words before it have ended; w2 waits 2 s and presses the next
    /// key whatever is being said. Without it keys are read from the keyboard.
    #[arg(long, value_name = "1,w2,0")]
    pub keys: Option<Keys>,
    /// The caller's language, if it is known.
    #[arg(long, value_name = "TAG")]
    pub lang: Option<Language>,
    /// Where orders and banks are.
    #[command(flatten)]
    pub config: ConfigChoice,
}

/// Keys with waits.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Keys(Vec<Press>);

/// A key, or a wait.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Press {
    Key(char),
    Wait(Duration),
}

/// What cannot be read in a list of keys.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{0:?} is neither keys (0-9, *, #) nor a wait (w and seconds)")]
pub struct KeysError(String);

impl FromStr for Keys {
    type Err = KeysError;

    fn from_str(text: &str) -> Result<Self, KeysError> {
        let mut presses = Vec::new();
        for part in text
            .split(',')
            .map(str::trim)
            .filter(|part| !part.is_empty())
        {
            let wrong = || KeysError(part.to_owned());
            if let Some(seconds) = part.strip_prefix('w') {
                let seconds: f64 = seconds.parse().map_err(|_| wrong())?;
                let wait = Duration::try_from_secs_f64(seconds).map_err(|_| wrong())?;
                presses.push(Press::Wait(wait));
                continue;
            }
            if !part.chars().all(is_key) {
                return Err(wrong());
            }
            presses.extend(part.chars().map(Press::Key));
        }
        Ok(Self(presses))
    }
}

fn is_key(c: char) -> bool {
    matches!(c, '0'..='9' | '*' | '#')
}

/// What a trial stands on.
struct Ground {
    script: Arc<Script>,
    bank: Bank,
    book: OrderBook,
    zone: TimeZone,
    caller: CallerContext,
    start: Wall,
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
    let phrasebook = Phrasebook::default();
    let scene = Scene {
        bank: &ground.bank,
        model: &model,
        phrasebook: &phrasebook,
        zone: &ground.zone,
    };
    let script = Arc::clone(&ground.script);
    let call = Rehearsal::new(scene, script, ground.caller.clone(), ground.start);
    let mut trial = Trial {
        call,
        ground: &ground,
        phrasebook: &phrasebook,
        out,
        queued: Queued::No,
    };
    trial.begin()?;
    match &options.keys {
        Some(keys) => trial.play(keys)?,
        None => trial.listen(keyboard)?,
    }
    Ok(Ending::Fine)
}

fn prepare(options: &Options) -> Result<Ground, TrialError> {
    let checking = check::Options {
        paths: vec![options.dialplan.clone()],
        config: options.config.clone(),
        json: false,
    };
    let found = check::find(&checking).map_err(|error| TrialError::World(error.to_string()))?;
    if !found.faulty.is_empty() {
        return Err(TrialError::Faulty(found.faulty));
    }
    let name = options.dialplan.display().to_string();
    let checked = found.dialplans.get(&name);
    let script = checked.ok_or_else(|| TrialError::Input(format!("{name} is no dialplan")))?;
    let script = Arc::new(script.script.clone());
    let bank = found
        .banks
        .iter()
        .find(|bank| Some(&bank.name) == script.bank.as_ref());
    let defaults = Settings::default();
    let settings = found
        .config
        .as_ref()
        .map_or(&defaults, |config| &config.settings);
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
    let start = Clock::start().turn().wall;
    let zone = settings.centre.zone.0.clone();
    let reading = Reading {
        plan,
        zone: zone.clone(),
        wall: start,
    };
    Ok(Ground {
        book: read_orders(&settings.orders.source, &reading)?,
        bank: bank.cloned().unwrap_or_default(),
        caller: CallerContext {
            number,
            called: script
                .dids
                .first()
                .map(ToString::to_string)
                .unwrap_or_default(),
            language: options.lang,
        },
        script,
        zone,
        start,
    })
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

/// A trial going on.
struct Trial<'t> {
    call: Rehearsal<'t>,
    ground: &'t Ground,
    phrasebook: &'t Phrasebook,
    out: &'t mut dyn Write,
    queued: Queued,
}

/// Whether the call waits for a seat: the trial ends there.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Queued {
    No,
    Yes,
}

impl Trial<'_> {
    fn begin(&mut self) -> io::Result<()> {
        let Ground { caller, script, .. } = self.ground;
        let number = caller
            .number
            .as_ref()
            .map_or("a withheld number", |number| number.as_str());
        writeln!(self.out, "{} is called by {number}", script.flow)?;
        self.tell()?;
        self.call.tell(WalkInput::Connected);
        self.tell()
    }

    fn play(&mut self, keys: &Keys) -> io::Result<()> {
        let mut at_once = false;
        for press in &keys.0 {
            if self.is_over() {
                return writeln!(self.out, "the call was over before all keys were pressed");
            }
            match press {
                Press::Wait(wait) => {
                    let until = self.call.now() + *wait;
                    while self.call.go_on(until) {
                        self.tell()?;
                    }
                    at_once = true;
                }
                Press::Key(key) => {
                    if !at_once {
                        self.settle()?;
                    }
                    at_once = false;
                    self.press(*key)?;
                }
            }
        }
        while !self.is_over() && self.call.now() < LONGEST && self.call.go_on(LONGEST) {
            self.tell()?;
        }
        Ok(())
    }

    fn listen(&mut self, keyboard: impl BufRead) -> io::Result<()> {
        let mut lines = keyboard.lines();
        loop {
            self.settle()?;
            if self.is_over() {
                return Ok(());
            }
            write!(self.out, "keys (none: silence)> ")?;
            self.out.flush()?;
            let Some(line) = lines.next().transpose()? else {
                return writeln!(self.out);
            };
            let keys: Vec<char> = line.chars().filter(|c| !c.is_whitespace()).collect();
            if let Some(wrong) = keys.iter().find(|c| !is_key(**c)) {
                writeln!(self.out, "{wrong} is no key: 0-9, * and #")?;
                continue;
            }
            for key in &keys {
                self.press(*key)?;
            }
            if keys.is_empty() && self.call.go_on(LONGEST) {
                self.tell()?;
            }
        }
    }

    /// Goes on until the walk waits for the caller.
    fn settle(&mut self) -> io::Result<()> {
        while !self.is_over() && self.call.is_busy() && self.call.go_on(LONGEST) {
            self.tell()?;
        }
        Ok(())
    }

    fn press(&mut self, key: char) -> io::Result<()> {
        let at = self.call.now();
        writeln!(self.out, "{}", story::line(at, &format!("[{key}]")))?;
        self.call.press(key);
        self.tell()
    }

    fn is_over(&self) -> bool {
        self.queued == Queued::Yes || self.call.has_ended()
    }

    /// Tells what the walk did, and answers its look-ups.
    fn tell(&mut self) -> io::Result<()> {
        while let Some((at, output)) = self.call.poll() {
            match &output {
                WalkOutput::LookUp { lookup, key, .. } => {
                    let found = Ok::<_, LookupFailure>(self.ground.book.lookup(key));
                    self.call.answer(*lookup, found, LOOKUP_TAKES);
                }
                WalkOutput::Enqueue { .. } => self.queued = Queued::Yes,
                WalkOutput::Say { .. }
                | WalkOutput::Hush
                | WalkOutput::Forget { .. }
                | WalkOutput::Hangup
                | WalkOutput::Note(_) => {}
            }
            if let Some(told) = story::tell(&output, self.phrasebook) {
                writeln!(self.out, "{}", story::line(at, &told))?;
            }
        }
        Ok(())
    }
}

/// A trial ends after this time.
const LONGEST: Now = Now::at(Duration::from_secs(3600));
/// How long a look-up takes in a trial.
const LOOKUP_TAKES: Duration = Duration::from_millis(50);
