//! No bytes whatever bring the decoders down, and what they read survives writing.

use std::fs;

use proptest::prelude::*;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::Rng;
use rand_chacha::rand_core::SeedableRng;

use ringwise::wire::sdp::description;
use ringwise::wire::sip::challenge::Challenge;
use ringwise::wire::sip::credentials::Credentials;
use ringwise::wire::sip::decode::decode;
use ringwise::wire::sip::framing::Framer;
use ringwise::wire::sip::header::HeaderName;
use ringwise::wire::sip::header::HeaderValue;
use ringwise::wire::sip::headers::Headers;
use ringwise::wire::sip::message::Message;
use ringwise::wire::sip::message::encode;
use ringwise::wire::sip::method::Method;
use ringwise::wire::sip::name_addr::NameAddr;
use ringwise::wire::sip::param::Params;
use ringwise::wire::sip::reason::Reason;
use ringwise::wire::sip::session_expires::SessionExpires;
use ringwise::wire::sip::uri::Uri;
use ringwise::wire::sip::uri_equality::equivalent;
use ringwise::wire::sip::via::Via;

use crate::sip_flows;

const MUTATIONS: usize = 100_000;
const SEED: u64 = 0x5349_5020_3236_3121;

/// Torture messages and call flows: what mutations start from.
fn corpus() -> Vec<Vec<u8>> {
    let flows = sip_flows::flows().into_iter();
    let mut corpus: Vec<_> = flows.map(|flow| flow.raw.into_bytes()).collect();
    for entry in fs::read_dir("tests/data/rfc4475/dat").unwrap() {
        corpus.push(fs::read(entry.unwrap().path()).unwrap());
    }
    corpus.sort();
    corpus
}

/// Reads bytes in every way there is; what is read must survive writing.
fn exercise(bytes: &[u8]) -> Result<(), String> {
    match decode(bytes) {
        Ok(message) => {
            let again = decode(&encode(&message));
            if again.as_ref() != Ok(&message) {
                return Err(format!("{message:?}\nbecame {again:?}"));
            }
            read_on_demand(&message.headers);
            describe(&message.body)?;
        }
        Err(error) => {
            for salvage in error.salvage.iter() {
                let answer = encode(&Message::response(400, salvage));
                let lines = answer.split(|byte| *byte == b'\n').count();
                // Status line, one line for each header, Content-Length, the empty line, the end.
                if lines != salvage.len() + 4 {
                    return Err(format!("{salvage:?} fills {lines} lines"));
                }
            }
        }
    }
    let mut framer = Framer::new();
    framer.push(bytes);
    while let Ok(Some(_)) = framer.poll() {}
    Ok(())
}

/// Reads bytes as a session description; what is read must survive writing. The first writing
/// may tidy (an fmtp without rtpmap gets one), the second must not.
fn describe(bytes: &[u8]) -> Result<(), String> {
    let Ok(sdp) = description::decode(bytes) else {
        return Ok(());
    };
    let again = description::decode(description::encode(&sdp).as_bytes());
    if again.as_ref() != Ok(&sdp) {
        return Err(format!("{sdp:?}\nbecame {again:?}"));
    }
    Ok(())
}

fn read_on_demand(headers: &Headers) {
    for name in HeaderName::KNOWN {
        let _ = (headers.addresses(name), headers.number(name, u32::MAX));
        let _ = (headers.list(name), headers.lists(name, "timer"));
        for value in headers.all(name) {
            let text = value.text();
            let _ = (Challenge::decode(&text), Credentials::decode(&text));
            let _ = (Reason::decode(&text), SessionExpires::decode(&text));
        }
    }
    if let (Ok(from), Ok(to)) = (headers.from_address(), headers.to_address()) {
        assert_eq!(
            equivalent(&from.uri, &to.uri),
            equivalent(&to.uri, &from.uri)
        );
        assert!(equivalent(&from.uri, &from.uri));
    }
}

/// One or two small injuries: a byte changed, a piece removed, doubled or moved from elsewhere.
fn mutate(dice: &mut ChaCha20Rng, corpus: &[Vec<u8>]) -> Vec<u8> {
    const SHARP: &[u8] = b"\r\n\0\t \"\\<>;,:=@?%[]()*/\xff\xc3019";
    let mut roll = |below: usize| usize::try_from(dice.next_u32()).unwrap() % below.max(1);
    let mut bytes = corpus[roll(corpus.len())].clone();
    for _ in 0..=roll(2) {
        let at = roll(bytes.len());
        let end = (at + roll(20)).min(bytes.len());
        match roll(5) {
            0 if at < bytes.len() => bytes[at] = SHARP[roll(SHARP.len())],
            1 => bytes.insert(at, SHARP[roll(SHARP.len())]),
            2 => drop(bytes.drain(at..end)),
            3 => {
                let piece = bytes[at..end].to_vec();
                bytes.splice(at..at, piece);
            }
            _ => {
                let other = &corpus[roll(corpus.len())];
                let from = roll(other.len());
                let to = (from + roll(60)).min(other.len());
                bytes.splice(at..end, other[from..to].iter().copied());
            }
        }
    }
    bytes
}

#[test]
fn mutated_messages_neither_panic_nor_change_by_writing() {
    let corpus = corpus();
    let mut dice = ChaCha20Rng::seed_from_u64(SEED);
    let mut readable = 0;
    for round in 0..MUTATIONS {
        let bytes = mutate(&mut dice, &corpus);
        readable += usize::from(decode(&bytes).is_ok());
        if let Err(why) = exercise(&bytes) {
            panic!(
                "seed {SEED:#x} round {round}: {why}\n{}",
                bytes.escape_ascii()
            );
        }
    }
    // Neither harmless nor deadly: both ways through the decoder are tried.
    let share = MUTATIONS / 5..MUTATIONS * 4 / 5;
    assert!(share.contains(&readable), "{readable}");
}

fn header() -> impl Strategy<Value = (HeaderName, HeaderValue)> {
    let value = proptest::collection::vec(any::<u8>(), 0..40);
    ("X-[A-Za-z0-9-]{1,20}", value).prop_map(|(name, value)| {
        (
            HeaderName::decode(&name).unwrap(),
            HeaderValue::stripped(value),
        )
    })
}

#[test]
fn mutated_descriptions_neither_panic_nor_change_by_writing() {
    let text = fs::read_to_string("tests/data/sdp/rfc4317.json").unwrap();
    let rows: Vec<serde_json::Value> = serde_json::from_str(&text).unwrap();
    let sdp = |row: &serde_json::Value| row["sdp"].as_str().unwrap().as_bytes().to_vec();
    let corpus: Vec<_> = rows.iter().map(sdp).collect();
    let mut dice = ChaCha20Rng::seed_from_u64(SEED);
    for round in 0..MUTATIONS {
        let bytes = mutate(&mut dice, &corpus);
        if let Err(why) = describe(&bytes) {
            panic!(
                "seed {SEED:#x} round {round}: {why}\n{}",
                bytes.escape_ascii()
            );
        }
    }
}

type Parts = (
    String,
    String,
    String,
    u32,
    Vec<(HeaderName, HeaderValue)>,
    Vec<u8>,
);

fn request() -> impl Strategy<Value = Message> {
    let headers = proptest::collection::vec(header(), 0..8);
    let body = proptest::collection::vec(any::<u8>(), 0..200);
    let parts = (
        "[A-Z]{1,9}",
        "\\PC{0,12}",
        "\\PC{0,12}",
        any::<u32>(),
        headers,
        body,
    );
    parts.prop_map(|(method, user, display, number, headers, body): Parts| {
        let user = Some(user.as_str()).filter(|user| !user.is_empty());
        let uri = Uri::sip(user, "example.com", Some(5060)).unwrap();
        let mut from = NameAddr::new(uri.clone()).with_tag("a");
        from.display = display;
        let cseq = format!("{number} {method}");
        let mut message = Message::request(Method::decode(&method).unwrap(), uri)
            .with(
                HeaderName::Via,
                HeaderValue::stripped("SIP/2.0/UDP h;branch=z9hG4bK1"),
            )
            .with(HeaderName::From, &from)
            .with(HeaderName::To, &from)
            .with(HeaderName::CallId, HeaderValue::stripped("c@h"))
            .with(HeaderName::CSeq, HeaderValue::stripped(cseq));
        for (name, value) in headers {
            message.headers.push(name, value);
        }
        message.body = body;
        message
    })
}

proptest! {
    #[test]
    fn no_bytes_bring_the_decoders_down(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        prop_assert_eq!(exercise(&bytes), Ok(()));
        let text = String::from_utf8_lossy(&bytes);
        let _ = (Uri::decode(&text), NameAddr::decode(&text), Via::decode(&text));
        let _ = (Params::decode(&text), description::decode(&bytes));
        let _ = (Challenge::decode(&text), Credentials::decode(&text));
    }

    #[test]
    fn a_built_request_is_read_as_it_was_built(message in request()) {
        prop_assert_eq!(decode(&encode(&message)), Ok(message));
    }

    #[test]
    fn an_address_says_the_same_after_the_wire(display in "\\PC{0,20}", user in "\\PC{1,20}") {
        let mut address = NameAddr::new(Uri::sip(Some(&user), "::1", None).unwrap());
        address.display = display;
        let value = HeaderValue::from(&address);
        let read = NameAddr::decode(&value.text()).unwrap();
        prop_assert_eq!(read.uri.user().unwrap(), user);
        prop_assert_eq!(read, address);
    }

    /// Whatever a caller, a dialplan or a web answer put into a value: no header more.
    #[test]
    fn a_value_never_becomes_two_headers(
        text in "[\\PC\r\n\0]{0,30}",
        line in "\r\n(Evil|Content-Length|Via): [a-z0-9]{1,5}\r\n(\r\n)?",
    ) {
        let text = format!("{text}{line}");
        let uri = Uri::sip(Some(&text), "h", None).unwrap();
        let mut params = Params::new();
        params.set("p", &text);
        let address = NameAddr { display: text.clone(), uri: uri.with_param("x", &text), params };
        let message = Message::request(Method::Bye, uri)
            .with(HeaderName::Via, HeaderValue::stripped("SIP/2.0/UDP h;branch=z9hG4bK1"))
            .with(HeaderName::From, &address)
            .with(HeaderName::To, &address)
            .with(HeaderName::CallId, HeaderValue::stripped("c@h"))
            .with(HeaderName::CSeq, HeaderValue::stripped("1 BYE"))
            .with(HeaderName::Reason, &Reason::sip(200, &text))
            .with(HeaderName::UserAgent, HeaderValue::stripped(text.clone()));
        let read = decode(&encode(&message)).unwrap();
        prop_assert_eq!(read.headers.len(), message.headers.len());
        prop_assert!(read.body.is_empty());
        prop_assert!(HeaderValue::new(&text).is_err());
    }
}
