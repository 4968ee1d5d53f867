//! Customers from rows of cells: of a file, or of a database.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;

use crate::driver::clock::Clock;
use crate::machine::prediction::order::Customer;
use crate::machine::prediction::order::Order;
use crate::machine::prediction::order::Value;
use crate::machine::prediction::written_value;
use crate::vocabulary::phone_number::NumberPlan;
use crate::vocabulary::time::Wall;

/// Most columns.
pub const COLUMNS_MAX: usize = 64;
/// Most orders of one customer.
pub const CUSTOMER_ORDERS_MAX: usize = 100;
/// Most numbers of one customer.
pub const CUSTOMER_NUMBERS_MAX: usize = 20;

/// What is wrong with the names of columns.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum HeaderError {
    /// What is needed is not named.
    #[error(
        "no column {0:?}; the first line names the columns, at least customer_id, phones and order_id"
    )]
    NoColumn(&'static str),
    /// A column stands twice or the like.
    #[error("column {column:?} {problem}")]
    Column {
        /// Its name.
        column: String,
        /// What is wrong with it.
        problem: &'static str,
    },
}

/// Whether rows tell the customer's numbers.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Phones {
    /// They must: customers are found by them.
    Needed,
    /// They may: whoever gave the rows found the customer.
    Free,
}

/// What reading needs to know.
#[derive(Clone, Debug)]
pub struct Reading {
    /// How numbers are dialled here.
    pub plan: NumberPlan,
    /// The centre's zone: times without an offset are meant in it.
    pub zone: TimeZone,
    /// The moment of reading, to which `now+2h` is relative.
    pub wall: Wall,
}

/// How a source's numbers and times are meant.
#[derive(Clone, Debug)]
pub struct Customs {
    /// How numbers are dialled here.
    pub plan: NumberPlan,
    /// The centre's zone.
    pub zone: TimeZone,
    /// The clock to which `now+2h` in a file is relative, at each reading of the file.
    pub clock: Clock,
}

impl Customs {
    /// What reading needs to know now.
    #[must_use]
    pub fn reading(&self) -> Reading {
        Reading {
            plan: self.plan.clone(),
            zone: self.zone.clone(),
            wall: self.clock.turn().wall,
        }
    }
}

/// Which cell is what.
#[derive(Debug)]
pub struct Columns<'h> {
    customer: usize,
    name: Option<usize>,
    phones: Option<usize>,
    order: usize,
    customer_attributes: Vec<(usize, &'h str)>,
    order_attributes: Vec<(usize, &'h str)>,
}

impl<'h> Columns<'h> {
    /// The columns of these names.
    ///
    /// # Errors
    ///
    /// One that is needed is not there, or one cannot be told from the others.
    pub fn new(header: &[&'h str], phones: Phones) -> Result<Self, HeaderError> {
        let wrong = |column: &str, problem| {
            let column = column.to_owned();
            Err(HeaderError::Column { column, problem })
        };
        if let Some(column) = header.get(COLUMNS_MAX) {
            return wrong(column, "is one too many");
        }
        let (mut places, mut customer_attributes) = (BTreeMap::new(), Vec::new());
        let mut order_attributes = Vec::new();
        for (at, column) in header.iter().copied().enumerate() {
            if column.is_empty() {
                return wrong(column, "has no name");
            }
            if places.insert(column, at).is_some() {
                return wrong(column, "stands twice");
            }
            match column.strip_prefix("customer.") {
                Some(name) => customer_attributes.push((at, name)),
                None if FIXED.contains(&column) => {}
                None => order_attributes.push((at, column)),
            }
        }
        let need = |name| places.get(name).copied().ok_or(HeaderError::NoColumn(name));
        Ok(Self {
            customer: need("customer_id")?,
            name: places.get("name").copied(),
            phones: match phones {
                Phones::Needed => Some(need("phones")?),
                Phones::Free => places.get("phones").copied(),
            },
            order: need("order_id")?,
            customer_attributes,
            order_attributes,
        })
    }

    /// The row as a customer with at most one order.
    ///
    /// # Errors
    ///
    /// What is wrong, in words.
    pub fn row(&self, cells: &[&str], reading: &Reading) -> Result<Customer, String> {
        let cell = |at: usize| cells.get(at).copied().unwrap_or_default();
        let id = cell(self.customer);
        if id.is_empty() {
            return Err("customer_id is empty".to_owned());
        }
        let phones = self
            .phones
            .map(cell)
            .unwrap_or_default()
            .split('|')
            .map(str::trim);
        let numbers = phones.filter(|phone| !phone.is_empty()).map(|phone| {
            let number = reading.plan.normalise(phone);
            number.map_err(|error| format!("phones: {error}"))
        });
        let order = cell(self.order);
        let order = (!order.is_empty()).then(|| Order {
            id: order.to_owned(),
            attributes: values(&self.order_attributes, cells, reading),
        });
        Ok(Customer {
            id: id.to_owned(),
            name: self.name.map(cell).unwrap_or_default().to_owned(),
            numbers: numbers.collect::<Result<_, _>>()?,
            attributes: values(&self.customer_attributes, cells, reading),
            orders: order.into_iter().collect(),
        })
    }
}

fn values(columns: &[(usize, &str)], cells: &[&str], reading: &Reading) -> BTreeMap<String, Value> {
    let value = |(at, name): &(usize, &str)| {
        let value = written_value::value(cells.get(*at)?, reading.wall, &reading.zone)?;
        Some(((*name).to_owned(), value))
    };
    columns.iter().filter_map(value).collect()
}

/// Customers in the order of their first rows.
#[derive(Debug, Default)]
pub struct Customers {
    list: Vec<Customer>,
    places: BTreeMap<String, usize>,
}

impl Customers {
    /// Adds a row.
    ///
    /// # Errors
    ///
    /// It does not go with the rows before, in words.
    pub fn add(&mut self, row: Customer) -> Result<(), String> {
        let Some(known) = self
            .places
            .get(&row.id)
            .and_then(|at| self.list.get_mut(*at))
        else {
            self.places.insert(row.id.clone(), self.list.len());
            self.list.push(row);
            return Ok(());
        };
        if known.name.is_empty() {
            known.name = row.name;
        } else if !row.name.is_empty() && row.name != known.name {
            let (id, one, other) = (&row.id, &known.name, &row.name);
            return Err(format!(
                "customer {id:?} is named {one:?} above and {other:?} here"
            ));
        }
        known.attributes.extend(row.attributes);
        for number in row.numbers {
            if !known.numbers.contains(&number) {
                known.numbers.push(number);
            }
        }
        if let Some(twice) = row.orders.iter().find(|order| {
            let same = |known: &Order| known.id == order.id;
            known.orders.iter().any(same)
        }) {
            return Err(format!("order {:?} stands twice", twice.id));
        }
        known.orders.extend(row.orders);
        if known.orders.len() > CUSTOMER_ORDERS_MAX || known.numbers.len() > CUSTOMER_NUMBERS_MAX {
            return Err(format!(
                "customer {:?} has more than {CUSTOMER_ORDERS_MAX} orders or {CUSTOMER_NUMBERS_MAX} numbers",
                row.id
            ));
        }
        Ok(())
    }

    /// All of them.
    #[must_use]
    pub fn finish(self) -> Vec<Customer> {
        self.list
    }
}

/// Columns that are no attributes.
const FIXED: [&str; 4] = ["customer_id", "name", "phones", "order_id"];
