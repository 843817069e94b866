//! Ownership: whose value wins, per pipeline and group of fields.

use super::owners::Owner;
use super::resolver::Resolver;
use crate::diagnostic::Span;
use crate::language::plan::{Owner as Whose, Setting, SettingType};
use crate::language::syntax::file::ownership::{GroupOwner, OwnershipFile};

/// Takes the owners of an `ownership:` file.
pub fn resolve(resolver: &mut Resolver<'_>, file: &OwnershipFile) {
    for (name, groups) in &file.pipelines {
        for GroupOwner { group, owner } in groups {
            if !resolver.declare("owner of", &format!("{}.{}", name.text, group.text), group.span) {
                continue;
            }
            // One who cannot be found leaves the group with an owner: its pipeline is not to blame.
            let who = owner_called(resolver, &owner.text, owner.span).unwrap_or(Whose::Both);
            let owner = Owner { who, span: owner.span, key: group.span };
            resolver.names.ownership.insert(&name.text, &group.text, owner);
        }
    }
}

/// A system, `both`, or a setting that names one.
fn owner_called(resolver: &mut Resolver<'_>, written: &str, span: Span) -> Option<Whose> {
    if written == "both" {
        return Some(Whose::Both);
    }
    if resolver.names.systems.contains_key(written) {
        return Some(Whose::System(written.to_owned()));
    }
    if let Some(name) = written.strip_prefix("settings.") {
        if resolver.names.settings.contains_key(name) {
            owners_only(resolver, name, span);
            return Some(Whose::Setting(name.to_owned()));
        }
        let known: Vec<String> = resolver.names.settings.keys().map(|name| format!("settings.{name}")).collect();
        let message = format!("there is no setting `{name}`");
        resolver.sink.unknown("unknown-setting", message, (written, span), known.iter().map(String::as_str));
        return None;
    }
    let known: Vec<String> = resolver.names.systems.keys().cloned().chain(["both".to_owned()]).collect();
    let message = format!("`{written}` is no system, and not `both`");
    resolver.sink.unknown("unknown-owner", message, (written, span), known.iter().map(String::as_str));
    None
}

/// Whatever the setting may be, it names a system or `both`.
fn owners_only(resolver: &mut Resolver<'_>, name: &str, span: Span) {
    let values = match (resolver.names.types.get(name).map(SettingType::plain), resolver.names.settings.get(name)) {
        (Some(SettingType::OneOf(values)), _) => values.clone(),
        (None, Some(Setting::Value(value))) => value.to_key().into_iter().collect(),
        _ => {
            let message = format!("setting `{name}` can be any text, and an owner is a system or `both`");
            return resolver.sink.error("type-setting", message, span, "give it `one of [SYSTEM, …]` under `types:`");
        }
    };
    let wrong = values.iter().find(|value| *value != "both" && !resolver.names.systems.contains_key(*value)).cloned();
    if let Some(wrong) = wrong {
        let message = format!("setting `{name}` may be `{wrong}`, which is no system");
        resolver.sink.error("type-setting", message, span, "an owner is a system or `both`");
    }
}
