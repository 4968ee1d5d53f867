//! Calls whose question is known, out of files: one order a row (CSV), or one call a line (JSON).

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value as Json;

use crate::machine::prediction::attribute::Kind;
use crate::machine::prediction::bank::Bank;
use crate::machine::prediction::evaluation::case::Case;
use crate::machine::prediction::order::Customer;
use crate::machine::prediction::order::Order;
use crate::machine::prediction::order::Value;
use crate::machine::prediction::outcome::Asked;
use crate::vocabulary::time::Wall;

/// Which column or field is what.
#[derive(Clone, Debug, Default)]
pub struct Layout {
    /// Rows with the same value are one call; without it each row is one.
    pub call: Option<String>,
    /// The question asked; in a table on the row of the order it was about.
    pub asked: String,
    /// In lines: the id of the order it was about.
    pub about: Option<String>,
    /// When: a moment, a day, or days as a number.
    pub at: Option<String>,
    /// In lines: the list of orders.
    pub orders: String,
    /// The id of an order.
    pub order: Option<String>,
}

/// Why calls could not be read.
#[derive(Debug, thiserror::Error)]
pub enum CasebookError {
    /// The file.
    #[error("cannot read {path}: {cause}")]
    File {
        /// Which.
        path: String,
        /// Why.
        cause: std::io::Error,
    },
    /// The table.
    #[error("{path}: {cause}")]
    Table {
        /// Which file.
        path: String,
        /// What is wrong, with its line.
        cause: csv::Error,
    },
    /// A column is missing.
    #[error("{path} has no column {column:?}; it has {found}")]
    Column {
        /// Which file.
        path: String,
        /// What is missing.
        column: String,
        /// What there is.
        found: String,
    },
    /// A line.
    #[error("{path}, line {line}: {problem}")]
    Line {
        /// Which file.
        path: String,
        /// From 1.
        line: usize,
        /// What is wrong.
        problem: String,
    },
}

/// Reads a file: lines of JSON if its name ends in `.jsonl`, else a table with a heading.
///
/// # Errors
///
/// [`CasebookError`], in words for the person who named the file.
pub fn read(path: &Path, bank: &Bank, layout: &Layout) -> Result<Vec<Case>, CasebookError> {
    let name = path.display().to_string();
    let text = std::fs::read(path).map_err(|cause| CasebookError::File {
        path: name.clone(),
        cause,
    })?;
    let reading = Reading {
        name: &name,
        bank,
        layout,
    };
    if path.extension().is_some_and(|end| end == "jsonl") {
        reading.lines(&String::from_utf8_lossy(&text))
    } else {
        reading.table(&text)
    }
}

struct Reading<'a> {
    name: &'a str,
    bank: &'a Bank,
    layout: &'a Layout,
}

type Row = BTreeMap<String, String>;

impl Reading<'_> {
    fn table(&self, bytes: &[u8]) -> Result<Vec<Case>, CasebookError> {
        let fail = |cause| CasebookError::Table {
            path: self.name.to_owned(),
            cause,
        };
        let mut reader = csv::Reader::from_reader(bytes);
        let heading = reader.headers().map_err(fail)?.clone();
        let layout = self.layout;
        let named = [
            Some(&layout.asked),
            layout.call.as_ref(),
            layout.at.as_ref(),
            layout.order.as_ref(),
        ];
        for column in named.into_iter().flatten() {
            if !heading.iter().any(|name| name == column) {
                return Err(CasebookError::Column {
                    path: self.name.to_owned(),
                    column: column.clone(),
                    found: heading.iter().collect::<Vec<_>>().join(", "),
                });
            }
        }
        let mut cases: Vec<Case> = Vec::new();
        let mut open: Option<String> = None;
        for row in reader.deserialize() {
            let row: Row = row.map_err(fail)?;
            let call = layout.call.as_ref().and_then(|column| row.get(column));
            if call.is_none() || open.as_ref() != call {
                open = call.cloned();
                let cell = |column: &Option<String>| column.as_ref().and_then(|name| row.get(name));
                cases.push(Case {
                    customer: self.customer(|name| row.get(name).cloned()),
                    at: cell(&layout.at).map_or_else(Wall::default, |at| moment(at)),
                    asked: Asked::SomethingElse,
                });
            }
            if let Some(case) = cases.last_mut() {
                self.add(case, &row);
            }
        }
        Ok(cases)
    }

    fn add(&self, case: &mut Case, row: &Row) {
        let orders = &mut case.customer.orders;
        let place = orders.len().to_string();
        let id = self
            .layout
            .order
            .as_ref()
            .and_then(|column| row.get(column));
        let order = self.order(id.cloned().unwrap_or(place), |name| row.get(name).cloned());
        let asked = row.get(&self.layout.asked).map_or("", String::as_str);
        if !asked.is_empty() {
            case.asked = self.asked(asked, Some(order.id.clone()));
        }
        orders.push(order);
    }

    fn lines(&self, text: &str) -> Result<Vec<Case>, CasebookError> {
        let lines = text
            .lines()
            .enumerate()
            .filter(|(_, line)| !line.trim().is_empty());
        lines
            .map(|(at, line)| {
                let json: Json =
                    serde_json::from_str(line).map_err(|error| CasebookError::Line {
                        path: self.name.to_owned(),
                        line: at + 1,
                        problem: error.to_string(),
                    })?;
                Ok(self.line(&json))
            })
            .collect()
    }

    fn line(&self, json: &Json) -> Case {
        let layout = self.layout;
        let place = |path: &str| follow(json, path);
        let own = |name: &str| place(&format!("customer.{name}")).or_else(|| place(name));
        let mut customer = self.customer(|name| own(name).and_then(words));
        let orders = place(&layout.orders).and_then(Json::as_array);
        for (at, order) in orders.into_iter().flatten().enumerate() {
            let id = layout.order.as_deref().unwrap_or("id");
            let id = follow(order, id)
                .and_then(words)
                .unwrap_or_else(|| at.to_string());
            customer
                .orders
                .push(self.order(id, |name| follow(order, name).and_then(words)));
        }
        let asked = place(&layout.asked).and_then(words).unwrap_or_default();
        let about = layout.about.as_deref().and_then(place).and_then(words);
        let at = layout.at.as_deref().and_then(place).and_then(words);
        Case {
            asked: self.asked(&asked, about),
            at: at.map_or_else(Wall::default, |at| moment(&at)),
            customer,
        }
    }

    /// A question of the bank by its id; of the caller if it is about no order.
    fn asked(&self, asked: &str, order: Option<String>) -> Asked {
        let id = slug(asked);
        let Some(question) = self.bank.question(&id) else {
            return Asked::SomethingElse;
        };
        let about_order = question.about == crate::machine::prediction::bank::About::Order;
        Asked::Question {
            order: order.filter(|_| about_order),
            question: id,
        }
    }

    fn customer(&self, cell: impl Fn(&str) -> Option<String>) -> Customer {
        let own = |name: &str| cell(&format!("customer.{name}")).or_else(|| cell(name));
        let attributes = self.bank.attributes.iter();
        let attributes = attributes.filter_map(|(name, attribute)| {
            let name = name.strip_prefix("customer.")?;
            Some((name.to_owned(), value(&own(name)?, attribute.kind)?))
        });
        Customer {
            attributes: attributes.collect(),
            ..Customer::default()
        }
    }

    fn order(&self, id: String, cell: impl Fn(&str) -> Option<String>) -> Order {
        let attributes = self.bank.attributes.iter();
        let attributes = attributes.filter_map(|(name, attribute)| {
            let own = !name.starts_with("customer.");
            let written = own.then(|| cell(name)).flatten()?;
            Some((name.clone(), value(&written, attribute.kind)?))
        });
        Order {
            id,
            attributes: attributes.collect(),
        }
    }
}

/// A cell as its attribute means it; none if it is empty or something else.
fn value(cell: &str, kind: Kind) -> Option<Value> {
    if cell.is_empty() {
        return None;
    }
    match kind {
        Kind::Number | Kind::Money => {
            let number = cell.parse().ok().filter(|number: &f64| number.is_finite());
            number.map(Value::Number)
        }
        Kind::Bool => match cell {
            "1" | "true" | "yes" => Some(Value::Bool(true)),
            "0" | "false" | "no" => Some(Value::Bool(false)),
            _ => None,
        },
        Kind::Time | Kind::Date | Kind::Moment | Kind::State | Kind::Code | Kind::Text => {
            Some(Value::Text(cell.to_owned()))
        }
    }
}

/// What lies at a path such as `requests.0.1`.
fn follow<'j>(json: &'j Json, path: &str) -> Option<&'j Json> {
    path.split('.').try_fold(json, |at, step| match at {
        Json::Object(fields) => fields.get(step),
        Json::Array(items) => items.get(step.parse::<usize>().ok()?),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => None,
    })
}

/// A plain value as its characters; a list of words as these, joined.
fn words(json: &Json) -> Option<String> {
    match json {
        Json::String(text) => Some(text.clone()),
        Json::Number(number) => Some(number.to_string()),
        Json::Bool(yes) => Some(yes.to_string()),
        Json::Array(items) => {
            let items: Option<Vec<&str>> = items.iter().map(Json::as_str).collect();
            items.map(|items| items.join("+"))
        }
        Json::Null | Json::Object(_) => None,
    }
}

/// Words as an id of a bank: small letters and digits, all else `_`, none doubled or at an end.
fn slug(words: &str) -> String {
    let mut id = String::with_capacity(words.len());
    for c in words.chars() {
        if c.is_ascii_alphanumeric() {
            id.push(c.to_ascii_lowercase());
        } else if !id.ends_with('_') && !id.is_empty() {
            id.push('_');
        }
    }
    id.trim_end_matches('_').to_owned()
}

/// A moment in ISO 8601, a day, or so many days after 1970-01-01; the beginning of that if it is
/// none of these.
fn moment(text: &str) -> Wall {
    if let Ok(stamp) = text.parse::<jiff::Timestamp>() {
        return Wall::from_ms(stamp.as_millisecond());
    }
    if let Ok(days) = text.parse::<f64>() {
        let ms = crate::machine::prediction::situation::whole(days * 86_400_000.0);
        return Wall::from_ms(ms.unwrap_or(0));
    }
    let civil = text.parse::<jiff::civil::DateTime>();
    let zoned = civil.and_then(|civil| civil.to_zoned(jiff::tz::TimeZone::UTC));
    Wall::from_ms(zoned.map_or(0, |zoned| zoned.timestamp().as_millisecond()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::prediction::reading;

    const BANK: &str = "bank: b\nlanguages: [en]\nattributes:\n  order: { kind: { type: text }, price: { type: number }, late: { type: bool } }\n  \
        customer: { member: { type: text } }\nquestions:\n  - { id: where_is_it, prior: 1, short: { en: q }, answers: [] }\n  \
        - { id: my_account, about: caller, prior: 1, short: { en: q }, answers: [] }\n";

    fn layout() -> Layout {
        Layout {
            asked: "label".to_owned(),
            orders: "orders".to_owned(),
            ..Layout::default()
        }
    }

    fn reading(run: impl Fn(&Reading<'_>)) {
        let bank = reading::bank::read(BANK).unwrap();
        let layout = Layout {
            call: Some("call".to_owned()),
            at: Some("day".to_owned()),
            about: Some("requests.0.1".to_owned()),
            ..layout()
        };
        run(&Reading {
            name: "calls",
            bank: &bank,
            layout: &layout,
        });
    }

    #[test]
    fn rows_of_one_call_are_one_case() {
        reading(|reading| {
            let table = b"call,day,member,kind,price,late,label\n1,0.5,gold,a,3,0,\n1,0.5,gold,b,,1,Where is it?\n2,1,,a,x,,no such\n";
            let cases = reading.table(table).unwrap();
            assert_eq!(cases.len(), 2);
            let asked = Asked::Question {
                order: Some("1".to_owned()),
                question: "where_is_it".to_owned(),
            };
            assert_eq!(cases[0].asked, asked);
            assert_eq!(cases[0].at.as_ms(), 43_200_000);
            assert_eq!(
                cases[0].customer.attributes["member"],
                Value::Text("gold".to_owned())
            );
            assert_eq!(
                cases[0].customer.orders[1].attributes["late"],
                Value::Bool(true)
            );
            assert_eq!(cases[1].asked, Asked::SomethingElse);
            assert_eq!(cases[1].customer.orders[0].attributes.len(), 1);
            assert!(matches!(
                reading.table(b"call,day\n"),
                Err(CasebookError::Column { .. })
            ));
        });
    }

    #[test]
    fn a_line_is_a_call() {
        reading(|reading| {
            let line = r#"{"customer": {"member": "gold"}, "orders": [{"id": "A", "kind": ["x", "y"], "price": 2}], "requests": [["where_is_it", "A"]], "label": "where_is_it"}"#;
            let cases = reading.lines(line).unwrap();
            assert_eq!(
                cases[0].customer.orders[0].attributes["kind"],
                Value::Text("x+y".to_owned())
            );
            let Asked::Question { order, .. } = &cases[0].asked else {
                panic!("{cases:?}");
            };
            assert_eq!(order.as_deref(), Some("A"));
            assert!(matches!(
                reading.lines("\n{"),
                Err(CasebookError::Line { line: 2, .. })
            ));
        });
    }
}
