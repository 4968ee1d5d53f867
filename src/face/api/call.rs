//! Live calls and the queues they wait in.

use axum::Extension;
use axum::Json;
use axum::extract::Path;
use axum::extract::State;
use axum::extract::rejection::PathRejection;
use axum::http::StatusCode;

use crate::call::effect::Command;
use crate::call::view::CallView;
use crate::call::view::QueueView;
use crate::face::api::access::Bearer;
use crate::face::api::desk::Desk;
use crate::face::api::problem::Problem;
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
