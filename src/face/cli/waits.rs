//! `ringwise waits`: how well the waits of a recorded day would have been foretold.

use std::fs;
use std::io;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;

use serde_json::Value;
use serde_json::json;

use crate::face::cli::ending::Ending;
use crate::face::cli::report_table::aligned;
use crate::machine::waiting::recorded;
use crate::machine::waiting::recorded::Layout;
use crate::machine::waiting::recorded::RecordedError;
use crate::machine::waiting::recorded::Staff;
use crate::machine::waiting::recorded::Waits;
use crate::machine::waiting::replay;
use crate::machine::waiting::replay::Judged;
use crate::machine::waiting::replay::Replayed;
use crate::vocabulary::language::Language;

/// Largest table.
const BYTES_MAX: u64 = 1 << 30;

/// What was recorded.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Options {
    /// A CSV with a line for each call that came to a queue.
    #[arg(value_name = "CALLS.csv")]
    calls: PathBuf,
    /// The column that says when it came to the queue: 09:30:15, 2026-03-02 09:30:15, or seconds.
    #[arg(long, value_name = "COLUMN", default_value = "came")]
    came: String,
    /// The column that says when its wait ended.
    #[arg(long, value_name = "COLUMN", default_value = "left")]
    left: String,
    /// The column that says how; rows with other words are left out.
    #[arg(long, value_name = "COLUMN", default_value = "end")]
    end: String,
    /// The word there if a seat answered.
    #[arg(long, value_name = "WORD", default_value = "answered")]
    answered: String,
    /// The word there if the caller gave up.
    #[arg(long, value_name = "WORD", default_value = "abandoned")]
    abandoned: String,
    /// The column of what the call needed; without it all need the same.
    #[arg(long, value_name = "COLUMN")]
    need: Option<String>,
    /// The column of its queue; without it there is one.
    #[arg(long, value_name = "COLUMN")]
    queue: Option<String>,
    /// So many seats served, all the time.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=20_000))]
    seats: u32,
    /// How many seats served when: a CSV with the columns at, seats and, if they differ, queue.
    #[arg(long, value_name = "STAFF.csv", conflicts_with = "seats")]
    staff: Option<PathBuf>,
    /// Also write each wait with all that was foretold of it.
    #[arg(long, value_name = "FILE.csv")]
    each: Option<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
    /// The language of the table: en or zh-CN.
    #[arg(long, default_value = "en")]
    lang: Language,
}

const EXAMPLES: &str = "Examples:
  ringwise waits calls.csv --seats 12
  ringwise waits acd-export.csv --came queued_at --left ended_at --end result --answered ANSWER --abandoned ABANDON --staff staff.csv
  ringwise waits calls.csv --need skill --each foretold.csv --json

Nothing is learned from a wait before it has ended, and nothing is taken from elsewhere.";

/// Tells a recorded day again.
///
/// # Errors
///
/// `out` cannot be written.
pub fn run(options: &Options, out: &mut dyn Write) -> io::Result<Ending> {
    let (waits, staff) = match recorded_day(options) {
        Ok(day) => day,
        Err(ending) => return Ok(ending),
    };
    let told = replay::replay(&waits.waits, &staff);
    if let Some(path) = &options.each
        && let Err(error) = fs::write(path, each(&waits, &told))
    {
        eprintln!("error: cannot write {}: {error}", path.display());
        return Ok(Ending::World);
    }
    if options.json {
        serde_json::to_writer_pretty(&mut *out, &figures(&waits, &told))?;
        writeln!(out)?;
    } else {
        write!(out, "{}", page(&waits, &told, options.lang))?;
    }
    out.flush()?;
    Ok(Ending::Fine)
}

/// What the files say, or a word to the person.
fn recorded_day(options: &Options) -> Result<(Waits, Vec<Staff>), Ending> {
    let layout = Layout {
        came: options.came.clone(),
        left: options.left.clone(),
        end: options.end.clone(),
        answered: options.answered.clone(),
        abandoned: options.abandoned.clone(),
        need: options.need.clone(),
        queue: options.queue.clone(),
    };
    let text = read(&options.calls)?;
    let waits = recorded::waits(&text, &layout).map_err(|error| tell(&options.calls, &error))?;
    let Some(path) = &options.staff else {
        let came = waits.waits.iter().map(|wait| wait.came_ms);
        let all_day = Staff {
            at_ms: came.min().unwrap_or(0),
            queue: None,
            seats: options.seats,
        };
        return Ok((waits, vec![all_day]));
    };
    let text = read(path)?;
    let staff = recorded::staff(&text, &waits.queues).map_err(|error| tell(path, &error))?;
    Ok((waits, staff))
}

fn read(path: &Path) -> Result<String, Ending> {
    let length = fs::metadata(path).map(|about| about.len());
    let text = match length {
        Ok(length) if length > BYTES_MAX => {
            let what = format!("{length} bytes, at most {BYTES_MAX} are read");
            Err(io::Error::other(what))
        }
        Ok(_) => fs::read_to_string(path),
        Err(error) => Err(error),
    };
    text.map_err(|error| {
        eprintln!("error: cannot read {}: {error}", path.display());
        Ending::World
    })
}

fn tell(path: &Path, error: &RecordedError) -> Ending {
    match error {
        RecordedError::Row { line, column, what } => {
            eprintln!("error: {}:{line}:{column}: {what}", path.display());
        }
        RecordedError::Column { .. } => {
            eprintln!(
                "error: {}:1:1: {error}; --help names the options",
                path.display()
            );
        }
        RecordedError::Empty | RecordedError::Long => {
            eprintln!("error: {}: {error}", path.display());
        }
    }
    Ending::Input
}

/// An estimator with the words for it.
struct Estimator {
    key: &'static str,
    words: (&'static str, &'static str),
    says: fn(&Judged) -> f64,
}

const ESTIMATORS: [Estimator; 5] = [
    Estimator {
        key: "ringwise",
        words: ("Ringwise", "Ringwise"),
        says: |one| one.foretold.wait.as_secs_f64(),
    },
    Estimator {
        key: "last_five",
        words: ("mean of the last five waits", "最近五次等待的平均"),
        says: |one| one.simple.last_five,
    },
    Estimator {
        key: "last",
        words: ("the wait answered last", "最近一次应答的等待"),
        says: |one| one.simple.last,
    },
    Estimator {
        key: "mean",
        words: ("mean of all waits so far", "至今全部等待的平均"),
        says: |one| one.simple.mean,
    },
    Estimator {
        key: "length",
        words: ("queue length over rate", "排队人数除以接听速度"),
        says: |one| one.simple.length,
    },
];

/// Errors of an estimator, in seconds.
struct Errors {
    root_mean_square: f64,
    mean: f64,
    absolute: f64,
}

fn errors(waits: &Waits, told: &Replayed, says: fn(&Judged) -> f64) -> Option<Errors> {
    let error = |one: &Judged| Some(says(one) - actual_s(waits, one)?);
    let all: Vec<f64> = told.judged.iter().filter_map(error).collect();
    let count = u32::try_from(all.len()).ok().filter(|count| *count > 0)?;
    let mean = |sum: f64| sum / f64::from(count);
    Some(Errors {
        root_mean_square: mean(all.iter().map(|error| error * error).sum()).sqrt(),
        mean: mean(all.iter().sum()),
        absolute: mean(all.iter().map(|error| error.abs()).sum()),
    })
}

fn actual_s(waits: &Waits, judged: &Judged) -> Option<f64> {
    let wait = waits.waits.get(judged.at)?;
    let ms = u32::try_from(wait.left_ms - wait.came_ms).ok()?;
    Some(f64::from(ms) / 1_000.0)
}

fn figures(waits: &Waits, told: &Replayed) -> Value {
    let estimators = ESTIMATORS.iter().map(|one| {
        let found = errors(waits, told, one.says);
        let figures = found.map(|found| {
            json!({
                "rmse_s": found.root_mean_square,
                "mean_error_s": found.mean,
                "mean_absolute_error_s": found.absolute,
            })
        });
        (one.key.to_owned(), json!(figures))
    });
    json!({
        "waited": waits.waits.len(),
        "at_once": waits.at_once,
        "others": waits.others,
        "foretold": told.judged.len(),
        "not_foretold": told.unforetold,
        "within": told.accuracy.share_within(),
        "tellings": told.tellings,
        "tellings_right": told.tellings_right,
        "estimators": estimators.collect::<serde_json::Map<String, Value>>(),
    })
}

fn page(waits: &Waits, told: &Replayed, language: Language) -> String {
    let say = |words: (&'static str, &'static str)| match language {
        Language::English => words.0,
        Language::Mandarin => words.1,
    };
    let mut text = match language {
        Language::English => format!(
            "{} calls waited ({} were taken or gone at once, {} rows ended otherwise)\n{} answered waits were foretold, {} were not: too little was known\n\n",
            waits.waits.len(),
            waits.at_once,
            waits.others,
            told.judged.len(),
            told.unforetold
        ),
        Language::Mandarin => format!(
            "{} 个来电等待过（{} 个立即接听或放弃，{} 行以其他方式结束）\n预测了 {} 个已接听的等待，{} 个因所知太少未作预测\n\n",
            waits.waits.len(),
            waits.at_once,
            waits.others,
            told.judged.len(),
            told.unforetold
        ),
    };
    let mut lines = vec![vec![
        say(("errors in seconds", "误差（秒）")).to_owned(),
        say(("root mean square", "均方根")).to_owned(),
        say(("mean", "平均")).to_owned(),
        say(("mean absolute", "平均绝对")).to_owned(),
    ]];
    for one in &ESTIMATORS {
        let found = errors(waits, told, one.says);
        let shown = |value: Option<f64>| value.map_or("-".to_owned(), |v| format!("{v:.1}"));
        lines.push(vec![
            say(one.words).to_owned(),
            shown(found.as_ref().map(|found| found.root_mean_square)),
            shown(found.as_ref().map(|found| found.mean)),
            shown(found.as_ref().map(|found| found.absolute)),
        ]);
    }
    text.push_str(&aligned(&lines));
    if let Some(share) = told.accuracy.share_within() {
        let share = share * 100.0;
        text.push_str(&match language {
            Language::English => {
                format!(
                    "\n{share:.1} % of the waits were within the range that would have been said\n"
                )
            }
            Language::Mandarin => format!("\n{share:.1} % 的等待在所报的范围内\n"),
        });
    }
    let right = u32::try_from(told.tellings_right).ok().map(f64::from);
    let all = u32::try_from(told.tellings).ok().filter(|all| *all > 0);
    if let (Some(right), Some(all)) = (right, all) {
        let share = 100.0 * right / f64::from(all);
        text.push_str(&match language {
            Language::English => format!(
                "{share:.1} % of what callers would have heard was right, told after 5 s and then every 30 s\n"
            ),
            Language::Mandarin => {
                format!("{share:.1} % 的播报正确（5 秒后播报，之后每 30 秒一次）\n")
            }
        });
    }
    text
}

/// A line for each wait that was foretold.
fn each(waits: &Waits, told: &Replayed) -> String {
    let mut text = String::from(
        "line,queue,came_s,waited_s,ahead,foretold_s,from_min,to_min,last_five_s,last_s,mean_s,length_s\n",
    );
    for one in &told.judged {
        let Some(wait) = waits.waits.get(one.at) else {
            continue;
        };
        let ms = |ms: i64| format!("{}.{:03}", ms / 1_000, ms % 1_000);
        let queue = usize::try_from(wait.queue.0).ok();
        let queue = queue.and_then(|queue| waits.queues.get(queue));
        let said = one.foretold.said;
        text.push_str(&format!(
            "{},{},{},{},{},{:.3},{},{},{:.3},{:.3},{:.3},{:.3}\n",
            wait.line,
            quoted(queue.map_or("", String::as_str)),
            ms(wait.came_ms),
            ms(wait.left_ms - wait.came_ms),
            one.ahead,
            one.foretold.wait.as_secs_f64(),
            said.from_min,
            said.to_min.map_or(String::new(), |to| to.to_string()),
            one.simple.last_five,
            one.simple.last,
            one.simple.mean,
            one.simple.length,
        ));
    }
    text
}

fn quoted(cell: &str) -> String {
    if cell.contains([',', '"', '\n']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}
