//! From a file to checked settings.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::ops::Range;
use std::path::Path;
use std::path::PathBuf;

use toml::Spanned;

use crate::driver::config::complaint;
use crate::driver::config::password::Secret;
use crate::driver::config::reach;
use crate::driver::config::secret;
use crate::driver::config::settings::Orders;
use crate::driver::config::settings::Service;
use crate::driver::config::settings::Settings;
use crate::driver::config::token;
use crate::driver::config::token::Grant;
use crate::driver::config::wait_step::WaitStep;
use crate::machine::catalog::Catalog;
use crate::machine::catalog_fault::CatalogError;
use crate::machine::catalog_fault::CatalogFault;
use crate::machine::catalog_fault::Spot;
use crate::machine::wait_step::LAST;
use crate::vocabulary::fault::Fault;
use crate::vocabulary::fault::FaultyFile;
use crate::vocabulary::fault::Span;

/// Longest file that is read, in bytes.
pub const CONFIG_BYTES_MAX: u64 = 1 << 20;

/// Settings, checked, with what follows from them.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// What the file says.
    pub settings: Settings,
    /// Seats, queues and skills.
    pub catalog: Catalog,
    /// How each seat proves itself, by its id.
    pub secrets: BTreeMap<String, Secret>,
    /// The file it was read from, to be read again; none: it stands nowhere.
    pub file: Option<PathBuf>,
    /// Who may use the API besides the administrator.
    pub tokens: Vec<Grant>,
}

/// Why there is no configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A file cannot be read.
    #[error("cannot read {path}: {cause}")]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        cause: io::Error,
    },
    /// What it says is wrong.
    #[error(transparent)]
    Faulty(Box<FaultyFile>),
}

impl Config {
    /// Reads and checks a file.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Unreadable`] is the world's fault, [`ConfigError::Faulty`] its author's.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let text = read_text(path)?;
        let config = Self::read(&path.to_string_lossy(), &text)?;
        Ok(Self {
            file: Some(path.to_owned()),
            ..config
        })
    }

    /// Checks the text of a file called `name`. Only files of passwords and tokens are read.
    ///
    /// # Errors
    ///
    /// As [`Config::load`].
    pub fn read(name: &str, text: &str) -> Result<Self, ConfigError> {
        let faulty = |mut faults: Vec<Fault>| {
            faults.sort_by_key(|fault| fault.span);
            ConfigError::Faulty(Box::new(FaultyFile {
                name: name.to_owned(),
                text: text.to_owned(),
                faults,
            }))
        };
        let settings: Settings =
            toml::from_str(text).map_err(|error| faulty(vec![complaint::of(text, &error)]))?;
        let mut faults = Vec::new();
        let listen = Span {
            start: text.find("listen").unwrap_or(0),
            length: 6,
        };
        if settings.sip.listen.is_empty() {
            let fault = Fault::new(listen, "nowhere to listen");
            faults.push(fault.help("listen = [\"udp://127.0.0.1:5060\"]"));
        }
        faults.extend(reach::fault(&settings, listen));
        faults.extend(orders_fault(text, &settings.orders));
        faults.extend(service_faults(&settings.service));
        faults.extend(settings.webhook.fault(text));
        let steps = settings.queue.iter().flat_map(|queue| &queue.steps);
        faults.extend(steps.filter_map(WaitStep::fault));
        let secrets = secret::read(&settings.seat, read_text, &mut faults)?;
        faults.extend(secret::number_faults(&settings));
        let ids = settings.seat.iter().map(|seat| seat.id.get_ref().as_str());
        let tokens = token::grants(&settings.token, &ids.collect(), read_text, &mut faults)?;
        let centre = &settings.centre;
        let seats = settings.seat.iter();
        let seats = seats.map(|seat| seat.entry(&centre.zone.0)).collect();
        let queues = settings.queue.iter();
        let queues = queues.map(|queue| queue.entry(centre.policy)).collect();
        match Catalog::new(seats, queues) {
            Ok(catalog) if faults.is_empty() => Ok(Self {
                settings,
                catalog,
                secrets,
                file: None,
                tokens,
            }),
            Ok(_) => Err(faulty(faults)),
            Err(found) => {
                let told = found.iter().map(|fault| {
                    let told = catalog_fault(fault, &settings);
                    complaint::at_skill(text, fault, told)
                });
                faults.extend(told);
                Err(faulty(faults))
            }
        }
    }
}

impl Default for Config {
    /// Every key at its default: no seats, no queues.
    fn default() -> Self {
        Self {
            settings: Settings::default(),
            catalog: Catalog::default(),
            secrets: BTreeMap::new(),
            file: None,
            tokens: Vec::new(),
        }
    }
}

/// Each service has a name of its own, and either a URL or a database with a query.
fn service_faults(services: &[Service]) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut known = std::collections::BTreeSet::new();
    for service in services {
        let at = span(service.name.span());
        let name = service.name.get_ref();
        if !known.insert(name) || name.is_empty() || name == "caller" {
            let what = format!("{name:?} cannot name this service");
            faults.push(Fault::new(at, what).help("give each service a name of its own"));
        }
        let database = service.database.as_ref();
        let sound = match (&service.url, database, &service.query) {
            (Some(url), None, None) => {
                (url.starts_with("http://")) && service.parameters.is_empty()
            }
            (None, Some(database), Some(_)) => {
                database.is_database() && service.token_file.is_none()
            }
            _ => false,
        };
        if !sound {
            let what = format!("the service {name} is neither a URL nor a query");
            let help = "give it url = \"http://…\", or database = \"sqlite:PATH\" or \"postgres://…\" with query = \"SELECT …\"";
            faults.push(Fault::new(at, what).help(help));
        }
    }
    faults
}

/// A database needs its queries, and nothing else takes them.
fn orders_fault(text: &str, orders: &Orders) -> Option<Fault> {
    let queries = [
        ("by_phone", orders.by_phone.is_some()),
        ("by_order", orders.by_order.is_some()),
    ];
    let database = orders.source.is_database();
    let (key, _) = queries.into_iter().find(|(_, given)| *given != database)?;
    let section = text.find("[orders]").unwrap_or(0);
    let place = |key: &str| text.get(section..)?.find(key).map(|at| section + at);
    if !database {
        let start = place(key).unwrap_or(section);
        let fault = Fault::new(
            Span {
                start,
                length: key.len(),
            },
            "only a database takes queries",
        );
        return Some(
            fault.help("take it out, or set source = \"sqlite:PATH\" or \"postgres://…\""),
        );
    }
    let start = place("source").unwrap_or(section);
    let what = format!("a database of orders needs the query `{key}`");
    let fault = Fault::new(
        Span {
            start,
            length: "source".len(),
        },
        what,
    );
    let help = match key {
        "by_phone" => {
            "by_phone = \"SELECT … AS customer_id, … AS order_id FROM … WHERE phone = $1\""
        }
        _ => {
            "by_order = \"SELECT … AS customer_id, … AS order_id FROM … WHERE order_id LIKE '%' || $1\""
        }
    };
    Some(fault.help(help))
}

fn read_text(path: &Path) -> Result<String, ConfigError> {
    let unreadable = |cause| ConfigError::Unreadable {
        path: path.to_owned(),
        cause,
    };
    let length = fs::metadata(path).map_err(unreadable)?.len();
    if length > CONFIG_BYTES_MAX {
        let cause = format!("{length} bytes, at most {CONFIG_BYTES_MAX} are read");
        return Err(unreadable(io::Error::new(
            io::ErrorKind::FileTooLarge,
            cause,
        )));
    }
    fs::read_to_string(path).map_err(unreadable)
}

fn span(range: Range<usize>) -> Span {
    Span::between(range.start, range.end)
}

fn catalog_fault(fault: &CatalogFault, settings: &Settings) -> Fault {
    let step = |queue: usize, at: usize| settings.queue.get(queue)?.steps.get(at);
    let at = match fault.spot {
        Spot::Seat(at) => settings.seat.get(at).map(|seat| seat.id.span()),
        Spot::SeatQueue(at, place) => {
            let queues = settings.seat.get(at).map(|seat| &seat.queues);
            let queue = queues.and_then(|queues| queues.get(place));
            queue.map(|queue| queue.span())
        }
        Spot::SeatFirst(at, place) => {
            let first = settings.seat.get(at).map(|seat| &seat.first);
            let queue = first.and_then(|first| first.get(place));
            queue.map(Spanned::span)
        }
        Spot::Queue(at) => settings.queue.get(at).map(|queue| queue.name.span()),
        Spot::QueueNeed(at, part) => {
            let need = settings.queue.get(at).and_then(|queue| queue.need.as_ref());
            need.map(|need| within(need, part))
        }
        Spot::Step(queue, at) => {
            let named = step(queue, at).and_then(|step| step.seats.first());
            let need = step(queue, at).and_then(|step| step.need.as_ref());
            let whole = || settings.queue.get(queue).map(|queue| queue.name.span());
            need.or(named).map(Spanned::span).or_else(whole)
        }
        Spot::StepNeed(queue, at, part) => {
            let need = step(queue, at).and_then(|step| step.need.as_ref());
            need.map(|need| within(need, part))
        }
        Spot::StepSeat(queue, at, place) => {
            // The word `last` is none of the seats.
            let seats = step(queue, at).map(|step| &step.seats);
            let mut seats = seats.into_iter().flatten();
            let seat = seats
                .by_ref()
                .filter(|seat| seat.get_ref() != LAST)
                .nth(place);
            seat.map(Spanned::span)
        }
    };
    let written = Fault::new(at.map_or(Span::default(), span), fault.error.to_string());
    let wrong = match &fault.error {
        CatalogError::UnknownQueue(wrong)
        | CatalogError::UnknownSkill(wrong)
        | CatalogError::UnknownGroup(wrong)
        | CatalogError::UnknownSeat(wrong) => wrong,
        CatalogError::SeatTwice(_)
        | CatalogError::QueueTwice(_)
        | CatalogError::BadName(_)
        | CatalogError::TakenName(_)
        | CatalogError::BadLevel(..)
        | CatalogError::Need(_)
        | CatalogError::NeedAndSeats
        | CatalogError::FirstUnserved(_)
        | CatalogError::Endless
        | CatalogError::IdleReserve(_)
        | CatalogError::PoliciesDiffer(..)
        | CatalogError::TooMany { .. } => return written,
    };
    written.nearest(wrong, fault.known.iter().map(String::as_str))
}

/// A part of a text that stands in quotes.
fn within(text: &Spanned<String>, part: Span) -> Range<usize> {
    let start = text.span().start + 1 + part.start;
    start..(start + part.length).min(text.span().end)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn fault_of(text: &str) -> String {
        match Config::read("ringwise.toml", text) {
            Err(error @ ConfigError::Faulty(_)) => error.to_string(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn an_empty_file_is_all_defaults() {
        let config = Config::read("ringwise.toml", "").unwrap();
        assert_eq!(config, Config::default());
        assert_eq!(config.settings.sip.listen.len(), 2);
        assert_eq!(config.settings.media.ports.last, 29_999);
        assert_eq!(
            config.settings.centre.zone.0.iana_name(),
            Some("Asia/Shanghai")
        );
    }

    #[test]
    fn a_whole_file_is_read() {
        let text = r#"
data_dir = "/var/lib/ringwise"
[media]
advertise = "203.0.113.9"
ports = "40000-40100"
[[trunk]]
name = "carrier"
hosts = ["203.0.113.10"]
[[queue]]
name = "after-sales"
need = "refund >= 3"
ring_s = 12
[[seat]]
id = "1001"
name = "Li Na"
password = "secret"
skills = { refund = 5, "lang.zh" = 5 }
queues = ["after-sales"]
site = "beijing"
[[seat]]
id = "1002"
ha1 = { md5 = "0123456789abcdef0123456789abcdef" }
"#;
        let config = Config::read("ringwise.toml", text).unwrap();
        let queue = config.catalog.queue_setups().next().unwrap();
        assert_eq!(queue.ring, Duration::from_secs(12));
        assert_eq!(queue.wrap_up, Duration::from_secs(30));
        assert_eq!(config.catalog.queues()[0].need, "refund >= 3");
        assert_eq!(
            config.secrets["1001"],
            Secret::Password("secret".to_owned())
        );
        assert!(matches!(config.secrets["1002"], Secret::Ha1(_)));
    }

    #[test]
    fn mistakes_are_named_with_line_and_column() {
        let table = [
            (
                "[sip]\nrelm = \"x\"",
                "ringwise.toml:2:1: unknown key `relm` (did you mean `realm`?)",
            ),
            (
                "drain_s = \"x\"",
                "ringwise.toml:1:11: `drain_s` is \"x\", expected a number of seconds such as 15",
            ),
            (
                "[[seat]]\nid = \"1\"\npassword = \"x\"\nskills = { sales = 3, refund = 11 }",
                "ringwise.toml:4:23: ",
            ),
            (
                "[sip]\nmd5 = \"yes\"",
                "ringwise.toml:2:7: `md5` is \"yes\", expected true or false, without quotes",
            ),
            (
                "[media]\nports = \"5\"",
                "ringwise.toml:2:9: \"5\" is not a range of ports, expected FIRST-LAST with 1024 <= FIRST < LAST",
            ),
            (
                "[[queue]]\nname = \"sales\"\n[[seat]]\nid = \"1\"\npassword = \"x\"\nqueues = [\"sale\"]",
                "ringwise.toml:6:11: no queue is called \"sale\" (did you mean `sales`?)",
            ),
            (
                "[[queue]]\nname = \"a\"\n[[seat]]\nid = \"1\"\npassword = \"x\"\nfirst = [\"a\"]",
                "ringwise.toml:6:10: this seat does not serve queue \"a\": add it to its queues, or leave it out here",
            ),
            (
                "[[queue]]\nname = \"sales\"\nneed = \"a >= 1 and b >= 99\"",
                "ringwise.toml:3:25: \"99\" is not a level of 1 to 10, expected terms like \"refund >= 3 and lang.zh >= 1\"",
            ),
            (
                "[[seat]]\nid = \"1\"",
                "ringwise.toml:2:6: seat 1 proves itself in no single way (give one of password, password_file, ha1, or the number of a telephone)",
            ),
            (
                "[[queue]]\nname = \"sales\"\nring_s = 0",
                "ringwise.toml:3:10: a phone cannot ring for 0 s: from 1 to 180 s it can",
            ),
            (
                "[[queue]]\nname = \"sales\"\nsteps = [{ prefer = \"least_busy\", weights = { a = 1 } }]",
                "ringwise.toml:3:21: a step has `prefer` or `weights`, not both (leave out one of them)",
            ),
            (
                "[sip]\nwatch_s = 5",
                "ringwise.toml:2:11: every 5 s: expected 15 to 3600, or 0 for never",
            ),
            (
                "[sip]\nlisten = []",
                "ringwise.toml:2:1: nowhere to listen (listen = [\"udp://127.0.0.1:5060\"])",
            ),
            (
                "[centre]\nlanguages = [\"fr\"]",
                "ringwise.toml:2:14: unknown value `fr` (expected one of: en, zh-CN)",
            ),
            (
                "[recording]\nkeep_days = 3",
                "ringwise.toml:1:2: unknown key `recording`",
            ),
        ];
        for (text, expected) in table {
            let found = fault_of(text);
            assert!(found.starts_with(expected), "{text}\n{found}\n{expected}");
        }
    }

    #[test]
    fn a_missing_password_file_is_the_worlds_fault() {
        let text = "[[seat]]\nid = \"1\"\npassword_file = \"/nowhere/at/all\"";
        let error = Config::read("ringwise.toml", text).unwrap_err();
        assert!(matches!(error, ConfigError::Unreadable { .. }));
    }
}
