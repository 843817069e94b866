//! Changes of text that mend findings: what each must be to be safe, and several of them on one text.
//!
//! Knows letters and places. That what comes of them is right is for whoever reads the text again.

use super::suggest::is_near;
use super::{Diagnostic, Edit, FileId, Sources, Span};

/// Makes the changes of findings fit the letters that they replace, and takes back those that do not. A fix is whole
/// or none.
pub fn fit(findings: &mut [Diagnostic], sources: &dyn Sources) {
    for finding in findings.iter_mut().filter(|finding| !finding.fix.is_empty()) {
        let fitted: Option<Vec<Edit>> = finding.fix.iter().map(|edit| fitted(edit, sources)).collect();
        finding.fix = fitted.unwrap_or_default();
    }
}

fn fitted(edit: &Edit, sources: &dyn Sources) -> Option<Edit> {
    let old = sources.text(edit.span.file).get(edit.span.start..edit.span.end)?;
    // What is put in, and whole lines, are as they are meant.
    if old.is_empty() || old.ends_with('\n') || edit.replacement.is_empty() || old.trim().is_empty() {
        return Some(edit.clone());
    }
    // A text in quotes stays one.
    let quote = old.chars().next().filter(|mark| matches!(mark, '"' | '\'') && old.len() > 1 && old.ends_with(*mark));
    let (mut span, mut said) = (edit.span, old);
    if let Some(mark) = quote.filter(|mark| !edit.replacement.starts_with(*mark)) {
        span = Span::new(span.file, span.start + 1, span.end - 1);
        said = old.get(1..old.len() - 1)?;
        if edit.replacement.contains([mark, '\\']) {
            return None;
        }
    }
    let replacement = same_parts(said, &edit.replacement)?;
    // A name is not what stands in the place of more than one.
    if is_name(replacement) && said.contains(char::is_alphanumeric) && !is_name(said) {
        return None;
    }
    (replacement != said && !said.contains('\n')).then(|| Edit { span, replacement: replacement.to_owned() })
}

/// Of a dotted name as many parts as stand in the text: the others stand on the lines above.
fn same_parts<'n>(said: &str, name: &'n str) -> Option<&'n str> {
    let surplus = name.matches('.').count().checked_sub(said.matches('.').count());
    let Some(surplus @ 1..) = surplus.filter(|_| is_name(name) && is_name(said)) else { return Some(name) };
    let last = name.splitn(surplus + 1, '.').last()?;
    is_near(said, last).then_some(last)
}

fn is_name(text: &str) -> bool {
    text.chars().all(|letter| letter.is_alphanumeric() || "_-.[] ".contains(letter))
}

/// A text with changes made, none of which may overlap another.
pub fn applied(text: &str, edits: &[Edit]) -> String {
    let mut sorted: Vec<&Edit> = edits.iter().collect();
    sorted.sort();
    let (mut made, mut at) = (String::with_capacity(text.len()), 0);
    for edit in sorted {
        let Some(kept) = text.get(at..edit.span.start) else { continue };
        made.push_str(kept);
        made.push_str(&edit.replacement);
        at = edit.span.end;
    }
    made.push_str(text.get(at..).unwrap_or_default());
    made
}

/// The fixes that can be made together: each whole, none at a place where an earlier one of them is. What says the same
/// of the same place counts once.
pub fn together<'f>(findings: impl IntoIterator<Item = &'f Diagnostic>) -> Vec<(&'f Diagnostic, Vec<Edit>)> {
    let mut taken: Vec<Edit> = Vec::new();
    let mut chosen = Vec::new();
    for finding in findings.into_iter().filter(|finding| !finding.fix.is_empty()) {
        let new: Vec<Edit> = finding.fix.iter().filter(|edit| !taken.contains(edit)).cloned().collect();
        if !new.iter().any(|edit| taken.iter().any(|other| touches(edit.span, other.span))) {
            taken.extend(new.iter().cloned());
            chosen.push((finding, new));
        }
    }
    chosen
}

/// Whether two changes are of the same letters, or of letters right beside each other.
pub fn touches(one: Span, other: Span) -> bool {
    one.file == other.file && one.start <= other.end && other.start <= one.end
}

/// The changes of one file among all.
pub fn of_file(edits: &[Edit], file: FileId) -> Vec<Edit> {
    edits.iter().filter(|edit| edit.span.file == file).cloned().collect()
}
