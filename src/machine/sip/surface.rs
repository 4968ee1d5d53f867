//! What the user agent is told and what it reports. SDP travels as text; `offer_answer` reads it.

use std::net::SocketAddr;
use std::time::Duration;

use crate::vocabulary::flow::Flow;
use crate::vocabulary::id::LegId;

/// A SIP status code, 100 to 699.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Status(pub u16);

/// What the owner of the legs wants done.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum UaCommand {
    /// Send 180 to an INVITE.
    Ring {
        /// The invited leg.
        leg: LegId,
    },
    /// Send 200 to an INVITE: the answer to its offer, or our offer if it had none.
    Answer {
        /// The invited leg.
        leg: LegId,
        /// Session description.
        sdp: String,
    },
    /// Send a final failure to an INVITE. The leg is gone at once; nothing more is reported.
    Refuse {
        /// The invited leg.
        leg: LegId,
        /// 300 to 699.
        status: Status,
        /// `Retry-After`, rounded up to seconds.
        retry_after: Option<Duration>,
    },
    /// End the leg whatever its state: CANCEL, BYE, or 487 to an INVITE not yet answered.
    /// Reports nothing more than [`UaEvent::Gone`].
    Hangup {
        /// The leg.
        leg: LegId,
        /// Text of a Reason header, such as `SIP;cause=200;text="Call completed elsewhere"`.
        reason: Option<String>,
    },
    /// Start a session of ours. The ACK of its 2xx is sent by the user agent.
    Invite(Box<Invitation>),
    /// Offer anew within an answered leg.
    Reinvite {
        /// The answered leg.
        leg: LegId,
        /// Session description.
        sdp: String,
    },
    /// Answer a re-INVITE or UPDATE: a description, or a status such as 488 that keeps the call.
    AnswerReoffer {
        /// The answered leg.
        leg: LegId,
        /// The answer.
        answer: Result<String, Status>,
    },
    /// Register a phone of ours with a registrar and keep it registered.
    Register(Box<Account>),
    /// Send OPTIONS out of dialog, for health (used by tests and phones).
    Options {
        /// Where to.
        flow: Flow,
        /// Request URI.
        uri: String,
    },
}

/// A session that we start.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Invitation {
    /// Minted by the owner, through `UserAgent::mint_leg`.
    pub leg: LegId,
    /// Whom to call.
    pub target: Target,
    /// Display name in From, may be empty. Any CR, LF or NUL is refused by the encoder.
    pub from_name: String,
    /// User part of From.
    pub from_user: String,
    /// Further headers, name and value.
    pub headers: Vec<(String, String)>,
    /// Our offer.
    pub sdp: String,
    /// Credentials for a 401 or 407 with this realm only.
    pub account: Option<Account>,
}

/// Whom to call.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Target {
    /// A user of our registrar: the request follows the flow of its REGISTER.
    Registered(String),
    /// A URI over a given flow.
    Uri {
        /// Request URI.
        uri: String,
        /// How to get there.
        flow: Flow,
    },
}

/// Credentials of a phone of ours at a registrar.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Account {
    /// User name, also the address of record's user part.
    pub user: String,
    /// Password in clear; it never leaves as such.
    pub password: String,
    /// The only realm that gets credentials.
    pub realm: String,
    /// The registrar.
    pub flow: Flow,
    /// Seconds to ask for.
    pub expires_s: u32,
}

/// What happened on the wire.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum UaEvent {
    /// A new call has come in; 100 is already sent. The owner must answer or refuse.
    Invited {
        /// Minted by the user agent; its own calls out are named by its owner, from the same
        /// mint (`UserAgent::mint_leg`).
        leg: LegId,
        /// What the INVITE said.
        invite: Box<Invite>,
    },
    /// The ACK of our 2xx arrived, with the answer if the offer was ours.
    Acked {
        /// The leg.
        leg: LegId,
        /// Session description in the ACK.
        sdp: Option<String>,
    },
    /// The caller gave up before we answered; 487 is sent. The leg is gone.
    Cancelled {
        /// The leg.
        leg: LegId,
    },
    /// A provisional answer to our INVITE.
    Progress {
        /// The leg.
        leg: LegId,
        /// 101 to 199.
        status: Status,
    },
    /// Our INVITE was answered; ACK is sent. Only the first 2xx counts, forks are hung up.
    Accepted {
        /// The leg.
        leg: LegId,
        /// The answer.
        sdp: String,
    },
    /// Our INVITE failed: a final status, 408 on time-out, 503 on transport failure,
    /// any 3xx. The leg is gone.
    Refused {
        /// The leg.
        leg: LegId,
        /// 300 to 699.
        status: Status,
    },
    /// The far end offers anew (re-INVITE or UPDATE with a body). The owner must answer;
    /// without a description the owner offers. A bodyless UPDATE is answered by the user agent.
    Reoffered {
        /// The leg.
        leg: LegId,
        /// The offer.
        sdp: Option<String>,
    },
    /// Our re-INVITE ended: with the answer, or a status that keeps the call.
    ReofferAnswered {
        /// The leg.
        leg: LegId,
        /// What the far end said.
        answer: Result<String, Status>,
    },
    /// The far end or the network ended an answered leg. The leg is gone.
    HungUp {
        /// The leg.
        leg: LegId,
        /// Why.
        cause: HangupCause,
    },
    /// A leg that we hung up has let go of everything.
    Gone {
        /// The leg.
        leg: LegId,
    },
    /// A user registered, or refreshed, over this flow.
    Registered {
        /// User part of the address of record.
        user: String,
        /// The flow of its REGISTER.
        flow: Flow,
        /// Until when, from now.
        expires: Duration,
        /// True if it had no binding before.
        fresh: bool,
    },
    /// A registered phone has answered OPTIONS.
    Pinged {
        /// User part of the address of record.
        user: String,
        /// From our request to its answer.
        round_trip: Duration,
    },
    /// A user has no binding left: expired, removed, or its flow is gone.
    Unregistered {
        /// User part of the address of record.
        user: String,
    },
    /// Our own REGISTER ended.
    AccountAnswered {
        /// User of the account.
        user: String,
        /// 200, or the status of failure.
        status: Status,
    },
    /// A request was turned away before it became a call: counted by reason.
    TurnedAway {
        /// Status sent, 0 if none was.
        status: Status,
        /// Words for the counter: `bad_password`, `malformed`, `stale_nonce`, ….
        reason: &'static str,
        /// The far address.
        remote: SocketAddr,
    },
}

impl UaEvent {
    /// Whether the leg is gone with it.
    #[must_use]
    pub const fn is_last(&self) -> bool {
        match self {
            Self::Cancelled { .. }
            | Self::Refused { .. }
            | Self::HungUp { .. }
            | Self::Gone { .. } => true,
            Self::Invited { .. }
            | Self::Acked { .. }
            | Self::Progress { .. }
            | Self::Accepted { .. }
            | Self::Reoffered { .. }
            | Self::ReofferAnswered { .. }
            | Self::Registered { .. }
            | Self::Pinged { .. }
            | Self::Unregistered { .. }
            | Self::AccountAnswered { .. }
            | Self::TurnedAway { .. } => false,
        }
    }
}

/// What an INVITE said that matters above SIP.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Invite {
    /// User part of the request URI: the number or service that was called.
    pub called: String,
    /// User part of the trusted P-Asserted-Identity, else of From; `tel:` numbers as written.
    pub caller: String,
    /// Display name of From.
    pub caller_name: String,
    /// The seat whose flow or credentials proved it, if any.
    pub user: Option<String>,
    /// The SIP Call-ID, for logs.
    pub sip_call_id: String,
    /// The offer, if the INVITE carried one.
    pub sdp: Option<String>,
    /// Where it came from.
    pub flow: Flow,
    /// Unknown `X-` headers, name and value, as sent (untrusted).
    pub headers: Vec<(String, String)>,
}

/// Why an answered leg ended without our asking.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum HangupCause {
    /// The far end sent BYE.
    Bye,
    /// No ACK came for our 2xx within 64·T1 (RFC 3261 section 13.3.1.4).
    NoAck,
    /// The session timer ran out (RFC 4028).
    SessionExpired,
    /// A request of ours within the dialog got 408 or 481, or nothing.
    DialogLost,
    /// The connection that carried it is gone.
    FlowLost,
}
