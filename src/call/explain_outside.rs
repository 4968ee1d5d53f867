//! The sentences of an explanation about numbers outside, messages and lines that end, in every language.

use crate::call::message::MessageFact;
use crate::call::record::Party;
use crate::machine::trunk::gate::Refusal;
use crate::vocabulary::language::Language;

/// A number is called, or why it is not.
#[must_use]
pub fn dialling(language: Language, number: &str, refusal: Option<Refusal>) -> String {
    match (language, refusal) {
        (Language::English, None) => format!("{number} is called for the caller"),
        (Language::English, Some(why)) => format!("{number} is not called: {why}"),
        (Language::Mandarin, None) => format!("为来电者呼叫 {number}"),
        (Language::Mandarin, Some(why)) => {
            let why = match why {
                Refusal::NotANumber => "不是国际格式号码",
                Refusal::NotAllowed => "没有中继允许呼叫该号码",
                Refusal::Full => "中继并发已满",
                Refusal::TooFast => "中继呼叫频率已达上限",
            };
            format!("未呼叫 {number}：{why}")
        }
    }
}

/// How a call to a number went: the SIP status it failed with, or that it was answered.
#[must_use]
pub fn number(language: Language, failed: Option<u16>) -> String {
    match (language, failed) {
        (Language::English, None) => "it answers: both hear each other".to_owned(),
        (Language::English, Some(status)) => format!("it is not reached ({status})"),
        (Language::Mandarin, None) => "对方接听，双方通话".to_owned(),
        (Language::Mandarin, Some(status)) => format!("未接通（{status}）"),
    }
}

/// What became of a message.
#[must_use]
pub fn message(language: Language, fact: &MessageFact) -> String {
    match (language, fact) {
        (Language::English, MessageFact::Left(left)) => {
            let seconds = left.length_ms.div_ceil(1000);
            format!("leaves a message of {seconds} s for {}", left.queue)
        }
        (Language::Mandarin, MessageFact::Left(left)) => {
            let seconds = left.length_ms.div_ceil(1000);
            format!("给 {} 留言 {seconds} 秒", left.queue)
        }
        (Language::English, MessageFact::Lost { why }) => {
            format!("the message could not be kept: {why}")
        }
        (Language::Mandarin, MessageFact::Lost { why }) => format!("留言未能保存：{why}"),
        (Language::English, MessageFact::Done { by, .. }) => {
            format!("a message was seen to by {by}")
        }
        (Language::Mandarin, MessageFact::Done { by, .. }) => format!("留言已由 {by} 处理"),
    }
}

/// Who ended the call, or how it was lost.
#[must_use]
pub fn hung_up(language: Language, by: Party, cause: &str) -> String {
    let (english, mandarin) = match by {
        Party::Caller => ("the caller", "来电者"),
        Party::Seat => ("the seat", "坐席"),
        Party::Number => ("the number that was called", "被叫号码"),
        Party::Centre => ("the centre", "中心"),
    };
    match language {
        Language::English => parted(language, english, cause),
        Language::Mandarin => parted(language, mandarin, cause),
    }
}

/// Somebody hung up, or was lost.
#[must_use]
pub fn parted(language: Language, who: &str, cause: &str) -> String {
    let lost = match cause {
        "no_ack" => Some(("its phone never acknowledged our answer", "未确认应答")),
        "session_expired" => Some(("it was not refreshed in time", "会话未及时刷新")),
        "dialog_lost" => Some((
            "its phone knows it no more, or answers nothing",
            "对方已无此会话或不再应答",
        )),
        "flow_lost" => Some(("its connection is gone", "连接中断")),
        _ => None,
    };
    match (language, lost) {
        (Language::English, None) => format!("{who} hangs up ({cause})"),
        (Language::English, Some((why, _))) => format!("the line to {who} is lost: {why}"),
        (Language::Mandarin, None) => format!("{who}挂机（{cause}）"),
        (Language::Mandarin, Some((_, why))) => format!("与{who}的通话丢失：{why}"),
    }
}
