//! Orders from a file of comma-separated values.
//!
//! One row per order, or one row without an order for a customer who has none. Columns:
//! `customer_id`, `name`, `phones` (several separated by `|`), `order_id`, `customer.NAME` for
//! attributes of the customer, all others for attributes of the order. An empty cell is an unknown
//! value. Rows of one customer need not stand together; name, numbers and attributes may stand in
//! any of them.

use csv::ByteRecord;
use csv::ReaderBuilder;
use csv::StringRecord;
use csv::Trim;

use crate::driver::orders::book::OrderBook;
use crate::driver::orders::row::Columns;
use crate::driver::orders::row::Customers;
use crate::driver::orders::row::HeaderError;
use crate::driver::orders::row::Phones;
use crate::driver::orders::row::Reading;

/// Longest file, in bytes.
pub const FILE_BYTES_MAX: u64 = 256 << 20;
/// Most rows.
pub const ROWS_MAX: u64 = 1_000_000;

/// What is wrong in a file of orders.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum CsvError {
    /// The first line.
    #[error("line 1: {0}")]
    Header(#[from] HeaderError),
    /// A row cannot be read.
    #[error("line {line}: {problem}")]
    Row {
        /// Counted from 1.
        line: u64,
        /// What is wrong, and what was expected.
        problem: String,
    },
}

/// Reads a whole file.
///
/// # Errors
///
/// The first thing that is wrong, with its line.
pub fn read(bytes: &[u8], reading: &Reading) -> Result<OrderBook, CsvError> {
    let mut reader = ReaderBuilder::new()
        .trim(Trim::All)
        .flexible(true)
        .from_reader(bytes);
    let header = reader
        .headers()
        .map_err(|error| row_error(1, &error))?
        .clone();
    let names: Vec<&str> = header.iter().collect();
    let columns = Columns::new(&names, Phones::Needed)?;
    let mut customers = Customers::default();
    let mut raw = ByteRecord::new();
    let mut rows = 0_u64;
    loop {
        let next = rows + 2;
        let more = reader
            .read_byte_record(&mut raw)
            .map_err(|error| row_error(next, &error))?;
        if !more {
            break;
        }
        rows += 1;
        let line = raw.position().map_or(next, csv::Position::line);
        let problem = |problem: String| CsvError::Row { line, problem };
        if rows > ROWS_MAX {
            return Err(problem(format!("more than {ROWS_MAX} rows")));
        }
        let record = StringRecord::from_byte_record(raw.clone());
        let record = record.map_err(|_| problem("not in UTF-8".to_owned()))?;
        let cells: Vec<&str> = record.iter().collect();
        if record.len() != header.len() {
            let (got, expected) = (record.len(), header.len());
            return Err(problem(format!(
                "{got} cells, the first line has {expected}"
            )));
        }
        let row = columns.row(&cells, reading).map_err(problem)?;
        customers.add(row).map_err(problem)?;
    }
    Ok(OrderBook::new(customers.finish()))
}

fn row_error(line: u64, error: &csv::Error) -> CsvError {
    let line = error.position().map_or(line, csv::Position::line);
    CsvError::Row {
        line,
        problem: error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;
    use crate::machine::ivr::surface::LookupKey;
    use crate::machine::prediction::order::Customer;
    use crate::machine::prediction::order::Value;
    use crate::machine::prediction::written_value;
    use crate::vocabulary::phone_number::NumberPlan;
    use crate::vocabulary::time::Wall;

    fn reading() -> Reading {
        Reading {
            plan: NumberPlan::new("CN", "10").unwrap(),
            zone: TimeZone::get("Asia/Shanghai").unwrap(),
            wall: Wall::from_ms(1_767_240_000_000),
        }
    }

    fn phone(text: &str) -> LookupKey {
        LookupKey::Phone(reading().plan.normalise(text).unwrap())
    }

    const FILE: &str = "\
customer_id,name,phones,customer.member,order_id,state,price,starts,booked,code
1,Li Na,138 0000 0001|010-6000 0001,gold,QX-100-1234,paid,12.50,now+95m,2026-01-01,0042
1,,,,QX1005678,new,-3,,2026-01-02,
2,Wang Wei,+8613800000001,silver,T771234,new,,,2025-12-31,1e5
3,Zhao,,,,,,,,
";

    #[test]
    fn a_customer_is_found_by_each_number_newest_order_first() {
        let book = read(FILE.as_bytes(), &reading()).unwrap();
        assert_eq!(book.len(), 3);
        let found = book.lookup(&phone("01060000001"));
        let ids: Vec<_> = found.orders.iter().map(|order| order.id.as_str()).collect();
        assert_eq!((found.id.as_str(), found.name.as_str()), ("1", "Li Na"));
        assert_eq!(ids, ["QX1005678", "QX-100-1234"]);
        assert_eq!(book.lookup(&phone("13900000000")), Customer::default());
    }

    #[test]
    fn several_customers_of_one_number_come_as_one_without_a_name() {
        let book = read(FILE.as_bytes(), &reading()).unwrap();
        let found = book.lookup(&phone("tel:+86-138-0000-0001"));
        assert_eq!((found.id.as_str(), found.name.as_str()), ("1|2", ""));
        assert_eq!(found.orders.len(), 3);
        assert_eq!(found.attributes.get("member"), None);
    }

    #[test]
    fn orders_are_found_by_their_last_digits() {
        let book = read(FILE.as_bytes(), &reading()).unwrap();
        let by = |typed: &str| book.lookup(&LookupKey::OrderTail(typed.to_owned()));
        let ids = |customer: &Customer| -> Vec<String> {
            customer
                .orders
                .iter()
                .map(|order| order.id.clone())
                .collect()
        };
        assert_eq!(ids(&by("1234")), ["QX-100-1234", "T771234"]);
        assert_eq!(ids(&by("771234")), ["T771234"]);
        assert_eq!(by("771234").name, "Wang Wei");
        assert_eq!(ids(&by("5678")), ["QX1005678"]);
        assert_eq!(by("234"), Customer::default());
        assert_eq!(by("一二三四"), Customer::default());
    }

    #[test]
    fn cells_are_truths_numbers_moments_or_text() {
        let one = |cell: &str| written_value::value(cell, reading().wall, &reading().zone);
        let text = |text: &str| Some(Value::Text(text.to_owned()));
        assert_eq!(one("12.50"), Some(Value::Number(12.5)));
        assert_eq!(one("-3"), Some(Value::Number(-3.0)));
        assert_eq!(one("0"), Some(Value::Number(0.0)));
        assert_eq!(one("true"), Some(Value::Bool(true)));
        assert_eq!(one("now+95m"), text("2026-01-01T13:35"));
        for words in [
            "0042",
            "1e5",
            "NaN",
            "inf",
            "1-2",
            "2026-01-01",
            "7841234567890123",
        ] {
            assert_eq!(one(words), text(words), "{words}");
        }
        assert_eq!(one(""), None);
    }

    #[test]
    fn a_fault_names_its_line() {
        let cases = [
            ("name,phones\n", "line 1: no column \"customer_id\""),
            (
                "customer_id,phones,order_id,a,a\n",
                "line 1: column \"a\" stands twice",
            ),
            (
                "customer_id,phones,order_id,\n",
                "line 1: column \"\" has no name",
            ),
            (
                "customer_id,phones,order_id\n1,,A\n,,B\n",
                "line 3: customer_id is empty",
            ),
            (
                "customer_id,phones,order_id\n1,,A\n1,,A\n",
                "line 3: order \"A\" stands twice",
            ),
            (
                "customer_id,phones,order_id\n1,12,A\n",
                "line 2: phones: 12 is a service code",
            ),
            (
                "customer_id,phones,order_id\n1,\n",
                "line 2: 2 cells, the first line has 3",
            ),
            (
                "customer_id,phones,order_id,name\n1,,A,x\n1,,B,y\n",
                "line 3: customer \"1\" is named",
            ),
        ];
        for (file, expected) in cases {
            let error = read(file.as_bytes(), &reading()).unwrap_err().to_string();
            assert!(error.starts_with(expected), "{error}");
        }
        let error = read(b"customer_id,phones,order_id\n\xff,,\n", &reading()).unwrap_err();
        assert_eq!(error.to_string(), "line 2: not in UTF-8");
    }
}
