//! Five hundred calls through bad weather: each one ends, and nothing is left behind.

use std::collections::BTreeSet;

use ringwise::machine::sip::surface::Status;
use ringwise::machine::sip::surface::UaCommand;
use ringwise::machine::sip::surface::UaEvent;
use ringwise::vocabulary::chance::Chance;
use ringwise::vocabulary::id::LegId;

use crate::sip_call::invitation;
use crate::sip_call::open_config;
use crate::sip_net::Net;
use crate::sip_net::OFFER;
use crate::sip_net::Weather;

const CALLS: u64 = 500;

/// What one call of the storm does next.
enum Whim {
    Do(std::net::SocketAddr, UaCommand),
    Nothing,
}

fn whim(chance: &mut Chance, who: std::net::SocketAddr, event: &UaEvent) -> Whim {
    let command = match event {
        UaEvent::Invited { leg, .. } => match chance.below(10) {
            0 => UaCommand::Refuse {
                leg: *leg,
                status: Status(486),
                retry_after: None,
            },
            1 => UaCommand::Hangup {
                leg: *leg,
                reason: None,
            },
            _ => UaCommand::Answer {
                leg: *leg,
                sdp: OFFER.to_owned(),
            },
        },
        UaEvent::Reoffered { leg, .. } => UaCommand::AnswerReoffer {
            leg: *leg,
            answer: Ok(OFFER.to_owned()),
        },
        UaEvent::Acked { leg, .. } | UaEvent::Accepted { leg, .. } => match chance.below(4) {
            0 => UaCommand::Reinvite {
                leg: *leg,
                sdp: OFFER.to_owned(),
            },
            1 => UaCommand::Hangup {
                leg: *leg,
                reason: None,
            },
            _ => return Whim::Nothing,
        },
        UaEvent::Cancelled { .. }
        | UaEvent::Progress { .. }
        | UaEvent::Refused { .. }
        | UaEvent::ReofferAnswered { .. }
        | UaEvent::HungUp { .. }
        | UaEvent::Gone { .. }
        | UaEvent::Registered { .. }
        | UaEvent::Unregistered { .. }
        | UaEvent::AccountAnswered { .. }
        | UaEvent::TurnedAway { .. } => return Whim::Nothing,
    };
    Whim::Do(who, command)
}

fn storm(seed: u64, loss: f64) {
    let weather = Weather {
        loss,
        repeats: 0.05,
        delay_ms: (1, 400),
    };
    let mut net = Net::new(seed, weather);
    let caller = net.add("caller", open_config());
    let centre = net.add("centre", open_config());
    let mut chance = Chance::from_seed(seed + 1);
    let mut open = BTreeSet::<LegId>::new();
    let mut later = Vec::new();
    let mut started = BTreeSet::<LegId>::new();
    // Long enough for the last call and all its time-outs.
    while net.now_ms < 400_000 {
        if started.len() < usize::try_from(CALLS).unwrap()
            && net.now_ms >= started.len() as u64 * 20
        {
            let leg = net.agent(caller).mint_leg();
            started.insert(leg);
            open.insert(leg);
            let command = invitation(&net, leg, caller, centre);
            net.act(caller, command);
            if chance.below(5) == 0 {
                let _ = net.try_do(caller, UaCommand::Hangup { leg, reason: None });
            }
        }
        for (who, event) in std::mem::take(&mut net.events) {
            if let UaEvent::Invited { leg, .. } = &event {
                open.insert(*leg);
            }
            if let UaEvent::Cancelled { leg }
            | UaEvent::Refused { leg, .. }
            | UaEvent::HungUp { leg, .. }
            | UaEvent::Gone { leg } = &event
            {
                assert!(open.remove(leg), "{leg} ended twice");
            }
            if matches!(event, UaEvent::Progress { .. }) && chance.below(2) == 0 {
                // Gives up while it rings, or just as it is answered.
                let UaEvent::Progress { leg, .. } = event else {
                    continue;
                };
                let at = net.now_ms + chance.below(3000);
                let reason = None;
                later.push((at, who, UaCommand::Hangup { leg, reason }));
            } else if let Whim::Do(who, command) = whim(&mut chance, who, &event) {
                let slow = matches!(event, UaEvent::Invited { .. }) && chance.below(3) == 0;
                if let UaEvent::Invited { leg, .. } = event
                    && slow
                {
                    net.act(who, UaCommand::Ring { leg });
                }
                let wait_ms = if slow { chance.below(4000) } else { 0 };
                later.push((net.now_ms + wait_ms, who, command));
            }
        }
        let now_ms = net.now_ms;
        for (_, who, command) in later.extract_if(.., |(at, ..)| *at <= now_ms) {
            let refused = if let UaCommand::Refuse { leg, .. } = &command {
                Some(*leg)
            } else {
                None
            };
            // The leg may have ended meanwhile.
            if net.try_do(who, command).is_ok() {
                refused.map(|leg| open.remove(&leg));
            }
        }
        // Whatever is up after three minutes is hung up from a side chosen by chance.
        if net.now_ms > 180_000 {
            for leg in open.clone() {
                let who = if started.contains(&leg) {
                    caller
                } else {
                    centre
                };
                let _ = net.try_do(who, UaCommand::Hangup { leg, reason: None });
            }
        }
        let next = (net.now_ms + 20).min(400_000);
        net.run_to(next);
    }
    assert_eq!(started.len() as u64, CALLS);
    let said = |what: &str| net.ladder.iter().filter(|line| line.contains(what)).count();
    for (what, least) in [
        ("caller * Accepted", 200),
        ("* Cancelled", 10),
        ("caller * Refused", 20),
        ("* ReofferAnswered", 50),
        ("* HungUp Bye", 50),
        ("caller BYE", 50),
        ("centre BYE", 50),
    ] {
        assert!(said(what) >= least, "{what}: {}", said(what));
    }
    assert!(open.is_empty(), "seed {seed}: {} legs hang", open.len());
    net.assert_nothing_left();
}

#[test]
fn five_hundred_calls_at_a_fifth_lost_all_end() {
    for seed in 1..=10 {
        storm(seed, 0.2);
    }
}

#[test]
fn five_hundred_calls_in_disorder_without_loss_all_end() {
    storm(4, 0.0);
}
