//! The one record that a call leaves: its whole story.

use std::net::SocketAddr;

use serde::{Deserialize, Serialize};

use crate::call::message::MessageLeft;
use crate::machine::acd::policy::Policy;
use crate::machine::acd::surface::SeatSetup;
use crate::machine::catalog::Catalog;
use crate::machine::catalog::QueueEntry;
use crate::machine::ivr::fact::WalkFact;
use crate::machine::ivr::surface::Briefing;
use crate::machine::media::contract::Quality;
use crate::vocabulary::id::CallId;
use crate::vocabulary::id::QueueId;
use crate::vocabulary::id::ReleaseNo;
use crate::vocabulary::id::SeatId;
use crate::vocabulary::language::Language;
use crate::vocabulary::phone_number::PhoneNumber;
use crate::vocabulary::time::Wall;

/// The one record of a call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// The call.
    pub call: CallId,
    /// When its INVITE came.
    pub started: Wall,
    /// From INVITE to the end of the caller's leg, in milliseconds of the engine clock. A seat's
    /// phone may take longer to let go.
    pub duration_ms: u64,
    /// How it began.
    pub arrived: Arrived,
    /// What became of it.
    pub outcome: Outcome,
    /// SIP status that a refused call was given.
    #[serde(default)]
    pub refused_status: Option<u16>,
    /// Who ended it, and how in a word.
    pub hung_up: Option<(Party, String)>,
    /// The caller's time, without gaps: it sums to `duration_ms`.
    pub segments: Vec<Segment>,
    /// Steps entered, with milliseconds since the start.
    pub steps: Vec<(u64, String)>,
    /// Keys, with milliseconds since the start.
    pub keys: Vec<(u64, char)>,
    /// What was said, looked up, predicted, chosen, answered, verified: with milliseconds since
    /// the start.
    pub story: Vec<(u64, WalkFact)>,
    /// What the seat saw.
    pub briefing: Option<Briefing>,
    /// The queue it entered last.
    pub queue: Option<String>,
    /// The seat it talked to last.
    pub seat: Option<String>,
    /// The messages that it left, with milliseconds since the start.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub messages: Vec<(u64, MessageLeft)>,
    /// INVITE to first packet, in microseconds.
    pub first_sound_us: Option<u64>,
    /// Seat's answer to two-way sound, in microseconds.
    pub two_way_us: Option<u64>,
    /// What passed through each leg.
    pub quality: Vec<(Party, Quality)>,
    /// Entries that were not kept.
    pub dropped: u64,
}

impl Record {
    /// What happened in the dialplan, in order: steps and story as one. Of what happened at one
    /// moment, what leads to a step stands before it.
    #[must_use]
    pub fn walked(&self) -> Vec<WalkFact> {
        let steps = self.steps.iter().map(|(at_ms, step)| {
            let step = step.clone();
            (*at_ms, 1, WalkFact::Entered { step })
        });
        let story = self.story.iter().map(|(at_ms, fact)| {
            let after = matches!(fact, WalkFact::Said { .. } | WalkFact::Predicted { .. });
            (*at_ms, if after { 2 } else { 0 }, fact.clone())
        });
        let mut all: Vec<(u64, u8, WalkFact)> = steps.chain(story).collect();
        all.sort_by_key(|(at_ms, place, _)| (*at_ms, *place));
        all.into_iter().map(|(.., fact)| fact).collect()
    }
}

/// What became of a call.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It ended in the IVR after an answer was heard.
    Contained,
    /// It ended in the IVR without an answer.
    LeftInIvr,
    /// It talked to a seat, or to a number that was called for it.
    Served,
    /// It left the queue before a seat answered.
    Abandoned,
    /// The caller gave it up before it was answered.
    Cancelled,
    /// The centre refused it: no port was free, or its offer could not be met.
    Refused,
    /// It was promised to be called back, and never reached.
    NotReached,
    /// It was promised to be called back, and phoned again: its place went to that call.
    PhonedAgain,
    /// It left a message, and talked to nobody.
    LeftMessage,
    /// A supervisor took it out of its queue, or its promise to be called back, and nobody served it
    /// afterwards.
    Withdrawn,
    /// The process ended under it; closed at the next start.
    Lost,
}

/// A stretch of the caller's time.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct Segment {
    /// What the caller was in.
    pub kind: SegmentKind,
    /// Milliseconds since the start of the call.
    pub start_ms: u64,
    /// Its length in milliseconds.
    pub duration_ms: u64,
    /// The seat concerned.
    pub seat: Option<String>,
}

/// What a caller is in.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SegmentKind {
    /// The dialplan speaks and listens.
    Ivr,
    /// Waiting for a seat.
    Queue,
    /// A seat rings.
    Ring,
    /// Talking to a seat.
    Talk,
    /// Held by the seat, or holding.
    Hold,
    /// Off the line, to be called back.
    Away,
}

/// How a call began.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Arrived {
    /// Caller's number, if it is one.
    pub number: Option<PhoneNumber>,
    /// Caller as the peer wrote it.
    pub caller: String,
    /// Caller's display name as the peer wrote it.
    pub caller_name: String,
    /// What was dialled.
    pub called: String,
    /// The SIP Call-ID.
    pub sip_call_id: String,
    /// The far signalling address.
    pub remote: SocketAddr,
    /// Name of the dialplan.
    pub dialplan: String,
    /// The release that the call is pinned to.
    #[serde(default)]
    pub release: ReleaseNo,
    /// Its files with their digests.
    pub versions: Vec<String>,
    /// Language to begin in, if the dialplan says one.
    pub language: Option<Language>,
}

/// Who did something.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Party {
    /// The one who phoned.
    Caller,
    /// The person who answers.
    Seat,
    /// A number outside that was called for the caller.
    Number,
    /// The centre: dialplan, drain, command.
    Centre,
}

/// Names by id, for readers of the log.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize, Deserialize)]
pub struct Names {
    /// Seats: id as configured, and the person's name.
    pub seats: Vec<(String, String)>,
    /// Queues.
    pub queues: Vec<String>,
    /// Within what time each queue should answer, in ms; none in logs of earlier versions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub targets_ms: Vec<u64>,
    /// By which policy each queue's contacts are served; none in logs of earlier versions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub policies: Vec<Policy>,
    /// Skills.
    pub skills: Vec<String>,
    /// What each seat can do, in the order of the seats.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub staff: Vec<SeatSetup>,
    /// Groups of seats.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
    /// Seats that were there in an earlier release of this process only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gone_seats: Vec<SeatId>,
    /// Queues likewise.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gone_queues: Vec<QueueId>,
}

impl Names {
    /// The names of a catalog.
    #[must_use]
    pub fn of(catalog: &Catalog) -> Self {
        let seats = catalog.seats().iter();
        let queues = catalog.queues().iter();
        let target = |queue: &QueueEntry| u64::try_from(queue.target.as_millis()).unwrap_or(0);
        Self {
            targets_ms: queues.clone().map(target).collect(),
            policies: queues.clone().map(|queue| queue.policy).collect(),
            seats: seats.map(|s| (s.id.clone(), s.name.clone())).collect(),
            queues: queues.map(|queue| queue.name.clone()).collect(),
            skills: catalog.skills().to_vec(),
            groups: catalog.groups().to_vec(),
            staff: catalog.seat_setups().collect(),
            gone_seats: catalog.gone_seats().collect(),
            gone_queues: catalog.gone_queues().collect(),
        }
    }

    /// The id that a seat registers as.
    #[must_use]
    pub fn seat(&self, seat: SeatId) -> Option<String> {
        let at = usize::try_from(seat.0).unwrap_or(usize::MAX);
        self.seats.get(at).map(|(id, _)| id.clone())
    }

    /// A queue's name.
    #[must_use]
    pub fn queue(&self, queue: QueueId) -> Option<String> {
        let at = usize::try_from(queue.0).unwrap_or(usize::MAX);
        self.queues.get(at).cloned()
    }

    /// Whether priorities count among a queue's contacts, as far as the log says.
    #[must_use]
    pub fn heeds_class(&self, queue: QueueId) -> bool {
        let at = usize::try_from(queue.0).unwrap_or(usize::MAX);
        self.policies.get(at).is_none_or(|one| one.heeds_class())
    }

    /// Within what time a queue should answer, in ms; none where the log does not say.
    #[must_use]
    pub fn target_ms(&self, queue: QueueId) -> Option<u64> {
        let at = usize::try_from(queue.0).unwrap_or(usize::MAX);
        self.targets_ms.get(at).copied()
    }
}
