//! An expression as it is written, before its names and types are looked at.

use jiff::civil::DateTime;

use crate::vocabulary::fault::Fault;
use crate::vocabulary::fault::Span;
use crate::vocabulary::value::Value;

/// Deepest nesting, and the longest chain of `and`, `+` and the like.
pub const DEPTH_MAX: u32 = 64;

/// A part of an expression and its place in the text.
#[derive(Clone, Debug, PartialEq)]
pub struct Syntax {
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub form: Form,
    depth: u32,
}

/// What a part is.
#[derive(Clone, Debug, PartialEq)]
pub enum Form {
    /// A value as it stands.
    Value(Value),
    /// A moment without an offset: in the zone of whoever asks.
    Local(DateTime),
    /// A name.
    Name(String),
    /// A sign or word before a part.
    Unary(Unary, Box<Syntax>),
    /// A sign or word between two parts.
    Binary(Binary, Box<[Syntax; 2]>),
    /// `a in [b, c]`.
    In(Box<Syntax>, Vec<Syntax>),
    /// `a ? b : c`.
    Choice(Box<[Syntax; 3]>),
    /// `name(a, b)`: where the name stands, the name, the parts.
    Call(Span, String, Vec<Syntax>),
}

/// What stands before a part.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Unary {
    /// `not`.
    Not,
    /// `-`.
    Negative,
    /// `known`.
    Known,
}

/// What stands between two parts.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Binary {
    /// `and`.
    And,
    /// `or`.
    Or,
    /// `or else`.
    OrElse,
    /// `==`.
    Equal,
    /// `!=`.
    NotEqual,
    /// `<`.
    Less,
    /// `<=`.
    AtMost,
    /// `>`.
    More,
    /// `>=`.
    AtLeast,
    /// `+`.
    Plus,
    /// `-`.
    Minus,
    /// `*`.
    Times,
    /// `/`.
    Over,
}

impl Binary {
    /// As it is written.
    #[must_use]
    pub const fn written(self) -> &'static str {
        match self {
            Self::And => "and",
            Self::Or => "or",
            Self::OrElse => "or else",
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::More => ">",
            Self::AtLeast => ">=",
            Self::Plus => "+",
            Self::Minus => "-",
            Self::Times => "*",
            Self::Over => "/",
        }
    }
}

impl Syntax {
    /// The names in it.
    #[must_use]
    pub fn names(&self) -> Vec<&str> {
        match &self.form {
            Form::Value(_) | Form::Local(_) => Vec::new(),
            Form::Name(name) => vec![name],
            Form::Unary(_, part) => part.names(),
            Form::Binary(_, parts) => parts.iter().flat_map(Self::names).collect(),
            Form::In(part, parts) => {
                let all = std::iter::once(&**part).chain(parts);
                all.flat_map(Self::names).collect()
            }
            Form::Choice(parts) => parts.iter().flat_map(Self::names).collect(),
            Form::Call(_, _, parts) => parts.iter().flat_map(Self::names).collect(),
        }
    }

    /// A part at a place.
    ///
    /// # Errors
    ///
    /// It is deeper than [`DEPTH_MAX`].
    pub fn new(span: Span, form: Form) -> Result<Self, Fault> {
        let depth = 1 + form.depth();
        if depth > DEPTH_MAX {
            return Err(too_deep(span));
        }
        Ok(Self { span, form, depth })
    }

    /// The same, every part at the place that `place` says.
    #[must_use]
    pub fn placed(self, place: &dyn Fn(Span) -> Span) -> Self {
        let one = |part: Self| part.placed(place);
        let boxed = |part: Box<Self>| Box::new(part.placed(place));
        let form = match self.form {
            Form::Value(_) | Form::Local(_) | Form::Name(_) => self.form,
            Form::Unary(unary, part) => Form::Unary(unary, boxed(part)),
            Form::Binary(binary, parts) => Form::Binary(binary, Box::new(parts.map(one))),
            Form::In(part, parts) => Form::In(boxed(part), parts.into_iter().map(one).collect()),
            Form::Choice(parts) => Form::Choice(Box::new(parts.map(one))),
            Form::Call(at, name, parts) => {
                Form::Call(place(at), name, parts.into_iter().map(one).collect())
            }
        };
        Self {
            span: place(self.span),
            form,
            depth: self.depth,
        }
    }

    /// The same at another place: within its brackets.
    #[must_use]
    pub fn at(self, span: Span) -> Self {
        Self { span, ..self }
    }
}

impl Form {
    fn depth(&self) -> u32 {
        let deepest = |parts: &[Syntax]| parts.iter().map(|part| part.depth).max().unwrap_or(0);
        match self {
            Self::Value(_) | Self::Local(_) | Self::Name(_) => 0,
            Self::Unary(_, part) => part.depth,
            Self::Binary(_, parts) => deepest(parts.as_slice()),
            Self::In(part, parts) => part.depth.max(deepest(parts)),
            Self::Choice(parts) => deepest(parts.as_slice()),
            Self::Call(_, _, parts) => deepest(parts),
        }
    }
}

/// The fault that something is nested too deep.
#[must_use]
pub fn too_deep(span: Span) -> Fault {
    let fault = Fault::new(span, format!("too deep: at most {DEPTH_MAX} levels"));
    fault.help("split the condition, or write `x in [a, b, c]` for `x == a or x == b …`")
}
