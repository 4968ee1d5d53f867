//! Mistakes that people make in banks, each a small file with the message they read beside it.
//!
//! `RINGWISE_BLESS=1` writes the messages anew: read each of them before you commit it.

use std::fs;
use std::path::Path;
use std::path::PathBuf;

use ringwise::face::cli::check;
use ringwise::face::cli::config_choice::ConfigChoice;
use ringwise::face::cli::ending::Ending;

const FOLDER: &str = "tests/data/bank-mistakes";

/// What `ringwise check` tells of a file, and how it ends.
fn told(path: &Path) -> (String, Ending) {
    let options = check::Options {
        paths: vec![path.to_owned()],
        config: ConfigChoice {
            config: Some(PathBuf::from(FOLDER).join("ringwise.toml")),
        },
        ..check::Options::default()
    };
    let mut out = Vec::new();
    let ending = check::run(&options, &mut out).unwrap();
    (String::from_utf8(out).unwrap(), ending)
}

#[test]
fn each_mistake_is_told_as_it_was_reviewed() {
    let mut names: Vec<PathBuf> = fs::read_dir(FOLDER)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|kind| kind == "yaml"))
        .collect();
    names.sort();
    assert!(names.len() >= 40, "{}", names.len());
    let bless = std::env::var_os("RINGWISE_BLESS").is_some();
    let mut wrong = Vec::new();
    for path in &names {
        let (told, ending) = told(path);
        let beside = path.with_extension("txt");
        if bless {
            fs::write(&beside, &told).unwrap();
            continue;
        }
        let expected = fs::read_to_string(&beside).unwrap_or_default();
        if told != expected {
            let name = path.display();
            wrong.push(format!("{name}\nexpected\n{expected}\nfound\n{told}"));
        }
        // A warning lets the file pass, all else does not.
        let warned = told.contains("no faults");
        assert_eq!(ending == Ending::Fine, warned, "{}", path.display());
        assert!(
            !told.ends_with("no faults\n"),
            "{} is no mistake",
            path.display()
        );
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}
