//! What a report keeps of one call.

use crate::call::record::Outcome;
use crate::call::record::Record;
use crate::call::record::SegmentKind;
use crate::machine::ivr::fact::WalkFact;
use crate::vocabulary::id::ReleaseNo;
use crate::vocabulary::phone_number::PhoneNumber;
use crate::vocabulary::time::Wall;

/// One call, as far as a report wants to know.
#[derive(Clone, Debug, PartialEq)]
pub struct Account {
    /// When it came.
    pub started: Wall,
    /// Its length, in milliseconds.
    pub duration_ms: u64,
    /// Who called, if it is a number.
    pub number: Option<PhoneNumber>,
    /// The release it kept to.
    pub release: ReleaseNo,
    /// What became of it.
    pub outcome: Outcome,
    /// What the engine held to be likely, the first time it was asked.
    pub foreseen: Option<Foreseen>,
    /// What the caller wanted, if they said so by a key.
    pub wanted: Option<Wanted>,
    /// Questions that were answered, and whether the answer was heard out.
    pub answers: Vec<(String, bool)>,
    /// Whether it waited for a person.
    pub queued: bool,
}

/// A prediction.
#[derive(Clone, Debug, PartialEq)]
pub struct Foreseen {
    /// (order, question, probability), likeliest first.
    pub ranked: Vec<(Option<String>, String, f64)>,
    /// So many options were read.
    pub read: u32,
    /// How likely they were to be read in this order.
    pub propensity: f64,
    /// Whether the caller then chose none of those that were read.
    pub none_of_them: bool,
}

/// What the caller wanted.
#[derive(Clone, Debug, PartialEq)]
pub struct Wanted {
    /// About this order.
    pub order: Option<String>,
    /// The question's id.
    pub question: String,
    /// Its place in the prediction, from 1; none: it was not foreseen at all, or nothing was.
    pub place: Option<usize>,
    /// The probability it was given; none as above.
    pub p: Option<f64>,
    /// From the moment that the options began to be read until the key, in milliseconds.
    pub listened_ms: Option<u64>,
}

impl Account {
    /// Takes what matters out of a record.
    #[must_use]
    pub fn of(record: &Record) -> Self {
        let mut foreseen: Option<(u64, Foreseen)> = None;
        let mut wanted = None;
        let mut answers = Vec::new();
        for (at_ms, fact) in &record.story {
            if let WalkFact::Predicted {
                ranked,
                read,
                propensity,
                ..
            } = fact
                && foreseen.is_none()
            {
                let prediction = Foreseen {
                    ranked: ranked.clone(),
                    read: *read,
                    propensity: *propensity,
                    none_of_them: false,
                };
                foreseen = Some((*at_ms, prediction));
            } else if let WalkFact::ChoseNone = fact
                && let Some((_, foreseen)) = &mut foreseen
            {
                foreseen.none_of_them = wanted.is_none();
            } else if let WalkFact::Chose {
                order, question, ..
            } = fact
                && wanted.is_none()
            {
                wanted = Some(Wanted::of(order, question, *at_ms, foreseen.as_ref()));
            } else if let WalkFact::Answered {
                question,
                heard_out,
                ..
            } = fact
            {
                answers.push((question.clone(), *heard_out));
            }
        }
        let waits = |kind| matches!(kind, SegmentKind::Queue | SegmentKind::Ring);
        Self {
            started: record.started,
            duration_ms: record.duration_ms,
            number: record.arrived.number.clone(),
            release: record.arrived.release,
            outcome: record.outcome,
            foreseen: foreseen.map(|(_, foreseen)| foreseen),
            wanted,
            answers,
            queued: record.segments.iter().any(|segment| waits(segment.kind)),
        }
    }

    /// Whether it was answered without a person.
    #[must_use]
    pub const fn is_contained(&self) -> bool {
        matches!(self.outcome, Outcome::Contained)
    }

    /// Whether a seat talked to the caller.
    #[must_use]
    pub const fn is_served(&self) -> bool {
        matches!(self.outcome, Outcome::Served)
    }

    /// Whether the centre took it: it was neither refused nor given up before.
    #[must_use]
    pub const fn is_taken(&self) -> bool {
        !matches!(
            self.outcome,
            Outcome::Cancelled | Outcome::Refused | Outcome::Lost
        )
    }
}

impl Wanted {
    fn of(
        order: &Option<String>,
        question: &str,
        at_ms: u64,
        foreseen: Option<&(u64, Foreseen)>,
    ) -> Self {
        let is_it = |(o, q, _): &(Option<String>, String, f64)| o == order && q == question;
        let ranked = foreseen.map(|(_, foreseen)| &foreseen.ranked);
        let at = ranked.and_then(|ranked| ranked.iter().position(is_it));
        Self {
            order: order.clone(),
            question: question.to_owned(),
            place: at.map(|at| at + 1),
            p: at.and_then(|at| Some(ranked?.get(at)?.2)),
            listened_ms: foreseen.map(|(began, _)| at_ms.saturating_sub(*began)),
        }
    }
}
