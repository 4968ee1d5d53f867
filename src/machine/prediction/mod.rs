//! Orders, questions, answers, and which question comes next.

/// What is told to a caller, and why nothing can be told.
pub mod answer;

/// What a business says about its orders' and customers' attributes.
pub mod attribute;

/// Questions and answers of a business.
pub mod bank;

/// Cells: situations that look alike.
pub mod cell;

/// When a question or an answer applies.
pub mod condition;

/// Notices on their way to another system.
pub mod dispatch;

/// How good predictions are.
pub mod evaluation;

/// What a model learns with.
pub mod learning;

/// The words of a bank that are recorded once.
pub mod literal;

/// Which of the ranked questions are read out, and in which order.
pub mod menu;

/// The probability of each question, and how it learns.
pub mod model;

/// Attributes as names of expressions.
pub mod named_value;

/// What another system tells of orders, as it happens.
pub mod news;

/// Customers and their orders.
pub mod order;

/// What came of a prediction: the label a model learns from.
pub mod outcome;

/// Questions by probability.
pub mod ranking;

/// A bank's file, checked.
pub mod reading;

/// All values of a situation, looked up once.
pub mod sheet;

/// One order of one customer at one moment.
pub mod situation;

/// Counts by cell, special cells leaning on general ones where they have seen little.
pub mod table;

/// Templates filled with values, to be spoken and to be read.
pub mod telling;

/// Texts with typed slots.
pub mod template;

/// Values as people write them in files.
pub mod written_value;
