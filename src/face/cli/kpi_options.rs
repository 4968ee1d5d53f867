//! What `ringwise kpis` is asked.

use crate::face::cli::query::Options;
use crate::face::cli::query::Query;

/// What `ringwise kpis` is asked.
#[derive(Clone, Debug, clap::Args)]
pub struct KpiOptions {
    /// Which centre.
    #[command(flatten)]
    pub options: Options,
    /// The first moment, such as 2026-03-02T00:00:00+08:00; else a day before the end.
    #[arg(long, value_name = "MOMENT")]
    pub from: Option<jiff::Timestamp>,
    /// The first moment after it; else the last that the journal knows.
    #[arg(long, value_name = "MOMENT")]
    pub to: Option<jiff::Timestamp>,
    /// Also figures of each interval of this length: 15m, 30m, 1h, 1d. They begin at `--from`; without
    /// it at full ones of the centre's clock.
    #[arg(long, value_name = "LENGTH", value_parser = length_s)]
    pub every: Option<u32>,
    /// Answered within so many seconds is within the service level; without it each queue's own
    /// `service_level` counts, and 20 s where it has none.
    #[arg(long, value_name = "SECONDS")]
    pub target: Option<u32>,
    /// Who gives up within so many seconds counts apart.
    #[arg(long, value_name = "SECONDS", default_value_t = 5)]
    pub short: u32,
}

impl KpiOptions {
    /// What is asked.
    #[must_use]
    pub fn query(&self) -> Query {
        let mut query = format!("short_s={}", self.short);
        if let Some(target) = self.target {
            query.push_str(&format!("&target_s={target}"));
        }
        if let Some(every) = self.every {
            query.push_str(&format!("&every_s={every}"));
        }
        for (name, moment) in [("from", self.from), ("to", self.to)] {
            if let Some(moment) = moment {
                query.push_str(&format!("&{name}={moment}"));
            }
        }
        Query::Kpis { query }
    }
}

/// Seconds of a length such as `30m`.
fn length_s(text: &str) -> Result<u32, &'static str> {
    const EXPECTED: &str = "expected a length such as 15m, 30m, 1h or 1d, of at least 1m";
    let units = [("s", 1), ("m", 60), ("h", 3_600), ("d", 86_400)];
    let read = units.iter().find_map(|(unit, seconds)| {
        let number: u32 = text.strip_suffix(unit)?.parse().ok()?;
        number.checked_mul(*seconds)
    });
    read.filter(|seconds| *seconds >= 60).ok_or(EXPECTED)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_read_as_people_write_them() {
        assert_eq!(length_s("30m"), Ok(1_800));
        assert_eq!(length_s("1h"), Ok(3_600));
        assert_eq!(length_s("1d"), Ok(86_400));
        for wrong in ["", "30", "30s", "-5m", "m", "999999999d"] {
            assert!(length_s(wrong).is_err(), "{wrong}");
        }
    }
}
