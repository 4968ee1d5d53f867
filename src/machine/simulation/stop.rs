//! Why a day is not played to its end.

/// Says now and then whether it has been enough.
pub type Enough<'e> = dyn Fn() -> bool + 'e;

/// So many calls or events pass before it is asked again whether it has been enough.
pub const ASK_EVERY: usize = 1_024;

/// Why a day was not played to its end; nothing of it is told.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Stop {
    /// It has been enough.
    #[error("it was stopped")]
    Enough,
    /// It has more than so many calls.
    #[error("over {0} calls, those who call again included")]
    TooManyCalls(usize),
}
