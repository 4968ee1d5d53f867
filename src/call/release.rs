//! What an administrator may change while calls are live, as one thing with a number.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::machine::catalog::Catalog;
use crate::machine::ivr::script::Script;
use crate::machine::prediction::bank::Bank;
use crate::machine::speech::phrasebook::Phrasebook;
use crate::vocabulary::id::CallId;
use crate::vocabulary::id::PromptId;
use crate::vocabulary::id::ReleaseNo;
use crate::vocabulary::time::Wall;

/// Dialplans, banks, prompts, queues and skills that hold together. A call keeps to the release it
/// arrived under until its end.
#[derive(Clone, Debug, Default)]
pub struct Release {
    /// Counted from 1.
    pub number: ReleaseNo,
    /// First 12 digits of the SHA-256 over all that it holds.
    pub hash: String,
    /// When it was read.
    pub read_at: Wall,
    /// Seats, queues and skills as its files have them.
    pub catalog: Arc<Catalog>,
    /// Dialplans, each with the numbers it answers.
    pub scripts: Vec<Arc<Script>>,
    /// Questions and answers, by the name that dialplans use.
    pub banks: BTreeMap<String, Arc<Bank>>,
    /// Each file with the first 12 digits of its SHA-256.
    pub versions: Vec<String>,
    /// What has been recorded.
    pub phrasebook: Arc<Phrasebook>,
    /// Music on hold, if it is there.
    pub music: Option<PromptId>,
    /// Every prompt that its words or music may need.
    pub prompts: Arc<[PromptId]>,
}

impl PartialEq for Release {
    /// Numbers and hashes name releases.
    fn eq(&self, other: &Self) -> bool {
        (self.number, &self.hash) == (other.number, &other.hash)
    }
}

impl Release {
    /// The dialplan that answers this number.
    #[must_use]
    pub fn script(&self, called: &str) -> Option<&Arc<Script>> {
        self.scripts.iter().find(|script| script.answers(called))
    }

    /// The bank that a dialplan names; an empty one if it names none.
    #[must_use]
    pub fn bank(&self, script: &Script) -> Arc<Bank> {
        let named = script.bank.as_ref().and_then(|bank| self.banks.get(bank));
        named.cloned().unwrap_or_default()
    }

    /// Whether this dialplan of it may hand a call to this queue.
    #[must_use]
    pub fn leads_to(&self, flow: &str, queue: &str) -> bool {
        let mut steps = self
            .scripts
            .iter()
            .filter(|script| script.flow == flow)
            .flat_map(|script| &script.steps);
        steps.any(|step| step.queue().is_some_and(|step| step.queue == queue))
    }
}

/// The share of new calls that a release on trial gets, in percent.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Share(u8);

impl Share {
    /// 1 to 99 percent.
    #[must_use]
    pub const fn of(percent: u8) -> Option<Self> {
        if percent >= 1 && percent <= 99 {
            return Some(Self(percent));
        }
        None
    }

    /// In percent.
    #[must_use]
    pub const fn percent(self) -> u8 {
        self.0
    }

    /// Whether this call is of the share. The same call always is or is not.
    #[must_use]
    pub const fn holds(self, call: CallId) -> bool {
        scattered(call.bits()) % 100 < self.0 as u64
    }
}

/// Numbers that follow each other end up far apart (the finaliser of splitmix64).
const fn scattered(bits: u64) -> u64 {
    let bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_of_following_calls_is_what_it_says() {
        assert_eq!((Share::of(0), Share::of(100)), (None, None));
        for percent in [1, 10, 50, 99] {
            let share = Share::of(percent).unwrap();
            let held = (0..10_000).filter(|bits| share.holds(CallId::from_bits(*bits)));
            let held = u32::try_from(held.count()).unwrap();
            assert!(
                held.abs_diff(u32::from(percent) * 100) < 150,
                "{percent} % got {held}"
            );
        }
    }
}
