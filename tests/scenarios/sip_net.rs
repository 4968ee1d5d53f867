//! User agents on one virtual wire: delay, loss, repeats and disorder from a seed.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::net::SocketAddr;

use ringwise::machine::sip::config::UaConfig;
use ringwise::machine::sip::surface::UaCommand;
use ringwise::machine::sip::surface::UaEvent;
use ringwise::machine::sip::user_agent::UaCommandError;
use ringwise::machine::sip::user_agent::UserAgent;
use ringwise::vocabulary::chance::Chance;
use ringwise::vocabulary::flow::Flow;
use ringwise::vocabulary::flow::Transport;
use ringwise::vocabulary::id::LegId;
use ringwise::vocabulary::id::Mint;
use ringwise::vocabulary::time::Now;
use ringwise::vocabulary::time::Turn;
use ringwise::vocabulary::time::Wall;

pub(crate) const OFFER: &str = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n\
                         m=audio 4000 RTP/AVP 0\r\n";

/// How the wire treats packets.
#[derive(Clone, Copy)]
pub(crate) struct Weather {
    pub(crate) loss: f64,
    pub(crate) repeats: f64,
    pub(crate) delay_ms: (u64, u64),
}

/// 10 ms from anywhere to anywhere.
pub(crate) const CALM: Weather = Weather {
    loss: 0.0,
    repeats: 0.0,
    delay_ms: (10, 10),
};

struct Packet {
    from: SocketAddr,
    to: SocketAddr,
    bytes: Vec<u8>,
}

pub(crate) struct Net {
    pub(crate) now_ms: u64,
    pub(crate) agents: BTreeMap<SocketAddr, UserAgent>,
    /// What was sent and what happened: `ms who what`.
    pub(crate) ladder: Vec<String>,
    /// Events since they were last taken.
    pub(crate) events: Vec<(SocketAddr, UaEvent)>,
    pub(crate) transport: Transport,
    /// What came to addresses where no user agent lives.
    pub(crate) mail: Vec<String>,
    /// Whatever was sent, and where the last of it went.
    pub(crate) texts: Vec<String>,
    pub(crate) last_to: Option<SocketAddr>,
    names: BTreeMap<SocketAddr, &'static str>,
    wire: BTreeMap<(u64, u64), Packet>,
    sent: u64,
    weather: Weather,
    chance: Chance,
    losing: Vec<(&'static str, &'static str)>,
}

impl Net {
    pub(crate) fn new(seed: u64, weather: Weather) -> Self {
        Self {
            now_ms: 0,
            agents: BTreeMap::new(),
            ladder: Vec::new(),
            events: Vec::new(),
            transport: Transport::Udp,
            mail: Vec::new(),
            texts: Vec::new(),
            last_to: None,
            names: BTreeMap::new(),
            wire: BTreeMap::new(),
            sent: 0,
            weather,
            chance: Chance::from_seed(seed),
            losing: Vec::new(),
        }
    }

    pub(crate) fn add(&mut self, name: &'static str, config: UaConfig) -> SocketAddr {
        let last = u8::try_from(self.agents.len()).unwrap() + 1;
        let at = SocketAddr::from(([10, 0, 0, last], 5060));
        let agent = UserAgent::new(config, self.chance.fork(), Mint::new(last, 0, 1));
        self.agents.insert(at, agent);
        self.names.insert(at, name);
        at
    }

    pub(crate) fn flow(&self, from: SocketAddr, to: SocketAddr) -> Flow {
        Flow {
            transport: self.transport,
            local: from,
            remote: to,
        }
    }

    pub(crate) fn turn(&self) -> Turn {
        Turn {
            now: Now::at_ms(self.now_ms),
            wall: Wall::from_ms(0),
        }
    }

    pub(crate) fn agent(&mut self, at: SocketAddr) -> &mut UserAgent {
        self.agents.get_mut(&at).unwrap()
    }

    pub(crate) fn try_do(
        &mut self,
        who: SocketAddr,
        command: UaCommand,
    ) -> Result<(), UaCommandError> {
        let turn = self.turn();
        let done = self.agent(who).command(turn, command);
        self.drain(who);
        done
    }

    pub(crate) fn act(&mut self, who: SocketAddr, command: UaCommand) {
        self.try_do(who, command).unwrap();
    }

    /// A connection is closed at one end.
    pub(crate) fn close(&mut self, who: SocketAddr, far: SocketAddr) {
        let (turn, flow) = (self.turn(), self.flow(who, far));
        self.agent(who).handle_flow_closed(turn, flow);
        self.drain(who);
    }

    /// Bytes from an address where no user agent lives.
    pub(crate) fn inject(&mut self, from: SocketAddr, to: SocketAddr, bytes: &[u8]) {
        self.deliver(&Packet {
            from,
            to,
            bytes: bytes.to_vec(),
        });
    }

    /// The next packet of `who` that reads `what` is lost.
    pub(crate) fn lose(&mut self, who: &'static str, what: &'static str) {
        self.losing.push((who, what));
    }

    /// Lets everything happen up to `ms`.
    pub(crate) fn run_to(&mut self, ms: u64) {
        while let Some(next) = self.next_ms().filter(|next| *next <= ms) {
            self.now_ms = self.now_ms.max(next);
            self.step();
        }
        self.now_ms = ms;
    }

    pub(crate) fn next_ms(&self) -> Option<u64> {
        let packet = self.wire.keys().next().map(|(at, _)| *at);
        let agents = self.agents.values().filter_map(UserAgent::poll_timeout);
        let alarm = agents.min().map(|at| {
            let since = at.since_start();
            u64::try_from(since.as_micros().div_ceil(1000)).unwrap()
        });
        packet.into_iter().chain(alarm).min()
    }

    /// When something is sent next.
    pub(crate) fn next_ms_after(&mut self, ms: u64) -> u64 {
        self.run_to(ms);
        let said = self.ladder.len();
        while self.ladder.len() == said {
            let next = self.next_ms().unwrap();
            self.run_to(next);
        }
        self.now_ms
    }

    /// Does what is due now.
    pub(crate) fn step(&mut self) {
        let due = self.wire.first_key_value().map(|((at, _), _)| *at);
        if due.is_some_and(|at| at <= self.now_ms) {
            let (_, packet) = self.wire.pop_first().unwrap();
            self.deliver(&packet);
            return;
        }
        let turn = self.turn();
        let due: Vec<_> = self
            .agents
            .iter()
            .filter(|(_, agent)| agent.poll_timeout().is_some_and(|at| at <= turn.now))
            .map(|(at, _)| *at)
            .collect();
        for at in due {
            self.agent(at).handle_timeout(turn);
            self.drain(at);
        }
    }

    fn deliver(&mut self, packet: &Packet) {
        let flow = self.flow(packet.to, packet.from);
        let turn = self.turn();
        if let Some(agent) = self.agents.get_mut(&packet.to) {
            agent.handle_message(turn, flow, &packet.bytes);
            self.drain(packet.to);
        } else {
            let text = String::from_utf8_lossy(&packet.bytes).into_owned();
            self.mail.push(text);
        }
    }

    fn drain(&mut self, who: SocketAddr) {
        while let Some(transmit) = self.agent(who).poll_transmit() {
            assert_eq!(transmit.flow.local, who);
            self.send(who, transmit.flow.remote, &transmit.bytes);
        }
        while let Some(event) = self.agent(who).poll_event() {
            let name = self.names[&who];
            let text = event_text(&event);
            self.ladder.push(format!("{} {name} * {text}", self.now_ms));
            self.events.push((who, event));
        }
    }

    fn send(&mut self, from: SocketAddr, to: SocketAddr, bytes: &[u8]) {
        let name = self.names[&from];
        let what = message_text(bytes);
        self.texts.push(String::from_utf8_lossy(bytes).into_owned());
        self.last_to = Some(to);
        let mut lost = self.chance.happens(self.weather.loss);
        if let Some(at) = self
            .losing
            .iter()
            .position(|rule| *rule == (name, what.as_str()))
        {
            self.losing.remove(at);
            lost = true;
        }
        let fate = if lost { " (lost)" } else { "" };
        self.ladder
            .push(format!("{} {name} {what}{fate}", self.now_ms));
        let copies = u64::from(!lost) + u64::from(self.chance.happens(self.weather.repeats));
        for _ in 0..copies {
            let (least, most) = self.weather.delay_ms;
            let at = self.now_ms + least + self.chance.below(most - least + 1);
            self.sent += 1;
            let bytes = bytes.to_vec();
            self.wire
                .insert((at, self.sent), Packet { from, to, bytes });
        }
    }

    /// The first event of `who` that `pick` takes, with all before it forgotten.
    pub(crate) fn take<T>(&mut self, who: SocketAddr, pick: impl Fn(&UaEvent) -> Option<T>) -> T {
        let found = self
            .events
            .iter()
            .position(|(at, event)| *at == who && pick(event).is_some());
        let Some(found) = found else {
            panic!("not there:\n{}", self.ladder.join("\n"));
        };
        let (_, event) = self.events.remove(found);
        pick(&event).unwrap()
    }

    pub(crate) fn invited(&mut self, who: SocketAddr) -> LegId {
        self.take(who, |event| {
            if let UaEvent::Invited { leg, .. } = event {
                Some(*leg)
            } else {
                None
            }
        })
    }

    /// Compares the ladder since it was last compared with a table, line by line.
    pub(crate) fn expect(&mut self, table: &str) {
        let expected: Vec<_> = table
            .lines()
            .map(str::trim)
            .filter(|l| !l.is_empty())
            .collect();
        let expected: Vec<_> = expected
            .iter()
            .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
            .collect();
        let got = std::mem::take(&mut self.ladder);
        if got != expected {
            let mut text = String::new();
            for line in &got {
                writeln!(text, "            {line}").unwrap();
            }
            panic!("it went otherwise:\n{text}");
        }
    }

    pub(crate) fn assert_nothing_left(&self) {
        for (at, agent) in &self.agents {
            let left = (agent.leg_count(), agent.transaction_count());
            assert_eq!(left, (0, 0), "legs and transactions of {}", self.names[at]);
        }
    }
}

/// `INVITE`, or `200 INVITE`.
fn message_text(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let first = text.lines().next().unwrap_or_default();
    if let Some(rest) = first.strip_prefix("SIP/2.0 ") {
        let cseq = text.lines().find_map(|line| line.strip_prefix("CSeq: "));
        let method = cseq
            .unwrap_or_default()
            .split(' ')
            .nth(1)
            .unwrap_or_default();
        return format!("{} {method}", &rest[..3]);
    }
    first.split(' ').next().unwrap_or_default().to_owned()
}

fn event_text(event: &UaEvent) -> String {
    match event {
        UaEvent::Refused { status, .. } => format!("Refused {}", status.0),
        UaEvent::Progress { status, .. } => format!("Progress {}", status.0),
        UaEvent::HungUp { cause, .. } => format!("HungUp {cause:?}"),
        UaEvent::AccountAnswered { status, .. } => format!("AccountAnswered {}", status.0),
        UaEvent::TurnedAway { status, reason, .. } => format!("TurnedAway {} {reason}", status.0),
        UaEvent::Acked { sdp, .. } if sdp.is_some() => "Acked with sdp".to_owned(),
        UaEvent::ReofferAnswered {
            answer: Err(status),
            ..
        } => {
            format!("ReofferAnswered {}", status.0)
        }
        UaEvent::Registered { fresh, .. } => {
            format!("Registered {}", if *fresh { "fresh" } else { "again" })
        }
        UaEvent::Invited { .. }
        | UaEvent::Acked { .. }
        | UaEvent::Cancelled { .. }
        | UaEvent::Accepted { .. }
        | UaEvent::Reoffered { .. }
        | UaEvent::ReofferAnswered { .. }
        | UaEvent::Gone { .. }
        | UaEvent::Pinged { .. }
        | UaEvent::Unregistered { .. } => {
            let text = format!("{event:?}");
            text.split([' ', '{']).next().unwrap_or_default().to_owned()
        }
    }
}
