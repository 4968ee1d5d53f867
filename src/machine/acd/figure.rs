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
/// A queue's seats of its own at most reduce its weight to the square root of this.
const SHARED_MIN: f64 = 0.1;
/// A talk's length before there was one, in minutes.
const TALK_FIRST: f64 = 3.0;

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
    stress: f64,
    pressure: f64,
}

/// Queues that share seats.
#[derive(Clone, Copy, Debug, Default)]
struct Pool {
    /// How many wait, those booked since the event included.
    waiting: u32,
    /// Mean wait of the last contacts, in minutes.
    recent: f64,
    /// Mean time between the ends of the last waits, in minutes, and the last such end.
    gap: f64,
    gaps: f64,
    ended: Option<Now>,
    /// How much targets count: 1 if all weights are equal.
    evenness: f64,
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
        }
    }

    /// A contact of this queue waited so long, and was answered or left.
    pub fn waited(&mut self, queue: QueueId, wait: Duration, now: Now) {
        if let Some(figure) = self.queues.get(place(queue)) {
            let pool = &mut self.pools[figure.pool];
            if let Some(last) = pool.ended.replace(now) {
                pool.gaps = (pool.gaps + 1.0).min(GAPS_MAX);
                pool.gap += (minutes(now.since(last)) - pool.gap) / pool.gaps;
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
        let mut seats = vec![(0_u32, 0_u32); queues];
        for (able, signed_in) in groups {
            let served = able.queues().iter().map(|queue| place(*queue));
            let served = served.filter(|at| *at < queues);
            let shared = served.clone().nth(1).map_or(0, |_| signed_in);
            let mut before = None;
            for at in served {
                seats[at].0 += signed_in;
                seats[at].1 += shared;
                if let Some(before) = before.replace(at) {
                    let (one, other) = (find(&mut root, before), find(&mut root, at));
                    root[one.max(other)] = one.min(other);
                }
            }
        }
        let pools: Vec<usize> = (0..root.len()).map(|at| find(&mut root, at)).collect();
        self.repool(&pools);
        self.restress(&seats);
    }

    fn repool(&mut self, pools: &[usize]) {
        let before = std::mem::replace(&mut self.pools, vec![Pool::default(); pools.len()]);
        let mut dues = vec![0.0; pools.len()];
        let mut members = vec![0.0; pools.len()];
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
        }
        for (pool, members) in self.pools.iter_mut().zip(members) {
            pool.recent /= f64::max(members, 1.0);
            pool.gap /= f64::max(members, 1.0);
            pool.evenness /= f64::max(members, 1.0);
        }
        for figure in &mut self.queues {
            figure.share = due(figure.weight) / dues[figure.pool];
        }
    }

    /// The pools' `evenness` is their mean weight so far.
    fn restress(&mut self, seats: &[(u32, u32)]) {
        let mut weights = vec![(f64::INFINITY, 0.0_f64); self.pools.len()];
        for figure in &self.queues {
            let (least, most) = weights[figure.pool];
            weights[figure.pool] = (least.min(figure.weight), most.max(figure.weight));
        }
        let mut least = vec![f64::INFINITY; self.pools.len()];
        for (figure, (all, shared)) in self.queues.iter_mut().zip(seats) {
            let (lightest, heaviest) = weights[figure.pool];
            let shared = if *all == 0 || lightest >= heaviest {
                1.0
            } else {
                f64::from(*shared) / f64::from(*all)
            };
            figure.stress = figure.weight * shared.max(SHARED_MIN).sqrt();
            least[figure.pool] = least[figure.pool].min(figure.stress);
        }
        for figure in &mut self.queues {
            figure.stress /= least[figure.pool];
            figure.pressure = policy::pressure(figure.stress);
        }
        for (pool, (lightest, _)) in self.pools.iter_mut().zip(weights) {
            pool.evenness = (lightest / pool.evenness).powi(4);
        }
    }

    /// Where the first contact of a lane stands.
    #[must_use]
    pub fn rank(&self, head: &Head, now: Now) -> Rank {
        let Some(figure) = self.queues.get(place(head.queue)) else {
            return Rank::new(0, 0.0, head.place);
        };
        let level = if figure.policy.heeds_class() {
            head.class.rank_at(head.place.arrived, now)
        } else {
            0
        };
        let pool = self.pools[figure.pool];
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
            lead: pool.evenness * (pool.recent / figure.target - 1.0).clamp(0.0, 1.0),
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
