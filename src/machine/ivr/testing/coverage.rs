//! Which steps and ways tests have walked.

use crate::machine::ivr::branch;
use crate::machine::ivr::script::Script;
use crate::machine::ivr::traffic::Traffic;

/// Which steps and ways were walked, and which not.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Coverage {
    /// How many steps there are.
    pub steps: usize,
    /// Those that no test came to.
    pub steps_missed: Vec<String>,
    /// How many ways there are.
    pub ways: usize,
    /// Those that no test went: the step, the way's name.
    pub ways_missed: Vec<(String, String)>,
}

impl Coverage {
    /// What of a script these calls have walked.
    #[must_use]
    pub fn of(script: &Script, traffic: &Traffic) -> Self {
        let mut coverage = Self::default();
        for step in &script.steps {
            coverage.steps += 1;
            if traffic.visits(&step.name) == 0 {
                coverage.steps_missed.push(step.name.clone());
            }
            let branches = branch::branches(step, script.person);
            for branch in branch::meant(&branches) {
                coverage.ways += 1;
                if traffic.gone(&step.name, branch.label) == 0 {
                    let way = (step.name.clone(), branch.label.to_string());
                    coverage.ways_missed.push(way);
                }
            }
        }
        coverage
    }
}
