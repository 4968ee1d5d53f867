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

use crate::driver::centre::assembly;
use crate::driver::clock::Clock;
use crate::driver::config::reading::Config;
use crate::driver::config::reading::ConfigError;
use crate::face::centre;
use crate::face::centre::ServeError;
use crate::face::centre::Served;
use crate::face::demo::company;
use crate::face::demo::company::Company;
use crate::face::demo::company::REALM;
use crate::face::demo::crowd::Crowd;
use crate::face::demo::phones::Phones;
use crate::face::demo::play;
use crate::face::demo::play::Noise;
use crate::face::demo::play::Stage;
use crate::vocabulary::chance::Chance;
use crate::vocabulary::flow::Transport;

/// The number of the demo's hotline.
pub const HOTLINE: &str = "10101234";
const SIP_PORT: u16 = 5060;
const HTTP_PORT: u16 = 8080;
/// How long times are taken with a crowd.
const RUSH: Duration = Duration::from_secs(30);

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
pub fn config(company: &Company) -> Result<Config, ConfigError> {
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
    text.push_str(&company.seats_toml());
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
    company: Company,
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
    let config = config(&company)?;
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
        let staff = company.clone();
        let phones = Phones::start(centre, move |flow| staff.phones(flow), clock, reports)?;
        let mut stage = Stage::new(phones, noise, clock, out);
        stage.seat(&company.seats())?;
        stage.say("seats 1001 Zhao Min and 1002 Sun Lei have registered and are ready")?;
        let mut wrong = Vec::new();
        for scene in company.scenes() {
            wrong.extend(stage.scene(HOTLINE, scene)?);
        }
        stage.say("\nFrom real packets:")?;
        stage.say(&stage.times.told())?;
        if company.live > 0 {
            rush(&company, &mut stage, clock)?;
        }
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

/// Takes the times again while many calls are live.
fn rush<W: Write>(company: &Company, stage: &mut Stage<'_, W>, clock: Clock) -> io::Result<()> {
    let live = company.live;
    stage.say(&format!(
        "\n{live} more callers phone at once, again and again"
    ))?;
    stage.seat(&company.crowd_seats())?;
    let mut key = [0; 32];
    getrandom::fill(&mut key).map_err(|error| io::Error::other(error.to_string()))?;
    let (first, size) = company.crowd();
    let crowd = Crowd::new(first, size, clock.now(), Chance::from_key(key));
    let (times, figures) = stage.rush(HOTLINE, crowd, RUSH);
    let calls = play::percentile(&figures.live, 50).unwrap_or(0);
    stage.say(&format!(
        "From real packets, with {calls} calls live (median; {} refused):",
        figures.refused
    ))?;
    stage.say(&times.told())
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
    let (id, _, password, _) = company::GUEST_SEAT;
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
