//! Dialplans and banks by name: a release that is kept, a folder, or the files of the configuration.

use std::path::Path;
use std::path::PathBuf;

use crate::driver::centre::release_store::ReleaseStore;
use crate::driver::config::reading::Config;
use crate::driver::draft::Draft;
use crate::driver::draft::DraftError;
use crate::vocabulary::id::ReleaseNo;

/// The files that the configuration names now.
pub const FILES: &str = "files";

/// Why there are none.
#[derive(Debug, thiserror::Error)]
pub enum ChoiceError {
    /// The files.
    #[error(transparent)]
    Draft(#[from] DraftError),
    /// The release.
    #[error("release {0} is not kept: {1} is no folder; `ringwise releases` lists the live ones")]
    NotKept(u32, PathBuf),
    /// No release.
    #[error("no release is kept yet: name a folder, or start the centre once")]
    NoRelease,
}

/// What was chosen, and where its prompts are.
#[derive(Debug)]
pub struct Chosen {
    /// As it was named.
    pub name: String,
    /// What it holds.
    pub draft: Draft,
    /// Its own folder of prompts, or the centre's.
    pub prompts: PathBuf,
}

impl Chosen {
    /// Finds it: a release by its number, a folder with `dialplans` and `banks`, or [`FILES`].
    ///
    /// # Errors
    ///
    /// [`ChoiceError`], in words for the person who named it.
    pub fn find(name: &str, config: &Config) -> Result<Self, ChoiceError> {
        let settings = &config.settings;
        if name == FILES {
            let (dialplans, banks) = (&settings.dialplans.dir, &settings.banks.dir);
            return Ok(Self {
                name: FILES.to_owned(),
                draft: Draft::load(dialplans, banks, Some((&config.catalog, &settings.service)))?,
                prompts: settings.prompts.dir.clone(),
            });
        }
        let dir = match name.parse() {
            Ok(number) => {
                let dir = ReleaseStore::new(&settings.data_dir).dir(ReleaseNo(number));
                if !dir.is_dir() {
                    return Err(ChoiceError::NotKept(number, dir));
                }
                dir
            }
            Err(_) => PathBuf::from(name),
        };
        Ok(Self {
            name: name.to_owned(),
            draft: Draft::load(&dir.join("dialplans"), &dir.join("banks"), None)?,
            prompts: prompts(&dir, &settings.prompts.dir),
        })
    }

    /// The last release.
    ///
    /// # Errors
    ///
    /// [`ChoiceError`] likewise.
    pub fn last(config: &Config) -> Result<Self, ChoiceError> {
        let last = ReleaseStore::new(&config.settings.data_dir).last();
        let last = last.ok_or(ChoiceError::NoRelease)?;
        Self::find(&last.0.to_string(), config)
    }
}

/// A folder may leave its prompts to the centre's.
fn prompts(dir: &Path, centres: &Path) -> PathBuf {
    let own = dir.join("prompts");
    if own.is_dir() {
        own
    } else {
        centres.to_owned()
    }
}
