//! The distributor on days of calls: published instances, policies side by side, a real day.
//!
//! `RINGWISE_ROUTING_DAYS` sets how many days each instance lasts; unset, few are played and the
//! bounds are as wide as so few days make them.

/// A day of calls through the engine.
mod day;

/// Centres and their calls.
mod instance;

/// Policies against each other on the same calls.
mod policies;

/// Figures that others have published.
mod published;

/// A day of a bank, call by call.
mod real_day;

/// What came of the calls.
mod tally;

/// Days to play: what the environment says, or so many.
fn days(unset: u64) -> u64 {
    let set = std::env::var("RINGWISE_ROUTING_DAYS").ok();
    set.map_or(unset, |text| text.parse().unwrap())
}
