//! A small centre for histories: five seats, three queues, ten contacts.

use std::time::Duration;

use ringwise::machine::acd::need::Clause;
use ringwise::machine::acd::need::Need;
use ringwise::machine::acd::need::SkillTerm;
use ringwise::machine::acd::policy::Policy;
use ringwise::machine::acd::surface::QueueSetup;
use ringwise::machine::acd::surface::SeatSetup;
use ringwise::vocabulary::id::QueueId;
use ringwise::vocabulary::id::SeatId;
use ringwise::vocabulary::id::SkillId;

pub(super) const SEATS: u8 = 5;
pub(super) const QUEUES: u8 = 3;
pub(super) const CONTACTS: u8 = 10;

/// What a contact may need beyond its queue's need.
pub(super) fn need(variant: u8) -> Need {
    need_of(match variant % 4 {
        0 | 1 => &[],
        2 => &[(2, 3)],
        _ => &[(1, 4), (2, 1)],
    })
}

pub(super) fn need_of(terms: &[(u32, u8)]) -> Need {
    let term = |(skill, level): &(u32, u8)| SkillTerm::at_least(SkillId(*skill), *level);
    Need::of(terms.iter().map(term).map(Clause::Skill))
}

/// The seat's set-up; variant 0 at the start, others after a change.
pub(super) fn seat(number: u8, variant: u8) -> SeatSetup {
    let (queues, skills): (&[u32], &[(u32, u8)]) = match (number + variant % SEATS) % SEATS {
        0 => (&[0, 1, 2], &[(1, 5), (2, 5)]),
        1 => (&[0, 1], &[(1, 5)]),
        2 => (&[0, 2], &[(1, 3), (2, 2)]),
        3 => (&[1, 2], &[(2, 4)]),
        _ => (&[1], &[]),
    };
    seat_of(number.into(), queues, skills)
}

pub(super) fn seat_of(number: u32, queues: &[u32], skills: &[(u32, u8)]) -> SeatSetup {
    SeatSetup {
        seat: SeatId(number),
        skills: skills.iter().map(|(s, l)| (SkillId(*s), *l)).collect(),
        queues: queues.iter().map(|queue| QueueId(*queue)).collect(),
        ..SeatSetup::default()
    }
}

/// The queue's set-up; variant 0 at the start, others after a change.
pub(super) fn queue(number: u8, variant: u8) -> QueueSetup {
    let longer = u32::from(variant % 3);
    let (need, ring, wrap_up, waiting_max, announce_every) = match number % QUEUES {
        0 => (need_of(&[(1, 2)]), 10_000, 5_000, 5, 20_000),
        1 => (need_of(&[]), 4_000, 0, 4, 0),
        _ => (need_of(&[]), 2_500, 2_000, 4, 3_000),
    };
    QueueSetup {
        need,
        ring: Duration::from_millis(ring) * (longer + 1),
        wrap_up: Duration::from_millis(wrap_up) * (longer + 1),
        waiting_max: waiting_max - longer,
        announce_every: Duration::from_millis(announce_every) * (longer + 1),
        policy: Policy::Priority,
        ..QueueSetup::plain(QueueId(number.into()))
    }
}

pub(super) fn seats() -> Vec<SeatSetup> {
    (0..SEATS).map(|number| seat(number, 0)).collect()
}

pub(super) fn queues() -> Vec<QueueSetup> {
    (0..QUEUES).map(|number| queue(number, 0)).collect()
}
