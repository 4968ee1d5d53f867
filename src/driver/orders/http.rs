//! Orders from an HTTP service.
//!
//! `GET {base}/customers?phone=+8613800000001` or `?order_tail=1234` is answered with a customer in
//! JSON; 404 means that nobody is known.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use ureq::Agent;

use crate::driver::orders::answered::Answered;
use crate::machine::ivr::surface::LookupFailure;
use crate::machine::ivr::surface::LookupKey;
use crate::machine::prediction::order::Customer;
use crate::vocabulary::id::AskId;

/// So many requests run at once; beyond them the answer is [`LookupFailure::Busy`].
pub const IN_FLIGHT_MAX: usize = 16;
/// So long after the asker has given up an answer may still come, as a fact.
pub const GRACE: Duration = Duration::from_secs(5);
/// Longest answer.
const ANSWER_BYTES_MAX: u64 = 1 << 20;

/// Workers that ask one service.
pub struct HttpOrders {
    jobs: mpsc::Sender<Job>,
    in_flight: Arc<AtomicUsize>,
    answered: Answered,
}

struct Job {
    ask: AskId,
    key: LookupKey,
    timeout: Duration,
}

impl HttpOrders {
    /// Starts the workers.
    ///
    /// # Errors
    ///
    /// The system has no thread left.
    pub fn start(base: &str, answered: &Answered) -> std::io::Result<Self> {
        let (jobs, queue) = mpsc::channel::<Job>();
        let queue = Arc::new(Mutex::new(queue));
        let in_flight = Arc::new(AtomicUsize::new(0));
        let config = Agent::config_builder().http_status_as_error(false).build();
        let agent = Agent::new_with_config(config);
        for worker in 0..IN_FLIGHT_MAX {
            let (queue, in_flight) = (Arc::clone(&queue), Arc::clone(&in_flight));
            let (agent, answered) = (agent.clone(), Arc::clone(answered));
            let url = format!("{}/customers", base.trim_end_matches('/'));
            let work = move || {
                while let Some(job) = next(&queue) {
                    let result = ask(&agent, &url, &job);
                    in_flight.fetch_sub(1, Ordering::AcqRel);
                    answered(job.ask, result);
                }
            };
            thread::Builder::new()
                .name(format!("orders-{worker}"))
                .spawn(work)?;
        }
        let answered = Arc::clone(answered);
        Ok(Self {
            jobs,
            in_flight,
            answered,
        })
    }

    /// Asks; answers at once if too many are asked already.
    pub fn request(&self, ask: AskId, key: LookupKey, timeout: Duration) {
        if self.in_flight.fetch_add(1, Ordering::AcqRel) >= IN_FLIGHT_MAX {
            self.in_flight.fetch_sub(1, Ordering::AcqRel);
            (self.answered)(ask, Err(LookupFailure::Busy));
            return;
        }
        if self.jobs.send(Job { ask, key, timeout }).is_err() {
            (self.answered)(ask, Err(LookupFailure::Failed));
        }
    }
}

impl std::fmt::Debug for HttpOrders {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HttpOrders")
            .field("in_flight", &self.in_flight)
            .finish_non_exhaustive()
    }
}

fn next(queue: &Mutex<mpsc::Receiver<Job>>) -> Option<Job> {
    let queue = queue
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    queue.recv().ok()
}

fn ask(agent: &Agent, url: &str, job: &Job) -> Result<Customer, LookupFailure> {
    let (name, value) = match &job.key {
        LookupKey::Phone(number) => ("phone", number.as_str()),
        LookupKey::OrderTail(digits) => ("order_tail", digits.as_str()),
    };
    let request = agent.get(url).query(name, value).config();
    let request = request.timeout_global(Some(job.timeout.saturating_add(GRACE)));
    let mut response = request
        .build()
        .call()
        .map_err(|error| failure(url, &error))?;
    match response.status().as_u16() {
        200 => {}
        404 => return Ok(Customer::default()),
        status => {
            tracing::warn!(url, status, "the source of orders refused");
            return Err(LookupFailure::Failed);
        }
    }
    let body = response.body_mut().with_config().limit(ANSWER_BYTES_MAX);
    body.read_json().map_err(|error| failure(url, &error))
}

fn failure(url: &str, error: &ureq::Error) -> LookupFailure {
    tracing::warn!(url, %error, "the source of orders failed");
    if matches!(error, ureq::Error::Timeout(_)) {
        LookupFailure::Timeout
    } else {
        LookupFailure::Failed
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::io::Write;
    use std::net::TcpListener;
    use std::net::TcpStream;

    use super::*;
    use crate::vocabulary::phone_number::NumberPlan;

    type Answer = (AskId, Result<Customer, LookupFailure>);

    /// Orders from a service of the test: each connection goes to `serve`.
    fn started(serve: impl Fn(TcpStream) + Send + 'static) -> (HttpOrders, mpsc::Receiver<Answer>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}/api/", listener.local_addr().unwrap());
        thread::spawn(move || listener.incoming().flatten().for_each(serve));
        let (sender, answers) = mpsc::channel();
        let answered: Answered = Arc::new(move |ask, result| {
            sender.send((ask, result)).unwrap();
        });
        (HttpOrders::start(&base, &answered).unwrap(), answers)
    }

    /// The first line of a request.
    fn line(stream: &mut TcpStream) -> String {
        let mut bytes = [0; 2048];
        let read = stream.read(&mut bytes).unwrap_or(0);
        let text = String::from_utf8_lossy(&bytes[..read]);
        text.lines().next().unwrap_or_default().to_owned()
    }

    fn answer(mut stream: TcpStream, status: &str, body: &str) {
        let length = body.len();
        let head = format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close");
        let _ = write!(stream, "{head}\r\n\r\n{body}");
    }

    fn request(orders: &HttpOrders, ask: u64, timeout: Duration) {
        let number = NumberPlan::new("CN", "10")
            .unwrap()
            .normalise("13800000001");
        let key = LookupKey::Phone(number.unwrap());
        orders.request(AskId::from_bits(ask), key, timeout);
    }

    const PATIENT: Duration = Duration::from_secs(30);

    #[test]
    fn a_service_answers_with_a_customer_or_404() {
        let (orders, answers) = started(|mut stream| match line(&mut stream).as_str() {
            "GET /api/customers?phone=%2B8613800000001 HTTP/1.1" => {
                let body = r#"{"id":"7","name":"Li","numbers":[],"attributes":{},"orders":[]}"#;
                answer(stream, "200 OK", body);
            }
            "GET /api/customers?order_tail=1234 HTTP/1.1" => answer(stream, "404 Not Found", ""),
            _ => answer(stream, "500 Oops", ""),
        });
        request(&orders, 1, PATIENT);
        assert_eq!(answers.recv().unwrap().1.unwrap().name, "Li");
        let tail = |digits: &str| LookupKey::OrderTail(digits.to_owned());
        orders.request(AskId::from_bits(2), tail("1234"), PATIENT);
        assert_eq!(
            answers.recv().unwrap(),
            (AskId::from_bits(2), Ok(Customer::default()))
        );
        orders.request(AskId::from_bits(3), tail("9999"), PATIENT);
        assert_eq!(answers.recv().unwrap().1, Err(LookupFailure::Failed));
    }

    #[test]
    fn a_reset_or_nonsense_is_a_failure() {
        let (orders, answers) = started(|mut stream| {
            if line(&mut stream).contains("1111") {
                answer(stream, "200 OK", "<html>");
            }
        });
        request(&orders, 1, PATIENT);
        assert_eq!(answers.recv().unwrap().1, Err(LookupFailure::Failed));
        let key = LookupKey::OrderTail("1111".to_owned());
        orders.request(AskId::from_bits(2), key, PATIENT);
        assert_eq!(answers.recv().unwrap().1, Err(LookupFailure::Failed));
    }

    #[test]
    fn beyond_the_cap_the_answer_is_busy_and_late_answers_still_come() {
        let (release, held) = mpsc::channel::<()>();
        let held = Arc::new(Mutex::new(held));
        let (orders, answers) = started(move |mut stream| {
            let held = Arc::clone(&held);
            thread::spawn(move || {
                line(&mut stream);
                let _ = held.lock().unwrap().recv();
                answer(stream, "404 Not Found", "");
            });
        });
        let count = u64::try_from(IN_FLIGHT_MAX).unwrap();
        for ask in 0..=count {
            request(&orders, ask, Duration::ZERO);
        }
        let (ask, busy) = answers.recv().unwrap();
        assert_eq!((ask.bits(), busy), (count, Err(LookupFailure::Busy)));
        drop(release);
        for _ in 0..count {
            assert_eq!(answers.recv().unwrap().1, Ok(Customer::default()));
        }
    }
}
