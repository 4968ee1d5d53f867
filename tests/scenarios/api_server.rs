//! The API on a socket of its own, before an engine that does whatever it is told.

use std::collections::BTreeMap;
use std::io::Read;
use std::io::Write;
use std::net::SocketAddr;
use std::net::TcpStream;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::RwLock;
use std::time::Duration;

use jiff::tz::TimeZone;
use ringwise::call::effect::CommandError;
use ringwise::call::effect::Event;
use ringwise::call::fact::FACT_VERSION;
use ringwise::call::fact::Fact;
use ringwise::call::fact::Recorded;
use ringwise::call::record::Names;
use ringwise::call::view::View;
use ringwise::driver::centre::learned::Learned;
use ringwise::driver::centre::office::Office;
use ringwise::driver::clock::Clock;
use ringwise::driver::config::token::Grant;
use ringwise::driver::config::token::Role;
use ringwise::driver::config::value::OrderSource;
use ringwise::driver::journal::schema;
use ringwise::driver::message::store::MessageStore;
use ringwise::driver::orders::pushed::Pushed;
use ringwise::driver::orders::query::Queries;
use ringwise::driver::orders::row::Customs;
use ringwise::driver::orders::source::Asked;
use ringwise::driver::orders::source::Orders;
use ringwise::driver::stock::Delivery;
use ringwise::face::api::access::Access;
use ringwise::face::api::command::Commands;
use ringwise::face::api::desk::Desk;
use ringwise::face::api::knowledge::Knowledge;
use ringwise::face::api::reason::Reasons;
use ringwise::face::api::server;
use ringwise::vocabulary::language::Language;
use ringwise::vocabulary::phone_number::NumberPlan;
use ringwise::vocabulary::time::Now;
use ringwise::vocabulary::time::Wall;
use tokio::runtime::Runtime;
use tokio::sync::broadcast;
use tokio::sync::mpsc;

use crate::release_works;

pub(crate) const SEAT: &str = "the token of the seat 1001";
pub(crate) const SUPERVISOR: &str = "the token of the supervisor";
pub(crate) const ADMIN: &str = "the token of the administrator";

/// An API with the seats 1001 and 1002.
pub(crate) struct Api {
    pub(crate) address: SocketAddr,
    pub(crate) folder: PathBuf,
    _runtime: Runtime,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: String,
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// A problem detail of its own status (RFC 9457).
    pub(crate) fn is_problem(&self) -> bool {
        let problem = self.json();
        self.header("content-type") == "application/problem+json"
            && problem["status"] == self.status
            && problem["title"].is_string()
            && problem["detail"]
                .as_str()
                .is_some_and(|text| text.len() > 10)
    }
}

/// Nobody is known but those whom requests bring along, and nothing was learned.
fn knowledge(releases: &Office) -> Knowledge {
    let plan = NumberPlan::new("CN", "10").unwrap();
    let clock = Clock::start();
    let customs = Customs {
        plan: plan.clone(),
        zone: TimeZone::UTC,
        clock,
    };
    let asked = Asked {
        source: &OrderSource::Push,
        queries: Queries {
            by_phone: String::new(),
            by_order: String::new(),
        },
        keep_for: Duration::ZERO,
        stale_after: None,
    };
    Knowledge {
        orders: Arc::new(Orders::open(&asked, &customs, Pushed::default()).unwrap()),
        learned: Learned::of(BTreeMap::new(), Path::new("nowhere.db")),
        releases: releases.clone(),
        clock,
        zone: TimeZone::UTC,
        plan,
        language: Language::English,
    }
}

impl Api {
    /// `engine` says how each command goes. `name` tells this one's folder from others'.
    pub(crate) fn start(name: &str, engine: Result<(), CommandError>) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let name = format!("ringwise-{name}-{}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&folder).unwrap();
        let database = folder.join("ringwise.db");
        drop(schema::open(&database).unwrap());
        let (inbox, mut outbox) = mpsc::channel(16);
        let commands = Commands::new(inbox.clone());
        let replier = commands.clone();
        let releases = office(&folder, inbox, commands.clone(), engine.clone());
        runtime.spawn(async move {
            while let Some(event) = outbox.recv().await {
                if let Event::Command { id, .. } = event {
                    replier.reply(id, engine.clone());
                }
            }
        });
        let desk = Desk {
            view: Arc::new(RwLock::new(view())),
            commands,
            live: broadcast::channel(16).0,
            messages: MessageStore::of(&folder),
            database,
            journal: Arc::default(),
            meter: Arc::default(),
            post: Arc::default(),
            reasons: Reasons::default(),
            knowledge: knowledge(&releases),
            releases,
        };
        let here = SocketAddr::from(([127, 0, 0, 1], 0));
        let listener = runtime.block_on(server::listen(here)).unwrap();
        let address = listener.local_addr().unwrap();
        runtime.spawn(async move { server::serve(listener, desk, &access()).await });
        Self {
            address,
            folder,
            _runtime: runtime,
        }
    }

    /// Sends a request; `headers` end with a line break each.
    pub(crate) fn send(&self, line: &str, headers: &str, body: &str) -> Reply {
        let mut stream = TcpStream::connect(self.address).unwrap();
        let length = body.len();
        let request = format!(
            "{line} HTTP/1.1\r\nHost: here\r\nConnection: close\r\nContent-Length: {length}\r\n\
             {headers}\r\n{body}"
        );
        // A server that refuses a long body need not read it.
        let _ = stream.write_all(request.as_bytes());
        let mut got = Vec::new();
        let mut piece = [0; 4096];
        loop {
            let text = String::from_utf8_lossy(&got);
            if text.contains("\r\n\r\n") && text.contains("text/event-stream") {
                break;
            }
            match stream.read(&mut piece) {
                Ok(0) | Err(_) => break,
                Ok(count) => got.extend(&piece[..count]),
            }
        }
        reply(&String::from_utf8(got).unwrap())
    }

    /// The same with a token.
    pub(crate) fn ask(&self, line: &str, token: &str) -> Reply {
        self.send(line, &format!("Authorization: Bearer {token}\r\n"), "")
    }

    /// Sends JSON as the administrator.
    pub(crate) fn post(&self, path: &str, body: &str) -> Reply {
        let headers =
            format!("Authorization: Bearer {ADMIN}\r\nContent-Type: application/json\r\n");
        self.send(&format!("POST {path}"), &headers, body)
    }
}

impl Drop for Api {
    fn drop(&mut self) {
        // Whatever is left is in the folder for such things.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn reply(text: &str) -> Reply {
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let (first, lines) = head.split_once("\r\n").unwrap();
    let headers = lines.lines().filter_map(|line| line.split_once(": "));
    Reply {
        status: first.split(' ').nth(1).unwrap().parse().unwrap(),
        headers: headers
            .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
            .collect(),
        body: body.to_owned(),
    }
}

fn access() -> Access {
    let grant = |secret, role, seat: Option<&str>| Grant {
        name: format!("{role:?}"),
        role,
        seat: seat.map(str::to_owned),
        hash: Grant::hash(secret),
    };
    Access::of([
        grant(SEAT, Role::Seat, Some("1001")),
        grant(SUPERVISOR, Role::Supervisor, None),
        grant(ADMIN, Role::Admin, None),
    ])
}

/// Releases of the works' files, which the engine takes or not.
fn office(
    folder: &Path,
    inbox: mpsc::Sender<Event>,
    commands: Commands,
    engine: Result<(), CommandError>,
) -> Office {
    release_works::lay_out(folder, &release_works::config(&["sales"], 1));
    let (keeper, _) = release_works::start(folder, None);
    let (deliveries, delivered) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        for delivery in delivered {
            if let Delivery::Event(Event::TurnOver { id, .. }) = delivery {
                commands.reply(id, engine.clone());
            }
        }
    });
    Office::new(keeper, deliveries, inbox)
}

fn view() -> View {
    let names = Names {
        seats: [("1001", "Li Na"), ("1002", "Sun Lei")]
            .map(|(id, name)| (id.to_owned(), name.to_owned()))
            .to_vec(),
        ..Names::default()
    };
    let mut view = View::default();
    view.take(&Recorded {
        v: FACT_VERSION,
        seq: 1,
        now: Now::START,
        wall: Wall::from_ms(0),
        call: None,
        fact: Fact::Started {
            version: String::new(),
            names,
        },
    });
    view
}
