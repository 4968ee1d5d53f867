//! Prompts of release after release: a sound keeps its id, and is decoded once, while it is in use.

use std::collections::BTreeMap;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::Weak;

use crate::driver::prompts::cache;
use crate::driver::prompts::cache::Entries;
use crate::driver::prompts::cache::Key;
use crate::driver::prompts::catalog::Catalog;
use crate::driver::prompts::index::Index;
use crate::machine::media::library::Encoded;
use crate::vocabulary::id::PromptId;

/// The first id that no recorded prompt ever gets: words of the speech command begin here.
pub const SPOKEN_FROM: PromptId = PromptId(1 << 31);

/// Sounds by the state of their file.
#[derive(Debug)]
pub struct Shelf {
    known: BTreeMap<Key, (PromptId, Weak<Encoded>)>,
    next: u32,
    cache_file: PathBuf,
}

impl Shelf {
    /// An empty shelf above this cache.
    #[must_use]
    pub const fn new(cache_file: PathBuf) -> Self {
        Self {
            known: BTreeMap::new(),
            next: 0,
            cache_file,
        }
    }

    /// The prompts of this folder, with ids that no other sound has that is in use. The first time
    /// all cores decode, later one: calls are live.
    pub fn stock(&mut self, dir: &Path) -> Catalog {
        let first = self.next == 0;
        let mut known = self.in_use();
        if first || !Self::covers(&known, dir) {
            known.append(&mut cache::read(&self.cache_file));
        }
        let mut catalog = Catalog::open_beside(dir, &self.cache_file, &known);
        if !first {
            catalog.pending.spare_cores();
        }
        let mut catalog = catalog.complete();
        self.number(&mut catalog);
        catalog
    }

    fn in_use(&mut self) -> Entries {
        self.known.retain(|_, (_, sound)| sound.strong_count() > 0);
        let known = self.known.iter();
        known
            .filter_map(|(key, (_, sound))| Some((*key, sound.upgrade()?)))
            .collect()
    }

    fn covers(known: &Entries, dir: &Path) -> bool {
        let rows = Index::read(dir).rows;
        let mut keys = rows.iter().filter_map(|row| Key::of(row).ok());
        keys.all(|key| known.contains_key(&key))
    }

    /// Gives every prompt of a catalog its id on the shelf.
    fn number(&mut self, catalog: &mut Catalog) {
        let sounds: BTreeMap<PromptId, Arc<Encoded>> = catalog.sounds.drain(..).collect();
        let mut numbered = BTreeMap::new();
        for row in &mut catalog.rows {
            let found = (catalog.keys.get(&row.prompt), sounds.get(&row.prompt));
            let (Some(key), Some(sound)) = found else {
                continue;
            };
            let next = &mut self.next;
            let (id, kept) = self.known.entry(*key).or_insert_with(|| {
                *next = next.saturating_add(1).min(SPOKEN_FROM.0);
                (PromptId(*next - 1), Weak::new())
            });
            *kept = Arc::downgrade(sound);
            row.prompt = *id;
            numbered.insert(*id, Arc::clone(sound));
        }
        catalog.sounds = numbered.into_iter().collect();
        catalog.keys.clear();
        catalog.free = SPOKEN_FROM;
    }
}
