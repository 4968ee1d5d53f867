//! Seats that register with digest, and what the registrar says to everybody else.

use std::net::SocketAddr;
use std::time::Duration;

use ringwise::machine::sip::config::Secrets;
use ringwise::machine::sip::config::UaConfig;
use ringwise::machine::sip::surface::Account;
use ringwise::machine::sip::surface::Invitation;
use ringwise::machine::sip::surface::Target;
use ringwise::machine::sip::surface::UaCommand;
use ringwise::machine::sip::surface::UaEvent;
use ringwise::vocabulary::id::LegId;

use crate::sip_call::invitation;
use crate::sip_call::open_config;
use crate::sip_net::CALM;
use crate::sip_net::Net;
use crate::sip_net::OFFER;

pub(crate) fn registrar_config() -> UaConfig {
    let mut config = UaConfig::closed("ringwise");
    for user in ["1001", "1002"] {
        let secrets = Secrets::of(user, "ringwise", "secret");
        config.users.insert(user.to_owned(), secrets);
    }
    config
}

struct Desk {
    net: Net,
    seat: SocketAddr,
    centre: SocketAddr,
}

fn desk() -> Desk {
    desk_of(registrar_config())
}

fn desk_of(config: UaConfig) -> Desk {
    let mut net = Net::new(1, CALM);
    let seat = net.add("seat", open_config());
    let centre = net.add("centre", config);
    Desk { net, seat, centre }
}

impl Desk {
    fn register(&mut self, password: &str, realm: &str, expires_s: u32) {
        let account = Account {
            user: "1001".to_owned(),
            password: password.to_owned(),
            realm: realm.to_owned(),
            flow: self.net.flow(self.seat, self.centre),
            expires_s,
        };
        self.net
            .act(self.seat, UaCommand::Register(Box::new(account)));
    }

    fn call_seat(&mut self) -> LegId {
        let leg = self.net.agent(self.centre).mint_leg();
        let call = Invitation {
            leg,
            target: Target::Registered("1001".to_owned()),
            from_name: String::new(),
            from_user: "13800000001".to_owned(),
            headers: Vec::new(),
            sdp: OFFER.to_owned(),
            account: None,
        };
        self.net.act(self.centre, UaCommand::Invite(Box::new(call)));
        leg
    }
}

#[test]
fn a_seat_registers_is_called_and_unregisters() {
    let mut desk = desk();
    desk.register("secret", "ringwise", 600);
    desk.net.run_to(100);
    desk.net.expect(
        " 0 seat REGISTER
         10 centre 401 REGISTER
         10 centre * TurnedAway 401 challenged
         20 seat REGISTER
         30 centre 200 REGISTER
         30 centre * Registered fresh
         40 seat * AccountAnswered 200",
    );
    let leg = desk.call_seat();
    desk.net.run_to(200);
    let called = desk.net.take(desk.seat, |event| {
        if let UaEvent::Invited { invite, .. } = event {
            Some(invite.called.clone())
        } else {
            None
        }
    });
    assert_eq!(called, "1001");
    desk.net
        .act(desk.centre, UaCommand::Hangup { leg, reason: None });
    desk.net.run_to(20_000);
    desk.net.ladder.clear();
    desk.register("secret", "ringwise", 0);
    desk.net.run_to(20_100);
    desk.net.expect(
        "20000 seat REGISTER
         20010 centre 401 REGISTER
         20010 centre * TurnedAway 401 challenged
         20020 seat REGISTER
         20030 centre 200 REGISTER
         20030 centre * Unregistered
         20040 seat * AccountAnswered 200",
    );
    desk.net.run_to(100_000);
    desk.net.assert_nothing_left();
}

#[test]
fn a_wrong_password_is_asked_once_more_and_no_more() {
    let mut desk = desk();
    desk.register("wrong", "ringwise", 600);
    desk.net.run_to(60_000);
    desk.net.expect(
        " 0 seat REGISTER
         10 centre 401 REGISTER
         10 centre * TurnedAway 401 challenged
         20 seat REGISTER
         30 centre 401 REGISTER
         30 centre * TurnedAway 401 bad_password
         40 seat * AccountAnswered 401",
    );
    desk.net.assert_nothing_left();
}

#[test]
fn a_foreign_realm_gets_no_credentials() {
    let mut desk = desk();
    desk.register("secret", "other", 600);
    desk.net.run_to(60_000);
    desk.net.expect(
        " 0 seat REGISTER
         10 centre 401 REGISTER
         10 centre * TurnedAway 401 challenged
         20 seat * AccountAnswered 401",
    );
}

#[test]
fn a_seat_keeps_itself_registered_and_its_flow_is_pinged() {
    let mut desk = desk();
    desk.register("secret", "ringwise", 60);
    desk.net.run_to(200_000);
    let said = |what: &str| desk.net.ladder.iter().filter(|l| l.ends_with(what)).count();
    assert_eq!(
        said("seat REGISTER"),
        14,
        "every 30 s, each challenged anew"
    );
    assert_eq!(said("centre * Registered again"), 6);
    assert!(
        (7..=10).contains(&said("centre OPTIONS")),
        "every 20 to 25 s"
    );
    assert_eq!(said("centre * Unregistered"), 0);
}

#[test]
fn a_seat_that_registers_anew_is_pinged_at_once_and_then_as_often_as_any() {
    let mut desk = desk();
    desk.register("secret", "ringwise", 600);
    desk.net.run_to(5_000);
    desk.register("secret", "ringwise", 0);
    desk.net.run_to(6_000);
    desk.net.ladder.clear();
    desk.register("secret", "ringwise", 600);
    desk.net.run_to(6_200);
    let said = |net: &Net| {
        let lines = net.ladder.iter();
        lines
            .filter(|line| line.ends_with("centre OPTIONS"))
            .count()
    };
    assert_eq!(said(&desk.net), 1);
    desk.net.run_to(106_200);
    assert!((5..=6).contains(&said(&desk.net)), "{}", said(&desk.net));
}

#[test]
fn a_seat_that_falls_silent_is_unregistered_by_its_pings() {
    let mut desk = desk();
    desk.register("secret", "ringwise", 3600);
    desk.net.run_to(1000);
    desk.net.agents.remove(&desk.seat);
    desk.net.run_to(95_000);
    assert!(!desk.net.agent(desk.centre).is_registered("1001"));
    let last = desk.net.ladder.last().unwrap();
    assert!(last.ends_with("centre * Unregistered"), "{last}");
}

#[test]
fn a_phone_that_falls_silent_in_a_call_is_asked_there_as_soon_as_its_pings_tell() {
    let mut config = registrar_config();
    config.watch_every = Duration::from_secs(900);
    let mut desk = desk_of(config);
    desk.register("secret", "ringwise", 3600);
    desk.net.run_to(1_000);
    desk.call_seat();
    desk.net.run_to(2_000);
    let (leg, sdp) = (desk.net.invited(desk.seat), OFFER.to_owned());
    desk.net.act(desk.seat, UaCommand::Answer { leg, sdp });
    desk.net.run_to(3_000);
    desk.net.agents.remove(&desk.seat);
    desk.net.run_to(128_000);
    let told = desk.net.ladder.join("\n");
    assert!(told.contains("centre * HungUp DialogLost"), "{told}");
}

#[test]
fn a_user_who_is_gone_from_the_list_loses_its_bindings() {
    let mut desk = desk();
    desk.register("secret", "ringwise", 600);
    desk.net.run_to(1000);
    let mut users = registrar_config().users;
    users.remove("1002");
    desk.net.agent(desk.centre).set_users(users.clone());
    assert!(desk.net.agent(desk.centre).is_registered("1001"));
    users.remove("1001");
    desk.net.agent(desk.centre).set_users(users);
    assert!(!desk.net.agent(desk.centre).is_registered("1001"));
    let event = desk.net.agent(desk.centre).poll_event();
    assert!(matches!(event, Some(UaEvent::Unregistered { .. })));
}

#[test]
fn a_binding_without_refresh_runs_out() {
    let mut desk = desk();
    let centre = desk.net.agents.get_mut(&desk.centre).unwrap();
    assert!(!centre.is_registered("1001"));
    desk.register("secret", "ringwise", 60);
    desk.net.run_to(1000);
    desk.net.agents.remove(&desk.seat);
    desk.net.run_to(60_029);
    assert!(desk.net.agent(desk.centre).is_registered("1001"));
    desk.net.run_to(60_031);
    assert!(!desk.net.agent(desk.centre).is_registered("1001"));
}

#[test]
fn a_registered_flow_calls_as_its_user_and_strangers_are_challenged() {
    let mut desk = desk();
    let command = |net: &mut Net, from: SocketAddr, to: SocketAddr| {
        let leg = net.agent(from).mint_leg();
        let command = invitation(net, leg, from, to);
        net.act(from, command);
    };
    command(&mut desk.net, desk.seat, desk.centre);
    desk.net.run_to(1000);
    desk.net.expect(
        " 0 seat INVITE
         10 centre 401 INVITE
         10 centre * TurnedAway 401 challenged
         20 seat ACK
         20 seat * Refused 401",
    );
    desk.register("secret", "ringwise", 600);
    desk.net.run_to(2000);
    command(&mut desk.net, desk.seat, desk.centre);
    desk.net.run_to(3000);
    let user = desk.net.take(desk.centre, |event| {
        if let UaEvent::Invited { invite, .. } = event {
            Some(invite.user.clone())
        } else {
            None
        }
    });
    assert_eq!(user.as_deref(), Some("1001"));
}

#[test]
fn a_caller_proves_itself_by_digest() {
    let mut desk = desk();
    let leg = desk.net.agent(desk.seat).mint_leg();
    let flow = desk.net.flow(desk.seat, desk.centre);
    let command = Invitation {
        leg,
        target: Target::Uri {
            uri: "sip:4000@10.0.0.2".to_owned(),
            flow,
        },
        from_name: String::new(),
        from_user: "1002".to_owned(),
        headers: Vec::new(),
        sdp: OFFER.to_owned(),
        account: Some(Account {
            user: "1002".to_owned(),
            password: "secret".to_owned(),
            realm: "ringwise".to_owned(),
            flow,
            expires_s: 0,
        }),
    };
    desk.net
        .act(desk.seat, UaCommand::Invite(Box::new(command)));
    desk.net.run_to(100);
    desk.net.expect(
        " 0 seat INVITE
         10 centre 401 INVITE
         10 centre * TurnedAway 401 challenged_user
         20 seat ACK
         20 seat INVITE
         30 centre 100 INVITE
         30 centre * Invited",
    );
}
