//! From what a dialplan says to pieces of sound: recorded fragments, or a speech command's prompt.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::machine::media::contract::Piece;
use crate::machine::speech::fragment::Fragment;
use crate::vocabulary::id::AskId;
use crate::vocabulary::id::PromptId;
use crate::vocabulary::time::Now;

/// How long a sentence waits for the speech command before it goes on without those words.
pub const SPEECH_WAIT: Duration = Duration::from_millis(1500);

/// A sentence whose sounds are not all there yet.
#[derive(Debug)]
pub struct Speaking {
    pieces: Vec<Slot>,
    awaited: BTreeMap<AskId, usize>,
    deadline: Now,
}

#[derive(Debug)]
enum Slot {
    Piece(Piece),
    /// Words that the speech command is asked for.
    Words(String),
}

impl Speaking {
    /// Takes fragments apart; the words in the answer are to be asked for, in order, and named by
    /// [`expect`](Self::expect).
    #[must_use]
    pub fn new(fragments: Vec<Fragment>, now: Now) -> (Self, Vec<(usize, String)>) {
        let slot = |fragment| match fragment {
            Fragment::Prompt(prompt, _) => Slot::Piece(Piece::Prompt(prompt)),
            Fragment::Silence(length) => Slot::Piece(Piece::Silence(length)),
            Fragment::Unrecorded(words) => Slot::Words(words),
        };
        let pieces: Vec<_> = fragments.into_iter().map(slot).collect();
        let missing = pieces
            .iter()
            .enumerate()
            .filter_map(|(at, slot)| match slot {
                Slot::Words(words) => Some((at, words.clone())),
                Slot::Piece(_) => None,
            });
        let missing = missing.collect();
        let deadline = now + SPEECH_WAIT;
        (
            Self {
                pieces,
                awaited: BTreeMap::new(),
                deadline,
            },
            missing,
        )
    }

    /// The words at `at` have been asked for under this id.
    pub fn expect(&mut self, ask: AskId, at: usize) {
        self.awaited.insert(ask, at);
    }

    /// The speech command answered. True if it was awaited here.
    pub fn take(&mut self, ask: AskId, prompt: Option<PromptId>) -> bool {
        let Some(at) = self.awaited.remove(&ask) else {
            return false;
        };
        if let (Some(prompt), Some(slot)) = (prompt, self.pieces.get_mut(at)) {
            *slot = Slot::Piece(Piece::Prompt(prompt));
        }
        true
    }

    /// Nothing is awaited any more.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.awaited.is_empty()
    }

    /// When to go on without the words that are still awaited.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Now> {
        (!self.is_ready()).then_some(self.deadline)
    }

    /// The sounds, the words that have none, and the questions nobody needs answered any more.
    #[must_use]
    pub fn finish(self) -> Sounds {
        let mut sounds = Sounds {
            forget: self.awaited.into_keys().collect(),
            ..Sounds::default()
        };
        for slot in self.pieces {
            match slot {
                Slot::Piece(piece) => sounds.pieces.push(piece),
                Slot::Words(words) => sounds.unspeakable.push(words),
            }
        }
        sounds
    }
}

/// What became of a sentence.
#[derive(Debug, Default)]
pub struct Sounds {
    /// To be played in order.
    pub pieces: Vec<Piece>,
    /// Words without a sound.
    pub unspeakable: Vec<String>,
    /// Questions whose answers nobody awaits.
    pub forget: Vec<AskId>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_without_a_recording_wait_for_the_speech_command() {
        let fragments = vec![
            Fragment::Prompt(PromptId(1), Duration::from_millis(500)),
            Fragment::Unrecorded("Li Na".into()),
        ];
        let (mut speaking, missing) = Speaking::new(fragments, Now::START);
        assert_eq!(missing, [(1, "Li Na".to_owned())]);
        speaking.expect(AskId::from_bits(9), 1);
        assert_eq!(speaking.poll_timeout(), Some(Now::at_ms(1500)));
        assert!(speaking.take(AskId::from_bits(9), Some(PromptId(70))));
        assert!(speaking.is_ready());
        let sounds = speaking.finish();
        assert_eq!(
            sounds.pieces,
            [Piece::Prompt(PromptId(1)), Piece::Prompt(PromptId(70))]
        );
    }

    #[test]
    fn words_that_never_come_are_named_and_skipped() {
        let (mut speaking, _) = Speaking::new(vec![Fragment::Unrecorded("x".into())], Now::START);
        speaking.expect(AskId::from_bits(9), 0);
        let sounds = speaking.finish();
        assert!(sounds.pieces.is_empty());
        assert_eq!(sounds.unspeakable, ["x"]);
        assert_eq!(sounds.forget, [AskId::from_bits(9)]);
    }
}
