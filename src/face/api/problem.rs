//! What is answered when something is wrong (RFC 9457).

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::rejection::PathRejection;
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

    /// A body that cannot be read; `expected` says what was.
    #[must_use]
    pub fn of_body(rejection: &JsonRejection, expected: &str) -> Self {
        let title = match rejection.status() {
            StatusCode::UNSUPPORTED_MEDIA_TYPE => {
                let detail = format!("send Content-Type: application/json; {expected}");
                return Self::new(rejection.status(), "not JSON", detail);
            }
            StatusCode::PAYLOAD_TOO_LARGE => "too long",
            StatusCode::BAD_REQUEST => "not JSON",
            StatusCode::UNPROCESSABLE_ENTITY => "not as expected",
            _ => "unreadable",
        };
        let detail = format!("{}; {expected}", cause(rejection));
        Self::new(rejection.status(), title, detail)
    }

    /// The centre cannot do it now.
    #[must_use]
    pub fn unavailable(why: &str) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", why)
    }
}

/// What the reader of the body says, without its preamble.
fn cause(rejection: &JsonRejection) -> String {
    let said = rejection.body_text();
    match said.split_once(": ") {
        Some((_, rest)) => rest.to_owned(),
        None => said,
    }
}

impl From<PathRejection> for Problem {
    fn from(rejection: PathRejection) -> Self {
        Self::new(rejection.status(), "not a path", rejection.body_text())
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::BAD_REQUEST);
        let kind = [(header::CONTENT_TYPE, "application/problem+json")];
        (status, kind, Json(self)).into_response()
    }
}
