//! What can happen, and what it means to the centre as it stands.

use std::time::Duration;

use proptest::prelude::Strategy;
use proptest::prelude::any;
use ringwise::machine::acd::fact::SeatState;
use ringwise::machine::acd::step::Class;
use ringwise::machine::acd::surface::Arrival;
use ringwise::machine::acd::surface::Epoch;
use ringwise::machine::acd::surface::Input;
use ringwise::vocabulary::id::CallId;
use ringwise::vocabulary::id::QueueId;
use ringwise::vocabulary::id::SeatId;

use crate::acd::centre;
use crate::acd::reference::Model;

/// Something happens. A number picks one of those to whom it can happen.
#[derive(Clone, Debug)]
pub(super) enum Transition {
    SignIn(u8),
    SignOut(u8),
    Ready(u8),
    Away(u8),
    WrapUpDone(u8),
    /// After-call work lasts so long from now on.
    WrapUpLasts {
        seat: u8,
        ms: u16,
    },
    Arrive {
        contact: u8,
        queue: u8,
        need: u8,
        priority: i32,
        /// Picks its steps and its ageing.
        way: u8,
    },
    /// Who is called back is not reached.
    Park(u8),
    /// A seat is held while its contact is called.
    Hold {
        seat: u8,
        ms: u16,
    },
    /// A supervisor takes out, sends elsewhere or ranks anew.
    TakeOut(u8),
    Reroute {
        contact: u8,
        queue: u8,
    },
    Reprioritise {
        contact: u8,
        class: u8,
    },
    Leave(u8),
    LeaveWhileOffered(u8),
    Grant(u8),
    Refuse(u8),
    Answer(u8),
    Decline(u8),
    EndTalk(u8),
    /// A word about an earlier booking of the seat.
    Stale {
        seat: u8,
        word: u8,
    },
    /// A word about a seat, queue or contact that does not exist.
    Unknown(u8),
    /// Time passes, each deadline is served when it is due.
    Wait {
        ms: u16,
    },
    /// The loop is late: every deadline up to then is served in one turn.
    Oversleep {
        ms: u16,
    },
    /// A reload changes what a seat can do.
    SetSeat {
        seat: u8,
        variant: u8,
    },
    /// A reload changes a queue.
    SetQueue {
        queue: u8,
        variant: u8,
    },
}

/// What it comes to.
pub(super) enum Act {
    Input(Input),
    SetSeat { seat: u8, variant: u8 },
    SetQueue { queue: u8, variant: u8 },
    Wait(Duration),
    Oversleep(Duration),
}

/// One transition, the usual ones more often.
pub(super) fn strategy() -> impl Strategy<Value = Transition> {
    (0..200_u8, any::<u8>(), any::<u8>(), any::<u16>()).prop_map(|(kind, who, what, ms)| {
        let (seat, queue) = (who % centre::SEATS, what % centre::QUEUES);
        let priority = i32::from(ms % 8 == 0) + i32::from(ms % 16 == 0);
        match kind {
            0..12 => Transition::SignIn(seat),
            12..15 => Transition::SignOut(seat),
            15..35 => Transition::Ready(seat),
            35..41 => Transition::Away(seat),
            41..46 => Transition::WrapUpDone(seat),
            46..48 => Transition::WrapUpLasts { seat, ms },
            48..52 => Transition::Reroute {
                contact: who % centre::CONTACTS,
                queue,
            },
            52..56 => Transition::Reprioritise {
                contact: who % centre::CONTACTS,
                class: what,
            },
            56 => Transition::TakeOut(who % centre::CONTACTS),
            57 => Transition::Park(who % centre::CONTACTS),
            58..93 => Transition::Arrive {
                contact: who % centre::CONTACTS,
                queue,
                need: what / centre::QUEUES,
                priority,
                way: u8::try_from(ms >> 8).unwrap_or(0),
            },
            93..95 => Transition::Leave(who % centre::CONTACTS),
            95..98 => Transition::LeaveWhileOffered(who),
            98 => Transition::Hold { seat: who, ms },
            99..126 => Transition::Grant(who),
            126..128 => Transition::Refuse(who),
            128..146 => Transition::Answer(who),
            146..152 => Transition::Decline(who),
            152..168 => Transition::EndTalk(who),
            168..172 => Transition::Stale { seat, word: what },
            172..174 => Transition::Unknown(what),
            174..194 => Transition::Wait { ms: span(what, ms) },
            194..197 => Transition::Oversleep { ms: span(what, ms) },
            197..199 => Transition::SetSeat {
                seat,
                variant: what,
            },
            _ => Transition::SetQueue {
                queue,
                variant: who,
            },
        }
    })
}

/// Mostly short, sometimes past every ring and wrap-up.
fn span(kind: u8, ms: u16) -> u16 {
    match kind % 8 {
        0..3 => ms % 100,
        3..5 => ms % 1_500,
        5..7 => ms % 6_000,
        _ => ms,
    }
}

impl Transition {
    /// What happens in this state of the centre; some time passes if there is nobody to whom the
    /// transition can happen.
    pub(super) fn act(&self, model: &Model) -> Act {
        if let Self::SetSeat { seat, variant } = *self {
            return Act::SetSeat { seat, variant };
        }
        if let Self::SetQueue { queue, variant } = *self {
            return Act::SetQueue { queue, variant };
        }
        if let Self::Wait { ms } = *self {
            return Act::Wait(Duration::from_millis(ms.into()));
        }
        if let Self::Oversleep { ms } = *self {
            return Act::Oversleep(Duration::from_millis(ms.into()));
        }
        let pause = Act::Wait(Duration::from_millis(250));
        self.input(model).map_or(pause, Act::Input)
    }

    fn input(&self, model: &Model) -> Option<Input> {
        let seat = |number: u8| SeatId(number.into());
        Some(match *self {
            Self::SignIn(one) => Input::SeatSignedIn(seat(one)),
            Self::SignOut(one) => Input::SeatSignedOut(seat(one)),
            Self::Ready(one) => Input::SeatReady(seat(one)),
            Self::Away(one) => Input::SeatAway(seat(one)),
            Self::WrapUpDone(one) => Input::WrapUpDone(seat(one)),
            Self::WrapUpLasts { seat: one, ms } => Input::WrapUpLasts {
                seat: seat(one),
                lasts: Duration::from_millis(ms.into()),
            },
            Self::Arrive {
                contact,
                queue,
                need,
                priority,
                way,
            } => Input::Arrived(Arrival {
                need: centre::need(need),
                priority,
                ageing: (way % 5 == 0).then_some(u32::from(way) * 1_000),
                steps: centre::steps(way),
                last: (way % 3 > 0).then(|| SeatId(u32::from(way) % 6)),
                waited: match way % 7 {
                    0 => Duration::from_millis(u64::from(way) * 100),
                    _ => Duration::ZERO,
                },
                ..Arrival::plain(CallId::from_bits(contact.into()), QueueId(queue.into()))
            }),
            Self::Leave(contact) => Input::Left(CallId::from_bits(contact.into())),
            Self::TakeOut(contact) => Input::TakeOut(CallId::from_bits(contact.into())),
            Self::Park(contact) => Input::Parked(CallId::from_bits(contact.into())),
            Self::Hold { seat, ms } => {
                let (seat, epoch) = pick(model, SeatState::Offered, seat)?;
                let lasts = Duration::from_millis(u64::from(ms) * 4);
                Input::Held { seat, epoch, lasts }
            }
            Self::Reroute { contact, queue } => Input::Reroute {
                contact: CallId::from_bits(contact.into()),
                queue: QueueId(queue.into()),
            },
            Self::Reprioritise { contact, class } => reprioritise(contact, class),
            Self::LeaveWhileOffered(one) => {
                let (seat, _) = pick(model, SeatState::Offered, one)?;
                let mut seats = model.seats.iter();
                let contact = seats.find(|one| one.setup.seat == seat)?.contact?;
                Input::Left(contact)
            }
            Self::Grant(one) => word(0, pick(model, SeatState::Reserved, one)?),
            Self::Refuse(one) => word(1, pick(model, SeatState::Reserved, one)?),
            Self::Answer(one) => word(2, pick(model, SeatState::Offered, one)?),
            Self::Decline(one) => word(3, pick(model, SeatState::Offered, one)?),
            Self::EndTalk(one) => word(4, pick(model, SeatState::Talking, one)?),
            Self::Stale {
                seat: one,
                word: kind,
            } => {
                let epoch = model.seats.get(usize::from(one))?.epoch;
                // Now and then the word is of the right epoch, in whatever state the seat is.
                let epoch = Epoch(epoch.saturating_sub(u64::from(kind / 64)));
                word(kind, (seat(one), epoch))
            }
            Self::Unknown(kind) => unknown(kind),
            Self::Wait { .. }
            | Self::Oversleep { .. }
            | Self::SetSeat { .. }
            | Self::SetQueue { .. } => return None,
        })
    }
}

fn reprioritise(contact: u8, class: u8) -> Input {
    Input::Reprioritise {
        contact: CallId::from_bits(contact.into()),
        class: Class {
            priority: i32::from(class % 4) - 1,
            ageing: u32::from(class % 3) * 20_000,
        },
    }
}

fn pick(model: &Model, state: SeatState, number: u8) -> Option<(SeatId, Epoch)> {
    let able = model.seats.iter().filter(|one| one.state == state);
    let able: Vec<_> = able.collect();
    let at = usize::from(number).checked_rem(able.len())?;
    let seat = able.get(at)?;
    Some((seat.setup.seat, Epoch(seat.epoch)))
}

fn word(kind: u8, (seat, epoch): (SeatId, Epoch)) -> Input {
    match kind % 5 {
        0 => Input::Reserved { seat, epoch },
        1 => Input::ReserveRefused { seat, epoch },
        2 => Input::Answered { seat, epoch },
        3 => Input::Declined { seat, epoch },
        _ => Input::TalkEnded { seat, epoch },
    }
}

fn unknown(kind: u8) -> Input {
    let seat = SeatId(99);
    match kind % 8 {
        0 => Input::SeatSignedIn(seat),
        1 => Input::SeatSignedOut(seat),
        2 => Input::SeatReady(seat),
        3 => Input::WrapUpDone(seat),
        4 => Input::Left(CallId::from_bits(99)),
        5 => Input::Arrived(Arrival {
            need: centre::need(0),
            ..Arrival::plain(CallId::from_bits(98), QueueId(99))
        }),
        _ => word(kind, (seat, Epoch(1))),
    }
}
