//! Rows of tables: values of the two fields, those that no row speaks of yet before the others.

use std::collections::BTreeSet;

use lsp_types::CompletionItemKind as Kind;

use super::reach::sides_of;
use super::{Offer, Place};
use crate::diagnostic::Sources as _;
use crate::language::plan::{Arrow, Row};
use crate::value::{Kind as ValueKind, Path};

/// Words behind a row.
const WORDS: [(&str, &str); 3] = [
    ("from ", "the target's present states in which the row applies"),
    ("on create", "only when the record is created"),
    ("because ", "why a value goes nowhere: runs to the end of the line"),
];

/// What may stand in a row.
pub(super) fn offers(place: &Place<'_>) -> (Vec<Offer>, usize) {
    let before = place.context.before;
    let own = before.rsplit([',', '|']).next().unwrap_or(before);
    let own =
        own.rsplit([" <-> ", " -> ", " <- ", " from "].iter().copied().find(|cut| own.contains(cut)).unwrap_or("\n"));
    let own = own.into_iter().next().unwrap_or_default().trim_start();
    let columns = columns(place);
    let arrow = if before.contains(" <-> ") {
        Some(Arrow::Both)
    } else if before.contains(" -> ") {
        Some(Arrow::Right)
    } else {
        before.contains(" <- ").then_some(Arrow::Left)
    };
    let column = |at: usize| columns.get(at).cloned().unwrap_or_default();
    let Some(((_, right), arrow)) = sides_of(before).zip(arrow) else {
        return (values(column(0), &named(place, false, true), &["otherwise", "nothing", "park"]), own.len());
    };
    if right.contains(" from ") {
        let target = column(usize::from(arrow != Arrow::Left));
        return (values(target, &BTreeSet::new(), &[]), own.len());
    }
    let is_source = arrow == Arrow::Left;
    let words: &[&str] = if is_source { &["otherwise"] } else { &["nothing", "park"] };
    let mut found = values(column(1), &named(place, true, is_source), words);
    // A value may have blanks in it: behind one that is whole come the words.
    let is_whole = right.ends_with(' ')
        && right.trim_end().rsplit([',', '|']).next().is_some_and(|last| {
            column(1).contains(&last.trim().to_owned()) || ["nothing", "park", "otherwise"].contains(&last.trim())
        });
    if is_whole {
        found = WORDS.iter().map(|(word, about)| Offer::word(word).about(*about)).collect();
        return (found, 0);
    }
    (found, own.len())
}

/// The values of the two fields, where they are named.
fn columns(place: &Place<'_>) -> Vec<Vec<String>> {
    let text = place.study.compiled.sources.text(place.file);
    let line = text.lines().find_map(|line| line.strip_prefix("between:"));
    let line = line.unwrap_or_default().trim().trim_start_matches('[').trim_end_matches(']');
    let values = |side: &str| {
        let mut parts = side.trim().splitn(3, '.');
        let system = place.rules.systems.get(parts.next()?)?;
        let kind = system.records.get(parts.next()?)?;
        match &kind.field(&Path::parse(parts.next()?)?)?.kind {
            ValueKind::Enum(values) => Some(values.to_vec()),
            _ => None,
        }
    };
    line.split(',').map(|side| values(side).unwrap_or_default()).collect()
}

/// The values of a column that rows name already, where they read from it or where they write to it.
fn named(place: &Place<'_>, right: bool, is_source: bool) -> BTreeSet<String> {
    let tables = place.rules.tables.values().filter(|table| table.span.file == place.file);
    let reads = |row: &&Row| match row.arrow {
        Arrow::Both => true,
        Arrow::Right => right != is_source,
        Arrow::Left => right == is_source,
    };
    let rows = tables.flat_map(|table| table.rows.iter().filter(reads));
    rows.flat_map(|row| if right { &row.right } else { &row.left }).flatten().cloned().collect()
}

fn values(values: Vec<String>, named: &BTreeSet<String>, words: &[&str]) -> Vec<Offer> {
    let value = |value: String| {
        let is_named = named.contains(&value);
        let offer = Offer::new(value, Kind::ENUM_MEMBER);
        if is_named { offer.rank(4).detail("has a row") } else { offer.rank(1).detail("has no row yet") }
    };
    values.into_iter().map(value).chain(words.iter().map(|word| Offer::word(word).rank(3))).collect()
}
