//! Seats: how they are, and what they are told to be.

use std::time::Duration;

use axum::Extension;
use axum::Json;
use axum::extract::Path;
use axum::extract::Query;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::extract::rejection::PathRejection;
use axum::extract::rejection::QueryRejection;
use axum::http::StatusCode;
use serde::Deserialize;

use crate::call::effect::Command;
use crate::call::seat_view::SeatView;
use crate::face::api::access::Bearer;
use crate::face::api::desk::Desk;
use crate::face::api::knowledge::Given;
use crate::face::api::knowledge::Who;
use crate::face::api::predict;
use crate::face::api::predict::Lesson;
use crate::face::api::problem::Problem;
use crate::face::api::words::Words;
use crate::machine::acd::fact::SeatState;
use crate::machine::acd::surface::WRAP_UP_MAX;

/// What a request for a seat's state may say.
const EXPECTED: &str = "expected {\"state\": \"ready\" | \"away\" | \"wrap_up_done\"}, \
                        with a \"reason\" of at most 200 characters if you like, \
                        or {\"state\": \"wrap_up\", \"for_s\": 1 to 3600}";
/// Characters of a reason.
const REASON_MAX: usize = 200;

/// What a request that tells a reason may say.
const EXPECTED_REASON: &str = "expected {\"question\": \"ID\", \"order\": \"ID\", \"bank\": \"NAME\"}, all of which may be left out";

/// `GET /api/v1/seats?lang=en`: all that the bearer may see.
///
/// # Errors
///
/// 400 if it is no language.
pub(super) async fn seats(
    State(desk): State<Desk>,
    Extension(bearer): Extension<Bearer>,
    words: Result<Query<Words>, QueryRejection>,
) -> Result<Json<Vec<SeatView>>, Problem> {
    let language = Words::language(words)?;
    let seen = |seat: &&SeatView| bearer.may_touch(&seat.id);
    let seats: Vec<SeatView> =
        desk.look(|view| view.present_seats().filter(seen).cloned().collect());
    let told = seats.into_iter().map(|seat| seat.told(language));
    Ok(Json(told.collect()))
}

/// `GET /api/v1/seats/{id}?lang=en`.
///
/// # Errors
///
/// 400 if it is no language, 403 if the bearer may not see it, 404 if there is none.
pub(super) async fn seat(
    State(desk): State<Desk>,
    Extension(bearer): Extension<Bearer>,
    id: Result<Path<String>, PathRejection>,
    words: Result<Query<Words>, QueryRejection>,
) -> Result<Json<SeatView>, Problem> {
    let Path(id) = id?;
    bearer.must_touch(&id)?;
    let language = Words::language(words)?;
    let found = desk.look(|view| view.present_seats().find(|seat| seat.id == id).cloned());
    let told = found.map(|seat| seat.told(language));
    told.map(Json).ok_or_else(no_such)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SeatWish {
    state: Wish,
    /// Why, in the person's words.
    #[serde(default)]
    reason: String,
    /// For `wrap_up`: how long it lasts from now on.
    for_s: Option<u32>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Wish {
    Ready,
    Away,
    WrapUp,
    WrapUpDone,
}

/// `POST /api/v1/seats/{id}/state`.
///
/// # Errors
///
/// 403 if the bearer may not, 404 if there is no such seat, 409 if the seat cannot be told so now;
/// 400, 413, 415 or 422 if the body is not a wish.
pub(super) async fn seat_state(
    State(desk): State<Desk>,
    Extension(bearer): Extension<Bearer>,
    id: Result<Path<String>, PathRejection>,
    body: Result<Json<SeatWish>, JsonRejection>,
) -> Result<StatusCode, Problem> {
    let Path(id) = id?;
    bearer.must_touch(&id)?;
    let seat = desk.look(|view| view.seat(&id)).ok_or_else(no_such)?;
    let Json(wish) = body.map_err(|rejection| Problem::of_body(&rejection, EXPECTED))?;
    if wish.reason.chars().count() > REASON_MAX {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return Err(Problem::new(status, "the reason is too long", EXPECTED));
    }
    let mut by = format!("api, {}", bearer.name);
    if !wish.reason.is_empty() {
        by = format!("{by}: {}", wish.reason);
    }
    let as_state = |state, by| Command::SeatState { seat, state, by };
    let command = match (wish.state, wish.for_s) {
        (Wish::Ready, None) => as_state(SeatState::Ready, by),
        (Wish::Away, None) => as_state(SeatState::Away, by),
        (Wish::WrapUpDone, None) => as_state(SeatState::WrapUp, by),
        (Wish::WrapUp, Some(for_s)) if (1..=WRAP_UP_MAX.as_secs()).contains(&for_s.into()) => {
            let lasts = Duration::from_secs(for_s.into());
            Command::WrapUpLasts { seat, lasts, by }
        }
        _ => {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            return Err(Problem::new(status, "no such wish", EXPECTED));
        }
    };
    desk.commands.tell(command).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /api/v1/seats/{id}/reason`: why the caller whom the seat answered last had called.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Reason {
    /// A question of the bank; none: something else.
    question: Option<String>,
    /// The order that it was about.
    order: Option<String>,
    /// The bank, where there are several.
    bank: Option<String>,
}

/// Learns what the person at the seat says their last caller wanted; of each call once.
///
/// # Errors
///
/// 403 if the bearer may not, 404 if there is no such seat, question or order, 409 if the seat has
/// answered nobody since the start; 400, 413, 415 or 422 if the body is not a reason.
pub(super) async fn reason(
    State(desk): State<Desk>,
    Extension(bearer): Extension<Bearer>,
    id: Result<Path<String>, PathRejection>,
    body: Result<Json<Reason>, JsonRejection>,
) -> Result<Json<Lesson>, Problem> {
    let Path(id) = id?;
    bearer.must_touch(&id)?;
    let last = desk.look(|view| {
        let seat = view.present_seats().find(|seat| seat.id == id);
        seat.map(|seat| seat.last.clone())
    });
    let Json(reason) = body.map_err(|rejection| Problem::of_body(&rejection, EXPECTED_REASON))?;
    let call = last.ok_or_else(no_such)?.ok_or_else(|| {
        let detail = "the seat has answered nobody since the centre started";
        Problem::new(StatusCode::CONFLICT, "not now", detail)
    })?;
    let is_number = call.caller.starts_with('+');
    let who = Who {
        bank: reason.bank,
        caller: is_number.then(|| call.caller.clone()),
        customer: (!is_number).then(Given::default),
        language: None,
        at_ms: Some(call.started.as_ms()),
    };
    let wanted = (reason.question, reason.order);
    if !desk.reasons.take(&id, call.id) {
        return predict::known_already(&desk, who).await;
    }
    let learned = predict::learn(&desk, who, wanted, call.question.as_deref()).await;
    if learned.is_err() {
        desk.reasons.give_back(&id, call.id);
    }
    learned
}

fn no_such() -> Problem {
    Problem::not_found("no such seat; see /api/v1/seats")
}
