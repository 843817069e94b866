//! Systems that are a folder of tables: what such a table takes, and what would be said to it in vain.
//!
//! A system is one where an account's address says so, or where no account says another and most calls name a table.
//! Which addresses name a table is the transport's own knowledge, asked here so that the two never differ.

use super::folder_call::{self, Does};
use super::resolver::Resolver;
use crate::diagnostic::{Code, Diagnostic, Span};
use crate::language::plan::{Field, FieldShape, RecordType, Setting, SettingType, System, WritePlace};
use crate::language::syntax::expression::Name;
use crate::language::syntax::file::system::{CallParts, EnvelopeTree, MoverTree, PagingTree, RecordTree, SystemFile};
use crate::value::{Kind, Segment};
use crate::world::TablePlace;

/// Judges the systems that are folders.
pub(super) fn judge(resolver: &mut Resolver<'_>, files: &[&SystemFile]) {
    for file in files {
        let Some((name, http)) = &file.head else { continue };
        let Some(system) = resolver.names.systems.get(&name.text).cloned() else { continue };
        let is_opened = !http.auth.headers.written.is_empty() || http.auth.oauth2.is_some() || http.sign.is_some();
        if !is_folder(resolver, &system, is_opened) {
            continue;
        }
        let auth = http.auth.headers.written.first().map(|line| ("auth", line.span));
        let signed = http.sign.as_ref().map(|sign| ("sign", sign.secret.span));
        for (key, span) in auth.into_iter().chain(signed) {
            idle(resolver, key, span, "a folder is opened by the rights of whoever runs petiole");
        }
        around(resolver, &file.envelope, file.paging.as_ref());
        for (key, tree) in &file.records {
            if let Some(record) = system.records.get(&key.text) {
                of_record(resolver, record, (tree, file.paging.is_some()));
            }
        }
    }
}

/// Whether an account says that the system is a folder; where none says anything, whether its calls do.
fn is_folder(resolver: &Resolver<'_>, system: &System, is_opened: bool) -> bool {
    let accounts = resolver.names.accounts.values().filter(|account| account.system == system.name);
    let said = accounts.filter_map(|account| match &account.base_url {
        Setting::Value(value) => value.as_text().map(str::to_owned),
        Setting::Env { default, .. } => default.clone(),
        Setting::List(_) => None,
    });
    let mut said = said.peekable();
    if said.peek().is_some() {
        // An address that is none is told as such.
        let fits = |address: &str| SettingType::base_url().refuses("base_url", address).is_none();
        return said.any(|address| TablePlace::is_folder(&address) && fits(&address));
    }
    let calls = || system.records.values().flat_map(|record| record.calls());
    let names_table = |path: String| path.split('/').any(TablePlace::is_table);
    let tables = calls().filter(|call| names_table(call.path.to_string())).count();
    !is_opened && tables.saturating_mul(2) > calls().count()
}

fn of_record(resolver: &mut Resolver<'_>, record: &RecordType, (tree, pages): (&RecordTree, bool)) {
    if let Some(version) = &tree.version {
        let why = "a table takes every update: it is written in the place of a file that still holds what was read";
        idle(resolver, "version", version.span, why);
    }
    around(resolver, &tree.envelope, tree.paging.as_ref());
    let pages = pages || tree.paging.is_some();
    let mut is_flat = false;
    for (key, call) in &tree.calls {
        let Some(parts) = &call.parts else { continue };
        around(resolver, &parts.envelope, parts.paging.as_ref());
        let does = Does::of(key);
        if matches!(does, Does::Lists | Does::Finds) && !pages && parts.paging.is_none() {
            let message = "a table is read whole, and nothing says that this list is";
            let finding = Diagnostic::error(Code("unpaged-list"), message, parts.request.span, "read in pages");
            let help = "write `paging:` with `style: whole` in it, once for the system";
            resolver.sink.found.push(finding.help(help));
        }
        is_flat |= of_call(resolver, record, (parts, does));
    }
    for tree in tree.states.iter().flat_map(|states| &states.moves) {
        if let MoverTree::Call(parts) = &tree.by {
            around(resolver, &parts.envelope, None);
            is_flat |= of_call(resolver, record, (parts, Does::Changes));
        }
    }
    for field in record.fields.iter().filter(|field| !field.derived) {
        of_field(resolver, record, (field, is_flat));
    }
}

/// Judges a call; whether it names a table of columns.
fn of_call(resolver: &mut Resolver<'_>, record: &RecordType, (parts, does): (&CallParts, Does)) -> bool {
    for (key, span) in parts.query.iter().map(|query| ("query", query.span)) {
        idle(resolver, key, span, "a table answers to no query in a body");
    }
    if let Some((_, written)) = &parts.location {
        idle(resolver, "location", written.span, "a table says nothing of where a row went");
    }
    match folder_call::place(parts, does) {
        Ok(place) => {
            resolver.sink.found.extend(folder_call::columns(record, &place, parts.request.span));
            !place.holds_lists()
        }
        Err(finding) => {
            resolver.sink.found.push(*finding);
            false
        }
    }
}

/// What stands around records of an API, and never around rows.
fn around(resolver: &mut Resolver<'_>, tree: &EnvelopeTree, paging: Option<&PagingTree>) {
    let is_form = |form: &&Name| form.text != "json";
    let said = [("rows", &tree.rows), ("answer", &tree.answer), ("body within", &tree.within)];
    let said = said.into_iter().filter_map(|(key, name)| name.as_ref().map(|name| (key, name.span)));
    let form = tree.form.as_ref().filter(is_form).map(|form| ("body as", form.span));
    let words = paging.into_iter().flat_map(|tree| &tree.words);
    let words = words.filter(|(key, said)| *key != "style" || said.text != "whole");
    let words = words.map(|(key, said)| (*key, said.span));
    for (key, span) in said.chain(form).chain(words.collect::<Vec<_>>()) {
        if key == "style" {
            let message = "a table is read whole, and this asks it for pages";
            let finding = Diagnostic::error(Code("unpaged-list"), message, span, "no table has pages");
            resolver.sink.found.push(finding.help("write `style: whole`"));
        } else {
            idle(resolver, key, span, "the rows of a table are the answer, with nothing around them");
        }
    }
}

/// A field that no column can hold.
fn of_field(resolver: &mut Resolver<'_>, record: &RecordType, (field, is_flat): (&Field, bool)) {
    let place = field.read_at.to_string();
    let written = (field.on_create || field.on_update).then_some(&field.write);
    let (message, help) = if field.read_header.is_some() || matches!(written, Some(WritePlace::Header(_))) {
        let help = format!("take the header out: it stands in the column `{place}`, or is written `at COLUMN`");
        ("a file has no headers in which a field could stand".to_owned(), help)
    } else if let Some(WritePlace::Body(body)) = written.filter(|_| field.path.is_field(&record.key))
        && *body != field.read_at
    {
        let message = format!("the key is written into the column `{body}` and looked for in `{place}`");
        (message, format!("take `in body {body}` out, or read it there, too: `at {body}`"))
    } else if field.path.is_field(&record.key) && record.create.is_some() && !field.on_create {
        let message = format!("a table makes no keys, and no create would write `{}`", field.path);
        (message, "take `read only` out, and write the key by a rule: `- … -> …  on create`".to_owned())
    } else if is_flat && !is_cell(field) {
        let message = format!("a cell holds one value, and `{}` is more, or stands inside another", field.path);
        let help = "give it a column of its own (`at COLUMN`), as `text`, `decimal` or another plain kind; or keep \
                    such records in a file that ends in .jsonl";
        (message, help.to_owned())
    } else {
        return;
    };
    let finding = Diagnostic::error(Code("no-table"), message, field.span, "in no table");
    resolver.sink.found.push(finding.help(help));
}

/// Whether a field is one value that stands at the top of a row.
fn is_cell(field: &Field) -> bool {
    let is_plain = field.shape == FieldShape::Plain && !matches!(field.kind, Kind::List(_) | Kind::Record(_));
    is_plain && matches!(field.read_at.0.as_slice(), [Segment::Field(_)])
}

fn idle(resolver: &mut Resolver<'_>, key: &str, span: Span, why: &str) {
    let message = format!("`{key}` says nothing where a system is a folder of tables: {why}");
    let finding = Diagnostic::error(Code("idle-key"), message, span, "of no use to a table");
    resolver.sink.found.push(finding.help(format!("take `{key}` out")));
}
