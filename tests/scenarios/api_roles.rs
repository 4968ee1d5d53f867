//! Roles against routes: who may ask for what, every pair.

use std::collections::BTreeMap;

use ringwise::face::api::route::routes;

use crate::api_server::ADMIN;
use crate::api_server::Api;
use crate::api_server::SEAT;
use crate::api_server::SUPERVISOR;

const CALL: &str = "0001000000000001";

/// What each bearer is answered: without a token, seat 1001, supervisor, administrator. `{seat}` is
/// the bearer's own, `{other}` another's.
const TABLE: &str = "
    GET  /healthz                      200 200 200 200
    GET  /metrics                      200 200 200 200
    GET  /api/v1/calls                 401 403 200 200
    GET  /api/v1/calls/{id}            401 403 404 404
    POST /api/v1/calls/{id}/hangup     401 403 403 204
    GET  /api/v1/calls/{id}/explain    401 403 404 404
    POST /api/v1/calls/{id}/withdraw   401 403 204 204
    POST /api/v1/calls/{id}/route      401 403 422 422
    POST /api/v1/calls/{id}/priority   401 403 422 422
    GET  /api/v1/queues                401 403 200 200
    GET  /api/v1/kpis                  401 403 200 200
    GET  /api/v1/seats                 401 200 200 200
    GET  /api/v1/seats/{seat}          401 200 200 200
    GET  /api/v1/seats/{other}         401 403 200 200
    GET  /api/v1/seats/{nobody}        401 403 404 404
    POST /api/v1/seats/{seat}/state    401 204 204 204
    POST /api/v1/seats/{other}/state   401 403 204 204
    POST /api/v1/seats/{nobody}/state  401 403 404 404
    POST /api/v1/seats/{seat}/reason   401 422 422 422
    POST /api/v1/seats/{other}/reason  401 403 422 422
    POST /api/v1/seats/{nobody}/reason 401 403 422 422
    GET  /api/v1/records               401 403 200 200
    GET  /api/v1/records/{id}          401 403 404 404
    GET  /api/v1/messages              401 403 200 200
    GET  /api/v1/messages/{id}/audio   401 403 400 400
    POST /api/v1/messages/{id}/heard   401 403 400 400
    DELETE /api/v1/messages/{id}       401 403 400 400
    GET  /api/v1/events                401 403 200 200
    GET  /api/v1/openapi.json          200 200 200 200
    POST /api/v1/predict               401 403 422 422
    POST /api/v1/answer                401 403 422 422
    POST /api/v1/outcomes              401 403 422 422
    POST /api/v1/orders                401 403 422 422
    GET  /api/v1/releases              401 403 200 200
    POST /api/v1/releases              401 403 403 422
    POST /api/v1/releases/promote      401 403 403 422
    POST /api/v1/releases/rollback     401 403 403 422
";

fn rows() -> Vec<(String, String, Vec<u16>)> {
    let rows = TABLE.lines().filter(|line| !line.trim().is_empty());
    rows.map(|row| {
        let mut words = row.split_whitespace().map(str::to_owned);
        let (method, path) = (words.next().unwrap(), words.next().unwrap());
        (
            method,
            path,
            words.map(|word| word.parse().unwrap()).collect(),
        )
    })
    .collect()
}

/// The route of a row, as the router has it.
fn pattern(path: &str) -> String {
    path.replace("{seat}", "{id}")
        .replace("{other}", "{id}")
        .replace("{nobody}", "{id}")
}

#[test]
fn every_route_of_the_router_is_in_the_table_of_roles() {
    let mut rows: BTreeMap<_, _> = rows()
        .into_iter()
        .map(|(method, path, _)| ((method, pattern(&path)), ()))
        .collect();
    for route in routes() {
        let key = (route.method.to_string(), route.path.to_owned());
        assert!(rows.remove(&key).is_some(), "{key:?} has no row");
    }
    assert!(rows.is_empty(), "no such routes: {rows:?}");
}

#[test]
fn every_role_is_let_in_where_the_table_says_and_nowhere_else() {
    let api = Api::start("roles", Ok(()));
    let wish = "{\"state\": \"away\"}";
    for (method, path, expected) in rows() {
        let path = path
            .replace("{seat}", "1001")
            .replace("{other}", "1002")
            .replace("{nobody}", "1003")
            .replace("{id}", CALL);
        let tokens = ["", SEAT, SUPERVISOR, ADMIN].map(|token| match token {
            "" => String::new(),
            token => format!("Authorization: Bearer {token}\r\n"),
        });
        let unknown = "Authorization: Bearer nobody's token\r\n".to_owned();
        let wrong = "Authorization: Basic YWRtaW46YWRtaW4=\r\n".to_owned();
        let bearers = tokens.into_iter().zip(expected.iter().copied());
        let strangers = [unknown, wrong]
            .into_iter()
            .map(|token| (token, expected[0]));
        for (token, status) in bearers.chain(strangers) {
            let headers = format!("{token}Content-Type: application/json\r\n");
            let body = if method == "POST" { wish } else { "" };
            let reply = api.send(&format!("{method} {path}"), &headers, body);
            assert_eq!(reply.status, status, "{method} {path} {token} {reply:?}");
            assert!(status < 400 || reply.is_problem(), "{path} {reply:?}");
            let challenge = reply.header("www-authenticate");
            assert_eq!(
                status == 401,
                challenge.starts_with("Bearer realm=") && !challenge.contains("insufficient"),
                "{reply:?}"
            );
        }
    }
}

#[test]
fn a_seats_token_shows_that_seat_alone() {
    let api = Api::start("seat", Ok(()));
    let ids = |token| {
        let seats = api.ask("GET /api/v1/seats", token).json();
        let seats = seats.as_array().unwrap().clone();
        let ids = seats
            .iter()
            .map(|seat| seat["id"].as_str().unwrap().to_owned());
        ids.collect::<Vec<_>>()
    };
    assert_eq!(ids(SEAT), ["1001"]);
    assert_eq!(ids(SUPERVISOR), ["1001", "1002"]);
    let own = api.ask("GET /api/v1/seats/1001", SEAT).json();
    assert_eq!(own["name"], "Li Na");
}

#[test]
fn a_seat_learns_nothing_of_others_by_a_refusal() {
    let api = Api::start("others", Ok(()));
    let there = api.ask("GET /api/v1/seats/1002", SEAT);
    let nobody = api.ask("GET /api/v1/seats/1003", SEAT);
    assert_eq!((there.status, there.body), (nobody.status, nobody.body));
}

#[test]
fn refusals_say_what_a_token_lacks() {
    let api = Api::start("lacks", Ok(()));
    let unknown = api.ask("GET /api/v1/calls", "nobody's token");
    assert!(
        unknown
            .header("www-authenticate")
            .contains("error=\"invalid_token\"")
    );
    let without = api.send("GET /api/v1/calls", "", "");
    assert_eq!(
        without.header("www-authenticate"),
        "Bearer realm=\"ringwise\""
    );
    let seat = api.ask("GET /api/v1/calls", SEAT);
    assert!(
        seat.header("www-authenticate")
            .contains("error=\"insufficient_scope\"")
    );
    let detail = seat.json()["detail"].as_str().unwrap().to_owned();
    assert!(
        detail.contains("role seat, this needs supervisor"),
        "{detail}"
    );
}
