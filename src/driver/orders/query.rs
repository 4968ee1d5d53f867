//! How a database is asked for customers: one query by number, one by an order's digits.

use crate::driver::orders::answered::Found;
use crate::driver::orders::book;
use crate::driver::orders::row::Columns;
use crate::driver::orders::row::Customers;
use crate::driver::orders::row::Phones;
use crate::driver::orders::row::Reading;
use crate::machine::ivr::failure::LookupFailure;
use crate::machine::ivr::surface::LookupKey;
use crate::machine::prediction::order::Customer;

/// Most rows of one answer.
pub const ROWS_MAX: usize = 500;

/// The queries of a source. Each has one parameter: the caller's number in E.164, or the digits that
/// an order's id ends in.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Queries {
    /// Rows of all customers with a number.
    pub by_phone: String,
    /// Rows of all orders that end in digits.
    pub by_order: String,
}

impl Queries {
    /// The query for this key, and its parameter.
    #[must_use]
    pub fn of<'q>(&'q self, key: &'q LookupKey) -> (&'q str, &'q str) {
        match key {
            LookupKey::Phone(number) => (&self.by_phone, number.as_str()),
            LookupKey::OrderTail(digits) => (&self.by_order, digits),
        }
    }
}

/// The customer of these rows, whose cells stand in the order of `header`.
///
/// # Errors
///
/// [`LookupFailure::Failed`]: the rows are not as they should be; the log says why.
pub fn found(header: &[&str], rows: &[Vec<String>], key: &LookupKey, reading: &Reading) -> Found {
    if rows.is_empty() {
        return Ok(Customer::default());
    }
    let customers = customers(header, rows, reading).map_err(|problem| {
        tracing::error!(problem, "the query for orders does not give what is needed");
        LookupFailure::Failed
    })?;
    let orders = customers.into_iter().map(|mut customer| {
        if let LookupKey::OrderTail(typed) = key {
            customer
                .orders
                .retain(|order| book::ends_in(&order.id, typed));
        }
        customer
    });
    Ok(book::merged(orders.filter(|customer| match key {
        LookupKey::Phone(_) => true,
        LookupKey::OrderTail(_) => !customer.orders.is_empty(),
    })))
}

fn customers(
    header: &[&str],
    rows: &[Vec<String>],
    reading: &Reading,
) -> Result<Vec<Customer>, String> {
    let columns = Columns::new(header, Phones::Free).map_err(|error| error.to_string())?;
    let mut customers = Customers::default();
    for row in rows {
        let cells: Vec<&str> = row.iter().map(String::as_str).collect();
        customers.add(columns.row(&cells, reading)?)?;
    }
    Ok(customers.finish())
}
