//! Forms of values and the keys of maps, in tables.

/// What a value looks like.
#[derive(Clone, Copy, Debug)]
pub enum Form {
    /// Words.
    Text,
    /// A name of something: a step, a queue, a bank.
    Name,
    /// What is said: a text, or one in each language.
    Said,
    /// What is said, or a list: the first time, the second time.
    Prompts,
    /// A whole number in this range.
    Whole(u32, u32),
    /// A number.
    Number,
    /// A length of time: `800ms`, `5s`, `2m`.
    Length,
    /// Yes or no.
    Truth,
    /// One of these words.
    One(&'static [&'static str]),
    /// Digits in quotes.
    Dialled,
    /// A condition or a value that is worked out: words, a number, yes or no.
    Expression,
    /// A list of these, or one alone.
    Some(&'static Self),
    /// A list of these.
    List(&'static Self),
    /// A map with any names.
    Map(&'static Self),
    /// A map with keys of the telephone, in quotes.
    Keys(&'static Self),
    /// A map with these keys.
    Keyed(&'static Shape),
    /// One of these.
    Either(&'static [Self]),
    /// Anything.
    Any,
}

/// A map with keys.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// What it is.
    pub about: &'static str,
    /// Its keys.
    pub keys: &'static [Key],
}

/// A key.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// Its name.
    pub name: &'static str,
    /// What its value looks like.
    pub form: Form,
    /// Whether it must be there.
    pub need: Need,
    /// What it is for.
    pub about: &'static str,
}

/// Whether a key must be there.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Need {
    /// It must.
    Needed,
    /// It may.
    Free,
}

/// A key that must be there.
#[must_use]
pub const fn needed(name: &'static str, form: Form, about: &'static str) -> Key {
    Key {
        name,
        form,
        need: Need::Needed,
        about,
    }
}

/// A key that may be there.
#[must_use]
pub const fn free(name: &'static str, form: Form, about: &'static str) -> Key {
    Key {
        name,
        form,
        need: Need::Free,
        about,
    }
}
