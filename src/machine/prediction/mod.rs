//! Orders, questions, answers, and which question comes next.

/// Customers and their orders.
pub mod order;
