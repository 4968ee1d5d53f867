//! Files of other systems become dialplans that behave alike, and nothing of them is dropped without a word.

use std::sync::Arc;

use jiff::tz::TimeZone;
use ringwise::driver::config::reading::Config;
use ringwise::driver::draft::Draft;
use ringwise::face::cli::config_choice::ConfigChoice;
use ringwise::face::cli::ending::Ending;
use ringwise::face::cli::import;
use ringwise::face::cli::import::Imported;
use ringwise::face::cli::import::Options;
use ringwise::face::cli::import::System;
use ringwise::face::cli::trial;
use ringwise::machine::ivr::check;
use ringwise::machine::ivr::rehearsal::Scene;
use ringwise::machine::ivr::surroundings::Surroundings;
use ringwise::machine::ivr::testing::suite;
use ringwise::machine::prediction::bank::Bank;
use ringwise::machine::prediction::model::Model;
use ringwise::machine::speech::phrasebook::Phrasebook;
use ringwise::vocabulary::fault::FaultyFile;
use ringwise::vocabulary::language::Language;

use crate::stage::file;

fn options(system: System) -> Options {
    Options {
        system,
        files: Vec::new(),
        output: "nowhere".into(),
        context: None,
        lang: Language::English,
        zone: Some("Europe/Berlin".parse().unwrap()),
        country: "DE".parse().unwrap(),
        area: "30".parse().unwrap(),
        force: false,
    }
}

fn imported(system: System, folder: &str, names: &[&str]) -> Imported {
    let options = options(system);
    let files: Vec<(String, String)> = names
        .iter()
        .map(|name| {
            (
                (*name).to_owned(),
                file(&format!("tests/data/import/{folder}/{name}")),
            )
        })
        .collect();
    import::import(&options, &files).unwrap()
}

/// Checks every dialplan, and plays the folder's expectations on the one of this name.
fn behaves(imported: &Imported, folder: &str, flow: &str) {
    let config = Config::read("ringwise.toml", &imported.config).unwrap();
    let around = Surroundings::new(Some(&config.catalog), []);
    let expect = file(&format!("tests/data/import/{folder}/expect.yaml"));
    let zone = TimeZone::get("Asia/Shanghai").unwrap();
    let mut played = 0;
    for (name, text) in &imported.dialplans {
        let tests = if name == flow { expect.as_str() } else { "" };
        let text = format!("{text}\n{tests}");
        let told = |faults| {
            let file = FaultyFile {
                name: name.clone(),
                text: text.clone(),
                faults,
            };
            format!("{file}\n{text}")
        };
        let checked =
            check::check(&text, &around).unwrap_or_else(|faults| panic!("{}", told(faults)));
        let scene = Scene {
            bank: &Bank::default(),
            model: &Model::default(),
            phrasebook: &Phrasebook::default(),
            zone: &zone,
        };
        let suite = suite::run(scene, &Arc::new(checked.script), &checked.cases);
        assert!(suite.faults.is_empty(), "{}", told(suite.faults));
        played += suite.passed;
    }
    assert!(played >= 5, "{flow} is none of {:?}", imported.dialplans);
}

/// The lines of the report, without the file's name.
fn report(imported: &Imported) -> Vec<String> {
    imported
        .report
        .notes
        .iter()
        .map(ToString::to_string)
        .collect()
}

fn has(report: &[String], parts: &[&str]) {
    for part in parts {
        assert!(
            report.iter().any(|line| line.starts_with(part)),
            "{part}\n{}",
            report.join("\n")
        );
    }
}

#[test]
fn an_asterisk_shop_behaves_alike() {
    let found = imported(
        System::Asterisk,
        "asterisk-shop",
        &["extensions.conf", "queues.conf"],
    );
    behaves(&found, "asterisk-shop", "from-trunk");
    assert_eq!(found.dialplans.len(), 1);
    assert!(
        found.dialplans[0]
            .1
            .contains("did: [\"4008001234\", \"_021XXXXXXXX\"]")
    );
    has(
        &report(&found),
        &[
            "extensions.conf:28: changed: who waits 120 s in sales stays there",
            "extensions.conf:31: changed: Dial(PJSIP/1001) waits in the queue desk.1001",
            "extensions.conf:34: not understood: 101 is no single key",
            "extensions.conf:40: changed: not said before the menu is said again",
            "extensions.conf:48: not understood: Set(CDR(order)=${ORDER})",
            "extensions.conf:50: not understood: voicemail(100@shop,u)",
            "queues.conf:10: changed: the penalty 1 of 1002",
            "queues.conf:13: changed: the seat that is idle for longest is offered first",
            "queues.conf:16: not understood: joinempty = no",
        ],
    );
}

#[test]
fn an_asterisk_clinic_behaves_alike() {
    let found = imported(
        System::Asterisk,
        "asterisk-clinic",
        &["extensions.conf", "queues.conf"],
    );
    behaves(&found, "asterisk-clinic", "incoming");
    assert_eq!(found.dialplans.len(), 2);
    assert!(found.dialplans[1].1.contains("queue: emergency"));
    has(
        &report(&found),
        &[
            "extensions.conf:17: changed: said again for ever",
            "extensions.conf:24: changed: callers' numbers have their country here",
            "extensions.conf:25: not understood: gosub(billing,s,1)",
            "extensions.conf:27: not understood: Dial(SIP/trunk/18005551234)",
            "extensions.conf:29: not understood: GotoIfTime(*,*,25,dec?xmas,s,1): write these days as holidays",
            "extensions.conf:30: changed: congestion hangs up",
        ],
    );
}

#[test]
fn a_freeswitch_shop_behaves_alike() {
    let files = ["dialplan.xml", "ivr.xml", "callcenter.xml"];
    let found = imported(System::Freeswitch, "freeswitch-shop", &files);
    behaves(&found, "freeswitch-shop", "shop");
    assert!(
        found.dialplans[0]
            .1
            .contains("did: [\"4008001234\", \"862155551234\"]")
    );
    has(
        &report(&found),
        &[
            "dialplan.xml:22: not understood: rxfax /tmp/fax.tif",
            "ivr.xml:8: not understood: /^(10[01][0-9])$/ is no single key",
            "callcenter.xml:8: changed: the seat that is idle for longest",
            "callcenter.xml:9: not understood: max-wait-time = 300",
            "callcenter.xml:18: changed: tiers",
        ],
    );
}

#[test]
fn a_freeswitch_hotel_behaves_alike() {
    let found = imported(System::Freeswitch, "freeswitch-hotel", &["dialplan.xml"]);
    behaves(&found, "freeswitch-hotel", "hotel_night");
    has(
        &report(&found),
        &[
            "dialplan.xml:21: not understood: the condition caller_id_number = ^139 is taken as true",
            "dialplan.xml:23: not understood: transfer reception XML desks",
            "dialplan.xml:31: not understood: voicemail",
            "dialplan.xml:43: not understood: key 3: lua restaurant.lua",
        ],
    );
}

/// As it is typed: import, then check.
#[test]
fn what_is_imported_passes_check() {
    for (system, folder) in [
        (System::Asterisk, "asterisk-shop"),
        (System::Asterisk, "asterisk-clinic"),
        (System::Freeswitch, "freeswitch-shop"),
        (System::Freeswitch, "freeswitch-hotel"),
    ] {
        let from = std::path::Path::new("tests/data/import").join(folder);
        let files = std::fs::read_dir(from).unwrap();
        let files = files.map(|entry| entry.unwrap().path());
        let to = std::env::temp_dir().join(format!("ringwise-{folder}-{}", std::process::id()));
        let options = Options {
            system,
            files: files
                .filter(|path| path.extension().is_some_and(|kind| kind != "yaml"))
                .collect(),
            output: to.clone(),
            ..options(system)
        };
        let mut told = Vec::new();
        assert_eq!(import::run(&options, &mut told).unwrap(), Ending::Fine);
        let told = String::from_utf8(told).unwrap();
        assert!(
            told.contains("not understood") && told.contains("next: ringwise check"),
            "{told}"
        );
        let options = ringwise::face::cli::check::Options {
            paths: vec![to.join("dialplans")],
            config: ConfigChoice {
                config: Some(to.join("ringwise.toml")),
            },
            ..ringwise::face::cli::check::Options::default()
        };
        let mut told = Vec::new();
        let ending = ringwise::face::cli::check::run(&options, &mut told).unwrap();
        assert_eq!(ending, Ending::Fine, "{}", String::from_utf8(told).unwrap());
        let report = std::fs::read_to_string(to.join("report.txt")).unwrap();
        assert!(report.lines().count() > 5);
        std::fs::remove_dir_all(&to).unwrap();
    }
}

/// As it is typed: import into a fresh folder, then a trial call and all that a start reads.
#[test]
fn what_is_imported_can_be_started_as_it_is() {
    let to = std::env::temp_dir().join(format!("ringwise-start-{}", std::process::id()));
    let from = |name: &str| format!("tests/data/import/asterisk-shop/{name}").into();
    let options = Options {
        files: vec![from("extensions.conf"), from("queues.conf")],
        output: to.clone(),
        ..options(System::Asterisk)
    };
    assert_eq!(
        import::run(&options, &mut Vec::new()).unwrap(),
        Ending::Fine
    );
    let choice = ConfigChoice {
        config: Some(to.join("ringwise.toml")),
    };
    let config = choice.load().unwrap();
    let settings = &config.settings;
    assert_eq!(settings.centre.zone.0.iana_name(), Some("Europe/Berlin"));
    assert_eq!(settings.numbers.country.0, "DE");
    assert_eq!(settings.data_dir, to.join("data"));
    let (dialplans, banks) = (&settings.dialplans.dir, &settings.banks.dir);
    let names = Some((&config.catalog, settings.service.as_slice()));
    let draft = Draft::load(dialplans, banks, names).unwrap();
    assert_eq!(draft.scripts.len(), 1);
    let trial = trial::Options {
        dialplan: to.join("dialplans/from-trunk.yaml"),
        caller: None,
        called: None,
        keys: Some("hangup".parse().unwrap()),
        lang: None,
        at: None,
        fail: Vec::new(),
        wav: None,
        fast: false,
        config: choice,
    };
    let mut told = Vec::new();
    let ending = trial::run(&trial, std::io::empty, &mut told).unwrap();
    assert_eq!(ending, Ending::Fine, "{}", String::from_utf8_lossy(&told));
    std::fs::remove_dir_all(&to).unwrap();
}

#[test]
fn an_import_writes_over_nothing_unless_it_is_told_to() {
    let to = std::env::temp_dir().join(format!("ringwise-again-{}", std::process::id()));
    let first = Options {
        files: vec!["tests/data/import/freeswitch-hotel/dialplan.xml".into()],
        output: to.clone(),
        ..options(System::Freeswitch)
    };
    let run = |options: &Options| import::run(options, &mut Vec::new()).unwrap();
    assert_eq!(run(&first), Ending::Fine);
    let mine = to.join("ringwise.toml");
    std::fs::write(&mine, "# mine").unwrap();
    assert_eq!(run(&first), Ending::Input);
    assert_eq!(std::fs::read_to_string(&mine).unwrap(), "# mine");
    // One file that is there is enough, and nothing is written beside it.
    std::fs::remove_dir_all(to.join("dialplans")).unwrap();
    assert_eq!(run(&first), Ending::Input);
    assert!(!to.join("dialplans").exists());
    let forced = Options {
        force: true,
        ..first
    };
    assert_eq!(run(&forced), Ending::Fine);
    assert_ne!(std::fs::read_to_string(&mine).unwrap(), "# mine");
    std::fs::remove_dir_all(&to).unwrap();
}

/// One context that is both the way in and the menu.
#[test]
fn names_and_keys_of_the_first_context_are_no_public_numbers() {
    let text = "[in]\nexten => 5551000,1,Answer()\n same => n(top),Background(custom/menu)\n \
                same => n,WaitExten(5)\n same => n,Goto(bye,1)\nexten => 1,1,Queue(sales)\n\
                exten => _[2-3],1,Queue(service)\nexten => bye,1,Playback(goodbye)\n\
                same => n,Hangup()\nexten => attic,1,Playback(nobody)\n";
    let files = [("extensions.conf".to_owned(), text.to_owned())];
    let found = import::import(&options(System::Asterisk), &files).unwrap();
    assert_eq!(found.dialplans.len(), 1, "{:?}", found.dialplans);
    let dialplan = &found.dialplans[0].1;
    assert!(dialplan.contains("did: [\"5551000\"]"), "{dialplan}");
    for part in ["\"1\": in.1", "\"3\": in.2-3", "in.bye"] {
        assert!(dialplan.contains(part), "{part}\n{dialplan}");
    }
    let told = report(&found);
    has(
        &told,
        &["extensions.conf:10: not understood: nothing in this file leads to `attic`"],
    );
    assert!(!told.join("\n").contains("no single key"), "{told:?}");
}

/// Every application of the samples is either in a dialplan or in the report.
#[test]
fn no_line_is_dropped_without_a_word() {
    for (system, folder, names) in [
        (
            System::Asterisk,
            "asterisk-shop",
            vec!["extensions.conf", "queues.conf"],
        ),
        (
            System::Asterisk,
            "asterisk-clinic",
            vec!["extensions.conf", "queues.conf"],
        ),
    ] {
        let found = imported(system, folder, &names);
        let told: Vec<String> = report(&found);
        let text = file(&format!("tests/data/import/{folder}/extensions.conf"));
        let known = [
            "goto(",
            "waitexten(",
            "queue(",
            "hangup(",
            "timeout(",
            "gotoiftime(",
            "gotoif(",
            "saynumber(",
        ];
        for (at, line) in text.lines().enumerate() {
            let app = line.rsplit_once(',').map_or("", |_| line).to_lowercase();
            let is_app = app.trim_start().starts_with("same") || app.starts_with("exten");
            if !is_app || known.iter().any(|known| app.contains(known)) || app.ends_with("answer") {
                continue;
            }
            let place = format!("extensions.conf:{}:", at + 1);
            let reached = told.iter().any(|line| line.starts_with(&place));
            let kept = found
                .dialplans
                .iter()
                .any(|(_, text)| text.contains(&format!("extensions.conf:{}\n", at + 1)));
            let unreached = line.contains("xmas") || line.contains("christmas");
            assert!(
                reached || kept || unreached,
                "{place} {line}\n{}",
                told.join("\n")
            );
        }
    }
}

proptest::proptest! {
    #[test]
    fn no_file_breaks_the_importers(cut in 0_usize..3000, put in "[a-z0-9,()&$\\[\\]{}?:=> \n<>/\"-]{0,20}") {
        for (system, folder, name) in [
            (System::Asterisk, "asterisk-shop", "extensions.conf"),
            (System::Freeswitch, "freeswitch-hotel", "dialplan.xml"),
        ] {
            let mut text = file(&format!("tests/data/import/{folder}/{name}"));
            let at = text.floor_char_boundary(cut.min(text.len()));
            text.insert_str(at, &put);
            let options = options(system);
            let _ = import::import(&options, &[(name.to_owned(), text)]);
        }
    }
}
