//! Where a source's answers go.

use std::sync::Arc;

use crate::machine::ivr::surface::LookupFailure;
use crate::machine::prediction::order::Customer;
use crate::vocabulary::id::AskId;

/// Takes an answer, from whatever thread has it; it must not wait.
pub type Answered = Arc<dyn Fn(AskId, Result<Customer, LookupFailure>) + Send + Sync>;
