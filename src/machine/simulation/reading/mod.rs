//! Scenario files: YAML to a scenario, with every fault at its place.

/// What reading needs to know throughout.
pub mod context;

/// Types of contacts.
pub mod contact_type;

/// Groups of seats.
pub mod group;

/// Numbers with units.
pub mod quantity;

/// Queues and their steps.
pub mod queue;

/// The whole file.
pub mod scenario;

/// Columns of CSV files.
pub mod table;

/// Distributions of times.
pub mod timing;
