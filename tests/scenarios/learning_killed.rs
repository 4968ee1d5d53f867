//! A process killed in the middle of learning loses nothing that it acknowledged, and learns on from
//! the same bits.

use std::io::BufRead;
use std::io::BufReader;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::process::Stdio;
use std::sync::Arc;

use jiff::tz::TimeZone;
use ringwise::call::fact::FACT_VERSION;
use ringwise::call::fact::Fact;
use ringwise::call::fact::Recorded;
use ringwise::driver::fitting;
use ringwise::driver::journal::recovery;
use ringwise::driver::journal::schema;
use ringwise::driver::journal::writer::Journal;
use ringwise::machine::prediction::model::Model;
use ringwise::machine::prediction::order::Customer;
use ringwise::machine::prediction::order::Order;
use ringwise::machine::prediction::order::Value;
use ringwise::machine::prediction::outcome::Asked;
use ringwise::machine::prediction::outcome::Outcome;
use ringwise::machine::prediction::reading;
use ringwise::vocabulary::chance::Chance;
use ringwise::vocabulary::time::Now;
use ringwise::vocabulary::time::Wall;

const BANK: &str = "bank: parcels\nlanguages: [en]\nattributes:\n  order: { kind: { type: text }, hours: { type: number } }\n\
    cells: [kind]\nquestions:\n\
    \x20 - { id: where, prior: 1, short: { en: q }, answers: [] }\n\
    \x20 - { id: late, prior: 1, short: { en: q }, answers: [] }\n\
    \x20 - { id: broken, prior: 0.1, short: { en: q }, answers: [] }\n";
/// Where the child writes.
const FOLDER: &str = "RINGWISE_TEST_KILLED_FOLDER";
/// After so many lessons the child fits.
const FIT_AT: u64 = 150;
/// After so many acknowledged lessons it is killed.
const KILLED_AT: u64 = 260;

/// What the call of this number taught.
fn lesson(number: u64) -> Outcome {
    let bank = reading::bank::read(BANK).unwrap();
    let mut chance = Chance::from_seed(number);
    let kind = ["box", "letter"][usize::from(chance.happens(0.5))];
    let hours = chance.fraction() * 48.0;
    let order = Order {
        id: "A".to_owned(),
        attributes: [
            ("kind".to_owned(), Value::Text(kind.to_owned())),
            ("hours".to_owned(), Value::Number(hours)),
        ]
        .into(),
    };
    let customer = Customer {
        orders: vec![order],
        ..Customer::default()
    };
    let question = if hours > 24.0 && kind == "box" {
        "late"
    } else {
        "where"
    };
    let asked = Asked::Question {
        order: Some("A".to_owned()),
        question: question.to_owned(),
    };
    let wall = Wall::from_ms(i64::try_from(number).unwrap() * 60_000);
    Outcome::of(&bank, &customer, wall, &TimeZone::UTC, &asked)
}

fn recorded(seq: u64, fact: Fact) -> Box<Recorded> {
    Box::new(Recorded {
        v: FACT_VERSION,
        seq,
        now: Now::at_ms(seq),
        wall: Wall::from_ms(0),
        call: None,
        fact,
    })
}

fn learned(number: u64) -> Fact {
    Fact::Learned {
        bank: "parcels".to_owned(),
        outcome: lesson(number),
    }
}

/// The child: learns without end, and says of each lesson when it is durable.
#[test]
fn a_child_learns_until_it_is_killed() {
    let Some(folder) = std::env::var_os(FOLDER) else {
        return;
    };
    let path = PathBuf::from(folder).join("ringwise.db");
    let said = |fact: &Arc<Recorded>| println!("\ndurable {}", fact.seq);
    let journal = Journal::open(&path, vec![Box::new(said)], Box::new(|| ())).unwrap();
    let mut number = 0;
    for seq in 1.. {
        while journal.state().waiting() > 4 {
            std::thread::yield_now();
        }
        if seq == FIT_AT + 1 {
            while journal.state().durable_through() < FIT_AT {
                std::thread::yield_now();
            }
            let fit = fitting::fit(&path, "parcels").unwrap();
            let fact = Fact::Fitted {
                bank: "parcels".to_owned(),
                checkpoint: fit.checkpoint,
                through: fit.through,
                calls: fit.fitted.calls,
            };
            journal.append(recorded(seq, fact));
            continue;
        }
        number += 1;
        journal.append(recorded(seq, learned(number)));
    }
}

/// Starts the child and kills it; tells the last place in the log that it called durable.
fn killed(folder: &Path) -> u64 {
    let program = std::env::current_exe().unwrap();
    let mut child = Command::new(program)
        .args([
            "--exact",
            "learning_killed::a_child_learns_until_it_is_killed",
            "--nocapture",
        ])
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let seqs = lines.filter_map(|line| line.unwrap().strip_prefix("durable ")?.parse().ok());
    let last = seqs.take_while(|seq| *seq <= KILLED_AT).last();
    child.kill().unwrap();
    child.wait().unwrap();
    last.unwrap()
}

#[test]
fn what_was_acknowledged_is_there_after_a_kill_and_predicts_the_same_to_the_bit() {
    let folder = std::env::temp_dir().join(format!("ringwise-killed-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let acknowledged = killed(&folder);
    assert_eq!(acknowledged, KILLED_AT);
    let path = folder.join("ringwise.db");
    let recovered = recovery::recover(&schema::open(&path).unwrap()).unwrap();
    let model = &recovered.models["parcels"];
    assert!(recovered.next_seq > acknowledged, "{}", recovered.next_seq);
    // One fact of the log is the fit.
    assert_eq!(model.learned(), recovered.next_seq - 2);
    assert_eq!(model.checkpoint().unwrap().through, FIT_AT);

    let mut again = Model::default();
    for number in 1..=model.learned() {
        again.learn(&lesson(number));
        if number == FIT_AT {
            let lessons: Vec<Outcome> = (1..=FIT_AT).map(lesson).collect();
            let fitted = ringwise::machine::prediction::learning::fitted::Fitted::fit(&lessons);
            let hash = model.checkpoint().unwrap().hash.clone();
            again.take(hash, FIT_AT, Arc::new(fitted.unwrap()));
        }
    }
    assert_eq!(&again, model);
    let next = lesson(1_000_000);
    let bits = |model: &Model| {
        let joint = model.joint(&next.questions, &next.exposed, next.at);
        joint.into_iter().map(f64::to_bits).collect::<Vec<_>>()
    };
    assert_eq!(bits(&again), bits(model));
    std::fs::remove_dir_all(&folder).unwrap();
}
