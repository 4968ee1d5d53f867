//! A decision tree of three questions or fewer, in 64 bytes: a forest of thousands is walked through for every call.

use crate::machine::prediction::learning::tree::Branching;
use crate::machine::prediction::learning::tree::Passing;
use crate::machine::prediction::learning::tree::Test;
use crate::machine::prediction::learning::tree::Tree;

/// A tree whose every leaf lies three questions deep: the two ways of a question that was not asked lead to the same number.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct PackedTree {
    gates: [Gate; GATES],
    values: [f32; GATES + 1],
}

/// Bins `from` to `from + span` pass.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Gate {
    column: u16,
    from: u8,
    span: u8,
}

impl PackedTree {
    /// The same tree; none if it asks more than three questions of an order.
    #[must_use]
    pub fn of(tree: &Tree) -> Option<Self> {
        let mut packed = Self::default();
        packed.fill(tree, 0, 0)?;
        Some(packed)
    }

    /// Lays the part of a tree that begins at `node` where `place` is, the ways of place n being 2n + 1 and 2n + 2.
    fn fill(&mut self, tree: &Tree, node: u16, place: usize) -> Option<()> {
        let branching = tree.branching(node);
        if let Some(value) = place.checked_sub(GATES) {
            let Branching::Leaf(number) = branching else {
                return None;
            };
            *self.values.get_mut(value)? = number;
            return Some(());
        }
        let [no, yes] = match branching {
            Branching::Leaf(_) => [node, node],
            Branching::Asks(test, branches) => {
                *self.gates.get_mut(place)? = Gate::of(test);
                branches
            }
        };
        self.fill(tree, no, 2 * place + 1)?;
        self.fill(tree, yes, 2 * place + 2)
    }

    /// The number at the end for an order with these bins.
    #[must_use]
    pub fn value(&self, bins: &[u8]) -> f64 {
        let mut place = 0;
        for _ in 0..DEPTH {
            let passes = self.gates.get(place).is_some_and(|gate| gate.passes(bins));
            place = 2 * place + 1 + usize::from(passes);
        }
        let value = self.values.get(place - GATES);
        f64::from(value.copied().unwrap_or(0.0))
    }
}

impl Gate {
    const fn of(test: Test) -> Self {
        let (from, span) = match test.passing {
            Passing::UpTo => (0, test.bin),
            Passing::Alone => (test.bin, 0),
        };
        Self {
            column: test.column,
            from,
            span,
        }
    }

    fn passes(self, bins: &[u8]) -> bool {
        let bin = bins.get(usize::from(self.column)).copied().unwrap_or(0);
        bin.wrapping_sub(self.from) <= self.span
    }
}

/// Questions asked of an order.
const DEPTH: usize = 3;
/// So many questions stand in the tree.
const GATES: usize = (1 << DEPTH) - 1;

#[cfg(test)]
mod tests {
    use super::*;

    const fn test(column: u16, bin: u8, passing: Passing) -> Test {
        Test {
            column,
            bin,
            passing,
        }
    }

    /// Leaves after one, two and three questions.
    fn grown() -> Tree {
        let mut tree = Tree::leaf();
        let [no, yes] = tree.ask(0, test(0, 2, Passing::UpTo));
        tree.set(no, 0.5);
        let [no, yes] = tree.ask(yes, test(1, 1, Passing::Alone));
        tree.set(no, 1.0);
        let [no, yes] = tree.ask(yes, test(2, 0, Passing::UpTo));
        tree.set(no, 2.0);
        tree.set(yes, 4.0);
        tree
    }

    #[test]
    fn a_packed_tree_says_what_the_tree_says() {
        assert!(size_of::<PackedTree>() <= 64);
        let tree = grown();
        let packed = PackedTree::of(&tree).unwrap();
        for bins in (0..64_u8).map(|bits| [bits % 4, bits / 4 % 4, bits / 16]) {
            assert_eq!(packed.value(&bins), tree.value(&bins), "{bins:?}");
        }
        assert_eq!(packed.value(&[]), tree.value(&[]));
        assert_eq!(PackedTree::of(&Tree::leaf()), Some(PackedTree::default()));
    }

    #[test]
    fn a_deeper_tree_is_not_packed() {
        let mut tree = grown();
        tree.ask(6, test(0, 1, Passing::UpTo));
        assert_eq!(PackedTree::of(&tree), None);
    }
}
