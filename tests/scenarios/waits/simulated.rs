//! Queues with exponential times, where the best estimator is known: it counts who is ahead and is
//! told the rates, which ours must learn.

use std::collections::BTreeSet;

use ringwise::machine::waiting::queue_length::expected_wait;
use ringwise::vocabulary::chance::Chance;

use crate::waits::line::Line;

/// Mean service, in ms.
const SERVICE_MS: f64 = 180_000.0;

/// A queue with one kind of contact.
#[derive(Clone, Copy)]
struct Case {
    seats: u32,
    /// Arrivals over what all seats can serve.
    load: f64,
    /// How often one that waits gives up, over how often a seat serves.
    patience: f64,
}

/// What can happen, in the order of a heap: when, what, to whom.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Event {
    Ends,
    GivesUp(u64),
    Comes,
}

/// Mean squared errors over the waits after the first `skipped`, and the share within what was said.
struct Judged {
    ours: f64,
    best: f64,
    within: f64,
}

struct Play {
    case: Case,
    chance: Chance,
    events: BTreeSet<(u64, u64, Event)>,
    number: u64,
    /// Who waits: number, since when, what was foretold by us and by who knows the rates.
    waiting: Vec<(u64, u64, Option<f64>, f64)>,
    busy: u32,
    line: Line,
    errors: Vec<(f64, f64)>,
}

impl Play {
    fn new(case: Case, seed: u64) -> Self {
        let mut play = Self {
            case,
            chance: Chance::from_seed(seed),
            events: BTreeSet::new(),
            number: 0,
            waiting: Vec::new(),
            busy: 0,
            line: Line::with_seats(case.seats),
            errors: Vec::new(),
        };
        play.after(0, 1.0, Event::Comes);
        play
    }

    /// Something happens after an exponential time with this mean.
    fn after(&mut self, now_ms: u64, mean_ms: f64, event: Event) {
        let ms = -(1.0 - self.chance.fraction()).ln() * mean_ms;
        let ms = std::time::Duration::from_secs_f64(ms / 1_000.0).as_millis();
        self.number += 1;
        let at = now_ms + u64::try_from(ms).unwrap();
        self.events.insert((at, self.number, event));
    }

    fn run(&mut self, waits: usize) {
        while self.errors.len() < waits {
            let (now, _, event) = self.events.pop_first().unwrap();
            match event {
                Event::Comes => self.come(now),
                Event::Ends => self.end(now),
                Event::GivesUp(id) => self.give_up(now, id),
            }
        }
    }

    fn come(&mut self, now: u64) {
        let between = SERVICE_MS / (self.case.load * f64::from(self.case.seats));
        self.after(now, between, Event::Comes);
        let id = self.number;
        let ahead = u32::try_from(self.waiting.len()).unwrap();
        let foretold = self.line.come(now, id, None);
        if self.busy < self.case.seats {
            self.busy += 1;
            self.line.serve(now, id, 0);
            self.after(now, SERVICE_MS, Event::Ends);
            return;
        }
        let service = 1_000.0 / SERVICE_MS;
        let (drain, patience) = (
            service * f64::from(self.case.seats),
            service * self.case.patience,
        );
        let best = expected_wait(ahead, drain, patience);
        let ours = foretold.map(|foretold| foretold.wait.as_secs_f64());
        self.waiting.push((id, now, ours, best));
        if self.case.patience > 0.0 {
            self.after(now, SERVICE_MS / self.case.patience, Event::GivesUp(id));
        }
    }

    fn end(&mut self, now: u64) {
        if self.waiting.is_empty() {
            self.busy -= 1;
            return;
        }
        let (id, since, ours, best) = self.waiting.remove(0);
        let waited = now - since;
        // In one millisecond nobody waits.
        self.line.serve(now, id, waited.max(1));
        self.after(now, SERVICE_MS, Event::Ends);
        let actual = f64::from(u32::try_from(waited).unwrap()) / 1_000.0;
        if let Some(ours) = ours {
            self.errors
                .push(((ours - actual).powi(2), (best - actual).powi(2)));
        }
    }

    fn give_up(&mut self, now: u64, id: u64) {
        if let Some(at) = self.waiting.iter().position(|one| one.0 == id) {
            let (_, since, ..) = self.waiting.remove(at);
            self.line.give_up(now, id, now - since);
        }
    }
}

fn judged(case: Case, waits: usize, skipped: usize) -> Judged {
    let mut play = Play::new(case, 7);
    play.run(skipped);
    let before = play.line.accuracy;
    play.run(skipped + waits);
    let counted = &play.errors[skipped..];
    let mean = |sum: f64| sum / f64::from(u32::try_from(waits).unwrap());
    let after = play.line.accuracy;
    let share = |count: u64| f64::from(u32::try_from(count).unwrap());
    Judged {
        ours: mean(counted.iter().map(|(ours, _)| ours).sum()),
        best: mean(counted.iter().map(|(_, best)| best).sum()),
        within: share(after.within - before.within) / share(after.waits - before.waits),
    }
}

/// The cases of which the errors of other estimators are known.
const CASES: [Case; 5] = [
    Case {
        seats: 100,
        load: 0.95,
        patience: 0.0,
    },
    Case {
        seats: 100,
        load: 0.98,
        patience: 0.0,
    },
    Case {
        seats: 20,
        load: 0.95,
        patience: 0.0,
    },
    Case {
        seats: 100,
        load: 1.2,
        patience: 0.5,
    },
    Case {
        seats: 100,
        load: 1.05,
        patience: 0.5,
    },
];

/// Judges every case; a line of figures each.
pub(crate) fn table(waits: usize, skipped: usize) -> Vec<(f64, String)> {
    let row = |case: Case| {
        let judged = judged(case, waits, skipped);
        let over = judged.ours / judged.best;
        let text = format!(
            "s={} rho={} theta/mu={}: MSE {:.0} s2, {over:.3} of the best; within {:.3}",
            case.seats, case.load, case.patience, judged.ours, judged.within
        );
        (over, text)
    };
    CASES.into_iter().map(row).collect()
}

#[test]
fn learned_rates_foretell_nearly_as_well_as_known_ones() {
    for (over, text) in table(20_000, 5_000) {
        println!("{text}");
        assert!(over <= 1.05, "{text}");
    }
}
