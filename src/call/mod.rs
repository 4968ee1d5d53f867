//! The calls themselves. Still pure.

/// Which seat served a customer or an order last.
mod acquaintance;

/// A live call as faces show it.
pub mod call_view;

/// What calls are built on: the centre's set-up.
pub mod centre;

/// One call, from INVITE to record.
pub mod contact;

/// The side of a call that is called back.
mod contact_callback;

/// The caller's side of a call.
mod contact_caller;

/// A number outside that is called for the caller.
mod contact_dial;

/// The side on which the caller leaves a message.
mod contact_message;

/// What a call wants of its surroundings.
pub mod contact_output;

/// The distributor's side of a call.
mod contact_queue;

/// The seat's side of a call.
pub mod contact_seat;

/// The dialplan's side of a call.
mod contact_walk;

/// The short announcement to a seat before the bridge.
mod contact_whisper;

/// What a call asks of the distributor.
mod contact_wish;

/// What the engine is told by the world and what it wants of it.
pub mod effect;

/// Why a call went as it did.
pub mod explain;

/// The sentences about promises to call back.
pub mod explain_callback;

/// The sentences of an explanation about rings.
pub mod explain_beside;

/// What steps without words did, as explanations tell it.
pub mod explain_deeds;

/// The sentences of an explanation about priorities.
pub mod explain_order;

/// The sentences of an explanation about numbers outside.
pub mod explain_outside;

/// Of explanations, what is told of seats that ring.
mod explain_rings;

/// How seats stood while a call waited.
pub mod explain_seats;

/// Counts of times by upper bound.
pub mod histogram;

/// The sentences of an explanation.
pub mod explain_words;

/// What happened, as the journal keeps it.
pub mod fact;

/// Whether a seat's phone is fit for calls.
pub mod health;

/// Counts and times of a period.
pub mod kpi_book;

/// Sums of a period and its intervals, by name.
pub mod kpi_rows;

/// Intervals as clocks on the wall show them.
pub mod kpi_steps;

/// A promise to call back, under way.
mod kept;

/// One SIP session with its media session.
pub mod leg;

/// A message that a caller left.
pub mod message;

/// Who serves at present, by name.
pub mod people;

/// What a call out goes by.
pub mod permit;

/// Scripted phones: built-in callers and seats.
pub mod phone;

/// Many scripted phones behind one user agent.
pub mod phone_bank;

/// What a phone does when its user agent or media keeper reports.
mod phone_line;

/// What the centre itself says.
pub mod phrase;

/// A caller who was promised to be called back.
pub mod promise;

/// A queue as faces show it.
pub mod queue_view;

/// What a centre goes on from after a restart.
pub mod recollection;

/// The one record that a call leaves.
pub mod record;

/// Folds facts into records.
pub mod record_builder;

/// What an administrator may change while calls are live.
pub mod release;

/// The releases that are live, and which of them a new call gets.
pub mod release_table;

/// Releases as faces show them.
pub mod release_view;

/// What a stretch of recorded calls says of the service.
pub mod report;

/// A seat that may be rung for a call.
pub mod ringing;

/// A seat as faces show it.
pub mod seat_view;

/// Whom a call is joined with.
mod side;

/// From what a dialplan says to pieces of sound.
pub mod speaking;

/// A seat dials a star code.
pub mod star_code;

/// Owns every leg and routes what the world says.
pub mod switchboard;

/// What the switchboard does with decisions of the distributor.
mod switchboard_acd;

/// Which call awaits which answer of the world.
pub mod switchboard_ask;

/// What the switchboard does with promises to call back.
mod switchboard_callback;

/// What the switchboard does with star codes and wishes.
mod switchboard_code;

/// What the switchboard does with what is known of seats' phones.
mod switchboard_health;

/// Messages: how many at once.
mod switchboard_message;

/// What the switchboard writes to the log.
mod switchboard_log;

/// What the switchboard learned is written, and a restart goes on from it.
mod switchboard_recollection;

/// Calls that a seat's own phone places.
mod switchboard_own;

/// What the switchboard does with releases.
mod switchboard_release;

/// What the switchboard does with reports of the user agent.
mod switchboard_sip;

/// Who of the switchboard sleeps until when.
pub mod switchboard_sleeper;

/// Which calls leave.
mod switchboard_trunk;

/// What the switchboard does with sound and answers.
mod switchboard_world;

/// A message that is being left.
mod taking;

/// One set of releases gives way to another.
pub mod turnover;

/// A promise that the last process left open.
pub mod unfinished;

/// What faces show, folded from facts.
pub mod view;

/// How well waits were foretold, folded from facts.
pub mod wait_book;

/// What a seat hears before it is bridged, under way.
mod whisper;
