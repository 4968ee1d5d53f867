//! `ringwise withdraw | route | priority | hangup | seat`: what supervisors may do to live calls and to seats, through the API.

use std::io;
use std::io::Write;
use std::time::Duration;

use serde_json::Value;
use serde_json::json;
use ureq::Agent;

use crate::face::cli::config_choice;
use crate::face::cli::ending::Ending;
use crate::face::cli::query;
use crate::face::cli::query::Door;
use crate::face::cli::query::Options;
use crate::face::cli::query::QueryError;
use crate::face::cli::query::hexadecimal;

/// How long the centre may take to answer: a seat's state is on disk by then.
const ANSWER_MAX: Duration = Duration::from_secs(10);

/// A live call.
#[derive(Clone, Debug, clap::Args)]
pub struct CallOptions {
    /// Which centre.
    #[command(flatten)]
    pub options: Options,
    /// The call's id: 16 hexadecimal digits, as `ringwise calls` shows it.
    #[arg(value_name = "CALL", value_parser = hexadecimal)]
    pub call: String,
}

/// Where a call shall wait.
#[derive(Clone, Debug, clap::Args)]
pub struct RouteOptions {
    /// Which call.
    #[command(flatten)]
    pub call: CallOptions,
    /// The queue's name.
    pub queue: String,
}

/// How soon a call shall be served.
#[derive(Clone, Debug, clap::Args)]
pub struct PriorityOptions {
    /// Which call.
    #[command(flatten)]
    pub call: CallOptions,
    /// Its priority: the larger goes first.
    #[arg(allow_negative_numbers = true)]
    pub priority: i32,
    /// How fast it rises, in levels a minute.
    #[arg(long, value_name = "LEVELS", default_value_t = 0.0)]
    pub ageing: f64,
}

/// What a seat shall be.
#[derive(Clone, Debug, clap::Args)]
pub struct SeatOptions {
    /// Which centre.
    #[command(flatten)]
    pub options: Options,
    /// The seat's id, as `ringwise seats` shows it.
    pub seat: String,
    /// What it shall be; while it is busy, what it shall be afterwards.
    pub state: SeatWord,
    /// With wrap-up: how many seconds its after-call work lasts from now on, 1 to 3600.
    #[arg(long, value_name = "SECONDS", required_if_eq("state", "wrap-up"), value_parser = clap::value_parser!(u32).range(1..=3_600))]
    pub for_s: Option<u32>,
    /// Why, in at most 200 characters: stands at the seat until the next wish.
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub reason: String,
}

/// A state that may be wished for.
#[derive(Clone, Copy, Debug, Eq, PartialEq, clap::ValueEnum)]
pub enum SeatWord {
    /// It takes calls.
    Ready,
    /// It takes none.
    Away,
    /// Its after-call work lasts so long from now on: --for-s.
    WrapUp,
    /// Its after-call work is done.
    WrapUpDone,
}

/// What a supervisor does.
#[derive(Clone, Copy, Debug)]
pub enum Intervention<'o> {
    /// Takes a call out of its queue.
    Withdraw(&'o CallOptions),
    /// Ends a call.
    HangUp(&'o CallOptions),
    /// Has a call wait elsewhere.
    Route(&'o RouteOptions),
    /// Gives a call another priority.
    Priority(&'o PriorityOptions),
    /// Changes a seat's state.
    Seat(&'o SeatOptions),
}

impl Intervention<'_> {
    const fn options(&self) -> &Options {
        match self {
            Self::Withdraw(wish) | Self::HangUp(wish) => &wish.options,
            Self::Route(wish) => &wish.call.options,
            Self::Priority(wish) => &wish.call.options,
            Self::Seat(wish) => &wish.options,
        }
    }

    /// Where it is posted to below `/api/v1`, and what.
    #[must_use]
    pub fn request(&self) -> (String, Value) {
        let of_call = |call: &str, what: &str| format!("calls/{call}/{what}");
        match self {
            Self::Withdraw(wish) => (of_call(&wish.call, "withdraw"), json!({})),
            Self::HangUp(wish) => (of_call(&wish.call, "hangup"), json!({})),
            Self::Route(wish) => {
                let body = json!({ "queue": wish.queue });
                (of_call(&wish.call.call, "route"), body)
            }
            Self::Priority(wish) => {
                let body = json!({ "priority": wish.priority, "ageing": wish.ageing });
                (of_call(&wish.call.call, "priority"), body)
            }
            Self::Seat(wish) => {
                let state = match wish.state {
                    SeatWord::Ready => "ready",
                    SeatWord::Away => "away",
                    SeatWord::WrapUp => "wrap_up",
                    SeatWord::WrapUpDone => "wrap_up_done",
                };
                let mut body = json!({ "state": state, "reason": wish.reason });
                if let Some(for_s) = wish.for_s {
                    body["for_s"] = json!(for_s);
                }
                (format!("seats/{}/state", escaped(&wish.seat)), body)
            }
        }
    }

    fn told(&self) -> String {
        match self {
            Self::Withdraw(wish) => format!("{} is taken out of its queue", wish.call),
            Self::HangUp(wish) => format!("{} is hung up", wish.call),
            Self::Route(wish) => format!("{} waits in {} now", wish.call.call, wish.queue),
            Self::Priority(wish) => {
                format!("{} has priority {} now", wish.call.call, wish.priority)
            }
            Self::Seat(wish) => format!("{} is told", wish.seat),
        }
    }
}

/// Does it and says so; with `--json` a success says nothing.
///
/// # Errors
///
/// What `out` says.
pub fn run(what: Intervention<'_>, out: &mut impl Write) -> io::Result<Ending> {
    let options = what.options();
    let config = match options.config.load() {
        Ok(config) => config,
        Err(error) => return config_choice::explain(&error),
    };
    let (route, body) = what.request();
    let door = query::door(options, &config.settings);
    match door.and_then(|door| post(&door, &route, &body)) {
        Ok(()) if options.json => Ok(Ending::Fine),
        Ok(()) => writeln!(out, "{}", what.told()).map(|()| Ending::Fine),
        Err(error) => {
            eprintln!("error: {error}");
            Ok(error.ending())
        }
    }
}

fn post(door: &Door, route: &str, body: &Value) -> Result<(), QueryError> {
    let url = format!("{}/api/v1/{route}", door.url);
    // A token is no proxy's business.
    let config = Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(ANSWER_MAX))
        .proxy(None)
        .build();
    let mut response = Agent::new_with_config(config)
        .post(&url)
        .header("Authorization", format!("Bearer {}", door.token))
        .send_json(body)
        .map_err(|source| QueryError::Centre {
            url: door.url.clone(),
            source: Box::new(source),
        })?;
    let status = response.status();
    if status.is_success() {
        return Ok(());
    }
    let answer: Value = response.body_mut().read_json().unwrap_or_default();
    let detail = answer["detail"].as_str().unwrap_or("nothing more");
    let detail = detail.to_owned();
    Err(QueryError::Refused {
        url,
        status,
        detail,
    })
}

/// A name as one part of a path.
fn escaped(name: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let parts = name.bytes().map(|byte| match plain(byte) {
        true => char::from(byte).to_string(),
        false => format!("%{byte:02X}"),
    });
    parts.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_word_is_one_request() {
        let call = CallOptions {
            options: Options::default(),
            call: "0000000000000007".to_owned(),
        };
        let withdraw = Intervention::Withdraw(&call).request();
        assert_eq!(withdraw.0, "calls/0000000000000007/withdraw");
        let route = RouteOptions {
            call: call.clone(),
            queue: "vip".to_owned(),
        };
        let route = Intervention::Route(&route).request();
        assert_eq!(route.0, "calls/0000000000000007/route");
        assert_eq!(route.1, json!({"queue": "vip"}));
        let priority = PriorityOptions {
            call: call.clone(),
            priority: -2,
            ageing: 0.5,
        };
        let priority = Intervention::Priority(&priority).request();
        assert_eq!(priority.1, json!({"priority": -2, "ageing": 0.5}));
        let hang_up = Intervention::HangUp(&call).request();
        assert_eq!(hang_up.0, "calls/0000000000000007/hangup");
    }

    #[test]
    fn a_seat_is_named_in_the_path_whatever_its_id() {
        let wish = SeatOptions {
            options: Options::default(),
            seat: "li na".to_owned(),
            state: SeatWord::WrapUp,
            for_s: Some(300),
            reason: "lunch".to_owned(),
        };
        let (route, body) = Intervention::Seat(&wish).request();
        assert_eq!(route, "seats/li%20na/state");
        assert_eq!(
            body,
            json!({"state": "wrap_up", "for_s": 300, "reason": "lunch"})
        );
    }
}
