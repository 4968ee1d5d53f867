//! The distributor on days of calls: published instances, policies side by side, a real day.
//!
//! `RINGWISE_ROUTING_DAYS` sets how many days each instance lasts; unset, few are played and the
//! bounds are as wide as so few days make them.

use ringwise::machine::acd::policy::Policy;
use ringwise::machine::simulation::reading::scenario;
use ringwise::machine::simulation::scenario::Scenario;
use ringwise::machine::simulation::study::LEARN_DAYS;
use ringwise::machine::simulation::study::Study;
use ringwise::vocabulary::fault::FaultyFile;

/// Policies against each other on the same calls.
mod policies;

/// Figures that others have published.
mod published;

/// A day of a bank, call by call.
mod real_day;

/// What a scenario file may say.
mod scenario_file;

/// What a day that is played does.
mod simulated_day;

/// Days to play: what the environment says, or so many.
fn days(unset: u64) -> u64 {
    let set = std::env::var("RINGWISE_ROUTING_DAYS").ok();
    set.map_or(unset, |text| text.parse().unwrap())
}

/// A scenario that needs no other files.
fn scenario(text: &str) -> Scenario {
    scenario::read(text, &|name| Err(format!("{name} is not there"))).unwrap_or_else(|faults| {
        let file = FaultyFile {
            name: "scenario".to_owned(),
            text: text.to_owned(),
            faults,
        };
        panic!("{file}")
    })
}

/// One that is shipped.
fn example(name: &str) -> Scenario {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/simulate");
    scenario(&std::fs::read_to_string(folder.join(name)).unwrap())
}

/// So many days of it under each policy.
fn played(scenario: Scenario, policies: &[Option<Policy>], days: u64) -> Study {
    let mut study = Study::new(scenario, policies, 1);
    (0..LEARN_DAYS).for_each(|_| study.learn(&|| false).unwrap());
    for day in 0..days {
        let played = study.play(day, &|| false).unwrap();
        study.take(played);
    }
    study
}
