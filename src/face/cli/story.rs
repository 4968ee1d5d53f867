//! A walk as a person reads it, line by line.

use crate::machine::ivr::fact::WalkFact;
use crate::machine::ivr::journey::Journey;
use crate::machine::ivr::pace;
use crate::machine::ivr::surface::LookupKey;
use crate::machine::ivr::surface::WaitingAct;
use crate::machine::ivr::surface::WalkOutput;
use crate::machine::prediction::order::Value;
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
        WalkOutput::Consult { service, .. } => Some(format!("asks the service {service}")),
        WalkOutput::ForgetConsult { .. } => Some("gives up the service".to_owned()),
        WalkOutput::Enqueue {
            queue,
            need,
            briefing,
            ..
        } => {
            let need = if need.is_empty() {
                "anybody".to_owned()
            } else {
                need.to_string()
            };
            let chosen = briefing.chosen.as_deref().unwrap_or("nothing yet");
            let proved = if briefing.verified { ", verified" } else { "" };
            Some(format!(
                "waits in {queue} for {need}; the seat sees: asks {chosen}{proved}"
            ))
        }
        WalkOutput::Waiting(act) => match act {
            WaitingAct::Stroll => Some("keeps the place in the queue".to_owned()),
            WaitingAct::Return => Some("waits on, at the place kept".to_owned()),
            WaitingAct::Leave(_) => Some("leaves the queue".to_owned()),
            WaitingAct::AskPlace => None,
        },
        WalkOutput::Dial { number, ring } => Some(format!(
            "calls {number}, which rings for {} s",
            ring.as_secs()
        )),
        WalkOutput::CallBack { .. } => Some("promises to call back at the place kept".to_owned()),
        WalkOutput::TakeMessage { queue, longest } => Some(format!(
            "tone: takes a message for {queue}, at most {} s",
            longest.as_secs()
        )),
        WalkOutput::EndMessage => Some("the message ends".to_owned()),
        WalkOutput::Unpromise => Some("takes the promise back".to_owned()),
        WalkOutput::Hangup => Some("hangs up".to_owned()),
        WalkOutput::Note(fact) => tell_fact(fact),
    }
}

/// What is known in the middle of a walk, line by line.
#[must_use]
pub fn state(journey: &Journey) -> Vec<String> {
    let mut lines = vec![format!(
        "language {}{}",
        journey.language,
        if journey.language_known {
            ""
        } else {
            " (not chosen)"
        }
    )];
    match &journey.customer {
        Some(customer) => {
            let name = if customer.name.is_empty() {
                "nobody known"
            } else {
                &customer.name
            };
            lines.push(format!("customer {name}, {} orders", customer.orders.len()));
            for order in &customer.orders {
                let values = order.attributes.iter();
                let values = values.map(|(name, value)| format!("{name}: {}", told(value)));
                let values: Vec<String> = values.collect();
                lines.push(format!("order {} {{ {} }}", order.id, values.join(", ")));
            }
        }
        None => lines.push("no customer yet".to_owned()),
    }
    let likely = journey.ranking.top(5).into_iter();
    lines.extend(likely.map(|(order, question, p)| {
        let order = order.map_or_else(String::new, |order| format!(" of {order}"));
        format!("likely {:.0} % {question}{order}", p * 100.0)
    }));
    if let Some(chosen) = &journey.chosen {
        lines.push(format!("asks {}", chosen.question));
    }
    let proved = if journey.verified { "has" } else { "has not" };
    lines.push(format!("the caller {proved} proved who they are"));
    for (at, digits) in &journey.collected {
        let step = journey
            .script
            .step(*at)
            .map_or("", |step| step.name.as_str());
        lines.push(format!("{step} took {digits}"));
    }
    let kept = journey.kept.iter();
    lines.extend(kept.map(|(name, value)| format!("{name} is {value}")));
    if !journey.tags.is_empty() {
        lines.push(format!("marked as {}", journey.tags.join(", ")));
    }
    lines
}

fn told(value: &Value) -> String {
    match value {
        Value::Bool(value) => value.to_string(),
        Value::Number(value) => value.to_string(),
        Value::Text(value) => value.clone(),
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
        WalkFact::Predicted { ranked, read, .. } => {
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
        | WalkFact::Consulted { .. }
        | WalkFact::Unfollowed { .. }
        | WalkFact::Noticed { .. }
        | WalkFact::Scored { .. } => fact.deed(),
        WalkFact::Said { .. }
        | WalkFact::Took { .. }
        | WalkFact::Answered { .. }
        | WalkFact::PlaceTold { .. } => None,
    }
}
