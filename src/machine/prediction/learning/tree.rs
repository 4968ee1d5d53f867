//! A small decision tree: questions about bins, and a number at the end.

use serde::Deserialize;
use serde::Serialize;

use crate::machine::prediction::learning::exact;
use crate::machine::prediction::learning::exact::Exact;

/// A decision tree.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Tree(#[serde(with = "exact")] Vec<Node>);

/// A question about a column's bin, or a leaf: its branches do not lead on.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Node {
    test: Test,
    branches: [u16; 2],
    value: f32,
}

/// A question about a column's bin.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Test {
    /// The column.
    pub column: u16,
    /// The bin.
    pub bin: u8,
    /// Whether that bin alone passes, or all up to it.
    pub passing: Passing,
}

/// Which bins pass a test.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Passing {
    /// Those up to the bin.
    #[default]
    UpTo,
    /// The bin alone.
    Alone,
}

/// What follows at a place of a tree.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Branching {
    /// Its number.
    Leaf(f32),
    /// A question, and where who does not pass and who does go on.
    Asks(Test, [u16; 2]),
}

impl Test {
    /// Whether an order with these bins passes.
    #[must_use]
    pub fn passes(self, bins: &[u8]) -> bool {
        let bin = bins.get(usize::from(self.column)).copied().unwrap_or(0);
        match self.passing {
            Passing::UpTo => bin <= self.bin,
            Passing::Alone => bin == self.bin,
        }
    }
}

impl Tree {
    /// A tree that is one leaf.
    #[must_use]
    pub fn leaf() -> Self {
        Self(vec![Node::default()])
    }

    /// Asks a question at a leaf. Two leaves follow: who does not pass, and who does.
    pub fn ask(&mut self, at: u16, test: Test) -> [u16; 2] {
        let first = u16::try_from(self.0.len()).unwrap_or(u16::MAX);
        let branches = [first, first.saturating_add(1)];
        if let Some(node) = self.0.get_mut(usize::from(at)) {
            node.test = test;
            node.branches = branches;
            self.0.extend([Node::default(); 2]);
        }
        branches
    }

    /// Sets a leaf's number.
    pub fn set(&mut self, at: u16, value: f64) {
        if let Some(node) = self.0.get_mut(usize::from(at)) {
            #[expect(clippy::cast_possible_truncation, reason = "leaves are kept short")]
            let value = value as f32;
            node.value = value;
        }
    }

    /// Whether it asks anything.
    #[must_use]
    pub fn asks(&self) -> bool {
        self.0.len() > 1
    }

    /// What follows at a place; 0 is the first.
    #[must_use]
    pub fn branching(&self, at: u16) -> Branching {
        let node = self.0.get(usize::from(at)).copied().unwrap_or_default();
        let leads_on = node.branches.iter().all(|next| *next > at);
        if leads_on {
            Branching::Asks(node.test, node.branches)
        } else {
            Branching::Leaf(node.value)
        }
    }

    /// The number at the end for an order with these bins.
    #[must_use]
    pub fn value(&self, bins: &[u8]) -> f64 {
        let mut at = 0;
        loop {
            match self.branching(at) {
                Branching::Leaf(value) => return f64::from(value),
                Branching::Asks(test, [no, yes]) => at = if test.passes(bins) { yes } else { no },
            }
        }
    }
}

impl Exact for Node {
    const BYTES: usize = 12;

    fn write(self, bytes: &mut Vec<u8>) {
        let [no, yes] = self.branches;
        for half in [self.test.column, no, yes] {
            bytes.extend(half.to_le_bytes());
        }
        let alone = self.test.passing == Passing::Alone;
        bytes.extend([self.test.bin, u8::from(alone)]);
        self.value.write(bytes);
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let half = |at: usize| {
            let half = bytes.get(at..at + 2)?;
            half.try_into().ok().map(u16::from_le_bytes)
        };
        let passing = match bytes.get(7)? {
            0 => Passing::UpTo,
            _ => Passing::Alone,
        };
        Some(Self {
            test: Test {
                column: half(0)?,
                bin: *bytes.get(6)?,
                passing,
            },
            branches: [half(2)?, half(4)?],
            value: f32::read(bytes.get(8..12)?)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_go_down_by_their_bins_and_trees_come_back_from_text() {
        let mut tree = Tree::leaf();
        assert!(!tree.asks());
        let test = |column, bin, passing| Test {
            column,
            bin,
            passing,
        };
        let [no, yes] = tree.ask(0, test(0, 3, Passing::UpTo));
        tree.set(no, 1.0);
        let [other, same] = tree.ask(yes, test(1, 2, Passing::Alone));
        tree.set(other, 2.0);
        tree.set(same, 3.0);
        let text = serde_json::to_string(&tree).unwrap();
        let back: Tree = serde_json::from_str(&text).unwrap();
        assert_eq!(back, tree);
        for (bins, value) in [([4, 2], 1.0), ([3, 1], 2.0), ([0, 2], 3.0)] {
            assert!((back.value(&bins) - value).abs() < 1e-9);
        }
        assert!((back.value(&[]) - 2.0).abs() < 1e-9);
    }
}
