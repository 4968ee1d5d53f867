//! Messages that callers left.

use axum::Extension;
use axum::Json;
use axum::extract::Path;
use axum::extract::Query;
use axum::extract::State;
use axum::extract::rejection::PathRejection;
use axum::extract::rejection::QueryRejection;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::response::Response;
use serde::Deserialize;

use crate::call::effect::Command;
use crate::call::message::MessageDeed;
use crate::call::message::MessageName;
use crate::driver::journal::message;
use crate::driver::journal::message::MessageEntry;
use crate::driver::journal::message::MessageFilter;
use crate::face::api::access::Bearer;
use crate::face::api::desk::Desk;
use crate::face::api::problem::Problem;
use crate::face::api::record::asked;

/// Messages given when no limit is asked for.
const MESSAGES_DEFAULT: u32 = 50;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Page {
    queue: Option<String>,
    #[serde(default)]
    new: bool,
    limit: Option<u32>,
    before: Option<String>,
}

/// `GET /api/v1/messages`, the newest first.
///
/// # Errors
///
/// 400 if the query is no page, 503 if the database does not answer.
pub(super) async fn messages(
    State(desk): State<Desk>,
    page: Result<Query<Page>, QueryRejection>,
) -> Result<Json<Vec<MessageEntry>>, Problem> {
    let Query(page) = page.map_err(|rejection| {
        let detail = format!(
            "{}; expected queue=NAME, new=true, limit=NUMBER and before=MESSAGE",
            rejection.body_text()
        );
        Problem::new(rejection.status(), "not a page of messages", detail)
    })?;
    let filter = MessageFilter {
        queue: page.queue,
        new: page.new,
        limit: page.limit.unwrap_or(MESSAGES_DEFAULT),
        before: page.before.as_deref().map(name).transpose()?,
    };
    let path = desk.database.clone();
    asked(move || message::list(&path, &filter)).await.map(Json)
}

/// `GET /api/v1/messages/{id}/audio`: 16-bit WAV at 8 kHz.
///
/// # Errors
///
/// 400 if it is no message's id, 404 if there is no such message, 503 if the disk does not answer.
pub async fn audio(
    State(desk): State<Desk>,
    id: Result<Path<String>, PathRejection>,
) -> Result<Response, Problem> {
    let name = name(&id?)?;
    known(&desk, name).await?;
    let store = desk.messages.clone();
    let wav = asked(move || store.read(name)).await?.ok_or_else(no_such)?;
    Ok(([(CONTENT_TYPE, "audio/wav")], wav).into_response())
}

/// `POST /api/v1/messages/{id}/heard`.
///
/// # Errors
///
/// As of [`audio`].
pub async fn heard(
    State(desk): State<Desk>,
    Extension(bearer): Extension<Bearer>,
    id: Result<Path<String>, PathRejection>,
) -> Result<StatusCode, Problem> {
    done(&desk, &bearer, &id?, MessageDeed::Heard).await
}

/// `DELETE /api/v1/messages/{id}`: with its sound.
///
/// # Errors
///
/// As of [`audio`].
pub async fn delete(
    State(desk): State<Desk>,
    Extension(bearer): Extension<Bearer>,
    id: Result<Path<String>, PathRejection>,
) -> Result<StatusCode, Problem> {
    done(&desk, &bearer, &id?, MessageDeed::Deleted).await
}

async fn done(
    desk: &Desk,
    bearer: &Bearer,
    id: &str,
    deed: MessageDeed,
) -> Result<StatusCode, Problem> {
    let name = name(id)?;
    known(desk, name).await?;
    let by = format!("api, {}", bearer.name);
    let command = Command::Message { name, deed, by };
    desk.commands.tell(command).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn known(desk: &Desk, name: MessageName) -> Result<(), Problem> {
    let path = desk.database.clone();
    let found = asked(move || message::find(&path, name)).await?;
    found.map(|_| ()).ok_or_else(no_such)
}

fn name(text: &str) -> Result<MessageName, Problem> {
    text.parse().map_err(|()| {
        let detail = format!("{text:?} is not a message: a call id, a hyphen and a number");
        Problem::new(StatusCode::BAD_REQUEST, "not a message", detail)
    })
}

fn no_such() -> Problem {
    Problem::not_found("no such message; see /api/v1/messages")
}
