//! From a FreeSWITCH dialplan and its menus to drafts.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::machine::import::draft;
use crate::machine::import::draft::Draft;
use crate::machine::import::draft::DraftVerb;
use crate::machine::import::draft::or_please;
use crate::machine::import::draft::whole_seconds;
use crate::machine::import::freeswitch_reader::Importer;
use crate::machine::import::freeswitch_reader::Spot;
use crate::machine::import::freeswitch_table::Context;
use crate::machine::import::freeswitch_table::Deed;
use crate::machine::import::report::Became;
use crate::machine::import::report::Report;
use crate::machine::import::staff::Staff;
use crate::machine::import::staff_reader;
use crate::machine::import::workshop::Workshop;
use crate::wire::xml::Element;

/// Reads dialplans: a draft for each number, or set of numbers, that leads to the same. `context`
/// names where calls come in; without it `public`, or else the first.
pub fn drafts(
    contexts: &[(String, Context)],
    menus: &[(String, Element)],
    context: Option<&str>,
    report: &mut Report,
    staff: &mut Staff,
) -> Vec<Draft> {
    let wanted = context.unwrap_or("public");
    let found = contexts.iter().position(|(_, one)| one.name == wanted);
    let entry = found.or((context.is_none() && !contexts.is_empty()).then_some(0));
    let mut importer = Importer {
        contexts,
        menus,
        report,
        staff,
        workshop: Workshop::default(),
    };
    let Some((_, known)) = entry.and_then(|entry| contexts.get(entry)) else {
        return Vec::new();
    };
    let mut order: Vec<(String, String)> = Vec::new();
    let mut dids: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut claimed = BTreeSet::new();
    for (at, extension) in known.extensions.iter().enumerate() {
        let Some(numbers) = &extension.numbers else {
            let what = format!(
                "extension {} names no number: nothing begins there",
                extension.name
            );
            let file = contexts.first().map_or("", |(file, _)| file);
            importer
                .report
                .note(file, extension.line, Became::Lost, what);
            continue;
        };
        // The first extension that fits a number has it; which number it was matters only to `$1`.
        let by_number = extension
            .deeds
            .iter()
            .any(|deed| matches!(deed, Deed::Runs { data, .. } if data.contains("$1")));
        let first_number = numbers.first().cloned().unwrap_or_default();
        for number in numbers {
            if !claimed.insert(number.clone()) {
                continue;
            }
            let own = if by_number { number } else { &first_number };
            let spot = Spot::Deed(entry.unwrap_or(0), at, 0, own.clone());
            let first = importer.step(&spot);
            importer.work();
            let first = importer.workshop.settled(&first);
            if !dids.contains_key(&first) {
                order.push((first.clone(), extension.name.clone()));
            }
            dids.entry(first).or_default().push(number.clone());
        }
    }
    let mut drafts = Vec::new();
    for (first, name) in order {
        let mut draft = Draft::from_first(&draft::name(&[&name]), &first, &importer.workshop.steps);
        draft.dids = dids.remove(&first).unwrap_or_default();
        drafts.push(draft);
    }
    drafts
}

impl Importer<'_> {
    fn work(&mut self) {
        while let Some((spot, name)) = self.workshop.take() {
            let from = self.from(&spot);
            let verb = match &spot {
                Spot::Deed(..) => self.deeds(&spot),
                Spot::Menu(name, after, parent) => self.menu(&spot, name, after, parent.as_deref()),
                Spot::App(app, data, line, after) => {
                    let file = self.menu_file();
                    let mut said = Vec::new();
                    let call = (app.as_str(), data.as_str(), (file.as_str(), *line));
                    match self.app(call, &spot, after, &mut said) {
                        Some(verb) => verb,
                        None => self.says(&said, after),
                    }
                }
                Spot::Over => DraftVerb::Hangup {
                    text: String::new(),
                },
            };
            self.workshop.made(name, from, verb);
        }
        self.workshop.settle();
    }

    fn from(&self, spot: &Spot) -> String {
        match spot {
            Spot::Deed(context, extension, at, _) => {
                let found = self.contexts.get(*context);
                let one = found.and_then(|(_, one)| one.extensions.get(*extension));
                let line = one.map(|one| match one.deeds.get(*at) {
                    Some(Deed::Runs { line, .. } | Deed::Within { line, .. }) => *line,
                    _ => one.line,
                });
                let file = found.map_or("", |(file, _)| file);
                format!("{file}:{}", line.unwrap_or(0))
            }
            Spot::Menu(name, ..) => {
                let found = self
                    .menus
                    .iter()
                    .find(|(_, menu)| menu.attribute("name") == Some(name));
                found.map_or_else(String::new, |(file, menu)| format!("{file}:{}", menu.line))
            }
            Spot::App(_, _, line, _) => format!("{}:{line}", self.menu_file()),
            Spot::Over => String::new(),
        }
    }

    /// What an extension does from a deed on, up to the first that needs a step of its own.
    fn deeds(&mut self, start: &Spot) -> DraftVerb {
        let Spot::Deed(context, extension, first, number) = start else {
            return DraftVerb::Hangup {
                text: String::new(),
            };
        };
        let contexts = self.contexts;
        let Some((file, table)) = contexts.get(*context) else {
            return DraftVerb::Hangup {
                text: String::new(),
            };
        };
        let deeds = table
            .extensions
            .get(*extension)
            .map_or(&[][..], |one| &one.deeds);
        let mut said: Vec<String> = Vec::new();
        let mut at = *first;
        loop {
            let here = Spot::Deed(*context, *extension, at, number.clone());
            let next = Spot::Deed(*context, *extension, at + 1, number.clone());
            match deeds.get(at) {
                Some(Deed::Runs { app, data, line }) => {
                    let data = data.replace("$1", number);
                    let asks = matches!(
                        app.as_str(),
                        "ivr" | "play_and_get_digits" | "read" | "transfer"
                    );
                    if asks && !said.is_empty() {
                        return self.says(&said, &here);
                    }
                    let call = (app.as_str(), data.as_str(), (file.as_str(), *line));
                    if let Some(verb) = self.app(call, &here, &next, &mut said) {
                        return verb;
                    }
                }
                Some(Deed::Within { hours, other, .. }) => {
                    if !said.is_empty() {
                        return self.says(&said, &here);
                    }
                    let other = Spot::Deed(*context, *extension, *other, number.clone());
                    return DraftVerb::Time {
                        hours: hours.clone(),
                        open: self.step(&next),
                        closed: self.step(&other),
                    };
                }
                Some(Deed::NextExtension) => {
                    let to = self.extension(*context, number, extension + 1);
                    return self.says(&said, &to);
                }
                Some(Deed::Over) | None => {
                    let text = said.join(" ");
                    return DraftVerb::Hangup { text };
                }
            }
            at += 1;
        }
    }

    /// The first extension from this one on that a number leads to.
    fn extension(&self, context: usize, number: &str, from: usize) -> Spot {
        let table = self.contexts.get(context);
        let extensions = table.map_or(&[][..], |(_, table)| &table.extensions);
        let plain = number.trim_start_matches('_');
        let found = extensions.iter().enumerate().skip(from).find(|(_, one)| {
            one.answers(plain) || one.numbers.iter().flatten().any(|own| own == number)
        });
        found.map_or(Spot::Over, |(at, _)| {
            Spot::Deed(context, at, 0, number.to_owned())
        })
    }

    /// What an application becomes; none if it becomes part of what follows.
    fn app(
        &mut self,
        (app, data, (file, line)): (&str, &str, (&str, usize)),
        here: &Spot,
        next: &Spot,
        said: &mut Vec<String>,
    ) -> Option<DraftVerb> {
        match app {
            "playback" | "phrase" | "speak" | "say" => {
                said.extend(self.words(app, data, file, line));
                None
            }
            "ivr" => {
                let menu = Spot::Menu(data.to_owned(), Box::new(next.clone()), None);
                Some(self.says(&[], &menu))
            }
            "play_and_get_digits" => Some(self.digits(data, next, (file, line))),
            "callcenter" | "fifo" => {
                let queue = staff_reader::short(data.split(' ').next().unwrap_or_default());
                self.staff.queue(&queue);
                let after = self.step(next);
                let text = said.join(" ");
                Some(DraftVerb::Queue { text, queue, after })
            }
            "transfer" => {
                let to = self.transfer(data, here, (file, line));
                Some(self.says(said, &to))
            }
            "bridge" => self.bridge(data, next, said, (file, line)),
            "hangup" => Some(DraftVerb::Hangup {
                text: said.join(" "),
            }),
            _ => {
                let needless = [
                    "answer",
                    "pre_answer",
                    "ring_ready",
                    "sleep",
                    "log",
                    "info",
                    "set",
                    "export",
                ];
                let harmless = !matches!(app, "set" | "export") || is_harmless(data);
                let became = if needless.contains(&app) && harmless {
                    Became::Needless
                } else {
                    Became::Lost
                };
                self.report
                    .note(file, line, became, format!("{app} {data}"));
                None
            }
        }
    }

    /// `min max tries timeout terminators file invalid_file variable expression …`.
    fn digits(&mut self, data: &str, next: &Spot, (file, line): (&str, usize)) -> DraftVerb {
        let parts: Vec<&str> = data.split_whitespace().collect();
        let part = |at: usize| parts.get(at).copied().unwrap_or_default();
        let words = self.words("play_and_get_digits", part(5), file, line);
        let (least, most) = (part(0), part(1));
        if least != most {
            let what = format!("{least} to {most} digits: all {most} are waited for");
            self.report.note(file, line, Became::Changed, what);
        }
        let what = format!("what is taken into {} is not used further", part(7));
        self.report.note(file, line, Became::Changed, what);
        let tries: u32 = part(2).parse().unwrap_or(1);
        let timeout = part(3)
            .parse::<f64>()
            .map_or(5, |ms| whole_seconds(ms / 1000.0));
        let goes_on = self.step(next);
        DraftVerb::Collect {
            text: or_please(words.join(" ")),
            digits: most
                .parse()
                .ok()
                .filter(|most| (1..=32).contains(most))
                .unwrap_or(4),
            key_timeout_s: timeout,
            retries: tries.saturating_sub(1).min(9),
            into: String::new(),
            ok: goes_on.clone(),
            no_input: goes_on,
        }
    }

    /// `5000 XML default`.
    fn transfer(&mut self, data: &str, here: &Spot, (file, line): (&str, usize)) -> Spot {
        let mut parts = data.split_whitespace();
        let number = parts.next().unwrap_or_default().to_owned();
        let context = parts.nth(1);
        let own = match here {
            Spot::Deed(context, ..) => *context,
            Spot::Menu(..) | Spot::App(..) | Spot::Over => 0,
        };
        let named = |name: &str| self.contexts.iter().position(|(_, one)| one.name == name);
        let context = context.map_or(Some(own), named);
        let found = context.map_or(Spot::Over, |context| self.extension(context, &number, 0));
        if found == Spot::Over {
            let what = format!("transfer {data}: nothing in these files answers it; the call ends");
            self.report.note(file, line, Became::Lost, what);
        }
        found
    }

    /// A telephone of the house becomes a queue of its own; all else is not dialled.
    fn bridge(
        &mut self,
        data: &str,
        next: &Spot,
        said: &[String],
        (file, line): (&str, usize),
    ) -> Option<DraftVerb> {
        let bare = data.rsplit(']').next().unwrap_or(data);
        let bare = bare.rsplit('}').next().unwrap_or(bare);
        let seats: Option<Vec<String>> = bare
            .split([',', '|'])
            .map(|device| device.trim().strip_prefix("user/").map(staff_reader::short))
            .collect();
        let Some(seats) = seats.filter(|_| !bare.contains('$')) else {
            self.report
                .note(file, line, Became::Lost, format!("bridge {data}"));
            return None;
        };
        let queue = draft::name(&["desk", &seats.join("-")]);
        self.staff.queue(&queue);
        for seat in &seats {
            self.staff.seat(seat, &queue);
        }
        let what = format!("bridge {data} waits in the queue {queue} until one is free");
        self.report.note(file, line, Became::Changed, what);
        let after = self.step(next);
        let text = said.join(" ");
        Some(DraftVerb::Queue { text, queue, after })
    }
}

/// Whether a variable changes nothing that a caller could notice here.
fn is_harmless(data: &str) -> bool {
    let known = [
        "hangup_after_bridge",
        "continue_on_fail",
        "call_timeout",
        "ringback",
        "transfer_ringback",
        "domain_name",
        "tts_engine",
        "tts_voice",
        "playback_terminators",
    ];
    let name = data.split('=').next().unwrap_or_default();
    known.contains(&name.trim())
}
