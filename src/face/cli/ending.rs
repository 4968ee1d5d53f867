//! How a command ended.

use std::process::ExitCode;

/// How a command ended. The numbers are promised to scripts.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Ending {
    /// As asked: 0.
    Fine,
    /// What the user gave is wrong: 1.
    Input,
    /// The world is at fault, a disk or a network: 2.
    World,
    /// The command line is wrong: 64.
    Usage,
}

impl From<Ending> for ExitCode {
    fn from(ending: Ending) -> Self {
        match ending {
            Ending::Fine => Self::SUCCESS,
            Ending::Input => Self::from(1),
            Ending::World => Self::from(2),
            Ending::Usage => Self::from(64),
        }
    }
}
