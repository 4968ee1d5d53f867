//! The thread that turns a centre's loop, with everything it needs around it.

use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::sync::oneshot;

use crate::call::centre::Centre;
use crate::call::effect::Event;
use crate::call::recollection::Recollection;
use crate::call::record::Record;
use crate::call::switchboard::Switchboard;
use crate::call::unfinished::Unfinished;
use crate::driver::asking::Asking;
use crate::driver::asking::AskingError;
use crate::driver::centre::assembly;
use crate::driver::centre::assembly::AssemblyError;
use crate::driver::centre::keeper::Keeper;
use crate::driver::centre::keeper::Opening;
use crate::driver::centre::learned::Learned;
use crate::driver::centre::office::Office;
use crate::driver::centre::trunks;
use crate::driver::centre::trunks::TrunkError;
use crate::driver::clock::Clock;
use crate::driver::config::reading::Config;
use crate::driver::file_limit;
use crate::driver::fitting::Fitting;
use crate::driver::hands::CentreHands;
use crate::driver::hands::MediaHands;
use crate::driver::hands::Reply;
use crate::driver::journal::experience;
use crate::driver::journal::recovery;
use crate::driver::journal::recovery::Recovered;
use crate::driver::journal::recovery::RecoveryError;
use crate::driver::journal::schema;
use crate::driver::journal::schema::OpenError;
use crate::driver::journal::told;
use crate::driver::journal::writer::Journal;
use crate::driver::journal::writer::JournalState;
use crate::driver::journal::writer::Reader;
use crate::driver::media::hub::MediaConfig;
use crate::driver::media::hub::MediaHub;
use crate::driver::message::keeper;
use crate::driver::message::keeper::MessageKeeper;
use crate::driver::message::store::MessageStore;
use crate::driver::orders::pushed::Pushed;
use crate::driver::orders::query::Queries;
use crate::driver::orders::row::Customs;
use crate::driver::orders::source::Asked;
use crate::driver::orders::source::Orders;
use crate::driver::orders::source::OrdersError;
use crate::driver::prompts::arrival::Arrival;
use crate::driver::prompts::shelf::SPOKEN_FROM;
use crate::driver::run::Loop;
use crate::driver::service::desk::ServiceDesk;
use crate::driver::sip::socket::ListenError;
use crate::driver::sip::socket::Sockets;
use crate::driver::speech_command::SpeechSettings;
use crate::driver::stock::Stock;
use crate::driver::turn_meter::TurnMeter;
use crate::vocabulary::chance::Chance;
use crate::vocabulary::flow::Transport;
use crate::vocabulary::phone_number::NumberPlan;

/// Things that wait for the loop; more is refused or lost, as each sender says.
pub const INBOX_MAX: usize = 4096;
/// How long the speech command may take.
const SPEAKING_MAX: Duration = Duration::from_secs(10);

/// Why a centre does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Its files.
    #[error(transparent)]
    Assembly(#[from] AssemblyError),
    /// A trunk.
    #[error(transparent)]
    Trunk(#[from] TrunkError),
    /// The journal.
    #[error(transparent)]
    Journal(#[from] OpenError),
    /// What the journal holds.
    #[error(transparent)]
    Recovery(#[from] RecoveryError),
    /// SIP addresses.
    #[error(transparent)]
    Listen(#[from] ListenError),
    /// Speech.
    #[error(transparent)]
    Asking(#[from] AskingError),
    /// Orders.
    #[error(transparent)]
    Orders(#[from] OrdersError),
    /// Orders that other systems told of.
    #[error("what other systems told of orders cannot be read: {0}")]
    Told(#[from] rusqlite::Error),
    /// The system.
    #[error("the system gives no {what}: {cause}")]
    System {
        /// What is missing.
        what: &'static str,
        /// Why.
        cause: io::Error,
    },
    /// The thread ended before it stood.
    #[error("the centre's thread ended before it stood")]
    Gone,
}

/// A centre whose loop turns on a thread of its own.
#[derive(Debug)]
pub struct Running {
    /// The way to the loop.
    pub inbox: mpsc::Sender<Event>,
    /// Where it listens.
    pub bound: Vec<(Transport, SocketAddr)>,
    /// What the journal reports.
    pub journal: Arc<JournalState>,
    /// How the loop fares.
    pub meter: Arc<TurnMeter>,
    /// Where other releases are asked for.
    pub releases: Office,
    /// The source of orders.
    pub orders: Arc<Orders>,
    /// What was learned.
    pub learned: Learned,
    /// How numbers are dialled here.
    pub numbers: NumberPlan,
    /// The journal's database.
    pub database: PathBuf,
    /// What is wrong with the prompts, in words.
    pub prompt_faults: Vec<String>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// What starts with a centre.
pub struct Around {
    /// The clock that everything shares.
    pub clock: Clock,
    /// Heard by the journal's thread, fact by fact.
    pub readers: Vec<Reader>,
    /// Told how commands went.
    pub reply: Reply,
    /// The way to the loop, made before so that faces can have it.
    pub inbox: (mpsc::Sender<Event>, mpsc::Receiver<Event>),
}

/// What stands once the thread listens.
struct Standing {
    orders: Arc<Orders>,
    learned: Learned,
    numbers: NumberPlan,
    releases: Office,
    bound: Vec<(Transport, SocketAddr)>,
    journal: Arc<JournalState>,
    prompt_faults: Vec<String>,
}

impl Running {
    /// Starts a centre and waits until it listens.
    ///
    /// # Errors
    ///
    /// [`StartError`], in words for the person who starts it.
    pub fn start(config: Config, around: Around) -> Result<Self, StartError> {
        let meter = Arc::new(TurnMeter::default());
        let database = assembly::database(&config.settings.data_dir);
        let inbox = around.inbox.0.clone();
        let (stop, stopped) = oneshot::channel();
        let (tell, told) = std::sync::mpsc::channel();
        let turned = Arc::clone(&meter);
        let thread = std::thread::Builder::new()
            .name("signalling".to_owned())
            .spawn(move || carry(&config, around, (turned, stopped), &tell))
            .map_err(missing("thread"))?;
        let standing = told.recv().map_err(|_| StartError::Gone)??;
        Ok(Self {
            inbox,
            bound: standing.bound,
            journal: standing.journal,
            meter,
            releases: standing.releases,
            orders: standing.orders,
            learned: standing.learned,
            numbers: standing.numbers,
            database,
            prompt_faults: standing.prompt_faults,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// Ends the loop, writes what is left of the journal and waits for both.
    pub fn stop(&mut self) {
        if let Some(stop) = self.stop.take() {
            // A loop that has ended needs no word.
            let _ = stop.send(());
        }
        if self
            .thread
            .take()
            .is_some_and(|thread| thread.join().is_err())
        {
            tracing::error!("the signalling thread panicked");
        }
    }

    /// Where it listens by this transport.
    #[must_use]
    pub fn address(&self, transport: Transport) -> Option<SocketAddr> {
        self.bound
            .iter()
            .find(|(kind, _)| *kind == transport)
            .map(|(_, address)| *address)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop();
    }
}

type Told = std::sync::mpsc::Sender<Result<Standing, StartError>>;

/// The thread's life: stands up, says so, turns until it is stopped.
fn carry(
    config: &Config,
    around: Around,
    (meter, stopped): (Arc<TurnMeter>, oneshot::Receiver<()>),
    tell: &Told,
) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(cause) => {
            // Whoever started it is waiting.
            let _ = tell.send(Err(StartError::System {
                what: "runtime",
                cause,
            }));
            return;
        }
    };
    runtime.block_on(async move {
        match stand(config, around, meter) {
            Ok((mut turning, standing)) => {
                // Whoever started it is waiting.
                let _ = tell.send(Ok(standing));
                turning.run(stopped, |_, _| ()).await;
                turning.hands.close();
                save(config, &turning.machine);
            }
            Err(error) => {
                // Whoever started it is waiting.
                let _ = tell.send(Err(error));
            }
        }
    });
}

fn stand(
    config: &Config,
    around: Around,
    meter: Arc<TurnMeter>,
) -> Result<(Loop<Switchboard, CentreHands>, Standing), StartError> {
    let settings = &config.settings;
    let ports = settings.media.ports;
    let limit = file_limit::raise();
    if let Some(shortage) = file_limit::shortage(limit, u64::from(ports.last - ports.first)) {
        tracing::warn!("{shortage}");
    }
    let Around {
        clock,
        mut readers,
        reply,
        inbox: (sender, inbox),
    } = around;
    let mut chance = Chance::from_key(key()?);
    let centre = assembly::centre(config)?;
    let database = assembly::database(&settings.data_dir);
    let (mut recovered, known, pushed) = remembered(&database)?;
    let learned = Learned::of(recovered.models.clone(), &database);
    let messages = MessageStore::of(&settings.data_dir);
    readers.push(hearing(&pushed, &learned));
    readers.push(keeper::clearing(messages.clone()));
    let orders = Arc::new(orders(config, (clock, &centre), pushed)?);
    let (last, own) = (recovered.release.take(), chance.fork());
    let (keeper, opening) = Keeper::open(config, (clock, own), last)?;
    let Opening {
        release,
        sounds,
        pending,
        warnings: prompt_faults,
    } = opening;
    let mark = config.settings.sip.dscp;
    let sockets = Sockets::listen(&listen(config), mark, sender.clone())?;
    let bound: Vec<_> = sockets.bound().collect();
    let promised = std::mem::take(&mut recovered.promised);
    let left = (recovered.lost.clone(), promised);
    let parts = assembly::parts(config, &bound, recovered, &mut chance);
    let waker = sender.clone();
    // A full inbox means that the loop is awake already.
    let durable = Box::new(move || drop(waker.try_send(Event::Wake)));
    let journal = Journal::open(&database, readers, durable)?;
    let state = Arc::clone(journal.state());
    let mut media = media_hands(config, clock, &mut chance)?;
    let (deliveries, incoming) = std::sync::mpsc::channel();
    let mut stock = Stock::new(incoming);
    stock.fill(&release.prompts, sounds, media.hub());
    let services = ServiceDesk::open(&settings.service, clock);
    let services = services.map_err(missing("thread or token for a service"))?;
    let messages = MessageKeeper::start(messages, sender.clone());
    let messages = messages.map_err(missing("thread for messages"))?;
    let asking = asking(config, (&orders, services, messages), &sender)?;
    media.await_prompts(Arrival::begin(pending));
    let releases = Office::new(keeper, deliveries, sender.clone());
    let fitting = Fitting::new(database, sender.clone());
    let kept = (journal, reply, fitting);
    let hands = CentreHands::new((media, asking), (stock, sender), kept, meter);
    let numbers = centre.numbers.clone();
    let mut machine = Switchboard::new(centre, release, parts, clock.turn());
    machine.set_trunks(clock.turn(), trunks::trunks(settings, &bound)?);
    machine.recollect(clock.turn(), known);
    go_on(&mut machine, clock, left);
    let standing = Standing {
        orders,
        learned,
        numbers,
        releases,
        bound,
        journal: state,
        prompt_faults,
    };
    Ok((Loop::new(machine, hands, sockets, (clock, inbox)), standing))
}

/// What the last process left: calls and models, what a centre goes on from, orders it was told of.
fn remembered(database: &Path) -> Result<(Recovered, Recollection, Pushed), StartError> {
    let store = schema::open(database)?;
    let recovered = recovery::recover(&store)?;
    let known = experience::recollect(&store)?;
    Ok((recovered, known, Pushed::of(told::read(&store)?)))
}

/// Calls that the last process left open are closed, or called back by this one.
fn go_on(machine: &mut Switchboard, clock: Clock, left: (Vec<Record>, Vec<Unfinished>)) {
    let (lost, promised) = left;
    for record in lost {
        machine.close_lost(clock.turn(), record);
    }
    for unfinished in promised {
        machine.resume_promise(clock.turn(), unfinished);
    }
}

/// What the system did not give.
fn missing(what: &'static str) -> impl Fn(io::Error) -> StartError {
    move |cause| StartError::System { what, cause }
}

fn listen(config: &Config) -> Vec<(Transport, SocketAddr)> {
    config
        .settings
        .sip
        .listen
        .iter()
        .map(|listen| (listen.transport, listen.address))
        .collect()
}

fn media_hands(
    config: &Config,
    clock: Clock,
    chance: &mut Chance,
) -> Result<MediaHands, StartError> {
    let media = &config.settings.media;
    let media = MediaConfig {
        address: media.address,
        ports: media.ports.first..=media.ports.last,
        threads: usize::from(media.threads),
        dscp: media.dscp,
    };
    let hub = MediaHub::start(&media, clock, chance.fork()).map_err(missing("media threads"))?;
    MediaHands::new(hub).map_err(missing("bell of the media"))
}

fn asking(
    config: &Config,
    (orders, services, messages): (&Arc<Orders>, ServiceDesk, MessageKeeper),
    inbox: &mpsc::Sender<Event>,
) -> Result<Asking, AskingError> {
    let settings = &config.settings;
    let speech = SpeechSettings {
        command: settings.prompts.command.clone(),
        dir: settings.data_dir.join("speech"),
        free: SPOKEN_FROM,
        timeout: SPEAKING_MAX,
    };
    let orders = Arc::clone(orders);
    Asking::open((orders, services, messages), &speech, inbox)
}

fn orders(
    config: &Config,
    (clock, centre): (Clock, &Centre),
    pushed: Pushed,
) -> Result<Orders, OrdersError> {
    let orders = &config.settings.orders;
    let customs = Customs {
        plan: centre.numbers.clone(),
        zone: centre.zone.clone(),
        clock,
    };
    let seconds = |s: u32| Duration::from_secs(u64::from(s));
    let asked = Asked {
        source: &orders.source,
        queries: Queries {
            by_phone: orders.by_phone.clone().unwrap_or_default(),
            by_order: orders.by_order.clone().unwrap_or_default(),
        },
        keep_for: seconds(orders.cache_s),
        stale_after: (orders.stale_s > 0).then(|| seconds(orders.stale_s)),
    };
    Orders::open(&asked, &customs, pushed)
}

/// Lays what other systems tell of orders over those of the source, and learns, once it is durable.
fn hearing(pushed: &Pushed, learned: &Learned) -> Reader {
    let (pushed, learned) = (pushed.clone(), learned.clone());
    Box::new(move |recorded| {
        learned.take(recorded);
        let news = recorded.fact.news();
        news.iter().for_each(|news| pushed.take(news));
    })
}

/// Keeps what was learned, so that the next start need not read it out of the facts again.
fn save(config: &Config, machine: &Switchboard) {
    let database = assembly::database(&config.settings.data_dir);
    let saved = schema::open(&database)
        .map_err(|error| error.to_string())
        .and_then(|db| {
            let (seq, models) = machine.learned();
            recovery::save_models(&db, seq, models).map_err(|error| error.to_string())
        });
    if let Err(error) = saved {
        tracing::warn!(%error, "what was learned is not saved apart; the facts still hold it");
    }
}

fn key() -> Result<[u8; 32], StartError> {
    let mut key = [0; 32];
    getrandom::fill(&mut key).map_err(|error| {
        let cause = io::Error::other(error.to_string());
        StartError::System {
            what: "randomness",
            cause,
        }
    })?;
    Ok(key)
}
