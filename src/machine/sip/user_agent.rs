//! The SIP user agent: transactions, dialogs, registrar and session timers as one.
//!
//! Told: `UserAgent::handle_message`, `UserAgent::handle_flow_closed`,
//! `UserAgent::command`, `UserAgent::handle_timeout`. Drained after each of these:
//! `UserAgent::poll_transmit`, `UserAgent::poll_event`, `UserAgent::poll_timeout`.
//! What it does with what it is told stands in the rooms beside this one, by subject.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::VecDeque;
use std::net::SocketAddr;

use sha2::Digest;
use sha2::Sha256;

use crate::machine::sip::account::Phone;
use crate::machine::sip::client_table::ClientId;
use crate::machine::sip::client_table::ClientTable;
use crate::machine::sip::config::UaConfig;
use crate::machine::sip::digest_guard::DigestGuard;
use crate::machine::sip::leg::Leg;
use crate::machine::sip::ping::Ping;
use crate::machine::sip::registrar::Registrar;
use crate::machine::sip::server_table::ServerId;
use crate::machine::sip::server_table::ServerTable;
use crate::machine::sip::surface::Status;
use crate::machine::sip::surface::UaCommand;
use crate::machine::sip::surface::UaEvent;
use crate::vocabulary::chance::Chance;
use crate::vocabulary::flow::Flow;
use crate::vocabulary::id::LegId;
use crate::vocabulary::id::Mint;
use crate::vocabulary::time::Now;
use crate::vocabulary::time::Turn;

/// Bytes to send.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Transmit {
    /// Where to. The far address may differ from that of the flow a request came on, if the
    /// client wants responses at another port of its own.
    pub flow: Flow,
    /// One message, or an answer to a keep-alive.
    pub bytes: Vec<u8>,
}

/// Why a command was not carried out.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum UaCommandError {
    /// It is gone, or never was: a crossing, if the owner has not been told yet.
    #[error("leg {0} is not known")]
    UnknownLeg(LegId),
    /// The leg cannot do this now.
    #[error("leg {0} is in no state for this")]
    WrongPhase(LegId),
    /// A leg of this name exists.
    #[error("leg {0} is in use")]
    LegInUse(LegId),
    /// All legs are taken.
    #[error("{0} legs are in use, which is all")]
    Full(usize),
    /// A status, URI, header name or value that cannot be sent.
    #[error("{0:?} cannot be sent")]
    Malformed(String),
}

/// What may be due.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Alarm {
    /// A server transaction.
    Server(ServerId),
    /// A client transaction.
    Client(ClientId),
    /// A leg.
    Leg(LegId),
    /// Bindings of a user.
    Bindings(String),
    /// A registered flow.
    Ping(Flow),
    /// A phone of ours.
    Phone(String),
}

/// The user agent.
#[derive(Debug)]
pub struct UserAgent {
    pub(super) config: UaConfig,
    pub(super) chance: Chance,
    pub(super) mint: Mint,
    /// Node and shard in hexadecimal: what we mint begins with it.
    pub(super) prefix: String,
    /// Keys the tags of responses that leave nothing behind.
    tag_key: [u8; 32],
    pub(super) servers: ServerTable,
    pub(super) clients: ClientTable,
    pub(super) legs: BTreeMap<LegId, Leg>,
    /// Our tag of each leg.
    pub(super) tags: BTreeMap<String, LegId>,
    /// Legs by the flow that carries them.
    pub(super) carried: BTreeSet<(Flow, LegId)>,
    pub(super) registrar: Registrar,
    pub(super) guard: DigestGuard,
    pub(super) pings: BTreeMap<Flow, Ping>,
    pub(super) phones: BTreeMap<String, Phone>,
    alarms: BTreeSet<(Now, Alarm)>,
    transmits: VecDeque<Transmit>,
    events: VecDeque<UaEvent>,
}

impl UserAgent {
    /// A user agent without calls and bindings. It names legs from `mint`, as may its owner
    /// through [`Self::mint_leg`].
    #[must_use]
    pub fn new(config: UaConfig, mut chance: Chance, mut mint: Mint) -> Self {
        let prefix = format!("{:04x}", mint.leg().bits() >> 48);
        let limits = config.limits;
        let guard = DigestGuard::new(&config.realm, config.md5, limits.nonces_max, &mut chance);
        let mut tag_key = [0; 32];
        chance.fill(&mut tag_key);
        Self {
            config,
            chance,
            mint,
            prefix,
            tag_key,
            servers: ServerTable::default(),
            clients: ClientTable::default(),
            legs: BTreeMap::new(),
            tags: BTreeMap::new(),
            carried: BTreeSet::new(),
            registrar: Registrar::new(limits.registrar),
            guard,
            pings: BTreeMap::new(),
            phones: BTreeMap::new(),
            alarms: BTreeSet::new(),
            transmits: VecDeque::new(),
            events: VecDeque::new(),
        }
    }

    /// A name for a leg that the owner is about to start: never one of an incoming call.
    pub const fn mint_leg(&mut self) -> LegId {
        self.mint.leg()
    }

    /// Does what the owner of the legs wants.
    ///
    /// # Errors
    ///
    /// [`UaCommandError`]; then nothing has changed.
    pub fn command(&mut self, turn: Turn, command: UaCommand) -> Result<(), UaCommandError> {
        let now = turn.now;
        match command {
            UaCommand::Ring { leg } => self.ring(leg, now),
            UaCommand::Answer { leg, sdp } => self.answer(leg, sdp, now),
            UaCommand::Refuse {
                leg,
                status,
                retry_after,
            } => self.refuse(leg, status, retry_after, now),
            UaCommand::Hangup { leg, reason } => self.hang_up(leg, reason, now),
            UaCommand::Invite(invitation) => self.invite(*invitation, now),
            UaCommand::Reinvite { leg, sdp } => self.reinvite(leg, sdp, now),
            UaCommand::AnswerReoffer { leg, answer } => self.answer_reoffer(leg, answer, now),
            UaCommand::Register(account) => {
                self.enroll(*account, now);
                Ok(())
            }
            UaCommand::Options { flow, uri } => self.ask_options(flow, &uri, now),
        }
    }

    /// The next bytes to send.
    pub fn poll_transmit(&mut self) -> Option<Transmit> {
        self.transmits.pop_front()
    }

    /// The next thing that happened.
    pub fn poll_event(&mut self) -> Option<UaEvent> {
        self.events.pop_front()
    }

    /// When to call [`Self::handle_timeout`].
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Now> {
        self.alarms.first().map(|(at, _)| *at)
    }

    /// Time has come to `turn`.
    pub fn handle_timeout(&mut self, turn: Turn) {
        while let Some((at, _)) = self.alarms.first() {
            if *at > turn.now {
                return;
            }
            let Some((_, alarm)) = self.alarms.pop_first() else {
                return;
            };
            self.handle_alarm(alarm, turn.now);
        }
    }

    /// Legs that are not over.
    #[must_use]
    pub fn leg_count(&self) -> usize {
        self.legs.len()
    }

    /// Transactions that are not forgotten, of both kinds.
    #[must_use]
    pub fn transaction_count(&self) -> usize {
        self.servers.len() + self.clients.len()
    }

    /// Whether a user can be reached.
    #[must_use]
    pub fn is_registered(&self, user: &str) -> bool {
        self.registrar.newest(user).is_some()
    }

    pub(super) fn wake(&mut self, at: Option<Now>, alarm: Alarm) {
        self.alarms.extend(at.map(|at| (at, alarm)));
    }

    pub(super) fn report(&mut self, event: UaEvent) {
        self.events.push_back(event);
    }

    pub(super) fn count_refusal(&mut self, status: u16, reason: &'static str, remote: SocketAddr) {
        self.report(UaEvent::TurnedAway {
            status: Status(status),
            reason,
            remote,
        });
    }

    pub(super) fn transmit(&mut self, flow: Flow, bytes: Vec<u8>) {
        self.transmits.push_back(Transmit { flow, bytes });
    }

    /// A name that nobody can guess: node, shard, token.
    pub(super) fn token(&mut self) -> String {
        format!("{}-{}", self.prefix, self.chance.token())
    }

    /// The tag of a response that leaves nothing behind: the same for the same request
    /// (RFC 3261 section 8.2.7).
    pub(super) fn stateless_tag(&self, what: &str) -> String {
        let digest = Sha256::new()
            .chain_update(self.tag_key)
            .chain_update(what)
            .finalize();
        let short: Vec<u8> = digest.into_iter().take(8).collect();
        format!("{}-{}", self.prefix, hex::encode(short))
    }
}
