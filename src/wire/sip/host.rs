//! Hosts: names, IPv4 addresses, IPv6 addresses in brackets.

use std::borrow::Cow;
use std::net::IpAddr;
use std::net::Ipv6Addr;

use crate::wire::sip::grammar::number;

/// The address that a host stands for, brackets or not; `None` for a name.
///
/// Three colons in a row are read as two: an error in RFC 3261's grammar made some phones send
/// them (RFC 5118 section 4.10).
#[must_use]
pub fn host_ip(host: &str) -> Option<IpAddr> {
    if let Some(inner) = host
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
    {
        let v6 = inner.parse::<Ipv6Addr>().ok();
        let v6 = v6.or_else(|| inner.replacen(":::", "::", 1).parse().ok());
        return v6.map(IpAddr::V6);
    }
    host.parse().ok()
}

/// A host as it is written: an IPv6 address gets its brackets. `None` if it is no host.
#[must_use]
pub fn host_text(host: &str) -> Option<Cow<'_, str>> {
    if host.parse::<Ipv6Addr>().is_ok() {
        return Some(Cow::Owned(format!("[{host}]")));
    }
    is_host(host).then_some(Cow::Borrowed(host))
}

/// Splits `host` or `host:port`. `None` unless both are well formed.
#[must_use]
pub fn host_and_port(text: &str) -> Option<(&str, Option<u16>)> {
    let host_len = match text.strip_prefix('[') {
        Some(inner) => inner.find(']')? + 2,
        None => text.find(':').unwrap_or(text.len()),
    };
    let (host, tail) = text.split_at_checked(host_len)?;
    let port = match tail.strip_prefix(':') {
        Some(port) => Some(u16::try_from(number(port, u64::from(u16::MAX))?).ok()?),
        None if tail.is_empty() => None,
        None => return None,
    };
    is_host(host).then_some((host, port))
}

/// True for a name of letters, digits, `-`, `.` and `_` (no letter of the law, but in use), an
/// IPv4 address, or an IPv6 address in brackets.
fn is_host(host: &str) -> bool {
    let named = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
    if host.starts_with('[') {
        return host_ip(host).is_some();
    }
    !host.is_empty() && host.bytes().all(named)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_names_or_addresses() {
        assert_eq!(host_and_port("a-b.c"), Some(("a-b.c", None)));
        assert_eq!(
            host_and_port("192.0.2.1:5060"),
            Some(("192.0.2.1", Some(5060)))
        );
        assert_eq!(host_and_port("[::1]:1"), Some(("[::1]", Some(1))));
        for bad in [
            "",
            ":1",
            "a:",
            "a b",
            "[::1",
            "[a]",
            "[::1]x",
            "[192.0.2.1]",
            "::1",
            "é",
        ] {
            assert_eq!(host_and_port(bad), None, "{bad}");
        }
    }

    #[test]
    fn three_colons_are_read_as_two() {
        let meant = "2001:db8::192.0.2.1".parse().ok();
        assert_eq!(host_ip("[2001:db8:::192.0.2.1]"), meant);
        assert_eq!(host_ip("[2001:db8::192.0.2.1]"), meant);
    }
}
