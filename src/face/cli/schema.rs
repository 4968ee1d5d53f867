//! `ringwise schema`: what may stand in files, for editors.

use std::io;
use std::io::Write;

use clap::ValueEnum;

use crate::face::api::openapi;
use crate::face::cli::ending::Ending;
use crate::machine::schema::json;

/// Which schema to print.
#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// Of which files.
    #[arg(default_value = "dialplan")]
    pub of: Kind,
}

/// A kind of file.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub enum Kind {
    /// `dialplans/*.yaml`.
    Dialplan,
    /// `banks/*.yaml`.
    Bank,
    /// No files: what the API takes and answers, as `OpenAPI`.
    Api,
}

/// Prints a JSON Schema.
///
/// # Errors
///
/// `out` cannot be written.
pub fn run(options: &Options, out: &mut dyn Write) -> io::Result<Ending> {
    let schema = match options.of {
        Kind::Dialplan => json::dialplan(),
        Kind::Bank => json::bank(),
        Kind::Api => openapi::described(),
    };
    serde_json::to_writer_pretty(&mut *out, &schema)?;
    writeln!(out)?;
    Ok(Ending::Fine)
}
