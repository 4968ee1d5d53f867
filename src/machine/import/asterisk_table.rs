//! The applications of an Asterisk dialplan, by context, extension and priority.

use std::collections::BTreeMap;

use crate::machine::import::report::Became;
use crate::machine::import::report::Report;

/// Longest file, in lines.
pub const LINES_MAX: usize = 20_000;

/// A context.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Context {
    /// Extensions in the order of the file.
    pub extensions: Vec<(String, Vec<Priority>)>,
    /// Contexts that are searched after this one.
    pub includes: Vec<String>,
}

/// An application at its place.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Priority {
    /// Its number.
    pub number: u32,
    /// Its label; may be empty.
    pub label: String,
    /// The application, in small letters.
    pub app: String,
    /// Its arguments.
    pub arguments: Vec<String>,
    /// What stands in the brackets.
    pub written: String,
    /// The line, from 1.
    pub line: usize,
}

/// A dialplan.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// Contexts by name.
    pub contexts: BTreeMap<String, Context>,
    /// Their order in the file.
    pub order: Vec<String>,
}

impl Table {
    /// Reads a file; what is no extension goes to the report.
    #[must_use]
    pub fn read(file: &str, text: &str, report: &mut Report) -> Self {
        let mut table = Self::default();
        let mut context = String::new();
        let mut extension = String::new();
        let mut globals: Vec<(String, String)> = Vec::new();
        for (at, raw) in text.lines().enumerate().take(LINES_MAX) {
            let number = at + 1;
            let line = globals
                .iter()
                .fold(uncommented(raw), |line, (name, value)| {
                    line.replace(&format!("${{{name}}}"), value)
                        .replace(&format!("${{GLOBAL({name})}}"), value)
                });
            if line.is_empty() {
                continue;
            }
            if let Some(rest) = line.strip_prefix('[') {
                context = rest.split(']').next().unwrap_or_default().to_owned();
                extension = String::new();
                if !matches!(context.as_str(), "general" | "globals") {
                    table.context(&context);
                }
                continue;
            }
            if context == "globals"
                && let Some((name, value)) = line.split_once('=')
            {
                let value = value.trim_start_matches('>').trim();
                globals.push((name.trim().to_owned(), value.to_owned()));
            }
            if matches!(context.as_str(), "general" | "globals") {
                report.note(
                    file,
                    number,
                    Became::Needless,
                    format!("a setting of [{context}]: {line}"),
                );
                continue;
            }
            if !table.entry(&context, &mut extension, (number, &line), (file, report)) {
                report.note(file, number, Became::Lost, line);
            }
        }
        table
    }

    /// Takes a line of a context; false if it is not understood.
    fn entry(
        &mut self,
        context: &str,
        extension: &mut String,
        (number, line): (usize, &str),
        (file, report): (&str, &mut Report),
    ) -> bool {
        let Some((key, value)) = line.split_once('=') else {
            return false;
        };
        let (key, value) = (key.trim(), value.trim_start_matches('>').trim());
        let written = match key {
            "exten" => value.to_owned(),
            "same" if !extension.is_empty() => format!("{extension},{value}"),
            "include" => {
                let included = value.split([',', '|']).next().unwrap_or_default();
                if value != included {
                    let what = format!("the hours of this include are left out: {line}");
                    report.note(file, number, Became::Changed, what);
                }
                let included = included.trim().to_owned();
                self.context(context).includes.push(included);
                return true;
            }
            _ => return false,
        };
        let Some((name, priority)) = extension_of(&written, number) else {
            return false;
        };
        extension.clone_from(&name);
        self.add(context, name, priority);
        true
    }

    fn context(&mut self, name: &str) -> &mut Context {
        if !self.contexts.contains_key(name) {
            self.order.push(name.to_owned());
        }
        self.contexts.entry(name.to_owned()).or_default()
    }

    fn add(&mut self, context: &str, name: String, mut priority: Priority) {
        let context = self.context(context);
        let known = context
            .extensions
            .iter()
            .position(|(known, _)| *known == name);
        let at = known.unwrap_or_else(|| {
            context.extensions.push((name, Vec::new()));
            context.extensions.len() - 1
        });
        if let Some((_, list)) = context.extensions.get_mut(at) {
            if priority.number == 0 {
                priority.number = list.last().map_or(1, |last| last.number + 1);
            }
            list.push(priority);
        }
    }

    /// The context in which an extension is found from this one: itself or one that it includes.
    #[must_use]
    pub fn home(&self, context: &str, extension: &str) -> Option<&str> {
        let mut next = vec![context];
        let mut seen = Vec::new();
        while let Some(name) = next.pop() {
            let Some((name, found)) = self.contexts.get_key_value(name) else {
                continue;
            };
            if seen.contains(&name) {
                continue;
            }
            seen.push(name);
            if found.extensions.iter().any(|(known, _)| known == extension) {
                return Some(name);
            }
            next.extend(found.includes.iter().rev().map(String::as_str));
        }
        None
    }

    /// The applications of an extension.
    #[must_use]
    pub fn priorities(&self, context: &str, extension: &str) -> &[Priority] {
        let context = self.contexts.get(context);
        let found = context.and_then(|context| {
            context
                .extensions
                .iter()
                .find(|(known, _)| known == extension)
        });
        found.map_or(&[], |(_, list)| list.as_slice())
    }

    /// The extensions that can be dialled in a context, with the context each stands in.
    #[must_use]
    pub fn dialled<'t>(&'t self, context: &'t str) -> Vec<(&'t str, &'t str)> {
        let mut all: Vec<(&str, &str)> = Vec::new();
        let (mut next, mut seen) = (vec![context], Vec::new());
        while let Some(name) = next.pop() {
            let Some(found) = self.contexts.get(name).filter(|_| !seen.contains(&name)) else {
                continue;
            };
            seen.push(name);
            for (extension, _) in &found.extensions {
                if all.iter().all(|(known, _)| known != extension) {
                    all.push((extension, name));
                }
            }
            next.extend(found.includes.iter().rev().map(String::as_str));
        }
        all
    }
}

/// A line without its comment.
fn uncommented(line: &str) -> String {
    let mut kept = String::new();
    let mut before = ' ';
    for sign in line.chars() {
        if sign == ';' && before != '\\' {
            break;
        }
        kept.push(sign);
        before = sign;
    }
    kept.replace("\\;", ";").trim().to_owned()
}

/// `name,priority(label),App(arguments)`.
fn extension_of(value: &str, line: usize) -> Option<(String, Priority)> {
    let (name, rest) = value.split_once(',')?;
    let (priority, call) = rest.split_once(',')?;
    let (number, label) = match priority.trim().split_once('(') {
        Some((number, label)) => (number.trim(), label.trim_end_matches(')').to_owned()),
        None => (priority.trim(), String::new()),
    };
    let number = match number {
        "n" => 0,
        number => number.parse().ok().filter(|number| *number > 0)?,
    };
    let call = call.trim();
    let (app, written) = match call.split_once('(') {
        Some((app, rest)) => (app, rest.strip_suffix(')').unwrap_or(rest)),
        None => call.split_once(',').unwrap_or((call, "")),
    };
    let name = name.split('/').next().unwrap_or(name).trim().to_owned();
    let priority = Priority {
        number,
        label,
        app: app.trim().to_lowercase(),
        arguments: arguments(written),
        written: written.trim().to_owned(),
        line,
    };
    Some((name, priority))
}

/// Arguments, parted by commas outside of brackets and quotes.
fn arguments(written: &str) -> Vec<String> {
    let mut all = vec![String::new()];
    let (mut depth, mut quoted) = (0_i32, false);
    for sign in written.chars() {
        match sign {
            '"' => quoted = !quoted,
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            _ => {}
        }
        if sign == ',' && depth <= 0 && !quoted {
            all.push(String::new());
        } else if let Some(last) = all.last_mut() {
            last.push(sign);
        }
    }
    all.iter().map(|one| one.trim().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn priorities_are_counted_and_comments_left_out() {
        let text = "[in]\nexten => 100,1,Answer() ; hello\n same => n(top),Background(a&b)\n\
                    same => n,GotoIf($[\"${X}\" = \"1\"]?yes:no)\ninclude => more\nswitch => x\n[more]\n\
                    exten => _1XX,5,Queue(q,t,,,60)\n";
        let mut report = Report::default();
        let table = Table::read("e.conf", text, &mut report);
        let list = table.priorities("in", "100");
        let told: Vec<_> = list
            .iter()
            .map(|one| {
                (
                    one.number,
                    one.label.as_str(),
                    one.app.as_str(),
                    one.arguments.len(),
                )
            })
            .collect();
        let expected = [
            (1, "", "answer", 1),
            (2, "top", "background", 1),
            (3, "", "gotoif", 1),
        ];
        assert_eq!(told, expected);
        assert_eq!(table.home("in", "_1XX"), Some("more"));
        assert_eq!(table.dialled("in"), [("100", "in"), ("_1XX", "more")]);
        assert_eq!(table.priorities("more", "_1XX")[0].arguments[4], "60");
        assert_eq!(
            report.notes[0].to_string(),
            "e.conf:6: not understood: switch => x"
        );
    }
}
