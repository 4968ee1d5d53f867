//! The files of releases that were taken, kept in the data folder to be compared with later.

use std::fs;
use std::io;
use std::path::Path;
use std::path::PathBuf;

use crate::vocabulary::id::ReleaseNo;

/// Releases that are kept; the oldest goes for one more.
const KEPT_MAX: usize = 100;

/// A folder of releases, each in a folder named by its number.
#[derive(Clone, Debug)]
pub struct ReleaseStore {
    dir: PathBuf,
}

impl ReleaseStore {
    /// The store of this data folder.
    #[must_use]
    pub fn new(data_dir: &Path) -> Self {
        Self {
            dir: data_dir.join("releases"),
        }
    }

    /// Where a release is kept.
    #[must_use]
    pub fn dir(&self, release: ReleaseNo) -> PathBuf {
        self.dir.join(release.0.to_string())
    }

    /// The highest release that is kept.
    #[must_use]
    pub fn last(&self) -> Option<ReleaseNo> {
        self.numbers().ok()?.into_iter().max().map(ReleaseNo)
    }

    /// Keeps the files of a release, each with its path in it; whole or not at all.
    ///
    /// # Errors
    ///
    /// The disk says no; the release can then not be compared with.
    pub fn keep(&self, release: ReleaseNo, files: &[(String, String)]) -> io::Result<()> {
        let dir = self.dir(release);
        if dir.exists() {
            return Ok(());
        }
        let unfinished = self.dir.join(format!("{}.tmp", release.0));
        if unfinished.exists() {
            fs::remove_dir_all(&unfinished)?;
        }
        for folder in ["dialplans", "banks"] {
            fs::create_dir_all(unfinished.join(folder))?;
        }
        for (name, text) in files {
            let path = unfinished.join(name);
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder)?;
            }
            fs::write(path, text)?;
        }
        fs::rename(&unfinished, &dir)?;
        self.clear_away()
    }

    fn numbers(&self) -> io::Result<Vec<u32>> {
        let entries = fs::read_dir(&self.dir)?.flatten();
        let numbers = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        Ok(numbers.collect())
    }

    fn clear_away(&self) -> io::Result<()> {
        let mut numbers = self.numbers()?;
        numbers.sort_unstable();
        let spare = numbers.len().saturating_sub(KEPT_MAX);
        for number in numbers.into_iter().take(spare) {
            fs::remove_dir_all(self.dir(ReleaseNo(number)))?;
        }
        Ok(())
    }
}
