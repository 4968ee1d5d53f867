//! A file's customers, by number and by order.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::machine::ivr::surface::LookupKey;
use crate::machine::prediction::order::Customer;
use crate::machine::prediction::order::Order;
use crate::machine::prediction::order::Value;
use crate::vocabulary::phone_number::PhoneNumber;

/// So many digits at the end of an order's id find it.
pub const TAIL_DIGITS: usize = 4;

/// Customers with their orders.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OrderBook {
    customers: Vec<Customer>,
    by_number: BTreeMap<PhoneNumber, BTreeSet<usize>>,
    /// Customer and order, by the last digits of the order's id.
    by_tail: BTreeMap<String, Vec<(usize, usize)>>,
}

impl OrderBook {
    /// The book of these customers. Orders are put newest first by their attribute `booked`; those
    /// without it keep their order, after the others.
    #[must_use]
    pub fn new(mut customers: Vec<Customer>) -> Self {
        let mut book = Self::default();
        for (at, customer) in customers.iter_mut().enumerate() {
            newest_first(customer);
            for number in &customer.numbers {
                book.by_number.entry(number.clone()).or_default().insert(at);
            }
            for (place, order) in customer.orders.iter().enumerate() {
                let digits = digits(&order.id);
                if let Some(tail) = tail(&digits) {
                    book.by_tail
                        .entry(tail.to_owned())
                        .or_default()
                        .push((at, place));
                }
            }
        }
        book.customers = customers;
        book
    }

    /// How many customers it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.customers.len()
    }

    /// Whether it has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.customers.is_empty()
    }

    /// So many customers at most, from this place on.
    #[must_use]
    pub fn page(&self, from: usize, most: usize) -> &[Customer] {
        let to = from.saturating_add(most).min(self.customers.len());
        self.customers.get(from..to).unwrap_or_default()
    }

    /// The customer with this id.
    #[must_use]
    pub fn customer(&self, id: &str) -> Option<&Customer> {
        self.customers.iter().find(|customer| customer.id == id)
    }

    /// The customer with this number or order, empty if nobody is known.
    ///
    /// Several customers with one number, a family or an office, are answered as one without a
    /// name, with all their orders. By an order's digits only the orders that end in them come.
    #[must_use]
    pub fn lookup(&self, key: &LookupKey) -> Customer {
        match key {
            LookupKey::Phone(number) => {
                let found = self.by_number.get(number).into_iter().flatten();
                merged(found.filter_map(|at| self.customers.get(*at)).cloned())
            }
            LookupKey::OrderTail(typed) => self.ending_in(&digits(typed)),
        }
    }

    fn ending_in(&self, typed: &str) -> Customer {
        let found = tail(typed).and_then(|tail| self.by_tail.get(tail));
        let mut customers = BTreeMap::new();
        for (at, place) in found.into_iter().flatten() {
            let Some(customer) = self.customers.get(*at) else {
                continue;
            };
            let order = customer.orders.get(*place);
            let Some(order) = order.filter(|order| digits(&order.id).ends_with(typed)) else {
                continue;
            };
            let entry = customers.entry(*at).or_insert_with(|| Customer {
                orders: Vec::new(),
                ..customer.clone()
            });
            entry.orders.push(order.clone());
        }
        merged(customers.into_values())
    }
}

/// These customers as one: several are one without a name, with all their orders, newest first.
pub fn merged(mut customers: impl Iterator<Item = Customer>) -> Customer {
    let Some(mut one) = customers.next() else {
        return Customer::default();
    };
    for other in customers {
        if one.name != other.name {
            one.name = String::new();
        }
        one.id = format!("{}|{}", one.id, other.id);
        one.attributes
            .retain(|name, value| other.attributes.get(name) == Some(value));
        one.numbers.extend(other.numbers);
        one.orders.extend(other.orders);
    }
    one.numbers.sort();
    one.numbers.dedup();
    newest_first(&mut one);
    one
}

/// Puts a customer's orders newest first by their attribute `booked`; those without it keep their
/// order, after the others.
pub fn newest_first(customer: &mut Customer) {
    customer
        .orders
        .sort_by(|one, next| booked(next).cmp(booked(one)));
}

/// The digits by which an order is found; none if its id has too few.
#[must_use]
pub fn tail_of(id: &str) -> Option<String> {
    tail(&digits(id)).map(str::to_owned)
}

/// Whether an order's id ends in these digits, marks and letters aside.
#[must_use]
pub fn ends_in(id: &str, typed: &str) -> bool {
    let typed = digits(typed);
    typed.len() >= TAIL_DIGITS && digits(id).ends_with(&typed)
}

fn booked(order: &Order) -> &str {
    match order.attributes.get("booked") {
        Some(Value::Text(moment)) => moment,
        Some(Value::Bool(_) | Value::Number(_)) | None => "",
    }
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

fn tail(digits: &str) -> Option<&str> {
    digits.get(digits.len().checked_sub(TAIL_DIGITS)?..)
}
