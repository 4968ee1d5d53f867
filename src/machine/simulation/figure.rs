//! The figures that are told: each a ratio of two sums over days.

use crate::machine::simulation::tally::Count;
use crate::machine::simulation::tally::Tally;

/// Of whom a figure is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Whom {
    /// Of all contacts.
    All,
    /// Of a type.
    Type(usize),
}

/// A figure of contacts.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Figure {
    /// Attempts a day.
    Offered,
    /// Those of them who had called before.
    Again,
    /// Not let in, a day.
    Blocked,
    /// Served, a day.
    Served,
    /// Hung up, a day.
    Abandoned,
    /// Turned away at the close, a day.
    TurnedAway,
    /// Served within the target, a day.
    InTarget,
    /// Served within the target, of all let in but those who hung up within it.
    ServiceLevel,
    /// Hung up, of all let in.
    Abandonment,
    /// Mean wait of the served, in seconds.
    SpeedOfAnswer,
    /// Mean wait of all let in, in seconds.
    Wait,
    /// How many waited, on average over the minutes counted.
    Queue,
    /// Weight × wait² of all let in, on average, in min².
    Cost,
}

impl Figure {
    /// All there are.
    pub const ALL: [Self; 13] = [
        Self::Offered,
        Self::Again,
        Self::Blocked,
        Self::Served,
        Self::Abandoned,
        Self::TurnedAway,
        Self::InTarget,
        Self::ServiceLevel,
        Self::Abandonment,
        Self::SpeedOfAnswer,
        Self::Wait,
        Self::Queue,
        Self::Cost,
    ];

    /// As programs know it.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Offered => "offered",
            Self::Again => "again",
            Self::Blocked => "blocked",
            Self::Served => "served",
            Self::Abandoned => "abandoned",
            Self::TurnedAway => "turned_away",
            Self::InTarget => "in_target",
            Self::ServiceLevel => "service_level",
            Self::Abandonment => "abandonment",
            Self::SpeedOfAnswer => "asa_s",
            Self::Wait => "wait_s",
            Self::Queue => "queue_length",
            Self::Cost => "cost",
        }
    }

    /// Its upper and lower part on one day.
    #[must_use]
    pub fn parts(self, tally: &Tally, whom: Whom) -> (f64, f64) {
        let part = |of: fn(&Count) -> f64| match whom {
            Whom::All => tally.kinds.iter().map(of).sum(),
            Whom::Type(at) => tally.kinds.get(at).map_or(0.0, of),
        };
        match self {
            Self::Offered => (part(|one| one.offered), 1.0),
            Self::Again => (part(|one| one.again), 1.0),
            Self::Blocked => (part(|one| one.blocked), 1.0),
            Self::Served => (part(|one| one.served), 1.0),
            Self::Abandoned => (part(|one| one.left), 1.0),
            Self::TurnedAway => (part(|one| one.turned_away), 1.0),
            Self::InTarget => (part(|one| one.good), 1.0),
            Self::ServiceLevel => (part(|one| one.good), part(|one| one.entered() - one.early)),
            Self::Abandonment => (part(|one| one.left), part(Count::entered)),
            Self::SpeedOfAnswer => (part(|one| one.served_wait) * 60.0, part(|one| one.served)),
            Self::Wait => (part(|one| one.wait) * 60.0, part(Count::entered)),
            Self::Queue => (part(|one| one.waiting), tally.length),
            Self::Cost => (part(|one| one.cost), part(Count::entered)),
        }
    }
}

/// A figure of a group of seats.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum GroupFigure {
    /// Served, a day.
    Served,
    /// Seats that were there, on average over the minutes counted.
    Seats,
    /// Of the time that seats were there, that at work.
    Occupancy,
    /// The same up to the end of the last talk.
    OccupancyToTheEnd,
}

impl GroupFigure {
    /// All there are.
    pub const ALL: [Self; 4] = [
        Self::Served,
        Self::Seats,
        Self::Occupancy,
        Self::OccupancyToTheEnd,
    ];

    /// As programs know it.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Served => "served",
            Self::Seats => "seats",
            Self::Occupancy => "occupancy",
            Self::OccupancyToTheEnd => "occupancy_to_the_end",
        }
    }

    /// Its upper and lower part on one day, of one group or of all.
    #[must_use]
    pub fn parts(self, tally: &Tally, group: Option<usize>) -> (f64, f64) {
        let fits = |at: usize| group.is_none_or(|group| group == at);
        let groups = tally.groups.iter().enumerate();
        let of: Vec<_> = groups
            .filter(|(at, _)| fits(*at))
            .map(|(_, one)| one)
            .collect();
        match self {
            Self::Served => {
                let by = tally
                    .kinds
                    .iter()
                    .flat_map(|kind| kind.served_by.iter().enumerate());
                let by = by.filter(|(at, _)| fits(*at)).map(|(_, served)| served);
                (by.sum(), 1.0)
            }
            Self::Seats => (of.iter().map(|one| one.there).sum(), tally.length),
            Self::Occupancy => (
                of.iter().map(|one| one.busy).sum(),
                of.iter().map(|one| one.there).sum(),
            ),
            Self::OccupancyToTheEnd => (
                of.iter().map(|one| one.busy_to_the_end).sum(),
                of.iter().map(|one| one.there_to_the_end).sum(),
            ),
        }
    }
}

/// The share of a type's served contacts that a group served, on one day.
#[must_use]
pub fn served_by(tally: &Tally, kind: usize, group: usize) -> (f64, f64) {
    let count = tally.kinds.get(kind);
    let by = count.and_then(|count| count.served_by.get(group)).copied();
    (by.unwrap_or(0.0), count.map_or(0.0, |count| count.served))
}
