//! Pure state machines and rules. Time, chance and data are arguments.

/// The distributor: which contact to which seat.
pub mod acd;

/// Whether a service that keeps failing is asked at all.
pub mod breaker;

/// Opening hours: by weekday, with other hours on holidays.
pub mod calendar;

/// Opening hours as people write them.
pub mod calendar_words;

/// Seats, queues and skills by name.
pub mod catalog;

/// Whether seats and queues, as they are written, hold together.
pub mod catalog_check;

/// What can be wrong in a catalog, and where.
pub mod catalog_fault;

/// A chart of cards and ways, laid out and written as SVG.
pub mod drawing;

/// One typed, total language for conditions and values.
pub mod expression;

/// First dialplans from the files of other systems.
pub mod import;

/// Dialplans: checked, then walked.
pub mod ivr;

/// What a leg plays, hears and forwards.
pub mod media;

/// Orders, questions, answers, and which question comes next.
pub mod prediction;

/// What a centre counts itself by.
pub mod report;

/// What may stand in dialplans and banks, for editors.
pub mod schema;

/// Days of a centre on virtual time.
pub mod simulation;

/// SIP transactions, dialogs and the user agent above them.
pub mod sip;

/// What a contact needs of a seat, as people write it.
pub mod skill_need;

/// From words and values to recorded fragments.
pub mod speech;

/// One catalog after another.
pub mod succession;

/// Which calls may leave.
pub mod trunk;

/// Whom a contact asks for one after the other, as people write it.
pub mod wait_step;
/// How long a contact will wait, learned as queues move.
pub mod waiting;
