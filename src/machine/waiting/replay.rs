//! Recorded waits told again: what would have been foretold of each when it began, from what had
//! happened before it, beside what simpler estimators would have said.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
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
use crate::machine::waiting::range::WaitRange;
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
/// Callers are told for the first time after so long, and then so often, in ms.
const TOLD_FIRST_MS: i64 = 5_000;
const TOLD_EVERY_MS: i64 = 30_000;

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
    /// Ranges that callers would have been told while they waited, who then were answered.
    pub tellings: u64,
    /// How many of these were right.
    pub tellings_right: u64,
}

/// What happens, in the order in which things of one moment are told.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Deed {
    Staff,
    Leaves,
    Comes,
    Told,
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
        let mut told = wait.came_ms + TOLD_FIRST_MS;
        while told < wait.left_ms {
            deeds.push((told, Deed::Told, at));
            told += TOLD_EVERY_MS;
        }
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
    for (now_ms, deed, at) in deeds {
        match deed {
            Deed::Told => {
                if let Some(wait) = waits.get(at) {
                    player.tell(now_ms, (at, wait));
                }
            }
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
    waiting: BTreeMap<usize, Waiting>,
    told: Replayed,
}

/// Who waits.
struct Waiting {
    /// How many were before them.
    ahead: u32,
    /// What others would have said.
    simple: Option<Simple>,
    /// What they were told, and when in ms.
    told: Vec<(i64, WaitRange)>,
}

/// What simpler estimators remember of a queue.
#[derive(Default)]
struct Past {
    waiting: u32,
    /// Who waits, the first to come first.
    line: BTreeSet<(i64, usize)>,
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
            ageing: 0,
            waited_ms: 0,
        };
        let now = self.now(wait.came_ms);
        self.forecaster.take(now, &queued);
        let past = self.past.entry(wait.queue).or_default();
        past.pass(wait.came_ms);
        let simple = past.simple();
        let waiting = Waiting {
            ahead: past.waiting,
            simple,
            told: Vec::new(),
        };
        self.waiting.insert(at, waiting);
        past.waiting += 1;
        past.line.insert((wait.came_ms, at));
    }

    /// Somebody who waits is told what is left of it, as the dialplan would.
    fn tell(&mut self, now_ms: i64, (at, wait): (usize, &Wait)) {
        let past = self.past.get(&wait.queue);
        let before = past.map_or(0, |past| past.line.range(..(wait.came_ms, at)).count());
        let position = u32::try_from(before).unwrap_or(u32::MAX).saturating_add(1);
        let fresh = self.forecaster.remaining(id(at), position);
        if let (Some(fresh), Some(waiting)) = (fresh, self.waiting.get_mut(&at)) {
            let said = waiting.told.last().map(|(_, said)| *said);
            let said = said.map_or(fresh.said, |said| fresh.said.after(said));
            waiting.told.push((now_ms, said));
        }
    }

    fn leave(&mut self, at: usize, wait: &Wait) {
        let contact = id(at);
        let now = self.now(wait.left_ms);
        let waited_ms = u64::try_from(wait.left_ms - wait.came_ms).unwrap_or(0);
        let Some(waiting) = self.waiting.remove(&at) else {
            return;
        };
        let past = self.past.entry(wait.queue).or_default();
        past.pass(wait.left_ms);
        past.waiting = past.waiting.saturating_sub(1);
        past.line.remove(&(wait.came_ms, at));
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
        for (told_ms, said) in waiting.told {
            let left_ms = u64::try_from(wait.left_ms - told_ms).unwrap_or(0);
            self.told.tellings += 1;
            let right = said.contains(Duration::from_millis(left_ms));
            self.told.tellings_right += u64::from(right);
        }
        match self.forecaster.foretold(contact).zip(waiting.simple) {
            Some((foretold, simple)) => {
                let judged = Judged {
                    at,
                    ahead: waiting.ahead,
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
    fn what_is_told_while_they_wait_is_judged_by_what_was_left() {
        let told = replay(&steady(200), &served_by(3));
        // After 5, 35, 65 and 95 s of each wait; the first ones before anything was known.
        assert!((720..=800).contains(&told.tellings), "{}", told.tellings);
        let share = count_of(told.tellings_right) / count_of(told.tellings);
        assert!(share > 0.8, "{share}");
    }

    fn count_of(number: u64) -> f64 {
        u32::try_from(number).map_or(f64::NAN, f64::from)
    }

    #[test]
    fn nothing_is_foretold_while_nobody_serves() {
        let told = replay(&steady(50), &served_by(0));
        assert!(told.judged.is_empty());
        assert_eq!(told.unforetold, 50);
    }
}
