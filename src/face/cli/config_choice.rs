//! Which configuration a command reads.

use std::io;
use std::path::Path;
use std::path::PathBuf;

use crate::driver::config::reading::Config;
use crate::driver::config::reading::ConfigError;
use crate::face::cli::ending::Ending;
use crate::face::cli::fault_report;

/// The configuration, if none is named.
pub const CONFIG_FILE: &str = "ringwise.toml";

/// Which configuration to read.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct ConfigChoice {
    /// The configuration; without it ringwise.toml, if there is one.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

impl ConfigChoice {
    /// Reads the configuration; every key at its default if none is named and none is there.
    ///
    /// # Errors
    ///
    /// [`ConfigError`]; [`explain`] tells the person.
    pub fn load(&self) -> Result<Config, ConfigError> {
        let default = Path::new(CONFIG_FILE);
        match &self.config {
            Some(path) => Config::load(path),
            None if default.exists() => Config::load(default),
            None => Ok(Config::default()),
        }
    }
}

/// Tells a person on standard error why there is no configuration.
///
/// # Errors
///
/// What standard error says.
pub fn explain(error: &ConfigError) -> io::Result<Ending> {
    match error {
        ConfigError::Faulty(file) => {
            let mut told = Vec::new();
            fault_report::write(file, &mut told)?;
            io::Write::write_all(&mut io::stderr(), &told)?;
            Ok(Ending::Input)
        }
        ConfigError::Unreadable { .. } => {
            eprintln!("error: {error}");
            Ok(Ending::World)
        }
    }
}
