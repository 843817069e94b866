//! A record's JSON Schema, made from its fields: what the peer was documented to send.
//!
//! Limited to the fields that live rules read, so that news in other fields disturbs nobody.
//! Accepts every spelling that `reader` reads, and null and absence everywhere.

use std::collections::{BTreeMap, BTreeSet};

use jsonschema::paths::LocationSegment;
use serde_json::{Map, Value as Json, json};

use super::failure::bounded;
use super::layout::{self, Layout};
use super::reader::is_no_instant;
use crate::language::plan::{Field, FieldShape, RecordType, States, System};
use crate::value::{Kind, Notation, Path, Segment, Value, decimal, timestamp};

/// Misfits named at most for one record.
pub const MISFITS_MAX: usize = 20;
/// The longest part of a value that a message shows, in characters.
const SHOWN_CHARS_MAX: usize = 80;

/// A value that was never documented.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Misfit {
    /// Where, in what the peer sent: `order_lines[0].order_qty`.
    pub path: String,
    /// What was found and what the system file says.
    pub message: String,
}

/// A compiled schema of a record.
#[derive(Debug)]
pub struct Validator {
    compiled: jsonschema::Validator,
    /// What is documented, by place with `[]` for every element.
    documented: BTreeMap<String, String>,
}

impl Validator {
    /// Compiles the schema of a record, of the fields at, above or below these paths.
    ///
    /// # Errors
    /// The text of the schema compiler's complaint, which is a bug here.
    pub fn new(system: &System, record: &RecordType, paths: &BTreeSet<Path>) -> Result<Self, String> {
        let compiled = jsonschema::options()
            .with_draft(jsonschema::Draft::Draft202012)
            .with_format("petiole-integer", |text: &str| text.trim().is_empty() || text.trim().parse::<i64>().is_ok())
            .with_format("petiole-decimal", |text: &str| text.trim().is_empty() || decimal::parse(text).is_some())
            .with_format("petiole-comma", |text: &str| Notation::Comma.read(&Value::text(text)).is_some())
            .with_format("petiole-instant", |text: &str| is_no_instant(text) || timestamp::parse(text).is_some())
            .with_format("petiole-day", |text: &str| is_no_instant(text) || timestamp::parse_date(text).is_some())
            .should_validate_formats(true)
            .build(&of_record(system, record, paths))
            .map_err(|error| error.to_string())?;
        let mut documented = BTreeMap::new();
        describe(&layout::of_record(record, |field| is_wanted(record, field, paths)), "", &mut documented);
        Ok(Self { compiled, documented })
    }

    /// Where the peer's record holds what was never documented, in path order, at most [`MISFITS_MAX`].
    pub fn misfits(&self, raw: &Json) -> Vec<Misfit> {
        // Most records have none, and to say so costs a fraction of a search for what to say.
        if self.compiled.is_valid(raw) {
            return Vec::new();
        }
        let found: BTreeSet<Misfit> = self
            .compiled
            .iter_errors(raw)
            .take(MISFITS_MAX)
            .map(|error| {
                let (path, pattern) = place_of(error.instance_path().segments());
                let shown = bounded(&error.instance().to_string(), SHOWN_CHARS_MAX);
                let documented = self.documented.get(&pattern).map_or("a record", String::as_str);
                Misfit { path, message: format!("{shown} was never documented here; expected {documented}") }
            })
            .collect();
        found.into_iter().collect()
    }
}

/// The schema as JSON, draft 2020-12. Number texts and instants use formats of our own, named `petiole-…`.
pub fn of_record(system: &System, record: &RecordType, paths: &BTreeSet<Path>) -> Json {
    let layout = layout::of_record(record, |field| is_wanted(record, field, paths));
    let mut schema = of_layout(system, &layout);
    // The record itself is always there.
    schema.insert("type".to_owned(), json!("object"));
    schema.insert("$schema".to_owned(), json!("https://json-schema.org/draft/2020-12/schema"));
    schema.insert("title".to_owned(), json!(format!("{}.{}", record.system, record.name)));
    Json::Object(schema)
}

/// A rule that reads `order_lines` reads its elements; one that reads `customer.name` reads `customer`; one that reads
/// a state that is made from fields reads these.
fn is_wanted(record: &RecordType, field: &Field, paths: &BTreeSet<Path>) -> bool {
    let made = record.states.as_ref().filter(|states| states.is_derived());
    let reads = |states: &States| states.read_by_rows(record).iter().any(|read| read.path == field.path);
    let made = made.is_some_and(|states| paths.iter().any(|path| path.is_field(&states.field)) && reads(states));
    field.read_header.is_none()
        && (made
            || paths
                .iter()
                .any(|path| path.0.iter().zip(&field.path.0).all(|(read, declared)| same_step(read, declared))))
}

fn same_step(read: &Segment, declared: &Segment) -> bool {
    matches!((read, declared), (Segment::Index(_), Segment::Each)) || read == declared
}

fn of_layout(system: &System, layout: &Layout) -> Map<String, Json> {
    if let Some((_, field)) = layout.plain.iter().find(|(place, _)| place.is_empty()) {
        return as_map(of_field(system, field));
    }
    let mut schema = as_map(json!({ "type": ["object", "null"] }));
    for (_, field) in &layout.plain {
        for place in std::iter::once(&field.read_at).chain(&field.read_also) {
            insert(&mut schema, &place.0, of_field(system, field));
        }
    }
    for list in &layout.lists {
        let items = Json::Object(of_layout(system, &list.element));
        insert(&mut schema, list.read_at(), json!({ "type": ["array", "null"], "items": items }));
    }
    schema
}

/// Puts a schema at a place, making objects and arrays on the way; a later one stands in place of
/// an earlier: a list's elements say more than the list as a whole.
fn insert(schema: &mut Map<String, Json>, steps: &[Segment], leaf: Json) {
    let Some((step, rest)) = steps.split_first() else {
        schema.extend(as_map(leaf));
        return;
    };
    let slot = match step {
        Segment::Field(name) => {
            schema.entry("type").or_insert_with(|| json!(["object", "null"]));
            let properties = schema.entry("properties").or_insert_with(|| json!({}));
            properties.as_object_mut().map(|inner| inner.entry(name.as_str()).or_insert_with(|| json!({})))
        }
        Segment::Index(_) | Segment::Each => {
            schema.entry("type").or_insert_with(|| json!(["array", "null"]));
            Some(schema.entry("items").or_insert_with(|| json!({})))
        }
    };
    if let Some(Json::Object(inner)) = slot {
        insert(inner, rest, leaf);
    }
}

fn of_field(system: &System, field: &Field) -> Json {
    let bare = field.notation.as_ref().map_or_else(|| of_kind(system, &field.kind), of_notation);
    match &field.shape {
        FieldShape::Plain => bare,
        FieldShape::KeyIn(key) => in_object(key, &bare),
        FieldShape::Money { amount, .. } => in_object(amount, &bare),
    }
}

/// What a value may be that is spelt in a way of its own.
fn of_notation(notation: &Notation) -> Json {
    match notation {
        Notation::Seconds | Notation::Milliseconds | Notation::MinorUnits(_) => {
            json!({ "type": ["number", "string", "null"], "format": "petiole-decimal" })
        }
        Notation::Local(_) => json!({ "type": ["string", "null"], "format": "petiole-instant" }),
        Notation::Comma => json!({ "type": ["number", "string", "null"], "format": "petiole-comma" }),
        Notation::Words(yes, no) => {
            let spelt = |word: &String| [word.clone(), word.to_lowercase(), word.to_uppercase()];
            let mut known: Vec<Json> = [yes, no].into_iter().flat_map(spelt).map(Json::from).collect();
            known.extend([yes, no].into_iter().filter_map(|word| word.parse::<i64>().ok()).map(Json::from));
            known.sort_by_key(Json::to_string);
            known.dedup();
            known.extend([Json::Null, Json::from(""), Json::from(true), Json::from(false)]);
            json!({ "enum": known })
        }
    }
}

/// The value bare, or under this name in an object.
fn in_object(name: &str, bare: &Json) -> Json {
    let wrapped = json!({ "type": "object", "properties": { (name): bare } });
    json!({ "anyOf": [bare, wrapped] })
}

fn of_kind(system: &System, kind: &Kind) -> Json {
    match kind {
        Kind::Any | Kind::Null => json!({}),
        Kind::Bool => json!({ "anyOf": [{ "type": ["boolean", "null"] }, { "enum": [0, 1] }] }),
        Kind::Integer => json!({ "type": ["integer", "string", "null"], "format": "petiole-integer" }),
        Kind::Decimal => json!({ "type": ["number", "string", "null"], "format": "petiole-decimal" }),
        Kind::Text => json!({ "type": ["string", "null"] }),
        Kind::Timestamp => json!({ "type": ["string", "null"], "format": "petiole-instant" }),
        Kind::Date => json!({ "type": ["string", "null"], "format": "petiole-day" }),
        Kind::Enum(values) => {
            let mut allowed: Vec<Json> = values.iter().map(|one| json!(one)).collect();
            allowed.push(Json::Null);
            json!({ "enum": allowed })
        }
        Kind::Reference(target) => {
            let key = system.records.get(target.as_ref()).map_or("id", |record| record.key.as_str());
            in_object(key, &json!({ "type": ["string", "integer", "null"] }))
        }
        Kind::List(inner) => json!({ "type": ["array", "null"], "items": of_kind(system, inner) }),
        Kind::Record(_) => json!({ "type": ["object", "null"] }),
    }
}

fn as_map(schema: Json) -> Map<String, Json> {
    match schema {
        Json::Object(map) => map,
        _ => Map::new(),
    }
}

/// What the system file says, by place.
fn describe(layout: &Layout, above: &str, out: &mut BTreeMap<String, String>) {
    for (_, field) in &layout.plain {
        out.insert(joined(above, &field.read_at), field.kind.to_string());
        if let Kind::List(inner) = &field.kind {
            out.insert(format!("{}[]", joined(above, &field.read_at)), inner.to_string());
        }
    }
    for list in &layout.lists {
        let place = joined(above, &Path(list.read_at().to_vec()));
        out.insert(place.clone(), "a list".to_owned());
        describe(&list.element, &format!("{place}[]"), out);
    }
}

fn joined(above: &str, path: &Path) -> String {
    match (above.is_empty(), path.0.is_empty()) {
        (true, _) => path.to_string(),
        (false, true) => above.to_owned(),
        (false, false) => format!("{above}.{path}"),
    }
}

/// The place as people write it, and the same with `[]` for every index.
fn place_of<'a>(segments: impl Iterator<Item = LocationSegment<'a>>) -> (String, String) {
    let mut path = Path::default();
    let mut pattern = Path::default();
    for segment in segments {
        match segment {
            LocationSegment::Property(name) => {
                path.0.push(Segment::Field(name.as_ref().into()));
                pattern.0.push(Segment::Field(name.into()));
            }
            LocationSegment::Index(index) => {
                path.0.push(Segment::Index(index));
                pattern.0.push(Segment::Each);
            }
        }
    }
    (path.to_string(), pattern.to_string())
}
