//! A contact comes, is sent elsewhere, changes its class.

use std::cmp::Reverse;
use std::time::Duration;

use crate::machine::acd::board::Board;
use crate::machine::acd::contact::Contact;
use crate::machine::acd::contact::Stage;
use crate::machine::acd::fact::AcdFact;
use crate::machine::acd::need::Need;
use crate::machine::acd::place::ContactPlace;
use crate::machine::acd::step::AGEING_MAX;
use crate::machine::acd::step::Class;
use crate::machine::acd::step::NAMED_MAX;
use crate::machine::acd::step::STEPS_MAX;
use crate::machine::acd::step::Step;
use crate::machine::acd::step::Target;
use crate::machine::acd::surface::Arrival;
use crate::machine::acd::surface::Output;
use crate::machine::acd::tour::TourKey;
use crate::machine::acd::tour::TourNo;
use crate::vocabulary::id::CallId;
use crate::vocabulary::id::QueueId;
use crate::vocabulary::time::Now;

/// How long a contact waits before it hears its first position, unless the queue says sooner.
pub const ANNOUNCE_FIRST: Duration = Duration::from_secs(5);

/// How often a contact that hears no positions is looked at: is anybody signed in for it?
pub const LOOK_EVERY: Duration = Duration::from_secs(30);

/// Whether a contact that came is here.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Entry {
    /// It waits.
    Yes,
    /// It was not taken, or was here already.
    No,
    /// Its queue is full: it stays if a ready seat takes it at once.
    OnlyToASeat {
        /// How much had been said before it came.
        said: usize,
    },
}

/// Where a contact goes.
#[derive(Debug)]
pub struct Move {
    /// The queue.
    pub queue: QueueId,
    /// Its class there.
    pub class: Class,
    /// What it needs there beyond the queue's need.
    pub own: Need,
    /// Its own steps; `None`: the queue's.
    pub steps: Option<Vec<Step>>,
}

impl Board {
    /// A contact comes.
    pub fn arrive(&mut self, arrival: &Arrival, now: Now) -> Entry {
        let (contact, queue) = (arrival.contact, arrival.queue);
        if self.contacts.contains_key(&contact) {
            self.counted.stale += 1;
            return Entry::No;
        }
        let full = !arrival.is_promised && self.is_full(queue);
        let Some(admitted) = self.admit(arrival, now) else {
            self.refuse_entry(contact, queue);
            return Entry::No;
        };
        let said = self.outputs.len();
        self.note(AcdFact::Queued {
            contact,
            queue,
            need: self.tours.tour(admitted.tour).need.clone(),
            priority: arrival.priority,
            ageing: admitted.class.ageing,
            waited_ms: admitted.waited_ms(now),
        });
        self.contacts.insert(contact, admitted);
        self.wait(contact, now);
        if full {
            Entry::OnlyToASeat { said }
        } else {
            Entry::Yes
        }
    }

    /// A contact for which there is no place in its queue was matched: if no seat took it, it was
    /// never here. `said`: how much had been said before it came.
    pub fn keep_if_taken(&mut self, contact: CallId, said: usize) {
        let stage = self.contacts.get(&contact).map(|one| one.stage);
        if stage != Some(Stage::Waiting) {
            return;
        }
        let Some(gone) = self.forget(contact) else {
            return;
        };
        let since = self.outputs.split_off(said.min(self.outputs.len()));
        let own = |output: &Output| {
            matches!(
                output,
                Output::Note(
                    AcdFact::Queued { contact: id, .. }
                        | AcdFact::StepEntered { contact: id, .. }
                ) if *id == contact
            )
        };
        self.outputs
            .extend(since.into_iter().filter(|output| !own(output)));
        self.refuse_entry(contact, gone.queue);
    }

    fn refuse_entry(&mut self, contact: CallId, queue: QueueId) {
        self.outputs.push_back(Output::QueueFull { contact, queue });
        self.note(AcdFact::Overflowed { contact, queue });
    }

    /// Whether as many wait as may. Whom a seat is being rung for counts as well, so that there is
    /// a place for each that comes back.
    fn is_full(&self, queue: QueueId) -> bool {
        let queue = self.queues.get(&queue);
        queue.is_some_and(|queue| {
            queue.line.len().saturating_add(queue.offered) >= queue.setup.waiting_max
        })
    }

    /// `None` if the queue does not exist or there is no room for its steps.
    fn admit(&mut self, arrival: &Arrival, now: Now) -> Option<Contact> {
        let number = self.next_number();
        let Some(queue) = self.queues.get(&arrival.queue) else {
            self.counted.unknown += 1;
            return None;
        };
        let first = match queue.setup.announce_every {
            Duration::ZERO => LOOK_EVERY,
            every => every.min(ANNOUNCE_FIRST),
        };
        let class = Class {
            priority: arrival.priority,
            ageing: arrival.ageing.unwrap_or(queue.setup.ageing).min(AGEING_MAX),
        };
        let asked = Move {
            queue: arrival.queue,
            class,
            own: arrival.need.clone(),
            steps: (!arrival.steps.is_empty()).then(|| arrival.steps.clone()),
        };
        let tour = self.enter_tour(asked)?;
        let place = ContactPlace {
            priority: Reverse(arrival.priority),
            arrived: now.before(arrival.waited),
            number,
        };
        Some(Contact {
            queue: arrival.queue,
            tour,
            step: 0,
            step_until: self.first_end(tour, now),
            class,
            place,
            stage: Stage::Waiting,
            last: arrival.last,
            failed_at: None,
            told: None,
            look_at: now + first,
            nobody_said: false,
        })
    }

    fn enter_tour(&mut self, asked: Move) -> Option<TourNo> {
        let queue = self.queues.get(&asked.queue)?;
        let mut steps = asked.steps;
        for step in steps.iter_mut().flatten() {
            if let Target::Seats { seats, .. } = &mut step.target {
                seats.truncate(NAMED_MAX);
            }
        }
        steps.iter_mut().for_each(|steps| steps.truncate(STEPS_MAX));
        let key = TourKey {
            queue: asked.queue,
            version: queue.version,
            class: asked.class,
            own: asked.own,
            steps,
        };
        self.tours.enter(key, &queue.setup, &mut self.matching)
    }

    fn first_end(&self, tour: TourNo, now: Now) -> Option<Now> {
        let first = self.tours.tour(tour).steps.first();
        let lasts = first.and_then(|step| step.lasts);
        lasts.map(|lasts| now + lasts)
    }

    /// A waiting contact, or one that is rung for, goes on elsewhere from the first step on, at
    /// the place its class and arrival give it. False if there is no room for its steps.
    pub fn move_to(&mut self, id: CallId, to: Move, now: Now) -> bool {
        let changed = self.change_tour(id, to, now);
        if changed {
            self.note_move(id);
            self.wait_again(id, now);
        }
        changed
    }

    /// Puts a contact on another tour; if it waits, it is out of the waiting then.
    fn change_tour(&mut self, id: CallId, to: Move, now: Now) -> bool {
        let (queue, class) = (to.queue, to.class);
        let Some(tour) = self.enter_tour(to) else {
            return false;
        };
        self.unwait(id);
        let step_until = self.first_end(tour, now);
        let Some(contact) = self.contacts.get_mut(&id) else {
            self.tours.leave(tour);
            return false;
        };
        let (from, waits) = (contact.queue, contact.stage == Stage::Waiting);
        let left = std::mem::replace(&mut contact.tour, tour);
        contact.queue = queue;
        contact.class = class;
        contact.place.priority = Reverse(class.priority);
        contact.step = 0;
        contact.step_until = step_until;
        self.tours.leave(left);
        if !waits {
            self.recount(from, queue);
        }
        true
    }

    /// A contact goes to another queue by somebody's wish, with the need it came with.
    pub fn reroute(&mut self, id: CallId, queue: QueueId, now: Now) {
        let Some(contact) = self
            .unanswered(id)
            .filter(|_| self.queues.contains_key(&queue))
        else {
            self.counted.stale += 1;
            return;
        };
        let key = &self.tours.tour(contact.tour).key;
        let to = Move {
            queue,
            class: contact.class,
            own: key.own.clone(),
            steps: key.steps.clone(),
        };
        if !self.move_to(id, to, now) {
            self.counted.stale += 1;
        }
    }

    /// Says where a contact waits now.
    fn note_move(&mut self, id: CallId) {
        let Some(contact) = self.contacts.get(&id) else {
            return;
        };
        let (queue, tour) = (contact.queue, contact.tour);
        let need = self.tours.tour(tour).need.clone();
        self.note(AcdFact::Moved {
            contact: id,
            queue,
            need,
        });
    }

    /// A contact has another class by somebody's wish; it stays in its step.
    pub fn reprioritise(&mut self, id: CallId, class: Class, now: Now) {
        let Some(contact) = self.unanswered(id) else {
            self.counted.stale += 1;
            return;
        };
        let (step, step_until) = (contact.step, contact.step_until);
        let key = &self.tours.tour(contact.tour).key;
        let version = key.version;
        let class = Class {
            ageing: class.ageing.min(AGEING_MAX),
            ..class
        };
        let to = Move {
            queue: contact.queue,
            class,
            own: key.own.clone(),
            steps: key.steps.clone(),
        };
        if !self.change_tour(id, to, now) {
            self.counted.stale += 1;
            return;
        }
        let now_version = self
            .contacts
            .get(&id)
            .map(|one| self.tours.tour(one.tour).key.version);
        let contact = self.contacts.get_mut(&id);
        // Other steps than before are walked from the first on.
        if let Some(contact) = contact.filter(|_| now_version == Some(version)) {
            contact.step = step;
            contact.step_until = step_until;
        }
        self.note(AcdFact::Reprioritised { contact: id, class });
        self.wait_again(id, now);
    }

    /// Puts a contact that was taken out of the waiting back.
    fn wait_again(&mut self, id: CallId, now: Now) {
        let stage = self.contacts.get(&id).map(|one| one.stage);
        if stage == Some(Stage::Waiting) {
            self.wait(id, now);
        }
    }

    fn unanswered(&self, id: CallId) -> Option<&Contact> {
        let contact = self.contacts.get(&id)?;
        (!matches!(contact.stage, Stage::Talking(_))).then_some(contact)
    }
}
