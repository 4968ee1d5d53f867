//! A dialplan in the making: steps by name, as other systems' files ask for them.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::machine::import::hours::Hours;

/// A dialplan in the making. Its first step is where calls begin.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Draft {
    /// Its name.
    pub flow: String,
    /// Numbers and patterns that it answers.
    pub dids: Vec<String>,
    /// Its steps.
    pub steps: Vec<DraftStep>,
}

/// A step.
#[derive(Clone, Debug, PartialEq)]
pub struct DraftStep {
    /// Its name.
    pub name: String,
    /// Where it came from, for a comment: `extensions.conf:12`.
    pub from: String,
    /// What it does.
    pub verb: DraftVerb,
}

/// What a step does. Names are of steps.
#[derive(Clone, Debug, PartialEq)]
pub enum DraftVerb {
    /// Says and goes on; without words it just goes on.
    Say {
        /// The words; may be empty.
        text: String,
        /// Where to.
        goto: String,
    },
    /// Offers keys.
    Menu(DraftMenu),
    /// Takes digits.
    Collect {
        /// The words.
        text: String,
        /// How many.
        digits: u32,
        /// How long to wait, in seconds.
        key_timeout_s: u32,
        /// How often it is said again.
        retries: u32,
        /// The variable that keeps them; may be empty.
        into: String,
        /// All are there.
        ok: String,
        /// None came.
        no_input: String,
    },
    /// Asks a condition.
    Branch {
        /// The condition, as dialplans write it.
        condition: String,
        /// Where to if it holds.
        yes: String,
        /// Where to else.
        no: String,
    },
    /// Asks the calendar.
    Time {
        /// When it is open.
        hours: Hours,
        /// Where then.
        open: String,
        /// Where else.
        closed: String,
    },
    /// Waits for a seat.
    Queue {
        /// Said before; may be empty.
        text: String,
        /// The queue.
        queue: String,
        /// Where to if that is over or impossible.
        after: String,
    },
    /// Ends.
    Hangup {
        /// Said before; may be empty.
        text: String,
    },
}

/// Keys.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DraftMenu {
    /// The words.
    pub text: String,
    /// Where each leads.
    pub keys: BTreeMap<char, String>,
    /// How long to wait, in seconds.
    pub key_timeout_s: u32,
    /// How often it is said again.
    pub retries: u32,
    /// After the last silence.
    pub no_input: String,
    /// After the last wrong key.
    pub invalid: String,
}

/// The step that ends a call where nothing else is said.
pub const END: &str = "end";

impl DraftVerb {
    /// Where it leads.
    #[must_use]
    pub fn ways(&self) -> Vec<&String> {
        match self {
            Self::Menu(menu) => {
                let keys = menu.keys.values();
                keys.chain([&menu.no_input, &menu.invalid]).collect()
            }
            Self::Collect { ok, no_input, .. } => vec![ok, no_input],
            Self::Say { .. }
            | Self::Branch { .. }
            | Self::Time { .. }
            | Self::Queue { .. }
            | Self::Hangup { .. } => self.alone(),
        }
    }

    /// Where it leads with nobody doing anything.
    #[must_use]
    pub fn alone(&self) -> Vec<&String> {
        match self {
            Self::Say { goto, .. } => vec![goto],
            Self::Menu(menu) => vec![&menu.no_input],
            Self::Collect { no_input, .. } => vec![no_input],
            Self::Branch { yes, no, .. } => vec![yes, no],
            Self::Time { open, closed, .. } => vec![open, closed],
            Self::Queue { after, .. } => vec![after],
            Self::Hangup { .. } => Vec::new(),
        }
    }

    /// Leads to `to` wherever it led to `from`.
    pub fn rename(&mut self, from: &str, to: &str) {
        self.redirect(from, to);
        let all: Vec<&mut String> = match self {
            Self::Menu(menu) => {
                let keys = menu.keys.values_mut();
                keys.chain([&mut menu.invalid]).collect()
            }
            Self::Collect { ok, .. } => vec![ok],
            Self::Say { .. }
            | Self::Branch { .. }
            | Self::Time { .. }
            | Self::Queue { .. }
            | Self::Hangup { .. } => Vec::new(),
        };
        for name in all {
            if name == from {
                to.clone_into(name);
            }
        }
    }

    /// Leads elsewhere instead, where it leads with nobody doing anything.
    fn redirect(&mut self, from: &str, to: &str) {
        let all: Vec<&mut String> = match self {
            Self::Say { goto, .. } => vec![goto],
            Self::Menu(menu) => vec![&mut menu.no_input],
            Self::Collect { no_input, .. } => vec![no_input],
            Self::Branch { yes, no, .. } => vec![yes, no],
            Self::Time { open, closed, .. } => vec![open, closed],
            Self::Queue { after, .. } => vec![after],
            Self::Hangup { .. } => Vec::new(),
        };
        for name in all {
            if name == from {
                to.clone_into(name);
            }
        }
    }
}

impl Draft {
    /// The part of `steps` that a call can come to from `first`, in the order in which it does.
    #[must_use]
    pub fn from_first(flow: &str, first: &str, steps: &BTreeMap<String, DraftStep>) -> Self {
        let mut draft = Self {
            flow: flow.to_owned(),
            ..Self::default()
        };
        let mut seen = BTreeSet::new();
        let mut next = std::collections::VecDeque::from([first.to_owned()]);
        while let Some(name) = next.pop_front() {
            if let Some(step) = steps.get(&name).filter(|_| seen.insert(name)) {
                next.extend(step.verb.ways().into_iter().cloned());
                draft.steps.push(step.clone());
            }
        }
        draft
    }

    /// Breaks circles that a call could turn in with nobody doing anything: the way that closes one
    /// leads to the end. Answers the steps whose ways were changed, with where they led.
    pub fn break_circles(&mut self) -> Vec<(String, String)> {
        let mut changed = Vec::new();
        while let Some((at, to)) = self.circle() {
            let Some(step) = self.steps.get_mut(at) else {
                break;
            };
            step.verb.redirect(&to, END);
            changed.push((step.name.clone(), to));
        }
        let ends = self.steps.iter().any(|step| step.name == END);
        let used = self
            .steps
            .iter()
            .any(|step| step.verb.ways().into_iter().any(|to| to == END));
        if used && !ends {
            self.steps.push(DraftStep {
                name: END.to_owned(),
                from: String::new(),
                verb: DraftVerb::Hangup {
                    text: String::new(),
                },
            });
        }
        changed
    }

    /// A way that closes a circle: the step's place and where the way leads.
    fn circle(&self) -> Option<(usize, String)> {
        let places: BTreeMap<&String, usize> =
            self.steps.iter().map(|step| &step.name).zip(0..).collect();
        let mut done = BTreeSet::new();
        for start in 0..self.steps.len() {
            let mut path: Vec<(usize, Vec<&String>)> = Vec::new();
            path.push((start, self.alone(start)));
            while let Some((at, ways)) = path.last_mut() {
                let at = *at;
                let Some(to) = ways.pop() else {
                    done.insert(at);
                    path.pop();
                    continue;
                };
                let Some(place) = places.get(to).copied() else {
                    continue;
                };
                if path.iter().any(|(step, _)| *step == place) {
                    return Some((at, to.clone()));
                }
                if !done.contains(&place) {
                    path.push((place, self.alone(place)));
                }
            }
        }
        None
    }

    fn alone(&self, at: usize) -> Vec<&String> {
        self.steps
            .get(at)
            .map_or_else(Vec::new, |step| step.verb.alone())
    }
}

/// A name that dialplans take: letters, digits, `.`, `_` and `-`.
#[must_use]
pub fn name(parts: &[&str]) -> String {
    let parts = parts.iter().filter(|part| !part.is_empty());
    let joined = parts.copied().collect::<Vec<_>>().join(".");
    let signs = joined.chars().map(|c| match c {
        '*' => 's',
        '#' => 'p',
        c if c.is_alphanumeric() || matches!(c, '.' | '_' | '-') => c,
        _ => '_',
    });
    let signs: String = signs.take(60).collect();
    let parts = signs.split('.').map(|part| part.trim_matches('_'));
    let name = parts
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(".");
    if name.is_empty() {
        "step".to_owned()
    } else {
        name
    }
}

/// The name of a sound as words that stand in for what it says: `custom/main-menu.wav` is
/// "Main menu.".
#[must_use]
pub fn words_of_sound(sound: &str) -> String {
    let file = sound.trim().rsplit('/').next().unwrap_or_default();
    let bare = file.rsplit_once('.').map_or(file, |(name, _)| name);
    let words: Vec<&str> = bare
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let mut signs = words.join(" ");
    if let Some(first) = signs.get(..1).map(str::to_uppercase) {
        signs.replace_range(..1, &first);
    }
    if signs.is_empty() {
        String::new()
    } else {
        format!("{signs}.")
    }
}

/// Words for a step that must say something.
#[must_use]
pub fn or_please(words: String) -> String {
    if words.is_empty() {
        "Please press a key.".to_owned()
    } else {
        words
    }
}

/// Seconds, at least one and at most a minute.
#[must_use]
pub fn whole_seconds(seconds: f64) -> u32 {
    let seconds = seconds.round().clamp(1.0, 60.0);
    (1..=60)
        .find(|whole| f64::from(*whole) >= seconds)
        .unwrap_or(60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_sounds_stand_in_for_their_words() {
        for (sound, words) in [
            ("custom/main-menu.wav", "Main menu."),
            ("vm-goodbye", "Vm goodbye."),
            ("欢迎", "欢迎."),
            ("", ""),
        ] {
            assert_eq!(words_of_sound(sound), words);
        }
        assert_eq!(name(&["ivr main", "*"]), "ivr_main.s");
    }

    #[test]
    fn circles_without_a_caller_are_led_to_an_end() {
        let say = |name: &str, goto: &str| DraftStep {
            name: name.to_owned(),
            from: String::new(),
            verb: DraftVerb::Say {
                text: "x".to_owned(),
                goto: goto.to_owned(),
            },
        };
        let mut draft = Draft {
            steps: vec![say("a", "b"), say("b", "c"), say("c", "a")],
            ..Draft::default()
        };
        assert_eq!(draft.break_circles(), [("c".to_owned(), "a".to_owned())]);
        assert_eq!(draft.steps.len(), 4);
        assert!(draft.circle().is_none());
    }
}
