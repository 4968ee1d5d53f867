//! What a service tells is done: said, kept, noted.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use crate::machine::ivr::fact::WalkFact;
use crate::machine::ivr::failure::LookupFailure;
use crate::machine::ivr::journey::Journey;
use crate::machine::ivr::journey::Line;
use crate::machine::ivr::script::Consult;
use crate::machine::ivr::service_value;
use crate::machine::ivr::target::StepAt;
use crate::machine::speech::spoken::Spoken;

/// Words of a service, in the language that is spoken.
#[must_use]
pub fn said(journey: &Journey, text: String) -> Line {
    Line {
        speech: vec![Spoken::Text(text)],
        language: journey.language,
        masked: None,
    }
}

/// Takes the values of an answer that is one object; where the call goes.
pub fn take_values(journey: &mut Journey, consult: &Consult, body: &str, empty: StepAt) -> StepAt {
    if body.trim().is_empty() {
        note(journey, consult, Ok(0));
        return empty;
    }
    let values: BTreeMap<String, Json> = match serde_json::from_str(body) {
        Ok(values) => values,
        Err(error) => return unfollowed(journey, consult, &error.to_string()),
    };
    note(journey, consult, Ok(values.len()));
    keep(journey, consult, &values);
    if values.is_empty() { empty } else { consult.ok }
}

/// Keeps those values that the step lets the service set; one of another kind becomes absent.
pub fn keep(journey: &mut Journey, consult: &Consult, values: &BTreeMap<String, Json>) {
    for (name, (key, variable)) in &consult.sets {
        if let Some(value) = values.get(name) {
            let value = service_value::read(value, &variable.kind);
            journey.keep(key, variable, value);
        }
    }
}

/// Notes how many values or deeds the service gave, or why none.
pub fn note(journey: &mut Journey, consult: &Consult, result: Result<usize, LookupFailure>) {
    journey.note(WalkFact::Consulted {
        service: consult.service.clone(),
        result: result.map(|count| u32::try_from(count).unwrap_or(u32::MAX)),
    });
}

/// Notes why an answer is not followed; where the call goes.
pub fn unfollowed(journey: &mut Journey, consult: &Consult, why: &str) -> StepAt {
    journey.note(WalkFact::Unfollowed {
        service: consult.service.clone(),
        why: why.to_owned(),
    });
    consult.failed
}
