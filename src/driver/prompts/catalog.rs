//! All prompts, ready to be played.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;
use std::sync::mpsc;
use std::thread;

use crate::driver::prompts::audio;
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
    /// The prompts that can be played, those that are pending included.
    pub rows: Vec<IndexRow>,
    /// Sounds for the library.
    pub sounds: Vec<(PromptId, Arc<Encoded>)>,
    /// What is wrong. Words of a prompt that is left out go to the speech command.
    pub faults: Vec<PromptFault>,
    /// The first id that no recorded prompt has.
    pub free: PromptId,
    /// What has to be decoded first.
    pub pending: Pending,
    /// Which state of which file each prompt is.
    pub keys: BTreeMap<PromptId, Key>,
}

/// Prompts whose sounds are not in the cache.
#[derive(Debug)]
pub struct Pending {
    rows: Vec<(Key, IndexRow)>,
    entries: Entries,
    cached: usize,
    threads: usize,
    cache_file: PathBuf,
    /// Hears of every sound as well, until all are decoded.
    listener: Option<mpsc::Sender<(Key, Arc<Encoded>)>>,
}

/// A pending prompt, decoded.
#[derive(Debug)]
pub struct Delivery {
    /// Which.
    pub row: IndexRow,
    /// Its sound, or why it has none.
    pub sound: Result<Arc<Encoded>, PromptFault>,
}

impl Catalog {
    /// Reads the list of this folder and what the cache file holds of it; a file that is missing is
    /// a fault and left out. Nothing is decoded: at the first start, and after a change, sounds are
    /// [`Pending`].
    #[must_use]
    pub fn open(dir: &Path, cache_file: &Path) -> Self {
        Self::open_beside(dir, cache_file, &cache::read(cache_file))
    }

    /// As [`Catalog::open`], with the sounds that are `known` instead of those of the cache file.
    #[must_use]
    pub fn open_beside(dir: &Path, cache_file: &Path, known: &Entries) -> Self {
        let index = Index::read(dir);
        let mut catalog = Self {
            free: PromptId(u32::try_from(index.rows.len()).unwrap_or(u32::MAX)),
            rows: Vec::with_capacity(index.rows.len()),
            sounds: Vec::with_capacity(index.rows.len()),
            faults: index.faults,
            pending: Pending {
                rows: Vec::new(),
                entries: Entries::new(),
                cached: known.len(),
                threads: thread::available_parallelism().map_or(1, usize::from),
                cache_file: cache_file.to_owned(),
                listener: None,
            },
            keys: BTreeMap::new(),
        };
        for row in index.rows {
            match Key::of(&row) {
                Ok(key) => catalog.place(row, key, known.get(&key).cloned()),
                Err(error) => catalog.faults.push(PromptFault::Sound {
                    path: row.path,
                    error: error.into(),
                }),
            }
        }
        catalog
    }

    /// As [`Catalog::open`], and decodes what is pending on all cores: a sound that cannot be had is
    /// a fault too, and left out.
    #[must_use]
    pub fn load(dir: &Path, cache_file: &Path) -> Self {
        Self::open(dir, cache_file).complete()
    }

    /// Decodes what is pending; a sound that cannot be had is a fault, and left out.
    #[must_use]
    pub fn complete(mut self) -> Self {
        let catalog = &mut self;
        let (sender, receiver) = mpsc::channel();
        catalog.pending.decode(|delivery| {
            let _nobody_waits = sender.send(delivery);
        });
        let mut lost = BTreeSet::new();
        let mut lengths = BTreeMap::new();
        for delivery in receiver.try_iter() {
            match delivery.sound {
                Ok(sound) => {
                    lengths.insert(delivery.row.prompt, sound.duration());
                    catalog.sounds.push((delivery.row.prompt, sound));
                }
                Err(fault) => {
                    lost.insert(delivery.row.prompt);
                    catalog.faults.push(fault);
                }
            }
        }
        catalog.rows.retain(|row| !lost.contains(&row.prompt));
        for row in &mut catalog.rows {
            row.duration = lengths.get(&row.prompt).copied().unwrap_or(row.duration);
        }
        self
    }

    /// Decodes every prompt of this folder and lists all that is wrong.
    #[must_use]
    pub fn check(dir: &Path) -> Vec<PromptFault> {
        let index = Index::read(dir);
        let (sender, receiver) = mpsc::channel();
        let threads = thread::available_parallelism().map_or(1, usize::from);
        decode(&index.rows, threads, |at, sound| {
            let _nobody_waits = sender.send((at, sound));
        });
        let mut sounds: Vec<_> = receiver.try_iter().collect();
        sounds.sort_by_key(|(at, _)| *at);
        let found = sounds.into_iter().filter_map(|(at, sound)| match sound {
            Ok(sound) => length_fault(index.rows.get(at)?, &sound),
            Err(fault) => Some(fault),
        });
        index.faults.into_iter().chain(found).collect()
    }

    /// Gives the prompts other ids.
    pub(super) fn renumber(&mut self, id: impl Fn(PromptId) -> PromptId) {
        let pending = self.pending.rows.iter_mut().map(|(_, row)| row);
        for row in self.rows.iter_mut().chain(pending) {
            row.prompt = id(row.prompt);
        }
        for (prompt, _) in &mut self.sounds {
            *prompt = id(*prompt);
        }
        self.keys.clear();
    }

    /// The catalog without what is pending, and that.
    pub(super) fn part(mut self) -> (Self, Pending) {
        let nothing = Pending {
            rows: Vec::new(),
            entries: Entries::new(),
            cached: 0,
            threads: 1,
            cache_file: self.pending.cache_file.clone(),
            listener: None,
        };
        let pending = std::mem::replace(&mut self.pending, nothing);
        (self, pending)
    }

    /// What can be said with these prompts.
    #[must_use]
    pub fn book(&self) -> Phrasebook {
        Phrasebook::new(self.rows.iter().filter_map(IndexRow::spoken))
    }

    /// The music of this name: `calm`.
    #[must_use]
    pub fn music(&self, name: &str) -> Option<PromptId> {
        let named = |row: &&IndexRow| row.phrase.strip_prefix("music.") == Some(name);
        self.rows.iter().find(named).map(|row| row.prompt)
    }

    fn place(&mut self, mut row: IndexRow, key: Key, sound: Option<Arc<Encoded>>) {
        self.keys.insert(row.prompt, key);
        match sound {
            Some(sound) => {
                row.duration = sound.duration();
                self.pending.entries.insert(key, sound.clone());
                self.sounds.push((row.prompt, sound));
            }
            None => self.pending.rows.push((key, row.clone())),
        }
        self.rows.push(row);
    }
}

impl Pending {
    /// How many sounds have to be decoded.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether all sounds were in the cache.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Where each lies.
    pub fn paths(&self) -> impl Iterator<Item = (PromptId, PathBuf)> + '_ {
        let path = |(_, row): &(Key, IndexRow)| (row.prompt, row.path.clone());
        self.rows.iter().map(path)
    }

    /// Hears of every sound from here on, and that there are no more once all are decoded.
    pub(super) fn listen(&mut self) -> mpsc::Receiver<(Key, Arc<Encoded>)> {
        let (sender, receiver) = mpsc::channel();
        self.listener = Some(sender);
        receiver
    }

    /// Decodes on one core only, where live calls need the others.
    pub const fn spare_cores(&mut self) {
        self.threads = 1;
    }

    /// Decodes on all cores, delivers each sound as it is ready, then writes the cache. It returns
    /// when all is done: to start without waiting, call it on a thread.
    pub fn decode(&mut self, deliver: impl Fn(Delivery) + Sync) {
        let (keys, rows): (Vec<_>, Vec<_>) = std::mem::take(&mut self.rows).into_iter().unzip();
        let (sender, receiver) = mpsc::channel();
        let listener = self.listener.take();
        decode(&rows, self.threads, |at, sound| {
            let (Some(row), Some(key)) = (rows.get(at), keys.get(at)) else {
                return;
            };
            if let Ok(sound) = &sound {
                for listener in listener.iter().chain([&sender]) {
                    let _nobody_waits = listener.send((*key, sound.clone()));
                }
            }
            let row = row.clone();
            deliver(Delivery { row, sound });
        });
        self.entries.extend(receiver.try_iter());
        let unchanged = keys.is_empty() && self.entries.len() == self.cached;
        if unchanged {
            return;
        }
        if let Err(error) = cache::write(&self.cache_file, &self.entries) {
            let file = self.cache_file.display();
            tracing::warn!(%file, %error, "the prompt cache is not written");
        }
    }
}

fn length_fault(row: &IndexRow, sound: &Encoded) -> Option<PromptFault> {
    let found = sound.duration();
    (found.abs_diff(row.duration) > FRAME).then(|| PromptFault::Length {
        path: row.path.clone(),
        found,
        expected: row.duration,
    })
}

/// Decodes these rows; each sound comes with the place of its row, in any order.
fn decode(
    rows: &[IndexRow],
    threads: usize,
    done: impl Fn(usize, Result<Arc<Encoded>, PromptFault>) + Sync,
) {
    let next = AtomicUsize::new(0);
    let work = || {
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(row) = rows.get(at) else {
                return;
            };
            let sound = match audio::read(&row.path) {
                Ok(samples) => Ok(Arc::new(Encoded::from_samples(&samples))),
                Err(error) => Err(PromptFault::Sound {
                    path: row.path.clone(),
                    error,
                }),
            };
            done(at, sound);
        }
    };
    thread::scope(|scope| {
        for _ in 0..threads.min(rows.len()) {
            scope.spawn(work);
        }
    });
}
