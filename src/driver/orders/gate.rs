//! What stands before a source that may be slow or fail: a memory of its answers, and a breaker.

use std::collections::BTreeMap;
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::time::Duration;

use crate::driver::clock::Clock;
use crate::driver::orders::answered::Answered;
use crate::driver::orders::pool::Pool;
use crate::machine::breaker::Breaker;
use crate::machine::ivr::failure::LookupFailure;
use crate::vocabulary::time::Now;

/// Answers that are remembered; beyond them the oldest goes.
const REMEMBERED_MAX: usize = 10_000;

/// A source behind its memory and its breaker.
#[derive(Debug)]
pub struct Gate<Q, A> {
    /// What stands behind it, for the log.
    name: String,
    pool: Pool<Q, A>,
    clock: Clock,
    state: Arc<Mutex<State<Q, A>>>,
}

#[derive(Debug)]
struct State<Q, A> {
    breaker: Breaker,
    keep_for: Duration,
    answers: BTreeMap<Q, (Now, A)>,
    /// Questions in the order of their answers.
    oldest: VecDeque<(Now, Q)>,
}

impl<Q, A> Gate<Q, A>
where
    Q: Clone + Ord + Send + 'static,
    A: Clone + Send + 'static,
{
    /// Answers of `pool` are given again for as long as `keep_for`; zero: never.
    #[must_use]
    pub fn new(name: &str, pool: Pool<Q, A>, clock: Clock, keep_for: Duration) -> Self {
        let state = State {
            breaker: Breaker::default(),
            keep_for,
            answers: BTreeMap::new(),
            oldest: VecDeque::new(),
        };
        Self {
            name: name.to_owned(),
            pool,
            clock,
            state: Arc::new(Mutex::new(state)),
        }
    }

    /// Asks; answers at once what is remembered, and that a failing source rests.
    pub fn request(&self, question: Q, timeout: Duration, answered: Answered<A>) {
        let now = self.clock.now();
        let known = {
            let mut state = lock(&self.state);
            match state.known(&question, now) {
                Some(answer) => Some(Ok(answer)),
                None if state.breaker.admits(now) => None,
                None => Some(Err(LookupFailure::Resting)),
            }
        };
        if let Some(known) = known {
            answered(known);
            return;
        }
        let (state, clock) = (Arc::clone(&self.state), self.clock);
        let (name, asked) = (self.name.clone(), question.clone());
        let noted = move |found: Result<A, LookupFailure>| {
            lock(&state).note(&name, asked, &found, clock.now());
            answered(found);
        };
        self.pool.request(question, timeout, Box::new(noted));
    }

    /// Whether the source is left alone after failures.
    #[must_use]
    pub fn is_resting(&self) -> bool {
        lock(&self.state).breaker.is_resting()
    }
}

impl<Q: Clone + Ord, A: Clone> State<Q, A> {
    fn known(&self, question: &Q, now: Now) -> Option<A> {
        let (at, answer) = self.answers.get(question)?;
        (now < *at + self.keep_for).then(|| answer.clone())
    }

    fn note(&mut self, name: &str, question: Q, found: &Result<A, LookupFailure>, now: Now) {
        match found {
            Ok(answer) => {
                if self.breaker.handle_success() {
                    tracing::info!(name, "it answers again");
                }
                if !self.keep_for.is_zero() {
                    self.keep(question, answer, now);
                }
            }
            Err(LookupFailure::Busy | LookupFailure::Resting | LookupFailure::Stale) => {}
            Err(LookupFailure::Failed | LookupFailure::Timeout) => {
                if self.breaker.handle_failure(now) {
                    tracing::error!(name, "it keeps failing: it is left alone for a while");
                }
            }
        }
    }

    fn keep(&mut self, question: Q, answer: &A, now: Now) {
        while self.answers.len() >= REMEMBERED_MAX || self.has_expired(now) {
            let Some((at, asked)) = self.oldest.pop_front() else {
                break;
            };
            if self
                .answers
                .get(&asked)
                .is_some_and(|(kept, _)| *kept == at)
            {
                self.answers.remove(&asked);
            }
        }
        self.oldest.push_back((now, question.clone()));
        self.answers.insert(question, (now, answer.clone()));
    }

    fn has_expired(&self, now: Now) -> bool {
        let oldest = self.oldest.front();
        oldest.is_some_and(|(at, _)| *at + self.keep_for <= now)
    }
}

fn lock<Q, A>(state: &Mutex<State<Q, A>>) -> MutexGuard<'_, State<Q, A>> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;
    use std::sync::atomic::Ordering;
    use std::sync::mpsc;

    use super::*;
    use crate::driver::orders::pool::Source;
    use crate::machine::breaker::FAILURES_MAX;

    /// Counts how often it is asked; fails while `broken`.
    struct Counted {
        asked: Arc<AtomicUsize>,
        broken: Arc<AtomicUsize>,
    }

    impl Source<u32, u32> for Counted {
        fn ask(&mut self, question: &u32, _: Duration) -> Result<u32, LookupFailure> {
            self.asked.fetch_add(1, Ordering::SeqCst);
            if self.broken.load(Ordering::SeqCst) > 0 {
                return Err(LookupFailure::Failed);
            }
            Ok(question + 1)
        }
    }

    type Counts = Arc<AtomicUsize>;

    fn gate(keep_for: Duration) -> (Gate<u32, u32>, Counts, Counts) {
        let (asked, broken) = (Counts::default(), Counts::default());
        let source = Counted {
            asked: Arc::clone(&asked),
            broken: Arc::clone(&broken),
        };
        let pool = Pool::start(vec![source]).unwrap();
        let gate = Gate::new("test", pool, Clock::start(), keep_for);
        (gate, asked, broken)
    }

    fn ask(gate: &Gate<u32, u32>, question: u32) -> Result<u32, LookupFailure> {
        let (tell, told) = mpsc::channel();
        let answered = Box::new(move |found| tell.send(found).unwrap());
        gate.request(question, Duration::from_secs(9), answered);
        told.recv().unwrap()
    }

    #[test]
    fn an_answer_is_remembered() {
        let (gate, asked, _) = gate(Duration::from_secs(3600));
        for _ in 0..3 {
            assert_eq!(ask(&gate, 1), Ok(2));
        }
        assert_eq!(ask(&gate, 2), Ok(3));
        assert_eq!(asked.load(Ordering::SeqCst), 2);
    }

    #[test]
    fn a_source_that_keeps_failing_is_asked_no_more() {
        let (gate, asked, broken) = gate(Duration::ZERO);
        broken.store(1, Ordering::SeqCst);
        let most = usize::try_from(FAILURES_MAX).unwrap();
        for _ in 0..most {
            assert_eq!(ask(&gate, 1), Err(LookupFailure::Failed));
        }
        assert_eq!(ask(&gate, 1), Err(LookupFailure::Resting));
        assert_eq!(asked.load(Ordering::SeqCst), most);
        assert!(gate.is_resting());
    }
}
