//! Calls between a caller and a centre, as ladders: who sent what when, and what each was told.

use std::net::SocketAddr;

use ringwise::machine::sip::config::UaConfig;
use ringwise::machine::sip::surface::Invitation;
use ringwise::machine::sip::surface::Status;
use ringwise::machine::sip::surface::Target;
use ringwise::machine::sip::surface::UaCommand;
use ringwise::machine::sip::surface::UaEvent;
use ringwise::vocabulary::id::LegId;

use crate::sip_net::CALM;
use crate::sip_net::Net;
use crate::sip_net::OFFER;

pub(crate) fn open_config() -> UaConfig {
    let mut config = UaConfig::closed("ringwise");
    config.allow = vec!["10.0.0.0/8".parse().unwrap()];
    config
}

pub(crate) struct Pair {
    pub(crate) net: Net,
    pub(crate) caller: SocketAddr,
    pub(crate) centre: SocketAddr,
    pub(crate) out: LegId,
}

pub(crate) fn pair() -> Pair {
    let mut net = Net::new(1, CALM);
    let caller = net.add("caller", open_config());
    let centre = net.add("centre", open_config());
    let out = net.agent(caller).mint_leg();
    Pair {
        net,
        caller,
        centre,
        out,
    }
}

pub(crate) fn invitation(net: &Net, leg: LegId, from: SocketAddr, to: SocketAddr) -> UaCommand {
    UaCommand::Invite(Box::new(Invitation {
        leg,
        target: Target::Uri {
            uri: format!("sip:4000@{to}"),
            flow: net.flow(from, to),
        },
        from_name: "Li \"Na\"".to_owned(),
        from_user: "+8613800000001".to_owned(),
        headers: vec![("X-Test".to_owned(), "1".to_owned())],
        sdp: OFFER.to_owned(),
        account: None,
    }))
}

impl Pair {
    pub(crate) fn call(&mut self) {
        let command = invitation(&self.net, self.out, self.caller, self.centre);
        self.net.act(self.caller, command);
    }

    pub(crate) fn answer(&mut self, leg: LegId) {
        let sdp = OFFER.to_owned();
        self.net.act(self.centre, UaCommand::Answer { leg, sdp });
    }

    /// A call that is up and has been for a while; gives the centre's leg.
    pub(crate) fn connect(&mut self) -> LegId {
        self.call();
        self.net.run_to(100);
        let leg = self.net.invited(self.centre);
        self.answer(leg);
        self.net.run_to(1000);
        self.net.ladder.clear();
        self.net.events.clear();
        leg
    }

    pub(crate) fn hang_up(&mut self, who: SocketAddr, leg: LegId) {
        let reason = None;
        self.net.act(who, UaCommand::Hangup { leg, reason });
    }
}

#[test]
fn a_call_is_invited_rung_answered_and_hung_up_by_the_caller() {
    let mut pair = pair();
    pair.call();
    pair.net.run_to(20);
    let invite = pair.net.take(pair.centre, |event| {
        if let UaEvent::Invited { invite, .. } = event {
            Some(invite.clone())
        } else {
            None
        }
    });
    assert_eq!(invite.called, "4000");
    assert_eq!(invite.caller, "+8613800000001");
    assert_eq!(invite.caller_name, "Li \"Na\"");
    assert_eq!(invite.user, None);
    assert_eq!(invite.sdp.as_deref(), Some(OFFER));
    assert_eq!(invite.headers, [("X-Test".to_owned(), "1".to_owned())]);
    let mut pair = self::pair();
    pair.call();
    pair.net.run_to(100);
    let leg = pair.net.invited(pair.centre);
    pair.net.act(pair.centre, UaCommand::Ring { leg });
    pair.net.run_to(2000);
    pair.answer(leg);
    pair.net.run_to(3000);
    pair.hang_up(pair.caller, pair.out);
    pair.net.run_to(60_000);
    pair.net.expect(
        "  0 caller INVITE
          10 centre 100 INVITE
          10 centre * Invited
         100 centre 180 INVITE
         110 caller * Progress 180
        2000 centre 200 INVITE
        2010 caller ACK
        2010 caller * Accepted
        2020 centre * Acked
        3000 caller BYE
        3010 centre 200 BYE
        3010 centre * HungUp Bye
        3020 caller * Gone",
    );
    pair.net.assert_nothing_left();
}

#[test]
fn the_centre_hangs_up() {
    let mut pair = pair();
    let leg = pair.connect();
    pair.hang_up(pair.centre, leg);
    pair.net.run_to(60_000);
    pair.net.expect(
        "1000 centre BYE
         1010 caller 200 BYE
         1010 caller * HungUp Bye
         1020 centre * Gone",
    );
    pair.net.assert_nothing_left();
}

#[test]
fn a_refused_call_is_acknowledged() {
    let mut pair = pair();
    pair.call();
    pair.net.run_to(100);
    let leg = pair.net.invited(pair.centre);
    pair.net.act(
        pair.centre,
        UaCommand::Refuse {
            leg,
            status: Status(486),
            retry_after: None,
        },
    );
    pair.net.run_to(60_000);
    pair.net.expect(
        "  0 caller INVITE
          10 centre 100 INVITE
          10 centre * Invited
         100 centre 486 INVITE
         110 caller ACK
         110 caller * Refused 486",
    );
    pair.net.assert_nothing_left();
}

#[test]
fn a_caller_who_gives_up_cancels() {
    let mut pair = pair();
    pair.call();
    pair.net.run_to(100);
    pair.hang_up(pair.caller, pair.out);
    pair.net.run_to(60_000);
    pair.net.expect(
        "  0 caller INVITE
          10 centre 100 INVITE
          10 centre * Invited
         100 caller CANCEL
         110 centre 200 CANCEL
         110 centre 487 INVITE
         110 centre * Cancelled
         120 caller ACK
         120 caller * Gone",
    );
    pair.net.assert_nothing_left();
}
