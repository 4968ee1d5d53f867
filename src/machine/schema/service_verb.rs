//! Steps that ask services.

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

const WITH: Key = free(
    "with",
    Form::Map(&Form::Expression),
    "what the service is told, by name",
);
const SERVICE_TIMEOUT: Key = free("timeout", Form::Length, "how long it may take: 3s");
const WAIT: Key = free("wait", Form::Said, "said while the answer is awaited");
const TIMED_OUT: Key = way("timeout", "no answer in time");
const FAILED: Key = way("failed", "it failed, or its answer cannot be followed");

/// A look-up of a service.
pub const LOOKUP: Shape = Shape {
    about: "asks a service for values",
    keys: &[
        SAY,
        IN,
        needed(
            "lookup",
            Form::Name,
            "the service, as ringwise.toml names it",
        ),
        WITH,
        free(
            "set",
            Form::Map(&Form::Name),
            "variables, each with its field",
        ),
        SERVICE_TIMEOUT,
        WAIT,
        goto(&Shape {
            about: "where each outcome leads",
            keys: &[
                way("ok", "there is an answer"),
                way("empty", "there is nothing"),
                TIMED_OUT,
                FAILED,
                ANY,
            ],
        }),
    ],
};

/// A service that leads the call.
pub const CALL: Shape = Shape {
    about: "lets a service lead the call for a while",
    keys: &[
        SAY,
        IN,
        needed("call", Form::Name, "the service, as ringwise.toml names it"),
        WITH,
        free(
            "may_set",
            Form::Some(&Form::Name),
            "variables that it may set",
        ),
        free(
            "may_go",
            Form::Map(&Form::Name),
            "ways that it may name, each with its step",
        ),
        free(
            "may_queue",
            Form::Some(&Form::Name),
            "queue steps, which it may name by their queues",
        ),
        SERVICE_TIMEOUT,
        WAIT,
        RETRIES,
        KEY_TIMEOUT,
        goto(&Shape {
            about: "where each outcome leads",
            keys: &[
                way("ok", "the service wants no more"),
                TIMED_OUT,
                FAILED,
                ANY,
            ],
        }),
    ],
};
