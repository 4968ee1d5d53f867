//! Whether everybody who can call can be sent sound: listening addresses against the media's.

use std::net::IpAddr;

use crate::driver::config::settings::Settings;
use crate::vocabulary::fault::Fault;
use crate::vocabulary::fault::Span;

/// What is wrong between `[sip] listen` and `[media] address`: callers that signalling reaches and
/// packets do not. `at` is where `listen` stands.
#[must_use]
pub fn fault(settings: &Settings, at: Span) -> Option<Fault> {
    let media = &settings.media;
    if media.advertise.is_some() {
        return None;
    }
    let listens = settings.sip.listen.iter();
    let deaf = listens
        .map(|listen| listen.address)
        .find(|address| !reaches(media.address, address.ip()))?;
    let what = format!(
        "callers reach {deaf}, but would be told to send their sound to {}",
        media.address
    );
    let way_out = if deaf.is_ipv6() || media.address.is_ipv6() {
        "[media] address = \"::\" takes packets over IPv4 and IPv6"
    } else {
        "[media] address = \"0.0.0.0\": far ends are told the address that they signalled to"
    };
    Some(Fault::new(at, what).help(way_out))
}

/// Whether whoever signals to `listen` can send packets to `media`.
fn reaches(media: IpAddr, listen: IpAddr) -> bool {
    match media {
        IpAddr::V6(media) if media.is_unspecified() => true,
        _ if media.is_ipv4() != listen.is_ipv4() => false,
        IpAddr::V4(_) | IpAddr::V6(_) => !media.is_loopback() || listen.is_loopback(),
    }
}

#[cfg(test)]
mod tests {
    use crate::driver::config::reading::Config;

    #[test]
    fn a_centre_that_could_not_be_heard_is_refused() {
        let table = [
            ("127.0.0.1:5060", "127.0.0.1", ""),
            ("[::1]:5060", "::", ""),
            ("127.0.0.1:5060", "::", ""),
            ("0.0.0.0:5060", "0.0.0.0", ""),
            ("192.0.2.1:5060", "192.0.2.1", ""),
            ("192.0.2.1:5060", "0.0.0.0", ""),
            ("[::1]:5060", "127.0.0.1", "address = \"::\""),
            ("[::]:5060", "0.0.0.0", "address = \"::\""),
            ("127.0.0.1:5060", "::1", "address = \"::\""),
            ("0.0.0.0:5060", "127.0.0.1", "address = \"0.0.0.0\""),
            ("192.0.2.1:5060", "127.0.0.1", "address = \"0.0.0.0\""),
        ];
        for (listen, media, help) in table {
            let text =
                format!("[sip]\nlisten = [\"udp://{listen}\"]\n[media]\naddress = \"{media}\"\n");
            let said = Config::read("r.toml", &text)
                .map_or_else(|error| error.to_string(), |_| String::new());
            assert_eq!(said.is_empty(), help.is_empty(), "{listen} {media}: {said}");
            assert!(
                said.is_empty() || said.starts_with("r.toml:2:1: callers reach"),
                "{said}"
            );
            assert!(said.contains(help), "{listen} {media}: {said}");
            let advertised = format!("{text}advertise = \"203.0.113.9\"\n");
            assert!(Config::read("r.toml", &advertised).is_ok());
        }
    }
}
