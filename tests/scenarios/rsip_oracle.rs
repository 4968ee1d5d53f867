//! What we read is what another parser, `rsip`, reads; where it differs, the reason stands here.

use std::fs;

use rsip::prelude::HeadersExt;
use rsip::prelude::UntypedHeader;

use ringwise::wire::sip::decode::decode;
use ringwise::wire::sip::message::Message;
use ringwise::wire::sip::message::Start;
use ringwise::wire::sip::message::encode;

use crate::sip_flows;

/// Torture messages that `rsip` 0.4 does not read as they are, but does once we have written them
/// anew.
const MENDED: [(&str, &str); 4] = [
    ("wsinv", "folded lines"),
    ("esc01", "folded lines"),
    ("longreq", "folded lines, compact names in upper case"),
    ("dblreq", "compact names in upper case"),
];

/// Torture messages that `rsip` 0.4 does not read in any form.
const BEYOND: [(&str, &str); 4] = [
    ("intmeth", "a method that it does not know"),
    ("esc02", "a method that it does not know"),
    ("unkscm", "a scheme that it does not know"),
    ("semiuri", "a semicolon in a user part"),
];

/// Messages of the call flows that `rsip` 0.4 does not read.
const FLOWS: [(&str, &str); 2] = [
    ("rfc7118 \"8.2\" F8 ", "a colon in a parameter of a URI"),
    ("rfc7118 \"8.2\" F9 ", "a colon in a parameter of a URI"),
];

#[derive(Debug, Eq, PartialEq)]
struct Reading {
    /// Method of a request, status of a response.
    first: String,
    call_id: String,
    cseq: (u32, String),
    body: Vec<u8>,
}

fn ours(message: &Message) -> Reading {
    let cseq = message.headers.cseq().unwrap();
    Reading {
        first: match &message.start {
            Start::Request { method, .. } => method.to_string(),
            Start::Response { status, .. } => status.to_string(),
        },
        call_id: message.headers.call_id().unwrap().to_owned(),
        cseq: (cseq.number, cseq.method.to_string()),
        body: message.body.clone(),
    }
}

fn theirs(bytes: &[u8]) -> Result<Reading, rsip::Error> {
    let message = rsip::SipMessage::try_from(bytes)?;
    let cseq = message.cseq_header()?;
    Ok(Reading {
        first: match &message {
            rsip::SipMessage::Request(request) => request.method().to_string(),
            rsip::SipMessage::Response(response) => response.status_code().code().to_string(),
        },
        call_id: message.call_id_header()?.value().to_owned(),
        cseq: (cseq.seq()?, cseq.method()?.to_string()),
        body: message.body().clone(),
    })
}

fn agrees(bytes: &[u8], message: &Message) -> bool {
    theirs(bytes).is_ok_and(|theirs| theirs == ours(message))
}

#[test]
fn another_parser_reads_what_we_write_as_we_do() {
    for (place, message) in sip_flows::messages() {
        let stated = FLOWS.iter().any(|(other, _)| place.starts_with(other));
        assert_eq!(agrees(&encode(&message), &message), !stated, "{place}");
    }
}

#[test]
fn another_parser_differs_on_torture_messages_only_for_stated_reasons() {
    let mut compared = 0;
    for entry in fs::read_dir("tests/data/rfc4475/dat").unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let bytes = fs::read(&path).unwrap();
        let Ok(message) = decode(&bytes) else {
            continue;
        };
        let mended = MENDED.iter().any(|(other, _)| *other == name);
        let beyond = BEYOND.iter().any(|(other, _)| *other == name);
        assert_eq!(agrees(&bytes, &message), !mended && !beyond, "{name}");
        assert_eq!(agrees(&encode(&message), &message), !beyond, "{name}");
        compared += 1;
    }
    assert_eq!(compared, 29);
}
