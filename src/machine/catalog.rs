//! Seats, queues and skills by name: from what the configuration says to what the distributor takes.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::time::Duration;

use crate::machine::acd::need::NamedNeed;
use crate::machine::acd::need::Need;
use crate::machine::acd::policy::Policy;
use crate::machine::acd::skill::Capability;
use crate::machine::acd::step::Prefer;
use crate::machine::acd::step::Step;
use crate::machine::acd::step::Target;
use crate::machine::acd::surface::QueueSetup;
use crate::machine::acd::surface::SeatSetup;
use crate::machine::acd::surface::TARGET;
use crate::machine::acd::surface::WEIGHT;
use crate::machine::calendar::Calendar;
use crate::machine::skill_need::read_need;
use crate::machine::wait_step::NamedStep;
use crate::vocabulary::id::QueueId;
use crate::vocabulary::id::SeatGroupId;
use crate::vocabulary::id::SeatId;
use crate::vocabulary::id::SkillId;
use crate::vocabulary::language::Language;
use crate::vocabulary::time::Wall;

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
    /// Names of the groups it is in.
    pub groups: Vec<String>,
    /// Until when a skill is certified; from then on it does not count.
    pub certified: BTreeMap<String, Wall>,
    /// Those of its queues whose contacts it takes before all others.
    pub first: Vec<String>,
    /// The number of the telephone that it is, in E.164, called over a trunk; none: its telephone
    /// registers.
    pub number: Option<String>,
    /// Its telephone is asked to answer by itself.
    pub auto_answer: bool,
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
    /// Whom its contacts ask for one after the other; empty: everybody who meets the need.
    pub steps: Vec<StepEntry>,
    /// How fast its contacts rise, in thousandths of a level of priority a minute.
    pub ageing: u32,
    /// How free seats are shared.
    pub policy: Policy,
    /// What a minute's wait costs against other queues, in thousandths.
    pub weight: u32,
    /// Within this a contact should be answered.
    pub target: Duration,
    /// How many ready seats are kept for its own contacts; policy `reserves` only.
    pub reserve: u32,
    /// How many seats may ring at once for one contact.
    pub ring_at_once: u32,
    /// What a seat hears before it is bridged, by the call's language.
    pub whisper: BTreeMap<Language, String>,
}

/// One step of a queue, its need as text.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct StepEntry {
    /// What a seat needs beyond the queue's need; not beside `seats`.
    pub need: String,
    /// The step but for its need.
    pub step: NamedStep,
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
            steps: Vec::new(),
            ageing: 0,
            policy: Policy::default(),
            weight: WEIGHT,
            target: TARGET,
            reserve: 0,
            ring_at_once: 1,
            whisper: BTreeMap::new(),
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
    /// The needs and steps of the queues.
    asked: Vec<(Need, Vec<Step>)>,
    skills: Vec<String>,
    groups: Vec<String>,
    seat_ids: BTreeMap<String, SeatId>,
    queue_ids: BTreeMap<String, QueueId>,
    skill_ids: BTreeMap<String, SkillId>,
    group_ids: BTreeMap<String, SeatGroupId>,
}

impl Catalog {
    /// Gives every name of checked entries its id. Skills and groups are those that seats have.
    #[must_use]
    pub fn of(seats: Vec<SeatEntry>, queues: Vec<QueueEntry>) -> Self {
        let skills = seats.iter().flat_map(|seat| seat.skills.keys().cloned());
        let skills: BTreeSet<String> = skills.collect();
        let groups = seats.iter().flat_map(|seat| seat.groups.iter().cloned());
        let groups: BTreeSet<String> = groups.collect();
        Self::numbered(
            seats,
            queues,
            skills.into_iter().collect(),
            groups.into_iter().collect(),
        )
    }

    /// The catalog of these lists, which hold together.
    pub(super) fn numbered(
        seats: Vec<SeatEntry>,
        queues: Vec<QueueEntry>,
        skills: Vec<String>,
        groups: Vec<String>,
    ) -> Self {
        let seat_ids = (0..).map(SeatId).zip(&seats);
        let queue_ids = (0..).map(QueueId).zip(&queues);
        let skill_ids = (0..).map(SkillId).zip(&skills);
        let group_ids = (0..).map(SeatGroupId).zip(&groups);
        let mut catalog = Self {
            seat_ids: seat_ids.map(|(id, seat)| (seat.id.clone(), id)).collect(),
            queue_ids: queue_ids
                .map(|(id, queue)| (queue.name.clone(), id))
                .collect(),
            skill_ids: skill_ids.map(|(id, name)| (name.clone(), id)).collect(),
            group_ids: group_ids.map(|(id, name)| (name.clone(), id)).collect(),
            seats,
            queues,
            asked: Vec::new(),
            skills,
            groups,
        };
        let asked = catalog.queues.iter().map(|queue| catalog.asked(queue));
        catalog.asked = asked.collect();
        catalog
    }

    /// Names that `kept` does not have are gone from here on.
    pub(super) fn keep_only(&mut self, kept: &Self) {
        self.seat_ids.retain(|name, _| kept.seat(name).is_some());
        self.queue_ids.retain(|name, _| kept.queue(name).is_some());
        self.skill_ids.retain(|name, _| kept.skill(name).is_some());
        self.group_ids.retain(|name, _| kept.group(name).is_some());
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

    /// The groups' names in order of their ids, those that are gone included.
    #[must_use]
    pub fn groups(&self) -> &[String] {
        &self.groups
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

    /// The group of seats of this name.
    #[must_use]
    pub fn group(&self, name: &str) -> Option<SeatGroupId> {
        self.group_ids.get(name).copied()
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

    /// A need by names as the distributor takes it; names that are not known ask nothing.
    #[must_use]
    pub fn need(&self, named: &NamedNeed) -> Need {
        named.named(&|skill| self.skill(skill), &|group| self.group(group))
    }

    /// Steps by names as the distributor takes them.
    #[must_use]
    pub fn steps(&self, named: &[NamedStep]) -> Vec<Step> {
        named.iter().map(|step| self.step(step)).collect()
    }

    fn step(&self, named: &NamedStep) -> Step {
        let target = match &named.target {
            Target::Need(need) => Target::Need(self.need(need)),
            Target::Seats { seats, last } => Target::Seats {
                seats: seats.iter().filter_map(|seat| self.seat(seat)).collect(),
                last: *last,
            },
        };
        let prefer = named.prefer.as_ref().map(|prefer| match prefer {
            Prefer::LongestIdle => Prefer::LongestIdle,
            Prefer::MostSkilled => Prefer::MostSkilled,
            Prefer::LeastSkilled => Prefer::LeastSkilled,
            Prefer::LeastBusy => Prefer::LeastBusy,
            Prefer::FewestQueues => Prefer::FewestQueues,
            Prefer::Weights(weights) => {
                let known = weights.iter();
                let known = known.filter_map(|(skill, weight)| Some((self.skill(skill)?, *weight)));
                Prefer::Weights(known.collect())
            }
        });
        Step {
            target,
            lasts: named.lasts,
            skip: named.skip,
            prefer,
        }
    }

    fn asked(&self, queue: &QueueEntry) -> (Need, Vec<Step>) {
        let read = |text: &str| read_need(text).unwrap_or_default().need;
        let steps = queue.steps.iter().map(|entry| {
            let mut step = entry.step.clone();
            if !entry.need.is_empty() {
                step.target = Target::Need(read(&entry.need));
            }
            self.step(&step)
        });
        (self.need(&read(&queue.need)), steps.collect())
    }

    /// What a seat can do as long as its certificates last.
    #[must_use]
    pub fn capability(&self, seat: &SeatEntry) -> Capability {
        let setup = self.seat_setup(seat).unwrap_or_default();
        Capability::of(&setup, Wall::from_ms(i64::MIN))
    }

    /// The seats as the distributor takes them.
    pub fn seat_setups(&self) -> impl Iterator<Item = SeatSetup> {
        self.seats.iter().filter_map(|seat| self.seat_setup(seat))
    }

    fn seat_setup(&self, seat: &SeatEntry) -> Option<SeatSetup> {
        let skills = seat.skills.iter();
        let queues = seat.queues.iter();
        let groups = seat.groups.iter();
        let certified = seat.certified.iter();
        let first = seat.first.iter();
        Some(SeatSetup {
            seat: self.seat(&seat.id)?,
            skills: skills
                .filter_map(|(skill, level)| Some((self.skill(skill)?, *level)))
                .collect(),
            queues: queues.filter_map(|queue| self.queue(queue)).collect(),
            groups: groups.filter_map(|group| self.group(group)).collect(),
            certified: certified
                .filter_map(|(skill, until)| Some((self.skill(skill)?, *until)))
                .collect(),
            first: first.filter_map(|queue| self.queue(queue)).collect(),
        })
    }

    /// The queues as the distributor takes them.
    pub fn queue_setups(&self) -> impl Iterator<Item = QueueSetup> {
        self.queues
            .iter()
            .zip(&self.asked)
            .filter_map(|(queue, (need, steps))| {
                Some(QueueSetup {
                    queue: self.queue(&queue.name)?,
                    need: need.clone(),
                    ring: queue.ring,
                    wrap_up: queue.wrap_up,
                    waiting_max: queue.waiting_max,
                    announce_every: queue.announce_every,
                    steps: steps.clone(),
                    ageing: queue.ageing,
                    policy: queue.policy,
                    weight: queue.weight,
                    target: queue.target,
                    reserve: queue.reserve,
                    ring_at_once: queue.ring_at_once,
                })
            })
    }
}
