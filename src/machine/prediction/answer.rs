//! What is told to a caller, and why nothing can be told.

use crate::machine::prediction::order::Customer;
use crate::machine::speech::spoken::Spoken;
use crate::vocabulary::language::Language;
use crate::vocabulary::privacy::Privacy;
use crate::vocabulary::time::Wall;

/// Who asks, in which language, and when.
#[derive(Clone, Copy, Debug)]
pub struct Asking<'a> {
    /// The customer, with their orders.
    pub customer: &'a Customer,
    /// In which language.
    pub language: Language,
    /// The moment.
    pub wall: Wall,
    /// The centre's zone: civil times are told in it.
    pub zone: &'a jiff::tz::TimeZone,
}

/// What is told to a caller.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// Id of the answer in the bank.
    pub id: String,
    /// To be spoken.
    pub speech: Vec<Spoken>,
    /// The same as a person reads it.
    pub text: String,
    /// As a page or an app writes it.
    pub page: String,
    /// As a seat reads it; it may hold what the caller may not hear.
    pub seat: String,
    /// Private answers are for verified callers only.
    pub privacy: Privacy,
    /// The answer says that a person takes over.
    pub then: Then,
}

/// What is written about a question for one customer; what the bank leaves out is none.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct QuestionBriefing {
    /// The question in full, as a page or an app puts it.
    pub text: Option<String>,
    /// How the caller solves it without a person.
    pub self_service: Option<String>,
    /// What a seat should know.
    pub notes: Option<String>,
    /// What a seat says first.
    pub script: Option<String>,
}

/// What follows an answer.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Then {
    /// The question is answered.
    #[default]
    Done,
    /// A person must do the rest.
    Person,
}

/// Why there is no answer.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum AnswerError {
    /// The bank has no such question.
    #[error("no question {0:?} in the bank")]
    UnknownQuestion(String),
    /// The customer has no such order, or the question needs one.
    #[error("question {0:?} is about an order, and there is none")]
    NoOrder(String),
    /// No answer's conditions hold, or what they speak of is not known: a person must help.
    #[error("no answer to {0:?} fits this order")]
    NoneFits(String),
}
