//! A card's inside: its lines and rows, each at a height from the card's top.

use crate::machine::drawing::chart::Cap;
use crate::machine::drawing::chart::Card;
use crate::machine::drawing::chart::Row;
use crate::machine::drawing::measure;

/// Width of every card.
pub const CARD_WIDTH: f64 = 290.0;
/// Height of the band with the name.
pub const HEADER: f64 = 34.0;
/// Room at the sides.
pub const PAD: f64 = 12.0;
/// Size of words.
pub const WORDS: f64 = 12.0;
/// Size of small words.
pub const SMALL: f64 = 11.0;
/// Size of names.
pub const NAME: f64 = 14.0;
/// Height of a key or an outcome.
pub const CAP_HEIGHT: f64 = 18.0;
const LINE: f64 = 17.0;
const ROW: f64 = 25.0;
const GAP: f64 = 8.0;
/// Where words begin, right of their tag.
const TAG: f64 = 28.0;
/// Most lines of one text.
const LINES_MAX: usize = 3;
/// Room between two things in a row.
const SPACE: f64 = 5.0;

/// A piece of text or a shape within a card, by its left end and the middle of its height.
#[derive(Clone, Debug, PartialEq)]
pub struct Piece {
    /// From the card's left.
    pub x: f64,
    /// From the card's top.
    pub y: f64,
    /// How wide it is.
    pub width: f64,
    /// What it is.
    pub shape: Shape,
}

/// What a piece is.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// The tag of a language.
    Tag(String),
    /// What is said.
    Words(String),
    /// What else is to be known.
    Fact(String),
    /// A line across.
    Rule,
    /// A key.
    Key(char),
    /// An outcome.
    Outcome(String),
    /// What a row sets.
    Note(String),
    /// How often it was gone.
    Weight(String),
    /// The name of the card it leads to, by its place.
    Name(usize, String),
    /// The mark of an end.
    End(String),
}

/// How a row leads on.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Lead {
    /// By a line from its right end.
    Line,
    /// By the name of the card it leads to.
    Name,
}

/// A card's inside.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Anatomy {
    /// Pieces from top to bottom.
    pub pieces: Vec<Piece>,
    /// The height of each row's way out.
    pub ports: Vec<f64>,
    /// The card's height.
    pub height: f64,
}

/// Takes a card apart. `leads` says for each row how it leads on, and where to by name.
#[must_use]
pub fn anatomy(card: &Card, leads: &[(Lead, String)]) -> Anatomy {
    let mut body = Body {
        y: HEADER + GAP,
        anatomy: Anatomy::default(),
    };
    for (tag, words) in &card.words {
        body.words(tag, words);
    }
    for fact in &card.facts {
        let text = measure::cut(fact, SMALL, CARD_WIDTH - 2.0 * PAD);
        body.line(PAD, &text, SMALL, Shape::Fact);
    }
    if !card.rows.is_empty() && body.y > HEADER + GAP {
        body.piece(0.0, body.y + 3.0, CARD_WIDTH, Shape::Rule);
        body.y += GAP;
    }
    for (row, (lead, name)) in card.rows.iter().zip(leads) {
        body.row(row, *lead, name);
    }
    if let Some(end) = &card.end {
        body.line(PAD, end, WORDS, Shape::End);
    }
    let mut anatomy = body.anatomy;
    anatomy.height = body.y + GAP - 2.0;
    anatomy
}

struct Body {
    y: f64,
    anatomy: Anatomy,
}

impl Body {
    fn piece(&mut self, x: f64, y: f64, width: f64, shape: Shape) {
        self.anatomy.pieces.push(Piece { x, y, width, shape });
    }

    fn line(&mut self, x: f64, text: &str, size: f64, shape: impl Fn(String) -> Shape) {
        let width = measure::width(text, size);
        self.piece(x, self.y + LINE / 2.0, width, shape(text.to_owned()));
        self.y += LINE;
    }

    fn words(&mut self, tag: &str, words: &str) {
        let left = if tag.is_empty() { PAD } else { PAD + TAG };
        let room = CARD_WIDTH - left - PAD;
        let lines = measure::wrapped(words, WORDS, room, LINES_MAX);
        if !tag.is_empty() && !lines.is_empty() {
            let shape = Shape::Tag(tag.to_owned());
            self.piece(PAD, self.y + LINE / 2.0, TAG - SPACE, shape);
        }
        for line in lines {
            self.line(left, &line, WORDS, Shape::Words);
        }
        self.y += 3.0;
    }

    /// A row, in as many lines as its caps need; it leads on from the last.
    fn row(&mut self, row: &Row, lead: Lead, name: &str) {
        let weight = row.weight.map(grouped);
        let weight_width = weight
            .as_ref()
            .map_or(0.0, |text| measure::width(text, SMALL) + SPACE);
        let name = measure::cut(name, SMALL, CARD_WIDTH / 2.0);
        let name_width = match lead {
            Lead::Line => 0.0,
            Lead::Name => measure::width(&format!("→ {name}"), SMALL) + 14.0 + SPACE,
        };
        let end = CARD_WIDTH - PAD - name_width - weight_width;
        let mut x = PAD;
        for cap in &row.caps {
            let width = cap_width(cap);
            if x > PAD && x + width > end {
                self.y += ROW - 3.0;
                x = PAD;
            }
            let shape = match cap {
                Cap::Key(key) => Shape::Key(*key),
                Cap::Word(word) => Shape::Outcome(word.clone()),
            };
            self.piece(x, self.y + ROW / 2.0, width, shape);
            x += width + SPACE;
        }
        let room = end - x - SPACE;
        if !row.note.is_empty() && room > 3.0 * SMALL {
            let note = measure::cut(&row.note, SMALL, room);
            let width = measure::width(&note, SMALL);
            self.piece(x + 2.0, self.y + ROW / 2.0, width, Shape::Note(note));
        }
        let y = self.y + ROW / 2.0;
        if let Some(weight) = weight {
            self.piece(end + SPACE, y, weight_width - SPACE, Shape::Weight(weight));
        }
        if lead == Lead::Name {
            let x = CARD_WIDTH - PAD - name_width + SPACE;
            self.piece(x, y, name_width - SPACE, Shape::Name(row.to, name));
        }
        self.anatomy.ports.push(y);
        self.y += ROW;
    }
}

fn cap_width(cap: &Cap) -> f64 {
    match cap {
        Cap::Key(_) => CAP_HEIGHT,
        Cap::Word(word) => measure::width(word, SMALL) + 12.0,
    }
}

/// A count with commas between thousands.
#[must_use]
pub fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_have_commas() {
        assert_eq!(grouped(7), "7");
        assert_eq!(grouped(1_204), "1,204");
        assert_eq!(grouped(1_234_567), "1,234,567");
    }
}
