//! Whether the centre is well: for probes and monitoring systems.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::IntoResponse;
use axum::response::Response;
use serde::Serialize;

use crate::face::api::desk::Desk;
use crate::face::api::metrics;

#[derive(Serialize)]
struct Health {
    status: &'static str,
    version: &'static str,
    calls_live: usize,
    journal_waiting: u64,
}

/// `GET /healthz`: 200 while facts are kept, else 503.
pub async fn health(State(desk): State<Desk>) -> Response {
    let lost = desk.journal.lost() > 0;
    let failing = desk.journal.is_failing();
    let health = Health {
        status: if lost {
            "facts are being lost: the disk does not keep up"
        } else if failing {
            "the journal cannot be written: the log says why"
        } else {
            "ok"
        },
        version: env!("CARGO_PKG_VERSION"),
        calls_live: desk.look(|view| view.calls_on_line()),
        journal_waiting: desk.journal.waiting(),
    };
    let status = if lost || failing {
        StatusCode::SERVICE_UNAVAILABLE
    } else {
        StatusCode::OK
    };
    (status, Json(health)).into_response()
}

/// `GET /metrics`: figures as `OpenMetrics` text.
pub async fn figures(State(desk): State<Desk>) -> Response {
    let text = desk.look(|view| metrics::text(view, &desk.journal, (&desk.meter, &desk.post)));
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(header::CONTENT_TYPE, kind)], text).into_response()
}
