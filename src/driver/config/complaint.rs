//! What the reader of TOML says of a value, in words for administrators.

use crate::machine::catalog_fault::CatalogError;
use crate::machine::catalog_fault::CatalogFault;
use crate::vocabulary::fault::Fault;
use crate::vocabulary::fault::Span;

/// Longest value that is shown, in characters.
const SHOWN_MAX: usize = 40;

/// What is wrong with a text that is refused. serde names the unknown key first and then the known ones, all in back quotes.
#[must_use]
pub fn of(text: &str, error: &toml::de::Error) -> Fault {
    let at = error
        .span()
        .map_or(Span::default(), |at| Span::between(at.start, at.end));
    let message = error.message();
    let mut names = message.split('`').skip(1).step_by(2);
    let unknown = [("unknown field", "key"), ("unknown variant", "value")];
    let unknown = unknown
        .into_iter()
        .find(|(said, _)| message.starts_with(said));
    if let Some((_, kind)) = unknown {
        let wrong = names.next().unwrap_or_default();
        let fault = Fault::new(at, format!("unknown {kind} `{wrong}`"));
        return fault.nearest(wrong, names);
    }
    if let Some(what) = of_type(text, at, message) {
        return Fault::new(at, what);
    }
    let shown = text.get(at.start..at.end()).unwrap_or_default();
    let label = if shown.is_empty() { "" } else { "here" };
    Fault::new(at, lower_first(message)).label(label)
}

fn lower_first(text: &str) -> String {
    let mut rest = text.chars();
    let first = rest.next().map(|c| c.to_ascii_lowercase());
    first.into_iter().chain(rest).collect()
}

/// The fault of a skill's level at that skill, if it is found below the seat's name.
#[must_use]
pub fn at_skill(text: &str, fault: &CatalogFault, told: Fault) -> Fault {
    let CatalogError::BadLevel(skill, _) = &fault.error else {
        return told;
    };
    let place = key_within(text, told.span.start, skill);
    Fault {
        span: place.unwrap_or(told.span),
        ..told
    }
}

/// What is wrong with a value of another type than its key has; none if `message` says something
/// else.
fn of_type(text: &str, at: Span, message: &str) -> Option<String> {
    let said = message.strip_prefix("invalid type: ");
    let said = said.or_else(|| message.strip_prefix("invalid value: "))?;
    let (_, expected) = said.split_once(", expected ")?;
    let key = key_before(text, at.start)?;
    let shown = text.get(at.start..at.end())?;
    let shown: String = shown.chars().take(SHOWN_MAX).collect();
    let expected = expected.trim();
    let whole = [
        "u8", "u16", "u32", "u64", "usize", "i8", "i16", "i32", "i64",
    ];
    let expected = match expected {
        number if whole.contains(&number) && key.ends_with("_s") => {
            "a number of seconds such as 15"
        }
        number if whole.contains(&number) && key.ends_with("_days") => {
            "a number of days such as 30"
        }
        number if whole.contains(&number) => "a whole number such as 15",
        "f32" | "f64" => "a number such as 0.5",
        "a boolean" => "true or false, without quotes",
        "a string" | "string" => "a text in quotes",
        "a sequence" => "a list in brackets, [ … ]",
        "a map" => "keys in braces, { … }",
        table if table.starts_with("struct ") => "keys in braces, { … }",
        other => other,
    };
    Some(format!("`{key}` is {shown}, expected {expected}"))
}

/// The key whose value stands at a byte.
fn key_before(text: &str, at: usize) -> Option<&str> {
    let before = text.get(..at)?.trim_end().strip_suffix('=')?.trim_end();
    let begin = before.rfind(['\n', '{', ',']).map_or(0, |sign| sign + 1);
    before.get(begin..).map(|key| key.trim().trim_matches('"'))
}

/// Where a key stands in the table that byte `at` is in, whatever its value.
fn key_within(text: &str, at: usize, key: &str) -> Option<Span> {
    let begin = text.get(..at)?.rfind("[[")?;
    let table = text.get(begin..)?;
    let end = table.find("\n[").unwrap_or(table.len());
    let table = table.get(..end)?;
    let found = table.match_indices(key).find(|(place, _)| {
        let before = table.get(..*place).unwrap_or_default();
        let after = table.get(place + key.len()..).unwrap_or_default();
        let after = after.trim_start_matches('"').trim_start();
        before.ends_with([' ', '{', ',', '"', '\n', '.']) && after.starts_with('=')
    });
    found.map(|(place, _)| Span {
        start: begin + place,
        length: key.len(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_found_in_its_own_table_only() {
        let text =
            "[[seat]]\nid = \"refund\"\nskills = { \"refund\" = 11 }\n[[seat]]\nid = \"2\"\n";
        let found = key_within(text, 14, "refund").map(|span| span.start);
        assert_eq!(found, text.find("refund\" ="));
        assert_eq!(key_within(text, text.len() - 2, "refund"), None);
    }

    #[test]
    fn only_complaints_about_types_are_said_anew() {
        let at = Span {
            start: 9,
            length: 2,
        };
        let text = "a = { b = -1 }";
        let at = Span {
            start: at.start + 1,
            ..at
        };
        let told = of_type(text, at, "invalid value: integer `-1`, expected u32");
        assert_eq!(
            told.as_deref(),
            Some("`b` is -1, expected a whole number such as 15")
        );
        assert_eq!(of_type(text, at, "missing field `c`"), None);
    }
}
