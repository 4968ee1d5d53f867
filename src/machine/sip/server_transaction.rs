//! Server transactions: INVITE and the others (RFC 3261 section 17.2, RFC 6026 section 7.1).

use std::time::Duration;

use crate::machine::sip::timing;
use crate::vocabulary::flow::Transport;
use crate::vocabulary::time::Now;

/// ```text
/// INVITE:  Proceeding ──3xx-6xx──> Completed (G resends, H gives up) ──ACK──> Confirmed (I)
///              └────────2xx──────> Accepted (L)
/// others:  Trying ──final──> Done (J)
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum State {
    Proceeding,
    Completed {
        at: Option<Now>,
        interval: Duration,
        until: Now,
    },
    Confirmed {
        until: Now,
    },
    Accepted {
        until: Now,
    },
    Trying,
    Done {
        until: Now,
    },
    Over,
}

/// What the owner of a transaction does next.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Step {
    /// Nothing.
    Ignore,
    /// Send the latest response again, if there is one.
    Resend,
    /// The ACK belongs to a 2xx: hand it to the dialog.
    PassAck,
    /// The ACK of a failure never came; forget the transaction.
    NoAck,
    /// Forget the transaction.
    End,
}

/// One request of a peer and what is left to do about it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ServerTransaction {
    transport: Transport,
    state: State,
}

impl ServerTransaction {
    /// An INVITE has come.
    #[must_use]
    pub const fn invite(transport: Transport) -> Self {
        Self {
            transport,
            state: State::Proceeding,
        }
    }

    /// Another request has come.
    #[must_use]
    pub const fn other(transport: Transport) -> Self {
        Self {
            transport,
            state: State::Trying,
        }
    }

    /// The same request came again.
    #[must_use]
    pub const fn handle_repeat(&self) -> Step {
        match self.state {
            State::Proceeding | State::Completed { .. } | State::Done { .. } => Step::Resend,
            State::Confirmed { .. } | State::Accepted { .. } | State::Trying | State::Over => {
                Step::Ignore
            }
        }
    }

    /// An ACK with the transaction's key came.
    pub fn handle_ack(&mut self, now: Now) -> Step {
        match self.state {
            State::Completed { .. } => {
                self.state = self.lingering(timing::T4, now, |until| State::Confirmed { until });
                Step::Ignore
            }
            State::Accepted { .. } => Step::PassAck,
            State::Proceeding
            | State::Confirmed { .. }
            | State::Trying
            | State::Done { .. }
            | State::Over => Step::Ignore,
        }
    }

    /// A response is being sent with this status.
    pub fn respond(&mut self, status: u16, now: Now) {
        let limit = timing::TRANSACTION_LIMIT;
        self.state = match (self.state, status) {
            (State::Proceeding, 200..300) => State::Accepted { until: now + limit },
            (State::Proceeding, 300..) => State::Completed {
                at: (!self.transport.is_reliable()).then(|| now + timing::T1),
                interval: timing::T1,
                until: now + limit,
            },
            (State::Trying, 200..) => self.lingering(limit, now, |until| State::Done { until }),
            (state, _) => state,
        };
    }

    fn lingering(&self, unreliable: Duration, now: Now, state: fn(Now) -> State) -> State {
        if self.transport.is_reliable() {
            State::Over
        } else {
            state(now + unreliable)
        }
    }

    /// When to call [`Self::handle_timeout`].
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Now> {
        match self.state {
            State::Completed { at, until, .. } => Some(at.map_or(until, |at| at.min(until))),
            State::Confirmed { until } | State::Accepted { until } | State::Done { until } => {
                Some(until)
            }
            State::Proceeding | State::Trying | State::Over => None,
        }
    }

    /// Time has come to `now`.
    pub fn handle_timeout(&mut self, now: Now) -> Step {
        match self.state {
            State::Completed {
                at,
                interval,
                until,
            } => self.completed(at, timing::doubled(interval), until, now),
            State::Confirmed { until } | State::Accepted { until } | State::Done { until }
                if until <= now =>
            {
                self.state = State::Over;
                Step::End
            }
            State::Over => Step::End,
            State::Proceeding
            | State::Trying
            | State::Confirmed { .. }
            | State::Accepted { .. }
            | State::Done { .. } => Step::Ignore,
        }
    }

    fn completed(&mut self, at: Option<Now>, next: Duration, until: Now, now: Now) -> Step {
        if until <= now {
            self.state = State::Over;
            return Step::NoAck;
        }
        if at.is_none_or(|at| now < at) {
            return Step::Ignore;
        }
        self.state = State::Completed {
            at: Some(now + next),
            interval: next,
            until,
        };
        Step::Resend
    }

    /// Whether no final response has been sent.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        matches!(self.state, State::Proceeding | State::Trying)
    }

    /// Whether nothing is left to do.
    #[must_use]
    pub const fn is_over(&self) -> bool {
        matches!(self.state, State::Over)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const UDP: Transport = Transport::Udp;
    const TCP: Transport = Transport::Tcp;

    fn alone(server: &mut ServerTransaction) -> Vec<(u128, Step)> {
        let mut steps = Vec::new();
        while let Some(at) = server.poll_timeout() {
            let step = server.handle_timeout(at);
            steps.push((at.since_start().as_millis(), step));
        }
        steps
    }

    #[test]
    fn refused_invite_repeats_by_timer_g_until_timer_h() {
        let mut server = ServerTransaction::invite(UDP);
        server.respond(486, Now::START);
        let steps = alone(&mut server);
        let at: Vec<_> = steps.iter().map(|(at, _)| *at).collect();
        let expected = [
            500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500, 32_000,
        ];
        assert_eq!(at, expected);
        assert_eq!(steps.last(), Some(&(32_000, Step::NoAck)));
        assert!(server.is_over());
    }

    #[test]
    fn refused_invite_on_a_stream_only_waits_for_timer_h() {
        let mut server = ServerTransaction::invite(TCP);
        server.respond(486, Now::START);
        assert_eq!(alone(&mut server), [(32_000, Step::NoAck)]);
    }

    #[test]
    fn ack_of_a_refusal_leaves_timer_i_only() {
        for (transport, left) in [(UDP, vec![(6000, Step::End)]), (TCP, vec![])] {
            let mut server = ServerTransaction::invite(transport);
            server.respond(486, Now::START);
            assert_eq!(server.handle_repeat(), Step::Resend);
            assert_eq!(server.handle_ack(Now::at_ms(1000)), Step::Ignore);
            assert_eq!(server.handle_repeat(), Step::Ignore);
            assert_eq!(alone(&mut server), left);
        }
    }

    #[test]
    fn accepted_invite_absorbs_repeats_until_timer_l() {
        for transport in [UDP, TCP] {
            let mut server = ServerTransaction::invite(transport);
            server.respond(180, Now::START);
            assert_eq!(server.handle_repeat(), Step::Resend);
            server.respond(200, Now::at_ms(100));
            assert_eq!(server.handle_repeat(), Step::Ignore);
            assert_eq!(server.handle_ack(Now::at_ms(200)), Step::PassAck);
            assert_eq!(alone(&mut server), [(32_100, Step::End)]);
        }
    }

    #[test]
    fn answered_request_repeats_its_answer_until_timer_j() {
        for (transport, left) in [(UDP, vec![(32_000, Step::End)]), (TCP, vec![])] {
            let mut server = ServerTransaction::other(transport);
            assert_eq!(server.handle_repeat(), Step::Ignore);
            assert!(server.is_open());
            server.respond(200, Now::START);
            assert_eq!(server.handle_repeat() == Step::Resend, transport == UDP);
            assert_eq!(alone(&mut server), left);
        }
    }

    #[test]
    fn a_final_response_is_not_overtaken() {
        let mut server = ServerTransaction::invite(UDP);
        server.respond(200, Now::START);
        server.respond(487, Now::START);
        assert_eq!(server.handle_ack(Now::START), Step::PassAck);
    }
}
