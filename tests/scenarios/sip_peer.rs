//! A peer written by hand: sends texts to one user agent and reads what comes back.

use std::net::SocketAddr;

use ringwise::machine::sip::config::UaConfig;
use ringwise::machine::sip::surface::UaCommand;
use ringwise::machine::sip::surface::UaEvent;
use ringwise::vocabulary::id::LegId;

use crate::sip_net::CALM;
use crate::sip_net::Net;
use crate::sip_net::OFFER;

pub(crate) struct Peer {
    pub(crate) net: Net,
    pub(crate) at: SocketAddr,
    pub(crate) centre: SocketAddr,
    branch: u32,
}

/// What a hand-written request says; the rest is usual.
#[derive(Clone, Copy)]
pub(crate) struct Ask<'a> {
    pub(crate) method: &'a str,
    pub(crate) cseq: u32,
    pub(crate) to_tag: &'a str,
    pub(crate) headers: &'a str,
    pub(crate) body: &'a str,
}

pub(crate) const ASK: Ask<'static> = Ask {
    method: "INVITE",
    cseq: 1,
    to_tag: "",
    headers: "",
    body: "",
};

impl Peer {
    pub(crate) fn new(config: UaConfig) -> Self {
        let mut net = Net::new(1, CALM);
        let centre = net.add("centre", config);
        Self {
            net,
            at: ([10, 0, 0, 99], 5060).into(),
            centre,
            branch: 0,
        }
    }

    pub(crate) fn text(&mut self, ask: Ask<'_>) -> String {
        self.branch += 1;
        let Ask {
            method,
            cseq,
            to_tag,
            headers,
            body,
        } = ask;
        let to_tag = match to_tag {
            "" => String::new(),
            tag => format!(";tag={tag}"),
        };
        let kind = match body {
            "" => "",
            _ => "Content-Type: application/sdp\r\n",
        };
        format!(
            "{method} sip:4000@10.0.0.1 SIP/2.0\r\n\
             Via: SIP/2.0/UDP 10.0.0.99;branch=z9hG4bKpeer{};rport\r\n\
             Max-Forwards: 70\r\nFrom: <sip:peer@10.0.0.99>;tag=peer\r\n\
             To: <sip:4000@10.0.0.1>{to_tag}\r\nCall-ID: call\r\nCSeq: {cseq} {method}\r\n\
             Contact: <sip:peer@10.0.0.99>\r\n{headers}{kind}Content-Length: {}\r\n\r\n{body}",
            self.branch,
            body.len()
        )
    }

    pub(crate) fn send(&mut self, text: &str) {
        let (from, to) = (self.at, self.centre);
        self.net.inject(from, to, text.as_bytes());
        let soon = self.net.now_ms + 10;
        self.net.run_to(soon);
    }

    pub(crate) fn ask(&mut self, ask: Ask<'_>) {
        let text = self.text(ask);
        self.send(&text);
    }

    /// The messages that came, as `200 INVITE` or `BYE`, each with its whole text.
    pub(crate) fn mail(&mut self) -> Vec<String> {
        std::mem::take(&mut self.net.mail)
    }

    /// The only message that came since the last look, 100 aside.
    pub(crate) fn answer(&mut self) -> String {
        let mut mail = self.mail();
        mail.retain(|text| !text.starts_with("SIP/2.0 100"));
        assert_eq!(mail.len(), 1, "{mail:#?}");
        mail.remove(0)
    }

    pub(crate) fn status(&mut self) -> u16 {
        status_of(&self.answer())
    }

    /// A call that the centre has answered and we have acknowledged; its leg and tag.
    pub(crate) fn connect(&mut self, headers: &str) -> (LegId, String) {
        let body = OFFER;
        self.ask(Ask {
            headers,
            body,
            ..ASK
        });
        let leg = self.net.invited(self.centre);
        self.mail();
        let sdp = OFFER.to_owned();
        self.net.act(self.centre, UaCommand::Answer { leg, sdp });
        let soon = self.net.now_ms + 20;
        self.net.run_to(soon);
        let tag = tag_of(&self.answer());
        self.ask(Ask {
            method: "ACK",
            to_tag: &tag,
            ..ASK
        });
        self.net.take(self.centre, |event| {
            matches!(event, UaEvent::Acked { .. }).then_some(())
        });
        self.net.ladder.clear();
        (leg, tag)
    }
}

pub(crate) fn status_of(text: &str) -> u16 {
    text[8..11].parse().unwrap()
}

pub(crate) fn header<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let lines = text.lines().take_while(|line| !line.is_empty());
    let mut pairs = lines.filter_map(|line| line.split_once(": "));
    pairs
        .find(|(other, _)| *other == name)
        .map(|(_, value)| value)
}

pub(crate) fn tag_of(text: &str) -> String {
    let to = header(text, "To").unwrap();
    to.split_once(";tag=").unwrap().1.to_owned()
}
