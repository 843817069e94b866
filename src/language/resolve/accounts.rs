//! Accounts: which take part, where they are, which secrets open them.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::carries;
use super::resolver::Resolver;
use super::settings::{overrides, reference, setting};
use crate::diagnostic::{Code, Diagnostic};
use crate::language::plan::{Account, Setting, SettingType};
use crate::language::syntax::mapping::{Mapping, text};
use crate::language::syntax::yaml::{Node, NodeKind};
use crate::value::Value;

/// Keys of an account with a meaning of their own; any other is a property.
const OWN_KEYS: [&str; 5] = ["system", "base_url", "secrets", "carries", "settings"];

/// Reads `accounts:`.
pub fn resolve(resolver: &mut Resolver<'_>, node: &Node) {
    let Some(file) = Mapping::of(node, "an accounts file", &["accounts", "about", "allow"], &mut resolver.sink.found)
    else {
        return;
    };
    let Some(accounts) =
        file.get("accounts").and_then(|node| Mapping::of(node, "`accounts`", &[], &mut resolver.sink.found))
    else {
        return;
    };
    for (key, node) in accounts.entries() {
        if resolver.declare("account", &key.text, key.span)
            && let Some(account) = account(resolver, &key.text, node)
        {
            resolver.names.accounts.insert(key.text.clone(), Arc::new(account));
        }
    }
}

fn account(resolver: &mut Resolver<'_>, name: &str, node: &Node) -> Option<Account> {
    let map = Mapping::of(node, &format!("account `{name}`"), &[], &mut resolver.sink.found)?;
    let system = map
        .require("system", &mut resolver.sink.found)
        .and_then(|node| text(node, "`system`", &mut resolver.sink.found))?;
    if !resolver.names.systems.contains_key(&system.text) {
        let known: Vec<String> = resolver.names.systems.keys().cloned().collect();
        let message = format!("there is no system `{}`", system.text);
        resolver.sink.unknown("unknown-system", message, (&system.text, system.span), known.iter().map(String::as_str));
    }
    let base_url = map.require("base_url", &mut resolver.sink.found)?;
    let address = text(base_url, "`base_url`", &mut resolver.sink.found)?;
    let said = match reference(address) {
        // Without a default the environment is asked at start, and answers for itself.
        Some((_, default)) => default,
        None => Some(address.text.clone()).filter(|text| !text.contains("${")),
    };
    let misfit = said.and_then(|said| SettingType::base_url().refuses("base_url", &said));
    resolver.sink.found.extend(misfit.map(|misfit| misfit.at(address.span)));
    let base_url = setting(&mut resolver.sink, base_url);
    let mut properties = BTreeMap::new();
    for (key, node) in map.entries().filter(|(key, _)| !OWN_KEYS.contains(&key.text.as_str())) {
        if matches!(node.kind, NodeKind::Scalar(_)) {
            resolver.names.places.insert(format!("accounts.{name}.{}", key.text), key.span);
            properties.insert(key.text.clone(), setting(&mut resolver.sink, node));
        } else {
            let message = format!("an account has no key `{}` that holds more than one text", key.text);
            resolver.sink.unknown("unknown-key", message, (&key.text, key.span), OWN_KEYS);
        }
    }
    let mut settings = BTreeMap::new();
    if let Some(node) = map.get("settings") {
        overrides(&resolver.names, &mut resolver.sink, node, "", &mut settings);
    }
    Some(Account {
        name: name.to_owned(),
        system: system.text.clone(),
        base_url,
        secrets: map.get("secrets").map(|node| secrets(resolver, node)).unwrap_or_default(),
        properties,
        carries: map.get("carries").and_then(|node| {
            let carried = carries::read(&resolver.names, &mut resolver.sink, &system.text, node)?;
            let found = carried.carries.clone();
            resolver.carried.push(carried);
            found
        }),
        settings,
    })
}

fn secrets(resolver: &mut Resolver<'_>, node: &Node) -> BTreeMap<String, Setting> {
    let mut secrets = BTreeMap::new();
    let Some(map) = Mapping::of(node, "`secrets`", &[], &mut resolver.sink.found) else { return secrets };
    for (key, node) in map.entries() {
        let Some(scalar) = text(node, "a secret", &mut resolver.sink.found) else { continue };
        let inside = match reference(scalar) {
            None => true,
            Some((_, default)) => default.is_some(),
        };
        if inside {
            resolver.names.hidden.push(scalar.span);
            // The finding points at the key, never at the value, so that no secret is printed.
            let message = format!("secret `{}` stands in the file itself", key.text);
            let finding = Diagnostic::error(Code("secret-in-file"), message, key.span, "its value is not shown here");
            resolver.sink.found.push(finding.help("put it into the environment and write `${NAME}`"));
        }
        let found = match reference(scalar) {
            Some((name, default)) => Setting::Env { name, default, span: scalar.span },
            None => Setting::Value(Value::Null),
        };
        secrets.insert(key.text.clone(), found);
    }
    secrets
}
