//! `petiole lint --fix`: what was mended goes into the files, or is shown as a difference.

use std::path::Path;

use similar::TextDiff;

use crate::language::mend::{self, Mended};
use crate::language::source::{RuleSet, SourceMap, load};
use crate::world::{Files as _, SystemFiles};

/// Lines around a change that a difference shows.
const CONTEXT_LINES: usize = 3;

/// Mends the files of a set; `Err` tells which file could not be written, and why.
pub(super) fn fix(set: &RuleSet<'_>) -> Result<Mended, String> {
    let (sources, _) = load(&SystemFiles, &set.paths);
    let mended = mend::mend(&sources, |file| set.names(file));
    for ((_, was), is) in sources.files().zip(&mended.files).filter(|((_, was), is)| was.text != is.text) {
        SystemFiles
            .replace(Path::new(&was.name), Some(was.text.as_bytes()), is.text.as_bytes())
            .map_err(|error| format!("`{}` is not mended: {error}", was.name))?;
    }
    Ok(mended)
}

/// What mending would change, as a difference that `patch` reads, and how many findings it would mend.
pub(super) fn difference(set: &RuleSet<'_>) -> (String, usize) {
    let (sources, _) = load(&SystemFiles, &set.paths);
    let mended = mend::mend(&sources, |file| set.names(file));
    (between(&sources, &mended), mended.made.len())
}

fn between(sources: &SourceMap, mended: &Mended) -> String {
    let files: Vec<_> = sources.files().map(|(_, file)| file.clone()).collect();
    let pairs = files.iter().zip(mend::shown(&files)).zip(mend::shown(&mended.files));
    let told = pairs
        .zip(&mended.files)
        .map(|(((file, was), is), mended)| unified(&file.name, &struck_alike(&was, (&mended.text, &is)), &is));
    told.collect()
}

/// A text whose lines are struck where those that they were mended to are: a slip in a line may hide that it holds a
/// secret.
fn struck_alike(was: &str, (mended, shown): (&str, &str)) -> String {
    let (old, new) = (was.split_inclusive('\n'), mended.split_inclusive('\n'));
    if old.clone().count() != new.clone().count() {
        return was.to_owned();
    }
    let each = old.zip(new).zip(shown.split_inclusive('\n'));
    let told = each.map(|((was, mended), shown)| match was.split_once(':') {
        _ if mended == shown || was == shown => was.to_owned(),
        Some((key, _)) => format!("{key}: ****\n"),
        None => "****\n".to_owned(),
    });
    told.collect()
}

/// A difference of two texts of a file; empty where there is none.
pub(super) fn unified(name: &str, was: &str, is: &str) -> String {
    if was == is {
        return String::new();
    }
    let difference = TextDiff::from_lines(was, is);
    difference.unified_diff().context_radius(CONTEXT_LINES).header(name, name).to_string()
}

/// What was mended, for people.
pub(super) fn told(mended: &Mended) -> String {
    mended
        .made
        .iter()
        .map(|one| format!("{}: mended {}: {}; {}\n", one.line, one.code, one.message, one.help))
        .collect()
}
