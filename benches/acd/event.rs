//! Every kind of event apart.

use std::fmt;
use std::time::Duration;

use ringwise::machine::acd::step::Class;
use ringwise::machine::acd::surface::Input;
use ringwise::machine::acd::surface::QueueSetup;
use ringwise::vocabulary::id::CallId;
use ringwise::vocabulary::id::QueueId;
use ringwise::vocabulary::id::SeatId;

use crate::centre::Centre;
use crate::centre::PERSONAL;
use crate::centre::seat;

/// Events of each kind.
const ROUNDS: u64 = 20_000;

/// What one kind of event took, in µs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    pub(super) event: &'static str,
    pub(super) half: f64,
    pub(super) most: f64,
    pub(super) longest: f64,
}

impl Row {
    pub(super) fn new(event: &'static str, mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        let at = |part: usize| {
            let index = (times.len() * part / 1_000).min(times.len().saturating_sub(1));
            let time = times.get(index);
            time.map_or(0.0, |time| time.as_secs_f64() * 1e6)
        };
        Self {
            event,
            half: at(500),
            most: at(999),
            longest: at(1_000),
        }
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            event,
            half,
            most,
            longest,
        } = self;
        write!(f, "{event:>30} {half:>8.1} {most:>8.1} {longest:>8.1}")
    }
}

/// All of them, on a centre whose seats are away and whose contacts wait.
pub(super) fn all(centre: &mut Centre) -> Vec<Row> {
    let mut rows = come_and_go(centre).to_vec();
    rows.extend(intervene(centre));
    rows.extend(serve(centre));
    rows.push(expire(centre));
    rows.push(announce(centre));
    rows.extend(serve_idle(centre));
    rows
}

fn come_and_go(centre: &mut Centre) -> [Row; 2] {
    let (mut arrivals, mut hang_ups) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        arrivals.push(centre.arrive());
        let gone = centre.leaver();
        hang_ups.push(centre.tell(Input::Left(gone)));
    }
    [
        Row::new("arrival, no free seat", arrivals),
        Row::new("hang-up while waiting", hang_ups),
    ]
}

/// Waiting contacts get another class; seats get other skills.
fn intervene(centre: &mut Centre) -> [Row; 2] {
    let (mut classes, mut skills) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let contact = centre.leaver();
        centre.waiting.push(contact);
        let class = Class::priority(i32::from(round % 2 == 0));
        classes.push(centre.tell(Input::Reprioritise { contact, class }));
        let other = centre.any_seat();
        let mut setup = seat(other.0);
        setup.seat = centre.any_seat();
        skills.push(centre.change(&setup));
    }
    [
        Row::new("re-prioritise", classes),
        Row::new("skill change", skills),
    ]
}

/// A seat becomes ready and is offered, declines and is offered again, answers, talks, wraps up,
/// is offered again, signs out.
fn serve(centre: &mut Centre) -> Vec<Row> {
    const KINDS: [&str; 6] = [
        "seat ready, to its offer",
        "seat declines, to the next",
        "seat answers",
        "talk ends",
        "wrap-up done, to its offer",
        "sign-out while rung",
    ];
    let mut times: [Vec<Duration>; 6] = Default::default();
    for _ in 0..ROUNDS {
        let seat = centre.any_seat();
        for (at, times) in times.iter_mut().enumerate() {
            let input = match (at, centre.booking(seat)) {
                (0, _) => Some(Input::SeatReady(seat)),
                (1, Some(epoch)) => Some(Input::Declined { seat, epoch }),
                (2, Some(epoch)) => Some(Input::Answered { seat, epoch }),
                (3, Some(epoch)) => Some(Input::TalkEnded { seat, epoch }),
                (4, None) => Some(Input::WrapUpDone(seat)),
                (5, Some(_)) => Some(Input::SeatSignedOut(seat)),
                _ => None,
            };
            if let Some(input) = input {
                times.push(centre.tell(input));
            }
        }
        centre.tell(Input::SeatSignedOut(seat));
        centre.tell(Input::SeatSignedIn(seat));
        centre.arrive();
    }
    let rows = KINDS.into_iter().zip(times);
    rows.map(|(kind, times)| Row::new(kind, times)).collect()
}

/// Contacts give up asking for the seat that served them last: one turn for each.
fn expire(centre: &mut Centre) -> Row {
    for _ in 0..ROUNDS {
        centre.arrive();
    }
    let end = centre.now + PERSONAL;
    let mut times = Vec::new();
    while let Some(due) = centre.engine.poll_timeout().filter(|due| *due <= end) {
        times.push(centre.wake(due));
    }
    Row::new("step expiry", times)
}

/// Contacts hear their place: one turn for each.
fn announce(centre: &mut Centre) -> Row {
    for number in 0..20 {
        centre.engine.set_queue(QueueSetup {
            announce_every: Duration::from_secs(30),
            waiting_max: 1_000_000,
            ..QueueSetup::plain(QueueId(number))
        });
    }
    for _ in 0..ROUNDS / 10 {
        centre.arrive();
    }
    let mut times = Vec::new();
    for _ in 0..ROUNDS {
        let Some(due) = centre.engine.poll_timeout() else {
            break;
        };
        times.push(centre.wake(due));
    }
    Row::new("place told", times)
}

/// Nobody waits any more and every seat is ready: the search is among the seats.
fn serve_idle(centre: &mut Centre) -> [Row; 2] {
    for contact in std::mem::take(&mut centre.waiting) {
        centre.tell(Input::Left(contact));
    }
    for number in 0..centre.size.seats {
        centre.tell(Input::SeatSignedIn(SeatId(number)));
        centre.tell(Input::SeatReady(SeatId(number)));
    }
    let (mut arrivals, mut hang_ups) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let arrival = centre.arrival();
        let contact: CallId = arrival.contact;
        arrivals.push(centre.tell(Input::Arrived(arrival)));
        hang_ups.push(centre.tell(Input::Left(contact)));
    }
    [
        Row::new("arrival, free seat, to its offer", arrivals),
        Row::new("hang-up while rung for", hang_ups),
    ]
}
