//! Formulas with their ids. A formula that changes gets a new id; the old one keeps its meaning.
//!
//! Definitions of the trade differ; each formula says whose it is. `A` is answered within the
//! target, `B` given up within it, short abandons apart.

use crate::machine::report::sums::Sums;

/// What a figure is in.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Unit {
    /// A number of contacts.
    Count,
    /// 0 to 1.
    Share,
    /// Seconds.
    Seconds,
}

impl Unit {
    /// In a word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Count => "count",
            Self::Share => "share",
            Self::Seconds => "seconds",
        }
    }
}

/// A formula.
#[derive(Clone, Copy, Debug)]
pub struct Formula {
    /// Its id, for ever.
    pub id: &'static str,
    /// What it is called.
    pub name: &'static str,
    /// What it says.
    pub says: &'static str,
    /// What it is in.
    pub unit: Unit,
    of: Of,
}

impl Formula {
    /// Its value; none where there is nothing to divide by.
    #[must_use]
    pub fn value(&self, sums: &Sums) -> Option<f64> {
        match self.of {
            Of::Count(of) => Some(float(of(sums))),
            Of::Share(of) => quotient(of(sums)),
            Of::Mean(of) => quotient(of(sums)).map(|ms| ms / 1_000.0),
        }
    }
}

/// The formula of this id.
#[must_use]
pub fn named(id: &str) -> Option<&'static Formula> {
    FORMULAS.iter().find(|formula| formula.id == id)
}

/// All formulas, in the order in which they are shown.
pub const FORMULAS: [Formula; 30] = [
    count(
        "queued.1",
        "queued",
        "contacts that entered a queue; who phones again at a promised place is the same contact",
        |s| s.queued,
    ),
    count(
        "offered.1",
        "offered",
        "answered + abandoned + left; short abandons, withdrawn, not reached, cut off and who still waits apart",
        |s| s.answered + s.abandoned + s.left,
    ),
    count("answered.1", "answered", "answered by a seat", |s| {
        s.answered
    }),
    count(
        "abandoned.1",
        "abandoned",
        "gave up after more than the short time",
        |s| s.abandoned,
    ),
    count(
        "abandoned_short.1",
        "short abandons",
        "gave up within the short time",
        |s| s.abandoned_short,
    ),
    count(
        "left.1",
        "left",
        "left the queue by a key or a limit of the dialplan",
        |s| s.left,
    ),
    count(
        "withdrawn.1",
        "withdrawn",
        "taken out of the queue by a supervisor",
        |s| s.withdrawn,
    ),
    count(
        "not_reached.1",
        "not reached",
        "were to be called back, in vain: not reached, too late, or the queue is gone",
        |s| s.not_reached,
    ),
    count(
        "cut_off.1",
        "cut off",
        "waited when the process ended under them",
        |s| s.cut_off,
    ),
    count(
        "refused.1",
        "refused",
        "not taken: the queue was full or closed, or the wait would have been too long",
        |s| s.refused,
    ),
    count(
        "waiting.1",
        "waiting",
        "wait, ring or are to be called back still",
        |s| s.waiting,
    ),
    share(
        "sl.ignore.1",
        "service level",
        "A / (answered + abandoned - B): abandons within the target are ignored (Cisco type 1)",
        |s| {
            (
                s.answered_in_target,
                s.events().saturating_sub(s.abandoned_in_target),
            )
        },
    ),
    share(
        "sl.negative.1",
        "service level, abandons against",
        "A / (answered + abandoned) (Cisco type 2)",
        |s| (s.answered_in_target, s.events()),
    ),
    share(
        "sl.positive.1",
        "service level, abandons in favour",
        "(A + B) / (answered + abandoned) (Cisco type 3, Cisco WFM, Asterisk SL2)",
        |s| (s.answered_in_target + s.abandoned_in_target, s.events()),
    ),
    share(
        "sl.answered.1",
        "service level of answered",
        "A / answered (Asterisk SL)",
        |s| (s.answered_in_target, s.answered),
    ),
    share(
        "sl.flow_out.1",
        "service level, flow-outs against",
        "A / (answered + abandoned + left), short abandons apart (Genesys)",
        |s| (s.answered_in_target, s.events() + s.left),
    ),
    share(
        "abandonment.1",
        "abandonment",
        "(abandoned + short abandons) / queued (Amazon Connect)",
        |s| (s.abandoned + s.abandoned_short, s.queued),
    ),
    share(
        "abandonment.2",
        "abandonment, short ones apart",
        "abandoned / (answered + abandoned + left)",
        |s| (s.abandoned, s.events() + s.left),
    ),
    share(
        "abandonment.3",
        "abandonment, cut off included",
        "(abandoned + short abandons + cut off) / queued (COPC)",
        |s| (s.abandoned + s.abandoned_short + s.cut_off, s.queued),
    ),
    mean(
        "asa.1",
        "average speed of answer",
        "sum of waits of answered / answered; from entering the queue, ring time in",
        |s| (s.wait_answered_ms, s.answered),
    ),
    mean(
        "asa.2",
        "average speed of answer, ring apart",
        "as asa.1 without the ring time of the seat that answered",
        |s| {
            (
                s.wait_answered_ms.saturating_sub(s.ring_answered_ms),
                s.answered,
            )
        },
    ),
    mean(
        "wait_longest.1",
        "longest wait",
        "the longest wait of an answered contact",
        |s| (s.wait_longest_ms, s.answered.min(1)),
    ),
    count("handled.1", "handled", "talks that ended", |s| s.handled),
    mean(
        "aht.1",
        "average handle time",
        "(talk + hold + after-call work) / handled; ring apart",
        |s| (s.work_ms(), s.handled),
    ),
    mean("talk.1", "average talk", "talk / handled", |s| {
        (s.talk_ms, s.handled)
    }),
    mean("hold.1", "average hold", "hold / handled", |s| {
        (s.hold_ms, s.handled)
    }),
    mean(
        "acw.1",
        "average after-call work",
        "from the end of the talk to ready or away / handled",
        |s| (s.wrap_up_ms, s.handled),
    ),
    share(
        "occupancy.1",
        "occupancy",
        "(talk + hold + after-call work) / (that + available)",
        |s| (s.work_ms(), s.work_ms() + s.available_ms),
    ),
    share(
        "utilisation.1",
        "utilisation",
        "(talk + hold + after-call work) / time signed in",
        |s| (s.work_ms(), s.signed_in_ms),
    ),
    share(
        "containment.1",
        "containment",
        "calls that ended with no seat and no wait / calls that entered a dialplan",
        |s| (s.calls_in_ivr_only, s.calls),
    ),
];

/// How a formula is worked out.
#[derive(Clone, Copy, Debug)]
enum Of {
    Count(fn(&Sums) -> u64),
    /// What by what.
    Share(fn(&Sums) -> (u64, u64)),
    /// Milliseconds by how many.
    Mean(fn(&Sums) -> (u64, u64)),
}

const fn count(
    id: &'static str,
    name: &'static str,
    says: &'static str,
    of: fn(&Sums) -> u64,
) -> Formula {
    Formula {
        id,
        name,
        says,
        unit: Unit::Count,
        of: Of::Count(of),
    }
}

const fn share(
    id: &'static str,
    name: &'static str,
    says: &'static str,
    of: fn(&Sums) -> (u64, u64),
) -> Formula {
    Formula {
        id,
        name,
        says,
        unit: Unit::Share,
        of: Of::Share(of),
    }
}

const fn mean(
    id: &'static str,
    name: &'static str,
    says: &'static str,
    of: fn(&Sums) -> (u64, u64),
) -> Formula {
    Formula {
        id,
        name,
        says,
        unit: Unit::Seconds,
        of: Of::Mean(of),
    }
}

/// A quotient; none where there is nothing to divide by.
fn quotient((what, by): (u64, u64)) -> Option<f64> {
    (by > 0).then(|| float(what) / float(by))
}

/// Whole up to 2^53.
fn float(count: u64) -> f64 {
    let (high, low) = (count >> 32, count & 0xffff_ffff);
    let part = |part: u64| u32::try_from(part).map_or(0.0, f64::from);
    part(high).mul_add(4_294_967_296.0, part(low))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(id: &str, sums: &Sums) -> f64 {
        named(id).unwrap().value(sums).unwrap()
    }

    /// Cisco's example: 100 offered, 70 answered in time, 10 abandoned in time.
    #[test]
    fn service_levels_are_those_of_the_published_vector() {
        let sums = Sums {
            queued: 100,
            answered: 85,
            answered_in_target: 70,
            abandoned: 15,
            abandoned_in_target: 10,
            ..Sums::default()
        };
        let round = |id| (of(id, &sums) * 1_000.0).round() / 10.0;
        assert!((round("sl.ignore.1") - 77.8).abs() < 1e-9);
        assert!((round("sl.negative.1") - 70.0).abs() < 1e-9);
        assert!((round("sl.positive.1") - 80.0).abs() < 1e-9);
        assert!((round("sl.answered.1") - 82.4).abs() < 1e-9);
    }

    #[test]
    fn work_is_counted_in_seconds_and_shares() {
        let sums = Sums {
            handled: 4,
            talk_ms: 600_000,
            hold_ms: 60_000,
            wrap_up_ms: 140_000,
            available_ms: 200_000,
            signed_in_ms: 1_600_000,
            answered: 4,
            wait_answered_ms: 100_000,
            ring_answered_ms: 20_000,
            ..Sums::default()
        };
        assert!((of("aht.1", &sums) - 200.0).abs() < 1e-9);
        assert!((of("acw.1", &sums) - 35.0).abs() < 1e-9);
        assert!((of("occupancy.1", &sums) - 0.8).abs() < 1e-9);
        assert!((of("utilisation.1", &sums) - 0.5).abs() < 1e-9);
        assert!((of("asa.1", &sums) - 25.0).abs() < 1e-9);
        assert!((of("asa.2", &sums) - 20.0).abs() < 1e-9);
    }

    #[test]
    fn nothing_is_divided_by_nothing_and_ids_are_unique() {
        let ids: std::collections::BTreeSet<_> = FORMULAS.iter().map(|one| one.id).collect();
        assert_eq!(ids.len(), FORMULAS.len());
        for formula in FORMULAS {
            let value = formula.value(&Sums::default());
            assert!(matches!(value, None | Some(0.0)), "{}", formula.id);
        }
    }
}
