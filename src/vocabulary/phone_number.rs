//! Telephone numbers in E.164 form, and the plan that tells how numbers are dialled where we are.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::vocabulary::dialled::Dialled;

/// A number in E.164: `+` and 4 to 15 digits.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PhoneNumber(String);

impl PhoneNumber {
    /// The number with its leading `+`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn of(country_code: &str, national: &str) -> Self {
        Self(format!("+{country_code}{national}"))
    }
}

impl fmt::Display for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why a text is no subscriber's number.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum NumberError {
    /// Nothing, or a word for a hidden number.
    #[error("the number is withheld")]
    Withheld,
    /// A service code or an extension; its digits.
    #[error("{0} is a service code or an extension, not a subscriber's number")]
    Short(String),
    /// Something else.
    #[error("{0:?} is not a telephone number")]
    Invalid(String),
}

/// A plan that cannot be followed.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum PlanError {
    /// No country has this code.
    #[error("unknown country {0:?}, expected two letters of ISO 3166 such as CN")]
    Country(String),
    /// The area code is not made of digits.
    #[error("area code {0:?} is not 0 to 5 digits, expected for example 10")]
    Area(String),
}

/// How numbers are dialled where we are.
///
/// China follows rules of our own: no tables to load, under a microsecond a number. Other countries
/// follow the metadata of the `phonenumber` crate, loaded once by [`NumberPlan::new`].
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct NumberPlan {
    /// None: China.
    country: Option<phonenumber::country::Id>,
    /// Without the trunk prefix; empty: bare local numbers mean nothing.
    area: String,
}

impl NumberPlan {
    /// The plan of this country (ISO 3166, `CN`) and area code (`10`, `010`, or empty).
    ///
    /// # Errors
    ///
    /// [`PlanError`] on an unknown country or an area code that is not digits.
    pub fn new(country: &str, area: &str) -> Result<Self, PlanError> {
        let digits = area.trim_start_matches('0');
        if digits.len() > 5 || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
            return Err(PlanError::Area(area.to_owned()));
        }
        let id: phonenumber::country::Id = country
            .to_ascii_uppercase()
            .parse()
            .map_err(|_| PlanError::Country(country.to_owned()))?;
        let plan = Self {
            country: (id != phonenumber::country::CN).then_some(id),
            area: digits.to_owned(),
        };
        if let Some(id) = plan.country {
            let _loads_the_metadata = phonenumber::parse(Some(id), "0");
        }
        Ok(plan)
    }

    /// The E.164 number of a caller id, a file's cell or a dialled string.
    ///
    /// # Errors
    ///
    /// [`NumberError::Withheld`] if nobody is named, [`NumberError::Short`] on service codes and
    /// extensions, [`NumberError::Invalid`] on all else that is no subscriber's number.
    pub fn normalise(&self, text: &str) -> Result<PhoneNumber, NumberError> {
        let invalid = || NumberError::Invalid(text.chars().take(64).collect());
        match (Dialled::read(text), self.country) {
            (Dialled::Nobody, _) => Err(NumberError::Withheld),
            (Dialled::Unreadable, _) => Err(invalid()),
            (Dialled::International(digits), _) => global(&digits, invalid),
            (Dialled::Domestic(digits), None) => self.chinese(&digits, invalid),
            (Dialled::Domestic(digits), Some(country)) => self.elsewhere(country, &digits, invalid),
        }
    }

    /// What is dialled within China.
    fn chinese(
        &self,
        digits: &str,
        invalid: impl Fn() -> NumberError,
    ) -> Result<PhoneNumber, NumberError> {
        if let Some(global_digits) = digits.strip_prefix("00") {
            return global(global_digits, invalid);
        }
        if let Some(national) = digits.strip_prefix("86").and_then(subscriber) {
            return Ok(PhoneNumber::of("86", national));
        }
        if let Some(national) = subscriber(digits) {
            return Ok(PhoneNumber::of("86", national));
        }
        let local = matches!(digits.as_bytes(), [b'2'..=b'8', ..]);
        let with_area = format!("{}{digits}", self.area);
        match subscriber(&with_area) {
            Some(national) if local && !self.area.is_empty() && (7..=8).contains(&digits.len()) => {
                Ok(PhoneNumber::of("86", national))
            }
            _ if is_service(digits) => Err(NumberError::Short(digits.to_owned())),
            _ => Err(invalid()),
        }
    }

    /// What is dialled in a country whose rules the crate knows.
    fn elsewhere(
        &self,
        country: phonenumber::country::Id,
        digits: &str,
        invalid: impl Fn() -> NumberError,
    ) -> Result<PhoneNumber, NumberError> {
        // The crate would strip this country's trunk prefix from the far country's number.
        let metadata = phonenumber::metadata::DATABASE.by_id(country.as_ref());
        let american = metadata.is_some_and(|metadata| metadata.country_code() == 1);
        let exit = if american { "011" } else { "00" };
        if let Some(global_digits) = digits.strip_prefix(exit) {
            return global(global_digits, invalid);
        }
        let local = !self.area.is_empty() && (5..=8).contains(&digits.len());
        let with_area = local.then(|| format!("{}{digits}", self.area));
        let tries = [Some(digits), with_area.as_deref()];
        tries
            .into_iter()
            .flatten()
            .find_map(|digits| listed(country, digits))
            .ok_or_else(|| match digits.len() {
                0..=SHORT_DIGITS_MAX => NumberError::Short(digits.to_owned()),
                _ => invalid(),
            })
    }
}

/// A number that the crate's metadata holds for valid.
fn listed(country: phonenumber::country::Id, digits: &str) -> Option<PhoneNumber> {
    let number = phonenumber::parse(Some(country), digits).ok()?;
    let e164 = number.format().mode(phonenumber::Mode::E164).to_string();
    phonenumber::is_valid(&number).then_some(PhoneNumber(e164))
}

/// Extensions and service codes have at most this many digits.
const SHORT_DIGITS_MAX: usize = 6;

/// A number after `+` or `00`.
fn global(digits: &str, invalid: impl Fn() -> NumberError) -> Result<PhoneNumber, NumberError> {
    let digits = digits.strip_prefix("00").unwrap_or(digits);
    if let Some(national) = digits.strip_prefix("86") {
        return match subscriber(national) {
            Some(national) => Ok(PhoneNumber::of("86", national)),
            None if is_service(national) => Err(NumberError::Short(national.to_owned())),
            None => Err(invalid()),
        };
    }
    let possible = match digits.as_bytes() {
        [b'1', b'2'..=b'9', rest @ ..] => rest.len() == 9,
        [b'2'..=b'9', rest @ ..] => (6..=14).contains(&rest.len()),
        _ => false,
    };
    if possible {
        Ok(PhoneNumber::of("", digits))
    } else {
        Err(invalid())
    }
}

/// A Chinese subscriber's national number without its trunk prefix; none if it has another shape.
///
/// Mobile numbers have 11 digits from 13 on; numbers of 10 and 2x have 8 digits after the area code,
/// those of other areas 7 or 8 after three; 400 and 800 numbers have 10 in all.
fn subscriber(digits: &str) -> Option<&str> {
    let national = digits.strip_prefix('0').unwrap_or(digits);
    let fits = match national.as_bytes() {
        [b'1', b'3'..=b'9', rest @ ..] => rest.len() == 9,
        [b'1', b'0', b'2'..=b'8', rest @ ..] => rest.len() == 7,
        [b'2', b'0'..=b'9', b'2'..=b'8', rest @ ..] => rest.len() == 7,
        [b'4' | b'8', b'0', b'0', rest @ ..] => rest.len() == 7,
        [b'3'..=b'9', _, _, b'2'..=b'8', rest @ ..] => (6..=7).contains(&rest.len()),
        _ => false,
    };
    fits.then_some(national)
}

/// Extensions, emergency and carrier codes, and the businesses' 95 and 96 numbers, which may stand
/// after an area code.
fn is_service(digits: &str) -> bool {
    let bare = digits.strip_prefix('0').unwrap_or(digits);
    let behind_area = match bare.as_bytes() {
        [b'1', b'0', ..] | [b'2', b'0'..=b'9', ..] => bare.get(2..),
        _ => bare.get(3..),
    };
    let business = |code: &str| {
        (code.starts_with("95") || code.starts_with("96")) && (5..=8).contains(&code.len())
    };
    bare.len() <= SHORT_DIGITS_MAX || business(bare) || behind_area.is_some_and(business)
}

#[cfg(test)]
mod tests {
    use super::*;

    const W: &str = "withheld";
    const S: &str = "short";
    const I: &str = "invalid";
    const MOBILE: &str = "+8613800138000";
    const LAND: &str = "+861062345678";

    fn outcome(plan: &NumberPlan, text: &str) -> String {
        match plan.normalise(text) {
            Ok(number) => number.to_string(),
            Err(NumberError::Withheld) => W.to_owned(),
            Err(NumberError::Short(_)) => S.to_owned(),
            Err(NumberError::Invalid(_)) => I.to_owned(),
        }
    }

    fn check(plan: &NumberPlan, table: &[(&str, &str)]) {
        for (text, expected) in table {
            assert_eq!(outcome(plan, text), *expected, "{text:?}");
        }
    }

    #[test]
    fn spellings_of_one_number_are_one_number() {
        let plan = NumberPlan::new("CN", "10").unwrap();
        check(
            &plan,
            &[
                ("+8613800138000", MOBILE),
                ("008613800138000", MOBILE),
                ("8613800138000", MOBILE),
                ("13800138000", MOBILE),
                ("013800138000", MOBILE),
                ("+86 138 0013 8000", MOBILE),
                ("+86-138-0013-8000", MOBILE),
                ("(+86) 138 0013 8000", MOBILE),
                ("(86)13800138000", MOBILE),
                ("+86.138.0013.8000", MOBILE),
                ("138.0013.8000", MOBILE),
                ("138/0013/8000", MOBILE),
                (" 138 0013 8000\t", MOBILE),
                ("138\u{a0}0013\u{3000}8000", MOBILE),
                ("\u{202a}+8613800138000\u{202c}", MOBILE),
                ("\"13800138000\"", MOBILE),
                ("+0086 13800138000", MOBILE),
                ("+86 (0) 13800138000", MOBILE),
                ("+86(0)13800138000", MOBILE),
                ("tel:+8613800138000", MOBILE),
                ("TEL:+86-138-0013-8000;ext=12", MOBILE),
                ("tel:13800138000;phone-context=+86", MOBILE),
                ("tel:13800138000;phone-context=example.cn", MOBILE),
                ("sip:+8613800138000@10.0.0.1", MOBILE),
                ("sip:13800138000@10.0.0.1:5060;user=phone", MOBILE),
                ("sips:008613800138000@[2001:db8::1]", MOBILE),
                ("<sip:+8613800138000;npdi@example.cn>", MOBILE),
                ("sip:13800138000:secret@example.cn", MOBILE),
                ("13800138000@example.cn", MOBILE),
                ("%2B8613800138000", MOBILE),
                ("sip:%2b86%20138%200013%208000@example.cn", MOBILE),
                (
                    "\u{ff11}\u{ff13}\u{ff18}\u{ff10}\u{ff10}\u{ff11}\u{ff13}\u{ff18}\u{ff10}\u{ff10}\u{ff10}",
                    MOBILE,
                ),
                ("\u{ff0b}86\u{ff08}138\u{ff09}0013\u{2014}8000", MOBILE),
                ("010-62345678", LAND),
                ("(010) 6234-5678", LAND),
                ("1062345678", LAND),
                ("62345678", LAND),
                ("6234 5678", LAND),
                ("861062345678", LAND),
                ("+86 10 6234 5678", LAND),
                ("+86 010 6234 5678", LAND),
                ("0086-10-62345678", LAND),
                ("62345678 ext. 801", LAND),
                ("62345678转801", LAND),
                ("010-62345678,,801", LAND),
                ("021 6234 5678", "+862162345678"),
                ("0755-83765566", "+8675583765566"),
                ("75583765566", "+8675583765566"),
                ("0893 4835678", "+868934835678"),
                ("400-610-1234", "+864006101234"),
                ("8008101234", "+868008101234"),
                ("19912345678", "+8619912345678"),
            ],
        );
    }

    #[test]
    fn numbers_of_other_countries_keep_their_code() {
        let plan = NumberPlan::new("CN", "010").unwrap();
        check(
            &plan,
            &[
                ("+1 (415) 555-2671", "+14155552671"),
                ("0014155552671", "+14155552671"),
                ("+44 (0)20 7946 0958", "+442079460958"),
                ("00852 2345 6789", "+85223456789"),
                ("+852-2345-6789", "+85223456789"),
                ("+39 06 6982", "+39066982"),
                ("tel:7946-0958;phone-context=+4420", "+442079460958"),
                ("tel:020-7946-0958;phone-context=+44", "+442079460958"),
                ("+1 415 555 267", I),
                ("+1234567890123456", I),
                ("+012345678", I),
                ("+999", I),
            ],
        );
    }

    #[test]
    fn nobody_short_and_invalid_are_told_apart() {
        let plan = NumberPlan::new("CN", "10").unwrap();
        let withheld = [
            "",
            "  ",
            "anonymous",
            "Anonymous",
            "unavailable",
            "restricted",
            "Unknown",
            "private",
            "sip:anonymous@anonymous.invalid",
            "sip:13800138000@anonymous.invalid",
            "sip:unavailable@unknown.invalid",
            "sip:10.0.0.1",
            "266696687",
            "0",
            "00000000",
        ];
        let short = [
            "10086",
            "110",
            "120",
            "1001",
            "12345",
            "95588",
            "01095588",
            "95105105",
            "+8610086",
            "0086 95588",
            "sip:1001@10.0.0.1",
        ];
        let invalid = [
            "alice",
            "sip:alice@example.cn",
            "12345678901",
            "1380013800",
            "138001380001",
            "6234567",
            "92345678",
            "138+0013+8000",
            "+",
            "*11",
            "13800138000 13900139000",
            "1234567890123456789012345678",
            "%ff%fe",
            "138%0",
        ];
        for (texts, expected) in [(&withheld[..], W), (&short[..], S), (&invalid[..], I)] {
            let table: Vec<_> = texts.iter().map(|text| (*text, expected)).collect();
            check(&plan, &table);
        }
        let long = "1".repeat(100_000);
        assert_eq!(outcome(&plan, &long), I);
    }

    #[test]
    fn without_an_area_a_local_number_means_nothing() {
        let plan = NumberPlan::new("CN", "").unwrap();
        check(&plan, &[("62345678", I), ("01062345678", LAND)]);
        let plan = NumberPlan::new("cn", "0893").unwrap();
        check(&plan, &[("4835678", "+868934835678")]);
    }

    #[test]
    fn another_country_has_its_own_plan() {
        let plan = NumberPlan::new("US", "415").unwrap();
        check(
            &plan,
            &[
                ("(415) 555-2671", "+14155552671"),
                ("1 415 555 2671", "+14155552671"),
                ("555-2671", "+14155552671"),
                ("011 86 138 0013 8000", MOBILE),
                ("+8613800138000", MOBILE),
                ("911", S),
                ("999999999999", I),
                ("anonymous", W),
            ],
        );
        assert_eq!(
            NumberPlan::new("XX", ""),
            Err(PlanError::Country("XX".to_owned()))
        );
        assert_eq!(
            NumberPlan::new("CN", "1x"),
            Err(PlanError::Area("1x".to_owned()))
        );
    }

    proptest::proptest! {
        #[test]
        fn any_text_has_an_answer_and_a_number_keeps_its_form(text in "\\PC*") {
            let plan = NumberPlan::new("CN", "10").unwrap();
            if let Ok(number) = plan.normalise(&text) {
                proptest::prop_assert_eq!(plan.normalise(number.as_str()), Ok(number));
            }
        }

        #[test]
        fn any_digits_give_e164_or_no_number(text in "[+0-9() ]{0,20}") {
            let plan = NumberPlan::new("CN", "10").unwrap();
            if let Ok(number) = plan.normalise(&text) {
                let digits = number.as_str().strip_prefix('+').unwrap();
                proptest::prop_assert!((7..=15).contains(&digits.len()));
                proptest::prop_assert!(digits.bytes().all(|digit| digit.is_ascii_digit()));
                proptest::prop_assert_eq!(plan.normalise(number.as_str()), Ok(number));
            }
        }
    }
}
