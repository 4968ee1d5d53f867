//! When two URIs mean the same (RFC 3261 section 19.1.4, RFC 3966 section 4).

use crate::wire::sip::uri::Scheme;
use crate::wire::sip::uri::Uri;

/// Parameters that must stand in both URIs or in neither.
const NEVER_IGNORED: [&str; 5] = ["user", "ttl", "method", "maddr", "transport"];

/// True if a registrar or a user agent takes both for the same. Not transitive: a parameter
/// that stands in one only is mostly ignored. Schemes that we do not know are compared byte by
/// byte.
#[must_use]
pub fn equivalent(a: &Uri, b: &Uri) -> bool {
    if a == b || a.scheme() != b.scheme() {
        return a == b;
    }
    match a.scheme() {
        Scheme::Sip | Scheme::Sips => same_sip(a, b),
        Scheme::Tel => same_tel(a, b),
        Scheme::Other => false,
    }
}

fn same_sip(a: &Uri, b: &Uri) -> bool {
    let user = |uri: &Uri| uri.raw_user().map(canonical);
    let password = |uri: &Uri| uri.raw_password().map(canonical);
    user(a) == user(b)
        && password(a) == password(b)
        && same_host(a, b)
        && a.port() == b.port()
        && params_agree(a, b)
        && params_agree(b, a)
        && headers_of(a) == headers_of(b)
}

fn same_host(a: &Uri, b: &Uri) -> bool {
    match (a.ip(), b.ip()) {
        (None, None) => a.host().eq_ignore_ascii_case(b.host()),
        (a, b) => a == b,
    }
}

/// True if each parameter of `a` is the same in `b`, or absent there and of no weight.
fn params_agree(a: &Uri, b: &Uri) -> bool {
    a.params().all(|(name, value)| {
        let name = folded(name);
        let mut others = b.params().filter(|(other, _)| folded(other) == name);
        match others.next() {
            Some((_, other)) => value.map(folded) == other.map(folded),
            None => !NEVER_IGNORED.contains(&name.as_str()),
        }
    })
}

/// Headers after `?` in a fixed order.
fn headers_of(uri: &Uri) -> Vec<(String, String)> {
    let headers = uri.headers().unwrap_or_default().split('&');
    let mut pairs: Vec<_> = headers
        .filter(|header| !header.is_empty())
        .map(|header| header.split_once('=').unwrap_or((header, "")))
        .map(|(name, value)| (folded(name), canonical(value)))
        .collect();
    pairs.sort();
    pairs
}

fn same_tel(a: &Uri, b: &Uri) -> bool {
    let number = |uri: &Uri| {
        let written = uri.raw_user().unwrap_or_default();
        let digits = written
            .chars()
            .filter(|c| !matches!(c, '-' | '.' | '(' | ')'));
        digits.collect::<String>().to_ascii_lowercase()
    };
    let params = |uri: &Uri| {
        let params = uri.params();
        let mut pairs: Vec<_> = params
            .map(|(name, value)| (folded(name), value.map(folded)))
            .collect();
        pairs.sort();
        pairs
    };
    number(a) == number(b) && params(a) == params(b)
}

fn folded(text: &str) -> String {
    canonical(text).to_ascii_lowercase()
}

/// Resolves escapes of unreserved characters, which mean the same either way, and writes the
/// others in upper case.
fn canonical(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut parts = text.split('%');
    kept.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let (digits, rest) = part.split_at_checked(2).unwrap_or((part, ""));
        match u8::from_str_radix(digits, 16).map(char::from) {
            Ok(c) if c.is_ascii_alphanumeric() || "-_.!~*'()".contains(c) => kept.push(c),
            _ => {
                kept.push('%');
                kept.push_str(&digits.to_ascii_uppercase());
            }
        }
        kept.push_str(rest);
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pairs of RFC 3261 section 19.1.4, and some of ours.
    #[test]
    fn the_examples_of_the_rfc_come_out() {
        for (a, b, same) in [
            (
                "sip:%61lice@atlanta.com;transport=TCP",
                "sip:alice@AtLanTa.CoM;Transport=tcp",
                true,
            ),
            (
                "sip:carol@chicago.com",
                "sip:carol@chicago.com;newparam=5",
                true,
            ),
            (
                "sip:carol@chicago.com;security=on",
                "sip:carol@chicago.com;newparam=5",
                true,
            ),
            (
                "sip:carol@chicago.com;security=on",
                "sip:carol@chicago.com;security=off",
                false,
            ),
            (
                "sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com",
                "sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com",
                true,
            ),
            (
                "sip:alice@atlanta.com?subject=project%20x&priority=urgent",
                "sip:alice@atlanta.com?priority=urgent&subject=project%20x",
                true,
            ),
            (
                "SIP:ALICE@AtLanTa.CoM;Transport=udp",
                "sip:alice@AtLanTa.CoM;Transport=UDP",
                false,
            ),
            ("sip:bob@biloxi.com", "sip:bob@biloxi.com:5060", false),
            (
                "sip:bob@biloxi.com",
                "sip:bob@biloxi.com;transport=udp",
                false,
            ),
            (
                "sip:bob@biloxi.com",
                "sip:bob@biloxi.com:6000;transport=tcp",
                false,
            ),
            (
                "sip:carol@chicago.com",
                "sip:carol@chicago.com?Subject=next%20meeting",
                false,
            ),
            ("sip:bob@phone21.boxesbybob.com", "sip:bob@192.0.2.4", false),
            ("sip:a@[2001:db8:0::1]", "sip:a@[2001:DB8::1]", true),
            ("sip:a@h", "sips:a@h", false),
            ("sip:a%3ab@h", "sip:a%3Ab@h", true),
            ("sip:a%40b@h", "sip:a%41b@h", false),
            ("tel:+1-201-555-0123", "tel:+12015550123", true),
            ("tel:+12015550123;ext=1", "tel:+12015550123", false),
            ("isbn:1", "isbn:1", true),
            ("isbn:1", "ISBN:1", false),
        ] {
            let (a, b) = (Uri::decode(a).unwrap(), Uri::decode(b).unwrap());
            assert_eq!(equivalent(&a, &b), same, "{a} {b}");
            assert_eq!(equivalent(&b, &a), same, "{b} {a}");
        }
    }
}
