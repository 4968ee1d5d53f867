//! Who may hear something.

use serde::{Deserialize, Serialize};

/// Who may hear a value.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Privacy {
    /// Anyone who calls from the customer's number.
    #[default]
    Open,
    /// Only who has proved to be the customer.
    Private,
}
