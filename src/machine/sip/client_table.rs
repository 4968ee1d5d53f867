//! All client transactions: found by the branch that we minted.

use std::collections::BTreeMap;

use crate::machine::sip::client_transaction::ClientTransaction;
use crate::vocabulary::flow::Flow;
use crate::vocabulary::id::LegId;
use crate::wire::sip::headers::Headers;
use crate::wire::sip::message::Message;
use crate::wire::sip::method::Method;

/// Numbers client transactions. A CANCEL has the number of its INVITE.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct ClientId {
    /// Stands in the branch.
    pub number: u64,
    /// Which of the two.
    pub part: Part,
}

impl ClientId {
    /// The number of no request.
    pub const NONE: Self = Self {
        number: 0,
        part: Part::Main,
    };
}

/// INVITE and CANCEL share a branch (RFC 3261 section 9.1).
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Part {
    /// The request itself.
    Main,
    /// The CANCEL of an INVITE.
    Cancel,
}

/// Whom the answer concerns.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Purpose {
    /// The INVITE that begins a leg.
    Invite(LegId),
    /// An offer of ours within a leg.
    Reinvite(LegId),
    /// A refresh of the session timer.
    Refresh(LegId),
    /// Is the far end of an answered leg still there?
    Watch(LegId),
    /// The BYE of a leg that we hung up.
    Bye(LegId),
    /// A REGISTER of the account of this user.
    Register(String),
    /// Is a registered flow alive?
    Ping(Flow),
    /// Nobody waits for the answer.
    Nobody,
}

/// One request of ours.
#[derive(Debug)]
pub struct Client {
    /// Its state.
    pub transaction: ClientTransaction,
    /// Whom it is for.
    pub purpose: Purpose,
    /// Where it went.
    pub flow: Flow,
    /// What was asked for.
    pub method: Method,
    /// The request, while it may have to be answered by ACK or CANCEL.
    pub request: Option<Box<Message>>,
    /// What is sent again: the request, later the ACK of a failed INVITE.
    pub bytes: Vec<u8>,
    /// The ACK sent for each 2xx, by the tag of who sent it.
    pub acks: Vec<(String, Vec<u8>)>,
    branch: String,
}

/// Most peers whose 2xx to one INVITE is acknowledged; more are left to their own time-out.
pub const FORKS_MAX: usize = 8;

/// All client transactions.
#[derive(Debug, Default)]
pub struct ClientTable {
    clients: BTreeMap<ClientId, Client>,
    last: u64,
}

impl Client {
    /// A request that is being sent with this branch.
    #[must_use]
    pub fn new(transaction: ClientTransaction, purpose: Purpose, sent: Sent) -> Self {
        Self {
            transaction,
            purpose,
            flow: sent.flow,
            method: sent.request.method().cloned().unwrap_or(Method::Options),
            request: Some(Box::new(sent.request)),
            bytes: sent.bytes,
            acks: Vec::new(),
            branch: sent.branch,
        }
    }

    /// Branch of its Via.
    #[must_use]
    pub fn branch(&self) -> &str {
        &self.branch
    }
}

/// A request as it was sent.
#[derive(Debug)]
pub struct Sent {
    /// Where to.
    pub flow: Flow,
    /// What.
    pub request: Message,
    /// The same, encoded.
    pub bytes: Vec<u8>,
    /// Branch of its Via.
    pub branch: String,
}

impl ClientTable {
    /// The number of the next request and the branch that carries it:
    /// `z9hG4bK`, node and shard, the number in hexadecimal, a dot, a token.
    pub fn next_branch(&mut self, prefix: &str, token: &str) -> (ClientId, String) {
        self.last += 1;
        let id = ClientId {
            number: self.last,
            part: Part::Main,
        };
        (id, format!("z9hG4bK{prefix}{:x}.{token}", self.last))
    }

    /// Keeps a request.
    pub fn insert(&mut self, id: ClientId, client: Client) {
        self.clients.insert(id, client);
    }

    /// Whose response this is (RFC 3261 section 17.1.3).
    #[must_use]
    pub fn find(&self, response: &Headers, prefix: &str) -> Option<ClientId> {
        let via = response.top_via().ok()?;
        let branch = via.branch()?;
        let number = branch.strip_prefix("z9hG4bK")?.strip_prefix(prefix)?;
        let (number, _) = number.split_once('.')?;
        let method = response.cseq().ok()?.method;
        let part = if method == Method::Cancel {
            Part::Cancel
        } else {
            Part::Main
        };
        let number = u64::from_str_radix(number, 16).ok()?;
        let id = ClientId { number, part };
        let client = self.clients.get(&id)?;
        (client.branch == branch && client.method == method).then_some(id)
    }

    /// A transaction.
    #[must_use]
    pub fn get(&self, id: ClientId) -> Option<&Client> {
        self.clients.get(&id)
    }

    /// A transaction, to change it.
    pub fn get_mut(&mut self, id: ClientId) -> Option<&mut Client> {
        self.clients.get_mut(&id)
    }

    /// Forgets a transaction.
    pub fn forget(&mut self, id: ClientId) -> Option<Client> {
        self.clients.remove(&id)
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.clients.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.clients.is_empty()
    }
}
