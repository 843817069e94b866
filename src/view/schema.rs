//! The JSON Schema of a kind of rule file, for editors: printed from the table of keys that such files are read by.
//!
//! Says which keys there are, of what shape and what for. What a line of text says is for lint; knows no file.

use serde_json::{Map, Value as Json, json};

use crate::language::syntax::field_spec::{FILES, FieldSpec, MapSpec, Shape};

/// The dialect: the one that editors read best.
const DIALECT: &str = "http://json-schema.org/draft-07/schema#";

/// The schema of the files that begin with this key; `None`: there is no such kind.
pub fn schema(kind: &str) -> Option<Json> {
    let (first, spec) = FILES.iter().find(|(known, _)| *known == kind)?;
    let mut definitions = Definitions::default();
    let whole = definitions.refer(spec);
    let made: Map<String, Json> = definitions.0.into_iter().map(|(_, name, made)| (name, made)).collect();
    Some(json!({
        "$schema": DIALECT,
        "title": format!("petiole: {}", spec.what),
        "allOf": [whole],
        "required": [first],
        "definitions": made,
    }))
}

/// The maps that were met so far, each with its name and its schema. Maps may stand inside themselves.
#[derive(Default)]
struct Definitions(Vec<(&'static MapSpec, String, Json)>);

impl Definitions {
    /// A reference to a map, which is defined where it is met first.
    fn refer(&mut self, spec: &'static MapSpec) -> Json {
        let known = self.0.iter().find(|(known, ..)| std::ptr::eq(*known, spec)).map(|(_, name, _)| name.clone());
        let name = known.unwrap_or_else(|| {
            let name = self.free_name(spec.what);
            let at = self.0.len();
            self.0.push((spec, name.clone(), Json::Null));
            let made = self.map(spec);
            if let Some((_, _, defined)) = self.0.get_mut(at) {
                *defined = made;
            }
            name
        });
        json!({ "$ref": format!("#/definitions/{name}") })
    }

    /// A name after what a map is called, with a number where others are called the same.
    fn free_name(&self, what: &str) -> String {
        let plain: String = what.chars().filter(|letter| *letter != '`').collect();
        let plain = plain.replace(' ', "-");
        let taken = |name: &str| self.0.iter().any(|(_, known, _)| known == name);
        let numbered = (2..).map(|number: usize| format!("{plain}-{number}"));
        std::iter::once(plain.clone()).chain(numbered).find(|name| !taken(name)).unwrap_or(plain)
    }

    fn map(&mut self, spec: &'static MapSpec) -> Json {
        let mut properties = Map::new();
        for field in spec.fields {
            properties.insert(field.name.to_owned(), self.described(&field.shape, None, field.about));
        }
        let required = |field: &&FieldSpec| field.required;
        let required: Vec<&str> = spec.fields.iter().filter(required).map(|field| field.name).collect();
        let others = match &spec.named {
            Some(named) => self.described(&named.shape, Some(named.name), named.about),
            None => json!(false),
        };
        json!({
            "type": "object",
            "properties": properties,
            "required": required,
            "additionalProperties": others,
        })
    }

    /// A shape with what its key says.
    fn described(&mut self, shape: &'static Shape, named: Option<&str>, about: &str) -> Json {
        let form = form(shape).map(|form| format!("\n\nWritten as: {form}")).unwrap_or_default();
        let named = named.map(|name| format!("{name}: ")).unwrap_or_default();
        let shape = self.shape(shape);
        json!({ "description": format!("{named}{about}{form}"), "allOf": [shape] })
    }

    fn shape(&mut self, shape: &'static Shape) -> Json {
        match shape {
            Shape::Text(_) => json!({ "type": ["string", "number", "boolean"] }),
            Shape::Word(words) => json!({ "enum": words.iter().flat_map(|word| spellings(word)).collect::<Vec<_>>() }),
            Shape::List(inner) => {
                let items = self.shape(inner);
                let alone = is_single(inner).then(|| items.clone());
                let list = json!({ "type": ["array", "null"], "items": items });
                json!({ "anyOf": std::iter::once(list).chain(alone).collect::<Vec<_>>() })
            }
            Shape::Map(spec) => json!({ "anyOf": [self.refer(spec), { "type": "null" }] }),
            Shape::Either(one, other) => json!({ "anyOf": [self.shape(one), self.shape(other)] }),
            Shape::Data => json!(true),
        }
    }
}

/// How the text of a shape is written; `None`: it has none, or nothing is said of it.
fn form(shape: &Shape) -> Option<&'static str> {
    match shape {
        Shape::Text(form) => Some(form),
        Shape::List(inner) => form(inner),
        Shape::Either(one, other) => form(one).or_else(|| form(other)),
        Shape::Word(_) | Shape::Map(_) | Shape::Data => None,
    }
}

/// Whether one of a list may stand without brackets.
fn is_single(shape: &Shape) -> bool {
    match shape {
        Shape::Text(_) | Shape::Word(_) => true,
        Shape::Either(one, other) => is_single(one) || is_single(other),
        Shape::List(_) | Shape::Map(_) | Shape::Data => false,
    }
}

/// A word as YAML may have it.
fn spellings(word: &str) -> Vec<Json> {
    match word {
        "true" => vec![json!(true), json!(word)],
        "false" => vec![json!(false), json!(word)],
        _ => vec![json!(word)],
    }
}
