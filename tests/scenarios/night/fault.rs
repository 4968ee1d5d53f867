//! Seeded faults: each breaks one thing between the centre and the books, and must be caught.

use std::collections::BTreeSet;

use ringwise::call::effect::Effect;
use ringwise::call::effect::Event;
use ringwise::call::fact::Fact;
use ringwise::call::fact::Recorded;
use ringwise::machine::acd::fact::AcdFact;
use ringwise::machine::media::contract::MediaCommand;
use ringwise::machine::media::contract::MediaEvent;
use ringwise::vocabulary::flow::Flow;
use ringwise::vocabulary::id::CallId;
use ringwise::vocabulary::id::SeatId;
use ringwise::vocabulary::time::Turn;

use crate::night::play;
use crate::settlement::CENTRE_IP;

/// What goes wrong, and which promise that breaks.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Fault {
    PortNeverClosed,
    PortCloseNeverTold,
    PortGivenTwice,
    ByeToSeatsLost,
    RecordMissing,
    RecordTwice,
    RecordTooLong,
    AbandonedMissing,
    ServedMissing,
    OfferAfterLeft,
    OfferOutOfOrder,
    SeatOfferedTwice,
}

/// Each with words of the complaint that must be raised.
const FAULTS: [(Fault, &[&str]); 12] = [
    (Fault::PortNeverClosed, &["I7", "alarm"]),
    (Fault::PortCloseNeverTold, &["I3", "I7", "alarm"]),
    (Fault::PortGivenTwice, &["I7"]),
    (Fault::ByeToSeatsLost, &["end"]),
    (Fault::RecordMissing, &["I1", "I3"]),
    (Fault::RecordTwice, &["I3"]),
    (Fault::RecordTooLong, &["I3"]),
    (Fault::AbandonedMissing, &["I12", "I3"]),
    (Fault::ServedMissing, &["I2", "I3"]),
    (Fault::OfferAfterLeft, &["I11"]),
    (Fault::OfferOutOfOrder, &["I4"]),
    (Fault::SeatOfferedTwice, &["I2"]),
];

/// How many suitable moments pass before the fault.
const SPARED: u32 = 8;

/// Puts one fault in.
pub(super) struct Meddler {
    fault: Fault,
    spared: u32,
    /// Renumbers the log, so that no gap gives the fault away.
    seq: u64,
    waiting: BTreeSet<CallId>,
    talking: BTreeSet<SeatId>,
    port: Option<u16>,
}

impl Meddler {
    pub(super) const fn new(fault: Fault) -> Self {
        Self {
            fault,
            spared: 0,
            seq: 0,
            waiting: BTreeSet::new(),
            talking: BTreeSet::new(),
            port: None,
        }
    }

    pub(super) fn event(&mut self, _turn: Turn, event: Event) -> Option<Event> {
        match (self.fault, event) {
            (Fault::PortCloseNeverTold, told @ Event::Media(MediaEvent::Closed { .. })) => {
                (!self.strikes()).then_some(told)
            }
            (Fault::PortGivenTwice, Event::Media(MediaEvent::Opened { leg, port, ssrc })) => {
                let before = self.port.replace(port);
                let port = before.filter(|_| self.strikes()).unwrap_or(port);
                Some(Event::Media(MediaEvent::Opened { leg, port, ssrc }))
            }
            (_, event) => Some(event),
        }
    }

    pub(super) fn effect(&mut self, _turn: Turn, effect: Effect) -> Vec<Effect> {
        match (self.fault, effect) {
            (_, Effect::Fact(fact)) => self.fact(*fact),
            (Fault::PortNeverClosed, Effect::Media(MediaCommand::Close { .. }))
                if self.strikes() =>
            {
                Vec::new()
            }
            (_, effect) => vec![effect],
        }
    }

    /// From some moment on no BYE reaches a seat.
    pub(super) fn sent(&mut self, flow: Flow, bytes: &[u8]) -> bool {
        let to_seat = flow.remote.ip().to_string() == "127.0.0.2";
        let concerned = to_seat && flow.local.ip() == CENTRE_IP && bytes.starts_with(b"BYE");
        if self.fault != Fault::ByeToSeatsLost || !concerned {
            return true;
        }
        self.spared += 1;
        self.spared < SPARED
    }

    fn fact(&mut self, mut fact: Recorded) -> Vec<Effect> {
        self.follow(&fact.fact);
        let extra = self.meddle(&mut fact);
        let facts = match extra {
            None => Vec::new(),
            Some(extra) => std::iter::once(fact).chain(extra).collect(),
        };
        let number = |mut fact: Recorded| {
            self.seq += 1;
            fact.seq = self.seq;
            Effect::Fact(Box::new(fact))
        };
        facts.into_iter().map(number).collect()
    }

    /// Changes a fact; none: it is lost; else what follows it.
    fn meddle(&mut self, fact: &mut Recorded) -> Option<Option<Recorded>> {
        match (self.fault, &mut fact.fact) {
            (Fault::RecordMissing, Fact::Closed(_))
            | (Fault::AbandonedMissing, Fact::Acd(AcdFact::Abandoned { .. }))
            | (Fault::ServedMissing, Fact::Acd(AcdFact::Served { .. }))
                if self.strikes() =>
            {
                return None;
            }
            (Fault::RecordTwice, Fact::Closed(_)) if self.strikes() => {
                return Some(Some(fact.clone()));
            }
            (Fault::RecordTooLong, Fact::Closed(record)) if self.strikes() => {
                record.duration_ms += 1;
            }
            (Fault::OfferAfterLeft, Fact::Acd(AcdFact::Abandoned { contact, .. })) => {
                let contact = *contact;
                if self.strikes() {
                    let offered = AcdFact::Offered {
                        contact,
                        seat: SeatId(u32::MAX),
                        waited_ms: 0,
                    };
                    let mut after = fact.clone();
                    after.fact = Fact::Acd(offered);
                    return Some(Some(after));
                }
            }
            (Fault::OfferOutOfOrder, Fact::Acd(AcdFact::Offered { contact, .. })) => {
                let last = self.waiting.last().copied();
                if let Some(last) = last.filter(|last| last > contact)
                    && self.strikes()
                {
                    *contact = last;
                }
            }
            (Fault::SeatOfferedTwice, Fact::Acd(AcdFact::Offered { seat, .. })) => {
                if let Some(busy) = self.talking.first().copied()
                    && self.strikes()
                {
                    *seat = busy;
                }
            }
            _ => {}
        }
        Some(None)
    }

    fn follow(&mut self, fact: &Fact) {
        match fact {
            Fact::Acd(AcdFact::Queued { contact, .. }) => {
                self.waiting.insert(*contact);
            }
            Fact::Acd(AcdFact::Offered { contact, .. } | AcdFact::Abandoned { contact, .. }) => {
                self.waiting.remove(contact);
            }
            Fact::Acd(AcdFact::Answered { seat, .. }) => {
                self.talking.insert(*seat);
            }
            Fact::Acd(AcdFact::Served { seat, .. }) => {
                self.talking.remove(seat);
            }
            _ => {}
        }
    }

    /// Whether this is the moment; it comes once.
    const fn strikes(&mut self) -> bool {
        self.spared += 1;
        self.spared == SPARED
    }
}

#[test]
fn every_seeded_fault_is_caught() {
    for (fault, words) in FAULTS {
        let caught = play::play(400, 3, Some(fault));
        let broken = caught
            .map(|_| ())
            .expect_err(&format!("{fault:?} is not caught"));
        let named = words.iter().any(|word| broken.starts_with(word));
        assert!(named, "{fault:?} is taken for something else: {broken}");
    }
}
