//! Facts as they become durable, as server-sent events, resumable by `Last-Event-ID`.

use std::convert::Infallible;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

use axum::response::sse::Event;
use futures_util::Stream;
use tokio::sync::broadcast;
use tokio::sync::mpsc;

use crate::call::fact::Recorded;
use crate::face::api::record_query;

/// Facts that a slow listener may be behind; beyond it they are read from the journal.
pub const BEHIND_MAX: usize = 4096;
/// Facts read from the journal at once.
const PAGE: usize = 1024;

/// The facts after `after`, or from now on, until the listener goes.
pub fn follow(
    live: broadcast::Receiver<Arc<Recorded>>,
    journal: PathBuf,
    after: Option<u64>,
) -> impl Stream<Item = Result<Event, Infallible>> {
    let (sender, receiver) = mpsc::channel(64);
    tokio::spawn(feed(sender, live, journal, after));
    futures_util::stream::unfold(receiver, |mut receiver| async move {
        let (seq, json): (u64, String) = receiver.recv().await?;
        let event = Event::default().id(seq.to_string()).data(json);
        Some((Ok(event), receiver))
    })
}

async fn feed(
    sender: mpsc::Sender<(u64, String)>,
    mut live: broadcast::Receiver<Arc<Recorded>>,
    journal: PathBuf,
    after: Option<u64>,
) {
    let mut last = after;
    let mut behind = after.is_some();
    loop {
        if behind {
            let Some(caught_up) = catch_up(&sender, &journal, last.unwrap_or(0)).await else {
                return;
            };
            last = Some(caught_up);
            behind = false;
        }
        match live.recv().await {
            Ok(fact) if last.is_some_and(|last| fact.seq <= last) => {}
            Ok(fact) => {
                last = Some(fact.seq);
                let Ok(json) = serde_json::to_string(&*fact) else {
                    continue;
                };
                if sender.send((fact.seq, json)).await.is_err() {
                    return;
                }
            }
            Err(broadcast::error::RecvError::Lagged(_)) => behind = last.is_some(),
            Err(broadcast::error::RecvError::Closed) => return,
        }
    }
}

/// Sends what the journal has after `last`; the last place sent, none if the listener went.
async fn catch_up(sender: &mpsc::Sender<(u64, String)>, journal: &Path, last: u64) -> Option<u64> {
    let mut last = last;
    loop {
        let path = journal.to_owned();
        let page =
            tokio::task::spawn_blocking(move || record_query::facts_after(&path, last, PAGE));
        let page = page.await.ok()?.unwrap_or_else(|error| {
            tracing::error!(%error, "events cannot be read back");
            Vec::new()
        });
        if page.is_empty() {
            return Some(last);
        }
        for (seq, json) in page {
            last = seq;
            sender.send((seq, json)).await.ok()?;
        }
    }
}
