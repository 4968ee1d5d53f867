//! `ringwise calls | seats | queues | records | messages | explain | kpis`: asks a running centre through its API.

use std::io;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;

use jiff::tz::TimeZone;
use serde_json::Value;
use ureq::Agent;
use ureq::http::StatusCode;

use crate::driver::config::settings::Settings;
use crate::face::api::access::ADMIN_TOKEN_FILE;
use crate::face::cli::config_choice;
use crate::face::cli::config_choice::ConfigChoice;
use crate::face::cli::ending::Ending;
use crate::face::cli::figure_table;
use crate::face::cli::report_table;
use crate::face::cli::report_table::aligned;
use crate::vocabulary::language::Language;

/// How long the centre may take to answer.
const ANSWER_MAX: Duration = Duration::from_secs(10);
/// And if it reads its journal for it: a month of a busy centre takes a minute.
const READING_MAX: Duration = Duration::from_mins(10);
/// The environment's token, if no file is named.
const TOKEN_VARIABLE: &str = "RINGWISE_TOKEN";

/// What can be asked.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Query {
    /// Live calls.
    Calls,
    /// Seats.
    Seats {
        /// In whose words.
        language: Language,
    },
    /// Queues.
    Queues,
    /// Closed calls, the newest first.
    Records {
        /// At most so many.
        limit: u32,
    },
    /// Messages that callers left, the newest first.
    Messages {
        /// Those that nobody has heard only.
        new: bool,
        /// At most so many.
        limit: u32,
    },
    /// Why a call went as it did.
    Explain {
        /// Its id.
        call: String,
        /// In which language.
        language: Language,
    },
    /// Figures of a period.
    Kpis {
        /// What stands after the question mark.
        query: String,
    },
}

/// As [`Options`], with a call.
#[derive(Clone, Debug, clap::Args)]
pub struct ExplainOptions {
    /// Which centre.
    #[command(flatten)]
    pub options: Options,
    /// The call's id: 16 hexadecimal digits, as `ringwise calls` and `records` show it.
    #[arg(value_name = "CALL", value_parser = hexadecimal)]
    pub call: String,
    /// The language of the sentences: en or zh-CN.
    #[arg(long, default_value = "en")]
    pub lang: Language,
}

/// As [`Options`], with a language.
#[derive(Clone, Debug, clap::Args)]
pub struct SeatsOptions {
    /// Which centre.
    #[command(flatten)]
    pub options: Options,
    /// The language in which it is said what is wrong with a seat: en or zh-CN.
    #[arg(long, default_value = "en")]
    pub lang: Language,
}

impl SeatsOptions {
    /// What is asked.
    #[must_use]
    pub const fn query(&self) -> Query {
        let language = self.lang;
        Query::Seats { language }
    }
}

pub(super) fn hexadecimal(text: &str) -> Result<String, &'static str> {
    let plain = text.len() == 16 && text.chars().all(|c| c.is_ascii_hexdigit());
    plain
        .then(|| text.to_owned())
        .ok_or("expected 16 hexadecimal digits")
}

/// Which centre, who asks, and how the answer is printed.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Options {
    /// The centre's configuration: where its API and its data folder are.
    #[command(flatten)]
    pub config: ConfigChoice,
    /// Where the API is, such as `http://192.0.2.1:8080`; without it, where the configuration says.
    #[arg(long, value_name = "URL", value_parser = beginning_of_url)]
    pub api: Option<String>,
    /// A file whose first line is the token; without it the variable `RINGWISE_TOKEN`, and without
    /// that the administrator's token in the data folder.
    #[arg(long, value_name = "FILE")]
    pub token_file: Option<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// `http://HOST:PORT`, without what follows.
fn beginning_of_url(text: &str) -> Result<String, &'static str> {
    let plain = text.trim_end_matches('/');
    let host = plain.strip_prefix("http://").unwrap_or_default();
    if host.is_empty() || host.contains(['/', '?', '#', ' ', '@']) {
        return Err("expected http://HOST:PORT");
    }
    Ok(plain.to_owned())
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

/// As [`RecordOptions`], for messages.
#[derive(Clone, Debug, clap::Args)]
pub struct MessageOptions {
    /// Which centre.
    #[command(flatten)]
    pub options: Options,
    /// Only those that nobody has heard.
    #[arg(long)]
    pub new: bool,
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
    let zone = &config.settings.centre.zone.0;
    let form = if options.json {
        Form::Json
    } else {
        Form::Table
    };
    let answer = door(options, &config.settings).and_then(|door| ask(query, &door, form, zone));
    match answer {
        Ok(text) => {
            out.write_all(text.as_bytes())?;
            Ok(Ending::Fine)
        }
        Err(error) => {
            eprintln!("error: {error}");
            Ok(error.ending())
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
    #[error("cannot read {path}: {source}{hint}")]
    Token {
        /// Where it should be.
        path: String,
        /// What the file system says.
        source: io::Error,
        /// What to do.
        hint: &'static str,
    },
    /// No centre.
    #[error("no answer from {url}: {source}; is the centre running?")]
    Centre {
        /// Where it should be.
        url: String,
        /// What the client says.
        source: Box<ureq::Error>,
    },
    /// The centre says no.
    #[error("{url} answers {status}: {detail}")]
    Refused {
        /// What was asked for.
        url: String,
        /// HTTP status.
        status: StatusCode,
        /// What the centre says is wrong.
        detail: String,
    },
}

impl QueryError {
    /// Whose fault it is: a token that is refused is the user's.
    #[must_use]
    pub fn ending(&self) -> Ending {
        match self {
            Self::Refused { status, .. } if status.is_client_error() => Ending::Input,
            Self::Refused { .. } | Self::Token { .. } | Self::Centre { .. } => Ending::World,
        }
    }
}

/// Where a centre is asked, and as whom.
#[derive(Debug)]
pub struct Door {
    /// Beginning of the URL.
    pub url: String,
    /// The secret.
    pub token: String,
}

/// The door of the centre that is meant.
///
/// # Errors
///
/// [`QueryError::Token`] if there is no token.
pub fn door(options: &Options, settings: &Settings) -> Result<Door, QueryError> {
    let url = match &options.api {
        Some(url) => url.clone(),
        None => format!("http://{}", settings.http.listen),
    };
    let admin = settings.data_dir.join(ADMIN_TOKEN_FILE);
    let hint = "; is this the centre's folder, and has it been started? \
                --token-file or RINGWISE_TOKEN give another token";
    let token = match (&options.token_file, std::env::var(TOKEN_VARIABLE)) {
        (Some(file), _) => read_token(file, "")?,
        (None, Ok(token)) if !token.trim().is_empty() => token,
        (None, _) => read_token(&admin, hint)?,
    };
    let token = token.trim().to_owned();
    Ok(Door { url, token })
}

fn read_token(path: &Path, hint: &'static str) -> Result<String, QueryError> {
    let text = std::fs::read_to_string(path).map_err(|source| QueryError::Token {
        path: path.display().to_string(),
        source,
        hint,
    })?;
    Ok(text.lines().next().unwrap_or_default().to_owned())
}

/// Asks a centre.
///
/// # Errors
///
/// [`QueryError`] if there is no answer, or a refusal.
pub fn ask(query: &Query, door: &Door, form: Form, zone: &TimeZone) -> Result<String, QueryError> {
    let route = match query {
        Query::Calls => "calls".to_owned(),
        Query::Seats { language } => format!("seats?lang={language}"),
        Query::Queues => "queues".to_owned(),
        Query::Records { limit } => format!("records?limit={limit}"),
        Query::Messages { new, limit } => format!("messages?new={new}&limit={limit}"),
        Query::Explain { call, language } => format!("calls/{call}/explain?lang={language}"),
        Query::Kpis { query } => format!("kpis?{query}"),
    };
    let url = format!("{}/api/v1/{route}", door.url);
    let fail = |source| QueryError::Centre {
        url: door.url.clone(),
        source: Box::new(source),
    };
    let answer_max = match query {
        Query::Explain { .. } | Query::Kpis { .. } => READING_MAX,
        Query::Calls
        | Query::Seats { .. }
        | Query::Queues
        | Query::Records { .. }
        | Query::Messages { .. } => ANSWER_MAX,
    };
    // A token is no proxy's business.
    let config = Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(answer_max))
        .proxy(None)
        .build();
    let mut response = Agent::new_with_config(config)
        .get(&url)
        .header("Authorization", format!("Bearer {}", door.token))
        .call()
        .map_err(fail)?;
    let status = response.status();
    let answer: Value = match response.body_mut().read_json() {
        Ok(answer) => answer,
        Err(error) if status.is_success() => return Err(fail(error)),
        Err(_) => Value::Null,
    };
    if !status.is_success() {
        let detail = answer["detail"]
            .as_str()
            .unwrap_or("nothing more")
            .to_owned();
        return Err(QueryError::Refused {
            url,
            status,
            detail,
        });
    }
    Ok(match form {
        Form::Json => format!("{answer:#}\n"),
        Form::Table => table(query, &answer, zone),
    })
}

/// What a table shows, and where in a row that stands.
type Columns = &'static [(&'static str, &'static str)];

fn columns(query: &Query) -> Columns {
    match query {
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
        Query::Seats { .. } => &[
            ("SEAT", "/id"),
            ("NAME", "/name"),
            ("STATE", "/state"),
            ("SINCE", "/since"),
            ("CALL", "/call"),
            ("SERVED", "/served"),
            ("AILMENT", "/ailment"),
            ("REASON", "/reason"),
        ],
        Query::Queues => &[
            ("QUEUE", "/name"),
            ("WAITING", "/waiting"),
            ("OFFERED", "/offered"),
            ("ANSWERED", "/answered"),
            ("ABANDONED", "/abandoned"),
            ("LEFT", "/left"),
            ("MOVED", "/moved"),
            ("WITHDRAWN", "/withdrawn"),
            ("NOT_REACHED", "/not_reached"),
            ("OVERFLOWED", "/overflowed"),
        ],
        Query::Records { .. } => &[
            ("CALL", "/call"),
            ("STARTED", "/started"),
            ("CALLER", "/arrived/number"),
            ("OUTCOME", "/outcome"),
            ("STATUS", "/refused_status"),
            ("LENGTH_MS", "/duration_ms"),
            ("QUEUE", "/queue"),
            ("SEAT", "/seat"),
            ("ENDED_BY", "/hung_up/0"),
        ],
        Query::Messages { .. } => &[
            ("MESSAGE", "/name"),
            ("LEFT", "/at"),
            ("QUEUE", "/queue"),
            ("CALLER", "/number"),
            ("QUESTION", "/question"),
            ("LENGTH_MS", "/length_ms"),
            ("HEARD", "/heard_at"),
            ("BY", "/heard_by"),
        ],
        Query::Explain { .. } | Query::Kpis { .. } => &[],
    }
}

fn table(query: &Query, answer: &Value, zone: &TimeZone) -> String {
    if let Query::Explain { .. } = query {
        return report_table::explanation(answer);
    }
    if let Query::Kpis { .. } = query {
        return figure_table::figures(answer, zone);
    }
    let columns = columns(query);
    let rows = answer.as_array().map(Vec::as_slice).unwrap_or_default();
    let cell = |row: &Value, at: &str| match row.pointer(at) {
        Some(Value::String(text)) if !text.is_empty() => text.clone(),
        Some(Value::String(_) | Value::Null) | None => "-".to_owned(),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_lines_up_and_shows_what_is_missing_as_a_dash() {
        let answer = serde_json::json!([
            {"id": "1001", "name": "Li Na", "state": "ready", "since": "t", "call": null, "served": 3}
        ]);
        let language = Language::English;
        let text = table(&Query::Seats { language }, &answer, &TimeZone::UTC);
        assert_eq!(
            text,
            "SEAT  NAME   STATE  SINCE  CALL  SERVED  AILMENT  REASON\n1001  Li Na  ready  t      -     3       -        -\n"
        );
        let nameless = serde_json::json!([{"id": "1", "name": ""}]);
        assert!(
            table(&Query::Seats { language }, &nameless, &TimeZone::UTC)
                .contains("\n1     -     -")
        );
    }

    #[test]
    fn an_address_of_an_api_is_the_beginning_of_a_url() {
        for right in [
            "http://127.0.0.1:8080",
            "http://[::1]:8080",
            "http://centre",
        ] {
            assert_eq!(beginning_of_url(right).as_deref(), Ok(right));
            assert_eq!(beginning_of_url(&format!("{right}/")).as_deref(), Ok(right));
        }
        for wrong in [
            "127.0.0.1:8080",
            "https://centre",
            "http://",
            "http://a/b",
            "http://u@h",
        ] {
            assert!(beginning_of_url(wrong).is_err(), "{wrong}");
        }
    }
}
