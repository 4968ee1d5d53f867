//! What a user agent is told once: who we are, whom we trust, how much we hold.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::net::SocketAddr;
use std::time::Duration;

use crate::machine::sip::network::Network;
use crate::machine::sip::registrar::RegistrarLimits;
use crate::vocabulary::flow::Flow;

/// What a user agent is told once.
#[derive(Clone, Debug)]
pub struct UaConfig {
    /// The realm of our challenges, and the only one in which users prove themselves.
    pub realm: String,
    /// Whether MD5 is offered beside SHA-256 (RFC 8760).
    pub md5: bool,
    /// Who may register: user part of the address of record and its secret in our realm.
    pub users: BTreeMap<String, Secret>,
    /// Who may invite without proving anything.
    pub allow: Vec<Network>,
    /// As `allow`; their `P-Asserted-Identity` is believed too.
    pub trunks: Vec<Network>,
    /// `host:port` to put into Via and Contact instead of the listening address.
    pub advertise: BTreeMap<SocketAddr, String>,
    /// Value of `User-Agent` and `Server`.
    pub name: String,
    /// How much we hold at once.
    pub limits: UaLimits,
}

/// A password as two digests of `user:realm:password` in lower-case hexadecimal.
#[derive(Clone, Eq, PartialEq)]
pub struct Secret {
    /// By MD5.
    pub md5: String,
    /// By SHA-256.
    pub sha256: String,
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret")
    }
}

/// How much a user agent holds at once. Beyond it new requests get 503 with `Retry-After`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct UaLimits {
    /// Server transactions, finished ones included.
    pub transactions_max: usize,
    /// Legs.
    pub legs_max: usize,
    /// Bindings and their lifetimes.
    pub registrar: RegistrarLimits,
    /// What a 503 says in `Retry-After`.
    pub retry_after: Duration,
    /// A ping of a registered flow follows this long after the last answer.
    pub ping_every: Duration,
    /// Nonces whose counts are kept; older ones become stale.
    pub nonces_max: usize,
}

impl Default for UaLimits {
    fn default() -> Self {
        Self {
            transactions_max: 250_000,
            legs_max: 20_000,
            registrar: RegistrarLimits::default(),
            retry_after: Duration::from_secs(5),
            ping_every: Duration::from_secs(25),
            nonces_max: 100_000,
        }
    }
}

impl UaConfig {
    /// Nobody is known, nobody is allowed.
    #[must_use]
    pub fn closed(realm: &str) -> Self {
        Self {
            realm: realm.to_owned(),
            md5: true,
            users: BTreeMap::new(),
            allow: Vec::new(),
            trunks: Vec::new(),
            advertise: BTreeMap::new(),
            name: "Ringwise".to_owned(),
            limits: UaLimits::default(),
        }
    }

    /// Whether `P-Asserted-Identity` from this address is believed.
    #[must_use]
    pub fn is_trunk(&self, address: IpAddr) -> bool {
        self.trunks.iter().any(|trunk| trunk.contains(address))
    }

    /// Whether this address may invite without proving anything.
    #[must_use]
    pub fn is_allowed(&self, address: IpAddr) -> bool {
        self.is_trunk(address) || self.allow.iter().any(|net| net.contains(address))
    }

    /// `host:port` by which the far end of a flow knows us.
    #[must_use]
    pub fn sent_by(&self, flow: &Flow) -> String {
        let advertised = self.advertise.get(&flow.local);
        advertised.map_or_else(|| flow.local.to_string(), Clone::clone)
    }
}
