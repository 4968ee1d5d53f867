//! What a user agent is told once: who we are, whom we trust, how much we hold.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::net::Ipv4Addr;
use std::net::Ipv6Addr;
use std::net::SocketAddr;
use std::time::Duration;

use crate::machine::sip::network::Network;
use crate::machine::sip::registrar::RegistrarLimits;
use crate::vocabulary::flow::Flow;
use crate::wire::sip::digest::Algorithm;
use crate::wire::sip::digest::Secret;

/// What a user agent is told once.
#[derive(Clone, Debug)]
pub struct UaConfig {
    /// The realm of our challenges, and the only one in which users prove themselves.
    pub realm: String,
    /// Whether MD5 is offered beside SHA-256 (RFC 8760).
    pub md5: bool,
    /// Who may register: user part of the address of record and its secret in our realm.
    pub users: BTreeMap<String, Secrets>,
    /// Who may invite without proving anything.
    pub allow: Vec<Network>,
    /// As `allow`; their `P-Asserted-Identity` is believed too.
    pub trunks: Vec<Network>,
    /// `host:port` to put into Via and Contact instead of the listening address. One for an
    /// unspecified address (`0.0.0.0`) stands for all of its port.
    pub advertise: BTreeMap<SocketAddr, String>,
    /// Networks that are told the listening address itself.
    pub local_nets: Vec<Network>,
    /// Value of `User-Agent` and `Server`.
    pub name: String,
    /// How often the far end of an answered leg without a session timer is asked whether it is
    /// still there; zero: never.
    pub watch_every: Duration,
    /// How much we hold at once.
    pub limits: UaLimits,
}

/// A user's password as the hashes that answers are checked against.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Secrets {
    /// Of `user:realm:password` by MD5.
    pub md5: Secret,
    /// Of the same by SHA-256.
    pub sha256: Secret,
}

impl Secrets {
    /// The hashes of a password in clear.
    #[must_use]
    pub fn of(user: &str, realm: &str, password: &str) -> Self {
        Self {
            md5: Secret::new(Algorithm::Md5, user, realm, password),
            sha256: Secret::new(Algorithm::Sha256, user, realm, password),
        }
    }
}

/// How much a user agent holds at once. Beyond it new requests get 503 with `Retry-After`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct UaLimits {
    /// Server transactions, finished ones included. Calls under way are served up to twice
    /// this.
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
            local_nets: Vec::new(),
            name: "Ringwise".to_owned(),
            watch_every: Duration::ZERO,
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
        let is_near = self
            .local_nets
            .iter()
            .any(|net| net.contains(flow.remote.ip()));
        let all = match flow.local {
            SocketAddr::V4(_) => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
            SocketAddr::V6(_) => IpAddr::V6(Ipv6Addr::UNSPECIFIED),
        };
        let all = SocketAddr::new(all, flow.local.port());
        let listed = self.advertise.get(&flow.local);
        let advertised = listed.or_else(|| self.advertise.get(&all));
        let advertised = advertised.filter(|_| !is_near);
        advertised.map_or_else(|| flow.local.to_string(), Clone::clone)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vocabulary::flow::Transport;

    #[test]
    fn an_advertised_name_of_all_addresses_is_told_to_far_ends_only() {
        let mut config = UaConfig::closed("ringwise");
        config.local_nets = vec!["10.0.0.0/8".parse().unwrap()];
        let all = ([0, 0, 0, 0], 5060).into();
        config.advertise.insert(all, "sip.example:5060".to_owned());
        let told = |local: [u8; 4], remote: [u8; 4]| {
            config.sent_by(&Flow {
                transport: Transport::Udp,
                local: (local, 5060).into(),
                remote: (remote, 5060).into(),
            })
        };
        assert_eq!(told([10, 0, 0, 1], [192, 0, 2, 9]), "sip.example:5060");
        assert_eq!(told([10, 0, 0, 1], [10, 0, 0, 9]), "10.0.0.1:5060");
    }
}
