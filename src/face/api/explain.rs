//! Why a call went as it did.

use axum::Json;
use axum::extract::Path;
use axum::extract::Query;
use axum::extract::State;
use axum::extract::rejection::PathRejection;
use axum::extract::rejection::QueryRejection;
use axum::response::IntoResponse;
use axum::response::Response;
use serde_json::json;

use crate::call::explain;
use crate::call::explain::Stage;
use crate::driver::journal::history;
use crate::face::api::call::call_id;
use crate::face::api::desk::Desk;
use crate::face::api::problem::Problem;
use crate::face::api::record;
use crate::face::api::words::Words;

/// `GET /api/v1/calls/{id}/explain?lang=en`, of live and closed calls.
///
/// # Errors
///
/// 400 if it is no call id or no language, 404 if the journal knows no such call, 503 if the
/// database does not answer.
pub(super) async fn explain(
    State(desk): State<Desk>,
    id: Result<Path<String>, PathRejection>,
    words: Result<Query<Words>, QueryRejection>,
) -> Result<Response, Problem> {
    let call = call_id(&id?)?;
    let language = Words::language(words)?;
    let path = desk.database.clone();
    let found = record::asked(move || history::around(&path, call)).await?;
    let around = found.ok_or_else(|| Problem::not_found("the journal knows no such call"))?;
    let stage = Stage {
        names: around.before.names,
        seats: around.before.seats,
    };
    let lines = explain::explain(call, stage, &around.facts, language);
    Ok(Json(json!({ "call": call, "lines": lines })).into_response())
}
