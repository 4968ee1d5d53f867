//! Notices of a bank posted to a webhook: signed, tried again, and sent once, also over a restart.

use std::fs;
use std::io::BufRead;
use std::io::BufReader;
use std::io::Read;
use std::io::Write;
use std::net::SocketAddr;
use std::net::TcpListener;
use std::net::TcpStream;
use std::path::PathBuf;
use std::sync::mpsc;
use std::time::Duration;

use hmac::Hmac;
use hmac::KeyInit;
use hmac::Mac;
use ringwise::driver::clock::Clock;
use ringwise::driver::config::reading::Config;
use ringwise::face::centre;
use ringwise::face::centre::Served;
use serde_json::Value;
use serde_json::json;
use sha2::Sha256;

use crate::web_client;

const BANK: &str = r#"bank: parcels
languages: [en]
attributes:
  order: { late_min: { type: number, unit: min } }
notices:
  - id: delay
    when: "known late_min and late_min > 60"
    send: webhook
    say: { en: "Order {{ order.id | tail }} is {{ order.late_min }} late." }
questions:
  - { id: where, prior: 1, short: { en: where it is }, answers: [] }
"#;
const SECRET: &str = "sixteen letters!";
/// Longest wait for something that comes.
const COMES: Duration = Duration::from_secs(20);
/// How often figures are asked for until they are there.
const ASKED_MAX: u32 = 2_000;
/// So long is waited for what must not come.
const STAYS_AWAY: Duration = Duration::from_millis(1_500);

/// What was posted: headers in small letters, and the body.
struct Posted {
    headers: String,
    body: String,
}

/// Another system. The first so many posts are answered with 503.
fn receiver(failures: usize) -> (SocketAddr, mpsc::Receiver<Posted>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (sender, posted) = mpsc::channel();
    std::thread::spawn(move || {
        for (turn, stream) in listener.incoming().enumerate() {
            let mut stream = stream.unwrap();
            let Some(got) = read(&stream) else { continue };
            let status = if turn < failures { "503 No" } else { "204 Yes" };
            let answer =
                format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            let _ = stream.write_all(answer.as_bytes());
            if sender.send(got).is_err() {
                return;
            }
        }
    });
    (address, posted)
}

fn read(stream: &TcpStream) -> Option<Posted> {
    let mut reader = BufReader::new(stream);
    let mut headers = String::new();
    while !headers.ends_with("\r\n\r\n") {
        if reader.read_line(&mut headers).ok()? == 0 {
            return None;
        }
    }
    let headers = headers.to_lowercase();
    let length = headers.split("content-length: ").nth(1)?;
    let length: usize = length.split("\r\n").next()?.parse().ok()?;
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Posted {
        headers,
        body: String::from_utf8(body).ok()?,
    })
}

/// A centre in a folder of its own that sends to this address.
struct Centre {
    folder: PathBuf,
    /// Where orders come from.
    source: String,
    served: Option<(Served, tokio::runtime::Runtime)>,
}

impl Centre {
    fn new(name: &str) -> Self {
        let name = format!("ringwise-notices-{name}-{}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        let _ = fs::remove_dir_all(&folder);
        for part in ["banks", "dialplans"] {
            fs::create_dir_all(folder.join(part)).unwrap();
        }
        fs::write(folder.join("banks/parcels.yaml"), BANK).unwrap();
        fs::write(folder.join("secret"), format!("{SECRET}\n")).unwrap();
        Self {
            folder,
            source: "push:".to_owned(),
            served: None,
        }
    }

    fn begin(&mut self, webhook: SocketAddr) {
        let prompts = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("prompts");
        let text = format!(
            "data_dir = \"{0}/data\"\n[centre]\nlanguages = [\"en\"]\n[sip]\nlisten = [\"udp://127.0.0.1:0\"]\n[http]\nlisten = \"127.0.0.1:0\"\n\
             [dialplans]\ndir = \"{0}/dialplans\"\n[banks]\ndir = \"{0}/banks\"\n[prompts]\ndir = \"{1}\"\n\
             [orders]\nsource = \"{2}\"\n[webhook]\nurl = \"http://{webhook}/notices\"\nsecret_file = \"{0}/secret\"\n",
            self.folder.display(),
            prompts.display(),
            self.source
        );
        let config = Config::read("ringwise.toml", &text).unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        let served = runtime.block_on(centre::serve(config, Clock::start(), None));
        self.served = Some((served.unwrap(), runtime));
    }

    fn stop(&mut self) {
        if let Some((mut served, runtime)) = self.served.take() {
            served.running.stop();
            drop(served);
            runtime.shutdown_background();
        }
    }

    fn ask(&self, request: &str, body: &str) -> String {
        let api = self.served.as_ref().unwrap().0.api;
        web_client::ask(api, &self.folder.join("data"), (request, body))
    }

    fn tell(&self, order: &str, late_min: u32) {
        let orders = json!([{ "id": order, "attributes": { "late_min": late_min } }]);
        let customer =
            json!({ "id": "7", "name": "Grace", "numbers": ["+14155550101"], "orders": orders });
        let body = json!({ "customers": [customer] }).to_string();
        let reply = self.ask("POST /api/v1/orders", &body);
        assert!(reply.starts_with("HTTP/1.1 200"), "{reply}");
    }
}

impl Drop for Centre {
    fn drop(&mut self) {
        self.stop();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn signed(body: &str) -> String {
    let mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    hex::encode(mac.chain_update(body).finalize().into_bytes())
}

#[test]
fn a_notice_is_posted_once_signed_and_tried_again() {
    let (address, posted) = receiver(1);
    let mut centre = Centre::new("posted");
    centre.begin(address);
    centre.tell("A1234", 5);
    centre.tell("B5678", 95);
    let refused = posted.recv_timeout(COMES).unwrap();
    let taken = posted.recv_timeout(COMES).unwrap();
    assert_eq!(refused.body, taken.body);
    let body: Value = serde_json::from_str(&taken.body).unwrap();
    assert_eq!(body["text"], "Order 5678 is 1 h 35 min late.");
    assert_eq!(body["customer"]["numbers"], json!(["+14155550101"]));
    let key = "parcels/delay/7/b5678";
    assert!(
        taken.headers.contains(&format!("idempotency-key: {key}")),
        "{}",
        taken.headers
    );
    let signature = format!("ringwise-signature: sha256={}", signed(&taken.body));
    assert!(taken.headers.contains(&signature), "{}", taken.headers);
    // The receiver has it before the centre has read that it was taken.
    let figures = ["{result=\"sent\"} 1", "{result=\"failed\"} 1"];
    let counted = |page: &String| {
        let shown = |figure: &&str| page.contains(&format!("notices_total{figure}"));
        figures.iter().all(shown)
    };
    let mut pages = (0..ASKED_MAX).map(|_| centre.ask("GET /metrics", ""));
    assert!(pages.any(|page| counted(&page)), "not counted");
    // The order gets later: it was told.
    centre.tell("B5678", 120);
    assert!(posted.recv_timeout(STAYS_AWAY).is_err());
    centre.stop();
    centre.begin(address);
    assert!(posted.recv_timeout(STAYS_AWAY).is_err());
}

#[test]
fn what_could_not_be_posted_is_posted_after_a_restart() {
    let nobody = {
        let gone = TcpListener::bind("127.0.0.1:0").unwrap();
        gone.local_addr().unwrap()
    };
    let mut centre = Centre::new("restart");
    centre.begin(nobody);
    centre.tell("B5678", 95);
    centre.stop();
    let (address, posted) = receiver(0);
    centre.begin(address);
    let taken = posted.recv_timeout(COMES).unwrap();
    assert!(taken.body.contains("parcels/delay/7/B5678"));
}

#[test]
fn orders_of_a_file_are_looked_at_when_it_changes() {
    let (address, posted) = receiver(0);
    let mut centre = Centre::new("file");
    let file = centre.folder.join("orders.csv");
    let write = |rows: &str| {
        let head = "customer_id,name,phones,order_id,late_min";
        fs::write(&file, format!("{head}\n{rows}")).unwrap();
    };
    write("7,Grace,+14155550101,A1234,95\n7,,,B5678,5\n");
    centre.source = format!("csv:{}", file.display());
    centre.begin(address);
    let first = posted.recv_timeout(COMES).unwrap();
    assert!(first.body.contains("parcels/delay/7/A1234"));
    write("7,Grace,+14155550101,A1234,120\n7,,,B5678,80\n");
    let second = posted.recv_timeout(COMES).unwrap();
    assert!(second.body.contains("parcels/delay/7/B5678"), "told once");
    assert!(posted.recv_timeout(STAYS_AWAY).is_err());
}
