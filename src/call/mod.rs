//! The calls themselves. Still pure.
