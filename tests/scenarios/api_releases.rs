//! What the API answers to wishes for other releases.

use std::fs;

use ringwise::call::effect::CommandError;

use crate::api_server::Api;
use crate::release_works::DIALPLAN;

const RELEASES: &str = "/api/v1/releases";

fn write(api: &Api, text: &str) {
    fs::write(api.folder.join("dialplans/hotline.yaml"), text).unwrap();
}

#[test]
fn files_that_changed_are_taken_and_others_are_not() {
    let api = Api::start("release-taken", Ok(()));
    let same = api.post(RELEASES, "").json();
    assert_eq!(
        (&same["result"], &same["release"]),
        (&"unchanged".into(), &1.into())
    );
    write(&api, &DIALPLAN.replace("first", "second"));
    let taken = api.post(RELEASES, "{}").json();
    assert_eq!(
        (&taken["result"], &taken["release"]),
        (&"taken".into(), &2.into())
    );
    let tried = api.post(RELEASES, "{\"canary\": 20}").json();
    assert_eq!(tried["result"], "unchanged", "{tried}");
    write(&api, DIALPLAN);
    let tried = api.post(RELEASES, "{\"canary\": 20}").json();
    assert_eq!(
        (&tried["result"], &tried["release"]),
        (&"on_trial".into(), &3.into())
    );
    let promoted = api.post("/api/v1/releases/promote", "").json();
    assert_eq!(
        (&promoted["result"], &promoted["release"]),
        (&"promoted".into(), &3.into())
    );
    let back = api.post("/api/v1/releases/rollback", "").json();
    assert_eq!(
        (&back["result"], &back["release"]),
        (&"rolled_back".into(), &2.into())
    );
}

#[test]
fn a_typo_is_answered_with_its_place_and_its_line() {
    let api = Api::start("release-typo", Ok(()));
    write(
        &api,
        &DIALPLAN.replace("goto: topics }\n  topics", "goto: topcis }\n  topics"),
    );
    let reply = api.post(RELEASES, "{}");
    assert_eq!(reply.status, 422);
    assert!(reply.is_problem(), "{reply:?}");
    let refusal = reply.json();
    let fault = &refusal["faults"][0];
    assert_eq!(
        (&fault["line"], &fault["column"]),
        (&7.into(), &56.into()),
        "{fault}"
    );
    assert!(
        refusal["detail"]
            .as_str()
            .unwrap()
            .contains("hotline.yaml:7:56: no step is called")
    );
    let report = refusal["report"].as_str().unwrap();
    for part in ["Welcome to the first.", "did you mean `topics`?"] {
        assert!(report.contains(part), "{report}");
    }
}

#[test]
fn a_test_that_fails_refuses_its_dialplan() {
    let api = Api::start("release-test", Ok(()));
    let tests =
        "tests:\n  key 1 leads to a person:\n    keys: \"1\"\n    expect: { path: [bye] }\n";
    write(&api, &format!("{DIALPLAN}{tests}"));
    let reply = api.post(RELEASES, "{}");
    assert_eq!(reply.status, 422, "{reply:?}");
    assert!(reply.body.contains("hotline.yaml:"), "{reply:?}");
}

#[test]
fn what_cannot_be_wished_for_is_said() {
    let api = Api::start("release-wishes", Ok(()));
    let promote = "/api/v1/releases/promote";
    for (path, body, status, detail) in [
        (RELEASES, "{\"canary\": 100}", 422, "expected 1 to 99"),
        (RELEASES, "{\"canray\": 10}", 422, "unknown field"),
        (RELEASES, "3", 422, "expected {"),
        (
            promote,
            "{\"canary\": 10}",
            422,
            "only a reload begins a trial",
        ),
        (promote, "", 409, "no release is on trial"),
        (
            "/api/v1/releases/rollback",
            "",
            409,
            "no release before this one",
        ),
    ] {
        let reply = api.post(path, body);
        assert_eq!(reply.status, status, "{path} {body} {reply:?}");
        assert!(
            reply.is_problem() && reply.body.contains(detail),
            "{reply:?}"
        );
    }
}

#[test]
fn what_the_engine_refuses_changes_nothing() {
    let why = "queue \"sales\" goes, but 3 contact(s) wait in it".to_owned();
    let api = Api::start("release-used", Err(CommandError::InUse(vec![why])));
    write(&api, &DIALPLAN.replace("first", "second"));
    for _ in 0..2 {
        let reply = api.post(RELEASES, "{}");
        assert_eq!(reply.status, 409, "{reply:?}");
        assert!(reply.body.contains("3 contact(s)") && reply.body.contains("--move-to QUEUE"));
    }
    write(&api, DIALPLAN);
    assert_eq!(api.post(RELEASES, "{}").json()["release"], 1);
}
