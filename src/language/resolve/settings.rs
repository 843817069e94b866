//! Settings: nested switches with the values that each may have; references to the environment.

use std::collections::{BTreeMap, BTreeSet};

use super::names::Names;
use super::resolver::Resolver;
use super::sink::Sink;
use crate::diagnostic::{Advice, Code, Diagnostic, Span, suggest};
use crate::language::plan::setting_type::{OF_THE_PROGRAM, WRITTEN, code_for};
use crate::language::plan::{Setting, SettingType};
use crate::language::syntax::expression::Name;
use crate::language::syntax::file::data::{Data, DataKind};
use crate::language::syntax::file::settings::SettingsFile;
use crate::value::Value;

/// Takes what every `settings:` file says: first all `types:`, for one file may say the types of another's settings.
pub fn resolve(resolver: &mut Resolver<'_>, files: &[&SettingsFile]) {
    let mut declared = BTreeMap::new();
    files.iter().for_each(|file| types(resolver, &file.types, &mut declared));
    let kinds = declared.iter().map(|(name, (_, kind))| (name.clone(), kind.clone()));
    resolver.names.types = kinds.collect();
    // What the program itself reads is checked whatever the rules say of it, and whether they say anything.
    for name in OF_THE_PROGRAM {
        let asked = SettingType::of_the_program(name);
        let narrow =
            resolver.names.types.get(name).is_some_and(|kind| asked.as_ref().is_some_and(|asked| within(kind, asked)));
        resolver.names.types.extend(asked.filter(|_| !narrow).map(|asked| (name.to_owned(), asked)));
    }
    let mut flat = BTreeMap::new();
    files.iter().for_each(|file| flatten(resolver, (&file.settings, ""), &mut flat));
    let covered = |name: &str| flat.keys().any(|known| is_below(name, known));
    let idle: Vec<_> = declared.iter().filter(|(name, _)| !flat.contains_key(*name) && !covered(name)).collect();
    let untyped = flat.iter().filter(|(name, _)| !declared.contains_key(*name));
    let unset: Vec<&str> = idle.iter().map(|(name, _)| name.as_str()).collect();
    let strayed = strayed(resolver, untyped.collect(), &unset);
    let idle: Vec<_> = idle.into_iter().filter(|(name, _)| !strayed.contains(*name)).collect();
    for (name, (span, _)) in idle {
        let message = format!("there is no setting `{name}`, only its type");
        let known: Vec<&str> = flat.keys().filter(|known| !declared.contains_key(*known)).map(String::as_str).collect();
        resolver.sink.stray("unknown-setting", (name, *span), known.iter().copied());
        let else_help = "write the setting under `settings:`, or take its type out";
        resolver.sink.found.push(one_sided(message, (name, *span), suggest::near(name, known), else_help));
    }
    // Whoever names a setting that has its type alone is not to blame.
    for (name, (_, kind)) in declared.iter().filter(|(name, _)| !flat.contains_key(*name)) {
        resolver.names.settings.insert(name.clone(), Setting::Value(kind.settle(Value::Null)));
    }
    let known: BTreeSet<&str> = declared.keys().map(String::as_str).filter(|name| !flat.contains_key(*name)).collect();
    let untyped = |name: &String| !declared.is_empty() && !declared.contains_key(name) && !strayed.contains(name);
    for (name, span) in flat.iter().filter(|(name, _)| untyped(name)) {
        // A switch over several settings was told where it stands.
        if declared.keys().any(|known| is_below(known, name)) {
            continue;
        }
        let message = format!("there is no setting `{name}`: it has no line under `types:`");
        resolver.sink.stray("unknown-setting", (name, *span), known.iter().copied());
        let near = suggest::near(name, known.iter().copied());
        let else_help = "give it a type under `types:`, or take it out";
        resolver.sink.found.push(one_sided(message, (name, *span), near, else_help));
    }
}

/// Settings that came under another name's group because the line of their own is gone or slipped: told together, with
/// what they are called there and by their types.
fn strayed(resolver: &mut Resolver<'_>, untyped: Vec<(&String, &Span)>, idle: &[&str]) -> BTreeSet<String> {
    let mut groups: BTreeMap<(&str, &str), Vec<(&str, &str, Span)>> = BTreeMap::new();
    for (name, span) in untyped {
        let Some((group, last)) = name.rsplit_once('.') else { continue };
        let same = |known: &&str| known.rsplit_once('.').is_some_and(|(_, own)| own == last);
        let mut meant = idle.iter().filter(|known| same(known));
        // One that is spelt much alike slipped by a letter, which is told as that.
        if let (Some(known), None) = (meant.next(), meant.next())
            && suggest::nearest(name, [*known]).is_empty()
            && let Some((own, _)) = known.rsplit_once('.')
        {
            groups.entry((group, own)).or_default().push((name, known, *span));
        }
    }
    let mut told = BTreeSet::new();
    for ((_, own), mut found) in groups {
        found.sort_by_key(|(_, _, span)| span.start);
        let Some(((name, known, span), more)) = found.split_first() else { continue };
        let message = format!("`{name}` has no type, and `{known}` has no setting");
        let finding = Diagnostic::error(Code("unknown-setting"), message, *span, "stands in another group");
        let finding = more.iter().fold(finding, |finding, (_, _, span)| finding.label(*span, "this too"));
        let line = own.rsplit('.').next().unwrap_or(own);
        resolver
            .sink
            .found
            .push(finding.help(format!("write the line `{line}:` above this one, or indent it as its group")));
        told.extend(found.iter().flat_map(|(name, known, _)| [(*name).to_owned(), (*known).to_owned()]));
    }
    told
}

/// A setting without a type, or a type without a setting.
fn one_sided(message: String, (name, span): (&str, Span), near: Option<Advice>, else_help: &str) -> Diagnostic {
    let finding = Diagnostic::error(Code("unknown-setting"), message, span, "unknown");
    finding.help(else_help).helped(near.filter(|near| near.text != format!("write `{name}`")))
}

/// Whether `name` is `above.something`.
fn is_below(name: &str, above: &str) -> bool {
    name.strip_prefix(above).is_some_and(|rest| rest.starts_with('.'))
}

/// Whether whatever fits the one fits the other too.
fn within(kind: &SettingType, other: &SettingType) -> bool {
    match (kind.plain(), other) {
        (SettingType::OneOf(values), SettingType::OneOf(all)) => values.iter().all(|value| all.contains(value)),
        (kind, other) => kind == other,
    }
}

fn types(resolver: &mut Resolver<'_>, lines: &[(Name, Name)], declared: &mut BTreeMap<String, (Span, SettingType)>) {
    for (key, line) in lines {
        if !resolver.declare("type of setting", &key.text, key.span) {
            continue;
        }
        // The setting is there all the same, and whoever names it is not to blame.
        let found = SettingType::parse(&line.text).unwrap_or_else(|| {
            let message = format!("`{}` is no type", line.text);
            let finding = Diagnostic::error(Code("type-setting"), message, line.span, "not understood");
            resolver.sink.found.push(finding.help(format!("write {WRITTEN}")));
            SettingType::Text
        });
        declared.insert(key.text.clone(), (key.span, found));
    }
}

/// Nested maps become dotted names.
fn flatten(resolver: &mut Resolver<'_>, (entries, prefix): (&[(Name, Data)], &str), flat: &mut BTreeMap<String, Span>) {
    for (key, data) in entries {
        let name = if prefix.is_empty() { key.text.clone() } else { format!("{prefix}.{}", key.text) };
        match &data.kind {
            DataKind::Map(below) if !resolver.names.types.contains_key(&name) => {
                flatten(resolver, (below, &name), flat);
            }
            _ if resolver.declare("setting", &name, key.span) => {
                flat.insert(name.clone(), key.span);
                resolver.names.places.insert(format!("settings.{name}"), key.span);
                several(resolver, &name, data);
                let found = typed(&resolver.names, &mut resolver.sink, (&name, data));
                resolver.names.settings.insert(name, found);
            }
            _ => {}
        }
    }
}

/// Notes one value where the types know several settings below the name.
fn several(resolver: &mut Resolver<'_>, name: &str, data: &Data) {
    let below: Vec<String> = resolver.names.types.keys().filter(|known| is_below(known, name)).cloned().collect();
    if !below.is_empty() {
        let named: Vec<String> = below.iter().map(|name| format!("`{name}`")).collect();
        let message = format!("`{name}` holds several settings, each on a line of its own");
        let finding = Diagnostic::error(Code("type-shape"), message, data.span, "none of them stands here");
        resolver
            .sink
            .found
            .push(finding.help(format!("write below it, indented by two more blanks: {}", named.join(", "))));
    }
}

/// Settings of an account or a test by dotted name, nested or not; each must be one that the settings file has.
pub fn overrides(
    names: &Names<'_>,
    sink: &mut Sink,
    (entries, prefix): (&[(Name, Data)], &str),
    found: &mut BTreeMap<String, Setting>,
) {
    for (key, data) in entries {
        let name = if prefix.is_empty() { key.text.clone() } else { format!("{prefix}.{}", key.text) };
        let known = names.settings.contains_key(&name);
        if let (DataKind::Map(below), false) = (&data.kind, known) {
            overrides(names, sink, (below, &name), found);
            continue;
        }
        if !known {
            let message = format!("there is no setting `{name}`");
            let known = names.settings.keys().map(String::as_str);
            sink.unknown("unknown-setting", message, (&name, key.span), known);
            continue;
        }
        let value = typed(names, sink, (&name, data));
        found.insert(name, value);
    }
}

/// A setting's value as its type has it; what does not fit is noted.
fn typed(names: &Names<'_>, sink: &mut Sink, (name, data): (&str, &Data)) -> Setting {
    let Some(kind) = names.types.get(name) else { return setting(sink, data) };
    fits(sink, name, kind, data);
    match (setting(sink, data), kind.member()) {
        (Setting::Value(Value::Null), Some(_)) => Setting::List(Vec::new()),
        (Setting::Value(Value::Null), None) => Setting::Value(kind.settle(Value::Null)),
        (found, _) => found,
    }
}

/// Notes a value that a setting cannot have.
fn fits(sink: &mut Sink, name: &str, kind: &SettingType, data: &Data) {
    words(sink, name, data);
    let Some(member) = kind.member() else { return single(sink, name, kind, data) };
    let items = match &data.kind {
        DataKind::List(items) => items.as_slice(),
        DataKind::Nothing => &[],
        _ => return shape(sink, name, "a list", data, "`[A, B]`, also where it is only one"),
    };
    // What the environment may fill is looked at when it is asked.
    let may_hold = |item: &Data| match &item.kind {
        DataKind::Text(text) => !text.text.is_empty(),
        DataKind::Nothing => false,
        _ => true,
    };
    if matches!(kind, SettingType::Filled(_)) && !items.iter().any(may_hold) {
        return sink.found.push(kind.empty(name).at(data.span));
    }
    for item in items {
        match &item.kind {
            DataKind::Text(text) if text.text.is_empty() => {
                let message = format!("an entry of `{name}` is empty text");
                sink.error("type-setting", message, item.span, "take it out");
            }
            DataKind::Text(text)
                if reference(&text.text).is_some_and(|(_, default)| default.as_deref() == Some("")) => {}
            _ => single(sink, name, member, item),
        }
    }
}

/// Keeps the words that a setting holds, wherever they are said, for whoever knows what they must be.
fn words(sink: &mut Sink, name: &str, data: &Data) {
    let items = if let DataKind::List(items) = &data.kind { items.as_slice() } else { std::slice::from_ref(data) };
    for item in items {
        let DataKind::Text(text) = &item.kind else { continue };
        let text = match reference(&text.text) {
            Some((_, default)) => default,
            None => Some(text.text.clone()),
        };
        let word = text.filter(|text| !text.is_empty()).map(|text| Name { text, span: item.span });
        sink.setting_words.entry(name.to_owned()).or_default().extend(word);
    }
}

fn single(sink: &mut Sink, name: &str, kind: &SettingType, data: &Data) {
    let text = match &data.kind {
        DataKind::Text(text) => match reference(&text.text) {
            // Without a default the environment is asked at start, and answers for itself.
            Some((_, default)) => default,
            None if text.text.contains("${") => None,
            None => Some(text.text.clone()),
        },
        DataKind::Nothing => Some(String::new()),
        DataKind::List(_) | DataKind::Map(_) => {
            return shape(sink, name, "a single value", data, "one, without brackets");
        }
    };
    sink.found.extend(text.and_then(|text| kind.refuses(name, &text)).map(|misfit| misfit.at(data.span)));
}

fn shape(sink: &mut Sink, name: &str, what: &str, data: &Data, how: &str) {
    let found = match &data.kind {
        DataKind::List(_) => "this is a list",
        DataKind::Map(_) => "this is a map",
        _ => "this is a single value",
    };
    let finding = Diagnostic::error(code_for(name, "type-setting"), format!("`{name}` is {what}"), data.span, found);
    sink.found.push(finding.help(format!("write it as {how}")));
}

/// A setting's value: text, truth, whole number, list, or a reference to the environment.
pub fn setting(sink: &mut Sink, data: &Data) -> Setting {
    match &data.kind {
        DataKind::Nothing | DataKind::Map(_) => Setting::Value(Value::Null),
        DataKind::List(items) => Setting::List(items.iter().map(|item| setting(sink, item)).collect()),
        DataKind::Text(text) => match reference(&text.text) {
            Some((name, default)) => Setting::Env { name, default, span: text.span },
            None => {
                if text.text.contains("${") {
                    let finding = Diagnostic::error(
                        Code("syntax-reference"),
                        "`${…}` stands only as a whole value",
                        text.span,
                        "inside other text",
                    );
                    sink.found
                        .push(finding.help("put the whole value into the variable: `${NAME}` or `${NAME:-default}`"));
                }
                Setting::Value(match (text.plain, text.text.as_str()) {
                    (true, "true") => Value::Bool(true),
                    (true, "false") => Value::Bool(false),
                    (_, other) => Value::text(other),
                })
            }
        },
    }
}

/// `${NAME}` or `${NAME:-default}`.
pub fn reference(text: &str) -> Option<(String, Option<String>)> {
    let inside = text.strip_prefix("${")?.strip_suffix('}')?;
    let (name, default) = match inside.split_once(":-") {
        Some((name, default)) => (name, Some(default.to_owned())),
        None => (inside, None),
    };
    let fits = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    fits.then(|| (name.to_owned(), default))
}
