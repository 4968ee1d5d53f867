//! Seeded randomness that strangers cannot guess.

use std::fmt;

use rand_chacha::ChaCha20Rng;
use rand_core::Rng;
use rand_core::SeedableRng;

/// A `ChaCha20` stream. The driver keys it from the operating system, a test from its seed.
pub struct Chance(ChaCha20Rng);

impl fmt::Debug for Chance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Chance")
    }
}

impl Chance {
    /// The stream of this key.
    #[must_use]
    pub fn from_key(key: [u8; 32]) -> Self {
        Self(ChaCha20Rng::from_seed(key))
    }

    /// The stream of a test's seed.
    #[must_use]
    pub fn from_seed(seed: u64) -> Self {
        Self(ChaCha20Rng::seed_from_u64(seed))
    }

    /// A stream of its own for another room, keyed by this one.
    pub fn fork(&mut self) -> Self {
        let mut key = [0; 32];
        self.0.fill_bytes(&mut key);
        Self::from_key(key)
    }

    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// A number from 0 to `end - 1`; 0 if `end` is 0.
    pub fn below(&mut self, end: u64) -> u64 {
        let wide = u128::from(self.bits()) * u128::from(end);
        u64::try_from(wide >> 64).unwrap_or(0)
    }

    /// A number from 0 up to, not including, 1.
    pub fn fraction(&mut self) -> f64 {
        let bits = u32::try_from(self.bits() >> 32).unwrap_or(0);
        f64::from(bits) / (f64::from(u32::MAX) + 1.0)
    }

    /// True with probability `p`.
    pub fn happens(&mut self, p: f64) -> bool {
        self.fraction() < p
    }

    /// Fills `bytes`.
    pub fn fill(&mut self, bytes: &mut [u8]) {
        self.0.fill_bytes(bytes);
    }

    /// 16 lower-case letters and digits: 80 random bits, for tags, branches, Call-IDs.
    pub fn token(&mut self) -> String {
        const LETTERS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
        let mut bits = u128::from(self.bits()) << 64 | u128::from(self.bits());
        let mut token = String::with_capacity(16);
        for _ in 0..16 {
            let at = usize::try_from(bits & 31).unwrap_or(0);
            token.push(char::from(LETTERS[at]));
            bits >>= 5;
        }
        token
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_stream() {
        let (mut one, mut two) = (Chance::from_seed(7), Chance::from_seed(7));
        assert_eq!(one.token(), two.token());
        assert_eq!(one.below(10), two.below(10));
        assert_eq!(one.fork().token(), two.fork().token());
        assert_ne!(one.token(), Chance::from_seed(8).token());
    }

    #[test]
    fn below_stays_below() {
        let mut chance = Chance::from_seed(1);
        assert!((0..1000).all(|_| chance.below(3) < 3));
        assert_eq!(chance.below(0), 0);
    }
}
