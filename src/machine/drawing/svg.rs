//! The picture as text: SVG that any browser and any printer takes.

use std::fmt::Write;

use crate::machine::drawing::anatomy::CAP_HEIGHT;
use crate::machine::drawing::anatomy::CARD_WIDTH;
use crate::machine::drawing::anatomy::HEADER;
use crate::machine::drawing::anatomy::NAME;
use crate::machine::drawing::anatomy::PAD;
use crate::machine::drawing::anatomy::Piece;
use crate::machine::drawing::anatomy::SMALL;
use crate::machine::drawing::anatomy::Shape;
use crate::machine::drawing::anatomy::WORDS;
use crate::machine::drawing::chart::Cap;
use crate::machine::drawing::chart::Card;
use crate::machine::drawing::chart::Chart;
use crate::machine::drawing::chart::Tone;
use crate::machine::drawing::measure;
use crate::machine::drawing::picture;
use crate::machine::drawing::picture::Line;
use crate::machine::drawing::picture::MARGIN;
use crate::machine::drawing::picture::Picture;
use crate::machine::drawing::picture::Placed;

/// Size of the title.
const TITLE: f64 = 30.0;
/// Size of the notes under it.
const NOTE: f64 = 13.0;
const FONT: &str =
    "'Helvetica Neue',Arial,'Noto Sans CJK SC','PingFang SC','Microsoft YaHei',sans-serif";
const STYLE: &str = "text{font-family:FONT}\
.line{fill:none;stroke:#64748b}.line:hover{stroke:#111827}\
.halo{fill:none;stroke:#fff}\
.frame{fill:#fff;stroke:#cbd5e1}.card:target .frame{stroke:#111827;stroke-width:3}\
a text:hover{text-decoration:underline}";

/// Draws a chart.
#[must_use]
pub fn draw(chart: &Chart) -> String {
    let head = TITLE + 12.0 + column_height(chart.notes.len()) + 24.0;
    let picture = picture::picture(chart, head);
    let mut svg = Svg {
        text: String::new(),
        most: most(chart),
    };
    svg.open(chart, &picture);
    for line in &picture.lines {
        svg.line(chart, line);
    }
    svg.entry(chart, &picture);
    for (card, placed) in chart.cards.iter().zip(&picture.cards) {
        svg.card(chart, card, placed);
    }
    svg.text.push_str("</svg>\n");
    svg.text
}

fn column_height(notes: usize) -> f64 {
    crate::machine::drawing::column::number(notes) * (NOTE + 6.0)
}

/// The largest weight of a row.
fn most(chart: &Chart) -> u64 {
    let rows = chart.cards.iter().flat_map(|card| &card.rows);
    rows.filter_map(|row| row.weight).max().unwrap_or(0)
}

struct Svg {
    text: String,
    most: u64,
}

impl Svg {
    fn put(&mut self, piece: std::fmt::Arguments<'_>) {
        // Writing to a String cannot fail.
        let _never = self.text.write_fmt(piece);
        self.text.push('\n');
    }

    fn open(&mut self, chart: &Chart, picture: &Picture) {
        let titles = std::iter::once((&chart.title, TITLE));
        let titles = titles.chain(chart.notes.iter().map(|note| (note, NOTE)));
        let widest = titles.map(|(text, size)| measure::bold_width(text, size));
        let width = widest.fold(picture.width, |width, text| width.max(text + 2.0 * MARGIN));
        let height = picture.height;
        self.put(format_args!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" \
             width=\"{width:.0}\" height=\"{height:.0}\" role=\"img\">"
        ));
        self.put(format_args!("<title>{}</title>", escaped(&chart.title)));
        self.put(format_args!(
            "<style>{}</style>",
            STYLE.replace("FONT", FONT)
        ));
        self.put(format_args!(
            "<rect width=\"{width:.0}\" height=\"{height:.0}\" fill=\"#fff\"/>"
        ));
        let mut y = MARGIN + TITLE * 0.8;
        self.put(format_args!(
            "<text x=\"{MARGIN}\" y=\"{y:.1}\" font-size=\"{TITLE}\" font-weight=\"700\" \
             fill=\"#0f172a\">{}</text>",
            escaped(&chart.title)
        ));
        y += 12.0;
        for note in &chart.notes {
            y += NOTE + 6.0;
            self.words((MARGIN, y), NOTE, "#475569", note);
        }
    }

    /// Words by the left end of their base line.
    fn words(&mut self, (x, y): (f64, f64), size: f64, colour: &str, words: &str) {
        self.put(format_args!(
            "<text x=\"{x:.1}\" y=\"{y:.1}\" font-size=\"{size}\" fill=\"{colour}\">{}</text>",
            escaped(words)
        ));
    }

    fn line(&mut self, chart: &Chart, line: &Line) {
        let path = path(line);
        let row = chart
            .cards
            .get(line.card)
            .and_then(|card| card.rows.get(line.row));
        let width = self.thickness(row.and_then(|row| row.weight));
        self.put(format_args!(
            "<path class=\"halo\" d=\"{path}\" stroke-width=\"{:.1}\"/>",
            width + 4.0
        ));
        let said = row.map(|row| {
            let from = chart
                .cards
                .get(line.card)
                .map_or("", |card| card.name.as_str());
            let to = chart
                .cards
                .get(row.to)
                .map_or("", |card| card.name.as_str());
            let caps: Vec<String> = row.caps.iter().map(cap_words).collect();
            format!("{from}: {} → {to}", caps.join(", "))
        });
        self.put(format_args!(
            "<path class=\"line\" d=\"{path}\" stroke-width=\"{width:.1}\"><title>{}</title></path>",
            escaped(&said.unwrap_or_default())
        ));
        if let Some((x, y)) = line.points.last() {
            self.put(format_args!(
                "<path d=\"M{:.1} {:.1}l-9 -4.5v9z\" fill=\"#64748b\"/>",
                x, y
            ));
        }
    }

    /// A line's width: by the root of its share of the most.
    fn thickness(&self, weight: Option<u64>) -> f64 {
        let Some(weight) = weight.filter(|_| self.most > 0) else {
            return 1.5;
        };
        let part = |count: u64| u32::try_from(count).map_or(f64::from(u32::MAX), f64::from);
        1.0 + 6.0 * (part(weight) / part(self.most)).sqrt()
    }

    fn entry(&mut self, chart: &Chart, picture: &Picture) {
        let Some(first) = picture.cards.first() else {
            return;
        };
        for (number, area) in chart.entry.iter().zip(&picture.entry) {
            let (x, y) = (area.x + area.width, area.y + area.height / 2.0);
            let to = (first.area.x, first.area.y + HEADER / 2.0);
            let line = Line {
                points: vec![(x, y), to],
                card: 0,
                row: 0,
            };
            self.put(format_args!(
                "<path class=\"line\" d=\"{}\" stroke-width=\"1.5\"/>",
                path(&line)
            ));
            self.put(format_args!(
                "<path d=\"M{:.1} {:.1}l-9 -4.5v9z\" fill=\"#64748b\"/>",
                to.0, to.1
            ));
            self.put(format_args!(
                "<rect x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\" rx=\"13\" fill=\"#0f172a\"/>",
                area.x, area.y, area.width, area.height
            ));
            let text = measure::cut(number, NAME, area.width - 24.0);
            self.middle((area.x + area.width / 2.0, y), NAME, "#fff", &text);
        }
    }

    /// Words around a point.
    fn middle(&mut self, (x, y): (f64, f64), size: f64, colour: &str, words: &str) {
        self.put(format_args!(
            "<text x=\"{x:.1}\" y=\"{:.1}\" font-size=\"{size}\" font-weight=\"600\" \
             text-anchor=\"middle\" fill=\"{colour}\">{}</text>",
            y + size * 0.36,
            escaped(words)
        ));
    }

    fn card(&mut self, chart: &Chart, card: &Card, placed: &Placed) {
        let (dark, light) = card.tone.colours();
        let (x, y, height) = (placed.area.x, placed.area.y, placed.area.height);
        self.put(format_args!(
            "<g id=\"{}\" class=\"card\" transform=\"translate({x:.1} {y:.1})\">",
            escaped(&card.name)
        ));
        self.put(format_args!(
            "<rect class=\"frame\" width=\"{CARD_WIDTH}\" height=\"{height:.1}\" rx=\"8\"/>"
        ));
        self.put(format_args!(
            "<path d=\"M0 {HEADER}V8a8 8 0 0 1 8-8H{:.1}a8 8 0 0 1 8 8V{HEADER}z\" fill=\"{dark}\"/>",
            CARD_WIDTH - 8.0
        ));
        let kind = match placed.named_by {
            0 => card.kind.clone(),
            ways => format!("{} ←{ways}", card.kind),
        };
        let kind_width = measure::width(&kind, SMALL);
        let room = CARD_WIDTH - 2.0 * PAD - kind_width - 8.0;
        let name = measure::cut(&card.name, NAME * 1.08, room);
        self.put(format_args!(
            "<text x=\"{PAD}\" y=\"22\" font-size=\"{NAME}\" font-weight=\"700\" fill=\"#fff\">{}</text>",
            escaped(&name)
        ));
        self.put(format_args!(
            "<text x=\"{:.1}\" y=\"21.5\" font-size=\"{SMALL}\" text-anchor=\"end\" fill=\"{light}\">{}</text>",
            CARD_WIDTH - PAD,
            escaped(&kind)
        ));
        for piece in &placed.anatomy.pieces {
            self.piece(chart, card.tone, piece);
        }
        self.text.push_str("</g>\n");
    }

    fn piece(&mut self, chart: &Chart, tone: Tone, piece: &Piece) {
        let (dark, light) = tone.colours();
        let Piece { x, y, width, shape } = piece;
        let base = y + SMALL * 0.36;
        match shape {
            Shape::Tag(tag) => self.words((*x, base), SMALL - 1.0, "#94a3b8", tag),
            Shape::Words(words) => self.words((*x, y + WORDS * 0.36), WORDS, "#1e293b", words),
            Shape::Fact(fact) => self.words((*x, base), SMALL, "#64748b", fact),
            Shape::Note(note) => self.words((*x, base), SMALL, "#475569", note),
            Shape::Weight(weight) => self.words((*x, base), SMALL, "#0f172a", weight),
            Shape::Rule => self.put(format_args!(
                "<path d=\"M0 {y:.1}H{width:.1}\" stroke=\"#e2e8f0\"/>"
            )),
            Shape::Key(key) => {
                self.pill(piece, 4.0, dark);
                self.middle((x + width / 2.0, *y), SMALL, "#fff", &key.to_string());
            }
            Shape::Outcome(word) => {
                self.pill(piece, 9.0, light);
                self.words((x + 6.0, base), SMALL, dark, word);
            }
            Shape::Name(to, name) => {
                let other = chart.cards.get(*to).map_or(tone, |card| card.tone);
                let (dark, light) = other.colours();
                let target = chart.cards.get(*to).map_or("", |card| card.name.as_str());
                self.put(format_args!("<a href=\"#{}\">", escaped(target)));
                self.pill(piece, 4.0, light);
                self.words((x + 7.0, base), SMALL, dark, &format!("→ {name}"));
                self.text.push_str("</a>\n");
            }
            Shape::End(words) => {
                self.put(format_args!(
                    "<rect x=\"{x:.1}\" y=\"{:.1}\" width=\"9\" height=\"9\" fill=\"#b91c1c\"/>",
                    y - 4.5
                ));
                self.words((x + 15.0, y + WORDS * 0.36), WORDS, "#b91c1c", words);
            }
        }
    }

    fn pill(&mut self, piece: &Piece, round: f64, colour: &str) {
        self.put(format_args!(
            "<rect x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{CAP_HEIGHT}\" rx=\"{round}\" fill=\"{colour}\"/>",
            piece.x,
            piece.y - CAP_HEIGHT / 2.0,
            piece.width
        ));
    }
}

fn cap_words(cap: &Cap) -> String {
    match cap {
        Cap::Key(key) => key.to_string(),
        Cap::Word(word) => word.clone(),
    }
}

/// Level at both ends; all that is not level is between two columns.
fn path(line: &Line) -> String {
    let mut path = String::new();
    let mut before: Option<(f64, f64)> = None;
    for (at, (x, y)) in line.points.iter().enumerate() {
        let piece = match before {
            None => format!("M{x:.1} {y:.1}"),
            // Every second piece passes a column.
            Some(_) if at % 2 == 0 => format!("H{x:.1}"),
            Some((from, level)) => {
                let middle = f64::midpoint(from, *x);
                format!("C{middle:.1} {level:.1} {middle:.1} {y:.1} {x:.1} {y:.1}")
            }
        };
        path.push_str(&piece);
        before = Some((*x, *y));
    }
    path
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
