//! `ringwise reload | rollback | releases`: other releases for a running centre, through its API.

use std::io;
use std::io::Write;
use std::time::Duration;

use serde_json::Value;
use serde_json::json;

use crate::face::cli::config_choice;
use crate::face::cli::ending::Ending;
use crate::face::cli::query;
use crate::face::cli::query::Options;

/// How long a centre may take: it reads, checks and decodes.
const ANSWER_MAX: Duration = Duration::from_secs(120);

/// What to reload.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct ReloadOptions {
    /// Give the new release to so many percent of new calls only: 1 to 99.
    #[arg(long, value_name = "PERCENT", conflicts_with = "promote")]
    pub canary: Option<u8>,
    /// Give all new calls the release on trial; no file is read.
    #[arg(long)]
    pub promote: bool,
    /// Where contacts wait whose queue or skill goes.
    #[arg(long, value_name = "QUEUE")]
    pub move_to: Option<String>,
    /// Which centre.
    #[command(flatten)]
    pub options: Options,
}

/// Where to go back from.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct RollbackOptions {
    /// Where contacts wait whose queue or skill goes.
    #[arg(long, value_name = "QUEUE")]
    pub move_to: Option<String>,
    /// Which centre.
    #[command(flatten)]
    pub options: Options,
}

/// What the centre answered: its status and the JSON.
type Answer = (u16, Value);

/// Reads the files again, or promotes the release on trial.
///
/// # Errors
///
/// What `out` says.
pub fn reload(wish: &ReloadOptions, out: &mut impl Write) -> io::Result<Ending> {
    let mut body = json!({});
    if let Some(percent) = wish.canary {
        body["canary"] = percent.into();
    }
    if let Some(queue) = &wish.move_to {
        body["move_to"] = queue.as_str().into();
    }
    let route = if wish.promote {
        "releases/promote"
    } else {
        "releases"
    };
    command(route, &body, &wish.options, out)
}

/// Goes back to the release before.
///
/// # Errors
///
/// What `out` says.
pub fn roll_back(wish: &RollbackOptions, out: &mut impl Write) -> io::Result<Ending> {
    let mut body = json!({});
    if let Some(queue) = &wish.move_to {
        body["move_to"] = queue.as_str().into();
    }
    command("releases/rollback", &body, &wish.options, out)
}

/// Lists the live releases.
///
/// # Errors
///
/// What `out` says.
pub fn list(options: &Options, out: &mut impl Write) -> io::Result<Ending> {
    let (status, answer) = match ask("releases", None, options)? {
        Ok(answer) => answer,
        Err(ending) => return Ok(ending),
    };
    if status != 200 {
        return refused(&answer);
    }
    if options.json {
        writeln!(out, "{answer:#}")?;
        return Ok(Ending::Fine);
    }
    writeln!(
        out,
        "{:>7}  {:<12}  {:<8}  {:>5}  {:>5}  SINCE",
        "RELEASE", "HASH", "STANDING", "SHARE", "CALLS"
    )?;
    for release in answer.as_array().into_iter().flatten() {
        let text = |at: &str| word(release, at);
        writeln!(
            out,
            "{:>7}  {:<12}  {:<8}  {:>3} %  {:>5}  {}",
            text("number"),
            text("hash"),
            text("standing"),
            text("percent"),
            text("calls_live"),
            text("since")
        )?;
    }
    Ok(Ending::Fine)
}

fn command(
    route: &str,
    body: &Value,
    options: &Options,
    out: &mut impl Write,
) -> io::Result<Ending> {
    let (status, answer) = match ask(route, Some(body), options)? {
        Ok(answer) => answer,
        Err(ending) => return Ok(ending),
    };
    if options.json {
        writeln!(out, "{answer:#}")?;
        return Ok(ending(status));
    }
    if status != 200 {
        return refused(&answer).map(|_| ending(status));
    }
    writeln!(out, "{}", told(&answer))?;
    for (list, what) in [
        ("at_next_start", "takes effect at the next start"),
        ("warnings", "left out"),
    ] {
        for one in answer[list].as_array().into_iter().flatten() {
            writeln!(out, "{what}: {}", one.as_str().unwrap_or_default())?;
        }
    }
    Ok(Ending::Fine)
}

/// What the files' author did is 1, what the centre cannot do now is 2.
const fn ending(status: u16) -> Ending {
    match status {
        200 => Ending::Fine,
        500.. => Ending::World,
        _ => Ending::Input,
    }
}

fn told(answer: &Value) -> String {
    let release = format!(
        "release {} ({})",
        word(answer, "release"),
        word(answer, "hash")
    );
    match answer["result"].as_str().unwrap_or_default() {
        "taken" => format!("{release} is taken: all new calls get it"),
        "on_trial" => format!(
            "{release} is on trial: a share of new calls gets it; then `ringwise reload --promote` \
             or `ringwise rollback`"
        ),
        "promoted" => format!("{release} is promoted: all new calls get it"),
        "rolled_back" => format!(
            "{release} is the present one again: put its files back too, or the next start or \
             reload reads the others"
        ),
        _ => format!("nothing has changed: {release} stays"),
    }
}

fn refused(answer: &Value) -> io::Result<Ending> {
    let report = answer["report"].as_str().unwrap_or_default();
    let mut told = report.as_bytes().to_vec();
    if report.is_empty() {
        writeln!(told, "error: {}", word(answer, "detail"))?;
    } else {
        writeln!(told, "not reloaded: the centre goes on as before")?;
    }
    io::stderr().write_all(&told)?;
    Ok(Ending::Input)
}

fn word(value: &Value, at: &str) -> String {
    match value.get(at) {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => String::new(),
    }
}

fn ask(route: &str, body: Option<&Value>, options: &Options) -> io::Result<Result<Answer, Ending>> {
    let config = match options.config.load() {
        Ok(config) => config,
        Err(error) => return config_choice::explain(&error).map(Err),
    };
    let door = match query::door(options, &config.settings) {
        Ok(door) => door,
        Err(error) => {
            eprintln!("error: {error}");
            return Ok(Err(error.ending()));
        }
    };
    let answer = send(&format!("{}/api/v1/{route}", door.url), &door.token, body);
    Ok(answer.map_err(|error| {
        eprintln!(
            "error: no answer from {}: {error}; is the centre running?",
            door.url
        );
        Ending::World
    }))
}

fn send(url: &str, token: &str, body: Option<&Value>) -> Result<Answer, Box<ureq::Error>> {
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .timeout_global(Some(ANSWER_MAX))
        .http_status_as_error(false)
        // A token is no proxy's business.
        .proxy(None)
        .build()
        .into();
    let bearer = format!("Bearer {token}");
    let mut response = match body {
        Some(body) => agent
            .post(url)
            .header("Authorization", bearer)
            .send_json(body),
        None => agent.get(url).header("Authorization", bearer).call(),
    }?;
    let status = response.status().as_u16();
    Ok((status, response.body_mut().read_json()?))
}
