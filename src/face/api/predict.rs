//! What somebody probably wants to know, and what they are told.

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;
use serde::Deserialize;
use serde::Serialize;

use crate::call::effect::Command;
use crate::face::api::desk::Desk;
use crate::face::api::knowledge::Known;
use crate::face::api::knowledge::Who;
use crate::face::api::knowledge::unprocessable;
use crate::face::api::problem::Problem;
use crate::machine::prediction::answer::AnswerError;
use crate::machine::prediction::answer::Then;
use crate::machine::prediction::bank::OrderNaming;
use crate::machine::prediction::outcome::Asked;
use crate::machine::prediction::outcome::Outcome;
use crate::machine::prediction::telling;
use crate::vocabulary::privacy::Privacy;

/// Choices that are given unless a request says otherwise.
const CHOICES: usize = 10;

/// What a body should be.
const EXPECTED: &str =
    "expected {\"who\": {\"caller\": NUMBER} or {\"customer\": {…}}, …}; see /api/v1/openapi.json";

/// `POST /api/v1/predict`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PredictRequest {
    who: Who,
    /// At most so many choices.
    most: Option<usize>,
}

/// What somebody probably wants to know.
#[derive(Debug, Serialize)]
pub struct Prediction {
    release: u32,
    bank: String,
    /// Empty if nobody is known.
    customer: String,
    /// So many outcomes were learned.
    learned: u64,
    /// The probability of none of the bank's questions.
    other: f64,
    choices: Vec<Choice>,
}

#[derive(Debug, Serialize)]
struct Choice {
    #[serde(skip_serializing_if = "Option::is_none")]
    order: Option<String>,
    question: String,
    p: f64,
    /// As a menu names it.
    short: String,
    /// In full.
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    self_service: Option<String>,
    solvable: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    skill: Option<String>,
}

/// Ranks the questions.
///
/// # Errors
///
/// A [`Problem`] to answer with.
pub(super) async fn predict(
    State(desk): State<Desk>,
    body: Result<Json<PredictRequest>, JsonRejection>,
) -> Result<Json<Prediction>, Problem> {
    let request = taken(body)?;
    let known = desk.knowledge.of(request.who).await?;
    let most = request.most.unwrap_or(CHOICES);
    Ok(Json(prediction(&desk, &known, most)))
}

fn prediction(desk: &Desk, known: &Known, most: usize) -> Prediction {
    let zone = &desk.knowledge.zone;
    let bank = &known.bank;
    let (ranking, learned) = desk.knowledge.learned.ask(&bank.name, |model| {
        let ranking = model.rank(bank, &known.customer, known.wall, zone);
        (ranking, model.learned())
    });
    let naming = OrderNaming::of(known.customer.orders.len());
    let asking = known.asking(zone);
    let choices = ranking.choices.iter().take(most).map(|choice| {
        let order = choice.order.as_deref().and_then(|id| known.order(id));
        let short = bank.short(&choice.question, order, asking, naming);
        let short = telling::text(&short, known.language);
        let question = bank.question(&choice.question);
        let briefing = bank
            .briefing(&choice.question, order, asking)
            .unwrap_or_default();
        Choice {
            order: choice.order.clone(),
            question: choice.question.clone(),
            p: choice.p,
            text: briefing.text.unwrap_or_else(|| short.clone()),
            short,
            self_service: briefing.self_service,
            solvable: question.map_or(0.0, |question| question.solvable),
            skill: question.and_then(|question| question.skill.clone()),
        }
    });
    Prediction {
        release: known.release.number.0,
        bank: bank.name.clone(),
        customer: known.customer.id.clone(),
        choices: choices.collect(),
        learned,
        other: ranking.other,
    }
}

/// `POST /api/v1/answer`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnswerRequest {
    who: Who,
    question: String,
    order: Option<String>,
    /// They have proved who they are.
    #[serde(default)]
    verified: bool,
}

/// What somebody is told.
#[derive(Debug, Serialize)]
pub struct Told {
    release: u32,
    bank: String,
    question: String,
    /// Which answer of the bank; none: a person must help.
    answer: Option<String>,
    privacy: Privacy,
    /// `done` or `person`.
    then: &'static str,
    /// As a page writes it; none if it is private and they have not proved who they are.
    text: Option<String>,
    /// As the telephone says it, under the same condition.
    said: Option<String>,
    self_service: Option<String>,
    skill: Option<String>,
    /// For the seat.
    seat: SeatView,
}

/// What a seat reads.
#[derive(Debug, Serialize)]
struct SeatView {
    text: Option<String>,
    notes: Option<String>,
    script: Option<String>,
}

/// Answers a question.
///
/// # Errors
///
/// A [`Problem`] to answer with.
pub(super) async fn answer(
    State(desk): State<Desk>,
    body: Result<Json<AnswerRequest>, JsonRejection>,
) -> Result<Json<Told>, Problem> {
    let request = taken(body)?;
    let verified = request.verified;
    let known = desk.knowledge.of(request.who).await?;
    told(
        &desk,
        &known,
        (&request.question, request.order.as_deref()),
        verified,
    )
    .map(Json)
}

fn told(
    desk: &Desk,
    known: &Known,
    (id, order): (&str, Option<&str>),
    verified: bool,
) -> Result<Told, Problem> {
    let bank = &known.bank;
    let asking = known.asking(&desk.knowledge.zone);
    let order = match order {
        Some(id) => Some(known.order(id).ok_or_else(|| unknown("order", id))?),
        None => None,
    };
    let question = bank.question(id).ok_or_else(|| unknown("question", id))?;
    let given = match bank.answer(id, order, asking) {
        Ok(answer) => Some(answer),
        Err(AnswerError::NoneFits(_)) => None,
        Err(error) => return Err(unprocessable(&error.to_string())),
    };
    let briefing = bank.briefing(id, order, asking).unwrap_or_default();
    let privacy = given
        .as_ref()
        .map_or(Privacy::Open, |answer| answer.privacy);
    let heard = given
        .as_ref()
        .filter(|_| privacy == Privacy::Open || verified);
    let person = given
        .as_ref()
        .is_none_or(|answer| answer.then == Then::Person);
    Ok(Told {
        release: known.release.number.0,
        bank: bank.name.clone(),
        question: id.to_owned(),
        answer: given.as_ref().map(|answer| answer.id.clone()),
        privacy,
        then: if person { "person" } else { "done" },
        text: heard.map(|answer| answer.page.clone()),
        said: heard.map(|answer| answer.text.clone()),
        self_service: briefing.self_service,
        skill: question.skill.clone(),
        seat: SeatView {
            text: given.as_ref().map(|answer| answer.seat.clone()),
            notes: briefing.notes,
            script: briefing.script,
        },
    })
}

fn unknown(what: &str, id: &str) -> Problem {
    let detail = format!("there is no {what} {id:?}");
    Problem::new(StatusCode::NOT_FOUND, "not found", detail)
}

/// `POST /api/v1/outcomes`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OutcomeRequest {
    who: Who,
    /// What they wanted; none: something else.
    question: Option<String>,
    order: Option<String>,
}

/// What came of an outcome.
#[derive(Debug, Serialize)]
pub struct Lesson {
    bank: String,
    /// It is on disk and counts from now on; not if it was known already.
    learned: bool,
}

/// Learns what somebody wanted; answered once that is on disk.
///
/// # Errors
///
/// A [`Problem`] to answer with.
pub(super) async fn outcome(
    State(desk): State<Desk>,
    body: Result<Json<OutcomeRequest>, JsonRejection>,
) -> Result<Json<Lesson>, Problem> {
    let request = taken(body)?;
    let wanted = (request.question, request.order);
    learn(&desk, request.who, wanted, None).await
}

/// Learns the question and the order that somebody wanted to know about, unless it is the question
/// that was learned already.
///
/// # Errors
///
/// 404 if the bank has no such question, or they no such order; what the look-up answers.
pub(super) async fn learn(
    desk: &Desk,
    who: Who,
    (question, order): (Option<String>, Option<String>),
    already: Option<&str>,
) -> Result<Json<Lesson>, Problem> {
    let known = desk.knowledge.of(who).await?;
    if question.is_some() && question.as_deref() == already {
        return Ok(Json(Lesson {
            bank: known.bank.name.clone(),
            learned: false,
        }));
    }
    let asked = match question {
        None => Asked::SomethingElse,
        Some(question) => {
            known
                .bank
                .question(&question)
                .ok_or_else(|| unknown("question", &question))?;
            if let Some(order) = &order {
                known.order(order).ok_or_else(|| unknown("order", order))?;
            }
            Asked::Question { order, question }
        }
    };
    let zone = &desk.knowledge.zone;
    let outcome = Outcome::of(&known.bank, &known.customer, known.wall, zone, &asked);
    let bank = known.bank.name.clone();
    desk.commands
        .tell(Command::Learn {
            bank: bank.clone(),
            outcome,
        })
        .await?;
    Ok(Json(Lesson {
        bank,
        learned: true,
    }))
}

/// What was said of somebody before is not learned again.
///
/// # Errors
///
/// What the look-up answers.
pub(super) async fn known_already(desk: &Desk, who: Who) -> Result<Json<Lesson>, Problem> {
    let bank = desk.knowledge.of(who).await?.bank.name.clone();
    let learned = false;
    Ok(Json(Lesson { bank, learned }))
}

fn taken<T>(body: Result<Json<T>, JsonRejection>) -> Result<T, Problem> {
    let Json(request) = body.map_err(|rejection| Problem::of_body(&rejection, EXPECTED))?;
    Ok(request)
}
