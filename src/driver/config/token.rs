//! Who may use the API besides the administrator: `[[token]]`.

use std::collections::BTreeSet;
use std::ops::Range;
use std::path::Path;
use std::path::PathBuf;

use serde::Deserialize;
use serde::Serialize;
use sha2::Digest;
use sha2::Sha256;
use toml::Spanned;

use crate::vocabulary::fault::Fault;
use crate::vocabulary::fault::Span;

/// Most tokens that a configuration may have.
pub const TOKENS_MAX: usize = 1_000;
/// Fewest characters of a secret that a person chose for a `token_file`.
pub const SECRET_CHARS_MIN: usize = 20;

/// Stands between a name and a reason where it is told who did something and why.
pub const BEFORE_REASON: &str = ": ";
/// Why a name cannot be.
pub const NAME_WITH_REASON: &str = "a token's name cannot hold a colon and a space: what follows them would be read as the reason of \
                                    what its bearer does; write it without the colon";

/// What a token lets its bearer do, the least first.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// See and change the state of one seat.
    Seat,
    /// See everything and change the state of every seat.
    Supervisor,
    /// Everything.
    Admin,
}

impl Role {
    /// As it is written.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Seat => "seat",
            Self::Supervisor => "supervisor",
            Self::Admin => "admin",
        }
    }
}

/// `[[token]]`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Token {
    /// Who has it, for logs.
    pub name: Spanned<String>,
    /// What it is good for.
    pub role: Role,
    /// The seat of a token with that role.
    #[serde(default)]
    pub seat: Option<Spanned<String>>,
    /// SHA-256 of the secret, 64 hexadecimal digits.
    #[serde(default)]
    pub sha256: Option<Spanned<String>>,
    /// Or a file whose first line is the secret.
    #[serde(default)]
    pub token_file: Option<Spanned<PathBuf>>,
}

/// A checked token: the hash of a secret and what its bearer may do.
#[derive(Clone, Eq, PartialEq)]
pub struct Grant {
    /// Who has it, for logs.
    pub name: String,
    /// What it is good for.
    pub role: Role,
    /// The seat that a token with the role seat is for.
    pub seat: Option<String>,
    /// SHA-256 of the secret.
    pub hash: [u8; 32],
}

impl std::fmt::Debug for Grant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let whose = self.seat.as_deref().unwrap_or("-");
        write!(f, "Grant({}, {}, {whose})", self.name, self.role.word())
    }
}

impl Grant {
    /// The hash of a secret, by which it is known.
    #[must_use]
    pub fn hash(secret: &str) -> [u8; 32] {
        Sha256::digest(secret.as_bytes()).into()
    }
}

/// Checks what the file says of tokens. `seats` are the ids of all seats, `read` reads a file.
///
/// # Errors
///
/// What `read` says; what the file's author did wrong goes to `faults`.
pub fn grants<E>(
    tokens: &[Token],
    seats: &BTreeSet<&str>,
    read: impl Fn(&Path) -> Result<String, E>,
    faults: &mut Vec<Fault>,
) -> Result<Vec<Grant>, E> {
    let mut found: Vec<Grant> = Vec::new();
    for token in tokens {
        let before = faults.len();
        let name = token.name.get_ref();
        let at = span(token.name.span());
        if name.trim().is_empty() {
            faults.push(Fault::new(at, "a token without a name"));
        }
        if name.contains(BEFORE_REASON) {
            faults.push(Fault::new(at, NAME_WITH_REASON));
        }
        if found.iter().any(|one| one.name == *name) {
            faults.push(Fault::new(at, format!("two tokens are called {name:?}")));
        }
        faults.extend(seat_fault(token, seats));
        let Some(hash) = hash(token, &read, faults)? else {
            continue;
        };
        if let Some(same) = found.iter().find(|one| one.hash == hash) {
            let what = format!("{name:?} and {:?} have the same secret", same.name);
            faults.push(Fault::new(at, what));
        }
        if faults.len() == before {
            found.push(Grant {
                name: name.clone(),
                role: token.role,
                seat: token.seat.as_ref().map(|seat| seat.get_ref().clone()),
                hash,
            });
        }
    }
    if let Some(surplus) = tokens.get(TOKENS_MAX) {
        let what = format!("more than {TOKENS_MAX} tokens");
        faults.push(Fault::new(span(surplus.name.span()), what));
    }
    Ok(found)
}

fn seat_fault(token: &Token, seats: &BTreeSet<&str>) -> Option<Fault> {
    let at = span(token.name.span());
    match (token.role, &token.seat) {
        (Role::Seat, None) => {
            let fault = Fault::new(at, "a token with the role seat names its seat");
            Some(fault.help("seat = \"1001\""))
        }
        (Role::Seat, Some(seat)) if !seats.contains(seat.get_ref().as_str()) => {
            let wrong = seat.get_ref();
            let fault = Fault::new(span(seat.span()), format!("no seat has the id {wrong:?}"));
            Some(fault.nearest(wrong, seats.iter().copied()))
        }
        (Role::Supervisor | Role::Admin, Some(seat)) => {
            let what = format!("a token with the role {} has no seat", token.role.word());
            let fault = Fault::new(span(seat.span()), what);
            Some(fault.help("leave it out, or give the role seat"))
        }
        (Role::Seat, Some(_)) | (Role::Supervisor | Role::Admin, None) => None,
    }
}

fn hash<E>(
    token: &Token,
    read: impl Fn(&Path) -> Result<String, E>,
    faults: &mut Vec<Fault>,
) -> Result<Option<[u8; 32]>, E> {
    match (&token.sha256, &token.token_file) {
        (Some(written), None) => {
            let mut hash = [0; 32];
            if hex::decode_to_slice(written.get_ref(), &mut hash).is_ok() {
                return Ok(Some(hash));
            }
            let fault = Fault::new(span(written.span()), "this is no SHA-256 in 64 hex digits");
            faults.push(fault.help("`ringwise token new` prints one; the secret itself stays out"));
            Ok(None)
        }
        (None, Some(file)) => {
            let text = read(file.get_ref())?;
            let secret = text.lines().next().unwrap_or_default().trim();
            if secret.chars().count() >= SECRET_CHARS_MIN {
                return Ok(Some(Grant::hash(secret)));
            }
            let what = format!("the secret in it has under {SECRET_CHARS_MIN} characters");
            let fault = Fault::new(span(file.span()), what);
            faults.push(fault.help("`ringwise token new` makes one"));
            Ok(None)
        }
        (Some(_), Some(_)) | (None, None) => {
            let what = format!("token {:?} has no single secret", token.name.get_ref());
            let fault = Fault::new(span(token.name.span()), what);
            faults.push(fault.help("give one of sha256, token_file; see `ringwise token new`"));
            Ok(None)
        }
    }
}

fn span(range: Range<usize>) -> Span {
    Span::between(range.start, range.end)
}

#[cfg(test)]
mod tests {
    use crate::driver::config::reading::Config;
    use crate::driver::config::reading::ConfigError;

    use super::*;

    const SEAT: &str = "[[seat]]\nid = \"1001\"\npassword = \"x\"\n";

    fn read(token: &str) -> Result<Config, ConfigError> {
        Config::read("ringwise.toml", &format!("{SEAT}[[token]]\n{token}"))
    }

    #[test]
    fn a_token_is_known_by_its_hash() {
        let hash = hex::encode(Grant::hash("a secret"));
        let seat = "name = \"desk\"\nrole = \"seat\"\nseat = \"1001\"\n";
        let config = read(&format!("{seat}sha256 = \"{hash}\"")).unwrap();
        let grant = &config.tokens[0];
        assert_eq!(grant.hash, Grant::hash("a secret"));
        assert_eq!(
            (grant.role, grant.seat.as_deref()),
            (Role::Seat, Some("1001"))
        );
        assert!(!format!("{grant:?}").contains(&hash));
    }

    #[test]
    fn a_secret_may_stand_in_a_file_of_its_own() {
        let file = std::env::temp_dir().join(format!("ringwise-token-{}", std::process::id()));
        std::fs::write(&file, "twenty characters are enough\n").unwrap();
        let text = format!(
            "name = \"wall\"\nrole = \"supervisor\"\ntoken_file = {:?}",
            file.display().to_string()
        );
        let config = read(&text).unwrap();
        std::fs::write(&file, "short\n").unwrap();
        let short = read(&text).unwrap_err().to_string();
        std::fs::remove_file(&file).unwrap();
        assert_eq!(
            config.tokens[0].hash,
            Grant::hash("twenty characters are enough")
        );
        assert!(short.contains("under 20 characters"), "{short}");
        assert!(matches!(read(&text), Err(ConfigError::Unreadable { .. })));
    }

    #[test]
    fn mistakes_are_named_where_they_stand() {
        let hash = "0".repeat(64);
        let table = [
            ("name = \"a\"\nrole = \"boss\"", "6:8: unknown value `boss`"),
            (
                "name = \"a\"\nrole = \"seat\"\nsha256 = \"HASH\"",
                "5:8: a token with the role seat names its seat (seat = \"1001\")",
            ),
            (
                "name = \"a\"\nrole = \"seat\"\nseat = \"1002\"\nsha256 = \"HASH\"",
                "7:8: no seat has the id \"1002\" (did you mean `1001`?)",
            ),
            (
                "name = \"a\"\nrole = \"admin\"\nseat = \"1001\"\nsha256 = \"HASH\"",
                "7:8: a token with the role admin has no seat",
            ),
            (
                "name = \"a\"\nrole = \"admin\"\nsha256 = \"the secret itself\"",
                "7:10: this is no SHA-256 in 64 hex digits",
            ),
            (
                "name = \"a\"\nrole = \"admin\"",
                "5:8: token \"a\" has no single secret",
            ),
            (
                "name = \"Li: lead\"\nrole = \"admin\"\nsha256 = \"HASH\"",
                "5:8: a token's name cannot hold a colon and a space",
            ),
            (
                "name = \"a\"\nrole = \"admin\"\nsecret = \"x\"",
                "7:1: unknown key `secret`",
            ),
            (
                "name = \"a\"\nrole = \"admin\"\nsha256 = \"HASH\"\n[[token]]\nname = \"a\"\nrole = \"admin\"\nsha256 = \"HASH\"",
                "9:8: two tokens are called \"a\"\nringwise.toml:9:8: \"a\" and \"a\" have the same secret",
            ),
        ];
        for (text, expected) in table {
            let found = read(&text.replace("HASH", &hash)).unwrap_err().to_string();
            let expected = format!("ringwise.toml:{expected}");
            assert!(found.starts_with(&expected), "{text}\n{found}\n{expected}");
        }
    }
}
