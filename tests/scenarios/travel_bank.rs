//! The shipped bank speaks to every demo customer, in both languages, with recorded words.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use jiff::tz::TimeZone;
use ringwise::driver::orders::book::OrderBook;
use ringwise::driver::orders::csv;
use ringwise::driver::orders::row::Reading;
use ringwise::machine::ivr::surface::LookupKey;
use ringwise::machine::prediction::answer::Answer;
use ringwise::machine::prediction::answer::AnswerError;
use ringwise::machine::prediction::answer::Asking;
use ringwise::machine::prediction::answer::Then;
use ringwise::machine::prediction::bank::Bank;
use ringwise::machine::prediction::bank::OrderNaming;
use ringwise::machine::prediction::menu;
use ringwise::machine::prediction::menu::Timing;
use ringwise::machine::prediction::model::Model;
use ringwise::machine::prediction::order::Customer;
use ringwise::machine::prediction::order::Order;
use ringwise::machine::prediction::outcome::Asked;
use ringwise::machine::prediction::outcome::Outcome;
use ringwise::machine::prediction::reading;
use ringwise::machine::prediction::telling;
use ringwise::machine::speech::sentence;
use ringwise::machine::speech::spoken::Spoken;
use ringwise::vocabulary::fault::FaultyFile;
use ringwise::vocabulary::language::Language;
use ringwise::vocabulary::phone_number::NumberPlan;
use ringwise::vocabulary::privacy::Privacy;
use ringwise::vocabulary::time::Wall;

/// A file of the repository.
fn file(path: &str) -> String {
    fs::read_to_string(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

pub(crate) fn travel_bank() -> Bank {
    let text = file("banks/travel.yaml");
    reading::bank::read(&text).unwrap_or_else(|faults| {
        let name = "banks/travel.yaml".to_owned();
        panic!("\n{}", FaultyFile { name, text, faults })
    })
}

fn shanghai() -> TimeZone {
    TimeZone::get("Asia/Shanghai").unwrap()
}

/// An evening in May.
fn evening() -> Wall {
    let moment: jiff::Timestamp = "2026-05-01T18:00:00+08:00".parse().unwrap();
    Wall::from_ms(moment.as_millisecond())
}

fn demo_book() -> OrderBook {
    let reading = Reading {
        plan: NumberPlan::new("CN", "10").unwrap(),
        zone: shanghai(),
        wall: evening(),
    };
    csv::read(file("examples/orders.csv").as_bytes(), &reading).unwrap()
}

fn caller(phone: &str) -> Customer {
    let number = NumberPlan::new("CN", "10")
        .unwrap()
        .normalise(phone)
        .unwrap();
    demo_book().lookup(&LookupKey::Phone(number))
}

/// The first four choices with their probabilities in whole percent: `question order-tail p`.
fn ranked(customer: &Customer, model: &Model) -> Vec<String> {
    let ranking = model.rank(&travel_bank(), customer, evening(), &shanghai());
    let shown = ranking.choices.iter().take(4).map(|choice| {
        let order = choice.order.as_deref().unwrap_or("-");
        let tail = &order[order.len().saturating_sub(4)..];
        format!("{} {tail} {:.0}", choice.question, choice.p * 100.0)
    });
    shown.collect()
}

fn answered(
    customer: &Customer,
    question: &str,
    language: Language,
) -> Result<Answer, AnswerError> {
    let zone = shanghai();
    let asking = Asking {
        customer,
        language,
        wall: evening(),
        zone: &zone,
    };
    travel_bank().answer(question, customer.orders.first(), asking)
}

#[test]
fn the_delayed_flight_is_asked_about_first_and_its_answer_is_open() {
    let customer = caller("13800000001");
    assert_eq!(
        ranked(&customer, &Model::default()),
        [
            "flight_delay_status 1001 66",
            "baggage_allowance 1001 5",
            "checkin_seat 1001 4",
            "change_how_fee 1001 4",
        ]
    );
    let english = answered(&customer, "flight_delay_status", Language::English).unwrap();
    assert_eq!(
        english.text,
        "I'm sorry, your flight is delayed by 1 h 35 min. It is now expected to leave at 22:35. \
         Please keep to the original check-in time, as the delay may become shorter. \
         You can also change to another flight free of charge."
    );
    assert_eq!((english.privacy, english.then), (Privacy::Open, Then::Done));
    let mandarin = answered(&customer, "flight_delay_status", Language::Mandarin).unwrap();
    assert!(
        mandarin
            .text
            .starts_with("非常抱歉，您的航班延误1小时35分钟，预计起飞时间是22:35。")
    );
}

#[test]
fn a_caller_with_flight_and_hotel_hears_which_is_meant() {
    let customer = caller("010-60000002");
    assert_eq!(
        ranked(&customer, &Model::default()),
        [
            "change_how_fee 2001 18",
            "hotel_modify 2002 18",
            "refund_how_fee 2002 16",
            "refund_how_fee 2001 12",
        ]
    );
    let (bank, zone) = (travel_bank(), shanghai());
    let shorts = Language::ALL.map(|language| {
        let asking = Asking {
            customer: &customer,
            language,
            wall: evening(),
            zone: &zone,
        };
        let hotel = customer
            .orders
            .iter()
            .find(|order| order.id.ends_with("2002"));
        let short = bank.short("refund_how_fee", hotel, asking, OrderNaming::of(2));
        telling::text(&short, language)
    });
    assert_eq!(
        shorts,
        [
            "cancelling your order and what is refunded, for your hotel in Hangzhou",
            "您在杭州的酒店，办理退订和了解退款规则",
        ]
    );
}

#[test]
fn cancelling_the_hotel_is_read_third_to_the_caller_with_flight_and_hotel() {
    let customer = caller("13800000002");
    let (bank, zone) = (travel_bank(), shanghai());
    let ranking = Model::default().rank(&bank, &customer, evening(), &zone);
    for (language, character_ms) in [(Language::English, 70), (Language::Mandarin, 220)] {
        let asking = Asking {
            customer: &customer,
            language,
            wall: evening(),
            zone: &zone,
        };
        let lengths = ranking.choices.iter().map(|choice| {
            let of = |order: &&Order| Some(&order.id) == choice.order.as_ref();
            let order = customer.orders.iter().find(of);
            let short = bank.short(&choice.question, order, asking, OrderNaming::Named);
            let characters = telling::text(&short, language).chars().count();
            Duration::from_millis(1_000 + character_ms * u64::try_from(characters).unwrap())
        });
        let timing = Timing {
            choices: &lengths.collect::<Vec<_>>(),
            fallback: menu::FIXED_MENU,
            most: 5,
        };
        let third = &ranking.choices[menu::plan(&ranking, timing).read[2]];
        let order = third.order.as_deref();
        assert_eq!(third.question, "refund_how_fee");
        assert_eq!(order, Some("QT260000022002"), "{language}");
    }
}

#[test]
fn a_number_that_nobody_knows_leaves_something_else_alone() {
    let customer = caller("13900000003");
    let ranking = Model::default().rank(&travel_bank(), &customer, evening(), &shanghai());
    assert!(ranking.choices.is_empty());
    assert_eq!(ranking.other, 1.0);
}

#[test]
fn the_refund_is_asked_about_first_and_its_answer_is_private() {
    let customer = caller("13800000004");
    assert_eq!(
        ranked(&customer, &Model::default()),
        [
            "refund_progress 4004 75",
            "refund_how_fee 4004 9",
            "refund_not_arrived 4004 2",
            "complaint_compensation 4004 2",
        ]
    );
    let english = answered(&customer, "refund_progress", Language::English).unwrap();
    assert_eq!(
        english.text,
        "Your refund of ¥1280.50 is being reviewed. You should have the result by \
         2026-05-03 22:00. Then it goes back to your Alipay account."
    );
    assert_eq!(english.privacy, Privacy::Private);
}

#[test]
fn a_name_is_corrected_by_a_person_with_the_skill() {
    let customer = caller("13800000005");
    assert_eq!(
        ranked(&customer, &Model::default()),
        [
            "name_correction 5005 33",
            "change_how_fee 5005 24",
            "refund_how_fee 5005 16",
            "eticket_not_received 5005 5",
        ]
    );
    let answer = answered(&customer, "name_correction", Language::Mandarin).unwrap();
    assert_eq!((answer.then, answer.privacy), (Then::Person, Privacy::Open));
    let bank = travel_bank();
    let skill = bank.question("name_correction").unwrap().skill.as_deref();
    assert_eq!(skill, Some("ticketing"));
}

#[test]
fn every_likely_question_of_every_demo_order_has_an_answer_in_recorded_words() {
    let (bank, zone) = (travel_bank(), shanghai());
    let recorded: BTreeSet<(Language, String)> = bank
        .literals()
        .into_iter()
        .map(|literal| (literal.language, sentence::normalised(&literal.text)))
        .collect();
    let (mut told, mut people) = (0, BTreeSet::new());
    for place in 1..=145 {
        let id = format!("C{place:04}");
        let book = demo_book();
        let customer = book.customer(&id).unwrap();
        let ranking = Model::default().rank(&bank, customer, evening(), &zone);
        for choice in &ranking.choices {
            let order = customer
                .orders
                .iter()
                .find(|order| Some(&order.id) == choice.order.as_ref());
            for language in Language::ALL {
                let asking = Asking {
                    customer,
                    language,
                    wall: evening(),
                    zone: &zone,
                };
                let answer = bank.answer(&choice.question, order, asking);
                let answer = answer.unwrap_or_else(|error| panic!("{id} {choice:?}: {error}"));
                let naming = OrderNaming::of(customer.orders.len());
                let short = bank.short(&choice.question, order, asking, naming);
                assert!(!short.is_empty());
                for spoken in short.iter().chain(&answer.speech) {
                    let Spoken::Text(words) = spoken else {
                        continue;
                    };
                    assert!(is_recorded(&recorded, language, words), "{words}");
                }
                told += 1;
            }
            people.insert(choice.question.clone());
        }
    }
    assert!(told > 2_000, "{told}");
    assert!(people.len() >= 25, "{people:?}");
}

fn is_recorded(recorded: &BTreeSet<(Language, String)>, language: Language, words: &str) -> bool {
    let mut text = String::new();
    sentence::parts(words).into_iter().all(|(part, ending)| {
        text.push_str(part);
        if ending != sentence::Ending::Stop && !words.ends_with(part) {
            return true;
        }
        let normal = sentence::normalised(&std::mem::take(&mut text));
        normal.is_empty() || recorded.contains(&(language, normal))
    })
}

#[test]
fn the_list_of_words_to_record_is_the_banks() {
    let mut writer = ::csv::Writer::from_writer(Vec::new());
    writer
        .write_record(["phrase", "language", "text", "kind"])
        .unwrap();
    for literal in travel_bank().literals() {
        let (language, kind) = (literal.language.tag(), literal.kind.name());
        let row = [&literal.phrase, language, &literal.text, kind];
        writer.write_record(row).unwrap();
    }
    let expected = String::from_utf8(writer.into_inner().unwrap()).unwrap();
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("literals.bank.csv");
    fs::write(&path, &expected).unwrap();
    let same = expected == file("prompts/literals.bank.csv");
    assert!(same, "copy {} to prompts/ and render it", path.display());
}

#[test]
fn a_question_that_a_hundred_callers_ask_leads() {
    let (bank, zone) = (travel_bank(), shanghai());
    let customer = caller("13800000005");
    let mut model = Model::default();
    let order = customer.orders.first().map(|order| order.id.clone());
    let question = "eticket_not_received".to_owned();
    let asked = Asked::Question { order, question };
    let outcome = Outcome::of(&bank, &customer, evening(), &zone, &asked);
    for _ in 0..100 {
        model.learn(&outcome);
    }
    let ranking = model.rank(&bank, &customer, evening(), &zone);
    assert_eq!(ranking.choices[0].question, "eticket_not_received");
}
