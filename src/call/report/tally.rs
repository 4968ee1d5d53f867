//! The counts of a report: a fold over calls.

use std::collections::BTreeMap;

use serde::Serialize;
use serde::Serializer;

use crate::call::record::Outcome;
use crate::call::report::account::Account;
use crate::call::report::account::Foreseen;
use crate::call::report::account::Wanted;
use crate::call::report::calibration::Calibration;
use crate::call::report::calibration::whole;
use crate::call::report::evenness::Evenness;
use crate::call::report::question_tally::QuestionTally;
use crate::call::report::returning::Again;
use crate::call::report::returning::CallBook;
use crate::call::report::returning::LATE_MS;
use crate::call::report::returning::Returns;
use crate::call::report::returning::SOON_MS;
use crate::call::report::sum::Sum;

/// Who listened longer than this to what they wanted was comforted falsely: in milliseconds.
pub const COMFORT_MAX_MS: u64 = 20_000;
/// A probability that was not given counts as this much in the log-loss: less than any that is.
pub(super) const P_MIN: f64 = 1e-4;

/// What a stretch of calls says.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Tally {
    /// Calls of every outcome.
    pub calls: u64,
    /// Calls by what became of them.
    pub outcomes: BTreeMap<Outcome, u64>,
    /// Calls by the hour of the day, in the centre's zone, and by outcome.
    pub hours: BTreeMap<u8, BTreeMap<Outcome, u64>>,
    /// Calls that the centre took.
    pub taken: u64,
    /// Of them, those with a prediction: coverage.
    pub foreseen: u64,
    /// Callers who said by a key what they wanted, after a prediction.
    pub labelled: u64,
    /// Callers who chose none of what was read.
    pub chose_none: u64,
    /// Of the labelled: what they wanted was held to be likeliest.
    pub hit_1: u64,
    /// Or among the first three.
    pub hit_3: u64,
    /// Or among the first five.
    pub hit_5: u64,
    /// The same, with the pull of the first place weighed out.
    pub evenness: Evenness,
    /// -ln(probability of what was wanted), in nats; written as its sum.
    #[serde(rename = "log_loss_sum", serialize_with = "only_sum")]
    pub losses: Sum,
    /// What was held to be likeliest, and whether it was.
    pub calibration: Calibration,
    /// How long each of the labelled listened, in milliseconds.
    #[serde(skip)]
    pub listened_ms: Vec<u64>,
    /// Of the labelled, those who listened longer than [`COMFORT_MAX_MS`].
    pub false_comfort: u64,
    /// Calls that were answered without a person.
    pub contained: u64,
    /// Calls that waited for a person.
    pub queued: u64,
    /// Who of these called again within 24 hours.
    pub returns_24h: Returns,
    /// Who of these called again within 72 hours.
    pub returns_72h: Returns,
    /// Calls that talked to a person.
    pub served: u64,
    /// Who of these called again within 24 hours.
    pub served_returns_24h: Returns,
    /// Who of these called again within 72 hours.
    pub served_returns_72h: Returns,
    /// By question.
    pub questions: BTreeMap<String, QuestionTally>,
}

impl Tally {
    /// Counts a call that came at this hour of the day. `book` knows all calls around it.
    pub fn take(&mut self, call: &Account, hour: u8, book: &CallBook) {
        self.calls += 1;
        *self.outcomes.entry(call.outcome).or_default() += 1;
        let by_hour = self.hours.entry(hour).or_default();
        *by_hour.entry(call.outcome).or_default() += 1;
        if !call.is_taken() {
            return;
        }
        self.taken += 1;
        self.queued += u64::from(call.queued);
        if let Some(foreseen) = &call.foreseen {
            self.take_prediction(foreseen, call.wanted.as_ref());
        }
        if let Some(wanted) = &call.wanted {
            let question = self.questions.entry(wanted.question.clone()).or_default();
            question.take(wanted, call.queued);
        }
        for (question, heard_out) in &call.answers {
            let question = self.questions.entry(question.clone()).or_default();
            question.answered += 1;
            question.heard_out += u64::from(*heard_out);
        }
        if call.is_contained() {
            self.take_contained(call, book);
        } else if call.is_served() {
            self.served += 1;
            book.check(call, SOON_MS, &mut self.served_returns_24h);
            book.check(call, LATE_MS, &mut self.served_returns_72h);
        }
    }

    /// Of calls that were answered with or without a person: whose caller did not call again within
    /// 72 hours; none of none.
    #[must_use]
    pub fn first_contact_72h(&self) -> Option<f64> {
        let (alone, served) = (self.returns_72h, self.served_returns_72h);
        let returned = share(
            alone.returned + served.returned,
            alone.checked + served.checked,
        );
        returned.map(|returned| 1.0 - returned)
    }

    fn take_prediction(&mut self, foreseen: &Foreseen, wanted: Option<&Wanted>) {
        self.foreseen += 1;
        self.chose_none += u64::from(foreseen.none_of_them);
        let Some(wanted) = wanted else {
            return;
        };
        self.labelled += 1;
        self.hit_1 += u64::from(wanted.is_among(1));
        self.hit_3 += u64::from(wanted.is_among(3));
        self.hit_5 += u64::from(wanted.is_among(5));
        self.evenness.take(foreseen, wanted);
        self.losses.take(-wanted.p.unwrap_or(P_MIN).max(P_MIN).ln());
        if let Some((_, _, p)) = foreseen.ranked.first() {
            self.calibration.take(*p, wanted.is_among(1));
        }
        let listened_ms = wanted.listened_ms.unwrap_or(0);
        self.listened_ms.push(listened_ms);
        self.false_comfort += u64::from(listened_ms > COMFORT_MAX_MS);
    }

    fn take_contained(&mut self, call: &Account, book: &CallBook) {
        self.contained += 1;
        book.check(call, SOON_MS, &mut self.returns_24h);
        book.check(call, LATE_MS, &mut self.returns_72h);
        if book.again(call, LATE_MS) == Again::Yes
            && let Some((question, _)) = call.answers.last()
        {
            let question = self.questions.entry(question.clone()).or_default();
            question.returned += 1;
        }
    }

    /// Mean log-loss of what was wanted, in nats; none before the first label.
    #[must_use]
    pub fn log_loss(&self) -> Option<f64> {
        (self.labelled > 0).then(|| self.losses.sum / whole(self.labelled))
    }

    /// Listening of the labelled, in milliseconds: this share of them listened at most so long.
    #[must_use]
    pub fn listened(&self, share: f64) -> Option<u64> {
        let mut sorted = self.listened_ms.clone();
        sorted.sort_unstable();
        let rank = sorted.iter().enumerate().find(|(at, _)| {
            whole(u64::try_from(at + 1).unwrap_or(u64::MAX)) >= share * whole(count(&sorted))
        });
        rank.map(|(_, ms)| *ms).or(sorted.last().copied())
    }

    /// Questions, the most wanted first.
    #[must_use]
    pub fn by_demand(&self) -> Vec<(&str, &QuestionTally)> {
        let mut all: Vec<(&str, &QuestionTally)> = self
            .questions
            .iter()
            .map(|(id, tally)| (id.as_str(), tally))
            .collect();
        all.sort_by_key(|(id, tally)| (std::cmp::Reverse(tally.wanted), *id));
        all
    }
}

fn only_sum<S: Serializer>(losses: &Sum, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_f64(losses.sum)
}

fn count(list: &[u64]) -> u64 {
    u64::try_from(list.len()).unwrap_or(u64::MAX)
}

/// A share of a whole; none of nothing.
#[must_use]
pub fn share(part: u64, of: u64) -> Option<f64> {
    (of > 0).then(|| whole(part) / whole(of))
}
