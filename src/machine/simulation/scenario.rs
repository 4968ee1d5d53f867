//! A centre and its days, as a scenario file describes them. Times are minutes from midnight or, of
//! lengths, minutes; rates are per minute.

use std::time::Duration;

use crate::machine::acd::need::Need;
use crate::machine::acd::surface::QueueSetup;
use crate::machine::simulation::distribution::Distribution;
use crate::vocabulary::id::SkillId;

/// Most types, queues and groups each.
pub const PARTS_MAX: usize = 200;
/// Most seats of a scenario.
pub const SEATS_MAX: usize = 20_000;
/// Most calls of one day of a scenario file, those who call again included.
pub const CALLS_MAX: usize = 2_000_000;
/// Most times that one calls again.
pub const AGAIN_MAX: u8 = 50;

/// All of it.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// Its name.
    pub name: String,
    /// How its days go.
    pub day: Day,
    /// Calls at once; one more is blocked. None: any number.
    pub lines: Option<usize>,
    /// Most calls of one day, those who call again included.
    pub calls_max: usize,
    /// The shape of the factor that all rates of a day share, of mean 1; none: always 1.
    pub busyness: Option<f64>,
    /// The queues; their ids are their places.
    pub queues: Vec<Queue>,
    /// The types of contacts.
    pub types: Vec<ContactType>,
    /// The groups of seats.
    pub groups: Vec<Group>,
}

/// The hours of a day.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Day {
    /// When it begins.
    pub from: f64,
    /// When the last contact of a rate comes.
    pub to: f64,
    /// How long one period is.
    pub period: f64,
    /// Contacts that come earlier than so long after the beginning are not counted.
    pub warm_up: f64,
    /// What happens at its end.
    pub end: DayEnd,
}

/// What happens at the end of the day.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum DayEnd {
    /// Seats stay until nobody is left.
    #[default]
    Serve,
    /// Seats go, after the talk they are in; who waits is turned away.
    Close,
}

impl Day {
    /// How long it lasts.
    #[must_use]
    pub fn length(&self) -> f64 {
        self.to - self.from
    }

    /// The period of this minute after the beginning.
    #[must_use]
    pub fn period_of(&self, minute: f64) -> usize {
        let last = self.periods() - 1;
        let at = (minute / self.period).floor().clamp(0.0, 1e6);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "it is from 0 to a million"
        )]
        let at = at as usize;
        at.min(last)
    }

    /// How long a period is.
    #[must_use]
    pub fn length_of(&self, period: usize) -> f64 {
        let before = f64::from(u32::try_from(period).unwrap_or(u32::MAX)) * self.period;
        (self.length() - before).clamp(0.0, self.period)
    }

    /// How many periods it has; the last may be cut short.
    #[must_use]
    pub fn periods(&self) -> usize {
        let count = (self.length() / self.period - 1e-9).ceil().clamp(1.0, 1e4);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "it is from 1 to ten thousand"
        )]
        let count = count as usize;
        count
    }
}

/// A value for each period, or one for all.
#[derive(Clone, Debug, PartialEq)]
pub struct ByPeriod<T>(pub Vec<T>);

impl<T> ByPeriod<T> {
    /// The value of a period. The last holds for later ones.
    #[must_use]
    pub fn at(&self, period: usize) -> Option<&T> {
        self.0.get(period).or_else(|| self.0.last())
    }
}

/// A queue.
#[derive(Clone, Debug)]
pub struct Queue {
    /// Its name.
    pub name: String,
    /// As the distributor takes it.
    pub setup: QueueSetup,
}

/// Contacts that are alike.
#[derive(Clone, Debug)]
pub struct ContactType {
    /// Their name.
    pub name: String,
    /// Which queue they enter.
    pub queue: usize,
    /// What they need beyond it.
    pub need: Need,
    /// Larger goes first.
    pub priority: i32,
    /// When they come.
    pub arrivals: Arrivals,
    /// How long they wait before they hang up.
    pub patience: ByPeriod<Distribution>,
    /// The share that hangs up at once if no seat answers at once.
    pub at_once: f64,
    /// How long their talks are.
    pub talk: ByPeriod<Distribution>,
    /// Who calls again.
    pub again: Again,
    /// How their seat is chosen if several are free.
    pub choice: Choice,
}

/// When contacts come.
#[derive(Clone, Debug, PartialEq)]
pub enum Arrivals {
    /// By a Poisson process with these rates; the shape of a factor of their own, of mean 1.
    Poisson(ByPeriod<f64>, Option<f64>),
    /// As they came, day after day, and then from the first day again.
    Replay(Vec<Vec<Came>>),
}

/// A contact as it came.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Came {
    /// When, in minutes from midnight.
    pub at: f64,
    /// How long it would wait, if that is known.
    pub patience: Option<f64>,
    /// How long its talk is, if that is known.
    pub talk: Option<f64>,
}

/// Who calls again.
#[derive(Clone, Debug, PartialEq)]
pub struct Again {
    /// The share of those who hung up.
    pub left: f64,
    /// The share of those who were blocked.
    pub blocked: f64,
    /// How long after.
    pub after: Distribution,
    /// Whether patience and talk are those of before.
    pub same: Same,
}

/// Whether who calls again is drawn anew.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Same {
    /// Patience and talk are drawn anew.
    #[default]
    Drawn,
    /// They are those of before.
    Kept,
}

/// How a seat is chosen if several are free.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Choice {
    /// As queue, step and policy say.
    #[default]
    Configured,
    /// By lot.
    Lot,
}

/// Seats that are alike.
#[derive(Clone, Debug)]
pub struct Group {
    /// Their name.
    pub name: String,
    /// The queues they serve.
    pub queues: Vec<usize>,
    /// Those of them whose contacts they take before all others.
    pub first: Vec<usize>,
    /// Their skills with levels.
    pub skills: Vec<(SkillId, u8)>,
    /// From when on how many there are, in minutes after the beginning of the day, in order.
    pub staff: Vec<(f64, u32)>,
    /// How long talks with a type are here, if otherwise than elsewhere.
    pub talks: Vec<(usize, GroupTalk)>,
}

/// How long talks are in one group.
#[derive(Clone, Debug, PartialEq)]
pub enum GroupTalk {
    /// So many times as long as elsewhere.
    Times(f64),
    /// Drawn from these.
    Drawn(ByPeriod<Distribution>),
}

impl Group {
    /// Most seats at any time.
    #[must_use]
    pub fn seats(&self) -> u32 {
        self.staff
            .iter()
            .map(|(_, seats)| *seats)
            .max()
            .unwrap_or(0)
    }
}

impl Scenario {
    /// The target of a type, in minutes.
    #[must_use]
    pub fn target(&self, kind: usize) -> f64 {
        self.setup_of(kind)
            .map_or(0.0, |setup| minutes(setup.target))
    }

    /// So many minutes after the last event the engine may still change something by itself: the steps
    /// of a wait, all of them, and after-call work; and some rounding.
    #[must_use]
    pub fn still(&self) -> f64 {
        let queues = self.queues.iter().map(|queue| {
            let steps = queue.setup.steps.iter();
            let steps = steps.filter_map(|step| step.lasts).map(minutes);
            steps.sum::<f64>() + minutes(queue.setup.wrap_up)
        });
        queues.fold(0.0, f64::max) + 1.0
    }

    /// The weight of a type; 1 is plain.
    #[must_use]
    pub fn weight(&self, kind: usize) -> f64 {
        let setup = self.setup_of(kind);
        setup.map_or(1.0, |setup| f64::from(setup.weight) / 1_000.0)
    }

    /// How many calls a day has on average, those who call again left out; of a replay, on the
    /// longest of its days.
    #[must_use]
    pub fn calls_expected(&self) -> f64 {
        let of = |kind: &ContactType| match &kind.arrivals {
            Arrivals::Poisson(rates, _) => {
                let periods = 0..self.day.periods();
                let calls = periods.map(|period| {
                    let rate = rates.at(period).copied().unwrap_or(0.0);
                    rate * self.day.length_of(period)
                });
                calls.sum()
            }
            Arrivals::Replay(days) => {
                let most = days.iter().map(Vec::len).max().unwrap_or(0);
                f64::from(u32::try_from(most).unwrap_or(u32::MAX))
            }
        };
        self.types.iter().map(of).sum()
    }

    fn setup_of(&self, kind: usize) -> Option<&QueueSetup> {
        let kind = self.types.get(kind)?;
        self.queues.get(kind.queue).map(|queue| &queue.setup)
    }
}

/// Minutes of a span.
#[must_use]
pub const fn minutes(span: Duration) -> f64 {
    span.as_secs_f64() / 60.0
}
