//! Conditions, typed by the attributes they test: an expression, or a map of tests that all must
//! hold. A test of a value that is not known fails, but for `unknown` and `not`.

use crate::machine::expression::expressed::Expression;
use crate::machine::expression::typing::Known;
use crate::machine::prediction::attribute::Attribute;
use crate::machine::prediction::attribute::Kind;
use crate::machine::prediction::condition::Condition;
use crate::machine::prediction::named_value;
use crate::machine::prediction::reading::attribute::name_of;
use crate::machine::prediction::reading::context::Context;
use crate::vocabulary::decimal::Decimal;
use crate::vocabulary::fault::Fault;
use crate::vocabulary::fault::Span;
use crate::vocabulary::value::Value;
use crate::wire::expression::syntax::Binary;
use crate::wire::expression::syntax::Form;
use crate::wire::expression::syntax::Syntax;
use crate::wire::expression::syntax::Unary;
use crate::wire::yaml::excerpt;
use crate::wire::yaml::record::Record;
use crate::wire::yaml::tree::Node;
use crate::wire::yaml::tree::Tree;

/// Reads `when:`; without it the condition always holds.
pub fn read(context: &mut Context, node: Option<&Node>) -> Condition {
    let Some(node) = node else {
        return Condition::default();
    };
    let read = match node.text() {
        Some(text) => Expression::condition(text, context.types()).map_err(|fault| {
            let span = excerpt::place(&context.source, node, fault.span);
            Fault { span, ..fault }
        }),
        None => match tests(context, node) {
            Some(syntax) => Expression::of(&syntax, context.types(), &Known::new()),
            None => return Condition::default(),
        },
    };
    match read {
        Ok(expression) => Condition::of(expression),
        Err(fault) => {
            context.faults.push(fault);
            Condition::default()
        }
    }
}

/// All tests of a map; none if there are none, or none that can be read.
fn tests(context: &mut Context, node: &Node) -> Option<Syntax> {
    let mut all: Option<Syntax> = None;
    for (name, key, value) in context.map(node, "`when`") {
        let Some((name, attribute)) = context.attribute(name, key) else {
            continue;
        };
        let tested = Tested {
            name,
            attribute,
            at: value.span,
        };
        let Some(test) = test(context, value, &tested) else {
            continue;
        };
        let joined = match all {
            None => Ok(test),
            Some(before) => between(Binary::And, before, test),
        };
        all = joined.map_err(|fault| context.faults.push(fault)).ok();
    }
    all
}

/// An attribute under test, and where its test stands.
struct Tested {
    name: String,
    attribute: Attribute,
    at: Span,
}

impl Tested {
    fn part(&self, form: Form) -> Result<Syntax, Fault> {
        Syntax::new(self.at, form)
    }

    fn name(&self) -> Result<Syntax, Fault> {
        self.part(Form::Name(self.name.clone()))
    }

    fn known(&self) -> Result<Syntax, Fault> {
        self.part(Form::Unary(Unary::Known, Box::new(self.name()?)))
    }

    fn not(&self, part: Syntax) -> Result<Syntax, Fault> {
        self.part(Form::Unary(Unary::Not, Box::new(part)))
    }

    fn among(&self, values: Vec<Value>) -> Result<Syntax, Fault> {
        let values = values
            .into_iter()
            .map(|value| self.part(Form::Value(value)));
        let values: Result<Vec<Syntax>, Fault> = values.collect();
        self.part(Form::In(Box::new(self.name()?), values?))
    }

    fn compared(&self, binary: Binary, bound: Value) -> Result<Syntax, Fault> {
        between(binary, self.name()?, self.part(Form::Value(bound))?)
    }
}

fn between(binary: Binary, left: Syntax, right: Syntax) -> Result<Syntax, Fault> {
    let span = Span::between(left.span.start, right.span.end());
    Syntax::new(span, Form::Binary(binary, Box::new([left, right])))
}

fn test(context: &mut Context, node: &Node, tested: &Tested) -> Option<Syntax> {
    let made = match &node.tree {
        Tree::Plain(word) if word == "known" => tested.known(),
        Tree::Plain(word) if word == "unknown" => {
            tested.known().and_then(|known| tested.not(known))
        }
        Tree::Map(_) => return bounds(context, node, tested),
        Tree::Nothing | Tree::Plain(_) | Tree::Quoted(_) | Tree::List(_) => {
            let values = values(context, node, &tested.attribute)?;
            tested
                .among(values)
                .and_then(|among| between(Binary::And, tested.known()?, among))
        }
    };
    made.map_err(|fault| context.faults.push(fault)).ok()
}

fn bounds(context: &mut Context, node: &Node, tested: &Tested) -> Option<Syntax> {
    let mut record = Record::open(node, "a test", &mut context.faults);
    if let Some(not) = record.take("not") {
        let list = values(context, not, &tested.attribute);
        record.finish(&mut context.faults);
        let none = tested.among(list?).and_then(|among| {
            let unknown = tested.not(tested.known()?)?;
            between(Binary::Or, unknown, tested.not(among)?)
        });
        return none.map_err(|fault| context.faults.push(fault)).ok();
    }
    let min = record.take("min");
    let below = record.take("below");
    record.finish(&mut context.faults);
    if !matches!(tested.attribute.kind, Kind::Number | Kind::Money) {
        let what = format!(
            "bounds go with numbers, not with type {}",
            name_of(tested.attribute.kind)
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
    let mut all = tested.known();
    for (binary, bound) in [(Binary::AtLeast, min), (Binary::Less, below)] {
        if let Some(bound) = bound.and_then(|bound| counted(bound, &tested.attribute)) {
            let compared = tested.compared(binary, bound);
            all = all.and_then(|all| between(Binary::And, all, compared?));
        }
    }
    all.map_err(|fault| context.faults.push(fault)).ok()
}

/// A number as the attribute counts.
fn counted(number: f64, attribute: &Attribute) -> Option<Value> {
    if attribute.kind == Kind::Money {
        let money = named_value::money(number, named_value::currency(attribute));
        return money.map(Value::Money);
    }
    Decimal::from_f64(number).map(Value::Number)
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
            let number = context.number(node, "the value", f64::MIN)?;
            counted(number, attribute)
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
            let help = "write the condition as an expression: when: \"known starts and starts - now < 2h\"";
            context.faults.push(fault.help(help));
            None
        }
    }
}
