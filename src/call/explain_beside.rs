//! The sentences of an explanation about rings: several seats at once, what one is told, and why one came to
//! nothing.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::call::explain_order::Before;
use crate::call::health::Ailment;
use crate::machine::acd::fact::OfferEnd;
use crate::machine::acd::fact::WithdrawReason;
use crate::vocabulary::id::CallId;
use crate::vocabulary::id::SeatId;
use crate::vocabulary::language::Language;
use crate::vocabulary::time::Wall;

/// What is known of the rings of a call so far.
#[derive(Debug, Default)]
pub struct Rings {
    /// Seats that answered and hear whom they will talk to.
    pub told: BTreeSet<SeatId>,
    /// The caller is off the line: seats are held, and do not ring.
    pub off_line: bool,
    /// The seat that is held.
    pub held: Option<SeatId>,
    /// Seats that were taken for other calls before this one: the line that says so, and why.
    pub passed: BTreeMap<CallId, (usize, SeatId, Before)>,
    /// The last ring that came to nothing.
    pub ended: Option<(Wall, SeatId)>,
}

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
            ("the customer is not on the line", "客户不在线")
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

/// A ring came to nothing; `told` if the seat had answered and heard who calls.
#[must_use]
pub fn offer_ended(language: Language, seat: &str, end: OfferEnd, told: bool) -> String {
    let limit = OfferEnd::Withdrawn(WithdrawReason::RingLimit);
    let why = match (language, told && end == limit) {
        (Language::English, true) => "did not press 1 in time",
        (Language::Mandarin, true) => "超时未按 1",
        (_, false) => why(language, end),
    };
    let is_back = match end {
        OfferEnd::Declined
        | OfferEnd::ReserveRefused
        | OfferEnd::Withdrawn(
            WithdrawReason::RingLimit
            | WithdrawReason::SeatSignedOut
            | WithdrawReason::AnsweredElsewhere
            | WithdrawReason::WantedElsewhere,
        ) => true,
        OfferEnd::Withdrawn(
            WithdrawReason::ContactLeft | WithdrawReason::TakenOut | WithdrawReason::Unreached,
        ) => false,
    };
    match (language, is_back) {
        (Language::English, true) => format!("{seat}: {why}; the call is back at its place"),
        (Language::English, false) => format!("{seat} is let go: {why}"),
        (Language::Mandarin, true) => format!("{seat}：{why}；来电回到原位"),
        (Language::Mandarin, false) => format!("释放 {seat}：{why}"),
    }
}

/// A seat's phone failed an offer; `told` if its person had answered and heard who calls.
#[must_use]
pub fn seat_failed(language: Language, seat: &str, status: u16, told: bool) -> String {
    match (language, status, told) {
        (Language::English, 487, true) => {
            format!("{seat} hangs up before the caller is put through")
        }
        (Language::English, 603, true) => format!("{seat} presses 2 and does not take the call"),
        (Language::English, 0, _) => format!("there is no port to ring {seat} from"),
        (Language::English, 408, _) => format!("the phone of {seat} does not answer in time (408)"),
        (Language::English, 488, _) => {
            format!("no sound can be agreed on with the phone of {seat} (488)")
        }
        (Language::English, 503, _) => format!("the phone of {seat} cannot be reached (503)"),
        (Language::English, ..) => format!("the phone of {seat} answers {status}"),
        (Language::Mandarin, 487, true) => format!("{seat} 在接通前挂机"),
        (Language::Mandarin, 603, true) => format!("{seat} 按 2，不接此来电"),
        (Language::Mandarin, 0, _) => format!("没有可用端口呼叫 {seat}"),
        (Language::Mandarin, 408, _) => format!("{seat} 的话机超时未应答（408）"),
        (Language::Mandarin, 488, _) => format!("与 {seat} 的话机无法协商语音（488）"),
        (Language::Mandarin, 503, _) => format!("无法连接 {seat} 的话机（503）"),
        (Language::Mandarin, ..) => format!("{seat} 的话机返回 {status}"),
    }
}

/// The seat that was held rings: the customer is there.
#[must_use]
pub fn rings_now(language: Language, seat: &str) -> String {
    match language {
        Language::English => format!("{seat}, who was held, rings"),
        Language::Mandarin => format!("预留的 {seat} 振铃"),
    }
}

/// A seat takes no more calls, of which this one was the reason.
#[must_use]
pub fn unfit(language: Language, seat: &str, ailment: Ailment) -> String {
    let why = ailment.told(language);
    match language {
        Language::English => format!("{seat} gets no calls from here on: {why}"),
        Language::Mandarin => format!("自此不向 {seat} 派送来电：{why}"),
    }
}

/// A seat that rang in vain takes no more calls.
#[must_use]
pub fn away(language: Language, seat: &str) -> String {
    match language {
        Language::English => format!("{seat} is away from here on"),
        Language::Mandarin => format!("{seat} 自此示忙"),
    }
}
