//! How promises to call back are kept: `[callback]`.

use std::time::Duration;

use serde::Deserialize;

use crate::call::promise::CallbackRules;

/// How promises to call back are kept.
#[derive(Clone, Debug, Default, Eq, PartialEq, Deserialize)]
#[serde(try_from = "Written")]
pub struct Callback(pub CallbackRules);

#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Written {
    attempts: u32,
    ring_s: u32,
    confirm_s: u32,
    busy_s: u32,
    no_answer_s: u32,
    failed_s: u32,
    expires_h: u32,
}

impl Default for Written {
    fn default() -> Self {
        let rules = CallbackRules::default();
        let seconds = |length: Duration| u32::try_from(length.as_secs()).unwrap_or(u32::MAX);
        Self {
            attempts: rules.attempts,
            ring_s: seconds(rules.ring),
            confirm_s: seconds(rules.confirm),
            busy_s: seconds(rules.after_busy),
            no_answer_s: seconds(rules.after_no_answer),
            failed_s: seconds(rules.after_failure),
            expires_h: seconds(rules.expires) / 3_600,
        }
    }
}

impl TryFrom<Written> for Callback {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        let range = |name: &str, value: u32, least: u32, most: u32| match value {
            value if (least..=most).contains(&value) => Ok(value),
            _ => Err(format!(
                "`{name}` must be from {least} to {most}, not {value}"
            )),
        };
        let seconds = |name: &str, value: u32, least: u32, most: u32| {
            let value = range(name, value, least, most)?;
            Ok::<_, String>(Duration::from_secs(value.into()))
        };
        Ok(Self(CallbackRules {
            attempts: range("attempts", written.attempts, 1, 10)?,
            ring: seconds("ring_s", written.ring_s, 5, 90)?,
            confirm: seconds("confirm_s", written.confirm_s, 5, 60)?,
            after_busy: seconds("busy_s", written.busy_s, 10, 86_400)?,
            after_no_answer: seconds("no_answer_s", written.no_answer_s, 10, 86_400)?,
            after_failure: seconds("failed_s", written.failed_s, 10, 86_400)?,
            expires: seconds("expires_h", written.expires_h, 1, 168)? * 3_600,
        }))
    }
}
