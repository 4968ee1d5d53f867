//! The releases that are live, and which of them a new call gets.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::call::release::Release;
use crate::call::release::Share;
use crate::vocabulary::id::CallId;
use crate::vocabulary::id::ReleaseNo;

/// Releases that may be live at once: the present one, the one before it, one on trial, and those
/// that older calls keep to. One more is refused.
pub const RELEASES_MAX: usize = 8;

/// Which releases new calls get.
#[derive(Clone, Copy, Debug, Eq, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Standing {
    /// New calls get this one.
    pub current: ReleaseNo,
    /// A rollback goes back to this one.
    pub before: Option<ReleaseNo>,
    /// A share of new calls gets this one instead.
    pub canary: Option<Canary>,
}

/// A release on trial.
#[derive(Clone, Copy, Debug, Eq, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Canary {
    /// Which.
    pub release: ReleaseNo,
    /// Its share of new calls.
    pub percent: u8,
}

/// A live release.
#[derive(Debug)]
struct Held {
    release: Arc<Release>,
    /// Live calls by dialplan.
    calls: BTreeMap<String, usize>,
}

/// The releases that are live.
#[derive(Debug)]
pub struct ReleaseTable {
    held: BTreeMap<ReleaseNo, Held>,
    current: Arc<Release>,
    before: Option<ReleaseNo>,
    canary: Option<(Arc<Release>, Share)>,
    highest: ReleaseNo,
}

impl ReleaseTable {
    /// A centre starts with this release.
    #[must_use]
    pub fn new(first: Arc<Release>) -> Self {
        let mut table = Self {
            held: BTreeMap::new(),
            highest: first.number,
            current: Arc::clone(&first),
            before: None,
            canary: None,
        };
        table.hold(first);
        table
    }

    /// What new calls get, but for those of a trial.
    #[must_use]
    pub const fn current(&self) -> &Arc<Release> {
        &self.current
    }

    /// What this new call gets.
    #[must_use]
    pub fn for_call(&self, call: CallId) -> &Arc<Release> {
        let canary = self.canary.as_ref().filter(|(_, share)| share.holds(call));
        canary.map_or(&self.current, |(release, _)| release)
    }

    /// The release on trial.
    #[must_use]
    pub fn tried(&self) -> Option<Arc<Release>> {
        self.canary.as_ref().map(|(release, _)| Arc::clone(release))
    }

    /// The release that a rollback goes back to.
    #[must_use]
    pub fn before(&self) -> Option<Arc<Release>> {
        let before = self.before.and_then(|number| self.held.get(&number));
        before.map(|held| Arc::clone(&held.release))
    }

    /// Which releases new calls get.
    #[must_use]
    pub fn standing(&self) -> Standing {
        let canary = self.canary.as_ref().map(|(release, share)| Canary {
            release: release.number,
            percent: share.percent(),
        });
        Standing {
            current: self.current.number,
            before: self.before,
            canary,
        }
    }

    /// The highest number so far.
    #[must_use]
    pub const fn highest(&self) -> ReleaseNo {
        self.highest
    }

    /// A call begins with a dialplan of a release.
    pub fn pin(&mut self, release: ReleaseNo, flow: &str) {
        if let Some(held) = self.held.get_mut(&release) {
            *held.calls.entry(flow.to_owned()).or_default() += 1;
        }
    }

    /// A call of a release has ended.
    pub fn unpin(&mut self, release: ReleaseNo, flow: &str) {
        let Some(held) = self.held.get_mut(&release) else {
            return;
        };
        if let Some(calls) = held.calls.get_mut(flow) {
            *calls = calls.saturating_sub(1);
            if *calls == 0 {
                held.calls.remove(flow);
            }
        }
    }

    /// Live calls of a release.
    #[must_use]
    pub fn calls(&self, release: ReleaseNo) -> usize {
        let held = self.held.get(&release);
        held.map_or(0, |held| held.calls.values().sum())
    }

    /// Live calls whose dialplan may hand them to this queue.
    #[must_use]
    pub fn calls_towards(&self, queue: &str) -> usize {
        let towards = |held: &Held| -> usize {
            let calls = held.calls.iter();
            let calls = calls.filter(|(flow, _)| held.release.leads_to(flow, queue));
            calls.map(|(_, calls)| calls).sum()
        };
        self.held.values().map(towards).sum()
    }

    /// Whether one more may be taken: else the oldest that is in the way, and its calls.
    ///
    /// # Errors
    ///
    /// The number of the oldest release with live calls, and how many it has.
    pub fn room(&self, share: Option<Share>) -> Result<(), (ReleaseNo, usize)> {
        // The present one stays beside the next; a trial that gives way stays only for its calls.
        let stays = |number: &ReleaseNo| {
            let before = share.is_some() && Some(*number) == self.before;
            *number == self.current.number || before || self.calls(*number) > 0
        };
        let staying = self.held.keys().filter(|number| stays(number)).count();
        if staying < RELEASES_MAX {
            return Ok(());
        }
        let mut numbers = self.held.keys();
        let oldest = numbers.find(|number| self.calls(**number) > 0);
        let oldest = oldest.copied().unwrap_or(self.current.number);
        Err((oldest, self.calls(oldest)))
    }

    /// Takes a release: for all new calls, or for a share of them.
    pub fn take(&mut self, release: Arc<Release>, share: Option<Share>) {
        self.highest = self.highest.max(release.number);
        self.hold(Arc::clone(&release));
        match share {
            Some(share) => self.canary = Some((release, share)),
            None => self.succeed(release),
        }
    }

    /// The release on trial is for all new calls from here on. False if there is none.
    pub fn promote(&mut self) -> bool {
        let Some((release, _)) = self.canary.take() else {
            return false;
        };
        self.succeed(release);
        true
    }

    /// A trial ends, or else the release before is the present one again. False if there is none.
    pub fn roll_back(&mut self) -> bool {
        if self.canary.take().is_some() {
            return true;
        }
        let Some(before) = self.before() else {
            return false;
        };
        self.current = before;
        self.before = None;
        true
    }

    /// Lets go of releases that nobody needs any more.
    pub fn retire(&mut self) -> Vec<Arc<Release>> {
        let standing = self.standing();
        let canary = standing.canary.map(|canary| canary.release);
        let wanted = [Some(standing.current), standing.before, canary];
        let idle = self.held.iter();
        let idle = idle
            .filter(|(number, held)| held.calls.is_empty() && !wanted.contains(&Some(**number)));
        let idle: Vec<ReleaseNo> = idle.map(|(number, _)| *number).collect();
        let gone = idle.iter().filter_map(|number| self.held.remove(number));
        gone.map(|held| held.release).collect()
    }

    fn succeed(&mut self, release: Arc<Release>) {
        self.before = Some(self.current.number);
        self.current = release;
        self.canary = None;
    }

    fn hold(&mut self, release: Arc<Release>) {
        let calls = BTreeMap::new();
        self.held.insert(release.number, Held { release, calls });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn release(number: u32) -> Arc<Release> {
        Arc::new(Release {
            number: ReleaseNo(number),
            ..Release::default()
        })
    }

    fn gone(table: &mut ReleaseTable) -> Vec<u32> {
        let gone = table.retire().into_iter();
        gone.map(|release| release.number.0).collect()
    }

    #[test]
    fn a_release_stays_for_its_calls_and_for_a_rollback() {
        let mut table = ReleaseTable::new(release(1));
        table.pin(ReleaseNo(1), "hotline");
        table.take(release(2), None);
        table.take(release(3), None);
        assert_eq!(gone(&mut table), [0; 0]);
        table.unpin(ReleaseNo(1), "hotline");
        assert_eq!(gone(&mut table), [1]);
        assert!(table.roll_back());
        assert_eq!(table.current().number, ReleaseNo(2));
        assert_eq!(gone(&mut table), [3]);
        assert!(!table.roll_back());
        assert_eq!(table.highest(), ReleaseNo(3));
    }

    #[test]
    fn a_trial_gets_its_share_and_ends_by_promotion_or_rollback() {
        let mut table = ReleaseTable::new(release(1));
        let half = Share::of(50);
        table.take(release(2), half);
        let calls = (0..1_000).map(CallId::from_bits);
        let tried = calls.filter(|call| table.for_call(*call).number == ReleaseNo(2));
        assert!(tried.count().abs_diff(500) < 60);
        assert!(table.roll_back());
        assert_eq!(
            (table.current().number, gone(&mut table)),
            (ReleaseNo(1), vec![2])
        );
        table.take(release(3), half);
        assert!(table.promote());
        assert_eq!(table.standing().before, Some(ReleaseNo(1)));
        assert!(!table.promote());
    }

    #[test]
    fn the_ninth_live_release_is_refused_and_the_oldest_named() {
        let mut table = ReleaseTable::new(release(1));
        for number in 2..=8 {
            table.pin(ReleaseNo(number - 1), "hotline");
            assert_eq!(table.room(None), Ok(()));
            table.take(release(number), None);
            assert_eq!(gone(&mut table), [0; 0]);
        }
        table.pin(ReleaseNo(2), "shop");
        assert_eq!(table.room(None), Err((ReleaseNo(1), 1)));
        table.unpin(ReleaseNo(1), "hotline");
        gone(&mut table);
        assert_eq!(table.room(None), Ok(()));
        table.take(release(9), None);
        assert_eq!(table.room(None), Ok(()));
        table.pin(ReleaseNo(8), "hotline");
        assert_eq!(table.room(None), Err((ReleaseNo(2), 2)));
    }

    #[test]
    fn a_release_without_calls_before_the_last_makes_room() {
        let mut table = ReleaseTable::new(release(1));
        for number in 2..50 {
            assert_eq!(table.room(None), Ok(()));
            table.take(release(number), None);
            table.retire();
        }
        assert_eq!(table.held.len(), 2);
    }
}
