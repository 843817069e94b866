//! Questions beside the record: whether it is linked, its counterpart, and what a table says of a value.
//!
//! Each names a pipeline or a table by a constant, and what it is given fits that; what comes of it is known by it.

use std::collections::BTreeSet;

use super::given::{Given, Inference, Refers};
use super::operand;
use crate::diagnostic::{Code, Diagnostic};
use crate::language::plan::{Instead, Outcome, Side};
use crate::language::resolve::Meant;
use crate::language::syntax::expression::{Expression, ExpressionKind, Name, PathExpression};
use crate::value::{Kind, Path, Value};

/// `linked("PIPELINE", key)`, `counterpart("PIPELINE", key)`, `mapped("TABLE", value)`
pub(super) fn asked(on: &mut Inference<'_, '_>, name: &Name, (arguments, given): (&[Expression], &[Given])) -> Given {
    let of_table = name.text == "mapped";
    let what = if of_table { "table" } else { "pipeline" };
    on.sink.meet(name.span, || Meant::Function(name.text.clone()));
    let [named, key] = arguments else {
        let message = format!("`{}` takes a {what} and a value", name.text);
        let finding = Diagnostic::error(Code("type-arguments"), message, name.span, "here");
        let help = format!("write it as `{}(\"{}\", value)`", name.text, what.to_uppercase());
        on.sink.found.push(finding.help(help));
        return Given::or_null(Kind::Any);
    };
    let known: Vec<String> =
        if of_table { on.names.tables.keys().cloned().collect() } else { on.names.pipelines.keys().cloned().collect() };
    match &named.kind {
        ExpressionKind::Literal(Value::Text(text)) if known.iter().any(|one| one == text) => {
            let named_so = text.to_string();
            let what = || if of_table { Meant::Table(named_so) } else { Meant::Pipeline(named_so) };
            on.sink.meet(named.span, what);
        }
        ExpressionKind::Literal(Value::Text(text)) => {
            let code = if of_table { "unknown-table" } else { "unknown-pipeline" };
            let message = format!("there is no {what} `{text}`");
            on.sink.unknown(code, message, (text, named.span), known.iter().map(String::as_str));
        }
        _ => {
            let message = format!("the {what} is named by a constant");
            let finding = Diagnostic::error(Code("type-arguments"), message, named.span, "this may change");
            let help =
                format!("write it as `{}(\"{}\", value)`, the name in quotes first", name.text, what.to_uppercase());
            on.sink.found.push(finding.help(help));
        }
    }
    match name.text.as_str() {
        "mapped" => mapped(on, name, (named, key, given.get(1))),
        called => {
            let counterpart = paired(on, named, (key, given.get(1)));
            if called == "linked" { Given::always(Kind::Bool) } else { counterpart }
        }
    }
}

/// The key of a record of one side gives that of its counterpart. What a script or a setting answers is the author's
/// word, and a group goes by the value that its rows share.
fn paired(on: &mut Inference<'_, '_>, named: &Expression, (key, given): (&Expression, Option<&Given>)) -> Given {
    let ExpressionKind::Literal(Value::Text(name)) = &named.kind else { return Given::or_null(Kind::Any) };
    let records = on.names.paired.get(name.as_str()).cloned().unwrap_or_default();
    let is_group = |pair: &(String, String)| on.names.grouped.get(pair).is_some_and(|kind| kind.grouped.is_some());
    let is_told = !records.is_empty() && !records.iter().any(is_group);
    let Some(given) = given.filter(|_| is_told) else { return Given::or_null(Kind::Any) };
    let place = |refers: &Refers| {
        records.iter().position(|(system, record)| *system == refers.system && *record == refers.record)
    };
    let is_setting = |path: &PathExpression| path.head.as_ref().is_some_and(|head| head.text == "settings");
    let is_field = matches!(&key.kind, ExpressionKind::Path(path) if !is_setting(path));
    let what = match &given.refers {
        Some(refers) => match place(refers) {
            Some(at) => {
                let other = records.iter().enumerate().find(|(known, _)| *known != at).map(|(_, other)| other);
                return other.map_or_else(|| Given::or_null(Kind::Any), |(system, record)| key_of(on, system, record));
            }
            None => format!("the key of a `{}.{}`", refers.system, refers.record),
        },
        // A field of one system may hold a key of the other; what no side's key can be is none.
        None if is_field
            && records
                .iter()
                .all(|(system, record)| operand::are_apart(&key_of(on, system, record).kind, &given.kind)) =>
        {
            format!("{}, and no key", given.kind)
        }
        None => return Given::or_null(Kind::Any),
    };
    let sides: Vec<String> = records.iter().map(|(system, record)| format!("`{system}.{record}`")).collect();
    let message = format!("pipeline `{name}` pairs {}, and this is {what}", sides.join(" and "));
    let finding = Diagnostic::error(Code("type-reference"), message, key.span, "it finds nothing by this");
    on.sink.found.push(finding.help("give it the key of a record that it pairs, or a field that refers to one"));
    Given::or_null(Kind::Any)
}

/// The key of a record that may not be there.
pub(super) fn key_of(on: &Inference<'_, '_>, system: &str, record: &str) -> Given {
    let kind = on.names.record(system, record).and_then(|kind| kind.field(&Path::field(kind.key.as_str())));
    let refers = Some(Refers { system: system.to_owned(), record: record.to_owned() });
    Given { refers, ..Given::or_null(kind.map_or(Kind::Any, |field| field.kind.clone())) }
}

/// `mapped("TABLE", value)` gives what the table's rows say, read from left to right; null for null and for what none
/// speaks of. It is a value in an expression, so nothing can stop there for a person.
fn mapped(
    on: &mut Inference<'_, '_>,
    name: &Name,
    (named, key, value): (&Expression, &Expression, Option<&Given>),
) -> Given {
    let ExpressionKind::Literal(Value::Text(table)) = &named.kind else { return Given::or_null(Kind::Text) };
    let Some(table) = on.names.tables.get(table.as_str()).cloned() else { return Given::or_null(Kind::Text) };
    let towards = || table.rows.iter().filter(|row| row.points(Side::Right));
    let [_, right] = &table.sides;
    if is_field(key, right) {
        let message = format!(
            "`mapped` reads table `{}` from left to right, and this is the field of its right side",
            table.name
        );
        let finding = Diagnostic::error(Code("type-table"), message, key.span, "of the other side");
        on.sink.found.push(
            finding.help(format!("give it a value of `{}`, or use a table that stands the other way", table.sides[0])),
        );
    }
    if let Some(row) = towards().find(|row| row.instead == Some(Instead::Park) && row.stands(None)) {
        let parked = row.sources(Side::Right).iter().flatten().next().map_or("everything else", String::as_str);
        let message = format!("`mapped` gives a value, and table `{}` parks {parked}", table.name);
        let finding = Diagnostic::error(Code("type-table"), message, name.span, "this cannot park");
        let help = format!("carry the field over `via table {}`, or give that row a value", table.name);
        on.sink.found.push(finding.label(row.span, "this row").help(help));
    }
    if let Some(row) = table.rows.first().filter(|_| towards().next().is_none()) {
        let message = format!("`mapped` reads from left to right, and no row of table `{}` does", table.name);
        let finding = Diagnostic::error(Code("type-table"), message, name.span, "always nothing");
        let help = "write the rows with `->` or `<->`, or turn the table round";
        on.sink.found.push(finding.label(row.span, "this one points left").help(help));
    }
    let written = towards().filter_map(|row| row.targets(Side::Right).first()?.first().cloned());
    let texts: BTreeSet<String> = written.collect();
    let longest = texts.iter().map(|text| text.chars().count()).max();
    let speaks = |text: &String| matches!(table.outcome(Side::Right, text, None), Some((Outcome::Value(_), _)));
    let is_total = value
        .is_some_and(|value| !value.nullable && value.texts.as_ref().is_some_and(|texts| texts.iter().all(speaks)));
    Given { nullable: !is_total, texts: Some(texts), longest, ..Given::always(Kind::Text) }
}

/// Whether an expression is the very field that a table names, as `system.record.field`.
fn is_field(tree: &Expression, named: &str) -> bool {
    let ExpressionKind::Path(PathExpression { head: Some(head), segments, .. }) = &tree.kind else { return false };
    let mut parts = named.splitn(3, '.');
    let (system, field) = (parts.next(), parts.nth(1));
    system == Some(head.text.as_str()) && field == Some(Path(segments.clone()).to_string().as_str())
}
