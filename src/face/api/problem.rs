//! What is answered when something is wrong (RFC 9457).

use axum::Json;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::IntoResponse;
use axum::response::Response;
use serde::Serialize;

/// A problem with a request, for a person to read.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Problem {
    /// In two or three words.
    pub title: &'static str,
    /// HTTP status.
    pub status: u16,
    /// What is wrong and what to do.
    pub detail: String,
}

impl Problem {
    /// A problem of this status.
    #[must_use]
    pub fn new(status: StatusCode, title: &'static str, detail: impl Into<String>) -> Self {
        Self {
            title,
            status: status.as_u16(),
            detail: detail.into(),
        }
    }

    /// What was asked for is not there.
    #[must_use]
    pub fn not_found(what: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not found", what)
    }

    /// The centre cannot do it now.
    #[must_use]
    pub fn unavailable(why: &str) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", why)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::BAD_REQUEST);
        let kind = [(header::CONTENT_TYPE, "application/problem+json")];
        (status, kind, Json(self)).into_response()
    }
}
