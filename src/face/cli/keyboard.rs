//! Single keys from a terminal, as they are typed.

use std::io;
use std::io::IsTerminal;
use std::io::Read;
use std::process::Command;
use std::process::Stdio;
use std::sync::mpsc;
use std::sync::mpsc::Receiver;
use std::sync::mpsc::RecvTimeoutError;
use std::thread;
use std::time::Duration;
use std::time::Instant;

/// A terminal that gives each key at once and shows none; it is as before when this is dropped.
pub struct Keyboard {
    typed: Receiver<char>,
    before: String,
}

/// What came, and after how long.
pub enum Typed {
    /// Nothing.
    Nothing(Duration),
    /// A sign.
    Sign(Duration, char),
    /// The terminal is gone.
    Gone,
}

impl Keyboard {
    /// The terminal, if there is one and whoever types wants it.
    #[must_use]
    pub fn open(by_lines: bool) -> Option<Self> {
        if by_lines || !io::stdin().is_terminal() {
            return None;
        }
        let before = stty(&["-g"])?;
        // Ctrl-C comes as a sign too: whoever reads it ends, and the terminal is put right.
        stty(&["-icanon", "-echo", "-isig"])?;
        let (sender, typed) = mpsc::channel();
        thread::spawn(move || {
            for byte in io::stdin().lock().bytes() {
                let Ok(byte) = byte else { return };
                if sender.send(char::from(byte)).is_err() {
                    return;
                }
            }
        });
        Some(Self { typed, before })
    }

    /// Waits for a sign, at most so long; without a limit until one comes.
    #[must_use]
    #[expect(
        clippy::disallowed_methods,
        reason = "the person at the keyboard is the clock"
    )]
    pub fn wait(&self, at_most: Option<Duration>) -> Typed {
        let since = Instant::now();
        let got = match at_most {
            Some(at_most) => self.typed.recv_timeout(at_most),
            None => self
                .typed
                .recv()
                .map_err(|_| RecvTimeoutError::Disconnected),
        };
        match got {
            Ok(sign) => Typed::Sign(since.elapsed(), sign),
            Err(RecvTimeoutError::Timeout) => Typed::Nothing(at_most.unwrap_or_default()),
            Err(RecvTimeoutError::Disconnected) => Typed::Gone,
        }
    }
}

impl Drop for Keyboard {
    fn drop(&mut self) {
        let _as_before = stty(&[self.before.trim()]);
    }
}

/// The system's own command for terminals; none if it is missing or this is no terminal.
fn stty(arguments: &[&str]) -> Option<String> {
    let done = Command::new("stty")
        .args(arguments)
        .stdin(Stdio::inherit())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    done.status
        .success()
        .then(|| String::from_utf8_lossy(&done.stdout).into_owned())
}
