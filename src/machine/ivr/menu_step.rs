//! A fixed menu being walked.

use crate::machine::ivr::asking::Asking;
use crate::machine::ivr::asking::Miss;
use crate::machine::ivr::journey::Journey;
use crate::machine::ivr::journey::Move;
use crate::machine::ivr::line;
use crate::machine::ivr::script::Menu;
use crate::machine::ivr::script::Voices;
use crate::machine::ivr::world::WalkWorld;

/// A fixed menu being walked.
#[derive(Debug)]
pub struct MenuStep(pub Asking);

impl MenuStep {
    /// Enters the menu. A key pressed before is taken without a word.
    pub fn enter(
        journey: &mut Journey,
        world: WalkWorld<'_>,
        menu: &Menu,
        voices: Voices,
    ) -> (Self, Move) {
        let (first, again) = line::prompts(journey, world, &menu.text, voices);
        let mut step = Self(Asking::new(first, menu.patience).then(again));
        if let Some(known) = menu.known.filter(|_| journey.language_known) {
            return (step, Move::Go(known));
        }
        let moved = match journey.kept_key() {
            Some(key) => step.press(journey, world, menu, key),
            None => {
                step.0.begin(journey, world.turn.now);
                Move::Stay
            }
        };
        (step, moved)
    }

    /// A key is pressed.
    pub fn press(
        &mut self,
        journey: &mut Journey,
        world: WalkWorld<'_>,
        menu: &Menu,
        key: char,
    ) -> Move {
        let now = world.turn.now;
        journey.take_keys(key);
        if let Some(target) = menu.keys.get(&key) {
            return journey.follow(world, key, target);
        }
        match (key, journey.script.person) {
            ('0', Some(person)) => Move::Go(person),
            ('*', _) => {
                self.0.repeat(journey, now);
                Move::Stay
            }
            _ => match self.0.miss(journey, now) {
                Miss::Again => Move::Stay,
                Miss::Enough => Move::Go(menu.invalid),
            },
        }
    }

    /// The caller is silent.
    pub fn miss(&mut self, journey: &mut Journey, world: WalkWorld<'_>, menu: &Menu) -> Move {
        match self.0.miss(journey, world.turn.now) {
            Miss::Again => Move::Stay,
            Miss::Enough => Move::Go(menu.no_input),
        }
    }
}
