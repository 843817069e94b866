//! Whether what a peer sent is what its system file describes, by JSON Schema.
//!
//! Only fields that rules read are held to it; anything else unknown is left alone.

use jsonschema::Validator;
use serde_json::{Value as Json, json};

use crate::language::plan::{FieldShape, RecordType};
use crate::value::{Kind, Segment};

/// The schema of a record type, of fields outside lists.
pub fn of(kind: &RecordType) -> Option<Validator> {
    let mut properties = serde_json::Map::new();
    for field in &kind.fields {
        let [Segment::Field(name)] = field.read_at.0.as_slice() else { continue };
        if field.path.0.contains(&Segment::Each) || field.shape != FieldShape::Plain {
            continue;
        }
        if let Some(schema) = kind_schema(&field.kind) {
            properties.insert(name.clone(), schema);
        }
    }
    jsonschema::validator_for(&json!({ "type": "object", "properties": properties })).ok()
}

fn kind_schema(kind: &Kind) -> Option<Json> {
    match kind {
        Kind::Enum(values) => {
            let members: Vec<Json> = values.iter().map(|value| json!(value)).chain([Json::Null]).collect();
            Some(json!({ "enum": members }))
        }
        Kind::Text => Some(json!({ "type": ["string", "number", "null"] })),
        Kind::Bool => Some(json!({ "type": ["boolean", "integer", "null"] })),
        Kind::Integer | Kind::Decimal => Some(json!({ "type": ["number", "string", "null"] })),
        Kind::Timestamp | Kind::Date => Some(json!({ "type": ["string", "null"] })),
        _ => None,
    }
}

/// What in a raw record was never documented, one sentence each.
pub fn misfits(schema: &Validator, raw: &Json) -> Vec<String> {
    schema.iter_errors(raw).map(|error| format!("{}: {error}", error.instance_path())).collect()
}
