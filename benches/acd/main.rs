//! What an event costs the distributor, from the event to the offer that it leads to, all indices
//! kept: 50th and 99.9th percentile and the longest, in µs, for each kind of event apart; how that
//! grows with seats and with who waits; timers that run out within one second; memory.
//!
//! Writes `target/bench/acd.csv` and `target/bench/acd.svg`.
#![expect(clippy::disallowed_methods, reason = "a bench reads the clock")]

mod centre;
mod event;
mod picture;
mod timer;

use std::io;

use crate::centre::Centre;
use crate::centre::Size;
use crate::event::Row;

/// Few seats and few who wait, many seats, many who wait.
const SIZES: [Size; 7] = [
    Size::new(10_000, 100),
    Size::new(10_000, 1_000),
    Size::new(10_000, 10_000),
    Size::new(100, 10_000),
    Size::new(1_000, 10_000),
    Size::new(3_000, 10_000),
    LARGEST,
];
const LARGEST: Size = Size::new(10_000, 100_000);

fn main() -> io::Result<()> {
    // Before all others: what they gave back would be used again and not be counted.
    let (_, memory) = Centre::new(LARGEST);
    println!("{LARGEST}: {memory:.0} bytes a waiting contact");
    let mut rows: Vec<(Size, Row)> = Vec::new();
    for size in SIZES {
        let (mut centre, _) = Centre::new(size);
        println!("\n{size}");
        println!("{:>30} {:>8} {:>8} {:>8}", "µs", "p50", "p99.9", "longest");
        for row in event::all(&mut centre) {
            println!("{row}");
            rows.push((size, row));
        }
    }
    timer::run(LARGEST);
    println!("\np50 in µs as the centre grows");
    picture::table(&rows);
    let written = picture::write(&rows)?;
    println!("\nwritten: {}", written.join(", "));
    Ok(())
}
