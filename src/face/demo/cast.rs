//! Who phones the demo centre, and what they do when.

use std::time::Duration;

use crate::call::fact::Fact;
use crate::machine::ivr::fact::WalkFact;
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
    /// Presses the key of this question, wherever it was offered.
    Choose(&'static str),
    /// Hangs up.
    HangUp,
}

/// What must have become of a call, for the demo to be right.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Expect {
    /// An answer was heard to this question, chosen at this place of the menu.
    Answered(&'static str, u32),
    /// It was verified before the answer.
    Verified(&'static str),
    /// It talked to a seat.
    Served,
    /// It talked to this seat, the only one with the skill, while another was free.
    ServedBy(&'static str),
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
            _ => false,
        }
    }
}

/// The five callers of one language. The numbers are customers of `examples/orders.csv`.
#[must_use]
pub fn callers(language: Language) -> Vec<Caller> {
    let tag = language.tag();
    let caller = |who: &str, number: &str, story: Story| Caller {
        name: format!("{who} ({tag})"),
        number: number.to_owned(),
        display: format!("{who} ({tag})"),
        wish: story.wish,
        tone_hz: 440,
        cues: [greeting(language), story.cues].concat(),
        expect: story.expect,
    };
    vec![
        caller("Zhang Wei", "13800000001", late_flight()),
        caller("Li Na", "0138 0000 0002", third_choice()),
        caller("a stranger", "13900000003", no_orders()),
        caller("Chen Jing", "+86 138-0000-0004", private_refund()),
        caller("Wang Fang", "13800000005", wants_a_person()),
    ]
}

/// What a caller wants and does.
struct Story {
    wish: &'static str,
    cues: Vec<Cue>,
    expect: Expect,
}

fn late_flight() -> Story {
    Story {
        wish: "the flight is late tonight; that is the first question offered",
        cues: vec![
            cue(When::Predicted, 5_500, Act::Press('1')),
            cue(When::Answered, 1_000, Act::HangUp),
        ],
        expect: Expect::Answered("flight_delay_status", 1),
    }
}

fn third_choice() -> Story {
    Story {
        wish: "what is wanted comes third in the list",
        cues: vec![
            cue(When::Predicted, 13_000, Act::Press('3')),
            cue(When::Answered, 1_000, Act::HangUp),
        ],
        expect: Expect::Answered("refund_how_fee", 3),
    }
}

fn no_orders() -> Story {
    Story {
        wish: "nobody knows this number, and no booking number is at hand: a person helps",
        cues: vec![
            cue(When::Step("ask_order"), 2_000, Act::Press('#')),
            cue(When::Step("products"), 2_000, Act::Press('0')),
            cue(When::TwoWay, 3_000, Act::HangUp),
        ],
        expect: Expect::Served,
    }
}

fn private_refund() -> Story {
    Story {
        wish: "asks where a refund is, which is for the customer's ears only",
        cues: vec![
            cue(When::Predicted, 5_000, Act::Press('1')),
            cue(When::Step("verify"), 2_000, Act::Press('4')),
            cue(When::Then, 400, Act::Press('0')),
            cue(When::Then, 400, Act::Press('0')),
            cue(When::Then, 400, Act::Press('4')),
            cue(When::Answered, 1_000, Act::HangUp),
        ],
        expect: Expect::Verified("refund_progress"),
    }
}

fn wants_a_person() -> Story {
    Story {
        wish: "a name on a ticket is wrong: that needs a person who can change tickets",
        cues: vec![
            cue(When::Predicted, 8_000, Act::Choose("name_correction")),
            cue(When::TwoWay, 4_000, Act::HangUp),
        ],
        expect: Expect::ServedBy("1001"),
    }
}

fn greeting(language: Language) -> Vec<Cue> {
    match language {
        Language::Mandarin => Vec::new(),
        Language::English => vec![cue(When::Step("welcome"), 1_500, Act::Press('2'))],
    }
}

const fn cue(when: When, after_ms: u64, act: Act) -> Cue {
    Cue {
        when,
        after: Duration::from_millis(after_ms),
        act,
    }
}
