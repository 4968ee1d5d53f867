//! Customers and orders that other systems tell of, laid over what the source says.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::ops::Bound;
use std::sync::Arc;
use std::sync::PoisonError;
use std::sync::RwLock;

use crate::driver::orders::book;
use crate::machine::ivr::surface::LookupKey;
use crate::machine::prediction::news;
use crate::machine::prediction::news::OrderNews;
use crate::machine::prediction::news::Told;
use crate::machine::prediction::order::Customer;
use crate::vocabulary::phone_number::PhoneNumber;

/// Most customers that are told of.
pub const CUSTOMERS_MAX: usize = 200_000;

/// All that was told. Copies share it.
#[derive(Clone, Debug, Default)]
pub struct Pushed {
    book: Arc<RwLock<Book>>,
}

#[derive(Debug, Default)]
struct Book {
    customers: BTreeMap<String, Told>,
    by_number: BTreeMap<PhoneNumber, BTreeSet<String>>,
    /// Ids of customers, by the last digits of an order's id.
    by_tail: BTreeMap<String, BTreeSet<String>>,
}

impl Pushed {
    /// What was kept of earlier days.
    #[must_use]
    pub fn of(customers: impl IntoIterator<Item = Told>) -> Self {
        let mut book = Book::default();
        for told in customers {
            book.put(told);
        }
        Self {
            book: Arc::new(RwLock::new(book)),
        }
    }

    /// Whether there is room for what is told of this customer.
    #[must_use]
    pub fn has_room(&self, id: &str) -> bool {
        let book = self.book.read().unwrap_or_else(PoisonError::into_inner);
        book.customers.len() < CUSTOMERS_MAX || book.customers.contains_key(id)
    }

    /// Takes news.
    pub fn take(&self, news: &OrderNews) {
        let mut book = self.book.write().unwrap_or_else(PoisonError::into_inner);
        let mut told = book.customers.get(&news.id).cloned().unwrap_or_default();
        told.take(news);
        book.put(told);
    }

    /// So many customers at most that were told of, by their ids, the first after this one.
    #[must_use]
    pub fn page(&self, after: Option<&str>, most: usize) -> Vec<Customer> {
        let book = self.book.read().unwrap_or_else(PoisonError::into_inner);
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        let customers = book.customers.range::<str, _>((from, Bound::Unbounded));
        let customers = customers.take(most);
        customers
            .map(|(_, told)| with_news(&told.customer))
            .collect()
    }

    /// A customer of the source, with what was told since.
    #[must_use]
    pub fn over_customer(&self, mut found: Customer) -> Customer {
        let book = self.book.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(told) = book.customers.get(&found.id) {
            told.lay_over(&mut found);
        }
        found
    }

    /// What the source found for a key, with what was told since.
    #[must_use]
    pub fn over(&self, key: &LookupKey, found: Customer) -> Customer {
        let book = self.book.read().unwrap_or_else(PoisonError::into_inner);
        match key {
            LookupKey::Phone(number) => book.of_number(number, found),
            LookupKey::OrderTail(typed) => book.of_tail(typed, &found),
        }
    }
}

impl Book {
    fn put(&mut self, told: Told) {
        let id = told.customer.id.clone();
        for number in &told.customer.numbers {
            let ids = self.by_number.entry(number.clone()).or_default();
            ids.insert(id.clone());
        }
        for order in &told.customer.orders {
            if let Some(tail) = book::tail_of(&order.id) {
                self.by_tail.entry(tail).or_default().insert(id.clone());
            }
        }
        self.customers.insert(id, told);
    }

    fn of_number(&self, number: &PhoneNumber, mut found: Customer) -> Customer {
        let mut ids: BTreeSet<&str> = found_ids(&found).collect();
        if !found.id.is_empty() {
            ids.insert(&found.id);
        }
        let named = self.by_number.get(number).into_iter().flatten();
        ids.extend(named.map(String::as_str));
        let ids: Vec<String> = ids.into_iter().map(str::to_owned).collect();
        for id in ids {
            let Some(told) = self.customers.get(&id) else {
                continue;
            };
            if found.id == id || found_ids(&found).any(|known| known == id) {
                told.lay_over(&mut found);
            } else if found.id.is_empty() {
                found = with_news(&told.customer);
            } else {
                found = book::merged([found, with_news(&told.customer)].into_iter());
            }
        }
        book::newest_first(&mut found);
        found
    }

    fn of_tail(&self, typed: &str, found: &Customer) -> Customer {
        let gone = |id: &str| {
            let mut told = found_ids(found).filter_map(|one| self.customers.get(one));
            told.any(|told| told.gone.contains(id))
        };
        let mut orders = found.orders.clone();
        orders.retain(|order| !gone(&order.id));
        let mut customers = vec![Customer {
            orders,
            ..found.clone()
        }];
        let tail = book::tail_of(typed).unwrap_or_default();
        for id in self.by_tail.get(&tail).into_iter().flatten() {
            let Some(told) = self.customers.get(id) else {
                continue;
            };
            let mut customer = told.customer.clone();
            customer.orders.retain(|order| {
                let known = found.orders.iter().any(|one| one.id == order.id);
                book::ends_in(&order.id, typed) && (known || news::is_news(order))
            });
            customers.push(customer);
        }
        customers.retain(|customer| !customer.orders.is_empty());
        joined(customers)
    }
}

/// A customer with those orders of which more is known than what they were told.
fn with_news(customer: &Customer) -> Customer {
    let mut customer = customer.clone();
    customer.orders.retain(news::is_news);
    customer
}

/// The ids of a customer that several were merged into.
fn found_ids(found: &Customer) -> impl Iterator<Item = &str> {
    found.id.split('|').filter(|id| !id.is_empty())
}

/// Customers of one id become one, their orders one each; then all of them do.
fn joined(customers: Vec<Customer>) -> Customer {
    let mut by_id: Vec<Customer> = Vec::new();
    for customer in customers {
        let same = by_id
            .iter_mut()
            .find(|one| found_ids(one).any(|id| id == customer.id));
        match same {
            Some(one) => Told {
                customer,
                gone: BTreeSet::new(),
            }
            .lay_over(one),
            None => by_id.push(customer),
        }
    }
    book::merged(by_id.into_iter())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::prediction::order::Order;
    use crate::machine::prediction::order::Value;
    use crate::vocabulary::phone_number::NumberPlan;

    fn number(text: &str) -> PhoneNumber {
        NumberPlan::new("CN", "10")
            .unwrap()
            .normalise(text)
            .unwrap()
    }

    fn news(id: &str, order: &str, late: f64) -> OrderNews {
        let attributes = BTreeMap::from([("late".to_owned(), Value::Number(late))]);
        OrderNews {
            id: id.to_owned(),
            numbers: vec![number("13800000001")],
            orders: vec![Order {
                id: order.to_owned(),
                attributes,
            }],
            ..OrderNews::default()
        }
    }

    fn known(id: &str, orders: &[&str]) -> Customer {
        let order = |id: &&str| Order {
            id: (*id).to_owned(),
            ..Order::default()
        };
        Customer {
            id: id.to_owned(),
            orders: orders.iter().map(order).collect(),
            ..Customer::default()
        }
    }

    fn ids(customer: &Customer) -> Vec<&str> {
        customer
            .orders
            .iter()
            .map(|order| order.id.as_str())
            .collect()
    }

    #[test]
    fn what_is_told_is_found_by_number_and_by_order() {
        let pushed = Pushed::default();
        let phone = LookupKey::Phone(number("13800000001"));
        let tail = |digits: &str| LookupKey::OrderTail(digits.to_owned());
        assert_eq!(
            pushed.over(&phone, Customer::default()),
            Customer::default()
        );
        pushed.take(&news("7", "A1234", 5.0));
        assert_eq!(ids(&pushed.over(&phone, Customer::default())), ["A1234"]);
        assert_eq!(
            ids(&pushed.over(&tail("1234"), Customer::default())),
            ["A1234"]
        );
        assert_eq!(
            ids(&pushed.over(&tail("91234"), Customer::default())),
            [""; 0]
        );
        pushed.take(&news("7", "A1234", 90.0));
        for key in [&phone, &tail("1234")] {
            let found = pushed.over(key, known("7", &["A1234", "B1234"]));
            assert_eq!(ids(&found), ["A1234", "B1234"], "{key:?}");
            assert_eq!(found.orders[0].attributes["late"], Value::Number(90.0));
        }
        let gone = vec!["A1234".to_owned()];
        pushed.take(&OrderNews {
            id: "7".to_owned(),
            gone,
            ..OrderNews::default()
        });
        for key in [&phone, &tail("1234")] {
            let found = pushed.over(key, known("7", &["A1234", "B1234"]));
            assert_eq!(ids(&found), ["B1234"], "{key:?}");
        }
    }

    #[test]
    fn another_customer_of_the_number_joins_the_one_that_was_found() {
        let pushed = Pushed::default();
        pushed.take(&news("8", "B5678", 1.0));
        let phone = LookupKey::Phone(number("13800000001"));
        let found = pushed.over(&phone, known("7", &["A1234"]));
        assert_eq!((found.id.as_str(), found.orders.len()), ("7|8", 2));
    }
}
