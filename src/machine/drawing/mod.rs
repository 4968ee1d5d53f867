//! A chart of cards and ways between them, laid out in columns and written as SVG.

/// A card's inside: lines, rows and their places.
pub mod anatomy;

/// What is drawn.
pub mod chart;

/// Which card stands in which column, and in which order.
pub mod column;

/// How wide words are.
pub mod measure;

/// Cards and lines with their places.
pub mod picture;

/// How high everything stands.
pub mod placing;

/// The picture as text.
pub mod svg;
