//! Exponentials and logarithms that give the same bits on every machine.
//!
//! The platform's mathematics library rounds as it likes; these use only operations that IEEE 754
//! defines to the last bit, so that a log replays to the same predictions anywhere.

/// e to the power of `x`, within two units in the last place; 0 below -700, and no more than that
/// of 700.
#[must_use]
pub fn exp(x: f64) -> f64 {
    if x < -EXPONENT_MAX {
        return 0.0;
    }
    let x = x.min(EXPONENT_MAX);
    let turns = (x * std::f64::consts::LOG2_E).round();
    let rest = (x - turns * LN_2_HIGH) - turns * LN_2_LOW;
    let mut sum = 1.0;
    for divisor in DIVISORS {
        sum = 1.0 + rest * sum / divisor;
    }
    #[expect(clippy::cast_possible_truncation, reason = "whole, from -1010 to 1010")]
    let turns = turns as i64;
    sum * f64::from_bits((1023 + turns).cast_unsigned() << 52)
}

/// The natural logarithm of a positive number; of anything else that of the least one.
#[must_use]
pub fn ln(x: f64) -> f64 {
    let bits = x.max(f64::MIN_POSITIVE).to_bits();
    let mut turns = i32::from(u16::try_from(bits >> 52).unwrap_or(0)) - 1023;
    let mut part = f64::from_bits((bits & ((1 << 52) - 1)) | (1023 << 52));
    if part > std::f64::consts::SQRT_2 {
        part *= 0.5;
        turns += 1;
    }
    let t = (part - 1.0) / (part + 1.0);
    let square = t * t;
    let mut sum = 0.0;
    for divisor in ODD {
        sum = sum * square + 1.0 / divisor;
    }
    let turns = f64::from(turns);
    turns * LN_2_HIGH + (turns * LN_2_LOW + 2.0 * t * sum)
}

/// Beyond it the result leaves the range of numbers.
const EXPONENT_MAX: f64 = 700.0;
/// ln 2 in two parts: the first has zeros at its end, so that its multiples are exact.
const LN_2_HIGH: f64 = 6.931_471_803_691_238e-1;
const LN_2_LOW: f64 = 1.908_214_929_270_587_7e-10;
/// Of the series of the exponential, last first.
const DIVISORS: [f64; 13] = [
    13.0, 12.0, 11.0, 10.0, 9.0, 8.0, 7.0, 6.0, 5.0, 4.0, 3.0, 2.0, 1.0,
];
/// Of the series of the logarithm, last first.
const ODD: [f64; 12] = [
    23.0, 21.0, 19.0, 17.0, 15.0, 13.0, 11.0, 9.0, 7.0, 5.0, 3.0, 1.0,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_agree_with_the_library_to_the_last_places() {
        for step in -40_000..40_000 {
            let x = f64::from(step) * 0.017;
            let near = (exp(x) / x.exp() - 1.0).abs();
            assert!(x.exp() == 0.0 || near < 1e-15, "exp {x}: {near}");
        }
        for step in 1..40_000 {
            for x in [f64::from(step) * 0.001, f64::from(step) * 1e-300] {
                let error = (ln(x) - x.ln()).abs();
                assert!(error <= 1e-15 * x.ln().abs().max(1.0), "ln {x}: {error}");
            }
        }
    }

    #[test]
    fn what_has_no_logarithm_does_not_spread() {
        assert!(ln(0.0).is_finite() && ln(-1.0).is_finite() && ln(f64::NAN).is_finite());
        assert_eq!(exp(f64::NEG_INFINITY), 0.0);
        assert!(exp(f64::INFINITY).is_finite());
    }
}
