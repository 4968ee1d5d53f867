//! A network that loses, delays and repeats, by its seed.

use std::time::Duration;

use crate::vocabulary::chance::Chance;

/// How bad a network is.
#[derive(Clone, Copy, Debug)]
pub struct Weather {
    /// Share of messages that never arrive, 0 to 1.
    pub loss: f64,
    /// Share of messages that arrive twice, 0 to 1.
    pub repeat: f64,
    /// Shortest way.
    pub delay_min: Duration,
    /// Longest way; messages overtake each other within these bounds.
    pub delay_max: Duration,
}

impl Weather {
    /// Nothing is lost; every message takes 1 ms.
    pub const FAIR: Self = Self {
        loss: 0.0,
        repeat: 0.0,
        delay_min: Duration::from_millis(1),
        delay_max: Duration::from_millis(1),
    };
}

/// A network that loses, delays and repeats, by its seed.
#[derive(Debug)]
pub struct Network {
    weather: Weather,
    chance: Chance,
    /// Messages that were lost.
    pub lost: u64,
}

impl Network {
    /// A network of this weather.
    #[must_use]
    pub const fn new(weather: Weather, chance: Chance) -> Self {
        Self {
            weather,
            chance,
            lost: 0,
        }
    }

    /// How long each copy of a message takes; none of it if it is lost.
    pub fn carry(&mut self) -> Vec<Duration> {
        if self.chance.happens(self.weather.loss) {
            self.lost += 1;
            return Vec::new();
        }
        let copies = if self.chance.happens(self.weather.repeat) {
            2
        } else {
            1
        };
        (0..copies).map(|_| self.delay()).collect()
    }

    /// How long sound takes: never lost, never out of order.
    #[must_use]
    pub const fn sound_delay(&self) -> Duration {
        self.weather.delay_min
    }

    fn delay(&mut self) -> Duration {
        let spread = self
            .weather
            .delay_max
            .saturating_sub(self.weather.delay_min);
        let spread_us = u64::try_from(spread.as_micros()).unwrap_or(u64::MAX);
        self.weather.delay_min + Duration::from_micros(self.chance.below(spread_us + 1))
    }
}
