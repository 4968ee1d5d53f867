//! A simulated night: thousands of calls on virtual time, checked after every event.

mod crossing;
mod fault;
mod ledger;
mod look;
mod play;
mod traffic;
mod wire;
