//! The configured source, asked without waiting.

use std::fs;
use std::io;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::PoisonError;
use std::sync::RwLock;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;
use std::time::SystemTime;

use crate::driver::clock::Clock;
use crate::driver::config::value::OrderSource;
use crate::driver::orders::answered::Answered;
use crate::driver::orders::answered::Found;
use crate::driver::orders::book::OrderBook;
use crate::driver::orders::csv;
use crate::driver::orders::csv::CsvError;
use crate::driver::orders::gate::Gate;
use crate::driver::orders::http;
use crate::driver::orders::pool::OrdersPool;
use crate::driver::orders::postgresql;
use crate::driver::orders::pushed::Pushed;
use crate::driver::orders::query::Queries;
use crate::driver::orders::row::Customs;
use crate::driver::orders::sqlite;
use crate::machine::ivr::failure::LookupFailure;
use crate::machine::ivr::surface::LookupKey;
use crate::machine::prediction::order::Customer;
use crate::vocabulary::time::Wall;

/// So often a file is looked at for changes.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// Why a source of orders cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum OrdersError {
    /// The file cannot be read.
    #[error("{path}: {error}; set [orders] source to a file of orders", path = path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// The file is too long.
    #[error("{path}: {bytes} bytes, at most {} are read", csv::FILE_BYTES_MAX, path = path.display())]
    TooLong {
        /// The file.
        path: PathBuf,
        /// Its length.
        bytes: u64,
    },
    /// The file is not right.
    #[error("{path}: {error}", path = path.display())]
    Csv {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        error: CsvError,
    },
    /// No thread could be started.
    #[error("no thread for the source of orders: {0}")]
    Thread(io::Error),
}

/// What a centre is told to ask.
#[derive(Clone, Debug)]
pub struct Asked<'a> {
    /// The source.
    pub source: &'a OrderSource,
    /// How a database is asked.
    pub queries: Queries,
    /// So long an answer of a database or a service is given again.
    pub keep_for: Duration,
    /// A file older than this is told to nobody; none: no file is too old.
    pub stale_after: Option<Duration>,
}

/// The source of orders, with what other systems told since.
pub struct Orders {
    kind: Kind,
    pushed: Pushed,
}

enum Kind {
    File {
        book: Arc<RwLock<Arc<Sheet>>>,
        clock: Clock,
        stale_after: Option<Duration>,
        /// Its end ends the thread that looks for changes.
        _watch: mpsc::Sender<()>,
    },
    Gate(Gate<LookupKey, Customer>),
    /// All orders are told by other systems.
    Told,
}

/// A file as it was read last.
#[derive(Debug)]
struct Sheet {
    book: OrderBook,
    written: Option<Wall>,
    /// So often it was read before.
    edition: u64,
}

/// A place among the customers that are known without being asked for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Place {
    /// After the one with this id, of those that were told of; none: at the first.
    Told(Option<String>),
    /// After so many of the file.
    File(usize),
}

impl Orders {
    /// Opens the source. A file is read at once and again whenever it changes; a changed file that
    /// is wrong is logged and the old one stays.
    ///
    /// # Errors
    ///
    /// [`OrdersError`], in words for the person who configures it.
    pub fn open(asked: &Asked<'_>, customs: &Customs, pushed: Pushed) -> Result<Self, OrdersError> {
        let gate = |pool: io::Result<OrdersPool>| {
            let pool = pool.map_err(OrdersError::Thread)?;
            let name = "the source of orders";
            Ok(Kind::Gate(Gate::new(
                name,
                pool,
                customs.clock,
                asked.keep_for,
            )))
        };
        let kind = match asked.source {
            OrderSource::Csv(path) => {
                let (stamp, book) = load(path, customs)?;
                let sheet = Sheet {
                    book,
                    written: written(stamp),
                    edition: 0,
                };
                let book = Arc::new(RwLock::new(Arc::new(sheet)));
                let watch = watch(path, stamp, customs, &book).map_err(OrdersError::Thread)?;
                Kind::File {
                    book,
                    clock: customs.clock,
                    stale_after: asked.stale_after,
                    _watch: watch,
                }
            }
            OrderSource::Http(base) => gate(http::start(base))?,
            OrderSource::Sqlite(path) => gate(sqlite::start(path, &asked.queries, customs))?,
            OrderSource::Postgres(server) => {
                gate(postgresql::start(&server.config(), &asked.queries, customs))?
            }
            OrderSource::Push => Kind::Told,
        };
        Ok(Self { kind, pushed })
    }

    /// Asks; the answer comes to `answered`, at once from a file. Never waits. `timeout` is how long
    /// the asker will wait: a little later the request is given up.
    pub fn request(&self, key: LookupKey, timeout: Duration, answered: Answered<Customer>) {
        match &self.kind {
            Kind::File { book, .. } => {
                let sheet = Arc::clone(&book.read().unwrap_or_else(PoisonError::into_inner));
                let found = if self.is_stale(&sheet) {
                    Err(LookupFailure::Stale)
                } else {
                    Ok(self.pushed.over(&key, sheet.book.lookup(&key)))
                };
                answered(found);
            }
            Kind::Gate(gate) => {
                let (pushed, asked) = (self.pushed.clone(), key.clone());
                let over = move |found: Found| {
                    answered(found.map(|found| pushed.over(&asked, found)));
                };
                gate.request(key, timeout, Box::new(over));
            }
            Kind::Told => answered(Ok(self.pushed.over(&key, Customer::default()))),
        }
    }

    /// So many customers at most of those that are known without being asked for, from a place on, and the place
    /// of the next: who was told of, then who stands in a file that is not stale. Databases and services are asked
    /// for callers only.
    #[must_use]
    pub fn page(&self, from: &Place, most: usize) -> (Vec<Customer>, Option<Place>) {
        match from {
            Place::Told(after) => {
                let page = self.pushed.page(after.as_deref(), most);
                let next = page.last().map(|last| Place::Told(Some(last.id.clone())));
                (page, next.or(Some(Place::File(0))))
            }
            Place::File(from) => {
                let Kind::File { book, .. } = &self.kind else {
                    return (Vec::new(), None);
                };
                let sheet = Arc::clone(&book.read().unwrap_or_else(PoisonError::into_inner));
                if self.is_stale(&sheet) {
                    return (Vec::new(), None);
                }
                let page = sheet.book.page(*from, most).iter().cloned();
                let page: Vec<Customer> = page.map(|one| self.pushed.over_customer(one)).collect();
                let next = (!page.is_empty()).then(|| Place::File(from + page.len()));
                (page, next)
            }
        }
    }

    /// Another number whenever a file was read again.
    #[must_use]
    pub fn edition(&self) -> u64 {
        match &self.kind {
            Kind::File { book, .. } => {
                let sheet = book.read().unwrap_or_else(PoisonError::into_inner);
                sheet.edition
            }
            Kind::Gate(_) | Kind::Told => 0,
        }
    }

    /// What other systems told.
    #[must_use]
    pub const fn pushed(&self) -> &Pushed {
        &self.pushed
    }

    fn is_stale(&self, sheet: &Sheet) -> bool {
        let Kind::File {
            clock,
            stale_after: Some(most),
            ..
        } = &self.kind
        else {
            return false;
        };
        let Some(written) = sheet.written else {
            return false;
        };
        let age_ms = clock.turn().wall.ms_since(written);
        u128::try_from(age_ms).is_ok_and(|age_ms| age_ms > most.as_millis())
    }
}

impl std::fmt::Debug for Orders {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.kind {
            Kind::File { .. } => f.write_str("Orders(file)"),
            Kind::Gate(gate) => gate.fmt(f),
            Kind::Told => f.write_str("Orders(told)"),
        }
    }
}

fn written((modified, _): Stamp) -> Option<Wall> {
    let since = modified?.duration_since(SystemTime::UNIX_EPOCH).ok()?;
    i64::try_from(since.as_millis()).ok().map(Wall::from_ms)
}

/// Tells a file from its next version.
type Stamp = (Option<SystemTime>, u64);

fn stamp(path: &Path) -> io::Result<Stamp> {
    let meta = fs::metadata(path)?;
    Ok((meta.modified().ok(), meta.len()))
}

/// Reads a file of orders.
///
/// # Errors
///
/// [`OrdersError`], in words for the person who wrote it.
pub fn load(path: &Path, customs: &Customs) -> Result<(Stamp, OrderBook), OrdersError> {
    let unreadable = |error| OrdersError::Unreadable {
        path: path.to_owned(),
        error,
    };
    let stamp = stamp(path).map_err(unreadable)?;
    if stamp.1 > csv::FILE_BYTES_MAX {
        return Err(OrdersError::TooLong {
            path: path.to_owned(),
            bytes: stamp.1,
        });
    }
    let bytes = fs::read(path).map_err(unreadable)?;
    let book = csv::read(&bytes, &customs.reading());
    let book = book.map_err(|error| OrdersError::Csv {
        path: path.to_owned(),
        error,
    })?;
    Ok((stamp, book))
}

fn watch(
    path: &Path,
    first: Stamp,
    customs: &Customs,
    book: &Arc<RwLock<Arc<Sheet>>>,
) -> io::Result<mpsc::Sender<()>> {
    let (watch, end) = mpsc::channel();
    let (path, customs, book) = (path.to_owned(), customs.clone(), Arc::clone(book));
    let look = move || {
        let mut known = first;
        while end.recv_timeout(LOOK_EVERY) == Err(mpsc::RecvTimeoutError::Timeout) {
            if stamp(&path).is_ok_and(|stamp| stamp != known) {
                known = refresh(&path, &customs, &book).unwrap_or(known);
            }
        }
    };
    thread::Builder::new()
        .name("orders".to_owned())
        .spawn(look)?;
    Ok(watch)
}

fn refresh(path: &Path, customs: &Customs, book: &RwLock<Arc<Sheet>>) -> Option<Stamp> {
    match load(path, customs) {
        Ok((stamp, new)) => {
            tracing::info!(path = %path.display(), customers = new.len(), "orders read again");
            let mut book = book.write().unwrap_or_else(PoisonError::into_inner);
            *book = Arc::new(Sheet {
                book: new,
                written: written(stamp),
                edition: book.edition + 1,
            });
            Some(stamp)
        }
        Err(error) => {
            tracing::warn!(%error, "orders stay as they were");
            stamp(path).ok()
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;
    use crate::vocabulary::phone_number::NumberPlan;

    fn customs() -> Customs {
        Customs {
            plan: NumberPlan::new("CN", "10").unwrap(),
            zone: TimeZone::UTC,
            clock: Clock::start(),
        }
    }

    const HEAD: &str = "customer_id,name,phones,order_id\n";

    #[test]
    fn a_changed_file_is_taken_unless_it_is_wrong() {
        let path = std::env::temp_dir().join(format!("ringwise-orders-{}.csv", std::process::id()));
        let name = |book: &RwLock<Arc<Sheet>>| {
            let number = customs().plan.normalise("13800000001").unwrap();
            let key = LookupKey::Phone(number);
            book.read().unwrap().book.lookup(&key).name
        };
        fs::write(&path, format!("{HEAD}1,Li,13800000001,A1\n")).unwrap();
        let (first, book) = load(&path, &customs()).unwrap();
        let sheet = Sheet {
            book,
            written: written(first),
            edition: 0,
        };
        let book = RwLock::new(Arc::new(sheet));
        assert_eq!(name(&book), "Li");
        fs::write(&path, format!("{HEAD}1,Wang,13800000001,A1\n")).unwrap();
        let second = refresh(&path, &customs(), &book).unwrap();
        assert_eq!(name(&book), "Wang");
        fs::write(&path, format!("{HEAD}1,Zhao,13800000001\n")).unwrap();
        let third = refresh(&path, &customs(), &book).unwrap();
        assert_eq!(name(&book), "Wang");
        assert!(first != second && second != third);
        let error = load(&path, &customs()).unwrap_err().to_string();
        assert!(
            error.ends_with("line 2: 3 cells, the first line has 4"),
            "{error}"
        );
        fs::remove_file(&path).unwrap();
        let error = load(&path, &customs()).unwrap_err().to_string();
        assert!(error.contains("set [orders] source"), "{error}");
    }
}
