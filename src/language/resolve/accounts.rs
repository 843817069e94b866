//! Accounts: which take part, where they are, which secrets open them.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::carries;
use super::resolver::Resolver;
use super::secrets;
use super::settings::{overrides, reference, setting};
use crate::diagnostic::{Code, Diagnostic};
use crate::language::plan::{Account, Setting, SettingType};
use crate::language::syntax::expression::Name;
use crate::language::syntax::field_spec::ACCOUNT;
use crate::language::syntax::file::accounts::{AccountTree, AccountsFile};
use crate::value::Value;

/// Takes the accounts of an `accounts:` file.
pub fn resolve(resolver: &mut Resolver<'_>, file: &AccountsFile) {
    for (name, tree) in &file.accounts {
        if resolver.declare("account", &name.text, name.span)
            && let Some(account) = account(resolver, &name.text, tree)
        {
            resolver.names.accounts.insert(name.text.clone(), Arc::new(account));
        }
    }
}

fn account(resolver: &mut Resolver<'_>, name: &str, tree: &AccountTree) -> Option<Account> {
    let system = tree.system.as_ref()?;
    if !resolver.names.systems.contains_key(&system.text) {
        let known: Vec<String> = resolver.names.systems.keys().cloned().collect();
        let message = format!("there is no system `{}`", system.text);
        resolver.sink.unknown("unknown-system", message, (&system.text, system.span), known.iter().map(String::as_str));
    }
    let base_url = tree.base_url.as_ref()?;
    let address = base_url.text()?;
    let said = match reference(&address.text) {
        // Without a default the environment is asked at start, and answers for itself.
        Some((_, default)) => default,
        None => Some(address.text.clone()).filter(|text| !text.contains("${")),
    };
    said.iter().for_each(|said| secrets::address(resolver, said, address.span));
    let misfit = said.and_then(|said| SettingType::base_url().refuses("base_url", &said));
    resolver.sink.found.extend(misfit.map(|misfit| misfit.at(address.span)));
    let base_url = setting(&mut resolver.sink, base_url);
    let properties = properties(resolver, name, tree);
    let mut settings = BTreeMap::new();
    overrides(&resolver.names, &mut resolver.sink, (&tree.settings, ""), &mut settings);
    let secrets = tree.secrets.iter().map(|(key, value)| (key.text.clone(), secret(resolver, key, value))).collect();
    let carried = tree.carries.as_ref().and_then(|line| carries::of(&resolver.names, &system.text, line));
    let carries = carried.as_ref().and_then(|carried| carried.carries.clone());
    resolver.carried.extend(carried);
    let (name, system) = (name.to_owned(), system.text.clone());
    Some(Account { name, system, base_url, secrets, properties, carries, settings })
}

/// Keys of an account without a meaning of their own.
fn properties(resolver: &mut Resolver<'_>, account: &str, tree: &AccountTree) -> BTreeMap<String, Setting> {
    let mut properties = BTreeMap::new();
    for (key, data) in &tree.properties {
        if let Some(text) = data.text() {
            let inside = reference(&text.text).is_none_or(|(_, default)| default.is_some_and(|text| !text.is_empty()));
            if inside && secrets::is_secret(&key.text) {
                secrets::told(resolver, &key.text, text.span);
            }
            resolver.names.places.insert(format!("accounts.{account}.{}", key.text), key.span);
            properties.insert(key.text.clone(), setting(&mut resolver.sink, data));
        } else {
            let message = format!("an account has no key `{}` that holds more than one text", key.text);
            let own = ACCOUNT.fields.iter().map(|field| field.name);
            resolver.sink.unknown("unknown-key", message, (&key.text, key.span), own);
        }
    }
    properties
}

fn secret(resolver: &mut Resolver<'_>, key: &Name, value: &Name) -> Setting {
    let inside = match reference(&value.text) {
        None => true,
        Some((_, default)) => default.is_some(),
    };
    if inside {
        resolver.names.hidden.push(value.span);
        // The finding points at the key, never at the value, so that no secret is printed.
        let message = format!("secret `{}` stands in the file itself", key.text);
        let finding = Diagnostic::error(Code("secret-in-file"), message, key.span, "its value is not shown here");
        resolver.sink.found.push(finding.help("put it into the environment and write `${NAME}`"));
    }
    match reference(&value.text) {
        Some((name, default)) => Setting::Env { name, default, span: value.span },
        None => Setting::Value(Value::Null),
    }
}
