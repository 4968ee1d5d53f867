//! The offers of RFC 4317 at our answerer, as far as codecs allow.

use std::fs;
use std::net::IpAddr;

use ringwise::machine::media::contract::Codec;
use ringwise::machine::sip::offer_answer::Local;
use ringwise::machine::sip::offer_answer::answer;
use ringwise::machine::sip::surface::Status;
use serde_json::Value;

/// Section, label, and what our answer's streams are: format, or 0 for refused; and our sending
/// and listening. An offer without a codec of ours is refused as a whole.
const ANSWERS: [(&str, &str, &[&str], bool, bool); 12] = [
    ("2.1", "Offer", &["0", "refused"], true, true),
    ("2.2", "Offer", &["0", "refused"], true, true),
    ("2.2", "Second-Offer", &["0", "refused"], true, true),
    ("2.3", "Offer", &["0", "refused"], true, true),
    ("2.4", "Offer", &["0", "refused"], true, true),
    ("2.6", "Offer", &["0", "refused"], true, true),
    ("2.8", "Offer", &["0", "refused"], true, true),
    ("3.1", "Offer", &["0"], true, true),
    ("3.2", "Offer", &["0", "refused"], true, true),
    ("4.1", "Offer", &["0"], true, true),
    ("4.2", "Offer", &["0"], true, true),
    ("4.2", "Second-Offer", &["0", "refused"], true, true),
];

#[test]
fn the_offers_of_rfc_4317_are_answered_or_refused() {
    let text = fs::read_to_string("tests/data/sdp/rfc4317.json").unwrap();
    let examples: Vec<Value> = serde_json::from_str(&text).unwrap();
    let signalling: IpAddr = [198, 51, 100, 1].into();
    let local = Local::new(([192, 0, 2, 1], 4000).into(), 1);
    let mut answered = 0;
    for example in &examples {
        let (section, label) = (example["section"].as_str(), example["label"].as_str());
        let (section, label) = (section.unwrap(), label.unwrap());
        if !label.ends_with("Offer") {
            continue;
        }
        let offer = example["sdp"].as_str().unwrap();
        let row = ANSWERS
            .iter()
            .find(|row| (row.0, row.1) == (section, label));
        let got = answer(&local, offer, signalling);
        let Some((_, _, streams, send, receive)) = row else {
            assert_eq!(got, Err(Status(488)), "{section} {label}");
            continue;
        };
        let got = got.unwrap();
        let lines = got.sdp.lines().filter_map(|line| line.strip_prefix("m="));
        let shape: Vec<_> = lines
            .map(|line| {
                let cells: Vec<_> = line.split(' ').collect();
                if cells[1] == "0" { "refused" } else { cells[3] }
            })
            .collect();
        assert_eq!(shape, *streams, "{section} {label}");
        assert_eq!((got.far.send, got.far.receive), (*send, *receive));
        assert_eq!(got.far.codec, Codec::Pcmu);
        assert_eq!(got.far.address.ip(), signalling, "hosts are not looked up");
        answered += 1;
    }
    assert_eq!(answered, ANSWERS.len());
}
