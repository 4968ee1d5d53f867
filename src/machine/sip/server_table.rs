//! All server transactions: found by key, by number, and by the request they stem from.

use std::collections::BTreeMap;

use crate::machine::sip::incoming::Incoming;
use crate::machine::sip::incoming::Origin;
use crate::machine::sip::incoming::ServerKey;
use crate::machine::sip::server_transaction::ServerTransaction;
use crate::vocabulary::flow::Flow;
use crate::vocabulary::id::LegId;
use crate::wire::sip::method::Method;

/// Numbers server transactions.
pub type ServerId = u64;

/// One request of a peer. Once it is finished only key, response and deadline take room.
#[derive(Debug)]
pub struct Server {
    /// Its state.
    pub transaction: ServerTransaction,
    /// Where responses go.
    pub reply_to: Flow,
    /// The latest response as sent.
    pub response: Vec<u8>,
    /// The leg that a pending INVITE has made.
    pub leg: Option<LegId>,
    key: ServerKey,
    origin: Option<Origin>,
}

/// All server transactions.
#[derive(Debug, Default)]
pub struct ServerTable {
    servers: BTreeMap<ServerId, Server>,
    keys: BTreeMap<ServerKey, ServerId>,
    origins: BTreeMap<Origin, ServerId>,
    last: ServerId,
}

impl ServerTable {
    /// Begins the transaction of an INVITE that begins a call: remembered by its origin too.
    pub fn begin_call(&mut self, request: &Incoming, leg: LegId) -> ServerId {
        let id = self.begin(request, Some(leg));
        let origin = request.origin();
        self.origins.insert(origin.clone(), id);
        if let Some(server) = self.servers.get_mut(&id) {
            server.origin = Some(origin);
        }
        id
    }

    /// Begins the transaction of a request that is no ACK; `leg` is whose CANCEL may follow.
    pub fn begin(&mut self, request: &Incoming, leg: Option<LegId>) -> ServerId {
        self.last += 1;
        let id = self.last;
        let transport = request.flow.transport;
        let transaction = if request.method == Method::Invite {
            ServerTransaction::invite(transport)
        } else {
            ServerTransaction::other(transport)
        };
        self.keys.insert(request.key.clone(), id);
        let server = Server {
            transaction,
            reply_to: request.reply_to,
            response: Vec::new(),
            leg,
            key: request.key.clone(),
            origin: None,
        };
        self.servers.insert(id, server);
        id
    }

    /// The transaction of a key.
    #[must_use]
    pub fn find(&self, key: &ServerKey) -> Option<ServerId> {
        self.keys.get(key).copied()
    }

    /// Whether the same request came by another path (RFC 3261 section 8.2.2.2).
    #[must_use]
    pub fn is_merged(&self, request: &Incoming) -> bool {
        self.origins.contains_key(&request.origin())
    }

    /// A transaction.
    #[must_use]
    pub fn get(&self, id: ServerId) -> Option<&Server> {
        self.servers.get(&id)
    }

    /// A transaction, to change it.
    pub fn get_mut(&mut self, id: ServerId) -> Option<&mut Server> {
        self.servers.get_mut(&id)
    }

    /// Forgets a transaction.
    pub fn forget(&mut self, id: ServerId) {
        let Some(server) = self.servers.remove(&id) else {
            return;
        };
        if self.keys.get(&server.key) == Some(&id) {
            self.keys.remove(&server.key);
        }
        if let Some(origin) = server.origin
            && self.origins.get(&origin) == Some(&id)
        {
            self.origins.remove(&origin);
        }
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.servers.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.servers.is_empty()
    }
}
