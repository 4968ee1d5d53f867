//! `ringwise predict evaluate`: how well a bank's questions are predicted, on calls whose question is
//! known.

use std::fs;
use std::io;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;

use crate::driver::casebook;
use crate::driver::casebook::Layout;
use crate::face::cli::ending::Ending;
use crate::face::cli::fault_report;
use crate::face::cli::predict_report;
use crate::machine::prediction::bank::Bank;
use crate::machine::prediction::evaluation::case::Case;
use crate::machine::prediction::evaluation::pupil::Pupil;
use crate::machine::prediction::evaluation::score::Common;
use crate::machine::prediction::evaluation::score::Score;
use crate::machine::prediction::model::Model;
use crate::machine::prediction::outcome::Outcome;
use crate::machine::prediction::reading::bank as bank_file;
use crate::vocabulary::chance::Chance;
use crate::vocabulary::fault::FaultyFile;

/// What there is to do with predictions.
#[derive(Clone, Debug, clap::Subcommand)]
pub enum Predict {
    /// Learn from calls whose question is known, and tell how well others are predicted.
    Evaluate(Box<Options>),
}

/// What to learn from, and what to predict.
#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// The bank.
    #[arg(long, value_name = "FILE.yaml")]
    bank: PathBuf,
    /// Calls to learn from, in their order: CSV with one order a row, or .jsonl with one call a line.
    #[arg(long, value_name = "FILE", required = true, num_args = 1..)]
    train: Vec<PathBuf>,
    /// Learn from the first so many calls only.
    #[arg(long, value_name = "N")]
    train_calls: Option<usize>,
    /// Calls to predict; without it `--folds`.
    #[arg(long, value_name = "FILE", num_args = 1.., required_unless_present = "folds")]
    test: Vec<PathBuf>,
    /// Learn from each tested call after it was predicted, as a centre does; without it only what was
    /// learned for good counts.
    #[arg(long)]
    online: bool,
    /// Instead of a test: split the calls in so many parts, predict each from the others.
    #[arg(long, value_name = "K", value_parser = clap::value_parser!(u64).range(2..=100))]
    folds: Option<u64>,
    /// Split so often, each time otherwise.
    #[arg(long, value_name = "N", default_value_t = 1, requires = "folds")]
    seeds: u64,
    /// Also score what was known after 0, 300, 1,000, 3,000 and 10,000 calls.
    #[arg(long)]
    curve: bool,
    /// The log-loss of whoever knows how the calls came about: tells the share of information.
    #[arg(long, value_name = "NATS")]
    oracle: Option<f64>,
    /// Draw said against came.
    #[arg(long, value_name = "FILE.svg")]
    svg: Option<PathBuf>,
    /// Tell each question's share and hits.
    #[arg(long)]
    questions: bool,
    /// Which column or field is what.
    #[command(flatten)]
    layout: LayoutOptions,
}

/// Which column or field is what. All others are attributes, by their names in the bank.
#[derive(Clone, Debug, clap::Args)]
struct LayoutOptions {
    /// Rows with the same value here are one call; without it each row is one.
    #[arg(long, value_name = "NAME")]
    call: Option<String>,
    /// The question asked; in a table on the row of the order it was about.
    #[arg(long, value_name = "NAME", default_value = "asked")]
    asked: String,
    /// In lines: the id of the order it was about, such as `asked.order`.
    #[arg(long, value_name = "PATH")]
    about: Option<String>,
    /// When: a moment or day in ISO 8601, or days as a number.
    #[arg(long, value_name = "NAME")]
    at: Option<String>,
    /// In lines: the list of orders.
    #[arg(long, value_name = "NAME", default_value = "orders")]
    orders: String,
    /// The id of an order; in tables its place if it has none.
    #[arg(long, value_name = "NAME")]
    order: Option<String>,
}

/// Calls that a model goes through.
struct Material {
    bank: Bank,
    train: Vec<Case>,
    test: Vec<Case>,
}

/// Evaluates.
///
/// # Errors
///
/// `out` cannot be written.
pub fn run(predict: &Predict, out: &mut dyn Write) -> io::Result<Ending> {
    let Predict::Evaluate(options) = predict;
    let material = match material(options) {
        Ok(material) => material,
        Err(ending) => return Ok(ending),
    };
    let (train, test) = (material.train.len(), material.test.len());
    writeln!(
        out,
        "bank {}: {} questions, {} attributes",
        material.bank.name,
        material.bank.questions.len(),
        material.bank.attributes.len()
    )?;
    let score = if let Some(folds) = options.folds {
        writeln!(
            out,
            "{train} calls in {folds} parts, {} times",
            options.seeds
        )?;
        folded(&material, folds, options, out)?
    } else {
        writeln!(out, "learned from {train} calls, predicted {test}")?;
        straight(&material, options, out)?
    };
    predict_report::write(&score, options.oracle, out)?;
    if options.questions {
        predict_report::write_questions(&score, out)?;
    }
    if let Some(path) = &options.svg {
        let title = format!("{}: what was held likeliest", material.bank.name);
        if let Err(error) = fs::write(path, score.first.svg(&title)) {
            eprintln!("error: cannot write {}: {error}", path.display());
            return Ok(Ending::World);
        }
        writeln!(out, "reliability drawn to {}", path.display())?;
    }
    Ok(Ending::Fine)
}

fn material(options: &Options) -> Result<Material, Ending> {
    let bank = bank(&options.bank)?;
    let layout = Layout {
        call: options.layout.call.clone(),
        asked: options.layout.asked.clone(),
        about: options.layout.about.clone(),
        at: options.layout.at.clone(),
        orders: options.layout.orders.clone(),
        order: options.layout.order.clone(),
    };
    let read = |paths: &[PathBuf]| {
        let mut cases = Vec::new();
        for path in paths {
            cases.extend(casebook::read(path, &bank, &layout)?);
        }
        Ok(cases)
    };
    let both = read(&options.train).and_then(|train| Ok((train, read(&options.test)?)));
    let (mut train, test) = both.map_err(|error: casebook::CasebookError| {
        eprintln!("error: {error}");
        Ending::Input
    })?;
    train.truncate(options.train_calls.unwrap_or(usize::MAX));
    Ok(Material { bank, train, test })
}

/// Reads a bank, or tells the person what is wrong with it.
fn bank(path: &Path) -> Result<Bank, Ending> {
    let text = fs::read_to_string(path).map_err(|error| {
        eprintln!("error: cannot read {}: {error}", path.display());
        Ending::World
    })?;
    bank_file::read(&text).map_err(|faults| {
        let file = FaultyFile {
            name: path.display().to_string(),
            text,
            faults,
        };
        fault_report::tell(&[file])
    })
}

/// Learns from all, then predicts.
fn straight(material: &Material, options: &Options, out: &mut dyn Write) -> io::Result<Score> {
    let train: Vec<Outcome> = material
        .train
        .iter()
        .map(|case| case.outcome(&material.bank))
        .collect();
    let test: Vec<Outcome> = material
        .test
        .iter()
        .map(|case| case.outcome(&material.bank))
        .collect();
    let common = common(&train);
    let mut pupil = Pupil::default();
    let mut stops = CURVE.iter().filter(|_| options.curve).peekable();
    for (learned, outcome) in train.into_iter().enumerate() {
        if stops.next_if_eq(&&learned).is_some() {
            let mut known = pupil.clone();
            known.fit();
            let score = score(&known.model, &test, &common);
            predict_report::write_line(learned, &score, options.oracle, out)?;
        }
        pupil.learn(outcome);
    }
    pupil.fit();
    Ok(if options.online {
        score_online(pupil, &test, &common)
    } else {
        score(&pupil.model, &test, &common)
    })
}

/// Predicts each part from the others.
fn folded(
    material: &Material,
    folds: u64,
    options: &Options,
    out: &mut dyn Write,
) -> io::Result<Score> {
    let all: Vec<Outcome> = material
        .train
        .iter()
        .map(|case| case.outcome(&material.bank))
        .collect();
    let mut sum = Score::default();
    for seed in 1..=options.seeds {
        let mut chance = Chance::from_seed(seed);
        let mut order: Vec<usize> = (0..all.len()).collect();
        for last in (1..order.len()).rev() {
            let end = u64::try_from(last + 1).unwrap_or(1);
            let other = usize::try_from(chance.below(end)).unwrap_or(0);
            order.swap(last, other);
        }
        let parts = usize::try_from(folds).unwrap_or(2);
        let mut once = Score::default();
        for part in 0..parts {
            let of = |inside: bool| {
                let placed = order.iter().enumerate();
                let kept = placed.filter(move |(place, _)| (place % parts == part) == inside);
                let outcomes = kept.filter_map(|(_, at)| all.get(*at).cloned());
                outcomes.collect::<Vec<Outcome>>()
            };
            let (train, test) = (of(false), of(true));
            let common = common(&train);
            let mut pupil = Pupil::default();
            train.into_iter().for_each(|outcome| pupil.learn(outcome));
            pupil.fit();
            once.add(&score(&pupil.model, &test, &common));
        }
        let means = once.means();
        writeln!(
            out,
            "seed {seed}: log-loss {:.4}, hit at 3 {:.4}",
            means.loss, means.hits[1]
        )?;
        sum.add(&once);
    }
    Ok(sum)
}

fn common(outcomes: &[Outcome]) -> Common {
    let mut common = Common::default();
    outcomes.iter().for_each(|outcome| common.learn(outcome));
    common.close(outcomes);
    common
}

/// Scores what was learned for good: tested calls are not of the hours that were learned last.
fn score(model: &Model, test: &[Outcome], common: &Common) -> Score {
    let model = model.settled();
    let mut score = Score::default();
    for outcome in test {
        let joint = model.joint(&outcome.questions, &outcome.exposed, outcome.at);
        score.count(outcome, &joint, common);
    }
    score
}

/// Scores a centre that goes on learning.
fn score_online(mut pupil: Pupil, test: &[Outcome], common: &Common) -> Score {
    let mut score = Score::default();
    for outcome in test {
        let joint = pupil
            .model
            .joint(&outcome.questions, &outcome.exposed, outcome.at);
        score.count(outcome, &joint, common);
        pupil.live(outcome.clone());
    }
    score
}

/// After so many calls a curve is scored.
const CURVE: [usize; 5] = [0, 300, 1_000, 3_000, 10_000];
