//! Contacts among the waiting: into a step, out of it, on to the next.

use crate::machine::acd::board::Board;
use crate::machine::acd::board::Free;
use crate::machine::acd::board::Timer;
use crate::machine::acd::contact::Contact;
use crate::machine::acd::contact::Stage;
use crate::machine::acd::fact::AcdFact;
use crate::machine::acd::fact::StepEnd;
use crate::machine::acd::personal::Asking;
use crate::machine::acd::step::SkipIf;
use crate::machine::acd::tour::TourStep;
use crate::machine::acd::tour::Way;
use crate::vocabulary::id::CallId;
use crate::vocabulary::id::SeatId;
use crate::vocabulary::time::Now;

impl Board {
    /// Puts a contact to its place among the waiting, in the first step from its own on that has
    /// not ended.
    pub fn wait(&mut self, id: CallId, now: Now) {
        self.pass_steps(id, now);
        let Some(contact) = self.contacts.get_mut(&id) else {
            return;
        };
        contact.stage = Stage::Waiting;
        let place = contact.place;
        self.deadlines.insert((contact.look_at, Timer::Contact(id)));
        if let Some(until) = contact.step_until {
            self.deadlines.insert((until, Timer::Step(id)));
        }
        if let Some(queue) = self.queues.get_mut(&contact.queue) {
            queue.line.insert(place, id);
        }
        self.figures.wait(contact.queue);
        if self.hurries(id) {
            self.hurried.push(id);
        }
        let Some((contact, step)) = self.step_of(id) else {
            return;
        };
        if let Way::Lane(lane) = step.way {
            self.matching.wait(lane, place, id);
            self.free.push(Free::Lane(lane));
            return;
        }
        let tour = self.tours.tour(contact.tour);
        let asking = Asking {
            queue: contact.queue,
            need: &tour.need,
            class: contact.class,
        };
        for name in named(contact, step) {
            if let Some(seat) = self.seats.get(&name) {
                let able = self.matching.capability(seat.group);
                self.personal.wait(name, able, asking, (place, id));
                self.free.push(Free::Seat(name));
            }
        }
    }

    /// Whether a contact is in a step that ends unless somebody is ready.
    fn hurries(&self, id: CallId) -> bool {
        let step = self.step_of(id);
        step.is_some_and(|(_, step)| step.skip == SkipIf::NobodyReady)
    }

    /// Takes a contact out of the waiting.
    pub fn unwait(&mut self, id: CallId) {
        let Some(contact) = self.contacts.get(&id) else {
            return;
        };
        if contact.stage != Stage::Waiting {
            return;
        }
        self.deadlines
            .remove(&(contact.look_at, Timer::Contact(id)));
        if let Some(until) = contact.step_until {
            self.deadlines.remove(&(until, Timer::Step(id)));
        }
        if let Some(queue) = self.queues.get_mut(&contact.queue) {
            queue.line.remove(contact.place);
        }
        self.figures.unwait(contact.queue);
        let tour = self.tours.tour(contact.tour);
        let Some(step) = tour.steps.get(usize::from(contact.step)) else {
            return;
        };
        match &step.way {
            Way::Lane(lane) => self.matching.unwait(*lane, contact.place),
            Way::Seats { .. } => {
                let asking = Asking {
                    queue: contact.queue,
                    need: &tour.need,
                    class: contact.class,
                };
                for name in named(contact, step) {
                    self.personal.unwait(name, asking, contact.place);
                }
            }
        }
    }

    /// A waiting contact's step ends before its time.
    pub fn hurry_on(&mut self, id: CallId, now: Now) {
        let Some((contact, step)) = self.step_of(id) else {
            return;
        };
        if contact.stage != Stage::Waiting || step.skip != SkipIf::NobodyReady {
            return;
        }
        self.unwait(id);
        self.enter_next(id, StepEnd::NobodyReady, now);
        self.wait(id, now);
    }

    /// A waiting contact's step may have ended.
    pub fn look_at_step(&mut self, id: CallId, now: Now) {
        let waits = self.contacts.get(&id).map(|one| one.stage) == Some(Stage::Waiting);
        if waits && self.step_end(id, now).is_some() {
            self.unwait(id);
            self.wait(id, now);
        }
    }

    /// Contacts whose seats have all signed out move on, if their step says so.
    pub fn leave_unstaffed(&mut self, now: Now) {
        for lane in self.matching.take_unstaffed() {
            if !self.matching.staffed(lane) {
                let all: Vec<CallId> = self.matching.waiting(lane).collect();
                for id in all {
                    self.look_at_step(id, now);
                }
            }
        }
        for seat in std::mem::take(&mut self.gone) {
            let all: Vec<CallId> = self.personal.waiting(seat).collect();
            for id in all {
                self.look_at_step(id, now);
            }
        }
    }

    /// The step that a contact is in.
    #[must_use]
    pub fn step_of(&self, id: CallId) -> Option<(&Contact, &TourStep)> {
        let contact = self.contacts.get(&id)?;
        let steps = &self.tours.tour(contact.tour).steps;
        Some((contact, steps.get(usize::from(contact.step))?))
    }

    /// Whether a seat that is signed in could serve the contact, in this step or a later one.
    #[must_use]
    pub fn staffed(&self, contact: &Contact) -> bool {
        let steps = self.tours.tour(contact.tour).steps.iter();
        let mut left = steps.skip(usize::from(contact.step));
        left.any(|step| self.step_staffed(contact, step))
    }

    fn step_staffed(&self, contact: &Contact, step: &TourStep) -> bool {
        if let Way::Lane(lane) = step.way {
            return self.matching.staffed(lane);
        }
        let need = &self.tours.tour(contact.tour).need;
        named(contact, step).into_iter().any(|name| {
            self.seats.get(&name).is_some_and(|seat| {
                let able = self.matching.capability(seat.group);
                seat.phase().signed_in() && able.meets(contact.queue, need)
            })
        })
    }

    fn pass_steps(&mut self, id: CallId, now: Now) {
        while let Some(end) = self.step_end(id, now) {
            self.enter_next(id, end, now);
        }
    }

    /// Why the contact's step is over, if it is. The last step never is.
    fn step_end(&self, id: CallId, now: Now) -> Option<StepEnd> {
        let (contact, step) = self.step_of(id)?;
        let steps = self.tours.tour(contact.tour).steps.len();
        if usize::from(contact.step) + 1 >= steps {
            return None;
        }
        if contact.step_until.is_some_and(|until| until <= now) {
            return Some(StepEnd::Expired);
        }
        let empty = || step.skip == SkipIf::NobodySignedIn && !self.step_staffed(contact, step);
        empty().then_some(StepEnd::NobodySignedIn)
    }

    fn enter_next(&mut self, id: CallId, because: StepEnd, now: Now) {
        let Some(contact) = self.contacts.get_mut(&id) else {
            return;
        };
        contact.step = contact.step.saturating_add(1);
        let step = contact.step;
        let steps = &self.tours.tour(contact.tour).steps;
        let lasts = steps.get(usize::from(step)).and_then(|step| step.lasts);
        contact.step_until = lasts.map(|lasts| now + lasts);
        self.note(AcdFact::StepEntered {
            contact: id,
            step,
            because,
        });
    }
}

/// The seats that a contact asks for by name in this step, each once.
#[must_use]
pub fn named(contact: &Contact, step: &TourStep) -> Vec<SeatId> {
    let Way::Seats { seats, last } = &step.way else {
        return Vec::new();
    };
    let last = contact.last.filter(|_| *last);
    let mut names: Vec<SeatId> = seats.iter().copied().chain(last).collect();
    names.sort_unstable();
    names.dedup();
    names
}
