//! Every route, as programs read it (OpenAPI 3.1).

use axum::Json;
use serde_json::Map;
use serde_json::Value;
use serde_json::json;

/// What a route does and takes.
struct Described {
    /// `get`, `post` or `delete`.
    method: &'static str,
    path: &'static str,
    /// The least role of a token; empty: no token.
    role: &'static str,
    what: &'static str,
    /// What may stand behind its question mark, and in its headers.
    asked: &'static [Asked],
    /// The schemas of its body and of its answer; empty: none, or any.
    schemas: (&'static str, &'static str),
}

/// A parameter that may be left out.
struct Asked {
    name: &'static str,
    /// `query` or `header`.
    place: &'static str,
    kind: Kind,
    what: &'static str,
}

enum Kind {
    Moment,
    Seconds { least: u32 },
    Count { most: Option<u32> },
    Yes,
    Name,
    Language,
}

const fn asked(name: &'static str, kind: Kind, what: &'static str) -> Asked {
    Asked {
        name,
        place: "query",
        kind,
        what,
    }
}

const LANGUAGE: Asked = asked("lang", Kind::Language, "the language of words; else en");
const LIMIT: Asked = asked(
    "limit",
    Kind::Count { most: Some(500) },
    "at most so many; else 50",
);
const ASKED_OF_WORDS: [Asked; 1] = [LANGUAGE];
const ASKED_OF_KPIS: [Asked; 5] = [
    asked(
        "from",
        Kind::Moment,
        "the first moment; else a day before the end",
    ),
    asked("to", Kind::Moment, "the first moment after it; else now"),
    asked(
        "every_s",
        Kind::Seconds { least: 60 },
        "also figures of each interval of this length, on the clocks of the centre",
    ),
    asked(
        "target_s",
        Kind::Seconds { least: 0 },
        "answered within it is within the service level; else each queue's own",
    ),
    asked(
        "short_s",
        Kind::Seconds { least: 0 },
        "who gives up within it counts apart; else 5",
    ),
];
const ASKED_OF_RECORDS: [Asked; 2] = [
    LIMIT,
    asked("before", Kind::Name, "those before the record of this call"),
];
const ASKED_OF_MESSAGES: [Asked; 4] = [
    asked("queue", Kind::Name, "those of this queue only"),
    asked("new", Kind::Yes, "those that nobody has heard only"),
    LIMIT,
    asked("before", Kind::Name, "those before this message"),
];
const ASKED_OF_EVENTS: [Asked; 1] = [Asked {
    place: "header",
    ..asked(
        "Last-Event-ID",
        Kind::Count { most: None },
        "facts after this one; else from now on",
    )
}];

impl Described {
    /// With these parameters.
    const fn asks(self, asked: &'static [Asked]) -> Self {
        Self { asked, ..self }
    }
}

const fn get(path: &'static str, role: &'static str, what: &'static str) -> Described {
    Described {
        method: "get",
        path,
        role,
        what,
        asked: &[],
        schemas: ("", ""),
    }
}

const fn post(path: &'static str, role: &'static str, what: &'static str) -> Described {
    Described {
        method: "post",
        ..get(path, role, what)
    }
}

/// A route of the engine of questions.
const fn engine(
    path: &'static str,
    what: &'static str,
    schemas: (&'static str, &'static str),
) -> Described {
    Described {
        schemas,
        ..post(path, "supervisor", what)
    }
}

const ROUTES: [Described; 31] = [
    get("/healthz", "", "whether the centre is well"),
    get("/metrics", "", "figures for a monitoring system, as text"),
    get("/api/v1/openapi.json", "", "this document"),
    get("/api/v1/calls", "supervisor", "live calls"),
    get("/api/v1/calls/{id}", "supervisor", "one live call"),
    get(
        "/api/v1/calls/{id}/explain",
        "supervisor",
        "why a call went as it did",
    )
    .asks(&ASKED_OF_WORDS),
    post(
        "/api/v1/calls/{id}/withdraw",
        "supervisor",
        "takes a waiting call out of its queue",
    ),
    post(
        "/api/v1/calls/{id}/route",
        "supervisor",
        "sends a waiting call to another queue",
    ),
    post(
        "/api/v1/calls/{id}/priority",
        "supervisor",
        "gives a waiting call another priority",
    ),
    get("/api/v1/kpis", "supervisor", "figures of a period").asks(&ASKED_OF_KPIS),
    post("/api/v1/calls/{id}/hangup", "admin", "ends a call"),
    get(
        "/api/v1/queues",
        "supervisor",
        "queues and who waits in them",
    ),
    get("/api/v1/seats", "seat", "seats: all, or the bearer's own").asks(&ASKED_OF_WORDS),
    get("/api/v1/seats/{id}", "seat", "one seat").asks(&ASKED_OF_WORDS),
    post(
        "/api/v1/seats/{id}/state",
        "seat",
        "makes a seat ready or away, or ends its after-call work",
    ),
    post(
        "/api/v1/seats/{id}/reason",
        "seat",
        "learns what the caller whom the seat answered last had wanted",
    ),
    get(
        "/api/v1/records",
        "supervisor",
        "closed calls, newest first",
    )
    .asks(&ASKED_OF_RECORDS),
    get("/api/v1/records/{id}", "supervisor", "one closed call"),
    get(
        "/api/v1/messages",
        "supervisor",
        "messages that callers left, newest first",
    )
    .asks(&ASKED_OF_MESSAGES),
    get(
        "/api/v1/messages/{id}/audio",
        "supervisor",
        "a message's sound, as WAV",
    ),
    post(
        "/api/v1/messages/{id}/heard",
        "supervisor",
        "marks a message as heard",
    ),
    Described {
        method: "delete",
        ..get(
            "/api/v1/messages/{id}",
            "supervisor",
            "deletes a message and its sound",
        )
    },
    get(
        "/api/v1/events",
        "supervisor",
        "facts as they become durable, as server-sent events",
    )
    .asks(&ASKED_OF_EVENTS),
    engine(
        "/api/v1/predict",
        "what somebody probably wants to know, likeliest first",
        ("PredictRequest", "Prediction"),
    ),
    engine(
        "/api/v1/answer",
        "what somebody is told",
        ("AnswerRequest", "Answer"),
    ),
    engine(
        "/api/v1/outcomes",
        "learns what somebody wanted; answered once that is on disk",
        ("OutcomeRequest", "Lesson"),
    ),
    engine(
        "/api/v1/orders",
        "takes news of customers and orders; answered once they are on disk",
        ("OrdersRequest", "OrdersTaken"),
    ),
    get("/api/v1/releases", "supervisor", "the live releases"),
    post("/api/v1/releases", "admin", "reads the files again"),
    post(
        "/api/v1/releases/promote",
        "admin",
        "gives all new calls the release on trial",
    ),
    post(
        "/api/v1/releases/rollback",
        "admin",
        "ends a trial, or goes back to the release before",
    ),
];

/// `GET /api/v1/openapi.json`.
pub(super) async fn document() -> Json<Value> {
    Json(described())
}

/// Every route: method and path.
pub fn routes() -> impl Iterator<Item = (&'static str, &'static str)> {
    ROUTES.iter().map(|route| (route.method, route.path))
}

/// The document.
#[must_use]
pub fn described() -> Value {
    let mut paths: Map<String, Value> = Map::new();
    for route in &ROUTES {
        let path = paths.entry(route.path).or_insert_with(|| json!({}));
        path[route.method] = operation(route);
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Ringwise",
            "version": "1",
            "description": "Errors are problem details (RFC 9457). docs/api.md tells more.",
        },
        "paths": paths,
        "components": {
            "securitySchemes": { "token": { "type": "http", "scheme": "bearer" } },
            "schemas": schemas(),
        },
    })
}

fn operation(route: &Described) -> Value {
    let (body, answer) = route.schemas;
    let mut operation = json!({
        "summary": route.what,
        "responses": {
            "default": { "description": "what came of it, or a problem" },
        },
    });
    if !answer.is_empty() {
        operation["responses"]["200"] = json!({
            "description": answer,
            "content": content(answer),
        });
    }
    if !body.is_empty() {
        operation["requestBody"] = json!({ "required": true, "content": content(body) });
    }
    if !route.role.is_empty() {
        operation["security"] = json!([{ "token": [] }]);
        operation["description"] = json!(format!(
            "Needs a token of at least the role {}.",
            route.role
        ));
    }
    let id = route.path.contains("{id}").then(
        || json!({ "name": "id", "in": "path", "required": true, "schema": { "type": "string" } }),
    );
    let asked = route.asked.iter().map(parameter);
    let parameters: Vec<Value> = id.into_iter().chain(asked).collect();
    if !parameters.is_empty() {
        operation["parameters"] = Value::Array(parameters);
    }
    operation
}

fn parameter(asked: &Asked) -> Value {
    let schema = match asked.kind {
        Kind::Moment => json!({ "type": "string", "format": "date-time" }),
        Kind::Seconds { least } => json!({ "type": "integer", "minimum": least }),
        Kind::Count { most: Some(most) } => {
            json!({ "type": "integer", "minimum": 0, "maximum": most })
        }
        Kind::Count { most: None } => json!({ "type": "integer", "minimum": 0 }),
        Kind::Yes => json!({ "type": "boolean" }),
        Kind::Name => json!({ "type": "string" }),
        Kind::Language => json!({ "enum": ["en", "zh-CN"] }),
    };
    json!({
        "name": asked.name,
        "in": asked.place,
        "required": false,
        "description": asked.what,
        "schema": schema,
    })
}

fn content(schema: &str) -> Value {
    json!({
        "application/json": { "schema": { "$ref": format!("#/components/schemas/{schema}") } },
    })
}

fn schemas() -> Value {
    let mut all = requests();
    if let (Value::Object(all), Value::Object(more)) = (&mut all, answers()) {
        all.extend(more);
    }
    all
}

/// An object with these properties, some of them needed.
fn object(properties: &Value, needed: &[&str]) -> Value {
    json!({
        "type": "object",
        "properties": properties,
        "required": needed,
        "additionalProperties": false,
    })
}

fn reference(schema: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{schema}") })
}

fn requests() -> Value {
    let text = json!({ "type": "string" });
    let maybe = json!({ "type": ["string", "null"] });
    let attributes = json!({
        "type": "object",
        "additionalProperties": { "type": ["string", "number", "boolean"] },
    });
    let numbers =
        json!({ "type": "array", "items": { "type": "string", "examples": ["+8613800000001"] } });
    let orders = json!({ "type": "array", "items": reference("Order") });
    let customer = json!({
        "id": text, "name": text, "numbers": numbers, "attributes": attributes, "orders": orders,
    });
    let mut news = customer.clone();
    news["gone"] =
        json!({ "type": "array", "items": text, "description": "ids of orders that are no more" });
    let asked = |more: Value| {
        let mut properties = json!({ "who": reference("Who") });
        if let (Value::Object(all), Value::Object(more)) = (&mut properties, more) {
            all.extend(more);
        }
        properties
    };
    json!({
        "Order": object(&json!({ "id": text, "attributes": attributes }), &["id", "attributes"]),
        "Customer": object(&customer, &[]),
        "CustomerNews": object(&news, &["id"]),
        "Who": object(&json!({
            "bank": { "type": "string", "description": "may be left out where there is one" },
            "caller": { "type": "string", "description": "a number, whose orders are looked up" },
            "customer": reference("Customer"),
            "language": { "enum": ["en", "zh-CN"] },
            "at_ms": { "type": "integer", "description": "the moment, in ms since 1970; else now" },
        }), &[]),
        "PredictRequest": object(
            &asked(json!({ "most": { "type": "integer", "minimum": 0 } })),
            &["who"],
        ),
        "AnswerRequest": object(
            &asked(json!({
                "question": text,
                "order": maybe,
                "verified": { "type": "boolean", "description": "they have proved who they are" },
            })),
            &["who", "question"],
        ),
        "OutcomeRequest": object(
            &asked(json!({
                "question": { "type": ["string", "null"], "description": "none: something else" },
                "order": maybe,
            })),
            &["who"],
        ),
        "OrdersRequest": object(
            &json!({ "customers": {
                "type": "array", "items": reference("CustomerNews"), "minItems": 1, "maxItems": 100,
            } }),
            &["customers"],
        ),
    })
}

fn answers() -> Value {
    let text = json!({ "type": "string" });
    let maybe = json!({ "type": ["string", "null"] });
    let share = json!({ "type": "number", "minimum": 0, "maximum": 1 });
    let count = json!({ "type": "integer", "minimum": 0 });
    json!({
        "Choice": object(&json!({
            "order": text, "question": text, "p": share, "short": text, "text": text,
            "self_service": text, "solvable": share, "skill": text,
        }), &["question", "p", "short", "text", "solvable"]),
        "Prediction": object(&json!({
            "release": count, "bank": text, "customer": text, "learned": count, "other": share,
            "choices": { "type": "array", "items": reference("Choice") },
        }), &["release", "bank", "customer", "learned", "other", "choices"]),
        "Answer": object(&json!({
            "release": count, "bank": text, "question": text,
            "answer": { "type": ["string", "null"], "description": "none: a person must help" },
            "privacy": { "enum": ["open", "private"] },
            "then": { "enum": ["done", "person"] },
            "text": { "type": ["string", "null"], "description": "none: private, and not verified" },
            "said": maybe, "self_service": maybe, "skill": maybe,
            "seat": object(&json!({ "text": maybe, "notes": maybe, "script": maybe }), &[]),
        }), &["release", "bank", "question", "privacy", "then"]),
        "Lesson": object(&json!({ "bank": text, "learned": { "type": "boolean" } }), &["bank", "learned"]),
        "OrdersTaken": object(&json!({ "customers": count, "orders": count }), &["customers", "orders"]),
    })
}
