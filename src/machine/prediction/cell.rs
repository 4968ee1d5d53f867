//! Cells: situations that look alike.

use crate::machine::prediction::bank::Feature;
use crate::machine::prediction::order::Value;

/// The cells of a situation by name, from the one that holds all to the most special.
pub fn path<'v>(levels: &[Vec<Feature>], value: impl Fn(&str) -> Option<&'v Value>) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut name = String::new();
    for level in levels {
        for feature in level {
            if !name.is_empty() {
                name.push('/');
            }
            name.push_str(&bucket(feature, value(&feature.attribute)));
        }
        cells.push(name.clone());
    }
    cells
}

fn bucket(feature: &Feature, value: Option<&Value>) -> String {
    match value {
        None => "-".to_owned(),
        Some(Value::Text(text)) => text.replace('/', "|"),
        Some(Value::Bool(yes)) => yes.to_string(),
        Some(Value::Number(number)) if feature.cuts.is_empty() => number.to_string(),
        Some(Value::Number(number)) => {
            let below = feature.cuts.iter().filter(|cut| **cut <= *number);
            below.count().to_string()
        }
    }
}

/// A number in whole millionths; none below zero.
#[must_use]
pub fn ppm(number: f64) -> u64 {
    let ppm = (number * 1e6).round().clamp(0.0, 1e15);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "whole, not negative, within 2^53"
    )]
    let whole = ppm as u64;
    whole
}

/// A count as a number; exact below 2^53.
#[must_use]
pub fn float(count: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "no count comes near 2^53")]
    let number = count as f64;
    number
}

/// The part of callers whose question no condition of the bank foresees.
pub const SURPRISE: f64 = 0.02;
/// An order without a likely question may still be meant.
pub const WEIGHT_MIN: f64 = 0.01;
/// No order is likelier than this to begin with.
pub const WEIGHT_MAX: f64 = 1e6;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_grow_from_general_to_special() {
        let feature = |attribute: &str, cuts: &[f64]| Feature {
            attribute: attribute.to_owned(),
            cuts: cuts.to_vec(),
        };
        let levels = [
            vec![feature("product", &[])],
            vec![feature("hours", &[0.0, 3.0]), feature("late", &[])],
        ];
        let (product, hours) = (Value::Text("a/b".to_owned()), Value::Number(3.0));
        let value = |name: &str| match name {
            "product" => Some(&product),
            "hours" => Some(&hours),
            _ => None,
        };
        assert_eq!(path(&levels, value), ["", "a|b", "a|b/2/-"]);
        assert_eq!(ppm(f64::NAN), 0);
        assert_eq!(ppm(-1.0), 0);
        assert_eq!(ppm(1.5), 1_500_000);
    }
}
