//! Texts with typed slots: `"It leaves at {{ order.departs | time }}."`.

use crate::machine::prediction::attribute::Unit;

/// A text, cut into what is recorded once and what is said from fragments.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Template {
    /// In the order of the text.
    pub parts: Vec<Part>,
}

/// A part of a template.
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    /// Words as they stand.
    Literal(String),
    /// A value.
    Slot(Slot),
}

/// A place for a value.
#[derive(Clone, Debug, PartialEq)]
pub struct Slot {
    /// The attribute: `price`, `customer.name`.
    pub name: String,
    /// How it is said; none: as its kind is said.
    pub form: Option<Form>,
    /// Byte offset of the slot in the template's text.
    pub offset: usize,
}

/// How a value is said.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Form {
    /// A number, with up to two digits after its point.
    Number,
    /// So many of a hundred.
    Percent,
    /// An amount.
    Money,
    /// A day; its year is said if it is far from today.
    Date,
    /// A day with its year.
    FullDate,
    /// A clock time.
    Time,
    /// A day and a clock time.
    Moment,
    /// How long.
    Span(Unit),
    /// Characters one by one.
    Digits,
    /// A telephone number, in groups.
    Phone,
    /// The last four characters, one by one.
    Tail,
    /// The words of a state.
    Words,
    /// Free words, as they stand: a name.
    Name,
}

impl Form {
    /// The form with this name in a template.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let known = Self::NAMES.iter().find(|(known, _)| *known == name);
        known.map(|(_, form)| *form)
    }

    /// All forms by name.
    pub const NAMES: [(&'static str, Self); 15] = [
        ("number", Self::Number),
        ("percent", Self::Percent),
        ("money", Self::Money),
        ("date", Self::Date),
        ("full_date", Self::FullDate),
        ("time", Self::Time),
        ("moment", Self::Moment),
        ("minutes", Self::Span(Unit::Minutes)),
        ("hours", Self::Span(Unit::Hours)),
        ("days", Self::Span(Unit::Days)),
        ("digits", Self::Digits),
        ("phone", Self::Phone),
        ("tail", Self::Tail),
        ("words", Self::Words),
        ("name", Self::Name),
    ];
}

/// What is wrong in a template's text.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum TemplateError {
    /// A slot is not closed.
    #[error("a slot begins with {{{{ and never ends with }}}}")]
    Open {
        /// Byte offset in the text.
        offset: usize,
    },
    /// A slot names nothing that can be filled in.
    #[error("a slot reads {{{{ order.NAME | FORM }}}}, not {slot:?}")]
    Unreadable {
        /// What stands in the slot.
        slot: String,
        /// Byte offset in the text.
        offset: usize,
    },
    /// A form is not known.
    #[error("no form {form:?} to say a value in")]
    UnknownForm {
        /// What stands after the bar.
        form: String,
        /// Byte offset in the text.
        offset: usize,
    },
}

impl TemplateError {
    /// Byte offset in the template's text.
    #[must_use]
    pub const fn offset(&self) -> usize {
        match self {
            Self::Open { offset }
            | Self::Unreadable { offset, .. }
            | Self::UnknownForm { offset, .. } => *offset,
        }
    }
}

impl Template {
    /// Cuts a text at its slots.
    ///
    /// # Errors
    ///
    /// The first slot that cannot be read.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("{{") {
            let offset = text.len() - after.len() - 2;
            let (slot, after) = after
                .split_once("}}")
                .ok_or(TemplateError::Open { offset })?;
            push_literal(&mut parts, before);
            parts.push(Part::Slot(parse_slot(slot, offset)?));
            rest = after;
        }
        push_literal(&mut parts, rest);
        Ok(Self { parts })
    }

    /// Its slots.
    pub fn slots(&self) -> impl Iterator<Item = &Slot> {
        self.parts.iter().filter_map(|part| match part {
            Part::Slot(slot) => Some(slot),
            Part::Literal(_) => None,
        })
    }

    /// Its words.
    pub fn literals(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            Part::Literal(words) => Some(words.as_str()),
            Part::Slot(_) => None,
        })
    }
}

fn push_literal(parts: &mut Vec<Part>, words: &str) {
    if !words.trim().is_empty() {
        parts.push(Part::Literal(words.trim().to_owned()));
    }
}

fn parse_slot(slot: &str, offset: usize) -> Result<Slot, TemplateError> {
    let (name, form) = match slot.split_once('|') {
        Some((name, form)) => (name.trim(), Some(form.trim())),
        None => (slot.trim(), None),
    };
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '.';
    if name.is_empty() || !name.chars().all(plain) {
        let slot = slot.trim().to_owned();
        return Err(TemplateError::Unreadable { slot, offset });
    }
    let form = form.map(|form| {
        Form::named(form).ok_or_else(|| TemplateError::UnknownForm {
            form: form.to_owned(),
            offset,
        })
    });
    Ok(Slot {
        name: name.strip_prefix("order.").unwrap_or(name).to_owned(),
        form: form.transpose()?,
        offset,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_at_its_slots() {
        let template = Template::parse("到账{{ order.price | money }},请留意。{{customer.name}}");
        let parts = template.unwrap().parts;
        let slot = |name: &str, form, offset| {
            Part::Slot(Slot {
                name: name.to_owned(),
                form,
                offset,
            })
        };
        let words = |words: &str| Part::Literal(words.to_owned());
        assert_eq!(
            parts,
            [
                words("到账"),
                slot("price", Some(Form::Money), 6),
                words(",请留意。"),
                slot("customer.name", None, 44),
            ]
        );
    }

    #[test]
    fn a_slot_that_cannot_be_read_says_where() {
        for (text, offset) in [
            ("a {{ order.price", 2),
            ("{{ order.price | mony }}", 0),
            ("x {{ }}", 2),
            ("xy {{ a + b }}", 3),
        ] {
            assert_eq!(
                Template::parse(text).unwrap_err().offset(),
                offset,
                "{text}"
            );
        }
    }
}
