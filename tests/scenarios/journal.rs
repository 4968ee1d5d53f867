//! What a restart finds in the journal: records, lost calls, what was learned.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::Mutex;

use ringwise::call::fact::FACT_VERSION;
use ringwise::call::fact::Fact;
use ringwise::call::fact::Recorded;
use ringwise::call::recollection::QueueExperience;
use ringwise::call::record::Arrived;
use ringwise::call::record::Names;
use ringwise::call::record::Outcome;
use ringwise::call::record::Party;
use ringwise::call::record_builder::RecordBuilder;
use ringwise::call::release_table::Standing;
use ringwise::call::turnover::Occasion;
use ringwise::call::turnover::Released;
use ringwise::driver::journal::experience;
use ringwise::driver::journal::recovery;
use ringwise::driver::journal::schema;
use ringwise::driver::journal::writer::Journal;
use ringwise::machine::acd::experience::Experience;
use ringwise::machine::acd::fact::AcdFact;
use ringwise::machine::acd::need::Need;
use ringwise::machine::ivr::fact::WalkFact;
use ringwise::machine::prediction::outcome;
use ringwise::vocabulary::id::CallId;
use ringwise::vocabulary::id::QueueId;
use ringwise::vocabulary::id::ReleaseNo;
use ringwise::vocabulary::phone_number::NumberPlan;
use ringwise::vocabulary::time::Now;
use ringwise::vocabulary::time::Wall;

/// A new folder for one test's database.
fn folder(name: &str) -> PathBuf {
    let dir = std::env::temp_dir().join(format!("ringwise-journal-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&dir).unwrap();
    dir
}

#[test]
fn a_restart_finds_the_highest_release_and_the_names_of_the_last() {
    let dir = folder("releases");
    let names = Names {
        queues: vec!["sales".to_owned(), "refunds".to_owned()],
        ..Names::default()
    };
    let facts = [
        fact(1, None, started()),
        fact(2, None, released(1, None)),
        fact(3, None, released(2, Some(names))),
        // Back to the first: its number and hash are known.
        fact(4, None, released(1, None)),
        fact(5, Some(7), arrived()),
        fact(6, Some(7), queued(1)),
    ];
    write(&dir, &facts);
    let db = schema::open(&dir.join("ringwise.db")).unwrap();
    let found = recovery::recover(&db).unwrap();
    assert_eq!(found.release, Some((ReleaseNo(2), "hash of 2".to_owned())));
    assert_eq!(found.lost[0].queue.as_deref(), Some("refunds"));
}

fn released(number: u32, names: Option<Names>) -> Fact {
    let release = ReleaseNo(number);
    Fact::Released(Box::new(Released {
        occasion: Occasion::Reloaded,
        release,
        hash: format!("hash of {number}"),
        versions: Vec::new(),
        standing: Standing {
            current: release,
            before: None,
            canary: None,
        },
        by: "api".to_owned(),
        names,
    }))
}

fn queued(queue: u32) -> Fact {
    Fact::Acd(AcdFact::Queued {
        contact: CallId::from_bits(7),
        queue: QueueId(queue),
        need: Need::default(),
        priority: 0,
        ageing: 0,
        waited_ms: 0,
    })
}

fn fact(seq: u64, call: Option<u64>, fact: Fact) -> Recorded {
    Recorded {
        v: FACT_VERSION,
        seq,
        now: Now::at_ms(seq * 1000),
        wall: Wall::from_ms(1_000_000 + i64::try_from(seq).unwrap() * 1000),
        call: call.map(CallId::from_bits),
        fact,
    }
}

fn arrived() -> Fact {
    Fact::Arrived(Arrived {
        number: None,
        caller: "anonymous".to_owned(),
        caller_name: String::new(),
        called: "10101234".to_owned(),
        sip_call_id: "a@b".to_owned(),
        remote: "127.0.0.1:5070".parse().unwrap(),
        dialplan: "travel".to_owned(),
        release: ReleaseNo(1),
        versions: Vec::new(),
        language: None,
    })
}

fn started() -> Fact {
    let names = Names {
        seats: vec![("1001".to_owned(), "Li Na".to_owned())],
        ..Names::default()
    };
    Fact::Started {
        version: "test".to_owned(),
        names,
    }
}

fn lesson() -> Fact {
    let exposed = vec![outcome::Exposure {
        cells: vec!["flight".to_owned()],
        weight_ppm: 1,
        ..outcome::Exposure::default()
    }];
    let priors_ppm = [("refund".to_owned(), 900_000)].into();
    let meant = outcome::Meant {
        order: 0,
        question: "refund".to_owned(),
        priors_ppm,
    };
    let outcome = outcome::Outcome {
        exposed,
        meant: Some(meant),
        ..outcome::Outcome::default()
    };
    Fact::Learned {
        bank: "travel".to_owned(),
        outcome,
    }
}

/// Writes these facts and closes the journal as a process that ends well does.
fn write(dir: &std::path::Path, facts: &[Recorded]) -> Vec<u64> {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let ears = Arc::clone(&heard);
    let reader = Box::new(move |fact: &Arc<Recorded>| ears.lock().unwrap().push(fact.seq));
    let path = dir.join("ringwise.db");
    let mut journal = Journal::open(&path, vec![reader], Box::new(|| ())).unwrap();
    for fact in facts {
        journal.append(Box::new(fact.clone()));
    }
    let state = Arc::clone(journal.state());
    journal.close();
    assert_eq!(state.durable_through(), facts.last().unwrap().seq);
    assert_eq!(state.waiting(), 0);
    Arc::try_unwrap(heard).unwrap().into_inner().unwrap()
}

#[test]
fn a_call_that_the_process_died_under_is_closed_at_the_next_start() {
    let dir = folder("lost");
    let said = Fact::Walk(WalkFact::Said {
        text: "hello".to_owned(),
    });
    let facts = [
        fact(1, None, started()),
        fact(2, Some(7), arrived()),
        fact(3, Some(7), Fact::Connected { after_us: 1000 }),
        fact(4, Some(7), said),
    ];
    assert_eq!(
        write(&dir, &facts),
        [1, 2, 3, 4],
        "readers hear every fact in order"
    );
    let db = schema::open(&dir.join("ringwise.db")).unwrap();
    let found = recovery::recover(&db).unwrap();
    assert_eq!((found.next_seq, found.calls), (5, 7));
    let [record] = &found.lost[..] else {
        panic!("one call was open: {:?}", found.lost);
    };
    assert_eq!(record.outcome, Outcome::Lost);
    assert_eq!(record.duration_ms, 2000, "as far as the journal knows");
    assert_eq!(record.story.len(), 1);
}

#[test]
fn a_closed_call_has_one_record_and_is_not_lost() {
    let dir = folder("closed");
    let first = fact(2, Some(7), arrived());
    let mut builder = RecordBuilder::begin(&first).unwrap();
    let hung_up = fact(
        3,
        Some(7),
        Fact::HungUp {
            by: Party::Caller,
            cause: "bye".to_owned(),
        },
    );
    builder.take(&hung_up, &Names::default());
    let record = builder.close(Now::at_ms(4000));
    let closed = fact(4, Some(7), Fact::Closed(Box::new(record.clone())));
    write(&dir, &[fact(1, None, started()), first, hung_up, closed]);
    let db = schema::open(&dir.join("ringwise.db")).unwrap();
    assert!(recovery::recover(&db).unwrap().lost.is_empty());
    let kept: String = db
        .query_row("SELECT record FROM records", [], |row| row.get(0))
        .unwrap();
    assert_eq!(
        serde_json::from_str::<ringwise::call::record::Record>(&kept).unwrap(),
        record
    );
    let segments: u64 = record
        .segments
        .iter()
        .map(|segment| segment.duration_ms)
        .sum();
    assert_eq!(segments, record.duration_ms);
}

#[test]
fn what_was_learned_comes_back_from_facts_and_from_its_snapshot() {
    let dir = folder("learned");
    let facts: Vec<_> = (1..=20).map(|seq| fact(seq, None, lesson())).collect();
    write(&dir, &facts);
    let db = schema::open(&dir.join("ringwise.db")).unwrap();
    let from_facts = recovery::recover(&db).unwrap().models;
    assert_eq!(from_facts["travel"].learned(), 20);
    recovery::save_models(&db, 20, &from_facts).unwrap();
    let from_snapshot = recovery::recover(&db).unwrap().models;
    assert_eq!(from_snapshot, from_facts, "nothing is learned twice");
}

#[test]
fn a_restart_goes_on_from_what_was_learned_last_of_each_queue() {
    let dir = folder("experience");
    let learned = |queue: &str, talk| {
        let routing = Experience {
            talk,
            ..Experience::default()
        };
        let queue = queue.to_owned();
        QueueExperience {
            queue,
            routing,
            waits: None,
        }
    };
    let told = [("sales", 2.0), ("refunds", 3.0), ("sales", 4.5)];
    let told = told.map(|(queue, talk)| Fact::QueueLearned(Box::new(learned(queue, talk))));
    let facts: Vec<_> = (1..)
        .zip(told)
        .map(|(at, told)| fact(at, None, told))
        .collect();
    write(&dir, &facts);
    let db = schema::open(&dir.join("ringwise.db")).unwrap();
    let known = experience::recollect(&db).unwrap();
    assert_eq!(
        known.queues,
        [learned("refunds", 3.0), learned("sales", 4.5)]
    );
}

#[test]
fn a_restart_knows_who_served_whom_the_last_of_it_last() {
    let dir = folder("met");
    let mut facts = Vec::new();
    for (call, seat) in [(7, Some("1001")), (8, None), (9, Some("1002"))] {
        let mut record = RecordBuilder::begin(&fact(1, Some(call), arrived()))
            .unwrap()
            .close(Now::at_ms(4000));
        record.arrived.number = Some(
            NumberPlan::new("CN", "10")
                .unwrap()
                .normalise("13900000003")
                .unwrap(),
        );
        record.seat = seat.map(str::to_owned);
        facts.push(fact(call, Some(call), Fact::Closed(Box::new(record))));
    }
    write(&dir, &facts);
    let db = schema::open(&dir.join("ringwise.db")).unwrap();
    let met = experience::recollect(&db).unwrap().met;
    let seats: Vec<&str> = met.iter().map(|met| met.seat.as_str()).collect();
    assert_eq!(seats, ["1001", "1002"]);
    assert_eq!(met[0].number.as_deref(), Some("+8613900000003"));
}
