//! When a question or an answer applies.

use std::collections::BTreeMap;

use crate::machine::prediction::order::Value;

/// Tests on attributes; all must hold. Without tests it always holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Condition {
    /// By attribute: `state`, `customer.member`.
    pub tests: BTreeMap<String, Test>,
}

/// A test on one value. A value that is not known fails every test but [`Test::Unknown`] and
/// [`Test::NotIn`].
#[derive(Clone, Debug, PartialEq)]
pub enum Test {
    /// One of these.
    In(Vec<Value>),
    /// None of these.
    NotIn(Vec<Value>),
    /// At least `min` and less than `below`.
    Range {
        /// The least number that passes.
        min: Option<f64>,
        /// The least number that is too large.
        below: Option<f64>,
    },
    /// Known, whatever it is.
    Known,
    /// Not known.
    Unknown,
}

impl Condition {
    /// Whether all tests hold for the values that `value` knows.
    pub fn holds(&self, value: impl Fn(&str) -> Option<Value>) -> bool {
        self.tests
            .iter()
            .all(|(name, test)| test.holds(value(name).as_ref()))
    }
}

impl Test {
    /// Whether the value passes.
    #[must_use]
    pub fn holds(&self, value: Option<&Value>) -> bool {
        match (self, value) {
            (Self::Unknown, value) => value.is_none(),
            (Self::NotIn(list), value) => value.is_none_or(|value| !list.contains(value)),
            (_, None) => false,
            (Self::In(list), Some(value)) => list.contains(value),
            (Self::Known, Some(_)) => true,
            (Self::Range { min, below }, Some(Value::Number(number))) => {
                min.is_none_or(|min| *number >= min) && below.is_none_or(|below| *number < below)
            }
            (Self::Range { .. }, Some(Value::Bool(_) | Value::Text(_))) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(test: Test, value: Option<&Value>) -> bool {
        let condition = Condition {
            tests: BTreeMap::from([("x".to_owned(), test)]),
        };
        condition.holds(|name| value.filter(|_| name == "x").cloned())
    }

    #[test]
    fn a_range_takes_its_least_and_not_its_end() {
        let range = |min, below| Test::Range { min, below };
        for (number, expected) in [(14.9, false), (15.0, true), (59.9, true), (60.0, false)] {
            let number = Value::Number(number);
            let passes = holds(range(Some(15.0), Some(60.0)), Some(&number));
            assert_eq!(passes, expected);
        }
        assert!(holds(range(None, Some(0.0)), Some(&Value::Number(-1.0))));
        assert!(!holds(
            range(None, None),
            Some(&Value::Text("5".to_owned()))
        ));
    }

    #[test]
    fn what_is_not_known_fails_all_but_two_tests() {
        let list = vec![Value::Bool(true)];
        assert!(!holds(Test::In(list.clone()), None));
        assert!(!holds(Test::Known, None));
        assert!(!holds(
            Test::Range {
                min: None,
                below: None
            },
            None
        ));
        assert!(holds(Test::Unknown, None));
        assert!(holds(Test::NotIn(list.clone()), None));
        assert!(!holds(Test::NotIn(list), Some(&Value::Bool(true))));
    }
}
