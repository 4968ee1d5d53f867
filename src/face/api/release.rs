//! Releases: listed, taken from the files, tried by a share of calls, gone back to.

use std::time::Duration;

use axum::Extension;
use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::response::Response;
use serde::Deserialize;
use serde::Serialize;

use crate::call::effect::Command;
use crate::call::release::Share;
use crate::call::release_view::ReleaseView;
use crate::driver::centre::keeper::Keeper;
use crate::driver::centre::keeper::PrepareError;
use crate::driver::centre::keeper::Prepared;
use crate::driver::centre::keeper::Report;
use crate::driver::centre::keeper::Wish;
use crate::face::api::access::Bearer;
use crate::face::api::desk::Desk;
use crate::face::api::problem::Problem;
use crate::face::cli::fault_report;
use crate::face::cli::fault_report::FaultLine;
use crate::vocabulary::fault::FaultyFile;

/// How long whoever asked waits; the release goes its way all the same.
const ANSWER_MAX: Duration = Duration::from_secs(100);

/// What was done.
#[derive(Clone, Debug, Serialize)]
pub struct Told {
    /// `taken`, `on_trial`, `promoted`, `rolled_back` or `unchanged`.
    pub result: &'static str,
    /// The release, what waits for the next start, what is wrong with prompts.
    #[serde(flatten)]
    pub report: Report,
}

/// Why all stays as it was.
#[derive(Clone, Debug, Serialize)]
pub struct Refusal {
    /// As problem details (RFC 9457).
    #[serde(flatten)]
    pub problem: Problem,
    /// Each fault with file, line and column.
    pub faults: Vec<FaultLine>,
    /// The faults as a person reads them.
    pub report: String,
}

/// What is to be done.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Deed {
    /// Read the files again.
    Reload,
    /// Give all new calls the release on trial.
    Promote,
    /// End the trial, or go back.
    RollBack,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Asked {
    /// Percent of new calls.
    canary: Option<u8>,
    /// The queue that takes contacts over.
    move_to: Option<String>,
}

/// Does it, whether or not whoever asked still waits.
///
/// # Errors
///
/// [`Refusal`]: all stays as it was, and an alarm is raised.
pub async fn serve(desk: &Desk, deed: Deed, wish: Wish) -> Result<Told, Refusal> {
    let errand = Errand { desk: desk.clone() };
    let done = tokio::spawn(async move { errand.carry_out(deed, wish).await });
    match tokio::time::timeout(ANSWER_MAX, done).await {
        Ok(Ok(result)) => result,
        Ok(Err(_)) => Err(Problem::unavailable("the release was cut off").into()),
        Err(_) => {
            let why = "it takes longer; /api/v1/releases will show whether it was taken";
            Err(Problem::unavailable(why).into())
        }
    }
}

/// One wish on its way.
struct Errand {
    desk: Desk,
}

impl Errand {
    async fn carry_out(&self, deed: Deed, wish: Wish) -> Result<Told, Refusal> {
        let mut keeper = self.desk.releases.keeper().await;
        let share = wish.share;
        let preparing = tokio::task::spawn_blocking(move || {
            let prepared = prepare(&mut keeper, deed, &wish);
            (keeper, prepared)
        });
        let cut_off = |_| Problem::unavailable("the release was cut off");
        let (mut keeper, prepared) = preparing.await.map_err(cut_off)?;
        let plan = match prepared {
            Ok(Prepared::Ready(plan)) => plan,
            Ok(Prepared::Unchanged(report)) => {
                let result = "unchanged";
                return Ok(Told { result, report });
            }
            Err(error) => return Err(self.refused(&error).await),
        };
        let report = plan.report.clone();
        let (turnover, sounds, done) = plan.part();
        let send = |id| self.desk.releases.send(id, turnover, sounds);
        self.desk.commands.settle(send).await?;
        let noting = tokio::task::spawn_blocking(move || keeper.note(&done));
        noting.await.map_err(cut_off)?;
        let result = match (deed, share) {
            (Deed::Reload, None) => "taken",
            (Deed::Reload, Some(_)) => "on_trial",
            (Deed::Promote, _) => "promoted",
            (Deed::RollBack, _) => "rolled_back",
        };
        tracing::info!(release = report.release.0, result, "other releases stand");
        Ok(Told { result, report })
    }

    /// Raises the alarm and tells whoever asked.
    async fn refused(&self, error: &PrepareError) -> Refusal {
        let files = match error {
            PrepareError::Material(error) => error.faulty(),
            PrepareError::Names(_) | PrepareError::NothingTried | PrepareError::NothingBefore => {
                return Problem::new(StatusCode::CONFLICT, "not done", error.to_string()).into();
            }
        };
        let lines: Vec<FaultLine> = files.iter().flat_map(fault_report::lines).collect();
        let detail = match lines.split_first() {
            None => error.to_string(),
            Some((first, [])) => place(first),
            Some((first, rest)) => format!("{}; and {} more", place(first), rest.len()),
        };
        let text = format!("a release was refused: {detail}");
        tracing::warn!(%text);
        // An alarm that the engine does not take has been logged.
        let _ = self.desk.commands.tell(Command::Alarm { text }).await;
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        Refusal {
            problem: Problem::new(status, "the files have faults", detail),
            faults: lines,
            report: files.iter().map(shown).collect(),
        }
    }
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Self {
            problem,
            faults: Vec::new(),
            report: String::new(),
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.problem.status);
        let status = status.unwrap_or(StatusCode::BAD_REQUEST);
        let kind = [(axum::http::header::CONTENT_TYPE, "application/problem+json")];
        (status, kind, Json(self)).into_response()
    }
}

fn prepare(keeper: &mut Keeper, deed: Deed, wish: &Wish) -> Result<Prepared, PrepareError> {
    match deed {
        Deed::Reload => keeper.reload(wish),
        Deed::Promote => keeper.promote(wish),
        Deed::RollBack => keeper.roll_back(wish),
    }
}

fn place(line: &FaultLine) -> String {
    let FaultLine {
        file,
        line,
        column,
        message,
        ..
    } = line;
    format!("{file}:{line}:{column}: {message}")
}

fn shown(file: &FaultyFile) -> String {
    let mut text = Vec::new();
    match fault_report::write_plain(file, &mut text) {
        Ok(()) => String::from_utf8_lossy(&text).into_owned(),
        Err(_) => file.to_string(),
    }
}

/// `GET /api/v1/releases`: the live ones.
pub async fn list(State(desk): State<Desk>) -> Json<Vec<ReleaseView>> {
    Json(desk.look(|view| view.releases.live.values().cloned().collect()))
}

/// `POST /api/v1/releases`: reads the files again.
///
/// # Errors
///
/// [`Refusal`]: all stays as it was.
pub async fn reload(
    State(desk): State<Desk>,
    Extension(bearer): Extension<Bearer>,
    body: Bytes,
) -> Result<Json<Told>, Refusal> {
    answer(&desk, Deed::Reload, (&bearer, &body)).await
}

/// `POST /api/v1/releases/promote`: all new calls get the release on trial.
///
/// # Errors
///
/// [`Refusal`]: all stays as it was.
pub async fn promote(
    State(desk): State<Desk>,
    Extension(bearer): Extension<Bearer>,
    body: Bytes,
) -> Result<Json<Told>, Refusal> {
    answer(&desk, Deed::Promote, (&bearer, &body)).await
}

/// `POST /api/v1/releases/rollback`: ends a trial, or goes back to the release before.
///
/// # Errors
///
/// [`Refusal`]: all stays as it was.
pub async fn roll_back(
    State(desk): State<Desk>,
    Extension(bearer): Extension<Bearer>,
    body: Bytes,
) -> Result<Json<Told>, Refusal> {
    answer(&desk, Deed::RollBack, (&bearer, &body)).await
}

async fn answer(
    desk: &Desk,
    deed: Deed,
    (bearer, body): (&Bearer, &[u8]),
) -> Result<Json<Told>, Refusal> {
    let wrong = |detail: String| {
        Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "not a release wish",
            detail,
        )
    };
    let asked = match body {
        [] => Asked::default(),
        body => serde_json::from_slice(body).map_err(|error| {
            let expected = "expected {\"canary\":1-99,\"move_to\":\"QUEUE\"}, both optional";
            wrong(format!("{error}; {expected}"))
        })?,
    };
    let share = match asked.canary {
        None => None,
        Some(percent) if deed == Deed::Reload => {
            let share = Share::of(percent);
            Some(share.ok_or_else(|| wrong(format!("a trial of {percent} %, expected 1 to 99")))?)
        }
        Some(_) => return Err(wrong("only a reload begins a trial".to_owned()).into()),
    };
    let wish = Wish {
        share,
        move_to: asked.move_to,
        by: format!("api, {}", bearer.name),
    };
    serve(desk, deed, wish).await.map(Json)
}
