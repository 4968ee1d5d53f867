//! The sentences of an explanation about priorities, and about who went first by them or otherwise.

use crate::call::explain_words;
use crate::machine::acd::step::Class;
use crate::vocabulary::language::Language;

/// Why a seat took another call first.
#[derive(Clone, Copy, Debug)]
pub enum Before {
    /// It has a higher priority.
    Priority {
        /// The other's then, in thousandths of a level.
        its: i64,
        /// This call's.
        ours: i64,
    },
    /// It had waited longer.
    Longer {
        /// The other's wait.
        its_ms: u64,
        /// This call's.
        ours_ms: u64,
    },
    /// By the rules of its queue.
    Other {
        /// The other's wait.
        its_ms: u64,
    },
}

/// What its priority is after a wait, in thousandths of a level.
#[must_use]
pub fn aged(class: Class, waited_ms: u64) -> i64 {
    let risen = u64::from(class.ageing).saturating_mul(waited_ms) / 60_000;
    let risen = i64::try_from(risen).unwrap_or(i64::MAX);
    i64::from(class.priority)
        .saturating_mul(1_000)
        .saturating_add(risen)
}

/// A number of levels, with two digits after the point if it is not a whole one.
fn level(thousandths: i64) -> String {
    let hundredths = thousandths.unsigned_abs() / 10;
    let sign = if thousandths < 0 { "-" } else { "" };
    match (hundredths / 100, hundredths % 100) {
        (whole, 0) => format!("{sign}{whole}"),
        (whole, rest) => format!("{sign}{whole}.{rest:02}"),
    }
}

/// What sets a call before others, unless its queue does not heed that.
#[must_use]
pub fn class(language: Language, class: Class, heeded: bool) -> String {
    let Class { priority, ageing } = class;
    let rise = level(ageing.into());
    match (language, ageing) {
        (Language::English, _) if !heeded => {
            format!("priority {priority}, which does not count in this queue")
        }
        (Language::Mandarin, _) if !heeded => format!("优先级 {priority}（此队列不计优先级）"),
        (Language::English, 0) => format!("priority {priority}"),
        (Language::English, _) => format!("priority {priority}, which rises by {rise} a minute"),
        (Language::Mandarin, 0) => format!("优先级 {priority}"),
        (Language::Mandarin, _) => format!("优先级 {priority}（每分钟升高 {rise}）"),
    }
}

/// It has another priority.
#[must_use]
pub fn reprioritised(language: Language, class: Class, heeded: bool) -> String {
    let told = self::class(language, class, heeded);
    match language {
        Language::English => format!("from here on it has {told}"),
        Language::Mandarin => format!("现为{told}"),
    }
}

/// A seat took another call first: it rings for it, or is held while its customer is called back.
#[must_use]
pub fn passed_over(language: Language, (seat, is_held): (&str, bool), why: Before) -> String {
    let time = |ms| explain_words::length(language, ms);
    let what = match (language, is_held) {
        (Language::English, false) => format!("{seat} is rung for another call"),
        (Language::English, true) => {
            format!("{seat} is held for another caller, who is called back")
        }
        (Language::Mandarin, false) => format!("{seat} 先接另一通来电"),
        (Language::Mandarin, true) => format!("{seat} 预留给另一位等待回电的客户"),
    };
    match (language, why) {
        (Language::English, Before::Priority { its, ours }) => format!(
            "{what}: priority {} goes before {}",
            level(its),
            level(ours)
        ),
        (Language::English, Before::Longer { its_ms, ours_ms }) => format!(
            "{what}: it had waited {}, this one {}",
            time(its_ms),
            time(ours_ms)
        ),
        (Language::English, Before::Other { its_ms }) if is_held => {
            format!("{what} and had waited {}", time(its_ms))
        }
        (Language::English, Before::Other { its_ms }) => {
            format!("{what}, which had waited {}", time(its_ms))
        }
        (Language::Mandarin, Before::Priority { its, ours }) => {
            format!("{what}：优先级 {} 高于 {}", level(its), level(ours))
        }
        (Language::Mandarin, Before::Longer { its_ms, ours_ms }) => {
            format!("{what}：对方已等待{}，本通{}", time(its_ms), time(ours_ms))
        }
        (Language::Mandarin, Before::Other { its_ms }) => {
            format!("{what}，对方已等待{}", time(its_ms))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_priority_rises_with_the_wait_and_is_told_as_it_stands() {
        let class = |priority, ageing| Class { priority, ageing };
        assert_eq!(aged(class(3, 0), 600_000), 3_000);
        assert_eq!(aged(class(0, 60_000), 4_800), 4_800);
        assert_eq!(aged(class(-1, 500), 60_000), -500);
        for (thousandths, told) in [(3_000, "3"), (4_830, "4.83"), (-500, "-0.50"), (9, "0")] {
            assert_eq!(level(thousandths), told);
        }
        let its = Before::Priority {
            its: 4_800,
            ours: 3_000,
        };
        assert_eq!(
            passed_over(Language::English, ("a", false), its),
            "a is rung for another call: priority 4.80 goes before 3"
        );
        assert_eq!(
            self::class(Language::English, class(0, 500), true),
            "priority 0, which rises by 0.50 a minute"
        );
    }
}
