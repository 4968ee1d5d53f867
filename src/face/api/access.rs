//! Who may ask: bearer tokens, compared without telling how much of one was right.

use std::fs;
use std::io;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use axum::extract::Request;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header;
use axum::middleware::Next;
use axum::response::IntoResponse;
use axum::response::Response;
use sha2::Digest;
use sha2::Sha256;

use crate::face::api::problem::Problem;

/// Name of the file in the data folder that holds the administrator's token.
pub const ADMIN_TOKEN_FILE: &str = "admin.token";

/// The token that may do everything, as its digest.
#[derive(Clone, Debug)]
pub struct Access {
    admin: [u8; 32],
}

impl Access {
    /// Reads the administrator's token from the data folder, or makes one at the first start,
    /// readable by its owner only.
    ///
    /// # Errors
    ///
    /// What the file system says.
    pub fn open(data_dir: &Path) -> io::Result<Self> {
        let path = data_dir.join(ADMIN_TOKEN_FILE);
        let token = match fs::read_to_string(&path) {
            Ok(token) if !token.trim().is_empty() => token,
            Ok(_) => return make(&path),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return make(&path),
            Err(error) => return Err(error),
        };
        Ok(Self {
            admin: digest(token.trim()),
        })
    }

    /// Whether this is the administrator's token.
    #[must_use]
    pub fn is_admin(&self, token: &str) -> bool {
        let given = digest(token);
        let differing = given
            .iter()
            .zip(self.admin)
            .fold(0, |bits, (a, b)| bits | (a ^ b));
        differing == 0
    }
}

fn make(path: &Path) -> io::Result<Access> {
    let mut bits = [0; 24];
    getrandom::fill(&mut bits).map_err(|error| io::Error::other(error.to_string()))?;
    let token = hex::encode(bits);
    let mut options = fs::OpenOptions::new();
    let mut file = options
        .create(true)
        .write(true)
        .truncate(true)
        .mode(0o600)
        .open(path)?;
    writeln!(file, "{token}")?;
    file.sync_all()?;
    Ok(Access {
        admin: digest(&token),
    })
}

fn digest(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

/// Lets requests with the administrator's token pass.
pub async fn require_admin(State(access): State<Access>, request: Request, next: Next) -> Response {
    let header = request.headers().get(header::AUTHORIZATION);
    let token = header
        .and_then(|value| value.to_str().ok())
        .and_then(bearer);
    if token.is_some_and(|token| access.is_admin(token)) {
        return next.run(request).await;
    }
    let detail = format!("send Authorization: Bearer with the token in data/{ADMIN_TOKEN_FILE}");
    let problem = Problem::new(StatusCode::UNAUTHORIZED, "unauthorised", detail);
    ([(header::WWW_AUTHENTICATE, "Bearer")], problem).into_response()
}

fn bearer(value: &str) -> Option<&str> {
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}
