//! The shipped hotline on a stage: orders are told, keys pressed, and the log is read.

use std::sync::Arc;
use std::time::Duration;

use jiff::tz::TimeZone;
use ringwise::machine::ivr::check;
use ringwise::machine::ivr::fact::WalkFact;
use ringwise::machine::ivr::failure::LookupFailure;
use ringwise::machine::ivr::rehearsal::NEXT;
use ringwise::machine::ivr::rehearsal::Rehearsal;
use ringwise::machine::ivr::rehearsal::Scene;
use ringwise::machine::ivr::script::Script;
use ringwise::machine::ivr::surface::CallerContext;
use ringwise::machine::ivr::surface::DialEnd;
use ringwise::machine::ivr::surface::LookupKey;
use ringwise::machine::ivr::surface::WalkInput;
use ringwise::machine::ivr::surface::WalkOutput;
use ringwise::machine::ivr::surroundings::Surroundings;
use ringwise::machine::prediction::bank::Bank;
use ringwise::machine::prediction::model::Model;
use ringwise::machine::prediction::order::Customer;
use ringwise::machine::prediction::order::Order;
use ringwise::machine::prediction::order::Value;
use ringwise::machine::prediction::reading;
use ringwise::machine::speech::phrasebook::Phrasebook;
use ringwise::vocabulary::language::Language;
use ringwise::vocabulary::phone_number::PhoneNumber;
use ringwise::vocabulary::time::Now;
use ringwise::vocabulary::time::Wall;

pub(crate) fn file(path: &str) -> String {
    let root = env!("CARGO_MANIFEST_DIR");
    std::fs::read_to_string(format!("{root}/{path}")).unwrap()
}

pub(crate) fn travel_bank() -> Bank {
    reading::bank::read(&file("banks/travel.yaml")).unwrap()
}

/// The script of a dialplan that may name any queue, and the travel bank's questions.
pub(crate) fn script(text: &str, bank: &Bank) -> Arc<Script> {
    let around = Surroundings::new(None, [bank]);
    Arc::new(check::check(text, &around).unwrap().script)
}

/// What the source of orders answers, and after how long.
#[derive(Clone)]
pub(crate) struct Source {
    pub(crate) after: Duration,
    pub(crate) result: Result<Customer, LookupFailure>,
}

pub(crate) fn number() -> PhoneNumber {
    serde_json::from_str("\"+8613800001234\"").unwrap()
}

/// A dialplan in English that looks the caller's orders up and offers the likeliest questions of the bank that
/// is called as it is. `more`: further keys of the step that offers them.
pub(crate) fn offering(flow: &str, more: &[&str]) -> String {
    let more: String = more.iter().map(|key| format!("    {key}\n")).collect();
    format!(
        r#"version: 1
flow: {flow}
entry: {{ did: ["1"] }}
languages: [en]
bank: {flow}
steps:
  orders: {{ lookup: caller, goto: {{ ok: guess, any: bye }} }}
  guess:
    predict: questions
    say: "Hello."
    say_each: "For {{{{q.short}}}}, press {{{{digit}}}}."
{more}    goto: {{ chosen: bye, none: bye, no_input: bye }}
  bye: {{ hangup: normal }}
"#
    )
}

/// A question of a bank in English that has this weight and is always answered with yes.
pub(crate) fn question(id: &str, weight: f64) -> String {
    format!(
        "  - {{ id: {id}, prior: {weight}, short: {{ en: {id} }}, answers: [{{ say: {{ en: \"Yes.\" }} }}] }}\n"
    )
}

/// A customer with these orders.
pub(crate) fn customer(orders: Vec<Order>) -> Customer {
    Customer {
        id: "7".to_owned(),
        numbers: vec![number()],
        orders,
        ..Customer::default()
    }
}

/// A customer with a flight that leaves in three hours and is 90 minutes late.
pub(crate) fn traveller() -> Customer {
    let flight = [
        ("product", "flight"),
        ("state", "ticketed"),
        ("place", "beijing"),
        ("starts", "2026-03-02T13:00:00+08:00"),
    ];
    let mut flight = order("CA18310042", &flight);
    let delay = Value::Number(90.0);
    flight.attributes.insert("delay_min".to_owned(), delay);
    let expected = Value::Text("2026-03-02T14:30:00+08:00".to_owned());
    flight.attributes.insert("expected".to_owned(), expected);
    Customer {
        id: "c1".to_owned(),
        name: "Wang".to_owned(),
        numbers: vec![number()],
        orders: vec![flight],
        ..Customer::default()
    }
}

/// A customer whose refund is under review: its amount is private.
pub(crate) fn refunded() -> Customer {
    let refund = [
        ("product", "flight"),
        ("state", "refund_requested"),
        ("pay", "alipay"),
        ("promised", "2026-03-05T18:00:00+08:00"),
        ("promised_at", "2026-03-05T18:00:00+08:00"),
    ];
    let mut refund = order("MU20770815", &refund);
    for (name, value) in [
        ("refund_amount", 560.0),
        ("sla_share", 0.4),
        ("price", 700.0),
    ] {
        refund
            .attributes
            .insert(name.to_owned(), Value::Number(value));
    }
    Customer {
        id: "c2".to_owned(),
        name: "Li".to_owned(),
        numbers: vec![number()],
        orders: vec![refund],
        ..Customer::default()
    }
}

fn order(id: &str, attributes: &[(&str, &str)]) -> Order {
    let attributes = attributes.iter();
    Order {
        id: id.to_owned(),
        attributes: attributes
            .map(|(name, value)| ((*name).to_owned(), Value::Text((*value).to_owned())))
            .collect(),
    }
}

/// Two in the morning is never meant: 2026-03-02 10:00 in Shanghai.
pub(crate) fn morning() -> Wall {
    let civil: jiff::Timestamp = "2026-03-02T10:00:00+08:00".parse().unwrap();
    Wall::from_ms(civil.as_millisecond())
}

#[derive(Clone)]
pub(crate) struct Stage {
    pub(crate) start: Wall,
    pub(crate) bank: Bank,
    pub(crate) script: Arc<Script>,
    pub(crate) source: Source,
    pub(crate) caller: CallerContext,
}

impl Stage {
    /// The shipped hotline, an English caller, orders that are found at once.
    pub(crate) fn travel(customer: Customer) -> Self {
        let bank = travel_bank();
        Self::of(
            script(&file("dialplans/travel.yaml"), &bank),
            bank,
            customer,
        )
    }

    /// A script, an English caller, orders that are found at once.
    pub(crate) fn of(script: Arc<Script>, bank: Bank, customer: Customer) -> Self {
        Self {
            start: morning(),
            script,
            bank,
            source: Source {
                after: Duration::from_millis(20),
                result: Ok(customer),
            },
            caller: CallerContext {
                number: Some(number()),
                called: "10101234".to_owned(),
                language: Some(Language::English),
            },
        }
    }

    /// The same, script and bank as they are written.
    pub(crate) fn reading(dialplan: &str, bank: &str, customer: Customer) -> Self {
        let bank = reading::bank::read(bank).unwrap();
        Self::of(script(dialplan, &bank), bank, customer)
    }

    /// Plays a script of `(ms, what)` to `end_ms` and gives the log. `what` is `ring` (the call is
    /// answered), a key, `full` or `left`.
    pub(crate) fn play(&self, cues: &[(u64, &str)], end_ms: u64) -> Vec<String> {
        let model = Model::default();
        let phrasebook = Phrasebook::default();
        let zone = TimeZone::get("Asia/Shanghai").unwrap();
        let scene = Scene {
            bank: &self.bank,
            model: &model,
            phrasebook: &phrasebook,
            zone: &zone,
        };
        let script = Arc::clone(&self.script);
        let mut call = Rehearsal::new(scene, script, self.caller.clone(), self.start);
        let mut log = Vec::new();
        for (at_ms, cue) in cues {
            self.run(&mut call, Now::at_ms(*at_ms), &mut log);
            match *cue {
                "ring" => call.tell(WalkInput::Connected),
                "full" => call.tell(WalkInput::QueueFull),
                "left" => call.tell(WalkInput::QueueLeft),
                "talked" => call.tell(WalkInput::Talked),
                "busy" => call.tell(WalkInput::NotReached(DialEnd::Busy)),
                "no_answer" => call.tell(WalkInput::NotReached(DialEnd::NoAnswer)),
                "failed" => call.tell(WalkInput::NotReached(DialEnd::Failed)),
                "closed" => call.tell(WalkInput::QueueClosed),
                "long" => call.tell(WalkInput::QueueLong),
                "nobody" => call.tell(WalkInput::QueueNobody),
                "next" => call.tell(NEXT),
                "offered" => call.tell(WalkInput::Offered),
                keys => keys.chars().for_each(|key| call.press(key)),
            }
        }
        self.run(&mut call, Now::at_ms(end_ms), &mut log);
        log
    }

    fn run(&self, call: &mut Rehearsal<'_>, until: Now, log: &mut Vec<String>) {
        loop {
            while let Some((at, output)) = call.poll() {
                if let WalkOutput::LookUp { lookup, .. } = output {
                    call.answer(lookup, self.source.result.clone(), self.source.after);
                }
                log.extend(line(at, &output));
            }
            let said = call.is_saying();
            if !call.go_on(until) {
                return;
            }
            if said && !call.is_saying() {
                log.push(format!(
                    "{:>6} silence",
                    call.now().since_start().as_millis()
                ));
            }
        }
    }
}

/// One line of the log: the time in ms, and what matters.
fn line(at: Now, output: &WalkOutput) -> Option<String> {
    let what = match output {
        WalkOutput::Say {
            filler, stop_on, ..
        } => {
            let kind = if *filler { "filler" } else { "say" };
            format!("{kind} {stop_on:?}")
        }
        WalkOutput::Hush => "hush".to_owned(),
        WalkOutput::LookUp { lookup, key, .. } => {
            let key = match key {
                LookupKey::Phone(number) => number.to_string(),
                LookupKey::OrderTail(tail) => format!("…{tail}"),
            };
            format!("look up {lookup} {key}")
        }
        WalkOutput::Forget { lookup } => format!("forget {lookup}"),
        WalkOutput::Consult { service, .. } => format!("ask {service}"),
        WalkOutput::ForgetConsult { consult } => format!("forget service {consult}"),
        WalkOutput::Waiting(act) => format!("waiting {act:?}"),
        WalkOutput::Dial { number, .. } => format!("dial {number}"),
        WalkOutput::Enqueue { queue, need, .. } => format!("enqueue {queue} {need}"),
        WalkOutput::CallBack { .. } => "call back".to_owned(),
        WalkOutput::Unpromise => "unpromise".to_owned(),
        WalkOutput::TakeMessage { queue, .. } => format!("take message {queue}"),
        WalkOutput::EndMessage => "end message".to_owned(),
        WalkOutput::Hangup => "hang up".to_owned(),
        WalkOutput::Note(fact) => match fact {
            WalkFact::Entered { step } => format!("-> {step}"),
            WalkFact::Said { text } => format!("\"{}\"", text.chars().take(40).collect::<String>()),
            WalkFact::Took { keys } => format!("took {keys}"),
            WalkFact::LookedUp { lookup, result } => format!("found {lookup} {result:?}"),
            WalkFact::LateAnswer { lookup } => format!("late {lookup}"),
            WalkFact::Predicted { read, .. } => format!("reads {read}"),
            WalkFact::Chose {
                question, place, ..
            } => format!("chose {question} at {place}"),
            WalkFact::ChoseNone => "chose none".to_owned(),
            WalkFact::Answered {
                question,
                heard_out,
                ..
            } => {
                format!("answered {question} {heard_out}")
            }
            WalkFact::Verified { ok, attempt } => format!("verified {ok} {attempt}"),
            WalkFact::PlaceTold { position, .. } => format!("place {position:?}"),
            WalkFact::Unspeakable { text } => format!("unspeakable {text}"),
            WalkFact::Set { .. }
            | WalkFact::Branched { .. }
            | WalkFact::Clocked { .. }
            | WalkFact::Tagged { .. }
            | WalkFact::Consulted { .. }
            | WalkFact::Unfollowed { .. }
            | WalkFact::Noticed { .. }
            | WalkFact::Scored { .. } => fact.deed().unwrap_or_default(),
        },
    };
    Some(format!("{:>6} {what}", at.since_start().as_millis()))
}

/// The log without times, only of lines that begin with one of these words.
pub(crate) fn only(log: &[String], words: &[&str]) -> Vec<String> {
    let bare = log.iter().map(|line| line.trim_start());
    let bare = bare.filter_map(|line| line.split_once(' ').map(|(_, rest)| rest.to_owned()));
    bare.filter(|line| words.iter().any(|word| line.starts_with(word)))
        .collect()
}
