//! Which configuration a command reads.

use std::path::PathBuf;

/// The configuration, if none is named.
pub const CONFIG_FILE: &str = "ringwise.toml";

/// Which configuration to read.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct ConfigChoice {
    /// The configuration; without it ringwise.toml, if there is one.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}
