//! The distributor against a small model, against invariants, against seeded faults, and in
//! tables for what others get wrong.

/// What must hold after every event, whatever the engine says of itself.
mod assertions;

/// A small centre for histories: its seats and queues.
mod centre;

/// Wrong distributors, each of which must be caught.
mod fault;

/// How the model decides.
mod choice;

/// Random histories that drive the engine and the model side by side.
mod history;

/// What users of other systems complain of, as tables over time.
mod complaint;

/// The distributor again, by walking over everything.
mod reference;

/// What can happen.
mod transition;

/// Random histories of queues that ring several seats at once.
mod several;
