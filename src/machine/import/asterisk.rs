//! From an Asterisk dialplan to drafts: from each place that a call can come to, up to what speaks,
//! asks, waits or ends.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::machine::import::asterisk_menu;
use crate::machine::import::asterisk_table::Priority;
use crate::machine::import::asterisk_table::Table;
use crate::machine::import::draft;
use crate::machine::import::draft::Draft;
use crate::machine::import::draft::DraftStep;
use crate::machine::import::draft::DraftVerb;
use crate::machine::import::draft::END;
use crate::machine::import::hours::Hours;
use crate::machine::import::report::Became;
use crate::machine::import::report::Report;
use crate::machine::import::staff::Staff;

/// Asterisk waits so long for a key unless a dialplan says otherwise.
pub const RESPONSE_S: u32 = 10;

/// A place in a dialplan: context, extension, place in its list.
pub type Spot = (String, String, usize);

/// A dialplan being read.
pub struct Importer<'t> {
    /// The dialplan.
    pub table: &'t Table,
    /// Its file's name.
    pub file: &'t str,
    /// What became of its lines.
    pub report: &'t mut Report,
    /// Queues and seats that it names.
    pub staff: &'t mut Staff,
    steps: BTreeMap<String, DraftStep>,
    names: BTreeMap<Spot, String>,
    open: Vec<Spot>,
}

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
        steps: BTreeMap::new(),
        names: BTreeMap::new(),
        open: Vec::new(),
    };
    let mut entries: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut order = Vec::new();
    for (name, extension) in entry_places(table, context) {
        let first = importer.spot((name.clone(), extension.clone(), 0));
        importer.work();
        let first = importer.settled(&first);
        if !entries.contains_key(&first) {
            order.push((first.clone(), name));
        }
        let did = importer.did(&extension);
        entries.entry(first).or_default().push(did);
    }
    let mut drafts = Vec::new();
    for (first, name) in order {
        let mut draft = Draft::from_first(&draft::name(&[&name]), &first, &importer.steps);
        draft.dids = entries.remove(&first).unwrap_or_default();
        drafts.push(draft);
    }
    drafts
}

/// Contexts and extensions where calls come in.
fn entry_places(table: &Table, context: Option<&str>) -> Vec<(String, String)> {
    let led_to = led_to(table);
    let mut places = Vec::new();
    for name in &table.order {
        let chosen = match context {
            Some(context) => name == context,
            None => !led_to.contains(name),
        };
        let extensions = table.contexts.get(name).filter(|_| chosen);
        for (extension, list) in extensions.iter().flat_map(|one| &one.extensions) {
            let special = matches!(extension.as_str(), "t" | "i" | "h" | "T" | "e" | "o" | "a");
            let hint = list.iter().all(|one| one.app.is_empty());
            if !special && !hint {
                places.push((name.clone(), extension.clone()));
            }
        }
    }
    places
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
    /// Notes what became of a line.
    pub fn note(&mut self, line: usize, became: Became, what: impl Into<String>) {
        self.report.note(self.file, line, became, what);
    }

    /// The step for a place, made now or later.
    pub fn spot(&mut self, spot: Spot) -> String {
        let (context, extension, at) = spot;
        let home = self.table.home(&context, &extension).map(str::to_owned);
        let spot = (home.unwrap_or(context), extension, at);
        if let Some(known) = self.names.get(&spot) {
            return known.clone();
        }
        let (context, extension, at) = (&spot.0, &spot.1, spot.2);
        let plain = if extension == "s" { "" } else { extension };
        let label = self.table.priorities(context, extension).get(at);
        let label = label.map_or("", |one| one.label.as_str());
        let numbered = if at > 0 && label.is_empty() {
            format!("{}", at + 1)
        } else {
            label.to_owned()
        };
        let mut name = draft::name(&[context, plain, &numbered]);
        while self.names.values().any(|taken| *taken == name) || name == END {
            name.push('_');
        }
        self.names.insert(spot.clone(), name.clone());
        self.open.push(spot);
        name
    }

    /// Makes all steps that are still to be made.
    fn work(&mut self) {
        while let Some(spot) = self.open.pop() {
            let name = self.names.get(&spot).cloned().unwrap_or_default();
            let line = self.at(&spot).map_or(0, |one| one.line);
            let verb = self.verb(&spot);
            let from = format!("{}:{line}", self.file);
            self.steps.insert(name.clone(), DraftStep { name, from, verb });
        }
        // Steps that neither say nor ask anything are left out: who leads to them leads on.
        let names: Vec<String> = self.steps.keys().cloned().collect();
        for name in names {
            let settled: Vec<(String, String)> = self
                .steps
                .get(&name)
                .map(|step| step.verb.ways().into_iter().cloned().collect::<Vec<_>>())
                .unwrap_or_default()
                .into_iter()
                .map(|way| (way.clone(), self.settled(&way)))
                .collect();
            if let Some(step) = self.steps.get_mut(&name) {
                for (way, to) in settled {
                    step.verb.rename(&way, &to);
                }
            }
        }
    }

    /// Where a step leads that does nothing by itself.
    fn settled(&self, name: &str) -> String {
        let mut name = name.to_owned();
        for _ in 0..self.steps.len() {
            match self.steps.get(&name).map(|step| &step.verb) {
                Some(DraftVerb::Say { text, goto }) if text.is_empty() => name.clone_from(goto),
                _ => break,
            }
        }
        name
    }

    /// The application at a place.
    #[must_use]
    pub fn at(&self, spot: &Spot) -> Option<&Priority> {
        self.table.priorities(&spot.0, &spot.1).get(spot.2)
    }

    /// What a call does from a place on, up to the first thing that needs a step of its own.
    fn verb(&mut self, spot: &Spot) -> DraftVerb {
        let mut gathered = Gathered::default();
        let mut at = spot.clone();
        loop {
            let Some(one) = self.at(&at).cloned() else {
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
                let wait = one.arguments.first().and_then(|text| text.parse::<f64>().ok());
                let wait = wait.map(whole_seconds).or(gathered.response_s);
                let asked = gathered.asked.join(" ");
                let menu = asterisk_menu::menu(self, (start, next), asked, wait.unwrap_or(RESPONSE_S));
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
                    let what = format!("who waits {limit} s in {queue} stays there: {}", one.written);
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
                let what = format!("Set({}): a counter, if `retries` stands for it", one.written);
                self.note(one.line, Became::Needless, what);
            }
            _ => self.note(one.line, Became::Lost, format!("Set({})", one.written)),
        }
    }

    fn reads(&mut self, one: &Priority, next: &Spot) -> DraftVerb {
        let argument = |at: usize| one.arguments.get(at).map_or("", String::as_str);
        let sounds = argument(1).split('&').map(draft::words_of_sound);
        let words: Vec<String> = sounds.filter(|words| !words.is_empty()).collect();
        let digits = argument(2).parse().ok().filter(|digits| (1..=32).contains(digits));
        if digits.is_none() {
            let what = format!("Read({}): expects 4 digits, as it does not say how many", one.written);
            self.note(one.line, Became::Changed, what);
        }
        let what = format!("what Read takes into {} is not used further", argument(0));
        self.note(one.line, Became::Changed, what);
        let attempts: u32 = argument(4).parse().unwrap_or(1);
        let goes_on = self.spot(next.clone());
        DraftVerb::Collect {
            text: or_please(words.join(" ")),
            digits: digits.unwrap_or(4),
            key_timeout_s: argument(5).parse().map_or(RESPONSE_S, whole_seconds),
            retries: attempts.saturating_sub(1).min(9),
            ok: goes_on.clone(),
            no_input: goes_on,
        }
    }

    /// Where `[[context,]extension,]priority` leads.
    pub fn target(&mut self, here: &Spot, written: &str) -> String {
        let spot = self.target_spot(here, written);
        self.spot(spot)
    }

    /// The same as a place.
    #[must_use]
    pub fn target_spot(&self, here: &Spot, written: &str) -> Spot {
        let parts: Vec<&str> = written.split([',', '|']).map(str::trim).collect();
        let (context, extension, priority) = match parts.as_slice() {
            [context, extension, priority] => (*context, *extension, *priority),
            [extension, priority] => (here.0.as_str(), *extension, *priority),
            [priority] => (here.0.as_str(), here.1.as_str(), *priority),
            _ => (here.0.as_str(), here.1.as_str(), "1"),
        };
        let home = self.table.home(context, extension).unwrap_or(context);
        let list = self.table.priorities(home, extension);
        let number = priority.parse::<u32>().ok();
        let found = list
            .iter()
            .position(|one| one.label == priority || Some(one.number) == number);
        let at = found.unwrap_or(list.len());
        (home.to_owned(), extension.to_owned(), at)
    }

    fn goes_if(&mut self, one: &Priority, next: &Spot, text: String) -> DraftVerb {
        let (condition, targets) = one.written.split_once('?').unwrap_or((&one.written, ""));
        let (yes, no) = targets.split_once(':').unwrap_or((targets, ""));
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
            self.note(one.line, Became::Lost, format!("GotoIfTime({})", one.written));
            return DraftVerb::Say { text, goto: closed };
        };
        DraftVerb::Time {
            hours,
            open: self.target(next, yes),
            closed,
        }
    }

    /// A telephone of the house becomes a queue of its own; all else is not dialled.
    fn dials(&mut self, one: &Priority, next: &Spot, gathered: &Gathered) -> Option<DraftVerb> {
        let devices = one.arguments.first().cloned().unwrap_or_default();
        let seats: Option<Vec<&str>> = devices.split('&').map(seat_of).collect();
        let Some(seats) = seats.filter(|seats| !seats.is_empty()) else {
            self.note(one.line, Became::Lost, format!("Dial({})", one.written));
            return None;
        };
        let queue = draft::name(&["desk", &seats.join("-")]);
        let ring = one.arguments.get(1).and_then(|seconds| seconds.parse().ok());
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
        extension.replace('!', ".").replace('-', if extension.contains('[') { "-" } else { "" })
    }
}

/// The seat that a device of the house belongs to: `PJSIP/1001`.
#[must_use]
pub fn seat_of(device: &str) -> Option<&str> {
    let (technology, rest) = device.trim().split_once('/')?;
    let known = ["SIP", "PJSIP", "IAX2", "Local", "Agent", "DAHDI"];
    let name = rest.split('@').next().unwrap_or(rest);
    let plain = !rest.contains(['/', '$']) && !name.is_empty();
    (known.contains(&technology) && technology != "DAHDI" && plain).then_some(name)
}

impl Gathered {
    fn all(&self) -> String {
        let words: Vec<&str> = self.said.iter().chain(&self.asked).map(String::as_str).collect();
        words.join(" ")
    }
}

/// Words for a step that must say something.
#[must_use]
pub fn or_please(words: String) -> String {
    if words.is_empty() { "Please press a key.".to_owned() } else { words }
}

/// Seconds, at least one and at most a minute.
#[must_use]
pub fn whole_seconds(seconds: f64) -> u32 {
    let seconds = seconds.round().clamp(1.0, 60.0);
    (1..=60).find(|whole| f64::from(*whole) >= seconds).unwrap_or(60)
}
