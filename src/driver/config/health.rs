//! What a seat's phone must do to be given calls: `[health]`.

use std::time::Duration;

use serde::Deserialize;

use crate::call::health::HealthRules;

/// The longest round trip that may be asked for, in milliseconds.
const ROUND_TRIP_MS_MAX: u32 = 30_000;

/// What a seat's phone must do to be given calls.
#[derive(Clone, Debug, Default, Eq, PartialEq, Deserialize)]
#[serde(try_from = "Written")]
pub struct Health(pub HealthRules);

#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Written {
    round_trip_ms: u32,
    loss_percent: u8,
}

impl Default for Written {
    fn default() -> Self {
        let rules = HealthRules::default();
        let ms = rules.round_trip_max.as_millis();
        Self {
            round_trip_ms: u32::try_from(ms).unwrap_or(ROUND_TRIP_MS_MAX),
            loss_percent: rules.loss_max,
        }
    }
}

impl TryFrom<Written> for Health {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        if written.round_trip_ms > ROUND_TRIP_MS_MAX {
            return Err(format!(
                "`round_trip_ms` must be from 0 (no limit) to {ROUND_TRIP_MS_MAX}, not {}",
                written.round_trip_ms
            ));
        }
        if !(1..=100).contains(&written.loss_percent) {
            return Err(format!(
                "`loss_percent` must be from 1 to 100 (no limit), not {}",
                written.loss_percent
            ));
        }
        Ok(Self(HealthRules {
            round_trip_max: Duration::from_millis(written.round_trip_ms.into()),
            loss_max: written.loss_percent,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_read_and_checked() {
        let read = |text: &str| toml::from_str::<Health>(text);
        assert_eq!(read("").unwrap().0, HealthRules::default());
        let rules = read("round_trip_ms = 0\nloss_percent = 100").unwrap().0;
        assert!(rules.round_trip_max.is_zero());
        for wrong in ["round_trip_ms = 30001", "loss_percent = 0", "loss = 1"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
