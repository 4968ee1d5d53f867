//! Pictures of dialplans: nothing overlaps, nothing is missing, and the same file gives the same picture.

use std::path::Path;

use proptest::prelude::*;
use ringwise::call::fact::FACT_VERSION;
use ringwise::call::fact::Fact;
use ringwise::call::fact::Recorded;
use ringwise::call::record::Arrived;
use ringwise::call::record::Names;
use ringwise::call::record_builder::RecordBuilder;
use ringwise::driver::journal::writer::Journal;
use ringwise::face::cli::config_choice::ConfigChoice;
use ringwise::face::cli::draw;
use ringwise::face::cli::ending::Ending;
use ringwise::machine::drawing::chart::Cap;
use ringwise::machine::drawing::chart::Card;
use ringwise::machine::drawing::chart::Chart;
use ringwise::machine::drawing::chart::Reach;
use ringwise::machine::drawing::chart::Row;
use ringwise::machine::drawing::chart::Tone;
use ringwise::machine::drawing::picture;
use ringwise::machine::drawing::picture::Area;
use ringwise::machine::drawing::picture::Picture;
use ringwise::machine::drawing::svg;
use ringwise::machine::ivr::branch::Label;
use ringwise::machine::ivr::fact::WalkFact;
use ringwise::machine::ivr::sketch;
use ringwise::machine::ivr::traffic::Traffic;

use ringwise::vocabulary::id::CallId;
use ringwise::vocabulary::id::ReleaseNo;
use ringwise::vocabulary::time::Now;
use ringwise::vocabulary::time::Wall;

use crate::stage::file;
use crate::stage::script;
use crate::stage::travel_bank;

fn overlap(one: Area, other: Area) -> bool {
    one.x < other.x + other.width
        && other.x < one.x + one.width
        && one.y < other.y + other.height
        && other.y < one.y + one.height
}

fn check(chart: &Chart, picture: &Picture) {
    let areas: Vec<Area> = picture.cards.iter().map(|card| card.area).collect();
    let areas: Vec<Area> = areas
        .into_iter()
        .chain(picture.entry.iter().copied())
        .collect();
    for (at, one) in areas.iter().enumerate() {
        for other in &areas[at + 1..] {
            assert!(!overlap(*one, *other), "{one:?} {other:?}");
        }
        assert!(one.x + one.width <= picture.width && one.y + one.height <= picture.height);
    }
    for line in &picture.lines {
        for passed in line.points[1..].chunks_exact(2) {
            let [(left, y), (right, _)] = passed else {
                panic!("a lane has two ends")
            };
            let lane = Area {
                x: *left,
                y: y - 1.0,
                width: right - left,
                height: 2.0,
            };
            assert!(areas.iter().all(|card| !overlap(lane, *card)), "{line:?}");
        }
    }
    for (card, placed) in chart.cards.iter().zip(&picture.cards) {
        assert_eq!(placed.anatomy.ports.len(), card.rows.len());
        for piece in &placed.anatomy.pieces {
            assert!(
                piece.x >= 0.0 && piece.x + piece.width <= placed.area.width + 0.1,
                "{piece:?}"
            );
            assert!(piece.y > 0.0 && piece.y < placed.area.height, "{piece:?}");
        }
    }
}

#[test]
fn the_shipped_dialplan_is_drawn_whole_and_always_the_same() {
    let script = script(&file("dialplans/travel.yaml"), &travel_bank());
    let chart = sketch::sketch(&script, None);
    check(&chart, &picture::picture(&chart, 50.0));
    let drawn = svg::draw(&chart);
    assert_eq!(drawn, svg::draw(&chart));
    for step in &script.steps {
        assert!(
            drawn.contains(&format!("<g id=\"{}\"", step.name)),
            "{}",
            step.name
        );
    }
    for words in [
        "→ agent",
        "10101234",
        "the call ends",
        "flight_delay_status",
        "←",
    ] {
        assert!(drawn.contains(words), "{words}");
    }
    assert_eq!(drawn.matches("<g ").count(), drawn.matches("</g>").count());
}

#[test]
fn recorded_calls_are_counted_by_the_way_they_took() {
    let script = script(&file("dialplans/travel.yaml"), &travel_bank());
    let entered = |step: &str| WalkFact::Entered {
        step: step.to_owned(),
    };
    let took = |keys: &str| WalkFact::Took {
        keys: keys.to_owned(),
    };
    let calls = [
        vec![
            entered("welcome"),
            took("2"),
            entered("hello"),
            entered("orders"),
        ],
        vec![
            entered("welcome"),
            entered("orders"),
            WalkFact::LookedUp {
                lookup: 1,
                result: Ok(0),
            },
            entered("ask_order"),
            took("#"),
            entered("products"),
            took("0"),
            entered("agent"),
        ],
        vec![
            entered("welcome"),
            entered("orders"),
            took("0"),
            entered("agent"),
        ],
    ];
    let mut traffic = Traffic::default();
    for call in &calls {
        traffic.take(&script, call);
    }
    let outcome = Label::Outcome;
    for (step, label, count) in [
        ("welcome", Label::Key('2'), 1),
        ("welcome", outcome("no_input"), 2),
        ("hello", Label::Then, 1),
        ("orders", outcome("empty"), 1),
        ("orders", outcome("no_number"), 0),
        ("ask_order", outcome("none"), 1),
        ("products", Label::Key('0'), 1),
        ("products", outcome("no_input"), 0),
    ] {
        assert_eq!(traffic.gone(step, label), count, "{step} {label}");
    }
    assert_eq!((traffic.calls, traffic.visits("orders")), (3, 3));
    let drawn = svg::draw(&sketch::sketch(&script, Some(&traffic)));
    assert!(drawn.contains("3 recorded calls"));
}

/// A data folder's journal with three calls, two of this dialplan.
fn keep_three_calls(dir: &Path) {
    let at = |seq: u64, call: Option<u64>, fact: Fact| Recorded {
        v: FACT_VERSION,
        seq,
        now: Now::at_ms(seq * 1000),
        wall: Wall::from_ms(1_000_000),
        call: call.map(CallId::from_bits),
        fact,
    };
    let walk = |fact: WalkFact| Fact::Walk(fact);
    let entered = |step: &str| {
        walk(WalkFact::Entered {
            step: step.to_owned(),
        })
    };
    let mut journal = Journal::open(&dir.join("ringwise.db"), Vec::new(), Box::new(|| ())).unwrap();
    let mut seq = 0;
    let mut next = || {
        seq += 1;
        seq
    };
    for (call, flow) in [(1, "travel"), (2, "travel"), (3, "other")] {
        let arrived = Fact::Arrived(Arrived {
            number: None,
            caller: "anonymous".to_owned(),
            caller_name: String::new(),
            called: "10101234".to_owned(),
            sip_call_id: format!("{call}@b"),
            remote: "127.0.0.1:5070".parse().unwrap(),
            dialplan: flow.to_owned(),
            release: ReleaseNo(1),
            versions: Vec::new(),
            language: None,
        });
        let first = at(next(), Some(call), arrived);
        let mut builder = RecordBuilder::begin(&first).unwrap();
        journal.append(Box::new(first));
        for fact in [
            entered("products"),
            walk(WalkFact::Took {
                keys: "4".to_owned(),
            }),
            entered("invoices"),
        ] {
            let fact = at(next(), Some(call), fact);
            builder.take(&fact, &Names::default());
            journal.append(Box::new(fact));
        }
        let end = next();
        let record = builder.close(Now::at_ms(end * 1000));
        journal.append(Box::new(at(
            end,
            Some(call),
            Fact::Closed(Box::new(record)),
        )));
    }
    journal.close();
}

/// Records of closed calls, read from the database of a centre's data folder, weigh the lines.
#[test]
fn a_drawing_takes_its_weights_from_a_data_folder() {
    let dir = std::env::temp_dir().join(format!("ringwise-weights-{}", std::process::id()));
    std::fs::create_dir_all(&dir).unwrap();
    keep_three_calls(&dir);
    let options = draw::Options {
        dialplan: "dialplans/travel.yaml".into(),
        output: None,
        records: Some(dir.clone()),
        config: ConfigChoice::default(),
    };
    let mut out = Vec::new();
    assert_eq!(draw::run(&options, &mut out).unwrap(), Ending::Fine);
    let drawn = String::from_utf8(out).unwrap();
    assert!(drawn.contains("2 recorded calls"), "{drawn}");
    assert!(
        drawn.contains("stroke-width=\"7.0\"><title>products: 4 → invoices"),
        "{drawn}"
    );
    assert!(drawn.contains("2 times come here"));
    std::fs::remove_dir_all(&dir).unwrap();
}

fn card() -> impl Strategy<Value = Card> {
    let reach =
        prop_oneof![8 => Just(Reach::Lines), 1 => Just(Reach::First), 1 => Just(Reach::Name)];
    let row = (
        "[a-z_]{0,14}",
        prop::collection::vec("[a-z_]{1,12}", 0..4),
        any::<prop::sample::Index>(),
    );
    (
        "[a-z_]{1,40}",
        "[A-Za-z ,.订单号您]{0,200}",
        prop::collection::vec(row, 0..8),
        reach,
    )
        .prop_map(|(name, words, rows, reach)| Card {
            name,
            kind: "menu".to_owned(),
            tone: Tone::Asking,
            words: vec![("en".to_owned(), words)],
            facts: Vec::new(),
            rows: rows
                .into_iter()
                .map(|(note, caps, to)| Row {
                    caps: caps.into_iter().map(Cap::Word).collect(),
                    note,
                    to: to.index(1000),
                    weight: Some(1_000_000),
                })
                .collect(),
            visits: None,
            end: None,
            reach,
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]
    #[test]
    fn in_no_chart_does_anything_overlap(cards in prop::collection::vec(card(), 1..30)) {
        let count = cards.len();
        let mut chart = Chart { title: "a <b>".to_owned(), entry: vec!["100".to_owned()], cards, ..Chart::default() };
        for row in chart.cards.iter_mut().flat_map(|card| &mut card.rows) {
            row.to %= count;
        }
        check(&chart, &picture::picture(&chart, 60.0));
        prop_assert!(svg::draw(&chart).ends_with("</svg>\n"));
    }
}
