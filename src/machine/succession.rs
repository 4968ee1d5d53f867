//! One catalog after another: names keep their ids, and what changes is told apart.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::machine::acd::surface::QueueSetup;
use crate::machine::acd::surface::SeatSetup;
use crate::machine::catalog::Catalog;
use crate::machine::catalog::QUEUES_MAX;
use crate::machine::catalog::QueueEntry;
use crate::machine::catalog::SEATS_MAX;
use crate::machine::catalog::SeatEntry;
use crate::vocabulary::id::QueueId;
use crate::vocabulary::id::SeatId;
use crate::vocabulary::id::SkillId;

/// Names that a process may have known for every one that a catalog may hold.
const KNOWN_FACTOR: usize = 4;

/// So many names have come and gone that a restart must clear them away.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{known} {what} were known since the start, at most {max} can be: restart the centre")]
pub struct TooManyNames {
    /// Of what.
    pub what: &'static str,
    /// How many were known.
    pub known: usize,
    /// How many may be.
    pub max: usize,
}

/// What a new catalog changes for the distributor.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Change {
    /// Queues that are new or set up otherwise.
    pub queues: Vec<QueueSetup>,
    /// Seats that are new or can do otherwise; those that are gone can do nothing.
    pub seats: Vec<SeatSetup>,
    /// Seats that are gone.
    pub gone_seats: Vec<SeatId>,
    /// Queues that are gone.
    pub gone_queues: Vec<QueueId>,
    /// Skills that no seat has and no queue needs any more.
    pub gone_skills: BTreeSet<SkillId>,
}

/// `next` with the ids of `earlier`: names that both have keep theirs, new ones come after all that
/// were ever known.
///
/// # Errors
///
/// [`TooManyNames`] if they would grow without end.
pub fn following(next: &Catalog, earlier: &Catalog) -> Result<Catalog, TooManyNames> {
    let gone = |seat: &SeatEntry| SeatEntry {
        id: seat.id.clone(),
        name: seat.name.clone(),
        ..SeatEntry::default()
    };
    let entry = |id: &str| next.seat(id).and_then(|id| next.seat_entry(id)).cloned();
    let old = earlier.seats().iter();
    let mut seats: Vec<SeatEntry> = old
        .map(|seat| entry(&seat.id).unwrap_or_else(|| gone(seat)))
        .collect();
    let known = names(seats.iter().map(|seat| &seat.id));
    let fresh = live_seats(next).filter(|seat| !known.contains(&seat.id));
    seats.extend(fresh.cloned());

    let entry = |name: &str| {
        next.queue(name)
            .and_then(|id| next.queue_entry(id))
            .cloned()
    };
    let old = earlier.queues().iter();
    let mut queues: Vec<QueueEntry> = old
        .map(|queue| entry(&queue.name).unwrap_or_else(|| queue.clone()))
        .collect();
    let known = names(queues.iter().map(|queue| &queue.name));
    let fresh = live_queues(next).filter(|queue| !known.contains(&queue.name));
    queues.extend(fresh.cloned());

    let mut skills = earlier.skills().to_vec();
    let known = names(skills.iter());
    let fresh = next.skills().iter();
    skills.extend(fresh.filter(|skill| !known.contains(*skill)).cloned());

    let mut groups = earlier.groups().to_vec();
    let known = names(groups.iter());
    let fresh = next.groups().iter();
    groups.extend(fresh.filter(|group| !known.contains(*group)).cloned());

    limit("seats", seats.len(), SEATS_MAX)?;
    limit("queues", queues.len(), QUEUES_MAX)?;
    limit("skills", skills.len(), SEATS_MAX)?;
    limit("groups", groups.len(), SEATS_MAX)?;
    let mut catalog = Catalog::numbered(seats, queues, skills, groups);
    catalog.keep_only(next);
    Ok(catalog)
}

/// `one` with all that `other` has beside it: new seats and queues, further queues and skills of
/// seats. What both have stays as `one` has it.
#[must_use]
pub fn union(one: &Catalog, other: &Catalog) -> Catalog {
    let mut seats: BTreeMap<&str, SeatEntry> = BTreeMap::new();
    for seat in live_seats(one).chain(live_seats(other)) {
        let both = seats.entry(&seat.id).or_insert_with(|| seat.clone());
        for (skill, level) in &seat.skills {
            both.skills.entry(skill.clone()).or_insert(*level);
        }
        for queue in &seat.queues {
            if !both.queues.contains(queue) {
                both.queues.push(queue.clone());
            }
        }
        for group in &seat.groups {
            if !both.groups.contains(group) {
                both.groups.push(group.clone());
            }
        }
    }
    let mut queues: BTreeMap<&str, QueueEntry> = BTreeMap::new();
    for queue in live_queues(one).chain(live_queues(other)) {
        queues.entry(&queue.name).or_insert_with(|| queue.clone());
    }
    let live = |catalog: &Catalog| {
        let skills = catalog.skills().iter();
        let skills = skills.filter(|skill| catalog.skill(skill).is_some());
        skills.cloned().collect::<BTreeSet<_>>()
    };
    let skills = live(one).union(&live(other)).cloned().collect();
    let seats: Vec<SeatEntry> = seats.into_values().collect();
    let groups = seats.iter().flat_map(|seat| seat.groups.iter().cloned());
    let groups = groups.collect::<BTreeSet<_>>().into_iter().collect();
    let queues = queues.into_values().collect();
    Catalog::numbered(seats, queues, skills, groups)
}

impl Change {
    /// What changes from `old` to `new`, which has its ids.
    #[must_use]
    pub fn between(old: &Catalog, new: &Catalog) -> Self {
        let before: BTreeMap<QueueId, QueueSetup> =
            old.queue_setups().map(|one| (one.queue, one)).collect();
        let queues = new.queue_setups();
        let queues = queues.filter(|one| before.get(&one.queue) != Some(one));
        let queues = queues.collect();
        let after: BTreeMap<SeatId, SeatSetup> =
            new.seat_setups().map(|one| (one.seat, one)).collect();
        let before: BTreeMap<SeatId, SeatSetup> =
            old.seat_setups().map(|one| (one.seat, one)).collect();
        let gone_seats: Vec<SeatId> = before
            .keys()
            .filter(|seat| !after.contains_key(*seat))
            .copied()
            .collect();
        let empty = gone_seats.iter().map(|seat| SeatSetup {
            seat: *seat,
            ..SeatSetup::default()
        });
        let changed = after
            .values()
            .filter(|one| before.get(&one.seat) != Some(*one));
        let seats = changed.cloned().chain(empty).collect();
        let gone = live_queues(old).filter(|queue| new.queue(&queue.name).is_none());
        let gone_queues = gone.filter_map(|queue| old.queue(&queue.name)).collect();
        let gone = old.skills().iter();
        let gone = gone.filter(|skill| new.skill(skill).is_none());
        let gone_skills = gone.filter_map(|skill| old.skill(skill)).collect();
        Self {
            queues,
            seats,
            gone_seats,
            gone_queues,
            gone_skills,
        }
    }
}

fn live_seats(catalog: &Catalog) -> impl Iterator<Item = &SeatEntry> {
    let seats = catalog.seats().iter();
    seats.filter(|seat| catalog.seat(&seat.id).is_some())
}

fn live_queues(catalog: &Catalog) -> impl Iterator<Item = &QueueEntry> {
    let queues = catalog.queues().iter();
    queues.filter(|queue| catalog.queue(&queue.name).is_some())
}

fn names<'n>(all: impl Iterator<Item = &'n String>) -> BTreeSet<String> {
    all.cloned().collect()
}

fn limit(what: &'static str, known: usize, at_once: usize) -> Result<(), TooManyNames> {
    let max = at_once * KNOWN_FACTOR;
    if known > max {
        return Err(TooManyNames { what, known, max });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn catalog(seats: &[(&str, &[&str], &str)], queues: &[&str]) -> Catalog {
        let seat = |(id, queues, skill): &(&str, &[&str], &str)| SeatEntry {
            id: (*id).to_owned(),
            queues: queues.iter().map(|name| (*name).to_owned()).collect(),
            skills: BTreeMap::from([((*skill).to_owned(), 3)]),
            ..SeatEntry::default()
        };
        let seats = seats.iter().map(seat).collect();
        let queues = queues.iter().map(|name| QueueEntry::named(name)).collect();
        Catalog::new(seats, queues).unwrap()
    }

    #[test]
    fn names_keep_their_ids_through_every_change() {
        let first = catalog(&[("1", &["b"], "x"), ("2", &["b"], "y")], &["a", "b"]);
        let next = catalog(&[("0", &["c"], "y"), ("2", &["b"], "w")], &["c", "b"]);
        let second = following(&next, &first).unwrap();
        assert_eq!(second.queue("b"), first.queue("b"));
        assert_eq!(second.seat("2"), first.seat("2"));
        assert_eq!(second.skill("y"), first.skill("y"));
        assert_eq!(
            (second.queue("a"), second.seat("1"), second.skill("x")),
            (None, None, None)
        );
        assert_eq!(second.queue("c"), Some(QueueId(2)));
        let third = following(&first, &second).unwrap();
        assert_eq!(third.queue("a"), first.queue("a"));
        assert_eq!(third.seat("1"), first.seat("1"));
        assert_eq!(third.skill("x"), first.skill("x"));
    }

    #[test]
    fn only_what_changes_is_told_to_the_distributor() {
        let first = catalog(&[("1", &["b"], "x"), ("2", &["b"], "y")], &["a", "b"]);
        assert_eq!(Change::between(&first, &first), Change::default());
        let next = catalog(&[("2", &["b", "c"], "y")], &["b", "c"]);
        let second = following(&next, &first).unwrap();
        let change = Change::between(&first, &second);
        assert_eq!(change.gone_queues, [QueueId(0)]);
        assert_eq!(change.gone_seats, [SeatId(0)]);
        assert_eq!(change.gone_skills, BTreeSet::from([SkillId(0)]));
        let queues: Vec<_> = change.queues.iter().map(|one| one.queue).collect();
        assert_eq!(queues, [QueueId(2)]);
        let seats: Vec<_> = change
            .seats
            .iter()
            .map(|one| (one.seat, one.queues.len()))
            .collect();
        assert_eq!(seats, [(SeatId(1), 2), (SeatId(0), 0)]);
    }

    #[test]
    fn a_union_adds_and_takes_nothing_away() {
        let one = catalog(&[("1", &["a"], "x")], &["a"]);
        let other = catalog(&[("1", &["b"], "y"), ("2", &["b"], "x")], &["b"]);
        let both = following(&union(&one, &other), &one).unwrap();
        let change = Change::between(&one, &both);
        assert!(change.gone_queues.is_empty() && change.gone_skills.is_empty());
        let first = both.seat_entry(SeatId(0)).unwrap();
        assert_eq!(first.queues, ["a", "b"]);
        assert_eq!(first.skills.len(), 2);
        assert!(both.seat("2").is_some());
    }
}
