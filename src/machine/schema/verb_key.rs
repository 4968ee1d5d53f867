//! Keys that many steps have.

use crate::machine::schema::shape::Form;
use crate::machine::schema::shape::Key;
use crate::machine::schema::shape::Shape;
use crate::machine::schema::shape::free;
use crate::machine::schema::shape::needed;

/// What is said first.
pub const SAY: Key = free("say", Form::Said, "what is said first");
/// In which languages.
pub const IN: Key = free(
    "in",
    Form::One(&["all"]),
    "all: the texts of all languages are said, one after the other",
);
/// How often it is said again.
pub const RETRIES: Key = free(
    "retries",
    Form::Whole(0, 9),
    "how often it is said again after silence or a wrong key",
);
/// How long a key is waited for.
pub const KEY_TIMEOUT: Key = free(
    "key_timeout",
    Form::Length,
    "how long to wait for a key after the words: 5s",
);
/// The ways that are not named.
pub const ANY: Key = free("any", Form::Name, "all outcomes that are not named");

/// A way out of a step.
#[must_use]
pub const fn way(name: &'static str, about: &'static str) -> Key {
    free(name, Form::Name, about)
}

/// Where the ways out of a step lead.
#[must_use]
pub const fn goto(shape: &'static Shape) -> Key {
    needed("goto", Form::Keyed(shape), "where each outcome leads")
}

/// A step of a wait.
pub const WAIT_STEP: Shape = Shape {
    about: "whom the call asks for, and for how long",
    keys: &[
        free(
            "need",
            Form::Text,
            "what a seat needs beyond the queue's need: refund >= 3 or group == seniors",
        ),
        free(
            "seats",
            Form::Some(&Form::Name),
            "seats by id; last is the one that served the customer last",
        ),
        free("for", Form::Length, "how long: 20s"),
        free(
            "skip_if",
            Form::One(&["never", "nobody_signed_in", "nobody_ready"]),
            "when the step is passed over",
        ),
        free(
            "prefer",
            Form::One(&[
                "longest_idle",
                "most_skilled",
                "least_skilled",
                "least_busy",
                "fewest_queues",
            ]),
            "who goes first among ready seats",
        ),
        free(
            "weights",
            Form::Map(&Form::Whole(0, 1_000)),
            "or who goes first by the sum of levels times these",
        ),
    ],
};
