//! Whatever a caller does, the call ends or reaches a person, within its budgets.

use std::sync::Arc;

use jiff::tz::TimeZone;
use proptest::prelude::*;
use ringwise::machine::ivr::fact::WalkFact;
use ringwise::machine::ivr::failure::LookupFailure;
use ringwise::machine::ivr::journey::STEPS_MAX;
use ringwise::machine::ivr::rehearsal::Rehearsal;
use ringwise::machine::ivr::rehearsal::Scene;
use ringwise::machine::ivr::surface::WalkInput;
use ringwise::machine::ivr::surface::WalkOutput;
use ringwise::machine::prediction::model::Model;
use ringwise::machine::speech::phrasebook::Phrasebook;
use ringwise::vocabulary::time::Now;

use crate::stage::Stage;
use crate::stage::morning;
use crate::stage::refunded;
use crate::stage::traveller;

#[derive(Clone, Copy, Debug)]
enum Act {
    Press(char),
    Wait(u64),
    QueueFull,
    QueueLeft,
    StraySaid,
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let key = prop::sample::select("0123456789*#A".chars().collect::<Vec<_>>());
    let act = prop_oneof![
        6 => key.prop_map(Act::Press),
        6 => (0_u64..20_000).prop_map(Act::Wait),
        1 => Just(Act::QueueFull),
        1 => Just(Act::QueueLeft),
        1 => Just(Act::StraySaid),
    ];
    prop::collection::vec(act, 0..60)
}

/// Counts what matters to a caller.
#[derive(Default)]
struct Seen {
    steps: u32,
    queued: bool,
}

fn settle(call: &mut Rehearsal<'_>, stage: &Stage, until: Now, seen: &mut Seen) {
    loop {
        while let Some((_, output)) = call.poll() {
            match output {
                WalkOutput::LookUp { lookup, .. } => {
                    call.answer(lookup, stage.source.result.clone(), stage.source.after);
                }
                WalkOutput::Enqueue { .. } => seen.queued = true,
                WalkOutput::Note(WalkFact::Entered { .. }) => seen.steps += 1,
                WalkOutput::Say { .. } => seen.queued = false,
                WalkOutput::Hush
                | WalkOutput::Forget { .. }
                | WalkOutput::Consult { .. }
                | WalkOutput::ForgetConsult { .. }
                | WalkOutput::Waiting(_)
                | WalkOutput::Dial { .. }
                | WalkOutput::CallBack { .. }
                | WalkOutput::TakeMessage { .. }
                | WalkOutput::EndMessage
                | WalkOutput::Unpromise
                | WalkOutput::Hangup
                | WalkOutput::Note(_) => {}
            }
        }
        if !call.go_on(until) {
            return;
        }
    }
}

fn walk(stage: &Stage, acts: &[Act]) -> Seen {
    let (model, phrasebook) = (Model::default(), Phrasebook::default());
    let zone = TimeZone::get("Asia/Shanghai").unwrap();
    let scene = Scene {
        bank: &stage.bank,
        model: &model,
        phrasebook: &phrasebook,
        zone: &zone,
    };
    let script = Arc::clone(&stage.script);
    let mut call = Rehearsal::new(scene, script, stage.caller.clone(), morning());
    let mut seen = Seen::default();
    call.tell(WalkInput::Connected);
    for act in acts {
        let now = call.now();
        settle(&mut call, stage, now, &mut seen);
        match *act {
            Act::Press(key) => call.press(key),
            Act::QueueFull => call.tell(WalkInput::QueueFull),
            Act::QueueLeft => call.tell(WalkInput::QueueLeft),
            Act::StraySaid => call.tell(WalkInput::Said),
            Act::Wait(ms) => {
                let until = now + std::time::Duration::from_millis(ms);
                settle(&mut call, stage, until, &mut seen);
            }
        }
    }
    let hour = call.now() + std::time::Duration::from_secs(3600);
    settle(&mut call, stage, hour, &mut seen);
    assert!(seen.queued || call.has_ended(), "trapped after {acts:?}");
    assert!(seen.steps <= STEPS_MAX);
    seen
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn random_callers_reach_an_end_or_a_person(acts in acts(), who in 0..4_usize, slow_ms in 0_u64..40_000) {
        let mut stage = STAGES.with(|stages| stages[who % 2].clone());
        stage.source.after = std::time::Duration::from_millis(slow_ms);
        if who == 2 {
            stage.caller.number = None;
        }
        if who == 3 {
            stage.source.result = Err(LookupFailure::Busy);
        }
        walk(&stage, &acts);
    }
}

thread_local! {
    static STAGES: [Stage; 2] = [Stage::travel(traveller()), Stage::travel(refunded())];
}

#[test]
fn a_caller_who_circles_for_ever_is_given_to_people() {
    let mut stage = Stage::travel(traveller());
    stage.source.result = Err(LookupFailure::Failed);
    // Flights and back, without end.
    let acts: Vec<Act> = std::iter::once(Act::Wait(20_000))
        .chain((0..12_000).map(|at| Act::Press(if at % 2 == 0 { '1' } else { '9' })))
        .collect();
    let seen = walk(&stage, &acts);
    assert_eq!(seen.steps, STEPS_MAX);
    assert!(seen.queued);
}
