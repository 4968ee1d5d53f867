//! How calls leave over a trunk.

use std::net::SocketAddr;
use std::path::PathBuf;

use serde::Deserialize;

use crate::driver::config::password::Shy;
use crate::driver::config::value::Listen;
use crate::machine::trunk::destination;
use crate::machine::trunk::destination::Destination;
use crate::vocabulary::flow::Transport;

/// How calls leave over a trunk: `[trunk.out]`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(try_from = "Written")]
pub struct TrunkOut {
    /// Where INVITEs go, over UDP.
    pub to: SocketAddr,
    /// The number that the called see.
    pub from: String,
    /// Numbers that may be called.
    pub destinations: Vec<Destination>,
    /// Who we are, if the trunk asks.
    pub login: Option<TrunkLogin>,
    /// Calls at once.
    pub calls_max: u32,
    /// Calls begun within a minute.
    pub per_minute: u32,
    /// Calls begun within an hour.
    pub per_hour: u32,
}

/// Who we are to a trunk.
#[derive(Clone, Debug, PartialEq)]
pub struct TrunkLogin {
    /// User name.
    pub user: String,
    /// The only realm that is answered.
    pub realm: String,
    /// The password, or the file whose first line it is.
    pub password: TrunkPassword,
}

/// A password, or where it stands.
#[derive(Clone, Debug, PartialEq)]
pub enum TrunkPassword {
    /// In the configuration.
    Here(Shy),
    /// The first line of a file.
    File(PathBuf),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    to: Listen,
    from: String,
    destinations: Vec<String>,
    user: Option<String>,
    realm: Option<String>,
    password: Option<Shy>,
    password_file: Option<PathBuf>,
    #[serde(default = "ten")]
    calls_max: u32,
    #[serde(default = "thirty")]
    per_minute: u32,
    #[serde(default = "six_hundred")]
    per_hour: u32,
}

const fn ten() -> u32 {
    10
}

const fn thirty() -> u32 {
    30
}

const fn six_hundred() -> u32 {
    600
}

impl TryFrom<Written> for TrunkOut {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        if written.to.transport != Transport::Udp {
            return Err("calls leave over UDP: to = \"udp://203.0.113.10:5060\"".to_owned());
        }
        if !destination::is_callable(&written.from) {
            let from = &written.from;
            return Err(format!(
                "{from:?} is no international number: from = \"+861060000000\""
            ));
        }
        let destinations = written.destinations.iter();
        let destinations = destinations.map(|one| one.parse().map_err(|error| format!("{error}")));
        let destinations: Vec<Destination> = destinations.collect::<Result<_, String>>()?;
        let password = match (written.password, written.password_file) {
            (Some(password), None) => Some(TrunkPassword::Here(password)),
            (None, Some(file)) => Some(TrunkPassword::File(file)),
            (None, None) => None,
            (Some(_), Some(_)) => return Err("give password or password_file".to_owned()),
        };
        let login = match (written.user, written.realm, password) {
            (None, None, None) => None,
            (Some(user), Some(realm), Some(password)) => Some(TrunkLogin {
                user,
                realm,
                password,
            }),
            _ => return Err("a login needs user, realm and a password".to_owned()),
        };
        Ok(Self {
            to: written.to.address,
            from: written.from,
            destinations,
            login,
            calls_max: written.calls_max,
            per_minute: written.per_minute,
            per_hour: written.per_hour,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<TrunkOut, String> {
        toml::from_str(text).map_err(|error| error.message().to_owned())
    }

    const PLAIN: &str = "to = \"udp://203.0.113.10:5060\"\nfrom = \"+861060000000\"\n";

    #[test]
    fn a_way_out_is_read_with_its_limits() {
        let text = format!(
            "{PLAIN}destinations = [\"+86*\"]\nuser = \"u\"\nrealm = \"carrier\"\npassword = \"p\"\nper_minute = 5"
        );
        let out = read(&text).unwrap();
        assert_eq!((out.calls_max, out.per_minute, out.per_hour), (10, 5, 600));
        assert!(out.destinations[0].holds("+861060000002"));
        assert_eq!(out.login.unwrap().realm, "carrier");
    }

    #[test]
    fn mistakes_are_named() {
        let table = [
            (
                format!("{PLAIN}destinations = [\"86*\"]"),
                "\"86*\" is no destination",
            ),
            (
                format!("{PLAIN}destinations = []\nuser = \"u\""),
                "a login needs user, realm and a password",
            ),
            (
                PLAIN.replace("udp", "tcp") + "destinations = []",
                "calls leave over UDP",
            ),
            (
                PLAIN.replace("+8610", "010") + "destinations = []",
                "\"01060000000\"",
            ),
        ];
        for (text, expected) in table {
            let found = read(&text).unwrap_err();
            assert!(
                found.starts_with(expected) || found.contains(expected),
                "{found}"
            );
        }
    }
}
