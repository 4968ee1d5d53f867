//! A small centre for histories: five seats, three queues, ten contacts.

use std::time::Duration;

use ringwise::machine::acd::need::Clause;
use ringwise::machine::acd::need::Need;
use ringwise::machine::acd::need::SkillTerm;
use ringwise::machine::acd::policy::Policy;
use ringwise::machine::acd::step::Prefer;
use ringwise::machine::acd::step::SkipIf;
use ringwise::machine::acd::step::Step;
use ringwise::machine::acd::step::Target;
use ringwise::machine::acd::surface::QueueSetup;
use ringwise::machine::acd::surface::SeatSetup;
use ringwise::vocabulary::id::QueueId;
use ringwise::vocabulary::id::SeatGroupId;
use ringwise::vocabulary::id::SeatId;
use ringwise::vocabulary::id::SkillId;

pub(super) const SEATS: u8 = 5;
pub(super) const QUEUES: u8 = 3;
pub(super) const CONTACTS: u8 = 10;
const NIGHT: SeatGroupId = SeatGroupId(3);

/// The policies that histories are played under; what `auto` and `generalised_c_mu` learn from
/// waits and talks is left to the days of `routing`.
pub(super) const POLICIES: [Policy; 6] = [
    Policy::Priority,
    Policy::LongestWait,
    Policy::LongestQueue,
    Policy::FixedQueueRatio,
    Policy::Reserves,
    Policy::ServiceLevel,
];

/// The steps that a contact may bring; none: the queue's.
pub(super) fn steps(variant: u8) -> Vec<Step> {
    let seats = |seats: &[u32], last| Target::Seats {
        seats: seats.iter().map(|seat| SeatId(*seat)).collect(),
        last,
    };
    let need = |terms: &[(u32, u8)]| Target::Need(need_of(terms));
    let step = |target, lasts: u64, skip| Step {
        target,
        lasts: (lasts > 0).then(|| Duration::from_millis(lasts)),
        skip,
        prefer: None,
    };
    let prefers = |prefer| Step {
        prefer: Some(prefer),
        ..Step::default()
    };
    match variant % 14 {
        0 => vec![
            step(seats(&[], true), 2_000, SkipIf::NobodySignedIn),
            step(need(&[(1, 4)]), 3_000, SkipIf::NobodySignedIn),
        ],
        1 => vec![
            step(seats(&[1, 3], false), 0, SkipIf::NobodyReady),
            step(need(&[(2, 4)]), 1_500, SkipIf::Never),
            prefers(Prefer::LeastSkilled),
        ],
        2 => vec![
            step(seats(&[0, 2], true), 4_000, SkipIf::Never),
            prefers(Prefer::LeastBusy),
        ],
        3 => vec![
            step(need(&[(1, 5), (2, 5)]), 0, SkipIf::NobodySignedIn),
            step(need(&[(1, 3)]), 0, SkipIf::NobodyReady),
            prefers(Prefer::MostSkilled),
        ],
        4 => vec![prefers(Prefer::FewestQueues)],
        5 => vec![prefers(Prefer::Weights(vec![
            (SkillId(1), 2),
            (SkillId(2), -1),
        ]))],
        _ => Vec::new(),
    }
}

/// What a contact may need beyond its queue's need.
pub(super) fn need(variant: u8) -> Need {
    match variant % 7 {
        0..=2 => need_of(&[]),
        3 => need_of(&[(2, 3)]),
        4 => need_of(&[(1, 4), (2, 1)]),
        5 => Need::of([Clause::Any {
            any: vec![
                Need::of([Clause::Group { group: NIGHT }]),
                need_of(&[(2, 4)]),
            ],
        }]),
        _ => Need::of([Clause::Not {
            not: need_of(&[(2, 1)]),
        }]),
    }
}

pub(super) fn need_of(terms: &[(u32, u8)]) -> Need {
    let term = |(skill, level): &(u32, u8)| SkillTerm::at_least(SkillId(*skill), *level);
    Need::of(terms.iter().map(term).map(Clause::Skill))
}

/// The seat's set-up; variant 0 at the start, others after a change.
pub(super) fn seat(number: u8, variant: u8) -> SeatSetup {
    let groups = if number.is_multiple_of(2) {
        vec![NIGHT]
    } else {
        Vec::new()
    };
    let (queues, skills): (&[u32], &[(u32, u8)]) = match (number + variant % SEATS) % SEATS {
        0 => (&[0, 1, 2], &[(1, 5), (2, 5)]),
        1 => (&[0, 1], &[(1, 5)]),
        2 => (&[0, 2], &[(1, 3), (2, 2)]),
        3 => (&[1, 2], &[(2, 4)]),
        _ => (&[1], &[]),
    };
    SeatSetup {
        groups,
        first: (number % 3 == 1)
            .then_some(QueueId(1))
            .into_iter()
            .collect(),
        ..seat_of(number.into(), queues, skills)
    }
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
pub(super) fn queue(number: u8, variant: u8, policy: Policy) -> QueueSetup {
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
        policy,
        steps: if number % QUEUES == 2 {
            steps(3)
        } else {
            Vec::new()
        },
        ageing: if number % QUEUES == 1 { 30_000 } else { 0 },
        weight: 1_000 + 700 * u32::from(number % QUEUES),
        target: Duration::from_millis(1_500 * (u64::from(number) + 1)),
        reserve: u32::from(number.is_multiple_of(QUEUES)),
        ..QueueSetup::plain(QueueId(number.into()))
    }
}

pub(super) fn seats() -> Vec<SeatSetup> {
    (0..SEATS).map(|number| seat(number, 0)).collect()
}

pub(super) fn queues(policy: Policy) -> Vec<QueueSetup> {
    (0..QUEUES).map(|number| queue(number, 0, policy)).collect()
}
