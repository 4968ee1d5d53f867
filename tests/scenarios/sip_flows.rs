//! Every message of the call flows in RFC 3665, RFC 3666 and RFC 7118 is read and written.

use std::fs;

use ringwise::wire::sdp::description;
use ringwise::wire::sip::auth_param::AuthError;
use ringwise::wire::sip::challenge::Challenge;
use ringwise::wire::sip::credentials::Credentials;
use ringwise::wire::sip::decode::decode;
use ringwise::wire::sip::framing::Frame;
use ringwise::wire::sip::framing::Framer;
use ringwise::wire::sip::header::HeaderName;
use ringwise::wire::sip::message::Message;
use ringwise::wire::sip::message::encode;

/// Where and what.
pub(crate) struct Flow {
    pub(crate) place: String,
    pub(crate) raw: String,
    pub(crate) fixed: Option<String>,
}

/// All SIP messages of the flows. Rows without text (retransmissions) and the WebSocket
/// handshakes of RFC 7118 are left out.
pub(crate) fn flows() -> Vec<Flow> {
    let mut found = Vec::new();
    for rfc in ["rfc3665", "rfc3666", "rfc7118"] {
        let text = fs::read_to_string(format!("tests/data/sip-flows/{rfc}.jsonl")).unwrap();
        for line in text.lines() {
            let row: serde_json::Value = serde_json::from_str(line).unwrap();
            let flow = Flow {
                place: format!("{rfc} {} F{} {}", row["section"], row["f"], row["label"]),
                raw: row["raw"].as_str().unwrap().to_owned(),
                fixed: row["fixed"].as_str().map(str::to_owned),
            };
            let is_sip = flow.raw.contains("SIP/2.0") && !flow.raw.contains("HTTP/1.1");
            if is_sip {
                found.push(flow);
            }
        }
    }
    assert_eq!(found.len(), 371);
    found
}

/// Misprints that the corpus does not mend: a continuation line that is not indented, a request
/// without From, an angle bracket too many, Request-URIs without a scheme. Read as printed, they
/// are refused.
const MISPRINTS: [(&str, &str, &str); 11] = [
    ("rfc3666 \"3.2\" F3 ", " bob@", " sip:bob@"),
    ("rfc3666 \"3.2\" F7 ", " bob@", " sip:bob@"),
    ("rfc3666 \"3.2\" F8 ", " bob@", " sip:bob@"),
    ("rfc3666 \"3.5\" F3 ", " bob@", " sip:bob@"),
    ("rfc3666 \"3.5\" F6 ", " bob@", " sip:bob@"),
    ("rfc3666 \"3.5\" F8 ", " bob@", " sip:bob@"),
    ("rfc3666 \"3.6\" F3 ", " bob@", " sip:bob@"),
    ("rfc3666 \"3.6\" F6 ", " bob@", " sip:bob@"),
    ("rfc3666 \"2.3\" F5 ", "com>;user", "com;user"),
    ("rfc3665 \"3.10\" F4 ", ";lr>,\r\n<sip:", ";lr>,\r\n <sip:"),
    (
        "rfc3666 \"3.3\" F12 ",
        "\r\nTo: ",
        "\r\nFrom: <sip:b@x>;tag=1\r\nTo: ",
    ),
];

fn misprint(flow: &Flow) -> Option<&'static (&'static str, &'static str, &'static str)> {
    let mut misprints = MISPRINTS.iter();
    misprints.find(|(place, ..)| flow.place.starts_with(place))
}

/// What the RFC meant, read.
pub(crate) fn messages() -> Vec<(String, Message)> {
    let read = |flow: Flow| {
        let mut text = flow.fixed.as_ref().unwrap_or(&flow.raw).clone();
        if let Some((_, printed, meant)) = misprint(&flow) {
            text = text.replace(printed, meant);
        }
        let message = decode(text.as_bytes());
        let message = message.unwrap_or_else(|error| panic!("{}: {error}", flow.place));
        (flow.place, message)
    };
    flows().into_iter().map(read).collect()
}

#[test]
fn every_message_survives_writing_and_reading() {
    for (place, message) in messages() {
        assert_eq!(decode(&encode(&message)).as_ref(), Ok(&message), "{place}");
    }
}

#[test]
fn messages_that_need_no_fixing_are_read_as_printed() {
    let mut wrong = Vec::new();
    for flow in flows().iter().filter(|flow| flow.fixed.is_none()) {
        let outcome = decode(flow.raw.as_bytes());
        if outcome.is_ok() == misprint(flow).is_some() {
            let error = outcome.map_err(|error| error.to_string()).err();
            wrong.push(format!("{}: {error:?}", flow.place));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn every_session_description_is_read_and_written() {
    let mut seen = 0;
    for (place, message) in messages() {
        let kind = message.headers.text(&HeaderName::ContentType);
        if kind.as_deref() != Some("application/sdp") || message.body.is_empty() {
            continue;
        }
        let sdp = description::decode(&message.body);
        let sdp = sdp.unwrap_or_else(|error| panic!("{place}: {error}"));
        let written = description::encode(&sdp);
        assert_eq!(description::decode(written.as_bytes()), Ok(sdp), "{place}");
        seen += 1;
    }
    assert!(seen > 100);
}

#[test]
fn every_digest_header_is_read_and_written() {
    let mut seen = 0;
    for (place, message) in messages() {
        for (name, value) in message.headers.iter() {
            let text = value.text();
            if matches!(
                name,
                HeaderName::WwwAuthenticate | HeaderName::ProxyAuthenticate
            ) {
                let challenge = Challenge::decode(&text).expect(&place);
                assert_eq!(Challenge::decode(&challenge.to_string()), Ok(challenge));
            } else if matches!(
                name,
                HeaderName::Authorization | HeaderName::ProxyAuthorization
            ) {
                let credentials = Credentials::decode(&text);
                // Says qop but lacks the nonce count and client nonce that it then owes.
                if place.starts_with("rfc3665 \"2.2\" F1 ") {
                    assert_eq!(credentials, Err(AuthError::Missing("nc")));
                    continue;
                }
                let credentials = credentials.expect(&place);
                assert_eq!(
                    Credentials::decode(&credentials.to_string()),
                    Ok(credentials)
                );
            } else {
                continue;
            }
            seen += 1;
        }
    }
    assert!(seen > 20, "{seen}");
}

#[test]
fn a_stream_of_all_messages_is_cut_where_they_end() {
    let messages: Vec<_> = messages().into_iter().map(|(_, message)| message).collect();
    let stream: Vec<u8> = messages.iter().flat_map(encode).collect();
    let mut framer = Framer::new();
    let mut cut = Vec::new();
    for read in stream.chunks(1_009) {
        framer.push(read);
        while let Some(frame) = framer.poll().unwrap() {
            let Frame::Message(bytes) = frame else {
                panic!("{frame:?}");
            };
            cut.push(decode(&bytes).unwrap());
        }
    }
    assert_eq!(cut, messages);
}

#[test]
fn the_descriptions_of_rfc_4317_are_read_and_written() {
    let text = fs::read_to_string("tests/data/sdp/rfc4317.json").unwrap();
    let rows: Vec<serde_json::Value> = serde_json::from_str(&text).unwrap();
    let (count, mut without) = (rows.len(), 0);
    for row in rows {
        let sdp = description::decode(row["sdp"].as_str().unwrap().as_bytes()).unwrap();
        // Section 5.1 begins a session without media.
        without += usize::from(sdp.media.is_empty());
        let written = description::encode(&sdp);
        assert_eq!(description::decode(written.as_bytes()), Ok(sdp));
    }
    assert_eq!((count, without), (54, 2));
}
