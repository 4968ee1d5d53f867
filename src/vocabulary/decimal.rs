//! Exact decimal numbers.

use std::fmt;
use std::str::FromStr;

use serde::Deserialize;
use serde::Deserializer;
use serde::Serialize;
use serde::Serializer;
use serde::de::Error as _;

/// A number in exact millionths, from -10^15 to 10^15.
///
/// A result beyond an end is that end; a result between two millionths is the nearer one, half
/// away from zero.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Decimal {
    millionths: i128,
}

/// Why a text is no decimal number.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum DecimalError {
    /// Something else than digits with one point between them.
    #[error("a number is digits, with a point between them if need be")]
    Form,
    /// More than six digits after the point.
    #[error("a number has at most six digits after its point")]
    Fine,
    /// Beyond 10^15.
    #[error("a number is at most 1000000000000000")]
    Large,
}

const ONE: i128 = 1_000_000;
const PLACES: usize = 6;
const MAX: i128 = 1_000_000_000_000_000 * ONE;

impl Decimal {
    /// Nothing.
    pub const ZERO: Self = Self { millionths: 0 };

    /// A whole number.
    #[must_use]
    pub fn whole(number: i64) -> Self {
        Self::ranged(i128::from(number).saturating_mul(ONE))
    }

    /// The nearest decimal of a binary number; none if that is not a number.
    #[must_use]
    pub fn from_f64(number: f64) -> Option<Self> {
        let scaled = (number * 1e6).round();
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a cast to an integer saturates, as decimals do"
        )]
        (!number.is_nan()).then(|| Self::ranged(scaled as i128))
    }

    /// `dividend / divisor` of two counts of the same unit; none if the divisor is zero.
    #[must_use]
    pub fn ratio(dividend: i128, divisor: i128) -> Option<Self> {
        let dividend = dividend.saturating_mul(ONE);
        divided(dividend, divisor).map(Self::ranged)
    }

    /// `count` times this, rounded to a whole count; none past 128 bits.
    #[must_use]
    pub fn of(self, count: i128) -> Option<i128> {
        divided(count.checked_mul(self.millionths)?, ONE)
    }

    /// `count` divided by this, rounded to a whole count; none if this is zero, or past 128 bits.
    #[must_use]
    pub fn part(self, count: i128) -> Option<i128> {
        divided(count.checked_mul(ONE)?, self.millionths)
    }

    /// The sum.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self::ranged(self.millionths + other.millionths)
    }

    /// The difference.
    #[must_use]
    pub fn minus(self, other: Self) -> Self {
        self.plus(other.negative())
    }

    /// The product.
    #[must_use]
    pub fn times(self, other: Self) -> Self {
        let positive = (self.millionths < 0) == (other.millionths < 0);
        let end = if positive { MAX } else { -MAX };
        Self::ranged(self.of(other.millionths).unwrap_or(end))
    }

    /// The quotient; none if `other` is zero.
    #[must_use]
    pub fn over(self, other: Self) -> Option<Self> {
        Self::ratio(self.millionths, other.millionths)
    }

    /// The same on the other side of zero.
    #[must_use]
    pub const fn negative(self) -> Self {
        Self {
            millionths: -self.millionths,
        }
    }

    /// The distance from zero.
    #[must_use]
    pub const fn absolute(self) -> Self {
        Self {
            millionths: self.millionths.abs(),
        }
    }

    /// The nearest number with two digits after its point, half away from zero.
    #[must_use]
    pub fn to_hundredths(self) -> Self {
        let hundredth = ONE / 100;
        let count = divided(self.millionths, hundredth).unwrap_or(0);
        Self::ranged(count.saturating_mul(hundredth))
    }

    /// The nearest whole number, half away from zero.
    #[must_use]
    pub fn rounded(self) -> i64 {
        let whole = divided(self.millionths, ONE).unwrap_or(0);
        i64::try_from(whole).unwrap_or(i64::MAX)
    }

    /// Whether it is a whole number.
    #[must_use]
    pub const fn is_whole(self) -> bool {
        self.millionths % ONE == 0
    }

    fn ranged(millionths: i128) -> Self {
        Self {
            millionths: millionths.clamp(-MAX, MAX),
        }
    }
}

/// The nearest whole quotient, half away from zero; none if the divisor is zero.
fn divided(dividend: i128, divisor: i128) -> Option<i128> {
    let below = divisor.unsigned_abs();
    let above = dividend.unsigned_abs().checked_add(below / 2)?;
    let size = i128::try_from(above.checked_div(below)?).ok()?;
    let positive = (dividend < 0) == (divisor < 0);
    Some(if positive { size } else { -size })
}

impl FromStr for Decimal {
    type Err = DecimalError;

    fn from_str(text: &str) -> Result<Self, DecimalError> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(digits) => (true, digits),
            None => (false, text),
        };
        let (whole, part) = match digits.split_once('.') {
            Some((whole, part)) if !part.is_empty() => (whole, part),
            Some(_) => return Err(DecimalError::Form),
            None => (digits, ""),
        };
        let plain = |digits: &str| digits.chars().all(|c| c.is_ascii_digit());
        if whole.is_empty() || !plain(whole) || !plain(part) {
            return Err(DecimalError::Form);
        }
        if part.len() > PLACES {
            return Err(DecimalError::Fine);
        }
        let millionths: i128 = format!("{whole}{part:0<PLACES$}")
            .parse()
            .map_err(|_| DecimalError::Large)?;
        if millionths > MAX {
            return Err(DecimalError::Large);
        }
        let number = Self { millionths };
        Ok(if negative { number.negative() } else { number })
    }
}

impl fmt::Display for Decimal {
    /// As short as it is exact: `-0.5`, `12`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.millionths < 0 { "-" } else { "" };
        let size = self.millionths.abs();
        let part = format!("{:0PLACES$}", size % ONE);
        let part = part.trim_end_matches('0');
        let point = if part.is_empty() { "" } else { "." };
        write!(f, "{sign}{}{point}{part}", size / ONE)
    }
}

impl Serialize for Decimal {
    /// As its digits, in a text.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn decimals_are_exact_and_print_as_they_were_written() {
        for text in ["0", "12", "-0.5", "0.000001", "1000000000000000", "3.14"] {
            assert_eq!(decimal(text).to_string(), text);
        }
        let tenth = decimal("0.1");
        assert_eq!(tenth.plus(tenth).plus(tenth), decimal("0.3"));
        assert_eq!(Decimal::from_f64(0.1), Some(tenth));
        assert_eq!(decimal("10").over(decimal("4")), Some(decimal("2.5")));
        assert_eq!(decimal("-1").over(decimal("3")), Some(decimal("-0.333333")));
        assert_eq!(decimal("-2").times(decimal("0.25")), decimal("-0.5"));
    }

    #[test]
    fn what_goes_past_an_end_is_that_end() {
        let most = Decimal { millionths: MAX };
        assert_eq!(most.plus(most), most);
        assert_eq!(most.times(most.negative()), most.negative());
        assert_eq!(most.over(decimal("0.000001")), Some(most));
        assert_eq!(Decimal::from_f64(f64::NEG_INFINITY), Some(most.negative()));
        assert_eq!(Decimal::from_f64(f64::NAN), None);
        assert_eq!(most.over(Decimal::ZERO), None);
    }

    #[test]
    fn halves_go_away_from_zero() {
        for (text, whole) in [("0.5", 1), ("-0.5", -1), ("1.499999", 1), ("-2.5", -3)] {
            assert_eq!(decimal(text).rounded(), whole, "{text}");
        }
        assert_eq!(decimal("0.5").of(25), Some(13));
        assert_eq!(decimal("-1.005").to_hundredths(), decimal("-1.01"));
    }

    #[test]
    fn other_texts_say_why() {
        let table = [
            ("", DecimalError::Form),
            ("1.", DecimalError::Form),
            (".5", DecimalError::Form),
            ("1e3", DecimalError::Form),
            ("0.1234567", DecimalError::Fine),
            ("1000000000000001", DecimalError::Large),
            (
                "99999999999999999999999999999999999999999",
                DecimalError::Large,
            ),
        ];
        for (text, error) in table {
            assert_eq!(text.parse::<Decimal>(), Err(error), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn what_is_printed_is_read_again(millionths in -MAX..=MAX) {
            let number = Decimal { millionths };
            proptest::prop_assert_eq!(decimal(&number.to_string()), number);
        }
    }
}
