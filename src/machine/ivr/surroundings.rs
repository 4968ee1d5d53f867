//! What a dialplan may name beyond itself.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::machine::catalog::Catalog;
use crate::machine::prediction::bank::Bank;

/// Names of queues, skills, banks and their questions.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Surroundings {
    /// Queues and skills; none: they are not checked.
    pub centre: Option<Centre>,
    /// Banks.
    pub banks: BTreeMap<String, Questions>,
}

/// Queues and skills of a centre.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Centre {
    /// Names of queues.
    pub queues: BTreeSet<String>,
    /// Names of skills.
    pub skills: BTreeSet<String>,
}

/// Questions of a bank: their ids.
pub type Questions = BTreeSet<String>;

impl Surroundings {
    /// The names of a catalog and of banks.
    #[must_use]
    pub fn new<'b>(catalog: Option<&Catalog>, banks: impl IntoIterator<Item = &'b Bank>) -> Self {
        let centre = |catalog: &Catalog| {
            let queues = catalog.queues().iter().map(|queue| &queue.name);
            let queues = queues.filter(|name| catalog.queue(name).is_some());
            let skills = catalog.skills().iter();
            let skills = skills.filter(|name| catalog.skill(name).is_some());
            Centre {
                queues: queues.cloned().collect(),
                skills: skills.cloned().collect(),
            }
        };
        let questions = |bank: &Bank| {
            let questions = bank.questions.iter();
            let ids = questions.map(|question| question.id.clone()).collect();
            (bank.name.clone(), ids)
        };
        Self {
            centre: catalog.map(centre),
            banks: banks.into_iter().map(questions).collect(),
        }
    }
}
