//! How long words take to say.

use std::time::Duration;

use crate::machine::speech::composition;
use crate::machine::speech::fragment::Fragment;
use crate::machine::speech::phrasebook::Phrasebook;
use crate::machine::speech::spoken::Spoken;
use crate::vocabulary::language::Language;

/// Words that nobody recorded, per byte of text: 15 Latin letters or 5 Chinese characters a second.
const UNRECORDED_PER_BYTE: Duration = Duration::from_millis(67);

/// How long these words take to say: as recorded, else by their length.
#[must_use]
pub fn length(book: &Phrasebook, language: Language, speech: &[Spoken]) -> Duration {
    let fragments = composition::compose(book, language, speech);
    let lengths = fragments.iter().map(|fragment| match fragment {
        Fragment::Prompt(_, length) | Fragment::Silence(length) => *length,
        Fragment::Unrecorded(words) => {
            UNRECORDED_PER_BYTE * u32::try_from(words.len()).unwrap_or(u32::MAX)
        }
    });
    lengths.fold(Duration::ZERO, Duration::saturating_add)
}
