//! What an arrow carries has the form of the place where it lands: one value or a list, whole cents, a known kind.
//!
//! Judges forms of one direction of one rule; which values, how long and of which record is for `carried`.

use rust_decimal::Decimal;

use super::checker::Checker;
use super::one_way::{Carried, with_field};
use crate::diagnostic::{Code, Diagnostic};
use crate::language::infer::operand;
use crate::language::plan::{Arrow, Field, RecordType};
use crate::language::syntax::expression::{Expression, ExpressionKind};
use crate::value::{Kind, Notation, Path, Segment};

/// Judges the form of what is carried as it is.
pub(super) fn judge(checker: &mut Checker<'_>, carried: &Carried<'_>) {
    let told = checker.sink.found.len();
    for judge in [known, in_units, elements] {
        if checker.sink.found.len() == told {
            judge(checker, carried);
        }
    }
}

/// What a peer takes and never gives back can be carried nowhere.
pub(super) fn comes_back(checker: &mut Checker<'_>, carried: &Carried<'_>) {
    let Some(path) = carried.source_path else { return };
    let Some(field) = carried.from.field(path).filter(|field| field.write_only) else { return };
    let message = format!(
        "`{}.{path}` is written only: it never comes back, and nothing is carried from it",
        carried.from.system
    );
    let finding = Diagnostic::error(Code("write-only"), message, carried.source.span, "never given back");
    let help = match carried.line.arrow {
        Arrow::Both => format!("let the arrow point at `{}` alone", carried.from.system),
        _ => "carry over another field, or take `write only` out where the peer does give it back".to_owned(),
    };
    checker.sink.found.push(finding.label(field.span, "declared here").help(help));
}

/// A table turns one value into another.
pub(super) fn one_value(checker: &mut Checker<'_>, carried: &Carried<'_>) {
    let is_list = |kind: &Kind| matches!(kind, Kind::List(_) | Kind::Record(_));
    let landing = carried.field.map_or(&carried.place.kind, |field| &field.kind);
    let (kind, span) = match (is_list(&carried.given.kind), is_list(landing)) {
        (true, _) => (&carried.given.kind, carried.source.span),
        (_, true) => (landing, carried.line.right.span),
        _ => return,
    };
    let message = format!("a table turns one value into another, and this is {kind}");
    let finding = Diagnostic::error(Code("type-table"), message, span, "no single value");
    let help = "take one of its values, as by `first(…)`, or carry it over without a table";
    checker.sink.found.push(with_field(finding.help(help), carried));
}

/// What may be anything goes only into what takes anything, or into text, as which single values can be spelled.
fn known(checker: &mut Checker<'_>, carried: &Carried<'_>) {
    let is_open = |kind: &Kind| matches!(kind, Kind::Any | Kind::Record(_) | Kind::Text);
    let Some(field) = carried.field.filter(|field| !is_open(&field.kind)) else { return };
    let Some(path) = carried.source_path else { return };
    let holds = |one: &&Field| path.0.starts_with(&one.path.0) && matches!(one.kind, Kind::Any | Kind::Record(_));
    let Some(open) = carried.from.fields.iter().find(holds).filter(|_| carried.given.kind == Kind::Any) else { return };
    let message = format!("`{path}` may be anything, and `{}` is {}", field.path, field.kind);
    let finding = Diagnostic::error(Code("type-mismatch"), message, carried.source.span, "of no known kind");
    let finding = finding.label(open.span, format!("declared as {} here", open.kind));
    let help = format!("say in the system file what it is, such as `{path}: {}`, and carry that over", field.kind);
    checker.sink.found.push(with_field(finding.help(help), carried));
}

/// An amount that is sent as whole cents has no smaller parts.
fn in_units(checker: &mut Checker<'_>, carried: &Carried<'_>) {
    let Some((field, most)) = carried.field.and_then(|field| Some((field, units(field)?))) else { return };
    if carried.given.places.is_some_and(|places| places <= most) || carried.given.is_rough {
        return;
    }
    if !matches!(carried.given.kind, Kind::Decimal | Kind::Any) {
        return;
    }
    let message = format!("`{}` is sent in whole minor units, {most} digits behind the point at most", field.path);
    let label = match carried.given.places {
        Some(places) => format!("this may have {places}"),
        None => "this may have more".to_owned(),
    };
    let finding = Diagnostic::error(Code("type-unrounded"), message, carried.source.span, label);
    let way = if carried.line.arrow == Arrow::Both { "; both let it flow one way only" } else { "" };
    checker.sink.found.push(with_field(finding.help(format!("write `round(…, {most})`{way}")), carried));
}

/// The digits behind the point that a field sends, where a number written in a table has more.
pub(super) fn unsendable(field: &Field, written: &str) -> Option<u32> {
    let most = units(field)?;
    let number: Decimal = written.trim().parse().ok()?;
    (number.normalize().scale() > most).then_some(most)
}

/// The digits behind the point that a field sends, where it sends whole units.
fn units(field: &Field) -> Option<u32> {
    match field.notation {
        Some(Notation::MinorUnits(places)) => Some(places),
        _ => None,
    }
}

/// Elements that are carried as they are fit into the list where they land, field by field.
fn elements(checker: &mut Checker<'_>, carried: &Carried<'_>) {
    let (Some(from), Some(to)) = (list_of(carried.source, carried.source_path), carried.target_path) else { return };
    let of = |kind: &RecordType, list: &Path| {
        let list: Vec<Segment> = list.0.iter().cloned().chain([Segment::Each]).collect();
        let inside = |field: &Field| {
            let rest = field.path.0.strip_prefix(list.as_slice()).filter(|rest| !rest.is_empty())?;
            Some((Path(rest.to_vec()), field.clone()))
        };
        kind.fields.iter().filter_map(inside).collect::<Vec<(Path, Field)>>()
    };
    let (given, taken) = (of(carried.from, &from), of(carried.to, to));
    if given.is_empty() || taken.is_empty() {
        return;
    }
    for (name, field) in &given {
        let landing = taken.iter().find(|(other, _)| other == name).map(|(_, field)| field);
        let message = match landing {
            None => format!("elements of `{from}[]` have `{name}`, and those of `{to}[]` have not"),
            Some(other) if !is_taken(other, field) => {
                format!("`{name}` of these elements is {}, and there it is {}", said(field), said(other))
            }
            Some(_) => continue,
        };
        let finding = Diagnostic::error(Code("type-mismatch"), message, carried.source.span, "carried as they are");
        let finding = finding.label(field.span, "declared here");
        let finding = landing.into_iter().fold(finding, |found, other| found.label(other.span, "and here"));
        let help = format!(
            "write a keyed list, `{}.{from}[] -> {}.{to}[] by [KEY]:`, with a rule for each field",
            carried.from.system, carried.to.system
        );
        return checker.sink.found.push(finding.help(help));
    }
}

/// The list whose elements an expression gives as they are.
fn list_of(source: &Expression, path: Option<&Path>) -> Option<Path> {
    let mut path = match &source.kind {
        ExpressionKind::Filter(list, _) => match &list.kind {
            ExpressionKind::Path(path) => Path(path.segments.clone()),
            _ => return None,
        },
        _ => path?.clone(),
    };
    if path.0.last() == Some(&Segment::Each) {
        path.0.pop();
    }
    Some(path)
}

/// Whether a field takes every value of another, as far as declarations tell.
fn is_taken(to: &Field, from: &Field) -> bool {
    let fits = match (&to.kind, &from.kind) {
        (Kind::Enum(known), Kind::Enum(given)) => given.iter().all(|value| known.contains(value)),
        (to, from) => to.takes(from) && !operand::are_apart(to, from),
    };
    let is_short = to.max.is_none_or(|most| from.max.is_some_and(|longest| longest <= most));
    let in_units = units(to).is_none_or(|most| units(from).is_some_and(|places| places <= most));
    fits && (is_short || matches!(from.kind, Kind::Enum(_))) && in_units
}

fn said(field: &Field) -> String {
    field.max.map_or_else(|| field.kind.to_string(), |most| format!("{}, max {most}", field.kind))
}
