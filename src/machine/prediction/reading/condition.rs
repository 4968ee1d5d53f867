//! Conditions, typed by the attributes they test.

use crate::machine::prediction::attribute::Attribute;
use crate::machine::prediction::attribute::Kind;
use crate::machine::prediction::condition::Condition;
use crate::machine::prediction::condition::Test;
use crate::machine::prediction::order::Value;
use crate::machine::prediction::reading::attribute::name_of;
use crate::machine::prediction::reading::context::Context;
use crate::vocabulary::fault::Fault;
use crate::wire::yaml::record::Record;
use crate::wire::yaml::tree::Node;
use crate::wire::yaml::tree::Tree;

/// Reads `when:`; without it the condition always holds.
pub fn read(context: &mut Context, node: Option<&Node>) -> Condition {
    let mut condition = Condition::default();
    let Some(node) = node else {
        return condition;
    };
    for (name, key, value) in context.map(node, "`when`") {
        let Some((name, attribute)) = context.attribute(name, key) else {
            continue;
        };
        if let Some(test) = test(context, value, &attribute) {
            condition.tests.insert(name, test);
        }
    }
    condition
}

fn test(context: &mut Context, node: &Node, attribute: &Attribute) -> Option<Test> {
    match &node.tree {
        Tree::Plain(word) if word == "known" => Some(Test::Known),
        Tree::Plain(word) if word == "unknown" => Some(Test::Unknown),
        Tree::Map(_) => bounds(context, node, attribute),
        Tree::Nothing | Tree::Plain(_) | Tree::Quoted(_) | Tree::List(_) => {
            values(context, node, attribute).map(Test::In)
        }
    }
}

fn bounds(context: &mut Context, node: &Node, attribute: &Attribute) -> Option<Test> {
    let mut record = Record::open(node, "a test", &mut context.faults);
    if let Some(not) = record.take("not") {
        let list = values(context, not, attribute);
        record.finish(&mut context.faults);
        return list.map(Test::NotIn);
    }
    let min = record.take("min");
    let below = record.take("below");
    record.finish(&mut context.faults);
    if !matches!(attribute.kind, Kind::Number | Kind::Money) {
        let what = format!(
            "bounds go with numbers, not with type {}",
            name_of(attribute.kind)
        );
        context.faults.push(Fault::new(node.span, what));
        return None;
    }
    let min = min.and_then(|node| context.number(node, "`min`", f64::MIN));
    let below = below.and_then(|node| context.number(node, "`below`", f64::MIN));
    if min.zip(below).is_some_and(|(min, below)| min >= below) {
        let fault = Fault::new(node.span, "nothing lies between these bounds");
        context
            .faults
            .push(fault.help("`min` passes, `below` does not"));
    }
    Some(Test::Range { min, below })
}

fn values(context: &mut Context, node: &Node, attribute: &Attribute) -> Option<Vec<Value>> {
    let nodes = Context::each(node);
    if nodes.is_empty() {
        context
            .faults
            .push(Fault::new(node.span, "an empty list never holds"));
        return None;
    }
    nodes
        .iter()
        .map(|node| value(context, node, attribute))
        .collect()
}

fn value(context: &mut Context, node: &Node, attribute: &Attribute) -> Option<Value> {
    match attribute.kind {
        Kind::Number | Kind::Money => {
            let number = context.number(node, "the value", f64::MIN);
            number.map(Value::Number)
        }
        Kind::Bool => {
            let truths = [("true", true), ("false", false)];
            context.word(node, "truth", &truths).map(Value::Bool)
        }
        Kind::State => {
            let known: Vec<(&str, ())> = attribute
                .values
                .keys()
                .map(|known| (known.as_str(), ()))
                .collect();
            context.word(node, "value", &known)?;
            node.text().map(|text| Value::Text(text.to_owned()))
        }
        Kind::Code | Kind::Text => node.text().map(|text| Value::Text(text.to_owned())),
        Kind::Date | Kind::Time | Kind::Moment => {
            let fault = Fault::new(node.span, "a moment is not compared with a value");
            let help = "declare a number with hours_until or hours_since and test its bounds";
            context.faults.push(fault.help(help));
            None
        }
    }
}
