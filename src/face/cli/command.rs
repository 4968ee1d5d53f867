//! What can be typed, and who does it.

use std::io;

use clap::Parser;
use clap::Subcommand;

use crate::face::cli::check;
use crate::face::cli::ending::Ending;
use crate::face::cli::trial;

/// A contact centre in one binary.
#[derive(Debug, Parser)]
#[command(name = "ringwise", version, about)]
struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Check configuration, dialplans and banks; exit 1 if anything is wrong.
    Check(check::Options),
    /// Walk a dialplan in the terminal; no telephone needed.
    Try(trial::Options),
}

/// Does what the command line says.
#[must_use]
pub fn run() -> Ending {
    let line = match CommandLine::try_parse() {
        Ok(line) => line,
        Err(error) => {
            let wrong = error.use_stderr();
            let printed = error.print();
            return match (wrong, printed) {
                (true, _) => Ending::Usage,
                (false, Ok(())) => Ending::Fine,
                (false, Err(_)) => Ending::World,
            };
        }
    };
    let mut out = io::stdout().lock();
    let ended = match line.command {
        Command::Check(options) => check::run(&options, &mut out),
        Command::Try(options) => trial::run(&options, io::stdin().lock(), &mut out),
    };
    // A reader that went away (`| head`) is nobody's fault.
    ended.unwrap_or(Ending::Fine)
}
