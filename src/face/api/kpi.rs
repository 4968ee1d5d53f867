//! Figures of a period, worked out of the journal.

use std::ops::ControlFlow;

use axum::Json;
use axum::extract::Query;
use axum::extract::State;
use axum::extract::rejection::QueryRejection;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::response::Response;
use jiff::tz::TimeZone;
use serde::Deserialize;
use serde_json::Value;
use serde_json::json;

use crate::call::kpi_book::KpiBook;
use crate::call::kpi_rows::Period;
use crate::call::kpi_rows::Rows;
use crate::call::kpi_steps::Steps;
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
/// The shortest interval, in seconds.
const EVERY_S_MIN: u32 = 60;
/// The most intervals.
const INTERVALS_MAX: i64 = 2_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wish {
    from: Option<jiff::Timestamp>,
    to: Option<jiff::Timestamp>,
    every_s: Option<u32>,
    target_s: Option<u32>,
    short_s: Option<u32>,
}

/// `GET /api/v1/kpis?from=2026-03-02T00:00:00%2B08:00&to=…&every_s=1800&target_s=20&short_s=5`.
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
            "{}; expected from and to as ISO 8601 moments, every_s, target_s and short_s as seconds",
            rejection.body_text()
        );
        Problem::new(rejection.status(), "not a period", detail)
    })?;
    let path = desk.database.clone();
    let known = record::asked(move || history::last_moment(&path)).await?;
    // The clock may have been set back since the last fact.
    let now = desk.knowledge.clock.turn().wall;
    let now = now.max(known.unwrap_or_default());
    let steps = steps(&wish, &desk.knowledge.zone);
    let period = period(&wish, now, steps.as_ref())?;
    let intervals = intervals(&wish, period, steps.as_ref())?;
    let yardstick = yardstick(&wish);
    let path = desk.database.clone();
    let book = record::asked(move || {
        let standing = history::standing_before(&path, period)?;
        let book = KpiBook::new(period, intervals, yardstick);
        fold(&path, (period, now), book, standing)
    });
    Ok(Json(answer(&book.await?, (period, yardstick))).into_response())
}

fn not_a_period(detail: &'static str) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "not a period", detail)
}

/// The steps of the intervals on the clocks of the centre, if any are wanted.
fn steps(wish: &Wish, zone: &TimeZone) -> Option<Steps> {
    let every_s = wish.every_s.filter(|every_s| *every_s >= EVERY_S_MIN)?;
    Some(Steps::new(i64::from(every_s) * 1_000, zone.clone()))
}

/// The intervals, if any are wanted.
fn intervals(wish: &Wish, period: Period, steps: Option<&Steps>) -> Result<Vec<Period>, Problem> {
    let (every_s, steps) = match (wish.every_s, steps) {
        (None, _) => return Ok(Vec::new()),
        (Some(every_s), Some(steps)) => (every_s, steps),
        (Some(_), None) => return Err(not_a_period("every_s must be at least 60")),
    };
    let every_ms = i64::from(every_s) * 1_000;
    if period.to.ms_since(period.from) / every_ms >= INTERVALS_MAX {
        return Err(not_a_period(
            "over 2,000 intervals: a longer every_s or a shorter period is needed",
        ));
    }
    Ok(steps.intervals(period))
}

/// Without a beginning it is a day, from the beginning of an interval on.
fn period(wish: &Wish, now: Wall, steps: Option<&Steps>) -> Result<Period, Problem> {
    let wall = |moment: jiff::Timestamp| Wall::from_ms(moment.as_millisecond());
    let end = Wall::from_ms(now.as_ms().saturating_add(1));
    let to = wish.to.map_or(end, wall);
    let day_before = Wall::from_ms(to.as_ms().saturating_sub(DAY_MS));
    let begins = steps.map_or(day_before, |steps| steps.begin(day_before));
    let from = wish.from.map_or(begins, wall);
    if !(0..=PERIOD_MAX_MS).contains(&to.ms_since(from)) {
        return Err(not_a_period("from must be before to, by at most 400 days"));
    }
    Ok(Period { from, to })
}

fn yardstick(wish: &Wish) -> Yardstick {
    let plain = Yardstick::default();
    let ms = |seconds: Option<u32>| seconds.map(|s| u64::from(s) * 1_000);
    Yardstick {
        target_ms: ms(wish.target_s),
        short_ms: ms(wish.short_s).unwrap_or(plain.short_ms),
    }
}

fn fold(
    path: &std::path::Path,
    (period, now): (Period, Wall),
    mut book: KpiBook,
    standing: history::Standing,
) -> Result<KpiBook, HistoryError> {
    book.begin(standing.names, standing.seats);
    history::period(path, period, |fact| {
        if book.is_done(fact.wall) {
            return ControlFlow::Break(());
        }
        book.take(fact);
        ControlFlow::Continue(())
    })?;
    book.finish(now.min(period.to));
    Ok(book)
}

fn answer(book: &KpiBook, (period, yardstick): (Period, Yardstick)) -> Value {
    let formulas = FORMULAS.iter().map(|formula| {
        json!({
            "id": formula.id,
            "name": formula.name,
            "unit": formula.unit.word(),
            "says": formula.says,
        })
    });
    let mut answer = json!({
        "from": period.from,
        "to": period.to,
        "target_s": yardstick.target_ms.map(|ms| ms / 1_000),
        "short_s": yardstick.short_ms / 1_000,
        "formulas": formulas.collect::<Vec<_>>(),
        "rows": rows(&book.sums.total),
    });
    if !book.sums.intervals.is_empty() {
        let intervals = book.sums.intervals.iter();
        let interval = |(period, of): &(Period, Rows)| json!({"from": period.from, "to": period.to, "rows": rows(of)});
        answer["intervals"] = intervals.map(interval).collect();
    }
    answer
}

fn rows(of: &Rows) -> Vec<Value> {
    let mut rows = vec![row("centre", None, &of.all)];
    let queues = of.queues.iter();
    rows.extend(queues.map(|(queue, sums)| row("queue", Some(queue), sums)));
    let seats = of.seats.iter();
    rows.extend(seats.map(|(seat, sums)| row("seat", Some(seat), sums)));
    rows
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_that_is_not_named_begins_at_a_full_interval_of_the_centre_s_clocks() {
        let now: jiff::Timestamp = "2026-03-03T10:20:00Z".parse().unwrap();
        let now = Wall::from_ms(now.as_millisecond());
        let begins = |zone: &str, every_s: Option<u32>| {
            let wish = Wish {
                from: None,
                to: None,
                every_s,
                target_s: None,
                short_s: None,
            };
            let zone = TimeZone::get(zone).unwrap();
            let steps = steps(&wish, &zone);
            let period = period(&wish, now, steps.as_ref()).ok().unwrap();
            let all = intervals(&wish, period, steps.as_ref()).ok().unwrap();
            assert!(all.first().is_none_or(|first| first.from == period.from));
            period.from.to_string()
        };
        let table = [
            ("Asia/Kathmandu", Some(1_800), "2026-03-02T10:15:00.000Z"),
            ("Asia/Kathmandu", Some(3_600), "2026-03-02T10:15:00.000Z"),
            ("Asia/Kolkata", Some(3_600), "2026-03-02T09:30:00.000Z"),
            ("UTC", Some(1_800), "2026-03-02T10:00:00.000Z"),
            ("Asia/Shanghai", Some(86_400), "2026-03-01T16:00:00.000Z"),
            ("Asia/Shanghai", None, "2026-03-02T10:20:00.001Z"),
        ];
        for (zone, every_s, expected) in table {
            assert_eq!(begins(zone, every_s), expected, "{zone} {every_s:?}");
        }
    }
}
