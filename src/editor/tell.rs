//! What people are told of something that has a name: its kind, its type, what it stands for.

use super::names::Symbol;
use super::study::Study;
use crate::diagnostic::{FileId, Sources as _, Span};
use crate::language::check::CheckedRules;
use crate::language::function::{Function, registry};
use crate::language::plan::system::Presence;
use crate::language::plan::{Cardinality, Field, RecordType, Setting, SettingType};
use crate::language::script::ScriptFunction;
use crate::value::{Path, Segment, Value};

/// What is told of something, as Markdown.
pub(super) fn told(study: &Study, symbol: &Symbol) -> Option<String> {
    let rules = study.compiled.understood()?;
    match symbol {
        Symbol::System(name) => {
            let system = rules.systems.get(name)?;
            let records: Vec<&str> = system.records.keys().map(String::as_str).collect();
            Some(format!("system **{name}** with {}", records.join(", ")))
        }
        Symbol::Record(system, name) => Some(record(rules.systems.get(system)?.records.get(name)?)),
        Symbol::Field(system, name, path) => {
            let kind = rules.systems.get(system)?.records.get(name)?;
            match kind.field(path) {
                Some(found) => Some(field(kind, found)),
                None => Some(holder(kind, path)),
            }
        }
        Symbol::Setting(name) => Some(setting(study, rules, name)),
        Symbol::Table(name) => {
            let table = rules.tables.get(name)?;
            let [left, right] = &table.sides;
            Some(format!("table **{name}** between `{left}` and `{right}`, {} rows", table.rows.len()))
        }
        Symbol::Pipeline(name) => match rules.pipelines.get(name) {
            Some(known) => {
                let [left, right] = [&known.left, &known.right].map(|kind| format!("{}.{}", kind.system, kind.name));
                Some(format!("pipeline **{name}** between `{left}` and `{right}`"))
            }
            None => Some(format!("pipeline **{name}**")),
        },
        Symbol::Group(pipeline, group) => {
            let rule = rules.pipelines.get(pipeline)?.rules.iter().find(|rule| rule.group == *group)?;
            Some(format!("group **{group}** of pipeline `{pipeline}`, owned by `{}`", rule.owner.text()))
        }
        Symbol::Account(name) => {
            let account = rules.accounts.get(name)?;
            Some(format!("account **{name}** of system `{}`", account.system))
        }
        Symbol::Local(file, name) => local(study, rules, (*file, name)),
        Symbol::Function(name) => function(rules, name),
    }
}

fn record(kind: &RecordType) -> String {
    let calls = [
        (kind.read.is_some(), "read"),
        (kind.changed.is_some(), "changed since"),
        (kind.list.is_some(), "listed"),
        (kind.create.is_some(), "created"),
        (kind.update.is_some(), "updated"),
    ];
    let can: Vec<&str> = calls.into_iter().filter_map(|(can, word)| can.then_some(word)).collect();
    let searched: Vec<&str> = kind.find.keys().map(String::as_str).collect();
    let searched = if searched.is_empty() { String::new() } else { format!("; searched by {}", searched.join(", ")) };
    let count = kind.fields.len();
    let can = can.join(", ");
    format!("record **{}.{}**, {count} fields, key `{}`\n\ncan be {can}{searched}", kind.system, kind.name, kind.key)
}

/// A field: its type, and when it is there and written.
pub(super) fn field(kind: &RecordType, field: &Field) -> String {
    let mut said = vec![match field.presence {
        Presence::Filled => "always there",
        Presence::Shown => "always or null",
        Presence::Sparse => "left out when empty",
        Presence::Open => "may be missing",
    }];
    match (field.on_create || field.on_add, field.on_update || field.on_add) {
        (false, false) => said.push("read only"),
        (true, false) => said.push("written on create"),
        (false, true) => said.push("written on update"),
        (true, true) => {}
    }
    let words = [
        (field.required_on_create, "required on create"),
        (field.write_only, "write only"),
        (field.assumed, "assumed"),
    ];
    said.extend(words.into_iter().filter_map(|(holds, word)| holds.then_some(word)));
    let max = field.max.map(|max| format!(", at most {max} characters")).unwrap_or_default();
    format!("**{}.{}.{}** · `{}`\n\n{}{max}", kind.system, kind.name, field.path, field.kind, said.join(", "))
}

/// A list or a record inside a record.
fn holder(kind: &RecordType, path: &Path) -> String {
    let inside = kind.fields.iter().filter(|field| field.path.0.starts_with(&path.0));
    let rest: Vec<String> = inside
        .filter_map(|field| field.path.0.get(path.0.len()..))
        .map(|rest| Path(rest.iter().filter(|step| **step != Segment::Each).cloned().collect()).to_string())
        .collect();
    format!("**{}.{}.{path}** with {}", kind.system, kind.name, rest.join(", "))
}

fn setting(study: &Study, rules: &CheckedRules, name: &str) -> String {
    let written = |setting: &Setting| match setting {
        Setting::Value(Value::Null) => "not set".to_owned(),
        Setting::Value(value) => format!("`{}`", value.to_key().unwrap_or_else(|| value.to_string())),
        Setting::List(items) => format!("a list of {}", items.len()),
        Setting::Env { name, .. } => format!("from the environment, `{name}`"),
    };
    let Some(said) = rules.settings.get(name) else { return format!("settings **{name}**") };
    let (kind, about) = typed(study, name).unwrap_or_default();
    let kind = if kind.is_empty() { kind } else { format!(" · {kind}") };
    let accounts = rules.accounts.values().filter_map(|account| {
        Some(format!("\n\nfor account `{}`: {}", account.name, written(account.settings.get(name)?)))
    });
    let about = if about.is_empty() { about } else { format!("\n\n{about}") };
    format!("**settings.{name}**{kind}\n\nset to {}{}{about}", written(said), accounts.collect::<String>())
}

/// A setting's type as it is written, and the comment behind it, where people say what it is for.
fn typed(study: &Study, name: &str) -> Option<(String, String)> {
    let symbol = Symbol::Setting(name.to_owned());
    study.index().places(&symbol).filter(|one| !one.declares).find_map(|one| {
        let text = study.compiled.sources.text(one.span.file);
        let start = text.get(..one.span.start)?.rfind('\n').map_or(0, |end| end + 1);
        let line = text.get(start..)?.lines().next()?.trim_start();
        let said = line.strip_prefix(name)?.strip_prefix(": ")?;
        let (kind, about) = said.split_once(" # ").unwrap_or((said, ""));
        SettingType::parse(kind.trim()).map(|_| (kind.trim().to_owned(), about.trim().to_owned()))
    })
}

fn local(study: &Study, rules: &CheckedRules, (file, name): (FileId, &str)) -> Option<String> {
    let of_file = |span: Span| span.file == file;
    let pipeline = rules.pipelines.values().find(|pipeline| of_file(pipeline.span))?;
    let read = pipeline.with.iter().find(|read| read.name == name);
    if let Some(read) = read {
        let many = match read.cardinality {
            Cardinality::Many => "a list of",
            Cardinality::AtMostOne => "at most one",
        };
        let record = format!("{}.{}", read.record.system, read.record.name);
        return Some(format!("**{name}** · {many} `{record}`\n\nwhere `{}`", read.condition));
    }
    study.index().declaration(&Symbol::Local(file, name.to_owned()))?;
    Some(format!("**{name}**, an element of a list"))
}

fn function(rules: &CheckedRules, name: &str) -> Option<String> {
    if let Some(known) = registry::find(name) {
        return Some(of_library(known));
    }
    if let Some(script) = rules.scripts.functions().find(|script| script.name == name) {
        return Some(format!("```text\n{}\n```\n\na function of a script", of_script(script)));
    }
    let about = match name {
        "linked" => "linked(pipeline: text, key: any) -> bool\n\nWhether a pipeline has linked the record of this key.",
        "counterpart" => {
            "counterpart(pipeline: text, key: any) -> any\n\nThe key of the record that a pipeline has linked with it."
        }
        "mapped" => {
            "mapped(table: text, value: any) -> text\n\nWhat a table makes of a value, read from left to right."
        }
        _ => return None,
    };
    Some(about.to_owned())
}

fn of_library(function: &Function) -> String {
    let examples: Vec<String> =
        function.examples.iter().map(|(expression, value)| format!("{expression}  →  {value}")).collect();
    format!("```text\n{}\n```\n\n{}\n\n```text\n{}\n```", function.written(), function.about, examples.join("\n"))
}

/// How a function of a script is written.
pub(super) fn of_script(script: &ScriptFunction) -> String {
    let parameters: Vec<String> = script.parameters.iter().map(|(name, kind)| format!("{name}: {kind}")).collect();
    format!("{}({}) -> {}", script.name, parameters.join(", "), script.gives)
}
