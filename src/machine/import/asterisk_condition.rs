//! Conditions of an Asterisk dialplan, as far as they compare what was read or who calls with words.

use crate::machine::import::asterisk_table::Table;

/// A condition as dialplans write it; none if it says more than this.
#[must_use]
pub fn condition(table: &Table, written: &str) -> Option<String> {
    let bare = written.trim().strip_prefix("$[")?.strip_suffix(']')?;
    let (left, sign, right) = ["!=", "==", "="].into_iter().find_map(|sign| {
        let (left, right) = bare.split_once(sign)?;
        Some((plain(left), sign, plain(right)))
    })?;
    let (name, word) = match (named(left), named(right)) {
        (Some(name), None) => (name, right),
        (None, Some(name)) => (name, left),
        _ => return None,
    };
    if !word.chars().all(char::is_alphanumeric) {
        return None;
    }
    let equal = sign != "!=";
    if matches!(name, "CALLERID(num)" | "CALLERID(number)") {
        if word.is_empty() {
            let known = if equal { "unknown" } else { "known" };
            return Some(format!("{known} caller.number"));
        }
        let holds = format!("known caller.number and ends(caller.number, '{word}')");
        return Some(if equal {
            holds
        } else {
            format!("not ({holds})")
        });
    }
    let is_read = table.contexts.values().any(|context| {
        let mut all = context.extensions.iter().flat_map(|(_, list)| list);
        all.any(|one| one.app == "read" && one.arguments.first().is_some_and(|read| read == name))
    });
    let name = variable(name).filter(|_| is_read)?;
    if word.is_empty() {
        let known = if equal { "unknown" } else { "known" };
        return Some(format!("{known} vars.{name}"));
    }
    Some(if equal {
        format!("known vars.{name} and vars.{name} == '{word}'")
    } else {
        format!("unknown vars.{name} or vars.{name} != '{word}'")
    })
}

/// A variable's name as dialplans write it.
#[must_use]
pub fn variable(name: &str) -> Option<String> {
    let name = name.trim().to_lowercase();
    let fits = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && name.len() <= 60;
    fits.then_some(name)
}

/// Without spaces and quotes around.
fn plain(side: &str) -> &str {
    side.trim().trim_matches('"').trim()
}

/// The name in `${NAME}`.
fn named(side: &str) -> Option<&str> {
    side.strip_prefix("${")?.strip_suffix('}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::import::report::Report;

    #[test]
    fn what_was_read_and_who_calls_are_compared_with_words() {
        let text = "[in]\nexten => 1,1,Read(CHOICE,menu,1)\n";
        let table = Table::read("e.conf", text, &mut Report::default());
        for (written, expected) in [
            (
                "$[\"${CHOICE}\" = \"1\"]",
                Some("known vars.choice and vars.choice == '1'"),
            ),
            (
                "$[${CHOICE} != 2]",
                Some("unknown vars.choice or vars.choice != '2'"),
            ),
            ("$[\"${CHOICE}\" = \"\"]", Some("unknown vars.choice")),
            (
                "$[\"${CALLERID(num)}\" = \"5550001\"]",
                Some("known caller.number and ends(caller.number, '5550001')"),
            ),
            ("$[${OTHER} = 1]", None),
            ("$[${CHOICE} > 1]", None),
            ("$[${CHOICE} = 1 & ${OTHER} = 2]", None),
            ("${CHOICE}", None),
        ] {
            assert_eq!(condition(&table, written).as_deref(), expected, "{written}");
        }
    }
}
