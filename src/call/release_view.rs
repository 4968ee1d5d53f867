//! Releases as faces show them, folded from facts.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::call::release_table::Standing;
use crate::call::turnover::Released;
use crate::vocabulary::id::ReleaseNo;
use crate::vocabulary::time::Wall;

/// A live release.
#[derive(Clone, Debug, Serialize)]
pub struct ReleaseView {
    /// Its number.
    pub number: ReleaseNo,
    /// First 12 digits of the SHA-256 over all that it holds.
    pub hash: String,
    /// When new calls first got it.
    pub since: Wall,
    /// Who asked for it.
    pub by: String,
    /// `current`, `canary`, `before` (a rollback goes there) or `old` (older calls keep to it).
    pub standing: &'static str,
    /// Its share of new calls, in percent.
    pub percent: u8,
    /// Live calls that keep to it.
    pub calls_live: u64,
    /// Each of its files with the first 12 digits of its SHA-256.
    pub versions: Vec<String>,
}

/// All live releases.
#[derive(Clone, Debug, Default)]
pub struct ReleasesView {
    /// By number.
    pub live: BTreeMap<ReleaseNo, ReleaseView>,
}

impl ReleasesView {
    /// New calls get other releases.
    pub fn take(&mut self, released: &Released, wall: Wall) {
        let number = released.release;
        self.live.entry(number).or_insert_with(|| ReleaseView {
            number,
            hash: released.hash.clone(),
            since: wall,
            by: released.by.clone(),
            standing: "old",
            percent: 0,
            calls_live: 0,
            versions: released.versions.clone(),
        });
        for release in self.live.values_mut() {
            (release.standing, release.percent) = place(release.number, released.standing);
        }
    }

    /// Nobody needs a release any more.
    pub fn retire(&mut self, release: ReleaseNo) {
        self.live.remove(&release);
    }

    /// A call keeps to a release from here on.
    pub fn pin(&mut self, release: ReleaseNo) {
        if let Some(release) = self.live.get_mut(&release) {
            release.calls_live += 1;
        }
    }

    /// A call of a release has ended.
    pub fn unpin(&mut self, release: ReleaseNo) {
        if let Some(release) = self.live.get_mut(&release) {
            release.calls_live = release.calls_live.saturating_sub(1);
        }
    }
}

/// How a release stands, and its share of new calls in percent.
fn place(number: ReleaseNo, standing: Standing) -> (&'static str, u8) {
    let canary = standing
        .canary
        .map_or((None, 0), |canary| (Some(canary.release), canary.percent));
    if canary.0 == Some(number) {
        return ("canary", canary.1);
    }
    if standing.current == number {
        return ("current", 100 - canary.1);
    }
    let before = standing.before == Some(number);
    (if before { "before" } else { "old" }, 0)
}
