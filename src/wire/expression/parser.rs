//! From the text of an expression to a tree, by precedence climbing.
//!
//! ```text
//! loosest  a ? b : c        chooses
//!          or               and
//!          not
//!          == != < <= > >=  in  not in      one at a time
//!          or else
//!          + -
//!          * /
//! tightest -  known  unknown
//! ```

use crate::vocabulary::decimal::Decimal;
use crate::vocabulary::fault::Fault;
use crate::vocabulary::fault::Span;
use crate::vocabulary::money::Currency;
use crate::vocabulary::money::Money;
use crate::vocabulary::value::Value;
use crate::wire::expression::syntax::Binary;
use crate::wire::expression::syntax::DEPTH_MAX;
use crate::wire::expression::syntax::Form;
use crate::wire::expression::syntax::Syntax;
use crate::wire::expression::syntax::Unary;
use crate::wire::expression::syntax::too_deep;
use crate::wire::expression::token;
use crate::wire::expression::token::Style;
use crate::wire::expression::token::Token;
use crate::wire::expression::token::TokenKind;

/// Most entries of a list, and most parts of a call.
const ENTRIES_MAX: usize = 200;

/// Words that name nothing.
const RESERVED: [&str; 7] = ["and", "or", "not", "in", "known", "unknown", "else"];

/// How tight an operator binds.
type Power = u8;
const CHOICE: Power = 1;
const OR: Power = 2;
const AND: Power = 3;
const COMPARISON: Power = 5;
const OR_ELSE: Power = 6;
const SUM: Power = 7;
const PRODUCT: Power = 8;
const PREFIX: Power = 9;

/// What stands between two parts.
#[derive(Clone, Copy)]
enum Infix {
    Binary(Binary),
    In,
    NotIn,
}

/// Reads an expression.
///
/// # Errors
///
/// The first thing that does not fit, with its place in the text.
pub fn parse(text: &str, style: Style) -> Result<Syntax, Fault> {
    let mut parser = Parser {
        tokens: token::read(text, style)?,
        at: 0,
        end: text.trim_end().len(),
        depth: 0,
    };
    let syntax = parser.expression(CHOICE)?;
    match parser.tokens.get(parser.at) {
        None => Ok(syntax),
        Some(_) => Err(parser.unexpected("an operator like `and` or `==`, or the end")),
    }
}

struct Parser<'t> {
    tokens: Vec<Token<'t>>,
    at: usize,
    end: usize,
    depth: u32,
}

impl Parser<'_> {
    /// Reads as far as operators bind at least as tight as `least`.
    fn expression(&mut self, least: Power) -> Result<Syntax, Fault> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(too_deep(self.span()));
        }
        let mut left = self.prefix()?;
        while let Some((infix, power, tokens)) =
            self.infix().filter(|(_, power, _)| *power >= least)
        {
            self.at += tokens;
            left = self.infixed(left, infix, power)?;
            if power == COMPARISON
                && let Some((.., COMPARISON, _)) = self.infix()
            {
                let fault = Fault::new(self.span(), "a comparison cannot be compared again");
                return Err(fault.help("write `a < b and b < c`"));
            }
        }
        if least == CHOICE && self.take("?") {
            left = self.choice(left)?;
        }
        self.depth -= 1;
        Ok(left)
    }

    fn infixed(&mut self, left: Syntax, infix: Infix, power: Power) -> Result<Syntax, Fault> {
        let start = left.span.start;
        let form = match infix {
            Infix::Binary(binary) => {
                let right = self.expression(power + 1)?;
                Form::Binary(binary, Box::new([left, right]))
            }
            Infix::In | Infix::NotIn => Form::In(Box::new(left), self.list()?),
        };
        let within = self.form(start, form)?;
        match infix {
            Infix::NotIn => self.form(start, Form::Unary(Unary::Not, Box::new(within))),
            Infix::Binary(_) | Infix::In => Ok(within),
        }
    }

    fn choice(&mut self, condition: Syntax) -> Result<Syntax, Fault> {
        let start = condition.span.start;
        let yes = self.expression(CHOICE)?;
        self.expect(":")?;
        let no = self.expression(CHOICE)?;
        self.form(start, Form::Choice(Box::new([condition, yes, no])))
    }

    fn prefix(&mut self) -> Result<Syntax, Fault> {
        let start = self.span().start;
        if self.take("-") {
            let part = self.expression(PREFIX)?;
            return self.form(start, Form::Unary(Unary::Negative, Box::new(part)));
        }
        if self.take("not") {
            let part = self.expression(COMPARISON)?;
            return self.form(start, Form::Unary(Unary::Not, Box::new(part)));
        }
        if self.take("known") {
            let part = self.expression(PREFIX)?;
            return self.form(start, Form::Unary(Unary::Known, Box::new(part)));
        }
        if self.take("unknown") {
            let part = self.expression(PREFIX)?;
            let known = self.form(start, Form::Unary(Unary::Known, Box::new(part)))?;
            return self.form(start, Form::Unary(Unary::Not, Box::new(known)));
        }
        self.primary(start)
    }

    fn primary(&mut self, start: usize) -> Result<Syntax, Fault> {
        if self.take("(") {
            let inner = self.expression(CHOICE)?;
            self.expect(")")?;
            return Ok(inner.at(self.since(start)));
        }
        let kind = self.tokens.get(self.at).map(|token| token.kind.clone());
        let form = match kind {
            Some(TokenKind::Value(value)) => Form::Value(value),
            Some(TokenKind::Local(moment)) => Form::Local(moment),
            Some(TokenKind::Word("true")) => Form::Value(Value::Bool(true)),
            Some(TokenKind::Word("false")) => Form::Value(Value::Bool(false)),
            Some(TokenKind::Word(word)) if !RESERVED.contains(&word) => {
                self.at += 1;
                return self.named(start, word);
            }
            Some(TokenKind::Word(_) | TokenKind::Sign(_)) | None => {
                return Err(self.unexpected("a value, a name or `(`"));
            }
        };
        self.at += 1;
        self.form(start, form)
    }

    /// A name, a call or an amount of money.
    fn named(&mut self, start: usize, word: &str) -> Result<Syntax, Fault> {
        if let Some(currency) = Currency::ALL.into_iter().find(|one| one.code() == word) {
            let money = self.amount(start, currency)?;
            return self.form(start, Form::Value(Value::Money(money)));
        }
        let name = self.since(start);
        if !self.take("(") {
            return self.form(start, Form::Name(word.to_owned()));
        }
        let parts = self.entries(")")?;
        self.form(start, Form::Call(name, word.to_owned(), parts))
    }

    fn amount(&mut self, start: usize, currency: Currency) -> Result<Money, Fault> {
        let token = self.tokens.get(self.at).map(|token| &token.kind);
        let Some(TokenKind::Value(Value::Number(number))) = token else {
            let what = format!("{} stands here without an amount", currency.code());
            let help = format!("amounts are written {} 12.50", currency.code());
            return Err(Fault::new(self.since(start), what).help(help));
        };
        let minor = number.times(Decimal::whole(100));
        self.at += 1;
        if !minor.is_whole() {
            let fault = Fault::new(
                self.since(start),
                "an amount has at most two digits after its point",
            );
            return Err(fault.help(format!("write {} 12.50", currency.code())));
        }
        Ok(Money {
            minor: minor.rounded(),
            currency,
        })
    }

    fn list(&mut self) -> Result<Vec<Syntax>, Fault> {
        if !self.take("[") {
            return Err(self.unexpected("a list like [a, b]"));
        }
        let start = self.span().start;
        let entries = self.entries("]")?;
        if entries.is_empty() {
            let fault = Fault::new(self.since(start), "nothing is in an empty list");
            return Err(fault.help("write what it should be one of: [a, b]"));
        }
        Ok(entries)
    }

    /// Parts with commas between them, up to `end`.
    fn entries(&mut self, end: &'static str) -> Result<Vec<Syntax>, Fault> {
        let mut parts = Vec::new();
        while !self.take(end) {
            if !parts.is_empty() {
                self.expect_one_of([",", end])?;
            }
            if parts.len() == ENTRIES_MAX {
                let what = format!("more than {ENTRIES_MAX} entries");
                return Err(Fault::new(self.span(), what));
            }
            parts.push(self.expression(CHOICE)?);
        }
        Ok(parts)
    }

    /// The operator that stands here, how tight it binds, and how many tokens it has.
    fn infix(&self) -> Option<(Infix, Power, usize)> {
        let binary = |binary, power| Some((Infix::Binary(binary), power, 1));
        match (self.written(0)?, self.written(1)) {
            ("or", Some("else")) => Some((Infix::Binary(Binary::OrElse), OR_ELSE, 2)),
            ("or", _) => binary(Binary::Or, OR),
            ("and", _) => binary(Binary::And, AND),
            ("not", Some("in")) => Some((Infix::NotIn, COMPARISON, 2)),
            ("in", _) => Some((Infix::In, COMPARISON, 1)),
            ("==", _) => binary(Binary::Equal, COMPARISON),
            ("!=", _) => binary(Binary::NotEqual, COMPARISON),
            ("<", _) => binary(Binary::Less, COMPARISON),
            ("<=", _) => binary(Binary::AtMost, COMPARISON),
            (">", _) => binary(Binary::More, COMPARISON),
            (">=", _) => binary(Binary::AtLeast, COMPARISON),
            ("+", _) => binary(Binary::Plus, SUM),
            ("-", _) => binary(Binary::Minus, SUM),
            ("*", _) => binary(Binary::Times, PRODUCT),
            ("/", _) => binary(Binary::Over, PRODUCT),
            _ => None,
        }
    }

    /// The word or sign so many tokens ahead.
    fn written(&self, ahead: usize) -> Option<&str> {
        match &self.tokens.get(self.at + ahead)?.kind {
            TokenKind::Word(word) => Some(word),
            TokenKind::Sign(sign) => Some(sign),
            TokenKind::Value(_) | TokenKind::Local(_) => None,
        }
    }

    fn take(&mut self, written: &str) -> bool {
        let found = self.written(0) == Some(written);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, written: &str) -> Result<(), Fault> {
        if self.take(written) {
            return Ok(());
        }
        Err(self.unexpected(&format!("`{written}`")))
    }

    /// Takes the first of two signs; the second may stand here too and is left.
    fn expect_one_of(&mut self, [first, second]: [&str; 2]) -> Result<(), Fault> {
        if self.take(first) {
            return Ok(());
        }
        Err(self.unexpected(&format!("`{first}` or `{second}`")))
    }

    fn unexpected(&self, expected: &str) -> Fault {
        let what = match self.tokens.get(self.at) {
            None if self.tokens.is_empty() => "an expression is missing",
            None => "the expression ends too early",
            Some(_) => "this does not fit here",
        };
        Fault::new(self.span(), what).label(format!("expected {expected}"))
    }

    /// Where the next token stands, or the end.
    fn span(&self) -> Span {
        let next = self.tokens.get(self.at);
        next.map_or(Span::between(self.end, self.end), |token| token.span)
    }

    /// From `start` to the end of the last token.
    fn since(&self, start: usize) -> Span {
        let last = self.at.checked_sub(1).and_then(|at| self.tokens.get(at));
        Span::between(start, last.map_or(start, |token| token.span.end()))
    }

    fn form(&self, start: usize, form: Form) -> Result<Syntax, Fault> {
        Syntax::new(self.since(start), form)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A tree with all its brackets.
    fn shown(syntax: &Syntax) -> String {
        let all = |parts: &[Syntax]| parts.iter().map(shown).collect::<Vec<_>>().join(", ");
        match &syntax.form {
            Form::Value(value) => value.to_string(),
            Form::Local(moment) => moment.to_string(),
            Form::Name(name) => name.clone(),
            Form::Unary(unary, part) => format!("({unary:?} {})", shown(part)),
            Form::Binary(binary, parts) => {
                let [left, right] = &**parts;
                format!("({} {} {})", shown(left), binary.written(), shown(right))
            }
            Form::In(part, parts) => format!("({} in [{}])", shown(part), all(parts)),
            Form::Choice(parts) => {
                let [condition, yes, no] = &**parts;
                format!("({} ? {} : {})", shown(condition), shown(yes), shown(no))
            }
            Form::Call(_, name, parts) => format!("{name}({})", all(parts)),
        }
    }

    #[test]
    fn operators_bind_as_people_read_them() {
        let table = [
            ("a or b and not c", "(a or (b and (Not c)))"),
            ("not a == b and c", "((Not (a == b)) and c)"),
            ("1 + 2 * 3 - 4", "((1 + (2 * 3)) - 4)"),
            ("-a * b", "((Negative a) * b)"),
            ("x / y or else 0 > 5", "(((x / y) or else 0) > 5)"),
            ("a > b or else c + 1", "(a > (b or else (c + 1)))"),
            ("known a and a in [1, 2]", "((Known a) and (a in [1, 2]))"),
            (
                "unknown a or a not in ['x']",
                "((Not (Known a)) or (Not (a in [x])))",
            ),
            ("a ? b : c ? d : e", "(a ? b : (c ? d : e))"),
            ("(a ? 1 : 2) + 3", "((a ? 1 : 2) + 3)"),
            (
                "min(a, CNY 12.5) < -CNY 3",
                "(min(a, CNY 12.50) < (Negative CNY 3.00))",
            ),
        ];
        for (text, expected) in table {
            let syntax = parse(text, Style::Plain).unwrap();
            assert_eq!(shown(&syntax), expected, "{text}");
            assert_eq!(syntax.span, Span::between(0, text.len()), "{text}");
        }
    }

    #[test]
    fn what_does_not_fit_says_what_would() {
        let table = [
            (
                "",
                0,
                "an expression is missing|expected a value, a name or `(`",
            ),
            (
                "a and ",
                5,
                "the expression ends too early|expected a value, a name or `(`",
            ),
            ("(a", 2, "the expression ends too early|expected `)`"),
            (
                "a b",
                2,
                "this does not fit here|expected an operator like `and` or `==`, or the end",
            ),
            ("a < b < c", 6, "a comparison cannot be compared again|"),
            (
                "a in 3",
                5,
                "this does not fit here|expected a list like [a, b]",
            ),
            ("a in []", 6, "nothing is in an empty list|"),
            ("f(a b)", 4, "this does not fit here|expected `,` or `)`"),
            ("CNY > 5", 0, "CNY stands here without an amount|"),
            (
                "CNY 1.234",
                0,
                "an amount has at most two digits after its point|",
            ),
            ("a ? b", 5, "the expression ends too early|expected `:`"),
        ];
        for (text, start, expected) in table {
            let fault = parse(text, Style::Plain).unwrap_err();
            let said = format!("{}|{}", fault.what, fault.label);
            assert_eq!(
                (said.as_str(), fault.span.start),
                (expected, start),
                "{text}"
            );
        }
    }

    #[test]
    fn deep_and_long_texts_are_refused() {
        for text in [
            "(".repeat(900),
            "not ".repeat(400),
            "a+".repeat(900),
            "a?a:".repeat(400),
        ] {
            let fault = parse(&text, Style::Plain).unwrap_err();
            assert!(fault.what.contains("too deep"), "{fault:?}");
        }
        let chain = vec!["a"; 64].join(" or ");
        assert!(parse(&chain, Style::Plain).is_ok());
        let long = "a".repeat(3000);
        assert!(parse(&long, Style::Plain).is_err());
    }

    proptest::proptest! {
        #[test]
        fn no_text_breaks_the_parser(text in "\\PC{0,80}") {
            let _ = parse(&text, Style::Plain);
            let _ = parse(&text, Style::Dashed);
        }

        #[test]
        fn no_words_break_the_parser(words in proptest::collection::vec(proptest::sample::select(&WORDS[..]), 0..30)) {
            let text = words.join(" ");
            if let Err(fault) = parse(&text, Style::Plain) {
                assert!(fault.span.end() <= text.len());
            }
        }
    }

    const WORDS: [&str; 27] = [
        "a",
        "b.c",
        "1",
        "2.5",
        "5s",
        "08:30",
        "2026-05-01",
        "'x'",
        "CNY",
        "and",
        "or",
        "else",
        "not",
        "in",
        "known",
        "unknown",
        "true",
        "(",
        ")",
        "[",
        "]",
        ",",
        "?",
        ":",
        "-",
        "==",
        "<",
    ];
}
