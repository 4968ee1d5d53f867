//! A sum over calls, with what its spread needs.

use crate::call::report::calibration::whole;

/// A sum of something over calls.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Sum {
    /// Calls.
    pub calls: u64,
    /// Of it.
    pub sum: f64,
    /// Of its squares.
    pub squares: f64,
}

impl Sum {
    /// Counts one more.
    pub fn take(&mut self, value: f64) {
        self.calls += 1;
        self.sum += value;
        self.squares += value * value;
    }

    /// Its mean; 0 of none.
    #[must_use]
    pub fn mean(&self) -> f64 {
        self.sum / whole(self.calls.max(1))
    }

    /// The variance of the mean.
    #[must_use]
    pub fn variance(&self) -> f64 {
        let calls = whole(self.calls.max(2));
        let spread = (self.squares / calls - self.mean() * self.mean()).max(0.0);
        spread / (calls - 1.0)
    }
}
