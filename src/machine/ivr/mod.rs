//! Dialplans: checked, then walked.

/// What a sound dialplan may still do to callers.
pub mod advice;

/// An answer being given.
pub mod answer_step;

/// Words that ask for keys.
pub mod asking;

/// What leads from a step to the next ones.
pub mod branch;

/// What is certain when a call comes to a step.
pub mod certainty;

/// From a dialplan file to a script, or to all that is wrong with it.
pub mod check;

/// What would have become of recorded calls under other files.
pub mod comparison;

/// A service that is asked, or leads the call for a while.
pub mod consult_step;

/// Digits being taken.
pub mod collect_step;

/// Which dialled numbers a dialplan answers.
pub mod did;

/// Where words of a step stand in its file.
pub mod excerpt;

/// What happened in a walk.
pub mod fact;

/// Why a look-up gave nothing.
pub mod failure;

/// One call on its way.
pub mod journey;

/// How large a dialplan may be.
pub mod limit;

/// From a step's texts to lines.
pub mod line;

/// A wait for a look-up.
pub mod lookup_step;

/// How a value is said.
pub mod manner;

/// A fixed menu being walked.
pub mod menu_step;

/// How long words take to say.
pub mod pace;

/// Likely questions being offered.
pub mod predict_step;

/// Keys as people list them, with waits.
pub mod press;

/// A call being handed to the distributor.
pub mod queue_step;

/// A dialplan's file, step by step.
pub mod reading;

/// A walk on virtual time.
pub mod rehearsal;

/// A recorded call walked again.
pub mod replay;

/// How a call may travel through a script.
pub mod route;

/// A dialplan that was checked.
pub mod script;

/// All that a dialplan says, to be recorded.
pub mod script_words;

/// The look-up of a call.
pub mod search;

/// What a service tells is done.
pub mod service_deed;

/// Values as services of HTTP write and read them.
pub mod service_value;

/// What the expressions of a dialplan see.
pub mod sight;

/// Steps that are over at once.
pub mod silent_step;

/// A dialplan as a chart.
pub mod sketch;

/// What a walk is told and what it answers.
pub mod surface;

/// What a dialplan may name beyond itself.
pub mod surroundings;

/// A score being asked for.
pub mod survey_step;

/// Where a call goes next.
pub mod target;

/// Tests that stand in dialplans.
pub mod testing;

/// How often recorded calls went each way.
pub mod traffic;

/// Variables of a dialplan.
pub mod variable;

/// A caller proving who they are.
pub mod verify_step;

/// A wait for a seat, as a dialplan describes it.
pub mod waiting;

/// One call's way through one dialplan.
pub mod walk;

/// A walk whose caller wants to be called back.
pub mod walk_callback;

/// A walk while a number outside is called.
pub mod walk_dial;

/// What a walk hears: that a prompt has ended, and keys.
pub mod walk_heard;

/// A walk whose caller leaves a message.
pub mod walk_message;

/// A walk while the distributor has the call.
pub mod walk_queue;

/// What a walk is doing.
pub mod walk_state;

/// What a dialplan says.
pub mod wording;

/// What a walk may look at.
pub mod world;

/// How long a step waits for keys.
pub mod patience;

/// What is told to those who wait.
pub mod tell;
