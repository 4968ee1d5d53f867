//! Nonces that prove when and for which realm they were made, and are counted when used.

use std::collections::BTreeMap;
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use hmac::Hmac;
use hmac::KeyInit;
use hmac::Mac;
use sha2::Sha256;

use crate::vocabulary::chance::Chance;
use crate::vocabulary::time::Now;

/// How long a nonce may be used.
pub const NONCE_LIFE: Duration = Duration::from_secs(60);

const STAMP_BYTES: usize = 16;
const SEAL_BYTES: usize = 16;

/// When a nonce was made (ms) and the how many-th it was: also its order of age.
type Stamp = (u64, u64);

/// What a nonce is worth.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Worth {
    /// Ours, young, and this count is higher than all before.
    Good(Stamp),
    /// Ours but too old, or so old that its count has been forgotten.
    Stale,
    /// Ours, but this count has been used.
    Replayed,
    /// Not ours, or of another run.
    Foreign,
}

/// Makes nonces without remembering them; remembers only the counts of those in use.
///
/// A nonce is `ms since start | number | HMAC-SHA-256 over both and the realm, cut to 16
/// bytes`, in base64.
pub struct NonceBook {
    key: Hmac<Sha256>,
    number: u64,
    counts: BTreeMap<Stamp, u32>,
    counts_max: usize,
    /// Nonces older than this have been forgotten.
    floor: Stamp,
}

impl std::fmt::Debug for NonceBook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "NonceBook({} in use)", self.counts.len())
    }
}

impl NonceBook {
    /// A book for one realm that remembers at most `counts_max` counts.
    #[must_use]
    pub fn new(realm: &str, counts_max: usize, chance: &mut Chance) -> Self {
        let mut key = [0; 64];
        chance.fill(&mut key);
        let mut key = Hmac::<Sha256>::new(&key.into());
        key.update(realm.as_bytes());
        Self {
            key,
            number: 0,
            counts: BTreeMap::new(),
            counts_max,
            floor: (0, 0),
        }
    }

    /// A nonce that nobody has seen.
    pub fn issue(&mut self, now: Now) -> String {
        self.number += 1;
        let mut nonce = stamp_bytes((ms(now), self.number)).to_vec();
        let seal = self.key.clone().chain_update(&nonce).finalize();
        nonce.extend(seal.into_bytes().iter().take(SEAL_BYTES));
        BASE64_URL_SAFE_NO_PAD.encode(nonce)
    }

    /// What a nonce with this count is worth at `now`. Nothing is remembered yet.
    #[must_use]
    pub fn judge(&self, nonce: &str, count: u32, now: Now) -> Worth {
        let Some(stamp) = self.opened(nonce) else {
            return Worth::Foreign;
        };
        let age = now.since(Now::at_ms(stamp.0));
        if age > NONCE_LIFE || stamp < self.floor {
            return Worth::Stale;
        }
        match self.counts.get(&stamp) {
            Some(last) if count <= *last => Worth::Replayed,
            _ => Worth::Good(stamp),
        }
    }

    fn opened(&self, nonce: &str) -> Option<Stamp> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(nonce).ok()?;
        let (stamp, seal) = bytes.split_at_checked(STAMP_BYTES)?;
        if seal.len() != SEAL_BYTES {
            return None;
        }
        let mac = self.key.clone().chain_update(stamp);
        mac.verify_truncated_left(seal).ok()?;
        let (ms, number) = stamp.split_at_checked(8)?;
        Some((
            u64::from_be_bytes(ms.try_into().ok()?),
            u64::from_be_bytes(number.try_into().ok()?),
        ))
    }

    /// Remembers that a good nonce has been used up to `count`.
    pub fn spend(&mut self, stamp: Stamp, count: u32, now: Now) {
        self.counts.insert(stamp, count);
        while let Some((oldest, _)) = self.counts.first_key_value() {
            let oldest = *oldest;
            let dead = now.since(Now::at_ms(oldest.0)) > NONCE_LIFE;
            if !dead && self.counts.len() <= self.counts_max {
                break;
            }
            self.counts.remove(&oldest);
            self.floor = (oldest.0, oldest.1 + 1);
        }
    }
}

fn ms(now: Now) -> u64 {
    u64::try_from(now.since_start().as_millis()).unwrap_or(u64::MAX)
}

fn stamp_bytes(stamp: Stamp) -> [u8; STAMP_BYTES] {
    ((u128::from(stamp.0) << 64) | u128::from(stamp.1)).to_be_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn book(realm: &str) -> NonceBook {
        NonceBook::new(realm, 2, &mut Chance::from_seed(1))
    }

    #[test]
    fn a_nonce_is_good_for_a_minute_and_each_count_once() {
        let mut book = book("ringwise");
        let nonce = book.issue(Now::at_ms(1000));
        let Worth::Good(stamp) = book.judge(&nonce, 1, Now::at_ms(61_000)) else {
            panic!("a fresh nonce is refused");
        };
        assert_eq!(book.judge(&nonce, 1, Now::at_ms(61_001)), Worth::Stale);
        book.spend(stamp, 3, Now::at_ms(2000));
        for (count, worth) in [(1, Worth::Replayed), (3, Worth::Replayed), (4, Worth::Good(stamp))] {
            assert_eq!(book.judge(&nonce, count, Now::at_ms(2000)), worth);
        }
    }

    #[test]
    fn other_realms_and_changed_bytes_are_foreign() {
        let nonce = book("other").issue(Now::START);
        assert_eq!(book("ringwise").judge(&nonce, 1, Now::START), Worth::Foreign);
        let mut book = book("ringwise");
        let nonce = book.issue(Now::START);
        for at in 0..nonce.len() {
            let mut changed = nonce.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            assert_eq!(book.judge(&changed, 1, Now::START), Worth::Foreign, "byte {at}");
        }
        for text in ["", "x", "é", &nonce[1..]] {
            assert_eq!(book.judge(text, 1, Now::START), Worth::Foreign);
        }
    }

    #[test]
    fn a_forgotten_count_makes_its_nonce_stale_not_fresh() {
        let mut book = book("ringwise");
        let nonces: Vec<_> = (0..3).map(|_| book.issue(Now::START)).collect();
        for nonce in &nonces {
            if let Worth::Good(stamp) = book.judge(nonce, 1, Now::START) {
                book.spend(stamp, 1, Now::START);
            }
        }
        let worth: Vec<_> = nonces.iter().map(|n| book.judge(n, 2, Now::START)).collect();
        assert_eq!(worth[0], Worth::Stale);
        assert!(matches!(worth[2], Worth::Good(_)));
    }
}
