//! How long a large dialplan takes to check: `cargo bench --bench dialplan_check`.
//!
//! Prints milliseconds for files of 100, 500 and 2,000 steps, the best of several rounds.
#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a bench reads the clock and prints"
)]

use std::time::Instant;

use ringwise::machine::ivr::check;
use ringwise::machine::ivr::surroundings::Surroundings;

/// A menu tree: each menu leads to eight others, to those before it, and to the queue.
fn file(steps: usize) -> String {
    let mut text = String::from(
        "version: 1\nflow: large\nentry: { did: [\"100\"] }\nlanguages: [en, zh-CN]\n\
         defaults: { person: desk }\nsteps:\n",
    );
    for at in 0..steps - 2 {
        let key = |key: usize| {
            let to = (at * 8 + key).min(steps - 3);
            format!("\"{key}\": m{to}")
        };
        let keys: Vec<String> = (1..=8).map(key).collect();
        text.push_str(&format!(
            "  m{at}:\n    say: {{ en: \"This is place {at} of the tree.\", zh-CN: \"这是第{at}处。\" }}\n    \
             menu: {{ en: \"Press a key from 1 to 8.\", zh-CN: \"请按1到8。\" }}\n    \
             keys: {{ {} }}\n    goto: {{ no_input: desk }}\n",
            keys.join(", ")
        ));
    }
    text.push_str(
        "  desk:\n    queue: desk\n    goto: { full: bye, left: bye }\n  bye: { hangup: normal }\n",
    );
    text
}

fn main() {
    for steps in [100, 500, 2_000] {
        let text = file(steps);
        let around = Surroundings::default();
        let mut best = f64::INFINITY;
        for _ in 0..5 {
            let since = Instant::now();
            let checked = check::check(&text, &around);
            let took = since.elapsed().as_secs_f64() * 1000.0;
            match checked {
                Ok(checked) => assert_eq!(checked.script.steps.len(), steps),
                Err(faults) => panic!("{} faults: {:?}", faults.len(), faults.first()),
            }
            best = best.min(took);
        }
        println!(
            "{steps:>6} steps, {:>5} kB: {best:7.1} ms",
            text.len() / 1000
        );
    }
}
