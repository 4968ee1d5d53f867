//! Which card stands in which column, which ways are lines, and the order within each column.
//!
//! A card stands right of those that lead to it, as near to the first as it can. A way that would
//! lead back, or to a card that everything leads to, is no line: its row names the card.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::VecDeque;

use crate::machine::drawing::anatomy::Lead;
use crate::machine::drawing::chart::Chart;
use crate::machine::drawing::chart::Reach;

/// Rounds of ordering; the best order seen is kept.
const ROUNDS: usize = 24;
/// Above so many cards a round costs too much for what it gives.
const CARDS_ORDERED_MAX: usize = 400;

/// A way that is drawn as a line.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Route {
    /// The card it leaves.
    pub card: usize,
    /// Its row there.
    pub row: usize,
    /// Where it passes columns between: places in [`Columns::nodes`].
    pub lanes: Vec<usize>,
    /// The card it comes to.
    pub to: usize,
}

/// Cards and lanes in columns. A node below the number of cards is that card, others are lanes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Columns {
    /// The column of each node.
    pub nodes: Vec<usize>,
    /// Nodes from left to right, from top to bottom.
    pub columns: Vec<Vec<usize>>,
    /// What is drawn as a line.
    pub routes: Vec<Route>,
    /// For each card and row how it leads on.
    pub leads: Vec<Vec<Lead>>,
}

/// Puts cards into columns.
#[must_use]
pub fn columns(chart: &Chart) -> Columns {
    let (depths, parents) = depths(chart);
    let ranks = ranks(chart, &depths);
    let mut this = Columns {
        nodes: ranks.clone(),
        ..Columns::default()
    };
    let mut lanes: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    for (at, card) in chart.cards.iter().enumerate() {
        let mut leads = Vec::new();
        for (row, way) in card.rows.iter().enumerate() {
            let drawn = match reach(chart, way.to) {
                Reach::Lines => true,
                Reach::First => parents[way.to] == Some(at),
                Reach::Name => false,
            };
            if !drawn || ranks[way.to] <= ranks[at] {
                leads.push(Lead::Name);
                continue;
            }
            leads.push(Lead::Line);
            // Lines to one card share their lanes: they become one where they meet.
            let lanes = (ranks[at] + 1..ranks[way.to]).map(|column| {
                *lanes.entry((way.to, column)).or_insert_with(|| {
                    this.nodes.push(column);
                    this.nodes.len() - 1
                })
            });
            let lanes = lanes.collect();
            this.routes.push(Route {
                card: at,
                row,
                lanes,
                to: way.to,
            });
        }
        this.leads.push(leads);
    }
    this.columns = vec![Vec::new(); ranks.iter().max().map_or(0, |last| last + 1)];
    this.fill(chart);
    if chart.cards.len() <= CARDS_ORDERED_MAX {
        this.sort(chart);
    }
    this
}

fn reach(chart: &Chart, card: usize) -> Reach {
    chart
        .cards
        .get(card)
        .map_or(Reach::Lines, |card| card.reach)
}

/// The column of each card.
fn ranks(chart: &Chart, depth: &[usize]) -> Vec<usize> {
    let mut ahead: Vec<Vec<usize>> = vec![Vec::new(); chart.cards.len()];
    let mut level: Vec<Vec<usize>> = vec![Vec::new(); chart.cards.len()];
    for (at, card) in chart.cards.iter().enumerate() {
        for to in card.rows.iter().map(|row| row.to) {
            if reach(chart, to) == Reach::Name || to == at {
                continue;
            }
            if depth[to] > depth[at] {
                ahead[at].push(to);
            } else if depth[to] == depth[at]
                && reach(chart, to) == Reach::Lines
                && !leads_to(&level, to, at)
            {
                level[at].push(to);
                ahead[at].push(to);
            }
        }
    }
    let mut order: Vec<usize> = (0..chart.cards.len()).collect();
    order.sort_by_key(|at| depth[*at]);
    let mut ranks = vec![0; chart.cards.len()];
    // Ways between cards of one depth make a card wait for more than its depth: until all is still.
    let mut moved = true;
    while moved {
        moved = false;
        for at in &order {
            for to in &ahead[*at] {
                if ranks[*to] <= ranks[*at] {
                    ranks[*to] = ranks[*at] + 1;
                    moved = true;
                }
            }
        }
    }
    ranks_of_named(chart, &ahead, ranks)
}

/// Cards that are named stand in the last column before their own ways on.
fn ranks_of_named(chart: &Chart, ahead: &[Vec<usize>], mut ranks: Vec<usize>) -> Vec<usize> {
    let last = ranks.iter().copied().max().unwrap_or(0);
    let named: Vec<usize> = (0..ranks.len())
        .filter(|at| *at > 0 && reach(chart, *at) == Reach::Name)
        .collect();
    let mut free: BTreeSet<usize> = (0..ranks.len()).collect();
    for (at, ways) in ahead.iter().enumerate() {
        if !named.contains(&at) {
            for to in ways {
                free.remove(to);
            }
        }
    }
    for at in named {
        ranks[at] = last.saturating_sub(1).max(1);
        for to in &ahead[at] {
            if free.contains(to) {
                ranks[*to] = ranks[at] + 1;
            }
        }
    }
    ranks
}

/// For each card the ways from the first to it, and the card that comes to it first; cards that only
/// named cards lead to are counted from there.
fn depths(chart: &Chart) -> (Vec<usize>, Vec<Option<usize>>) {
    let mut depth: Vec<Option<usize>> = vec![None; chart.cards.len()];
    let mut parents = vec![None; chart.cards.len()];
    for start in 0..chart.cards.len() {
        if depth[start].is_some() {
            continue;
        }
        depth[start] = Some(usize::from(start > 0));
        let mut next = VecDeque::from([start]);
        while let Some(at) = next.pop_front() {
            let from = depth[at].unwrap_or(0);
            for to in chart.cards[at].rows.iter().map(|row| row.to) {
                if reach(chart, to) != Reach::Name && depth[to].is_none() {
                    depth[to] = Some(from + 1);
                    parents[to] = Some(at);
                    next.push_back(to);
                }
            }
        }
    }
    let depth = depth.into_iter().map(|depth| depth.unwrap_or(0));
    (depth.collect(), parents)
}

fn leads_to(ways: &[Vec<usize>], from: usize, to: usize) -> bool {
    let (mut seen, mut next) = (BTreeSet::new(), vec![from]);
    while let Some(at) = next.pop() {
        if at == to {
            return true;
        }
        if seen.insert(at) {
            next.extend(&ways[at]);
        }
    }
    false
}

impl Columns {
    /// The first order: as the ways branch, depth first.
    fn fill(&mut self, chart: &Chart) {
        let mut seen = BTreeSet::new();
        for start in 0..chart.cards.len() {
            let mut next = vec![start];
            while let Some(at) = next.pop() {
                if !seen.insert(at) {
                    continue;
                }
                self.columns[self.nodes[at]].push(at);
                let routes = self.routes.iter().filter(|route| route.card == at);
                let mut then: Vec<usize> = Vec::new();
                for route in routes {
                    for lane in &route.lanes {
                        if seen.insert(*lane) {
                            self.columns[self.nodes[*lane]].push(*lane);
                        }
                    }
                    then.push(route.to);
                }
                next.extend(then.into_iter().rev());
            }
        }
    }

    /// The links between neighbouring columns: node and height in it, node.
    #[must_use]
    pub fn links(&self, chart: &Chart) -> Vec<Link> {
        let mut links = Vec::new();
        let mut seen = BTreeSet::new();
        for (at, route) in self.routes.iter().enumerate() {
            let rows = chart
                .cards
                .get(route.card)
                .map_or(1, |card| card.rows.len());
            let height = fraction(route.row + 1, rows + 1);
            let mut from = (route.card, Some(route.row), height);
            for to in route.lanes.iter().copied().chain([route.to]) {
                let (node, row, height) = from;
                if seen.insert((node, row, to)) {
                    links.push(Link {
                        from: node,
                        row,
                        height,
                        to,
                        route: at,
                    });
                }
                from = (to, None, 0.5);
            }
        }
        links
    }

    fn sort(&mut self, chart: &Chart) {
        let links = self.links(chart);
        let mut best = (self.crossings(&links), self.columns.clone());
        for round in 0..ROUNDS {
            if best.0 == 0 {
                break;
            }
            let count = self.columns.len();
            for step in 1..count {
                let (column, forwards) = if round % 2 == 0 {
                    (step, true)
                } else {
                    (count - 1 - step, false)
                };
                self.sort_column(column, &links, forwards);
            }
            let crossings = self.crossings(&links);
            if crossings < best.0 {
                best = (crossings, self.columns.clone());
            }
        }
        self.columns = best.1;
    }

    /// Orders a column by where its links come from on one side; nodes without links stay.
    fn sort_column(&mut self, column: usize, links: &[Link], by_left: bool) {
        let places = self.places();
        let mut keyed: Vec<(f64, usize)> = Vec::new();
        for (at, node) in self.columns[column].iter().enumerate() {
            let (mut sum, mut count) = (0.0, 0.0);
            for link in links {
                let other = match (by_left, link.to == *node, link.from == *node) {
                    (true, true, _) => places[link.from] + link.height,
                    (false, _, true) => places[link.to] + 0.5 - link.height,
                    _ => continue,
                };
                sum += other;
                count += 1.0;
            }
            let key = if count > 0.0 { sum / count } else { number(at) };
            keyed.push((key, *node));
        }
        keyed.sort_by(|(one, _), (other, _)| one.total_cmp(other));
        self.columns[column] = keyed.into_iter().map(|(_, node)| node).collect();
    }

    fn places(&self) -> Vec<f64> {
        let mut places = vec![0.0; self.nodes.len()];
        for column in &self.columns {
            for (at, node) in column.iter().enumerate() {
                places[*node] = number(at);
            }
        }
        places
    }

    fn crossings(&self, links: &[Link]) -> usize {
        let places = self.places();
        let mut count = 0;
        for (at, one) in links.iter().enumerate() {
            for other in &links[at + 1..] {
                if self.nodes[one.from] != self.nodes[other.from] {
                    continue;
                }
                let left = places[one.from] + one.height - places[other.from] - other.height;
                let right = places[one.to] - places[other.to];
                count += usize::from(left * right < 0.0);
            }
        }
        count
    }
}

/// A piece of a line, from one column to the next.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Link {
    /// The node it leaves.
    pub from: usize,
    /// The row it leaves by; none from a lane.
    pub row: Option<usize>,
    /// The height of that row in its card, from 0 to 1.
    pub height: f64,
    /// The node it comes to.
    pub to: usize,
    /// A route that it is part of.
    pub route: usize,
}

fn fraction(part: usize, whole: usize) -> f64 {
    number(part) / number(whole.max(1))
}

/// A count as a number.
#[must_use]
pub fn number(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::from(u32::MAX), f64::from)
}
