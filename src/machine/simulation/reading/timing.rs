//! Distributions of times as they are written.

use crate::machine::simulation::distribution::Distribution;
use crate::machine::simulation::distribution::ENDLESS;
use crate::machine::simulation::reading::context::Context;
use crate::machine::simulation::reading::quantity;
use crate::machine::simulation::reading::table;
use crate::machine::simulation::scenario::ByPeriod;
use crate::vocabulary::fault::Fault;
use crate::wire::yaml::record;
use crate::wire::yaml::record::Record;
use crate::wire::yaml::tree::Node;
use crate::wire::yaml::tree::Tree;

/// The distributions there are.
const NAMES: [&str; 6] = [
    "exponential",
    "uniform",
    "log_normal",
    "gamma",
    "constant",
    "empirical",
];

/// A distribution for all periods, or a list with one for each.
pub fn by_period(
    context: &mut Context<'_>,
    node: &Node,
    what: &str,
) -> Option<ByPeriod<Distribution>> {
    context.by_period(node, what, |context, node| {
        distribution(context, node, what)
    })
}

/// One distribution: a map with its name, a time alone for a constant, or `endless`.
pub fn distribution(context: &mut Context<'_>, node: &Node, what: &str) -> Option<Distribution> {
    if node.text() == Some("endless") {
        return Some(Distribution::Constant(ENDLESS));
    }
    if node.text().is_some() {
        let minutes = quantity::minutes(node, what, 0.0, &mut context.faults);
        return minutes.map(Distribution::Constant);
    }
    let Tree::Map(entries) = &node.tree else {
        let map = "a distribution like { exponential: 3m }";
        context.faults.push(record::expected(node, what, map));
        return None;
    };
    let name = entries.iter().find_map(|(key, _)| {
        let text = key.text()?;
        NAMES.into_iter().find(|name| *name == text)
    });
    let Some(name) = name else {
        let key = entries.first().map_or(node, |(key, _)| key);
        let text = key.text().unwrap_or_default();
        let fault = Fault::new(key.span, format!("no distribution is called `{text}`"));
        context.faults.push(fault.nearest(text, NAMES));
        return None;
    };
    let mut record = Record::open(node, what, &mut context.faults);
    let value = record.take(name)?;
    let column = (name == "empirical")
        .then(|| record.take("column"))
        .flatten();
    record.finish(&mut context.faults);
    read(context, (name, what), value, column)
}

fn read(
    context: &mut Context<'_>,
    (name, what): (&str, &str),
    value: &Node,
    column: Option<&Node>,
) -> Option<Distribution> {
    let faults = &mut context.faults;
    match name {
        "exponential" => {
            let mean = quantity::minutes(value, "its mean", f64::MIN_POSITIVE, faults)?;
            Some(Distribution::Exponential(mean))
        }
        "constant" => quantity::minutes(value, what, 0.0, faults).map(Distribution::Constant),
        "uniform" => uniform(context, value),
        "log_normal" => log_normal(context, value),
        "gamma" => {
            let mut record = Record::open(value, "`gamma`", faults);
            let mean = record.need("mean", faults);
            let shape = record.need("shape", faults);
            record.finish(faults);
            let mean = quantity::minutes(mean?, "its mean", f64::MIN_POSITIVE, faults)?;
            let shape = quantity::number(shape?, "its shape", 0.01..=1e6, faults)?;
            Some(Distribution::Gamma(mean, shape))
        }
        _ => empirical(context, value, column),
    }
}

fn uniform(context: &mut Context<'_>, node: &Node) -> Option<Distribution> {
    let Tree::List(nodes) = &node.tree else {
        let list = "two times like [3m, 7m]";
        context
            .faults
            .push(record::expected(node, "`uniform`", list));
        return None;
    };
    let [from, to] = nodes.as_slice() else {
        let what = format!("`uniform` has {} times", nodes.len());
        let fault = Fault::new(node.span, what);
        context
            .faults
            .push(fault.label("expected two like [3m, 7m]"));
        return None;
    };
    let from = quantity::minutes(from, "its lower end", 0.0, &mut context.faults);
    let upper = quantity::minutes(to, "its upper end", 0.0, &mut context.faults);
    let (from, upper) = (from?, upper?);
    if upper < from {
        context.fault(to.span, "its upper end is below the lower one");
        return None;
    }
    Some(Distribution::Uniform(from, upper))
}

/// By mean and cv, or by median and sigma.
fn log_normal(context: &mut Context<'_>, node: &Node) -> Option<Distribution> {
    let faults = &mut context.faults;
    let mut record = Record::open(node, "`log_normal`", faults);
    if record.has("median") {
        let median = record.need("median", faults);
        let sigma = record.need("sigma", faults);
        record.finish(faults);
        let median = quantity::minutes(median?, "its median", f64::MIN_POSITIVE, faults)?;
        let sigma = quantity::number(sigma?, "its sigma", 0.0..=10.0, faults)?;
        return Some(Distribution::LogNormal(median.ln(), sigma));
    }
    let mean = record.need("mean", faults);
    let cv = record.need("cv", faults);
    record.finish(faults);
    let mean = quantity::minutes(mean?, "its mean", f64::MIN_POSITIVE, faults)?;
    let cv = quantity::number(cv?, "its cv", 0.0..=100.0, faults)?;
    Some(Distribution::log_normal(mean, cv))
}

fn empirical(
    context: &mut Context<'_>,
    node: &Node,
    column: Option<&Node>,
) -> Option<Distribution> {
    let path = record::text(node, "`empirical`", &mut context.faults)?;
    let named = column.map(|column| record::text(column, "`column`", &mut context.faults));
    let column = match named {
        Some(None) => return None,
        Some(column) => column,
        None => None,
    };
    let text = (context.files)(path);
    let values =
        text.and_then(|text| table::minutes(&text, column).map_err(|error| error.to_string()));
    match values {
        Ok(values) => Some(Distribution::Empirical(values)),
        Err(error) => {
            context.fault(node.span, format!("{path}: {error}"));
            None
        }
    }
}
