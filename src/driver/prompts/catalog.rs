//! All prompts, ready to be played.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;
use std::thread;

use crate::driver::prompts::audio;
use crate::driver::prompts::audio::AudioError;
use crate::driver::prompts::cache;
use crate::driver::prompts::cache::Entries;
use crate::driver::prompts::cache::Key;
use crate::driver::prompts::index::Index;
use crate::driver::prompts::index::IndexRow;
use crate::driver::prompts::index::PromptFault;
use crate::machine::media::library::Encoded;
use crate::machine::media::library::FRAME;
use crate::machine::speech::phrasebook::Phrasebook;
use crate::vocabulary::id::PromptId;

/// All prompts, ready to be played.
#[derive(Debug)]
pub struct Catalog {
    /// What can be said with them.
    pub book: Phrasebook,
    /// Their sounds, for the library.
    pub sounds: Vec<(PromptId, Arc<Encoded>)>,
    /// Music by name: `calm`.
    pub music: BTreeMap<String, PromptId>,
    /// What is wrong. Words of a prompt that is left out go to the speech command.
    pub faults: Vec<PromptFault>,
    /// The first id that no recorded prompt has.
    pub free: PromptId,
}

impl Catalog {
    /// Loads the prompts of this folder, from the cache file where nothing has changed. The others
    /// are decoded on all cores and the cache is written again.
    #[must_use]
    pub fn load(dir: &Path, cache_file: &Path) -> Self {
        let index = Index::read(dir);
        let known = cache::read(cache_file);
        let keys: Vec<_> = index.rows.iter().map(Key::of).collect();
        let cached = |key: &std::io::Result<Key>| known.get(key.as_ref().ok()?).cloned();
        let mut sounds: Vec<Option<Result<Arc<Encoded>, PromptFault>>> =
            keys.iter().map(|key| cached(key).map(Ok)).collect();
        let new: Vec<_> = (0..sounds.len())
            .filter(|at| sounds[*at].is_none())
            .collect();
        let rows: Vec<_> = new.iter().map(|at| &index.rows[*at]).collect();
        for (at, sound) in new.iter().zip(decoded(&rows)) {
            sounds[*at] = Some(sound);
        }
        let catalog = Self::of(index, sounds.into_iter().flatten());
        if !new.is_empty() || known.len() != catalog.sounds.len() {
            catalog.remember(&keys, cache_file);
        }
        catalog
    }

    /// Decodes every prompt of this folder and lists all that is wrong.
    #[must_use]
    pub fn check(dir: &Path) -> Vec<PromptFault> {
        let index = Index::read(dir);
        let rows: Vec<_> = index.rows.iter().collect();
        let sounds = decoded(&rows);
        Self::of(index, sounds.into_iter()).faults
    }

    fn of(index: Index, sounds: impl Iterator<Item = Result<Arc<Encoded>, PromptFault>>) -> Self {
        let mut catalog = Self {
            book: Phrasebook::default(),
            sounds: Vec::with_capacity(index.rows.len()),
            music: BTreeMap::new(),
            faults: index.faults,
            free: PromptId(u32::try_from(index.rows.len()).unwrap_or(u32::MAX)),
        };
        for (row, sound) in index.rows.into_iter().zip(sounds) {
            match sound {
                Ok(sound) => catalog.add(&row, sound),
                Err(fault) => catalog.faults.push(fault),
            }
        }
        catalog
    }

    fn add(&mut self, row: &IndexRow, sound: Arc<Encoded>) {
        if sound.duration().abs_diff(row.duration) > FRAME {
            self.faults.push(PromptFault::Length {
                path: row.path.clone(),
                found: sound.duration(),
                expected: row.duration,
            });
        }
        match row.spoken() {
            Some(mut spoken) => {
                spoken.duration = sound.duration();
                self.book.add(spoken);
            }
            None => {
                let name = row.phrase.strip_prefix("music.").unwrap_or(&row.phrase);
                self.music.insert(name.to_owned(), row.prompt);
            }
        }
        self.sounds.push((row.prompt, sound));
    }

    fn remember(&self, keys: &[std::io::Result<Key>], cache_file: &Path) {
        let entry = |(prompt, sound): &(PromptId, Arc<Encoded>)| {
            let key = keys.get(usize::try_from(prompt.0).ok()?)?;
            Some((*key.as_ref().ok()?, sound.clone()))
        };
        let entries: Entries = self.sounds.iter().filter_map(entry).collect();
        if let Err(error) = cache::write(cache_file, &entries) {
            tracing::warn!(file = %cache_file.display(), %error, "prompt cache not written");
        }
    }
}

/// Decodes these rows on all cores, in order.
fn decoded(rows: &[&IndexRow]) -> Vec<Result<Arc<Encoded>, PromptFault>> {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        while let Some((at, row)) = take(rows, &next) {
            let sound = audio::read(&row.path).map(|samples| Encoded::from_samples(&samples));
            done.push((at, sound));
        }
        done
    };
    let mut sounds: BTreeMap<usize, Result<Encoded, AudioError>> = thread::scope(|scope| {
        let workers: Vec<_> = (0..cores.min(rows.len()))
            .map(|_| scope.spawn(work))
            .collect();
        let done = workers.into_iter().filter_map(|worker| worker.join().ok());
        done.flatten().collect()
    });
    let lost = || Err(AudioError::Damaged("its reader gave up".to_owned()));
    let sound = |(at, row): (usize, &&IndexRow)| {
        let sound = sounds.remove(&at).unwrap_or_else(lost);
        sound.map(Arc::new).map_err(|error| PromptFault::Sound {
            path: row.path.clone(),
            error,
        })
    };
    rows.iter().enumerate().map(sound).collect()
}

fn take<'r>(rows: &[&'r IndexRow], next: &AtomicUsize) -> Option<(usize, &'r IndexRow)> {
    let at = next.fetch_add(1, Ordering::Relaxed);
    Some((at, rows.get(at)?))
}
