//! A name inside the shape of a value that one field has alone, and that is nearly the one that others have.

use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostic, Severity, Sources as _, Span, suggest};
use crate::language::lint::lint::Lint;
use crate::language::lint::model::View;
use crate::language::plan::{Field, FieldShape, System};

/// The lint.
pub const LINT: Lint = Lint {
    name: "odd-shape",
    severity: Severity::Warning,
    summary: "a field is read by a name that no other field of its shape has, and they have nearly that",
    why: "What a peer calls the parts of a value, as in `money as {amount, currency}` or `-> record as {id}`, only the \
          peer knows. Where many fields agree and one differs by a letter, its values are looked for where nothing \
          is, and read as missing.",
    flagged: "total:    money as {amuont, currency}\ntax:      money as {amount, currency}\n\
              shipping: money as {amount, currency}",
    mended: "total:    money as {amount, currency}\ntax:      money as {amount, currency}\n\
             shipping: money as {amount, currency}",
    check,
};

/// How many fields must agree on a name before a single other one is odd.
const AGREEING_MIN: usize = 2;

fn check(view: &View<'_>) -> Vec<Diagnostic> {
    view.rules.systems.values().flat_map(|system| odd(view, system)).collect()
}

fn odd(view: &View<'_>, system: &System) -> Vec<Diagnostic> {
    let mut fields: BTreeMap<(usize, &str), Vec<&Field>> = BTreeMap::new();
    for record in system.records.values().filter(|record| record.grouped.is_none()) {
        for field in &record.fields {
            for (at, name) in parts(&field.shape) {
                fields.entry((at, name)).or_default().push(field);
            }
        }
    }
    let mut found = Vec::new();
    for ((at, name), alone) in &fields {
        let [field] = alone.as_slice() else { continue };
        let common = fields.iter().filter(|((other, _), all)| other == at && all.len() >= AGREEING_MIN);
        let common: BTreeMap<&str, usize> = common.map(|((_, name), all)| (*name, all.len())).collect();
        if let Some(near) = suggest::nearest(name, common.keys().copied()).first() {
            let count = common.get(near).copied().unwrap_or_default();
            let message = format!("`{}` is read by `{name}`, and {count} fields like it by `{near}`", field.path);
            let finding = LINT.found(message, field.span, "nothing may stand there").help(format!("write `{near}`"));
            found.push(match part_of(view, field, name) {
                Some(span) => finding.edit(span, *near),
                None => finding,
            });
        }
    }
    found
}

/// Where a name stands in the line of a field, alone.
fn part_of(view: &View<'_>, field: &Field, name: &str) -> Option<Span> {
    let text = view.sources.text(field.span.file);
    let line = text.get(field.span.start..)?.lines().next()?;
    let mut places = line.match_indices(name).filter(|(at, _)| {
        let beside = [line.get(..*at), line.get(at + name.len()..)].map(Option::unwrap_or_default);
        let is_part = |letter: char| letter.is_alphanumeric() || letter == '_';
        !beside[0].ends_with(is_part) && !beside[1].starts_with(is_part)
    });
    let (at, _) = places.next().filter(|_| places.next().is_none())?;
    let start = field.span.start + at;
    Some(Span::new(field.span.file, start, start + name.len()))
}

/// The names inside a shape, each with what it is for.
fn parts(shape: &FieldShape) -> Vec<(usize, &str)> {
    match shape {
        FieldShape::Plain => Vec::new(),
        FieldShape::KeyIn(key) => vec![(0, key)],
        FieldShape::Money { amount, currency } => vec![(1, amount), (2, currency)],
    }
}
