//! `ringwise predict evaluate` with the example banks, on small parts of the data sets.

use std::path::PathBuf;
use std::process::Command;

/// What is printed for an example bank, of calls in `tests/data`.
fn evaluated(bank: &str, calls: &str, options: &str) -> String {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let out = Command::new(env!("CARGO_BIN_EXE_ringwise"))
        .args(["predict", "evaluate", "--bank"])
        .arg(root.join(format!("examples/banks/{bank}.yaml")))
        .arg("--train")
        .arg(root.join(format!("tests/data/{calls}")))
        .args(options.split_whitespace())
        .current_dir(root)
        .output()
        .unwrap();
    let said = String::from_utf8(out.stdout).unwrap();
    assert!(
        out.status.success(),
        "{said}{}",
        String::from_utf8_lossy(&out.stderr)
    );
    said
}

/// The number behind a word at the beginning of a line, and the one before `at 3`.
fn figures(said: &str) -> (f64, f64) {
    let line = |start: &str| said.lines().find(|line| line.starts_with(start)).unwrap();
    let number = |word: &str| word.trim().parse::<f64>().unwrap();
    let loss = line("log-loss").split_whitespace().nth(1).unwrap();
    let hits = line("hit").split(',').nth(1).unwrap();
    (number(loss), number(hits.split(" at ").next().unwrap()))
}

#[test]
fn travel_calls_are_predicted_nearly_as_well_as_can_be() {
    let said = evaluated(
        "order-questions-sim",
        "order-questions-sim/train.csv",
        "--test tests/data/order-questions-sim/dev.csv --call call --asked label --order order --train-calls 2000",
    );
    let (loss, hit) = figures(&said);
    assert!(loss < 1.68 && hit > 0.77, "{said}");
}

#[test]
fn complaints_are_predicted_better_than_by_a_table_of_products() {
    let options = "--asked issue --at date --folds 3";
    let said = evaluated("cfpb-complaints", "cfpb-complaints/calls.csv", options);
    let (loss, hit) = figures(&said);
    assert!(loss < 1.62 && hit > 0.78, "{said}");
}

#[test]
fn what_retail_callers_want_done_with_which_order_is_predicted() {
    let options = "--asked requests.0.0 --about requests.0.1 --order order_id --folds 3";
    let said = evaluated("taubench-retail", "taubench-retail/calls.jsonl", options);
    let (loss, hit) = figures(&said);
    assert!(loss < 1.95 && hit > 0.55, "{said}");
}
