//! Random dialplans walked by random callers: what check accepts ends or queues within its budgets.
//!
//! `RINGWISE_FLOWS` says how many: 10,000 unless it is set, 100,000 in the soak.

use std::fmt::Write;
use std::sync::Arc;
use std::time::Duration;

use jiff::tz::TimeZone;
use ringwise::machine::ivr::check;
use ringwise::machine::ivr::fact::WalkFact;
use ringwise::machine::ivr::failure::LookupFailure;
use ringwise::machine::ivr::journey::SILENT_STEPS_MAX;
use ringwise::machine::ivr::journey::STEPS_MAX;
use ringwise::machine::ivr::rehearsal::Rehearsal;
use ringwise::machine::ivr::rehearsal::Scene;
use ringwise::machine::ivr::script::Script;
use ringwise::machine::ivr::surface::CallerContext;
use ringwise::machine::ivr::surface::WalkInput;
use ringwise::machine::ivr::surface::WalkOutput;
use ringwise::machine::ivr::surroundings::Surroundings;
use ringwise::machine::prediction::bank::Bank;
use ringwise::machine::prediction::model::Model;
use ringwise::machine::speech::phrasebook::Phrasebook;
use ringwise::vocabulary::time::Now;

use crate::stage::morning;
use crate::stage::number;
use crate::stage::traveller;

const FLOWS: u64 = 10_000;

/// Sebastiano Vigna's split mix: the same flows from the same number.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % below
    }
}

/// A dialplan of some steps. What nobody drives leads onwards, what a caller drives leads anywhere;
/// one circle counts its rounds, sometimes far beyond what a call may have.
fn dialplan(dice: &mut Dice) -> String {
    let steps = 2 + dice.roll(9);
    let rounds = [2, 50, 1_000_000][usize::try_from(dice.roll(3)).unwrap()];
    let mut text = String::from(
        "version: 1\nflow: random\nentry: { did: [\"1\"] }\nlanguages: [en]\nvars:\n  \
         n: { type: number, start: 0 }\n  m: number\n  c: code\nhours: { h: { week: { daily: \"08:00-12:00\" } } }\nsteps:\n",
    );
    for at in 0..steps {
        let next = format!("s{}", at + 1);
        let on = |dice: &mut Dice| format!("s{}", at + 1 + dice.roll(steps - at));
        let any = |dice: &mut Dice| format!("s{}", dice.roll(steps + 1));
        let _ = match dice.roll(14) {
            0 => writeln!(text, "  s{at}: {{ say: \"a\", goto: {next} }}"),
            1 => writeln!(
                text,
                "  s{at}: {{ menu: [\"a\", \"b\"], keys: {{ \"1\": {next}, \"2\": {} }}, retries: 1, goto: {{ no_input: {} }} }}",
                any(dice),
                on(dice)
            ),
            2 => writeln!(
                text,
                "  s{at}: {{ collect: [\"a\"], digits: 2-4, end: \"#\", into: c, goto: {{ ok: {next}, none: {}, no_input: {} }} }}",
                any(dice),
                on(dice)
            ),
            3 => writeln!(
                text,
                "  s{at}: {{ lookup: caller, wait: \"a\", goto: {{ ok: {next}, any: {} }} }}",
                on(dice)
            ),
            4 => writeln!(
                text,
                "  s{at}: {{ verify: \"a\", goto: {{ ok: {next}, failed: {} }} }}",
                on(dice)
            ),
            5 => writeln!(
                text,
                "  s{at}: {{ queue: q, goto: {{ full: {next}, left: {}, talked: {} }} }}",
                any(dice),
                any(dice)
            ),
            6 => writeln!(
                text,
                "  s{at}: {{ branch: [{{ if: vars.n > 3, goto: {next} }}, {{ if: \"known vars.c and length(vars.c) == 4\", goto: {} }}], else: {} }}",
                on(dice),
                on(dice)
            ),
            7 => writeln!(
                text,
                "  s{at}: {{ set: {{ n: vars.n + 1 }}, goto: {next}.t }}\n  \
                 {next}.t: {{ branch: [{{ if: vars.n < {rounds}, goto: s{at} }}], else: {next} }}"
            ),
            8 => writeln!(
                text,
                "  s{at}: {{ time: h, goto: {{ open: {next}, closed: {} }} }}",
                on(dice)
            ),
            9 => writeln!(
                text,
                "  s{at}: {{ survey: \"a\", goto: {{ scored: {}, no_input: {next} }} }}",
                any(dice)
            ),
            12 | 13 => writeln!(text, "{}", service_step(dice, (at, steps))),
            10 => writeln!(text, "  s{at}: {{ tag: t{at}, goto: {next} }}"),
            _ => writeln!(text, "  s{at}: {{ play: x, goto: {next} }}"),
        };
    }
    let _ = writeln!(text, "  s{steps}: {{ say: \"b\", hangup: normal }}");
    text
}

/// A step that asks a service.
fn service_step(dice: &mut Dice, (at, steps): (u64, u64)) -> String {
    let mut on = || format!("s{}", at + 1 + dice.roll(steps - at));
    let (next, one, other) = (format!("s{}", at + 1), on(), on());
    if dice.roll(2) == 0 {
        format!(
            "  s{at}: {{ call: x, may_set: m, may_go: {{ on: {one} }}, wait: \"a\", goto: {{ ok: {next}, any: {other} }} }}"
        )
    } else {
        format!(
            "  s{at}: {{ lookup: x, with: {{ n: \"vars.m or else 0\" }}, set: {{ m: n }}, goto: {{ ok: {next}, any: {other} }} }}"
        )
    }
}

/// What a call has come to.
#[derive(Default)]
struct Seen {
    steps: u32,
    silent: u32,
    silent_most: u32,
    queued: bool,
}

/// What services answer.
const ANSWERS: [Option<&str>; 5] = [
    None,
    Some(""),
    Some(r#"{"do": [{"say": "x"}, {"menu": {"say": "x", "keys": ["1"]}}]}"#),
    Some(r#"{"do": [{"set": {"m": 1}}, {"goto": "on"}]}"#),
    Some(r#"{"do": [{"collect": {"say": "x", "digits": 2}}]}"#),
];

fn settle(call: &mut Rehearsal<'_>, dice: &mut Dice, until: Now, seen: &mut Seen) {
    loop {
        while let Some((_, output)) = call.poll() {
            match output {
                WalkOutput::LookUp { lookup, .. } => {
                    let after = Duration::from_millis(
                        [20, 3_000, 60_000][usize::try_from(dice.roll(3)).unwrap()],
                    );
                    let result = match dice.roll(3) {
                        0 => Err(LookupFailure::Failed),
                        _ => Ok(traveller()),
                    };
                    call.answer(lookup, result, after);
                }
                WalkOutput::Consult { consult, .. } => {
                    let answer = ANSWERS[usize::try_from(dice.roll(5)).unwrap()];
                    let after = Duration::from_millis([20, 60_000][usize::from(dice.roll(4) == 0)]);
                    let result = answer.map(str::to_owned).ok_or(LookupFailure::Failed);
                    call.serve(consult, result, after);
                }
                WalkOutput::Enqueue { .. } => seen.queued = true,
                WalkOutput::Note(WalkFact::Entered { .. }) => {
                    seen.queued = false;
                    seen.steps += 1;
                    seen.silent += 1;
                    seen.silent_most = seen.silent_most.max(seen.silent);
                }
                WalkOutput::Say { .. } | WalkOutput::Note(WalkFact::Took { .. }) => seen.silent = 0,
                WalkOutput::Hush
                | WalkOutput::Waiting(_)
                | WalkOutput::Dial { .. }
                | WalkOutput::CallBack { .. }
                | WalkOutput::TakeMessage { .. }
                | WalkOutput::EndMessage
                | WalkOutput::Unpromise
                | WalkOutput::Forget { .. }
                | WalkOutput::ForgetConsult { .. }
                | WalkOutput::Hangup
                | WalkOutput::Note(_) => {}
            }
        }
        if !call.go_on(until) {
            return;
        }
    }
}

/// Walks one flow with one caller.
fn walk(script: &Arc<Script>, dice: &mut Dice) -> Result<Seen, String> {
    let (bank, model, phrasebook) = (Bank::default(), Model::default(), Phrasebook::default());
    let zone = TimeZone::UTC;
    let scene = Scene {
        bank: &bank,
        model: &model,
        phrasebook: &phrasebook,
        zone: &zone,
    };
    let caller = CallerContext {
        number: (dice.roll(4) > 0).then(number),
        ..CallerContext::default()
    };
    let mut call = Rehearsal::new(scene, Arc::clone(script), caller, morning());
    let mut seen = Seen::default();
    call.tell(WalkInput::Connected);
    for _ in 0..dice.roll(30) {
        let now = call.now();
        settle(&mut call, dice, now, &mut seen);
        match dice.roll(10) {
            0 => call.tell(WalkInput::QueueFull),
            1 => call.tell(WalkInput::QueueLeft),
            2 => call.tell(WalkInput::Talked),
            3..=6 => {
                // A key breaks the silence, also one that is kept for later.
                seen.silent = 0;
                call.press(char::from(
                    b"0123456789*#"[usize::try_from(dice.roll(12)).unwrap()],
                ));
            }
            _ => {}
        }
        let until = call.now() + Duration::from_millis(dice.roll(9_000));
        settle(&mut call, dice, until, &mut seen);
        if call.has_ended() {
            break;
        }
    }
    let hours = call.now() + Duration::from_secs(5 * 3600);
    settle(&mut call, dice, hours, &mut seen);
    if !(seen.queued || call.has_ended()) {
        return Err("trapped".to_owned());
    }
    if seen.steps > STEPS_MAX || seen.silent_most > SILENT_STEPS_MAX {
        return Err(format!(
            "{} steps, {} in silence",
            seen.steps, seen.silent_most
        ));
    }
    Ok(seen)
}

#[test]
fn every_call_through_a_random_flow_ends_or_queues_within_its_budgets() {
    let set = std::env::var("RINGWISE_FLOWS").ok();
    let flows = set.and_then(|text| text.parse().ok()).unwrap_or(FLOWS);
    let around = Surroundings::default();
    let (mut walked, mut spent, mut queued) = (0_u64, 0_u64, 0_u64);
    let mut seed = 0;
    while walked < flows {
        seed += 1;
        let mut dice = Dice(seed);
        let text = dialplan(&mut dice);
        let Ok(checked) = check::check(&text, &around) else {
            assert!(
                seed < 20 * flows + 1000,
                "too few flows are accepted: {text}"
            );
            continue;
        };
        let script = Arc::new(checked.script);
        let seen = walk(&script, &mut dice);
        let seen = seen.unwrap_or_else(|broken| panic!("seed {seed}: {broken}\n{text}"));
        walked += 1;
        spent += u64::from(seen.silent_most == SILENT_STEPS_MAX);
        queued += u64::from(seen.queued);
    }
    println!("{walked} flows of {seed}, {queued} queued, {spent} spent their silent steps");
    assert!(spent > 0, "no flow came to the end of its budget");
    assert!(queued > 0 && queued < walked);
}
