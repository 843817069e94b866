//! What may stand behind a key: words of the table of keys, values of settings and of fields, names of things.

use lsp_types::CompletionItemKind as Kind;

use super::arrow::settings_below;
use super::{Offer, Place, is_word, word};
use crate::editor::context::Step;
use crate::language::syntax::field_spec::Shape;
use crate::value::{Kind as ValueKind, Path};

/// What may stand behind a key, and how many bytes before the place it takes the place of.
pub(super) fn offers(place: &Place<'_>) -> (Vec<Offer>, usize) {
    let before = place.context.before;
    let own = word(before, is_word);
    let dotted = word(before, |letter| is_word(letter) || letter == '.');
    let dotted = before.get(before.len() - dotted..).unwrap_or_default();
    let mut found: Vec<Offer> = Vec::new();
    found.extend(setting(place).into_iter().flatten().map(|value| Offer::new(value, Kind::ENUM_MEMBER)));
    found.extend(field(place).into_iter().flatten().map(|value| Offer::new(value, Kind::ENUM_MEMBER)));
    for shape in &place.context.shapes {
        found.extend(words(shape).into_iter().map(Offer::word));
    }
    match (place.context.kind, place.context.key(0), place.context.steps.last()) {
        (Some("ownership"), _, _) => {
            if let Some((above, _)) = dotted.rsplit_once('.') {
                let above = above.strip_prefix("settings").unwrap_or_default().trim_start_matches('.');
                return (settings_below(place, above), own);
            }
            found.extend(systems(place));
            found.push(Offer::word("both"));
            found.push(Offer::new("settings", Kind::VARIABLE).writes("settings."));
        }
        (Some("pipeline" | "table"), Some("between"), _) => return between(place, dotted),
        (_, _, Some(Step::Key(key))) if key == "system" || key == "shared" => found.extend(systems(place)),
        _ => {}
    }
    (found, own)
}

fn systems(place: &Place<'_>) -> Vec<Offer> {
    place.rules.systems.keys().map(|name| Offer::new(name.as_str(), Kind::MODULE).detail("system")).collect()
}

fn words(shape: &Shape) -> Vec<&'static str> {
    match shape {
        Shape::Word(words) => words.to_vec(),
        Shape::List(inner) => words(inner),
        Shape::Either(one, other) => [words(one), words(other)].concat(),
        Shape::Text(_) | Shape::Map(_) | Shape::Data => Vec::new(),
    }
}

/// The values of the setting behind whose name the place is.
fn setting(place: &Place<'_>) -> Option<Vec<String>> {
    let steps = &place.context.steps;
    let from = steps.iter().rposition(|step| *step == Step::Key("settings".to_owned()))?;
    let names = steps
        .get(from + 1..)?
        .iter()
        .filter_map(|step| if let Step::Key(key) = step { Some(key.as_str()) } else { None });
    let name = names.collect::<Vec<_>>().join(".");
    Some(place.rules.types.get(&name)?.values().to_vec())
}

/// The values of the field of a test's record behind whose name the place is.
fn field(place: &Place<'_>) -> Option<Vec<String>> {
    let keys =
        place.context.steps.iter().filter_map(|step| if let Step::Key(key) = step { Some(key.as_str()) } else { None });
    let keys: Vec<&str> = keys.collect();
    let [.., record, field] = keys.as_slice() else { return None };
    let (system, record) = record.split_once('.')?;
    let system = place.rules.accounts.get(system).map_or(system, |account| account.system.as_str());
    let kind = place.rules.systems.get(system)?.records.get(record)?;
    match &kind.field(&Path::parse(field)?)?.kind {
        ValueKind::Enum(values) => Some(values.to_vec()),
        ValueKind::Bool => Some(vec!["true".to_owned(), "false".to_owned()]),
        _ => None,
    }
}

/// A side: a system, its records, and of a table their fields.
fn between(place: &Place<'_>, dotted: &str) -> (Vec<Offer>, usize) {
    let parts: Vec<&str> = dotted.split('.').collect();
    let own = parts.last().map_or(0, |last| last.len());
    let is_table = place.context.kind == Some("table");
    let found = match parts.as_slice() {
        [system, _] => {
            let system = place.rules.systems.get(*system);
            let names = system.into_iter().flat_map(|system| system.records.keys());
            names.map(|name| Offer::new(name.as_str(), Kind::STRUCT).detail("record")).collect()
        }
        [system, record, ..] if is_table => {
            let kind = place.rules.systems.get(*system).and_then(|system| system.records.get(*record));
            let fields = kind.into_iter().flat_map(|kind| &kind.fields);
            let offer = |field: &crate::language::plan::Field| {
                Offer::new(field.path.to_string(), Kind::FIELD).detail(field.kind.to_string())
            };
            fields.map(offer).collect()
        }
        _ => systems(place),
    };
    (found, own)
}
