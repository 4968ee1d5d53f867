//! Tables of keys as JSON Schema (draft 7, which editors know).

use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use crate::machine::schema::bank;
use crate::machine::schema::dialplan;
use crate::machine::schema::shape::Form;
use crate::machine::schema::shape::Need;
use crate::machine::schema::shape::Shape;
use crate::machine::schema::verb;
use crate::machine::schema::verb::Verb;

const DRAFT: &str = "http://json-schema.org/draft-07/schema#";

/// The schema of dialplans.
#[must_use]
pub fn dialplan() -> Value {
    let mut schema = shape(&dialplan::DIALPLAN);
    let mut steps: Vec<Value> = vec![step(&verb::PLAIN)];
    steps.extend(verb::VERBS.iter().map(step));
    let all = json!({
        "type": "object",
        "additionalProperties": { "$ref": "#/definitions/step" },
        "minProperties": 1,
        "description": "steps by name; a call begins at the first",
    });
    put(&mut schema, "steps", &all);
    schema["definitions"] = json!({
        "step": { "anyOf": steps, "description": "a step does one thing" },
        "steps": all,
        "said": said(),
    });
    schema["$schema"] = json!(DRAFT);
    schema["title"] = json!("Ringwise dialplan");
    schema
}

/// The schema of banks.
#[must_use]
pub fn bank() -> Value {
    let mut schema = shape(&bank::BANK);
    schema["definitions"] = json!({ "said": said() });
    schema["$schema"] = json!(DRAFT);
    schema["title"] = json!("Ringwise bank");
    schema
}

/// Steps stand in dialplans and in subflows.
fn put(schema: &mut Value, key: &str, steps: &Value) {
    match schema {
        Value::Object(map) => {
            for (name, value) in map.iter_mut() {
                if name == "properties"
                    && let Some(found) = value.get_mut(key)
                {
                    found.clone_from(steps);
                }
                put(value, key, steps);
            }
        }
        Value::Array(list) => list.iter_mut().for_each(|value| put(value, key, steps)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn step(verb: &Verb) -> Value {
    let mut schema = shape(&verb.shape);
    schema["title"] = json!(verb.name);
    schema
}

fn said() -> Value {
    json!({
        "anyOf": [
            { "type": "string" },
            {
                "type": "object",
                "properties": { "en": { "type": "string" }, "zh-CN": { "type": "string" } },
                "additionalProperties": false,
                "minProperties": 1,
            },
        ],
    })
}

fn shape(shape: &Shape) -> Value {
    let mut properties = Map::new();
    let mut required = Vec::new();
    for key in shape.keys {
        let mut value = form(&key.form);
        value["description"] = json!(key.about);
        properties.insert(key.name.to_owned(), value);
        if key.need == Need::Needed {
            required.push(key.name);
        }
    }
    json!({
        "type": "object",
        "description": shape.about,
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

fn form(of: &Form) -> Value {
    match of {
        Form::Text => json!({ "type": ["string", "number"] }),
        Form::Name => json!({ "type": "string" }),
        Form::Said => json!({ "allOf": [{ "$ref": "#/definitions/said" }] }),
        Form::Prompts => json!({ "anyOf": [
            { "$ref": "#/definitions/said" },
            { "type": "array", "items": { "$ref": "#/definitions/said" }, "minItems": 1 },
        ] }),
        Form::Whole(least, most) => {
            json!({ "type": "integer", "minimum": least, "maximum": most })
        }
        Form::Number => json!({ "type": "number" }),
        Form::Length => json!({ "type": "string", "pattern": "^[0-9]+(ms|s|m)$" }),
        Form::Truth => json!({ "type": "boolean" }),
        Form::One(words) => json!({ "enum": words }),
        Form::Dialled => json!({ "type": "string" }),
        Form::Expression => json!({ "type": ["string", "number", "boolean"] }),
        Form::Some(one) => json!({ "anyOf": [form(one), { "type": "array", "items": form(one) }] }),
        Form::List(one) => json!({ "type": "array", "items": form(one) }),
        Form::Map(one) => json!({ "type": "object", "additionalProperties": form(one) }),
        Form::Keys(one) => json!({
            "type": "object",
            "patternProperties": { "^[0-9*#]$": form(one) },
            "additionalProperties": false,
        }),
        Form::Keyed(keyed) => shape(keyed),
        Form::Either(forms) => {
            json!({ "anyOf": forms.iter().map(form).collect::<Vec<_>>() })
        }
        Form::Any => json!({}),
    }
}
