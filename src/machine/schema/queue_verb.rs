//! Steps that take a place in a queue.

use crate::machine::schema::shape::Form;
use crate::machine::schema::shape::Key;
use crate::machine::schema::shape::Shape;
use crate::machine::schema::shape::free;
use crate::machine::schema::shape::needed;
use crate::machine::schema::verb_key::ANY;
use crate::machine::schema::verb_key::IN;
use crate::machine::schema::verb_key::SAY;
use crate::machine::schema::verb_key::WAIT_STEP;
use crate::machine::schema::verb_key::goto;
use crate::machine::schema::verb_key::way;
use crate::machine::schema::wait_key::WAIT_KEY;

const WAIT_KEYS: Key = free(
    "keys",
    Form::Keys(&Form::Either(&[Form::Name, Form::Keyed(&WAIT_KEY)])),
    "what keys do while the caller waits",
);

/// A wait for a seat.
pub const QUEUE: Shape = Shape {
    about: "waits for a seat",
    keys: &[
        SAY,
        IN,
        needed("queue", Form::Name, "the queue"),
        free(
            "need",
            Form::Either(&[Form::Text, Form::Map(&Form::Text)]),
            "skills: refund >= 3 and lang.en >= 1, or one per language",
        ),
        free("priority", Form::Whole(0, 100), "larger goes first"),
        free(
            "tell",
            Form::Some(&Form::One(&["position", "wait"])),
            "what a waiting caller is told from time to time; else position",
        ),
        free("hint", Form::Said, "said after it"),
        WAIT_KEYS,
        free("max_wait", Form::Length, "the longest wait: 10m"),
        free(
            "max_expected",
            Form::Length,
            "who must expect to wait longer is not taken: 15m",
        ),
        free(
            "ageing",
            Form::Number,
            "how fast the priority rises, in levels a minute",
        ),
        free(
            "steps",
            Form::List(&Form::Keyed(&WAIT_STEP)),
            "whom the call asks for one after the other, instead of the queue's steps",
        ),
        goto(&Shape {
            about: "where each outcome leads",
            keys: &[
                way("full", "the queue is full"),
                way("left", "the caller left the queue"),
                way("talked", "the seat hung up and the caller did not"),
                way("closed", "outside of the queue's hours; else as full"),
                way("long", "the wait to expect is longer than max_expected"),
                way("timeout", "the caller has waited for max_wait"),
                way(
                    "nobody",
                    "nobody who could help is signed in; else the call waits",
                ),
                ANY,
            ],
        }),
    ],
};

/// A promise to call back.
pub const CALLBACK: Shape = Shape {
    about: "promises a caller to be called back at the place kept in a queue",
    keys: &[
        SAY,
        IN,
        needed(
            "callback",
            Form::Said,
            "what the customer hears when they answer: who calls, and to press 1",
        ),
        free(
            "in_queue",
            Form::Name,
            "where it waits if the call keeps no place: closed, full, too long",
        ),
        goto(&Shape {
            about: "where each outcome leads",
            keys: &[
                way("ok", "it is promised; durable, so it may be told"),
                way(
                    "failed",
                    "it cannot be promised: the number, the place, the log",
                ),
                way(
                    "no_number",
                    "the call came without a number; else as failed",
                ),
                ANY,
            ],
        }),
    ],
};
