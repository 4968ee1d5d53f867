//! Seats that come and go: which are wanted, who goes first.
//!
//! If fewer are wanted, seats that are ready go at once, those in after-call work after it, and
//! then whichever seat of the group ends a talk next goes after it and its after-call work. Who
//! goes signs out.

use crate::machine::acd::fact::SeatState;
use crate::machine::acd::skill::Capability;
use crate::machine::acd::step::Prefer;
use crate::machine::acd::step::SkipIf;
use crate::machine::acd::step::Step;
use crate::machine::acd::surface::Input;
use crate::machine::acd::surface::SeatSetup;
use crate::machine::simulation::draw::Draw;
use crate::machine::simulation::scenario::Choice;
use crate::machine::simulation::scenario::ContactType;
use crate::machine::simulation::scenario::Group;
use crate::machine::simulation::scenario::Scenario;
use crate::vocabulary::id::QueueId;
use crate::vocabulary::id::SeatGroupId;
use crate::vocabulary::id::SeatId;
use crate::vocabulary::id::SkillId;
use crate::vocabulary::time::Wall;

/// Skills from here on name single seats, so that an order of seats can be asked for.
const SEAT_SKILLS: u32 = 1_000_000;

/// The seats of a day.
#[derive(Clone, Debug)]
pub struct Staffing {
    /// By seat.
    seats: Vec<Seat>,
    /// The seats of each group.
    groups: Vec<Vec<usize>>,
    /// How many of each group should go with the end of a talk.
    excess: Vec<u32>,
}

#[derive(Clone, Copy, Debug)]
struct Seat {
    group: usize,
    state: SeatState,
    wanted: bool,
}

/// What the change of a seat's state means for its group.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Change {
    /// The group.
    pub group: usize,
    /// Seats that are there: 1, 0, -1.
    pub there: f64,
    /// Seats at work, talking or after it.
    pub busy: f64,
}

impl Staffing {
    /// Everybody is signed out.
    #[must_use]
    pub fn new(scenario: &Scenario) -> Self {
        let mut seats = Vec::new();
        let mut groups = Vec::new();
        for (at, group) in scenario.groups.iter().enumerate() {
            let first = seats.len();
            let seat = Seat {
                group: at,
                state: SeatState::SignedOut,
                wanted: false,
            };
            seats.extend((0..group.seats()).map(|_| seat));
            groups.push((first..seats.len()).collect());
        }
        Self {
            seats,
            excess: vec![0; groups.len()],
            groups,
        }
    }

    /// How many seats there are at most.
    #[must_use]
    pub fn len(&self) -> usize {
        self.seats.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.seats.is_empty()
    }

    /// The seats as the distributor takes them.
    #[must_use]
    pub fn setups(&self, scenario: &Scenario) -> Vec<SeatSetup> {
        let kinds = &scenario.types;
        let by_lot = kinds.iter().any(|kind| kind.choice == Choice::Lot);
        let seats = (0..).zip(&self.seats);
        let setup = |(id, seat): (u32, &Seat)| {
            let group = scenario.groups.get(seat.group);
            let mut setup = group.map(setup_of).unwrap_or_default();
            setup.seat = SeatId(id);
            if by_lot {
                setup.skills.push((SkillId(SEAT_SKILLS + id), 1));
            }
            let group = u32::try_from(seat.group).unwrap_or(u32::MAX);
            setup.groups.push(SeatGroupId(group));
            setup
        };
        seats.map(setup).collect()
    }

    /// The group of a seat.
    #[must_use]
    pub fn group(&self, seat: SeatId) -> usize {
        self.seats.get(place(seat)).map_or(0, |seat| seat.group)
    }

    /// From here on so many of a group are wanted: what the distributor is told for it.
    pub fn want(&mut self, group: usize, target: u32) -> Vec<Input> {
        let members = self.groups.get(group).cloned().unwrap_or_default();
        let is_wanted = |at: &usize| self.seats.get(*at).is_some_and(|seat| seat.wanted);
        let mut there = members.iter().filter(|at| is_wanted(at)).count();
        let target = usize::try_from(target).unwrap_or(usize::MAX);
        let mut inputs = Vec::new();
        for at in &members {
            let Some(seat) = self.seats.get_mut(*at).filter(|seat| !seat.wanted) else {
                continue;
            };
            if there >= target {
                break;
            }
            seat.wanted = true;
            there += 1;
            let id = seat_id(*at);
            if seat.state == SeatState::SignedOut {
                inputs.push(Input::SeatSignedIn(id));
            }
            inputs.push(Input::SeatReady(id));
        }
        let ready: fn(SeatId) -> Input = Input::SeatSignedOut;
        for (state, goes) in [
            (SeatState::Ready, ready),
            (SeatState::WrapUp, Input::SeatAway),
        ] {
            for at in &members {
                let fits = |seat: &&mut Seat| seat.wanted && seat.state == state;
                let Some(seat) = self.seats.get_mut(*at).filter(fits) else {
                    continue;
                };
                if there > target {
                    seat.wanted = false;
                    there -= 1;
                    inputs.push(goes(seat_id(*at)));
                }
            }
        }
        let excess = u32::try_from(there.saturating_sub(target)).unwrap_or(u32::MAX);
        if let Some(old) = self.excess.get_mut(group) {
            *old = excess;
        }
        inputs
    }

    /// A seat's talk is about to end: what it says before, if it goes with it.
    pub fn ends_talk(&mut self, seat: SeatId) -> Option<Input> {
        let at = self.seats.get_mut(place(seat))?;
        let excess = self.excess.get_mut(at.group)?;
        if *excess == 0 || !at.wanted {
            return None;
        }
        *excess -= 1;
        at.wanted = false;
        Some(Input::SeatAway(seat))
    }

    /// A seat that is free and not wanted any more signs out.
    #[must_use]
    pub fn goes(&self, seat: SeatId) -> Option<Input> {
        let at = self.seats.get(place(seat))?;
        let goes = !at.wanted && at.state == SeatState::Away;
        goes.then_some(Input::SeatSignedOut(seat))
    }

    /// The distributor says that a seat is in another state.
    pub fn changed(&mut self, seat: SeatId, state: SeatState) -> Option<Change> {
        let at = self.seats.get_mut(place(seat))?;
        let before = std::mem::replace(&mut at.state, state);
        Some(Change {
            group: at.group,
            there: there(state) - there(before),
            busy: busy(state) - busy(before),
        })
    }
}

fn there(state: SeatState) -> f64 {
    let away = matches!(state, SeatState::SignedOut | SeatState::Away);
    if away { 0.0 } else { 1.0 }
}

fn busy(state: SeatState) -> f64 {
    let busy = matches!(state, SeatState::Talking | SeatState::WrapUp);
    if busy { 1.0 } else { 0.0 }
}

fn place(seat: SeatId) -> usize {
    usize::try_from(seat.0).unwrap_or(usize::MAX)
}

fn seat_id(at: usize) -> SeatId {
    SeatId(u32::try_from(at).unwrap_or(u32::MAX))
}

/// What every seat of a group can do, as the distributor takes it.
fn setup_of(group: &Group) -> SeatSetup {
    let ids = |places: &[usize]| places.iter().map(|at| queue_id(*at)).collect();
    SeatSetup {
        skills: group.skills.clone(),
        queues: ids(&group.queues),
        first: ids(&group.first),
        ..SeatSetup::default()
    }
}

/// Whether seats of the group at this place may serve a type.
#[must_use]
pub fn can_serve(scenario: &Scenario, group: usize, kind: &ContactType) -> bool {
    let Some((of, queue)) = scenario
        .groups
        .get(group)
        .zip(scenario.queues.get(kind.queue))
    else {
        return false;
    };
    let mut setup = setup_of(of);
    setup
        .groups
        .push(SeatGroupId(u32::try_from(group).unwrap_or(u32::MAX)));
    let need = queue.setup.need.and(&kind.need);
    Capability::of(&setup, Wall::default()).meets(queue_id(kind.queue), &need)
}

/// The id of the queue at this place.
#[must_use]
pub fn queue_id(at: usize) -> QueueId {
    QueueId(u32::try_from(at).unwrap_or(u32::MAX))
}

/// The steps of who takes a ready seat by lot: all seats in some order, the first of them that is
/// ready goes first; if none is, the contact waits like all others from the same moment on.
#[must_use]
pub fn by_lot(seats: usize, draw: &mut Draw) -> Vec<Step> {
    let mut places: Vec<usize> = (0..seats).collect();
    for last in (1..places.len()).rev() {
        places.swap(last, draw.below(last + 1));
    }
    let weights = (0..).zip(places).map(|(seat, place)| {
        let weight = i32::try_from(place).unwrap_or(i32::MAX);
        (SkillId(SEAT_SKILLS + seat), weight)
    });
    let lot = Step {
        skip: SkipIf::NobodyReady,
        prefer: Some(Prefer::Weights(weights.collect())),
        ..Step::default()
    };
    vec![lot, Step::default()]
}
