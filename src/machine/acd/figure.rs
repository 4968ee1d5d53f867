//! What policies look at, kept up to date: how long queues are, and which of them share seats.

use std::time::Duration;

use crate::machine::acd::experience::Experience;
use crate::machine::acd::lane::Head;
use crate::machine::acd::patience::Patience;
use crate::machine::acd::policy;
use crate::machine::acd::policy::Policy;
use crate::machine::acd::policy::Sight;
use crate::machine::acd::pool::Pool;
use crate::machine::acd::pool::minutes;
use crate::machine::acd::rank::Rank;
use crate::machine::acd::skill::Capability;
use crate::machine::acd::surface::QueueSetup;
use crate::vocabulary::id::QueueId;
use crate::vocabulary::time::Now;

/// How many of the last talks of a queue make its mean.
const TALKS_MAX: f64 = 1_000.0;
/// A queue counts as having this many seats at least.
const SEATS_MIN: f64 = 0.5;
/// A talk's length before there was one, in minutes.
const TALK_FIRST: f64 = 3.0;
/// The mean length of talks is never less, in minutes.
const TALK_MIN: f64 = 1e-3;

/// One queue's figures.
#[derive(Clone, Debug)]
struct Figure {
    policy: Policy,
    weight: f64,
    target: f64,
    /// How many wait.
    length: u32,
    /// How many of them were booked since the event.
    booked: u32,
    share: f64,
    pool: usize,
    talk: f64,
    talks: f64,
    /// The seats signed in that serve it, each divided by the queues that it serves.
    seats: f64,
    /// The seats signed in that serve it.
    reach: f64,
    patience: Patience,
    /// How fast a wait presses by weight and seats.
    gravity: f64,
    /// How fast it presses with its talks, beside the least of those that share seats.
    pressure: f64,
    /// What each who waits behind costs.
    stress: f64,
}

impl Figure {
    fn level(&self, head: &Head, now: Now) -> i64 {
        if self.policy.heeds_class() {
            head.class.rank_at(head.place.arrived, now)
        } else {
            0
        }
    }

    fn weigh(&mut self) {
        self.gravity = policy::gravity(self.weight, self.seats.max(SEATS_MIN));
    }
}

/// The figures of all queues, by their ids.
#[derive(Debug, Default)]
pub struct Figures {
    queues: Vec<Figure>,
    /// By the first of their queues.
    pools: Vec<Pool>,
    booked: Vec<QueueId>,
    stale: bool,
}

impl Figures {
    /// A queue is new or set up otherwise.
    pub fn set(&mut self, setup: &QueueSetup) {
        let at = place(setup.queue);
        while self.queues.len() <= at {
            self.queues.push(Figure {
                policy: Policy::default(),
                weight: 1.0,
                target: 1.0,
                length: 0,
                booked: 0,
                share: 1.0,
                pool: self.pools.len(),
                talk: TALK_FIRST,
                talks: 1.0,
                seats: 0.0,
                reach: 0.0,
                patience: Patience::default(),
                gravity: 1.0,
                pressure: 1.0,
                stress: 1.0,
            });
            self.pools.push(Pool::default());
        }
        if let Some(figure) = self.queues.get_mut(at) {
            figure.policy = setup.policy;
            figure.weight = f64::from(setup.weight.max(1)) / 1_000.0;
            figure.target = minutes(setup.target).max(1e-3);
        }
        self.stale = true;
    }

    /// One more waits.
    pub fn wait(&mut self, queue: QueueId) {
        if let Some(figure) = self.queues.get_mut(place(queue)) {
            figure.length += 1;
            self.pools[figure.pool].waiting += 1;
        }
    }

    /// One waits no more.
    pub fn unwait(&mut self, queue: QueueId) {
        if let Some(figure) = self.queues.get_mut(place(queue)) {
            figure.length = figure.length.saturating_sub(1);
            let pool = &mut self.pools[figure.pool];
            pool.waiting = pool.waiting.saturating_sub(1);
        }
    }

    /// One that just ceased to wait was booked: until [`Self::thaw`] it counts as waiting, so that
    /// bookings of one event do not change each other's order.
    pub fn book(&mut self, queue: QueueId) {
        if let Some(figure) = self.queues.get_mut(place(queue)) {
            figure.booked += 1;
            self.pools[figure.pool].waiting += 1;
            self.booked.push(queue);
        }
    }

    /// The event is over.
    pub fn thaw(&mut self) {
        for queue in self.booked.drain(..) {
            if let Some(figure) = self.queues.get_mut(place(queue)) {
                figure.booked = figure.booked.saturating_sub(1);
                let pool = &mut self.pools[figure.pool];
                pool.waiting = pool.waiting.saturating_sub(1);
            }
        }
    }

    /// A talk of this queue took so long.
    pub fn talked(&mut self, queue: QueueId, talk: Duration) {
        if let Some(figure) = self.queues.get_mut(place(queue)) {
            figure.talks = (figure.talks + 1.0).min(TALKS_MAX);
            figure.talk += (minutes(talk) - figure.talk) / figure.talks;
            figure.talk = figure.talk.max(TALK_MIN);
            self.compare();
        }
    }

    /// A contact of this queue waited so long, and was answered or left.
    pub fn waited(&mut self, queue: QueueId, wait: Duration, left: bool, now: Now) {
        if let Some(figure) = self.queues.get_mut(place(queue)) {
            figure.patience.learn(minutes(wait), left);
            self.pools[figure.pool].ended(wait, now);
            if left {
                self.compare();
            }
        }
    }

    /// What was learned of a queue.
    #[must_use]
    pub fn experience(&self, queue: QueueId) -> Option<Experience> {
        let figure = self.queues.get(place(queue))?;
        Some(Experience {
            talk: figure.talk,
            talks: figure.talks,
            patience: figure.patience,
            pace: self.pools[figure.pool].pace,
        })
    }

    /// That was learned of a queue before.
    pub fn resume(&mut self, queue: QueueId, learned: Experience) {
        if let Some(figure) = self.queues.get_mut(place(queue)) {
            figure.talk = learned.talk.max(TALK_MIN);
            figure.talks = learned.talks.clamp(1.0, TALKS_MAX);
            figure.patience = learned.patience;
            self.pools[figure.pool].pace = learned.pace;
            self.compare();
        }
    }

    /// Seats can do otherwise.
    pub const fn regroup(&mut self) {
        self.stale = true;
    }

    /// Finds which queues share seats, if that may have changed: what groups of seats can do, and
    /// how many of each are signed in.
    pub fn refresh<'c>(&mut self, groups: impl Iterator<Item = (&'c Capability, u32)>) {
        if !std::mem::take(&mut self.stale) {
            return;
        }
        let queues = self.queues.len();
        let mut root: Vec<usize> = (0..queues).collect();
        for figure in &mut self.queues {
            (figure.seats, figure.reach) = (0.0, 0.0);
        }
        for (able, signed_in) in groups {
            let served = able.queues().iter().map(|queue| place(*queue));
            let served = served.filter(|at| *at < queues);
            let part = f64::from(signed_in) / served.clone().count().max(1) as f64;
            let mut before = None;
            for at in served {
                self.queues[at].seats += part;
                self.queues[at].reach += f64::from(signed_in);
                if let Some(before) = before.replace(at) {
                    let (one, other) = (find(&mut root, before), find(&mut root, at));
                    root[one.max(other)] = one.min(other);
                }
            }
        }
        let pools: Vec<usize> = (0..root.len()).map(|at| find(&mut root, at)).collect();
        self.repool(&pools);
        self.queues.iter_mut().for_each(Figure::weigh);
        self.compare();
    }

    fn repool(&mut self, pools: &[usize]) {
        let before = std::mem::replace(&mut self.pools, vec![Pool::default(); pools.len()]);
        let mut dues = vec![0.0; pools.len()];
        let mut members = vec![0.0; pools.len()];
        let mut lightest = vec![f64::INFINITY; pools.len()];
        for (figure, pool) in self.queues.iter_mut().zip(pools) {
            let old = before[figure.pool];
            figure.pool = *pool;
            let pool = &mut self.pools[figure.pool];
            pool.waiting += figure.length + figure.booked;
            pool.join(&old);
            pool.evenness += figure.weight;
            pool.seats += figure.seats;
            dues[figure.pool] += due(figure.weight);
            members[figure.pool] += 1.0;
            lightest[figure.pool] = lightest[figure.pool].min(figure.weight);
        }
        for ((pool, members), lightest) in self.pools.iter_mut().zip(members).zip(lightest) {
            let members = f64::max(members, 1.0);
            pool.pace.recent /= members;
            pool.pace.gap /= members;
            pool.evenness = policy::evenness(lightest, pool.evenness / members);
        }
        for figure in &mut self.queues {
            figure.share = due(figure.weight) / dues[figure.pool];
        }
    }

    /// Sets queues that share seats beside the one that presses least.
    fn compare(&mut self) {
        for pool in &mut self.pools {
            pool.patience = Patience::default();
            pool.longest_talk = 0.0;
            pool.least = f64::INFINITY;
        }
        for figure in &self.queues {
            let pool = &mut self.pools[figure.pool];
            pool.patience = pool.patience.and(figure.patience);
            pool.longest_talk = pool.longest_talk.max(figure.talk);
        }
        for figure in &mut self.queues {
            let pool = &mut self.pools[figure.pool];
            let patience = figure.patience.among(pool.patience);
            let urgency = policy::urgency(pool.longest_talk / figure.talk, patience);
            figure.pressure = figure.gravity * urgency;
            pool.least = pool.least.min(figure.pressure);
        }
        for figure in &mut self.queues {
            figure.pressure /= self.pools[figure.pool].least;
            figure.stress = policy::stress(figure.pressure);
        }
    }

    /// How high the class of the first contact of a lane stands.
    #[must_use]
    pub fn level(&self, head: &Head, now: Now) -> i64 {
        let figure = self.queues.get(place(head.queue));
        figure.map_or(0, |figure| figure.level(head, now))
    }

    /// Where the first contact of a lane stands.
    #[must_use]
    pub fn rank(&self, head: &Head, now: Now) -> Rank {
        let Some(figure) = self.queues.get(place(head.queue)) else {
            return Rank::new(0, 0.0, head.place);
        };
        let level = figure.level(head, now);
        let pool = &self.pools[figure.pool];
        let sight = Sight {
            waited: minutes(now.since(head.place.arrived)),
            length: f64::from(figure.length + figure.booked),
            total: f64::from(pool.waiting),
            share: figure.share,
            weight: figure.weight,
            target: figure.target,
            served: 1.0 / figure.talk,
            pressure: figure.pressure,
            stress: figure.stress,
            gap: pool.pace.gap,
            turn: pool.pace.gap * pool.seats / figure.reach.max(SEATS_MIN),
            recent: pool.pace.recent,
            evenness: pool.evenness,
        };
        Rank::new(level, figure.policy.index(sight), head.place)
    }
}

/// A queue's due among those that share its seats, before it is made a share of one.
fn due(weight: f64) -> f64 {
    weight.sqrt().recip()
}

fn find(root: &mut [usize], mut at: usize) -> usize {
    while root[at] != at {
        root[at] = root[root[at]];
        at = root[at];
    }
    at
}

fn place(queue: QueueId) -> usize {
    usize::try_from(queue.0).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use std::cmp::Reverse;

    use super::*;
    use crate::machine::acd::place::ContactPlace;
    use crate::machine::acd::step::Class;
    use crate::machine::acd::surface::SeatSetup;
    use crate::vocabulary::id::CallId;
    use crate::vocabulary::time::Wall;

    const HEAVY: QueueId = QueueId(0);
    const LIGHT: QueueId = QueueId(1);

    /// Two queues that share five seats; the first weighs four times as much.
    fn figures() -> Figures {
        let mut figures = Figures::default();
        for (queue, weight) in [(HEAVY, 4_000), (LIGHT, 1_000)] {
            figures.set(&QueueSetup {
                weight,
                ..QueueSetup::plain(queue)
            });
        }
        let setup = SeatSetup {
            queues: vec![HEAVY, LIGHT],
            ..SeatSetup::default()
        };
        let able = Capability::of(&setup, Wall::default());
        figures.refresh([(&able, 5)].into_iter());
        figures
    }

    fn minute(at: u64) -> Now {
        Now::at_ms(at * 60_000)
    }

    fn head(queue: QueueId, arrived: Now) -> Head {
        Head {
            queue,
            class: Class::default(),
            place: ContactPlace {
                priority: Reverse(0),
                arrived,
                number: 1,
            },
            contact: CallId::from_bits(1),
        }
    }

    /// Whether the first of nine in the heavy queue, who has just come, goes before one of the light
    /// queue that has waited so many minutes.
    fn crowd_goes_before(figures: &mut Figures, waited: u64, now: Now) -> bool {
        (0..9).for_each(|_| figures.wait(HEAVY));
        figures.wait(LIGHT);
        let light = head(LIGHT, now.before(Duration::from_mins(waited)));
        let first = figures.rank(&head(HEAVY, now), now) > figures.rank(&light, now);
        (0..9).for_each(|_| figures.unwait(HEAVY));
        figures.unwait(LIGHT);
        first
    }

    #[test]
    fn a_night_without_calls_makes_no_turn_longer() {
        let mut figures = figures();
        (0..30).for_each(|at| figures.waited(HEAVY, Duration::from_mins(2), false, minute(at)));
        // A minute a turn: (4 - 1)·(9 - 1) minutes.
        assert!(crowd_goes_before(&mut figures, 23, minute(30)));
        assert!(!crowd_goes_before(&mut figures, 25, minute(30)));
        figures.waited(LIGHT, Duration::from_secs(5), false, minute(630));
        assert!(!crowd_goes_before(&mut figures, 25, minute(630)));
        assert!(crowd_goes_before(&mut figures, 23, minute(630)));
    }

    #[test]
    fn a_queue_whose_talks_are_short_goes_first_of_equals() {
        let mut figures = figures();
        let now = minute(10);
        let waits = |figures: &Figures, queue| figures.rank(&head(queue, minute(7)), now);
        assert!(waits(&figures, HEAVY) > waits(&figures, LIGHT));
        // Talks of a tenth: (2 + 10)/3 outweighs the power ⅔ of four.
        (0..900).for_each(|_| figures.talked(LIGHT, Duration::from_secs(18)));
        assert!(waits(&figures, HEAVY) < waits(&figures, LIGHT));
    }
}
