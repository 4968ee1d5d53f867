//! What a service of HTTP tells a call to do, in JSON.
//!
//! ```text
//! {"do": [{"say": "One moment."}, {"set": {"points": 12}},
//!         {"collect": {"say": "Your card number.", "digits": 4}}]}
//! {"do": [{"menu": {"say": "For a refund, press 1.", "keys": ["1", "2"]}}]}
//! {"do": [{"say": "Done."}, {"goto": "refund"}]}   or {"queue": "desk"}   or {"hangup": true}
//! ```

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

/// Most things that one answer tells.
pub const DEEDS_MAX: usize = 20;
/// Longest text of one, in characters.
pub const TEXT_MAX: usize = 1_000;
/// Most digits that are taken at once.
pub const DIGITS_MAX: usize = 20;

/// One thing to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Deed {
    /// Say this.
    Say(String),
    /// Keep these values.
    Set(BTreeMap<String, Value>),
    /// Take keys, and ask the service again with them.
    Take(Take),
    /// Go this way of the step.
    Goto(String),
    /// Wait for a seat in this queue.
    Queue(String),
    /// End the call.
    HangUp,
}

impl Deed {
    /// Whether nothing may follow it.
    const fn is_last(&self) -> bool {
        match self {
            Self::Say(_) | Self::Set(_) => false,
            Self::Take(_) | Self::Goto(_) | Self::Queue(_) | Self::HangUp => true,
        }
    }
}

/// Keys to be taken.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Take {
    /// Said first.
    pub say: String,
    /// The fewest keys.
    pub least: usize,
    /// The most keys: they end by themselves.
    pub most: usize,
    /// One of these alone; none: any digits.
    pub keys: Option<Vec<char>>,
}

/// Why an answer cannot be followed.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ServiceError {
    /// No JSON, or not of this form.
    #[error("the answer cannot be read: {0}")]
    Form(String),
    /// Something in it goes too far.
    #[error("deed {place}: {what}")]
    Deed {
        /// Its place, from 1.
        place: usize,
        /// What is wrong.
        what: &'static str,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Answer {
    r#do: Vec<Written>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
enum Written {
    Say(String),
    Set(BTreeMap<String, Value>),
    Collect(Collect),
    Menu(Menu),
    Goto(String),
    Queue(String),
    Hangup(bool),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Collect {
    say: String,
    digits: Option<usize>,
    least: Option<usize>,
    most: Option<usize>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Menu {
    say: String,
    keys: Vec<String>,
}

/// What an answer tells to do.
///
/// # Errors
///
/// [`ServiceError`]: nothing of it is done.
pub fn decode(body: &str) -> Result<Vec<Deed>, ServiceError> {
    let answer: Answer =
        serde_json::from_str(body).map_err(|error| ServiceError::Form(error.to_string()))?;
    let count = answer.r#do.len();
    let mut deeds = Vec::with_capacity(count.min(DEEDS_MAX));
    for (place, written) in (1..).zip(answer.r#do) {
        let wrong = |what| ServiceError::Deed { place, what };
        if place > DEEDS_MAX {
            return Err(wrong("one too many"));
        }
        let deed = read(written).map_err(wrong)?;
        if deed.is_last() && place < count {
            return Err(wrong(
                "nothing may follow collect, menu, goto, queue or hangup",
            ));
        }
        deeds.push(deed);
    }
    Ok(deeds)
}

fn read(written: Written) -> Result<Deed, &'static str> {
    Ok(match written {
        Written::Say(text) => Deed::Say(spoken(text)?),
        Written::Set(values) => Deed::Set(values),
        Written::Collect(collect) => Deed::Take(digits(collect)?),
        Written::Menu(menu) => Deed::Take(choice(menu)?),
        Written::Goto(way) => Deed::Goto(way),
        Written::Queue(queue) => Deed::Queue(queue),
        Written::Hangup(true) => Deed::HangUp,
        Written::Hangup(false) => return Err("hangup is true, or is not there"),
    })
}

fn spoken(text: String) -> Result<String, &'static str> {
    if text.trim().is_empty() {
        return Err("there is nothing to say");
    }
    if text.chars().count() > TEXT_MAX {
        return Err("the text is too long");
    }
    Ok(text)
}

fn digits(collect: Collect) -> Result<Take, &'static str> {
    let (least, most) = match (collect.digits, collect.least, collect.most) {
        (Some(digits), None, None) => (digits, digits),
        (None, least, Some(most)) => (least.unwrap_or(1), most),
        _ => return Err("collect needs `digits`, or `most` with or without `least`"),
    };
    if least == 0 || least > most || most > DIGITS_MAX {
        return Err("collect takes 1 to 20 digits");
    }
    Ok(Take {
        say: spoken(collect.say)?,
        least,
        most,
        keys: None,
    })
}

fn choice(menu: Menu) -> Result<Take, &'static str> {
    let key = |text: &String| match text.as_str() {
        "*" | "#" => text.chars().next(),
        digit if digit.len() == 1 => digit.chars().next().filter(char::is_ascii_digit),
        _ => None,
    };
    let keys: Option<Vec<char>> = menu.keys.iter().map(key).collect();
    let keys = keys.filter(|keys| !keys.is_empty());
    Ok(Take {
        say: spoken(menu.say)?,
        least: 1,
        most: 1,
        keys: Some(keys.ok_or("keys are 0-9, * and #, at least one")?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_a_list_of_deeds() {
        let body = r#"{"do": [{"say": "Hello."}, {"set": {"points": 12}},
                       {"collect": {"say": "Your number.", "least": 4, "most": 6}}]}"#;
        let deeds = decode(body).unwrap();
        assert_eq!(deeds[0], Deed::Say("Hello.".to_owned()));
        let take = Take {
            say: "Your number.".to_owned(),
            least: 4,
            most: 6,
            keys: None,
        };
        assert_eq!(deeds[2], Deed::Take(take));
        let menu =
            decode(r##"{"do": [{"menu": {"say": "Choose.", "keys": ["1", "#"]}}]}"##).unwrap();
        assert!(matches!(&menu[0], Deed::Take(take) if take.keys == Some(vec!['1', '#'])));
        assert_eq!(
            decode(r#"{"do": [{"hangup": true}]}"#).unwrap(),
            [Deed::HangUp]
        );
        assert_eq!(decode(r#"{"do": []}"#).unwrap(), []);
    }

    #[test]
    fn an_answer_that_goes_too_far_is_refused_as_a_whole() {
        let long = format!(r#"{{"do": [{{"say": "{}"}}]}}"#, "x".repeat(TEXT_MAX + 1));
        let many = format!(
            r#"{{"do": [{}]}}"#,
            vec![r#"{"say": "x"}"#; DEEDS_MAX + 1].join(",")
        );
        let table = [
            ("", "cannot be read"),
            ("[]", "cannot be read"),
            (r#"{"do": [{"sing": "la"}]}"#, "unknown variant `sing`"),
            (
                r#"{"do": [{"say": " "}]}"#,
                "deed 1: there is nothing to say",
            ),
            (
                r#"{"do": [{"goto": "a"}, {"say": "x"}]}"#,
                "deed 1: nothing may follow",
            ),
            (
                r#"{"do": [{"collect": {"say": "x", "digits": 99}}]}"#,
                "1 to 20",
            ),
            (r#"{"do": [{"collect": {"say": "x"}}]}"#, "collect needs"),
            (
                r#"{"do": [{"menu": {"say": "x", "keys": ["12"]}}]}"#,
                "keys are",
            ),
            (r#"{"do": [{"hangup": false}]}"#, "hangup is true"),
            (&long, "too long"),
            (&many, "deed 21: one too many"),
        ];
        for (body, why) in table {
            let error = decode(body).unwrap_err().to_string();
            assert!(error.contains(why), "{body}: {error}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_answer_panics(body in "\\PC{0,200}") {
            let _ = decode(&body);
        }
    }
}
