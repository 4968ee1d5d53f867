//! Amounts of money.

use serde::{Deserialize, Serialize};

/// An exact amount.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize, Deserialize)]
pub struct Money {
    /// Hundredths of the unit: fen, cents.
    pub minor: i64,
    /// What the amount is counted in.
    pub currency: Currency,
}

/// A currency that can be spoken.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize, Deserialize)]
pub enum Currency {
    /// Chinese yuan.
    #[serde(rename = "CNY")]
    Yuan,
    /// United States dollar.
    #[serde(rename = "USD")]
    Dollar,
    /// Euro.
    #[serde(rename = "EUR")]
    Euro,
    /// Hong Kong dollar.
    #[serde(rename = "HKD")]
    HongKongDollar,
}

impl Currency {
    /// All currencies.
    pub const ALL: [Self; 4] = [Self::Yuan, Self::Dollar, Self::Euro, Self::HongKongDollar];

    /// The ISO 4217 code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Yuan => "CNY",
            Self::Dollar => "USD",
            Self::Euro => "EUR",
            Self::HongKongDollar => "HKD",
        }
    }
}
