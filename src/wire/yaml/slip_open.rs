//! What a slip of the hand is, and what is open between the lines that are looked at for some.

use crate::vocabulary::fault::Fault;

/// A sign that looks like `:` and is none.
pub const FULL_COLON: char = '：';

/// When something is a slip.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Sure {
    /// Whatever the parser says.
    Always,
    /// If the parser refused the text, or found a plain word that begins here.
    AtWord,
    /// If the parser refused the text.
    IfRefused,
}

/// A slip and when it is one.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Slip {
    /// What is to be said.
    pub fault: Fault,
    /// When.
    pub sure: Sure,
    /// Where the word begins that it belongs to.
    pub at: usize,
}

impl Slip {
    /// A slip whose word begins where its fault is.
    #[must_use]
    pub const fn new(sure: Sure, fault: Fault) -> Self {
        let at = fault.span.start;
        Self { fault, sure, at }
    }
}

/// What is open between two lines.
#[derive(Clone, Debug, Default)]
pub struct Open {
    /// Brackets and where they stand.
    pub brackets: Vec<(char, usize)>,
    /// A quote that was not closed.
    pub quote: Option<char>,
    /// A text in a block: lines that stand deeper than this belong to it.
    pub block: Option<usize>,
    /// How far in the open maps and lists stand.
    pub levels: Vec<usize>,
    /// The last line ended with a key that has no value yet.
    pub awaits: bool,
}
