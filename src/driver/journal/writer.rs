//! One thread that writes: facts in, groups committed, readers told.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::Duration;

use rusqlite::Connection;
use rusqlite::ErrorCode;
use rusqlite::params;

use crate::call::fact::Fact;
use crate::call::fact::Recorded;
use crate::call::record::Names;
use crate::call::record::Record;
use crate::call::turnover::Released;
use crate::driver::journal::experience;
use crate::driver::journal::message;
use crate::driver::journal::schema;
use crate::driver::journal::schema::OpenError;
use crate::driver::journal::schema::json_error;
use crate::driver::journal::told;

/// Facts written in one commit.
const GROUP_MAX: usize = 4096;
/// Facts that wait for a stalled disk; later ones are counted and lost to the log, the calls go
/// on.
const WAITING_MAX: u64 = 1_000_000;
/// How long a failed commit waits before it is tried again.
const RETRY: Duration = Duration::from_secs(1);
/// How often a failed commit is tried again once the process wants to end.
const LAST_TRIES_MAX: u32 = 5;
/// How long a group gathers before it is committed: a commit costs far more than a fact.
const GATHER: Duration = Duration::from_millis(5);

/// Told of facts once they are durable, in order, on the journal's thread.
pub type Reader = Box<dyn FnMut(&Arc<Recorded>) + Send>;

/// The loop's end of the journal.
#[derive(Debug)]
pub struct Journal {
    facts: Option<mpsc::Sender<Box<Recorded>>>,
    state: Arc<JournalState>,
    thread: Option<JoinHandle<()>>,
}

/// What the journal's thread reports.
#[derive(Debug, Default)]
pub struct JournalState {
    durable_through: AtomicU64,
    waiting: AtomicU64,
    lost: AtomicU64,
    stalled: AtomicU64,
    failing: AtomicBool,
    closing: AtomicBool,
}

impl JournalState {
    /// The last fact that survives a crash.
    #[must_use]
    pub fn durable_through(&self) -> u64 {
        self.durable_through.load(Ordering::Acquire)
    }

    /// Facts not yet durable.
    #[must_use]
    pub fn waiting(&self) -> u64 {
        self.waiting.load(Ordering::Relaxed)
    }

    /// Facts that were not kept because the disk stalled too long.
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.lost.load(Ordering::Relaxed)
    }

    /// Whether the last commit failed: it is tried again and again.
    #[must_use]
    pub fn is_failing(&self) -> bool {
        self.failing.load(Ordering::Relaxed)
    }

    /// Commits that failed and were tried again.
    #[must_use]
    pub fn stalled(&self) -> u64 {
        self.stalled.load(Ordering::Relaxed)
    }
}

impl Journal {
    /// Opens the journal at `path`; `readers` hear of every durable fact. `durable` is called
    /// after every commit.
    ///
    /// # Errors
    ///
    /// [`OpenError`] if the database cannot be opened.
    pub fn open(
        path: &Path,
        readers: Vec<Reader>,
        durable: Box<dyn Fn() + Send>,
    ) -> Result<Self, OpenError> {
        let db = schema::open(path)?;
        let state = Arc::new(JournalState::default());
        let (facts, incoming) = mpsc::channel();
        let mut writer = Writer {
            db,
            readers,
            durable,
            state: Arc::clone(&state),
        };
        let thread = std::thread::Builder::new()
            .name("journal".to_owned())
            .spawn(move || writer.run(&incoming))
            .map_err(|error| OpenError::Thread(error.to_string()))?;
        Ok(Self {
            facts: Some(facts),
            state,
            thread: Some(thread),
        })
    }

    /// Hands over one fact; never waits.
    pub fn append(&self, fact: Box<Recorded>) {
        if self.state.waiting() >= WAITING_MAX {
            self.state.lost.fetch_add(1, Ordering::Relaxed);
            return;
        }
        self.state.waiting.fetch_add(1, Ordering::Relaxed);
        if let Some(facts) = &self.facts {
            // The thread ends only after this sender is dropped.
            let _ = facts.send(fact);
        }
    }

    /// What the thread reports.
    #[must_use]
    pub const fn state(&self) -> &Arc<JournalState> {
        &self.state
    }

    /// Writes what is left and ends.
    pub fn close(&mut self) {
        self.facts = None;
        self.state.closing.store(true, Ordering::Relaxed);
        if self
            .thread
            .take()
            .is_some_and(|thread| thread.join().is_err())
        {
            tracing::error!("the journal's thread panicked");
        }
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        self.close();
    }
}

struct Writer {
    db: Connection,
    readers: Vec<Reader>,
    durable: Box<dyn Fn() + Send>,
    state: Arc<JournalState>,
}

impl Writer {
    fn run(&mut self, incoming: &mpsc::Receiver<Box<Recorded>>) {
        while let Ok(first) = incoming.recv() {
            let mut group = vec![*first];
            pause(GATHER);
            while group.len() < GROUP_MAX {
                match incoming.try_recv() {
                    Ok(next) => group.push(*next),
                    Err(_) => break,
                }
            }
            if self.commit(&group) {
                self.tell(group);
            }
        }
    }

    /// Commits the group, however long the disk takes. False if it was given up: the process ends.
    fn commit(&mut self, group: &[Recorded]) -> bool {
        let mut last_tries = 0;
        while let Err(error) = self.write(group) {
            self.state.stalled.fetch_add(1, Ordering::Relaxed);
            self.state.failing.store(true, Ordering::Relaxed);
            let what = remedy(&error);
            if self.state.closing.load(Ordering::Relaxed) {
                last_tries += 1;
                if last_tries > LAST_TRIES_MAX {
                    let facts = group.len();
                    tracing::error!(%error, facts, "given up: these facts are not in the journal; {what}");
                    return false;
                }
            }
            tracing::error!(%error, "the journal cannot be written: {what}; trying again");
            pause(RETRY);
        }
        self.state.failing.store(false, Ordering::Relaxed);
        true
    }

    /// Readers hear of facts before what waits for them is promised: whoever was promised something
    /// finds it.
    fn tell(&mut self, group: Vec<Recorded>) {
        let count = u64::try_from(group.len()).unwrap_or(u64::MAX);
        self.state.waiting.fetch_sub(count, Ordering::Relaxed);
        let last = group.last().map(|last| last.seq);
        for fact in group {
            let fact = Arc::new(fact);
            for reader in &mut self.readers {
                reader(&fact);
            }
        }
        if let Some(last) = last {
            self.state.durable_through.store(last, Ordering::Release);
        }
        (self.durable)();
    }

    fn write(&mut self, group: &[Recorded]) -> Result<(), rusqlite::Error> {
        let (Some(first), Some(last)) = (group.first(), group.last()) else {
            return Ok(());
        };
        let lines = lines(group)?;
        let commit = self.db.transaction()?;
        commit
            .prepare_cached("INSERT INTO journal (first_seq, last_seq, facts) VALUES (?1, ?2, ?3)")?
            .execute(params![signed(first.seq), signed(last.seq), lines])?;
        for fact in group {
            let news = fact.fact.news();
            news.iter().try_for_each(|news| told::keep(&commit, news))?;
            message::keep(&commit, fact)?;
            match (&fact.fact, fact.call) {
                (Fact::Arrived(_), Some(call)) => {
                    commit
                        .prepare_cached(
                            "INSERT OR REPLACE INTO open_calls (call, seq) VALUES (?1, ?2)",
                        )?
                        .execute(params![signed(call.bits()), signed(fact.seq)])?;
                }
                (Fact::Started { names, .. }, _) => note_names(&commit, fact.seq, names)?,
                (Fact::Released(released), _) => {
                    note_release(&commit, fact, released)?;
                    if let Some(names) = &released.names {
                        note_names(&commit, fact.seq, names)?;
                    }
                }
                (Fact::QueueLearned(learned), _) => experience::keep(&commit, learned)?,
                (Fact::Closed(record), Some(_)) => project(&commit, fact.seq, record)?,
                _ => {}
            }
        }
        commit.commit()
    }
}

/// What ids stand for from this place of the log on.
fn note_names(db: &Connection, seq: u64, names: &Names) -> Result<(), rusqlite::Error> {
    let names = serde_json::to_string(names).map_err(json_error)?;
    db.prepare_cached("INSERT INTO starts (seq, names) VALUES (?1, ?2)")?
        .execute(params![signed(seq), names])?;
    Ok(())
}

/// A number stays with the release that had it first.
fn note_release(
    db: &Connection,
    fact: &Recorded,
    released: &Released,
) -> Result<(), rusqlite::Error> {
    db.prepare_cached(
        "INSERT OR IGNORE INTO releases (number, seq, at_ms, hash) VALUES (?1, ?2, ?3, ?4)",
    )?
    .execute(params![
        released.release.0,
        signed(fact.seq),
        fact.wall.as_ms(),
        released.hash,
    ])?;
    Ok(())
}

/// Puts a closed call among the records. Its id keeps it single.
fn project(db: &Connection, seq: u64, record: &Record) -> Result<(), rusqlite::Error> {
    let outcome = serde_json::to_value(record.outcome).map_err(json_error)?;
    let json = serde_json::to_string(record).map_err(json_error)?;
    db.prepare_cached(
        "INSERT OR REPLACE INTO records (call, seq, started_ms, number, outcome, record)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute(params![
        signed(record.call.bits()),
        signed(seq),
        record.started.as_ms(),
        record
            .arrived
            .number
            .as_ref()
            .map(|number| number.as_str().to_owned()),
        outcome.as_str(),
        json,
    ])?;
    db.prepare_cached("DELETE FROM open_calls WHERE call = ?1")?
        .execute(params![signed(record.call.bits())])?;
    Ok(())
}

fn lines(group: &[Recorded]) -> Result<String, rusqlite::Error> {
    let mut lines = Vec::with_capacity(group.len() * 200);
    for fact in group {
        serde_json::to_writer(&mut lines, fact).map_err(json_error)?;
        lines.push(b'\n');
    }
    String::from_utf8(lines).map_err(|error| json_error(error.utf8_error()))
}

/// What a person can do about it.
fn remedy(error: &rusqlite::Error) -> &'static str {
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => "the disk is full, free some of it",
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::CannotOpen) => {
            "it may not be written any more, look at the rights of data_dir"
        }
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            "another program holds it, end that one"
        }
        Some(ErrorCode::SystemIoFailure) => "the disk fails, look at the system's log",
        _ => {
            "another program has changed it or it is damaged, end this centre and look at data_dir"
        }
    }
}

/// `SQLite` integers have a sign; ids keep their bits.
pub(super) const fn signed(bits: u64) -> i64 {
    bits.cast_signed()
}

#[expect(
    clippy::disallowed_methods,
    reason = "a group gathers, and a stalled disk is waited for, on the journal's own thread"
)]
fn pause(length: Duration) {
    std::thread::sleep(length);
}
