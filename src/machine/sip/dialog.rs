//! Dialogs: who speaks with whom, in which order, along which route (RFC 3261 section 12).

use crate::machine::sip::incoming::Incoming;
use crate::wire::sip::cseq::CSeq;
use crate::wire::sip::header::HeaderName;
use crate::wire::sip::header::HeaderValue;
use crate::wire::sip::headers::Contacts;
use crate::wire::sip::headers::Headers;
use crate::wire::sip::message::Message;
use crate::wire::sip::method::Method;
use crate::wire::sip::name_addr::NameAddr;
use crate::wire::sip::uri::Uri;

/// One peer-to-peer relation. Before the peer has answered, its tag is empty.
#[derive(Clone, Debug)]
pub struct Dialog {
    call_id: String,
    local: NameAddr,
    remote: NameAddr,
    local_cseq: u32,
    remote_cseq: Option<u32>,
    routes: Vec<NameAddr>,
    target: Uri,
}

/// A request came after a later one (section 12.2.2): 500.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("CSeq {cseq} after {last}")]
pub struct OutOfOrder {
    /// The number that came.
    pub cseq: u32,
    /// The highest before it.
    pub last: u32,
}

impl Dialog {
    /// The dialog that our answer to this INVITE makes (section 12.1.1).
    #[must_use]
    pub fn uas(invite: &Incoming, local_tag: &str) -> Self {
        Self {
            call_id: invite.call_id.clone(),
            local: invite.to.clone().with_tag(local_tag),
            remote: invite.from.clone(),
            local_cseq: 0,
            remote_cseq: Some(invite.cseq),
            routes: routes(&invite.headers),
            target: contact(&invite.headers).unwrap_or_else(|| invite.from.uri.clone()),
        }
    }

    /// What an INVITE of ours begins with; `local` carries our tag.
    #[must_use]
    pub fn uac(call_id: String, local: NameAddr, target: Uri) -> Self {
        Self {
            call_id,
            local,
            remote: NameAddr::new(target.clone()),
            local_cseq: 0,
            remote_cseq: None,
            routes: Vec::new(),
            target,
        }
    }

    /// The peer's 2xx makes the dialog (section 12.1.2).
    #[must_use]
    pub fn confirmed(&self, response: &Headers) -> Self {
        let mut routes = routes(response);
        routes.reverse();
        Self {
            remote: response
                .to_address()
                .unwrap_or_else(|_| self.remote.clone()),
            routes,
            target: contact(response).unwrap_or_else(|| self.target.clone()),
            ..self.clone()
        }
    }

    /// The peer has named a new address for itself (section 12.2).
    pub fn refresh_target(&mut self, headers: &Headers) {
        if let Some(target) = contact(headers) {
            self.target = target;
        }
    }

    /// Takes the number of a request from the peer.
    ///
    /// # Errors
    ///
    /// [`OutOfOrder`] unless it is higher than all before.
    pub fn take_cseq(&mut self, cseq: u32) -> Result<(), OutOfOrder> {
        match self.remote_cseq {
            Some(last) if cseq <= last => Err(OutOfOrder { cseq, last }),
            _ => {
                self.remote_cseq = Some(cseq);
                Ok(())
            }
        }
    }

    /// Whether a request with these names belongs here.
    #[must_use]
    pub fn owns(&self, call_id: &str, remote_tag: &str) -> bool {
        self.call_id == call_id && self.remote_tag() == remote_tag
    }

    /// The peer's tag, empty before its answer.
    #[must_use]
    pub fn remote_tag(&self) -> String {
        self.remote.tag().unwrap_or_default().into_owned()
    }

    /// Our tag.
    #[must_use]
    pub fn local_tag(&self) -> String {
        self.local.tag().unwrap_or_default().into_owned()
    }

    /// Call-ID.
    #[must_use]
    pub fn call_id(&self) -> &str {
        &self.call_id
    }

    /// The number of our latest request.
    #[must_use]
    pub const fn local_cseq(&self) -> u32 {
        self.local_cseq
    }

    /// Our next request, without Via and Contact (section 12.2.1.1).
    pub fn request(&mut self, method: Method) -> Message {
        self.local_cseq += 1;
        self.compose(method, self.local_cseq)
    }

    /// The ACK of a 2xx to the INVITE with this number (section 13.2.2.4).
    #[must_use]
    pub fn ack(&self, cseq: u32) -> Message {
        self.compose(Method::Ack, cseq)
    }

    fn compose(&self, method: Method, number: u32) -> Message {
        let (uri, routes) = self.path();
        let mut request = Message::request(method.clone(), uri);
        let headers = &mut request.headers;
        headers.push(HeaderName::MaxForwards, HeaderValue::stripped("70"));
        for route in &routes {
            headers.push(HeaderName::Route, route);
        }
        headers.push(HeaderName::From, &self.local);
        headers.push(HeaderName::To, &self.remote);
        headers.push(HeaderName::CallId, HeaderValue::stripped(self.call_id.as_str()));
        headers.push(HeaderName::CSeq, &CSeq { number, method });
        request
    }

    /// Request-URI and Route. A first router that is strict (RFC 2543) takes the place of the
    /// target, which goes last.
    fn path(&self) -> (Uri, Vec<NameAddr>) {
        match self.routes.split_first() {
            Some((first, rest)) if first.uri.param("lr").is_none() => {
                let mut routes = rest.to_vec();
                routes.push(NameAddr::new(self.target.clone()));
                (first.uri.without_headers(), routes)
            }
            _ => (self.target.clone(), self.routes.clone()),
        }
    }
}

fn routes(headers: &Headers) -> Vec<NameAddr> {
    headers
        .addresses(&HeaderName::RecordRoute)
        .unwrap_or_default()
}

fn contact(headers: &Headers) -> Option<Uri> {
    match headers.contacts() {
        Ok(Contacts::List(list)) => Some(list.first()?.uri.without_headers()),
        Ok(Contacts::Star) | Err(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vocabulary::flow::Flow;
    use crate::vocabulary::flow::Transport;
    use crate::wire::sip::decode::decode;
    use crate::wire::sip::message::encode;

    fn invite(extra: &str) -> Incoming {
        let text = format!(
            "INVITE sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bKa\r\n\
             From: <sip:x@y>;tag=r\r\nTo: <sip:a@b>\r\nCall-ID: c\r\nCSeq: 7 INVITE\r\n{extra}\r\n"
        );
        let flow = Flow {
            transport: Transport::Udp,
            local: ([127, 0, 0, 1], 5060).into(),
            remote: ([127, 0, 0, 2], 5060).into(),
        };
        Incoming::read(decode(text.as_bytes()).unwrap(), flow).unwrap()
    }

    fn bye(dialog: &mut Dialog) -> String {
        String::from_utf8(encode(&dialog.request(Method::Bye))).unwrap()
    }

    #[test]
    fn a_request_within_follows_route_set_and_contact() {
        let rows = [
            ("Contact: <sip:x@p:1>\r\n", "BYE sip:x@p:1 SIP/2.0", ""),
            ("", "BYE sip:x@y SIP/2.0", ""),
            (
                "Contact: <sip:x@p>\r\nRecord-Route: <sip:one;lr>\r\nRecord-Route: <sip:two;lr>\r\n",
                "BYE sip:x@p SIP/2.0",
                "Route: <sip:one;lr>\r\nRoute: <sip:two;lr>\r\n",
            ),
            (
                "Contact: <sip:x@p>\r\nRecord-Route: <sip:strict>, <sip:two;lr>\r\n",
                "BYE sip:strict SIP/2.0",
                "Route: <sip:two;lr>\r\nRoute: <sip:x@p>\r\n",
            ),
        ];
        for (extra, line, routes) in rows {
            let mut dialog = Dialog::uas(&invite(extra), "l");
            let text = bye(&mut dialog);
            assert!(text.starts_with(line), "{text}");
            assert!(text.contains(routes), "{text}");
            assert_eq!(text.matches("\r\nRoute:").count(), routes.matches("Route:").count());
            assert!(text.contains("From: <sip:a@b>;tag=l\r\nTo: <sip:x@y>;tag=r\r\n"), "{text}");
            assert!(text.contains("CSeq: 1 BYE\r\n"), "{text}");
        }
    }

    #[test]
    fn a_client_reverses_the_route_set() {
        let target = Uri::decode("sip:seat@h").unwrap();
        let local = NameAddr::new(Uri::decode("sip:me@h").unwrap()).with_tag("l");
        let mut dialog = Dialog::uac("c".to_owned(), local, target);
        dialog.request(Method::Invite);
        let answer = invite(
            "Contact: <sip:seat@p>\r\nRecord-Route: <sip:one;lr>,<sip:two;lr>\r\n",
        );
        let mut dialog = dialog.confirmed(&answer.headers);
        let text = bye(&mut dialog);
        assert!(text.contains("Route: <sip:two;lr>\r\nRoute: <sip:one;lr>\r\n"), "{text}");
        assert!(text.starts_with("BYE sip:seat@p "), "{text}");
        assert!(text.contains("CSeq: 2 BYE\r\n"), "{text}");
    }

    #[test]
    fn numbers_only_rise() {
        let mut dialog = Dialog::uas(&invite(""), "l");
        assert_eq!(dialog.take_cseq(7), Err(OutOfOrder { cseq: 7, last: 7 }));
        assert_eq!(dialog.take_cseq(9), Ok(()));
        assert!(dialog.take_cseq(8).is_err());
        assert!(dialog.owns("c", "r") && !dialog.owns("c", "x") && !dialog.owns("d", "r"));
    }
}
