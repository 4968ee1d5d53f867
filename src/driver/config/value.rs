//! Addresses, networks and zones as they are written.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use serde::Deserialize;

use crate::machine::sip::network::Network;
use crate::machine::sip::timing::RING_LIMIT_S;
use crate::vocabulary::flow::Transport;
use crate::vocabulary::time::Wall;

/// What cannot be read in a value.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ValueError {
    /// Not `udp://` or `tcp://` with an address and a port.
    #[error("{0:?} is not a place to listen, expected udp://ADDRESS:PORT or tcp://ADDRESS:PORT")]
    Listen(String),
    /// Not an address or a network.
    #[error("{0:?} is not a network, expected an address, or one with a prefix like 127.0.0.0/8")]
    Net(String),
    /// Not a range of ports.
    #[error("{0:?} is not a range of ports, expected FIRST-LAST with 1024 <= FIRST < LAST")]
    Ports(String),
    /// Not a time zone.
    #[error("{0:?} is not a time zone, expected a name like Asia/Shanghai")]
    Zone(String),
    /// Not a source of orders.
    #[error(
        "{0:?} is not a source of orders, expected csv:PATH, sqlite:PATH, postgres://USER@HOST/DATABASE, http://HOST or push:"
    )]
    Orders(String),
    /// Not a `PostgreSQL` server. The text may hold a password and is not told.
    #[error(
        "this is not a PostgreSQL server: {0}; expected postgres://USER:PASSWORD@HOST:5432/DATABASE"
    )]
    Server(String),
    /// Not a country code.
    #[error("{0:?} is not a country, expected two capital letters like CN")]
    Country(String),
    /// Not a service level.
    #[error("{0:?} is not a service level, expected PERCENT/SECONDS like 80/20")]
    ServiceLevel(String),
    /// Not a day.
    #[error("{0:?} is not a day, expected one like 2026-12-31")]
    Day(String),
    /// Not an area code.
    #[error("{0:?} is not an area code, expected up to 6 digits without the leading 0")]
    Area(String),
}

macro_rules! read_from_str {
    ($($name:ident),+ $(,)?) => {$(
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                String::deserialize(from)?.parse().map_err(serde::de::Error::custom)
            }
        }
    )+};
}

read_from_str!(
    Listen,
    Net,
    PortRange,
    Zone,
    OrderSource,
    Country,
    Area,
    ServiceLevel,
    Day
);

/// Where to take SIP messages.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Listen {
    /// How they travel.
    pub transport: Transport,
    /// The address and port; port 0: any free one.
    pub address: SocketAddr,
}

impl FromStr for Listen {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let wrong = || ValueError::Listen(text.to_owned());
        let (scheme, address) = text.split_once("://").ok_or_else(wrong)?;
        let transport = match scheme {
            "udp" => Transport::Udp,
            "tcp" => Transport::Tcp,
            _ => return Err(wrong()),
        };
        let address = address.parse().map_err(|_| wrong())?;
        Ok(Self { transport, address })
    }
}

/// A network, as a value of the file.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Net(pub Network);

impl FromStr for Net {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        text.parse()
            .map(Self)
            .map_err(|_| ValueError::Net(text.to_owned()))
    }
}

/// UDP ports for media, first and last included.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct PortRange {
    /// The first.
    pub first: u16,
    /// The last.
    pub last: u16,
}

impl FromStr for PortRange {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let wrong = || ValueError::Ports(text.to_owned());
        let (first, last) = text.split_once('-').ok_or_else(wrong)?;
        let first = first.trim().parse().map_err(|_| wrong())?;
        let last = last.trim().parse().map_err(|_| wrong())?;
        if first < 1024 || last <= first {
            return Err(wrong());
        }
        Ok(Self { first, last })
    }
}

/// A named time zone.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Zone(pub jiff::tz::TimeZone);

impl FromStr for Zone {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let found = jiff::tz::TimeZone::get(text);
        found
            .map(Self)
            .map_err(|_| ValueError::Zone(text.to_owned()))
    }
}

/// Where orders come from.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum OrderSource {
    /// A file of comma-separated values.
    Csv(PathBuf),
    /// A service, by the beginning of its URL.
    Http(String),
    /// A `SQLite` database that another program writes.
    Sqlite(PathBuf),
    /// A `PostgreSQL` database.
    Postgres(Server),
    /// None: other systems tell of orders.
    Push,
}

impl OrderSource {
    /// Whether it is asked by queries.
    #[must_use]
    pub const fn is_database(&self) -> bool {
        matches!(self, Self::Sqlite(_) | Self::Postgres(_))
    }
}

/// A `PostgreSQL` server as its URL. Never printed: it may hold a password.
#[derive(Clone, Eq, PartialEq)]
pub struct Server(String);

impl Server {
    /// How it is connected to.
    #[must_use]
    pub fn config(&self) -> postgres::Config {
        // It was read before.
        self.0.parse().unwrap_or_else(|_| postgres::Config::new())
    }
}

impl FromStr for Server {
    type Err = postgres::Error;

    fn from_str(text: &str) -> Result<Self, postgres::Error> {
        text.parse::<postgres::Config>()?;
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Server")
    }
}

impl FromStr for OrderSource {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        match text.split_once(':') {
            Some(("csv", path)) if !path.is_empty() => Ok(Self::Csv(PathBuf::from(path))),
            Some(("http", rest)) if rest.len() > 2 && rest.starts_with("//") => {
                Ok(Self::Http(text.to_owned()))
            }
            Some(("sqlite", path)) if !path.is_empty() => Ok(Self::Sqlite(PathBuf::from(path))),
            Some(("push", "")) => Ok(Self::Push),
            Some(("postgres" | "postgresql", _)) => {
                let server = text.parse().map(Self::Postgres);
                server.map_err(|error| ValueError::Server(error.to_string()))
            }
            _ => Err(ValueError::Orders(text.to_owned())),
        }
    }
}

/// A country, ISO 3166-1 alpha-2, whose rules complete national numbers.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Country(pub String);

impl FromStr for Country {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let fits = text.len() == 2 && text.bytes().all(|c| c.is_ascii_uppercase());
        if !fits {
            return Err(ValueError::Country(text.to_owned()));
        }
        Ok(Self(text.to_owned()))
    }
}

/// An area code without the leading 0, which completes local numbers; may be empty.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Area(pub String);

impl FromStr for Area {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let digits = text.bytes().all(|c| c.is_ascii_digit());
        if !digits || text.len() > 6 || text.starts_with('0') {
            return Err(ValueError::Area(text.to_owned()));
        }
        Ok(Self(text.to_owned()))
    }
}

/// A part of contacts and the time within which they are to be answered.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ServiceLevel {
    /// 1 to 100.
    pub percent: u8,
    /// At least a second.
    pub within: Duration,
}

impl FromStr for ServiceLevel {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let wrong = || ValueError::ServiceLevel(text.to_owned());
        let (percent, seconds) = text.split_once('/').ok_or_else(wrong)?;
        let percent: u8 = percent.trim().parse().map_err(|_| wrong())?;
        let seconds: u32 = seconds.trim().parse().map_err(|_| wrong())?;
        if !(1..=100).contains(&percent) || seconds == 0 {
            return Err(wrong());
        }
        let within = Duration::from_secs(seconds.into());
        Ok(Self { percent, within })
    }
}

/// A day of the calendar.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Day(pub jiff::civil::Date);

impl FromStr for Day {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        text.parse()
            .map(Self)
            .map_err(|_| ValueError::Day(text.to_owned()))
    }
}

impl Day {
    /// The moment after it in a zone.
    #[must_use]
    pub fn end(self, zone: &jiff::tz::TimeZone) -> Wall {
        let next = self.0.tomorrow().unwrap_or(self.0);
        let start = next.to_zoned(zone.clone());
        let ms = start.map_or(i64::MAX, |start| start.timestamp().as_millisecond());
        Wall::from_ms(ms)
    }
}

/// A number from 0 to 1,000 with up to three digits after its point, in thousandths.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Thousandths(pub u32);

impl<'de> Deserialize<'de> for Thousandths {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let number = f64::deserialize(from)?;
        if !(0.0..=1_000.0).contains(&number) {
            let what = format!("{number} is not a number from 0 to 1000");
            return Err(serde::de::Error::custom(what));
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "it is from 0 to a million"
        )]
        let thousandths = (number * 1_000.0).round() as u32;
        Ok(Self(thousandths))
    }
}

/// How many seats ring at once: 1 to 100.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct AtOnce(pub u32);

impl Default for AtOnce {
    fn default() -> Self {
        Self(1)
    }
}

impl<'de> Deserialize<'de> for AtOnce {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        match u32::deserialize(from)? {
            number @ 1..=100 => Ok(Self(number)),
            number => {
                let what = format!("{number} seats at once: from 1 to 100 can ring");
                Err(serde::de::Error::custom(what))
            }
        }
    }
}

/// How long a seat's phone rings, in seconds: 1 to [`RING_LIMIT_S`], where our user agent gives up.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct RingLimit(pub u32);

impl<'de> Deserialize<'de> for RingLimit {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        match u32::deserialize(from)? {
            seconds @ 1..=RING_LIMIT_S => Ok(Self(seconds)),
            seconds => {
                let what = format!(
                    "a phone cannot ring for {seconds} s: from 1 to {RING_LIMIT_S} s it can"
                );
                Err(serde::de::Error::custom(what))
            }
        }
    }
}

/// How often far ends are asked whether they are there, in seconds: 15 to 3,600, or 0 for never.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct WatchEvery(pub u32);

impl<'de> Deserialize<'de> for WatchEvery {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        match u32::deserialize(from)? {
            seconds @ (0 | 15..=3_600) => Ok(Self(seconds)),
            seconds => {
                let what = format!("every {seconds} s: expected 15 to 3600, or 0 for never");
                Err(serde::de::Error::custom(what))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_holds_the_addresses_of_its_prefix() {
        let inside = |net: &str, one: &str| {
            let net: Net = net.parse().unwrap();
            net.0.contains(one.parse().unwrap())
        };
        assert!(inside("127.0.0.0/8", "127.3.4.5"));
        assert!(inside("127.0.0.0/8", "::ffff:127.0.0.1"));
        assert!(!inside("127.0.0.0/8", "128.0.0.1"));
        assert!(inside("0.0.0.0/0", "1.2.3.4"));
        assert!(!inside("0.0.0.0/0", "::1"));
        assert!(inside("2001:db8::/32", "2001:db8:1::1"));
        assert!(inside("203.0.113.10", "203.0.113.10"));
        assert!(!inside("203.0.113.10", "203.0.113.11"));
    }

    #[test]
    fn wrong_values_say_what_was_expected() {
        assert!("sip://127.0.0.1:5060".parse::<Listen>().is_err());
        assert!("10.0.0.0/33".parse::<Net>().is_err());
        assert!("80-90".parse::<PortRange>().is_err());
        assert!("30000-20000".parse::<PortRange>().is_err());
        assert!("Mars/Olympus".parse::<Zone>().is_err());
        assert!("mysql:x".parse::<OrderSource>().is_err());
        assert!("cn".parse::<Country>().is_err());
        assert!("010".parse::<Area>().is_err());
    }
}
