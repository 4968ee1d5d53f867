//! What is told to those who wait.

/// What a waiting caller is told.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Tell {
    /// The place in the queue.
    Position,
    /// The expected wait.
    Wait,
}
