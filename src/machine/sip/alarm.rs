//! What the user agent does by itself when its time has come.

use crate::machine::sip::client_table::ClientId;
use crate::machine::sip::client_transaction;
use crate::machine::sip::leg::Cancel;
use crate::machine::sip::leg::Phase;
use crate::machine::sip::leg::Reoffer;
use crate::machine::sip::leg::Up;
use crate::machine::sip::server_table::ServerId;
use crate::machine::sip::server_transaction;
use crate::machine::sip::session_timer::Due;
use crate::machine::sip::surface::HangupCause;
use crate::machine::sip::timing;
use crate::machine::sip::user_agent::Alarm;
use crate::machine::sip::user_agent::UserAgent;
use crate::vocabulary::flow::Flow;
use crate::vocabulary::id::LegId;
use crate::vocabulary::time::Now;

/// What an answered leg has to do now.
enum Chore {
    Resend { reply_to: Flow, bytes: Vec<u8> },
    Lose(HangupCause),
    OfferAgain,
    Refresh,
    Watch,
    Nothing,
}

impl UserAgent {
    /// One alarm is due. It may be stale: whoever set it knows.
    pub(super) fn handle_alarm(&mut self, alarm: Alarm, now: Now) {
        match alarm {
            Alarm::Server(id) => self.wake_server(id, now),
            Alarm::Client(id) => self.wake_client(id, now),
            Alarm::Leg(leg) => self.wake_leg(leg, now),
            Alarm::Bindings(user) => self.wake_bindings(&user, now),
            Alarm::Ping(flow) => self.wake_ping(flow, now),
            Alarm::Phone(user) => self.wake_phone(&user, now),
        }
    }

    fn wake_server(&mut self, id: ServerId, now: Now) {
        use server_transaction::Step;
        let Some(server) = self.servers.get_mut(id) else {
            return;
        };
        match server.transaction.handle_timeout(now) {
            Step::Resend => {
                let (reply_to, bytes) = (server.reply_to, server.response.clone());
                self.transmit(reply_to, bytes);
                self.settle_server(id);
            }
            Step::NoAck | Step::End => self.servers.forget(id),
            Step::Ignore | Step::PassAck => self.settle_server(id),
        }
    }

    fn wake_client(&mut self, id: ClientId, now: Now) {
        use client_transaction::Step;
        let Some(client) = self.clients.get_mut(id) else {
            return;
        };
        match client.transaction.handle_timeout(now) {
            Step::Resend => {
                let (flow, bytes) = (client.flow, client.bytes.clone());
                self.transmit(flow, bytes);
                self.settle_client(id);
            }
            Step::TimedOut => {
                if let Some(client) = self.clients.forget(id) {
                    self.finish(client.purpose, 408, None, now);
                }
            }
            Step::End => {
                self.clients.forget(id);
            }
            Step::Ignore | Step::Pass | Step::AckAndPass | Step::AckAgain => self.settle_client(id),
        }
    }

    fn wake_leg(&mut self, leg: LegId, now: Now) {
        let Some(state) = self.legs.get_mut(&leg) else {
            return;
        };
        match &mut state.phase {
            Phase::Incoming(pending) => {
                if pending.ring_again.is_some_and(|at| at <= now) {
                    let _ = self.ring(leg, now);
                }
            }
            Phase::Up(up) => {
                let chore = chore(up, now);
                self.do_chore(leg, chore, now);
            }
            Phase::Outgoing(calling) => {
                let late = calling.ring_until.is_some_and(|at| at <= now);
                if late && calling.cancel == Cancel::No {
                    self.give_up(leg, now);
                }
            }
            Phase::Ending => {}
        }
    }

    fn do_chore(&mut self, leg: LegId, chore: Chore, now: Now) {
        match chore {
            Chore::Resend { reply_to, bytes } => self.transmit(reply_to, bytes),
            Chore::Lose(cause) => self.lose(leg, cause, now),
            Chore::OfferAgain => self.offer_again(leg, now),
            Chore::Refresh => self.refresh(leg, now),
            Chore::Watch => self.watch(leg, now),
            Chore::Nothing => {}
        }
        self.settle_leg(leg);
    }
}

fn chore(up: &mut Up, now: Now) -> Chore {
    if let Some(wait) = &mut up.unacked {
        if wait.until <= now {
            up.unacked = None;
            return Chore::Lose(HangupCause::NoAck);
        }
        if wait.at <= now {
            wait.interval = timing::doubled(wait.interval);
            wait.at = now + wait.interval;
            return Chore::Resend {
                reply_to: wait.reply_to,
                bytes: wait.bytes.clone(),
            };
        }
    }
    if let Reoffer::Later { at, .. } = &up.reoffer
        && *at <= now
    {
        return Chore::OfferAgain;
    }
    match up.timer.as_ref().and_then(|timer| timer.due(now)) {
        Some(Due::Refresh) => Chore::Refresh,
        Some(Due::Expired) => Chore::Lose(HangupCause::SessionExpired),
        None if up.watch_at.is_some_and(|at| at <= now) => Chore::Watch,
        None => Chore::Nothing,
    }
}
