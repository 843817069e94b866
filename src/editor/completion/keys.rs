//! Keys of maps: those with a meaning of their own from the table of keys, those that name things from what there is.

use lsp_types::CompletionItemKind as Kind;

use super::{Offer, Place};
use crate::editor::context::Step;
use crate::language::syntax::field_spec::{FILES, FieldSpec, Shape};

/// The first keys of files.
pub(super) fn kinds() -> Vec<Offer> {
    let kind = |(name, spec): &(&str, &crate::language::syntax::field_spec::MapSpec)| {
        let about = spec.field(name).map_or("", |field| field.about);
        Offer::new(*name, Kind::KEYWORD).writes(format!("{name}: ")).detail(spec.what).about(about)
    };
    FILES.iter().map(kind).collect()
}

/// The keys that may stand at a place.
pub(super) fn offers(place: &Place<'_>) -> Vec<Offer> {
    let beside = &place.context.beside;
    let mut found: Vec<Offer> = Vec::new();
    for map in &place.context.maps {
        found.extend(map.fields.iter().filter(|field| !beside.iter().any(|known| known == field.name)).map(known));
        if let Some(named) = &map.named {
            let names = names(place, named.name);
            let fresh = names.into_iter().filter(|(name, _)| !beside.contains(name));
            found.extend(fresh.map(|(name, detail)| {
                let offer = Offer::new(name.as_str(), Kind::PROPERTY).writes(format!("{name}: "));
                offer.detail(detail).about(named.about)
            }));
        }
    }
    found
}

fn known(field: &FieldSpec) -> Offer {
    let behind = match field.shape {
        Shape::Text(_) | Shape::Word(_) | Shape::Either(Shape::Text(_) | Shape::Word(_), _) => ": ",
        _ => ":",
    };
    let offer = Offer::new(field.name, Kind::KEYWORD).writes(format!("{}{behind}", field.name));
    let offer = offer.about(field.about).rank(if field.required { 1 } else { 3 });
    if field.required { offer.detail("must be there") } else { offer }
}

/// What a map's own names may be, by what the table of keys calls them.
fn names(place: &Place<'_>, called: &str) -> Vec<(String, String)> {
    let rules = place.rules;
    let is_test = place.context.steps.iter().any(|step| *step == Step::Key("tests".to_owned()));
    match called {
        "SYSTEM" => rules.systems.keys().map(|name| (name.clone(), "system".to_owned())).collect(),
        "SYSTEM.RECORD" => {
            let kinds = rules.systems.values().flat_map(|system| system.records.values());
            kinds.map(|kind| (format!("{}.{}", kind.system, kind.name), "record".to_owned())).collect()
        }
        "PIPELINE" => rules.pipelines.keys().map(|name| (name.clone(), "pipeline".to_owned())).collect(),
        "GROUP" => {
            let pipeline = place.context.key(1).and_then(|name| rules.pipelines.get(name));
            let groups = pipeline.into_iter().flat_map(|pipeline| &pipeline.rules).map(|rule| rule.group.clone());
            let mut groups: Vec<String> = groups.chain(pipeline.map(|_| "create".to_owned())).collect();
            groups.dedup();
            groups.into_iter().map(|name| (name, "group".to_owned())).collect()
        }
        "SETTING" => rules.settings.keys().map(|name| (name.clone(), "setting".to_owned())).collect(),
        "NAME" if place.context.steps.last() == Some(&Step::Key("settings".to_owned())) => {
            rules.settings.keys().map(|name| (name.clone(), "setting".to_owned())).collect()
        }
        "FIELD" if is_test => {
            let keys = place.context.steps.iter().rev();
            let mut keys = keys.filter_map(|step| if let Step::Key(key) = step { key.split_once('.') } else { None });
            let record = keys.next();
            let kind = record.and_then(|(system, record)| {
                let system = rules.accounts.get(system).map_or(system, |account| account.system.as_str());
                rules.systems.get(system)?.records.get(record)
            });
            let fields = kind.into_iter().flat_map(|kind| &kind.fields);
            let plain = fields.filter(|field| !field.path.to_string().contains('['));
            plain.map(|field| (field.path.to_string(), field.kind.to_string())).collect()
        }
        _ => Vec::new(),
    }
}
