//! What may stand for what a key does while a caller waits.

use crate::machine::schema::shape::Form;
use crate::machine::schema::shape::Shape;
use crate::machine::schema::shape::free;

/// What a key does while a caller waits.
pub const WAIT_KEY: Shape = Shape {
    about: "what a key does while a caller waits",
    keys: &[
        free(
            "visit",
            Form::Name,
            "the call goes to this step and keeps its place",
        ),
        free(
            "say",
            Form::One(&["again"]),
            "what is told from time to time is told at once",
        ),
        free("goto", Form::Name, "the call leaves the queue"),
        free(
            "language",
            Form::One(&["en", "zh-CN"]),
            "with goto: the language that is spoken from there on",
        ),
        free(
            "question",
            Form::Name,
            "with goto: the question that is chosen",
        ),
    ],
};
