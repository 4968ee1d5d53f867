//! Live calls and the queues they wait in.

use axum::Extension;
use axum::Json;
use axum::extract::Path;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::extract::rejection::PathRejection;
use axum::http::StatusCode;
use serde::Deserialize;

use crate::call::call_view::CallView;
use crate::call::effect::Command;
use crate::call::queue_view::QueueView;
use crate::face::api::access::Bearer;
use crate::face::api::desk::Desk;
use crate::face::api::problem::Problem;
use crate::machine::acd::step::Class;
use crate::vocabulary::id::CallId;

/// `GET /api/v1/calls`.
pub async fn calls(State(desk): State<Desk>) -> Json<Vec<CallView>> {
    Json(desk.look(|view| view.calls.values().cloned().collect()))
}

/// `GET /api/v1/calls/{id}`.
///
/// # Errors
///
/// 400 if it is no call id, 404 if the call is not live.
pub async fn call(
    State(desk): State<Desk>,
    id: Result<Path<String>, PathRejection>,
) -> Result<Json<CallView>, Problem> {
    let id = call_id(&id?)?;
    let found = desk.look(|view| view.calls.get(&id).cloned());
    found
        .map(Json)
        .ok_or_else(|| Problem::not_found("no such live call; see /api/v1/records"))
}

/// `POST /api/v1/calls/{id}/hangup`.
///
/// # Errors
///
/// As [`call`]; 503 if the engine does not confirm it.
pub async fn hang_up(
    State(desk): State<Desk>,
    Extension(bearer): Extension<Bearer>,
    id: Result<Path<String>, PathRejection>,
) -> Result<StatusCode, Problem> {
    let call = call_id(&id?)?;
    let by = format!("api, {}", bearer.name);
    desk.commands.tell(Command::HangUp { call, by }).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /api/v1/calls/{id}/withdraw`: out of its queue, on in its dialplan.
///
/// # Errors
///
/// As [`hang_up`]; 409 if the call does not wait.
pub async fn withdraw(
    State(desk): State<Desk>,
    Extension(bearer): Extension<Bearer>,
    id: Result<Path<String>, PathRejection>,
) -> Result<StatusCode, Problem> {
    let call = call_id(&id?)?;
    let by = format!("api, {}", bearer.name);
    desk.commands.tell(Command::TakeOut { call, by }).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Route {
    queue: String,
}

/// `POST /api/v1/calls/{id}/route`: to another queue, its wait kept.
///
/// # Errors
///
/// As [`withdraw`]; 422 if no queue is called so.
pub(super) async fn route(
    State(desk): State<Desk>,
    Extension(bearer): Extension<Bearer>,
    id: Result<Path<String>, PathRejection>,
    body: Result<Json<Route>, JsonRejection>,
) -> Result<StatusCode, Problem> {
    let call = call_id(&id?)?;
    let expected = "expected {\"queue\": \"NAME\"}";
    let Json(Route { queue }) = body.map_err(|rejection| Problem::of_body(&rejection, expected))?;
    let by = format!("api, {}", bearer.name);
    let command = Command::Reroute { call, queue, by };
    desk.commands.tell(command).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Priority {
    priority: i32,
    /// Levels a minute.
    #[serde(default)]
    ageing: f64,
}

/// `POST /api/v1/calls/{id}/priority`: another class, its wait kept.
///
/// # Errors
///
/// As [`withdraw`]; 422 if the ageing is not from 0 to 1,000 levels a minute.
pub(super) async fn priority(
    State(desk): State<Desk>,
    Extension(bearer): Extension<Bearer>,
    id: Result<Path<String>, PathRejection>,
    body: Result<Json<Priority>, JsonRejection>,
) -> Result<StatusCode, Problem> {
    let call = call_id(&id?)?;
    let expected = "expected {\"priority\": 5}, with \"ageing\" in levels a minute if you like";
    let Json(Priority { priority, ageing }) =
        body.map_err(|rejection| Problem::of_body(&rejection, expected))?;
    let thousandths = (0.0..=1_000.0)
        .contains(&ageing)
        .then_some(ageing * 1_000.0);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "it is from 0 to a million"
    )]
    let ageing = thousandths.map(|ageing| ageing.round() as u32);
    let Some(ageing) = ageing else {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        let detail = "ageing is from 0 to 1000 levels a minute";
        return Err(Problem::new(status, "not an ageing", detail));
    };
    let class = Class { priority, ageing };
    let by = format!("api, {}", bearer.name);
    let command = Command::Reprioritise { call, class, by };
    desk.commands.tell(command).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `GET /api/v1/queues`.
pub async fn queues(State(desk): State<Desk>) -> Json<Vec<QueueView>> {
    Json(desk.look(|view| view.present_queues().cloned().collect()))
}

/// Reads the id of a call as it stands in a path or a query.
///
/// # Errors
///
/// 400 if it is none.
pub fn call_id(text: &str) -> Result<CallId, Problem> {
    let bits = u64::from_str_radix(text, 16)
        .ok()
        .filter(|_| text.len() == 16);
    let problem = || {
        let detail = format!("{text:?} is not a call id: 16 hexadecimal digits");
        Problem::new(StatusCode::BAD_REQUEST, "not a call id", detail)
    };
    bits.map(CallId::from_bits).ok_or_else(problem)
}
