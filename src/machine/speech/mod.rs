//! From words and values to recorded fragments, a grammar per language.

/// Words and typed values, before a grammar makes sounds of them.
pub mod spoken;
