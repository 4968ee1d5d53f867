//! How the model decides: by walking over every pair. The rules come as data (policies by their
//! formulae, reserves by their numbers); how they are applied is written anew here.

use std::cmp::Reverse;

use ringwise::machine::acd::fact::SeatState;
use ringwise::machine::acd::need::Need;
use ringwise::machine::acd::place::Busyness;
use ringwise::machine::acd::policy::Policy;
use ringwise::machine::acd::policy::Sight;
use ringwise::machine::acd::step::Class;
use ringwise::machine::acd::step::Prefer;
use ringwise::machine::acd::step::SkipIf;
use ringwise::machine::acd::step::Step;
use ringwise::machine::acd::step::Target;
use ringwise::machine::acd::surface::Arrival;
use ringwise::machine::acd::surface::QueueSetup;
use ringwise::machine::acd::surface::SeatSetup;
use ringwise::vocabulary::id::CallId;
use ringwise::vocabulary::id::QueueId;
use ringwise::vocabulary::id::SeatId;
use ringwise::vocabulary::time::Now;

use crate::acd::reference::Contact;
use crate::acd::reference::Model;
use crate::acd::reference::Seat;

/// What a contact asks for, step by step.
#[derive(Clone)]
pub(super) struct Wait {
    pub(super) class: Class,
    pub(super) arrived: Now,
    pub(super) own: Need,
    /// Its own steps, if it came with some.
    pub(super) brought: Vec<Step>,
    pub(super) steps: Vec<Step>,
    pub(super) at: usize,
    pub(super) until: Option<Now>,
    pub(super) last: Option<SeatId>,
}

impl Wait {
    /// How a contact waits that has just come.
    pub(super) fn of(arrival: &Arrival, setup: &QueueSetup, now: Now) -> Self {
        let mut wait = Self {
            class: Class {
                priority: arrival.priority,
                ageing: arrival.ageing.unwrap_or(setup.ageing),
            },
            arrived: now.before(arrival.waited),
            own: arrival.need.clone(),
            brought: arrival.steps.clone(),
            steps: Vec::new(),
            at: 0,
            until: None,
            last: arrival.last,
        };
        wait.begin_in(setup, now);
        wait
    }

    /// From the first step on: its own, or the queue's.
    pub(super) fn begin_in(&mut self, setup: &QueueSetup, now: Now) {
        let brought = self.brought.clone();
        self.begin(
            if brought.is_empty() {
                &setup.steps
            } else {
                &brought
            },
            setup.policy,
            now,
        );
    }

    pub(super) fn step(&self) -> &Step {
        &self.steps[self.at]
    }

    fn names(&self, seat: SeatId) -> bool {
        match &self.step().target {
            Target::Need(_) => false,
            Target::Seats { seats, last } => {
                seats.contains(&seat) || (*last && self.last == Some(seat))
            }
        }
    }

    pub(super) fn enter(&mut self, at: usize, now: Now) {
        self.at = at;
        self.until = self.step().lasts.map(|lasts| now + lasts);
    }

    /// Who is asked in the end is everybody.
    fn begin(&mut self, written: &[Step], policy: Policy, now: Now) {
        self.steps = written.to_vec();
        let endless = self.steps.last().is_some_and(|step| {
            matches!(step.target, Target::Need(_))
                && step.lasts.is_none()
                && step.skip == SkipIf::Never
        });
        if !endless {
            self.steps.push(Step::default());
        }
        for step in &mut self.steps {
            step.prefer.get_or_insert(policy.prefer());
        }
        self.enter(0, now);
    }
}

impl Contact {
    /// Whether the seat will do in a step, whoever it is busy with.
    pub(super) fn wants(&self, seat: &SeatSetup, at: usize) -> bool {
        let wait = Wait {
            at,
            ..self.wait.clone()
        };
        let step = wait.step();
        let by_step = match &step.target {
            Target::Need(need) => Model::meets(seat, need),
            Target::Seats { .. } => wait.names(seat.seat),
        };
        by_step && Model::admissible(seat, self.queue, &self.need)
    }

    /// Two contacts that ask for the same in the same class stand in one line.
    pub(super) fn lines_up_with(&self, other: &Self, seat: &SeatSetup) -> bool {
        let (one, two) = (self.wait.step(), other.wait.step());
        let same_way = match (&one.target, &two.target) {
            (Target::Need(a), Target::Need(b)) => {
                let prefer = |step: &Step| step.prefer.clone().unwrap_or_default();
                (self.need.and(a), one.skip, prefer(one))
                    == (other.need.and(b), two.skip, prefer(two))
            }
            (Target::Seats { .. }, Target::Seats { .. }) => {
                self.need == other.need && other.wait.names(seat.seat)
            }
            _ => false,
        };
        same_way && (self.queue, self.wait.class) == (other.queue, other.wait.class)
    }
}

impl Model {
    /// What an event set free is booked, and who has to ask for others does, until nothing moves.
    pub(super) fn settle(&mut self) {
        let lengths: Vec<(QueueId, usize)> = self
            .queues
            .iter()
            .map(|queue| (queue.queue, self.waiting(queue.queue).len()))
            .collect();
        loop {
            self.leave_steps();
            self.book_all(&lengths);
            let hurried = self.contacts.iter().filter(|one| one.seat.is_none());
            let hurried = hurried.filter(|one| one.wait.step().skip == SkipIf::NobodyReady);
            let hurried: Vec<CallId> = hurried.map(|one| one.id).collect();
            if hurried.is_empty() {
                break;
            }
            let now = self.now;
            for id in hurried {
                let wait = &mut self.contact(id).unwrap().wait;
                wait.enter(wait.at + 1, now);
            }
        }
    }

    /// Steps whose time is over, or for which nobody is signed in.
    fn leave_steps(&mut self) {
        let now = self.now;
        let staffed: Vec<Vec<bool>> = self
            .contacts
            .iter()
            .map(|one| {
                (0..one.wait.steps.len())
                    .map(|at| self.staffed(one, at))
                    .collect()
            })
            .collect();
        for (contact, staffed) in self.contacts.iter_mut().zip(staffed) {
            let waits = contact.seat.is_none();
            let wait = &mut contact.wait;
            while waits && wait.at + 1 < wait.steps.len() {
                let expired = wait.until.is_some_and(|until| until <= now);
                let skips = wait.step().skip == SkipIf::NobodySignedIn && !staffed[wait.at];
                if !expired && !skips {
                    break;
                }
                wait.enter(wait.at + 1, now);
            }
        }
    }

    pub(super) fn staffed(&self, contact: &Contact, at: usize) -> bool {
        let mut seats = self.seats.iter();
        seats.any(|seat| seat.signed_in && contact.wants(&seat.setup, at))
    }

    /// Of all pairs that may be, those whose seat puts the contact's queue first, of these the one
    /// whose contact goes first; it gets the seat that goes first for it. Again, until there is none.
    fn book_all(&mut self, lengths: &[(QueueId, usize)]) {
        loop {
            let mut pairs = Vec::new();
            for (contact, one) in self.contacts.iter().enumerate() {
                for (seat, desk) in self.seats.iter().enumerate() {
                    if self.may(one, desk) && self.leads(one, desk) {
                        let first = desk.setup.first.contains(&one.queue);
                        let own = first && one.failed_at != Some(desk.setup.seat);
                        let rank = (own, self.rank(one, lengths));
                        pairs.push((rank, Reverse(self.order(one, desk)), seat, contact));
                    }
                }
            }
            let best = pairs.into_iter().max_by(|one, other| {
                let ((first, one_rank), (second, other_rank)) = (&one.0, &other.0);
                let rank = first.cmp(second).then(one_rank.0.cmp(&other_rank.0));
                let rank = rank.then(one_rank.1.total_cmp(&other_rank.1));
                rank.then(one_rank.2.cmp(&other_rank.2))
                    .then(one.1.cmp(&other.1))
            });
            let Some((.., seat, contact)) = best else {
                return;
            };
            self.reserve(seat, self.contacts[contact].id);
        }
    }

    /// Admissible: ready, signed into the queue, in the set of the active step, not held back.
    pub(super) fn may(&self, contact: &Contact, seat: &Seat) -> bool {
        let ready = contact.seat.is_none() && seat.state == SeatState::Ready;
        let by_name = matches!(contact.wait.step().target, Target::Seats { .. });
        let held = || !by_name && self.held_back(contact.queue, &seat.setup);
        ready && contact.wants(&seat.setup, contact.wait.at) && !held()
    }

    /// A queue with a reserve lends a seat only while more than the reserve are ready.
    fn held_back(&self, borrower: QueueId, seat: &SeatSetup) -> bool {
        self.queues.iter().any(|lender| {
            let ready = self.seats.iter().filter(|one| {
                one.state == SeatState::Ready && one.setup.queues.contains(&lender.queue)
            });
            let keeps = lender.policy == Policy::Reserves && lender.reserve > 0;
            keeps
                && lender.queue != borrower
                && seat.queues.contains(&lender.queue)
                && ready.count() <= lender.reserve as usize
        })
    }

    /// Nobody who asks this seat for the same came earlier.
    fn leads(&self, contact: &Contact, seat: &Seat) -> bool {
        let waiting = self.contacts.iter().filter(|one| one.seat.is_none());
        let mut before = waiting.filter(|one| one.came() < contact.came());
        !before.any(|one| contact.lines_up_with(one, &seat.setup))
    }

    /// Level, index, arrival; larger goes first.
    fn rank(
        &self,
        contact: &Contact,
        lengths: &[(QueueId, usize)],
    ) -> (i64, f64, Reverse<(Now, u64)>) {
        let setup = self.queues.iter().find(|one| one.queue == contact.queue);
        let setup = setup.unwrap();
        let pool = self.pool(contact.queue);
        let in_pool = |queue: &QueueId| pool.contains(queue);
        let total: usize = lengths
            .iter()
            .filter(|one| in_pool(&one.0))
            .map(|one| one.1)
            .sum();
        let length = lengths.iter().find(|one| one.0 == contact.queue).unwrap().1;
        let due = |weight: u32| (f64::from(weight) / 1_000.0).sqrt().recip();
        let members = self.queues.iter().filter(|one| in_pool(&one.queue));
        let dues: f64 = members.map(|one| due(one.weight)).sum();
        let sight = Sight {
            waited: self.now.since(contact.wait.arrived).as_secs_f64() / 60.0,
            length: length as f64,
            total: total as f64,
            share: due(setup.weight) / dues,
            weight: f64::from(setup.weight) / 1_000.0,
            target: setup.target.as_secs_f64() / 60.0,
            served: 1.0,
            stress: 1.0,
            pressure: 1.0,
            gap: 0.0,
            turn: 0.0,
            recent: 0.0,
            evenness: 1.0,
        };
        let level = if setup.policy == Policy::LongestWait {
            0
        } else {
            contact.wait.class.rank_at(contact.wait.arrived, self.now)
        };
        (level, setup.policy.index(sight), Reverse(contact.came()))
    }

    /// The queues that share seats with this one, by way of others too.
    fn pool(&self, queue: QueueId) -> Vec<QueueId> {
        let mut pool = vec![queue];
        loop {
            let shares = |seat: &&Seat| seat.setup.queues.iter().any(|one| pool.contains(one));
            let seats = self.seats.iter().filter(shares);
            let reached = seats.flat_map(|seat| &seat.setup.queues);
            let fresh = reached.copied().find(|one| !pool.contains(one));
            match fresh {
                Some(queue) => pool.push(queue),
                None => return pool,
            }
        }
    }

    /// Which seat goes first for a contact: smaller does.
    fn order(&self, contact: &Contact, seat: &Seat) -> (bool, i64, Option<Busyness>, u64) {
        let again = contact.failed_at == Some(seat.setup.seat);
        let step = contact.wait.step();
        let (mut score, mut busy) = (0, None);
        if let Target::Need(need) = &step.target {
            let level = |skill| {
                let mut skills = seat.setup.skills.iter();
                skills
                    .find(|(one, _)| *one == skill)
                    .map_or(0, |(_, level)| i64::from(*level))
            };
            let levels = || {
                contact
                    .need
                    .and(need)
                    .skills()
                    .into_iter()
                    .map(level)
                    .sum::<i64>()
            };
            match step.prefer.clone().unwrap_or_default() {
                Prefer::LongestIdle => {}
                Prefer::MostSkilled => score = -levels(),
                Prefer::LeastSkilled => score = levels(),
                Prefer::LeastBusy => busy = Some(seat.busy),
                Prefer::FewestQueues => score = i64::try_from(seat.setup.queues.len()).unwrap(),
                Prefer::Weights(weights) => {
                    let terms = weights
                        .iter()
                        .map(|(skill, by)| level(*skill) * i64::from(*by));
                    score = -terms.sum::<i64>();
                }
            }
        }
        (again, score, busy, seat.idle_number)
    }
}
