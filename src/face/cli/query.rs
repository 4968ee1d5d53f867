//! `ringwise calls | seats | queues | records`: asks a running centre through its API.

use std::io;
use std::io::Write;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use serde_json::Value;

use crate::face::api::access::ADMIN_TOKEN_FILE;
use crate::face::cli::config_choice;
use crate::face::cli::config_choice::ConfigChoice;
use crate::face::cli::ending::Ending;

/// How long the centre may take to answer.
const ANSWER_MAX: Duration = Duration::from_secs(10);

/// What can be asked.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Query {
    /// Live calls.
    Calls,
    /// Seats.
    Seats,
    /// Queues.
    Queues,
    /// Closed calls, the newest first.
    Records {
        /// At most so many.
        limit: u32,
    },
}

/// Which centre, and how its answer is printed.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Options {
    /// The centre's configuration: where its API and its data folder are.
    #[command(flatten)]
    pub config: ConfigChoice,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// As [`Options`], with a limit.
#[derive(Clone, Debug, clap::Args)]
pub struct RecordOptions {
    /// Which centre.
    #[command(flatten)]
    pub options: Options,
    /// At most so many.
    #[arg(long, default_value_t = 20)]
    pub limit: u32,
}

/// Asks and prints.
///
/// # Errors
///
/// What `out` says.
pub fn run(query: &Query, options: &Options, out: &mut impl Write) -> io::Result<Ending> {
    let config = match options.config.load() {
        Ok(config) => config,
        Err(error) => return config_choice::explain(&error),
    };
    let form = if options.json {
        Form::Json
    } else {
        Form::Table
    };
    match ask(
        query,
        config.settings.http.listen,
        &config.settings.data_dir,
        form,
    ) {
        Ok(text) => {
            out.write_all(text.as_bytes())?;
            Ok(Ending::Fine)
        }
        Err(error) => {
            eprintln!("error: {error}");
            Ok(Ending::World)
        }
    }
}

/// How an answer is printed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Form {
    /// For people.
    Table,
    /// As the API gave it.
    Json,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum QueryError {
    /// No token.
    #[error("cannot read {path}: {source}; is data_dir right, and has the centre been started?")]
    Token {
        /// Where it should be.
        path: String,
        /// What the file system says.
        source: io::Error,
    },
    /// No centre.
    #[error("no answer from http://{address}: {source}; is the centre running?")]
    Centre {
        /// Where it should be.
        address: SocketAddr,
        /// What the client says.
        source: Box<ureq::Error>,
    },
}

/// Asks the centre at `address`, whose data folder holds the token.
///
/// # Errors
///
/// [`QueryError`] if there is no token or no answer.
pub fn ask(
    query: &Query,
    address: SocketAddr,
    data_dir: &Path,
    form: Form,
) -> Result<String, QueryError> {
    let path = data_dir.join(ADMIN_TOKEN_FILE);
    let token = std::fs::read_to_string(&path).map_err(|source| QueryError::Token {
        path: path.display().to_string(),
        source,
    })?;
    let route = match query {
        Query::Calls => "calls".to_owned(),
        Query::Seats => "seats".to_owned(),
        Query::Queues => "queues".to_owned(),
        Query::Records { limit } => format!("records?limit={limit}"),
    };
    let fail = |source| QueryError::Centre {
        address,
        source: Box::new(source),
    };
    let answer: Value = ureq::get(format!("http://{address}/api/v1/{route}"))
        .config()
        .timeout_global(Some(ANSWER_MAX))
        .build()
        .header("Authorization", format!("Bearer {}", token.trim()))
        .call()
        .map_err(fail)?
        .body_mut()
        .read_json()
        .map_err(fail)?;
    Ok(match form {
        Form::Json => format!("{answer:#}\n"),
        Form::Table => table(query, &answer),
    })
}

fn table(query: &Query, answer: &Value) -> String {
    let columns: &[(&str, &str)] = match query {
        Query::Calls => &[
            ("CALL", "/id"),
            ("CALLER", "/caller"),
            ("CALLED", "/called"),
            ("SINCE", "/started"),
            ("STAGE", "/stage"),
            ("STEP", "/step"),
            ("QUEUE", "/queue"),
            ("SEAT", "/seat"),
            ("QUESTION", "/question"),
        ],
        Query::Seats => &[
            ("SEAT", "/id"),
            ("NAME", "/name"),
            ("STATE", "/state"),
            ("SINCE", "/since"),
            ("CALL", "/call"),
            ("SERVED", "/served"),
        ],
        Query::Queues => &[
            ("QUEUE", "/name"),
            ("WAITING", "/waiting"),
            ("OFFERED", "/offered"),
            ("ANSWERED", "/answered"),
            ("ABANDONED", "/abandoned"),
            ("OVERFLOWED", "/overflowed"),
        ],
        Query::Records { .. } => &[
            ("CALL", "/call"),
            ("STARTED", "/started"),
            ("CALLER", "/arrived/number"),
            ("OUTCOME", "/outcome"),
            ("LENGTH_MS", "/duration_ms"),
            ("QUEUE", "/queue"),
            ("SEAT", "/seat"),
            ("ENDED_BY", "/hung_up/0"),
        ],
    };
    let rows = answer.as_array().map(Vec::as_slice).unwrap_or_default();
    let cell = |row: &Value, at: &str| match row.pointer(at) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Null) | None => "-".to_owned(),
        Some(other) => other.to_string(),
    };
    let head = columns
        .iter()
        .map(|(name, _)| (*name).to_owned())
        .collect::<Vec<_>>();
    let body = rows
        .iter()
        .map(|row| columns.iter().map(|(_, at)| cell(row, at)).collect());
    let lines: Vec<Vec<String>> = std::iter::once(head).chain(body).collect();
    aligned(&lines)
}

/// Columns as wide as their widest cell.
fn aligned(lines: &[Vec<String>]) -> String {
    let count = lines.first().map_or(0, Vec::len);
    let width = |column: usize| {
        let cells = lines.iter().filter_map(|line| line.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..count).map(width).collect();
    let mut text = String::new();
    for line in lines {
        let cells = line.iter().zip(&widths).map(|(cell, width)| {
            let pad = width.saturating_sub(cell.chars().count());
            format!("{cell}{}", " ".repeat(pad))
        });
        let row = cells.collect::<Vec<_>>().join("  ");
        text.push_str(row.trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_lines_up_and_shows_what_is_missing_as_a_dash() {
        let answer = serde_json::json!([
            {"id": "1001", "name": "Li Na", "state": "ready", "since": "t", "call": null, "served": 3}
        ]);
        let text = table(&Query::Seats, &answer);
        assert_eq!(
            text,
            "SEAT  NAME   STATE  SINCE  CALL  SERVED\n1001  Li Na  ready  t      -     3\n"
        );
    }
}
