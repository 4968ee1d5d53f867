//! What another bank would have foreseen on recorded calls, beside what was foreseen.

use std::fs;
use std::path::Path;
use std::path::PathBuf;

use ringwise::call::fact::FACT_VERSION;
use ringwise::call::fact::Fact;
use ringwise::call::fact::Recorded;
use ringwise::call::record::Arrived;
use ringwise::driver::clock::Clock;
use ringwise::driver::journal::writer::Journal;
use ringwise::face::cli::config_choice::ConfigChoice;
use ringwise::face::cli::ending::Ending;
use ringwise::face::cli::shadow;
use ringwise::machine::ivr::fact::WalkFact;
use ringwise::machine::ivr::surface::LookupKey;
use ringwise::machine::prediction::order::Customer;
use ringwise::machine::prediction::order::Order;
use ringwise::machine::prediction::order::Value;
use ringwise::vocabulary::chance::Chance;
use ringwise::vocabulary::id::CallId;
use ringwise::vocabulary::id::ReleaseNo;
use ringwise::vocabulary::phone_number::PhoneNumber;
use ringwise::vocabulary::time::Now;
use ringwise::vocabulary::time::Wall;
use serde_json::Value as Json;

use crate::stage::offering;
use crate::stage::question;

const QUESTIONS: [&str; 3] = ["late", "refund", "invoice"];

/// A bank that counts by these cells.
fn bank(cells: &str) -> String {
    let questions: String = QUESTIONS.iter().map(|id| question(id, 1.0)).collect();
    format!(
        "bank: shop\nlanguages: [en]\nattributes: {{ order: {{ kind: {{ type: state, values: [sent, back, paid] }} }} }}\n{cells}questions:\n{questions}"
    )
}

/// A folder with a configuration, and two others with files: `alike` and `knowing`.
fn folder(test: &str) -> PathBuf {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("shadow-{test}"));
    let _nothing_there = fs::remove_dir_all(&dir);
    for (name, cells) in [("alike", ""), ("knowing", "cells: [kind]\n")] {
        for part in ["banks", "dialplans"] {
            fs::create_dir_all(dir.join(name).join(part)).unwrap();
        }
        fs::write(dir.join(name).join("banks/shop.yaml"), bank(cells)).unwrap();
        fs::write(
            dir.join(name).join("dialplans/shop.yaml"),
            offering("shop", &[]),
        )
        .unwrap();
    }
    fs::create_dir_all(dir.join("data")).unwrap();
    let shown = dir.display();
    let config = format!(
        "data_dir = \"{shown}/data\"\n[dialplans]\ndir = \"{shown}/alike/dialplans\"\n[banks]\ndir = \"{shown}/alike/banks\"\n"
    );
    fs::write(dir.join("ringwise.toml"), config).unwrap();
    dir
}

/// The facts of a centre.
struct Log {
    facts: Vec<Recorded>,
    chance: Chance,
    wall: Wall,
    calls: u64,
}

impl Log {
    /// That began so many hours ago.
    fn since(hours: i64) -> Self {
        let now = Clock::start().turn().wall.as_ms();
        Self {
            facts: Vec::new(),
            chance: Chance::from_seed(7),
            wall: Wall::from_ms(now - hours * 3_600_000),
            calls: 0,
        }
    }

    fn note(&mut self, fact: Fact) {
        let seq = u64::try_from(self.facts.len()).unwrap() + 1;
        self.facts.push(Recorded {
            v: FACT_VERSION,
            seq,
            now: Now::default(),
            wall: self.wall,
            call: Some(CallId::from_bits(self.calls)),
            fact,
        });
    }

    /// A caller with one order, who in nine cases of ten wants what such orders are asked about. The live
    /// release holds all questions to be equally likely, in the order of the bank.
    fn call(&mut self) {
        self.calls += 1;
        let kind = usize::try_from(self.chance.below(3)).unwrap();
        let usual = self.chance.below(10) > 0;
        let other = usize::try_from(self.chance.below(3)).unwrap();
        let question = QUESTIONS[if usual { kind } else { other }].to_owned();
        let number: PhoneNumber = serde_json::from_str("\"+8613800000001\"").unwrap();
        self.note(Fact::Arrived(arrived(&number)));
        let order = Some("A1".to_owned());
        self.note(Fact::LookupAnswered {
            key: LookupKey::Phone(number),
            after_ms: 3,
            result: Ok(customer(["sent", "back", "paid"][kind])),
        });
        let ranked = QUESTIONS.map(|id| (order.clone(), id.to_owned(), 0.3));
        self.note(Fact::Walk(WalkFact::Predicted {
            ranked: ranked.to_vec(),
            read: 3,
            order: Vec::new(),
            propensity: 1.0,
        }));
        self.note(Fact::Walk(WalkFact::Chose {
            order,
            question,
            place: 1,
        }));
        self.wall = Wall::from_ms(self.wall.as_ms() + 60_000);
    }

    /// Adds to the journal what was not there yet: a process that ends, and one that goes on.
    fn write(&self, dir: &Path, from: usize) {
        let database = dir.join("data/ringwise.db");
        let mut journal = Journal::open(&database, Vec::new(), Box::new(|| ())).unwrap();
        for fact in &self.facts[from..] {
            journal.append(Box::new(fact.clone()));
        }
        journal.close();
    }
}

fn arrived(number: &PhoneNumber) -> Arrived {
    Arrived {
        number: Some(number.clone()),
        caller: String::new(),
        caller_name: String::new(),
        called: "1".to_owned(),
        sip_call_id: String::new(),
        remote: "127.0.0.1:5060".parse().unwrap(),
        dialplan: "shop".to_owned(),
        release: ReleaseNo(1),
        versions: Vec::new(),
        language: None,
    }
}

fn customer(kind: &str) -> Customer {
    Customer {
        id: "7".to_owned(),
        orders: vec![Order {
            id: "A1".to_owned(),
            attributes: [("kind".to_owned(), Value::Text(kind.to_owned()))].into(),
        }],
        ..Customer::default()
    }
}

/// What `ringwise shadow` prints.
fn told(dir: &Path, release: &str, (days, json): (u16, bool)) -> (Ending, String) {
    let options = shadow::Options {
        release: release.to_owned(),
        days,
        json,
        config: ConfigChoice {
            config: Some(dir.join("ringwise.toml")),
        },
    };
    let mut out = Vec::new();
    let ending = shadow::run(&options, &mut out).unwrap();
    (ending, String::from_utf8(out).unwrap())
}

fn json(dir: &Path, name: &str) -> Json {
    let (ending, text) = told(dir, &dir.join(name).display().to_string(), (7, true));
    assert_eq!(ending, Ending::Fine, "{text}");
    serde_json::from_str(&text).unwrap()
}

#[test]
fn a_bank_that_knows_more_foresees_better_on_the_same_calls() {
    let dir = folder("knowing");
    let mut log = Log::since(30);
    (0..150).for_each(|_| log.call());
    let first = log.facts.len();
    log.write(&dir, 0);
    (0..100).for_each(|_| log.call());
    log.write(&dir, first);
    let knowing = json(&dir, "knowing");
    assert_eq!(
        (&knowing["calls"], &knowing["left_out"]),
        (&250.into(), &0.into())
    );
    let [hit, .., loss, _] = knowing["measures"].as_array().unwrap().as_slice() else {
        panic!("{knowing}");
    };
    assert_eq!(
        (&hit["finding"], &loss["finding"]),
        (&"better".into(), &"better".into())
    );
    // All cells are new at the first calls; nine tenths and a third of the last are right at last.
    assert!(hit["values"][1].as_f64().unwrap() > 0.8, "{hit}");
    assert!(hit["values"][0].as_f64().unwrap() < 0.45, "{hit}");
    assert_eq!(knowing, json(&dir, "knowing"), "told again it is the same");
    let (_, text) = told(&dir, &dir.join("knowing").display().to_string(), (7, false));
    assert!(
        text.contains("shadow: better: likeliest (hit at 1)"),
        "{text}"
    );
}

#[test]
fn a_bank_that_knows_nothing_more_is_no_better() {
    let dir = folder("alike");
    let mut log = Log::since(30);
    (0..250).for_each(|_| log.call());
    log.write(&dir, 0);
    let alike = json(&dir, "alike");
    let hit = &alike["measures"][0];
    assert_ne!(hit["finding"], "better", "{alike}");
    let [live, shadow] = [0, 1].map(|at| hit["values"][at].as_f64().unwrap());
    assert!((live - shadow).abs() < 0.1, "{hit}");
}

#[test]
fn calls_before_the_days_that_are_asked_for_are_learned_and_not_counted() {
    let dir = folder("days");
    let mut log = Log::since(60);
    (0..100).for_each(|_| log.call());
    log.wall = Log::since(2).wall;
    (0..40).for_each(|_| log.call());
    log.write(&dir, 0);
    let (_, text) = told(&dir, &dir.join("knowing").display().to_string(), (1, true));
    let told: Json = serde_json::from_str(&text).unwrap();
    assert_eq!(told["calls"], 40);
    let hit = told["measures"][0]["values"][1].as_f64().unwrap();
    assert!(hit > 0.8, "{told}");
}

#[test]
fn a_folder_that_is_not_there_is_said() {
    let dir = folder("nowhere");
    Log::since(1).write(&dir, 0);
    let (ending, _) = told(&dir, "9", (7, false));
    assert_eq!(ending, Ending::Input);
}
