//! Whom a free seat should take first, of all that it may.

use std::cmp::Reverse;

use crate::machine::acd::place::ContactPlace;
use crate::vocabulary::time::Now;

/// Where the first contact of a lane stands against those of other lanes. Larger goes first.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Rank {
    level: i64,
    index: i64,
    arrived: Reverse<Now>,
    number: Reverse<u64>,
}

impl Rank {
    /// The level.
    #[must_use]
    pub const fn level(&self) -> i64 {
        self.level
    }

    /// By level, then by index, then by arrival.
    #[must_use]
    pub const fn new(level: i64, index: f64, place: ContactPlace) -> Self {
        Self {
            level,
            index: ordered(index),
            arrived: Reverse(place.arrived),
            number: Reverse(place.number),
        }
    }
}

/// An integer that compares as the number does.
const fn ordered(number: f64) -> i64 {
    let bits = number.to_bits().cast_signed();
    if bits < 0 { bits ^ i64::MAX } else { bits }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_stand_in_the_order_of_their_numbers() {
        let numbers = [
            f64::NEG_INFINITY,
            -2.5,
            -1.0,
            -1e-9,
            0.0,
            1e-9,
            1.0,
            2.5,
            f64::INFINITY,
        ];
        assert!(
            numbers
                .windows(2)
                .all(|two| ordered(two[0]) < ordered(two[1]))
        );
    }
}
