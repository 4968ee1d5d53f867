//! The steps of contacts that ask for the same in the same queue and class, as lanes.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::time::Duration;

use crate::machine::acd::lane::LaneKey;
use crate::machine::acd::lane::LaneNo;
use crate::machine::acd::matching::Matching;
use crate::machine::acd::need::Need;
use crate::machine::acd::step::Class;
use crate::machine::acd::step::SkipIf;
use crate::machine::acd::step::Step;
use crate::machine::acd::step::Target;
use crate::machine::acd::surface::QueueSetup;
use crate::vocabulary::id::QueueId;
use crate::vocabulary::id::SeatId;
use crate::vocabulary::id::SkillId;

/// Distinct (queue, need, class, steps) with contacts in them. A contact that would open one more
/// is answered as if its queue were full.
pub const TOURS_MAX: usize = 16_384;

/// Names a tour.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct TourNo(usize);

/// What makes a tour one.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct TourKey {
    /// The queue.
    pub queue: QueueId,
    /// Counts how often its need, its steps or its policy changed.
    pub version: u32,
    /// The class.
    pub class: Class,
    /// What the contact needs beyond the queue's need.
    pub own: Need,
    /// The contact's own steps; `None`: the queue's.
    pub steps: Option<Vec<Step>>,
}

/// Where a contact of a tour waits during one step.
#[derive(Clone, Debug)]
pub enum Way {
    /// In a lane, for every seat of its groups.
    Lane(LaneNo),
    /// At seats by name.
    Seats {
        /// Which.
        seats: Vec<SeatId>,
        /// Also at the one that served it last.
        last: bool,
    },
}

/// One step of a tour.
#[derive(Clone, Debug)]
pub struct TourStep {
    /// Where its contacts wait.
    pub way: Way,
    /// How long; `None`: to the end.
    pub lasts: Option<Duration>,
    /// When it is passed over.
    pub skip: SkipIf,
}

/// A tour.
#[derive(Debug)]
pub struct Tour {
    /// What makes it one.
    pub key: TourKey,
    /// What its contacts need in every step: the queue's need and their own.
    pub need: Need,
    /// At least one; the last has no end.
    pub steps: Vec<TourStep>,
    users: u32,
}

impl Tour {
    /// Whether some step needs this skill.
    #[must_use]
    pub fn names(&self, skill: SkillId, matching: &Matching) -> bool {
        let names = |need: &Need| need.skills().contains(&skill);
        let in_step = |step: &TourStep| match step.way {
            Way::Lane(lane) => names(matching.need(lane)),
            Way::Seats { .. } => false,
        };
        names(&self.need) || self.steps.iter().any(in_step)
    }
}

/// All tours.
#[derive(Debug, Default)]
pub struct Tours {
    tours: Vec<Tour>,
    by_key: BTreeMap<TourKey, TourNo>,
    /// Nobody is on them, but somebody may come.
    unused: BTreeSet<TourNo>,
    /// Closed, to be used for others.
    closed: Vec<TourNo>,
}

impl Tours {
    /// A tour.
    #[must_use]
    pub fn tour(&self, no: TourNo) -> &Tour {
        &self.tours[no.0]
    }

    /// Every tour with how many contacts are on it, those that may come back included.
    pub fn users(&self) -> impl Iterator<Item = (&Tour, u32)> {
        self.tours.iter().map(|tour| (tour, tour.users))
    }

    /// A contact begins a tour; `None` if there are too many tours or lanes.
    pub fn enter(
        &mut self,
        key: TourKey,
        queue: &QueueSetup,
        matching: &mut Matching,
    ) -> Option<TourNo> {
        let no = match self.by_key.get(&key) {
            Some(no) => *no,
            None => self.open(key, queue, matching)?,
        };
        self.tours[no.0].users += 1;
        self.unused.remove(&no);
        Some(no)
    }

    /// A contact will not come back to its tour.
    pub fn leave(&mut self, no: TourNo) {
        let users = &mut self.tours[no.0].users;
        *users = users.saturating_sub(1);
        if *users == 0 {
            self.unused.insert(no);
        }
    }

    fn open(
        &mut self,
        key: TourKey,
        queue: &QueueSetup,
        matching: &mut Matching,
    ) -> Option<TourNo> {
        if self.tours.len() >= TOURS_MAX && self.closed.is_empty() {
            self.close_unused(matching)?;
        }
        let need = queue.need.and(&key.own);
        let written = key.steps.as_ref().unwrap_or(&queue.steps);
        let mut steps = Vec::new();
        for step in ended(written) {
            match tour_step(&step, &key, &need, queue, matching) {
                Some(step) => steps.push(step),
                // Unused tours hold lanes: without them there may be room.
                None if self.close_unused(matching).is_some() => {
                    let step = tour_step(&step, &key, &need, queue, matching);
                    steps.push(step.or_else(|| give_up(&steps, matching))?);
                }
                None => return give_up(&steps, matching),
            }
        }
        let tour = Tour {
            key: key.clone(),
            need,
            steps,
            users: 0,
        };
        let no = match self.closed.pop() {
            Some(no) => {
                self.tours[no.0] = tour;
                no
            }
            None => {
                self.tours.push(tour);
                TourNo(self.tours.len() - 1)
            }
        };
        self.by_key.insert(key, no);
        Some(no)
    }

    /// Closes the tours that nobody is on; `None` if there is none.
    fn close_unused(&mut self, matching: &mut Matching) -> Option<()> {
        let unused = std::mem::take(&mut self.unused);
        let any = unused.first().map(|_| ());
        for no in unused {
            let tour = &mut self.tours[no.0];
            self.by_key.remove(&tour.key);
            give_up::<()>(&std::mem::take(&mut tour.steps), matching);
            self.closed.push(no);
        }
        any
    }
}

/// The steps and, if the last of them can end, one more for everybody who meets the need.
fn ended(steps: &[Step]) -> Vec<Step> {
    let mut steps = steps.to_vec();
    let endless = |step: &Step| {
        let anybody = matches!(step.target, Target::Need(_));
        anybody && step.lasts.is_none() && step.skip == SkipIf::Never
    };
    if !steps.last().is_some_and(endless) {
        steps.push(Step::default());
    }
    steps
}

fn tour_step(
    step: &Step,
    key: &TourKey,
    need: &Need,
    queue: &QueueSetup,
    matching: &mut Matching,
) -> Option<TourStep> {
    let way = match &step.target {
        Target::Need(asked) => Way::Lane(matching.enter(LaneKey {
            queue: key.queue,
            need: need.and(asked),
            class: key.class,
            skip: step.skip,
            prefer: step.prefer.clone().unwrap_or_else(|| queue.policy.prefer()),
        })?),
        Target::Seats { seats, last } => Way::Seats {
            seats: seats.clone(),
            last: *last,
        },
    };
    Some(TourStep {
        way,
        lasts: step.lasts,
        skip: step.skip,
    })
}

fn give_up<T>(steps: &[TourStep], matching: &mut Matching) -> Option<T> {
    for step in steps {
        if let Way::Lane(lane) = step.way {
            matching.leave(lane);
        }
    }
    None
}
