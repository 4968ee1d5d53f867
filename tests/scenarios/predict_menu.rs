//! What a predicted menu asks straight away, and how often its order is drawn by lot.

use std::collections::BTreeMap;

use ringwise::machine::prediction::order::Order;
use ringwise::vocabulary::time::Wall;

use crate::stage::Stage;
use crate::stage::customer;
use crate::stage::offering;
use crate::stage::only;
use crate::stage::question;

/// A bank whose questions have these weights.
fn stage(weights: &[(&str, f64)]) -> Stage {
    let questions = weights.iter().map(|(id, weight)| question(id, *weight));
    let questions: String = questions.collect();
    let text = format!(
        "bank: shop\nlanguages: [en]\nattributes: {{ order: {{ kind: {{ type: text }} }} }}\nquestions:\n{questions}"
    );
    let more = [
        r#"say_sure: "Do you want to know {{q.short}}? Press {{digit}}.""#,
        "shuffle: 20",
    ];
    let order = Order {
        id: "A1234".to_owned(),
        attributes: BTreeMap::new(),
    };
    Stage::reading(&offering("shop", &more), &text, customer(vec![order]))
}

#[test]
fn what_is_nearly_sure_is_asked_straight_away() {
    let sure = stage(&[("where", 1.0), ("fee", 0.001)]);
    let log = only(&sure.play(&[(0, "ring")], 30_000), &["\""]);
    assert_eq!(log[0], "\"Do you want to know where? Press 1.\"", "{log:?}");
    assert!(!log.iter().any(|line| line.contains("Hello")), "{log:?}");
    let unsure = stage(&[("where", 1.0), ("fee", 0.9)]);
    let log = only(&unsure.play(&[(0, "ring")], 30_000), &["\""]);
    assert_eq!(log[0], "\"Hello.\"", "{log:?}");
}

#[test]
fn the_declared_share_of_menus_is_read_in_an_order_drawn_by_lot_and_replays_so() {
    let mut stage = stage(&[("where", 1.0), ("fee", 0.8)]);
    let first = |stage: &Stage| only(&stage.play(&[(0, "ring")], 30_000), &["\"For"])[0].clone();
    let mut turned = 0;
    for call in 0..400 {
        stage.start = Wall::from_ms(1_780_000_000_000 + call * 61_003);
        let heard = first(&stage);
        assert_eq!(heard, first(&stage), "call {call}");
        turned += u32::from(heard.contains("fee"));
    }
    // A fifth is drawn, and half of the drawn ones are turned.
    assert!((20..=60).contains(&turned), "{turned}");
}
