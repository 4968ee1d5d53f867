//! Encoded prompts in one file, for a fast start.
//!
//! ```text
//! magic 8 | checksum 8 | entries: key 32, frames 4, mu-law 160 each, A-law 160 each | …
//! ```

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use sha2::Digest;
use sha2::Sha256;

use crate::driver::prompts::index::IndexRow;
use crate::machine::media::contract::Codec;
use crate::machine::media::library::Encoded;
use crate::machine::media::library::FRAME_SAMPLES;

/// The form of the file, and of what stands in it: a new encoder counts this up.
const MAGIC: &[u8; 8] = b"rwprmpt1";
const HEADER_BYTES: usize = 16;
/// The largest file that is read: half an hour of prompts has 30 MB.
const FILE_BYTES_MAX: u64 = 2_000_000_000;

/// Names one state of one sound file.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Key([u8; 32]);

impl Key {
    /// The key of a row and of its file as it is now: hash, length, time of change.
    ///
    /// # Errors
    ///
    /// The file cannot be seen.
    pub fn of(row: &IndexRow) -> io::Result<Self> {
        let file = fs::metadata(&row.path)?;
        let changed = file.modified()?.duration_since(UNIX_EPOCH);
        let changed = changed.map_or(0, |since| since.as_nanos());
        let mut digest = Sha256::new();
        digest.update(row.path.as_os_str().as_encoded_bytes());
        digest.update([0]);
        digest.update(row.hash.as_bytes());
        digest.update([0]);
        digest.update(file.len().to_le_bytes());
        digest.update(changed.to_le_bytes());
        Ok(Self(digest.finalize().into()))
    }
}

/// Encoded prompts by key.
pub type Entries = BTreeMap<Key, Arc<Encoded>>;

/// Reads the cache; nothing if it is missing, of another form or damaged.
#[must_use]
pub fn read(path: &Path) -> Entries {
    let small = fs::metadata(path).is_ok_and(|file| file.len() <= FILE_BYTES_MAX);
    let bytes = if small {
        fs::read(path).unwrap_or_default()
    } else {
        Vec::new()
    };
    decode(&bytes).unwrap_or_default()
}

/// Writes the cache in place of the old one, whole or not at all.
///
/// # Errors
///
/// The disk says no; prompts are then decoded again at the next start.
pub fn write(path: &Path, entries: &Entries) -> io::Result<()> {
    if let Some(dir) = path.parent() {
        fs::create_dir_all(dir)?;
    }
    let unfinished = path.with_extension(format!("{}.tmp", std::process::id()));
    fs::write(&unfinished, encode(entries))?;
    fs::rename(&unfinished, path)
}

fn encode(entries: &Entries) -> Vec<u8> {
    let mut bytes = [0; HEADER_BYTES].to_vec();
    for (key, prompt) in entries {
        bytes.extend(key.0);
        bytes.extend(prompt.frames().to_le_bytes());
        for codec in [Codec::Pcmu, Codec::Pcma] {
            let frames = (0..prompt.frames()).filter_map(|at| prompt.frame(codec, at));
            bytes.extend(frames.flatten());
        }
    }
    let checksum = checksum(&bytes[HEADER_BYTES..]);
    bytes[..8].copy_from_slice(MAGIC);
    bytes[8..HEADER_BYTES].copy_from_slice(&checksum.to_le_bytes());
    bytes
}

fn decode(bytes: &[u8]) -> Option<Entries> {
    let (magic, bytes) = bytes.split_first_chunk::<8>()?;
    let (sum, mut bytes) = bytes.split_first_chunk::<8>()?;
    if magic != MAGIC || u64::from_le_bytes(*sum) != checksum(bytes) {
        return None;
    }
    let mut entries = Entries::new();
    while !bytes.is_empty() {
        let (key, rest) = bytes.split_first_chunk::<32>()?;
        let (frames, rest) = rest.split_first_chunk::<4>()?;
        let length = usize::try_from(u32::from_le_bytes(*frames)).ok()?;
        let length = length.checked_mul(FRAME_SAMPLES)?;
        let (pcmu, rest) = rest.split_at_checked(length)?;
        let (pcma, rest) = rest.split_at_checked(length)?;
        let prompt = Encoded::from_frames(pcmu, pcma)?;
        entries.insert(Key(*key), Arc::new(prompt));
        bytes = rest;
    }
    Some(entries)
}

/// Finds damage, not malice; it reads 8 bytes at a time, since a start waits for it.
fn checksum(bytes: &[u8]) -> u64 {
    let (words, rest) = bytes.as_chunks::<8>();
    let mut sum = bytes.len() as u64;
    for word in words {
        sum = mixed(sum, u64::from_le_bytes(*word));
    }
    rest.iter()
        .fold(sum, |sum, byte| mixed(sum, u64::from(*byte)))
}

/// The multiplier is 2 to the 64th over the golden ratio, odd.
const fn mixed(sum: u64, word: u64) -> u64 {
    (sum ^ word)
        .wrapping_mul(0x9e37_79b9_7f4a_7c15)
        .rotate_left(29)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries() -> Entries {
        let prompt = |level: i16, length| Arc::new(Encoded::from_samples(&vec![level; length]));
        let lengths = [(1, 0), (2, 161), (3, 800)];
        let entry = |(at, length): (u8, usize)| (Key([at; 32]), prompt(i16::from(at), length));
        lengths.into_iter().map(entry).collect()
    }

    #[test]
    fn what_is_written_is_read() {
        let entries = entries();
        assert_eq!(decode(&encode(&entries)), Some(entries));
        assert_eq!(decode(&encode(&Entries::new())), Some(Entries::new()));
    }

    #[test]
    fn a_damaged_cache_is_no_cache() {
        let whole = encode(&entries());
        for at in 0..whole.len() {
            let mut damaged = whole.clone();
            damaged[at] ^= 0x10;
            assert_eq!(decode(&damaged), None, "byte {at}");
            assert_eq!(decode(&whole[..at]), None, "cut at {at}");
        }
    }
}
