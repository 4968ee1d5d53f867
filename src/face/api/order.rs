//! Orders as other systems tell of them.

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;
use serde::Deserialize;
use serde::Serialize;

use crate::call::effect::Command;
use crate::driver::orders::pushed::CUSTOMERS_MAX;
use crate::face::api::desk::Desk;
use crate::face::api::knowledge::unprocessable;
use crate::face::api::problem::Problem;
use crate::machine::prediction::news::OrderNews;

/// Most customers that are told of in one request.
const CUSTOMERS_TOLD_MAX: usize = 100;

/// What a body should be.
const EXPECTED: &str = "expected {\"customers\": [{\"id\": …, \"numbers\": [], \"orders\": [{\"id\": …, \"attributes\": {}}]}]}";

/// `POST /api/v1/orders`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// News of each.
    customers: Vec<OrderNews>,
}

/// What came of it.
#[derive(Debug, Serialize)]
pub struct Taken {
    customers: usize,
    orders: usize,
}

/// Takes news of orders; answered once they are on disk.
///
/// # Errors
///
/// A [`Problem`] to answer with.
pub(super) async fn tell(
    State(desk): State<Desk>,
    body: Result<Json<Request>, JsonRejection>,
) -> Result<Json<Taken>, Problem> {
    let Json(request) = body.map_err(|rejection| Problem::of_body(&rejection, EXPECTED))?;
    let news = request.customers;
    if news.is_empty() || news.len() > CUSTOMERS_TOLD_MAX {
        let detail = format!(
            "{} customers, expected 1 to {CUSTOMERS_TOLD_MAX}",
            news.len()
        );
        return Err(unprocessable(&detail));
    }
    if let Some(at) = news
        .iter()
        .position(|one| one.id.is_empty() || one.id.contains('|'))
    {
        let detail = format!("customers[{at}].id is empty or has a `|`");
        return Err(unprocessable(&detail));
    }
    let nameless = |one: &OrderNews| one.orders.iter().any(|order| order.id.is_empty());
    if let Some(at) = news.iter().position(nameless) {
        return Err(unprocessable(&format!(
            "customers[{at}] has an order without an id"
        )));
    }
    let pushed = desk.knowledge.orders.pushed();
    if news.iter().any(|one| !pushed.has_room(&one.id)) {
        let detail = format!("{CUSTOMERS_MAX} customers are told of, which is all");
        return Err(Problem::new(
            StatusCode::INSUFFICIENT_STORAGE,
            "full",
            detail,
        ));
    }
    let taken = Taken {
        customers: news.len(),
        orders: news
            .iter()
            .map(|one| one.orders.len() + one.gone.len())
            .sum(),
    };
    desk.commands.tell(Command::TellOrders { news }).await?;
    Ok(Json(taken))
}
