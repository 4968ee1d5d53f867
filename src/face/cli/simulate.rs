//! `ringwise simulate`: days of a centre on virtual time, with the distributor as it is.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::io::IsTerminal;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;
use std::sync::mpsc;
use std::time::Duration;

use crate::driver::clock::Clock;
use crate::face::cli::ending::Ending;
use crate::face::cli::fault_report;
use crate::face::cli::simulate_json;
use crate::face::cli::simulate_table;
use crate::machine::acd::policy::Policy;
use crate::machine::simulation::picture;
use crate::machine::simulation::reading::scenario as scenario_file;
use crate::machine::simulation::scenario::Scenario;
use crate::machine::simulation::stop::Stop;
use crate::machine::simulation::study::LEARN_DAYS;
use crate::machine::simulation::study::Played;
use crate::machine::simulation::study::Study;
use crate::vocabulary::fault::FaultyFile;
use crate::vocabulary::language::Language;
use crate::vocabulary::time::Now;
use crate::wire::yaml::tree::BYTES_MAX;

/// Largest file beside a scenario.
const TABLE_BYTES_MAX: u64 = 256 << 20;
/// How often the bar moves.
const BAR_EVERY: Duration = Duration::from_millis(100);

/// What to play.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Options {
    /// The scenario; docs/simulate.md says what may stand in it.
    #[arg(value_name = "SCENARIO.yaml")]
    scenario: PathBuf,
    /// How many days; each is drawn anew.
    #[arg(long, visible_alias = "replications", value_name = "N", default_value_t = 100,
        value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    days: u64,
    /// Where the days are drawn from: the same seed, the same days.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// So many days are played before and not counted: `auto` and `generalised_c_mu` go on from what they
    /// learned on them, as a process goes on after a restart. 0: each day begins with nothing learned.
    #[arg(long, value_name = "N", default_value_t = LEARN_DAYS,
        value_parser = clap::value_parser!(u64).range(0..=1_000))]
    learn_days: u64,
    /// The policy of every queue, or `scenario` for what the file says; several are compared on the
    /// same days, the first with each other one.
    #[arg(long = "policy", value_name = "POLICY", value_parser = chosen())]
    policies: Vec<String>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
    /// Also draw the day, on average over all.
    #[arg(long, value_name = "FILE.svg")]
    svg: Option<PathBuf>,
    /// The language of the tables: en or zh-CN.
    #[arg(long, default_value = "en")]
    lang: Language,
}

const EXAMPLES: &str = "Examples:
  ringwise simulate examples/simulate/n-design.yaml --days 200
  ringwise simulate centre.yaml --policy auto --policy longest_wait --policy scenario
  ringwise simulate centre.yaml --json --svg day.svg --lang zh-CN

Ctrl-C ends it and prints what the days give that are done. Figures stand with half of their
95 % confidence interval. The progress bar is shown on a terminal only.";

/// The word for what the file says.
const AS_WRITTEN: &str = "scenario";

fn chosen() -> clap::builder::PossibleValuesParser {
    let names = Policy::ALL.map(Policy::name).into_iter();
    clap::builder::PossibleValuesParser::new(names.chain([AS_WRITTEN]))
}

/// Simulates.
///
/// # Errors
///
/// `out` cannot be written.
pub fn run(options: &Options, out: &mut dyn Write) -> io::Result<Ending> {
    let scenario = match load(&options.scenario) {
        Ok(scenario) => scenario,
        Err(ending) => return Ok(ending),
    };
    let Some(policies) = policies(&options.policies) else {
        return Ok(Ending::Usage);
    };
    if let Some(path) = &options.svg
        && let Err(error) = try_to_write(path)
    {
        eprintln!("error: cannot write {}: {error}", path.display());
        return Ok(Ending::World);
    }
    let mut study = Study::new(scenario, &policies, options.seed);
    let interrupted = interruption();
    let learned = learn(&mut study, options.learn_days, &interrupted);
    if let Err(many @ Stop::TooManyCalls(_)) = learned {
        eprintln!("error: a day to learn from: {many}");
        return Ok(Ending::Input);
    }
    if learned.is_ok()
        && let Err((day, stop)) = play(&mut study, options.days, &interrupted)
    {
        eprintln!("error: day {} of {}: {stop}", day + 1, options.days);
        return Ok(Ending::Input);
    }
    let days = u64::try_from(study.days()).unwrap_or(u64::MAX);
    if days < options.days {
        eprintln!("stopped after {days} of {} days", options.days);
    }
    if days == 0 {
        return Ok(Ending::World);
    }
    if let Some(path) = &options.svg {
        let drawn = picture::draw(&study, options.lang);
        if let Err(error) = fs::write(path, drawn) {
            eprintln!("error: cannot write {}: {error}", path.display());
            return Ok(Ending::World);
        }
    }
    if options.json {
        serde_json::to_writer_pretty(&mut *out, &simulate_json::told(&study))?;
        writeln!(out)?;
    } else {
        write!(out, "{}", simulate_table::tables(&study, options.lang))?;
    }
    out.flush()?;
    Ok(Ending::Fine)
}

/// The policies to play, each once; `None` and a word to the person if one is there twice.
fn policies(names: &[String]) -> Option<Vec<Option<Policy>>> {
    let mut seen = BTreeSet::new();
    if let Some(twice) = names.iter().find(|name| !seen.insert(name.as_str())) {
        eprintln!("error: `--policy {twice}` is there twice");
        return None;
    }
    if names.is_empty() {
        return Some(vec![None]);
    }
    Some(names.iter().map(|name| name.parse().ok()).collect())
}

/// Whether a file can be written: what it holds stays, and no new one is left.
fn try_to_write(path: &Path) -> io::Result<()> {
    let known = path.exists();
    fs::OpenOptions::new()
        .append(true)
        .create(true)
        .open(path)?;
    if known {
        return Ok(());
    }
    fs::remove_file(path)
}

/// Reads a scenario, or tells the person what is wrong with it.
fn load(path: &Path) -> Result<Scenario, Ending> {
    let text = read(path, u64::try_from(BYTES_MAX).unwrap_or(u64::MAX)).map_err(|error| {
        eprintln!("error: cannot read {}: {error}", path.display());
        Ending::World
    })?;
    let beside = path.parent().unwrap_or(Path::new(""));
    let files = |name: &str| {
        let read = read(&beside.join(name), TABLE_BYTES_MAX);
        read.map_err(|error| format!("cannot be read: {error}"))
    };
    scenario_file::read(&text, &files).map_err(|faults| {
        let file = FaultyFile {
            name: path.display().to_string(),
            text,
            faults,
        };
        fault_report::tell(&[file])
    })
}

fn read(path: &Path, most: u64) -> io::Result<String> {
    let length = fs::metadata(path)?.len();
    if length > most {
        let what = format!("{length} bytes, at most {most} are read");
        return Err(io::Error::other(what));
    }
    fs::read_to_string(path)
}

/// Plays days on all cores until they are done or the person has had enough, which ends the days that
/// are not done. An error names the day, counted from 0, that cannot be played.
fn play(study: &mut Study, days: u64, interrupted: &mpsc::Receiver<()>) -> Result<(), (u64, Stop)> {
    let player = study.clone();
    let (stop, next) = (AtomicBool::new(false), AtomicU64::new(0));
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let (tell, told) = mpsc::sync_channel::<(u64, Result<Vec<Played>, Stop>)>(4 * cores);
    let mut bar = Bar::new(days, "days");
    std::thread::scope(|scope| {
        for _ in 0..cores {
            let (tell, player, stop, next) = (tell.clone(), &player, &stop, &next);
            scope.spawn(move || {
                let enough = || stop.load(Ordering::Relaxed);
                while !enough() {
                    let day = next.fetch_add(1, Ordering::Relaxed);
                    if day >= days || tell.send((day, player.play(day, &enough))).is_err() {
                        return;
                    }
                }
            });
        }
        drop(tell);
        let (mut early, mut fault) = (BTreeMap::new(), Ok(()));
        loop {
            match told.recv_timeout(BAR_EVERY) {
                Ok((day, Ok(played))) => {
                    early.insert(day, played);
                }
                Ok((_, Err(Stop::Enough))) => {}
                Ok((day, Err(many @ Stop::TooManyCalls(_)))) => {
                    fault = Err((day, many));
                    stop.store(true, Ordering::Relaxed);
                }
                Err(mpsc::RecvTimeoutError::Timeout) => {}
                Err(mpsc::RecvTimeoutError::Disconnected) => break,
            }
            // Days are taken in their order, whoever was faster: sums are the same each time.
            let done = |study: &Study| u64::try_from(study.days()).unwrap_or(u64::MAX);
            while let Some(played) = early.remove(&done(study)) {
                study.take(played);
            }
            if interrupted.try_recv().is_ok() {
                stop.store(true, Ordering::Relaxed);
            }
            bar.show(done(study));
        }
        bar.clear();
        fault
    })
}

/// Plays the days before those that are counted.
fn learn(study: &mut Study, days: u64, interrupted: &mpsc::Receiver<()>) -> Result<(), Stop> {
    let mut bar = Bar::new(days, "days to learn from");
    let learned = (0..days).try_for_each(|done| {
        bar.show(done);
        study.learn(&|| interrupted.try_recv().is_ok())
    });
    bar.clear();
    learned
}

/// A word for each Ctrl-C; the second ends the process at once.
fn interruption() -> mpsc::Receiver<()> {
    let (tell, told) = mpsc::channel();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    if let Ok(runtime) = runtime {
        // It sleeps until then, and ends with the process.
        std::thread::spawn(move || {
            runtime.block_on(async {
                if tokio::signal::ctrl_c().await.is_ok() {
                    let _ = tell.send(());
                    if tokio::signal::ctrl_c().await.is_ok() {
                        std::process::exit(130);
                    }
                }
            });
        });
    }
    told
}

/// Progress on a terminal.
struct Bar {
    days: u64,
    what: &'static str,
    clock: Clock,
    shown: Option<Now>,
    seen: bool,
}

impl Bar {
    fn new(days: u64, what: &'static str) -> Self {
        Self {
            days,
            what,
            clock: Clock::start(),
            shown: None,
            seen: io::stderr().is_terminal(),
        }
    }

    fn show(&mut self, done: u64) {
        let now = self.clock.now();
        let soon = self.shown.is_some_and(|shown| now.since(shown) < BAR_EVERY);
        if !self.seen || soon {
            return;
        }
        self.shown = Some(now);
        let line = bar_line(done, (self.days, self.what), now.since_start());
        // Nobody is left to tell if standard error is gone.
        let _ = write!(io::stderr(), "\r\x1b[2K{line}");
    }

    fn clear(&self) {
        if self.seen && self.shown.is_some() {
            let _ = write!(io::stderr(), "\r\x1b[2K");
        }
    }
}

fn bar_line(done: u64, (days, what): (u64, &str), passed: Duration) -> String {
    const WIDTH: u64 = 30;
    let full = usize::try_from(done * WIDTH / days.max(1)).unwrap_or(0);
    let rest = usize::try_from(WIDTH).unwrap_or(0).saturating_sub(full);
    let left = passed.as_secs().saturating_mul(days.saturating_sub(done)) / done.max(1);
    let left = if done == 0 {
        String::new()
    } else {
        format!(", {left} s left")
    };
    format!(
        "[{}{}] {done} of {days} {what}{left}",
        "#".repeat(full),
        ".".repeat(rest)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_that_is_there_twice_is_refused() {
        let of = |names: &[&str]| {
            let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
            policies(&names)
        };
        assert_eq!(of(&[]), Some(vec![None]));
        let both = Some(vec![Some(Policy::Auto), None]);
        assert_eq!(of(&["auto", AS_WRITTEN]), both);
        assert_eq!(of(&["auto", AS_WRITTEN, "auto"]), None);
    }

    #[test]
    fn trying_to_write_leaves_everything_as_it_was() {
        let name = format!("ringwise-simulate-{}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        fs::create_dir_all(&folder).unwrap();
        let new = folder.join("new.svg");
        assert!(try_to_write(&new).is_ok() && !new.exists());
        let old = folder.join("old.svg");
        fs::write(&old, "a picture").unwrap();
        assert!(try_to_write(&old).is_ok());
        assert_eq!(fs::read_to_string(&old).unwrap(), "a picture");
        assert!(try_to_write(&folder.join("none/new.svg")).is_err());
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn the_bar_tells_how_far_it_is_and_how_long_it_takes() {
        let line = bar_line(25, (100, "days"), Duration::from_secs(10));
        assert_eq!(
            line,
            format!(
                "[{}{}] 25 of 100 days, 30 s left",
                "#".repeat(7),
                ".".repeat(23)
            )
        );
        assert!(bar_line(0, (100, "days"), Duration::ZERO).ends_with("] 0 of 100 days"));
    }
}
