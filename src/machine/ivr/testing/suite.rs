//! All tests of a dialplan: a release runs them before it is taken, `ringwise check` tells of them.

use std::sync::Arc;

use crate::machine::ivr::rehearsal::Scene;
use crate::machine::ivr::script::Script;
use crate::machine::ivr::testing::case::Case;
use crate::machine::ivr::testing::coverage::Coverage;
use crate::machine::ivr::testing::playing;
use crate::machine::ivr::testing::verdict;
use crate::machine::ivr::traffic::Traffic;
use crate::vocabulary::fault::Fault;

/// What came of a dialplan's tests.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Suite {
    /// How many tests there are.
    pub tests: usize,
    /// How many of them went as expected.
    pub passed: usize,
    /// What did not, in the order of the file.
    pub faults: Vec<Fault>,
    /// What they walked.
    pub coverage: Coverage,
}

/// Runs all tests of a dialplan; nothing outside is asked, no time passes.
#[must_use]
pub fn run(scene: Scene<'_>, script: &Arc<Script>, cases: &[Case]) -> Suite {
    let mut traffic = Traffic::default();
    let mut suite = Suite {
        tests: cases.len(),
        ..Suite::default()
    };
    for case in cases {
        let played = playing::play(scene, script, case);
        traffic.take(script, &played.facts);
        let faults = verdict::verdict(case, &played);
        suite.passed += usize::from(faults.is_empty());
        suite.faults.extend(faults);
    }
    suite.coverage = Coverage::of(script, &traffic);
    suite
}
