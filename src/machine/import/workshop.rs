//! Steps in the making: each place of another system's file becomes one step, made when its turn
//! comes, so that files may lead in circles.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::machine::import::draft::DraftStep;
use crate::machine::import::draft::DraftVerb;
use crate::machine::import::draft::END;

/// Steps in the making, by the places they come from.
#[derive(Debug)]
pub struct Workshop<K> {
    /// The steps that are made.
    pub steps: BTreeMap<String, DraftStep>,
    names: BTreeMap<K, String>,
    taken: BTreeSet<String>,
    open: Vec<K>,
}

impl<K> Default for Workshop<K> {
    fn default() -> Self {
        Self {
            steps: BTreeMap::new(),
            names: BTreeMap::new(),
            taken: BTreeSet::from([END.to_owned()]),
            open: Vec::new(),
        }
    }
}

impl<K: Clone + Ord> Workshop<K> {
    /// The step for a place, made now or later, by this name or one like it.
    pub fn step(&mut self, place: &K, wished: &str) -> String {
        if let Some(known) = self.names.get(place) {
            return known.clone();
        }
        let mut name = wished.to_owned();
        let mut nth = 2;
        while !self.taken.insert(name.clone()) {
            name = format!("{wished}-{nth}");
            nth += 1;
        }
        self.names.insert(place.clone(), name.clone());
        self.open.push(place.clone());
        name
    }

    /// Whether something leads to a place.
    #[must_use]
    pub fn knows(&self, place: &K) -> bool {
        self.names.contains_key(place)
    }

    /// A place whose step is still to be made, with its name.
    pub fn take(&mut self) -> Option<(K, String)> {
        let place = self.open.pop()?;
        let name = self.names.get(&place).cloned().unwrap_or_default();
        Some((place, name))
    }

    /// A step is made.
    pub fn made(&mut self, name: String, from: String, verb: DraftVerb) {
        self.steps
            .insert(name.clone(), DraftStep { name, from, verb });
    }

    /// Where a step leads that does nothing by itself.
    #[must_use]
    pub fn settled(&self, name: &str) -> String {
        let mut name = name.to_owned();
        for _ in 0..self.steps.len() {
            match self.steps.get(&name).map(|step| &step.verb) {
                Some(DraftVerb::Say { text, goto }) if text.is_empty() => name.clone_from(goto),
                _ => break,
            }
        }
        name
    }

    /// Leaves out steps that neither say nor ask anything: who leads to them leads on.
    pub fn settle(&mut self) {
        let names: Vec<String> = self.steps.keys().cloned().collect();
        for name in names {
            let ways = self.steps.get(&name).map(|step| step.verb.ways());
            let ways = ways.unwrap_or_default().into_iter();
            let settled: Vec<(String, String)> = ways
                .map(|way| (way.clone(), self.settled(way)))
                .filter(|(way, to)| way != to)
                .collect();
            if let Some(step) = self.steps.get_mut(&name) {
                for (way, to) in settled {
                    step.verb.rename(&way, &to);
                }
            }
        }
    }
}
