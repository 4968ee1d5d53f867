//! Threads that ask a source which makes them wait.

use std::io;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use crate::driver::orders::answered::Answered;
use crate::machine::ivr::failure::LookupFailure;
use crate::machine::ivr::surface::LookupKey;
use crate::machine::prediction::order::Customer;

/// One thread's way to a source: questions `Q`, answers `A`.
pub trait Source<Q, A>: Send {
    /// Asks and waits, about as long as `timeout`.
    ///
    /// # Errors
    ///
    /// Why there is no answer.
    fn ask(&mut self, question: &Q, timeout: Duration) -> Result<A, LookupFailure>;
}

/// Threads that ask for orders.
pub type OrdersPool = Pool<LookupKey, Customer>;

/// Threads that ask; beyond one question a thread the answer is [`LookupFailure::Busy`].
pub struct Pool<Q, A> {
    jobs: mpsc::Sender<Job<Q, A>>,
    in_flight: Arc<AtomicUsize>,
    most: usize,
}

struct Job<Q, A> {
    question: Q,
    timeout: Duration,
    answered: Answered<A>,
}

impl<Q: Send + 'static, A: 'static> Pool<Q, A> {
    /// Starts a thread for each of these.
    ///
    /// # Errors
    ///
    /// The system has no thread left.
    pub fn start<S: Source<Q, A> + 'static>(sources: Vec<S>) -> io::Result<Self> {
        let (jobs, queue) = mpsc::channel::<Job<Q, A>>();
        let queue = Arc::new(Mutex::new(queue));
        let in_flight = Arc::new(AtomicUsize::new(0));
        let most = sources.len();
        for (worker, mut source) in sources.into_iter().enumerate() {
            let (queue, in_flight) = (Arc::clone(&queue), Arc::clone(&in_flight));
            let work = move || {
                while let Some(job) = next(&queue) {
                    let found = source.ask(&job.question, job.timeout);
                    in_flight.fetch_sub(1, Ordering::AcqRel);
                    (job.answered)(found);
                }
            };
            thread::Builder::new()
                .name(format!("asking-{worker}"))
                .spawn(work)?;
        }
        Ok(Self {
            jobs,
            in_flight,
            most,
        })
    }

    /// Asks; answers at once if too many are asked already.
    pub fn request(&self, question: Q, timeout: Duration, answered: Answered<A>) {
        if self.in_flight.fetch_add(1, Ordering::AcqRel) >= self.most {
            self.in_flight.fetch_sub(1, Ordering::AcqRel);
            answered(Err(LookupFailure::Busy));
            return;
        }
        let job = Job {
            question,
            timeout,
            answered,
        };
        if let Err(mpsc::SendError(job)) = self.jobs.send(job) {
            (job.answered)(Err(LookupFailure::Failed));
        }
    }
}

impl<Q, A> std::fmt::Debug for Pool<Q, A> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pool")
            .field("in_flight", &self.in_flight)
            .field("most", &self.most)
            .finish_non_exhaustive()
    }
}

fn next<T>(queue: &Mutex<mpsc::Receiver<T>>) -> Option<T> {
    let queue = queue.lock().unwrap_or_else(PoisonError::into_inner);
    queue.recv().ok()
}
