//! Client transactions: INVITE and the others (RFC 3261 section 17.1, RFC 6026 section 7.2).

use std::time::Duration;

use crate::machine::sip::timing;
use crate::vocabulary::flow::Transport;
use crate::vocabulary::time::Now;

/// The four timers of a waiting client and the two of a finished one, as states.
///
/// ```text
/// INVITE:  Calling ──1xx──> Proceeding ──3xx-6xx──> Completed (D)
///             │  A resends       └───────2xx──────> Accepted (M)
///             └─ B gives up
/// others:  Trying ──1xx──> Pressing ──final──> Completed (K)
///             E resends, F gives up in both
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum State {
    Calling(Repeat),
    Proceeding { until: Option<Now> },
    Trying(Repeat),
    Pressing(Repeat),
    Completed { until: Now },
    Accepted { until: Now },
    Over,
}

/// A request that is repeated until it is answered or given up.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Repeat {
    at: Option<Now>,
    interval: Duration,
    until: Now,
}

impl Repeat {
    /// What is due at `now`, and what is left with `next` as the following interval.
    fn due(self, now: Now, next: Duration) -> (Step, Option<Self>) {
        if self.until <= now {
            return (Step::TimedOut, None);
        }
        if self.at.is_none_or(|at| now < at) {
            return (Step::Ignore, Some(self));
        }
        let again = Self {
            at: Some(now + next),
            interval: next,
            until: self.until,
        };
        (Step::Resend, Some(again))
    }
}

/// Which of the two machines a request runs on.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    /// INVITE.
    Invite,
    /// Every other method but ACK.
    Other,
}

/// How far a response goes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Answer {
    /// 100 to 199.
    Provisional,
    /// 200 to 299.
    Success,
    /// 300 to 699.
    Failure,
}

impl Answer {
    /// The class of a status code.
    #[must_use]
    pub const fn of(status: u16) -> Self {
        match status {
            0..200 => Self::Provisional,
            200..300 => Self::Success,
            300.. => Self::Failure,
        }
    }
}

/// What the owner of a transaction does next.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Step {
    /// Nothing.
    Ignore,
    /// Hand the response to whoever sent the request.
    Pass,
    /// Send the ACK of a failed INVITE and hand the response up.
    AckAndPass,
    /// Send the same ACK again.
    AckAgain,
    /// Send the request again.
    Resend,
    /// No final answer came: 408 (RFC 3261 section 8.1.3.1).
    TimedOut,
    /// Forget the transaction.
    End,
}

/// One request of ours and what is left to do about it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ClientTransaction {
    kind: Kind,
    transport: Transport,
    state: State,
    /// When to give up a provisional state.
    limit: Option<Now>,
}

impl ClientTransaction {
    /// The request has just been sent.
    #[must_use]
    pub fn start(kind: Kind, transport: Transport, now: Now) -> Self {
        let repeat = Repeat {
            at: (!transport.is_reliable()).then(|| now + timing::T1),
            interval: timing::T1,
            until: now + timing::TRANSACTION_LIMIT,
        };
        let state = match kind {
            Kind::Invite => State::Calling(repeat),
            Kind::Other => State::Trying(repeat),
        };
        Self {
            kind,
            transport,
            state,
            limit: None,
        }
    }

    /// A response of this transaction came.
    pub fn handle_response(&mut self, answer: Answer, now: Now) -> Step {
        match self.state {
            State::Calling(_) => self.calling(answer, now),
            State::Proceeding { .. } => self.proceeding(answer, now),
            State::Trying(repeat) | State::Pressing(repeat) => self.trying(repeat, answer, now),
            State::Completed { .. } => self.completed(answer),
            State::Accepted { .. } => Self::accepted(answer),
            State::Over => Step::Ignore,
        }
    }

    /// Every 2xx goes up: another may come by a fork, and each repeat wants its ACK.
    const fn accepted(answer: Answer) -> Step {
        match answer {
            Answer::Success => Step::Pass,
            Answer::Provisional | Answer::Failure => Step::Ignore,
        }
    }

    fn calling(&mut self, answer: Answer, now: Now) -> Step {
        if answer == Answer::Provisional {
            self.state = State::Proceeding { until: self.limit };
            return Step::Pass;
        }
        self.proceeding(answer, now)
    }

    fn proceeding(&mut self, answer: Answer, now: Now) -> Step {
        match answer {
            Answer::Provisional => Step::Pass,
            Answer::Success => {
                let until = now + timing::TRANSACTION_LIMIT;
                self.state = State::Accepted { until };
                Step::Pass
            }
            Answer::Failure => {
                self.complete(timing::TRANSACTION_LIMIT, now);
                Step::AckAndPass
            }
        }
    }

    fn trying(&mut self, repeat: Repeat, answer: Answer, now: Now) -> Step {
        match answer {
            Answer::Provisional => {
                self.state = State::Pressing(repeat);
                Step::Pass
            }
            Answer::Success | Answer::Failure => {
                self.complete(timing::T4, now);
                Step::Pass
            }
        }
    }

    fn completed(&self, answer: Answer) -> Step {
        match (self.kind, answer) {
            (Kind::Invite, Answer::Failure) => Step::AckAgain,
            (Kind::Invite | Kind::Other, _) => Step::Ignore,
        }
    }

    fn complete(&mut self, unreliable: Duration, now: Now) {
        self.state = if self.transport.is_reliable() {
            State::Over
        } else {
            State::Completed {
                until: now + unreliable,
            }
        };
    }

    /// An INVITE whose final answer may stay away is given up: a cancelled one (RFC 3261 section
    /// 9.1), or one within a dialog that has ended.
    pub fn give_up_at(&mut self, at: Now) {
        self.limit = Some(at);
        if let State::Proceeding { until } = &mut self.state {
            *until = Some(at);
        }
    }

    /// When to call [`Self::handle_timeout`].
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Now> {
        match self.state {
            State::Calling(repeat) | State::Trying(repeat) | State::Pressing(repeat) => {
                Some(repeat.at.map_or(repeat.until, |at| at.min(repeat.until)))
            }
            State::Proceeding { until } => until,
            State::Completed { until } | State::Accepted { until } => Some(until),
            State::Over => None,
        }
    }

    /// Time has come to `now`.
    pub fn handle_timeout(&mut self, now: Now) -> Step {
        match self.state {
            State::Calling(wait) => self.repeat(wait.due(now, wait.interval * 2), State::Calling),
            State::Trying(wait) => {
                self.repeat(wait.due(now, timing::doubled(wait.interval)), State::Trying)
            }
            State::Pressing(wait) => self.repeat(wait.due(now, timing::T2), State::Pressing),
            State::Proceeding { until: Some(until) } if until <= now => {
                self.state = State::Over;
                Step::TimedOut
            }
            State::Completed { until } | State::Accepted { until } if until <= now => {
                self.state = State::Over;
                Step::End
            }
            State::Proceeding { .. } | State::Completed { .. } | State::Accepted { .. } => {
                Step::Ignore
            }
            State::Over => Step::End,
        }
    }

    fn repeat(&mut self, due: (Step, Option<Repeat>), state: fn(Repeat) -> State) -> Step {
        self.state = due.1.map_or(State::Over, state);
        due.0
    }

    /// Whether an INVITE has had a provisional answer and no final one.
    #[must_use]
    pub const fn is_proceeding(&self) -> bool {
        matches!(self.state, State::Proceeding { .. })
    }

    /// Whether a final answer is still awaited.
    #[must_use]
    pub const fn is_waiting(&self) -> bool {
        matches!(
            self.state,
            State::Calling(_) | State::Proceeding { .. } | State::Trying(_) | State::Pressing(_)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const UDP: Transport = Transport::Udp;
    const TCP: Transport = Transport::Tcp;

    /// What a client does by itself until it is over, as `(ms, step)`.
    fn alone(mut client: ClientTransaction) -> Vec<(u128, Step)> {
        let mut steps = Vec::new();
        while let Some(at) = client.poll_timeout() {
            let step = client.handle_timeout(at);
            steps.push((at.since_start().as_millis(), step));
        }
        steps
    }

    fn resends(kind: Kind) -> Vec<u128> {
        let steps = alone(ClientTransaction::start(kind, UDP, Now::START));
        assert_eq!(steps.last(), Some(&(32_000, Step::TimedOut)));
        let resends = steps.iter().filter(|(_, step)| *step == Step::Resend);
        resends.map(|(at, _)| *at).collect()
    }

    #[test]
    fn unanswered_invite_doubles_timer_a_until_timer_b() {
        assert_eq!(
            resends(Kind::Invite),
            [500, 1500, 3500, 7500, 15_500, 31_500]
        );
    }

    #[test]
    fn unanswered_request_doubles_timer_e_up_to_t2_until_timer_f() {
        assert_eq!(
            resends(Kind::Other),
            [
                500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500
            ]
        );
    }

    #[test]
    fn reliable_transport_never_resends() {
        for kind in [Kind::Invite, Kind::Other] {
            let steps = alone(ClientTransaction::start(kind, TCP, Now::START));
            assert_eq!(steps, [(32_000, Step::TimedOut)]);
        }
    }

    /// Kind, transport, answers as `(ms, status, step)`, then what follows by itself.
    type Row<'a> = (Kind, Transport, &'a [(u64, u16, Step)], &'a [(u128, Step)]);

    #[test]
    fn answers_move_the_states_as_the_figures_say() {
        let rows: [Row<'_>; 8] = [
            (Kind::Invite, UDP, &[(100, 180, Step::Pass)], &[]),
            (
                Kind::Invite,
                UDP,
                &[
                    (100, 180, Step::Pass),
                    (200, 200, Step::Pass),
                    (700, 200, Step::Pass),
                ],
                &[(32_200, Step::End)],
            ),
            (
                Kind::Invite,
                UDP,
                &[(100, 486, Step::AckAndPass), (600, 486, Step::AckAgain)],
                &[(32_100, Step::End)],
            ),
            (Kind::Invite, TCP, &[(100, 486, Step::AckAndPass)], &[]),
            (
                Kind::Invite,
                TCP,
                &[(100, 200, Step::Pass), (200, 486, Step::Ignore)],
                &[(32_100, Step::End)],
            ),
            (
                Kind::Other,
                UDP,
                &[
                    (100, 200, Step::Pass),
                    (600, 200, Step::Ignore),
                    (700, 404, Step::Ignore),
                ],
                &[(5100, Step::End)],
            ),
            (Kind::Other, TCP, &[(100, 404, Step::Pass)], &[]),
            (
                Kind::Other,
                UDP,
                &[(400, 100, Step::Pass), (30_000, 200, Step::Pass)],
                &[(35_000, Step::End)],
            ),
        ];
        for (kind, transport, answers, after) in rows {
            let mut client = ClientTransaction::start(kind, transport, Now::START);
            for (at, status, step) in answers {
                let got = client.handle_response(Answer::of(*status), Now::at_ms(*at));
                assert_eq!(got, *step, "{kind:?} {transport:?} {status} at {at}");
            }
            assert_eq!(alone(client), after, "{kind:?} {transport:?} {answers:?}");
        }
    }

    #[test]
    fn provisional_slows_a_request_to_t2() {
        let mut client = ClientTransaction::start(Kind::Other, UDP, Now::START);
        client.handle_response(Answer::Provisional, Now::at_ms(100));
        let steps = alone(client);
        assert_eq!(steps[..2], [(500, Step::Resend), (4500, Step::Resend)]);
    }

    #[test]
    fn cancelled_invite_without_answer_is_given_up() {
        let mut client = ClientTransaction::start(Kind::Invite, UDP, Now::START);
        client.handle_response(Answer::Provisional, Now::at_ms(100));
        client.give_up_at(Now::at_ms(900));
        assert_eq!(alone(client), [(900, Step::TimedOut)]);
        let mut client = ClientTransaction::start(Kind::Invite, UDP, Now::START);
        client.give_up_at(Now::at_ms(900));
        client.handle_response(Answer::Provisional, Now::at_ms(100));
        assert_eq!(alone(client), [(900, Step::TimedOut)]);
    }
}
