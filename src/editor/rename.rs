//! Another name for something, in every file that names it, so that the rules mean what they meant.
//!
//! What comes of it is compiled before it is handed out: a name that would change more than itself is refused. What a
//! peer calls a field stays as it is, and is written down where it followed from the name.

use lsp_types::{
    DocumentChangeOperation, DocumentChanges, OneOf, OptionalVersionedTextDocumentIdentifier, Range, TextDocumentEdit,
    TextEdit, WorkspaceEdit,
};

use super::documents::Documents;
use super::names::{Occurrence, Symbol};
use super::study::Study;
use crate::diagnostic::{Edit, FileId, Severity, Sources as _, Span};
use crate::language::compile_texts;
use crate::language::plan::SettingType;
use crate::language::source::{SourceFile, SourceMap};
use crate::language::syntax::file::FileTree;
use crate::language::syntax::file::system::FieldTree;
use crate::language::syntax::parse;
use crate::value::{Path, Segment};

/// What may get another name at a place: where it stands, and what it is called now.
///
/// # Errors
/// Says why nothing there can.
pub(super) fn prepare(study: &Study, file: FileId, offset: usize) -> Result<(Range, String), String> {
    let here = named(study, file, offset)?;
    Ok((study.range(here.span), here.symbol.name().to_owned()))
}

/// The changes that give what is named at a place another name.
///
/// # Errors
/// Says why it cannot be called so.
pub(super) fn rename(study: &Study, (file, offset): (FileId, usize), name: &str) -> Result<Vec<Edit>, String> {
    let here = named(study, file, offset)?;
    let symbol = &here.symbol;
    if name == symbol.name() {
        return Ok(Vec::new());
    }
    fits(study, symbol, name)?;
    let places = study.index().places(symbol);
    let mut edits: Vec<Edit> = places.map(|one| Edit { span: one.span, replacement: name.to_owned() }).collect();
    if let Symbol::Field(system, record, path) = symbol {
        edits.extend(kept_in_the_answer(study, (system, record), path)?);
    }
    means_the_same(study, &edits, [symbol.name(), name])?;
    Ok(edits)
}

/// Changes as the protocol has them.
pub(super) fn written(study: &Study, edits: &[Edit], documents: &Documents) -> WorkspaceEdit {
    let mut changed = Vec::new();
    for (file, path, address) in study.files() {
        let own = edits.iter().filter(|edit| edit.span.file == file);
        let own = own.map(|edit| TextEdit { range: study.range(edit.span), new_text: edit.replacement.clone() });
        let own: Vec<OneOf<TextEdit, _>> = own.map(OneOf::Left).collect();
        let Some(uri) = address.cloned().filter(|_| !own.is_empty()) else { continue };
        let version = documents.at(path).map(|document| document.version);
        let text_document = OptionalVersionedTextDocumentIdentifier { uri, version };
        changed.push(DocumentChangeOperation::Edit(TextDocumentEdit { text_document, edits: own }));
    }
    WorkspaceEdit { document_changes: Some(DocumentChanges::Operations(changed)), ..WorkspaceEdit::default() }
}

/// What is named at a place and may get another name.
fn named(study: &Study, file: FileId, offset: usize) -> Result<&Occurrence, String> {
    let nothing = || "nothing that has a name stands here".to_owned();
    let here = study.index().at(file, offset).ok_or_else(nothing)?;
    match &here.symbol {
        Symbol::Table(_) | Symbol::Pipeline(_) | Symbol::Local(..) => Ok(here),
        Symbol::Setting(name) => of_the_rules(study, name).map(|()| here),
        Symbol::Field(_, _, path) => of_one_field(study, &here.symbol, path).map(|()| here),
        other => Err(format!("a {} keeps its name: links, tests or other systems know it by that", other.kind())),
    }
}

/// A setting that the program itself reads is called as the program calls it.
fn of_the_rules(study: &Study, name: &str) -> Result<(), String> {
    let rules = study.compiled.understood();
    let settings = rules.into_iter().flat_map(|rules| rules.settings.keys());
    let below = |known: &&String| known.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    match settings.filter(below).find(|known| SettingType::of_the_program(known).is_some()) {
        Some(known) => Err(format!("petiole itself reads `settings.{known}` and knows it by this name")),
        None => Ok(()),
    }
}

/// A field that is one, and that no script reads by its name.
fn of_one_field(study: &Study, symbol: &Symbol, path: &Path) -> Result<(), String> {
    let name = symbol.name();
    let Symbol::Field(system, record, _) = symbol else { return Ok(()) };
    let rules = study.compiled.understood();
    let kind = rules.and_then(|rules| rules.systems.get(system)?.records.get(record));
    if kind.is_none_or(|kind| kind.field(path).is_none()) {
        return Err(format!("`{name}` holds several fields: give those other names one by one"));
    }
    let inside = kind.into_iter().flat_map(|kind| &kind.fields);
    if inside.filter(|field| field.path.0.starts_with(&path.0)).count() > 1 {
        return Err(format!("other fields stand inside `{name}`: their names begin with it"));
    }
    let scripts = study.compiled.sources.files().filter(|(_, file)| file.name.ends_with(".rhai"));
    // What stands in a line of comment is read by nobody.
    let says = |text: &str| {
        let mut code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        code.any(|line| words(line).any(|word| word == name))
    };
    match scripts.into_iter().find(|(_, file)| says(&file.text)) {
        Some((_, file)) => Err(format!("`{}` says `{name}`, and scripts are not read for names of fields", file.name)),
        None => Ok(()),
    }
}

/// Whether the name can be one, and is nobody's yet.
fn fits(study: &Study, symbol: &Symbol, name: &str) -> Result<(), String> {
    let is_dashed = matches!(symbol, Symbol::Table(_) | Symbol::Pipeline(_));
    let may = |letter: char| letter.is_ascii_alphanumeric() || letter == '_' || is_dashed && letter == '-';
    if !name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_') || !name.chars().all(may) {
        return Err(format!("`{name}` is no name: one begins with a letter and has letters, digits and `_`"));
    }
    let other = match symbol {
        Symbol::Table(_) => Symbol::Table(name.to_owned()),
        Symbol::Pipeline(_) => Symbol::Pipeline(name.to_owned()),
        Symbol::Local(file, _) => Symbol::Local(*file, name.to_owned()),
        Symbol::Setting(known) => {
            let above = known.rsplit_once('.').map(|(above, _)| format!("{above}.")).unwrap_or_default();
            Symbol::Setting(format!("{above}{name}"))
        }
        Symbol::Field(system, record, path) => {
            let above = path.0.split_last().map(|(_, above)| above.to_vec()).unwrap_or_default();
            Symbol::Field(system.clone(), record.clone(), Path(above).join(name))
        }
        _ => return Ok(()),
    };
    let is_taken = study.index().places(&other).next().is_some();
    if is_taken { Err(format!("there is a {} `{name}` already", symbol.kind())) } else { Ok(()) }
}

/// What the peer calls a field is written behind its type, where so far its name said so.
fn kept_in_the_answer(study: &Study, (system, record): (&str, &str), path: &Path) -> Result<Option<Edit>, String> {
    let symbol = Symbol::Field(system.to_owned(), record.to_owned(), path.clone());
    let unknown = || format!("the line of `{path}` was not understood");
    let declared = study.index().declaration(&symbol).ok_or_else(unknown)?.span;
    let text = study.compiled.sources.text(declared.file);
    let line = line_of(study, declared).ok_or_else(unknown)?;
    if !line.line.at.is_empty() {
        return Ok(None);
    }
    let tail = path.0.iter().rposition(|step| *step == Segment::Each).map_or(0, |at| at + 1);
    let tail = Path(path.0.get(tail..).unwrap_or_default().to_vec());
    let quotes = usize::from(text.get(line.span.start..).is_some_and(|rest| rest.starts_with(['"', '\''])));
    let end = line.span.end - quotes;
    Ok(Some(Edit { span: Span { start: end, end, ..line.span }, replacement: format!(", at {tail}") }))
}

/// The field whose key holds a place.
fn line_of(study: &Study, place: Span) -> Option<FieldTree> {
    let tree = parse(&study.compiled.sources);
    let systems = tree.files.into_iter().filter_map(|file| match file.tree {
        FileTree::System(system) => Some(system.records),
        _ => None,
    });
    systems.flatten().flat_map(|(_, record)| record.fields).find(|field| field.key.span.holds(place))
}

/// Compiles what comes of some changes: no error may be new, and the plan is the same but for the name.
fn means_the_same(study: &Study, edits: &[Edit], names: [&str; 2]) -> Result<(), String> {
    let after = compile_texts(changed(&study.compiled.sources, edits));
    let errors = |findings: &[crate::diagnostic::Diagnostic]| {
        findings.iter().filter(|one| one.severity == Severity::Error).count()
    };
    if errors(&after.findings) > errors(&study.compiled.findings) {
        let first = after.findings.iter().find(|one| one.severity == Severity::Error);
        let why = first.map(|one| one.message.as_str()).unwrap_or_default();
        return Err(format!("with this name the rules would have an error: {why}"));
    }
    let [before, after] = [&study.compiled.plan, &after.plan].map(|plan| plan.as_ref().map(ToString::to_string));
    // Tables and pipelines stand there in the order of their names.
    let same = |text: &Option<String>| {
        let text = called(text.as_deref()?, names);
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines.sort_unstable();
        Some(lines)
    };
    if same(&before) == same(&after) {
        return Ok(());
    }
    Err("with this name the rules would mean something else".to_owned())
}

/// The texts with some changes made.
fn changed(sources: &SourceMap, edits: &[Edit]) -> SourceMap {
    let made = |(id, file): (FileId, &SourceFile)| {
        let mut text = file.text.clone();
        let mut own: Vec<&Edit> = edits.iter().filter(|edit| edit.span.file == id).collect();
        own.sort_by_key(|edit| std::cmp::Reverse((edit.span.start, edit.span.end)));
        for edit in own {
            if text.get(edit.span.start..edit.span.end).is_some() {
                text.replace_range(edit.span.start..edit.span.end, &edit.replacement);
            }
        }
        SourceFile { name: file.name.clone(), text }
    };
    SourceMap::new(sources.files().map(made).collect())
}

/// A text in which the second name is the first, wherever it is a word of its own.
fn called(text: &str, [first, second]: [&str; 2]) -> String {
    let mut said = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(|letter: char| !is_word(letter)).unwrap_or(rest.len());
        let (word, behind) = rest.split_at(end);
        said.push_str(if word == second { first } else { word });
        let next = behind.find(is_word).unwrap_or(behind.len());
        said.push_str(behind.get(..next).unwrap_or_default());
        rest = behind.get(next..).unwrap_or_default();
    }
    said
}

fn is_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_' || letter == '-'
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !letter.is_alphanumeric() && letter != '_')
}
