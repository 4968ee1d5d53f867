//! The whole of `ringwise.toml`, every key with its default.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::net::Ipv4Addr;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use jiff::tz::TimeZone;
use serde::Deserialize;
use toml::Spanned;

use crate::driver::config::callback::Callback;
use crate::driver::config::health::Health;
use crate::driver::config::hours::QueueHours;
use crate::driver::config::seat::Seat;
use crate::driver::config::token::Token;
use crate::driver::config::trunk_out::TrunkOut;
use crate::driver::config::value::Area;
use crate::driver::config::value::AtOnce;
use crate::driver::config::value::Country;
use crate::driver::config::value::Listen;
use crate::driver::config::value::Net;
use crate::driver::config::value::OrderSource;
use crate::driver::config::value::PortRange;
use crate::driver::config::value::RingLimit;
use crate::driver::config::value::ServiceLevel;
use crate::driver::config::value::Thousandths;
use crate::driver::config::value::WatchEvery;
use crate::driver::config::value::Zone;
use crate::driver::config::wait_step::WaitStep;
use crate::driver::config::webhook::Webhook;
use crate::driver::dscp::Dscp;
use crate::machine::acd::policy::Policy;
use crate::machine::catalog::QueueEntry;
use crate::vocabulary::flow::Transport;
use crate::vocabulary::language::Language;

/// What the file says.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Journal, database, learned models, logs, `admin.token`.
    pub data_dir: PathBuf,
    /// How long a drain waits for calls to end, in seconds.
    pub drain_s: u32,
    /// The centre as a whole.
    pub centre: Centre,
    /// How numbers become E.164.
    pub numbers: Numbers,
    /// Signalling.
    pub sip: Sip,
    /// Sound.
    pub media: Media,
    /// Pages and API.
    pub http: Http,
    /// Where dialplans are.
    pub dialplans: Dialplans,
    /// Where banks are.
    pub banks: Banks,
    /// Where prompts are.
    pub prompts: Prompts,
    /// Where orders are.
    pub orders: Orders,
    /// What dialplans may ask.
    pub service: Vec<Service>,
    /// Where notices are sent.
    pub webhook: Webhook,
    /// How promises to call back are kept.
    pub callback: Callback,
    /// What a seat's phone must do to be given calls.
    pub health: Health,
    /// Who calls in without registering.
    pub trunk: Vec<Trunk>,
    /// Queues.
    pub queue: Vec<Queue>,
    /// Seats.
    pub seat: Vec<Seat>,
    /// Who may use the API besides the administrator.
    pub token: Vec<Token>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            data_dir: PathBuf::from("data"),
            drain_s: 3600,
            centre: Centre::default(),
            numbers: Numbers::default(),
            sip: Sip::default(),
            media: Media::default(),
            http: Http::default(),
            dialplans: Dialplans::default(),
            banks: Banks::default(),
            prompts: Prompts::default(),
            orders: Orders::default(),
            service: Vec::new(),
            webhook: Webhook::default(),
            callback: Callback::default(),
            health: Health::default(),
            trunk: Vec::new(),
            queue: Vec::new(),
            seat: Vec::new(),
            token: Vec::new(),
        }
    }
}

/// `[centre]`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Centre {
    /// The zone of clock times that are spoken.
    pub zone: Zone,
    /// Languages that every shipped text needs; the first is the default.
    pub languages: Vec<Language>,
    /// How free seats are shared among queues that do not say.
    pub policy: Policy,
}

impl Default for Centre {
    fn default() -> Self {
        let shanghai = TimeZone::get("Asia/Shanghai");
        Self {
            zone: Zone(shanghai.unwrap_or(TimeZone::UTC)),
            languages: vec![Language::Mandarin, Language::English],
            policy: Policy::default(),
        }
    }
}

/// `[numbers]`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Numbers {
    /// Whose rules complete national numbers.
    pub country: Country,
    /// What completes local numbers.
    pub area: Area,
}

impl Default for Numbers {
    fn default() -> Self {
        Self {
            country: Country("CN".to_owned()),
            area: Area("10".to_owned()),
        }
    }
}

/// `[sip]`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Sip {
    /// Where to take messages.
    pub listen: Vec<Listen>,
    /// The host that far ends outside `local_nets` are told; empty: the listening address.
    pub advertise: String,
    /// Networks that are told the listening address.
    pub local_nets: Vec<Net>,
    /// The realm of our challenges.
    pub realm: String,
    /// Whether MD5 is offered after SHA-256.
    pub md5: bool,
    /// Who may call in without registering and without a trunk.
    pub allow: Vec<Net>,
    /// What marks signalling for the network; 0: nothing.
    pub dscp: Dscp,
    /// How often the far end of a call without a session timer is asked whether it is there.
    pub watch_s: WatchEvery,
}

impl Default for Sip {
    fn default() -> Self {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 5060));
        let listen = [Transport::Udp, Transport::Tcp];
        let loopback: Vec<Net> = "127.0.0.0/8".parse().into_iter().collect();
        Self {
            listen: listen
                .map(|transport| Listen { transport, address })
                .to_vec(),
            advertise: String::new(),
            local_nets: loopback.clone(),
            realm: "ringwise".to_owned(),
            md5: true,
            allow: loopback,
            dscp: Dscp::SIGNALLING,
            watch_s: WatchEvery(900),
        }
    }
}

/// `[media]`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Media {
    /// The address that packets come to and leave from.
    pub address: IpAddr,
    /// The address that descriptions name instead; none: `address`.
    #[serde(deserialize_with = "empty_is_none")]
    pub advertise: Option<IpAddr>,
    /// UDP ports, one per leg.
    pub ports: PortRange,
    /// Media threads; 0: cores - 1, at least 1.
    pub threads: u16,
    /// What marks sound for the network; 0: nothing.
    pub dscp: Dscp,
}

impl Default for Media {
    fn default() -> Self {
        Self {
            address: IpAddr::V4(Ipv4Addr::LOCALHOST),
            advertise: None,
            ports: PortRange {
                first: 20_000,
                last: 29_999,
            },
            threads: 0,
            dscp: Dscp::VOICE,
        }
    }
}

fn empty_is_none<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<IpAddr>, D::Error> {
    let text = String::deserialize(from)?;
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(serde::de::Error::custom)
}

/// `[http]`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Http {
    /// Where the API and the pages are.
    pub listen: SocketAddr,
}

impl Default for Http {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
        }
    }
}

/// `[dialplans]`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Dialplans {
    /// A folder of `*.yaml`.
    pub dir: PathBuf,
}

impl Default for Dialplans {
    fn default() -> Self {
        Self {
            dir: PathBuf::from("dialplans"),
        }
    }
}

/// `[banks]`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Banks {
    /// A folder of `*.yaml`.
    pub dir: PathBuf,
}

impl Default for Banks {
    fn default() -> Self {
        Self {
            dir: PathBuf::from("banks"),
        }
    }
}

/// `[prompts]`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Prompts {
    /// The prompt library.
    pub dir: PathBuf,
    /// Speaks text that no fragment covers; empty: such text is skipped.
    pub command: String,
}

impl Default for Prompts {
    fn default() -> Self {
        Self {
            dir: PathBuf::from("prompts"),
            command: String::new(),
        }
    }
}

/// `[orders]`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Orders {
    /// Where they come from.
    pub source: OrderSource,
    /// Of a database: rows of all customers with a number.
    pub by_phone: Option<String>,
    /// Of a database: rows of all orders that end in digits.
    pub by_order: Option<String>,
    /// So long an answer of a database or a service is given again; 0: never.
    pub cache_s: u32,
    /// A file older than this is told to nobody; 0: no file is too old.
    pub stale_s: u32,
}

impl Default for Orders {
    fn default() -> Self {
        Self {
            source: OrderSource::Csv(PathBuf::from("examples/orders.csv")),
            by_phone: None,
            by_order: None,
            cache_s: 0,
            stale_s: 0,
        }
    }
}

/// `[[service]]`: over HTTP, or a query to a database.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// Its name in dialplans.
    pub name: Spanned<String>,
    /// Where JSON is posted to.
    pub url: Option<String>,
    /// A file whose first line is a bearer token for it.
    pub token_file: Option<PathBuf>,
    /// Or a database: `sqlite:PATH`, `postgres://…`.
    pub database: Option<OrderSource>,
    /// What that is asked.
    pub query: Option<String>,
    /// The parameters of the query: names of the step's `with`, in their order.
    #[serde(default)]
    pub parameters: Vec<String>,
    /// So long an answer is given again; 0: never.
    #[serde(default)]
    pub cache_s: u32,
}

/// `[[trunk]]`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trunk {
    /// Its name.
    pub name: String,
    /// Where its messages come from. Its P-Asserted-Identity is believed.
    pub hosts: Vec<Net>,
    /// How calls leave over it; without it none do.
    pub out: Option<TrunkOut>,
}

/// `[[queue]]`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Queue {
    /// Its name.
    pub name: Spanned<String>,
    /// What every contact in it needs of a seat.
    pub need: Option<Spanned<String>>,
    /// How long a seat rings.
    pub ring_s: Option<RingLimit>,
    /// After-call work.
    pub wrap_up_s: Option<u32>,
    /// How many contacts may wait; one more is let in only if a ready seat takes it at once.
    pub waiting_max: Option<u32>,
    /// How often a waiting contact hears its position; 0: never.
    pub announce_s: Option<u32>,
    /// When it takes contacts; always without.
    pub hours: Option<QueueHours>,
    /// Whom its contacts ask for one after the other.
    #[serde(default)]
    pub steps: Vec<WaitStep>,
    /// How fast priority rises, in levels a minute.
    pub ageing: Option<Thousandths>,
    /// How free seats are shared among queues.
    pub policy: Option<Policy>,
    /// What a minute's wait costs here against other queues.
    pub weight: Option<Thousandths>,
    /// The part of contacts and the seconds within which they are to be answered.
    pub service_level: Option<ServiceLevel>,
    /// How many ready seats are kept for its own contacts.
    #[serde(default)]
    pub reserve: u32,
    /// How many seats ring at once for one contact, as far as nobody else needs them.
    #[serde(default)]
    pub ring_at_once: AtOnce,
    /// What a seat hears before it is bridged, by language.
    #[serde(default)]
    pub whisper: BTreeMap<Language, String>,
}

impl Queue {
    /// As the catalog takes it; `policy` is the centre's.
    #[must_use]
    pub fn entry(&self, policy: Policy) -> QueueEntry {
        let seconds = |given: Option<u32>, else_: Duration| {
            given.map_or(else_, |s| Duration::from_secs(u64::from(s)))
        };
        let plain = QueueEntry::named(self.name.get_ref());
        let need = self.need.as_ref().map(|need| need.get_ref().clone());
        QueueEntry {
            need: need.unwrap_or_default(),
            ring: seconds(self.ring_s.map(|ring| ring.0), plain.ring),
            wrap_up: seconds(self.wrap_up_s, plain.wrap_up),
            waiting_max: self.waiting_max.unwrap_or(plain.waiting_max),
            announce_every: seconds(self.announce_s, plain.announce_every),
            hours: self.hours.as_ref().map(|hours| hours.0.clone()),
            steps: self.steps.iter().map(WaitStep::entry).collect(),
            ageing: self.ageing.map_or(plain.ageing, |ageing| ageing.0),
            policy: self.policy.unwrap_or(policy),
            weight: self.weight.map_or(plain.weight, |weight| weight.0),
            target: self
                .service_level
                .map_or(plain.target, |level| level.within),
            reserve: self.reserve,
            ring_at_once: self.ring_at_once.0,
            whisper: self.whisper.clone(),
            ..plain
        }
    }
}
