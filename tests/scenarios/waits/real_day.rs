//! One real day of a bank's call centre (tests/data/technion-calls-oneday), each wait foretold from
//! what had happened before it. Nothing is fitted: constants are those of the product.

use std::time::Duration;

use ringwise::machine::waiting::recorded;
use ringwise::machine::waiting::recorded::Layout;
use ringwise::machine::waiting::recorded::Staff;
use ringwise::machine::waiting::replay::replay;

use crate::waits::line::Line;

const DAY: &str = include_str!("../../data/technion-calls-oneday/calls_one_day.csv");

/// What happens to a contact, in the order in which things of one second are told.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Deed {
    Leaves(Way),
    Comes,
}

#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Way {
    Served,
    GaveUp,
}

/// A call that waited.
struct Call {
    kind: u32,
    came_s: u64,
    left_s: u64,
    way: Way,
}

fn seconds(clock: &str) -> u64 {
    let parts = clock.split(':').map(|part| part.parse::<u64>().unwrap());
    parts.fold(0, |sum, part| sum * 60 + part)
}

fn calls() -> Vec<Call> {
    let kinds = ["PS", "NW", "NE", "IN", "PE", "TT"];
    let call = |line: &str| {
        let cells: Vec<&str> = line.split(',').collect();
        let waited: u64 = cells[7].parse().unwrap();
        let way = match cells[8] {
            "AGENT" => Way::Served,
            "HANG" => Way::GaveUp,
            _ => return None,
        };
        let kind = kinds.iter().position(|kind| *kind == cells[1]).unwrap();
        (waited > 0).then(|| Call {
            kind: u32::try_from(kind).unwrap(),
            came_s: seconds(cells[5]),
            left_s: seconds(cells[6]),
            way,
        })
    };
    DAY.lines().skip(1).filter_map(call).collect()
}

/// Tells the day. How many seats worked is not in the data, so that the line counts as one seat.
pub(crate) fn told(kinds: impl Fn(u32) -> Option<u32>) -> Line {
    let calls = calls();
    let mut deeds = Vec::new();
    for (id, call) in (0_u64..).zip(&calls) {
        deeds.push((call.came_s, Deed::Comes, id));
        deeds.push((call.left_s, Deed::Leaves(call.way), id));
    }
    deeds.sort_unstable();
    let mut line = Line::with_seats(1);
    for (at_s, deed, id) in deeds {
        let call = &calls[usize::try_from(id).unwrap()];
        let waited_ms = (call.left_s - call.came_s) * 1_000;
        match deed {
            Deed::Comes => {
                line.come(at_s * 1_000, id, kinds(call.kind));
            }
            Deed::Leaves(Way::Served) => line.serve(at_s * 1_000, id, waited_ms),
            Deed::Leaves(Way::GaveUp) => line.give_up(at_s * 1_000, id, waited_ms),
        }
    }
    line
}

#[test]
fn a_real_day_is_foretold_better_than_by_the_last_waits() {
    for (name, line) in [("one line", told(|_| None)), ("by type", told(Some))] {
        let accuracy = line.accuracy;
        let error = accuracy.root_mean_square_s().unwrap();
        let within = accuracy.share_within().unwrap();
        println!(
            "{name}: {} waits, RMSE {error:.1} s, within {within:.3}",
            accuracy.waits
        );
        assert!(error <= 125.0, "{name}: {error}");
        assert!((0.75..=0.85).contains(&within), "{name}: {within}");
        assert!(accuracy.waits > 1_200);
    }
}

#[test]
fn a_day_has_the_waits_that_its_papers_tell_of() {
    let calls = calls();
    let served: Vec<u64> = calls
        .iter()
        .filter(|call| call.way == Way::Served)
        .map(|call| call.left_s - call.came_s)
        .collect();
    let mean = Duration::from_secs(served.iter().sum()) / u32::try_from(served.len()).unwrap();
    assert_eq!(
        (calls.len(), served.len(), mean.as_secs()),
        (1_969, 1_243, 163)
    );
}

/// As `ringwise waits` reads it, with the columns named.
#[test]
fn the_command_tells_of_the_day_what_the_engine_does() {
    let column = str::to_owned;
    let layout = Layout {
        came: column("q_start"),
        left: column("q_exit"),
        end: column("outcome"),
        answered: column("AGENT"),
        abandoned: column("HANG"),
        need: Some(column("type")),
        queue: None,
    };
    let read = recorded::waits(DAY, &layout).unwrap();
    assert_eq!((read.waits.len(), read.others), (1_969, 18));
    let one_seat = Staff {
        at_ms: 0,
        queue: None,
        seats: 1,
    };
    let told = replay(&read.waits, &[one_seat]);
    assert_eq!(told.accuracy.waits, 1_232);
    let root = |of: &Line| of.accuracy.root_mean_square_s().unwrap();
    let found = told.accuracy.root_mean_square_s().unwrap();
    assert!((found - root(&self::told(Some))).abs() < 0.5, "{found}");
}
