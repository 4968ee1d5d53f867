//! Routes and the server that serves them.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::PoisonError;
use std::sync::RwLock;

use axum::Json;
use axum::Router;
use axum::extract::Path;
use axum::extract::Query;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::HeaderMap;
use axum::http::StatusCode;
use axum::http::header;
use axum::middleware;
use axum::response::IntoResponse;
use axum::response::Response;
use axum::response::sse::KeepAlive;
use axum::response::sse::Sse;
use axum::routing::get;
use axum::routing::post;
use serde::Deserialize;
use serde::Serialize;
use tokio::sync::broadcast;

use crate::call::effect::Command;
use crate::call::fact::Recorded;
use crate::call::view::CallView;
use crate::call::view::QueueView;
use crate::call::view::SeatView;
use crate::call::view::View;
use crate::driver::centre::office::Office;
use crate::driver::journal::writer::JournalState;
use crate::driver::turn_meter::TurnMeter;
use crate::face::api::access;
use crate::face::api::access::Access;
use crate::face::api::command::Commands;
use crate::face::api::event_stream;
use crate::face::api::metrics;
use crate::face::api::problem::Problem;
use crate::face::api::record_query;
use crate::face::api::release;
use crate::face::api::release::Counter;
use crate::machine::acd::surface::SeatState;
use crate::vocabulary::id::CallId;

/// Records given when no limit is asked for.
const RECORDS_DEFAULT: u32 = 50;

/// What every route may use.
#[derive(Clone, Debug)]
pub struct Desk {
    /// What faces show.
    pub view: Arc<RwLock<View>>,
    /// The way to the engine.
    pub commands: Commands,
    /// Facts as they become durable.
    pub live: broadcast::Sender<Arc<Recorded>>,
    /// The journal's database.
    pub database: PathBuf,
    /// What the journal reports.
    pub journal: Arc<JournalState>,
    /// How the loop fares.
    pub meter: Arc<TurnMeter>,
    /// Where other releases are asked for.
    pub releases: Office,
}

/// Serves the API until the process ends.
///
/// # Errors
///
/// What the socket says.
pub async fn serve(
    listener: tokio::net::TcpListener,
    desk: Desk,
    access: Access,
) -> io::Result<()> {
    axum::serve(listener, router(desk, access)).await
}

/// Opens the API's address.
///
/// # Errors
///
/// What the socket says, with the address.
pub async fn listen(address: SocketAddr) -> io::Result<tokio::net::TcpListener> {
    tokio::net::TcpListener::bind(address)
        .await
        .map_err(|error| {
            let hint = "is another program using the port?";
            io::Error::new(
                error.kind(),
                format!("cannot listen on http://{address}: {error}; {hint}"),
            )
        })
}

/// All routes.
pub fn router(desk: Desk, access: Access) -> Router {
    let guarded = Router::new()
        .route("/calls", get(calls))
        .route("/calls/{id}", get(call))
        .route("/calls/{id}/hangup", post(hang_up))
        .route("/queues", get(queues))
        .route("/seats", get(seats))
        .route("/seats/{id}/state", post(seat_state))
        .route("/records", get(records))
        .route("/records/{id}", get(record))
        .route("/events", get(events))
        .merge(release::routes(desk.counter()))
        .layer(middleware::from_fn_with_state(
            access,
            access::require_admin,
        ));
    Router::new()
        .nest("/api/v1", guarded)
        .route("/healthz", get(health))
        .route("/metrics", get(figures))
        .fallback(async || Problem::not_found("no such resource; see docs/api.md"))
        .with_state(desk)
}

impl Desk {
    /// What releases need of it.
    #[must_use]
    pub fn counter(&self) -> Counter {
        Counter {
            view: Arc::clone(&self.view),
            commands: self.commands.clone(),
            office: self.releases.clone(),
        }
    }

    fn look<T>(&self, what: impl FnOnce(&View) -> T) -> T {
        what(&self.view.read().unwrap_or_else(PoisonError::into_inner))
    }
}

#[derive(Serialize)]
struct Health {
    status: &'static str,
    version: &'static str,
    calls_live: usize,
    journal_waiting: u64,
}

async fn health(State(desk): State<Desk>) -> Response {
    let lost = desk.journal.lost() > 0;
    let health = Health {
        status: if lost {
            "facts are being lost: the disk does not keep up"
        } else {
            "ok"
        },
        version: env!("CARGO_PKG_VERSION"),
        calls_live: desk.look(|view| view.calls.len()),
        journal_waiting: desk.journal.waiting(),
    };
    let status = if lost {
        StatusCode::SERVICE_UNAVAILABLE
    } else {
        StatusCode::OK
    };
    (status, Json(health)).into_response()
}

async fn figures(State(desk): State<Desk>) -> Response {
    let text = desk.look(|view| metrics::text(view, &desk.journal, &desk.meter));
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(header::CONTENT_TYPE, kind)], text).into_response()
}

async fn calls(State(desk): State<Desk>) -> Json<Vec<CallView>> {
    Json(desk.look(|view| view.calls.values().cloned().collect()))
}

async fn call(State(desk): State<Desk>, Path(id): Path<String>) -> Result<Json<CallView>, Problem> {
    let id = call_id(&id)?;
    let found = desk.look(|view| view.calls.get(&id).cloned());
    found
        .map(Json)
        .ok_or_else(|| Problem::not_found("no such live call; see /api/v1/records"))
}

async fn hang_up(State(desk): State<Desk>, Path(id): Path<String>) -> Result<StatusCode, Problem> {
    let call = call_id(&id)?;
    desk.commands
        .tell(Command::HangUp {
            call,
            by: "api".to_owned(),
        })
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn queues(State(desk): State<Desk>) -> Json<Vec<QueueView>> {
    Json(desk.look(|view| view.present_queues().cloned().collect()))
}

async fn seats(State(desk): State<Desk>) -> Json<Vec<SeatView>> {
    Json(desk.look(|view| view.present_seats().cloned().collect()))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SeatWish {
    state: Wish,
    /// Why, in the person's words.
    #[serde(default)]
    reason: String,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Wish {
    Ready,
    Away,
    WrapUpDone,
}

async fn seat_state(
    State(desk): State<Desk>,
    Path(id): Path<String>,
    body: Result<Json<SeatWish>, JsonRejection>,
) -> Result<StatusCode, Problem> {
    let Json(wish) = body.map_err(|error| {
        let detail = format!("{error}; expected {{\"state\":\"ready|away|wrap_up_done\"}}");
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "not a seat state", detail)
    })?;
    let no_such = || Problem::not_found("no such seat; see /api/v1/seats");
    let seat = desk.look(|view| view.seat(&id)).ok_or_else(no_such)?;
    let state = match wish.state {
        Wish::Ready => SeatState::Ready,
        Wish::Away => SeatState::Away,
        Wish::WrapUpDone => SeatState::WrapUp,
    };
    let by = if wish.reason.is_empty() {
        "api".to_owned()
    } else {
        format!("api: {}", wish.reason)
    };
    desk.commands
        .tell(Command::SeatState { seat, state, by })
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
struct Page {
    limit: Option<u32>,
    before: Option<String>,
}

async fn records(State(desk): State<Desk>, Query(page): Query<Page>) -> Result<Response, Problem> {
    let before = page.before.as_deref().map(call_id).transpose()?;
    let limit = page.limit.unwrap_or(RECORDS_DEFAULT);
    let path = desk.database.clone();
    let found = tokio::task::spawn_blocking(move || record_query::records(&path, limit, before));
    let found = found
        .await
        .map_err(|_| Problem::unavailable("the query was cut off"))?;
    let found = found.map_err(|error| Problem::unavailable(&error.to_string()))?;
    Ok(Json(found).into_response())
}

async fn record(State(desk): State<Desk>, Path(id): Path<String>) -> Result<Response, Problem> {
    let id = call_id(&id)?;
    let path = desk.database.clone();
    let found = tokio::task::spawn_blocking(move || record_query::record(&path, id));
    let found = found
        .await
        .map_err(|_| Problem::unavailable("the query was cut off"))?;
    let found = found.map_err(|error| Problem::unavailable(&error.to_string()))?;
    let record = found.ok_or_else(|| Problem::not_found("no such closed call"))?;
    Ok(Json(record).into_response())
}

async fn events(State(desk): State<Desk>, headers: HeaderMap) -> Result<Response, Problem> {
    let last = headers
        .get("last-event-id")
        .and_then(|value| value.to_str().ok());
    let not_a_place = |_| {
        let detail = "Last-Event-ID is a whole number, the id of an event";
        Problem::new(StatusCode::BAD_REQUEST, "not an event id", detail)
    };
    let after = last.map(u64::from_str).transpose().map_err(not_a_place)?;
    let stream = event_stream::follow(desk.live.subscribe(), desk.database, after);
    Ok(Sse::new(stream)
        .keep_alive(KeepAlive::default())
        .into_response())
}

fn call_id(text: &str) -> Result<CallId, Problem> {
    let bits = u64::from_str_radix(text, 16)
        .ok()
        .filter(|_| text.len() == 16);
    let problem = || {
        let detail = format!("{text:?} is not a call id: 16 hexadecimal digits");
        Problem::new(StatusCode::BAD_REQUEST, "not a call id", detail)
    };
    bits.map(CallId::from_bits).ok_or_else(problem)
}
