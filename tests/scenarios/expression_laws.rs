//! The language of conditions: what expressions are worth, what is refused, and what always holds.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use proptest::prelude::*;
use ringwise::machine::expression::environment::Declared;
use ringwise::machine::expression::environment::Presence;
use ringwise::machine::expression::environment::Types;
use ringwise::machine::expression::environment::Values;
use ringwise::machine::expression::expressed::Expression;
use ringwise::machine::expression::kind::Kind;
use ringwise::machine::expression::typing::Known;
use ringwise::vocabulary::fault::Place;
use ringwise::vocabulary::money::Currency;
use ringwise::vocabulary::money::Money;
use ringwise::vocabulary::privacy::Privacy;
use ringwise::vocabulary::time::Wall;
use ringwise::vocabulary::value::Value;
use ringwise::wire::expression::parser;
use ringwise::wire::expression::token::Style;

struct Given {
    values: BTreeMap<&'static str, Value>,
    zone: TimeZone,
}

impl Values for Given {
    fn value(&self, name: &str) -> Option<Value> {
        self.values.get(name).cloned()
    }

    fn zone(&self) -> &TimeZone {
        &self.zone
    }
}

fn types() -> Types {
    let yuan = Kind::Money(Currency::Yuan);
    Types::default()
        .with("yes", Declared::always(Kind::Bool))
        .with("n", Declared::always(Kind::Number))
        .with("order.price", Declared::always(yuan.clone()))
        .with(
            "order.refund",
            Declared::maybe(yuan).heard_by(Privacy::Private),
        )
        .with(
            "state",
            Declared::always(Kind::words(["open", "delayed", "closed"])),
        )
        .with("number", Declared::maybe(Kind::Text))
        .with("gone", Declared::maybe(Kind::Number))
        .with("delay", Declared::always(Kind::Duration))
        .with("day", Declared::always(Kind::Date))
        .with("now", Declared::always(Kind::Moment))
}

/// Half past ten in the evening of Friday 1 May 2026 in Shanghai; `gone` is absent.
fn given() -> Given {
    let now: jiff::Timestamp = "2026-05-01T22:30:00+08:00".parse().unwrap();
    let number = |text: &str| Value::Number(text.parse().unwrap());
    let money = |minor| {
        let currency = Currency::Yuan;
        Value::Money(Money { minor, currency })
    };
    let text = |text: &str| Value::Text(text.to_owned());
    Given {
        values: BTreeMap::from([
            ("yes", Value::Bool(true)),
            ("n", number("2.5")),
            ("order.price", money(70_000)),
            ("order.refund", money(56_050)),
            ("state", text("delayed")),
            ("number", text("+8613800138000")),
            (
                "delay",
                Value::Duration(jiff::SignedDuration::from_mins(95)),
            ),
            ("day", Value::Date(jiff::civil::date(2026, 5, 3))),
            ("now", Value::Moment(Wall::from_ms(now.as_millisecond()))),
        ]),
        zone: TimeZone::get("Asia/Shanghai").unwrap(),
    }
}

/// What each is worth; `absent` for nothing.
const WORTH: [(&str, &str); 51] = [
    ("1 + 2 * 3 - 4 / 8", "6.5"),
    ("0.1 + 0.2 == 0.3", "true"),
    ("-n * 2", "-5"),
    ("7 / 0", "absent"),
    ("7 / (n - 2.5)", "absent"),
    ("(7 / (n - 2.5)) or else -1", "-1"),
    ("7 / 3", "2.333333"),
    ("1000000000000000 * 1000000000000000", "1000000000000000"),
    ("order.price * 0.15", "CNY 105.00"),
    ("order.price / 3", "CNY 233.33"),
    ("CNY 0.05 / 2", "CNY 0.03"),
    ("order.price - CNY 12.50", "CNY 687.50"),
    ("(order.price / CNY 70) or else 0", "10"),
    (
        "order.price > CNY 699.99 and order.price <= CNY 700",
        "true",
    ),
    ("2h30m * 1.5", "3h45m"),
    ("delay / 60s", "95"),
    ("delay / 1m - hours(delay)", "93.416667"),
    ("hours(2h30m)", "2.5"),
    ("delay >= 90m ? 'late' : 'fine'", "late"),
    ("now", "2026-05-01T14:30:00.000Z"),
    ("date(now)", "2026-05-01"),
    ("time(now)", "22:30"),
    ("time(now) >= 22:00 or time(now) < 06:00", "true"),
    ("weekday(now)", "fri"),
    ("weekday(day) in ['sat', 'sun']", "true"),
    ("date(now + 2h)", "2026-05-02"),
    ("day - date(now)", "2d"),
    ("day + 36h", "2026-05-04"),
    ("moment(day, 08:30) - now", "1d10h"),
    ("2026-05-01T22:30 == now", "true"),
    ("2026-05-01T14:30Z == now", "true"),
    ("now > 2026-05-01T22:30:01", "false"),
    ("moment(day, 08:30)", "2026-05-03T00:30:00.000Z"),
    ("state == 'delayed'", "true"),
    ("state in ['open', \"closed\"]", "false"),
    ("state not in ['open', \"closed\"]", "true"),
    ("state != 'open' and not (n < 2)", "true"),
    ("known number and starts(number, '+86')", "true"),
    ("unknown number or length(number) == 14", "true"),
    ("known number ? ends(number, '8000') : false", "true"),
    ("(number or else '') == ''", "false"),
    ("known gone", "false"),
    ("gone", "absent"),
    ("gone or else n", "2.5"),
    ("known gone and gone > 0", "false"),
    ("not known gone or gone > 0", "true"),
    ("(number('12.5') or else 0) + 1", "13.5"),
    ("known number('x')", "false"),
    ("round(-2.5)", "-3"),
    ("max(CNY 3, CNY 4) - abs(-CNY 1)", "CNY 3.00"),
    ("min(2h, 90m)", "1h30m"),
];

#[test]
fn expressions_are_worth_what_a_person_would_say() {
    let (types, given) = (types(), given());
    for (text, expected) in WORTH {
        let read =
            Expression::read(text, &types).unwrap_or_else(|fault| panic!("{text}: {fault:?}"));
        let value = read.value(&given);
        let shown = value.map_or("absent".to_owned(), |value| value.to_string());
        assert_eq!(shown, expected, "{text}");
    }
}

/// What is refused: column, what is wrong, what was expected, what to do.
const REFUSED: [(&str, &str); 33] = [
    (
        "ordre.price > CNY 5",
        "1: no value is called `ordre.price`||did you mean `order.price`?",
    ),
    (
        "yes and delayed",
        "9: no value is called `delayed`||texts stand in quotes: \"delayed\"",
    ),
    (
        "gone > 5",
        "1: `gone` may be absent||write `known gone and …`, or `gone or else VALUE`",
    ),
    (
        "known gone or gone > 5",
        "15: `gone` may be absent||write `known gone and …`, or `gone or else VALUE`",
    ),
    (
        "not gone > 5",
        "5: `gone` may be absent||write `known gone and …`, or `gone or else VALUE`",
    ),
    (
        "known gone ? 1 : gone + 1",
        "18: `gone` may be absent||write `known gone and …`, or `gone or else VALUE`",
    ),
    (
        "n / gone",
        "5: `gone` may be absent||write `known gone and …`, or `gone or else VALUE`",
    ),
    (
        "1 / n > 2",
        "1: this may be absent: nothing is divided by zero||write `a / b or else VALUE`",
    ),
    (
        "number('5') > 2",
        "1: this may be absent||write `(…) or else VALUE`",
    ),
    (
        "state == 'delyed'",
        "10: this is never `delyed`||did you mean `delayed`?",
    ),
    (
        "state in ['open', 'shut']",
        "19: this is never `shut`||expected one of: closed, delayed, open",
    ),
    (
        "weekday(day) == 'monday'",
        "17: this is never `monday`||expected one of: fri, mon, sat, sun, thu, tue, wed",
    ),
    (
        "state < 'open'",
        "1: `<` does not go with one of closed, delayed, open: it has no order||write `==`, `!=` or `in [a, b]`",
    ),
    ("yes > no", "7: no value is called `no`||did you mean `n`?"),
    (
        "order.price > 5",
        "15: money in CNY is not compared with a number||amounts are written CNY 12.50",
    ),
    (
        "order.price > USD 5",
        "15: money in CNY is not compared with money in USD||",
    ),
    (
        "order.price + USD 5",
        "1: `+` does not go with money in CNY and money in USD||",
    ),
    (
        "delay > 90",
        "9: a length of time is not compared with a number||lengths of time are written 90s or 2h30m; `hours(x)` is a number",
    ),
    (
        "now > day",
        "7: a moment is not compared with a date||the day of a moment is `date(x)`",
    ),
    (
        "now > 18:00",
        "7: a moment is not compared with a clock time||the clock time of a moment is `time(x)`",
    ),
    (
        "n == '5'",
        "6: a number is not compared with a text||numbers stand without quotes; the number that a text writes is `number(x)`",
    ),
    (
        "'a' + 'b'",
        "1: `+` does not go with a text and a text||texts are put together in what is said: `{{…}}`",
    ),
    (
        "now + now",
        "1: `+` does not go with a moment and a moment||",
    ),
    (
        "-state",
        "2: `-` does not go with one of closed, delayed, open||",
    ),
    (
        "not n",
        "5: this is a number|expected something that is true or false|",
    ),
    (
        "n and yes",
        "1: this is a number|expected something that is true or false|",
    ),
    ("yes ? 1 : 'x'", "11: this is a text|expected a number|"),
    ("gone or else 'x'", "14: this is a text|expected a number|"),
    (
        "lenght(number)",
        "1: no function is called `lenght`||did you mean `length`?",
    ),
    (
        "length(n)",
        "1: `length` does not take a number|expected a text|",
    ),
    (
        "min(n, delay)",
        "1: `min` does not take a number and a length of time|expected two values of one kind that has an order|",
    ),
    (
        "date()",
        "1: `date` does not take nothing|expected a moment|",
    ),
    (
        "yes = n",
        "5: `=` has no meaning here||to compare, write `==`",
    ),
];

#[test]
fn what_cannot_be_meant_is_refused_before_any_call() {
    let types = types();
    for (text, expected) in REFUSED {
        let fault = Expression::read(text, &types).unwrap_err();
        let Place { column, .. } = Place::of(text, fault.span.start);
        let help = fault.help.unwrap_or_default();
        let said = format!("{column}: {}|{}|{help}", fault.what, fault.label);
        assert_eq!(said, expected, "{text}");
    }
}

#[test]
fn a_condition_is_true_or_false_and_never_absent() {
    let types = types().with("ill", Declared::maybe(Kind::Bool));
    let refused = |text: &str| Expression::condition(text, &types).unwrap_err().what;
    assert_eq!(refused("n"), "this is a number");
    assert_eq!(refused("ill"), "`ill` may be absent");
    assert!(Expression::condition("ill or else false", &types).is_ok());
    let kind = Kind::words(["gold", "silver"]);
    let of_kind = |text: &str| {
        let syntax = parser::parse(text, Style::Plain).unwrap();
        let read = Expression::of(&syntax, &types, &Known::new()).unwrap();
        read.must_be(&kind, &syntax)
    };
    assert!(of_kind("yes ? 'gold' : 'silver'").is_ok());
    assert_eq!(
        of_kind("'gld'").unwrap_err().what,
        "`gld` is none of its values"
    );
    assert_eq!(
        of_kind("number").unwrap_err().label,
        "expected one of gold, silver"
    );
}

#[test]
fn what_is_computed_from_a_private_value_is_private() {
    let types = types();
    let privacy = |text: &str| Expression::read(text, &types).unwrap().privacy();
    let private = [
        "order.refund",
        "known order.refund",
        "known order.refund and order.refund > CNY 5",
        "yes ? order.refund : CNY 1",
        "known order.refund ? 1 : 2",
        "CNY 5 in [order.refund or else CNY 1]",
        "abs(order.refund or else CNY 0)",
        "not unknown order.refund",
    ];
    for text in private {
        assert_eq!(privacy(text), Privacy::Private, "{text}");
    }
    assert_eq!(privacy("order.price * 2"), Privacy::Open);
}

/// Expressions that people could write, most of them sound.
fn expressions() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(
        &[
            "yes",
            "n",
            "order.price",
            "order.refund",
            "state",
            "number",
            "gone",
            "delay",
            "day",
            "now",
            "true",
            "0",
            "3",
            "CNY 0",
            "CNY 12.50",
            "'open'",
            "'x'",
            "0s",
            "90m",
            "2026-05-01",
            "22:30",
            "2026-05-01T10:00",
            "1000000000000000",
            "0.000001",
            "1000000d",
            "9999-12-31",
            "CNY 999999999999999",
            "9999-12-30T00:00Z",
        ][..],
    );
    let leaf = leaf.prop_map(str::to_owned);
    leaf.prop_recursive(5, 40, 3, |inner| {
        let operator = prop::sample::select(
            &[
                "and", "or", "or else", "==", "!=", "<", "<=", ">", ">=", "+", "-", "*", "/",
            ][..],
        );
        let function = prop::sample::select(
            &[
                "date", "time", "weekday", "days", "length", "number", "round", "abs", "not ",
                "known ", "unknown ", "-",
            ][..],
        );
        let two = prop::sample::select(&["min", "max", "moment", "starts", "contains"][..]);
        prop_oneof![
            4 => (inner.clone(), operator, inner.clone()).prop_map(|(a, op, b)| format!("({a} {op} {b})")),
            2 => (function, inner.clone()).prop_map(|(name, a)| format!("{name}({a})")),
            1 => (two, inner.clone(), inner.clone()).prop_map(|(name, a, b)| format!("{name}({a}, {b})")),
            1 => (inner.clone(), inner.clone(), inner.clone()).prop_map(|(a, b, c)| format!("({a} ? {b} : {c})")),
            1 => (inner.clone(), inner).prop_map(|(a, b)| format!("({a} in [{b}, {b}])")),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, ..ProptestConfig::default() })]

    #[test]
    fn what_is_checked_has_a_value_of_its_kind(text in expressions()) {
        let Ok(read) = Expression::read(&text, &types()) else {
            return Ok(());
        };
        match read.value(&given()) {
            Some(value) => prop_assert!(read.kind().takes(&Kind::of(&value)), "{text} is {value}"),
            None => prop_assert_eq!(read.presence(), Presence::MayBeAbsent, "{}", text),
        }
    }

    #[test]
    fn values_that_break_their_promise_break_nothing(text in expressions()) {
        let Ok(read) = Expression::read(&text, &types()) else {
            return Ok(());
        };
        let nothing = Given { values: BTreeMap::new(), zone: TimeZone::UTC };
        let _ = read.value(&nothing);
        let mut mixed = given();
        let values: Vec<Value> = mixed.values.values().cloned().rev().collect();
        for (value, new) in mixed.values.values_mut().zip(values) {
            *value = new;
        }
        let _ = read.value(&mixed);
    }

    #[test]
    fn no_text_breaks_the_language(text in "[ -~]{0,60}") {
        if let Err(fault) = Expression::read(&text, &types()) {
            prop_assert!(fault.span.end() <= text.len());
        }
    }
}
