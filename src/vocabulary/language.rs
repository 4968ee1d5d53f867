//! Languages that are spoken and written.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A language with a grammar for spoken numbers, money and time.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize, Deserialize)]
pub enum Language {
    /// English, `en`.
    #[serde(rename = "en")]
    English,
    /// Mandarin in simplified characters, `zh-CN`.
    #[serde(rename = "zh-CN")]
    Mandarin,
}

/// A tag that names no language we speak.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("unknown language {0:?}, expected en or zh-CN")]
pub struct LanguageError(pub String);

impl Language {
    /// All languages.
    pub const ALL: [Self; 2] = [Self::English, Self::Mandarin];

    /// The BCP 47 tag.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Mandarin => "zh-CN",
        }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.tag())
    }
}

impl FromStr for Language {
    type Err = LanguageError;

    fn from_str(tag: &str) -> Result<Self, LanguageError> {
        let known = Self::ALL
            .into_iter()
            .find(|known| known.tag().eq_ignore_ascii_case(tag));
        known.ok_or_else(|| LanguageError(tag.to_owned()))
    }
}
