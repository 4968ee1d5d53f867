//! How high everything stands: as level with its neighbours as order and room allow.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::machine::drawing::anatomy::Anatomy;
use crate::machine::drawing::anatomy::HEADER;
use crate::machine::drawing::column::Columns;
use crate::machine::drawing::column::Link;

/// Room between two cards.
pub const CARD_GAP: f64 = 30.0;
/// Room between a lane and what is next to it.
pub const LANE_GAP: f64 = 14.0;
/// Rounds of levelling.
const ROUNDS: usize = 40;
/// How much straighter a lane wants to be than a card.
const LANE_WEIGHT: f64 = 6.0;

/// The top of each node; a lane is as high as a line.
#[must_use]
pub fn tops(columns: &Columns, cards: &[Anatomy], links: &[Link]) -> Vec<f64> {
    let mut tops = vec![0.0; columns.nodes.len()];
    for column in &columns.columns {
        let mut y = 0.0;
        let mut before = None;
        for node in column {
            y += before.map_or(0.0, |before| gap(cards, before, *node));
            tops[*node] = y;
            y += height(cards, *node);
            before = Some(*node);
        }
    }
    for round in 0..ROUNDS {
        let count = columns.columns.len();
        for step in 0..count {
            let by_left = round % 2 == 0;
            let at = if by_left { step } else { count - 1 - step };
            level(&columns.columns[at], cards, links, by_left, &mut tops);
        }
    }
    for part in parts(columns.nodes.len(), links) {
        lift(&part, columns, cards, &mut tops);
    }
    let least = tops.iter().copied().fold(f64::INFINITY, f64::min);
    if least.is_finite() {
        tops.iter_mut().for_each(|top| *top -= least);
    }
    tops
}

/// Nodes that hang together, by their least ones.
fn parts(count: usize, links: &[Link]) -> Vec<BTreeSet<usize>> {
    let mut part: Vec<usize> = (0..count).collect();
    for link in links {
        let (one, other) = (part[link.from], part[link.to]);
        let least = one.min(other);
        part.iter_mut()
            .filter(|at| **at == one || **at == other)
            .for_each(|at| *at = least);
    }
    let mut parts: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    for (node, at) in part.into_iter().enumerate() {
        parts.entry(at).or_default().insert(node);
    }
    parts.into_values().collect()
}

/// Moves nodes that hang together up, as far as others and the first card's top allow.
fn lift(part: &BTreeSet<usize>, columns: &Columns, cards: &[Anatomy], tops: &mut [f64]) {
    if part.contains(&0) {
        return;
    }
    let ceiling = tops.iter().copied().fold(f64::INFINITY, f64::min);
    let mut room = f64::INFINITY;
    for column in &columns.columns {
        let mut before = None;
        for node in column {
            if part.contains(node) && !before.is_some_and(|before| part.contains(&before)) {
                let above = before.map_or(ceiling, |before: usize| {
                    tops[before] + height(cards, before) + gap(cards, before, *node)
                });
                room = room.min(tops[*node] - above);
            }
            before = Some(*node);
        }
    }
    if room.is_finite() {
        part.iter().for_each(|node| tops[*node] -= room);
    }
}

fn height(cards: &[Anatomy], node: usize) -> f64 {
    cards.get(node).map_or(0.0, |card| card.height)
}

fn gap(cards: &[Anatomy], above: usize, below: usize) -> f64 {
    if above < cards.len() && below < cards.len() {
        CARD_GAP
    } else {
        LANE_GAP
    }
}

/// Where a line leaves a node, from its top.
#[must_use]
pub fn way_out(cards: &[Anatomy], link: &Link) -> f64 {
    let card = cards.get(link.from);
    let port = card
        .zip(link.row)
        .and_then(|(card, row)| card.ports.get(row));
    port.copied().unwrap_or(0.0)
}

/// Where a line comes to a node, from its top.
#[must_use]
pub fn way_in(cards: &[Anatomy], node: usize) -> f64 {
    if node < cards.len() {
        HEADER / 2.0
    } else {
        0.0
    }
}

/// Nodes of a column that stand as one block, with where its first would like to be.
struct Block {
    first: usize,
    wish: f64,
    weight: f64,
    offset: f64,
}

/// Moves a column's nodes to where their links are level, least squares under their order: nodes
/// that would overlap become one block (pool adjacent violators).
fn level(column: &[usize], cards: &[Anatomy], links: &[Link], by_left: bool, tops: &mut [f64]) {
    let mut blocks: Vec<Block> = Vec::new();
    let mut offset = 0.0;
    let mut before: Option<usize> = None;
    for (at, node) in column.iter().enumerate() {
        if let Some(before) = before {
            offset += height(cards, before) + gap(cards, before, *node);
        }
        before = Some(*node);
        let (wish, weight) = wish(*node, cards, links, by_left, tops);
        blocks.push(Block {
            first: at,
            wish: wish - offset,
            weight,
            offset,
        });
        while let [.., above, below] = blocks.as_slice()
            && below.wish < above.wish
        {
            let weight = above.weight + below.weight;
            let wish = (above.wish * above.weight + below.wish * below.weight) / weight;
            blocks.pop();
            if let Some(above) = blocks.last_mut() {
                above.wish = wish;
                above.weight = weight;
            }
        }
    }
    let mut ends = blocks
        .iter()
        .skip(1)
        .map(|block| block.first)
        .collect::<Vec<_>>();
    ends.push(column.len());
    for (block, end) in blocks.iter().zip(ends) {
        let mut y = block.wish + block.offset;
        let nodes = column.get(block.first..end).unwrap_or_default();
        for (at, node) in nodes.iter().enumerate() {
            if let Some(before) = at.checked_sub(1).and_then(|at| nodes.get(at)) {
                y += height(cards, *before) + gap(cards, *before, *node);
            }
            tops[*node] = y;
        }
    }
}

/// Where a node would like its top, and how much.
fn wish(node: usize, cards: &[Anatomy], links: &[Link], by_left: bool, tops: &[f64]) -> (f64, f64) {
    let (mut sum, mut count) = (0.0, 0.0);
    for link in links {
        let (own, other, top) = if by_left && link.to == node {
            (way_in(cards, node), way_out(cards, link), tops[link.from])
        } else if !by_left && link.from == node {
            (way_out(cards, link), way_in(cards, link.to), tops[link.to])
        } else {
            continue;
        };
        let weight = if node < cards.len() { 1.0 } else { LANE_WEIGHT };
        sum += weight * (top + other - own);
        count += weight;
    }
    if count > 0.0 {
        (sum / count, count)
    } else {
        (tops[node], 0.1)
    }
}
