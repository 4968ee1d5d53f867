//! What may stand in a bank.

use crate::machine::schema::shape::Form;
use crate::machine::schema::shape::Shape;
use crate::machine::schema::shape::free;
use crate::machine::schema::shape::needed;

/// A bank.
pub const BANK: Shape = Shape {
    about: "a bank of questions and answers of Ringwise",
    keys: &[
        needed("bank", Form::Name, "its name"),
        needed(
            "languages",
            Form::Some(&Form::One(&["en", "zh-CN"])),
            "those of its texts",
        ),
        needed(
            "attributes",
            Form::Keyed(&ATTRIBUTES),
            "what the source of orders tells",
        ),
        free(
            "cells",
            Form::List(&Form::Any),
            "which attributes tell situations apart",
        ),
        free(
            "names",
            Form::List(&Form::Keyed(&ORDER_NAME)),
            "how an order is named to a caller with several",
        ),
        free(
            "notices",
            Form::List(&Form::Keyed(&NOTICE)),
            "what is told of an order before anybody asks, once",
        ),
        needed(
            "questions",
            Form::List(&Form::Keyed(&QUESTION)),
            "what callers may want to know",
        ),
    ],
};

/// Attributes.
pub const ATTRIBUTES: Shape = Shape {
    about: "attributes of orders and customers",
    keys: &[
        free("order", Form::Map(&Form::Keyed(&ATTRIBUTE)), "of an order"),
        free(
            "customer",
            Form::Map(&Form::Keyed(&ATTRIBUTE)),
            "of a customer",
        ),
    ],
};

/// An attribute.
pub const ATTRIBUTE: Shape = Shape {
    about: "an attribute",
    keys: &[
        needed(
            "type",
            Form::One(&[
                "number", "money", "time", "date", "moment", "state", "bool", "code", "text",
            ]),
            "what kind of values it has",
        ),
        free(
            "source",
            Form::Name,
            "what the source of orders calls it, if not the same",
        ),
        free(
            "unit",
            Form::One(&["min", "h", "d"]),
            "what a number counts",
        ),
        free(
            "currency",
            Form::One(&["CNY", "USD", "EUR", "HKD"]),
            "what money counts",
        ),
        free(
            "privacy",
            Form::One(&["open", "private"]),
            "who may hear it",
        ),
        free(
            "values",
            Form::Any,
            "of a state: a list, or a map with words in each language",
        ),
        free(
            "hours_until",
            Form::Name,
            "derived: hours until that moment",
        ),
        free(
            "hours_since",
            Form::Name,
            "derived: hours since that moment",
        ),
        free(
            "ratio",
            Form::List(&Form::Name),
            "derived: the first divided by the second",
        ),
        free(
            "sum",
            Form::List(&Form::Name),
            "derived: that moment and so much later",
        ),
    ],
};

/// How an order is named.
pub const ORDER_NAME: Shape = Shape {
    about: "how an order is named",
    keys: &[
        free("when", Form::Any, "when it fits"),
        needed("say", Form::Said, "the words"),
    ],
};

/// A notice.
pub const NOTICE: Shape = Shape {
    about: "what is told of an order before anybody asks, once",
    keys: &[
        needed("id", Form::Name, "its name"),
        free("when", Form::Any, "when it is told"),
        free(
            "send",
            Form::One(&["webhook"]),
            "sent to the webhook of the configuration as soon as it is due",
        ),
        needed("say", Form::Said, "the words; nothing private"),
    ],
};

/// A question.
pub const QUESTION: Shape = Shape {
    about: "what callers may want to know",
    keys: &[
        needed("id", Form::Name, "small letters, digits and _"),
        free("about", Form::One(&["order", "caller"]), "what it is about"),
        free("when", Form::Any, "when it may be asked at all"),
        needed("short", Form::Said, "as a menu names it"),
        free("text", Form::Said, "in full, for a page or an app"),
        free(
            "self_service",
            Form::Said,
            "how a caller solves it without a person",
        ),
        free("notes", Form::Said, "what a seat should know"),
        free("script", Form::Said, "what a seat says first"),
        needed(
            "prior",
            Form::Either(&[Form::Number, Form::List(&Form::Keyed(&PRIOR))]),
            "its weight before anything is learned",
        ),
        free("skill", Form::Name, "that a person needs to help"),
        free(
            "solvable",
            Form::Number,
            "the share of callers that the answer helps",
        ),
        needed(
            "answers",
            Form::List(&Form::Keyed(&ANSWER)),
            "the first that fits is given",
        ),
    ],
};

/// A weight.
pub const PRIOR: Shape = Shape {
    about: "a weight",
    keys: &[
        free("when", Form::Any, "when it holds"),
        needed("weight", Form::Number, "how likely"),
    ],
};

/// An answer.
pub const ANSWER: Shape = Shape {
    about: "an answer",
    keys: &[
        free("when", Form::Any, "when it fits"),
        needed(
            "say",
            Form::Said,
            "the words, with slots like {{ order.price | money }}",
        ),
        free("text", Form::Said, "as a page or an app writes it"),
        free("seat", Form::Said, "as a seat reads it"),
        free(
            "privacy",
            Form::One(&["open", "private"]),
            "private: after verification only",
        ),
        free(
            "then",
            Form::One(&["done", "person"]),
            "person: somebody must do the rest",
        ),
    ],
};
