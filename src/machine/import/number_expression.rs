//! Regular expressions for numbers, as far as they say which numbers: as patterns of ours.

/// Most patterns that one expression stands for.
const PATTERNS_MAX: usize = 100;

/// The patterns that fit what the expression fits: `^(400800\d{4})$` is `_400800XXXX`. None if it
/// says more than that.
#[must_use]
pub fn patterns(expression: &str) -> Option<Vec<String>> {
    let mut signs = Signs {
        rest: expression.trim().chars().collect::<Vec<char>>(),
        at: 0,
    };
    let all = alternatives(&mut signs)?;
    if signs.peek().is_some() || all.len() > PATTERNS_MAX {
        return None;
    }
    let mut patterns = Vec::new();
    for places in all {
        if places.is_empty() {
            return None;
        }
        let plain = places
            .iter()
            .all(|place| place.chars().all(|c| c.is_ascii_digit()));
        let joined: String = places.concat();
        patterns.push(if plain { joined } else { format!("_{joined}") });
    }
    Some(patterns)
}

struct Signs {
    rest: Vec<char>,
    at: usize,
}

impl Signs {
    fn peek(&self) -> Option<char> {
        self.rest.get(self.at).copied()
    }

    fn take(&mut self) -> Option<char> {
        let sign = self.peek()?;
        self.at += 1;
        Some(sign)
    }

    fn take_if(&mut self, sign: char) -> bool {
        let is = self.peek() == Some(sign);
        self.at += usize::from(is);
        is
    }
}

/// Places of a number, in order: each as a pattern writes it.
type Places = Vec<String>;

/// `one|other`, up to a closing bracket or the end.
fn alternatives(signs: &mut Signs) -> Option<Vec<Places>> {
    let mut all = Vec::new();
    loop {
        all.extend(sequence(signs)?);
        if all.len() > PATTERNS_MAX {
            return None;
        }
        if !signs.take_if('|') {
            return Some(all);
        }
    }
}

fn sequence(signs: &mut Signs) -> Option<Vec<Places>> {
    let mut all: Vec<Places> = vec![Vec::new()];
    while let Some(sign) = signs.peek() {
        if matches!(sign, '|' | ')') {
            break;
        }
        let part = part(signs)?;
        let part = repeated(signs, part)?;
        let mut joined = Vec::new();
        for before in &all {
            for after in &part {
                joined.push(before.iter().chain(after).cloned().collect());
            }
        }
        if joined.len() > PATTERNS_MAX {
            return None;
        }
        all = joined;
    }
    Some(all)
}

fn part(signs: &mut Signs) -> Option<Vec<Places>> {
    let one = |place: &str| Some(vec![vec![place.to_owned()]]);
    match signs.take()? {
        // Ends are always meant; a plus does not count in our patterns.
        '^' | '$' => Some(vec![Vec::new()]),
        '\\' => match signs.take()? {
            'd' => one("X"),
            '+' => Some(vec![Vec::new()]),
            _ => None,
        },
        '(' => {
            if signs.take_if('?') && !(signs.take_if(':')) {
                return None;
            }
            let inner = alternatives(signs)?;
            signs.take_if(')').then_some(inner)
        }
        '[' => {
            let mut set = String::new();
            while let Some(sign) = signs.take() {
                match sign {
                    ']' if set == "0-9" => return one("X"),
                    ']' => return one(&format!("[{set}]")),
                    '0'..='9' | '-' => set.push(sign),
                    _ => return None,
                }
            }
            None
        }
        '.' => one("X"),
        digit @ '0'..='9' => one(&digit.to_string()),
        _ => None,
    }
}

/// `{n}`, `{n,m}`, `+`, `*` and `?` after a part.
fn repeated(signs: &mut Signs, part: Vec<Places>) -> Option<Vec<Places>> {
    match signs.peek() {
        Some('{') => {
            signs.at += 1;
            let mut range = String::new();
            while let Some(sign) = signs.take().filter(|sign| *sign != '}') {
                range.push(sign);
            }
            let (least, most) = range.split_once(',').unwrap_or((&range, &range));
            let (least, most) = (least.parse::<usize>().ok()?, most.parse::<usize>().ok()?);
            let times = |count: usize| {
                let part = part.iter();
                part.map(move |one| std::iter::repeat_n(one, count).flatten().cloned().collect())
            };
            (least <= most && most <= 32).then(|| (least..=most).flat_map(times).collect())
        }
        // No digit at all is nothing that anybody dials.
        Some('+' | '*') => {
            signs.at += 1;
            open(signs, &part)
        }
        Some('?') => {
            signs.at += 1;
            let mut all = vec![Vec::new()];
            all.extend(part.into_iter().filter(|one| !one.is_empty()));
            Some(all)
        }
        _ => Some(part),
    }
}

/// Any digits from here on: only at the end.
fn open(signs: &Signs, part: &[Places]) -> Option<Vec<Places>> {
    let rest: String = signs.rest.get(signs.at..)?.iter().collect();
    let at_end = rest.chars().all(|sign| matches!(sign, ')' | '$'));
    let any = part.len() == 1 && part.first()? == &vec!["X".to_owned()];
    if !at_end || !any {
        return None;
    }
    Some(vec![vec![".".to_owned()]])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::ivr::did::DidPattern;

    #[test]
    fn expressions_for_numbers_become_patterns() {
        for (expression, expected) in [
            ("^4008001234$", "4008001234"),
            ("^(4008001234)$", "4008001234"),
            (r"^400800\d{4}$", "_400800XXXX"),
            ("^(10[01][0-9])$", "_10[01]X"),
            (r"^\+?86(21|10)123$", "8621123 8610123"),
            (r"^9(\d+)$", "_9."),
            ("^.*$", "_."),
            ("^(5000|5001)$", "5000 5001"),
            (r"^1\d{2,3}$", "_1XX _1XXX"),
            ("^01?2$", "02 012"),
        ] {
            let found = patterns(expression).map(|all| all.join(" "));
            assert_eq!(found.as_deref(), Some(expected), "{expression}");
            for pattern in expected.split(' ') {
                DidPattern::read(pattern).unwrap();
            }
        }
        for other in ["^sip:", r"^\w+$", "^(1", "^1{99}$", "^[a-z]$", "^(?!1)2$"] {
            assert_eq!(patterns(other), None, "{other}");
        }
    }
}
