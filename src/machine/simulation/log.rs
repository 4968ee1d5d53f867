//! What happened on a day.

use crate::machine::simulation::series::Level;

/// One attempt of somebody to be served. Minutes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Attempt {
    /// Its type.
    pub kind: usize,
    /// When, after the beginning of the day.
    pub at: f64,
    /// How often they called before.
    pub attempt: u8,
    /// How long they waited.
    pub waited: f64,
    /// And when they called before.
    pub waited_before: f64,
    /// What became of it.
    pub end: End,
}

/// What became of an attempt.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum End {
    /// Served by a seat of this group.
    Served(usize),
    /// Hung up.
    Left,
    /// Not let in: no free line, or the queue was full.
    Blocked,
    /// Turned away at the close; or at the end of the day, if nobody would ever have answered.
    TurnedAway,
}

/// What happened on a day.
#[derive(Clone, Debug)]
pub struct Log {
    /// All attempts, those before the end of the warm-up included, by when they ended.
    pub attempts: Vec<Attempt>,
    /// How many waited, by type.
    pub waiting: Vec<Level>,
    /// Seats that were there, by group.
    pub there: Vec<Level>,
    /// Seats at work, by group.
    pub busy: Vec<Level>,
}
