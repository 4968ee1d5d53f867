//! A caller proving who they are, by the last digits of one of their orders.

use std::collections::BTreeSet;

use crate::machine::ivr::asking::Asking;
use crate::machine::ivr::asking::Miss;
use crate::machine::ivr::collect_step;
use crate::machine::ivr::fact::WalkFact;
use crate::machine::ivr::journey::Journey;
use crate::machine::ivr::journey::Move;
use crate::machine::ivr::line;
use crate::machine::ivr::script::Mask;
use crate::machine::ivr::script::Verify;
use crate::machine::ivr::script::Voices;
use crate::machine::ivr::world::WalkWorld;

/// How many digits prove it.
pub const PROOF_DIGITS: usize = 4;

/// A caller proving who they are.
#[derive(Debug)]
pub struct VerifyStep {
    /// The words that ask for it.
    pub asking: Asking,
    digits: String,
}

impl VerifyStep {
    /// Enters the step. It is over at once if the caller has proved it before, if the call's tries
    /// are used up, or if there is nothing to prove it by.
    pub fn enter(
        journey: &mut Journey,
        world: WalkWorld<'_>,
        verify: &Verify,
        voices: Voices,
    ) -> (Self, Move) {
        journey.drop_keys();
        let lines = line::lines(journey, world, &verify.text, voices);
        let mut step = Self {
            asking: Asking::new(lines, verify.patience),
            digits: String::new(),
        };
        if journey.verified {
            return (step, Move::Go(verify.ok));
        }
        if journey.verify_tries >= verify.tries || proofs(journey).is_empty() {
            return (step, Move::Go(verify.failed));
        }
        step.asking.begin(journey, world.turn.now);
        (step, Move::Stay)
    }

    /// A key is pressed: a digit, or `*` to begin again.
    pub fn press(
        &mut self,
        journey: &mut Journey,
        world: WalkWorld<'_>,
        verify: &Verify,
        key: char,
    ) -> Move {
        if key == '*' {
            self.digits.clear();
            self.asking.repeat(journey, world.turn.now);
            return Move::Stay;
        }
        if key.is_ascii_digit() {
            self.digits.push(key);
        }
        self.asking.listen(world.turn.now);
        if self.digits.len() < PROOF_DIGITS {
            return Move::Stay;
        }
        let digits = std::mem::take(&mut self.digits);
        journey.take_keys(collect_step::shown(&digits, Mask::Secret));
        let ok = proofs(journey).contains(&digits);
        journey.verify_tries += 1;
        let attempt = journey.verify_tries;
        journey.note(WalkFact::Verified { ok, attempt });
        if ok {
            journey.verified = true;
            return Move::Go(verify.ok);
        }
        self.ask_again(journey, world, verify)
    }

    /// The caller is silent.
    pub fn miss(&mut self, journey: &mut Journey, world: WalkWorld<'_>, verify: &Verify) -> Move {
        self.digits.clear();
        match self.asking.miss(journey, world.turn.now) {
            Miss::Again => Move::Stay,
            Miss::Enough => Move::Go(verify.failed),
        }
    }

    fn ask_again(&mut self, journey: &mut Journey, world: WalkWorld<'_>, verify: &Verify) -> Move {
        if journey.verify_tries >= verify.tries {
            return Move::Go(verify.failed);
        }
        let wrong = verify.wrong.as_ref().unwrap_or(&verify.text);
        let lines = line::lines(journey, world, wrong, Voices::Callers);
        self.asking = Asking::new(lines, verify.patience);
        self.asking.begin(journey, world.turn.now);
        Move::Stay
    }
}

/// The last digits of the customer's orders, without those the caller was found by.
fn proofs(journey: &Journey) -> BTreeSet<String> {
    let orders = journey
        .customer
        .iter()
        .flat_map(|customer| &customer.orders);
    let tails = orders.filter_map(|order| {
        let digits: Vec<char> = order.id.chars().filter(char::is_ascii_digit).collect();
        let start = digits.len().checked_sub(PROOF_DIGITS)?;
        Some(digits.into_iter().skip(start).collect::<String>())
    });
    tails.filter(|tail| !journey.tails.contains(tail)).collect()
}
