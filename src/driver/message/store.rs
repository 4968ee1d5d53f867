//! Messages as WAV files, one each, named by their call.

use std::fs;
use std::fs::File;
use std::io;
use std::io::BufWriter;
use std::path::Path;
use std::path::PathBuf;

use hound::SampleFormat;
use hound::WavSpec;
use hound::WavWriter;

use crate::call::message::MessageName;
use crate::driver::prompts::resampler::RATE_HZ;
use crate::wire::g711;

/// What a file is called that is still being written.
const UNFINISHED: &str = "tmp";

/// A folder of messages.
#[derive(Clone, Debug)]
pub struct MessageStore {
    dir: PathBuf,
}

impl MessageStore {
    /// The messages of a centre with this `data_dir`.
    #[must_use]
    pub fn of(data_dir: &Path) -> Self {
        Self {
            dir: data_dir.join("messages"),
        }
    }

    /// Keeps a message, mu-law at 8 kHz, as 16-bit WAV. Once this returns it survives a crash.
    ///
    /// # Errors
    ///
    /// The disk says no; nothing is left behind under the message's name.
    pub fn keep(&self, name: MessageName, sound: &[u8]) -> io::Result<()> {
        self.make_folder()?;
        let path = self.path(name);
        let unfinished = path.with_extension(UNFINISHED);
        let written = write(&unfinished, sound).and_then(|()| fs::rename(&unfinished, &path));
        if let Err(error) = written {
            // What is left of it is worth nothing, and may not go either.
            let _ = fs::remove_file(&unfinished);
            return Err(error);
        }
        // A new name is durable once its folder is.
        File::open(&self.dir)?.sync_all()
    }

    /// A message's WAV; none if there is no such message.
    ///
    /// # Errors
    ///
    /// The disk cannot be read.
    pub fn read(&self, name: MessageName) -> io::Result<Option<Vec<u8>>> {
        match fs::read(self.path(name)) {
            Ok(wav) => Ok(Some(wav)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Deletes a message; one that is gone already is no error.
    ///
    /// # Errors
    ///
    /// The disk says no.
    pub fn delete(&self, name: MessageName) -> io::Result<()> {
        match fs::remove_file(self.path(name)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    /// Deletes what a crash left unfinished: nobody was thanked for it.
    ///
    /// # Errors
    ///
    /// The disk says no.
    pub fn sweep(&self) -> io::Result<()> {
        let entries = match fs::read_dir(&self.dir) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            entries => entries?,
        };
        for entry in entries {
            let path = entry?.path();
            if path.extension().is_some_and(|kind| kind == UNFINISHED) {
                fs::remove_file(path)?;
            }
        }
        Ok(())
    }

    /// The folder of the first message is as durable as the message.
    fn make_folder(&self) -> io::Result<()> {
        if self.dir.is_dir() {
            return Ok(());
        }
        fs::create_dir_all(&self.dir)?;
        self.dir
            .parent()
            .map_or(Ok(()), |above| File::open(above)?.sync_all())
    }

    fn path(&self, name: MessageName) -> PathBuf {
        self.dir.join(format!("{name}.wav"))
    }
}

fn write(path: &Path, sound: &[u8]) -> io::Result<()> {
    let spec = WavSpec {
        channels: 1,
        sample_rate: RATE_HZ,
        bits_per_sample: 16,
        sample_format: SampleFormat::Int,
    };
    let file = File::create(path)?;
    let mut wav =
        WavWriter::new(BufWriter::new(file.try_clone()?), spec).map_err(io::Error::other)?;
    for code in sound {
        let level = g711::decode_pcmu(*code);
        wav.write_sample(level).map_err(io::Error::other)?;
    }
    wav.finalize().map_err(io::Error::other)?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::driver::prompts::audio;
    use crate::vocabulary::id::CallId;

    fn folder(name: &str) -> PathBuf {
        let dir = std::env::temp_dir().join(format!("ringwise-{name}-{}", std::process::id()));
        fs::create_dir_all(&dir).unwrap();
        dir
    }

    #[test]
    fn a_message_is_read_as_it_was_kept_until_it_is_deleted() {
        let folder = folder("messages");
        let store = MessageStore::of(&folder);
        let call = CallId::from_bits(9);
        let name = MessageName { call, no: 1 };
        let sound: Vec<u8> = (0..=255).cycle().take(8_000).collect();
        store.sweep().unwrap();
        assert_eq!(store.read(name).unwrap(), None);
        store.keep(name, &sound).unwrap();
        let wav = store.read(name).unwrap().unwrap();
        let samples = audio::read_output(wav).unwrap();
        let levels: Vec<_> = sound.iter().map(|code| g711::decode_pcmu(*code)).collect();
        assert_eq!(samples, levels);
        fs::write(folder.join("messages/cut.tmp"), b"half").unwrap();
        store.sweep().unwrap();
        assert_eq!(fs::read_dir(folder.join("messages")).unwrap().count(), 1);
        store.delete(name).unwrap();
        store.delete(name).unwrap();
        assert_eq!(store.read(name).unwrap(), None);
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn what_cannot_be_written_is_an_error_and_leaves_nothing() {
        let folder = folder("no-messages");
        let name = MessageName {
            call: CallId::from_bits(9),
            no: 1,
        };
        fs::write(folder.join("messages"), b"not a folder").unwrap();
        let store = MessageStore::of(&folder);
        assert!(store.keep(name, &[0; 80]).is_err());
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
        fs::remove_dir_all(folder).unwrap();
    }
}
