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

use jiff::tz::TimeZone;

use crate::driver::clock::Clock;
use crate::driver::config::value::OrderSource;
use crate::driver::orders::answered::Answered;
use crate::driver::orders::book::OrderBook;
use crate::driver::orders::csv;
use crate::driver::orders::csv::CsvError;
use crate::driver::orders::csv::Reading;
use crate::driver::orders::http::HttpOrders;
use crate::machine::ivr::surface::LookupKey;
use crate::vocabulary::id::AskId;
use crate::vocabulary::phone_number::NumberPlan;

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

/// How a source's numbers and times are meant.
#[derive(Clone, Debug)]
pub struct Customs {
    /// How numbers are dialled here.
    pub plan: NumberPlan,
    /// The centre's zone.
    pub zone: TimeZone,
    /// The clock to which `now+2h` in a file is relative, at each reading of the file.
    pub clock: Clock,
}

impl Customs {
    fn reading(&self) -> Reading {
        Reading {
            plan: self.plan.clone(),
            zone: self.zone.clone(),
            wall: self.clock.turn().wall,
        }
    }
}

/// The source of orders.
pub struct Orders {
    kind: Kind,
    answered: Answered,
}

enum Kind {
    File {
        book: Arc<RwLock<Arc<OrderBook>>>,
        /// Its end ends the thread that looks for changes.
        _watch: mpsc::Sender<()>,
    },
    Http(HttpOrders),
}

impl Orders {
    /// Opens the source. A file is read at once and again whenever it changes; a changed file that
    /// is wrong is logged and the old one stays.
    ///
    /// # Errors
    ///
    /// [`OrdersError`], in words for the person who configures it.
    pub fn open(
        source: &OrderSource,
        customs: &Customs,
        answered: Answered,
    ) -> Result<Self, OrdersError> {
        let kind = match source {
            OrderSource::Csv(path) => {
                let (stamp, book) = load(path, customs)?;
                let book = Arc::new(RwLock::new(Arc::new(book)));
                let watch = watch(path, stamp, customs, &book).map_err(OrdersError::Thread)?;
                Kind::File {
                    book,
                    _watch: watch,
                }
            }
            OrderSource::Http(base) => {
                let http = HttpOrders::start(base, &answered);
                Kind::Http(http.map_err(OrdersError::Thread)?)
            }
        };
        Ok(Self { kind, answered })
    }

    /// Asks; the answer comes to `answered`, at once from a file. Never waits. `timeout` is how long
    /// the asker will wait: a little later the request is given up.
    pub fn request(&self, ask: AskId, key: LookupKey, timeout: Duration) {
        match &self.kind {
            Kind::File { book, .. } => {
                let book = Arc::clone(&book.read().unwrap_or_else(PoisonError::into_inner));
                (self.answered)(ask, Ok(book.lookup(&key)));
            }
            Kind::Http(http) => http.request(ask, key, timeout),
        }
    }
}

impl std::fmt::Debug for Orders {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.kind {
            Kind::File { .. } => f.write_str("Orders(file)"),
            Kind::Http(http) => http.fmt(f),
        }
    }
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
    book: &Arc<RwLock<Arc<OrderBook>>>,
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

fn refresh(path: &Path, customs: &Customs, book: &RwLock<Arc<OrderBook>>) -> Option<Stamp> {
    match load(path, customs) {
        Ok((stamp, new)) => {
            tracing::info!(path = %path.display(), customers = new.len(), "orders read again");
            *book.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(new);
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
    use super::*;

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
        let name = |book: &RwLock<Arc<OrderBook>>| {
            let number = customs().plan.normalise("13800000001").unwrap();
            book.read().unwrap().lookup(&LookupKey::Phone(number)).name
        };
        fs::write(&path, format!("{HEAD}1,Li,13800000001,A1\n")).unwrap();
        let (first, book) = load(&path, &customs()).unwrap();
        let book = RwLock::new(Arc::new(book));
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
