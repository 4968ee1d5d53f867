//! Numbers that may be called: `+86*`, `+861060000002`.

use std::fmt;
use std::str::FromStr;

/// The most digits of an international number (ITU-T E.164 section 6.2.1).
const DIGITS_MAX: usize = 15;

/// Numbers whose calls cost much and help nobody: premium rates and satellites, which a wider
/// destination does not hold. Whoever wants to call them names them.
pub const DEAR: [&str; 11] = [
    "+1900", "+1976", "+1809", "+1876", "+449", "+4470", "+870", "+881", "+882", "+883", "+979",
];

/// A number, or all that begin so.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Destination {
    /// With its plus.
    digits: String,
    /// Whether more may follow.
    open: bool,
}

/// What is no destination.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error(
    "{0:?} is no destination, expected a number such as \"+861060000002\" or a beginning \"+86*\""
)]
pub struct DestinationError(pub String);

impl Destination {
    /// Whether this number is among them. A wide destination holds no dear numbers.
    #[must_use]
    pub fn holds(&self, number: &str) -> bool {
        if !self.open {
            return self.digits == number;
        }
        let dear = DEAR.iter().find(|dear| number.starts_with(**dear));
        number.starts_with(&self.digits) && dear.is_none_or(|dear| self.digits.starts_with(dear))
    }
}

impl FromStr for Destination {
    type Err = DestinationError;

    fn from_str(text: &str) -> Result<Self, DestinationError> {
        let (digits, open) = match text.strip_suffix('*') {
            Some(digits) => (digits, true),
            None => (text, false),
        };
        let fits = is_number(digits, if open { 1 } else { 3 });
        fits.then(|| Self {
            digits: digits.to_owned(),
            open,
        })
        .ok_or_else(|| DestinationError(text.to_owned()))
    }
}

impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.digits, if self.open { "*" } else { "" })
    }
}

/// Whether a number is one that can be called: a plus and digits, the first no zero.
#[must_use]
pub fn is_callable(number: &str) -> bool {
    is_number(number, 3)
}

fn is_number(text: &str, least: usize) -> bool {
    let Some(digits) = text.strip_prefix('+') else {
        return false;
    };
    let plain = digits.chars().all(|sign| sign.is_ascii_digit()) && !digits.starts_with('0');
    plain && (least..=DIGITS_MAX).contains(&digits.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn destinations_hold_what_they_say_and_nothing_dear() {
        let table = [
            ("+86*", "+861060000002", true),
            ("+86*", "+8", false),
            ("+86*", "+85212345678", false),
            ("+861060000002", "+861060000002", true),
            ("+861060000002", "+8610600000021", false),
            ("+1*", "+12025550143", true),
            ("+1*", "+19005550143", false),
            ("+1900*", "+19005550143", true),
            ("+44*", "+4490912345", false),
            ("+8*", "+881612345678", false),
            ("+19005550143", "+19005550143", true),
        ];
        for (pattern, number, held) in table {
            let destination: Destination = pattern.parse().unwrap();
            assert_eq!(destination.holds(number), held, "{pattern} {number}");
            assert_eq!(destination.to_string(), pattern);
        }
    }

    #[test]
    fn what_is_no_destination_is_refused() {
        for wrong in [
            "",
            "*",
            "+",
            "+*",
            "86*",
            "+0*",
            "+86**",
            "+8a*",
            "sip:+86*",
            "+1234567890123456",
        ] {
            assert!(wrong.parse::<Destination>().is_err(), "{wrong}");
        }
    }
}
