//! What was expected against what happened, with the place of what was expected.

use crate::machine::ivr::testing::case::Case;
use crate::machine::ivr::testing::case::Outcome;
use crate::machine::ivr::testing::case::Written;
use crate::machine::ivr::testing::playing::Played;
use crate::vocabulary::fault::Fault;
use crate::vocabulary::fault::Span;

/// Most words that a message repeats, the last ones.
const WORDS_TOLD: usize = 6;
/// Most steps that a message repeats, the last ones.
const STEPS_TOLD: usize = 30;

/// What is not as expected; nothing if all is.
#[must_use]
pub fn verdict(case: &Case, played: &Played) -> Vec<Fault> {
    let mut judge = Judge {
        case,
        played,
        faults: Vec::new(),
    };
    judge.path();
    judge.words();
    judge.ending();
    judge.faults
}

struct Judge<'j> {
    case: &'j Case,
    played: &'j Played,
    faults: Vec<Fault>,
}

impl Judge<'_> {
    fn wrong(&mut self, at: Span, label: &str, what: &str, happened: String) {
        let what = format!("test `{}`: {what}", self.case.name.text);
        let fault = Fault::new(at, what).label(label);
        self.faults.push(fault.help(happened));
    }

    fn path(&mut self) {
        let mut left = self.played.path();
        let mut before: Option<&Written> = None;
        for step in &self.case.expect.path {
            if left.any(|name| name == step.text) {
                before = Some(step);
                continue;
            }
            let after = before.map_or_else(String::new, |step| format!(" after `{}`", step.text));
            let what = format!("the call did not come to `{}`{after}", step.text);
            let label = "expected to come here";
            self.wrong(step.span, label, &what, self.way());
            return;
        }
        for step in &self.case.expect.avoids {
            if self.played.path().any(|name| name == step.text) {
                let what = format!("the call came to `{}`", step.text);
                self.wrong(step.span, "expected not to come here", &what, self.way());
            }
        }
    }

    fn words(&mut self) {
        let heard = plain(&self.played.words().collect::<Vec<_>>().join(" "));
        for words in &self.case.expect.said {
            if !holds(&heard, &words.text) {
                let what = "these words were not said";
                self.wrong(words.span, "expected to be said", what, self.heard());
            }
        }
        for words in &self.case.expect.not_said {
            if holds(&heard, &words.text) {
                let what = "these words were said";
                self.wrong(words.span, "expected not to be said", what, self.heard());
            }
        }
    }

    fn ending(&mut self) {
        let played = self.played;
        for tag in &self.case.expect.tags {
            if played.tags().all(|has| has != tag.text) {
                let has: Vec<&str> = played.tags().collect();
                let what = match has.as_slice() {
                    [] => "the contact has no tags".to_owned(),
                    has => format!("the contact has only the tags {}", has.join(", ")),
                };
                self.wrong(tag.span, "expected this tag", &what, self.way());
            }
        }
        if let Some(queue) = &self.case.expect.queue
            && played.queue.as_ref() != Some(&queue.text)
        {
            let what = match &played.queue {
                Some(other) => format!("the call waits in `{other}`, not in `{}`", queue.text),
                None => format!("the call never came to the queue `{}`", queue.text),
            };
            self.wrong(queue.span, "expected here", &what, self.way());
        }
        if let Some((outcome, at)) = self.case.expect.outcome
            && outcome != played.outcome
        {
            let what = format!("expected that {}", outcome.told());
            let label = played.outcome.told();
            self.wrong(at, label, &what, self.way());
        }
        let left = self
            .case
            .expect
            .outcome
            .is_some_and(|(one, _)| one == Outcome::Left);
        if played.unpressed > 0 && !left && self.faults.is_empty() {
            let what = "the call was over before all keys were pressed";
            let label = format!("{} left", played.unpressed);
            self.wrong(self.case.name.span, &label, what, self.way());
        }
    }

    fn way(&self) -> String {
        let path: Vec<&str> = self.played.path().collect();
        let from = path.len().saturating_sub(STEPS_TOLD);
        let dots = if from > 0 { "… → " } else { "" };
        let path = path.get(from..).unwrap_or_default().join(" → ");
        format!("it went {dots}{path}; {}", self.played.outcome.told())
    }

    fn heard(&self) -> String {
        let words: Vec<&str> = self.played.words().collect();
        let from = words.len().saturating_sub(WORDS_TOLD);
        let lines = words.get(from..).unwrap_or_default().iter();
        let lines: Vec<String> = lines.map(|line| format!("  “{line}”")).collect();
        let some = if from > 0 { "it said last" } else { "it said" };
        format!("{some}\n{}\n{}", lines.join("\n"), self.way())
    }
}

/// Whether the expected words are among those heard: case and spaces do not matter, `…` stands for
/// anything.
fn holds(heard: &str, expected: &str) -> bool {
    let mut rest = heard;
    for part in expected.replace("...", "…").split('…') {
        let part = plain(part);
        match rest.split_once(&part) {
            Some((_, after)) => rest = after,
            None => return false,
        }
    }
    true
}

/// Without spaces, in small letters, quotes and marks of one kind.
fn plain(text: &str) -> String {
    let signs = text.chars().filter(|c| !c.is_whitespace());
    let signs = signs.map(|c| if c == '\u{2019}' { '\'' } else { c });
    signs.flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_whatever_their_case_and_spaces_and_with_gaps() {
        let heard = plain("Your flight to Sanya leaves at 18:30. 您好，再见。");
        for (words, found) in [
            ("flight to sanya", true),
            ("leaves  AT", true),
            ("flight … 18:30", true),
            ("flight...18:30", true),
            ("18:30 … flight", false),
            ("您好，再见", true),
            ("Beijing", false),
        ] {
            assert_eq!(holds(&heard, words), found, "{words}");
        }
    }
}
