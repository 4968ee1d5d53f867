//! Whether a thread wakes at each packet, or looks for packets once a millisecond.
//!
//! A wake costs several times what a packet does. Where packets come closer together than that,
//! they are gathered; a packet that comes alone is taken at once.

use std::time::Duration;

use crate::vocabulary::time::Now;

/// How long packets are left alone after a look: the most that one is late by it.
const REST: Duration = Duration::from_millis(1);

/// Packets are counted for this long.
const WINDOW: Duration = Duration::from_millis(10);

/// Packets in a window from which on they are gathered: two a rest.
const MANY: usize = 20;

/// How many packets come, and when they are to be looked for.
#[derive(Debug, Default)]
pub(crate) struct Gathering {
    window: Now,
    packets: usize,
    looked: Now,
    is_on: bool,
}

impl Gathering {
    /// Packets have been looked for, and so many were there.
    pub(crate) fn count(&mut self, packets: usize, now: Now) {
        let age = now.since(self.window);
        if age >= WINDOW {
            self.is_on = self.packets >= MANY && age < 2 * WINDOW;
            (self.window, self.packets) = (now, 0);
        }
        self.packets += packets;
        self.looked = now;
    }

    /// Until when packets are left alone.
    pub(crate) fn rest(&self) -> Option<Now> {
        self.is_on.then(|| self.looked + REST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Looks as a thread does; says how many looks it took and whether it rested at the end.
    fn looks(
        gathering: &mut Gathering,
        from_ms: u64,
        every_us: u64,
        packets: u64,
    ) -> (usize, bool) {
        let start = Now::at_ms(from_ms);
        let at = |packet| start + Duration::from_micros(every_us * packet);
        let (mut taken, mut looks) = (0, 0);
        while taken < packets {
            let rested = gathering.rest().map_or(start, |rest| rest);
            let now = at(taken).max(rested);
            let here = (taken..packets)
                .take_while(|packet| at(*packet) <= now)
                .count();
            gathering.count(here, now);
            taken += u64::try_from(here).unwrap();
            looks += 1;
        }
        (looks, gathering.rest().is_some())
    }

    #[test]
    fn few_packets_are_taken_one_by_one_and_many_in_one_look() {
        let mut gathering = Gathering::default();
        assert_eq!(looks(&mut gathering, 0, 1000, 1000), (1000, false));
        let (many, rests) = looks(&mut gathering, 2000, 100, 10_000);
        assert!((1000..1200).contains(&many) && rests, "{many}");
        let (few, rests) = looks(&mut gathering, 4000, 5000, 100);
        assert!((98..=100).contains(&few) && !rests, "{few}");
    }
}
