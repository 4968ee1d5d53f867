//! Words that ask for keys: said line by line, then a wait, then said again.

use std::collections::VecDeque;

use crate::machine::ivr::journey::Journey;
use crate::machine::ivr::journey::Line;
use crate::machine::ivr::journey::Move;
use crate::machine::ivr::patience::Patience;
use crate::machine::media::contract::StopOn;
use crate::vocabulary::time::Now;

/// Words that ask for keys.
#[derive(Clone, Debug, PartialEq)]
pub struct Asking {
    lines: Vec<Line>,
    /// Lines before this one are said only the first time.
    again_from: usize,
    next: usize,
    deadline: Option<Now>,
    patience: Patience,
    misses: u32,
    /// Lines for the times after a silence or a wrong key, the next one first.
    later: VecDeque<Vec<Line>>,
}

/// What a silence or a wrong key leads to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Miss {
    /// It is said again.
    Again,
    /// It has been said often enough.
    Enough,
}

impl Asking {
    /// Asks with these lines.
    #[must_use]
    pub fn new(lines: Vec<Line>, patience: Patience) -> Self {
        Self {
            lines,
            again_from: 0,
            next: 0,
            deadline: None,
            patience,
            misses: 0,
            later: VecDeque::new(),
        }
    }

    /// Asks in other words after each silence and wrong key; the last ones stay.
    #[must_use]
    pub fn then(mut self, later: Vec<Vec<Line>>) -> Self {
        self.later = later.into();
        self
    }

    /// Says lines before this one only the first time.
    #[must_use]
    pub const fn again_from(mut self, line: usize) -> Self {
        self.again_from = line;
        self
    }

    /// Begins to ask.
    pub fn begin(&mut self, journey: &mut Journey, now: Now) {
        self.next = 0;
        self.go_on(journey, now);
    }

    /// Asks again.
    pub fn repeat(&mut self, journey: &mut Journey, now: Now) {
        self.next = self.again_from;
        self.go_on(journey, now);
    }

    /// A line has ended: the next one, or the wait for a key.
    pub fn go_on(&mut self, journey: &mut Journey, now: Now) -> Move {
        match self.lines.get(self.next) {
            Some(line) => {
                self.next += 1;
                self.deadline = None;
                journey.say(now, line.clone(), StopOn::Digit);
            }
            None => self.listen(now),
        }
        Move::Stay
    }

    /// Says no more and waits for a key.
    pub fn listen(&mut self, now: Now) {
        self.next = self.lines.len();
        self.deadline = Some(now + self.patience.key_timeout);
    }

    /// A silence or a wrong key: asks again, or not any more.
    pub fn miss(&mut self, journey: &mut Journey, now: Now) -> Miss {
        self.deadline = None;
        if self.misses >= self.patience.retries {
            return Miss::Enough;
        }
        self.misses += 1;
        if let Some(lines) = self.later.pop_front() {
            self.lines = lines;
        }
        self.repeat(journey, now);
        Miss::Again
    }

    /// When a silence is long enough.
    #[must_use]
    pub const fn deadline(&self) -> Option<Now> {
        self.deadline
    }
}
