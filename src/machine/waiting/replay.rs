//! Recorded waits told again: what would have been foretold of each when it began, from what had
//! happened before it, beside what simpler estimators would have said.

use std::collections::BTreeMap;
use std::collections::VecDeque;
use std::time::Duration;

use crate::machine::acd::fact::AcdFact;
use crate::machine::acd::fact::SeatState;
use crate::machine::acd::need::Clause;
use crate::machine::acd::need::Need;
use crate::machine::acd::need::SkillTerm;
use crate::machine::waiting::accuracy::Accuracy;
use crate::machine::waiting::accuracy::Foretold;
use crate::machine::waiting::forecaster::Forecaster;
use crate::machine::waiting::recorded::End;
use crate::machine::waiting::recorded::Staff;
use crate::machine::waiting::recorded::Wait;
use crate::vocabulary::id::CallId;
use crate::vocabulary::id::QueueId;
use crate::vocabulary::id::SeatId;
use crate::vocabulary::id::SkillId;
use crate::vocabulary::time::Now;

/// Waits whose mean is an estimator.
const LAST: usize = 5;
/// Answers that tell how fast a queue moves.
const ANSWERS: usize = 20;

/// What simpler estimators say, in seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Simple {
    /// The mean of the last five waits that were answered.
    pub last_five: f64,
    /// The wait that was answered last.
    pub last: f64,
    /// The mean of all waits so far.
    pub mean: f64,
    /// Who waits already and one more, by how fast the last twenty were answered while somebody waited.
    pub length: f64,
}

/// A wait that was answered, and what was foretold of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Judged {
    /// Which of the waits.
    pub at: usize,
    /// How many waited already.
    pub ahead: u32,
    /// What we would have foretold.
    pub foretold: Foretold,
    /// What others would have.
    pub simple: Simple,
}

/// What came of a table.
#[derive(Clone, Debug, Default)]
pub struct Replayed {
    /// Waits that were foretold and answered, by when they were answered.
    pub judged: Vec<Judged>,
    /// Answered waits of which nothing was foretold: too little was known, or nobody served.
    pub unforetold: u64,
    /// How well we foretold.
    pub accuracy: Accuracy,
}

/// What happens, in the order in which things of one moment are told.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Deed {
    Staff,
    Leaves,
    Comes,
}

/// Tells everything in its order.
#[must_use]
pub fn replay(waits: &[Wait], staff: &[Staff]) -> Replayed {
    let came = waits.iter().map(|wait| wait.came_ms);
    let Some(begin) = came.chain(staff.iter().map(|one| one.at_ms)).min() else {
        return Replayed::default();
    };
    let mut deeds: Vec<(i64, Deed, usize)> = Vec::with_capacity(2 * waits.len());
    for (at, wait) in waits.iter().enumerate() {
        deeds.push((wait.came_ms, Deed::Comes, at));
        deeds.push((wait.left_ms, Deed::Leaves, at));
    }
    let changes = staff.iter().enumerate();
    deeds.extend(changes.map(|(at, change)| (change.at_ms, Deed::Staff, at)));
    deeds.sort_unstable();
    let queues = waits.iter().map(|wait| wait.queue).max();
    let mut player = Player {
        begin,
        queues: queues.map_or(0, |last| last.0 + 1),
        ..Player::default()
    };
    for (_, deed, at) in deeds {
        match deed {
            Deed::Staff => {
                if let Some(change) = staff.get(at) {
                    player.change(change);
                }
            }
            Deed::Comes => {
                if let Some(wait) = waits.get(at) {
                    player.come(at, wait);
                }
            }
            Deed::Leaves => {
                if let Some(wait) = waits.get(at) {
                    player.leave(at, wait);
                }
            }
        }
    }
    player.told
}

#[derive(Default)]
struct Player {
    begin: i64,
    queues: u32,
    forecaster: Forecaster,
    /// Seats that serve, by queue; those of one queue are numbered apart from those of others.
    seats: BTreeMap<QueueId, u32>,
    past: BTreeMap<QueueId, Past>,
    /// Who waits: how many were before them, and what others would have said.
    waiting: BTreeMap<usize, (u32, Option<Simple>)>,
    told: Replayed,
}

/// What simpler estimators remember of a queue.
#[derive(Default)]
struct Past {
    waiting: u32,
    /// For how long somebody waited so far, in ms, and up to when that is known.
    busy_ms: i64,
    known_ms: i64,
    /// Waits of the last answered, in seconds, and how long somebody had waited by then.
    last: VecDeque<f64>,
    answers: VecDeque<i64>,
    sum: f64,
    count: f64,
}

impl Past {
    fn pass(&mut self, now_ms: i64) {
        if self.waiting > 0 {
            self.busy_ms += now_ms - self.known_ms;
        }
        self.known_ms = now_ms;
    }

    fn simple(&self) -> Option<Simple> {
        let last = *self.last.back()?;
        let oldest = *self.answers.front()?;
        let passed = seconds(self.busy_ms - oldest);
        let answers = count(self.answers.len());
        Some(Simple {
            last_five: self.last.iter().sum::<f64>() / count(self.last.len()),
            last,
            mean: self.sum / self.count,
            length: f64::from(self.waiting + 1) * passed / answers,
        })
    }

    fn answered(&mut self, wait_s: f64) {
        self.last.push_back(wait_s);
        keep(&mut self.last, LAST);
        self.answers.push_back(self.busy_ms);
        keep(&mut self.answers, ANSWERS);
        self.sum += wait_s;
        self.count += 1.0;
    }
}

/// The newest are kept.
fn keep<T>(newest: &mut VecDeque<T>, most: usize) {
    while newest.len() > most {
        newest.pop_front();
    }
}

impl Player {
    fn now(&self, ms: i64) -> Now {
        Now::at_ms(u64::try_from(ms - self.begin).unwrap_or(0))
    }

    fn change(&mut self, change: &Staff) {
        let now = self.now(change.at_ms);
        let all = 0..self.queues;
        let fits = |queue: &QueueId| change.queue.is_none_or(|one| one == *queue);
        for queue in all.map(QueueId).filter(fits) {
            let old = self.seats.insert(queue, change.seats).unwrap_or(0);
            for number in old.min(change.seats)..old.max(change.seats) {
                let seat = SeatId(number * self.queues + queue.0);
                let state = if change.seats > old {
                    SeatState::Ready
                } else {
                    SeatState::SignedOut
                };
                self.forecaster.set_seat(now, seat, [queue]);
                let changed = AcdFact::SeatChanged { seat, state };
                self.forecaster.take(now, &changed);
            }
        }
    }

    fn come(&mut self, at: usize, wait: &Wait) {
        let term = |need| Clause::Skill(SkillTerm::at_least(SkillId(need), 1));
        let queued = AcdFact::Queued {
            contact: id(at),
            queue: wait.queue,
            need: Need::of(wait.need.map(term)),
            priority: 0,
            waited_ms: 0,
        };
        let now = self.now(wait.came_ms);
        self.forecaster.take(now, &queued);
        let past = self.past.entry(wait.queue).or_default();
        past.pass(wait.came_ms);
        let simple = past.simple();
        self.waiting.insert(at, (past.waiting, simple));
        past.waiting += 1;
    }

    fn leave(&mut self, at: usize, wait: &Wait) {
        let contact = id(at);
        let now = self.now(wait.left_ms);
        let waited_ms = u64::try_from(wait.left_ms - wait.came_ms).unwrap_or(0);
        let (ahead, simple) = self.waiting.remove(&at).unwrap_or((0, None));
        let past = self.past.entry(wait.queue).or_default();
        past.pass(wait.left_ms);
        past.waiting = past.waiting.saturating_sub(1);
        if wait.end == End::GaveUp {
            let gone = AcdFact::Abandoned { contact, waited_ms };
            return self.forecaster.take(now, &gone);
        }
        past.answered(seconds(wait.left_ms - wait.came_ms));
        let seat = SeatId(wait.queue.0);
        let offered = AcdFact::Offered {
            contact,
            seat,
            waited_ms,
        };
        self.forecaster.take(now, &offered);
        match self.forecaster.foretold(contact).zip(simple) {
            Some((foretold, simple)) => {
                let judged = Judged {
                    at,
                    ahead,
                    foretold,
                    simple,
                };
                self.told.judged.push(judged);
                let wait = Duration::from_millis(waited_ms);
                self.told.accuracy.take(foretold, wait);
            }
            None => self.told.unforetold += 1,
        }
        let answered = AcdFact::Answered {
            contact,
            seat,
            waited_ms,
        };
        self.forecaster.take(now, &answered);
    }
}

fn id(at: usize) -> CallId {
    CallId::from_bits(u64::try_from(at).unwrap_or(u64::MAX))
}

fn count(number: usize) -> f64 {
    u32::try_from(number).map_or(f64::from(u32::MAX), f64::from)
}

fn seconds(ms: i64) -> f64 {
    let whole = u64::try_from(ms).unwrap_or(0);
    Duration::from_millis(whole).as_secs_f64()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Somebody comes each minute and waits for two.
    fn steady(count: i64) -> Vec<Wait> {
        let wait = |at: i64| Wait {
            came_ms: at * 60_000,
            left_ms: at * 60_000 + 120_000,
            end: End::Answered,
            queue: QueueId(0),
            need: None,
            line: 0,
        };
        (0..count).map(wait).collect()
    }

    fn served_by(seats: u32) -> Vec<Staff> {
        vec![Staff {
            at_ms: 0,
            queue: None,
            seats,
        }]
    }

    #[test]
    fn a_steady_queue_is_foretold_by_everyone() {
        let told = replay(&steady(200), &served_by(3));
        let last = told.judged.last().unwrap();
        assert_eq!(last.ahead, 1);
        let wait = last.foretold.wait.as_secs_f64();
        assert!((wait - 120.0).abs() < 12.0, "{wait}");
        assert_eq!((last.simple.last, last.simple.last_five), (120.0, 120.0));
        assert!(
            (last.simple.length - 120.0).abs() < 7.0,
            "{:?}",
            last.simple
        );
    }

    #[test]
    fn nothing_is_foretold_while_nobody_serves() {
        let told = replay(&steady(50), &served_by(0));
        assert!(told.judged.is_empty());
        assert_eq!(told.unforetold, 50);
    }
}
