//! A walk as a person reads it, line by line.

use crate::machine::ivr::pace;
use crate::machine::ivr::surface::LookupKey;
use crate::machine::ivr::surface::WalkFact;
use crate::machine::ivr::surface::WalkOutput;
use crate::machine::prediction::telling;
use crate::machine::speech::phrasebook::Phrasebook;
use crate::vocabulary::time::Now;

/// A line with its time.
#[must_use]
pub fn line(at: Now, what: &str) -> String {
    format!("{:>8.2} s  {what}", at.since_start().as_secs_f64())
}

/// What a walk's answer means; none if a person need not read it.
#[must_use]
pub fn tell(output: &WalkOutput, book: &Phrasebook) -> Option<String> {
    match output {
        WalkOutput::Say {
            speech,
            language,
            filler,
            ..
        } => {
            let seconds = pace::length(book, *language, speech).as_secs_f64();
            let text = telling::text(speech, *language);
            let kind = if *filler { "comforts" } else { "says" };
            Some(format!("{kind} ({seconds:.1} s, {language}) {text}"))
        }
        WalkOutput::Hush => Some("falls silent".to_owned()),
        WalkOutput::LookUp { key, .. } => Some(match key {
            LookupKey::Phone(number) => format!("looks up the orders of {number}"),
            LookupKey::OrderTail(tail) => format!("looks up orders that end in {tail}"),
        }),
        WalkOutput::Forget { .. } => Some("gives up the look-up".to_owned()),
        WalkOutput::Enqueue {
            queue,
            need,
            briefing,
            ..
        } => {
            let need = need
                .iter()
                .map(|(skill, level)| format!("{skill} >= {level}"));
            let need: Vec<String> = need.collect();
            let need = match need.as_slice() {
                [] => "anybody".to_owned(),
                need => need.join(" and "),
            };
            let chosen = briefing.chosen.as_deref().unwrap_or("nothing yet");
            let proved = if briefing.verified { ", verified" } else { "" };
            Some(format!(
                "waits in {queue} for {need}; the seat sees: asks {chosen}{proved}"
            ))
        }
        WalkOutput::Hangup => Some("hangs up".to_owned()),
        WalkOutput::Note(fact) => tell_fact(fact),
    }
}

fn tell_fact(fact: &WalkFact) -> Option<String> {
    match fact {
        WalkFact::Entered { step } => Some(format!("-> {step}")),
        WalkFact::Took { keys } if keys.len() > 1 => Some(format!("takes {keys}")),
        WalkFact::LookedUp { result, .. } => Some(match result {
            Ok(1) => "finds 1 order".to_owned(),
            Ok(orders) => format!("finds {orders} orders"),
            Err(error) => format!("finds nothing: {error}"),
        }),
        WalkFact::LateAnswer { .. } => Some("an answer comes too late".to_owned()),
        WalkFact::Predicted { ranked, read } => {
            let likely = ranked.iter().take(5);
            let likely = likely.map(|(_, question, p)| format!("{question} {:.0} %", p * 100.0));
            let likely: Vec<String> = likely.collect();
            Some(format!("predicts {}; reads {read}", likely.join(", ")))
        }
        WalkFact::Chose { question, .. } => Some(format!("the caller asks {question}")),
        WalkFact::ChoseNone => Some("the caller asks something else".to_owned()),
        WalkFact::Verified { ok: true, .. } => Some("the caller is who they say".to_owned()),
        WalkFact::Verified { ok: false, attempt } => Some(format!("try {attempt} proves nothing")),
        WalkFact::Unspeakable { text } => Some(format!("cannot say: {text}")),
        WalkFact::Set { .. }
        | WalkFact::Branched { .. }
        | WalkFact::Clocked { .. }
        | WalkFact::Tagged { .. }
        | WalkFact::Scored { .. } => fact.deed(),
        WalkFact::Said { .. } | WalkFact::Took { .. } | WalkFact::Answered { .. } => None,
    }
}
