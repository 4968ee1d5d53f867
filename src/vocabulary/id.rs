//! Names of things that live in memory: node (8 bits), shard (8 bits), count (48 bits).

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! minted {
    ($(#[doc = $doc:literal] $name:ident),+ $(,)?) => {$(
        #[doc = $doc]
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub struct $name(u64);

        impl $name {
            /// The id with these 64 bits.
            #[must_use]
            pub const fn from_bits(bits: u64) -> Self {
                Self(bits)
            }

            /// All 64 bits.
            #[must_use]
            pub const fn bits(self) -> u64 {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:016x}", self.0)
            }
        }

        impl Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(from)?;
                u64::from_str_radix(&text, 16).map(Self).map_err(serde::de::Error::custom)
            }
        }
    )+};
}

macro_rules! listed {
    ($(#[doc = $doc:literal] $name:ident),+ $(,)?) => {$(
        #[doc = $doc]
        #[derive(
            Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize, Deserialize,
        )]
        pub struct $name(pub u32);
    )+};
}

minted! {
    /// One customer's call, from INVITE to record. It is also the contact that waits in a queue.
    CallId,
    /// One SIP session of ours with one far end, and its media session.
    LegId,
    /// A question put to the world.
    AskId,
    /// One request to play something to a leg.
    PlayId,
}

listed! {
    /// A seat, by its place in the catalog.
    SeatId,
    /// A queue, by its place in the catalog.
    QueueId,
    /// A skill, by its place in the catalog.
    SkillId,
    /// A named group of seats, by its place in the catalog.
    SeatGroupId,
    /// A recorded or rendered prompt, by its place in the prompt library.
    PromptId,
    /// A release, counted from 1 through all starts of a centre; 0: of before they were counted.
    ReleaseNo,
}

/// Makes ids that no other node or shard makes.
#[derive(Debug)]
pub struct Mint {
    base: u64,
    count: u64,
}

impl Mint {
    /// A mint for this node and shard, whose first id has the count `first` (48 bits).
    #[must_use]
    pub const fn new(node: u8, shard: u8, first: u64) -> Self {
        let base = ((node as u64) << 56) | ((shard as u64) << 48);
        Self { base, count: first }
    }

    /// The next id, as bits.
    pub const fn next_bits(&mut self) -> u64 {
        let bits = self.base | (self.count & 0xffff_ffff_ffff);
        self.count += 1;
        bits
    }

    /// The next call.
    pub const fn call(&mut self) -> CallId {
        CallId(self.next_bits())
    }

    /// The next leg.
    pub const fn leg(&mut self) -> LegId {
        LegId(self.next_bits())
    }

    /// The next question.
    pub const fn ask(&mut self) -> AskId {
        AskId(self.next_bits())
    }

    /// The next play.
    pub const fn play(&mut self) -> PlayId {
        PlayId(self.next_bits())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_carry_node_and_shard() {
        let mut mint = Mint::new(1, 2, 7);
        assert_eq!(mint.call().to_string(), "0102000000000007");
        assert_eq!(mint.leg().bits() & 0xff, 8);
    }

    #[test]
    fn ids_are_strings_in_json() {
        let id = CallId::from_bits(10);
        let json = serde_json::to_string(&id).unwrap();
        assert_eq!(json, "\"000000000000000a\"");
        assert_eq!(serde_json::from_str::<CallId>(&json).unwrap(), id);
    }
}
