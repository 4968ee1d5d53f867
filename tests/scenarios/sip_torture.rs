//! The torture messages of RFC 4475 and RFC 5118, at the decoder.
//!
//! `Read` means that the decoder hands the message up; what is still wrong with it is for the
//! user agent to answer, as the last column says.

use std::fs;

use ringwise::wire::sip::decode::DecodeError;
use ringwise::wire::sip::decode::decode;
use ringwise::wire::sip::header::HeaderName;
use ringwise::wire::sip::headers::Contacts;
use ringwise::wire::sip::message::Message;
use ringwise::wire::sip::message::encode;
use ringwise::wire::sip::method::Method;
use ringwise::wire::sip::uri::Scheme;

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Verdict {
    Read,
    Answer(u16),
    Drop,
}

use Verdict::Answer;
use Verdict::Drop;
use Verdict::Read;

/// File, what the decoder says, what the user agent adds.
const RFC4475: [(&str, Verdict, &str); 50] = [
    ("wsinv", Read, ""),
    ("intmeth", Read, "501 with Allow"),
    ("esc01", Read, ""),
    ("escnull", Read, ""),
    ("esc02", Read, "501, it is not REGISTER"),
    ("lwsdisp", Read, ""),
    ("longreq", Read, ""),
    ("dblreq", Read, ""),
    ("semiuri", Read, ""),
    ("transports", Read, ""),
    ("mpart01", Read, "501 or 415"),
    ("unreason", Read, ""),
    ("noreason", Read, ""),
    ("badinv01", Answer(400), ""),
    ("clerr", Answer(400), ""),
    ("ncl", Answer(400), ""),
    ("scalar02", Answer(400), ""),
    ("scalarlg", Drop, ""),
    ("quotbal", Answer(400), ""),
    ("ltgtruri", Answer(400), ""),
    ("lwsruri", Answer(400), ""),
    ("lwsstart", Answer(400), ""),
    ("trws", Answer(400), ""),
    ("escruri", Answer(400), ""),
    ("baddate", Read, "Date is not used"),
    ("regbadct", Answer(400), ""),
    ("badaspec", Read, "blanks around the URI are dropped"),
    ("baddn", Answer(400), ""),
    ("badvers", Answer(505), ""),
    ("mismatch01", Answer(400), ""),
    ("mismatch02", Answer(400), ""),
    ("bigcode", Drop, ""),
    (
        "badbranch",
        Read,
        "no transaction by branch: matched as RFC 2543, or 400",
    ),
    ("insuf", Answer(400), ""),
    ("unkscm", Read, "416"),
    ("novelsc", Read, "416"),
    ("unksm2", Read, "400 by the registrar"),
    ("bext01", Read, "420 with Unsupported"),
    ("invut", Read, "415"),
    ("regaut01", Read, "401 anew"),
    ("multi01", Answer(400), ""),
    ("mcl01", Answer(400), ""),
    (
        "bcast",
        Read,
        "a response: its second Via is never used to forward",
    ),
    ("zeromf", Read, ""),
    ("cparam01", Read, ""),
    ("cparam02", Read, ""),
    ("regescrt", Read, ""),
    ("sdp01", Read, "406"),
    ("inv2543", Read, ""),
    (
        "test",
        Drop,
        "no SIP version in its first line; in no section of the RFC",
    ),
];

const RFC5118: [(&str, Verdict); 12] = [
    ("ipv6-good", Read),
    ("ipv6-bad", Answer(400)),
    ("port-ambiguous", Read),
    ("port-unambiguous", Read),
    ("via-received-param-with-delim", Read),
    ("via-received-param-no-delim", Read),
    ("ipv6-in-sdp", Read),
    ("mult-ip-in-header", Read),
    ("mult-ip-in-sdp", Read),
    ("ipv4-mapped-ipv6", Read),
    ("ipv6-bug-abnf-3-colons", Read),
    ("ipv6-correct-abnf-2-colons", Read),
];

fn torture(name: &str) -> Vec<u8> {
    fs::read(format!("tests/data/rfc4475/dat/{name}.dat")).unwrap()
}

/// The archive of RFC 5118 has bare line feeds, two files lack their last empty line, and one
/// states a Content-Length that its body, as printed in the RFC too, does not have.
fn ipv6(name: &str) -> Vec<u8> {
    let text = fs::read_to_string(format!("tests/data/rfc5118/{name}")).unwrap();
    let text = text.replace("\r\n", "\n").replace('\n', "\r\n");
    let mut text = text.replace("Content-Length: 268", "Content-Length: 251");
    if !text.contains("\r\n\r\n") {
        text.push_str("\r\n");
    }
    text.into_bytes()
}

fn verdict(outcome: &Result<Message, DecodeError>) -> Verdict {
    match outcome {
        Ok(_) => Read,
        Err(error) => error.status.map_or(Drop, Answer),
    }
}

#[test]
fn each_torture_message_gets_its_verdict() {
    let mut wrong = Vec::new();
    let rfc4475 = RFC4475.map(|(name, expected, _)| (name, expected, torture(name)));
    let rfc5118 = RFC5118.map(|(name, expected)| (name, expected, ipv6(name)));
    for (name, expected, bytes) in rfc4475.into_iter().chain(rfc5118) {
        let outcome = decode(&bytes);
        if verdict(&outcome) != expected {
            wrong.push(format!("{name}: {expected:?} expected, got {outcome:?}"));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// Our table may be stricter only where the RFC leaves the choice, and must list every file.
#[test]
fn no_verdict_contradicts_the_rfc() {
    let expected = fs::read_to_string("tests/data/rfc4475/expected.tsv").unwrap();
    let rows = expected.lines().filter(|line| !line.starts_with('#'));
    let mut seen = 0;
    for row in rows {
        let columns: Vec<_> = row.split('\t').collect();
        let [name, _, _, verdict, codes, ..] = columns[..] else {
            panic!("{row}");
        };
        let (_, ours, by_user_agent) = RFC4475.iter().find(|(other, ..)| *other == name).unwrap();
        let fits = match (verdict, ours) {
            ("accept" | "either", Read) | ("-", _) => true,
            ("discard", Read) => name == "bcast",
            ("discard", ours) => *ours == Drop,
            ("reject", Read) => by_user_agent.split(' ').any(|word| codes.contains(word)),
            ("reject" | "either", Answer(status)) => codes.contains(&status.to_string()),
            _ => false,
        };
        assert!(
            fits,
            "{name}: {verdict} {codes}, ours {ours:?} {by_user_agent}"
        );
        seen += 1;
    }
    assert_eq!(seen, RFC4475.len());
}

#[test]
fn what_is_read_survives_writing_and_reading() {
    for (name, ..) in RFC4475 {
        if let Ok(message) = decode(&torture(name)) {
            assert_eq!(decode(&encode(&message)).as_ref(), Ok(&message), "{name}");
        }
    }
}

#[test]
fn every_answer_can_be_sent() {
    for (name, expected, _) in RFC4475 {
        if let (Answer(status), Err(error)) = (expected, decode(&torture(name))) {
            let answer = Message::response(status, &error.salvage.unwrap());
            assert!(answer.headers.has(&HeaderName::Via), "{name}");
            let bytes = encode(&answer);
            assert!(bytes.starts_with(format!("SIP/2.0 {status} ").as_bytes()));
        }
    }
}

#[test]
fn tortured_values_are_understood() {
    let wsinv = decode(&torture("wsinv")).unwrap();
    assert_eq!(wsinv.headers.cseq().unwrap().number, 9);
    assert_eq!(wsinv.headers.max_forwards(), Ok(Some(68)));
    let vias = wsinv.headers.vias().unwrap();
    assert_eq!(vias.len(), 3);
    assert_eq!(vias[2].branch().unwrap(), "z9hG4bK30239");
    let to = wsinv.headers.to_address().unwrap();
    assert_eq!(to.tag().unwrap(), "1918181833n");

    let intmeth = decode(&torture("intmeth")).unwrap();
    assert!(matches!(intmeth.method(), Some(Method::Other(_))));
    assert!(intmeth.headers.to_address().unwrap().display.contains('\0'));

    let esc02 = decode(&torture("esc02")).unwrap();
    assert_ne!(esc02.method(), Some(&Method::Register));
    for name in ["escnull", "esc02"] {
        let contacts = decode(&torture(name)).unwrap().headers.contacts();
        assert!(matches!(contacts, Ok(Contacts::List(list)) if list.len() == 2));
    }

    let dblreq = decode(&torture("dblreq")).unwrap();
    assert_eq!(dblreq.method(), Some(&Method::Register));
    assert!(dblreq.body.is_empty());

    let semiuri = decode(&torture("semiuri")).unwrap();
    let user = semiuri.uri().unwrap().user().unwrap();
    assert_eq!(user, "user;par=u@example.net");

    let novelsc = decode(&torture("novelsc")).unwrap();
    assert_eq!(novelsc.uri().unwrap().scheme(), Scheme::Other);

    let mpart01 = decode(&torture("mpart01")).unwrap();
    assert!(mpart01.body.contains(&0));

    let inv2543 = decode(&torture("inv2543")).unwrap();
    assert!(inv2543.body.starts_with(b"v=0\r\n"));

    let contact = |name: &str| match decode(&torture(name)).unwrap().headers.contacts() {
        Ok(Contacts::List(list)) => list[0].clone(),
        other => panic!("{other:?}"),
    };
    assert!(contact("cparam01").params.has("unknownparam"));
    assert!(contact("cparam02").uri.param("unknownparam").is_some());
    assert!(contact("regescrt").uri.headers().is_some());
}

#[test]
fn ipv6_addresses_are_understood() {
    let read = |name: &str| decode(&ipv6(name)).unwrap();
    let ambiguous = read("port-ambiguous");
    assert_eq!(ambiguous.uri().unwrap().port(), None);
    assert_eq!(ambiguous.uri().unwrap().host(), "[2001:db8::10:5070]");
    assert_eq!(read("port-unambiguous").uri().unwrap().port(), Some(5070));
    let received = |name: &str| read(name).headers.top_via().unwrap().received();
    let address = "2001:db8::9:255".parse().ok();
    assert_eq!(received("via-received-param-with-delim"), address);
    assert_eq!(received("via-received-param-no-delim"), address);
    for name in ["ipv6-in-sdp", "mult-ip-in-sdp", "ipv4-mapped-ipv6"] {
        let body = read(name).body;
        let sdp = ringwise::wire::sdp::description::decode(&body).unwrap();
        let addresses = sdp.media.iter().map(|media| sdp.connection_of(media));
        for connection in addresses {
            assert!(connection.unwrap().address().is_some(), "{name}");
        }
    }
    let ip = |name: &str| read(name).uri().unwrap().ip();
    let meant = "2001:db8::192.0.2.1".parse().ok();
    assert_eq!(ip("ipv6-bug-abnf-3-colons"), meant);
    assert_eq!(ip("ipv6-correct-abnf-2-colons"), meant);
}
