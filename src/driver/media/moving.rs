//! Orders find their leg, and legs that are to be bridged come together on one thread.

use crate::driver::media::desk::ToThread;
use crate::driver::media::hub::MediaHub;
use crate::driver::media::line::Line;
use crate::driver::media::route::Moving;
use crate::machine::media::order::Order;
use crate::vocabulary::id::LegId;

/// Orders that wait for one leg on its way between threads; more are counted and dropped.
const WAITING_MAX: usize = 64;

impl MediaHub {
    /// Sends an order where its leg is, or lets it wait for a leg on its way.
    pub(super) fn route(&mut self, order: Order) {
        let bridge = order.bridge();
        let (one, other) = bridge.unwrap_or((order.leg(), order.leg()));
        for leg in [one, other] {
            let Some(route) = self.legs.get_mut(&leg).filter(|route| !route.is_closing) else {
                return;
            };
            let mover = route.follows.unwrap_or(leg);
            if self.wait_for(mover, &order) {
                return;
            }
        }
        if self.thread_of(one) == self.thread_of(other) {
            self.push(order);
        } else {
            self.bring_together(one, other);
        }
    }

    /// Keeps an order until a leg has arrived; false if the leg is not on its way.
    fn wait_for(&mut self, mover: LegId, order: &Order) -> bool {
        let route = self.legs.get_mut(&mover);
        let Some(moving) = route.and_then(|route| route.moving.as_mut()) else {
            return false;
        };
        if moving.waiting.len() < WAITING_MAX || matches!(order, Order::Close(_)) {
            moving.waiting.push(order.clone());
        } else {
            self.orders_dropped += 1;
        }
        true
    }

    fn push(&mut self, order: Order) {
        let Some(route) = self.legs.get_mut(&order.leg()) else {
            return;
        };
        route.is_closing = matches!(order, Order::Close(_));
        if let Some(thread) = self.threads.get_mut(route.thread) {
            thread.push(ToThread::Order(order));
        }
    }

    /// Moves the younger leg to the older's thread; the bridge waits for it.
    fn bring_together(&mut self, one: LegId, other: LegId) {
        let age = |leg| self.legs.get(leg).map(|route| route.age);
        let (older, younger) = if age(&one) < age(&other) {
            (one, other)
        } else {
            (other, one)
        };
        let Some(to) = self.thread_of(older) else {
            return;
        };
        if let Some(route) = self.legs.get_mut(&older) {
            route.follows = Some(younger);
        }
        let Some(route) = self.legs.get_mut(&younger) else {
            return;
        };
        route.moving = Some(Moving {
            to,
            older,
            waiting: vec![Order::Bridge(one, other)],
        });
        if let Some(thread) = self.threads.get_mut(route.thread) {
            thread.legs = thread.legs.saturating_sub(1);
            thread.push(ToThread::Detach(younger));
        }
    }

    /// A line has left its thread: takes it to the next, and routes what waited for it.
    pub(super) fn arrive(&mut self, line: Box<Line>) {
        let leg = line.session.leg();
        let route = self.legs.get_mut(&leg);
        let Some((route, moving)) = route.and_then(|route| {
            let moving = route.moving.take()?;
            Some((route, moving))
        }) else {
            return;
        };
        route.thread = moving.to;
        if let Some(older) = self.legs.get_mut(&moving.older) {
            older.follows = None;
        }
        self.attach(moving.to, line);
        for order in moving.waiting {
            self.route(order);
        }
    }

    fn thread_of(&self, leg: LegId) -> Option<usize> {
        self.legs.get(&leg).map(|route| route.thread)
    }
}
