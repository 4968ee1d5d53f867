//! Scenarios on virtual time: one module each, the file name is the scenario.
#![expect(clippy::unwrap_used, reason = "a test may panic")]
#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "a test is about few of the facts and events and passes over all others"
)]

mod acd;
mod admin_tools;
mod after_talk;
mod api_refusals;
mod api_releases;
mod api_roles;
mod api_server;
mod bank_conditions;
mod bank_faults;
mod bank_messages;
mod callback;
mod calling_out;
mod dialplan_drawing;
mod dialplan_examples;
mod dialplan_import;
mod dialplan_messages;
mod dialplan_mistakes;
mod dialplan_schema;
mod digest_vectors;
mod engine_api;
mod english_speech;
mod expression_laws;
mod first_call;
mod journal;
mod learning_killed;
mod mandarin_speech;
mod media_failure;
mod media_fuzz;
mod media_keepers;
mod media_loopback;
mod media_reports;
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "books and faults concern few of the facts"
)]
mod message;
mod night;
mod no_caller_is_trapped;
mod notices;
mod notices_sent;
mod number_seat;
mod predict_menu;
mod prediction_data;
mod prediction_drift;
mod prediction_laws;
mod prediction_sim;
mod prediction_storm;
mod prompt_catalog;
mod random_flows;
mod record_end;
mod release_diff;
mod release_works;
mod releases;
mod ringing;
mod routing;
mod rsip_oracle;
mod sdp_examples;
mod seat_health;
mod seat_orders;
mod service_report;
mod settlement;
mod shadow_release;
mod sip_call;
mod sip_crossing;
mod sip_dialog;
mod sip_digest;
mod sip_flows;
mod sip_manners;
mod sip_mutations;
mod sip_net;
mod sip_peer;
mod sip_registration;
mod sip_ring_limit;
mod sip_spoofing;
mod sip_storm;
mod sip_torture;
mod speech_command;
mod speech_coverage;
mod spoken_table;
mod spoken_values;
mod stage;
mod travel_bank;
mod travel_hotline;
mod waiting_room;
mod waits;
mod web_client;
mod whisper;
