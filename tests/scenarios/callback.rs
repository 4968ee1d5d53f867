//! Callers who are called back, on a whole centre: the place is kept, the promise too.

use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering;
use std::time::Duration;

use ringwise::call::effect::Command;
use ringwise::call::effect::Event;
use ringwise::call::explain;
use ringwise::call::explain::Stage;
use ringwise::call::fact::Fact;
use ringwise::call::fact::Recorded;
use ringwise::call::kpi_book::KpiBook;
use ringwise::call::kpi_rows::Period;
use ringwise::call::phone::Answering;
use ringwise::call::phone::PhoneCommand;
use ringwise::call::phone::PhoneReport;
use ringwise::call::promise::CallbackFact;
use ringwise::call::promise::PromiseEnd;
use ringwise::call::record::Outcome;
use ringwise::call::record::Record;
use ringwise::call::record::SegmentKind;
use ringwise::call::view::View;
use ringwise::driver::journal::recovery;
use ringwise::driver::journal::schema;
use ringwise::driver::journal::writer::Journal;
use ringwise::machine::acd::fact::AcdFact;
use ringwise::machine::ivr::surface::DialEnd;
use ringwise::machine::ivr::surface::Unpromised;
use ringwise::machine::report::sums::Yardstick;
use ringwise::machine::sip::surface::Status;
use ringwise::vocabulary::language::Language;
use ringwise::vocabulary::time::Wall;

use crate::settlement::Place;
use crate::settlement::Settlement;
use crate::settlement::Wish;

const CALLBACK: &str = "7021";
const TALK: &str = "7007";
const WAIT: &str = "7015";
/// The second caller's.
const NUMBER: &str = "+8613800000001";
const ANSWERS: Answering = Answering::After(Duration::from_millis(500));

struct Centre {
    settlement: Settlement,
    /// The telephone of the second caller, as the trunk reaches it.
    home: Place,
}

/// One seat, which talks to the first caller; the second one's number answers so.
fn busy_centre(home: Answering, destinations: &[&str]) -> Centre {
    crowded_centre(home, destinations, 25)
}

/// The same, where so many may wait.
fn crowded_centre(home: Answering, destinations: &[&str], waiting_max: u32) -> Centre {
    let wish = Wish::small(vec![ANSWERS], 4);
    let mut settlement = Settlement::with_queue(wish, |queue| queue.waiting_max = waiting_max);
    let home = settlement.settle_outside(NUMBER, home);
    settlement.set_trunk(home, destinations, |_| {});
    settlement.open();
    let first = settlement.callers[0];
    settlement.tell(0, first, PhoneCommand::Dial(TALK.to_owned()));
    settlement.pass(10_000);
    Centre { settlement, home }
}

impl Centre {
    fn caller(&self, at: usize) -> Place {
        self.settlement.callers[at]
    }

    fn tell(&mut self, after_ms: u64, phone: Place, command: PhoneCommand) {
        self.settlement.tell(after_ms, phone, command);
    }

    /// The caller waits, wants to be called back, and is off the line.
    fn promise(&mut self, caller: usize) {
        let phone = self.caller(caller);
        self.tell(0, phone, PhoneCommand::Dial(CALLBACK.to_owned()));
        self.tell(2_000, phone, PhoneCommand::Press('1'));
        self.tell(3_000, phone, PhoneCommand::Press('1'));
        self.settlement.pass(10_000);
    }

    /// The next process, so many ms after this one was killed: it has what the journal kept.
    fn killed(&self, away_ms: i64) -> Self {
        static FOLDERS: AtomicU32 = AtomicU32::new(0);
        let folder = FOLDERS.fetch_add(1, Ordering::Relaxed);
        let name = format!("ringwise-callback-{}-{folder}", std::process::id());
        let dir = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&dir).unwrap();
        let path = dir.join("ringwise.db");
        let mut journal = Journal::open(&path, Vec::new(), Box::new(|| ())).unwrap();
        for (seq, fact) in (1..).zip(self.settlement.town.facts.iter().cloned()) {
            journal.append(Box::new(Recorded { seq, ..fact }));
        }
        journal.close();
        let found = recovery::recover(&schema::open(&path).unwrap()).unwrap();
        std::fs::remove_dir_all(&dir).unwrap();
        let killed = self.settlement.town.turn().wall.as_ms();
        let from = (Wall::from_ms(killed + away_ms), found.calls);
        let wish = Wish::small(vec![ANSWERS], 4);
        let mut settlement = Settlement::new(Wish { from, ..wish });
        let home = settlement.settle_outside(NUMBER, ANSWERS);
        settlement.set_trunk(home, &["+86*"], |_| {});
        let turn = settlement.town.turn();
        for unfinished in found.promised {
            settlement.town.centre.resume_promise(turn, unfinished);
        }
        Self { settlement, home }
    }

    /// Facts of the distributor, and when.
    fn decisions(&self) -> impl Iterator<Item = (Wall, &AcdFact)> {
        let facts = self.settlement.town.facts.iter();
        facts.filter_map(|fact| match &fact.fact {
            Fact::Acd(decision) => Some((fact.wall, decision)),
            _ => None,
        })
    }

    /// The first caller hangs up: the seat is free.
    fn free_the_seat(&mut self) {
        let first = self.caller(0);
        self.tell(0, first, PhoneCommand::HangUp);
    }

    /// What the figures of the period say, where the counts of the queue since the start agree.
    fn counted(&self) -> [u64; 6] {
        let period = Period {
            from: Wall::from_ms(0),
            to: Wall::from_ms(i64::MAX),
        };
        let mut book = KpiBook::new(period, Vec::new(), Yardstick::default());
        let (mut view, mut offered) = (View::default(), 0);
        for fact in &self.settlement.town.facts {
            book.take(fact);
            view.take(fact);
            let now = view.queues.first().map_or(0, |queue| queue.offered);
            assert!(now >= offered, "who entered once has entered");
            offered = now;
        }
        book.finish(self.settlement.town.turn().wall);
        let (sums, queue) = (&book.sums.total.all, &view.queues[0]);
        let given_up = sums.abandoned + sums.abandoned_short;
        assert_eq!(sums.queued + queue.moved, queue.offered);
        assert_eq!(sums.answered, queue.answered);
        assert_eq!(given_up, queue.abandoned);
        assert_eq!(sums.left, queue.left);
        assert_eq!(sums.withdrawn, queue.withdrawn);
        assert_eq!(sums.not_reached, queue.not_reached);
        let became = [
            sums.answered,
            given_up,
            sums.left,
            sums.withdrawn,
            sums.not_reached,
            sums.waiting,
        ];
        assert_eq!(sums.queued, became.iter().sum::<u64>());
        became
    }

    fn callbacks(&self) -> Vec<CallbackFact> {
        let facts = self.settlement.town.facts.iter();
        let callbacks = facts.filter_map(|fact| match &fact.fact {
            Fact::Callback(fact) => Some(fact.clone()),
            _ => None,
        });
        callbacks.collect()
    }

    fn missed(&self) -> Vec<(DialEnd, Option<u64>)> {
        let all = self.callbacks().into_iter();
        let missed = all.filter_map(|fact| match fact {
            CallbackFact::Missed { end, next_ms } => Some((end, next_ms)),
            _ => None,
        });
        missed.collect()
    }

    fn record(&self) -> Record {
        let records = self.settlement.records().into_iter();
        let mut ours = records.filter(|record| record.arrived.called == CALLBACK);
        let record = ours.next().unwrap();
        let sum: u64 = record.segments.iter().map(|one| one.duration_ms).sum();
        assert_eq!(sum, record.duration_ms);
        record
    }
}

#[test]
fn a_caller_is_called_back_by_the_next_free_seat_and_leaves_one_record() {
    let mut centre = busy_centre(ANSWERS, &["+86*"]);
    centre.promise(1);
    assert!(matches!(
        centre.callbacks()[..],
        [CallbackFact::Promised(_), CallbackFact::Parted { .. }]
    ));
    assert!(
        centre.settlement.records().is_empty(),
        "it is not over for the caller"
    );
    // Somebody else comes later, and waits on the line.
    let third = centre.caller(2);
    centre.tell(0, third, PhoneCommand::Dial(WAIT.to_owned()));
    centre.settlement.pass(20_000);
    centre.free_the_seat();
    let home = centre.home;
    centre.tell(6_000, home, PhoneCommand::Press('1'));
    centre.settlement.pass(12_000);
    let told: Vec<_> = centre.callbacks().into_iter().skip(2).collect();
    assert_eq!(
        told,
        [
            CallbackFact::Dialled { attempt: 1 },
            CallbackFact::Answered,
            CallbackFact::Reached
        ]
    );
    centre.tell(0, home, PhoneCommand::HangUp);
    centre.settlement.pass(5_000);
    centre.tell(0, third, PhoneCommand::HangUp);
    centre.settlement.pass(60_000);
    let bridged = centre.settlement.town.facts.iter();
    let bridged = bridged.filter(|fact| matches!(fact.fact, Fact::Bridged { .. }));
    let order: Vec<_> = bridged.filter_map(|fact| fact.call).collect();
    let record = centre.record();
    assert_eq!(order[1], record.call, "who came first is served first");
    assert_eq!(order.len(), 3);
    assert_eq!(record.outcome, Outcome::Served);
    assert_eq!(record.seat.as_deref(), Some("seat-0"));
    let kinds: Vec<_> = record.segments.iter().map(|one| one.kind).collect();
    assert!(kinds.contains(&SegmentKind::Away) && kinds.contains(&SegmentKind::Talk));
    assert_eq!(centre.settlement.records().len(), 3);
    assert!(centre.settlement.town.centre.is_idle());
    told_in_words(&centre, &record);
}

fn told_in_words(centre: &Centre, record: &Record) {
    let facts = &centre.settlement.town.facts;
    for (language, words) in [
        (Language::English, "seat-0 is held after "),
        (Language::English, "seat-0, who was held, rings"),
        (Language::English, "a seat is held meanwhile"),
        (Language::Mandarin, "已承诺回电 +8613800000001"),
    ] {
        let lines = explain::explain(record.call, Stage::default(), facts, language);
        assert!(
            lines.iter().any(|line| line.text.contains(words)),
            "{words}"
        );
        let rings = |line: &explain::Line| line.text.starts_with("seat-0 rings after");
        assert!(!lines.iter().any(rings), "nobody was there to talk to yet");
    }
}

#[test]
fn a_wait_counts_from_the_queue_on_in_the_next_process() {
    let mut before = busy_centre(ANSWERS, &["+86*"]);
    before.promise(1);
    let minutes = 20;
    before.settlement.pass(minutes * 60_000);
    let (entered, _) = before
        .decisions()
        .filter(|(_, one)| matches!(one, AcdFact::Queued { .. }))
        .last()
        .unwrap();
    let mut centre = before.killed(60_000);
    let (third, home, seat) = (centre.caller(2), centre.home, centre.settlement.seats[0]);
    centre.tell(0, seat, PhoneCommand::Register);
    centre.tell(1_000, third, PhoneCommand::Dial(WAIT.to_owned()));
    centre.tell(5_000, seat, PhoneCommand::Dial("*11".to_owned()));
    centre.tell(15_000, home, PhoneCommand::Press('1'));
    centre.settlement.pass(20_000);
    let mut facts = before.settlement.town.facts.iter();
    let kept = facts.find(|fact| matches!(fact.fact, Fact::Callback(_)));
    let kept = kept.unwrap().call.unwrap();
    let waits = centre.decisions().filter_map(|(at, one)| match one {
        AcdFact::Queued {
            contact, waited_ms, ..
        }
        | AcdFact::Offered {
            contact, waited_ms, ..
        }
        | AcdFact::Answered {
            contact, waited_ms, ..
        } => (*contact == kept).then_some((at, *waited_ms)),
        _ => None,
    });
    let waits: Vec<_> = waits.collect();
    assert_eq!(waits.len(), 3, "queued, offered, answered: {waits:?}");
    for (at, waited_ms) in waits {
        let since_ms = u64::try_from(at.ms_since(entered)).unwrap();
        assert!(since_ms > (minutes + 1) * 60_000);
        assert!(since_ms.abs_diff(waited_ms) < 100, "{since_ms} {waited_ms}");
    }
    centre.tell(0, home, PhoneCommand::HangUp);
    centre.settlement.pass(5_000);
    centre.tell(0, third, PhoneCommand::HangUp);
    centre.settlement.pass(60_000);
    let record = centre.record();
    assert_eq!((record.call, record.outcome), (kept, Outcome::Served));
    assert!(record.duration_ms > (minutes + 1) * 60_000);
    let other = centre.settlement.records();
    let other = other.iter().find(|one| one.call != kept).unwrap();
    let facts = &before.settlement.town.facts;
    let facts = facts.iter().chain(&centre.settlement.town.facts);
    let period = Period {
        from: Wall::from_ms(0),
        to: Wall::from_ms(i64::MAX),
    };
    let mut book = KpiBook::new(period, Vec::new(), Yardstick::default());
    facts.clone().for_each(|fact| book.take(fact));
    assert_eq!(
        (book.sums.total.all.queued, book.sums.total.all.answered),
        (3, 3)
    );
    for (call, words) in [
        (kept, "with priority 0, 21 min 10 s after the wait began"),
        (other.call, "it had waited 21 min"),
    ] {
        let lines = explain::explain(call, Stage::default(), facts.clone(), Language::English);
        let told: Vec<_> = lines.iter().map(|line| line.text.as_str()).collect();
        assert!(
            told.iter().any(|line| line.contains(words)),
            "{words}: {told:#?}"
        );
    }
}

#[test]
fn a_line_that_is_busy_or_silent_is_tried_again_and_not_for_ever() {
    let minutes = |count: u64| Some(count * 60_000);
    for (home, end, pause) in [
        (Answering::Refuse(Status(486)), DialEnd::Busy, minutes(5)),
        (Answering::Never, DialEnd::NoAnswer, minutes(15)),
        // Somebody, or a machine, answers and presses nothing.
        (ANSWERS, DialEnd::NoAnswer, minutes(15)),
    ] {
        let mut centre = busy_centre(home, &["+86*"]);
        centre.promise(1);
        centre.free_the_seat();
        centre.settlement.pass(90_000);
        assert_eq!(centre.missed(), [(end, pause)]);
        // Meanwhile the seat is free for others, and has not failed anybody.
        let third = centre.caller(2);
        centre.tell(0, third, PhoneCommand::Dial(WAIT.to_owned()));
        centre.settlement.pass(5_000);
        centre.tell(0, third, PhoneCommand::HangUp);
        centre.settlement.pass(2 * 60 * 60_000);
        let missed = centre.missed();
        assert_eq!(missed, [(end, pause), (end, pause), (end, None)]);
        let record = centre.record();
        assert_eq!(record.outcome, Outcome::NotReached);
        assert!(centre.settlement.town.centre.is_idle());
        let talked = centre.settlement.records().into_iter();
        let talked = talked.filter(|one| one.outcome == Outcome::Served);
        assert_eq!(talked.count(), 2);
        assert_eq!(centre.counted(), [2, 0, 0, 0, 1, 0]);
    }
}

#[test]
fn who_phones_again_meanwhile_has_the_place_and_is_not_called() {
    let mut centre = busy_centre(ANSWERS, &["+86*"]);
    centre.promise(1);
    let (second, third) = (centre.caller(1), centre.caller(2));
    centre.tell(0, third, PhoneCommand::Dial(WAIT.to_owned()));
    centre.tell(10_000, second, PhoneCommand::Dial(WAIT.to_owned()));
    centre.settlement.pass(20_000);
    assert_eq!(
        centre.callbacks().last(),
        Some(&CallbackFact::Ended(PromiseEnd::PhonedAgain))
    );
    assert_eq!(centre.record().outcome, Outcome::PhonedAgain);
    centre.free_the_seat();
    centre.settlement.pass(5_000);
    let bridged = centre.settlement.town.facts.iter();
    let bridged = bridged.filter(|fact| matches!(fact.fact, Fact::Bridged { .. }));
    let last = bridged.filter_map(|fact| fact.call).next_back().unwrap();
    let ours = centre.settlement.town.facts.iter().any(|fact| {
        let number = "+8613800000001";
        fact.call == Some(last)
            && matches!(&fact.fact, Fact::Arrived(arrived) if arrived.caller.contains("13800000001")
                || arrived.number.as_ref().is_some_and(|one| one.as_str() == number))
    });
    assert!(ours, "the place of the promise counts for the new call");
}

#[test]
fn who_phones_again_while_the_telephone_at_home_rings_is_not_called_any_more() {
    let mut centre = busy_centre(Answering::Never, &["+86*"]);
    centre.promise(1);
    centre.free_the_seat();
    centre.settlement.pass(5_000);
    let dialled = CallbackFact::Dialled { attempt: 1 };
    assert_eq!(centre.callbacks().last(), Some(&dialled));
    let second = centre.caller(1);
    centre.tell(0, second, PhoneCommand::Dial(WAIT.to_owned()));
    centre.settlement.pass(5_000);
    assert_eq!(
        centre.callbacks().last(),
        Some(&CallbackFact::Ended(PromiseEnd::PhonedAgain))
    );
    let home = centre.settlement.reports(centre.home);
    assert_eq!(home.last().map(|(_, one)| one), Some(&PhoneReport::Over));
    centre.tell(0, second, PhoneCommand::HangUp);
    centre.settlement.pass(60_000);
    assert_eq!(centre.record().outcome, Outcome::PhonedAgain);
    let mut served = centre.settlement.records().into_iter();
    let served = served.find(|one| one.arrived.called == WAIT);
    assert_eq!(served.map(|one| one.outcome), Some(Outcome::Served));
    assert_eq!(centre.counted(), [2, 0, 0, 0, 0, 0]);
    assert!(centre.settlement.town.centre.is_idle());
}

#[test]
fn nobody_is_promised_what_no_trunk_may_keep() {
    let mut centre = busy_centre(ANSWERS, &["+85212345678"]);
    centre.promise(1);
    assert_eq!(
        centre.callbacks(),
        [CallbackFact::Refused(Unpromised::NotAllowed)]
    );
    centre.free_the_seat();
    centre.settlement.pass(5_000);
    let second = centre.caller(1);
    centre.tell(0, second, PhoneCommand::HangUp);
    centre.settlement.pass(60_000);
    assert_eq!(centre.record().outcome, Outcome::Served);
}

#[test]
fn who_wants_no_call_any_more_presses_2() {
    let mut centre = busy_centre(ANSWERS, &["+86*"]);
    centre.promise(1);
    centre.free_the_seat();
    let home = centre.home;
    centre.tell(6_000, home, PhoneCommand::Press('2'));
    centre.settlement.pass(60_000);
    assert_eq!(
        centre.callbacks().last(),
        Some(&CallbackFact::Ended(PromiseEnd::NotWanted))
    );
    assert_eq!(centre.record().outcome, Outcome::Abandoned);
    assert_eq!(centre.counted(), [1, 1, 0, 0, 0, 0]);
    assert!(centre.settlement.town.centre.is_idle());
    let seats: Vec<_> = centre
        .settlement
        .town
        .centre
        .distributor()
        .seats()
        .collect();
    assert_eq!(
        seats[0].state,
        ringwise::machine::acd::fact::SeatState::Ready
    );
}

#[test]
fn a_trunk_without_room_is_no_try() {
    let mut centre = busy_centre(ANSWERS, &["+86*"]);
    centre.promise(1);
    let turn = centre.settlement.town.turn();
    centre.settlement.town.centre.set_trunks(turn, Vec::new());
    centre.free_the_seat();
    centre.settlement.pass(60 * 60_000);
    assert!(centre.missed().is_empty());
    let call = centre.settlement.town.facts.iter().find_map(|fact| {
        let ours = matches!(&fact.fact, Fact::Callback(CallbackFact::Promised(_)));
        fact.call.filter(|_| ours)
    });
    let (call, by) = (call.unwrap(), "api, test".to_owned());
    let command = Command::HangUp { call, by };
    let event = Event::Command { id: 1, command };
    centre.settlement.town.tell_centre(event);
    centre.settlement.pass(60_000);
    assert_eq!(
        centre.callbacks().last(),
        Some(&CallbackFact::Ended(PromiseEnd::Withdrawn))
    );
    assert_eq!(centre.record().outcome, Outcome::Withdrawn);
    assert_eq!(centre.counted(), [1, 0, 0, 1, 0, 0]);
    assert_eq!(centre.settlement.records().len(), 2);
    assert!(centre.settlement.town.centre.is_idle());
    let queues: Vec<_> = centre
        .settlement
        .town
        .centre
        .distributor()
        .queue_lengths()
        .collect();
    assert_eq!((queues[0].waiting, queues[0].offered), (0, 0));
}

#[test]
fn who_finds_the_queue_full_is_called_back_once_there_is_room() {
    let mut centre = crowded_centre(ANSWERS, &["+86*"], 1);
    let (second, third) = (centre.caller(1), centre.caller(2));
    centre.tell(0, third, PhoneCommand::Dial(WAIT.to_owned()));
    centre.tell(2_000, second, PhoneCommand::Dial(CALLBACK.to_owned()));
    centre.tell(5_000, second, PhoneCommand::Press('1'));
    centre.settlement.pass(20_000);
    assert!(matches!(
        centre.callbacks()[..],
        [CallbackFact::Promised(_), CallbackFact::Parted { .. }]
    ));
    centre.free_the_seat();
    centre.settlement.pass(5_000);
    centre.tell(0, third, PhoneCommand::HangUp);
    centre.settlement.pass(5_000);
    let home = centre.home;
    centre.tell(0, home, PhoneCommand::Press('1'));
    centre.settlement.pass(5_000);
    centre.tell(0, home, PhoneCommand::HangUp);
    centre.settlement.pass(60_000);
    assert_eq!(centre.record().outcome, Outcome::Served);
    assert!(centre.settlement.town.centre.is_idle());
}

#[test]
fn a_promise_made_while_the_queue_was_full_is_kept_by_the_next_free_seat() {
    let mut centre = crowded_centre(ANSWERS, &["+86*"], 1);
    let (second, third) = (centre.caller(1), centre.caller(2));
    centre.tell(0, third, PhoneCommand::Dial(WAIT.to_owned()));
    centre.tell(2_000, second, PhoneCommand::Dial(CALLBACK.to_owned()));
    centre.tell(5_000, second, PhoneCommand::Press('1'));
    centre.settlement.pass(15_000);
    // The only other caller gives up, and a seat is free.
    centre.tell(0, third, PhoneCommand::HangUp);
    centre.settlement.pass(1_000);
    centre.free_the_seat();
    centre.settlement.pass(2_000);
    let dialled = CallbackFact::Dialled { attempt: 1 };
    assert!(centre.callbacks().contains(&dialled));
    let home = centre.home;
    centre.tell(0, home, PhoneCommand::Press('1'));
    centre.settlement.pass(5_000);
    centre.tell(0, home, PhoneCommand::HangUp);
    centre.settlement.pass(60_000);
    let record = centre.record();
    assert_eq!(record.outcome, Outcome::Served);
    assert_eq!(record.queue.as_deref(), Some("after-sales"));
}

#[test]
fn a_further_try_has_its_place_though_the_queue_is_full_meanwhile() {
    let busy = Answering::Refuse(Status(486));
    let mut centre = crowded_centre(busy, &["+86*"], 1);
    centre.promise(1);
    centre.free_the_seat();
    centre.settlement.pass(5_000);
    assert_eq!(centre.missed(), [(DialEnd::Busy, Some(5 * 60_000))]);
    let (third, fourth) = (centre.caller(2), centre.caller(3));
    centre.tell(0, third, PhoneCommand::Dial(WAIT.to_owned()));
    centre.settlement.pass(5_000);
    centre.tell(0, fourth, PhoneCommand::Dial(WAIT.to_owned()));
    centre.settlement.pass(5 * 60_000);
    centre.tell(0, third, PhoneCommand::HangUp);
    centre.settlement.pass(2_000);
    let dialled = CallbackFact::Dialled { attempt: 2 };
    assert!(
        centre.callbacks().contains(&dialled),
        "it waited longer than the fourth"
    );
    let full = |fact: &AcdFact| matches!(fact, AcdFact::Overflowed { .. });
    assert!(!centre.decisions().any(|(_, fact)| full(fact)));
}

#[test]
fn of_two_live_calls_of_one_number_that_are_promised_one_promise_is_kept() {
    let wish = Wish::small(vec![ANSWERS], 4);
    let mut settlement = Settlement::with_queue(wish, |_| {});
    let home = settlement.settle_outside(NUMBER, ANSWERS);
    // Another telephone that shows the same number.
    let twin = settlement.settle_outside("13800000001", Answering::Never);
    settlement.set_trunk(home, &["+86*"], |_| {});
    settlement.open();
    let first = settlement.callers[0];
    settlement.tell(0, first, PhoneCommand::Dial(TALK.to_owned()));
    settlement.pass(10_000);
    let mut centre = Centre { settlement, home };
    for (after, phone) in [(0, centre.caller(1)), (1, twin)] {
        centre.tell(after, phone, PhoneCommand::Dial(CALLBACK.to_owned()));
        centre.tell(after + 2_000, phone, PhoneCommand::Press('1'));
        centre.tell(after + 3_000, phone, PhoneCommand::Press('1'));
    }
    centre.settlement.pass(20_000);
    let promised = |fact: &CallbackFact| matches!(fact, CallbackFact::Promised(_));
    let both = centre
        .callbacks()
        .iter()
        .filter(|fact| promised(fact))
        .count();
    assert_eq!(both, 2, "{:#?}", centre.callbacks());
    let ours = |record: &Record| record.arrived.called == CALLBACK;
    let over: Vec<_> = centre
        .settlement
        .records()
        .into_iter()
        .filter(ours)
        .collect();
    assert_eq!(over.len(), 1, "the later call has the place");
    assert_eq!(over[0].outcome, Outcome::PhonedAgain);
    centre.free_the_seat();
    let home = centre.home;
    centre.tell(6_000, home, PhoneCommand::Press('2'));
    centre.settlement.pass(60_000);
    let dialled = |fact: &CallbackFact| matches!(fact, CallbackFact::Dialled { .. });
    assert_eq!(
        centre
            .callbacks()
            .iter()
            .filter(|fact| dialled(fact))
            .count(),
        1
    );
    assert!(centre.settlement.town.centre.is_idle());
}

#[test]
fn a_try_counts_though_the_process_is_killed_under_it() {
    let mut centre = busy_centre(Answering::Never, &["+86*"]);
    centre.promise(1);
    centre.free_the_seat();
    let tries = |centre: &Centre| -> Vec<u32> {
        let all = centre.callbacks().into_iter();
        let tries = all.filter_map(|fact| match fact {
            CallbackFact::Dialled { attempt } => Some(attempt),
            _ => None,
        });
        tries.collect()
    };
    for expected in [&[1][..], &[1, 2], &[1, 2, 3]] {
        centre.settlement.pass(10_000);
        assert_eq!(tries(&centre), expected);
        assert!(centre.missed().is_empty(), "it is under way");
        let mut next = centre.killed(2_000);
        // The journal is that of all processes.
        let before = std::mem::take(&mut centre.settlement.town.facts);
        next.settlement.town.facts.splice(0..0, before);
        let seat = next.settlement.seats[0];
        next.tell(0, seat, PhoneCommand::Register);
        next.tell(500, seat, PhoneCommand::Dial("*11".to_owned()));
        centre = next;
    }
    centre.settlement.pass(60_000);
    assert_eq!(tries(&centre), [1, 2, 3]);
    assert_eq!(centre.record().outcome, Outcome::NotReached);
}

#[test]
fn who_is_taken_out_by_a_supervisor_has_not_given_up() {
    let mut centre = busy_centre(ANSWERS, &["+86*"]);
    let second = centre.caller(1);
    centre.tell(0, second, PhoneCommand::Dial(WAIT.to_owned()));
    centre.settlement.pass(10_000);
    let call = centre.settlement.town.facts.iter().rev();
    let mut call = call.filter_map(|fact| match &fact.fact {
        Fact::Acd(AcdFact::Queued { contact, .. }) => Some(*contact),
        _ => None,
    });
    let (call, by) = (call.next().unwrap(), "api, test".to_owned());
    let command = Command::TakeOut { call, by };
    centre
        .settlement
        .town
        .tell_centre(Event::Command { id: 1, command });
    centre.settlement.pass(5_000);
    centre.tell(0, second, PhoneCommand::HangUp);
    centre.free_the_seat();
    centre.settlement.pass(60_000);
    let records = centre.settlement.records();
    let record = records.iter().find(|one| one.call == call).unwrap();
    assert_eq!(record.outcome, Outcome::Withdrawn);
    assert_eq!(centre.counted(), [1, 0, 0, 1, 0, 0]);
    let facts = &centre.settlement.town.facts;
    let lines = explain::explain(call, Stage::default(), facts, Language::English);
    let at = |part: &str| lines.iter().position(|line| line.text.contains(part));
    let told: Vec<_> = lines.iter().map(|line| line.text.as_str()).collect();
    assert_eq!(told.last(), Some(&"over: taken out by a supervisor"));
    let taken_out = at("a supervisor (api, test) takes it out of the queue after").unwrap();
    let next = lines[taken_out + 1..]
        .iter()
        .find(|line| line.kind == "step");
    assert!(next.is_some(), "cause before effect: {told:#?}");
}

#[test]
fn a_promise_is_withdrawn_between_two_tries_as_well() {
    let busy = Answering::Refuse(Status(486));
    let mut centre = busy_centre(busy, &["+86*"]);
    centre.promise(1);
    centre.free_the_seat();
    centre.settlement.pass(30_000);
    assert_eq!(centre.missed(), [(DialEnd::Busy, Some(5 * 60_000))]);
    let call = centre.settlement.town.facts.iter().find_map(|fact| {
        let ours = matches!(&fact.fact, Fact::Callback(CallbackFact::Promised(_)));
        fact.call.filter(|_| ours)
    });
    let (call, by) = (call.unwrap(), "api, test".to_owned());
    let command = Command::TakeOut { call, by };
    let event = Event::Command { id: 1, command };
    centre.settlement.town.tell_centre(event);
    centre.settlement.pass(60_000);
    assert_eq!(centre.record().outcome, Outcome::Withdrawn);
    assert_eq!(centre.counted(), [1, 0, 0, 1, 0, 0]);
    assert!(centre.settlement.town.centre.is_idle());
}
