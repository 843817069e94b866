//! `petiole fmt`: rule files in their canonical layout.

use std::path::{Path, PathBuf};

use super::arguments::Arguments;
use super::arguments_rules::FmtArguments;
use super::exit_code;
use super::lint_fix::unified;
use crate::diagnostic::{Diagnostic, render};
use crate::language::mend::shown;
use crate::language::source::{RuleSet, SourceFile, bare_secrets, load};
use crate::language::syntax::layout::lay_out;
use crate::world::{Files as _, SystemFiles};

/// What came of the files.
#[derive(Default)]
struct Came {
    changed: Vec<(SourceFile, String)>,
    unread: Vec<Diagnostic>,
    count: usize,
}

/// Lays files out, or says which would change.
pub(super) fn fmt(arguments: &Arguments, fmt: &FmtArguments) -> u8 {
    if let Err(message) = RuleSet::of(&SystemFiles, &fmt.paths, &arguments.rules) {
        eprintln!("petiole: {message}");
        return exit_code::USAGE;
    }
    let paths: Vec<PathBuf> = if fmt.paths.is_empty() { vec![arguments.rules.clone()] } else { fmt.paths.clone() };
    let (sources, found) = load(&SystemFiles, &paths);
    let mut came = Came { unread: found, ..Came::default() };
    let unreadable: Vec<_> = came.unread.iter().map(|one| one.primary.span.file).collect();
    for (id, file) in sources.files().filter(|(id, file)| !file.name.ends_with(".rhai") && !unreadable.contains(id)) {
        came.count += 1;
        match lay_out(id, &file.text) {
            Ok(laid) if laid == file.text => {}
            Ok(laid) => came.changed.push((file.clone(), laid)),
            Err(found) => came.unread.extend(found),
        }
    }
    if !came.unread.is_empty() {
        let mut struck = sources.clone();
        struck.hide(&bare_secrets::places(&sources));
        eprint!("{}", render::render(&came.unread, &struck, arguments.color.on()));
        eprintln!("\nwhat cannot be read is left as it is");
    }
    told(arguments, fmt, &came)
}

fn told(arguments: &Arguments, fmt: &FmtArguments, came: &Came) -> u8 {
    let Came { changed, unread, count } = came;
    for (file, laid) in changed {
        if fmt.diff {
            let texts = [&file.text, laid].map(|text| SourceFile { name: file.name.clone(), text: text.clone() });
            if let [was, is] = shown(&texts).as_slice() {
                print!("{}", unified(&file.name, was, is));
            }
        } else if fmt.check {
            println!("{} would change", file.name);
        } else if let Err(error) =
            SystemFiles.replace(Path::new(&file.name), Some(file.text.as_bytes()), laid.as_bytes())
        {
            eprintln!("petiole: `{}` is left as it is: {error}", file.name);
            return exit_code::FAILED;
        } else {
            println!("{} is laid out", file.name);
        }
    }
    if !arguments.quiet && changed.is_empty() && unread.is_empty() {
        let files = if *count == 1 { "1 file".to_owned() } else { format!("{count} files") };
        println!("{files}, as they should be laid out");
    }
    let only_told = fmt.check || fmt.diff;
    if !unread.is_empty() || only_told && !changed.is_empty() { exit_code::INVALID } else { exit_code::OK }
}
