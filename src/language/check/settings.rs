//! Settings: nested switches with the values that each may have; references to the environment.

use std::collections::BTreeMap;

use super::check::Checker;
use crate::diagnostic::{Code, Diagnostic, Span};
use crate::language::plan::Setting;
use crate::language::syntax::mapping::{Mapping, text};
use crate::language::syntax::yaml::{Node, NodeKind, Scalar};
use crate::value::{Value, duration};

/// What values settings may have, by dotted name.
pub type SettingTypes = BTreeMap<String, SettingType>;

/// What values a setting may have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SettingType {
    /// One of these.
    OneOf(Vec<String>),
    /// A length of time, or nothing.
    Duration,
    /// A day, or nothing.
    Date,
    /// Any text.
    Text,
    /// A list of what may stand in it.
    List(Box<SettingType>),
}

impl SettingType {
    /// The values that it names; none where it takes any text.
    pub fn values(&self) -> &[String] {
        match self {
            Self::OneOf(values) => values,
            Self::List(member) => member.values(),
            Self::Text | Self::Duration | Self::Date => &[],
        }
    }
}

/// Reads `settings:` with its `types:`.
pub fn check(checker: &mut Checker<'_>, node: &Node) {
    let Some(file) = Mapping::of(node, "a settings file", &["settings", "types", "about", "allow"], &mut checker.found)
    else {
        return;
    };
    if let Some(types) = file.get("types").and_then(|node| Mapping::of(node, "`types`", &[], &mut checker.found)) {
        for (key, node) in types.entries() {
            if let Some(line) = text(node, "a type", &mut checker.found) {
                match parse_type(line.text.trim()) {
                    Some(found) => {
                        checker.types.insert(key.text.clone(), found);
                    }
                    None => {
                        // The setting is there all the same, and whoever names it is not to blame.
                        checker.types.insert(key.text.clone(), SettingType::Text);
                        let message = format!("`{}` is no type", line.text);
                        let finding = Diagnostic::error(Code("type-setting"), message, line.span, "not understood");
                        checker.found.push(finding.help(
                            "write `text`, `duration`, `date`, `one of [A, B]`, `list of text` or `list of one of [A, B]`",
                        ));
                    }
                }
            }
        }
    }
    if let Some(settings) = file.require("settings", &mut checker.found) {
        let mut flat = BTreeMap::new();
        flatten(checker, settings, "", &mut flat);
        for (key, _) in file
            .get("types")
            .and_then(|node| Mapping::of(node, "`types`", &[], &mut Vec::new()))
            .iter()
            .flat_map(Mapping::entries)
            .filter(|(key, _)| !flat.contains_key(&key.text))
        {
            let message = format!("there is no setting `{}`, only its type", key.text);
            checker.unknown("unknown-setting", message, (&key.text, key.span), flat.keys().map(String::as_str));
        }
        for (name, span) in &flat {
            if !checker.types.is_empty() && !checker.types.contains_key(name) {
                let known: Vec<String> = checker.types.keys().cloned().collect();
                let message = format!("there is no setting `{name}`");
                checker.unknown("unknown-setting", message, (name, *span), known.iter().map(String::as_str));
            }
        }
    }
}

fn parse_type(line: &str) -> Option<SettingType> {
    if let Some(inner) = line.strip_prefix("list of ") {
        return parse_type(inner.trim()).map(|inner| SettingType::List(Box::new(inner)));
    }
    match line {
        "text" => return Some(SettingType::Text),
        "date" => return Some(SettingType::Date),
        "duration" => return Some(SettingType::Duration),
        _ => {}
    }
    let names = line.strip_prefix("one of")?.trim().strip_prefix('[')?.strip_suffix(']')?;
    Some(SettingType::OneOf(names.split(',').map(|name| name.trim().to_owned()).collect()))
}

/// Nested maps become dotted names.
fn flatten(checker: &mut Checker<'_>, node: &Node, prefix: &str, flat: &mut BTreeMap<String, Span>) {
    let Some(map) = Mapping::of(node, "settings", &[], &mut checker.found) else { return };
    for (key, node) in map.entries() {
        let name = if prefix.is_empty() { key.text.clone() } else { format!("{prefix}.{}", key.text) };
        if matches!(node.kind, NodeKind::Mapping(_)) {
            flatten(checker, node, &name, flat);
        } else {
            flat.insert(name.clone(), key.span);
            checker.places.insert(format!("settings.{name}"), key.span);
            let found = setting(checker, node);
            fits(checker, &name, node);
            checker.settings.insert(name, found);
        }
    }
}

/// Notes lengths of time and days that are spelt as none; empty ones are fine.
fn spelt(checker: &mut Checker<'_>, name: &str, kind: &SettingType, scalars: &[&Scalar]) {
    for scalar in scalars.iter().filter(|scalar| !scalar.text.is_empty() && reference(scalar).is_none()) {
        let text = &scalar.text;
        if *kind == SettingType::Duration && duration::parse(text).is_none() {
            let message = format!("`{name}` is a length of time, and `{text}` is none");
            checker.error("type-duration", message, scalar.span, "write `30m`, `6h` or `1d`; empty: never");
        }
        if *kind == SettingType::Date && text.parse::<jiff::civil::Date>().is_err() {
            let message = format!("`{name}` is a day, and `{text}` is none");
            checker.error("type-date", message, scalar.span, "write it as `2026-05-01`; empty: no day");
        }
    }
}

/// Notes a value that a setting cannot have.
pub(super) fn fits(checker: &mut Checker<'_>, name: &str, node: &Node) {
    let Some(kind) = checker.types.get(name).cloned() else { return };
    let scalars: Vec<&Scalar> = match (&kind, &node.kind) {
        (SettingType::List(_), NodeKind::Sequence(items)) => items.iter().filter_map(scalar_of).collect(),
        (SettingType::List(_), NodeKind::Null) => Vec::new(),
        (SettingType::List(_), _) => {
            return checker.error("type-setting", format!("`{name}` is a list"), node.span, "write it as `[A, B]`");
        }
        _ => scalar_of(node).into_iter().collect(),
    };
    if matches!(kind, SettingType::Duration | SettingType::Date) {
        return spelt(checker, name, &kind, &scalars);
    }
    let member = if let SettingType::List(inner) = &kind { inner.as_ref() } else { &kind };
    if let SettingType::OneOf(values) = member {
        for scalar in scalars {
            if reference(scalar).is_none() && !values.contains(&scalar.text) {
                let message = format!("`{name}` cannot be `{}`", scalar.text);
                checker.unknown(
                    "unknown-value",
                    message,
                    (&scalar.text, scalar.span),
                    values.iter().map(String::as_str),
                );
            }
        }
    }
}

fn scalar_of(node: &Node) -> Option<&Scalar> {
    match &node.kind {
        NodeKind::Scalar(scalar) => Some(scalar),
        _ => None,
    }
}

/// A setting's value: text, truth, whole number, list, or a reference to the environment.
pub fn setting(checker: &mut Checker<'_>, node: &Node) -> Setting {
    match &node.kind {
        NodeKind::Null | NodeKind::Mapping(_) => Setting::Value(Value::Null),
        NodeKind::Sequence(items) => Setting::List(items.iter().map(|item| setting(checker, item)).collect()),
        NodeKind::Scalar(scalar) => match reference(scalar) {
            Some((name, default)) => Setting::Env { name, default, span: scalar.span },
            None => {
                if scalar.text.contains("${") {
                    let finding = Diagnostic::error(
                        Code("syntax-reference"),
                        "`${…}` stands only as a whole value",
                        scalar.span,
                        "inside other text",
                    );
                    checker
                        .found
                        .push(finding.help("put the whole value into the variable: `${NAME}` or `${NAME:-default}`"));
                }
                Setting::Value(match (scalar.plain, scalar.text.as_str()) {
                    (true, "true") => Value::Bool(true),
                    (true, "false") => Value::Bool(false),
                    (_, other) => Value::text(other),
                })
            }
        },
    }
}

/// `${NAME}` or `${NAME:-default}`.
pub fn reference(scalar: &Scalar) -> Option<(String, Option<String>)> {
    let inside = scalar.text.strip_prefix("${")?.strip_suffix('}')?;
    let (name, default) = match inside.split_once(":-") {
        Some((name, default)) => (name, Some(default.to_owned())),
        None => (inside, None),
    };
    let fits = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    fits.then(|| (name.to_owned(), default))
}
