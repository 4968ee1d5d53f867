//! Dialplans and banks, read from disk and checked.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

use sha2::Digest;
use sha2::Sha256;

use crate::driver::config::settings::Service;
use crate::machine::catalog::Catalog;
use crate::machine::ivr::check;
use crate::machine::ivr::check::Checked;
use crate::machine::ivr::script::Script;
use crate::machine::ivr::surroundings::Surroundings;
use crate::machine::ivr::testing::case::Case;
use crate::machine::prediction::bank::Bank;
use crate::machine::prediction::reading::bank;
use crate::vocabulary::fault::Fault;
use crate::vocabulary::fault::FaultyFile;

/// Longest dialplan or bank, in bytes.
pub const FILE_BYTES_MAX: u64 = 1 << 20;

/// Dialplans and banks that hold together: what a release is made from.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    /// Dialplans.
    pub scripts: Vec<Arc<Script>>,
    /// Banks by name.
    pub banks: BTreeMap<String, Arc<Bank>>,
    /// First 12 digits of each file's SHA-256, with its name.
    pub versions: Vec<String>,
    /// Their files: `dialplans/` or `banks/` with the name, and the text.
    pub files: Vec<(String, String)>,
    /// The dialplans with their files and tests.
    pub sheets: Vec<Sheet>,
}

/// A dialplan as it was written.
#[derive(Clone, Debug)]
pub struct Sheet {
    /// Its file, as the person knows it.
    pub name: String,
    /// Its text.
    pub text: String,
    /// What it says.
    pub script: Arc<Script>,
    /// Its tests.
    pub cases: Vec<Case>,
}

/// Why there is no draft.
#[derive(Debug, thiserror::Error)]
pub enum DraftError {
    /// A file or folder cannot be read.
    #[error("cannot read {path}: {cause}")]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        cause: io::Error,
    },
    /// Files have faults.
    #[error("{} of the files have faults; `ringwise check` shows them", .0.len())]
    Faulty(Vec<FaultyFile>),
}

/// A file's name and text.
struct Text {
    name: String,
    text: String,
}

impl Draft {
    /// Reads and checks every `.yaml` file of both folders. `names` are what dialplans may name; none:
    /// that is not checked.
    ///
    /// # Errors
    ///
    /// [`DraftError`] with every fault of every file.
    pub fn load(
        dialplans: &Path,
        banks: &Path,
        names: Option<(&Catalog, &[Service])>,
    ) -> Result<Self, DraftError> {
        let mut draft = Self::default();
        let mut faulty = Vec::new();
        for file in texts(banks)? {
            draft.note("banks", &file);
            match bank::read(&file.text) {
                Ok(bank) => {
                    draft.banks.insert(bank.name.clone(), Arc::new(bank));
                }
                Err(faults) => faulty.push(file.faulty(faults)),
            }
        }
        let known = draft.banks.values().map(|bank| &**bank);
        let around = Surroundings::new(names.map(|(catalog, _)| catalog), known);
        let services = names.map(|(_, services)| services.iter());
        let named = |service: &'_ Service| service.name.get_ref().clone();
        let services: Option<Vec<String>> = services.map(|all| all.map(named).collect());
        let services = services.as_ref();
        let around = around.with_services(services.map(|all| all.iter().map(String::as_str)));
        let mut checked: Vec<(Text, Checked)> = Vec::new();
        for file in texts(dialplans)? {
            draft.note("dialplans", &file);
            match check::check(&file.text, &around) {
                Ok(script) => checked.push((file, script)),
                Err(faults) => faulty.push(file.faulty(faults)),
            }
        }
        let names: Vec<(&str, &Checked)> = checked
            .iter()
            .map(|(file, script)| (file.name.as_str(), script))
            .collect();
        let clashes = check::overlaps(&names);
        for ((file, script), faults) in checked.into_iter().zip(clashes) {
            if faults.is_empty() {
                let checked = Arc::new(script.script);
                draft.scripts.push(Arc::clone(&checked));
                draft.sheets.push(Sheet {
                    name: file.name,
                    text: file.text,
                    script: checked,
                    cases: script.cases,
                });
            } else {
                faulty.push(file.faulty(faults));
            }
        }
        if faulty.is_empty() {
            Ok(draft)
        } else {
            Err(DraftError::Faulty(faulty))
        }
    }

    fn note(&mut self, folder: &str, file: &Text) {
        let digest = hex::encode(Sha256::digest(file.text.as_bytes()));
        let digest = digest.get(..12).unwrap_or_default();
        let name = Path::new(&file.name)
            .file_name()
            .unwrap_or_default()
            .to_string_lossy();
        self.versions.push(format!("{name}@{digest}"));
        self.files
            .push((format!("{folder}/{name}"), file.text.clone()));
    }
}

impl Text {
    fn faulty(&self, faults: Vec<Fault>) -> FaultyFile {
        FaultyFile {
            name: self.name.clone(),
            text: self.text.clone(),
            faults,
        }
    }
}

/// The `.yaml` files of a folder, by name.
fn texts(dir: &Path) -> Result<Vec<Text>, DraftError> {
    let fail = |path: &Path| {
        let path = path.to_owned();
        |cause| DraftError::Unreadable { path, cause }
    };
    let mut paths = Vec::new();
    for entry in fs::read_dir(dir).map_err(fail(dir))? {
        let path = entry.map_err(fail(dir))?.path();
        if path
            .extension()
            .is_some_and(|kind| kind == "yaml" || kind == "yml")
        {
            paths.push(path);
        }
    }
    paths.sort();
    let read = |path: &PathBuf| {
        let length = fs::metadata(path).map_err(fail(path))?.len();
        if length > FILE_BYTES_MAX {
            let cause = io::Error::other(format!("{length} bytes, at most {FILE_BYTES_MAX}"));
            return Err(fail(path)(cause));
        }
        let text = fs::read_to_string(path).map_err(fail(path))?;
        Ok(Text {
            name: path.display().to_string(),
            text,
        })
    };
    paths.iter().map(read).collect()
}
