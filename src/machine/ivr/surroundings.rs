//! What a dialplan may name beyond itself.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::machine::catalog::Catalog;
use crate::machine::prediction::attribute::Attribute;
use crate::machine::prediction::bank::Bank;
use crate::machine::speech::phrasebook::Phrasebook;
use crate::vocabulary::language::Language;

/// Names of queues, skills, banks, their questions and attributes, and recordings.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Surroundings {
    /// Queues and skills; none: they are not checked.
    pub centre: Option<Centre>,
    /// Banks.
    pub banks: BTreeMap<String, Questions>,
    /// What banks say of orders and customers, by bank.
    pub attributes: BTreeMap<String, BTreeMap<String, Attribute>>,
    /// Names of services; none: they are not checked.
    pub services: Option<BTreeSet<String>>,
    /// Ids of recordings by language; none: they are not checked.
    pub recordings: Option<BTreeMap<Language, BTreeSet<String>>>,
}

/// Queues and skills of a centre.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Centre {
    /// Names of queues.
    pub queues: BTreeSet<String>,
    /// Names of skills.
    pub skills: BTreeSet<String>,
    /// Names of groups of seats.
    pub groups: BTreeSet<String>,
    /// Ids of seats.
    pub seats: BTreeSet<String>,
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
            let groups = catalog.groups().iter();
            let groups = groups.filter(|name| catalog.group(name).is_some());
            let seats = catalog.seats().iter().map(|seat| &seat.id);
            let seats = seats.filter(|id| catalog.seat(id).is_some());
            Centre {
                groups: groups.cloned().collect(),
                seats: seats.cloned().collect(),
                queues: queues.cloned().collect(),
                skills: skills.cloned().collect(),
            }
        };
        let mut around = Self {
            centre: catalog.map(centre),
            ..Self::default()
        };
        for bank in banks {
            let questions = bank.questions.iter();
            let ids = questions.map(|question| question.id.clone()).collect();
            around.banks.insert(bank.name.clone(), ids);
            let attributes = bank.attributes.clone();
            around.attributes.insert(bank.name.clone(), attributes);
        }
        around
    }

    /// The same with the names of services.
    #[must_use]
    pub fn with_services<'s>(mut self, names: Option<impl Iterator<Item = &'s str>>) -> Self {
        self.services = names.map(|names| names.map(str::to_owned).collect());
        self
    }

    /// The same with the ids of a book's recordings.
    #[must_use]
    pub fn with_recordings(mut self, book: Option<&Phrasebook>) -> Self {
        let ids = |book: &Phrasebook, language| book.ids(language).map(str::to_owned).collect();
        let all = |book| Language::ALL.map(|language| (language, ids(book, language)));
        self.recordings = book.map(|book| all(book).into());
        self
    }
}
