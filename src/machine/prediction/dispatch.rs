//! Notices on their way to another system: which is next, when it is tried again, when it is given up.
//!
//! ```text
//!  due ----> sent? --yes--> told? --yes--> done: no longer due
//!   ^          |no            |no
//!   +-- later -+              +-- later: told again, not sent again
//!              | a day of trying
//!              +------------> given up
//! ```
//!
//! Nothing here outlives the process: what is due follows from the orders and from what the log says was
//! told. Who dies between sending and telling sends again, under the same key.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::time::Duration;

use crate::machine::breaker::Breaker;
use crate::machine::prediction::news::OrderNews;
use crate::vocabulary::time::Now;

/// A notice as it is sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Letter {
    /// The same whenever the same notice of the same order is sent.
    pub key: String,
    /// What is sent.
    pub body: String,
    /// What is known once it was sent.
    pub told: OrderNews,
}

/// What is to be done next.
#[derive(Clone, Debug, PartialEq)]
pub enum Deed {
    /// Send it.
    Send(Letter),
    /// It was sent: have the log say that it was told.
    Tell(Letter),
}

/// What became of a deed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Done {
    /// It is done.
    Well,
    /// It is to be tried again.
    Badly,
}

/// All notices on their way.
#[derive(Debug, Default)]
pub struct Dispatch {
    letters: BTreeMap<String, Kept>,
    /// By when they are next; entries that no letter agrees with count for nothing.
    order: BTreeSet<(Now, String)>,
    breaker: Breaker,
}

#[derive(Debug)]
struct Kept {
    letter: Letter,
    /// When it was first due.
    since: Now,
    failures: u32,
    state: State,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum State {
    /// To be sent then.
    Due(Now),
    /// Sent; to be told then.
    Sent(Now),
    /// Somebody is at it.
    UnderWay,
    /// Nothing is left to be done.
    Over,
}

impl Dispatch {
    /// These are due now, and no others. Beyond [`LETTERS_MAX`] they wait for the next look.
    pub fn handle_due(&mut self, letters: Vec<Letter>, now: Now) {
        let due: BTreeSet<&str> = letters.iter().map(|letter| letter.key.as_str()).collect();
        self.letters
            .retain(|key, kept| kept.state == State::UnderWay || due.contains(key.as_str()));
        for letter in letters {
            if self.letters.len() >= LETTERS_MAX || self.letters.contains_key(&letter.key) {
                continue;
            }
            self.order.insert((now, letter.key.clone()));
            let kept = Kept {
                since: now,
                failures: 0,
                state: State::Due(now),
                letter,
            };
            self.letters.insert(kept.letter.key.clone(), kept);
        }
    }

    /// What is to be done now, if anything is. Its end is told by [`Dispatch::handle_done`].
    pub fn poll(&mut self, now: Now) -> Option<Deed> {
        while let Some((at, key)) = self.order.first().cloned() {
            if at > now {
                return None;
            }
            let Some(kept) = self.letters.get_mut(&key) else {
                self.order.pop_first();
                continue;
            };
            let deed = match kept.state {
                State::Due(due) if due == at => {
                    if !self.breaker.admits(now) {
                        return None;
                    }
                    Deed::Send(kept.letter.clone())
                }
                State::Sent(due) if due == at => Deed::Tell(kept.letter.clone()),
                State::Due(_) | State::Sent(_) | State::UnderWay | State::Over => {
                    self.order.pop_first();
                    continue;
                }
            };
            kept.state = State::UnderWay;
            self.order.pop_first();
            return Some(deed);
        }
        None
    }

    /// A deed came to an end. Says whether it was given up.
    pub fn handle_done(&mut self, deed: &Deed, done: Done, now: Now) -> bool {
        let (Deed::Send(letter) | Deed::Tell(letter)) = deed;
        let is_send = matches!(deed, Deed::Send(_));
        if is_send {
            match done {
                Done::Well => self.breaker.handle_success(),
                Done::Badly => self.breaker.handle_failure(now),
            };
        }
        let Some(kept) = self.letters.get_mut(&letter.key) else {
            return false;
        };
        kept.state = match (is_send, done) {
            (true, Done::Well) => State::Sent(now),
            (false, Done::Well) => State::Over,
            (false, Done::Badly) => State::Sent(now + TELL_AGAIN),
            (true, Done::Badly) if now.since(kept.since) >= TRIED_MAX => State::Over,
            (true, Done::Badly) => {
                let pause = PAUSE.saturating_mul(1 << kept.failures.min(DOUBLINGS_MAX));
                kept.failures += 1;
                State::Due(now + pause.min(PAUSE_MAX))
            }
        };
        let given_up = is_send && kept.state == State::Over;
        if let State::Due(at) | State::Sent(at) = kept.state {
            self.order.insert((at, letter.key.clone()));
        }
        given_up
    }

    /// So many are not yet sent, those given up apart.
    #[must_use]
    pub fn waiting(&self) -> usize {
        let letters = self.letters.values();
        let waits = |kept: &&Kept| !matches!(kept.state, State::Over | State::Sent(_));
        letters.filter(waits).count()
    }
}

/// Most notices on their way at once.
pub const LETTERS_MAX: usize = 10_000;
/// After a first failure; then twice as long each time.
const PAUSE: Duration = Duration::from_secs(5);
/// But no longer.
const PAUSE_MAX: Duration = Duration::from_secs(3_600);
/// So often a pause doubles.
const DOUBLINGS_MAX: u32 = 12;
/// Who could not be reached for so long is not tried again, until the next start.
const TRIED_MAX: Duration = Duration::from_secs(24 * 3_600);
/// A log that did not take what was told is asked again.
const TELL_AGAIN: Duration = Duration::from_secs(10);

#[cfg(test)]
mod tests {
    use super::*;

    fn at(s: u64) -> Now {
        Now::at(Duration::from_secs(s))
    }

    fn letter(key: &str) -> Letter {
        Letter {
            key: key.to_owned(),
            body: "{}".to_owned(),
            told: OrderNews::default(),
        }
    }

    #[test]
    fn what_was_sent_is_told_and_not_sent_again() {
        let mut dispatch = Dispatch::default();
        dispatch.handle_due(vec![letter("a")], at(0));
        let send = dispatch.poll(at(0)).unwrap();
        assert_eq!(send, Deed::Send(letter("a")));
        assert_eq!(dispatch.poll(at(0)), None, "one is at it");
        assert!(!dispatch.handle_done(&send, Done::Well, at(1)));
        let tell = dispatch.poll(at(1)).unwrap();
        assert_eq!(tell, Deed::Tell(letter("a")));
        dispatch.handle_done(&tell, Done::Badly, at(1));
        dispatch.handle_due(vec![letter("a")], at(2));
        assert_eq!(dispatch.poll(at(2)), None);
        assert_eq!(dispatch.poll(at(11)), Some(tell.clone()), "told again");
        dispatch.handle_done(&tell, Done::Well, at(11));
        dispatch.handle_due(vec![letter("a")], at(12));
        assert_eq!(dispatch.poll(at(9_999)), None);
        // The log has it, and then it is due anew.
        dispatch.handle_due(Vec::new(), at(13));
        dispatch.handle_due(vec![letter("a")], at(14));
        assert_eq!(dispatch.poll(at(14)), Some(send));
    }

    #[test]
    fn failures_are_tried_again_ever_later_and_given_up_after_a_day() {
        let mut dispatch = Dispatch::default();
        dispatch.handle_due(vec![letter("a")], at(0));
        let (mut now, mut tries) = (0, Vec::new());
        loop {
            if let Some(deed) = dispatch.poll(at(now)) {
                tries.push(now);
                if dispatch.handle_done(&deed, Done::Badly, at(now)) {
                    break;
                }
            }
            now += 1;
        }
        assert_eq!(tries[..5], [0, 5, 15, 35, 75]);
        assert!((86_400..90_001).contains(&now), "{now}");
        assert!(tries.len() > 30, "{tries:?}");
        assert_eq!(dispatch.waiting(), 0);
        dispatch.handle_due(vec![letter("a")], at(now + 1));
        assert_eq!(dispatch.poll(at(now + 99_999)), None);
    }

    #[test]
    fn a_receiver_that_keeps_failing_is_left_alone_for_a_while() {
        let mut dispatch = Dispatch::default();
        let keys = ["a", "b", "c", "d", "e", "f", "g"];
        dispatch.handle_due(keys.map(letter).to_vec(), at(0));
        let mut sent = 0;
        while let Some(deed) = dispatch.poll(at(0)) {
            sent += 1;
            dispatch.handle_done(&deed, Done::Badly, at(0));
        }
        assert_eq!(sent, 5);
        assert_eq!(dispatch.waiting(), 7);
        assert!(dispatch.poll(at(10)).is_some(), "one tries");
        assert_eq!(dispatch.poll(at(10)), None, "and only one");
    }

    #[test]
    fn what_is_no_longer_due_is_not_sent() {
        let mut dispatch = Dispatch::default();
        dispatch.handle_due(vec![letter("a"), letter("b")], at(0));
        dispatch.handle_due(vec![letter("b")], at(1));
        assert_eq!(dispatch.poll(at(1)), Some(Deed::Send(letter("b"))));
        assert_eq!(dispatch.poll(at(1)), None);
    }
}
