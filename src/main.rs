//! Parses the command line and opens the drivers.

use std::process::ExitCode;

use ringwise::face::cli::command;

fn main() -> ExitCode {
    command::run().into()
}
