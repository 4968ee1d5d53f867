//! The sentences of an explanation about promises to call back, in every language.

use crate::call::promise::CallbackFact;
use crate::call::promise::PromiseEnd;
use crate::machine::ivr::surface::DialEnd;
use crate::machine::ivr::surface::Unpromised;
use crate::vocabulary::language::Language;

/// What became of a promise.
#[must_use]
pub fn told(language: Language, fact: &CallbackFact) -> String {
    let (english, mandarin) = match fact {
        CallbackFact::Promised(promise) => (
            format!("is promised to be called back at {}", promise.number),
            format!("已承诺回电 {}", promise.number),
        ),
        CallbackFact::Refused(why) => refused(*why),
        CallbackFact::Parted { .. } => (
            "is off the line and keeps its place".to_owned(),
            "已离线，保留排队位置".to_owned(),
        ),
        CallbackFact::Kept { .. } => (
            "the centre started anew and keeps the promise".to_owned(),
            "系统重新启动，继续履行回电承诺".to_owned(),
        ),
        CallbackFact::Dialled { attempt } => (
            format!("is called back, try {attempt}; a seat is held meanwhile"),
            format!("正在回电，第 {attempt} 次；已预留坐席"),
        ),
        CallbackFact::Answered => (
            "the telephone is answered".to_owned(),
            "电话已接起".to_owned(),
        ),
        CallbackFact::Reached => (
            "the customer pressed 1: reached".to_owned(),
            "客户按 1 确认，已接通".to_owned(),
        ),
        CallbackFact::Missed { end, next_ms } => missed(*end, *next_ms),
        CallbackFact::Ended(end) => ended(*end),
    };
    match language {
        Language::English => english,
        Language::Mandarin => mandarin,
    }
}

fn refused(why: Unpromised) -> (String, String) {
    let (english, mandarin) = match why {
        Unpromised::NoNumber => ("the call came without a number", "来电没有号码"),
        Unpromised::NoPlace => ("it has no place in a queue", "没有排队位置"),
        Unpromised::NotAllowed => ("no trunk may call its number", "没有中继允许呼叫该号码"),
        Unpromised::Full => ("too many promises are open", "待回电数量已达上限"),
        Unpromised::NotWritten => ("the log did not take it in time", "日志未能及时写入"),
    };
    (
        format!("is not promised to be called back: {english}"),
        format!("未承诺回电：{mandarin}"),
    )
}

fn missed(end: DialEnd, next_ms: Option<u64>) -> (String, String) {
    let (english, mandarin) = match end {
        DialEnd::Busy => ("is busy", "占线"),
        DialEnd::NoAnswer => (
            "does not answer, or nobody presses 1",
            "无人接听或未按 1 确认",
        ),
        DialEnd::Failed => ("cannot be called", "呼叫失败"),
    };
    match next_ms.map(|next| next / 1_000) {
        Some(s) => (
            format!("the number {english}; the next try is in {s} s"),
            format!("号码{mandarin}；{s} 秒后再试"),
        ),
        None => (
            format!("the number {english}; that was the last try"),
            format!("号码{mandarin}；不再重试"),
        ),
    }
}

fn ended(end: PromiseEnd) -> (String, String) {
    let (english, mandarin) = match end {
        PromiseEnd::NotReached => ("every try was in vain", "多次未接通"),
        PromiseEnd::Expired => ("it is too old", "已过期"),
        PromiseEnd::NotWanted => ("the customer wants it no more", "客户不再需要"),
        PromiseEnd::PhonedAgain => (
            "the customer phoned again, and has the place",
            "客户再次来电，沿用原位置",
        ),
        PromiseEnd::Withdrawn => ("a supervisor took it out", "主管已移出"),
        PromiseEnd::Gone => ("its queue is gone", "队列已不存在"),
    };
    (
        format!("the promise is over: {english}"),
        format!("回电承诺结束：{mandarin}"),
    )
}
