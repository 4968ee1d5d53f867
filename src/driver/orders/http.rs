//! Orders from an HTTP service.
//!
//! `GET {base}/customers?phone=+8613800000001` or `?order_tail=1234` is answered with a customer in
//! JSON; 404 means that nobody is known.

use std::io;
use std::time::Duration;

use ureq::Agent;

use crate::driver::orders::answered::Found;
use crate::driver::orders::pool::OrdersPool;
use crate::driver::orders::pool::Pool;
use crate::driver::orders::pool::Source;
use crate::machine::ivr::failure::LookupFailure;
use crate::machine::ivr::surface::LookupKey;
use crate::machine::prediction::order::Customer;

/// So many requests run at once; beyond them the answer is [`LookupFailure::Busy`].
pub const IN_FLIGHT_MAX: usize = 16;
/// So long after the asker has given up an answer may still come, as a fact.
pub const GRACE: Duration = Duration::from_secs(5);
/// Longest answer.
const ANSWER_BYTES_MAX: u64 = 1 << 20;

/// Starts threads that ask the service at this base.
///
/// # Errors
///
/// The system has no thread left.
pub fn start(base: &str) -> io::Result<OrdersPool> {
    let config = Agent::config_builder().http_status_as_error(false).build();
    let agent = Agent::new_with_config(config);
    let source = HttpSource {
        agent,
        url: format!("{}/customers", base.trim_end_matches('/')),
    };
    Pool::start(vec![source; IN_FLIGHT_MAX])
}

#[derive(Clone)]
struct HttpSource {
    agent: Agent,
    url: String,
}

impl Source<LookupKey, Customer> for HttpSource {
    fn ask(&mut self, key: &LookupKey, timeout: Duration) -> Found {
        let url = &self.url;
        let (name, value) = match key {
            LookupKey::Phone(number) => ("phone", number.as_str()),
            LookupKey::OrderTail(digits) => ("order_tail", digits.as_str()),
        };
        let request = self.agent.get(url).query(name, value).config();
        let request = request.timeout_global(Some(timeout.saturating_add(GRACE)));
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
    use std::sync::Arc;
    use std::sync::Mutex;
    use std::sync::mpsc;
    use std::thread;

    use super::*;
    use crate::vocabulary::phone_number::NumberPlan;

    type Answer = (u64, Found);

    /// Orders from a service of the test: each connection goes to `serve`.
    fn started(serve: impl Fn(TcpStream) + Send + 'static) -> (Orders, mpsc::Receiver<Answer>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}/api/", listener.local_addr().unwrap());
        thread::spawn(move || listener.incoming().flatten().for_each(serve));
        let (sender, answers) = mpsc::channel();
        (Orders(start(&base).unwrap(), sender), answers)
    }

    struct Orders(OrdersPool, mpsc::Sender<Answer>);

    impl Orders {
        fn request(&self, ask: u64, key: LookupKey, timeout: Duration) {
            let sender = self.1.clone();
            let answered = Box::new(move |found| sender.send((ask, found)).unwrap());
            self.0.request(key, timeout, answered);
        }
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

    fn request(orders: &Orders, ask: u64, timeout: Duration) {
        let number = NumberPlan::new("CN", "10")
            .unwrap()
            .normalise("13800000001");
        let key = LookupKey::Phone(number.unwrap());
        orders.request(ask, key, timeout);
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
        orders.request(2, tail("1234"), PATIENT);
        assert_eq!(answers.recv().unwrap(), (2, Ok(Customer::default())));
        orders.request(3, tail("9999"), PATIENT);
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
        orders.request(2, key, PATIENT);
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
        assert_eq!((ask, busy), (count, Err(LookupFailure::Busy)));
        drop(release);
        for _ in 0..count {
            assert_eq!(answers.recv().unwrap().1, Ok(Customer::default()));
        }
    }
}
