//! Who may ask: bearer tokens with roles, compared without telling how much of one was right.

use std::fs;
use std::hint::black_box;
use std::io;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::Arc;

use axum::extract::Request;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::StatusCode;
use axum::http::header;
use axum::middleware::Next;
use axum::response::IntoResponse;
use axum::response::Response;

use crate::driver::config::token::Grant;
use crate::driver::config::token::Role;
use crate::face::api::problem::Problem;

/// Name of the file in the data folder that holds the administrator's token.
pub const ADMIN_TOKEN_FILE: &str = "admin.token";

/// Random bytes of a token, written as twice as many hexadecimal digits.
const TOKEN_BYTES: usize = 24;

/// Every token that counts, by its hash.
#[derive(Clone, Debug)]
pub struct Access {
    grants: Arc<[Grant]>,
}

/// Who asks.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Bearer {
    /// The name of the token.
    pub name: String,
    /// What it is good for.
    pub role: Role,
    /// The seat, if it is one's.
    pub seat: Option<String>,
}

impl Bearer {
    /// Whether the bearer may see this seat and change its state.
    #[must_use]
    pub fn may_touch(&self, seat: &str) -> bool {
        match self.role {
            Role::Seat => self.seat.as_deref() == Some(seat),
            Role::Supervisor | Role::Admin => true,
        }
    }

    /// The same as a refusal.
    ///
    /// # Errors
    ///
    /// 403, whether there is such a seat or not.
    pub fn must_touch(&self, seat: &str) -> Result<(), Problem> {
        if self.may_touch(seat) {
            return Ok(());
        }
        let own = self.seat.as_deref().unwrap_or("-");
        let detail = format!("this token is for the seat {own} alone");
        Err(Problem::new(StatusCode::FORBIDDEN, "not allowed", detail))
    }
}

impl Access {
    /// The tokens of the configuration and the administrator's, which is read from the data
    /// folder, or made at the first start, readable by its owner only.
    ///
    /// # Errors
    ///
    /// What the file system says.
    pub fn open(data_dir: &Path, grants: &[Grant]) -> io::Result<Self> {
        let path = data_dir.join(ADMIN_TOKEN_FILE);
        let kept = match fs::read_to_string(&path) {
            Ok(token) => token.trim().to_owned(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(error),
        };
        let token = if kept.is_empty() { keep(&path)? } else { kept };
        let admin = Grant {
            name: "admin".to_owned(),
            role: Role::Admin,
            seat: None,
            hash: Grant::hash(&token),
        };
        Ok(Self::of(
            std::iter::once(admin).chain(grants.iter().cloned()),
        ))
    }

    /// These tokens and no others.
    #[must_use]
    pub fn of(grants: impl IntoIterator<Item = Grant>) -> Self {
        Self {
            grants: grants.into_iter().collect(),
        }
    }

    /// Whose token this is.
    #[must_use]
    pub fn bearer(&self, token: &str) -> Option<Bearer> {
        let given = Grant::hash(token);
        // Every hash is looked at to its end, so that time tells nothing.
        let known = self.grants.iter().fold(None, |known, grant| {
            if is_same(&grant.hash, &given) {
                Some(grant)
            } else {
                known
            }
        });
        known.map(|grant| Bearer {
            name: grant.name.clone(),
            role: grant.role,
            seat: grant.seat.clone(),
        })
    }
}

fn is_same(one: &[u8; 32], other: &[u8; 32]) -> bool {
    let differing = one.iter().zip(other).fold(0, |bits, (a, b)| bits | (a ^ b));
    black_box(differing) == 0
}

/// A token that nobody can guess: 192 random bits in hexadecimal.
///
/// # Errors
///
/// The system has no randomness.
pub fn fresh_token() -> io::Result<String> {
    let mut bytes = [0; TOKEN_BYTES];
    getrandom::fill(&mut bytes).map_err(|error| io::Error::other(error.to_string()))?;
    Ok(hex::encode(bytes))
}

fn keep(path: &Path) -> io::Result<String> {
    let token = fresh_token()?;
    let mut options = fs::OpenOptions::new();
    let mut file = options
        .create(true)
        .write(true)
        .truncate(true)
        .mode(0o600)
        .open(path)?;
    writeln!(file, "{token}")?;
    file.sync_all()?;
    Ok(token)
}

/// What a route asks of who comes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Need {
    /// Nothing.
    Nothing,
    /// A token of at least this role. A seat's token shows and changes that seat alone.
    Role(Role),
}

/// Lets requests pass whose token is good enough; their handler finds the [`Bearer`].
pub async fn admit(
    State((access, need)): State<(Access, Need)>,
    mut request: Request,
    next: Next,
) -> Response {
    let Need::Role(least) = need else {
        return next.run(request).await;
    };
    let bearer = match known(&access, request.headers()) {
        Ok(bearer) => bearer,
        Err(stranger) => return stranger.into_response(),
    };
    if bearer.role < least {
        return too_little(&bearer, least);
    }
    request.extensions_mut().insert(bearer);
    next.run(request).await
}

/// Somebody without a token that is known.
enum Stranger {
    Without,
    Unknown,
}

fn known(access: &Access, headers: &HeaderMap) -> Result<Bearer, Stranger> {
    let header = headers
        .get(header::AUTHORIZATION)
        .ok_or(Stranger::Without)?;
    let token = header.to_str().ok().and_then(token_of);
    let token = token.ok_or(Stranger::Without)?;
    access.bearer(token).ok_or(Stranger::Unknown)
}

fn token_of(header: &str) -> Option<&str> {
    let (scheme, token) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

impl IntoResponse for Stranger {
    /// As RFC 6750 section 3 says.
    fn into_response(self) -> Response {
        let (challenge, detail) = match self {
            Self::Without => (
                "Bearer realm=\"ringwise\"",
                format!(
                    "send `Authorization: Bearer TOKEN`: the administrator's is in {ADMIN_TOKEN_FILE} \
                     in the data folder, `ringwise token new` makes others"
                ),
            ),
            Self::Unknown => (
                "Bearer realm=\"ringwise\", error=\"invalid_token\"",
                "this token is not known here; tokens count from the start of the centre on"
                    .to_owned(),
            ),
        };
        let problem = Problem::new(StatusCode::UNAUTHORIZED, "unauthorised", detail);
        ([(header::WWW_AUTHENTICATE, challenge)], problem).into_response()
    }
}

fn too_little(bearer: &Bearer, least: Role) -> Response {
    let detail = format!(
        "the token {:?} has the role {}, this needs {}",
        bearer.name,
        bearer.role.word(),
        least.word()
    );
    let challenge = "Bearer realm=\"ringwise\", error=\"insufficient_scope\"";
    let problem = Problem::new(StatusCode::FORBIDDEN, "not allowed", detail);
    ([(header::WWW_AUTHENTICATE, challenge)], problem).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_administrators_token_is_made_once_for_its_owner_only() {
        use std::os::unix::fs::PermissionsExt;

        let dir = std::env::temp_dir().join(format!("ringwise-access-{}", std::process::id()));
        fs::create_dir_all(&dir).unwrap();
        let path = dir.join(ADMIN_TOKEN_FILE);
        Access::open(&dir, &[]).unwrap();
        let first = fs::read_to_string(&path).unwrap();
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        let again = Access::open(&dir, &[]).unwrap();
        let second = fs::read_to_string(&path).unwrap();
        fs::remove_dir_all(&dir).unwrap();
        assert_eq!(first, second);
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(first.trim().len(), 48);
        assert_eq!(again.bearer(first.trim()).unwrap().role, Role::Admin);
        assert_eq!(again.bearer(""), None);
        assert_eq!(again.bearer(&first.trim()[1..]), None);
    }
}
