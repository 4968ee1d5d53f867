//! Who went first and why, as an explanation tells it of queues with one policy or another.

use ringwise::call::explain;
use ringwise::call::explain::Stage;
use ringwise::call::fact::FACT_VERSION;
use ringwise::call::fact::Fact;
use ringwise::call::fact::Recorded;
use ringwise::call::promise::CallbackFact;
use ringwise::machine::acd::fact::AcdFact;
use ringwise::machine::acd::fact::SeatState;
use ringwise::machine::acd::need::Need;
use ringwise::machine::acd::step::Class;
use ringwise::vocabulary::id::CallId;
use ringwise::vocabulary::id::QueueId;
use ringwise::vocabulary::id::SeatId;
use ringwise::vocabulary::language::Language;
use ringwise::vocabulary::time::Now;
use ringwise::vocabulary::time::Wall;
use serde_json::json;

const SEAT: SeatId = SeatId(0);
const OURS: CallId = CallId::from_bits(1);
const OTHER: CallId = CallId::from_bits(2);

/// A log with one queue of this policy and one seat that serves it, told from our call on.
struct Log {
    policy: &'static str,
    facts: Vec<Recorded>,
}

impl Log {
    fn of(policy: &'static str) -> Self {
        let facts = Vec::new();
        Self { policy, facts }
    }

    fn note(&mut self, at_s: i64, call: CallId, fact: Fact) {
        self.facts.push(Recorded {
            v: FACT_VERSION,
            seq: 1,
            now: Now::START,
            wall: Wall::from_ms(at_s * 1_000),
            call: Some(call),
            fact,
        });
    }

    fn queued(&mut self, at_s: i64, contact: CallId, priority: i32) {
        let fact = AcdFact::Queued {
            contact,
            queue: QueueId(0),
            need: Need::default(),
            priority,
            ageing: 0,
            waited_ms: 0,
        };
        self.note(at_s, contact, Fact::Acd(fact));
    }

    fn offered(&mut self, at_s: i64, contact: CallId, waited_ms: u64) {
        let seat = SEAT;
        let fact = AcdFact::Offered {
            contact,
            seat,
            waited_ms,
        };
        self.note(at_s, contact, Fact::Acd(fact));
    }

    fn told(&self, language: Language) -> Vec<String> {
        let names = json!({
            "seats": [["1001", ""]],
            "queues": ["sales"],
            "skills": [],
            "policies": [self.policy],
            "staff": [{ "seat": 0, "skills": [], "queues": [0] }],
        });
        let stage = Stage {
            names: serde_json::from_value(names).unwrap(),
            seats: [(SEAT, SeatState::Offered)].into(),
        };
        let lines = explain::explain(OURS, stage, &self.facts, language);
        lines.into_iter().map(|line| line.text).collect()
    }
}

/// Ours waits from the first second, another of a higher priority from the third: its seat rings
/// then.
fn overtaken(policy: &'static str) -> Log {
    let mut log = Log::of(policy);
    log.queued(1, OURS, 1);
    log.queued(3, OTHER, 9);
    log.offered(5, OTHER, 2_000);
    log
}

fn has(told: &[String], sentence: &str) {
    assert!(
        told.iter().any(|line| line == sentence),
        "{sentence}: {told:#?}"
    );
}

#[test]
fn where_priorities_count_the_higher_one_went_first() {
    let told = overtaken("priority").told(Language::English);
    has(&told, "waits in sales for anybody, with priority 1");
    has(
        &told,
        "1001 is rung for another call: priority 9 goes before 1",
    );
}

#[test]
fn where_only_waits_count_no_priority_is_made_responsible() {
    let mut log = overtaken("longest_wait");
    let class = Class {
        priority: 20,
        ageing: 0,
    };
    let contact = OURS;
    let raised = AcdFact::Reprioritised { contact, class };
    log.note(6, OURS, Fact::Acd(raised));
    let told = log.told(Language::English);
    has(
        &told,
        "waits in sales for anybody, with priority 1, which does not count in this queue",
    );
    has(&told, "1001 is rung for another call, which had waited 2 s");
    has(
        &told,
        "from here on it has priority 20, which does not count in this queue",
    );
    let told = log.told(Language::Mandarin);
    has(
        &told,
        "进入 sales 排队，需要任何坐席，优先级 1（此队列不计优先级）",
    );
    has(&told, "1001 先接另一通来电，对方已等待2秒");
}

#[test]
fn a_seat_that_is_held_for_a_callback_is_not_said_to_ring() {
    let mut log = overtaken("priority");
    let dialled = CallbackFact::Dialled { attempt: 1 };
    log.note(5, OTHER, Fact::Callback(dialled));
    let told = log.told(Language::English);
    has(
        &told,
        "1 seat of sales can help: rung or held for another: 1001",
    );
    has(
        &told,
        "1001 is held for another caller, who is called back: priority 9 goes before 1",
    );
    let told = log.told(Language::Mandarin);
    has(&told, "1001 预留给另一位等待回电的客户：优先级 9 高于 1");
    let mut log = Log::of("longest_wait");
    log.queued(1, OURS, 1);
    log.queued(3, OTHER, 9);
    log.offered(5, OTHER, 60_000);
    log.note(
        5,
        OTHER,
        Fact::Callback(CallbackFact::Dialled { attempt: 1 }),
    );
    let told = log.told(Language::English);
    has(
        &told,
        "1001 is held for another caller, who is called back: it had waited 1 min 0 s, this one 4 s",
    );
}
