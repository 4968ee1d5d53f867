//! From an Asterisk dialplan to drafts: from each place that a call can come to, up to what speaks,
//! asks, waits or ends.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::machine::import::asterisk_condition;
use crate::machine::import::asterisk_menu;
use crate::machine::import::asterisk_reader::Importer;
use crate::machine::import::asterisk_reader::RESPONSE_S;
use crate::machine::import::asterisk_reader::Spot;
use crate::machine::import::asterisk_table::Priority;
use crate::machine::import::asterisk_table::Table;
use crate::machine::import::draft;
use crate::machine::import::draft::Draft;
use crate::machine::import::draft::DraftVerb;
use crate::machine::import::draft::or_please;
use crate::machine::import::draft::whole_seconds;
use crate::machine::import::hours::Hours;
use crate::machine::import::report::Became;
use crate::machine::import::report::Report;
use crate::machine::import::staff;
use crate::machine::import::staff::Staff;
use crate::machine::import::workshop::Workshop;
use crate::machine::sip::timing::RING_LIMIT_S;

/// What was gathered before something happens.
#[derive(Default)]
struct Gathered {
    /// Said, whatever the caller presses.
    said: Vec<String>,
    /// Said while keys count.
    asked: Vec<String>,
    response_s: Option<u32>,
}

/// Reads a dialplan: a draft for each place where calls come in. `context` names where; without it
/// each context that nothing in the file leads to.
pub fn drafts(
    table: &Table,
    file: &str,
    context: Option<&str>,
    report: &mut Report,
    staff: &mut Staff,
) -> Vec<Draft> {
    let mut importer = Importer {
        table,
        file,
        report,
        staff,
        workshop: Workshop::default(),
        numbers: BTreeSet::new(),
    };
    let mut entries: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut order = Vec::new();
    let (numbers, inner) = entry_places(table, context);
    importer.numbers = numbers.iter().cloned().collect();
    for (name, extension) in numbers {
        let first = importer.spot((name.clone(), extension.clone(), 0));
        importer.work();
        let first = importer.workshop.settled(&first);
        if !entries.contains_key(&first) {
            order.push((first.clone(), name));
        }
        let did = importer.did(&extension);
        entries.entry(first).or_default().push(did);
    }
    let mut drafts = Vec::new();
    for (first, name) in order {
        let mut draft = Draft::from_first(&draft::name(&[&name]), &first, &importer.workshop.steps);
        draft.dids = entries.remove(&first).unwrap_or_default();
        drafts.push(draft);
    }
    for (name, extension) in inner {
        let spot = (name, extension, 0);
        let line = importer.at(&spot).map_or(0, |one| one.line);
        if !importer.workshop.knows(&spot) {
            let what = format!("nothing in this file leads to `{}`", spot.1);
            importer.note(line, Became::Lost, what);
        }
    }
    drafts
}

/// Context and extension.
type Place = (String, String);

/// Where calls come in, and what else stands in those contexts: keys of their menus and names that
/// only the file itself goes to.
fn entry_places(table: &Table, context: Option<&str>) -> (Vec<Place>, Vec<Place>) {
    let led_to = led_to(table);
    let (mut numbers, mut inner) = (Vec::new(), Vec::new());
    for name in &table.order {
        let chosen = match context {
            Some(context) => name == context,
            None => !led_to.contains(name),
        };
        let extensions = table.contexts.get(name).filter(|_| chosen);
        let asks = asks_for_keys(table, name);
        for (extension, list) in extensions.iter().flat_map(|one| &one.extensions) {
            let special = matches!(extension.as_str(), "t" | "i" | "h" | "T" | "e" | "o" | "a");
            let hint = list.iter().all(|one| one.app.is_empty());
            if special || hint {
                continue;
            }
            let place = (name.clone(), extension.clone());
            let named = extension != "s" && extension.starts_with(char::is_alphabetic);
            if named || asks && asterisk_menu::is_single_key(extension) {
                inner.push(place);
            } else {
                numbers.push(place);
            }
        }
    }
    (numbers, inner)
}

/// Whether a caller is asked for keys in this context.
fn asks_for_keys(table: &Table, context: &str) -> bool {
    let lists = table.contexts.get(context).map(|one| &one.extensions);
    let mut all = lists.into_iter().flatten().flat_map(|(_, list)| list);
    all.any(|one| matches!(one.app.as_str(), "background" | "waitexten"))
}

/// Contexts that others lead to or include.
fn led_to(table: &Table) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for (name, context) in &table.contexts {
        all.extend(context.includes.iter().cloned());
        for one in context.extensions.iter().flat_map(|(_, list)| list) {
            if matches!(one.app.as_str(), "goto" | "gotoif" | "gotoiftime" | "gosub") {
                let targets = one.written.rsplit('?').next().unwrap_or_default();
                for target in targets.split(':') {
                    let parts: Vec<&str> = target.split([',', '|']).map(str::trim).collect();
                    if let [context, _, _] = parts.as_slice()
                        && *context != name
                    {
                        all.insert((*context).to_owned());
                    }
                }
            }
        }
    }
    all
}

impl Importer<'_> {
    /// Makes all steps that are still to be made.
    fn work(&mut self) {
        while let Some((spot, name)) = self.workshop.take() {
            let line = self.at(&spot).map(|one| one.line);
            let verb = self.verb(&spot);
            let from = line.map_or_else(String::new, |line| format!("{}:{line}", self.file));
            self.workshop.made(name, from, verb);
        }
        self.workshop.settle();
    }

    /// What a call does from a place on, up to the first thing that needs a step of its own.
    fn verb(&mut self, spot: &Spot) -> DraftVerb {
        let mut gathered = Gathered::default();
        let mut at = spot.clone();
        loop {
            let Some(one) = self.at(&at).cloned() else {
                // Keys count while these words are said, and nothing follows but a key.
                if gathered.said.is_empty() && !gathered.asked.is_empty() {
                    let wait = gathered.response_s.unwrap_or(RESPONSE_S);
                    let asked = gathered.asked.join(" ");
                    return DraftVerb::Menu(asterisk_menu::menu(self, (spot, &at), asked, wait));
                }
                let text = gathered.all();
                return DraftVerb::Hangup { text };
            };
            let next = (at.0.clone(), at.1.clone(), at.2 + 1);
            // What was said before is said by a step of its own.
            let own = matches!(
                one.app.as_str(),
                "background" | "waitexten" | "read" | "gotoiftime" | "gotoif" | "goto"
            );
            if own && !gathered.said.is_empty() {
                let goto = self.spot(at);
                let text = gathered.said.join(" ");
                return DraftVerb::Say { text, goto };
            }
            if let Some(verb) = self.acts(&one, spot, &next, &mut gathered) {
                return verb;
            }
            at = next;
        }
    }

    /// What an application becomes; none if it becomes part of what follows.
    fn acts(
        &mut self,
        one: &Priority,
        start: &Spot,
        next: &Spot,
        gathered: &mut Gathered,
    ) -> Option<DraftVerb> {
        let text = |gathered: &Gathered| gathered.all();
        match one.app.as_str() {
            "playback" | "saynumber" | "saydigits" | "sayalpha" => {
                let words = self.words(one);
                gathered.said.append(&mut gathered.asked);
                gathered.said.extend(words);
                None
            }
            "background" => {
                let words = self.words(one);
                gathered.asked.extend(words);
                None
            }
            "set" => {
                self.sets(one, gathered);
                None
            }
            "waitexten" => {
                let wait = one
                    .arguments
                    .first()
                    .and_then(|text| text.parse::<f64>().ok());
                let wait = wait.map(whole_seconds).or(gathered.response_s);
                let asked = gathered.asked.join(" ");
                let menu =
                    asterisk_menu::menu(self, (start, next), asked, wait.unwrap_or(RESPONSE_S));
                Some(DraftVerb::Menu(menu))
            }
            "read" => Some(self.reads(one, next)),
            "goto" => {
                let goto = self.target(next, &one.written);
                let text = text(gathered);
                Some(DraftVerb::Say { text, goto })
            }
            "gotoif" => Some(self.goes_if(one, next, text(gathered))),
            "gotoiftime" => Some(self.goes_by_time(one, next, text(gathered))),
            "queue" => {
                let queue = draft::name(&[one.arguments.first().map_or("", String::as_str)]);
                self.staff.queue(&queue);
                if let Some(limit) = one.arguments.get(4).filter(|limit| !limit.is_empty()) {
                    let what = format!(
                        "who waits {limit} s in {queue} stays there: {}",
                        one.written
                    );
                    self.note(one.line, Became::Changed, what);
                }
                let after = self.spot(next.clone());
                let text = text(gathered);
                Some(DraftVerb::Queue { text, queue, after })
            }
            "dial" => self.dials(one, next, gathered),
            "hangup" => Some(DraftVerb::Hangup {
                text: text(gathered),
            }),
            "busy" | "congestion" => {
                let what = format!("{} hangs up", one.app);
                self.note(one.line, Became::Changed, what);
                Some(DraftVerb::Hangup {
                    text: text(gathered),
                })
            }
            app => {
                self.left_out(app, one);
                None
            }
        }
    }

    fn left_out(&mut self, app: &str, one: &Priority) {
        let needless = [
            "answer", "noop", "verbose", "log", "ringing", "progress", "resetcdr", "wait", "",
        ];
        let became = if needless.contains(&app) {
            Became::Needless
        } else {
            Became::Lost
        };
        let what = format!("{app}({})", one.written);
        self.note(one.line, became, what);
    }

    /// The words of the sounds that an application plays.
    fn words(&mut self, one: &Priority) -> Vec<String> {
        let first = one.arguments.first().cloned().unwrap_or_default();
        if one.app.starts_with("say") {
            if first.contains("${") {
                let what = format!("{}({}): its value is not known", one.app, one.written);
                self.note(one.line, Became::Lost, what);
                return Vec::new();
            }
            return vec![first];
        }
        let sounds = first.split('&').map(draft::words_of_sound);
        let words: Vec<String> = sounds.filter(|words| !words.is_empty()).collect();
        let what = format!("the words of {first} are not in this file: write them");
        self.note(one.line, Became::Changed, what);
        words
    }

    fn sets(&mut self, one: &Priority, gathered: &mut Gathered) {
        let (name, value) = one.written.split_once('=').unwrap_or((&one.written, ""));
        match name.trim() {
            "TIMEOUT(response)" => {
                gathered.response_s = value.trim().parse::<f64>().ok().map(whole_seconds);
            }
            "TIMEOUT(digit)" => self.left_out("", one),
            name if asterisk_menu::counts(value, name) || value.trim() == "0" => {
                let what = format!(
                    "Set({}): a counter, if `retries` stands for it",
                    one.written
                );
                self.note(one.line, Became::Needless, what);
            }
            _ => self.note(one.line, Became::Lost, format!("Set({})", one.written)),
        }
    }

    fn reads(&mut self, one: &Priority, next: &Spot) -> DraftVerb {
        let argument = |at: usize| one.arguments.get(at).map_or("", String::as_str);
        let sounds = argument(1).split('&').map(draft::words_of_sound);
        let words: Vec<String> = sounds.filter(|words| !words.is_empty()).collect();
        let digits = argument(2)
            .parse()
            .ok()
            .filter(|digits| (1..=32).contains(digits));
        if digits.is_none() {
            let what = format!(
                "Read({}): expects 4 digits, as it does not say how many",
                one.written
            );
            self.note(one.line, Became::Changed, what);
        }
        let attempts: u32 = argument(4).parse().unwrap_or(1);
        let goes_on = self.spot(next.clone());
        DraftVerb::Collect {
            text: or_please(words.join(" ")),
            digits: digits.unwrap_or(4),
            key_timeout_s: argument(5).parse().map_or(RESPONSE_S, whole_seconds),
            retries: attempts.saturating_sub(1).min(9),
            into: asterisk_condition::variable(argument(0)).unwrap_or_default(),
            ok: goes_on.clone(),
            no_input: goes_on,
        }
    }

    fn goes_if(&mut self, one: &Priority, next: &Spot, text: String) -> DraftVerb {
        let (condition, targets) = one.written.split_once('?').unwrap_or((&one.written, ""));
        let (yes, no) = targets.split_once(':').unwrap_or((targets, ""));
        if let Some(condition) = asterisk_condition::condition(self.table, condition)
            && text.is_empty()
        {
            if condition.contains("caller.number") {
                let what = "callers' numbers have their country here: compared by their end";
                self.note(one.line, Became::Changed, what);
            }
            let side = |this: &mut Self, written: &str| {
                if written.trim().is_empty() {
                    this.spot(next.clone())
                } else {
                    this.target(next, written)
                }
            };
            return DraftVerb::Branch {
                condition,
                yes: side(self, yes),
                no: side(self, no),
            };
        }
        let what = if no.is_empty() {
            format!("GotoIf: nobody goes to `{yes}`, as `{condition}` is not understood")
        } else {
            format!("GotoIf: all go to `{no}`, as `{condition}` is not understood")
        };
        self.note(one.line, Became::Lost, what);
        let goto = if no.is_empty() {
            self.spot(next.clone())
        } else {
            self.target(next, no)
        };
        DraftVerb::Say { text, goto }
    }

    fn goes_by_time(&mut self, one: &Priority, next: &Spot, text: String) -> DraftVerb {
        let (hours, targets) = one.written.split_once('?').unwrap_or((&one.written, ""));
        let (yes, no) = targets.split_once(':').unwrap_or((targets, ""));
        let closed = if no.is_empty() {
            self.spot(next.clone())
        } else {
            self.target(next, no)
        };
        let Some(hours) = Hours::of_asterisk(hours) else {
            self.note(
                one.line,
                Became::Lost,
                format!("GotoIfTime({})", one.written),
            );
            return DraftVerb::Say { text, goto: closed };
        };
        if !hours.days.is_empty() || !hours.months.is_empty() {
            let what = format!("GotoIfTime({}): write these days as holidays", one.written);
            self.note(one.line, Became::Lost, what);
            return DraftVerb::Say { text, goto: closed };
        }
        DraftVerb::Time {
            hours,
            open: self.target(next, yes),
            closed,
        }
    }

    /// A telephone of the house becomes a queue of its own; all else is not dialled.
    fn dials(&mut self, one: &Priority, next: &Spot, gathered: &Gathered) -> Option<DraftVerb> {
        let devices = one.arguments.first().cloned().unwrap_or_default();
        let seats: Option<Vec<&str>> = devices.split('&').map(staff::seat_of).collect();
        let Some(seats) = seats.filter(|seats| !seats.is_empty()) else {
            self.note(one.line, Became::Lost, format!("Dial({})", one.written));
            return None;
        };
        let queue = draft::name(&["desk", &seats.join("-")]);
        let ring = one
            .arguments
            .get(1)
            .and_then(|seconds| seconds.parse().ok())
            .map(|seconds: u32| seconds.clamp(1, RING_LIMIT_S));
        self.staff.queue(&queue).ring_s = ring;
        for seat in seats {
            self.staff.seat(seat, &queue);
        }
        let what = format!("Dial({devices}) waits in the queue {queue} until one is free");
        self.note(one.line, Became::Changed, what);
        let after = self.spot(next.clone());
        let text = gathered.all();
        Some(DraftVerb::Queue { text, queue, after })
    }

    /// An extension as a number or pattern of ours.
    fn did(&mut self, extension: &str) -> String {
        if extension == "s" {
            let what = "calls without a number come to `s`: every number leads here, write yours";
            self.note(1, Became::Changed, what);
            return "_X.".to_owned();
        }
        extension
            .replace('!', ".")
            .replace('-', if extension.contains('[') { "-" } else { "" })
    }
}

impl Gathered {
    fn all(&self) -> String {
        let words: Vec<&str> = self
            .said
            .iter()
            .chain(&self.asked)
            .map(String::as_str)
            .collect();
        words.join(" ")
    }
}
