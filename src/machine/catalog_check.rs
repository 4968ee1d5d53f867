//! Whether seats and queues, as they are written, hold together.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::machine::acd::need::LEVEL_MAX;
use crate::machine::acd::policy::Policy;
use crate::machine::acd::step::NAMED_MAX;
use crate::machine::acd::step::Prefer;
use crate::machine::acd::step::STEPS_MAX;
use crate::machine::acd::step::Target;
use crate::machine::catalog::Catalog;
use crate::machine::catalog::QUEUES_MAX;
use crate::machine::catalog::QueueEntry;
use crate::machine::catalog::SEATS_MAX;
use crate::machine::catalog::SeatEntry;
use crate::machine::catalog::StepEntry;
use crate::machine::catalog_fault::CatalogError;
use crate::machine::catalog_fault::CatalogFault;
use crate::machine::catalog_fault::Spot;
use crate::machine::skill_need::GROUP;
use crate::machine::skill_need::NameKind;
use crate::machine::skill_need::is_name;
use crate::machine::skill_need::read_need;
use crate::vocabulary::fault::Span;

impl Catalog {
    /// Checks entries and gives every name its id.
    ///
    /// # Errors
    ///
    /// Every fault found.
    pub fn new(seats: Vec<SeatEntry>, queues: Vec<QueueEntry>) -> Result<Self, Vec<CatalogFault>> {
        let mut check = Check {
            names: queues.iter().map(|queue| &queue.name).collect(),
            skills: seats.iter().flat_map(|seat| seat.skills.keys()).collect(),
            groups: seats.iter().flat_map(|seat| &seat.groups).collect(),
            seats: seats.iter().map(|seat| &seat.id).collect(),
            faults: Vec::new(),
        };
        check.limit(Spot::Seat(SEATS_MAX), "seats", seats.len(), SEATS_MAX);
        check.limit(Spot::Queue(QUEUES_MAX), "queues", queues.len(), QUEUES_MAX);
        check.queues(&queues);
        check.seats(&seats);
        check.policies(&seats, &queues);
        if !check.faults.is_empty() {
            return Err(check.faults);
        }
        Ok(Self::of(seats, queues))
    }
}

struct Check<'c> {
    names: BTreeSet<&'c String>,
    skills: BTreeSet<&'c String>,
    groups: BTreeSet<&'c String>,
    seats: BTreeSet<&'c String>,
    faults: Vec<CatalogFault>,
}

impl Check<'_> {
    fn wrong(&mut self, spot: Spot, error: CatalogError) {
        let names = |names: &BTreeSet<&String>| names.iter().map(|name| (*name).clone()).collect();
        let known = match &error {
            CatalogError::UnknownSkill(_) => names(&self.skills),
            CatalogError::UnknownGroup(_) => names(&self.groups),
            CatalogError::UnknownSeat(_) => names(&self.seats),
            CatalogError::UnknownQueue(_) => names(&self.names),
            CatalogError::SeatTwice(_)
            | CatalogError::QueueTwice(_)
            | CatalogError::BadName(_)
            | CatalogError::TakenName(_)
            | CatalogError::BadLevel(..)
            | CatalogError::Need(_)
            | CatalogError::NeedAndSeats
            | CatalogError::FirstUnserved(_)
            | CatalogError::Endless
            | CatalogError::IdleReserve(_)
            | CatalogError::PoliciesDiffer(..)
            | CatalogError::TooMany { .. } => Vec::new(),
        };
        self.faults.push(CatalogFault { spot, error, known });
    }

    fn limit(&mut self, spot: Spot, what: &'static str, got: usize, max: usize) {
        if got > max {
            self.wrong(spot, CatalogError::TooMany { what, got, max });
        }
    }

    fn queues(&mut self, queues: &[QueueEntry]) {
        let mut seen = BTreeSet::new();
        for (at, queue) in queues.iter().enumerate() {
            if !is_name(&queue.name) {
                self.wrong(Spot::Queue(at), CatalogError::BadName(queue.name.clone()));
            }
            if !seen.insert(&queue.name) {
                self.wrong(
                    Spot::Queue(at),
                    CatalogError::QueueTwice(queue.name.clone()),
                );
            }
            self.need(&queue.need, |span| Spot::QueueNeed(at, span));
            self.limit(Spot::Queue(at), "steps", queue.steps.len(), STEPS_MAX);
            for (place, entry) in queue.steps.iter().enumerate() {
                let last = place + 1 == queue.steps.len();
                self.step(entry, (at, place), last);
            }
            if queue.reserve > 0 && queue.policy != Policy::Reserves {
                self.wrong(Spot::Queue(at), CatalogError::IdleReserve(queue.policy));
            }
        }
    }

    fn step(&mut self, entry: &StepEntry, (queue, at): (usize, usize), last: bool) {
        let spot = Spot::Step(queue, at);
        self.need(&entry.need, |span| Spot::StepNeed(queue, at, span));
        if let Some(Prefer::Weights(weights)) = &entry.step.prefer {
            for (skill, _) in weights {
                if !self.skills.contains(skill) {
                    self.wrong(spot, CatalogError::UnknownSkill(skill.clone()));
                }
            }
        }
        let by_name = match &entry.step.target {
            Target::Seats { seats, .. } => {
                self.limit(spot, "seats", seats.len(), NAMED_MAX);
                for (place, seat) in seats.iter().enumerate() {
                    if !self.seats.contains(seat) {
                        let spot = Spot::StepSeat(queue, at, place);
                        self.wrong(spot, CatalogError::UnknownSeat(seat.clone()));
                    }
                }
                true
            }
            Target::Need(_) => false,
        };
        if by_name && !entry.need.is_empty() {
            self.wrong(spot, CatalogError::NeedAndSeats);
        }
        if !last && entry.step.is_endless() {
            self.wrong(spot, CatalogError::Endless);
        }
    }

    /// Without a single seat no skill can be told from a mistake.
    fn need(&mut self, text: &str, spot: impl Fn(Span) -> Spot) {
        let names = match read_need(text) {
            Ok(read) => read.names,
            Err(error) => return self.wrong(spot(error.span), error.into()),
        };
        if self.seats.is_empty() {
            return;
        }
        for one in names {
            let spot = spot(one.span);
            match one.kind {
                NameKind::Skill if !self.skills.contains(&one.name) => {
                    self.wrong(spot, CatalogError::UnknownSkill(one.name));
                }
                NameKind::Group if !self.groups.contains(&one.name) => {
                    self.wrong(spot, CatalogError::UnknownGroup(one.name));
                }
                NameKind::Skill | NameKind::Group => {}
            }
        }
    }

    fn seats(&mut self, seats: &[SeatEntry]) {
        let mut seen = BTreeSet::new();
        for (at, seat) in seats.iter().enumerate() {
            for name in [&seat.id].into_iter().chain(&seat.groups) {
                if !is_name(name) {
                    self.wrong(Spot::Seat(at), CatalogError::BadName(name.clone()));
                }
            }
            if !seen.insert(&seat.id) {
                self.wrong(Spot::Seat(at), CatalogError::SeatTwice(seat.id.clone()));
            }
            for (skill, level) in &seat.skills {
                if !is_name(skill) {
                    self.wrong(Spot::Seat(at), CatalogError::BadName(skill.clone()));
                }
                if skill == GROUP {
                    self.wrong(Spot::Seat(at), CatalogError::TakenName(skill.clone()));
                }
                if !(1..=LEVEL_MAX).contains(level) {
                    let error = CatalogError::BadLevel(skill.clone(), *level);
                    self.wrong(Spot::Seat(at), error);
                }
            }
            for (place, queue) in seat.queues.iter().enumerate() {
                if !self.names.contains(queue) {
                    let spot = Spot::SeatQueue(at, place);
                    self.wrong(spot, CatalogError::UnknownQueue(queue.clone()));
                }
            }
            for (place, queue) in seat.first.iter().enumerate() {
                if !seat.queues.contains(queue) {
                    let spot = Spot::SeatFirst(at, place);
                    self.wrong(spot, CatalogError::FirstUnserved(queue.clone()));
                }
            }
        }
    }

    /// A seat must be able to weigh the contacts of all its queues against each other.
    fn policies(&mut self, seats: &[SeatEntry], queues: &[QueueEntry]) {
        let by_name: BTreeMap<&str, (usize, &QueueEntry)> = queues
            .iter()
            .enumerate()
            .map(|(at, queue)| (queue.name.as_str(), (at, queue)))
            .collect();
        let mut told = BTreeSet::new();
        for seat in seats {
            let served = seat.queues.iter();
            let mut served = served.filter_map(|name| by_name.get(name.as_str()));
            let Some((_, first)) = served.next() else {
                continue;
            };
            for (at, other) in served {
                if other.policy != first.policy && told.insert(*at) {
                    let error = CatalogError::PoliciesDiffer(
                        other.name.clone(),
                        other.policy,
                        first.name.clone(),
                        first.policy,
                    );
                    self.wrong(Spot::Queue(*at), error);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::acd::need::Clause;
    use crate::machine::acd::need::Need;
    use crate::machine::acd::need::SkillTerm;
    use crate::machine::acd::step::Step;
    use crate::machine::wait_step;
    use crate::vocabulary::id::QueueId;
    use crate::vocabulary::id::SkillId;

    fn seat(id: &str, queues: &[&str], skills: &[(&str, u8)]) -> SeatEntry {
        SeatEntry {
            id: id.to_owned(),
            queues: queues.iter().map(|name| (*name).to_owned()).collect(),
            skills: skills
                .iter()
                .map(|(name, level)| ((*name).to_owned(), *level))
                .collect(),
            ..SeatEntry::default()
        }
    }

    fn queue(name: &str, need: &str) -> QueueEntry {
        QueueEntry {
            need: need.to_owned(),
            ..QueueEntry::named(name)
        }
    }

    #[test]
    fn names_become_ids_and_back() {
        let seats = vec![
            seat("1001", &["refunds"], &[("refund", 5), ("lang.zh", 2)]),
            seat("1002", &[], &[("lang.en", 2)]),
        ];
        let queues = vec![
            queue("sales", ""),
            queue("refunds", "refund >= 3 and lang.en"),
        ];
        let catalog = Catalog::new(seats, queues).unwrap();
        assert_eq!(catalog.skills(), ["lang.en", "lang.zh", "refund"]);
        assert_eq!(catalog.queue("refunds"), Some(QueueId(1)));
        let setups: Vec<_> = catalog.queue_setups().collect();
        assert_eq!(setups[0].need, Need(vec![]));
        let (english, refund) = (SkillId(0), SkillId(2));
        let term = |skill, level_min| Clause::Skill(SkillTerm::at_least(skill, level_min));
        assert_eq!(
            setups[1].need,
            Need(vec![term(english, 1), term(refund, 3)])
        );
        let seat = catalog.seat_setups().next().unwrap();
        assert_eq!(seat.queues, [QueueId(1)]);
        assert_eq!(seat.skills, [(SkillId(1), 2), (refund, 5)]);
    }

    #[test]
    fn every_fault_is_found_with_its_place() {
        let seats = vec![
            seat("1001", &["sales", "slaes"], &[("refund", 11)]),
            seat("1001", &[], &[]),
        ];
        let faults = Catalog::new(seats, vec![queue("sales", "refund >= x")]).unwrap_err();
        let found: Vec<_> = faults
            .iter()
            .map(|fault| (fault.spot, fault.error.to_string()))
            .collect();
        let need = Spot::QueueNeed(
            0,
            Span {
                start: 10,
                length: 1,
            },
        );
        assert_eq!(found[0].0, need);
        assert!(found[0].1.starts_with("\"x\" is not a level of 1 to 10"));
        assert_eq!(found[1].1, "skill refund has level 11, expected 1 to 10");
        assert_eq!(found[2].0, Spot::SeatQueue(0, 1));
        assert_eq!(
            found[3],
            (Spot::Seat(1), "two seats have the id \"1001\"".to_owned())
        );
    }

    fn errors(seats: Vec<SeatEntry>, queues: Vec<QueueEntry>) -> Vec<(Spot, String)> {
        let faults = Catalog::new(seats, queues).unwrap_err();
        let said = |fault: &CatalogFault| (fault.spot, fault.error.to_string());
        faults.iter().map(said).collect()
    }

    fn span(start: usize, length: usize) -> Span {
        Span { start, length }
    }

    #[test]
    fn a_name_that_no_seat_has_is_an_error_with_its_place() {
        let step = StepEntry {
            need: "group == nihgt".to_owned(),
            ..StepEntry::default()
        };
        let queues = vec![QueueEntry {
            steps: vec![step],
            ..queue("sales", "lang.zh or refnud >= 3")
        }];
        let seats = vec![SeatEntry {
            groups: vec!["night".to_owned()],
            ..seat("1001", &["sales"], &[("refund", 3), ("lang.zh", 1)])
        }];
        assert_eq!(
            errors(seats, queues.clone()),
            [
                (
                    Spot::QueueNeed(0, span(11, 6)),
                    "no seat has the skill \"refnud\"".to_owned()
                ),
                (
                    Spot::StepNeed(0, 0, span(9, 5)),
                    "no seat is in the group \"nihgt\"".to_owned()
                ),
            ]
        );
        assert!(Catalog::new(Vec::new(), queues).is_ok());
    }

    #[test]
    fn steps_that_cannot_be_meant_are_errors() {
        let by_name = |need: &str, seats: &[&str]| StepEntry {
            need: need.to_owned(),
            step: Step {
                target: wait_step::seats(seats.iter().copied()),
                ..Step::default()
            },
        };
        let steps = vec![by_name("refund", &["last"]), by_name("", &["1001", "1002"])];
        let queues = vec![QueueEntry {
            steps,
            ..queue("sales", "")
        }];
        let seats = vec![seat("1001", &["sales"], &[("refund", 3)])];
        let found = errors(seats, queues);
        let spots: Vec<_> = found.iter().map(|(spot, _)| *spot).collect();
        let (first, second) = (Spot::Step(0, 0), Spot::StepSeat(0, 1, 1));
        assert_eq!(spots, [first, first, second]);
        assert!(found[2].1.starts_with("no seat has the id \"1002\""));
    }

    #[test]
    fn queues_that_share_a_seat_share_a_policy_and_only_reserves_reserve() {
        let with = |name, policy, reserve| QueueEntry {
            policy,
            reserve,
            ..queue(name, "")
        };
        let queues = vec![
            with("a", Policy::Auto, 0),
            with("b", Policy::Priority, 2),
            with("c", Policy::Reserves, 2),
        ];
        let seats = vec![seat("1", &["a", "b"], &[]), seat("2", &["c"], &[])];
        let found = errors(seats, queues);
        let said: Vec<_> = found.iter().map(|(_, said)| said.as_str()).collect();
        assert!(said[0].starts_with("policy priority keeps no reserve"));
        assert_eq!(
            said[1],
            "queue \"b\" has policy priority and shares seats with \"a\", which has policy auto"
        );
        assert_eq!(said.len(), 2);
    }
}
