//! Which dialled numbers a dialplan answers.

use std::fmt;

/// A number, or a pattern after `_`: `X` any digit, `Z` 1-9, `N` 2-9, `[2-5]` a set, and at the
/// end `.` for one digit or more.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct DidPattern {
    written: String,
    /// Bit d of a place is set if digit d fits there.
    places: Vec<u16>,
    /// Whether any digits may follow; the last place stands for the first of them.
    open: bool,
}

/// What is wrong in a pattern.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum DidError {
    /// It is empty or too long.
    #[error("a number has 1 to {PLACES_MAX} digits")]
    Length,
    /// A sign that has no meaning.
    #[error("{0:?} has no meaning here")]
    Sign(char),
    /// A set that is not closed, is empty or goes down.
    #[error("a set is written [2-5] or [135]")]
    Set,
}

/// Longest number, in digits.
const PLACES_MAX: usize = 32;
const ANY: u16 = 0b11_1111_1111;

impl DidPattern {
    /// Reads a number or a pattern.
    ///
    /// # Errors
    ///
    /// What is wrong in it.
    pub fn read(written: &str) -> Result<Self, DidError> {
        let mut pattern = Self {
            written: written.to_owned(),
            places: Vec::new(),
            open: false,
        };
        match written.strip_prefix('_') {
            Some(signs) => pattern.read_signs(signs)?,
            None => {
                for sign in written.trim_start_matches('+').chars() {
                    pattern.places.push(one(sign).ok_or(DidError::Sign(sign))?);
                }
            }
        }
        if pattern.places.is_empty() || pattern.places.len() > PLACES_MAX {
            return Err(DidError::Length);
        }
        Ok(pattern)
    }

    fn read_signs(&mut self, signs: &str) -> Result<(), DidError> {
        let mut signs = signs.chars();
        while let Some(sign) = signs.next() {
            if self.open {
                return Err(DidError::Sign(sign));
            }
            let place = match sign {
                'X' | 'x' => ANY,
                'Z' | 'z' => ANY & !1,
                'N' | 'n' => ANY & !0b11,
                '.' => {
                    self.open = true;
                    ANY
                }
                '[' => read_set(&mut signs)?,
                _ => one(sign).ok_or(DidError::Sign(sign))?,
            };
            self.places.push(place);
        }
        Ok(())
    }

    /// Whether it stands for this number; a leading `+` does not count.
    #[must_use]
    pub fn fits(&self, number: &str) -> bool {
        let mut digits = number.trim_start_matches('+').chars();
        let all = self.places.iter().all(|place| {
            let digit = digits.next().and_then(one);
            digit.is_some_and(|digit| place & digit != 0)
        });
        all && digits.all(|rest| self.open && rest.is_ascii_digit())
    }

    /// Whether some number fits both.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        let shared = self.places.iter().zip(&other.places);
        let length = match self.places.len().cmp(&other.places.len()) {
            std::cmp::Ordering::Less => self.open,
            std::cmp::Ordering::Equal => true,
            std::cmp::Ordering::Greater => other.open,
        };
        length && shared.into_iter().all(|(one, two)| one & two != 0)
    }
}

impl fmt::Display for DidPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

fn one(sign: char) -> Option<u16> {
    sign.to_digit(10).map(|digit| 1 << digit)
}

fn read_set(signs: &mut std::str::Chars<'_>) -> Result<u16, DidError> {
    let (set, rest) = signs.as_str().split_once(']').ok_or(DidError::Set)?;
    *signs = rest.chars();
    let mut place = 0;
    let mut within = set.chars().peekable();
    while let Some(first) = within.next() {
        let first = first.to_digit(10).ok_or(DidError::Set)?;
        let last = if within.next_if_eq(&'-').is_some() {
            let last = within.next().and_then(|last| last.to_digit(10));
            last.ok_or(DidError::Set)?
        } else {
            first
        };
        if last < first {
            return Err(DidError::Set);
        }
        place |= (first..=last).fold(0, |place, digit| place | 1 << digit);
    }
    if place == 0 {
        return Err(DidError::Set);
    }
    Ok(place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_fit_numbers() {
        let table = [
            ("10101234", "10101234", true),
            ("10101234", "+10101234", true),
            ("10101234", "101012345", false),
            ("_400XXXXXXX", "4008001234", true),
            ("_400xxxxxxx", "400800123", false),
            ("_ZN[1-3]", "923", true),
            ("_ZN[1-3]", "024", false),
            ("_ZN[1-3]", "913", false),
            ("_9.", "9", false),
            ("_9.", "91", true),
            ("_9.", "9123456", true),
            ("_9.", "9a", false),
        ];
        for (pattern, number, fits) in table {
            let read = DidPattern::read(pattern).unwrap();
            assert_eq!(read.fits(number), fits, "{pattern} {number}");
        }
    }

    #[test]
    fn overlaps_are_symmetric() {
        let table = [
            ("_400XXXXXXX", "4008001234", true),
            ("_400XXXXXXX", "400800123", false),
            ("_9.", "9123", true),
            ("_9.", "9", false),
            ("_[1-3]X", "_[3-5]X", true),
            ("_[1-2]X", "_[3-5]X", false),
        ];
        for (one, two, overlaps) in table {
            let (one, two) = (DidPattern::read(one), DidPattern::read(two));
            let (one, two) = (one.unwrap(), two.unwrap());
            assert_eq!(one.overlaps(&two), overlaps, "{one} {two}");
            assert_eq!(two.overlaps(&one), overlaps, "{two} {one}");
        }
    }

    #[test]
    fn wrong_patterns_say_why() {
        assert_eq!(DidPattern::read(""), Err(DidError::Length));
        assert_eq!(DidPattern::read("12a"), Err(DidError::Sign('a')));
        assert_eq!(DidPattern::read("_1.2"), Err(DidError::Sign('2')));
        assert_eq!(DidPattern::read("_[5-2]"), Err(DidError::Set));
        assert_eq!(DidPattern::read("_[12"), Err(DidError::Set));
    }
}
