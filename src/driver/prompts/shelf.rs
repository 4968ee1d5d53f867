//! Prompts of release after release: a sound keeps its id, and is decoded once, while it is in use.

use std::collections::BTreeMap;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::Weak;
use std::sync::mpsc;

use crate::driver::prompts::cache;
use crate::driver::prompts::cache::Entries;
use crate::driver::prompts::cache::Key;
use crate::driver::prompts::catalog::Catalog;
use crate::driver::prompts::catalog::Pending;
use crate::driver::prompts::index::Index;
use crate::machine::media::library::Encoded;
use crate::vocabulary::id::PromptId;

/// The first id that no recorded prompt ever gets: words of the speech command begin here.
pub const SPOKEN_FROM: PromptId = PromptId(1 << 31);

/// States of files that are remembered; beyond it those whose sound nobody uses are forgotten.
const KNOWN_MAX: usize = 1 << 20;

/// Sounds by the state of their file. The same state has the same id for as long as the centre
/// runs, so that files that did not change make no other release.
#[derive(Debug)]
pub struct Shelf {
    known: BTreeMap<Key, (PromptId, Weak<Encoded>)>,
    next: u32,
    cache_file: PathBuf,
    /// Sounds that a thread decodes since the start.
    coming: Option<mpsc::Receiver<(Key, Arc<Encoded>)>>,
}

impl Shelf {
    /// An empty shelf above this cache.
    #[must_use]
    pub const fn new(cache_file: PathBuf) -> Self {
        Self {
            known: BTreeMap::new(),
            next: 0,
            cache_file,
            coming: None,
        }
    }

    /// The prompts of this folder for a centre that starts; those that are not in the cache are
    /// still to be decoded.
    pub fn open(&mut self, dir: &Path) -> (Catalog, Pending) {
        let mut catalog = Catalog::open(dir, &self.cache_file);
        self.number(&mut catalog);
        self.coming = Some(catalog.pending.listen());
        catalog.part()
    }

    /// The prompts of this folder, with ids that no other sound has. One core decodes, because
    /// calls are live; what is still being decoded since the start is waited for rather than done
    /// twice.
    pub fn stock(&mut self, dir: &Path) -> Catalog {
        let come: Entries = self.coming.take().into_iter().flatten().collect();
        for (key, sound) in &come {
            if let Some((_, kept)) = self.known.get_mut(key) {
                *kept = Arc::downgrade(sound);
            }
        }
        let mut known = self.in_use();
        known.extend(come);
        if !covers(&known, dir) {
            known.append(&mut cache::read(&self.cache_file));
        }
        let mut catalog = Catalog::open_beside(dir, &self.cache_file, &known);
        catalog.pending.spare_cores();
        let mut catalog = catalog.complete();
        self.number(&mut catalog);
        catalog
    }

    fn in_use(&mut self) -> Entries {
        if self.known.len() > KNOWN_MAX {
            self.known.retain(|_, (_, sound)| sound.strong_count() > 0);
        }
        let known = self.known.iter();
        known
            .filter_map(|(key, (_, sound))| Some((*key, sound.upgrade()?)))
            .collect()
    }

    /// Gives every prompt of a catalog its id on the shelf.
    fn number(&mut self, catalog: &mut Catalog) {
        let sounds: BTreeMap<PromptId, Arc<Encoded>> = catalog.sounds.iter().cloned().collect();
        let mut ids = BTreeMap::new();
        for row in &catalog.rows {
            let Some(key) = catalog.keys.get(&row.prompt) else {
                continue;
            };
            let next = &mut self.next;
            let (id, kept) = self.known.entry(*key).or_insert_with(|| {
                *next = next.saturating_add(1).min(SPOKEN_FROM.0);
                (PromptId(*next - 1), Weak::new())
            });
            if let Some(sound) = sounds.get(&row.prompt) {
                *kept = Arc::downgrade(sound);
            }
            ids.insert(row.prompt, *id);
        }
        catalog.renumber(|old| ids.get(&old).copied().unwrap_or(old));
        catalog.free = SPOKEN_FROM;
    }
}

fn covers(known: &Entries, dir: &Path) -> bool {
    let rows = Index::read(dir).rows;
    let mut keys = rows.iter().filter_map(|row| Key::of(row).ok());
    keys.all(|key| known.contains_key(&key))
}
