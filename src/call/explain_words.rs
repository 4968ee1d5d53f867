//! The sentences of an explanation, in every language.

use std::collections::BTreeMap;

use crate::call::record::Arrived;
use crate::call::record::Outcome;
use crate::machine::acd::fact::SeatState;
use crate::machine::acd::fact::StepEnd;
use crate::machine::ivr::surface::LeaveReason;
use crate::machine::waiting::accuracy::Foretold;
use crate::machine::waiting::range::WaitRange;
use crate::vocabulary::language::Language;

/// Names that stand in one sentence; of the others their number.
const NAMES_MAX: usize = 12;

/// Seats that could help, by what they were doing.
#[derive(Clone, Debug, Default)]
pub struct Helpers {
    /// Seats by state.
    pub by_state: BTreeMap<SeatState, Vec<String>>,
}

const fn in_(language: Language, english: &'static str, mandarin: &'static str) -> &'static str {
    match language {
        Language::English => english,
        Language::Mandarin => mandarin,
    }
}

/// `1 min 5 s`.
pub(super) fn length(language: Language, ms: u64) -> String {
    let seconds = (ms + 500) / 1_000;
    let (minutes, rest) = (seconds / 60, seconds % 60);
    match (language, minutes) {
        (Language::English, 0) => format!("{seconds} s"),
        (Language::English, _) => format!("{minutes} min {rest} s"),
        (Language::Mandarin, 0) => format!("{seconds}秒"),
        (Language::Mandarin, _) => format!("{minutes}分{rest}秒"),
    }
}

fn list(language: Language, names: &[String]) -> String {
    let shown = names.iter().take(NAMES_MAX).cloned().collect::<Vec<_>>();
    let joined = shown.join(in_(language, ", ", "、"));
    match (language, names.len().saturating_sub(NAMES_MAX)) {
        (_, 0) => joined,
        (Language::English, more) => format!("{joined} and {more} more"),
        (Language::Mandarin, more) => format!("{joined}等，另有{more}个"),
    }
}

/// The call came.
#[must_use]
pub fn arrived(language: Language, arrived: &Arrived) -> String {
    let number = arrived.number.as_ref().map(|number| number.as_str());
    let caller = number.unwrap_or(&arrived.caller);
    let (called, plan, release) = (&arrived.called, &arrived.dialplan, arrived.release.0);
    match language {
        Language::English => {
            format!("{caller} calls {called}: dialplan {plan} of release {release}")
        }
        Language::Mandarin => format!("{caller} 拨打 {called}：流程 {plan}，版本 {release}"),
    }
}

/// A step of the dialplan.
#[must_use]
pub fn step(language: Language, step: &str) -> String {
    format!("{} {step}", in_(language, "step", "步骤"))
}

/// The caller pressed keys.
#[must_use]
pub fn keys(language: Language, keys: &str) -> String {
    format!(
        "{} {keys}",
        in_(language, "the caller presses", "来电者按键")
    )
}

/// The caller's question is known.
#[must_use]
pub fn chose(language: Language, question: &str) -> String {
    format!(
        "{} {question}",
        in_(language, "the caller asks about", "来电者的问题是")
    )
}

/// The queue is closed.
#[must_use]
pub fn closed(language: Language, queue: &str) -> String {
    match language {
        Language::English => format!("{queue} takes nobody now: it is outside of its hours"),
        Language::Mandarin => format!("{queue} 不在服务时间，未进入排队"),
    }
}

/// The queue is full.
#[must_use]
pub fn full(language: Language, queue: &str) -> String {
    match language {
        Language::English => format!("{queue} takes nobody now: as many wait as may wait"),
        Language::Mandarin => format!("{queue} 排队已满，未进入排队"),
    }
}

/// The wait would be too long.
#[must_use]
pub fn too_long(language: Language, queue: &str, expected_ms: u64) -> String {
    let wait = length(language, expected_ms);
    match language {
        Language::English => format!(
            "does not wait in {queue}: it would take about {wait}, more than the dialplan allows"
        ),
        Language::Mandarin => format!("未进入 {queue}：预计等待{wait}，超过流程的上限"),
    }
}

/// The call waits.
#[must_use]
pub fn queued(
    language: Language,
    queue: &str,
    (need, class): (&[String], &str),
    waited_ms: u64,
) -> String {
    let need = match (language, need.is_empty()) {
        (Language::English, true) => "anybody".to_owned(),
        (Language::English, false) => need.join(" and "),
        (Language::Mandarin, true) => "任何坐席".to_owned(),
        (Language::Mandarin, false) => need.join("、"),
    };
    let waited = length(language, waited_ms);
    let before = match (language, waited_ms) {
        (_, 0) => String::new(),
        (Language::English, _) => format!(", {waited} after the wait began"),
        (Language::Mandarin, _) => format!("，此前已等待{waited}"),
    };
    match language {
        Language::English => {
            format!("waits in {queue} for {need}, with {class}{before}")
        }
        Language::Mandarin => format!("进入 {queue} 排队，需要{need}，{class}{before}"),
    }
}

/// Who could help.
#[must_use]
pub fn helpers(language: Language, queue: &str, helpers: &Helpers) -> String {
    let count: usize = helpers.by_state.values().map(Vec::len).sum();
    let groups = helpers.by_state.iter().map(|(state, seats)| {
        let state = doing(language, *state);
        let seats = list(language, seats);
        match language {
            Language::English => format!("{state}: {seats}"),
            Language::Mandarin => format!("{state}：{seats}"),
        }
    });
    let groups = groups.collect::<Vec<_>>().join(in_(language, "; ", "；"));
    match (language, count) {
        (Language::English, 0) => format!("nobody who serves {queue} can help"),
        (Language::English, 1) => format!("1 seat of {queue} can help: {groups}"),
        (Language::English, _) => format!("{count} seats of {queue} can help: {groups}"),
        (Language::Mandarin, 0) => format!("{queue} 没有符合要求的坐席"),
        (Language::Mandarin, _) => format!("{queue} 有 {count} 个坐席符合要求：{groups}"),
    }
}

const fn doing(language: Language, state: SeatState) -> &'static str {
    match state {
        SeatState::SignedOut => in_(language, "signed out", "未签入"),
        SeatState::Away => in_(language, "away", "示忙"),
        SeatState::Ready => in_(language, "ready", "空闲"),
        SeatState::Reserved | SeatState::Offered => {
            in_(language, "rung or held for another", "振铃或预留中")
        }
        SeatState::Talking => in_(language, "talking", "通话中"),
        SeatState::WrapUp => in_(language, "in after-call work", "话后处理"),
    }
}

/// What one seat does not meet; of a skill the level it has, 0 for none.
#[must_use]
pub fn lacks(language: Language, (seat, clause): (&str, &str), has: Option<u8>) -> String {
    match (language, has) {
        (Language::English, None) => format!("{seat} is not {clause}"),
        (Language::English, Some(0)) => format!("{seat} lacks {clause}"),
        (Language::English, Some(has)) => format!("{seat} lacks {clause}: it has {has}"),
        (Language::Mandarin, None | Some(0)) => format!("{seat} 不满足 {clause}"),
        (Language::Mandarin, Some(has)) => format!("{seat} 不满足 {clause}：级别为 {has}"),
    }
}

/// Who could not help, and why.
#[must_use]
pub fn lacking(language: Language, queue: &str, lacking: &[String]) -> String {
    let (count, all) = (lacking.len(), list(language, lacking));
    match language {
        Language::English => format!("{count} of {queue} cannot help: {all}"),
        Language::Mandarin => format!("{queue} 有 {count} 个坐席不符合要求：{all}"),
    }
}

/// What wait was foretold.
#[must_use]
pub fn foretold(language: Language, foretold: Foretold) -> String {
    let ms = u64::try_from(foretold.wait.as_millis()).unwrap_or(u64::MAX);
    let (wait, said) = (length(language, ms), range(language, foretold.said));
    match language {
        Language::English => format!("expected wait {wait}; said would be {said}"),
        Language::Mandarin => format!("预计等待{wait}；播报为{said}"),
    }
}

fn range(language: Language, range: WaitRange) -> String {
    let from = range.from_min;
    match (language, range.to_min) {
        (Language::English, Some(to)) => format!("{from} to {to} min"),
        (Language::English, None) => format!("more than {from} min"),
        (Language::Mandarin, Some(to)) => format!("{from}到{to}分钟"),
        (Language::Mandarin, None) => format!("超过{from}分钟"),
    }
}

/// What the caller was told.
#[must_use]
pub fn told(language: Language, position: Option<u32>, wait: Option<WaitRange>) -> String {
    let place = position.map(|place| match language {
        Language::English => format!("place {place}"),
        Language::Mandarin => format!("排在第{place}位"),
    });
    let wait = wait.map(|wait| match language {
        Language::English => format!("a wait of {}", range(language, wait)),
        Language::Mandarin => format!("等待{}", range(language, wait)),
    });
    let told: Vec<String> = [place, wait].into_iter().flatten().collect();
    let told = told.join(in_(language, " and ", "，"));
    format!("{} {told}", in_(language, "is told", "播报"))
}

/// A seat rings, or is held for who is called back. `others` who could help were ready too; `idle`
/// is how long this one had been.
#[must_use]
pub fn offered(
    language: Language,
    (seat, is_held): (&str, bool),
    waited_ms: u64,
    (others, idle): (usize, Option<u64>),
) -> String {
    let waited = length(language, waited_ms);
    let idle = idle.map(|ms| length(language, ms));
    let idle = idle.map_or_else(String::new, |idle| match language {
        Language::English => format!(", ready for {idle}"),
        Language::Mandarin => format!("，已空闲{idle}"),
    });
    let others = match (language, others) {
        (_, 0) => String::new(),
        (Language::English, _) => format!(", chosen before {others} more that were ready"),
        (Language::Mandarin, _) => format!("，优先于另外{others}个空闲坐席"),
    };
    match (language, is_held) {
        (Language::English, false) => {
            format!("{seat} rings after {waited} of waiting{idle}{others}")
        }
        (Language::English, true) => {
            format!("{seat} is held after {waited} of waiting{idle}{others}")
        }
        (Language::Mandarin, false) => format!("等待{waited}后，{seat} 振铃{idle}{others}"),
        (Language::Mandarin, true) => format!("等待{waited}后，预留 {seat}{idle}{others}"),
    }
}

/// A seat answered.
#[must_use]
pub fn answered(language: Language, seat: &str, waited_ms: u64) -> String {
    let waited = length(language, waited_ms);
    match language {
        Language::English => format!("{seat} answers, {waited} after the wait began"),
        Language::Mandarin => format!("{seat} 接听，共等待{waited}"),
    }
}

/// `1002: talking`.
#[must_use]
pub fn standing(language: Language, seat: &str, state: SeatState) -> String {
    let state = doing(language, state);
    match language {
        Language::English => format!("{seat} ({state})"),
        Language::Mandarin => format!("{seat}（{state}）"),
    }
}

/// Whom a step asks for; none: everybody who can help.
#[must_use]
pub fn asks(language: Language, step: u8, whom: Option<&[String]>) -> String {
    let step = u32::from(step) + 1;
    match (language, whom) {
        (Language::English, None) => format!("step {step} asks for everybody who can help"),
        (Language::English, Some([])) => {
            format!("step {step} asks for certain seats only, and there is none")
        }
        (Language::English, Some(whom)) => {
            format!("step {step} asks only for {}", list(language, whom))
        }
        (Language::Mandarin, None) => format!("第{step}步面向所有符合要求的坐席"),
        (Language::Mandarin, Some([])) => format!("第{step}步仅限指定坐席，而目前没有"),
        (Language::Mandarin, Some(whom)) => format!("第{step}步仅限 {}", list(language, whom)),
    }
}

/// The call asks for others than before.
#[must_use]
pub fn step_entered(language: Language, step: u8, because: StepEnd) -> String {
    let step = u32::from(step) + 1;
    let why = match because {
        StepEnd::Expired => in_(language, "its time is over", "时间已到"),
        StepEnd::NobodySignedIn => in_(language, "nobody is signed in for it", "没有坐席签入"),
        StepEnd::NobodyReady => in_(language, "nobody is ready for it", "没有空闲坐席"),
    };
    match language {
        Language::English => format!("the step before ends, {why}: step {step} begins"),
        Language::Mandarin => format!("上一步骤结束（{why}），进入第{step}步"),
    }
}

/// A supervisor changed how it waits.
#[must_use]
pub fn intervened(language: Language, (what, by): (&str, &str), waited_ms: u64) -> String {
    let waited = length(language, waited_ms);
    match (language, what) {
        (Language::English, "withdraw") => {
            format!("a supervisor ({by}) takes it out of the queue after {waited}")
        }
        (Language::English, "route") => {
            format!("a supervisor ({by}) sends it to another queue after {waited}")
        }
        (Language::English, "hangup") => format!("a supervisor ({by}) ends the call"),
        (Language::English, _) => format!("a supervisor ({by}) gives it another priority"),
        (Language::Mandarin, "withdraw") => format!("等待{waited}后，主管（{by}）将其移出排队"),
        (Language::Mandarin, "route") => format!("等待{waited}后，主管（{by}）将其转入其他队列"),
        (Language::Mandarin, "hangup") => format!("主管（{by}）结束通话"),
        (Language::Mandarin, _) => format!("主管（{by}）更改其优先级"),
    }
}

/// The caller gave up.
#[must_use]
pub fn abandoned(language: Language, waited_ms: u64) -> String {
    let waited = length(language, waited_ms);
    match language {
        Language::English => format!("the caller gives up after {waited}"),
        Language::Mandarin => format!("来电者等待{waited}后放弃"),
    }
}

/// The call left its queue.
#[must_use]
pub fn left(language: Language, reason: LeaveReason) -> String {
    match reason {
        LeaveReason::Asked => in_(language, "leaves the queue by a key", "按键离开排队"),
        LeaveReason::TimedOut => in_(
            language,
            "leaves the queue: it has waited as long as the dialplan lets it",
            "达到流程的等待上限，离开排队",
        ),
        LeaveReason::Nobody => in_(
            language,
            "leaves the queue: nobody who could help is signed in",
            "没有符合要求的坐席签入，离开排队",
        ),
    }
    .to_owned()
}

/// The caller goes elsewhere.
#[must_use]
pub fn place_kept(language: Language) -> String {
    in_(
        language,
        "goes on in the dialplan and keeps its place",
        "保留排队位置，返回自助服务",
    )
    .to_owned()
}

/// The caller is back.
#[must_use]
pub fn back(language: Language) -> String {
    in_(
        language,
        "waits again, at the place kept",
        "回到保留的排队位置",
    )
    .to_owned()
}

/// What became of the call.
#[must_use]
pub fn ended(language: Language, outcome: Outcome) -> String {
    match outcome {
        Outcome::Contained => in_(
            language,
            "over: answered without a person",
            "结束：自助服务已解答",
        ),
        Outcome::LeftInIvr => in_(
            language,
            "over: ended in the dialplan",
            "结束：在自助服务中离开",
        ),
        Outcome::Served => in_(language, "over: a seat helped", "结束：坐席已服务"),
        Outcome::Abandoned => in_(language, "over: given up while waiting", "结束：排队中放弃"),
        Outcome::Cancelled => in_(language, "over: given up while it rang", "结束：振铃时放弃"),
        Outcome::Refused => in_(language, "over: refused", "结束：被拒绝"),
        Outcome::NotReached => in_(language, "over: called back in vain", "结束：回电未接通"),
        Outcome::LeftMessage => in_(language, "over: left a message", "结束：已留言"),
        Outcome::PhonedAgain => in_(
            language,
            "over: the customer phoned again, and has the place",
            "结束：客户再次来电，沿用原排队位置",
        ),
        Outcome::Withdrawn => in_(
            language,
            "over: taken out by a supervisor",
            "结束：被主管移出",
        ),
        Outcome::Lost => in_(language, "over: the centre stopped", "结束：系统中断"),
    }
    .to_owned()
}
