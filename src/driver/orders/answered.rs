//! Where a source's answers go.

use crate::machine::ivr::failure::LookupFailure;
use crate::machine::prediction::order::Customer;

/// Takes one answer, or why there is none, from whatever thread has it; it must not wait.
pub type Answered<A> = Box<dyn FnOnce(Result<A, LookupFailure>) + Send>;

/// What a source of orders says: a customer, empty if nobody is known, or why not.
pub type Found = Result<Customer, LookupFailure>;
