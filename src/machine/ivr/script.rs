//! A dialplan that was checked: every name in it leads somewhere.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::time::Duration;

use crate::machine::calendar::Calendar;
use crate::machine::expression::expressed::Expression;
use crate::machine::ivr::did::DidPattern;
use crate::machine::ivr::patience::Patience;
use crate::machine::ivr::target::StepAt;
use crate::machine::ivr::target::Target;
use crate::machine::ivr::variable::Variable;
use crate::machine::ivr::waiting::Queue;
use crate::machine::ivr::wording::Prompts;
use crate::machine::ivr::wording::Wording;
use crate::vocabulary::language::Language;

/// A dialplan, checked.
#[derive(Clone, Debug, PartialEq)]
pub struct Script {
    /// Its name.
    pub flow: String,
    /// The numbers it answers.
    pub dids: Vec<DidPattern>,
    /// The languages it speaks; the first is the default.
    pub languages: Vec<Language>,
    /// The bank its questions come from.
    pub bank: Option<String>,
    /// Where key 0 leads unless a menu says otherwise.
    pub person: Option<StepAt>,
    /// The time limit of a look-up by the caller's number that begins at the INVITE.
    pub early_lookup: Option<Duration>,
    /// What a call remembers, by name: `vars.tries`.
    pub variables: BTreeMap<String, Variable>,
    /// Opening hours by name.
    pub hours: BTreeMap<String, Calendar>,
    /// Where a call begins by opening hours; none: at the first step.
    pub gate: Option<Opening>,
    /// Its steps; the first is where a call begins.
    pub steps: Vec<Step>,
}

/// One step.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// Its name.
    pub name: String,
    /// What is said first.
    pub say: Option<Wording>,
    /// In which languages what it says is heard.
    pub voices: Voices,
    /// What it does.
    pub verb: Verb,
}

/// In which languages a step's texts are heard.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Voices {
    /// In the caller's.
    #[default]
    Callers,
    /// In every language of the dialplan, one after the other.
    All,
}

/// What a step does after it has said what it says.
#[derive(Clone, Debug, PartialEq)]
pub enum Verb {
    /// Goes on.
    Goto(StepAt),
    /// Offers fixed choices.
    Menu(Menu),
    /// Takes digits.
    Collect(Collect),
    /// Finds the caller's orders.
    Lookup(Lookup),
    /// Offers the likeliest questions.
    Predict(Box<Predict>),
    /// Answers a question.
    Answer(Answer),
    /// Lets the caller prove who they are.
    Verify(Verify),
    /// Asks a service of the centre.
    Consult(Box<Consult>),
    /// Waits for a seat.
    Queue(Queue),
    /// Calls a number outside for the caller.
    Dial(Dial),
    /// Promise to call back.
    Callback(Callback),
    /// Takes a message.
    Message(Message),
    /// Sets variables.
    Set(Set),
    /// Goes where the first condition that holds leads.
    Fork(Fork),
    /// Goes where opening hours lead.
    Time(Opening),
    /// Asks for a score.
    Survey(Survey),
    /// Marks the contact.
    Tag(Tag),
    /// Ends the call.
    Hangup,
}

/// Fixed choices.
#[derive(Clone, Debug, PartialEq)]
pub struct Menu {
    /// What is said.
    pub text: Prompts,
    /// Where keys lead. `*` repeats and `0` leads to a person unless they stand here.
    pub keys: BTreeMap<char, Target>,
    /// How long to wait.
    pub patience: Patience,
    /// After the last silence.
    pub no_input: StepAt,
    /// After the last wrong key.
    pub invalid: StepAt,
    /// At once if the caller's language is known: for menus that ask for it.
    pub known: Option<StepAt>,
}

/// Digits.
#[derive(Clone, Debug, PartialEq)]
pub struct Collect {
    /// What is said.
    pub text: Prompts,
    /// The fewest digits that are taken.
    pub least: usize,
    /// The most digits that are taken: they end by themselves.
    pub most: usize,
    /// Keys that end digits before there are as many.
    pub ends: BTreeSet<char>,
    /// The variable that keeps them, with its key.
    pub into: Option<(String, Variable)>,
    /// Whether facts mask them.
    pub mask: Mask,
    /// How long to wait.
    pub patience: Patience,
    /// All digits are there.
    pub ok: StepAt,
    /// `#` before any digit.
    pub none: StepAt,
    /// After the last silence.
    pub no_input: StepAt,
}

/// Whether facts show digits.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Mask {
    /// As they are.
    #[default]
    Open,
    /// As stars.
    Secret,
}

/// A look-up.
#[derive(Clone, Debug, PartialEq)]
pub struct Lookup {
    /// By what.
    pub by: LookupBy,
    /// How long to wait for its answer, at most.
    pub timeout: Duration,
    /// Said while its answer is awaited.
    pub wait: Option<Wording>,
    /// Orders were found.
    pub ok: StepAt,
    /// None were found.
    pub empty: StepAt,
    /// There is nothing to look up by.
    pub no_number: StepAt,
    /// No answer in time.
    pub timed_out: StepAt,
    /// The source failed.
    pub failed: StepAt,
}

/// By what orders are looked up.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum LookupBy {
    /// By the caller's number.
    Caller,
    /// By the last digits of an order's id, taken by a collect step.
    OrderTail(StepAt),
}

/// A question to a service of the centre.
#[derive(Clone, Debug, PartialEq)]
pub struct Consult {
    /// The service's name in the configuration.
    pub service: String,
    /// What it is told, by name.
    pub with: Vec<(String, Expression)>,
    /// How long to wait for each answer, at most.
    pub timeout: Duration,
    /// Said while an answer is awaited.
    pub wait: Option<Wording>,
    /// What its answers are.
    pub yields: Yield,
    /// The variables that it may set, by the name it gives them, with their keys.
    pub sets: BTreeMap<String, (String, Variable)>,
    /// It has answered and wants no more.
    pub ok: StepAt,
    /// No answer in time.
    pub timed_out: StepAt,
    /// It failed, or its answer cannot be followed.
    pub failed: StepAt,
}

/// What the answers of a service are.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Yield {
    /// One object with values; if there is nothing, the call goes there.
    Values(StepAt),
    /// Things to do, until it says where the call goes.
    Deeds {
        /// Ways it may name.
        ways: Vec<(String, StepAt)>,
        /// Queue steps that it may name by their queues.
        queues: Vec<StepAt>,
        /// How long a key is waited for.
        patience: Patience,
    },
}

/// Likely questions.
#[derive(Clone, Debug, PartialEq)]
pub struct Predict {
    /// At most so many are read.
    pub at_most: u32,
    /// Each question with its key.
    pub say_each: Wording,
    /// If the first question is as likely as that, it is asked about in these words instead of `say`.
    pub sure: Option<Sure>,
    /// In so many of a hundred calls the order is drawn by lot.
    pub shuffle_percent: u32,
    /// After the last.
    pub say_last: Option<Wording>,
    /// Other keys. `*` repeats, `#` is none of these and `0` a person unless they stand here.
    pub keys: BTreeMap<char, Target>,
    /// How long to wait.
    pub patience: Patience,
    /// A question was chosen.
    pub chosen: StepAt,
    /// None of these, or nothing is likely.
    pub none: StepAt,
    /// After the last silence or wrong key.
    pub no_input: StepAt,
}

/// When it is nearly sure what a caller wants, and what is said then.
#[derive(Clone, Debug, PartialEq)]
pub struct Sure {
    /// The first question is likelier than so many in a hundred.
    pub percent: u32,
    /// Its question and key; the others follow.
    pub say: Wording,
}

/// An answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// To which question; none: the chosen one.
    pub question: Option<String>,
    /// It was given.
    pub done: StepAt,
    /// It was given, and a person must do the rest.
    pub person: StepAt,
    /// It is private, and the caller has not proved who they are.
    pub private: StepAt,
    /// It is about an order, and there is none.
    pub no_order: StepAt,
    /// There is no answer.
    pub none: StepAt,
}

/// A proof of who calls.
#[derive(Clone, Debug, PartialEq)]
pub struct Verify {
    /// What is said.
    pub text: Wording,
    /// Said after a wrong try.
    pub wrong: Option<Wording>,
    /// How many tries a call has in all its verify steps.
    pub tries: u32,
    /// How long to wait.
    pub patience: Patience,
    /// Proved, or proved before.
    pub ok: StepAt,
    /// Not proved, silent to the end, or nothing to prove it by.
    pub failed: StepAt,
}

/// A call to a number outside.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Dial {
    /// The number, with its plus.
    pub number: String,
    /// How long it rings.
    pub ring: Duration,
    /// It is busy.
    pub busy: StepAt,
    /// Nobody answers in time.
    pub no_answer: StepAt,
    /// It cannot be called.
    pub failed: StepAt,
    /// Who was called hung up and the caller did not; none: the call ends.
    pub talked: Option<StepAt>,
}

/// A promise to call the caller back at their place in the queue.
#[derive(Clone, Debug, PartialEq)]
pub struct Callback {
    /// What the customer hears when they answer, before they press 1.
    pub words: Wording,
    /// Where it waits if it keeps no place; none: then it is not promised.
    pub queue: Option<String>,
    /// The promise stands.
    pub ok: StepAt,
    /// The call came without a number.
    pub no_number: StepAt,
    /// It cannot be promised.
    pub failed: StepAt,
}

/// A message that the caller leaves.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Message {
    /// The queue whose people it is for.
    pub queue: String,
    /// The longest message.
    pub longest: Duration,
    /// The silence that ends it.
    pub silence: Duration,
    /// It is kept.
    pub ok: StepAt,
    /// Nothing was said.
    pub empty: StepAt,
    /// It could not be kept.
    pub failed: StepAt,
}

/// Variables being set.
#[derive(Clone, Debug, PartialEq)]
pub struct Set {
    /// In this order; each sees those before it.
    pub assignments: Vec<Assignment>,
    /// What comes next.
    pub next: StepAt,
}

/// A variable being set.
#[derive(Clone, Debug, PartialEq)]
pub struct Assignment {
    /// Where the call keeps it: `vars.tries`, `amount/args.limit`.
    pub key: String,
    /// What it is.
    pub variable: Variable,
    /// Its new value; an absent one makes it absent.
    pub value: Expression,
}

/// The first condition that holds says where a call goes.
#[derive(Clone, Debug, PartialEq)]
pub struct Fork {
    /// In this order.
    pub cases: Vec<Case>,
    /// If none holds.
    pub otherwise: StepAt,
}

/// A condition and where it leads.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// The condition.
    pub condition: Expression,
    /// As it is written.
    pub written: String,
    /// Where it leads.
    pub to: StepAt,
}

/// Opening hours say where a call goes.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Opening {
    /// The name of the hours.
    pub hours: String,
    /// Within them.
    pub open: StepAt,
    /// Outside of them.
    pub closed: StepAt,
    /// Outside of a holiday's hours.
    pub holiday: StepAt,
}

/// A score that the caller is asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Survey {
    /// What is scored.
    pub name: String,
    /// What is said.
    pub text: Prompts,
    /// The least score.
    pub least: u8,
    /// The best score, at most 9.
    pub most: u8,
    /// How long to wait.
    pub patience: Patience,
    /// A score was given.
    pub scored: StepAt,
    /// After the last silence or wrong key.
    pub no_input: StepAt,
}

/// Words that mark a contact.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Tag {
    /// The words.
    pub tags: Vec<String>,
    /// What comes next.
    pub next: StepAt,
}

/// The skill in a queue step's need that stands for the skill of the chosen question.
pub const QUESTION_SKILL: &str = "question.skill";

impl Script {
    /// Whether it answers this dialled number.
    #[must_use]
    pub fn answers(&self, called: &str) -> bool {
        self.dids.iter().any(|did| did.fits(called))
    }

    /// The default language.
    #[must_use]
    pub fn language(&self) -> Language {
        self.languages.first().copied().unwrap_or(Language::English)
    }

    /// The step at a place.
    #[must_use]
    pub fn step(&self, at: StepAt) -> Option<&Step> {
        self.steps.get(at.0)
    }
}
