//! Every group of a pipeline has an owner, and every owner owns something.

use std::sync::Arc;

use super::checker::Checker;
use crate::diagnostic::{Code, Diagnostic, Span};
use crate::language::plan::{Owner, RecordType, Setting};
use crate::language::source::SourceMap;
use crate::language::syntax::expression::Name;

/// Every pipeline with groups has owners.
pub(super) fn owned(checker: &mut Checker<'_>, name: &Name) {
    if checker.names.ownership.groups(&name.text).next().is_none() {
        let known = checker.names.ownership.pipelines();
        let message = format!("nobody owns what pipeline `{}` carries", name.text);
        checker.sink.unknown("unknown-owner", message, (&name.text, name.span), known);
    }
}

pub(super) fn owner(
    checker: &mut Checker<'_>,
    (pipeline, sides): (&str, [&Arc<RecordType>; 2]),
    group: &Name,
) -> Owner {
    match checker.owner_of(pipeline, &group.text) {
        Some(owner) => {
            is_a_side(checker, (pipeline, &group.text), sides);
            owner
        }
        // That nobody owns anything of the pipeline was told where it is named.
        None if checker.names.ownership.groups(pipeline).next().is_none() => Owner::Both,
        None => {
            let known = checker.names.ownership.groups(pipeline);
            let message = format!("nobody owns group `{}` of pipeline `{pipeline}`", group.text);
            checker.sink.unknown("unknown-owner", message, (&group.text, group.span), known);
            Owner::Both
        }
    }
}

/// Whoever owns a group, under whatever settings, is one of the two systems of its pipeline.
pub(super) fn is_a_side(checker: &mut Checker<'_>, (pipeline, group): (&str, &str), sides: [&Arc<RecordType>; 2]) {
    let Some(owner) = checker.names.ownership.owner(pipeline, group) else { return };
    let known = [sides[0].system.as_str(), sides[1].system.as_str(), "both"];
    let span = owner.span;
    match &owner.who {
        Owner::System(name) if !known.contains(&name.as_str()) => {
            let message = format!("`{name}` is no side of pipeline `{pipeline}`, so nothing of `{group}` would flow");
            checker.sink.unknown("unknown-owner", message, (name, span), known);
        }
        Owner::Setting(name) => {
            let name = name.clone();
            let said = said_of(checker, &name);
            // What is no system at all was told where the owner is read, but for what accounts say of their own.
            let told = |value: &String| match (checker.names.types.get(&name), checker.names.settings.get(&name)) {
                (Some(_), _) => true,
                (None, Some(Setting::Value(own))) => own.to_key().as_ref() == Some(value),
                _ => false,
            };
            let wrong = said.iter().filter(|value| !known.contains(&value.as_str()));
            let mut wrong = wrong.filter(|value| checker.names.systems.contains_key(*value) || !told(value));
            if let Some(wrong) = wrong.next().cloned() {
                let message = format!("setting `{name}` may be `{wrong}`, which is no side of pipeline `{pipeline}`");
                let at = format!("nothing of `{group}` would flow then");
                checker.sink.error("type-setting", message, span, &at);
            }
        }
        Owner::System(_) | Owner::Both => {}
    }
}

/// What a setting may be: what its type names, else what it is in the file and for each account.
fn said_of(checker: &Checker<'_>, name: &str) -> Vec<String> {
    if let Some(kind) = checker.names.types.get(name) {
        return kind.values().to_vec();
    }
    let own = checker.names.accounts.values().filter_map(|account| account.settings.get(name));
    let said = checker.names.settings.get(name).into_iter().chain(own);
    let text = |setting: &Setting| match setting {
        Setting::Value(value) => value.to_key(),
        Setting::Env { name, .. } => Some(format!("${{{name}}}")),
        Setting::List(_) => None,
    };
    said.filter_map(text).collect()
}

/// Owners of what no pipeline has.
pub(super) fn unused(checker: &mut Checker<'_>) {
    let ownership = &checker.names.ownership;
    let sources = checker.names.sources;
    let mut found = Vec::new();
    for (pipeline, group, owner) in ownership.all() {
        let is_owned = checker.owned.contains(&(pipeline.to_owned(), group.to_owned()));
        // `create` may be stated for a pipeline that creates nothing on this side yet.
        // A pipeline without any group of its own says by one that somebody thought of it.
        let has_groups = checker.owned.iter().any(|(of, group)| of == pipeline && group != "create");
        let is_alone = checker.names.pipelines.contains_key(pipeline) && !has_groups;
        if is_owned || group == "create" || is_alone {
            continue;
        }
        let message = format!("pipeline `{pipeline}` has no group `{group}`");
        let finding = match without_header(sources, pipeline) {
            Some(rules) => {
                Diagnostic::error(Code("unused-owner"), message, rules, "these rules count to the group before")
                    .label(owner.key, "owns nothing")
            }
            None => Diagnostic::error(Code("unused-owner"), message, owner.key, "owns nothing"),
        };
        found.push(finding.help(format!(
            "put `{group}:` above the rules that it is meant for, or take its line out of `ownership`: without the \
             header they count to the group before"
        )));
    }
    checker.sink.found.extend(found);
}

/// The one rule of a pipeline that stands behind an empty line and under no header of its own.
fn without_header(sources: &SourceMap, pipeline: &str) -> Option<Span> {
    let named = format!("pipeline: {pipeline}");
    let (file, source) = sources.files().find(|(_, file)| file.text.lines().any(|line| line.trim_end() == named))?;
    let (mut found, mut at, mut is_inside, mut last) = (Vec::new(), 0, false, "");
    for whole in source.text.split_inclusive('\n') {
        let line = whole.trim_end();
        if !line.is_empty() && !line.starts_with([' ', '#']) {
            is_inside = line == "fields:";
        } else if is_inside && line.starts_with("    - ") && last.is_empty() {
            found.push(Span::new(file, at + 4, at + line.len()));
        }
        (at, last) = (at + whole.len(), line.trim_start());
    }
    match found.as_slice() {
        [one] => Some(*one),
        _ => None,
    }
}
