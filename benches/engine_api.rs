//! How long `POST /api/v1/predict` takes: 50 questions, a customer with 5 orders, 500 requests a second; from a
//! new model, and from one that was fitted to what was learned.
//!
//! `cargo bench --bench engine_api`; `RATE` and `SECONDS` change what is asked. Requests come at random moments, as
//! people do. Latencies count from the moment a request was due, so a server that falls behind is not
//! flattered.

#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a bench reads the clock, sleeps and prints; without a centre there is nothing to measure"
)]

use std::fmt::Write as _;
use std::io::BufRead;
use std::io::BufReader;
use std::io::Read;
use std::io::Write;
use std::net::SocketAddr;
use std::net::TcpStream;
use std::path::Path;
use std::time::Duration;
use std::time::Instant;

use ringwise::driver::clock::Clock;
use ringwise::driver::config::reading::Config;
use ringwise::face::centre;
use ringwise::vocabulary::chance::Chance;
use serde_json::json;

const QUESTIONS: u32 = 50;
const ORDERS: u32 = 5;
const CONNECTIONS: u32 = 8;
/// Outcomes that are learned before a fit: 300 are due for one.
const OUTCOMES: u32 = 600;
/// What is promised.
const P99_MAX: Duration = Duration::from_millis(2);

fn bank() -> String {
    let mut text = String::from(
        "bank: shop\nlanguages: [en]\nattributes:\n  order:\n    state: { type: state, values: [a, b, c, d] }\n    \
         late_min: { type: number, unit: min }\n    due: { type: moment }\n    due_h: { type: number, unit: h, hours_until: due }\n    \
         fee: { type: money, currency: CNY }\ncells:\n  - [state]\n  - [{ late_min: [15, 60] }]\n  - [{ due_h: [0, 6, 24, 72] }]\n\
         names:\n  - say: { en: \"{{ question }}, for order {{ order.id | tail }}\" }\nquestions:\n",
    );
    for question in 0..QUESTIONS {
        let state = ["a", "b", "c", "d"][(question % 4) as usize];
        let _ = writeln!(
            text,
            "  - id: q{question}\n    when: {{ state: [{state}, a] }}\n    short: {{ en: question {question} }}\n    \
             prior:\n      - {{ when: {{ late_min: {{ min: {question} }} }}, weight: 3 }}\n      - {{ weight: 1 }}\n    \
             answers: [{{ say: {{ en: \"It is due {{{{ order.due }}}}.\" }} }}]"
        );
    }
    text
}

/// A customer; of each number another.
fn who(shift: u32) -> serde_json::Value {
    let order = |number: u32| {
        let state = ["a", "b", "c", "d"][(number * shift / 3 % 4) as usize];
        json!({ "id": format!("A10020{number:02}"), "attributes": {
            "state": state, "late_min": 20 * number + shift % 50,
            "due": format!("2026-11-{:02}T10:00", 23 - shift % 9), "fee": 12.5,
        } })
    };
    let orders: Vec<_> = (0..ORDERS).map(order).collect();
    json!({ "customer": { "id": "1", "orders": orders } })
}

/// Somebody who asks a question about one of their orders.
fn outcome(number: u32) -> String {
    let (order, question) = (number % ORDERS, number * number / 7 % QUESTIONS);
    json!({ "who": who(number), "order": format!("A10020{order:02}"), "question": format!("q{question}") }).to_string()
}

fn request(path: &str, token: &str, body: &str) -> String {
    format!(
        "POST /api/v1/{path} HTTP/1.1\r\nHost: here\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

fn setting(name: &str, unset: u32) -> u32 {
    let given = std::env::var(name).ok();
    given.and_then(|text| text.parse().ok()).unwrap_or(unset)
}

struct Connection {
    stream: TcpStream,
    reader: BufReader<TcpStream>,
}

impl Connection {
    fn open(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_nodelay(true).unwrap();
        let reader = BufReader::new(stream.try_clone().unwrap());
        Self { stream, reader }
    }

    fn ask(&mut self, request: &str) -> Vec<u8> {
        self.stream.write_all(request.as_bytes()).unwrap();
        let (mut length, mut line) = (0, String::new());
        loop {
            line.clear();
            self.reader.read_line(&mut line).unwrap();
            let header = line.trim().to_lowercase();
            if header.starts_with("http/1.1") {
                assert!(header.contains(" 200 "), "{header}");
            } else if let Some(value) = header.strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            } else if header.is_empty() {
                break;
            }
        }
        let mut reply = vec![0; length];
        self.reader.read_exact(&mut reply).unwrap();
        reply
    }
}

/// One connection that asks so often, on average at this pace; latencies from when each request was due.
fn ask(
    address: SocketAddr,
    request: &str,
    (pace, count, seed): (Duration, u32, u64),
) -> Vec<Duration> {
    let mut connection = Connection::open(address);
    let mut chance = Chance::from_seed(seed);
    let mut due = Instant::now();
    let turn = |_| {
        due += pace.mul_f64(-(1.0 - chance.fraction()).ln());
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
        connection.ask(request);
        due.elapsed()
    };
    (0..count).map(turn).collect()
}

/// Waits until no thread of that name works: prompts are decoded for some seconds after a first start, and
/// a fit takes some.
fn settle(thread: &str) {
    let working = || {
        let tasks = std::fs::read_dir("/proc/self/task").unwrap().flatten();
        tasks
            .filter_map(|task| std::fs::read_to_string(task.path().join("comm")).ok())
            .any(|name| name.trim() == thread)
    };
    while working() {
        std::thread::sleep(Duration::from_millis(100));
    }
}

fn main() {
    let folder = std::env::temp_dir().join(format!("ringwise-bench-{}", std::process::id()));
    for part in ["banks", "dialplans"] {
        std::fs::create_dir_all(folder.join(part)).unwrap();
    }
    std::fs::write(folder.join("banks/shop.yaml"), bank()).unwrap();
    let shown = folder.display();
    let prompts = Path::new(env!("CARGO_MANIFEST_DIR")).join("prompts");
    let config = format!(
        "data_dir = \"{shown}/data\"\n[sip]\nlisten = [\"udp://127.0.0.1:0\"]\n[http]\nlisten = \"127.0.0.1:0\"\n\
         [dialplans]\ndir = \"{shown}/dialplans\"\n[banks]\ndir = \"{shown}/banks\"\n[prompts]\ndir = \"{}\"\n[orders]\nsource = \"push:\"\n",
        prompts.display()
    );
    let config = Config::read("ringwise.toml", &config).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let mut served = runtime
        .block_on(centre::serve(config, Clock::start(), None))
        .unwrap();
    settle("prompts");
    let token = std::fs::read_to_string(folder.join("data/admin.token")).unwrap();
    let body = json!({ "who": who(0) }).to_string();
    let asked = request("predict", token.trim(), &body);
    let fresh = measure("new model", served.api, &asked);
    let mut teacher = Connection::open(served.api);
    for number in 0..OUTCOMES {
        teacher.ask(&request("outcomes", token.trim(), &outcome(number)));
    }
    settle("fit");
    let text = teacher.ask(&asked);
    let learned: serde_json::Value = serde_json::from_slice(&text).unwrap();
    assert_eq!(learned["learned"], OUTCOMES);
    let fitted = measure("fitted model", served.api, &asked);
    served.running.stop();
    drop(served);
    runtime.shutdown_background();
    let _ = std::fs::remove_dir_all(&folder);
    let held = fresh.max(fitted) < P99_MAX;
    println!("p99 under {P99_MAX:?}: {}", if held { "yes" } else { "no" });
    std::process::exit(i32::from(!held));
}

/// Asks as often as promised, tells the latencies, and gives the 99th percentile.
fn measure(model: &str, api: SocketAddr, request: &str) -> Duration {
    let (rate, seconds) = (setting("RATE", 500), setting("SECONDS", 10));
    let pace = Duration::from_secs(1) * CONNECTIONS / rate;
    let count = rate * seconds / CONNECTIONS;
    let mut latencies: Vec<Duration> = std::thread::scope(|scope| {
        let connections: Vec<_> = (0..CONNECTIONS)
            .map(|number| scope.spawn(move || ask(api, request, (pace, count, number.into()))))
            .collect();
        connections
            .into_iter()
            .flat_map(|one| one.join().unwrap())
            .collect()
    });
    latencies.sort();
    let at = |share: usize| latencies[(latencies.len() - 1) * share / 1000];
    println!(
        "{model}: {} requests, {rate} a second, {QUESTIONS} questions, {ORDERS} orders, {} bytes: p50 {:?}, p99 {:?}, p99.9 {:?}, longest {:?}",
        latencies.len(),
        request.len(),
        at(500),
        at(990),
        at(999),
        at(1000)
    );
    at(990)
}
