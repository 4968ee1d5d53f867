//! `ringwise demo`: the demo centre, its callers, and how to phone in afterwards.

use std::io;
use std::io::Write;
use std::net::IpAddr;
use std::net::Ipv4Addr;
use std::net::SocketAddr;
use std::net::UdpSocket;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc;
use std::time::Duration;

use crate::call::phone::Answering;
use crate::call::phone::PhoneId;
use crate::call::phone::PhoneSetup;
use crate::driver::centre::assembly;
use crate::driver::clock::Clock;
use crate::driver::config::reading::Config;
use crate::driver::config::reading::ConfigError;
use crate::face::centre;
use crate::face::centre::ServeError;
use crate::face::centre::Served;
use crate::face::demo::cast;
use crate::face::demo::cast::Caller;
use crate::face::demo::narrator::tenths;
use crate::face::demo::phones::Phones;
use crate::face::demo::play;
use crate::face::demo::play::Noise;
use crate::face::demo::play::SEAT_HZ;
use crate::face::demo::play::Stage;
use crate::machine::sip::surface::Account;
use crate::vocabulary::flow::Flow;
use crate::vocabulary::flow::Transport;
use crate::vocabulary::language::Language;

/// The number of the demo's hotline.
pub const HOTLINE: &str = "10101234";
/// The demo's seats: id, the person, password, skills as TOML.
const SEATS: [(&str, &str, &str, &str); 2] = [
    (
        "1001",
        "Zhao Min",
        "demo-1001",
        r#"{ ticketing = 5, "lang.zh" = 5, "lang.en" = 4 }"#,
    ),
    (
        "1002",
        "Sun Lei",
        "demo-1002",
        r#"{ refund = 3, "lang.zh" = 5, "lang.en" = 3 }"#,
    ),
];
/// A seat for whoever phones in as one.
const GUEST_SEAT: (&str, &str, &str, &str) = (
    "1003",
    "You",
    "demo-1003",
    r#"{ refund = 5, ticketing = 5, "lang.zh" = 5, "lang.en" = 5 }"#,
);
const REALM: &str = "ringwise";
const SIP_PORT: u16 = 5060;
const HTTP_PORT: u16 = 8080;

/// What a demo is to do.
#[derive(Clone, Debug)]
pub struct Program {
    /// In which languages callers phone.
    pub languages: Vec<Language>,
}

/// Why there is no demo.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// Its own configuration.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The centre.
    #[error(transparent)]
    Serve(#[from] ServeError),
    /// The terminal, a socket, a phone.
    #[error("{0}")]
    World(#[from] io::Error),
}

/// The configuration of the demo centre.
///
/// # Errors
///
/// [`ConfigError`] if it does not hold together.
pub fn config() -> Result<Config, ConfigError> {
    let here = IpAddr::V4(Ipv4Addr::LOCALHOST);
    let sip_port = if is_free(SocketAddr::new(here, SIP_PORT)) {
        SIP_PORT
    } else {
        0
    };
    let http_free = std::net::TcpListener::bind((here, HTTP_PORT)).is_ok();
    let http_port = if http_free { HTTP_PORT } else { 0 };
    let mut text = format!(
        "data_dir = \"data/demo\"\n\
         [sip]\nlisten = [\"udp://127.0.0.1:{sip_port}\", \"tcp://127.0.0.1:{sip_port}\"]\n\
         realm = \"{REALM}\"\n\
         [http]\nlisten = \"127.0.0.1:{http_port}\"\n\
         [prompts]\ncommand = \"espeak-ng -v {{language}} --stdin --stdout\"\n\
         [[queue]]\nname = \"after-sales\"\nwrap_up_s = 2\nring_s = 15\n",
    );
    for (id, name, password, skills) in SEATS.into_iter().chain([GUEST_SEAT]) {
        text.push_str(&format!(
            "[[seat]]\nid = \"{id}\"\nname = \"{name}\"\npassword = \"{password}\"\n\
             skills = {skills}\nqueues = [\"after-sales\"]\n",
        ));
    }
    Config::read("the demo's configuration", &text)
}

fn is_free(address: SocketAddr) -> bool {
    UdpSocket::bind(address).is_ok() && std::net::TcpListener::bind(address).is_ok()
}

/// Starts the demo centre and lets the callers phone. The centre is given back with whatever went
/// otherwise than told.
///
/// # Errors
///
/// [`DemoError`] if something does not start.
pub async fn show(
    program: Program,
    out: &mut (impl Write + Send),
) -> Result<(Served, Vec<String>), DemoError> {
    let clock = Clock::start();
    let (sender, noise) = mpsc::channel();
    let facts = sender.clone();
    // The stage may have closed before the centre.
    let reader = Box::new(move |fact: &Arc<_>| drop(facts.send(Noise::Fact(Arc::clone(fact)))));
    writeln!(
        out,
        "The demo centre starts: dialplans/travel.yaml, banks/travel.yaml, examples/orders.csv"
    )?;
    let config = config()?;
    begin_anew(&config.settings.data_dir)?;
    let served = centre::serve(config, clock, Some(reader)).await?;
    for fault in &served.running.prompt_faults {
        writeln!(out, "prompt: {fault}")?;
    }
    let centre = served.running.address(Transport::Udp);
    let centre = centre.ok_or_else(|| io::Error::other("the centre has no UDP address"))?;
    writeln!(out, "SIP on {centre}, API on http://{}\n", served.api)?;
    let wrong = tokio::task::block_in_place(|| -> io::Result<Vec<String>> {
        let (reports, reported) = mpsc::channel();
        let pass = std::thread::Builder::new().name("reports".to_owned());
        pass.spawn(move || {
            for report in reported {
                // The stage may have closed before the phones.
                let _ = sender.send(Noise::Report(report));
            }
        })?;
        let languages = program.languages.clone();
        let phones = Phones::start(centre, move |flow| setups(flow, &languages), clock, reports)?;
        let mut stage = Stage::new(phones, noise, clock, out);
        let seats = [(PhoneId(0), "1001 Zhao Min"), (PhoneId(1), "1002 Sun Lei")];
        stage.seat(&seats)?;
        let mut wrong = Vec::new();
        for scene in scenes(&program.languages) {
            wrong.extend(stage.scene(HOTLINE, scene)?);
        }
        let times = stage.times.clone();
        drop(stage);
        measured(&times, out)?;
        Ok(wrong)
    })?;
    Ok((served, wrong))
}

/// Every demo begins with nothing recorded and nothing learned.
fn begin_anew(data_dir: &Path) -> io::Result<()> {
    let database = assembly::database(data_dir);
    for ending in ["", "-wal", "-shm"] {
        let mut path = database.clone().into_os_string();
        path.push(ending);
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            Ok(()) | Err(_) => {}
        }
    }
    Ok(())
}

/// All phones: seats first, then each language's callers.
fn setups(flow: Flow, languages: &[Language]) -> Vec<PhoneSetup> {
    let seat = |(id, name, password, _): &(&str, &str, &str, &str)| PhoneSetup {
        user: (*id).to_owned(),
        name: (*name).to_owned(),
        centre: flow,
        tone_hz: Some(SEAT_HZ),
        answering: Answering::After(Duration::from_millis(1500)),
        account: Some(Account {
            user: (*id).to_owned(),
            password: (*password).to_owned(),
            realm: REALM.to_owned(),
            flow,
            expires_s: 300,
        }),
    };
    let caller = |caller: Caller| PhoneSetup {
        user: caller.number.replace([' ', '-'], ""),
        name: caller.display,
        centre: flow,
        tone_hz: Some(caller.tone_hz),
        answering: Answering::Never,
        account: None,
    };
    let callers = languages
        .iter()
        .flat_map(|language| cast::callers(*language));
    SEATS.iter().map(seat).chain(callers.map(caller)).collect()
}

/// Scene by scene: the same caller in each language at once.
fn scenes(languages: &[Language]) -> Vec<Vec<(PhoneId, Caller)>> {
    let first = u32::try_from(SEATS.len()).unwrap_or(0);
    let all: Vec<Vec<Caller>> = languages
        .iter()
        .map(|language| cast::callers(*language))
        .collect();
    let per_language = all.first().map_or(0, Vec::len);
    let scene = |at: usize| {
        let callers = all.iter().enumerate().filter_map(|(language, callers)| {
            let place = u32::try_from(language * per_language + at).ok()?;
            Some((PhoneId(first + place), callers.get(at)?.clone()))
        });
        callers.collect()
    };
    (0..per_language).map(scene).collect()
}

fn measured(times: &play::Times, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "\nFrom real packets (milliseconds, median and worst):")?;
    let rows = [
        (
            "INVITE to first packet, at the caller's phone",
            &times.first_packet,
        ),
        ("key to the prompt's last packet", &times.prompt_stop),
        ("seat's answer to two-way sound", &times.two_way),
    ];
    for (what, values) in rows {
        let shown = |percent| play::percentile(values, percent).map_or("-".to_owned(), tenths);
        writeln!(
            out,
            "  {what:<46} {:>7} {:>7}  ({} times)",
            shown(50),
            shown(100),
            values.len()
        )?;
    }
    Ok(())
}

/// How to phone in with a softphone.
///
/// # Errors
///
/// What `out` says.
pub fn invite(served: &Served, out: &mut impl Write) -> io::Result<()> {
    let Some(centre) = served.running.address(Transport::Udp) else {
        return Ok(());
    };
    let (id, _, password, _) = GUEST_SEAT;
    writeln!(
        out,
        "\nThe centre stays up. Phone in with a softphone on this machine:"
    )?;
    writeln!(
        out,
        "  call        sip:{HOTLINE}@{centre}   (no account needed; as +8613800000001 you are Zhang Wei)"
    )?;
    writeln!(
        out,
        "  be a seat   register sip:{id}@{centre} with password {password}, then call *11; *12: away"
    )?;
    writeln!(
        out,
        "  look        curl -H \"Authorization: Bearer $(cat data/demo/admin.token)\" http://{}/api/v1/records",
        served.api
    )?;
    writeln!(out, "Ctrl-C ends it.")?;
    out.flush()
}
