//! From words and values to recorded fragments, a grammar per language.

/// From a sentence to the fragments that speak it.
pub mod composition;

/// How English says numbers, money, dates and times.
pub mod english;

/// A piece of speech to be heard.
pub mod fragment;

/// How Mandarin says numbers, money, dates and times.
pub mod mandarin;

/// What has been recorded, by id and by text.
pub mod phrasebook;

/// How written words are compared, joined and cut at sentence ends.
pub mod sentence;

/// Which units of time are spoken of a length.
pub mod span;

/// How telephone numbers are grouped.
pub mod spelling;

/// Words and typed values, before a grammar makes sounds of them.
pub mod spoken;

/// What a grammar wants heard: phrases by id, and rests.
pub mod utterance;
