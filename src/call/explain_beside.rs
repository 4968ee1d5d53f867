//! The sentences of an explanation about rings: several seats at once, what one is told, and why one came to
//! nothing.

use crate::machine::acd::fact::OfferEnd;
use crate::machine::acd::fact::WithdrawReason;
use crate::vocabulary::language::Language;

/// A seat rings as well.
#[must_use]
pub fn offered(language: Language, seat: &str) -> String {
    match language {
        Language::English => format!("{seat} rings as well"),
        Language::Mandarin => format!("同时呼叫 {seat}"),
    }
}

/// One of several seats rings no more.
#[must_use]
pub fn ended(language: Language, seat: &str, end: OfferEnd) -> String {
    let why = why(language, end);
    match language {
        Language::English => format!("{seat} rings no more: {why}"),
        Language::Mandarin => format!("停止呼叫 {seat}：{why}"),
    }
}

/// A seat hears whom it will talk to.
#[must_use]
pub fn seat_told(language: Language, seat: &str) -> String {
    match language {
        Language::English => format!("{seat} answers and hears whom it will talk to"),
        Language::Mandarin => format!("{seat} 应答，正在听取来电说明"),
    }
}

/// Why a ring came to nothing.
#[must_use]
pub const fn why(language: Language, end: OfferEnd) -> &'static str {
    let (english, mandarin) = match end {
        OfferEnd::Declined => ("declined or failed", "拒接或失败"),
        OfferEnd::Withdrawn(WithdrawReason::ContactLeft) => ("the caller had left", "来电者已离开"),
        OfferEnd::Withdrawn(WithdrawReason::TakenOut) => {
            ("a supervisor took the call out", "主管将来电移出")
        }
        OfferEnd::Withdrawn(WithdrawReason::Unreached) => {
            ("the customer was not reached", "未能接通客户")
        }
        OfferEnd::Withdrawn(WithdrawReason::RingLimit) => ("did not answer in time", "超时未接"),
        OfferEnd::Withdrawn(WithdrawReason::SeatSignedOut) => {
            ("signed out while it rang", "振铃时签出")
        }
        OfferEnd::Withdrawn(WithdrawReason::AnsweredElsewhere) => {
            ("another seat answered first", "其他坐席已先接听")
        }
        OfferEnd::Withdrawn(WithdrawReason::WantedElsewhere) => {
            ("another caller has nobody else", "另一来电别无坐席可接")
        }
        OfferEnd::ReserveRefused => ("could not be reached", "无法接通"),
    };
    match language {
        Language::English => english,
        Language::Mandarin => mandarin,
    }
}
