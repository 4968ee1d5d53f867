//! What policies look at, kept up to date: how long queues are, and which of them share seats.

use std::time::Duration;

use crate::machine::acd::lane::Head;
use crate::machine::acd::policy;
use crate::machine::acd::policy::Policy;
use crate::machine::acd::policy::Sight;
use crate::machine::acd::rank::Rank;
use crate::machine::acd::skill::Capability;
use crate::machine::acd::surface::QueueSetup;
use crate::vocabulary::id::QueueId;
use crate::vocabulary::time::Now;

/// How many of the last talks of a queue make its mean.
const TALKS_MAX: f64 = 100.0;
/// How many of the last waits make their mean.
const RECENT: f64 = 50.0;
/// How many of the last ends of waits make the mean gap between them.
const GAPS_MAX: f64 = 200.0;
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
    /// Its stress, and the pressure of that.
    own: (f64, f64),
    /// The same beside the least of those that share seats.
    stress: f64,
    pressure: f64,
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
        let seats = self.seats.max(SEATS_MIN);
        let stress = policy::stress(self.weight, self.talk.recip(), seats);
        self.own = (stress, policy::pressure(stress));
    }
}

/// Queues that share seats.
#[derive(Clone, Copy, Debug, Default)]
struct Pool {
    /// How many wait, those booked since the event included.
    waiting: u32,
    /// Mean wait of the last contacts, in minutes.
    recent: f64,
    /// Mean time between the ends of the last waits while others waited, in minutes; of how many;
    /// and the last such end.
    gap: f64,
    gaps: f64,
    ended: Option<Now>,
    /// How much targets count: 1 if all weights are equal.
    evenness: f64,
    /// The least stress of a queue, and its pressure.
    least: (f64, f64),
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
                own: (1.0, 1.0),
                stress: 1.0,
                pressure: 1.0,
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
            figure.weigh();
            self.compare();
        }
    }

    /// A contact of this queue waited so long, and was answered or left.
    pub fn waited(&mut self, queue: QueueId, wait: Duration, now: Now) {
        if let Some(figure) = self.queues.get(place(queue)) {
            let pool = &mut self.pools[figure.pool];
            let last = pool.ended.replace(now);
            let gap = last.map(|last| now.since(last));
            // Who came after the last end found nobody waiting, or went first: no turn was waited.
            if let Some(gap) = gap.filter(|gap| *gap <= wait) {
                pool.gaps = (pool.gaps + 1.0).min(GAPS_MAX);
                pool.gap += (minutes(gap) - pool.gap) / pool.gaps;
            }
            pool.recent += (minutes(wait) - pool.recent) / RECENT;
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
        self.queues.iter_mut().for_each(|figure| figure.seats = 0.0);
        for (able, signed_in) in groups {
            let served = able.queues().iter().map(|queue| place(*queue));
            let served = served.filter(|at| *at < queues);
            let part = f64::from(signed_in) / served.clone().count().max(1) as f64;
            let mut before = None;
            for at in served {
                self.queues[at].seats += part;
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
            pool.recent += old.recent;
            pool.gap += old.gap;
            pool.gaps = pool.gaps.max(old.gaps);
            pool.ended = pool.ended.max(old.ended);
            pool.evenness += figure.weight;
            dues[figure.pool] += due(figure.weight);
            members[figure.pool] += 1.0;
            lightest[figure.pool] = lightest[figure.pool].min(figure.weight);
        }
        for ((pool, members), lightest) in self.pools.iter_mut().zip(members).zip(lightest) {
            let members = f64::max(members, 1.0);
            pool.recent /= members;
            pool.gap /= members;
            pool.evenness = policy::evenness(lightest, pool.evenness / members);
        }
        for figure in &mut self.queues {
            figure.share = due(figure.weight) / dues[figure.pool];
        }
    }

    /// Sets queues that share seats beside the one with the least stress.
    fn compare(&mut self) {
        for pool in &mut self.pools {
            pool.least = (f64::INFINITY, f64::INFINITY);
        }
        for figure in &self.queues {
            let least = &mut self.pools[figure.pool].least;
            if figure.own.0 < least.0 {
                *least = figure.own;
            }
        }
        for figure in &mut self.queues {
            let least = self.pools[figure.pool].least;
            figure.stress = figure.own.0 / least.0;
            figure.pressure = figure.own.1 / least.1;
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
            stress: figure.stress,
            pressure: figure.pressure,
            gap: pool.gap,
            recent: pool.recent,
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

const fn minutes(span: Duration) -> f64 {
    span.as_secs_f64() / 60.0
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
        (0..30).for_each(|at| figures.waited(HEAVY, Duration::from_mins(2), minute(at)));
        // A minute a turn: (4 - 1)·(9 - 1) minutes.
        assert!(crowd_goes_before(&mut figures, 23, minute(30)));
        assert!(!crowd_goes_before(&mut figures, 25, minute(30)));
        figures.waited(LIGHT, Duration::from_secs(5), minute(630));
        assert!(!crowd_goes_before(&mut figures, 25, minute(630)));
        assert!(crowd_goes_before(&mut figures, 23, minute(630)));
    }

    #[test]
    fn a_queue_whose_talks_are_short_goes_first_of_equals() {
        let mut figures = figures();
        let now = minute(10);
        let waits = |figures: &Figures, queue| figures.rank(&head(queue, minute(7)), now);
        assert!(waits(&figures, HEAVY) > waits(&figures, LIGHT));
        // Talks shorter by more than four to the fourth outweigh four times the weight.
        (0..900).for_each(|_| figures.talked(LIGHT, Duration::from_millis(600)));
        assert!(waits(&figures, HEAVY) < waits(&figures, LIGHT));
    }
}
