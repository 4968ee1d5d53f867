//! One set of releases gives way to another: what is asked, and what is written of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::call::record::Names;
use crate::call::release::Release;
use crate::call::release::Share;
use crate::call::release_table::Standing;
use crate::machine::catalog::Catalog;
use crate::machine::sip::config::Secrets;
use crate::machine::succession::Change;
use crate::vocabulary::id::ReleaseNo;

/// A turnover, prepared where there is time: all that is left to do costs what it changes.
#[derive(Clone, Debug, PartialEq)]
pub struct Turnover {
    /// What to do.
    pub step: Step,
    /// The releases that it was prepared for; it is refused if others stand by now.
    pub from: Standing,
    /// The people that it was prepared for and those that it leads to.
    pub people: Arc<Catalog>,
    /// What that changes for the distributor.
    pub change: Change,
    /// The names of these people, if there are others than before.
    pub names: Option<NewNames>,
    /// How each seat proves itself, if that changes.
    pub users: Option<BTreeMap<String, Secrets>>,
    /// Where contacts wait whose queue or skill goes.
    pub move_to: Option<String>,
    /// Who asks for it: `api`, `signal`.
    pub by: String,
}

/// Names that ids stand for from here on: for the switchboard, and once more for the journal.
#[derive(Clone, Debug, PartialEq)]
pub struct NewNames {
    /// To be shared.
    pub shared: Arc<Names>,
    /// To be written.
    pub written: Names,
}

/// What to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// Give all new calls this release, or a share of them.
    Take(Arc<Release>, Option<Share>),
    /// Give all new calls the release on trial.
    Promote,
    /// End the trial, or go back to the release before.
    RollBack,
}

/// New calls get other releases: as the journal has it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Released {
    /// Why.
    pub occasion: Occasion,
    /// The release it is about: taken, promoted, withdrawn or gone back to.
    pub release: ReleaseNo,
    /// First 12 digits of the SHA-256 over all that it holds.
    pub hash: String,
    /// Each of its files with the first 12 digits of its SHA-256.
    pub versions: Vec<String>,
    /// Which releases new calls get from here on.
    pub standing: Standing,
    /// Who asked for it: `start`, `api`, `signal`.
    pub by: String,
    /// Names by id from here on, if there are others than before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub names: Option<Names>,
}

/// Why new calls get other releases.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Occasion {
    /// The centre started.
    Started,
    /// Files were read again.
    Reloaded,
    /// Files were read again, for a share of new calls.
    Tried,
    /// A trial went well.
    Promoted,
    /// A trial ended, or the release before was wanted again.
    RolledBack,
}
