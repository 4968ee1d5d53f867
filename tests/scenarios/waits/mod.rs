//! Waits are foretold as well as they can be: simulated queues against estimators that know the
//! truth, and a real day.

mod line;
mod real_day;
mod simulated;
