//! What happened in a walk, for the log and for whoever reads it.

use serde::{Deserialize, Serialize};

use crate::machine::calendar::Standing;
use crate::machine::ivr::failure::LookupFailure;
use crate::machine::waiting::range::WaitRange;

/// The propensity of what was never left to chance.
const fn certain() -> f64 {
    1.0
}

/// What happened in a walk.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WalkFact {
    /// A step was entered.
    Entered {
        /// Its name.
        step: String,
    },
    /// Words were spoken.
    Said {
        /// As text.
        text: String,
    },
    /// A key or digits were taken.
    Took {
        /// What, masked if secret.
        keys: String,
    },
    /// A look-up ended.
    LookedUp {
        /// Which.
        lookup: u32,
        /// Orders found, or why none.
        result: Result<u32, LookupFailure>,
    },
    /// A look-up's answer came when nobody awaited it.
    LateAnswer {
        /// Which.
        lookup: u32,
    },
    /// A service answered, or did not.
    Consulted {
        /// Its name in the configuration.
        service: String,
        /// How many values or deeds it gave, or why none.
        result: Result<u32, LookupFailure>,
    },
    /// What a service answered cannot be followed.
    Unfollowed {
        /// Its name in the configuration.
        service: String,
        /// Why.
        why: String,
    },
    /// Questions were ranked.
    Predicted {
        /// (order id, question id, probability), likeliest first.
        ranked: Vec<(Option<String>, String, f64)>,
        /// How many of them are read out.
        read: u32,
        /// Which, in the order of reading: places in `ranked`, from 0. Empty in older logs, where the
        /// first were read.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        order: Vec<u32>,
        /// How likely this order was, 0 to 1: less than 1 if a share of orders is drawn by lot.
        #[serde(default = "certain")]
        propensity: f64,
    },
    /// The customer was told something before they asked.
    Noticed {
        /// The customer's id.
        customer: String,
        /// The order's.
        order: String,
        /// The notice's, in the bank.
        notice: String,
    },
    /// A question was chosen: the label the model learns from.
    Chose {
        /// Order id, if it is about one.
        order: Option<String>,
        /// Question id.
        question: String,
        /// Its place in the menu, from 1.
        place: u32,
    },
    /// The caller chose none of what was read.
    ChoseNone,
    /// An answer was spoken to its end, or until a key.
    Answered {
        /// Question id.
        question: String,
        /// The words.
        text: String,
        /// Heard to the end.
        heard_out: bool,
    },
    /// A verification was tried.
    Verified {
        /// Whether it succeeded.
        ok: bool,
        /// Which try, from 1.
        attempt: u32,
    },
    /// A variable was set.
    Set {
        /// Its name: `vars.tries`.
        name: String,
        /// Its value as it is written, masked if private; none: it is absent now.
        value: Option<String>,
    },
    /// A branch was taken.
    Branched {
        /// Which condition held, from 1; 0: none.
        case: u16,
        /// The condition as it is written; `else` for none.
        condition: String,
    },
    /// The clock was looked at.
    Clocked {
        /// The name of the opening hours.
        hours: String,
        /// How things stood.
        standing: Standing,
    },
    /// The contact was marked.
    Tagged {
        /// With this word.
        tag: String,
    },
    /// The caller gave a score.
    Scored {
        /// What was scored.
        survey: String,
        /// The score.
        score: u8,
        /// The worst and the best that could be given.
        scale: (u8, u8),
    },
    /// A waiting caller was told its place or what wait to expect.
    PlaceTold {
        /// Its place, 1 is next; none: it was not told.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        position: Option<u32>,
        /// The wait; none: it was not told.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        wait: Option<WaitRange>,
    },
    /// A phrase has no recording and no speech command: it was skipped.
    Unspeakable {
        /// The words.
        text: String,
    },
}

impl WalkFact {
    /// What a step without words did, in words; none for other facts.
    #[must_use]
    pub fn deed(&self) -> Option<String> {
        Some(match self {
            Self::Set { name, value } => match value {
                Some(value) => format!("{name} is {value}"),
                None => format!("{name} is absent"),
            },
            Self::Branched { condition, .. } => format!("branches at `{condition}`"),
            Self::Clocked { hours, standing } => {
                let standing = match standing {
                    Standing::Open => "open",
                    Standing::Closed => "closed",
                    Standing::Holiday => "a holiday",
                };
                format!("hours {hours}: {standing}")
            }
            Self::Tagged { tag } => format!("marked as {tag}"),
            Self::Scored { survey, score, .. } => format!("{survey} scored {score}"),
            Self::Consulted { service, result } => match result {
                Ok(count) => format!("{service} answers: {count}"),
                Err(failure) => format!("{service}: {failure}"),
            },
            Self::Unfollowed { service, why } => format!("{service}: {why}"),
            Self::Noticed { order, notice, .. } => format!("tells {notice} of {order}"),
            Self::Entered { .. }
            | Self::Said { .. }
            | Self::Took { .. }
            | Self::LookedUp { .. }
            | Self::LateAnswer { .. }
            | Self::Predicted { .. }
            | Self::Chose { .. }
            | Self::ChoseNone
            | Self::Answered { .. }
            | Self::Verified { .. }
            | Self::PlaceTold { .. }
            | Self::Unspeakable { .. } => return None,
        })
    }

    /// The step that was entered, if one was.
    #[must_use]
    pub fn entered(&self) -> Option<&str> {
        if let Self::Entered { step } = self {
            return Some(step);
        }
        None
    }

    /// The words that were said, if some were.
    #[must_use]
    pub fn said(&self) -> Option<&str> {
        if let Self::Said { text } = self {
            return Some(text);
        }
        None
    }
}
