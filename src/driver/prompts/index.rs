//! The list of recorded prompts: `prompts/index.csv`.

use std::path::Component;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;

use crate::driver::prompts::audio::AudioError;
use crate::machine::media::library;
use crate::machine::speech::phrasebook::PhraseRow;
use crate::vocabulary::id::PromptId;
use crate::vocabulary::language::Language;

/// The most prompts that are kept.
pub const PROMPTS_MAX: usize = 20_000;
/// ISO 639-2 for sound without words: music.
const NO_LANGUAGE: &str = "zxx";

/// One recorded prompt.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct IndexRow {
    /// Its place: rows are numbered as they stand in the list.
    pub prompt: PromptId,
    /// Its id: `digit.7`, `music.calm`.
    pub phrase: String,
    /// Its language; none: music.
    pub language: Option<Language>,
    /// Its words.
    pub text: String,
    /// Where its sound is.
    pub path: PathBuf,
    /// Its length, in whole frames.
    pub duration: Duration,
    /// Changes whenever its sound is made anew.
    pub hash: String,
}

/// What is wrong with the prompts on disk. The others are not disturbed.
#[derive(Debug, thiserror::Error)]
pub enum PromptFault {
    /// There is no list.
    #[error("{0}: {1}; run prompts/render, or set prompts.dir")]
    NoIndex(PathBuf, csv::Error),
    /// A line of the list cannot be read.
    #[error("{path}:{line}: {reason}; run prompts/render", path = .path.display())]
    Row {
        /// The list.
        path: PathBuf,
        /// The line, from 1.
        line: u64,
        /// What is wrong with it.
        reason: String,
    },
    /// The list is longer than [`PROMPTS_MAX`].
    #[error("{0}: more than {PROMPTS_MAX} prompts; the rest is left out")]
    TooMany(PathBuf),
    /// A sound cannot be had: its words go to the speech command.
    #[error("{path} {error}", path = .path.display())]
    Sound {
        /// The file.
        path: PathBuf,
        /// Why.
        error: AudioError,
    },
    /// A sound is not as long as the list says.
    #[error(
        "{path} lasts {found:?}, the index says {expected:?}; run prompts/render",
        path = .path.display()
    )]
    Length {
        /// The file.
        path: PathBuf,
        /// Its length.
        found: Duration,
        /// The length in the list.
        expected: Duration,
    },
}

/// The list, and what is wrong with it.
#[derive(Debug, Default)]
pub struct Index {
    /// The prompts, in order.
    pub rows: Vec<IndexRow>,
    /// Lines that are left out.
    pub faults: Vec<PromptFault>,
}

#[derive(Deserialize)]
struct Line {
    phrase: String,
    language: String,
    text: String,
    file: String,
    duration_ms: u64,
    hash: String,
}

impl Index {
    /// Reads `index.csv` in this folder.
    #[must_use]
    pub fn read(dir: &Path) -> Self {
        let path = dir.join("index.csv");
        let mut index = Self::default();
        let mut reader = match csv::Reader::from_path(&path) {
            Ok(reader) => reader,
            Err(error) => {
                index.faults.push(PromptFault::NoIndex(path, error));
                return index;
            }
        };
        for line in reader.deserialize::<Line>() {
            if index.rows.len() == PROMPTS_MAX {
                index.faults.push(PromptFault::TooMany(path));
                break;
            }
            let number = index.rows.len() + index.faults.len() + 2;
            let row = line
                .map_err(|error| error.to_string())
                .and_then(|line| row(line, dir, index.rows.len()));
            match row {
                Ok(row) => index.rows.push(row),
                Err(reason) => index.faults.push(PromptFault::Row {
                    path: path.clone(),
                    line: number as u64,
                    reason,
                }),
            }
        }
        index
    }

    /// The rows that have words, for a phrasebook without sounds.
    pub fn phrases(&self) -> impl Iterator<Item = PhraseRow> + '_ {
        self.rows.iter().filter_map(IndexRow::spoken)
    }
}

impl IndexRow {
    /// This row for a phrasebook; none if it is music.
    #[must_use]
    pub fn spoken(&self) -> Option<PhraseRow> {
        Some(PhraseRow {
            phrase: self.phrase.clone(),
            language: self.language?,
            text: self.text.clone(),
            duration: self.duration,
            prompt: self.prompt,
        })
    }
}

fn row(line: Line, dir: &Path, at: usize) -> Result<IndexRow, String> {
    let language = match line.language.as_str() {
        NO_LANGUAGE => None,
        tag => Some(tag.parse().map_err(|error| format!("{error}"))?),
    };
    let file = Path::new(&line.file);
    let inside = |part| matches!(part, Component::Normal(_));
    if line.file.is_empty() || !file.components().all(inside) {
        return Err(format!("{:?} is no file within the folder", line.file));
    }
    let frames = library::frames_in(Duration::from_millis(line.duration_ms));
    Ok(IndexRow {
        prompt: PromptId(u32::try_from(at).unwrap_or(u32::MAX)),
        phrase: line.phrase,
        language,
        text: line.text,
        path: dir.join(file),
        duration: library::FRAME * frames,
        hash: line.hash,
    })
}
