//! How long callers listen until they hear what they want, by a simple model of menus (THEORY's): an
//! introduction, options of equal length read while that pays, then one more that leads to the fixed menu.

use std::time::Duration;

use crate::machine::prediction::evaluation::fixed_menu::INTRO_S;
use crate::machine::prediction::evaluation::fixed_menu::OPTION_S;
use crate::machine::prediction::menu;
use crate::machine::prediction::menu::Timing;
use crate::machine::prediction::ranking::Choice;
use crate::machine::prediction::ranking::Ranking;

/// What the menu of one caller comes to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Listening {
    /// Seconds until the caller hears what they want.
    pub seconds: f64,
    /// So many options are read.
    pub read: usize,
    /// Whether what they want is one of these.
    pub served: bool,
}

impl Listening {
    /// What is wanted stands at `rank` of these probabilities, the likeliest first, from 0. The fixed menu takes
    /// `usual_s` by what is known, and `fixed_s` to what is wanted.
    #[must_use]
    pub fn to(rank: usize, (ps, other): (&[f64], f64), (usual_s, fixed_s): (f64, f64)) -> Self {
        let choice = |p: &f64| Choice {
            order: None,
            question: String::new(),
            p: *p,
        };
        let choices: Vec<Choice> = ps.iter().take(READ_MAX).map(choice).collect();
        let lengths = vec![Duration::from_secs_f64(OPTION_S); choices.len()];
        let timing = Timing {
            choices: &lengths,
            fallback: Duration::from_secs_f64(OPTION_S + usual_s),
            most: READ_MAX,
        };
        let read = menu::plan(&Ranking { choices, other }, timing).read.len();
        let options = |count: usize| OPTION_S * f64::from(u32::try_from(count).unwrap_or(u32::MAX));
        let served = rank < read;
        let seconds = if served {
            INTRO_S + options(rank + 1)
        } else {
            INTRO_S + options(read + 1) + fixed_s
        };
        Self {
            seconds,
            read,
            served,
        }
    }
}

/// Most options that are read.
const READ_MAX: usize = 9;
