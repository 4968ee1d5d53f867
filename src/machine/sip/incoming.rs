//! A request that has come, with what is asked of it again and again.

use std::net::SocketAddr;

use crate::vocabulary::flow::Flow;
use crate::wire::sip::header::HeaderName;
use crate::wire::sip::header::HeaderValue;
use crate::wire::sip::headers::Headers;
use crate::wire::sip::message::Message;
use crate::wire::sip::message::Start;
use crate::wire::sip::method::Method;
use crate::wire::sip::name_addr::NameAddr;
use crate::wire::sip::uri::Uri;
use crate::wire::sip::via::Via;

const SIP_PORT: u16 = 5060;
const MAGIC: &str = "z9hG4bK";

/// Names a server transaction (RFC 3261 section 17.2.3). An ACK has the key of its INVITE.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct ServerKey {
    base: Box<str>,
    method: Method,
}

impl ServerKey {
    /// The key of the INVITE that an ACK or CANCEL with this key means.
    #[must_use]
    pub fn of_invite(&self) -> Self {
        Self {
            base: self.base.clone(),
            method: Method::Invite,
        }
    }

    /// The part that says who and which, without the method.
    #[must_use]
    pub fn base(&self) -> &str {
        &self.base
    }
}

/// What makes two copies of one request the same on different paths (section 8.2.2.2).
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Origin {
    call_id: Box<str>,
    from_tag: Box<str>,
    cseq: u32,
}

/// A request that has come.
#[derive(Clone, Debug)]
pub struct Incoming {
    /// What is asked for.
    pub method: Method,
    /// Of whom.
    pub uri: Uri,
    /// All headers; the topmost Via says where the request really came from.
    pub headers: Headers,
    /// The body.
    pub body: Vec<u8>,
    /// Where it came from.
    pub flow: Flow,
    /// Where its responses go.
    pub reply_to: Flow,
    /// From.
    pub from: NameAddr,
    /// To.
    pub to: NameAddr,
    /// Call-ID.
    pub call_id: String,
    /// The number in `CSeq`.
    pub cseq: u32,
    /// Its transaction.
    pub key: ServerKey,
}

impl Incoming {
    /// Takes a decoded request; `None` for a response.
    ///
    /// `received` and `rport` are filled in (RFC 3581 section 4). Responses go to the source
    /// address, at its port if `rport` asks for it, else at that of the Via; `maddr` is never
    /// followed.
    #[must_use]
    pub fn read(message: Message, flow: Flow) -> Option<Self> {
        let Start::Request { method, uri } = message.start else {
            return None;
        };
        let mut headers = message.headers;
        let mut via = headers.top_via().ok()?;
        let from = headers.from_address().ok()?;
        let to = headers.to_address().ok()?;
        let cseq = headers.cseq().ok()?.number;
        let call_id = headers.call_id().ok()?.to_owned();
        let key = ServerKey {
            base: base(&via, &call_id, cseq, &from).into(),
            method: match &method {
                Method::Ack => Method::Invite,
                other => other.clone(),
            },
        };
        let reply_to = mark_source(&mut via, flow);
        headers.set_top_via(&via);
        Some(Self {
            method,
            uri,
            headers,
            body: message.body,
            flow,
            reply_to,
            from,
            to,
            call_id,
            cseq,
            key,
        })
    }

    /// The tag in To: the request is within a dialog.
    #[must_use]
    pub fn to_tag(&self) -> Option<String> {
        self.to.tag().map(std::borrow::Cow::into_owned)
    }

    /// The tag in From, empty if there is none (RFC 2543).
    #[must_use]
    pub fn from_tag(&self) -> String {
        self.from.tag().unwrap_or_default().into_owned()
    }

    /// See [`Origin`].
    #[must_use]
    pub fn origin(&self) -> Origin {
        Origin {
            call_id: self.call_id.as_str().into(),
            from_tag: self.from_tag().into(),
            cseq: self.cseq,
        }
    }

    /// A response with To tagged; 100 is never tagged (section 8.2.6).
    #[must_use]
    pub fn reply(&self, status: u16, tag: &str) -> Message {
        let mut response = Message::response(status, &self.headers);
        if status == 100 {
            if let Some(stamp) = self.headers.first(&HeaderName::Timestamp) {
                response.headers.push(HeaderName::Timestamp, stamp.clone());
            }
            return response;
        }
        if self.to.tag().is_none() {
            add_tag(&mut response.headers, tag);
        }
        response
    }

    /// The body as a session description, if there is a body.
    #[must_use]
    pub fn sdp(&self) -> Option<String> {
        (!self.body.is_empty()).then(|| String::from_utf8_lossy(&self.body).into_owned())
    }
}

/// Tags a To that has no tag, leaving its text as it was.
pub fn add_tag(headers: &mut Headers, tag: &str) {
    let Some(to) = headers.text(&HeaderName::To) else {
        return;
    };
    let tagged = format!("{to};tag={tag}");
    headers.set(HeaderName::To, HeaderValue::stripped(tagged));
}

/// Fills `received` and `rport`; gives where responses go (RFC 3261 section 18.2.2).
pub fn mark_source(via: &mut Via, flow: Flow) -> Flow {
    let source = flow.remote;
    via.params.set("received", &source.ip().to_canonical().to_string());
    let port = if via.params.has("rport") {
        via.params.set("rport", &source.port().to_string());
        source.port()
    } else {
        via.port().unwrap_or(SIP_PORT)
    };
    if flow.transport.is_reliable() {
        return flow;
    }
    Flow {
        remote: SocketAddr::new(source.ip(), port),
        ..flow
    }
}

/// Branch and sent-by; for clients of RFC 2543, which make no unique branches, what they have.
fn base(via: &Via, call_id: &str, cseq: u32, from: &NameAddr) -> String {
    let host = via.host().to_ascii_lowercase();
    let port = via.port().unwrap_or(SIP_PORT);
    let branch = via.branch().unwrap_or_default();
    match branch.strip_prefix(MAGIC) {
        Some(unique) if !unique.is_empty() => format!("{unique} {host}:{port}"),
        _ => {
            let tag = from.tag().unwrap_or_default();
            format!("{call_id} {cseq} {tag} {branch} {host}:{port}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vocabulary::flow::Transport;
    use crate::wire::sip::decode::decode;

    fn incoming(via: &str, transport: Transport) -> Incoming {
        let text = format!(
            "OPTIONS sip:a@b SIP/2.0\r\nVia: {via}\r\nFrom: <sip:x@y>;tag=1\r\nTo: sip:a@b\r\n\
             Call-ID: c\r\nCSeq: 7 OPTIONS\r\n\r\n"
        );
        let flow = Flow {
            transport,
            local: ([127, 0, 0, 1], 5060).into(),
            remote: ([192, 0, 2, 9], 4444).into(),
        };
        Incoming::read(decode(text.as_bytes()).unwrap(), flow).unwrap()
    }

    #[test]
    fn responses_go_back_to_the_source_and_nowhere_else() {
        let rows = [
            ("SIP/2.0/UDP h:5070;branch=z9hG4bKa;rport", Transport::Udp, 4444),
            ("SIP/2.0/UDP h:5070;branch=z9hG4bKa", Transport::Udp, 5070),
            ("SIP/2.0/UDP h;branch=z9hG4bKa;maddr=224.0.0.1", Transport::Udp, 5060),
            ("SIP/2.0/UDP h;received=8.8.8.8;rport=9", Transport::Udp, 4444),
            ("SIP/2.0/TCP h:5070;branch=z9hG4bKa", Transport::Tcp, 4444),
        ];
        for (via, transport, port) in rows {
            let request = incoming(via, transport);
            let target: SocketAddr = ([192, 0, 2, 9], port).into();
            assert_eq!(request.reply_to.remote, target, "{via}");
            let top = request.headers.top_via().unwrap();
            assert_eq!(top.received().unwrap().to_string(), "192.0.2.9", "{via}");
        }
    }

    #[test]
    fn clients_without_unique_branches_are_told_apart_by_what_they_have() {
        let udp = Transport::Udp;
        let same = incoming("SIP/2.0/UDP h;branch=z9hG4bKa", udp);
        assert_eq!(incoming("SIP/2.0/UDP H:5060;branch=z9hG4bKa;rport", udp).key, same.key);
        assert_ne!(incoming("SIP/2.0/UDP i;branch=z9hG4bKa", udp).key, same.key);
        let old = incoming("SIP/2.0/UDP h;branch=z9hG4bK", udp);
        assert_ne!(old.key, same.key);
        assert!(old.key.base().starts_with("c 7 1"));
    }

    #[test]
    fn a_reply_tags_to_but_not_in_100() {
        let request = incoming("SIP/2.0/UDP h;branch=z9hG4bKa", Transport::Udp);
        let to = |status| request.reply(status, "t").headers.text(&HeaderName::To).unwrap().into_owned();
        assert_eq!(to(100), "sip:a@b");
        assert_eq!(to(180), "sip:a@b;tag=t");
    }
}
