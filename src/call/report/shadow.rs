//! A release that serves nobody: what its banks would have foreseen on the calls of the log, beside what was
//! foreseen.
//!
//! ```text
//!   the log        lookup_answered   predicted          chose
//!   live                             said               right at place 2
//!   shadow         the customer      ranks them itself  right at place 1, then learns
//! ```
//!
//! The shadow goes through the log from its beginning, learns from each call after it was predicted, as a
//! centre does, and fits when a centre would. Only what the live release offered can be chosen: the shadow is
//! judged on that.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::tz::TimeZone;

use crate::call::fact::Fact;
use crate::call::fact::Recorded;
use crate::call::report::calibration::Calibration;
use crate::call::report::comparison::Measure;
use crate::call::report::comparison::Unit;
use crate::call::report::foresight::FIRST;
use crate::call::report::sum::Sum;
use crate::call::report::tally;
use crate::machine::ivr::fact::WalkFact;
use crate::machine::ivr::script::Script;
use crate::machine::prediction::bank::Bank;
use crate::machine::prediction::evaluation::listening::Listening;
use crate::machine::prediction::evaluation::pupil::Pupil;
use crate::machine::prediction::menu;
use crate::machine::prediction::order::Customer;
use crate::machine::prediction::outcome::Asked;
use crate::machine::prediction::outcome::Outcome;
use crate::machine::prediction::ranking::Ranking;
use crate::vocabulary::id::CallId;
use crate::vocabulary::time::Wall;

/// A release that serves nobody.
#[derive(Debug)]
pub struct Shadow {
    scripts: Vec<Arc<Script>>,
    banks: BTreeMap<String, Arc<Bank>>,
    zone: TimeZone,
    /// Earlier calls are learned from and not counted.
    from: Wall,
    /// By bank.
    pupils: BTreeMap<String, Pupil>,
    open: BTreeMap<CallId, Open>,
    pairs: Pairs,
}

/// A live call.
#[derive(Debug)]
struct Open {
    started: Wall,
    bank: Option<Arc<Bank>>,
    customer: Customer,
    state: State,
}

/// How far a live call has come.
#[derive(Debug)]
enum State {
    /// Nothing was foreseen yet.
    New,
    /// The shadow has no bank for it.
    LeftOut,
    /// What was foreseen first, live and by the shadow.
    Foreseen([Ranking; 2]),
    /// The caller has said what they wanted.
    Counted,
}

/// Calls on which both foresaw something, and the caller said what they wanted.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pairs {
    /// Calls with a prediction whose number no dialplan of the shadow answers, or whose dialplan has no bank.
    pub left_out: u64,
    hits: [Pair; 3],
    loss: Pair,
    listened: Pair,
    calibration: [Calibration; 2],
}

/// One measure: of the live release, and how much more of it the shadow has.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Pair {
    live: Sum,
    more: Sum,
}

impl Pair {
    fn take(&mut self, [live, shadow]: [f64; 2]) {
        self.live.take(live);
        self.more.take(shadow - live);
    }
}

impl Shadow {
    /// These dialplans say which bank a call has. Calls from this moment on are counted.
    #[must_use]
    pub fn new(
        (scripts, banks): (Vec<Arc<Script>>, BTreeMap<String, Arc<Bank>>),
        zone: TimeZone,
        from: Wall,
    ) -> Self {
        Self {
            scripts,
            banks,
            zone,
            from,
            pupils: BTreeMap::new(),
            open: BTreeMap::new(),
            pairs: Pairs::default(),
        }
    }

    /// What was found until now.
    #[must_use]
    pub const fn pairs(&self) -> &Pairs {
        &self.pairs
    }

    /// The next fact of the log.
    pub fn take(&mut self, next: &Recorded) {
        let Some(call) = next.call else {
            self.take_told(&next.fact);
            return;
        };
        if let Fact::Arrived(arrived) = &next.fact {
            let mut scripts = self.scripts.iter();
            let script = scripts.find(|script| script.answers(&arrived.called));
            let bank = script.and_then(|script| self.banks.get(script.bank.as_ref()?));
            let open = Open {
                started: next.wall,
                bank: bank.cloned(),
                customer: Customer::default(),
                state: State::New,
            };
            self.open.insert(call, open);
        } else if let Fact::LookupAnswered {
            result: Ok(found), ..
        } = &next.fact
        {
            if let Some(open) = self.open.get_mut(&call) {
                open.customer = found.clone();
            }
        } else if let Fact::Walk(fact) = &next.fact {
            self.take_walk(call, fact, next.wall);
        } else if matches!(next.fact, Fact::Closed(_)) {
            self.open.remove(&call);
        }
    }

    /// An outcome that another system told: it was written under the bank of its time, and is learned as such.
    fn take_told(&mut self, fact: &Fact) {
        if let Fact::Learned { bank, outcome } = fact
            && self.banks.values().any(|own| own.name == *bank)
        {
            let pupil = self.pupils.entry(bank.clone()).or_default();
            pupil.live(outcome.clone());
        }
    }

    fn take_walk(&mut self, call: CallId, fact: &WalkFact, wall: Wall) {
        let Some(open) = self.open.get_mut(&call) else {
            return;
        };
        let counts = open.started >= self.from;
        let asked = if let WalkFact::Predicted { ranked, .. } = fact {
            if !matches!(open.state, State::New) {
                return;
            }
            let Some(bank) = &open.bank else {
                open.state = State::LeftOut;
                self.pairs.left_out += u64::from(counts);
                return;
            };
            let pupil = self.pupils.entry(bank.name.clone()).or_default();
            let ranking = pupil.model.rank(bank, &open.customer, wall, &self.zone);
            let shadow = Ranking::of(&ranking.top(RANKED_MAX));
            open.state = State::Foreseen([Ranking::of(ranked), shadow]);
            return;
        } else if let WalkFact::Chose {
            order, question, ..
        } = fact
        {
            if let State::Foreseen(foreseen) = &open.state
                && counts
            {
                let said = (order.as_deref(), question.as_str());
                self.pairs.take(foreseen, said);
            }
            open.state = State::Counted;
            Asked::Question {
                order: order.clone(),
                question: question.clone(),
            }
        } else if matches!(fact, WalkFact::ChoseNone) {
            Asked::SomethingElse
        } else {
            return;
        };
        if let Some(bank) = &open.bank {
            let lesson = Outcome::of(bank, &open.customer, wall, &self.zone, &asked);
            let pupil = self.pupils.entry(bank.name.clone()).or_default();
            pupil.live(lesson);
        }
    }
}

impl Pairs {
    /// Calls that were compared.
    #[must_use]
    pub const fn calls(&self) -> u64 {
        self.loss.live.calls
    }

    /// Calibration errors of the live release and of the shadow.
    #[must_use]
    pub fn calibration(&self) -> [Option<f64>; 2] {
        [0, 1].map(|at: usize| self.calibration[at].error())
    }

    /// All measures.
    #[must_use]
    pub fn measures(&self) -> Vec<Measure> {
        let of = |name, unit, pair: &Pair| Measure::of_pairs(name, unit, pair.live, pair.more);
        let [one, three, five] = &self.hits;
        vec![
            of("likeliest (hit at 1)", Unit::Share, one),
            of("first three (hit at 3)", Unit::Share, three),
            of("first five (hit at 5)", Unit::Share, five),
            of("log-loss", Unit::Nats, &self.loss),
            of("listening, by the model", Unit::Seconds, &self.listened),
        ]
    }

    fn take(&mut self, foreseen: &[Ranking; 2], said: (Option<&str>, &str)) {
        let found = foreseen.each_ref().map(|ranking| found(ranking, said));
        for (pair, most) in self.hits.iter_mut().zip(FIRST) {
            pair.take(found.map(|found| f64::from(u8::from(found.rank < most))));
        }
        self.loss.take(found.map(|found| found.loss));
        self.listened.take(found.map(|found| found.listened_s));
        for ((calibration, ranking), found) in self.calibration.iter_mut().zip(foreseen).zip(found)
        {
            if let Some(first) = ranking.choices.first() {
                calibration.take(first.p, found.rank == 0);
            }
        }
    }
}

/// How well one ranking foresaw what was wanted.
#[derive(Clone, Copy)]
struct Found {
    /// From 0.
    rank: usize,
    loss: f64,
    listened_s: f64,
}

fn found(ranking: &Ranking, (order, question): (Option<&str>, &str)) -> Found {
    let mut choices = ranking.choices.iter();
    let rank = choices.position(|one| one.order.as_deref() == order && one.question == question);
    let p = rank
        .and_then(|rank| ranking.choices.get(rank))
        .map_or(0.0, |one| one.p);
    let rank = rank.unwrap_or(ranking.choices.len().max(5));
    let ps: Vec<f64> = ranking.choices.iter().map(|one| one.p).collect();
    let fixed_s = menu::FIXED_MENU.as_secs_f64();
    let listening = Listening::to(rank, (&ps, ranking.other), (fixed_s, fixed_s));
    Found {
        rank,
        loss: -p.max(tally::P_MIN).ln(),
        listened_s: listening.seconds,
    }
}

/// So many choices a fact lists.
const RANKED_MAX: usize = 10;
