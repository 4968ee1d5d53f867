//! How large a dialplan may be.

/// Most steps in one dialplan, each use of a subflow counted.
pub const STEPS_MAX: usize = 5000;
/// Most numbers in one dialplan.
pub const DIDS_MAX: usize = 1000;
/// Most variables in one dialplan, and most arguments of one subflow.
pub const VARIABLES_MAX: usize = 60;
/// Most subflows in one dialplan.
pub const SUBFLOWS_MAX: usize = 200;
/// Subflows within subflows.
pub const NESTING_MAX: usize = 8;
/// Most opening hours with names in one dialplan.
pub const HOURS_MAX: usize = 50;
/// Most days with hours of their own in one of them.
pub const HOLIDAYS_MAX: usize = 2000;
/// Most conditions in one branch step.
pub const CASES_MAX: usize = 100;
/// Most variables that one step sets.
pub const ASSIGNMENTS_MAX: usize = 60;
/// Most texts of one question, each for one more time that it is asked.
pub const PROMPTS_MAX: usize = 10;
/// Most tags of one step.
pub const TAGS_MAX: usize = 20;
