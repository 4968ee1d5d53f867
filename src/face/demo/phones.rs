//! The phones of callers and seats, on a thread of their own: real SIP and RTP over loopback.

use std::io;
use std::net::IpAddr;
use std::net::Ipv4Addr;
use std::net::SocketAddr;
use std::sync::mpsc as std_mpsc;
use std::thread::JoinHandle;

use tokio::sync::mpsc;
use tokio::sync::oneshot;

use crate::call::effect::Event;
use crate::call::phone::PhoneCommand;
use crate::call::phone::PhoneId;
use crate::call::phone::PhoneReport;
use crate::call::phone::PhoneSetup;
use crate::call::phone_bank::PhoneBank;
use crate::driver::centre::running::INBOX_MAX;
use crate::driver::clock::Clock;
use crate::driver::dscp::Dscp;
use crate::driver::hands::MediaHands;
use crate::driver::hands::PhoneHands;
use crate::driver::media::hub::MediaConfig;
use crate::driver::media::hub::MediaHub;
use crate::driver::run::Loop;
use crate::driver::sip::socket::Sockets;
use crate::machine::sip::config::UaConfig;
use crate::machine::sip::user_agent::UserAgent;
use crate::vocabulary::chance::Chance;
use crate::vocabulary::flow::Flow;
use crate::vocabulary::flow::Transport;
use crate::vocabulary::id::Mint;
use crate::vocabulary::time::Now;

/// Ports for the phones' sound, apart from a centre's.
const PORTS: std::ops::RangeInclusive<u16> = 30_000..=31_999;
/// Where the user agent's own legs begin to count.
const UA_LEGS_FROM: u64 = 1 << 47;

/// The tone that seats send, in hertz.
pub const SEAT_HZ: u16 = 880;

/// What happened at a phone, and when.
pub type Report = (PhoneId, Now, PhoneReport);

/// Phones whose loop turns on a thread of its own.
#[derive(Debug)]
pub struct Phones {
    inbox: mpsc::Sender<Event>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Phones {
    /// Starts phones that know the centre at this address. `setups` get the flow to it; their
    /// places are their ids.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub fn start(
        centre: SocketAddr,
        setups: impl FnOnce(Flow) -> Vec<PhoneSetup> + Send + 'static,
        clock: Clock,
        reports: std_mpsc::Sender<Report>,
    ) -> io::Result<Self> {
        let (inbox, outbox) = mpsc::channel(INBOX_MAX);
        let (stop, stopped) = oneshot::channel();
        let (tell, told) = std_mpsc::channel();
        let sender = inbox.clone();
        let thread = std::thread::Builder::new()
            .name("phones".to_owned())
            .spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build();
                let runtime = match runtime {
                    Ok(runtime) => runtime,
                    // Whoever started it is waiting.
                    Err(error) => return drop(tell.send(Err(error))),
                };
                runtime.block_on(async move {
                    match stand(centre, setups, clock, (sender, outbox)) {
                        Ok(mut turning) => {
                            // Whoever started it is waiting.
                            let _ = tell.send(Ok(()));
                            let pass = |bank: &mut PhoneBank, _| pass_on(bank, &reports);
                            turning.run(stopped, pass).await;
                        }
                        // Whoever started it is waiting.
                        Err(error) => drop(tell.send(Err(error))),
                    }
                });
            })?;
        told.recv()
            .map_err(|_| io::Error::other("the phones' thread ended"))??;
        Ok(Self {
            inbox,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// Tells a phone what to do.
    pub fn tell(&self, phone: PhoneId, command: PhoneCommand) {
        // A full inbox would mean that nobody turns the loop.
        let _ = self.inbox.try_send(Event::Phone { phone, command });
    }
}

impl Drop for Phones {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            // A loop that has ended needs no word.
            let _ = stop.send(());
        }
        if self
            .thread
            .take()
            .is_some_and(|thread| thread.join().is_err())
        {
            tracing::error!("the phones' thread panicked");
        }
    }
}

fn pass_on(bank: &mut PhoneBank, reports: &std_mpsc::Sender<Report>) {
    while let Some(report) = bank.poll_report() {
        // Nobody may be listening any more.
        let _ = reports.send(report);
    }
}

fn stand(
    centre: SocketAddr,
    setups: impl FnOnce(Flow) -> Vec<PhoneSetup>,
    clock: Clock,
    (sender, inbox): (mpsc::Sender<Event>, mpsc::Receiver<Event>),
) -> io::Result<Loop<PhoneBank, PhoneHands>> {
    let here = IpAddr::V4(Ipv4Addr::LOCALHOST);
    let listen = [(Transport::Udp, SocketAddr::new(here, 0))];
    let sockets = Sockets::listen(&listen, Dscp::SIGNALLING, sender).map_err(io::Error::other)?;
    let bound = sockets.bound().next().map(|(_, address)| address);
    let local = bound.ok_or_else(|| io::Error::other("no address for the phones"))?;
    let mut key = [0; 32];
    getrandom::fill(&mut key).map_err(|error| io::Error::other(error.to_string()))?;
    let mut chance = Chance::from_key(key);
    let mut ua = UaConfig::closed("phones");
    ua.allow = "127.0.0.0/8".parse().into_iter().collect();
    ua.name = "Ringwise phone".to_owned();
    let ua = UserAgent::new(ua, chance.fork(), Mint::new(0, 1, UA_LEGS_FROM));
    let mut bank = PhoneBank::new(ua, Mint::new(0, 1, 1), here);
    let flow = Flow {
        transport: Transport::Udp,
        local,
        remote: centre,
    };
    for setup in setups(flow) {
        bank.add(setup);
    }
    let media = MediaConfig {
        address: here,
        ports: PORTS,
        threads: 1,
        dscp: Dscp::VOICE,
    };
    let hub = MediaHub::start(&media, clock, chance.fork())?;
    let hands = PhoneHands(MediaHands::new(hub)?);
    Ok(Loop::new(bank, hands, sockets, (clock, inbox)))
}
