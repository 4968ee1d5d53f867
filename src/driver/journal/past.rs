//! Calls that are over, out of the journal, as they can be walked again.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use crate::call::fact::Fact;
use crate::call::fact::Recorded;
use crate::call::record::Party;
use crate::driver::journal::schema;
use crate::machine::ivr::fact::WalkFact;
use crate::machine::ivr::replay::Act;
use crate::machine::ivr::replay::Deed;
use crate::machine::ivr::replay::PastAnswer;
use crate::machine::ivr::replay::PastCall;
use crate::machine::ivr::replay::PastService;
use crate::machine::ivr::replay::Visit;
use crate::machine::ivr::surface::CallerContext;
use crate::machine::prediction::ranking::Ranking;
use crate::vocabulary::id::CallId;
use crate::vocabulary::time::Now;

/// Why the journal could not be read.
#[derive(Debug, thiserror::Error)]
pub enum PastError {
    /// The database.
    #[error("the journal cannot be read: {0}")]
    Database(#[from] rusqlite::Error),
    /// A line of it.
    #[error("the journal holds a fact that this version cannot read: {0}")]
    Fact(#[from] serde_json::Error),
}

/// Gives every fact of the journal to `take`, the oldest first. A running centre may go on writing.
///
/// # Errors
///
/// [`PastError`] if the database or a fact cannot be read.
pub fn each(database: &Path, mut take: impl FnMut(&Recorded)) -> Result<(), PastError> {
    let db = schema::open_reading(database)?;
    let mut query = db.prepare("SELECT facts FROM journal ORDER BY first_seq")?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        let facts: String = row.get(0)?;
        for line in facts.lines() {
            take(&serde_json::from_str(line)?);
        }
    }
    Ok(())
}

/// The last `most` calls that are over, the newest first. A running centre may go on writing.
///
/// # Errors
///
/// [`PastError`] if the database or a fact cannot be read.
pub fn last_calls(database: &Path, most: usize) -> Result<Vec<(CallId, PastCall)>, PastError> {
    let db = schema::open_reading(database)?;
    let mut query = db.prepare("SELECT facts FROM journal ORDER BY first_seq DESC")?;
    let mut rows = query.query([])?;
    // Facts come from the last to the first: of calls that have ended, until they begin.
    let mut open: BTreeMap<CallId, Vec<Recorded>> = BTreeMap::new();
    let mut calls = Vec::new();
    while let Some(row) = rows.next()? {
        let facts: String = row.get(0)?;
        for line in facts
            .lines()
            .rev()
            .filter(|line| line.contains("\"call\":\""))
        {
            let fact: Recorded = serde_json::from_str(line)?;
            let Some(call) = fact.call else {
                continue;
            };
            if matches!(fact.fact, Fact::Closed(_)) {
                open.insert(call, Vec::new());
            } else if matches!(fact.fact, Fact::Arrived(_)) {
                let after = open.remove(&call).unwrap_or_default();
                calls.extend(past_call(&fact, after).map(|past| (call, past)));
                if calls.len() >= most {
                    return Ok(calls);
                }
            } else if let Some(facts) = open.get_mut(&call) {
                facts.push(fact);
            }
        }
    }
    Ok(calls)
}

/// A call from its first fact and the later ones, the last first; none if it is not over, or went
/// nowhere.
fn past_call(first: &Recorded, mut later: Vec<Recorded>) -> Option<PastCall> {
    let Fact::Arrived(arrived) = &first.fact else {
        return None;
    };
    if later.is_empty() {
        return None;
    }
    later.reverse();
    let mut story = Story {
        past: PastCall {
            caller: CallerContext {
                number: arrived.number.clone(),
                called: arrived.called.clone(),
                language: None,
            },
            started: first.wall,
            visits: Vec::new(),
            answers: Vec::new(),
            served: Vec::new(),
            ranking: None,
        },
        entered: first.now,
        predicts: false,
    };
    later.iter().for_each(|fact| story.take(fact));
    // Who hung up while it rang heard no dialplan.
    (!story.past.visits.is_empty()).then_some(story.past)
}

/// A call as it is put together.
struct Story {
    past: PastCall,
    /// When the step began.
    entered: Now,
    /// The step reads likely questions.
    predicts: bool,
}

impl Story {
    fn take(&mut self, next: &Recorded) {
        let at = next.now;
        if let Fact::Walk(fact) = &next.fact {
            self.take_walk(at, fact);
        } else if let Fact::Key { key } = &next.fact {
            let what = match key {
                '0'..='9' | '*' | '#' => Act::Press(*key),
                _ => Act::Hide,
            };
            self.act(at, what);
        } else if let Fact::HungUp { by, .. } = &next.fact {
            if *by == Party::Caller {
                self.act(at, Act::HangUp);
            }
        } else if let Fact::LookupAnswered {
            key,
            after_ms,
            result,
        } = &next.fact
        {
            self.past.answers.push(PastAnswer {
                key: key.clone(),
                after: Duration::from_millis(*after_ms),
                result: result.clone(),
            });
        } else if let Fact::ServiceAnswered {
            service,
            after_ms,
            result,
        } = &next.fact
        {
            self.past.served.push(PastService {
                service: service.clone(),
                after: Duration::from_millis(*after_ms),
                result: result.clone(),
            });
        }
    }

    fn take_walk(&mut self, at: Now, fact: &WalkFact) {
        if let WalkFact::Entered { step } = fact {
            (self.entered, self.predicts) = (at, false);
            self.past.visits.push(Visit {
                step: step.clone(),
                deeds: Vec::new(),
            });
        } else if let WalkFact::Predicted { ranked, .. } = fact {
            self.predicts = true;
            self.past.ranking.get_or_insert_with(|| Ranking::of(ranked));
        } else if let WalkFact::Chose {
            order, question, ..
        } = fact
            && self.predicts
            && let Some(deed) = self.deeds().and_then(|deeds| deeds.last_mut())
        {
            deed.what = Act::Choose {
                order: order.clone(),
                question: question.clone(),
            };
        }
    }

    fn act(&mut self, at: Now, what: Act) {
        let after = at.since(self.entered);
        if let Some(deeds) = self.deeds() {
            deeds.push(Deed { after, what });
        }
    }

    fn deeds(&mut self) -> Option<&mut Vec<Deed>> {
        self.past.visits.last_mut().map(|visit| &mut visit.deeds)
    }
}
