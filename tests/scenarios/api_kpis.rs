//! Figures of a period, as the API gives them.

use ringwise::driver::clock::Clock;

use crate::api_server::Api;
use crate::api_server::SUPERVISOR;

#[test]
fn figures_without_an_end_reach_up_to_now_and_not_to_the_last_fact() {
    let api = Api::start("kpis", Ok(()));
    let before = Clock::start().turn().wall;
    let reply = api.ask("GET /api/v1/kpis", SUPERVISOR);
    let to = reply.json()["to"].as_str().unwrap().to_owned();
    let to: jiff::Timestamp = to.parse().unwrap();
    assert!(to.as_millisecond() >= before.as_ms(), "{to}");
}
