//! Requests that belong to an INVITE of ours: the ACK of its failure, its CANCEL.

use crate::wire::sip::cseq::CSeq;
use crate::wire::sip::header::HeaderName;
use crate::wire::sip::header::HeaderValue;
use crate::wire::sip::headers::Headers;
use crate::wire::sip::message::Message;
use crate::wire::sip::message::Start;
use crate::wire::sip::method::Method;

/// The ACK of a 300 to 699 (RFC 3261 section 17.1.1.3). `None` if `invite` is no request.
#[must_use]
pub fn ack_of_failure(invite: &Message, response: &Headers) -> Option<Message> {
    let mut ack = companion(invite, Method::Ack)?;
    if let Some(to) = response.first(&HeaderName::To) {
        ack.headers.set(HeaderName::To, to.clone());
    }
    Some(ack)
}

/// The CANCEL (RFC 3261 section 9.1), with the text of a Reason header.
#[must_use]
pub fn cancel(invite: &Message, reason: Option<&str>) -> Option<Message> {
    let mut cancel = companion(invite, Method::Cancel)?;
    if let Some(reason) = reason {
        let reason = HeaderValue::stripped(reason);
        cancel.headers.push(HeaderName::Reason, reason);
    }
    Some(cancel)
}

fn companion(invite: &Message, method: Method) -> Option<Message> {
    const KEPT: [HeaderName; 6] = [
        HeaderName::Via,
        HeaderName::MaxForwards,
        HeaderName::Route,
        HeaderName::From,
        HeaderName::To,
        HeaderName::CallId,
    ];
    let Start::Request { uri, .. } = &invite.start else {
        return None;
    };
    let number = invite.headers.cseq().ok()?.number;
    let mut message = Message::request(method.clone(), uri.clone());
    for (name, value) in invite.headers.iter() {
        if KEPT.contains(name) {
            message.headers.push(name.clone(), value.clone());
        }
    }
    let cseq = CSeq { number, method };
    message.headers.push(HeaderName::CSeq, &cseq);
    Some(message)
}
