//! `ringwise token new`: a fresh token, shown once, and the lines that let it in.

use std::io;
use std::io::Write;

use clap::Subcommand;
use clap::ValueEnum;
use serde::Serialize;

use crate::driver::config::token::BEFORE_REASON;
use crate::driver::config::token::Grant;
use crate::driver::config::token::NAME_WITH_REASON;
use crate::driver::config::token::Role;
use crate::face::api::access;
use crate::face::cli::ending::Ending;

/// What to do about tokens.
#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    #[command(subcommand)]
    act: Act,
}

#[derive(Clone, Debug, Subcommand)]
enum Act {
    /// Make a token. It is printed once, with the lines for ringwise.toml that let its bearer in:
    /// they hold its hash only.
    New(New),
}

#[derive(Clone, Debug, clap::Args)]
struct New {
    /// What its bearer may do.
    #[arg(long, value_enum)]
    role: RoleWord,
    /// Who gets it; stands in logs.
    #[arg(long, value_name = "NAME", value_parser = name)]
    name: String,
    /// The seat, for the role seat.
    #[arg(long, value_name = "ID", required_if_eq("role", "seat"))]
    seat: Option<String>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// A name that a configuration may have.
fn name(text: &str) -> Result<String, &'static str> {
    if text.trim().is_empty() {
        return Err("expected a name");
    }
    if text.contains(BEFORE_REASON) {
        return Err(NAME_WITH_REASON);
    }
    Ok(text.to_owned())
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
enum RoleWord {
    /// See one seat and change its state.
    Seat,
    /// See everything, change the state of every seat.
    Supervisor,
    /// Everything.
    Admin,
}

impl RoleWord {
    const fn role(self) -> Role {
        match self {
            Self::Seat => Role::Seat,
            Self::Supervisor => Role::Supervisor,
            Self::Admin => Role::Admin,
        }
    }
}

#[derive(Serialize)]
struct Made<'n> {
    token: &'n str,
    name: &'n str,
    role: Role,
    #[serde(skip_serializing_if = "Option::is_none")]
    seat: Option<&'n str>,
    sha256: &'n str,
}

/// Does what the command line says.
///
/// # Errors
///
/// `out` cannot be written, or the system has no randomness.
pub fn run(options: &Options, out: &mut impl Write) -> io::Result<Ending> {
    let Act::New(new) = &options.act;
    if let (Some(seat), RoleWord::Supervisor | RoleWord::Admin) = (&new.seat, new.role) {
        let role = new.role.role().word();
        eprintln!("error: --seat {seat} goes with --role seat, not with --role {role}");
        return Ok(Ending::Usage);
    }
    let token = access::fresh_token()?;
    let hash = hex::encode(Grant::hash(&token));
    let made = Made {
        token: &token,
        name: &new.name,
        role: new.role.role(),
        seat: new.seat.as_deref(),
        sha256: &hash,
    };
    if new.json {
        serde_json::to_writer_pretty(&mut *out, &made)?;
        writeln!(out)?;
    } else {
        out.write_all(page(&made).as_bytes())?;
    }
    Ok(Ending::Fine)
}

fn page(made: &Made<'_>) -> String {
    let lines = lines(made);
    let token = made.token;
    format!(
        "The token, shown only now. Whoever has it is {}:\n\n{token}\n\n\
         For ringwise.toml; it counts from the next start of the centre:\n\n{lines}",
        made.name
    )
}

/// The lines for `ringwise.toml`.
fn lines(made: &Made<'_>) -> String {
    let quoted = |text: &str| toml::Value::from(text).to_string();
    let mut lines = format!("[[token]]\nname = {}\n", quoted(made.name));
    lines.push_str(&format!("role = \"{}\"\n", made.role.word()));
    if let Some(seat) = made.seat {
        lines.push_str(&format!("seat = {}\n", quoted(seat)));
    }
    lines.push_str(&format!("sha256 = \"{}\"\n", made.sha256));
    lines
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::driver::config::reading::Config;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        options: Options,
    }

    fn told(arguments: &[&str]) -> (Ending, String) {
        let line = Line::try_parse_from([&["token", "new"], arguments].concat()).unwrap();
        let mut out = Vec::new();
        let ending = run(&line.options, &mut out).unwrap();
        (ending, String::from_utf8(out).unwrap())
    }

    #[test]
    fn the_printed_lines_let_the_printed_token_in() {
        let name = "the \"wall\" \\ 墙";
        let (ending, text) = told(&["--role", "seat", "--seat", "1001", "--name", name]);
        assert_eq!(ending, Ending::Fine);
        let token = text.lines().find(|line| line.len() == 48).unwrap();
        let (_, lines) = text.split_once("[[token]]").unwrap();
        assert!(!lines.contains(token));
        let config = format!("[[seat]]\nid = \"1001\"\npassword = \"x\"\n[[token]]{lines}");
        let config = Config::read("ringwise.toml", &config).unwrap();
        let grant = &config.tokens[0];
        assert_eq!(grant.hash, Grant::hash(token));
        assert_eq!((grant.name.as_str(), grant.role), (name, Role::Seat));
        let (_, other) = told(&["--role", "admin", "--name", "a"]);
        assert!(!other.contains(token), "the same token twice");
    }

    #[test]
    fn a_seat_goes_with_its_role_only() {
        let (ending, _) = told(&["--role", "admin", "--seat", "1001", "--name", "a"]);
        assert_eq!(ending, Ending::Usage);
        let line = ["token", "new", "--role", "seat", "--name", "a"];
        assert!(Line::try_parse_from(line).is_err());
    }
}
