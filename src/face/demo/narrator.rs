//! Tells a call's story as it happens, from its facts.

use std::collections::BTreeMap;

use crate::call::explain_callback;
use crate::call::explain_outside;
use crate::call::fact::Fact;
use crate::call::fact::Recorded;
use crate::call::record::Arrived;
use crate::call::record::Names;
use crate::call::record::Outcome;
use crate::call::record::Party;
use crate::call::record::Record;
use crate::call::record::SegmentKind;
use crate::machine::acd::fact::AcdFact;
use crate::machine::ivr::fact::WalkFact;
use crate::vocabulary::id::CallId;
use crate::vocabulary::id::SkillId;
use crate::vocabulary::language::Language;
use crate::vocabulary::time::Wall;

/// Longest text of a spoken sentence that is shown whole, in characters.
const SHOWN_MAX: usize = 150;

/// Tells the stories of several calls, line by line.
#[derive(Debug, Default)]
pub struct Narrator {
    names: Names,
    calls: BTreeMap<CallId, (String, Wall)>,
}

impl Narrator {
    /// This call is told under this name.
    pub fn introduce(&mut self, call: CallId, name: String, began: Wall) {
        self.calls.insert(call, (name, began));
    }

    /// The lines of one fact; none if nobody is told of it.
    pub fn tell(&mut self, fact: &Recorded) -> Vec<String> {
        if let Fact::Started { names, .. } = &fact.fact {
            self.names = names.clone();
        }
        let Some((name, began)) = fact.call.and_then(|call| self.calls.get(&call)) else {
            return Vec::new();
        };
        let at_ms = fact.wall.ms_since(*began);
        let clock = format!("{:>3}.{:01} s", at_ms / 1000, at_ms % 1000 / 100);
        let head = format!("{name:<14} {clock}  ");
        self.lines(&fact.fact)
            .into_iter()
            .map(|line| format!("{head}{line}"))
            .collect()
    }

    fn lines(&self, fact: &Fact) -> Vec<String> {
        match fact {
            Fact::Arrived(arrived) => vec![arrived_line(arrived)],
            Fact::Walk(fact) => walk_line(fact).into_iter().collect(),
            Fact::Key { key } => vec![format!("presses {key}")],
            Fact::Acd(fact) => self.acd_line(fact).into_iter().collect(),
            Fact::SeatFailed { seat, status } => {
                vec![format!(
                    "seat {} did not take it ({status})",
                    self.seat(*seat)
                )]
            }
            Fact::SeatTold { seat } => vec![format!("seat {} is told", self.seat(*seat))],
            Fact::Bridged { seat } => vec![format!("talks to seat {}", self.seat(*seat))],
            Fact::TwoWay { after_us } => {
                vec![format!(
                    "both hear each other, {} ms after the seat answered",
                    tenths(*after_us)
                )]
            }
            Fact::SeatLeft { cause, .. } => {
                vec![format!("the seat hangs up ({cause}), the caller stays")]
            }
            Fact::HungUp { by, cause } => vec![format!("{} hangs up ({cause})", who(*by))],
            Fact::Closed(record) => vec![closing(record)],
            Fact::Alarm { text } => vec![format!("ALARM: {text}")],
            Fact::QueueClosed { queue } => vec![format!("{queue} is closed")],
            Fact::WaitTooLong { queue, .. } => {
                vec![format!("the wait in {queue} would be too long")]
            }
            Fact::LeftQueue { .. } => vec!["leaves the queue".to_owned()],
            Fact::Dialling { .. }
            | Fact::CallOutRefused { .. }
            | Fact::NumberFailed { .. }
            | Fact::NumberAnswered
            | Fact::NumberLeft { .. } => number_line(fact).into_iter().collect(),
            Fact::Callback(fact) => vec![explain_callback::told(Language::English, fact)],
            Fact::Message(fact) => vec![explain_outside::message(Language::English, fact)],
            Fact::PlaceKept => vec!["goes on and keeps its place".to_owned()],
            Fact::BackInQueue => vec!["waits on at its place".to_owned()],
            Fact::Started { .. }
            | Fact::Connected { .. }
            | Fact::FirstSound { .. }
            | Fact::PromptStopped { .. }
            | Fact::Handed { .. }
            | Fact::WaitForetold(_)
            | Fact::StepAsks { .. }
            | Fact::Held { .. }
            | Fact::Resumed { .. }
            | Fact::Refused { .. }
            | Fact::ReofferRefused { .. }
            | Fact::LegClosed { .. }
            | Fact::TurnedAway { .. }
            | Fact::SeatRegistered { .. }
            | Fact::SeatUnregistered { .. }
            | Fact::Learned { .. }
            | Fact::OrdersTold { .. }
            | Fact::ServiceAnswered { .. }
            | Fact::Fitted { .. }
            | Fact::QueueLearned(_)
            | Fact::SeatUnfit { .. }
            | Fact::SeatFit { .. }
            | Fact::SeatWished { .. }
            | Fact::WorkExtended { .. }
            | Fact::Intervened { .. }
            | Fact::AnswerUnawaited { .. }
            | Fact::Released(_)
            | Fact::ReleaseRetired { .. }
            | Fact::LookupAnswered { .. } => Vec::new(),
        }
    }

    fn acd_line(&self, fact: &AcdFact) -> Option<String> {
        match fact {
            AcdFact::Queued { queue, need, .. } => {
                let skill = |skill: &SkillId| {
                    let at = usize::try_from(skill.0).unwrap_or(usize::MAX);
                    self.names.skills.get(at).cloned()
                };
                let need = need.named(&skill, &|group| Some(format!("{}", group.0)));
                let queue = self.names.queue(*queue).unwrap_or_default();
                Some(format!("waits in {queue} for a seat with {need}"))
            }
            AcdFact::Offered { seat, .. } => Some(format!("seat {} rings", self.seat(*seat))),
            AcdFact::OfferEnded { seat, .. } => {
                Some(format!("seat {} no longer rings", self.seat(*seat)))
            }
            AcdFact::Moved { queue, .. } => {
                let queue = self.names.queue(*queue).unwrap_or_default();
                Some(format!("waits in {queue} from here on"))
            }
            AcdFact::Overflowed { .. } => Some("the queue is full".to_owned()),
            AcdFact::Answered { .. }
            | AcdFact::Abandoned { .. }
            | AcdFact::Served { .. }
            | AcdFact::BesideOffered { .. }
            | AcdFact::BesideEnded { .. }
            | AcdFact::StepEntered { .. }
            | AcdFact::Reprioritised { .. }
            | AcdFact::TakenOut { .. }
            | AcdFact::Parked { .. }
            | AcdFact::SeatChanged { .. } => None,
        }
    }

    fn seat(&self, seat: crate::vocabulary::id::SeatId) -> String {
        let at = usize::try_from(seat.0).unwrap_or(usize::MAX);
        self.names
            .seats
            .get(at)
            .map_or_else(String::new, |(id, name)| format!("{id} {name}"))
    }
}

/// What happened with a number outside.
fn number_line(fact: &Fact) -> Option<String> {
    if let Fact::Dialling { number } = fact {
        return Some(format!("{number} is called"));
    }
    if let Fact::CallOutRefused { number, refusal } = fact {
        return Some(format!("{number} may not be called: {refusal}"));
    }
    if let Fact::NumberFailed { status } = fact {
        return Some(format!("it is not reached ({status})"));
    }
    if let Fact::NumberLeft { cause } = fact {
        return Some(format!("that number hangs up ({cause})"));
    }
    matches!(fact, Fact::NumberAnswered).then(|| "talks to that number".to_owned())
}

fn walk_line(fact: &WalkFact) -> Option<String> {
    match fact {
        WalkFact::Said { text } => Some(format!("hears \"{}\"", shortened(text))),
        WalkFact::LookedUp {
            result: Ok(orders), ..
        } => Some(format!("orders found: {orders}")),
        WalkFact::LookedUp {
            result: Err(failure),
            ..
        } => Some(format!("look-up: {failure}")),
        WalkFact::Predicted { ranked, read, .. } => {
            let likely = ranked
                .iter()
                .take(3)
                .map(|(_, question, p)| format!("{question} {:.0} %", p * 100.0));
            let likely = likely.collect::<Vec<_>>().join(", ");
            Some(format!("predicted: {likely}; {read} are read"))
        }
        WalkFact::Chose {
            question, place, ..
        } => Some(format!("chose {question}, place {place}")),
        WalkFact::ChoseNone => Some("chose none of them".to_owned()),
        WalkFact::Verified { ok, attempt } => {
            let word = if *ok { "verified" } else { "not verified" };
            Some(format!("{word} at try {attempt}"))
        }
        WalkFact::Unspeakable { text } => Some(format!("CANNOT BE SPOKEN: {text}")),
        WalkFact::Set { .. }
        | WalkFact::Branched { .. }
        | WalkFact::Clocked { .. }
        | WalkFact::Tagged { .. }
        | WalkFact::Consulted { .. }
        | WalkFact::Unfollowed { .. }
        | WalkFact::Noticed { .. }
        | WalkFact::Scored { .. } => fact.deed(),
        WalkFact::Entered { .. }
        | WalkFact::Took { .. }
        | WalkFact::LateAnswer { .. }
        | WalkFact::PlaceTold { .. }
        | WalkFact::Answered { .. } => None,
    }
}

fn closing(record: &Record) -> String {
    let segments = record.segments.iter().map(|segment| {
        let kind = match segment.kind {
            SegmentKind::Ivr => "IVR",
            SegmentKind::Queue => "queue",
            SegmentKind::Ring => "ring",
            SegmentKind::Talk => "talk",
            SegmentKind::Hold => "hold",
            SegmentKind::Away => "off the line",
        };
        format!("{kind} {} s", tenths(segment.duration_ms))
    });
    let segments = segments.collect::<Vec<_>>().join(", ");
    let outcome = match record.outcome {
        Outcome::Contained => "answered without a person",
        Outcome::LeftInIvr => "left in the IVR",
        Outcome::Served => "served by a seat",
        Outcome::Abandoned => "gave up waiting",
        Outcome::Cancelled => "given up before it was answered",
        Outcome::Refused => "refused",
        Outcome::NotReached => "called back in vain",
        Outcome::PhonedAgain => "phoned again",
        Outcome::LeftMessage => "left a message",
        Outcome::Withdrawn => "taken out by a supervisor",
        Outcome::Lost => "lost",
    };
    format!("record {}: {outcome}; {segments}", record.call)
}

fn arrived_line(arrived: &Arrived) -> String {
    let number = arrived.number.as_ref();
    let number = number.map_or("no usable number", |number| number.as_str());
    format!("rings {} from {number}", arrived.called)
}

const fn who(party: Party) -> &'static str {
    match party {
        Party::Caller => "the caller",
        Party::Seat => "the seat",
        Party::Number => "the number that was called",
        Party::Centre => "the centre",
    }
}

/// Thousandths as a number with one decimal: milliseconds to seconds, microseconds to milliseconds.
#[must_use]
pub fn tenths(thousandths: u64) -> String {
    format!("{}.{}", thousandths / 1000, thousandths % 1000 / 100)
}

fn shortened(text: &str) -> String {
    if text.chars().count() <= SHOWN_MAX {
        return text.to_owned();
    }
    let kept: String = text.chars().take(SHOWN_MAX).collect();
    format!("{kept}…")
}
