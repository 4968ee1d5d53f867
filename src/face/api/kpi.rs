//! Figures of a period, worked out of the journal.

use axum::Json;
use axum::extract::Query;
use axum::extract::State;
use axum::extract::rejection::QueryRejection;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::response::Response;
use serde::Deserialize;
use serde_json::Value;
use serde_json::json;

use crate::call::kpi_book::KpiBook;
use crate::call::kpi_book::Period;
use crate::call::record::Names;
use crate::driver::journal::history;
use crate::driver::journal::history::HistoryError;
use crate::face::api::desk::Desk;
use crate::face::api::problem::Problem;
use crate::face::api::record;
use crate::machine::report::formula::FORMULAS;
use crate::machine::report::sums::Sums;
use crate::machine::report::sums::Yardstick;
use crate::vocabulary::time::Wall;

/// A period that is not named begins so long before its end.
const DAY_MS: i64 = 24 * 3_600_000;
/// The longest period.
const PERIOD_MAX_MS: i64 = 400 * DAY_MS;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wish {
    from: Option<jiff::Timestamp>,
    to: Option<jiff::Timestamp>,
    target_s: Option<u32>,
    short_s: Option<u32>,
}

/// `GET /api/v1/kpis?from=2026-03-02T00:00:00%2B08:00&to=…&target_s=20&short_s=5`.
///
/// # Errors
///
/// 400 if the query cannot be read, 503 if the database does not answer.
pub(super) async fn kpis(
    State(desk): State<Desk>,
    wish: Result<Query<Wish>, QueryRejection>,
) -> Result<Response, Problem> {
    let Query(wish) = wish.map_err(|rejection| {
        let detail = format!(
            "{}; expected from and to as ISO 8601 moments, target_s and short_s as seconds",
            rejection.body_text()
        );
        Problem::new(rejection.status(), "not a period", detail)
    })?;
    let path = desk.database.clone();
    let known = record::asked(move || history::last_moment(&path)).await?;
    // The clock may have been set back since the last fact.
    let now = desk.knowledge.clock.turn().wall;
    let now = now.max(known.unwrap_or_default());
    let period = period(&wish, now)?;
    let yardstick = yardstick(&wish);
    let path = desk.database.clone();
    let book = record::asked(move || {
        let standing = history::standing_before(&path, period)?;
        fold(&path, (period, now), yardstick, standing)
    });
    let (book, names) = book.await?;
    Ok(Json(answer(&book, &names, (period, yardstick))).into_response())
}

fn period(wish: &Wish, now: Wall) -> Result<Period, Problem> {
    let wall = |moment: jiff::Timestamp| Wall::from_ms(moment.as_millisecond());
    let end = Wall::from_ms(now.as_ms().saturating_add(1));
    let to = wish.to.map_or(end, wall);
    let day_before = Wall::from_ms(to.as_ms().saturating_sub(DAY_MS));
    let from = wish.from.map_or(day_before, wall);
    if !(0..=PERIOD_MAX_MS).contains(&to.ms_since(from)) {
        let detail = "from must be before to, by at most 400 days";
        return Err(Problem::new(
            StatusCode::BAD_REQUEST,
            "not a period",
            detail,
        ));
    }
    Ok(Period { from, to })
}

fn yardstick(wish: &Wish) -> Yardstick {
    let plain = Yardstick::default();
    let ms = |seconds: Option<u32>, plain: u64| seconds.map_or(plain, |s| u64::from(s) * 1_000);
    Yardstick {
        target_ms: ms(wish.target_s, plain.target_ms),
        short_ms: ms(wish.short_s, plain.short_ms),
    }
}

fn fold(
    path: &std::path::Path,
    (period, now): (Period, Wall),
    yardstick: Yardstick,
    standing: history::Standing,
) -> Result<(KpiBook, Names), HistoryError> {
    let mut book = KpiBook::new(period, yardstick);
    let mut names = standing.names;
    for (seat, state) in standing.seats {
        book.begin_seat(seat, state);
    }
    history::period(path, period, |fact| {
        if let Some(known) = fact.fact.names() {
            names = known.clone();
        }
        book.take(fact);
    })?;
    book.finish(now.min(period.to));
    Ok((book, names))
}

fn answer(book: &KpiBook, names: &Names, (period, yardstick): (Period, Yardstick)) -> Value {
    let formulas = FORMULAS.iter().map(|formula| {
        json!({
            "id": formula.id,
            "name": formula.name,
            "unit": formula.unit.word(),
            "says": formula.says,
        })
    });
    let mut rows = vec![row("centre", None, &book.all)];
    let queues = book.queues.iter();
    rows.extend(queues.map(|(queue, sums)| row("queue", names.queue(*queue).as_deref(), sums)));
    let seats = book.seats.iter();
    rows.extend(seats.map(|(seat, sums)| row("seat", names.seat(*seat).as_deref(), sums)));
    json!({
        "from": period.from,
        "to": period.to,
        "target_s": yardstick.target_ms / 1_000,
        "short_s": yardstick.short_ms / 1_000,
        "formulas": formulas.collect::<Vec<_>>(),
        "rows": rows,
    })
}

fn row(of: &str, name: Option<&str>, sums: &Sums) -> Value {
    let figures = FORMULAS.iter();
    let figures = figures.map(|formula| {
        // Seats are free for all their queues alike.
        let shared = of == "queue" && ["occupancy.1", "utilisation.1"].contains(&formula.id);
        let value = formula.value(sums).filter(|_| !shared);
        (formula.id.to_owned(), json!(value))
    });
    let figures: serde_json::Map<String, Value> = figures.collect();
    json!({ "of": of, "name": name, "figures": figures, "sums": sums })
}
