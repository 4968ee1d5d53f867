//! A session of ours with one far end, as SIP sees it.

use std::time::Duration;

use crate::machine::sip::access::Sender;
use crate::machine::sip::client_table::ClientId;
use crate::machine::sip::dialog::Dialog;
use crate::machine::sip::incoming::Incoming;
use crate::machine::sip::server_table::ServerId;
use crate::machine::sip::session_timer::SessionTimer;
use crate::machine::sip::surface::Account;
use crate::machine::sip::timing;
use crate::vocabulary::flow::Flow;
use crate::vocabulary::time::Now;

/// A session.
#[derive(Debug)]
pub struct Leg {
    /// Tags, numbers, route.
    pub dialog: Dialog,
    /// Where its requests go: from where the latest of the peer's came.
    pub flow: Flow,
    /// Who the peer is. From another address it must prove that again.
    pub peer: Sender,
    /// Our latest re-INVITE.
    pub reinvite: Option<ClientId>,
    /// How far it is.
    pub phase: Phase,
}

/// How far a session is.
#[derive(Debug)]
pub enum Phase {
    /// The peer invites, we have not answered.
    Incoming(Box<Pending>),
    /// We invite, nobody has answered.
    Outgoing(Box<Calling>),
    /// Answered.
    Up(Box<Up>),
    /// Our BYE is under way.
    Ending,
}

/// An INVITE that we have not answered.
#[derive(Debug)]
pub struct Pending {
    /// Its transaction.
    pub server: ServerId,
    /// The request.
    pub invite: Incoming,
    /// When to send the latest provisional response again, so that no proxy gives up
    /// (RFC 3261 section 13.3.1.1). 100 is not repeated.
    pub ring_again: Option<Now>,
}

/// An INVITE of ours that nobody has answered.
#[derive(Debug)]
pub struct Calling {
    /// Its transaction.
    pub client: ClientId,
    /// Our offer.
    pub sdp: String,
    /// Headers that the owner asked for.
    pub headers: Vec<(String, String)>,
    /// Credentials.
    pub account: Option<Account>,
    /// Challenges that have been answered.
    pub answered: u8,
    /// Whether the owner has hung up.
    pub cancel: Cancel,
    /// When to give up though it rings; `None` once that is done. The owner has been told then.
    pub ring_until: Option<Now>,
}

/// Giving up an INVITE of ours.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Cancel {
    /// Not asked for.
    No,
    /// Asked for before any response: CANCEL must wait for one (RFC 3261 section 9.1).
    Wanted(Option<String>),
    /// Sent, with this reason: a BYE to an answer that crosses it has the same.
    Sent(Option<String>),
}

/// An answered session.
#[derive(Debug)]
pub struct Up {
    /// A 2xx of ours without its ACK.
    pub unacked: Option<Unacked>,
    /// A change of the session under way.
    pub reoffer: Reoffer,
    /// An offer of ours that must wait for the end of what is under way.
    pub queued: Option<String>,
    /// Refresh or end, if agreed on.
    pub timer: Option<SessionTimer>,
    /// When to ask whether the peer is still there, should no timer tell.
    pub watch_at: Option<Now>,
    /// The owner has hung up while the ACK was out (RFC 3261 section 15).
    pub hangup: Hangup,
    /// Our latest description, for refreshes by re-INVITE.
    pub sdp: String,
    /// The peer can be refreshed by UPDATE.
    pub knows_update: bool,
}

/// Whether a BYE waits for an ACK.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Hangup {
    /// Not asked for.
    No,
    /// Asked for, with the text of Reason.
    Wanted(Option<String>),
}

/// A 2xx that is sent again until its ACK comes (RFC 3261 section 13.3.1.4).
#[derive(Debug)]
pub struct Unacked {
    /// The response.
    pub bytes: Vec<u8>,
    /// Where it goes.
    pub reply_to: Flow,
    /// Number of the INVITE.
    pub cseq: u32,
    /// When to send it again.
    pub at: Now,
    /// How long after the last time that is.
    pub interval: Duration,
    /// When to give up.
    pub until: Now,
    /// What the ACK means.
    pub awaited: Awaited,
}

/// What the ACK of a 2xx means to the owner.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Awaited {
    /// The call is established.
    Call,
    /// The call is established and the answer to our offer is there.
    CallAndDescription,
    /// Nothing: a re-INVITE with an offer.
    Nothing,
    /// The answer to our offer in a re-INVITE without one.
    Description,
}

/// A change of the session under way.
#[derive(Debug)]
pub enum Reoffer {
    /// None.
    None,
    /// The peer's, which the owner has not answered.
    Theirs(Box<Theirs>),
    /// Ours, which the peer has not answered.
    Ours(Ours),
    /// A refresh of the session timer, which the peer has not answered.
    Refresh,
    /// Ours, refused by 491, to be tried again (RFC 3261 section 14.1).
    Later {
        /// When.
        at: Now,
        /// What.
        ours: Ours,
    },
}

/// A re-INVITE or UPDATE that the owner has not answered.
#[derive(Debug)]
pub struct Theirs {
    /// Its transaction.
    pub server: ServerId,
    /// The request.
    pub request: Incoming,
}

/// An offer of ours within a dialog.
#[derive(Clone, Debug)]
pub struct Ours {
    /// Our description.
    pub sdp: String,
    /// How often 491 may still come.
    pub tries_left: u8,
}

impl Unacked {
    /// The response has just been sent.
    #[must_use]
    pub fn start(bytes: Vec<u8>, request: &Incoming, awaited: Awaited, now: Now) -> Self {
        Self {
            bytes,
            reply_to: request.reply_to,
            cseq: request.cseq,
            at: now + timing::T1,
            interval: timing::T1,
            until: now + timing::TRANSACTION_LIMIT,
            awaited,
        }
    }
}

impl Up {
    /// Just answered, with our description.
    #[must_use]
    pub const fn new(sdp: String) -> Self {
        Self {
            unacked: None,
            reoffer: Reoffer::None,
            queued: None,
            timer: None,
            watch_at: None,
            hangup: Hangup::No,
            sdp,
            knows_update: false,
        }
    }

    /// Whether an offer of ours has to wait.
    #[must_use]
    pub const fn is_busy(&self) -> bool {
        self.unacked.is_some() || !matches!(self.reoffer, Reoffer::None)
    }

    fn poll_timeout(&self) -> Option<Now> {
        let unacked = self.unacked.as_ref().map(|wait| wait.at.min(wait.until));
        let later = match &self.reoffer {
            Reoffer::Later { at, .. } => Some(*at),
            Reoffer::None | Reoffer::Theirs(_) | Reoffer::Ours(_) | Reoffer::Refresh => None,
        };
        let timer = self.timer.as_ref().map(SessionTimer::at);
        [unacked, later, timer, self.watch_at]
            .into_iter()
            .flatten()
            .min()
    }
}

impl Leg {
    /// When the leg has something to do by itself.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Now> {
        match &self.phase {
            Phase::Incoming(pending) => pending.ring_again,
            Phase::Up(up) => up.poll_timeout(),
            Phase::Outgoing(calling) => calling.ring_until,
            Phase::Ending => None,
        }
    }

    /// The answered session, if it is one.
    pub fn up_mut(&mut self) -> Option<&mut Up> {
        match &mut self.phase {
            Phase::Up(up) => Some(up),
            Phase::Incoming(_) | Phase::Outgoing(_) | Phase::Ending => None,
        }
    }
}
