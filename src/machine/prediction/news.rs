//! What another system tells of a customer and their orders, as it happens.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::machine::prediction::order::Customer;
use crate::machine::prediction::order::Order;
use crate::machine::prediction::order::Value;
use crate::vocabulary::phone_number::PhoneNumber;

/// Most orders that are kept of one customer; beyond them the first told go.
pub const ORDERS_KEPT_MAX: usize = 100;

/// What is told of a customer. What is left out stays as it was.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrderNews {
    /// The customer's id.
    pub id: String,
    /// How to address them.
    #[serde(default)]
    pub name: String,
    /// Their numbers; more than were known.
    #[serde(default)]
    pub numbers: Vec<PhoneNumber>,
    /// Attributes of the customer.
    #[serde(default)]
    pub attributes: BTreeMap<String, Value>,
    /// Orders, new or changed; attributes that are not told stay.
    #[serde(default)]
    pub orders: Vec<Order>,
    /// Ids of orders that are no more.
    #[serde(default)]
    pub gone: Vec<String>,
}

/// All that was told of a customer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Told {
    /// The customer, with the orders that were told of.
    pub customer: Customer,
    /// Orders that are no more, whatever the source of orders says.
    #[serde(default)]
    pub gone: BTreeSet<String>,
}

impl Told {
    /// Takes news.
    pub fn take(&mut self, news: &OrderNews) {
        news.id.clone_into(&mut self.customer.id);
        for order in &news.orders {
            self.gone.remove(&order.id);
        }
        self.gone.extend(news.gone.iter().cloned());
        let fresh = Customer {
            id: news.id.clone(),
            name: news.name.clone(),
            numbers: news.numbers.clone(),
            attributes: news.attributes.clone(),
            orders: news.orders.clone(),
        };
        add(&mut self.customer, &fresh);
        let gone = &self.gone;
        self.customer
            .orders
            .retain(|order| !gone.contains(&order.id));
        let beyond = self.customer.orders.len().saturating_sub(ORDERS_KEPT_MAX);
        self.customer.orders.drain(..beyond);
        while self.gone.len() > ORDERS_KEPT_MAX {
            self.gone.pop_first();
        }
    }

    /// Puts all that was told over what the source of orders says of the same customer.
    pub fn lay_over(&self, found: &mut Customer) {
        add(found, &self.customer);
        found.orders.retain(|order| !self.gone.contains(&order.id));
    }
}

/// Adds what is known of a customer to what was known.
fn add(known: &mut Customer, more: &Customer) {
    if !more.name.is_empty() {
        more.name.clone_into(&mut known.name);
    }
    for number in &more.numbers {
        if !known.numbers.contains(number) {
            known.numbers.push(number.clone());
        }
    }
    known.attributes.extend(more.attributes.clone());
    for order in &more.orders {
        match known.orders.iter_mut().find(|one| one.id == order.id) {
            Some(one) => one.attributes.extend(order.attributes.clone()),
            None => known.orders.push(order.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn news(json: &str) -> OrderNews {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn what_is_told_later_counts_and_what_is_not_told_stays() {
        let mut told = Told::default();
        told.take(&news(
            r#"{"id":"7","name":"Li","orders":[{"id":"A","attributes":{"state":"sent","late":5}},{"id":"B","attributes":{}}]}"#,
        ));
        told.take(&news(
            r#"{"id":"7","orders":[{"id":"A","attributes":{"late":90}}],"gone":["B"]}"#,
        ));
        let [order] = told.customer.orders.as_slice() else {
            panic!("{told:?}");
        };
        assert_eq!(order.attributes["late"], Value::Number(90.0));
        assert_eq!(order.attributes["state"], Value::Text("sent".to_owned()));
        let mut found = Customer {
            id: "7".to_owned(),
            orders: ["B", "C"]
                .map(|id| Order {
                    id: id.to_owned(),
                    ..Order::default()
                })
                .to_vec(),
            ..Customer::default()
        };
        told.lay_over(&mut found);
        let ids: Vec<&str> = found.orders.iter().map(|order| order.id.as_str()).collect();
        assert_eq!((found.name.as_str(), ids), ("Li", vec!["C", "A"]));
        told.take(&news(r#"{"id":"7","orders":[{"id":"B","attributes":{}}]}"#));
        assert!(told.gone.is_empty(), "it is there again");
    }

    #[test]
    fn orders_beyond_the_limit_go_first_told_first() {
        let mut told = Told::default();
        for number in 0..=ORDERS_KEPT_MAX {
            let order = Order {
                id: number.to_string(),
                ..Order::default()
            };
            told.take(&OrderNews {
                orders: vec![order],
                ..OrderNews::default()
            });
        }
        assert_eq!(told.customer.orders.len(), ORDERS_KEPT_MAX);
        assert_eq!(told.customer.orders[0].id, "1");
    }
}
