//! Questions ranked, answered and learned over HTTP, and orders told, by a whole centre.

use std::fs;
use std::path::Path;
use std::path::PathBuf;

use ringwise::driver::clock::Clock;
use ringwise::driver::config::reading::Config;
use ringwise::face::api::openapi;
use ringwise::face::api::route;
use ringwise::face::centre;
use ringwise::face::centre::Served;
use serde_json::Value;
use serde_json::json;

use crate::web_client;

/// A centre of the parcel service in a folder of its own.
struct Parcels {
    folder: PathBuf,
    served: Option<(Served, tokio::runtime::Runtime)>,
}

impl Parcels {
    fn start(name: &str) -> Self {
        let name = format!("ringwise-engine-{name}-{}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        let mut parcels = Self {
            folder,
            served: None,
        };
        parcels.begin();
        parcels
    }

    fn begin(&mut self) {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let example = root.join("examples/parcel");
        let shown = |path: &Path| path.display().to_string();
        let text = fs::read_to_string(example.join("ringwise.toml")).unwrap();
        let text = text
            .replace("\"data\"", &format!("\"{}\"", shown(&self.folder)))
            .replace("127.0.0.1:5060", "127.0.0.1:0")
            .replace("127.0.0.1:8080", "127.0.0.1:0")
            .replace("../../prompts", &shown(&root.join("prompts")))
            .replace(
                "csv:orders.csv",
                &format!("csv:{}", shown(&example.join("orders.csv"))),
            );
        let folders = format!(
            "{text}\n[dialplans]\ndir = \"{0}/dialplans\"\n[banks]\ndir = \"{0}/banks\"\n",
            shown(&example)
        );
        let config = Config::read("ringwise.toml", &folders).unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        let served = runtime.block_on(centre::serve(config, Clock::start(), None));
        self.served = Some((served.unwrap(), runtime));
    }

    fn restart(&mut self) {
        self.stop();
        self.begin();
    }

    fn stop(&mut self) {
        if let Some((mut served, runtime)) = self.served.take() {
            served.running.stop();
            drop(served);
            runtime.shutdown_background();
        }
    }

    fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        let api = self.served.as_ref().unwrap().0.api;
        let line = format!("POST /api/v1/{path}");
        let reply = web_client::ask(api, &self.folder, (&line, &body.to_string()));
        let status = reply[9..12].parse().unwrap();
        let (_, body) = reply.split_once("\r\n\r\n").unwrap();
        (status, serde_json::from_str(body).unwrap())
    }

    fn done(&self, path: &str, body: &Value) -> Value {
        let (status, reply) = self.post(path, body);
        assert_eq!(status, 200, "{path} {body}: {reply}");
        reply
    }
}

impl Drop for Parcels {
    fn drop(&mut self) {
        self.stop();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

const GRACE: &str = "+14155550101";
const ALAN: &str = "+14155550102";

fn first(prediction: &Value) -> (&str, &str) {
    let first = &prediction["choices"][0];
    let order = first["order"].as_str().unwrap_or_default();
    (first["question"].as_str().unwrap(), order)
}

#[test]
fn questions_are_ranked_and_answered_for_a_caller_or_for_a_customer_that_is_brought_along() {
    let parcels = Parcels::start("ranked");
    let late = parcels.done("predict", &json!({ "who": { "caller": GRACE } }));
    assert_eq!(first(&late), ("where_is_it", "SP100200301"));
    let all = late["choices"].as_array().unwrap().iter();
    let sum: f64 = all.map(|choice| choice["p"].as_f64().unwrap()).sum();
    assert!((sum + late["other"].as_f64().unwrap() - 1.0).abs() < 1e-9);
    assert_eq!(
        late["choices"][0]["text"],
        "Where is my parcel, and when does it come?"
    );

    let order = json!({ "id": "X1", "attributes": { "status": "shop", "shop": "central", "pin": "4711", "keep_until": "2026-05-01" } });
    let who =
        json!({ "customer": { "id": "9", "orders": [order] }, "at_ms": 1_777_000_000_000_i64 });
    let brought = parcels.done("predict", &json!({ "who": who, "most": 1 }));
    assert_eq!(first(&brought), ("pick_up", "X1"));
    assert_eq!(brought["choices"].as_array().unwrap().len(), 1);
    let ask = |verified: bool| {
        let body =
            json!({ "who": who, "question": "pick_up", "order": "X1", "verified": verified });
        parcels.done("answer", &body)
    };
    let stranger = ask(false);
    assert_eq!(stranger["privacy"], "private");
    assert_eq!(
        (&stranger["text"], &stranger["said"]),
        (&Value::Null, &Value::Null)
    );
    let known = ask(true);
    let text = "Pick it up at Central Station by 2026-05-01 with the code 4711.";
    assert_eq!(known["text"], text);
    assert!(
        known["said"]
            .as_str()
            .unwrap()
            .starts_with("Your parcel is waiting at")
    );

    let seat =
        json!({ "who": { "caller": GRACE }, "question": "where_is_it", "order": "SP100200301" });
    let seat = parcels.done("answer", &seat);
    assert_eq!(
        seat["seat"]["text"],
        "Late by 1 h 35 min. Offer another day."
    );
    assert_eq!(
        seat["seat"]["script"],
        "Hello, I see that your parcel is on its way."
    );
    assert_eq!(
        (&seat["skill"], &seat["then"]),
        (&json!("parcels"), &json!("done"))
    );
}

#[test]
fn what_was_learned_and_told_is_there_after_a_restart() {
    let mut parcels = Parcels::start("kept");
    let ask = json!({ "who": { "caller": GRACE } });
    for _ in 0..40 {
        let outcome = json!({ "who": { "caller": GRACE }, "question": "prices" });
        assert_eq!(parcels.done("outcomes", &outcome)["learned"], true);
    }
    let told = parcels.done("predict", &ask);
    assert_eq!((first(&told).0, &told["learned"]), ("prices", &json!(40)));

    let order = |state: &str| json!({ "id": "SP100200777", "attributes": { "status": state } });
    let news =
        json!({ "customers": [{ "id": "2", "orders": [order("out")], "gone": ["SP100200402"] }] });
    let taken = parcels.done("orders", &news);
    assert_eq!(
        (&taken["customers"], &taken["orders"]),
        (&json!(1), &json!(2))
    );
    let orders = |parcels: &Parcels| {
        let told = parcels.done("predict", &json!({ "who": { "caller": ALAN }, "most": 50 }));
        let choices = told["choices"].as_array().unwrap().clone();
        let mut ids: Vec<String> = choices
            .iter()
            .filter_map(|choice| Some(choice["order"].as_str()?.to_owned()))
            .collect();
        ids.sort();
        ids.dedup();
        ids
    };
    assert_eq!(orders(&parcels), ["SP100200403", "SP100200777"]);
    let newer = json!({ "customers": [{ "id": "8", "numbers": ["+14155550199"], "orders": [order("out")] }] });
    parcels.done("orders", &newer);

    parcels.restart();
    assert_eq!(orders(&parcels), ["SP100200403", "SP100200777"]);
    let again = parcels.done("predict", &ask);
    assert_eq!(again["choices"], told["choices"], "bit for bit");
    let stranger = parcels.done("predict", &json!({ "who": { "caller": "+14155550199" } }));
    let choices = stranger["choices"].as_array().unwrap();
    let known = choices
        .iter()
        .any(|choice| choice["order"] == "SP100200777");
    assert!(known, "{stranger}");
}

#[test]
fn what_cannot_be_understood_is_refused_with_what_was_expected() {
    let parcels = Parcels::start("refused");
    let who = json!({ "caller": GRACE });
    let table = [
        ("predict", json!({}), 422, "missing field `who`"),
        ("predict", json!({ "who": {} }), 422, "either `caller`"),
        (
            "predict",
            json!({ "who": who, "mots": 1 }),
            422,
            "unknown field `mots`",
        ),
        (
            "predict",
            json!({ "who": { "caller": "x" } }),
            422,
            "caller:",
        ),
        (
            "predict",
            json!({ "who": { "caller": GRACE, "bank": "shop" } }),
            422,
            "one of: parcel",
        ),
        (
            "answer",
            json!({ "who": who, "question": "why" }),
            404,
            "no question",
        ),
        (
            "answer",
            json!({ "who": who, "question": "where_is_it" }),
            422,
            "is about an order",
        ),
        (
            "answer",
            json!({ "who": who, "question": "where_is_it", "order": "9" }),
            404,
            "no order",
        ),
        (
            "orders",
            json!({ "customers": [] }),
            422,
            "expected 1 to 100",
        ),
        (
            "orders",
            json!({ "customers": [{ "id": "" }] }),
            422,
            "customers[0].id",
        ),
        (
            "orders",
            json!({ "customers": [{ "id": "1", "orders": [{ "id": "", "attributes": {} }] }] }),
            422,
            "without an id",
        ),
    ];
    for (path, body, status, why) in table {
        let (found, problem) = parcels.post(path, &body);
        assert_eq!(found, status, "{path} {body}: {problem}");
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains(why), "{path} {body}: {detail}");
    }
}

/// `RINGWISE_BLESS=1` writes the document anew.
#[test]
fn the_document_of_the_api_has_every_route_and_stands_in_docs() {
    let mut routes: Vec<(String, String)> = route::routes()
        .iter()
        .map(|route| (route.method.as_str().to_lowercase(), route.path.to_owned()))
        .collect();
    let told = openapi::routes().map(|(method, path)| (method.to_owned(), path.to_owned()));
    let mut told: Vec<(String, String)> = told.collect();
    routes.sort();
    told.sort();
    assert_eq!(told, routes);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/openapi.json");
    let text = format!("{:#}\n", openapi::described());
    if std::env::var_os("RINGWISE_BLESS").is_some() {
        fs::write(&path, &text).unwrap();
    }
    assert_eq!(fs::read_to_string(&path).unwrap(), text);
}

#[test]
fn the_document_names_what_may_stand_behind_a_question_mark() {
    let described = openapi::described();
    let asked = |path: &str| {
        let all = described["paths"][path]["get"]["parameters"].as_array();
        let all = all.map(Vec::as_slice).unwrap_or_default().iter();
        let asked = all.filter(|one| one["in"] != "path");
        let names = asked.map(|one| one["name"].as_str().unwrap());
        names.collect::<Vec<_>>().join(" ")
    };
    for (path, expected) in [
        ("/api/v1/kpis", "from to every_s target_s short_s"),
        ("/api/v1/calls/{id}/explain", "lang"),
        ("/api/v1/seats", "lang"),
        ("/api/v1/seats/{id}", "lang"),
        ("/api/v1/records", "limit before"),
        ("/api/v1/messages", "queue new limit before"),
        ("/api/v1/events", "Last-Event-ID"),
        ("/api/v1/queues", ""),
    ] {
        assert_eq!(asked(path), expected, "{path}");
    }
}
