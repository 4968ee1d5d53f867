//! Notices sent to another system as soon as they are due.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use serde_json::json;
use tokio::sync::broadcast::error::RecvError;

use crate::call::effect::Command;
use crate::call::fact::Recorded;
use crate::driver::clock::Clock;
use crate::driver::orders::source::Place;
use crate::driver::post::Post;
use crate::driver::post::PostMeter;
use crate::face::api::desk::Desk;
use crate::machine::prediction::answer::Asking;
use crate::machine::prediction::dispatch::Deed;
use crate::machine::prediction::dispatch::Dispatch;
use crate::machine::prediction::dispatch::Done;
use crate::machine::prediction::dispatch::LETTERS_MAX;
use crate::machine::prediction::dispatch::Letter;
use crate::machine::prediction::news::OrderNews;
use crate::machine::prediction::order::Customer;
use crate::machine::prediction::telling;

/// Everybody is looked at again after so long, for conditions that time fulfils.
const LOOK: Duration = Duration::from_secs(60);
/// After so long it is seen that a file was read again.
const GLANCE: Duration = Duration::from_secs(2);
/// So long news gather before they are looked at.
const GATHER: Duration = Duration::from_millis(200);
/// So many customers are looked at in one go.
const PAGE: usize = 500;
/// From try to try while something waits.
const PAUSE: Duration = Duration::from_secs(1);

/// Sends what is due, for as long as it is polled.
pub async fn keep(post: Post, desk: Desk, clock: Clock) {
    let mut dispatch = Dispatch::default();
    let mut facts = desk.live.subscribe();
    loop {
        let edition = desk.knowledge.orders.edition();
        let looking = desk.clone();
        let Ok(letters) = tokio::task::spawn_blocking(move || due(&looking)).await else {
            return;
        };
        dispatch.handle_due(letters, clock.now());
        let again = clock.now() + LOOK;
        while clock.now() < again && desk.knowledge.orders.edition() == edition {
            work(&post, &desk, (&mut dispatch, clock)).await;
            let waiting = dispatch.waiting();
            let count = u64::try_from(waiting).unwrap_or(u64::MAX);
            desk.post.waiting.store(count, Ordering::Relaxed);
            let pause = if waiting > 0 { PAUSE } else { GLANCE };
            tokio::select! {
                more = news(&mut facts) => {
                    if !more {
                        return;
                    }
                    tokio::time::sleep(GATHER).await;
                    break;
                }
                () = tokio::time::sleep(pause) => {}
            }
        }
    }
}

/// Until somebody is told of; false if the centre has ended.
async fn news(facts: &mut tokio::sync::broadcast::Receiver<Arc<Recorded>>) -> bool {
    loop {
        match facts.recv().await {
            Ok(recorded) if !recorded.fact.news().is_empty() => return true,
            Ok(_) => {}
            // Who cannot follow looks at everything.
            Err(RecvError::Lagged(_)) => return true,
            Err(RecvError::Closed) => return false,
        }
    }
}

/// Does what can be done now, one after the other.
async fn work(post: &Post, desk: &Desk, (dispatch, clock): (&mut Dispatch, Clock)) {
    while let Some(deed) = dispatch.poll(clock.now()) {
        let done = match &deed {
            Deed::Send(letter) => {
                let (post, letter) = (post.clone(), letter.clone());
                let sent = tokio::task::spawn_blocking(move || post.send(&letter)).await;
                let done = sent.unwrap_or(Done::Badly);
                PostMeter::count(match done {
                    Done::Well => &desk.post.sent,
                    Done::Badly => &desk.post.failed,
                });
                done
            }
            Deed::Tell(letter) => {
                let news = vec![letter.told.clone()];
                let told = desk.commands.tell(Command::TellOrders { news }).await;
                if told.is_ok() {
                    Done::Well
                } else {
                    Done::Badly
                }
            }
        };
        if dispatch.handle_done(&deed, done, clock.now()) {
            let (Deed::Send(letter) | Deed::Tell(letter)) = &deed;
            tracing::error!(key = letter.key, "a notice was given up after a day");
            PostMeter::count(&desk.post.given_up);
        }
    }
}

/// What is due of everybody who was told of, or stands in a file.
fn due(desk: &Desk) -> Vec<Letter> {
    let orders = &desk.knowledge.orders;
    let mut letters = Vec::new();
    let mut place = Some(Place::Told(None));
    while let Some(from) = place {
        let (page, next) = orders.page(&from, PAGE);
        for customer in &page {
            letters.extend(letters_to(desk, customer));
        }
        if letters.len() >= LETTERS_MAX {
            break;
        }
        place = next;
    }
    letters
}

fn letters_to(desk: &Desk, customer: &Customer) -> Vec<Letter> {
    let knowledge = &desk.knowledge;
    let release = knowledge.releases.present();
    let wall = knowledge.clock.turn().wall;
    let asking = Asking {
        customer,
        language: knowledge.language,
        wall,
        zone: &knowledge.zone,
    };
    let mut letters = Vec::new();
    for bank in release.banks.values() {
        for notice in bank.due_letters(asking) {
            let key = format!(
                "{}/{}/{}/{}",
                bank.name, notice.notice, customer.id, notice.order
            );
            let numbers = customer.numbers.iter();
            let body = json!({
                "key": key,
                "bank": bank.name,
                "notice": notice.notice,
                "order": notice.order,
                "customer": {
                    "id": customer.id,
                    "name": customer.name,
                    "numbers": numbers.map(ToString::to_string).collect::<Vec<_>>(),
                },
                "language": knowledge.language,
                "text": telling::text(&notice.speech, knowledge.language),
            });
            letters.push(Letter {
                key,
                body: body.to_string(),
                told: OrderNews::noticed(&customer.id, &notice.order, &notice.notice),
            });
        }
    }
    letters
}
