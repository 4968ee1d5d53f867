//! Customers and their orders, as plain attributes that a bank describes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::vocabulary::phone_number::PhoneNumber;

/// A value of an order's or customer's attribute.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// Yes or no.
    Bool(bool),
    /// A whole or fractional number.
    Number(f64),
    /// Words, or a name of a state, or a date or time in ISO 8601.
    Text(String),
}

/// One order.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Order {
    /// Its id, as the customer knows it.
    pub id: String,
    /// Its attributes by name; absent ones are absent.
    pub attributes: BTreeMap<String, Value>,
}

/// A customer with their orders, newest first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Customer {
    /// Its id, empty if nobody is known by the number.
    pub id: String,
    /// How to address them; may be empty.
    pub name: String,
    /// Their numbers.
    pub numbers: Vec<PhoneNumber>,
    /// Attributes of the customer.
    pub attributes: BTreeMap<String, Value>,
    /// Their orders.
    pub orders: Vec<Order>,
}
