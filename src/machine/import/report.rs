//! What became of each line of an imported file: nothing is dropped without a word.

use std::fmt;

/// What became of a line.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Became {
    /// Nothing: a person must look at it.
    Lost,
    /// Something that is not quite the same.
    Changed,
    /// Nothing, and nothing is missed.
    Needless,
}

/// A line and what became of it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Note {
    /// The file.
    pub file: String,
    /// The line, from 1; 0: none of them.
    pub line: usize,
    /// What became of it.
    pub became: Became,
    /// What is to be known.
    pub what: String,
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let became = match self.became {
            Became::Lost => "not understood",
            Became::Changed => "changed",
            Became::Needless => "not needed",
        };
        match self.line {
            0 => write!(f, "{}: {became}: {}", self.file, self.what),
            line => write!(f, "{}:{line}: {became}: {}", self.file, self.what),
        }
    }
}

/// Notes of a file.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Report {
    /// In the order in which they were made.
    pub notes: Vec<Note>,
}

impl Report {
    /// Adds a note, once.
    pub fn note(&mut self, file: &str, line: usize, became: Became, what: impl Into<String>) {
        let note = Note {
            file: file.to_owned(),
            line,
            became,
            what: what.into(),
        };
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    /// Puts notes in the order of the file.
    pub fn sort(&mut self) {
        self.notes
            .sort_by(|one, other| (&one.file, one.line).cmp(&(&other.file, other.line)));
    }

    /// How many lines became this.
    #[must_use]
    pub fn count(&self, became: Became) -> usize {
        self.notes
            .iter()
            .filter(|note| note.became == became)
            .count()
    }
}
