//! Accounts: which take part, where they are, which secrets open them.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::carries;
use super::check::Checker;
use super::settings::{fits, reference, setting};
use crate::diagnostic::{Code, Diagnostic, Span};
use crate::language::plan::{Account, Setting};
use crate::language::syntax::mapping::{Mapping, text};
use crate::language::syntax::yaml::{Node, NodeKind};
use crate::value::Value;

/// Keys of an account with a meaning of their own; any other is a property.
const OWN_KEYS: [&str; 5] = ["system", "base_url", "secrets", "carries", "settings"];

/// Reads `accounts:`.
pub fn check(checker: &mut Checker<'_>, node: &Node) {
    let Some(file) = Mapping::of(node, "an accounts file", &["accounts", "about", "allow"], &mut checker.found) else {
        return;
    };
    let Some(accounts) = file.get("accounts").and_then(|node| Mapping::of(node, "`accounts`", &[], &mut checker.found))
    else {
        return;
    };
    for (key, node) in accounts.entries() {
        if let Some(account) = account(checker, &key.text, node) {
            checker.accounts.insert(key.text.clone(), Arc::new(account));
        }
    }
}

fn account(checker: &mut Checker<'_>, name: &str, node: &Node) -> Option<Account> {
    let map = Mapping::of(node, &format!("account `{name}`"), &[], &mut checker.found)?;
    let system =
        map.require("system", &mut checker.found).and_then(|node| text(node, "`system`", &mut checker.found))?;
    if !checker.systems.contains_key(&system.text) {
        let known: Vec<String> = checker.systems.keys().cloned().collect();
        let message = format!("there is no system `{}`", system.text);
        checker.unknown("unknown-system", message, (&system.text, system.span), known.iter().map(String::as_str));
    }
    let base_url = map.require("base_url", &mut checker.found).map(|node| setting(checker, node))?;
    let mut properties = BTreeMap::new();
    for (key, node) in map.entries().filter(|(key, _)| !OWN_KEYS.contains(&key.text.as_str())) {
        if matches!(node.kind, NodeKind::Scalar(_)) {
            checker.places.insert(format!("accounts.{name}.{}", key.text), key.span);
            properties.insert(key.text.clone(), setting(checker, node));
        } else {
            let message = format!("an account has no key `{}` that holds more than one text", key.text);
            checker.unknown("unknown-key", message, (&key.text, key.span), OWN_KEYS);
        }
    }
    let settings = map.get("settings").map(|node| own_settings(checker, node)).unwrap_or_default();
    Some(Account {
        name: name.to_owned(),
        system: system.text.clone(),
        base_url,
        secrets: map.get("secrets").map(|node| secrets(checker, node)).unwrap_or_default(),
        properties,
        carries: map.get("carries").and_then(|node| carries::check(checker, &system.text, node)),
        settings,
    })
}

fn secrets(checker: &mut Checker<'_>, node: &Node) -> BTreeMap<String, Setting> {
    let mut secrets = BTreeMap::new();
    let Some(map) = Mapping::of(node, "`secrets`", &[], &mut checker.found) else { return secrets };
    for (key, node) in map.entries() {
        let Some(scalar) = text(node, "a secret", &mut checker.found) else { continue };
        let inside = match reference(scalar) {
            None => true,
            Some((_, default)) => default.is_some(),
        };
        if inside {
            checker.hidden.push(scalar.span);
            // The finding points at the key, never at the value, so that no secret is printed.
            let message = format!("secret `{}` stands in the file itself", key.text);
            let finding = Diagnostic::error(Code("secret-in-file"), message, key.span, "its value is not shown here");
            checker.found.push(finding.help("put it into the environment and write `${NAME}`"));
        }
        let found = match reference(scalar) {
            Some((name, default)) => Setting::Env { name, default, span: scalar.span },
            None => Setting::Value(Value::Null),
        };
        secrets.insert(key.text.clone(), found);
    }
    secrets
}

fn own_settings(checker: &mut Checker<'_>, node: &Node) -> BTreeMap<String, Setting> {
    let mut settings = BTreeMap::new();
    let Some(map) = Mapping::of(node, "`settings` of an account", &[], &mut checker.found) else { return settings };
    for (key, node) in map.entries() {
        match &node.kind {
            NodeKind::Mapping(inner) => {
                for (inner_key, inner_node) in inner {
                    let name = format!("{}.{}", key.text, inner_key.text);
                    settings.extend(own_setting(checker, (name, inner_key.span), inner_node));
                }
            }
            _ => settings.extend(own_setting(checker, (key.text.clone(), key.span), node)),
        }
    }
    settings
}

fn own_setting(checker: &mut Checker<'_>, (name, span): (String, Span), node: &Node) -> Option<(String, Setting)> {
    if !checker.settings.contains_key(&name) {
        let known: Vec<String> = checker.settings.keys().cloned().collect();
        let message = format!("there is no setting `{name}`");
        checker.unknown("unknown-setting", message, (&name, span), known.iter().map(String::as_str));
        return None;
    }
    fits(checker, &name, node);
    Some((name, setting(checker, node)))
}
