//! Why a call went as it did: rebuilt from facts, in words that a supervisor understands.
//!
//! What is told is what the facts say, and what follows from them: who served the queue when the
//! call came, what they were doing, what they could not do, and who was taken before it.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::call::explain_beside;
use crate::call::explain_beside::Rings;
use crate::call::explain_callback;
use crate::call::explain_deeds;
use crate::call::explain_order;
use crate::call::explain_outside;
use crate::call::explain_seats;
use crate::call::explain_seats::Fit;
use crate::call::explain_seats::SeatsThen;
use crate::call::explain_words;
use crate::call::explain_words::Helpers;
use crate::call::fact::Fact;
use crate::call::fact::Recorded;
use crate::call::record::Names;
use crate::machine::acd::asked::Asked;
use crate::machine::acd::fact::AcdFact;
use crate::machine::acd::fact::SeatState;
use crate::machine::acd::need::Clause;
use crate::machine::acd::need::Need;
use crate::machine::acd::step::Class;
use crate::machine::ivr::fact::WalkFact;
use crate::vocabulary::id::CallId;
use crate::vocabulary::id::QueueId;
use crate::vocabulary::id::SeatId;
use crate::vocabulary::language::Language;
use crate::vocabulary::time::Wall;

/// Most lines of one explanation.
pub const LINES_MAX: usize = 2_000;

/// One thing that happened, and why.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Line {
    /// When.
    pub at: Wall,
    /// Milliseconds since the call came.
    pub after_ms: i64,
    /// What kind of thing: `arrived`, `step`, `queued`, `offered`, `passed_over`, `ended`, ….
    pub kind: &'static str,
    /// In words.
    pub text: String,
}

/// How things stood when a call came.
#[derive(Clone, Debug, Default)]
pub struct Stage {
    /// What ids stand for.
    pub names: Names,
    /// How seats stood.
    pub seats: BTreeMap<SeatId, SeatState>,
}

/// Tells the story of a call from its facts and those of the distributor meanwhile, in order.
#[must_use]
pub fn explain<'f>(
    call: CallId,
    stage: Stage,
    facts: impl IntoIterator<Item = &'f Recorded>,
    language: Language,
) -> Vec<Line> {
    let mut teller = Teller {
        call,
        language,
        names: stage.names,
        seats: SeatsThen::new(stage.seats),
        began: None,
        waits: None,
        classes: BTreeMap::new(),
        rings: Rings::default(),
        lines: Vec::new(),
    };
    for fact in facts {
        teller.take(fact);
    }
    teller.lines
}

pub(super) struct Waits {
    pub(super) queue: QueueId,
    need: Need,
    pub(super) class: Class,
    pub(super) since: Wall,
    /// Whom its step asks for.
    asked: Asked,
}

pub(super) struct Teller {
    call: CallId,
    pub(super) language: Language,
    pub(super) names: Names,
    pub(super) seats: SeatsThen,
    began: Option<Wall>,
    pub(super) waits: Option<Waits>,
    /// Of others, with their queues as far as they are known.
    pub(super) classes: BTreeMap<CallId, (Option<QueueId>, Class)>,
    pub(super) rings: Rings,
    pub(super) lines: Vec<Line>,
}

impl Teller {
    fn take(&mut self, next: &Recorded) {
        if let Some(names) = next.fact.names() {
            self.names = names.clone();
        }
        let ours = next.call == Some(self.call);
        if let Fact::Acd(fact) = &next.fact {
            self.take_acd(next.wall, fact);
        } else if let Fact::SeatLeft { seat, cause } = &next.fact
            && ours
        {
            self.seat_left(next.wall, *seat, cause);
        } else if ours {
            self.take_own(next.wall, &next.fact);
        } else if let (Some(other), Fact::Callback(fact)) = (next.call, &next.fact) {
            self.take_other_callback(other, fact);
        }
    }

    fn take_own(&mut self, at: Wall, fact: &Fact) {
        let language = self.language;
        if let Fact::Arrived(arrived) = fact {
            self.began = Some(at);
            self.say(at, "arrived", explain_words::arrived(language, arrived));
        } else if let Fact::Walk(fact) = fact {
            self.take_walk(at, fact);
        } else if let Fact::QueueClosed { queue } = fact {
            self.say(at, "refused", explain_words::closed(language, queue));
        } else if let Fact::WaitTooLong { queue, expected_ms } = fact {
            let text = explain_words::too_long(language, queue, *expected_ms);
            self.say(at, "refused", text);
        } else if let Fact::StepAsks { step, asked } = fact {
            self.asks(at, *step, asked);
        } else if let Fact::Intervened { what, by } = fact {
            self.intervened(at, what, by);
        } else if let Fact::WaitForetold(foretold) = fact {
            self.say(at, "foretold", explain_words::foretold(language, *foretold));
        } else if let Fact::LeftQueue { reason } = fact {
            self.waits = None;
            self.say(at, "left", explain_words::left(language, *reason));
        } else if matches!(fact, Fact::PlaceKept) {
            self.say(at, "strolls", explain_words::place_kept(language));
        } else if matches!(fact, Fact::BackInQueue) {
            self.say(at, "back", explain_words::back(language));
        } else if let Fact::Dialling { number } = fact {
            self.say(
                at,
                "dialling",
                explain_outside::dialling(language, number, None),
            );
        } else if let Fact::CallOutRefused { number, refusal } = fact {
            let text = explain_outside::dialling(language, number, Some(*refusal));
            self.say(at, "refused", text);
        } else if let Fact::NumberFailed { status } = fact {
            self.say(
                at,
                "number",
                explain_outside::number(language, Some(*status)),
            );
        } else if matches!(fact, Fact::NumberAnswered) {
            self.say(at, "number", explain_outside::number(language, None));
        } else if let Fact::Callback(fact) = fact {
            self.say(at, "callback", explain_callback::told(language, fact));
            self.take_callback(at, fact);
        } else if let Fact::Message(fact) = fact {
            self.say(at, "message", explain_outside::message(language, fact));
        } else if let Fact::SeatFailed { seat, status } = fact {
            self.seat_failed(at, *seat, *status);
        } else if let Fact::SeatUnfit { seat, ailment } = fact {
            let text = explain_beside::unfit(language, &self.seat(*seat), *ailment);
            self.say(at, "seat_unfit", text);
        } else if let Fact::SeatTold { seat } = fact {
            self.rings.told.insert(*seat);
            let text = explain_beside::seat_told(language, &self.seat(*seat));
            self.say(at, "seat_told", text);
        } else if let Fact::HungUp { by, cause } = fact {
            self.say(
                at,
                "hung_up",
                explain_outside::hung_up(language, *by, cause),
            );
        } else if let Fact::Closed(record) = fact {
            self.say(at, "ended", explain_words::ended(language, record.outcome));
        }
    }

    fn take_walk(&mut self, at: Wall, fact: &WalkFact) {
        let language = self.language;
        if let Some(step) = fact.entered() {
            self.say(at, "step", explain_words::step(language, step));
        } else if let WalkFact::Took { keys } = fact {
            self.say(at, "keys", explain_words::keys(language, keys));
        } else if let WalkFact::Chose { question, .. } = fact {
            self.say(at, "question", explain_words::chose(language, question));
        } else if let WalkFact::PlaceTold { position, wait } = fact {
            let text = explain_words::told(language, *position, *wait);
            self.say(at, "told", text);
        } else if let Some(deed) = explain_deeds::deed(language, fact) {
            self.say(at, "step", deed);
        }
    }

    fn take_acd(&mut self, at: Wall, fact: &AcdFact) {
        match fact {
            AcdFact::Queued { contact, .. }
            | AcdFact::Moved { contact, .. }
            | AcdFact::Offered { contact, .. }
            | AcdFact::OfferEnded { contact, .. }
            | AcdFact::BesideOffered { contact, .. }
            | AcdFact::BesideEnded { contact, .. }
            | AcdFact::Answered { contact, .. }
            | AcdFact::Abandoned { contact, .. }
            | AcdFact::Overflowed { contact, .. }
            | AcdFact::StepEntered { contact, .. }
            | AcdFact::Reprioritised { contact, .. }
            | AcdFact::TakenOut { contact, .. }
            | AcdFact::Parked { contact, .. }
            | AcdFact::Served { contact, .. } => {
                if *contact == self.call {
                    self.take_decision(at, fact);
                } else {
                    self.take_other(at, fact);
                }
            }
            AcdFact::SeatChanged { seat, state } => {
                self.seats.change(at, *seat, *state);
                self.seat_changed(at, *seat);
            }
        }
    }

    /// Something about this call.
    fn take_decision(&mut self, at: Wall, fact: &AcdFact) {
        let language = self.language;
        match fact {
            AcdFact::Queued {
                queue,
                need,
                priority,
                ageing,
                waited_ms,
                ..
            } => {
                let (priority, ageing) = (*priority, *ageing);
                let class = Class { priority, ageing };
                self.queued(at, (*queue, need, class), *waited_ms);
            }
            AcdFact::Moved { queue, need, .. } => self.moved(at, *queue, need),
            AcdFact::Offered {
                seat, waited_ms, ..
            } => self.offered(at, *seat, *waited_ms),
            AcdFact::OfferEnded { seat, end, .. } => self.offer_ended(at, *seat, *end),
            AcdFact::BesideOffered { seat, .. } => {
                let seat = self.seat(*seat);
                self.say(at, "offered", explain_beside::offered(language, &seat));
            }
            AcdFact::BesideEnded { seat, end, .. } => {
                let seat = self.seat(*seat);
                let text = explain_beside::ended(language, &seat, *end);
                self.say(at, "offer_ended", text);
            }
            AcdFact::Answered {
                seat, waited_ms, ..
            } => {
                self.waits = None;
                let seat = self.seat(*seat);
                let text = explain_words::answered(language, &seat, *waited_ms);
                self.say(at, "answered", text);
            }
            AcdFact::Abandoned { waited_ms, .. } => {
                // Who left by a key or a limit was told of already.
                if self.waits.take().is_some() {
                    let text = explain_words::abandoned(language, *waited_ms);
                    self.say(at, "abandoned", text);
                }
            }
            AcdFact::Overflowed { queue, .. } => {
                let queue = self.queue(*queue);
                self.say(at, "refused", explain_words::full(language, &queue));
            }
            AcdFact::StepEntered { step, because, .. } => {
                let text = explain_words::step_entered(language, *step, *because);
                self.say(at, "next_step", text);
            }
            AcdFact::Reprioritised { class, .. } => {
                let mut heeded = true;
                if let Some(waits) = &mut self.waits {
                    waits.class = *class;
                    heeded = self.names.heeds_class(waits.queue);
                }
                let text = explain_order::reprioritised(language, *class, heeded);
                self.say(at, "reprioritised", text);
            }
            AcdFact::Parked { .. } => self.waits = None,
            // Who did it was told before.
            AcdFact::TakenOut { .. } => self.waits = None,
            AcdFact::Served { .. } | AcdFact::SeatChanged { .. } => {}
        }
    }

    /// Something about another call.
    fn take_other(&mut self, at: Wall, fact: &AcdFact) {
        if let AcdFact::Queued {
            contact,
            queue,
            priority,
            ageing,
            ..
        } = fact
        {
            let (priority, ageing) = (*priority, *ageing);
            let class = Class { priority, ageing };
            self.classes.insert(*contact, (Some(*queue), class));
        } else if let AcdFact::Moved { contact, queue, .. } = fact {
            let known = self.classes.get_mut(contact);
            known.into_iter().for_each(|known| known.0 = Some(*queue));
        } else if let AcdFact::Reprioritised { contact, class } = fact {
            self.classes.entry(*contact).or_default().1 = *class;
        } else if let AcdFact::Offered {
            contact,
            seat,
            waited_ms,
        } = fact
        {
            self.passed_over(at, (*contact, *seat, *waited_ms));
        }
    }

    fn moved(&mut self, at: Wall, queue: QueueId, need: &Need) {
        let waits = self.waits.as_ref();
        let class = waits.map(|waits| waits.class).unwrap_or_default();
        let waited = waits.map_or(0, |waits| at.ms_since(waits.since));
        let waited_ms = u64::try_from(waited).unwrap_or(0);
        self.queued(at, (queue, need, class), waited_ms);
    }

    fn queued(&mut self, at: Wall, (queue, need, class): (QueueId, &Need, Class), waited_ms: u64) {
        let named = self.queue(queue);
        let need_text = self.need(need);
        let told = explain_order::class(self.language, class, self.names.heeds_class(queue));
        let language = self.language;
        self.say(
            at,
            "queued",
            explain_words::queued(language, &named, (&need_text, &told), waited_ms),
        );
        let before_ms = i64::try_from(waited_ms).unwrap_or(i64::MAX);
        self.waits = Some(Waits {
            queue,
            need: need.clone(),
            class,
            since: Wall::from_ms(at.as_ms().saturating_sub(before_ms)),
            asked: Asked::All,
        });
        let (helpers, lacking) = self.candidates(at, queue, need);
        let text = explain_words::helpers(language, &named, &helpers);
        self.say(at, "candidates", text);
        if !lacking.is_empty() {
            let text = explain_words::lacking(language, &named, &lacking);
            self.say(at, "not_fitting", text);
        }
    }

    /// Who serves a queue: by state those who can help, and why the others cannot.
    fn candidates(&self, at: Wall, queue: QueueId, need: &Need) -> (Helpers, Vec<String>) {
        let (mut helpers, mut lacking) = (Helpers::default(), Vec::new());
        for seat in (0..).map(SeatId).take(self.names.seats.len()) {
            match explain_seats::fit(&self.names, at, seat, (queue, need)) {
                Fit::Elsewhere => {}
                Fit::Lacks(clause, has) => {
                    let clause = self.clause(&clause);
                    let seat = self.seat(seat);
                    lacking.push(explain_words::lacks(self.language, (&seat, &clause), has));
                }
                Fit::Fits => {
                    let state = self.seats.state(seat);
                    let seat = self.seat(seat);
                    helpers.by_state.entry(state).or_default().push(seat);
                }
            }
        }
        (helpers, lacking)
    }

    /// Whom it asks for in its step.
    fn asks(&mut self, at: Wall, step: u8, asked: &Asked) {
        if let Some(waits) = &mut self.waits {
            waits.asked = asked.clone();
        }
        let whom = match asked {
            Asked::All => None,
            Asked::Need(need) => Some(self.need(need)),
            Asked::Seats(seats) => {
                let seats = seats.iter();
                let told = seats.map(|seat| (self.seat(*seat), self.seats.state(*seat)));
                let told =
                    told.map(|(seat, state)| explain_words::standing(self.language, &seat, state));
                Some(told.collect())
            }
        };
        let text = explain_words::asks(self.language, step, whom.as_deref());
        self.say(at, "asks", text);
    }

    /// Whether a seat could help this call, in its step.
    pub(super) fn fits(&self, at: Wall, seat: SeatId, waits: &Waits) -> bool {
        let need = match &waits.asked {
            Asked::Seats(seats) if !seats.contains(&seat) => return false,
            Asked::All | Asked::Seats(_) => &waits.need,
            Asked::Need(need) => need,
        };
        let fit = explain_seats::fit(&self.names, at, seat, (waits.queue, need));
        matches!(fit, Fit::Fits)
    }

    pub(super) fn say(&mut self, at: Wall, kind: &'static str, text: String) {
        if self.lines.len() < LINES_MAX {
            let after_ms = self.began.map_or(0, |began| at.ms_since(began));
            self.lines.push(Line {
                at,
                after_ms,
                kind,
                text,
            });
        }
    }

    /// `1002 (Sun Lei)`.
    pub(super) fn seat(&self, seat: SeatId) -> String {
        let at = usize::try_from(seat.0).unwrap_or(usize::MAX);
        match self.names.seats.get(at) {
            Some((id, name)) if name.is_empty() => id.clone(),
            Some((id, name)) => format!("{id} ({name})"),
            None => format!("#{}", seat.0),
        }
    }

    fn queue(&self, queue: QueueId) -> String {
        let named = self.names.queue(queue);
        named.unwrap_or_else(|| format!("#{}", queue.0))
    }

    /// `refund >= 3`.
    fn clause(&self, clause: &Clause) -> String {
        self.need(&Need(vec![clause.clone()])).join("")
    }

    fn need(&self, need: &Need) -> Vec<String> {
        let name = |names: &[String], no: u32| {
            let at = usize::try_from(no).unwrap_or(usize::MAX);
            Some(names.get(at).cloned().unwrap_or_else(|| format!("#{no}")))
        };
        let named = need.named(&|skill| name(&self.names.skills, skill.0), &|group| {
            name(&self.names.groups, group.0)
        });
        named.0.iter().map(ToString::to_string).collect()
    }
}
