//! Mends rule files by the fixes of their findings, until none of them has one.
//!
//! Works on texts alone: whoever asks reads and writes the files. A fix that does not do away with its finding, or
//! after which a file cannot be read any more, is not made.

use std::collections::BTreeSet;

use super::compile::{Compilation, compile_texts};
use crate::diagnostic::{Diagnostic, Edit, FileId, Sources as _, edit, span::place_of};
use crate::language::source::letters::as_they_look;
use crate::language::source::{SourceFile, SourceMap};

/// How often what was mended is looked through again. One round makes all changes that do not touch one another.
const ROUNDS_MAX: usize = 50;

/// Codes of files that cannot be read to their end.
const UNREAD: [&str; 3] = ["syntax-yaml", "duplicate-key", "script-syntax"];

/// What was mended.
#[derive(Debug)]
pub struct Mended {
    /// The files as they are now.
    pub files: Vec<SourceFile>,
    /// The findings that are gone, each with its line as `FILE:LINE`.
    pub made: Vec<Made>,
}

/// A finding that was mended.
#[derive(Clone, Debug)]
pub struct Made {
    /// Its file and line.
    pub line: String,
    /// Its code.
    pub code: &'static str,
    /// What it said.
    pub message: String,
    /// What was done, in the words of its help.
    pub help: String,
}

/// What a finding is known by while lines move.
type Known = (&'static str, String, String);

/// Makes every fix that lies in the files that are wanted.
pub fn mend(sources: &SourceMap, wanted: impl Fn(&str) -> bool) -> Mended {
    let mut files: Vec<SourceFile> = sources.files().map(|(_, file)| file.clone()).collect();
    let (mut made, mut refused) = (Vec::new(), BTreeSet::new());
    let mut seen = BTreeSet::from([sources.hash()]);
    for _ in 0..ROUNDS_MAX {
        let compiled = compile_texts(SourceMap::new(files.clone()));
        let known = |one: &Diagnostic| known(one, &compiled.sources);
        let may = |one: &&Diagnostic| {
            let is_wanted = |edit: &Edit| wanted(compiled.sources.name(edit.span.file));
            one.fix.iter().all(is_wanted) && !refused.contains(&known(one))
        };
        let chosen = edit::together(compiled.findings.iter().filter(may));
        if chosen.is_empty() {
            break;
        }
        let (taken, next) = first_that_hold(&files, &compiled, &chosen);
        let told = chosen.get(..taken).unwrap_or_default().iter().map(|(one, _)| told(one, &compiled));
        match next.filter(|next| seen.insert(SourceMap::new(next.clone()).hash())) {
            Some(next) => {
                made.extend(told);
                files = next;
            }
            // The first of them does not hold alone.
            None => refused.extend(chosen.first().map(|(one, _)| known(one))),
        }
    }
    Mended { files, made }
}

/// How many of the fixes hold together, from the first on, and the files after them; none where the first does not.
fn first_that_hold(
    files: &[SourceFile],
    compiled: &Compilation,
    chosen: &[(&Diagnostic, Vec<Edit>)],
) -> (usize, Option<Vec<SourceFile>>) {
    let mut count = chosen.len();
    while count > 0 {
        let some = chosen.get(..count).unwrap_or_default();
        let edits: Vec<Edit> = some.iter().flat_map(|(_, edits)| edits.iter().cloned()).collect();
        let next = with(files, &edits);
        if holds(compiled, some, &next) {
            return (count, Some(next));
        }
        count /= 2;
    }
    (0, None)
}

/// Whether the findings are gone, and every file that could be read still can.
fn holds(before: &Compilation, chosen: &[(&Diagnostic, Vec<Edit>)], next: &[SourceFile]) -> bool {
    let after = compile_texts(SourceMap::new(next.to_vec()));
    let left: BTreeSet<Known> = after.findings.iter().map(|one| known(one, &after.sources)).collect();
    let unread = |compiled: &Compilation| -> BTreeSet<FileId> {
        let unread = compiled.findings.iter().filter(|one| UNREAD.contains(&one.code.0));
        unread.map(|one| one.primary.span.file).collect()
    };
    let is_gone = |one: &Diagnostic| !left.contains(&known(one, &before.sources));
    chosen.iter().all(|(one, _)| is_gone(one)) && unread(&after).is_subset(&unread(before))
}

fn known(one: &Diagnostic, sources: &SourceMap) -> Known {
    (one.code.0, sources.name(one.primary.span.file).to_owned(), one.message.clone())
}

fn told(one: &Diagnostic, compiled: &Compilation) -> Made {
    let file = one.primary.span.file;
    let line = place_of(compiled.sources.text(file), one.primary.span.start).line;
    Made {
        line: format!("{}:{line}", compiled.sources.name(file)),
        code: one.code.0,
        message: one.message.clone(),
        help: one.help.clone().unwrap_or_default(),
    }
}

/// The files with changes made. Places are those of the texts as they look, so a file that is changed is written so.
fn with(files: &[SourceFile], edits: &[Edit]) -> Vec<SourceFile> {
    let (looks, _) = as_they_look(SourceMap::new(files.to_vec()));
    let changed = |(id, file): (FileId, &SourceFile)| {
        let own = edit::of_file(edits, id);
        let text = if own.is_empty() { None } else { Some(edit::applied(&file.text, &own)) };
        (file.name.clone(), text)
    };
    let each = looks.files().map(changed).zip(files);
    each.map(|((name, text), old)| SourceFile { name, text: text.unwrap_or_else(|| old.text.clone()) }).collect()
}

/// The texts of files for people: what must never be shown is struck out.
pub fn shown(files: &[SourceFile]) -> Vec<String> {
    let struck = compile_texts(SourceMap::new(files.to_vec())).sources;
    let (looks, _) = as_they_look(SourceMap::new(files.to_vec()));
    let each = looks.files().zip(files).map(|((id, looks), raw)| {
        let lines = raw.text.split_inclusive('\n').zip(looks.text.split_inclusive('\n'));
        let lines = lines.zip(struck.text(id).split_inclusive('\n'));
        lines.map(|((raw, looks), struck)| if looks == struck { raw } else { struck }).collect::<String>()
    });
    each.collect()
}
