//! Prompts that are decoded while the centre already takes calls.
//!
//! A centre that waited for all its prompts would be deaf for a second at its first start. What a
//! call needs before its turn comes is decoded for it, in a few milliseconds.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc;
use std::thread;

use crate::driver::prompts::audio;
use crate::driver::prompts::catalog::Delivery;
use crate::driver::prompts::catalog::Pending;
use crate::machine::media::contract::Piece;
use crate::machine::media::library::Encoded;
use crate::vocabulary::id::PromptId;

/// Prompts that have not all come yet.
#[derive(Debug)]
pub struct Arrival {
    paths: BTreeMap<PromptId, PathBuf>,
    come: mpsc::Receiver<Delivery>,
}

impl Arrival {
    /// Decodes these on a thread of their own.
    #[must_use]
    pub fn begin(mut pending: Pending) -> Self {
        let paths = pending.paths().collect();
        let (sender, come) = mpsc::channel();
        let decode = move || {
            pending.decode(|delivery| {
                let _nobody_waits = sender.send(delivery);
            });
        };
        let thread = thread::Builder::new().name("prompts".to_owned());
        if let Err(error) = thread.spawn(decode) {
            tracing::warn!(%error, "prompts are decoded one by one, when they are needed");
        }
        Self { paths, come }
    }

    /// All have come.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.paths.is_empty()
    }

    /// What has come since it was asked last, and what these pieces need beyond it.
    pub fn take(&mut self, pieces: &[Piece]) -> Vec<(PromptId, Arc<Encoded>)> {
        let mut sounds = Vec::new();
        for delivery in self.come.try_iter() {
            if self.paths.remove(&delivery.row.prompt).is_none() {
                continue;
            }
            match delivery.sound {
                Ok(sound) => sounds.push((delivery.row.prompt, sound)),
                Err(fault) => tracing::error!("{fault}"),
            }
        }
        for piece in pieces {
            let Piece::Prompt(prompt) = piece else {
                continue;
            };
            let Some(path) = self.paths.remove(prompt) else {
                continue;
            };
            match audio::read(&path) {
                Ok(samples) => {
                    sounds.push((*prompt, Arc::new(Encoded::from_samples(&samples))));
                }
                Err(error) => tracing::error!(path = %path.display(), %error, "cannot be played"),
            }
        }
        sounds
    }
}
