//! Cards and lines with their places.

use crate::machine::drawing::anatomy;
use crate::machine::drawing::anatomy::Anatomy;
use crate::machine::drawing::anatomy::CARD_WIDTH;
use crate::machine::drawing::anatomy::Lead;
use crate::machine::drawing::chart::Chart;
use crate::machine::drawing::column;
use crate::machine::drawing::column::Columns;
use crate::machine::drawing::placing;

/// Room between two columns: lines cross here.
pub const COLUMN_GAP: f64 = 96.0;
/// Room around everything.
pub const MARGIN: f64 = 40.0;
/// Width of a number to dial.
pub const ENTRY_WIDTH: f64 = 150.0;

/// A rectangle.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Area {
    /// Left.
    pub x: f64,
    /// Top.
    pub y: f64,
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
}

/// A card with its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Placed {
    /// Where.
    pub area: Area,
    /// Its inside.
    pub anatomy: Anatomy,
    /// How many rows elsewhere name it.
    pub named_by: usize,
}

/// A line: it leaves and comes level, and is level where it passes a column.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Left and right ends of its level pieces, from its first to its last point.
    pub points: Vec<(f64, f64)>,
    /// The card it leaves.
    pub card: usize,
    /// Its row there.
    pub row: usize,
}

/// A picture.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Picture {
    /// How wide it is.
    pub width: f64,
    /// How high it is.
    pub height: f64,
    /// Cards, as in the chart.
    pub cards: Vec<Placed>,
    /// Lines.
    pub lines: Vec<Line>,
    /// Numbers to dial.
    pub entry: Vec<Area>,
}

/// Lays a chart out; `head` is the room above the cards.
#[must_use]
pub fn picture(chart: &Chart, head: f64) -> Picture {
    let columns = column::columns(chart);
    let anatomies: Vec<Anatomy> = chart
        .cards
        .iter()
        .zip(&columns.leads)
        .map(|(card, leads)| {
            let rows = card.rows.iter().zip(leads).map(|(row, lead)| {
                let name = chart.cards.get(row.to).map(|card| card.name.clone());
                (*lead, name.unwrap_or_default())
            });
            anatomy::anatomy(card, &rows.collect::<Vec<_>>())
        })
        .collect();
    let links = columns.links(chart);
    let tops = placing::tops(&columns, &anatomies, &links);
    let left = if chart.entry.is_empty() {
        MARGIN
    } else {
        MARGIN + ENTRY_WIDTH + COLUMN_GAP * 0.6
    };
    let x = |node: usize| left + column::number(columns.nodes[node]) * (CARD_WIDTH + COLUMN_GAP);
    let y = |node: usize| MARGIN + head + tops[node];
    let lines = lines(&columns, &anatomies, &x, &y);
    let cards = anatomies.into_iter().enumerate();
    let cards = cards.map(|(at, anatomy)| Placed {
        area: Area {
            x: x(at),
            y: y(at),
            width: CARD_WIDTH,
            height: anatomy.height,
        },
        anatomy,
        named_by: named_by(chart, &columns, at),
    });
    let mut picture = Picture {
        cards: cards.collect(),
        lines,
        ..Picture::default()
    };
    picture.entry = entries(chart, &picture);
    let areas = picture.cards.iter().map(|card| card.area);
    let areas = areas.chain(picture.entry.iter().copied());
    let (right, bottom) = areas.fold((0.0, 0.0), |(right, bottom): (f64, f64), area| {
        (
            right.max(area.x + area.width),
            bottom.max(area.y + area.height),
        )
    });
    picture.width = right + MARGIN;
    picture.height = bottom + MARGIN;
    picture
}

fn named_by(chart: &Chart, columns: &Columns, card: usize) -> usize {
    let rows = chart.cards.iter().zip(&columns.leads);
    let rows = rows.flat_map(|(card, leads)| card.rows.iter().zip(leads));
    rows.filter(|(row, lead)| row.to == card && **lead == Lead::Name)
        .count()
}

/// Numbers to dial, left of the first card, level with its name.
fn entries(chart: &Chart, picture: &Picture) -> Vec<Area> {
    let Some(first) = picture.cards.first() else {
        return Vec::new();
    };
    let height = 26.0;
    let areas = (0..chart.entry.len()).map(|at| Area {
        x: MARGIN,
        y: first.area.y + 4.0 + column::number(at) * (height + 8.0),
        width: ENTRY_WIDTH,
        height,
    });
    areas.collect()
}

fn lines(
    columns: &Columns,
    cards: &[Anatomy],
    x: &impl Fn(usize) -> f64,
    y: &impl Fn(usize) -> f64,
) -> Vec<Line> {
    let line = |route: &column::Route| {
        let port = cards
            .get(route.card)
            .and_then(|card| card.ports.get(route.row));
        let start = y(route.card) + port.copied().unwrap_or(0.0);
        let mut points = vec![(x(route.card) + CARD_WIDTH, start)];
        for lane in &route.lanes {
            points.push((x(*lane), y(*lane)));
            points.push((x(*lane) + CARD_WIDTH, y(*lane)));
        }
        points.push((x(route.to), y(route.to) + placing::way_in(cards, route.to)));
        Line {
            points,
            card: route.card,
            row: route.row,
        }
    };
    columns.routes.iter().map(line).collect()
}
