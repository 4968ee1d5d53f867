//! One centre a data folder: two would spoil each other's journal.

use std::fs;
use std::fs::DirBuilder;
use std::fs::File;
use std::fs::TryLockError;
use std::io;
use std::io::Read;
use std::io::Write;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::path::PathBuf;

const NAME: &str = "ringwise.lock";

/// Holds a data folder for this process until it is dropped, or the process ends however it may.
#[derive(Debug)]
pub struct DataLock {
    _file: File,
}

/// Why a data folder is not ours.
#[derive(Debug, thiserror::Error)]
pub enum DataLockError {
    /// Somebody has it.
    #[error(
        "another centre (process {process}) uses {}: end it, or give this one a data_dir of its own",
        path.display()
    )]
    Taken {
        /// The folder.
        path: PathBuf,
        /// Who, as far as is known.
        process: String,
    },
    /// It cannot be made or written.
    #[error("data_dir = {:?} cannot be used: {cause}", path.display().to_string())]
    Unusable {
        /// The folder.
        path: PathBuf,
        /// Why.
        cause: io::Error,
    },
}

impl DataLock {
    /// Makes the folder if it is not there, for its owner only, and holds it.
    ///
    /// # Errors
    ///
    /// [`DataLockError`], in words for whoever starts the centre.
    pub fn take(dir: &Path) -> Result<Self, DataLockError> {
        let unusable = |cause| DataLockError::Unusable {
            path: dir.to_path_buf(),
            cause,
        };
        let mut builder = DirBuilder::new();
        builder.recursive(true).mode(0o700);
        builder.create(dir).map_err(unusable)?;
        let options = &mut fs::OpenOptions::new();
        let options = options.read(true).write(true).create(true).truncate(false);
        let mut file = options.open(dir.join(NAME)).map_err(unusable)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut process = String::new();
                // Who it is helps, but is not needed.
                let _read = file.read_to_string(&mut process);
                return Err(DataLockError::Taken {
                    path: dir.to_path_buf(),
                    process: process.trim().to_owned(),
                });
            }
            Err(TryLockError::Error(cause)) => return Err(unusable(cause)),
        }
        file.set_len(0).map_err(unusable)?;
        writeln!(file, "{}", std::process::id()).map_err(unusable)?;
        Ok(Self { _file: file })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_belongs_to_one_centre_and_is_for_its_owner_only() {
        use std::os::unix::fs::PermissionsExt;
        let dir = std::env::temp_dir().join(format!("ringwise-lock-{}", std::process::id()));
        let held = DataLock::take(&dir).unwrap();
        let mode = fs::metadata(&dir).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{mode:o}");
        let refused = DataLock::take(&dir).unwrap_err().to_string();
        let pid = std::process::id().to_string();
        assert!(
            refused.contains(&format!("another centre (process {pid})")),
            "{refused}"
        );
        drop(held);
        DataLock::take(&dir).unwrap();
        fs::remove_dir_all(&dir).unwrap();
        let file = DataLock::take(Path::new("/dev/null/data")).unwrap_err();
        assert!(file.to_string().contains("/dev/null/data"), "{file}");
    }
}
