//! Seats, queues and skills by name: from what the configuration says to what the distributor takes.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::time::Duration;

use crate::machine::acd::surface::Need;
use crate::machine::acd::surface::QueueSetup;
use crate::machine::acd::surface::SeatSetup;
use crate::machine::acd::surface::SkillTerm;
use crate::machine::calendar::Calendar;
use crate::machine::skill_need::LEVEL_MAX;
use crate::machine::skill_need::NeedError;
use crate::machine::skill_need::is_name;
use crate::machine::skill_need::read_need;
use crate::vocabulary::fault::Span;
use crate::vocabulary::id::QueueId;
use crate::vocabulary::id::SeatId;
use crate::vocabulary::id::SkillId;

/// Most seats in one centre.
pub const SEATS_MAX: usize = 20_000;
/// Most queues in one centre.
pub const QUEUES_MAX: usize = 1_000;

/// A seat by its names.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct SeatEntry {
    /// The user it registers as.
    pub id: String,
    /// The person's name; may be empty.
    pub name: String,
    /// Skills with levels 1 to 10.
    pub skills: BTreeMap<String, u8>,
    /// Names of the queues it serves.
    pub queues: Vec<String>,
    /// Where it is; may be empty.
    pub site: String,
}

/// A queue by its names.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct QueueEntry {
    /// Its name.
    pub name: String,
    /// What every contact needs of a seat: `refund >= 3 and lang.zh >= 1`; empty: nothing.
    pub need: String,
    /// How long a seat rings.
    pub ring: Duration,
    /// After-call work; zero: none.
    pub wrap_up: Duration,
    /// How many contacts may wait.
    pub waiting_max: u32,
    /// How often a waiting contact hears its position; zero: never.
    pub announce_every: Duration,
    /// When it takes contacts; none: always.
    pub hours: Option<Calendar>,
}

impl QueueEntry {
    /// A queue of this name that needs nothing: 15 s ring, 30 s wrap-up, 1,000 waiting,
    /// position every 30 s.
    #[must_use]
    pub fn named(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            need: String::new(),
            ring: Duration::from_secs(15),
            wrap_up: Duration::from_secs(30),
            waiting_max: 1000,
            announce_every: Duration::from_secs(30),
            hours: None,
        }
    }
}

/// All seats, queues and skills of a centre. An id is a place in these lists.
///
/// A catalog that follows another keeps its ids: a name that is gone stands in the lists and is
/// found by id, but not by name.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Catalog {
    seats: Vec<SeatEntry>,
    queues: Vec<QueueEntry>,
    needs: Vec<Need>,
    skills: Vec<String>,
    seat_ids: BTreeMap<String, SeatId>,
    queue_ids: BTreeMap<String, QueueId>,
    skill_ids: BTreeMap<String, SkillId>,
}

/// What is wrong in a catalog, and at which entry.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct CatalogFault {
    /// Where.
    pub spot: Spot,
    /// What.
    pub error: CatalogError,
}

/// An entry of a catalog, by its place in the list it came in.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Spot {
    /// A seat.
    Seat(usize),
    /// A queue a seat names: the seat, and the place in its list.
    SeatQueue(usize, usize),
    /// A queue.
    Queue(usize),
    /// Bytes of a queue's need.
    QueueNeed(usize, Span),
}

/// What can be wrong in a catalog.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum CatalogError {
    /// Two seats share an id.
    #[error("two seats have the id {0:?}")]
    SeatTwice(String),
    /// Two queues share a name.
    #[error("two queues have the name {0:?}")]
    QueueTwice(String),
    /// A name is empty or holds something else than letters, digits, `.`, `_`, `-`.
    #[error("{0:?} is not a name: letters, digits, '.', '_' and '-'")]
    BadName(String),
    /// A seat serves a queue that does not exist.
    #[error("no queue is called {0:?}")]
    UnknownQueue(String),
    /// A level is not 1 to 10.
    #[error("skill {0} has level {1}, expected 1 to {LEVEL_MAX}")]
    BadLevel(String, u8),
    /// A need cannot be read.
    #[error(transparent)]
    Need(#[from] NeedError),
    /// A list is too long.
    #[error("{got} {what}, at most {max} can be kept")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// How many there are.
        got: usize,
        /// How many there may be.
        max: usize,
    },
}

impl Catalog {
    /// Checks entries and gives every name its id. Skills are those that seats have and queues need.
    ///
    /// # Errors
    ///
    /// Every fault found.
    pub fn new(seats: Vec<SeatEntry>, queues: Vec<QueueEntry>) -> Result<Self, Vec<CatalogFault>> {
        let mut faults = Vec::new();
        let mut skills: BTreeSet<String> = BTreeSet::new();
        check_limit("seats", seats.len(), SEATS_MAX, &mut faults);
        check_limit("queues", queues.len(), QUEUES_MAX, &mut faults);
        check_queues(&queues, &mut skills, &mut faults);
        check_seats(&seats, &queues, &mut skills, &mut faults);
        if !faults.is_empty() {
            return Err(faults);
        }
        Ok(Self::numbered(seats, queues, skills.into_iter().collect()))
    }

    /// The catalog of these lists, which hold together.
    pub(super) fn numbered(
        seats: Vec<SeatEntry>,
        queues: Vec<QueueEntry>,
        skills: Vec<String>,
    ) -> Self {
        let seat_ids = (0..).map(SeatId).zip(&seats);
        let queue_ids = (0..).map(QueueId).zip(&queues);
        let skill_ids = (0..).map(SkillId).zip(&skills);
        let mut catalog = Self {
            seat_ids: seat_ids.map(|(id, seat)| (seat.id.clone(), id)).collect(),
            queue_ids: queue_ids
                .map(|(id, queue)| (queue.name.clone(), id))
                .collect(),
            skill_ids: skill_ids.map(|(id, name)| (name.clone(), id)).collect(),
            seats,
            queues,
            needs: Vec::new(),
            skills,
        };
        let needs = catalog.queues.iter();
        catalog.needs = needs
            .map(|queue| catalog.need(read_need(&queue.need).unwrap_or_default()))
            .collect();
        catalog
    }

    /// Names that `kept` does not have are gone from here on.
    pub(super) fn keep_only(&mut self, kept: &Self) {
        self.seat_ids.retain(|name, _| kept.seat(name).is_some());
        self.queue_ids.retain(|name, _| kept.queue(name).is_some());
        self.skill_ids.retain(|name, _| kept.skill(name).is_some());
    }

    /// The seats in order of their ids, those that are gone included.
    #[must_use]
    pub fn seats(&self) -> &[SeatEntry] {
        &self.seats
    }

    /// The queues in order of their ids, those that are gone included.
    #[must_use]
    pub fn queues(&self) -> &[QueueEntry] {
        &self.queues
    }

    /// The skills' names in order of their ids, those that are gone included.
    #[must_use]
    pub fn skills(&self) -> &[String] {
        &self.skills
    }

    /// The seat that registers as `id`.
    #[must_use]
    pub fn seat(&self, id: &str) -> Option<SeatId> {
        self.seat_ids.get(id).copied()
    }

    /// The queue of this name.
    #[must_use]
    pub fn queue(&self, name: &str) -> Option<QueueId> {
        self.queue_ids.get(name).copied()
    }

    /// The skill of this name.
    #[must_use]
    pub fn skill(&self, name: &str) -> Option<SkillId> {
        self.skill_ids.get(name).copied()
    }

    /// Seats that are known from an earlier catalog only.
    pub fn gone_seats(&self) -> impl Iterator<Item = SeatId> {
        let seats = (0..).map(SeatId).zip(&self.seats);
        let gone = seats.filter(|(_, seat)| self.seat(&seat.id).is_none());
        gone.map(|(id, _)| id)
    }

    /// Queues that are known from an earlier catalog only.
    pub fn gone_queues(&self) -> impl Iterator<Item = QueueId> {
        let queues = (0..).map(QueueId).zip(&self.queues);
        let gone = queues.filter(|(_, queue)| self.queue(&queue.name).is_none());
        gone.map(|(id, _)| id)
    }

    /// What is known of a seat.
    #[must_use]
    pub fn seat_entry(&self, seat: SeatId) -> Option<&SeatEntry> {
        self.seats.get(usize::try_from(seat.0).ok()?)
    }

    /// What is known of a queue.
    #[must_use]
    pub fn queue_entry(&self, queue: QueueId) -> Option<&QueueEntry> {
        self.queues.get(usize::try_from(queue.0).ok()?)
    }

    /// A skill's name.
    #[must_use]
    pub fn skill_name(&self, skill: SkillId) -> Option<&str> {
        let skill = self.skills.get(usize::try_from(skill.0).ok()?)?;
        Some(skill)
    }

    /// A need by names as the distributor takes it: sorted, unknown skills left out.
    pub fn need(&self, terms: impl IntoIterator<Item = (String, u8)>) -> Need {
        let terms = terms.into_iter().filter_map(|(skill, level_min)| {
            let skill = self.skill(&skill)?;
            Some(SkillTerm { skill, level_min })
        });
        let mut terms: Vec<_> = terms.collect();
        terms.sort();
        Need(terms)
    }

    /// The seats as the distributor takes them.
    pub fn seat_setups(&self) -> impl Iterator<Item = SeatSetup> {
        self.seats.iter().filter_map(|seat| {
            let skills = seat.skills.iter();
            let queues = seat.queues.iter();
            Some(SeatSetup {
                seat: self.seat(&seat.id)?,
                skills: skills
                    .filter_map(|(skill, level)| Some((self.skill(skill)?, *level)))
                    .collect(),
                queues: queues.filter_map(|queue| self.queue(queue)).collect(),
            })
        })
    }

    /// The queues as the distributor takes them.
    pub fn queue_setups(&self) -> impl Iterator<Item = QueueSetup> {
        self.queues
            .iter()
            .zip(&self.needs)
            .filter_map(|(queue, need)| {
                Some(QueueSetup {
                    queue: self.queue(&queue.name)?,
                    need: need.clone(),
                    ring: queue.ring,
                    wrap_up: queue.wrap_up,
                    waiting_max: queue.waiting_max,
                    announce_every: queue.announce_every,
                })
            })
    }
}

fn check_limit(what: &'static str, got: usize, max: usize, faults: &mut Vec<CatalogFault>) {
    if got > max {
        faults.push(CatalogFault {
            spot: if what == "seats" {
                Spot::Seat(max)
            } else {
                Spot::Queue(max)
            },
            error: CatalogError::TooMany { what, got, max },
        });
    }
}

fn check_queues(
    queues: &[QueueEntry],
    skills: &mut BTreeSet<String>,
    faults: &mut Vec<CatalogFault>,
) {
    let mut seen = BTreeSet::new();
    for (at, queue) in queues.iter().enumerate() {
        if !is_name(&queue.name) {
            let error = CatalogError::BadName(queue.name.clone());
            faults.push(CatalogFault {
                spot: Spot::Queue(at),
                error,
            });
        }
        if !seen.insert(&queue.name) {
            let error = CatalogError::QueueTwice(queue.name.clone());
            faults.push(CatalogFault {
                spot: Spot::Queue(at),
                error,
            });
        }
        match read_need(&queue.need) {
            Ok(terms) => skills.extend(terms.into_keys()),
            Err(error) => faults.push(CatalogFault {
                spot: Spot::QueueNeed(at, error.span),
                error: error.into(),
            }),
        }
    }
}

fn check_seats(
    seats: &[SeatEntry],
    queues: &[QueueEntry],
    skills: &mut BTreeSet<String>,
    faults: &mut Vec<CatalogFault>,
) {
    let known: BTreeSet<&str> = queues.iter().map(|queue| queue.name.as_str()).collect();
    let mut seen = BTreeSet::new();
    for (at, seat) in seats.iter().enumerate() {
        let mut wrong = |error| {
            faults.push(CatalogFault {
                spot: Spot::Seat(at),
                error,
            });
        };
        if !is_name(&seat.id) {
            wrong(CatalogError::BadName(seat.id.clone()));
        }
        if !seen.insert(&seat.id) {
            wrong(CatalogError::SeatTwice(seat.id.clone()));
        }
        for (skill, level) in &seat.skills {
            if !is_name(skill) {
                wrong(CatalogError::BadName(skill.clone()));
            }
            if !(1..=LEVEL_MAX).contains(level) {
                wrong(CatalogError::BadLevel(skill.clone(), *level));
            }
            skills.insert(skill.clone());
        }
        for (place, queue) in seat.queues.iter().enumerate() {
            if !known.contains(queue.as_str()) {
                faults.push(CatalogFault {
                    spot: Spot::SeatQueue(at, place),
                    error: CatalogError::UnknownQueue(queue.clone()),
                });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let seats = vec![seat("1001", &["refunds"], &[("refund", 5), ("lang.zh", 2)])];
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
        let term = |skill, level_min| SkillTerm { skill, level_min };
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
}
