//! Who phones the demo centre, and what they do when.

use std::time::Duration;

use crate::call::fact::Fact;
use crate::machine::ivr::surface::WalkFact;
use crate::vocabulary::language::Language;

/// A built-in caller.
#[derive(Clone, Debug)]
pub struct Caller {
    /// What the story calls it.
    pub name: String,
    /// Its number, as its phone writes it.
    pub number: String,
    /// Its display name.
    pub display: String,
    /// What it wants, in a sentence.
    pub wish: &'static str,
    /// The tone it sends while it is connected.
    pub tone_hz: u16,
    /// What it does, in order.
    pub cues: Vec<Cue>,
    /// What must have become of it.
    pub expect: Expect,
}

/// When a caller does something, and what.
#[derive(Clone, Copy, Debug)]
pub struct Cue {
    /// What it waits for.
    pub when: When,
    /// How long after that.
    pub after: Duration,
    /// What it does.
    pub act: Act,
}

/// What a caller waits for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum When {
    /// This step of the dialplan is entered.
    Step(&'static str),
    /// Questions are predicted.
    Predicted,
    /// The verification is asked for.
    Verifying,
    /// An answer has been spoken.
    Answered,
    /// Both hear each other.
    TwoWay,
    /// The cue before has been done.
    Then,
}

/// What a caller does.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Act {
    /// Presses a key.
    Press(char),
    /// Hangs up.
    HangUp,
}

/// What must have become of a call, for the demo to be right.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Expect {
    /// An answer was heard to this question, chosen at this place of the menu.
    Answered(&'static str, u32),
    /// An answer was heard to this question, out of the fixed menu.
    AnsweredFixed(&'static str),
    /// It was verified before the answer.
    Verified(&'static str),
    /// It talked to this seat.
    Served(&'static str),
}

impl When {
    /// Whether this fact is what is waited for.
    #[must_use]
    pub fn is(self, fact: &Fact) -> bool {
        match (self, fact) {
            (Self::Step(step), Fact::Walk(WalkFact::Entered { step: entered })) => step == entered,
            (Self::Predicted, Fact::Walk(WalkFact::Predicted { .. }))
            | (Self::Answered, Fact::Walk(WalkFact::Answered { .. }))
            | (Self::TwoWay, Fact::TwoWay { .. }) => true,
            (Self::Verifying, Fact::Walk(WalkFact::Entered { step })) => step == "verify",
            _ => false,
        }
    }
}

/// The five callers of one language.
#[must_use]
pub fn callers(language: Language) -> Vec<Caller> {
    let tag = language.tag();
    let caller = |who: &str, number: &str, wish, cues: Vec<Cue>, expect| Caller {
        name: format!("{who} ({tag})"),
        number: number.to_owned(),
        display: who.to_owned(),
        wish,
        tone_hz: 440,
        cues: [greeting(language), cues].concat(),
        expect,
    };
    vec![
        caller(
            "Wang Fang",
            "13800000001",
            "her flight tonight is late; it is the first thing she is offered",
            vec![
                cue(When::Predicted, 5_500, Act::Press('1')),
                cue(When::Answered, 1_000, Act::HangUp),
            ],
            Expect::Answered("flight_delay_status", 1),
        ),
        caller(
            "Zhang Wei",
            "0138 0000 0002",
            "what he wants is third in the list",
            vec![
                cue(When::Predicted, 11_000, Act::Press('3')),
                cue(When::Answered, 1_000, Act::HangUp),
            ],
            Expect::Answered("", 3),
        ),
        caller(
            "a stranger",
            "13900000003",
            "has no orders and asks about baggage",
            vec![
                cue(When::Step("ask_order"), 2_000, Act::Press('#')),
                cue(When::Step("products"), 2_000, Act::Press('1')),
                cue(When::Step("flights"), 2_000, Act::Press('5')),
                cue(When::Answered, 1_000, Act::HangUp),
            ],
            Expect::AnsweredFixed("baggage_allowance"),
        ),
        caller(
            "Liu Yang",
            "+86 138-0000-0004",
            "asks where his refund is, which only he may hear",
            vec![cue(When::Predicted, 5_000, Act::Press('1'))],
            Expect::Verified("refund_progress"),
        ),
        caller(
            "Chen Jing",
            "13800000005",
            "wants a person",
            vec![
                cue(When::Predicted, 2_000, Act::Press('0')),
                cue(When::TwoWay, 4_000, Act::HangUp),
            ],
            Expect::Served(""),
        ),
    ]
}

fn greeting(language: Language) -> Vec<Cue> {
    match language {
        Language::Mandarin => Vec::new(),
        Language::English => vec![cue(When::Step("welcome"), 1_500, Act::Press('2'))],
    }
}

const fn cue(when: When, after_ms: u64, act: Act) -> Cue {
    Cue { when, after: Duration::from_millis(after_ms), act }
}
