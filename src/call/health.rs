//! Whether a seat's phone is fit for calls: how soon it answers OPTIONS, and how much of the sound
//! of its last talk was lost.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::machine::media::contract::Quality;
use crate::vocabulary::language::Language;

/// Fewer packets than these tell nothing of a loss: five seconds of speech.
const PACKETS_MIN: u64 = 250;

/// What a phone must do to be given calls.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct HealthRules {
    /// It answers OPTIONS within this; zero: it need not.
    pub round_trip_max: Duration,
    /// So many percent of the packets of its last talk may be lost, either way; 100: all.
    pub loss_max: u8,
}

impl Default for HealthRules {
    fn default() -> Self {
        Self {
            round_trip_max: Duration::from_secs(1),
            loss_max: 20,
        }
    }
}

/// Why a seat is given no calls though its person wants some.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum Ailment {
    /// It answers late.
    #[error("the seat's phone takes {round_trip_ms} ms to answer OPTIONS")]
    Slow {
        /// From the request to the answer.
        round_trip_ms: u64,
    },
    /// Sound was lost.
    #[error("the seat's phone lost {percent} % of the sound of its last talk")]
    Lossy {
        /// The worse of both ways.
        percent: u8,
    },
    /// It has placed a call itself.
    #[error("the seat's phone is in a call of its own")]
    Calling,
    /// Its person did not answer, or refused.
    #[error("the seat rang in vain: it did not answer, or refused, 2 calls in a row")]
    RangInVain,
    /// It was not there any more when it was to ring.
    #[error("the seat's phone could not be called")]
    Unreachable,
}

impl Ailment {
    /// A word for programs, that stays.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Slow { .. } => "slow",
            Self::Lossy { .. } => "lossy",
            Self::Calling => "calling",
            Self::RangInVain => "rang_in_vain",
            Self::Unreachable => "unreachable",
        }
    }

    /// In words for people.
    #[must_use]
    pub fn told(self, language: Language) -> String {
        match (language, self) {
            (Language::English, _) => self.to_string(),
            (Language::Mandarin, Self::Slow { round_trip_ms }) => {
                format!("坐席话机应答 OPTIONS 用时 {round_trip_ms} 毫秒")
            }
            (Language::Mandarin, Self::Lossy { percent }) => {
                format!("坐席话机上次通话丢失 {percent}% 的语音")
            }
            (Language::Mandarin, Self::Calling) => "坐席话机正在自行通话".to_owned(),
            (Language::Mandarin, Self::RangInVain) => "坐席连续 2 次振铃未接或拒接".to_owned(),
            (Language::Mandarin, Self::Unreachable) => "无法呼叫坐席话机".to_owned(),
        }
    }
}

/// What is known of a seat's phone.
#[derive(Clone, Copy, Debug, Default)]
pub struct Health {
    round_trip: Option<Duration>,
    lost: u8,
}

impl Health {
    /// It has registered anew, and has answered nothing yet.
    pub const fn registered(&mut self) {
        self.round_trip = None;
    }

    /// It has answered OPTIONS.
    pub const fn answered(&mut self, round_trip: Duration) {
        self.round_trip = Some(round_trip);
    }

    /// A talk is over.
    pub fn talked(&mut self, quality: &Quality) {
        let share = |lost: u64, whole: u64| {
            let percent = lost.saturating_mul(100) / whole.max(1);
            let told = whole >= PACKETS_MIN;
            u8::try_from(percent.min(100)).unwrap_or(100) * u8::from(told)
        };
        let heard = quality
            .packets_received
            .saturating_add(quality.packets_lost);
        let towards = share(quality.packets_lost, heard);
        let from = share(quality.far_packets_lost, quality.packets_sent);
        self.lost = towards.max(from);
    }

    /// Its person wants calls all the same: only the next talk can tell whether sound is lost.
    pub const fn forgive(&mut self) {
        self.lost = 0;
    }

    /// What is wrong with it. Silence is not lateness: a phone that answers no OPTIONS is signed out
    /// in time.
    #[must_use]
    pub fn ailment(&self, rules: HealthRules) -> Option<Ailment> {
        let took = self.round_trip.unwrap_or_default();
        if !rules.round_trip_max.is_zero() && took > rules.round_trip_max {
            let round_trip_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
            return Some(Ailment::Slow { round_trip_ms });
        }
        let percent = self.lost;
        (percent > rules.loss_max).then_some(Ailment::Lossy { percent })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quality(received: u64, lost: u64, sent: u64, far_lost: u64) -> Quality {
        Quality {
            packets_received: received,
            packets_lost: lost,
            packets_sent: sent,
            far_packets_lost: far_lost,
            ..Quality::default()
        }
    }

    #[test]
    fn a_phone_is_slow_from_its_limit_on_until_it_answers_sooner() {
        let rules = HealthRules::default();
        let mut health = Health::default();
        assert_eq!(health.ailment(rules), None);
        health.answered(Duration::from_secs(1));
        assert_eq!(health.ailment(rules), None);
        health.answered(Duration::from_millis(1_001));
        let round_trip_ms = 1_001;
        assert_eq!(health.ailment(rules), Some(Ailment::Slow { round_trip_ms }));
        health.answered(Duration::from_millis(40));
        assert_eq!(health.ailment(rules), None);
        health.answered(Duration::from_secs(9));
        health.registered();
        assert_eq!(health.ailment(rules), None);
    }

    #[test]
    fn the_worse_way_of_a_talk_counts_and_a_short_one_does_not() {
        let rules = HealthRules::default();
        let ailment = |quality: Quality| {
            let mut health = Health::default();
            health.talked(&quality);
            health.ailment(rules)
        };
        let lossy = |percent| Some(Ailment::Lossy { percent });
        assert_eq!(ailment(quality(800, 200, 1_000, 0)), None);
        assert_eq!(ailment(quality(780, 220, 1_000, 0)), lossy(22));
        assert_eq!(ailment(quality(1_000, 0, 1_000, 500)), lossy(50));
        assert_eq!(ailment(quality(100, 100, 200, 200)), None);
    }

    #[test]
    fn what_is_not_limited_is_no_ailment() {
        let rules = HealthRules {
            round_trip_max: Duration::ZERO,
            loss_max: 100,
        };
        let mut health = Health::default();
        health.answered(Duration::from_secs(9));
        health.talked(&quality(0, 1_000, 1_000, 1_000));
        assert_eq!(health.ailment(rules), None);
    }
}
