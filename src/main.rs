//! Parses the command line and opens the drivers.

use std::process::ExitCode;

use mimalloc::MiMalloc;
use ringwise::face::cli::command;

/// Gives memory back after a rush, which the C library's allocator does not.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    command::run().into()
}
