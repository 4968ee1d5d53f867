//! Five hundred calls through bad weather: each one ends, and nothing is left behind.

use std::collections::BTreeSet;
use std::net::SocketAddr;

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

const CALLS: usize = 500;

/// What one call of the storm does next.
enum Whim {
    Do(SocketAddr, UaCommand),
    Nothing,
}

fn whim(chance: &mut Chance, who: SocketAddr, event: &UaEvent) -> Whim {
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
        | UaEvent::Pinged { .. }
        | UaEvent::Unregistered { .. }
        | UaEvent::AccountAnswered { .. }
        | UaEvent::TurnedAway { .. } => return Whim::Nothing,
    };
    Whim::Do(who, command)
}

/// One storm: what is open, and what is still to be done.
struct Storm {
    net: Net,
    caller: SocketAddr,
    centre: SocketAddr,
    chance: Chance,
    started: BTreeSet<LegId>,
    open: BTreeSet<LegId>,
    later: Vec<(u64, SocketAddr, UaCommand)>,
}

impl Storm {
    fn new(seed: u64, loss: f64) -> Self {
        let weather = Weather {
            loss,
            repeats: 0.05,
            delay_ms: (1, 400),
        };
        let mut net = Net::new(seed, weather);
        Self {
            caller: net.add("caller", open_config()),
            centre: net.add("centre", open_config()),
            net,
            chance: Chance::from_seed(seed + 1),
            started: BTreeSet::new(),
            open: BTreeSet::new(),
            later: Vec::new(),
        }
    }

    fn start(&mut self) {
        let leg = self.net.agent(self.caller).mint_leg();
        self.started.insert(leg);
        self.open.insert(leg);
        let command = invitation(&self.net, leg, self.caller, self.centre);
        self.net.act(self.caller, command);
        if self.chance.below(5) == 0 {
            self.hang_up(self.caller, leg);
        }
    }

    /// The leg may have ended meanwhile.
    fn hang_up(&mut self, who: SocketAddr, leg: LegId) {
        let reason = None;
        let _ = self.net.try_do(who, UaCommand::Hangup { leg, reason });
    }

    fn handle(&mut self, who: SocketAddr, event: &UaEvent) {
        if let UaEvent::Invited { leg, .. } = event {
            self.open.insert(*leg);
        }
        if let UaEvent::Cancelled { leg }
        | UaEvent::Refused { leg, .. }
        | UaEvent::HungUp { leg, .. }
        | UaEvent::Gone { leg } = event
        {
            assert!(self.open.remove(leg), "{leg} ended twice");
        }
        let now_ms = self.net.now_ms;
        if let UaEvent::Progress { leg, .. } = event
            && self.chance.below(2) == 0
        {
            // Gives up while it rings, or just as it is answered.
            let at = now_ms + self.chance.below(3000);
            let (leg, reason) = (*leg, None);
            let command = UaCommand::Hangup { leg, reason };
            self.later.push((at, who, command));
        } else if let Whim::Do(who, command) = whim(&mut self.chance, who, event) {
            let mut at = now_ms;
            if let UaEvent::Invited { leg, .. } = event
                && self.chance.below(3) == 0
            {
                self.net.act(who, UaCommand::Ring { leg: *leg });
                at += self.chance.below(4000);
            }
            self.later.push((at, who, command));
        }
    }

    fn do_what_is_due(&mut self) {
        let now_ms = self.net.now_ms;
        let due: Vec<_> = self
            .later
            .extract_if(.., |(at, ..)| *at <= now_ms)
            .collect();
        for (_, who, command) in due {
            let refused = if let UaCommand::Refuse { leg, .. } = &command {
                Some(*leg)
            } else {
                None
            };
            let done = self.net.try_do(who, command).is_ok();
            if let Some(leg) = refused.filter(|_| done) {
                self.open.remove(&leg);
            }
        }
    }

    fn hang_up_all(&mut self) {
        for leg in self.open.clone() {
            let ours = self.started.contains(&leg);
            self.hang_up(if ours { self.caller } else { self.centre }, leg);
        }
    }

    fn check(&self) {
        let said = |what: &str| {
            let lines = self.net.ladder.iter();
            lines.filter(|line| line.contains(what)).count()
        };
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
        assert!(self.open.is_empty(), "{} legs hang", self.open.len());
        self.net.assert_nothing_left();
    }
}

/// A call each 20 ms; after three minutes everything is hung up; the rest is time for all
/// time-outs.
fn storm(seed: u64, loss: f64) {
    println!("seed {seed}");
    let mut storm = Storm::new(seed, loss);
    while storm.net.now_ms < 400_000 {
        if storm.started.len() < CALLS {
            storm.start();
        }
        for (who, event) in std::mem::take(&mut storm.net.events) {
            storm.handle(who, &event);
        }
        storm.do_what_is_due();
        if storm.net.now_ms > 180_000 {
            storm.hang_up_all();
        }
        let next = storm.net.now_ms + 20;
        storm.net.run_to(next);
    }
    storm.check();
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
