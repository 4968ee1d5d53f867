//! What may stand in a dialplan.

use crate::machine::schema::shape::Form;
use crate::machine::schema::shape::Shape;
use crate::machine::schema::shape::free;
use crate::machine::schema::shape::needed;

/// A dialplan. What stands in its steps is in the table of verbs.
pub const DIALPLAN: Shape = Shape {
    about: "a dialplan of Ringwise",
    keys: &[
        needed("version", Form::Whole(1, 1), "of the language of dialplans"),
        needed("flow", Form::Name, "its name"),
        needed("entry", Form::Keyed(&ENTRY), "how calls come in"),
        needed(
            "languages",
            Form::List(&Form::One(&["en", "zh-CN"])),
            "the first is the default",
        ),
        free("bank", Form::Name, "where questions and answers come from"),
        free("defaults", Form::Keyed(&DEFAULTS), "for all steps"),
        free(
            "vars",
            Form::Map(&Form::Either(&[Form::Name, Form::Keyed(&VARIABLE)])),
            "what a call remembers",
        ),
        free(
            "hours",
            Form::Map(&Form::Keyed(&HOURS)),
            "opening hours by name",
        ),
        free(
            "subflows",
            Form::Map(&Form::Keyed(&SUBFLOW)),
            "steps that are used in several places",
        ),
        needed("steps", Form::Any, "a call begins at the first"),
        free(
            "tests",
            Form::List(&Form::Keyed(&TEST)),
            "what must stay true",
        ),
    ],
};

/// How calls come in.
pub const ENTRY: Shape = Shape {
    about: "how calls come in",
    keys: &[
        needed(
            "did",
            Form::List(&Form::Dialled),
            "numbers, or patterns like _400XXXXXXX, in quotes",
        ),
        free(
            "hours",
            Form::Keyed(&GATE),
            "when calls begin at the first step",
        ),
    ],
};

/// Opening hours at the entry.
pub const GATE: Shape = Shape {
    about: "opening hours at the entry",
    keys: &[
        needed("of", Form::Name, "the name of the hours"),
        needed("closed", Form::Name, "where calls begin outside of them"),
        free("holiday", Form::Name, "where on a holiday; else as closed"),
    ],
};

/// Defaults.
pub const DEFAULTS: Shape = Shape {
    about: "for all steps that do not say otherwise",
    keys: &[
        free(
            "person",
            Form::Name,
            "where key 0 leads; else the first queue",
        ),
        free(
            "key_timeout",
            Form::Length,
            "how long to wait for a key: 5s",
        ),
        free(
            "retries",
            Form::Whole(0, 9),
            "how often a text is said again",
        ),
    ],
};

/// A variable or an argument.
pub const VARIABLE: Shape = Shape {
    about: "a variable",
    keys: &[
        needed("type", Form::One(&TYPES), "what kind of values it has"),
        free(
            "currency",
            Form::One(&["CNY", "USD", "EUR", "HKD"]),
            "what money counts",
        ),
        free(
            "unit",
            Form::One(&["min", "h", "d"]),
            "what a number counts",
        ),
        free(
            "values",
            Form::Any,
            "of a state: a list, or a map with words in each language",
        ),
        free(
            "privacy",
            Form::One(&["open", "private"]),
            "who may hear it",
        ),
        free(
            "start",
            Form::Expression,
            "its value at the start of a call",
        ),
    ],
};

const TYPES: [&str; 10] = [
    "bool", "number", "money", "text", "code", "state", "duration", "date", "time", "moment",
];

/// Opening hours.
pub const HOURS: Shape = Shape {
    about: "opening hours",
    keys: &[
        free(
            "zone",
            Form::Name,
            "whose clocks: Asia/Shanghai; else the centre's",
        ),
        needed(
            "week",
            Form::Map(&Form::Text),
            "by day: mon-fri: \"09:00-18:00\"",
        ),
        free(
            "holidays",
            Form::Map(&Form::Text),
            "by date: 2026-10-01..2026-10-07: closed",
        ),
    ],
};

/// A subflow.
pub const SUBFLOW: Shape = Shape {
    about: "steps that are used in several places",
    keys: &[
        free(
            "with",
            Form::Map(&Form::Either(&[Form::Name, Form::Keyed(&VARIABLE)])),
            "its arguments",
        ),
        free("outcomes", Form::List(&Form::Name), "how it may end"),
        needed("steps", Form::Any, "it begins at the first"),
    ],
};

/// A test.
pub const TEST: Shape = Shape {
    about: "a test: ringwise check plays it",
    keys: &[
        needed("name", Form::Text, "what it claims"),
        free(
            "given",
            Form::Keyed(&GIVEN),
            "who calls, when, and what is known of them",
        ),
        free(
            "keys",
            Form::Some(&Form::Text),
            "keys with waits: \"1\", w2, full, left, talked, hangup",
        ),
        needed("expect", Form::Keyed(&EXPECT), "what comes of it"),
    ],
};

/// Who calls.
pub const GIVEN: Shape = Shape {
    about: "who calls, when, and what is known of them",
    keys: &[
        free(
            "caller",
            Form::Dialled,
            "their number with its country, or withheld",
        ),
        free("called", Form::Dialled, "what they dialled"),
        free(
            "language",
            Form::One(&["en", "zh-CN"]),
            "theirs, if it is known",
        ),
        free("at", Form::Text, "when the phone rings: 2026-12-25T09:00"),
        free(
            "customer",
            Form::Map(&Form::Expression),
            "name and attributes",
        ),
        free(
            "orders",
            Form::Either(&[
                Form::One(&["timeout", "failed", "none"]),
                Form::List(&Form::Map(&Form::Expression)),
            ]),
            "orders, each with an id, or how the look-up goes wrong",
        ),
        free(
            "services",
            Form::Map(&Form::Some(&Form::Text)),
            "what services answer: JSON in quotes, or timeout, failed, none",
        ),
    ],
};

/// What comes of it.
pub const EXPECT: Shape = Shape {
    about: "what comes of it; what is not named is not judged",
    keys: &[
        free(
            "path",
            Form::Some(&Form::Name),
            "steps in this order; others may lie between",
        ),
        free(
            "avoids",
            Form::Some(&Form::Name),
            "steps that are not come to",
        ),
        free(
            "said",
            Form::Some(&Form::Text),
            "words that are heard; … stands for anything",
        ),
        free(
            "not_said",
            Form::Some(&Form::Text),
            "words that are not heard",
        ),
        free("queue", Form::Name, "the queue it ends in"),
        free("tags", Form::Some(&Form::Name), "tags that the contact has"),
        free(
            "outcome",
            Form::One(&["hangup", "queued", "left"]),
            "how it ends",
        ),
    ],
};
