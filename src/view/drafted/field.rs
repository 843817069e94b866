//! The line of a field, from its schemas: what it holds, and when it is sent.

use serde_yaml::Value as Yaml;

use super::document::{Document, Property, items, word};
use super::guess;

/// Fields of an element of a list that are drafted.
const ELEMENT_FIELDS_MAX: usize = 40;

/// Words of an enum that are drafted; more are no enum that anybody maps.
const WORDS_MAX: usize = 60;

/// The lines of a record's fields, and what else is known of them.
pub(super) struct Line {
    pub(super) name: String,
    /// `TYPE, MODIFIER, …`.
    pub(super) text: String,
    /// What stands behind it for a person.
    pub(super) remark: String,
}

/// Where a field stands: in an answer, in what makes a record, in what changes one.
#[derive(Clone, Copy)]
pub(super) struct Stands<'p, 'd> {
    pub(super) read: Option<&'p Property<'d>>,
    pub(super) create: Option<&'p Property<'d>>,
    pub(super) update: Option<&'p Property<'d>>,
    /// Whether a call makes records, and whether one changes them.
    pub(super) calls: (bool, bool),
}

impl<'d> Stands<'_, 'd> {
    fn schemas(&self) -> impl Iterator<Item = &'d Yaml> {
        [self.read, self.create, self.update].into_iter().flatten().map(|property| property.schema)
    }

    /// When it is sent, as modifiers.
    fn modifiers(&self, document: &Document) -> Vec<String> {
        let says = |key: &str| self.schemas().any(|schema| document.schema(schema).get(key) == Some(&Yaml::Bool(true)));
        let (makes, changes) = self.calls;
        let is_sent = self.create.is_some() || self.update.is_some();
        if says("readOnly") && !says("writeOnly") || (makes || changes) && !is_sent {
            return vec!["read only".to_owned()];
        }
        let mut found = Vec::new();
        if is_sent && self.read.is_none() || says("writeOnly") {
            found.push("write only");
        }
        match (self.create, self.update) {
            (Some(_), None) if changes => found.push("write on create"),
            (None, Some(_)) if makes => found.push("write on update"),
            _ => {}
        }
        if self.create.is_some_and(|property| property.required) {
            found.push("required on create");
        }
        found.into_iter().map(str::to_owned).collect()
    }
}

/// The lines of a field; those of each of its elements where it is a list of records.
pub(super) fn lines(document: &Document, name: &str, stands: Stands<'_, '_>, records: &[&str]) -> Vec<Line> {
    let Some(schema) = stands.schemas().next().map(|schema| document.schema(schema)) else { return Vec::new() };
    let modifiers = stands.modifiers(document);
    if let Some(row) = schema.get("items").filter(|row| !document.properties(row).is_empty()) {
        let is_read_only = modifiers.iter().any(|one| one == "read only");
        let elements = document.properties(row);
        let elements = elements.iter().filter(|one| is_name(one.name)).take(ELEMENT_FIELDS_MAX);
        return elements
            .map(|one| {
                let (kind, remark) = kind(document, one.name, one.schema, records);
                let tail = if is_read_only { ", read only" } else { "" };
                Line { name: format!("{name}[].{}", one.name), text: format!("{kind}{tail}"), remark }
            })
            .collect();
    }
    let (kind, remark) = kind(document, name, schema, records);
    let is_guessed = kind.starts_with("->");
    let mut parts = vec![kind];
    parts.extend(modifiers);
    let most = stands.schemas().find_map(|schema| document.schema(schema).get("maxLength")?.as_u64());
    if let Some(most) =
        most.filter(|most| *most > 0 && *most < 1_000_000_000 && parts.first().is_some_and(|kind| kind == "text"))
    {
        parts.push(format!("max {most}"));
    }
    if is_guessed {
        parts.push("assumed".to_owned());
    }
    vec![Line { name: name.to_owned(), text: parts.join(", "), remark }]
}

/// Whether a field can be named in rules as it is.
pub(super) fn is_name(name: &str) -> bool {
    let begins = name.starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '_');
    begins && name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
}

/// What a schema holds, and a remark where no type says it.
fn kind(document: &Document, name: &str, schema: &Yaml, records: &[&str]) -> (String, String) {
    let schema = document.schema(schema);
    let plain = |kind: &str| (kind.to_owned(), String::new());
    let snake = guess::snake(name);
    let refers = records.iter().find(|record| snake == **record || snake.strip_suffix("_id") == Some(**record));
    match type_of(schema) {
        "string" if schema.get("enum").is_some() => enumeration(schema),
        "string" | "integer" if refers.is_some() => (format!("-> {}", refers.unwrap_or(&"")), String::new()),
        "string" => plain(match word(schema, "format") {
            "uuid" => "uuid",
            "date-time" => "timestamp",
            "date" => "date",
            "decimal" | "number" | "double" | "float" => "decimal",
            _ => "text",
        }),
        "integer" => plain("integer"),
        "number" => plain("decimal"),
        "boolean" => plain("bool"),
        "array" => match schema.get("items").map(|inner| kind(document, "", inner, records)) {
            Some((inner, _)) if !inner.starts_with("enum") && !inner.starts_with("list") && inner != "money" => {
                (format!("list of {}", inner.split(" as ").next().unwrap_or("any")), String::new())
            }
            _ => plain("list of any"),
        },
        "object" => record(document, schema, refers.copied()),
        _ => plain("any"),
    }
}

fn record(document: &Document, schema: &Yaml, refers: Option<&str>) -> (String, String) {
    let fields: Vec<&str> = document.properties(schema).iter().map(|field| field.name).collect();
    if let Some((to, key)) = refers.zip(guess::KEYS.into_iter().find(|key| fields.contains(key))) {
        return (format!("-> {to} as {{{key}}}"), String::new());
    }
    if let [one, other] = fields.as_slice() {
        let amount = ["amount", "value"].iter().find(|name| [one, other].contains(name));
        let currency = ["currency", "currency_code", "currencyCode"].iter().find(|name| [one, other].contains(name));
        if let Some((amount, currency)) = amount.zip(currency) {
            return (format!("money as {{{amount}, {currency}}}"), String::new());
        }
    }
    let shown: Vec<&str> = fields.iter().copied().take(8).collect();
    let more = if fields.len() > shown.len() { ", …" } else { "" };
    let remark = if shown.is_empty() { String::new() } else { format!("{{{}{more}}}", shown.join(", ")) };
    ("record".to_owned(), remark)
}

fn enumeration(schema: &Yaml) -> (String, String) {
    let words: Vec<&str> = items(schema.get("enum")).filter_map(Yaml::as_str).filter(|word| !word.is_empty()).collect();
    let is_plain = |word: &&str| {
        let odd = |letter: char| ",]#:\"'".contains(letter) || letter.is_control();
        !word.contains(odd) && word.trim() == *word
    };
    if words.is_empty() || words.len() > WORDS_MAX || !words.iter().all(is_plain) {
        return ("text".to_owned(), String::new());
    }
    (format!("enum [{}]", words.join(", ")), String::new())
}

/// The type of a schema, the one that is not null; where none is said, what it looks like.
fn type_of(schema: &Yaml) -> &str {
    let said = schema.get("type");
    let named = said.and_then(Yaml::as_str).or_else(|| items(said).filter_map(Yaml::as_str).find(|one| *one != "null"));
    match named {
        Some(named) => named,
        None if schema.get("properties").is_some() || schema.get("allOf").is_some() => "object",
        None if schema.get("items").is_some() => "array",
        None if schema.get("enum").is_some() => "string",
        None => "",
    }
}
