//! Parses the command line and opens the drivers.

fn main() {}
