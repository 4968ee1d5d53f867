//! What may stand in a dialplan's steps, verb by verb.

use crate::machine::schema::queue_verb;
use crate::machine::schema::service_verb;
use crate::machine::schema::shape::Form;
use crate::machine::schema::shape::Key;
use crate::machine::schema::shape::Shape;
use crate::machine::schema::shape::free;
use crate::machine::schema::shape::needed;
use crate::machine::schema::verb_key::ANY;
use crate::machine::schema::verb_key::IN;
use crate::machine::schema::verb_key::KEY_TIMEOUT;
use crate::machine::schema::verb_key::RETRIES;
use crate::machine::schema::verb_key::SAY;
use crate::machine::schema::verb_key::goto;
use crate::machine::schema::verb_key::way;

/// A step by its verb.
#[derive(Clone, Copy, Debug)]
pub struct Verb {
    /// The verb.
    pub name: &'static str,
    /// The step's keys.
    pub shape: Shape,
    /// A step in one line; `a` stands for a step, `q` for a queue, `f` for a subflow, `h` for hours.
    pub example: &'static str,
}

const GOTO_STEP: Key = needed("goto", Form::Name, "the next step");
/// Where a key leads.
pub const TARGET: Shape = Shape {
    about: "where a key leads",
    keys: &[
        needed("goto", Form::Name, "the step"),
        free(
            "language",
            Form::One(&["en", "zh-CN"]),
            "the language that is spoken from there on",
        ),
        free(
            "question",
            Form::Name,
            "the question that is chosen: an id of the bank",
        ),
    ],
};

const KEYS: Key = free(
    "keys",
    Form::Keys(&Form::Either(&[Form::Name, Form::Keyed(&TARGET)])),
    "where keys lead; * repeats and 0 leads to a person unless they stand here",
);

macro_rules! outcomes {
    ($($way:expr),* $(,)?) => {
        &Shape {
            about: "where each outcome leads",
            keys: &[$($way,)* ANY],
        }
    };
}

const NO_INPUT: Key = way("no_input", "the caller was silent to the end");

/// The steps that say and go on, or only go on.
pub const PLAIN: Verb = Verb {
    name: "goto",
    shape: Shape {
        about: "says something and goes on",
        keys: &[SAY, IN, GOTO_STEP],
    },
    example: "{ say: \"x\", goto: a }",
};

/// Steps by their verbs.
pub const VERBS: [Verb; 20] = [
    Verb {
        name: "menu",
        shape: Shape {
            about: "offers keys",
            keys: &[
                SAY,
                IN,
                needed("menu", Form::Prompts, "what is said"),
                KEYS,
                RETRIES,
                KEY_TIMEOUT,
                goto(outcomes![
                    NO_INPUT,
                    way("invalid", "the last wrong key; else as no_input"),
                    way("known", "at once, if the caller's language is known"),
                ]),
            ],
        },
        example: "{ menu: \"x\", keys: { \"1\": a }, goto: { no_input: a } }",
    },
    Verb {
        name: "collect",
        shape: Shape {
            about: "takes digits",
            keys: &[
                SAY,
                IN,
                needed("collect", Form::Prompts, "what is said"),
                needed(
                    "digits",
                    Form::Either(&[Form::Whole(1, 32), Form::Text]),
                    "how many: 4, or 4-8",
                ),
                free("end", Form::Dialled, "keys that end them early: \"#\""),
                free("secret", Form::Truth, "records show stars"),
                free("into", Form::Name, "the variable that keeps them"),
                RETRIES,
                KEY_TIMEOUT,
                goto(outcomes![
                    way("ok", "all digits were entered"),
                    way("none", "# and no digit"),
                    NO_INPUT,
                ]),
            ],
        },
        example: "{ collect: \"x\", digits: 4, goto: { any: a } }",
    },
    Verb {
        name: "lookup",
        shape: Shape {
            about: "finds the caller's orders",
            keys: &[
                SAY,
                IN,
                needed(
                    "lookup",
                    Form::Either(&[Form::One(&["caller"]), Form::Keyed(&ORDER_TAIL)]),
                    "by the caller's number, or by digits of an order",
                ),
                free("timeout", Form::Length, "how long it may take: 5s"),
                free("wait", Form::Said, "said while the answer is awaited"),
                goto(outcomes![
                    way("ok", "orders were found"),
                    way("empty", "none were found"),
                    way("no_number", "the number is withheld or unknown"),
                    way("timeout", "no answer in time"),
                    way("failed", "the source failed"),
                ]),
            ],
        },
        example: "{ lookup: caller, goto: { any: a } }",
    },
    Verb {
        name: "lookup",
        shape: service_verb::LOOKUP,
        example: "{ lookup: points, set: { n: points }, goto: { any: a } }",
    },
    Verb {
        name: "call",
        shape: service_verb::CALL,
        example: "{ call: helper, may_set: n, goto: { any: a } }",
    },
    Verb {
        name: "predict",
        shape: Shape {
            about: "offers the likeliest questions",
            keys: &[
                SAY,
                IN,
                needed("predict", Form::One(&["questions"]), "from the bank"),
                free("at_most", Form::Whole(1, 9), "how many are read, at most"),
                needed(
                    "say_each",
                    Form::Said,
                    "each: {{q.short}} is the question, {{digit}} its key",
                ),
                free(
                    "say_sure",
                    Form::Said,
                    "instead of `say` and the first `say_each` if the first is nearly sure",
                ),
                free(
                    "sure",
                    Form::Whole(50, 99),
                    "how likely it must be for that, in percent (85)",
                ),
                free(
                    "shuffle",
                    Form::Whole(0, 20),
                    "in so many of a hundred calls the order is drawn by lot",
                ),
                free("say_last", Form::Said, "after the last"),
                KEYS,
                RETRIES,
                KEY_TIMEOUT,
                goto(outcomes![
                    way("chosen", "a question was chosen"),
                    way("none", "#, or nothing is likely"),
                    NO_INPUT,
                ]),
            ],
        },
        example: "{ predict: questions, say_each: \"{{q.short}} {{digit}}\", goto: { any: a } }",
    },
    Verb {
        name: "answer",
        shape: Shape {
            about: "answers a question",
            keys: &[
                SAY,
                IN,
                needed("answer", Form::Name, "chosen, or the id of a question"),
                goto(outcomes![
                    way("done", "it was given"),
                    way("person", "it was given, and a person must do the rest"),
                    way("private", "the caller must prove who they are first"),
                    way("no_order", "it is about an order, and there is none"),
                    way("none", "there is no answer"),
                ]),
            ],
        },
        example: "{ answer: chosen, goto: { any: a } }",
    },
    Verb {
        name: "verify",
        shape: Shape {
            about: "lets callers prove who they are, by the last digits of an order",
            keys: &[
                SAY,
                IN,
                needed("verify", Form::Prompts, "what is said"),
                free("wrong", Form::Said, "said after a wrong try"),
                free("tries", Form::Whole(1, 5), "how many tries a call has"),
                RETRIES,
                KEY_TIMEOUT,
                goto(outcomes![
                    way("ok", "proved, or proved before"),
                    way("failed", "not proved"),
                ]),
            ],
        },
        example: "{ verify: \"x\", goto: { any: a } }",
    },
    Verb {
        name: "queue",
        shape: queue_verb::QUEUE,
        example: "{ queue: q, goto: { any: a } }",
    },
    Verb {
        name: "dial",
        shape: Shape {
            about: "calls a number outside and connects the caller with whoever answers",
            keys: &[
                SAY,
                IN,
                needed(
                    "dial",
                    Form::Dialled,
                    "the number, with plus and country: \"+861060000002\"",
                ),
                free("ring", Form::Length, "how long it rings: 30s"),
                goto(outcomes![
                    way("failed", "it was not reached"),
                    way("busy", "it is busy; else as failed"),
                    way("no_answer", "nobody answers in time; else as failed"),
                    way("talked", "who was called hung up and the caller did not"),
                ]),
            ],
        },
        example: "{ dial: \"+861060000002\", goto: { any: a } }",
    },
    Verb {
        name: "callback",
        shape: queue_verb::CALLBACK,
        example: "{ callback: \"x\", goto: { any: a } }",
    },
    Verb {
        name: "message",
        shape: Shape {
            about: "takes a message for the people of a queue",
            keys: &[
                SAY,
                IN,
                needed("message", Form::Name, "the queue"),
                free("longest", Form::Length, "the longest message: 2m"),
                free("silence", Form::Length, "the silence that ends it: 5s"),
                goto(outcomes![
                    way("ok", "it is kept; durable, so it may be told"),
                    way("failed", "it cannot be kept"),
                    way("empty", "nothing was said; else as ok"),
                ]),
            ],
        },
        example: "{ message: q, goto: { any: a } }",
    },
    Verb {
        name: "hangup",
        shape: Shape {
            about: "ends the call",
            keys: &[SAY, IN, needed("hangup", Form::One(&["normal"]), "how")],
        },
        example: "{ hangup: normal }",
    },
    Verb {
        name: "set",
        shape: Shape {
            about: "sets variables",
            keys: &[
                SAY,
                IN,
                needed("set", Form::Map(&Form::Expression), "variables and values"),
                GOTO_STEP,
            ],
        },
        example: "{ set: { n: 1 }, goto: a }",
    },
    Verb {
        name: "branch",
        shape: Shape {
            about: "goes where the first condition that holds leads",
            keys: &[
                SAY,
                IN,
                needed(
                    "branch",
                    Form::List(&Form::Keyed(&CASE)),
                    "conditions, in order",
                ),
                needed("else", Form::Name, "if none holds"),
            ],
        },
        example: "{ branch: [{ if: \"vars.n > 1\", goto: a }], else: a }",
    },
    Verb {
        name: "time",
        shape: Shape {
            about: "goes where opening hours lead",
            keys: &[
                SAY,
                IN,
                needed("time", Form::Name, "the name of the hours"),
                goto(outcomes![
                    way("open", "within the hours"),
                    way("closed", "outside of them"),
                    way("holiday", "outside of a holiday's hours; else as closed"),
                ]),
            ],
        },
        example: "{ time: h, goto: { any: a } }",
    },
    Verb {
        name: "survey",
        shape: Shape {
            about: "asks for a score",
            keys: &[
                SAY,
                IN,
                needed("survey", Form::Prompts, "what is said"),
                free("name", Form::Name, "what is scored; else the step's name"),
                free("scale", Form::Text, "the keys, the worst first: 1-5"),
                RETRIES,
                KEY_TIMEOUT,
                goto(outcomes![way("scored", "a score was given"), NO_INPUT]),
            ],
        },
        example: "{ survey: \"x\", goto: { any: a } }",
    },
    Verb {
        name: "play",
        shape: Shape {
            about: "plays a recording and goes on",
            keys: &[
                SAY,
                IN,
                needed("play", Form::Name, "its phrase in prompts/index.csv"),
                GOTO_STEP,
            ],
        },
        example: "{ play: p, goto: a }",
    },
    Verb {
        name: "tag",
        shape: Shape {
            about: "marks the contact",
            keys: &[
                SAY,
                IN,
                needed("tag", Form::Some(&Form::Name), "one word, or several"),
                GOTO_STEP,
            ],
        },
        example: "{ tag: t, goto: a }",
    },
    Verb {
        name: "subflow",
        shape: Shape {
            about: "walks a subflow",
            keys: &[
                SAY,
                IN,
                needed("subflow", Form::Name, "its name"),
                free("with", Form::Map(&Form::Expression), "its arguments"),
                free("goto", Form::Map(&Form::Name), "where its outcomes lead"),
            ],
        },
        example: "{ subflow: f, goto: { any: a } }",
    },
];

/// A look-up by digits of an order.
pub const ORDER_TAIL: Shape = Shape {
    about: "by the last digits of an order",
    keys: &[needed(
        "order_tail",
        Form::Name,
        "the collect step that took them",
    )],
};

/// A condition and where it leads.
pub const CASE: Shape = Shape {
    about: "a condition and where it leads",
    keys: &[
        needed("if", Form::Expression, "the condition"),
        needed("goto", Form::Name, "the step"),
    ],
};
