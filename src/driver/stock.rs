//! Prompts on their way into the library and out of it, a few each turn.

use std::collections::BTreeMap;
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::mpsc;

use crate::call::effect::Event;
use crate::driver::media::hub::MediaHub;
use crate::machine::media::library::Encoded;
use crate::vocabulary::id::PromptId;

/// Prompts that come or go in one turn: about 0.1 ms.
const A_TURN: usize = 512;

/// Sounds of a release.
pub type Sounds = Vec<(PromptId, Arc<Encoded>)>;

/// What comes from outside the loop.
#[derive(Debug)]
pub enum Delivery {
    /// Every prompt of a release.
    Sounds(Sounds),
    /// For the engine, once all that came before is in the library.
    Event(Event),
}

/// The prompts of the library by how many releases need them.
#[derive(Debug)]
pub struct Stock {
    incoming: mpsc::Receiver<Delivery>,
    work: VecDeque<Work>,
    uses: BTreeMap<PromptId, u32>,
    left: usize,
}

#[derive(Debug)]
enum Work {
    Put(std::vec::IntoIter<(PromptId, Arc<Encoded>)>),
    Tell(Event),
    /// The prompts from this place on are not needed on this release's account.
    Remove(Arc<[PromptId]>, usize),
}

impl Stock {
    /// Takes deliveries of this channel.
    #[must_use]
    pub const fn new(incoming: mpsc::Receiver<Delivery>) -> Self {
        Self {
            incoming,
            work: VecDeque::new(),
            uses: BTreeMap::new(),
            left: A_TURN,
        }
    }

    /// A centre starts with these prompts, of which these sounds are there already.
    pub fn fill(&mut self, prompts: &[PromptId], sounds: Sounds, hub: &mut MediaHub) {
        self.uses.extend(prompts.iter().map(|prompt| (*prompt, 1)));
        for (prompt, sound) in sounds {
            hub.insert_prompt(prompt, sound);
        }
    }

    /// A release is over: its prompts are not needed on its account.
    pub fn retire(&mut self, prompts: Arc<[PromptId]>) {
        self.work.push_back(Work::Remove(prompts, 0));
    }

    /// Goes on with the work of this turn; an event whose prompts are all there.
    pub fn poll(&mut self, hub: &mut MediaHub) -> Option<Event> {
        let incoming = self.incoming.try_iter().map(|delivery| match delivery {
            Delivery::Sounds(sounds) => Work::Put(sounds.into_iter()),
            Delivery::Event(event) => Work::Tell(event),
        });
        self.work.extend(incoming);
        while self.left > 0 {
            match self.work.pop_front()? {
                Work::Tell(event) => return Some(event),
                Work::Put(mut sounds) => {
                    if let Some((prompt, sound)) = sounds.next() {
                        self.put(prompt, sound, hub);
                        self.work.push_front(Work::Put(sounds));
                        self.left -= 1;
                    }
                }
                Work::Remove(prompts, at) => {
                    if let Some(prompt) = prompts.get(at) {
                        self.remove(*prompt, hub);
                        self.work.push_front(Work::Remove(prompts, at + 1));
                        self.left -= 1;
                    }
                }
            }
        }
        None
    }

    /// A turn is over; whether work is left for the next.
    pub fn turned(&mut self) -> bool {
        self.left = A_TURN;
        !self.work.is_empty()
    }

    fn put(&mut self, prompt: PromptId, sound: Arc<Encoded>, hub: &mut MediaHub) {
        let uses = self.uses.entry(prompt).or_default();
        *uses += 1;
        if *uses == 1 {
            hub.insert_prompt(prompt, sound);
        }
    }

    fn remove(&mut self, prompt: PromptId, hub: &mut MediaHub) {
        let Some(uses) = self.uses.get_mut(&prompt) else {
            return;
        };
        *uses = uses.saturating_sub(1);
        if *uses == 0 {
            self.uses.remove(&prompt);
            hub.remove_prompt(prompt);
        }
    }
}
