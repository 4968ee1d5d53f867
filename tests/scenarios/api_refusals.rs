//! What the API answers to requests that it cannot serve: the right status and what was expected.

use ringwise::call::effect::CommandError;

use crate::api_server::ADMIN;
use crate::api_server::Api;
use crate::api_server::Reply;

const STATE: &str = "/api/v1/seats/1001/state";

fn refused(reply: &Reply, status: u16, detail: &str) {
    assert_eq!(reply.status, status, "{reply:?}");
    assert!(reply.is_problem(), "{reply:?}");
    assert!(reply.body.contains(detail), "{detail:?} in {reply:?}");
}

#[test]
fn a_body_that_is_no_wish_is_refused_with_what_was_expected() {
    let api = Api::start("bodies", Ok(()));
    let wish = "{\"state\": \"ready\"}";
    let expected = "expected {\\\"state\\\": \\\"ready\\\" | \\\"away\\\" | \\\"wrap_up_done\\\"}";
    let admin = format!("Authorization: Bearer {ADMIN}\r\n");
    let line = format!("POST {STATE}");
    refused(
        &api.send(&line, &admin, wish),
        415,
        "Content-Type: application/json",
    );
    let text = format!("{admin}Content-Type: text/plain\r\n");
    refused(&api.send(&line, &text, wish), 415, expected);
    let table = [
        ("", 400),
        ("{\"state\": \"ready\"", 400),
        ("state=ready", 400),
        ("{\"state\": \"asleep\"}", 422),
        ("{}", 422),
        ("{\"state\": \"ready\", \"sate\": 1}", 422),
        ("[]", 422),
        ("{\"state\": \"wrap_up\"}", 422),
        ("{\"state\": \"wrap_up\", \"for_s\": 3601}", 422),
        ("{\"state\": \"ready\", \"for_s\": 60}", 422),
    ];
    for (body, status) in table {
        refused(&api.post(STATE, body), status, expected);
    }
    let work = "{\"state\": \"wrap_up\", \"for_s\": 300, \"reason\": \"a form\"}";
    assert_eq!(api.post(STATE, work).status, 204);
    let long = format!(
        "{{\"state\": \"ready\", \"reason\": \"{}\"}}",
        "x".repeat(20_000)
    );
    refused(&api.post(STATE, &long), 413, "length limit");
    let short = format!(
        "{{\"state\": \"ready\", \"reason\": \"{}\"}}",
        "é".repeat(200)
    );
    assert_eq!(api.post(STATE, &short).status, 204);
    let longer = short.replace("ééé", "éééé");
    refused(&api.post(STATE, &longer), 422, "at most 200 characters");
}

#[test]
fn what_the_engine_refuses_has_a_status_of_its_own() {
    let table = [
        (CommandError::NotRegistered, 409, "not registered"),
        (CommandError::NotInWrapUp, 409, "no after-call work"),
        (CommandError::UnknownSeat, 404, "no such seat"),
        (CommandError::UnknownCall, 404, "no such call"),
    ];
    for (error, status, detail) in table {
        let api = Api::start("engine", Err(error));
        refused(&api.post(STATE, "{\"state\": \"ready\"}"), status, detail);
    }
}

#[test]
fn what_is_not_there_is_a_problem_too() {
    let api = Api::start("nowhere", Ok(()));
    refused(
        &api.post("/api/v1/seats/1009/state", "{\"state\": \"away\"}"),
        404,
        "no such seat",
    );
    refused(&api.ask("GET /api/v1/nothing", ADMIN), 404, "docs/api.md");
    refused(&api.ask("GET /", ADMIN), 404, "docs/api.md");
    let wrong = api.ask("DELETE /api/v1/seats/1001/state", ADMIN);
    refused(&wrong, 405, "Allow");
    assert_eq!(wrong.header("allow"), "POST");
    refused(
        &api.ask("GET /api/v1/records?limit=many", ADMIN),
        400,
        "limit=NUMBER",
    );
    refused(
        &api.ask("GET /api/v1/records?limt=5", ADMIN),
        400,
        "limit=NUMBER",
    );
    refused(
        &api.ask("GET /api/v1/records?before=x", ADMIN),
        400,
        "16 hexadecimal digits",
    );
    refused(&api.ask("GET /api/v1/calls/%ff", ADMIN), 400, "UTF-8");
    refused(
        &api.ask("GET /api/v1/calls/1", ADMIN),
        400,
        "16 hexadecimal digits",
    );
}
