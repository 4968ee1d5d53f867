//! All that a release is made of, read from disk and checked together.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;

use sha2::Digest;
use sha2::Sha256;

use crate::call::release::Release;
use crate::driver::centre::proof;
use crate::driver::config::reading::Config;
use crate::driver::config::reading::ConfigError;
use crate::driver::draft::Draft;
use crate::driver::draft::DraftError;
use crate::driver::prompts::catalog::Catalog as Prompts;
use crate::driver::prompts::catalog::Pending;
use crate::driver::prompts::index::IndexRow;
use crate::driver::prompts::shelf::Shelf;
use crate::driver::stock::Sounds;
use crate::machine::catalog::Catalog;
use crate::vocabulary::fault::FaultyFile;
use crate::vocabulary::id::PromptId;
use crate::vocabulary::id::ReleaseNo;
use crate::vocabulary::time::Wall;

/// The music that is played to those who wait or are held.
const MUSIC: &str = "calm";
/// The list of prompts, in their folder and in a release that is kept.
const INDEX: &str = "index.csv";

/// Why files make no release.
#[derive(Debug, thiserror::Error)]
pub enum MaterialError {
    /// The configuration.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Dialplans or banks.
    #[error(transparent)]
    Draft(#[from] DraftError),
    /// Dialplans whose tests fail, or that do to callers what they must not.
    #[error("{} of the dialplans do not do what they should", .0.len())]
    Unproved(Vec<FaultyFile>),
}

impl MaterialError {
    /// The files with their faults, if it is their author's fault.
    #[must_use]
    pub fn faulty(&self) -> &[FaultyFile] {
        match self {
            Self::Config(ConfigError::Faulty(file)) => std::slice::from_ref(file),
            Self::Draft(DraftError::Faulty(files)) | Self::Unproved(files) => files,
            Self::Config(ConfigError::Unreadable { .. })
            | Self::Draft(DraftError::Unreadable { .. }) => &[],
        }
    }
}

/// All that a release is made of.
#[derive(Debug)]
pub struct Material {
    /// What was read of `ringwise.toml`.
    pub config: Config,
    /// First 12 digits of the SHA-256 over all of it.
    pub hash: String,
    /// What is wrong with prompts; they are left out.
    pub warnings: Vec<String>,
    /// The files to keep, each with its path in the release.
    pub files: Vec<(String, String)>,
    draft: Draft,
    prompts: Prompts,
}

impl Material {
    /// Reads dialplans, banks and prompts where the configuration says, and runs the tests that
    /// stand in dialplans. All that a file can be refused for is found here, before anything of it
    /// is in force.
    ///
    /// # Errors
    ///
    /// [`MaterialError`] with every fault of every file.
    pub fn gather(config: Config, shelf: &mut Shelf) -> Result<Self, MaterialError> {
        let draft = draft(&config)?;
        let prompts = shelf.stock(&config.settings.prompts.dir);
        let faulty = proof::faults(&draft, &prompts.book(), &config);
        if faulty.is_empty() {
            return Ok(Self::of(config, draft, prompts));
        }
        Err(MaterialError::Unproved(faulty))
    }

    /// As [`Material::gather`], for a centre that starts: what is not recorded in the cache is left
    /// to be decoded, and a failing test is a warning, because a centre that stands still helps
    /// nobody.
    ///
    /// # Errors
    ///
    /// [`MaterialError`] with every fault of every file.
    pub fn begin(config: Config, shelf: &mut Shelf) -> Result<(Self, Pending), MaterialError> {
        let draft = draft(&config)?;
        let (prompts, pending) = shelf.open(&config.settings.prompts.dir);
        let faulty = proof::faults(&draft, &prompts.book(), &config);
        let mut material = Self::of(config, draft, prompts);
        material
            .warnings
            .extend(faulty.iter().map(ToString::to_string));
        Ok((material, pending))
    }

    fn of(config: Config, draft: Draft, prompts: Prompts) -> Self {
        let index = std::fs::read_to_string(config.settings.prompts.dir.join(INDEX));
        let mut files = draft.files.clone();
        files.extend(index.ok().map(|text| (format!("prompts/{INDEX}"), text)));
        Self {
            hash: hash(&draft, &prompts.rows, &config.catalog),
            warnings: prompts.faults.iter().map(ToString::to_string).collect(),
            files,
            config,
            draft,
            prompts,
        }
    }

    /// Every prompt of it.
    #[must_use]
    pub fn prompts(&self) -> Arc<[PromptId]> {
        let ids = self.prompts.rows.iter().map(|row| row.prompt);
        ids.collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// The release that it makes, with the sounds of its prompts.
    #[must_use]
    pub fn release(self, number: ReleaseNo, read_at: Wall) -> (Release, Sounds) {
        let release = Release {
            number,
            read_at,
            prompts: self.prompts(),
            hash: self.hash,
            catalog: Arc::new(self.config.catalog),
            scripts: self.draft.scripts,
            banks: self.draft.banks,
            versions: self.draft.versions,
            phrasebook: Arc::new(self.prompts.book()),
            music: self.prompts.music(MUSIC),
        };
        // Two rows may have one sound.
        let sounds: BTreeMap<_, _> = self.prompts.sounds.into_iter().collect();
        (release, sounds.into_iter().collect())
    }
}

fn draft(config: &Config) -> Result<Draft, DraftError> {
    let settings = &config.settings;
    let (dialplans, banks) = (&settings.dialplans.dir, &settings.banks.dir);
    Draft::load(dialplans, banks, Some((&config.catalog, &settings.service)))
}

/// The same files give the same hash, wherever they stand.
fn hash(draft: &Draft, prompts: &[IndexRow], catalog: &Catalog) -> String {
    let mut digest = Sha256::new();
    let mut part = |text: &str| {
        digest.update(text.len().to_le_bytes());
        digest.update(text.as_bytes());
    };
    for (name, text) in &draft.files {
        part(name);
        part(text);
    }
    for row in prompts {
        part(&row.phrase);
        part(row.language.map_or("", |language| language.tag()));
        part(&row.text);
        part(&row.hash);
    }
    for seat in catalog.seats() {
        part(&seat.id);
        part(&seat.name);
        part(&seat.site);
        part(&seat.queues.join(" "));
        for (skill, level) in &seat.skills {
            part(skill);
            part(&level.to_string());
        }
    }
    for queue in catalog.queues() {
        part(&queue.name);
        part(&queue.need);
        for length in [queue.ring, queue.wrap_up, queue.announce_every] {
            part(&length.as_millis().to_string());
        }
        part(&queue.waiting_max.to_string());
    }
    let digest = hex::encode(digest.finalize());
    digest.get(..12).unwrap_or_default().to_owned()
}
