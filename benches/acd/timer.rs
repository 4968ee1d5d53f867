//! Ten thousand steps that run out within one second.

use std::time::Duration;

use ringwise::machine::acd::surface::Input;

use crate::centre::Centre;
use crate::centre::PERSONAL;
use crate::centre::Size;

const STEPS: usize = 10_000;

/// Says how long the longest turn is, woken for each, and once too late for all.
pub(super) fn run(size: Size) {
    let (mut centre, _) = Centre::new(size);
    for contact in std::mem::take(&mut centre.waiting) {
        centre.tell(Input::Left(contact));
    }
    for (what, late) in [
        ("woken for each", Duration::ZERO),
        ("woken 1 s late", Duration::from_secs(1)),
    ] {
        for _ in 0..size.waiting {
            centre.arrive();
        }
        let pace = Duration::from_secs(1) / u32::try_from(STEPS).unwrap_or(1);
        let mut personal = 0;
        while personal < STEPS {
            let mut arrival = centre.arrival();
            if arrival.last.is_none() {
                continue;
            }
            arrival.priority = 0;
            personal += 1;
            centre.waiting.push(arrival.contact);
            centre.now = centre.now + pace.saturating_sub(Duration::from_micros(10));
            centre.tell(Input::Arrived(arrival));
        }
        let (mut turns, mut longest, mut total) = (0, Duration::ZERO, Duration::ZERO);
        let end = centre.now + PERSONAL;
        while let Some(due) = centre.engine.poll_timeout().filter(|due| *due <= end) {
            let time = centre.wake(due + late);
            turns += 1;
            longest = longest.max(time);
            total += time;
        }
        println!(
            "\nsteps run out, the last {STEPS} within 1 s, {what}: {turns} turns, longest {:.2} ms, together {:.0} ms",
            longest.as_secs_f64() * 1e3,
            total.as_secs_f64() * 1e3
        );
        for contact in std::mem::take(&mut centre.waiting) {
            centre.tell(Input::Left(contact));
        }
    }
}
