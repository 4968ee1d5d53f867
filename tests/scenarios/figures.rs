//! Figures of a period over restarts, other configurations and intervals, from facts written by hand.

use jiff::tz::TimeZone;
use ringwise::call::fact::FACT_VERSION;
use ringwise::call::fact::Fact;
use ringwise::call::fact::Recorded;
use ringwise::call::kpi_book::KpiBook;
use ringwise::call::kpi_rows::Period;
use ringwise::call::kpi_steps::Steps;
use ringwise::call::record::Names;
use ringwise::machine::acd::fact::AcdFact;
use ringwise::machine::acd::fact::SeatState;
use ringwise::machine::acd::need::Need;
use ringwise::machine::report::formula;
use ringwise::machine::report::sums::Sums;
use ringwise::machine::report::sums::Yardstick;
use ringwise::vocabulary::id::CallId;
use ringwise::vocabulary::id::QueueId;
use ringwise::vocabulary::id::SeatId;
use ringwise::vocabulary::time::Now;
use ringwise::vocabulary::time::Wall;

const SEAT: SeatId = SeatId(0);
const HALF_HOUR_S: i64 = 1_800;

fn half_hours(period: Period) -> Vec<Period> {
    Steps::new(HALF_HOUR_S * 1_000, TimeZone::UTC).intervals(period)
}

/// A log that is told; times are seconds of the calendar.
struct Told {
    book: KpiBook,
    seq: u64,
}

impl Told {
    fn of(from_s: i64, to_s: i64) -> Self {
        let period = Period {
            from: Wall::from_ms(from_s * 1_000),
            to: Wall::from_ms(to_s * 1_000),
        };
        Self {
            book: KpiBook::new(period, half_hours(period), Yardstick::default()),
            seq: 0,
        }
    }

    fn fact(&mut self, at_s: i64, call: Option<u64>, fact: Fact) {
        self.seq += 1;
        self.book.take(&Recorded {
            v: FACT_VERSION,
            seq: self.seq,
            now: Now::START,
            wall: Wall::from_ms(at_s * 1_000),
            call: call.map(CallId::from_bits),
            fact,
        });
    }

    fn start(&mut self, at_s: i64, queues: [&str; 2]) {
        let names = Names {
            seats: vec![("1001".to_owned(), "Li Na".to_owned())],
            queues: queues.map(str::to_owned).to_vec(),
            targets_ms: vec![15_000, 60_000],
            ..Names::default()
        };
        let version = String::new();
        self.fact(at_s, None, Fact::Started { version, names });
    }

    fn seat(&mut self, at_s: i64, state: SeatState) {
        let seat = SEAT;
        let changed = AcdFact::SeatChanged { seat, state };
        self.fact(at_s, None, Fact::Acd(changed));
    }

    /// Somebody comes to a queue, who has waited for so many seconds already.
    fn comes(&mut self, at_s: i64, call: u64, (queue, waited_s): (u32, u64)) {
        let queued = AcdFact::Queued {
            contact: CallId::from_bits(call),
            queue: QueueId(queue),
            need: Need::default(),
            priority: 0,
            ageing: 0,
            waited_ms: waited_s * 1_000,
        };
        self.fact(at_s, Some(call), Fact::Acd(queued));
    }

    fn answered(&mut self, at_s: i64, call: u64, waited_s: u64) {
        let answered = AcdFact::Answered {
            contact: CallId::from_bits(call),
            seat: SEAT,
            waited_ms: waited_s * 1_000,
        };
        self.fact(at_s, Some(call), Fact::Acd(answered));
    }

    fn all(&self) -> &Sums {
        &self.book.sums.total.all
    }

    fn end(&mut self, at_s: i64) {
        self.book.finish(Wall::from_ms(at_s * 1_000));
    }
}

#[test]
fn no_seat_is_there_while_the_process_is_down() {
    let mut told = Told::of(0, 10 * 3_600);
    told.start(0, ["sales", "service"]);
    told.seat(0, SeatState::Ready);
    // Somebody comes at 600 s; killed after that, started again nine hours later.
    told.comes(600, 1, (0, 0));
    told.start(33_000, ["sales", "service"]);
    told.seat(33_060, SeatState::Ready);
    told.end(33_120);
    let sums = told.all();
    assert_eq!((sums.available_ms, sums.signed_in_ms), (660_000, 660_000));
    assert_eq!((sums.queued, sums.waiting, sums.cut_off), (1, 0, 1));
    let abandonment = formula::named("abandonment.3").unwrap().value(sums);
    assert_eq!(abandonment, Some(1.0));
}

#[test]
fn queues_are_counted_by_name_whatever_their_ids_are_after_a_restart() {
    let mut told = Told::of(0, 3_600);
    told.start(0, ["sales", "service"]);
    told.comes(10, 1, (0, 0));
    told.answered(20, 1, 10);
    told.start(100, ["new", "sales"]);
    told.comes(110, 2, (1, 0));
    told.answered(140, 2, 30);
    told.comes(150, 3, (0, 0));
    told.end(200);
    let queues = &told.book.sums.total.queues;
    let queued = queues
        .iter()
        .map(|(name, sums)| (name.as_str(), sums.queued));
    assert_eq!(queued.collect::<Vec<_>>(), [("new", 1), ("sales", 2)]);
    assert_eq!(queues["sales"].wait_answered_ms, 40_000);
    // Both within the target that the queue had then: 15 s, then 60 s.
    assert_eq!(queues["sales"].answered_in_target, 2);
}

#[test]
fn who_was_promised_a_call_yesterday_is_not_counted_again_today() {
    let mut told = Told::of(86_400, 2 * 86_400);
    told.start(80_000, ["sales", "service"]);
    told.comes(90_000, 1, (0, 30_000));
    told.answered(90_100, 1, 30_100);
    told.comes(90_200, 2, (0, 0));
    told.end(90_300);
    assert_eq!((told.all().queued, told.all().answered), (1, 0));
}

#[test]
fn intervals_add_up_to_the_period_and_seats_are_split_among_them() {
    let mut told = Told::of(0, 2 * HALF_HOUR_S);
    told.start(0, ["sales", "service"]);
    told.seat(0, SeatState::Ready);
    told.comes(HALF_HOUR_S - 10, 1, (0, 0));
    // Whoever came in the first half hour counts there, also if answered in the second.
    told.answered(HALF_HOUR_S + 10, 1, 20);
    told.comes(HALF_HOUR_S + 20, 2, (0, 0));
    told.seat(HALF_HOUR_S + 600, SeatState::SignedOut);
    let end = Wall::from_ms(2 * HALF_HOUR_S * 1_000);
    assert!(!told.book.is_done(end), "the second still waits");
    told.answered(2 * HALF_HOUR_S + 5, 2, 1_785);
    assert!(told.book.is_done(end));
    told.end(2 * HALF_HOUR_S);
    let intervals = told.book.sums.intervals.iter();
    let counted = intervals.map(|(_, rows)| {
        let all = &rows.all;
        (all.queued, all.answered_in_target, all.available_ms / 1_000)
    });
    assert_eq!(counted.collect::<Vec<_>>(), [(1, 0, 1_800), (1, 0, 600)]);
    assert_eq!((told.all().queued, told.all().answered), (2, 2));
    assert_eq!(told.all().available_ms, 2_400_000);
}
