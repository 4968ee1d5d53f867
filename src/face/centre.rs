//! A running centre with its faces: read models, API, commands.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::PoisonError;
use std::sync::RwLock;
use std::time::Duration;

use tokio::sync::broadcast;
use tokio::sync::mpsc;
use tokio::sync::oneshot;
use tokio::sync::watch;

use crate::call::fact::Recorded;
use crate::call::view::View;
use crate::driver::centre::data_lock::DataLock;
use crate::driver::centre::data_lock::DataLockError;
use crate::driver::centre::running::Around;
use crate::driver::centre::running::INBOX_MAX;
use crate::driver::centre::running::Running;
use crate::driver::centre::running::StartError;
use crate::driver::clock::Clock;
use crate::driver::config::reading::Config;
use crate::driver::journal::writer::Reader;
use crate::driver::message::store::MessageStore;
use crate::driver::post::Post;
use crate::face::api::access::Access;
use crate::face::api::command::Commands;
use crate::face::api::desk::Desk;
use crate::face::api::event_stream::BEHIND_MAX;
use crate::face::api::knowledge::Knowledge;
use crate::face::api::reason::Reasons;
use crate::face::api::server;
use crate::face::messenger;
use crate::vocabulary::language::Language;

/// A running centre and what faces need of it.
#[derive(Debug)]
pub struct Served {
    /// Keeps other centres off the data folder.
    pub lock: DataLock,
    /// The engine.
    pub running: Running,
    /// What faces see.
    pub desk: Desk,
    /// Where the API listens.
    pub api: SocketAddr,
    /// How many calls are live.
    pub calls_live: watch::Receiver<usize>,
}

/// Why a centre is not served.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The data folder.
    #[error(transparent)]
    Data(#[from] DataLockError),
    /// The engine.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The API's address or token.
    #[error("{0}")]
    Api(#[from] io::Error),
}

/// How long the API waits for the first fact: with a disk that stalls it says so instead.
const FIRST_FACT_MAX: Duration = Duration::from_secs(2);

/// Starts the engine and serves its API on the present runtime. `facts` hears of every durable
/// fact.
///
/// # Errors
///
/// [`ServeError`], in words for the person who starts it.
pub async fn serve(
    config: Config,
    clock: Clock,
    facts: Option<Reader>,
) -> Result<Served, ServeError> {
    let listener = server::listen(config.settings.http.listen).await?;
    let api = listener.local_addr()?;
    let lock = DataLock::take(&config.settings.data_dir)?;
    let access = Access::open(&config.settings.data_dir, &config.tokens)?;
    let (inbox, outbox) = mpsc::channel(INBOX_MAX);
    let commands = Commands::new(inbox.clone());
    let view = Arc::new(RwLock::new(View::default()));
    let (live, _) = broadcast::channel(BEHIND_MAX);
    let (counted, calls_live) = watch::channel(0);
    let (first, started) = oneshot::channel();
    let readers = [Some(reader(&view, &live, (counted, first))), facts]
        .into_iter()
        .flatten()
        .collect();
    let zone = config.settings.centre.zone.0.clone();
    let languages = &config.settings.centre.languages;
    let language = languages.first().copied().unwrap_or(Language::English);
    let post = Post::open(&config.settings.webhook)?;
    let messages = MessageStore::of(&config.settings.data_dir);
    let replier = commands.clone();
    let around = Around {
        clock,
        readers,
        reply: Box::new(move |id, result| replier.reply(id, result)),
        inbox: (inbox, outbox),
    };
    let starting = tokio::task::spawn_blocking(move || Running::start(config, around));
    let running = starting.await.map_err(|_| StartError::Gone)??;
    let desk = Desk {
        view,
        commands,
        live,
        database: running.database.clone(),
        messages,
        journal: Arc::clone(&running.journal),
        meter: Arc::clone(&running.meter),
        post: Arc::default(),
        releases: running.releases.clone(),
        reasons: Reasons::default(),
        knowledge: Knowledge {
            orders: Arc::clone(&running.orders),
            learned: running.learned.clone(),
            releases: running.releases.clone(),
            clock,
            zone,
            plan: running.numbers.clone(),
            language,
        },
    };
    // Who asks as soon as the API answers finds the seats and queues.
    let _ = tokio::time::timeout(FIRST_FACT_MAX, started).await;
    tokio::spawn(serve_api(listener, desk.clone(), access));
    if let Some(post) = post {
        tokio::spawn(messenger::keep(post, desk.clone(), clock));
    }
    Ok(Served {
        lock,
        running,
        desk,
        api,
        calls_live,
    })
}

async fn serve_api(listener: tokio::net::TcpListener, desk: Desk, access: Access) {
    if let Err(error) = server::serve(listener, desk, &access).await {
        tracing::error!(%error, "the API ended");
    }
}

/// Keeps the read model, counts its calls, and passes facts on to those who follow them.
fn reader(
    view: &Arc<RwLock<View>>,
    live: &broadcast::Sender<Arc<Recorded>>,
    (counted, first): (watch::Sender<usize>, oneshot::Sender<()>),
) -> Reader {
    let (view, live) = (Arc::clone(view), live.clone());
    let mut first = Some(first);
    Box::new(move |fact| {
        let calls = {
            let mut view = view.write().unwrap_or_else(PoisonError::into_inner);
            view.take(fact);
            view.calls_on_line()
        };
        if let Some(first) = first.take() {
            // Who started the centre may have stopped waiting.
            let _ = first.send(());
        }
        counted.send_if_modified(|count| std::mem::replace(count, calls) != calls);
        // Nobody may be listening.
        let _ = live.send(Arc::clone(fact));
    })
}
