//! What may stand in dialplans and banks, as editors want to know it.

/// What may stand in a bank.
pub mod bank;

/// What may stand in a dialplan.
pub mod dialplan;

/// As JSON Schema.
pub mod json;

/// Steps that take a place in a queue.
pub mod queue_verb;

/// Steps that ask services.
pub mod service_verb;

/// Forms of values and the keys of maps.
pub mod shape;

/// What may stand in a dialplan's steps.
pub mod verb;

/// Keys that many steps have.
pub mod verb_key;

/// What a key does while a caller waits.
pub mod wait_key;
