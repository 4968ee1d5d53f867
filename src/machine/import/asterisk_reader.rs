//! An Asterisk dialplan being read: its places and the steps they become.

use std::collections::BTreeSet;

use crate::machine::import::asterisk_table::Priority;
use crate::machine::import::asterisk_table::Table;
use crate::machine::import::draft;
use crate::machine::import::report::Became;
use crate::machine::import::report::Report;
use crate::machine::import::staff::Staff;
use crate::machine::import::workshop::Workshop;

/// Asterisk waits so long for a key unless a dialplan says otherwise.
pub const RESPONSE_S: u32 = 10;

/// A place in a dialplan: context, extension, place in its list.
pub type Spot = (String, String, usize);

/// A dialplan being read.
pub struct Importer<'t> {
    /// The dialplan.
    pub table: &'t Table,
    /// Its file's name.
    pub file: &'t str,
    /// What became of its lines.
    pub report: &'t mut Report,
    /// Queues and seats that it names.
    pub staff: &'t mut Staff,
    /// Steps in the making.
    pub workshop: Workshop<Spot>,
    /// Contexts and extensions where calls come in.
    pub numbers: BTreeSet<(String, String)>,
}

impl Importer<'_> {
    /// Notes what became of a line.
    pub fn note(&mut self, line: usize, became: Became, what: impl Into<String>) {
        self.report.note(self.file, line, became, what);
    }

    /// The step for a place, made now or later.
    pub fn spot(&mut self, spot: Spot) -> String {
        let (context, extension, at) = spot;
        let home = self.table.home(&context, &extension).map(str::to_owned);
        let spot = (home.unwrap_or(context), extension, at);
        let (context, extension, at) = (&spot.0, &spot.1, spot.2);
        let plain = if extension == "s" { "" } else { extension };
        let label = self.table.priorities(context, extension).get(at);
        let label = label.map_or("", |one| one.label.as_str());
        let numbered = if at > 0 && label.is_empty() {
            format!("{}", at.saturating_add(1))
        } else {
            label.to_owned()
        };
        let over = self.at(&spot).is_none();
        let numbered = if over { "over" } else { &numbered };
        let name = draft::name(&[context, plain, numbered]);
        self.workshop.step(&spot, &name)
    }

    /// The application at a place.
    #[must_use]
    pub fn at(&self, spot: &Spot) -> Option<&Priority> {
        self.table.priorities(&spot.0, &spot.1).get(spot.2)
    }

    /// Where `[[context,]extension,]priority` leads.
    pub fn target(&mut self, here: &Spot, written: &str) -> String {
        let spot = self.target_spot(here, written);
        self.spot(spot)
    }

    /// The same as a place.
    #[must_use]
    pub fn target_spot(&self, here: &Spot, written: &str) -> Spot {
        let parts: Vec<&str> = written.split([',', '|']).map(str::trim).collect();
        let (context, extension, priority) = match parts.as_slice() {
            [context, extension, priority] => (*context, *extension, *priority),
            [extension, priority] => (here.0.as_str(), *extension, *priority),
            [priority] => (here.0.as_str(), here.1.as_str(), *priority),
            _ => (here.0.as_str(), here.1.as_str(), "1"),
        };
        let home = self.table.home(context, extension).unwrap_or(context);
        let list = self.table.priorities(home, extension);
        let number = priority.parse::<u32>().ok();
        let found = list
            .iter()
            .position(|one| one.label == priority || Some(one.number) == number);
        let at = found.unwrap_or(list.len());
        (home.to_owned(), extension.to_owned(), at)
    }
}
