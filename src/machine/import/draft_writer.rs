//! A draft as the file that an admin goes on with.

use std::collections::BTreeSet;
use std::fmt::Write;

use crate::machine::import::draft::Draft;
use crate::machine::import::draft::DraftMenu;
use crate::machine::import::draft::DraftStep;
use crate::machine::import::draft::DraftVerb;
use crate::machine::import::hours::WEEKDAYS;
use crate::vocabulary::language::Language;

/// The text of a dialplan in this language.
#[must_use]
pub fn written(draft: &Draft, language: Language) -> String {
    let mut writer = Writer {
        text: String::new(),
    };
    writer.put(format_args!("version: 1"));
    writer.put(format_args!("flow: {}", draft.flow));
    let dids: Vec<String> = draft.dids.iter().map(|did| quoted(did)).collect();
    writer.put(format_args!("entry: {{ did: [{}] }}", dids.join(", ")));
    writer.put(format_args!("languages: [{language}]"));
    writer.variables(draft);
    writer.hours(draft);
    writer.put(format_args!("steps:"));
    for (at, step) in draft.steps.iter().enumerate() {
        if at > 0 {
            writer.text.push('\n');
        }
        writer.step(step);
    }
    writer.text
}

struct Writer {
    text: String,
}

impl Writer {
    fn put(&mut self, line: std::fmt::Arguments<'_>) {
        // Writing to a String cannot fail.
        let _never = self.text.write_fmt(line);
        self.text.push('\n');
    }

    /// What digits are kept in.
    fn variables(&mut self, draft: &Draft) {
        let kept = draft.steps.iter().filter_map(|step| match &step.verb {
            DraftVerb::Collect { into, .. } if !into.is_empty() => Some(into.as_str()),
            DraftVerb::Collect { .. }
            | DraftVerb::Say { .. }
            | DraftVerb::Menu(_)
            | DraftVerb::Branch { .. }
            | DraftVerb::Time { .. }
            | DraftVerb::Queue { .. }
            | DraftVerb::Hangup { .. } => None,
        });
        let kept: BTreeSet<&str> = kept.collect();
        if !kept.is_empty() {
            let kept: Vec<String> = kept.iter().map(|name| format!("{name}: code")).collect();
            self.put(format_args!("vars: {{ {} }}", kept.join(", ")));
        }
    }

    /// Opening hours, by the names of the steps that ask for them.
    fn hours(&mut self, draft: &Draft) {
        let mut head = Some("hours:");
        for step in &draft.steps {
            let DraftVerb::Time { hours, .. } = &step.verb else {
                continue;
            };
            if let Some(head) = head.take() {
                self.put(format_args!("{head}"));
            }
            let clock = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
            let times = hours.times.iter();
            let times = times.map(|(from, to)| format!("{}-{}", clock(*from), clock(*to)));
            let mut times = times.collect::<Vec<_>>().join(", ");
            if times.is_empty() {
                "00:00-24:00".clone_into(&mut times);
            }
            let days: Vec<String> = runs(&hours.weekdays)
                .into_iter()
                .map(|days| format!("{days}: \"{times}\""))
                .collect();
            self.put(format_args!(
                "  {}: {{ week: {{ {} }} }}",
                step.name,
                days.join(", ")
            ));
        }
    }

    fn step(&mut self, step: &DraftStep) {
        let from = if step.from.is_empty() {
            String::new()
        } else {
            format!("  # {}", step.from)
        };
        self.put(format_args!("  {}:{from}", step.name));
        match &step.verb {
            DraftVerb::Say { text, goto } => {
                self.say("say", text);
                self.put(format_args!("    goto: {goto}"));
            }
            DraftVerb::Menu(menu) => self.menu(menu),
            DraftVerb::Collect {
                text,
                digits,
                key_timeout_s,
                retries,
                into,
                ok,
                no_input,
            } => {
                self.say("collect", text);
                self.put(format_args!("    digits: {digits}"));
                self.put(format_args!("    key_timeout: {key_timeout_s}s"));
                self.put(format_args!("    retries: {retries}"));
                if !into.is_empty() {
                    self.put(format_args!("    into: {into}"));
                }
                self.put(format_args!(
                    "    goto: {{ ok: {ok}, none: {no_input}, no_input: {no_input} }}"
                ));
            }
            DraftVerb::Branch { condition, yes, no } => {
                self.put(format_args!("    branch:"));
                self.put(format_args!(
                    "      - {{ if: {}, goto: {yes} }}",
                    quoted(condition)
                ));
                self.put(format_args!("    else: {no}"));
            }
            DraftVerb::Time {
                hours,
                open,
                closed,
            } => {
                self.put(format_args!("    time: {}  # {}", step.name, hours.told()));
                self.put(format_args!(
                    "    goto: {{ open: {open}, closed: {closed} }}"
                ));
            }
            DraftVerb::Queue { text, queue, after } => {
                self.say("say", text);
                self.put(format_args!("    queue: {queue}"));
                self.put(format_args!("    goto: {{ full: {after}, left: {after} }}"));
            }
            DraftVerb::Hangup { text } => {
                self.say("say", text);
                self.put(format_args!("    hangup: normal"));
            }
        }
    }

    fn say(&mut self, key: &str, text: &str) {
        if !text.is_empty() {
            self.put(format_args!("    {key}: {}", quoted(text)));
        }
    }

    fn menu(&mut self, menu: &DraftMenu) {
        self.say("menu", &menu.text);
        self.put(format_args!("    keys:"));
        for (key, to) in &menu.keys {
            self.put(format_args!("      \"{key}\": {to}"));
        }
        self.put(format_args!("    key_timeout: {}s", menu.key_timeout_s));
        self.put(format_args!("    retries: {}", menu.retries));
        let invalid = if menu.invalid == menu.no_input {
            String::new()
        } else {
            format!(", invalid: {}", menu.invalid)
        };
        self.put(format_args!(
            "    goto: {{ no_input: {}{invalid} }}",
            menu.no_input
        ));
    }
}

/// Days of the week as files name them: `mon-fri`, `sun`, `daily`.
fn runs(days: &BTreeSet<u8>) -> Vec<String> {
    if days.is_empty() || days.len() == WEEKDAYS.len() {
        return vec!["daily".to_owned()];
    }
    let mut runs: Vec<(&str, &str, u8)> = Vec::new();
    for (day, name) in (1..).zip(WEEKDAYS).filter(|(day, _)| days.contains(day)) {
        match runs.last_mut() {
            Some((_, last, before)) if *before + 1 == day => (*last, *before) = (name, day),
            _ => runs.push((name, name, day)),
        }
    }
    let run = |(first, last, _): (&str, &str, u8)| {
        if first == last {
            first.to_owned()
        } else {
            format!("{first}-{last}")
        }
    };
    runs.into_iter().map(run).collect()
}

/// A text in quotes, on one line, without slots.
fn quoted(text: &str) -> String {
    let plain: String = text.chars().filter(|c| !c.is_control()).collect();
    let plain = plain.replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{}\"", plain.replace("{{", "{ {"))
}
