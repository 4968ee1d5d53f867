//! Closed calls, and facts as they become durable.

use std::str::FromStr;

use axum::Json;
use axum::extract::Path;
use axum::extract::Query;
use axum::extract::State;
use axum::extract::rejection::PathRejection;
use axum::extract::rejection::QueryRejection;
use axum::http::HeaderMap;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::response::Response;
use axum::response::sse::KeepAlive;
use axum::response::sse::Sse;
use serde::Deserialize;

use crate::face::api::call::call_id;
use crate::face::api::desk::Desk;
use crate::face::api::event_stream;
use crate::face::api::problem::Problem;
use crate::face::api::record_query;

/// Records given when no limit is asked for.
const RECORDS_DEFAULT: u32 = 50;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Page {
    limit: Option<u32>,
    before: Option<String>,
}

/// `GET /api/v1/records`, the newest first.
///
/// # Errors
///
/// 400 if the query is no page, 503 if the database does not answer.
pub(super) async fn records(
    State(desk): State<Desk>,
    page: Result<Query<Page>, QueryRejection>,
) -> Result<Response, Problem> {
    let Query(page) = page.map_err(|rejection| {
        let detail = format!(
            "{}; expected limit=NUMBER and before=CALL",
            rejection.body_text()
        );
        Problem::new(rejection.status(), "not a page of records", detail)
    })?;
    let before = page.before.as_deref().map(call_id).transpose()?;
    let limit = page.limit.unwrap_or(RECORDS_DEFAULT);
    let path = desk.database.clone();
    let found = asked(move || record_query::records(&path, limit, before)).await?;
    Ok(Json(found).into_response())
}

/// `GET /api/v1/records/{id}`.
///
/// # Errors
///
/// 400 if it is no call id, 404 if no call of this id is closed, 503 if the database does not
/// answer.
pub async fn record(
    State(desk): State<Desk>,
    id: Result<Path<String>, PathRejection>,
) -> Result<Response, Problem> {
    let id = call_id(&id?)?;
    let path = desk.database.clone();
    let found = asked(move || record_query::record(&path, id)).await?;
    let record = found.ok_or_else(|| Problem::not_found("no such closed call"))?;
    Ok(Json(record).into_response())
}

/// Asks the database on a thread of its own.
///
/// # Errors
///
/// 503 if it does not answer.
pub(super) async fn asked<T, E>(
    query: impl FnOnce() -> Result<T, E> + Send + 'static,
) -> Result<T, Problem>
where
    T: Send + 'static,
    E: std::fmt::Display + Send + 'static,
{
    let found = tokio::task::spawn_blocking(query).await;
    let found = found.map_err(|_| Problem::unavailable("the query was cut off"))?;
    found.map_err(|error| Problem::unavailable(&error.to_string()))
}

/// `GET /api/v1/events`: server-sent events, after `Last-Event-ID` if it is given.
///
/// # Errors
///
/// 400 if that is no number.
pub async fn events(State(desk): State<Desk>, headers: HeaderMap) -> Result<Response, Problem> {
    let not_a_place = || {
        let detail = "Last-Event-ID is a whole number, the id of an event";
        Problem::new(StatusCode::BAD_REQUEST, "not an event id", detail)
    };
    let after = match headers.get("last-event-id") {
        Some(value) => {
            let number = value.to_str().ok().map(u64::from_str);
            Some(number.and_then(Result::ok).ok_or_else(not_a_place)?)
        }
        None => None,
    };
    let stream = event_stream::follow(desk.live.subscribe(), desk.database, after);
    Ok(Sse::new(stream)
        .keep_alive(KeepAlive::default())
        .into_response())
}
