//! One call on its way: what was said, heard, found and chosen so far.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use crate::machine::ivr::fact::WalkFact;
use crate::machine::ivr::script::Script;
use crate::machine::ivr::surface::Briefing;
use crate::machine::ivr::surface::CallerContext;
use crate::machine::ivr::surface::WalkOutput;
use crate::machine::ivr::target::StepAt;
use crate::machine::ivr::target::Target;
use crate::machine::ivr::variable::Variable;
use crate::machine::ivr::world::WalkWorld;
use crate::machine::media::contract::StopOn;
use crate::machine::prediction::order::Customer;
use crate::machine::prediction::order::Order;
use crate::machine::prediction::ranking::Choice;
use crate::machine::prediction::ranking::Ranking;
use crate::machine::prediction::telling;
use crate::machine::speech::spoken::Spoken;
use crate::vocabulary::language::Language;
use crate::vocabulary::time::Now;
use crate::vocabulary::value::Value;

/// Most steps in one call.
pub const STEPS_MAX: u32 = 10_000;
/// Most steps in a row without a word said or a key pressed.
pub const SILENT_STEPS_MAX: u32 = 100;
/// Longest time of speech in one call.
pub const SPEECH_MAX: Duration = Duration::from_secs(4 * 3600);
/// Longest single text; then the walk goes on as if it had ended.
const SAY_MAX: Duration = Duration::from_secs(600);
/// Silence before the first word of a call: paths open late.
const LEAD_IN: Duration = Duration::from_millis(200);
/// Keys that are kept until somebody wants them; more are dropped.
const KEYS_MAX: usize = 32;
/// Different words that a contact is marked with; more are dropped.
const TAGS_MAX: usize = 50;
/// Steps that a briefing names, the last ones.
const PATH_MAX: usize = 100;

/// Where a step leads.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Move {
    /// Nowhere yet.
    Stay,
    /// To another step.
    Go(StepAt),
}

/// Words to be said at one go.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// The words.
    pub speech: Vec<Spoken>,
    /// Their language.
    pub language: Language,
    /// What the log shows of them if they hold private values.
    pub masked: Option<String>,
}

/// One call on its way.
#[derive(Debug)]
pub struct Journey {
    /// The dialplan.
    pub script: Arc<Script>,
    /// Who calls.
    pub caller: CallerContext,
    /// The language that is spoken.
    pub language: Language,
    /// Whether the caller chose it, or it was known.
    pub language_known: bool,
    /// Whose orders these are, once they are found.
    pub customer: Option<Customer>,
    /// What the caller may want.
    pub ranking: Ranking,
    /// What the caller wants.
    pub chosen: Option<Choice>,
    /// What the caller was told last.
    pub answered: Option<String>,
    /// The caller proved who they are.
    pub verified: bool,
    /// Tries to prove it.
    pub verify_tries: u32,
    /// Order numbers the caller was found by: they prove nothing.
    pub tails: BTreeSet<String>,
    /// What collect steps took.
    pub collected: BTreeMap<StepAt, String>,
    /// Values of variables and arguments by where they are kept.
    pub kept: BTreeMap<String, Value>,
    /// What the contact was marked with.
    pub tags: Vec<String>,
    /// Orders and notices that the caller was told of in this call.
    pub noticed: BTreeSet<(String, String)>,
    keys: VecDeque<char>,
    path: VecDeque<StepAt>,
    out: VecDeque<WalkOutput>,
    steps: u32,
    silent_steps: u32,
    led_in: bool,
    saying_since: Option<Now>,
    said: Duration,
    consulted: u32,
}

impl Journey {
    /// A call that begins.
    #[must_use]
    pub fn new(script: Arc<Script>, caller: CallerContext) -> Self {
        let wished = caller.language;
        let wished = wished.filter(|language| script.languages.contains(language));
        let starts = script.variables.iter();
        let starts = starts.filter_map(|(name, one)| Some((name.clone(), one.start.clone()?)));
        Self {
            kept: starts.collect(),
            tags: Vec::new(),
            noticed: BTreeSet::new(),
            language: wished.unwrap_or_else(|| script.language()),
            language_known: wished.is_some(),
            script,
            caller,
            customer: None,
            ranking: Ranking::unknown(),
            chosen: None,
            answered: None,
            verified: false,
            verify_tries: 0,
            tails: BTreeSet::new(),
            collected: BTreeMap::new(),
            keys: VecDeque::new(),
            path: VecDeque::new(),
            out: VecDeque::new(),
            steps: 0,
            silent_steps: 0,
            led_in: false,
            saying_since: None,
            said: Duration::ZERO,
            consulted: 0,
        }
    }

    /// A number for the next question to a service.
    pub const fn next_consult(&mut self) -> u32 {
        self.consulted = self.consulted.saturating_add(1);
        self.consulted
    }

    /// What the walk answers next.
    pub fn poll(&mut self) -> Option<WalkOutput> {
        self.out.pop_front()
    }

    /// Answers.
    pub fn emit(&mut self, output: WalkOutput) {
        self.out.push_back(output);
    }

    /// Writes a line in the log.
    pub fn note(&mut self, fact: WalkFact) {
        self.out.push_back(WalkOutput::Note(fact));
    }

    /// Enters a step.
    pub fn enter(&mut self, at: StepAt) {
        self.steps = self.steps.saturating_add(1);
        self.silent_steps = self.silent_steps.saturating_add(1);
        if self.path.len() == PATH_MAX {
            self.path.pop_front();
        }
        self.path.push_back(at);
        let step = self.script.step(at).map(|step| step.name.clone());
        self.note(WalkFact::Entered {
            step: step.unwrap_or_default(),
        });
    }

    /// Whether the call has had all the steps or words it may have.
    #[must_use]
    pub fn is_spent(&self) -> bool {
        self.steps >= STEPS_MAX || self.silent_steps >= SILENT_STEPS_MAX || self.said >= SPEECH_MAX
    }

    /// The whole name of the step the call is at; empty before the first.
    #[must_use]
    pub fn step_name(&self) -> &str {
        let at = self.path.back();
        let step = at.and_then(|at| self.script.step(*at));
        step.map_or("", |step| step.name.as_str())
    }

    /// Keeps the value of a variable, or lets it be absent, and says so in the log.
    pub fn keep(&mut self, key: &str, variable: &Variable, value: Option<Value>) {
        self.note(WalkFact::Set {
            name: key.to_owned(),
            value: value.as_ref().map(|value| variable.shown(value)),
        });
        match value {
            Some(value) => self.kept.insert(key.to_owned(), value),
            None => self.kept.remove(key),
        };
    }

    /// Marks the contact, once with each word.
    pub fn mark(&mut self, tag: &str) {
        if self.tags.len() < TAGS_MAX && !self.tags.iter().any(|known| known == tag) {
            self.tags.push(tag.to_owned());
            let tag = tag.to_owned();
            self.note(WalkFact::Tagged { tag });
        }
    }

    /// Says a line; the walk is told when it has ended.
    pub fn say(&mut self, now: Now, line: Line, stop_on: StopOn) {
        self.speak(now, line, stop_on, Filler::No);
    }

    /// Says a line that ends as soon as there is something else to say.
    pub fn fill(&mut self, now: Now, line: Line) {
        self.speak(now, line, StopOn::Nothing, Filler::Yes);
    }

    fn speak(&mut self, now: Now, line: Line, stop_on: StopOn, filler: Filler) {
        let Line {
            mut speech,
            language,
            masked,
        } = line;
        self.silent_steps = 0;
        self.hear_end(now);
        self.saying_since = Some(now);
        let text = masked.unwrap_or_else(|| telling::text(&speech, language));
        self.note(WalkFact::Said { text });
        if !self.led_in {
            self.led_in = true;
            speech.insert(0, Spoken::Pause(LEAD_IN));
        }
        self.emit(WalkOutput::Say {
            speech,
            language,
            stop_on,
            filler: filler == Filler::Yes,
        });
    }

    /// Speech has ended, by itself or by a key.
    pub fn hear_end(&mut self, now: Now) {
        if let Some(since) = self.saying_since.take() {
            self.said = self.said.saturating_add(now.since(since));
        }
    }

    /// Whether something is being said.
    #[must_use]
    pub const fn is_saying(&self) -> bool {
        self.saying_since.is_some()
    }

    /// When what is being said is given up.
    #[must_use]
    pub fn say_limit(&self) -> Option<Now> {
        self.saying_since.map(|since| since + SAY_MAX)
    }

    /// Keeps a key for whoever wants it next.
    pub fn keep_key(&mut self, key: char) {
        self.silent_steps = 0;
        if self.keys.len() < KEYS_MAX {
            self.keys.push_back(key);
        }
    }

    /// A key pressed before it was asked for.
    pub fn kept_key(&mut self) -> Option<char> {
        self.keys.pop_front()
    }

    /// Forgets keys pressed before they were asked for.
    pub fn drop_keys(&mut self) {
        self.keys.clear();
    }

    /// Takes keys, and says so in the log.
    pub fn take_keys(&mut self, keys: impl Into<String>) {
        self.silent_steps = 0;
        self.note(WalkFact::Took { keys: keys.into() });
    }

    /// Goes where a key leads.
    pub fn follow(&mut self, world: WalkWorld<'_>, key: char, target: &Target) -> Move {
        if let Some(language) = target.language {
            self.language = language;
            self.language_known = true;
        }
        if let Some(question) = &target.question {
            let order = self
                .order_for(world, question)
                .map(|order| order.id.clone());
            let place = key.to_digit(10).unwrap_or(0);
            self.choose(order, question.clone(), place);
        }
        Move::Go(target.step)
    }

    /// The caller wants this.
    pub fn choose(&mut self, order: Option<String>, question: String, place: u32) {
        let ranked = self.ranking.choices.iter();
        let p = ranked
            .filter(|choice| choice.question == question && choice.order == order)
            .map(|choice| choice.p)
            .next();
        self.note(WalkFact::Chose {
            order: order.clone(),
            question: question.clone(),
            place,
        });
        self.chosen = Some(Choice {
            order,
            question,
            p: p.unwrap_or(0.0),
        });
    }

    /// The order a question is most likely about: the likeliest one with an answer, else the newest
    /// with an answer, else the newest.
    #[must_use]
    pub fn order_for(&self, world: WalkWorld<'_>, question: &str) -> Option<&Order> {
        let customer = self.customer.as_ref()?;
        let asking = world.asking(customer, self.language);
        let has_answer = |order: &&Order| world.bank.answer(question, Some(order), asking).is_ok();
        let ranked = self.ranking.choices.iter();
        let ranked = ranked.filter(|choice| choice.question == question);
        let ranked = ranked.filter_map(|choice| self.order(choice.order.as_deref()?));
        let mut likely = ranked.chain(&customer.orders);
        likely.find(has_answer).or_else(|| customer.orders.first())
    }

    /// An order by its id.
    #[must_use]
    pub fn order(&self, id: &str) -> Option<&Order> {
        let orders = self.customer.iter().flat_map(|customer| &customer.orders);
        orders.into_iter().find(|order| order.id == id)
    }

    /// Whose call it is; who they proved to be counts for nobody else.
    pub fn recognise(&mut self, customer: Customer) {
        let same = self
            .customer
            .as_ref()
            .is_some_and(|known| known.id == customer.id);
        self.verified &= same && !customer.id.is_empty();
        self.ranking = Ranking::unknown();
        let gone = |choice: &Choice| {
            let order = choice.order.as_ref();
            order.is_some_and(|id| customer.orders.iter().all(|order| order.id != *id))
        };
        if let Some(choice) = self.chosen.as_mut().filter(|choice| gone(choice)) {
            choice.order = None;
        }
        self.customer = Some(customer);
    }

    /// What the seat should see.
    #[must_use]
    pub fn briefing(&self) -> Briefing {
        let customer = self.customer.as_ref().map(|customer| customer.name.clone());
        let path = self.path.iter().filter_map(|at| self.script.step(*at));
        Briefing {
            customer: customer.filter(|name| !name.is_empty()),
            ranked: self.ranking.top(5),
            chosen: self.chosen.as_ref().map(|choice| choice.question.clone()),
            answered: self.answered.clone(),
            verified: self.verified,
            path: path.map(|step| step.name.clone()).collect(),
            tags: self.tags.clone(),
        }
    }
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum Filler {
    No,
    Yes,
}
