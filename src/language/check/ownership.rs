//! Ownership: whose value wins, per pipeline and group of fields.

use std::collections::BTreeMap;

use super::check::Checker;
use crate::diagnostic::Span;
use crate::language::plan::{Owner as Whose, Setting, SettingType};
use crate::language::syntax::mapping::{Mapping, text};
use crate::language::syntax::yaml::Node;

/// Owners by pipeline and group.
#[derive(Debug, Default)]
pub struct Ownership {
    owners: BTreeMap<(String, String), Owner>,
}

/// Who owns a group.
#[derive(Clone, Debug)]
pub struct Owner {
    /// A system, both, or a setting that names one.
    pub who: Whose,
    /// Where it is said.
    pub span: Span,
    /// Where the group is named.
    pub key: Span,
    /// Whether a pipeline has such a group.
    pub used: bool,
}

impl Ownership {
    /// The owner of a group; marks it as used.
    pub fn owner(&mut self, pipeline: &str, group: &str) -> Option<Owner> {
        let owner = self.owners.get_mut(&(pipeline.to_owned(), group.to_owned()))?;
        owner.used = true;
        Some(owner.clone())
    }

    /// The groups of a pipeline that have an owner.
    pub fn groups(&self, pipeline: &str) -> Vec<String> {
        self.owners.keys().filter(|(name, _)| name == pipeline).map(|(_, group)| group.clone()).collect()
    }

    /// The pipelines that are named.
    pub fn pipelines(&self) -> Vec<String> {
        let mut names: Vec<String> = self.owners.keys().map(|(name, _)| name.clone()).collect();
        names.dedup();
        names
    }
}

/// Reads `ownership:`.
pub fn check(checker: &mut Checker<'_>, node: &Node) {
    let Some(file) = Mapping::of(node, "an ownership file", &["ownership", "about", "allow"], &mut checker.found)
    else {
        return;
    };
    let Some(pipelines) =
        file.get("ownership").and_then(|node| Mapping::of(node, "`ownership`", &[], &mut checker.found))
    else {
        return;
    };
    for (name, node) in pipelines.entries() {
        let Some(groups) = Mapping::of(node, &format!("ownership of `{}`", name.text), &[], &mut checker.found) else {
            continue;
        };
        for (group, node) in groups.entries() {
            let Some(owner) = text(node, "an owner", &mut checker.found) else { continue };
            if !checker.declare("owner of", &format!("{}.{}", name.text, group.text), group.span) {
                continue;
            }
            // One who cannot be found leaves the group with an owner: its pipeline is not to blame.
            let who = resolve(checker, &owner.text, owner.span).unwrap_or(Whose::Both);
            let owner = Owner { who, span: owner.span, key: group.span, used: false };
            checker.ownership.owners.insert((name.text.clone(), group.text.clone()), owner);
        }
    }
}

/// A system, `both`, or a setting that names one.
fn resolve(checker: &mut Checker<'_>, written: &str, span: Span) -> Option<Whose> {
    if written == "both" {
        return Some(Whose::Both);
    }
    if checker.systems.contains_key(written) {
        return Some(Whose::System(written.to_owned()));
    }
    if let Some(name) = written.strip_prefix("settings.") {
        if checker.settings.contains_key(name) {
            owners_only(checker, name, span);
            return Some(Whose::Setting(name.to_owned()));
        }
        let known: Vec<String> = checker.settings.keys().map(|name| format!("settings.{name}")).collect();
        let message = format!("there is no setting `{name}`");
        checker.unknown("unknown-setting", message, (written, span), known.iter().map(String::as_str));
        return None;
    }
    let known: Vec<String> = checker.systems.keys().cloned().chain(["both".to_owned()]).collect();
    let message = format!("`{written}` is no system, and not `both`");
    checker.unknown("unknown-owner", message, (written, span), known.iter().map(String::as_str));
    None
}

/// Whatever the setting may be, it names a system or `both`.
fn owners_only(checker: &mut Checker<'_>, name: &str, span: Span) {
    let values = match (checker.types.get(name).map(SettingType::plain), checker.settings.get(name)) {
        (Some(SettingType::OneOf(values)), _) => values.clone(),
        (None, Some(Setting::Value(value))) => value.to_key().into_iter().collect(),
        _ => {
            let message = format!("setting `{name}` can be any text, and an owner is a system or `both`");
            return checker.error("type-setting", message, span, "give it `one of [SYSTEM, …]` under `types:`");
        }
    };
    let wrong = values.iter().find(|value| *value != "both" && !checker.systems.contains_key(*value)).cloned();
    if let Some(wrong) = wrong {
        let message = format!("setting `{name}` may be `{wrong}`, which is no system");
        checker.error("type-setting", message, span, "an owner is a system or `both`");
    }
}

/// Owners of what no pipeline has.
pub fn unused(checker: &mut Checker<'_>) {
    let idle: Vec<_> = checker
        .ownership
        .owners
        .iter()
        .filter(|(_, owner)| !owner.used)
        .map(|(name, owner)| (name.clone(), owner.key))
        .collect();
    for ((pipeline, group), span) in idle {
        // `create` may be stated for a pipeline that creates nothing on this side yet.
        if group == "create"
            || checker.pipelines.contains_key(&pipeline) && checker.ownership.groups(&pipeline).len() == 1
        {
            continue;
        }
        let finding = crate::diagnostic::Diagnostic::warning(
            crate::diagnostic::Code("unused-owner"),
            format!("pipeline `{pipeline}` has no group `{group}`"),
            span,
            "owns nothing",
        );
        checker.found.push(finding.help("take the line out, or name the group as the pipeline does"));
    }
}
