//! What an arrow carries fits where it lands: its kind, its values, its length, what it refers to, and that it is
//! there.
//!
//! Judges one direction of one rule at a time, whatever stands in the records; whether the rule may flow at all, and
//! what a table does with states, is for others. A system's own word (`text, max 40`, `-> person`) is what counts.

use std::sync::Arc;

use super::checker::Checker;
use super::landing;
use super::one_way::{Carried, with_field};
use crate::diagnostic::{Advice, Code, Diagnostic, Sources as _, Span};
use crate::language::infer::{Refers, operand};
use crate::language::plan::{Arrow, Owner, Side, Table};
use crate::language::syntax::expression::{ExpressionKind, Name};
use crate::value::{Kind, Path, Value};

/// Judges one direction of a rule.
pub(super) fn judge(checker: &mut Checker<'_>, carried: &Carried<'_>) {
    if matches!(carried.owner, Owner::System(owner) if *owner != carried.from.system)
        && !carried.line.modifiers.on_create
    {
        return;
    }
    let told = checker.sink.found.len();
    landing::comes_back(checker, carried);
    if checker.sink.found.len() > told {
        return;
    }
    if let ExpressionKind::Literal(value) = &carried.source.kind {
        constant(checker, carried, value);
    } else if let Some(name) = &carried.line.modifiers.pipeline {
        through_pipeline(checker, carried, name);
    } else if carried.table.is_some() {
        landing::one_value(checker, carried);
        through_table(checker, carried);
    } else {
        straight(checker, carried);
    }
    for judge in [too_long, needed] {
        if checker.sink.found.len() == told {
            judge(checker, carried);
        }
    }
}

/// A value that is carried as it is. A pair that loses values to and fro is told as such.
fn straight(checker: &mut Checker<'_>, carried: &Carried<'_>) {
    let kind = carried.field.map_or(&carried.place.kind, |field| &field.kind);
    let span = carried.source.span;
    let table = table_for(checker, carried);
    let is_pair = carried.line.arrow == Arrow::Both && is_lossy_pair(kind, &carried.given.kind) && table.is_none();
    let fits_as_written = carried.field.and_then(|field| field.write_kind.as_ref());
    let fits_as_written = fits_as_written.is_some_and(|written| written.takes(&carried.given.kind));
    let told = checker.sink.found.len();
    if let Some(table) = between(checker, carried) {
        let message = format!("table `{table}` stands between these two fields, and this rule goes by it");
        let finding = Diagnostic::error(Code("type-table"), message, span, "carried as it is");
        let help = format!("write `via table {table}` behind it");
        checker.sink.found.push(via(finding.help(help), carried, &format!("table {table}")));
        return;
    }
    if !is_pair && !fits_as_written {
        operand::assigned(&mut checker.sink, kind, (carried.given, span));
    }
    if checker.sink.found.len() > told {
        if let (Some(table), Some(finding)) =
            (table.or_else(|| written_by(checker, carried)), checker.sink.found.last_mut())
        {
            finding.advise(format!("carry it over by its table: `via table {table}`"));
            *finding = via(finding.clone(), carried, &format!("table {table}"));
        }
        return;
    }
    if carried.given.is_rough {
        let message = "this comes of a division, and may have any number of decimals".to_owned();
        let finding = Diagnostic::error(Code("type-unrounded"), message, span, "nobody says how it is rounded");
        checker.sink.found.push(finding.help("write `round(…, 2)` around it"));
    }
    if let Kind::Reference(record) = kind {
        reference(checker, carried, record);
    }
    if checker.sink.found.len() == told {
        landing::judge(checker, carried);
    }
}

/// Pairs of kinds that `<->` may not join, of which the round trip is told.
fn is_lossy_pair(one: &Kind, other: &Kind) -> bool {
    let is = |one: &Kind, other: &Kind| {
        matches!(
            (one, other),
            (Kind::Timestamp, Kind::Date) | (Kind::Decimal, Kind::Integer) | (Kind::Enum(_), Kind::Enum(_))
        )
    };
    is(one, other) || is(other, one)
}

/// What goes into a field that refers to a record is the key of such a record. Constants, settings and what a script
/// answers are the author's word.
fn reference(checker: &mut Checker<'_>, carried: &Carried<'_>, record: &str) {
    let wanted = Refers { system: carried.to.system.clone(), record: record.to_owned() };
    let span = carried.source.span;
    let what = match &carried.given.refers {
        Some(refers) if *refers == wanted => return,
        Some(Refers { system, record }) => format!("the key of a `{system}.{record}`"),
        None if carried.is_setting() => return,
        None if carried.given.kind == Kind::Any => return,
        None if matches!(carried.source.kind, ExpressionKind::Path(_)) => format!("{}, and no key", carried.given.kind),
        None => return,
    };
    let message = format!("the field refers to a `{}.{record}`, and this is {what}", wanted.system);
    let finding = Diagnostic::error(Code("type-reference"), message, span, "refers to nothing there");
    let across = carried.given.refers.as_ref().and_then(|from| pairing(checker, [from, &wanted]));
    let finding = match across {
        Some(pipeline) => {
            let finding = finding.help(format!("write `via pipeline {pipeline}` behind it"));
            via(finding, carried, &format!("pipeline {pipeline}"))
        }
        None => finding.help(format!(
            "look it up: `with: found: {}.{record} where … == …, at most one`, and carry over its key",
            wanted.system
        )),
    };
    checker.sink.found.push(with_field(finding, carried));
}

/// A finding that is mended by what a rule goes through, right behind its two sides.
fn via(finding: Diagnostic, carried: &Carried<'_>, what: &str) -> Diagnostic {
    let end = carried.line.right.span.end;
    finding.edit(Span::new(carried.line.span.file, end, end), format!(" via {what}"))
}

/// The pipeline that pairs two kinds of records.
fn pairing<'c>(checker: &'c Checker<'_>, both: [&Refers; 2]) -> Option<&'c str> {
    let pairs = |records: &[(String, String)], one: &Refers| {
        records.iter().any(|(system, record)| *system == one.system && *record == one.record)
    };
    let found = checker.names.paired.iter().find(|(_, records)| both.iter().all(|one| pairs(records, one)));
    found.map(|(pipeline, _)| pipeline.as_str())
}

/// The only pipeline that pairs a kind of record with one of this system.
fn leading_to<'c>(checker: &'c Checker<'_>, wanted: &Refers, system: &str) -> Option<&'c str> {
    let is = |records: &[(String, String)]| {
        records.iter().any(|(own, record)| *own == wanted.system && *record == wanted.record)
            && records.iter().any(|(own, _)| own == system)
    };
    let mut found = checker.names.paired.iter().filter(|(_, records)| is(records));
    let first = found.next().filter(|_| found.next().is_none());
    first.map(|(pipeline, _)| pipeline.as_str())
}

/// The kind of record that a field, or each element of it, refers to.
fn referred(kind: &Kind) -> Option<String> {
    match kind {
        Kind::Reference(record) => Some(record.to_string()),
        Kind::List(inner) => referred(inner),
        _ => None,
    }
}

/// `via pipeline P` carries the key of a record that P pairs, to a field that refers to its counterpart.
fn through_pipeline(checker: &mut Checker<'_>, carried: &Carried<'_>, name: &Name) {
    let Some(records) = checker.names.paired.get(&name.text) else { return };
    let of = |system: &str| records.iter().find(|(own, _)| own == system).map(|(_, record)| record.clone());
    let (Some(source), Some(target)) = (of(&carried.from.system), of(&carried.to.system)) else { return };
    let refers = carried.given.refers.as_ref();
    let is_source = |refers: &Refers| refers.system == carried.from.system && refers.record == source;
    let is_path = matches!(carried.source.kind, ExpressionKind::Path(_));
    if refers.is_some_and(|refers| !is_source(refers)) || refers.is_none() && is_path && carried.given.kind != Kind::Any
    {
        let what = match refers {
            Some(Refers { system, record }) => format!("the key of a `{system}.{record}`"),
            None => format!("{}, and no key", carried.given.kind),
        };
        let message = format!(
            "pipeline `{}` finds the counterpart of a `{}.{source}`, and this is {what}",
            name.text, carried.from.system
        );
        let finding =
            Diagnostic::error(Code("type-reference"), message, carried.source.span, "it finds nothing by this");
        let landing = carried.field.and_then(|field| referred(&field.kind));
        let landing = landing.map(|record| Refers { system: carried.to.system.clone(), record });
        let right = refers.zip(landing.as_ref()).and_then(|(from, to)| pairing(checker, [from, to]));
        let help = match right {
            Some(right) => format!("write `via pipeline {right}`, which pairs the two"),
            None => format!("carry over a field that refers to a `{source}`, or name the pipeline that pairs this"),
        };
        checker.sink.found.push(finding.help(help));
        return;
    }
    let Some(field) = carried.field else { return };
    if referred(&field.kind).as_deref() != Some(target.as_str()) && field.kind != Kind::Any {
        let message = format!(
            "pipeline `{}` gives the key of a `{}.{target}`, and `{}` is {}",
            name.text, carried.to.system, field.path, field.kind
        );
        let finding = Diagnostic::error(Code("type-reference"), message, name.span, "its counterpart does not fit");
        let wanted = referred(&field.kind).map(|record| Refers { system: carried.to.system.clone(), record });
        let right = wanted.and_then(|wanted| leading_to(checker, &wanted, &carried.from.system));
        let help = match right {
            Some(right) => {
                let right = right.to_owned();
                Advice::sure(format!("write `via pipeline {right}`, which gives such a key"), right)
            }
            None => {
                format!("declare the field as `-> {target}` where it holds such a key, or carry over a value").into()
            }
        };
        checker.sink.found.push(with_field(finding.helped(Some(help)), carried));
    }
}

/// The table that stands for the field where a rule lands, and for the one it comes from where that is a plain one.
fn table_for(checker: &Checker<'_>, carried: &Carried<'_>) -> Option<String> {
    let field = carried.field?;
    let landing = format!("{}.{}.{}", carried.to.system, carried.to.name, field.path);
    let from = format!("{}.{}.", carried.from.system, carried.from.name);
    let tables = checker.names.tables.values().filter(|table| table.sides.contains(&landing));
    let mut fitting: Vec<&str> = Vec::new();
    for table in tables {
        if table.sides.iter().any(|side| side.starts_with(&from)) {
            fitting.push(&table.name);
        }
    }
    match fitting.as_slice() {
        [one] => Some((*one).to_owned()),
        _ => None,
    }
}

/// The table that stands for the very two fields of a rule of free text, where no rule goes by it.
fn between(checker: &Checker<'_>, carried: &Carried<'_>) -> Option<String> {
    let ExpressionKind::Path(source) = &carried.source.kind else { return None };
    let is_text = |kind: &Kind| matches!(kind, Kind::Any | Kind::Text);
    let field = carried.field.filter(|field| is_text(&field.kind) && is_text(&carried.given.kind))?;
    let landing = format!("{}.{}.{}", carried.to.system, carried.to.name, field.path);
    let from = Path(source.segments.clone());
    let from = format!("{}.{}.{from}", carried.from.system, carried.from.name);
    let of = |table: &&Arc<Table>| table.sides.contains(&landing) && table.sides.contains(&from);
    let table = checker.names.tables.values().find(of)?;
    // Beside rules that go by it, one that does not is meant so.
    let (by_table, by_value) = (format!("via table {}", table.name), format!("mapped(\"{}\"", table.name));
    let is_used =
        |text: &str| text.contains(&by_table) || text.lines().any(|line| line.contains(&by_value) && !is_entry(line));
    let is_used = checker.names.sources.files().any(|(_, file)| is_used(&file.text));
    (!is_used).then(|| table.name.clone())
}

/// Whether a line is an entry `name: …` and no rule: what it asks a table for is carried nowhere.
fn is_entry(line: &str) -> bool {
    let is_name = |name: &str| name.chars().all(|letter| letter.is_alphanumeric() || letter == '_');
    line.trim_start().split_once(": ").is_some_and(|(name, _)| is_name(name))
}

/// The only table whose rows write nothing but values of the field where a rule lands.
fn written_by(checker: &Checker<'_>, carried: &Carried<'_>) -> Option<String> {
    let Kind::Enum(values) = &carried.field?.kind else { return None };
    let fits = |table: &Table| {
        let system = |side: usize| table.sides.get(side).and_then(|side| side.split('.').next());
        let towards = if system(1) == Some(carried.to.system.as_str()) { Side::Right } else { Side::Left };
        let mut written =
            table.rows.iter().filter(|row| row.points(towards)).flat_map(|row| row.targets(towards)).peekable();
        written.peek().is_some() && written.flatten().all(|value| values.contains(value))
    };
    let mut tables = checker.names.tables.values().filter(|table| fits(table));
    let first = tables.next().filter(|_| tables.next().is_none());
    first.map(|table| table.name.clone())
}

/// Judges what a table writes to a field that it does not name.
fn through_table(checker: &mut Checker<'_>, carried: &Carried<'_>) {
    let (Some((table, target)), Some(field)) = (carried.table, carried.field) else { return };
    let [left, right] = &table.sides;
    let declared = if target == Side::Right { right } else { left };
    let own = format!("{}.{}.{}", carried.to.system, carried.to.name, field.path);
    // Which values the table's own field has is told where the table is read, how long they may be here.
    let is_own = *declared == own;
    for row in table.rows.iter().filter(|row| row.points(target)) {
        let Some(written) = row.targets(target).first().and_then(|spellings| spellings.first()) else { continue };
        let kinds = field.write_kind.iter().chain([&field.kind]);
        let faults: Vec<String> = kinds.filter(|_| !is_own).filter_map(|kind| kind.refuses(written)).collect();
        let longer = field.max.filter(|most| written.chars().count() > *most);
        let parts = landing::unsendable(field, written);
        let message = match (faults.first(), longer) {
            _ if let Some(most) = parts => format!(
                "table `{}` writes `{written}` here: `{}` is sent in whole minor units, {most} digits behind the point",
                table.name, field.path
            ),
            (Some(why), _) => format!("table `{}` writes `{written}` here: `{}` {why}", table.name, field.path),
            (None, Some(most)) => {
                format!("table `{}` writes `{written}` here: `{}` holds {most} characters", table.name, field.path)
            }
            (None, None) => continue,
        };
        let at = carried.line.modifiers.table.as_ref().map_or(carried.line.span, |name| name.span);
        let finding = Diagnostic::error(Code("unknown-value"), message, at, "through this table");
        let finding = finding.label(row.span, "this row").label(field.span, "declared here");
        let help = match table_for(checker, carried).filter(|_| !is_own) {
            _ if parts.is_some() => "write a rounder number in the row".into(),
            _ if is_own => "write a shorter value in the row".into(),
            Some(right) => Advice::sure(format!("write `via table {right}`, which stands for `{own}`"), right),
            None => format!("the table stands for `{declared}`; write one for `{own}`").into(),
        };
        // A row whose own field has no such value is told there.
        if !checker.sink.found.iter().any(|one| one.code.0 == "unknown-value" && row.span.holds(one.primary.span)) {
            checker.sink.found.push(finding.helped(Some(help)));
        }
        return;
    }
}

/// A text is no longer than its field.
fn too_long(checker: &mut Checker<'_>, carried: &Carried<'_>) {
    let Some((most, field)) = carried.field.and_then(|field| Some((field.max?, field))) else { return };
    if carried.table.is_some() || carried.line.modifiers.pipeline.is_some() {
        return;
    }
    let is_text = |kind: &Kind| matches!(kind, Kind::Text | Kind::Enum(_) | Kind::Any);
    if !is_text(&carried.given.kind) || carried.given.longest.is_some_and(|longest| longest <= most) {
        return;
    }
    let length = match carried.given.longest {
        Some(longest) => format!("this may have {longest}"),
        None => "nothing bounds this".to_owned(),
    };
    let message = format!("`{}` holds {most} characters, and {length}", field.path);
    let finding = Diagnostic::error(Code("type-too-long"), message, carried.source.span, "may be too long");
    let help = match &carried.source.kind {
        ExpressionKind::Literal(_) => "write a shorter constant".to_owned(),
        _ => {
            let one_way = if carried.line.arrow == Arrow::Both { "; both let it flow one way only" } else { "" };
            format!(
                "write `cut(…, {most})` where the end may go, `within(…, {most}) ?? park \"why\"` where not{one_way}"
            )
        }
    };
    checker.sink.found.push(with_field(finding.help(help), carried));
}

/// What creating needs is there.
fn needed(checker: &mut Checker<'_>, carried: &Carried<'_>) {
    let Some(field) = carried.field.filter(|field| field.required_on_create) else { return };
    if !carried.given.nullable {
        return;
    }
    let message = format!("`{}.{}` needs `{}`, and this may be null", carried.to.system, carried.to.name, field.path);
    let finding = Diagnostic::error(Code("missing-required"), message, carried.source.span, "may be null");
    let span = carried.source.span;
    let source = checker.names.sources.text(span.file).get(span.start..span.end).unwrap_or_default().to_owned();
    let help = if carried.line.arrow != Arrow::Both {
        "say what goes there then: `… ?? VALUE`, or `… ?? park \"why\"`".to_owned()
    } else if source.starts_with('.') {
        "`<->` carries a value as it is: write one rule each way, of which this way ends in `?? park \"why\"`"
            .to_owned()
    } else {
        let target = format!("{}.{}", carried.to.system, field.path);
        format!(
            "`<->` carries a value as it is: write one rule each way, `{source} ?? park \"why\" -> {target}` and \
             `{source} <- {target}`"
        )
    };
    checker.sink.found.push(with_field(finding.help(help), carried));
}

/// A constant says when it is written, and is a value that its target can have.
fn constant(checker: &mut Checker<'_>, carried: &Carried<'_>, value: &Value) {
    let (line, span) = (carried.line, carried.source.span);
    if !(line.modifiers.on_create || line.modifiers.always) {
        checker.sink.error("type-constant", "a constant says when it is written", span, "add `on create` or `always`");
    }
    match (&carried.place.kind, value) {
        (Kind::Enum(values), Value::Text(text)) if !values.iter().any(|one| one == text) => {
            let message = format!("the field has no value {text:?}");
            checker.sink.unknown("unknown-value", message, (text, span), values.iter().map(String::as_str));
        }
        (kind, _) if !kind.fits(value) => {
            let message = format!("the field is {kind} and this is {}", value.kind_name());
            let finding = Diagnostic::error(Code("type-mismatch"), message, span, "does not fit");
            checker.sink.found.push(finding.help(constant_of(kind, value)));
        }
        _ => {}
    }
}

/// A constant as its field has it.
fn constant_of(kind: &Kind, value: &Value) -> String {
    let text = value.to_key().unwrap_or_default();
    match kind {
        Kind::Integer | Kind::Decimal if text.parse::<f64>().is_ok() => {
            format!("write a number, without quotes: `{text}`")
        }
        Kind::Integer => "write a whole number in digits, without quotes: `1`".to_owned(),
        Kind::Decimal => "write a number in digits, without quotes: `0.5`".to_owned(),
        Kind::Bool => "write `true` or `false`, without quotes".to_owned(),
        Kind::Enum(values) => {
            let values: Vec<String> = values.iter().map(|value| format!("`\"{value}\"`")).collect();
            format!("write a text that it may be: {}", values.join(", "))
        }
        Kind::Text => format!("write a text in quotes: `\"{text}\"`"),
        Kind::Date => "write `date(\"2026-02-01\")`, with the day that is meant".to_owned(),
        other => format!("write a value that is {other}"),
    }
}
