//! Value tables: rows whose values the two fields have.

use std::sync::Arc;

use super::resolver::Resolver;
use crate::diagnostic::{Code, Diagnostic};
use crate::language::plan::{Arrow, Instead, RecordType, Row, Table};
use crate::language::syntax::expression::Name;
use crate::language::syntax::file::table::TableFile;
use crate::language::syntax::rule_line::RowLine;
use crate::value::{Kind, Path, Value, decimal, timestamp};

/// Takes the table of a `table:` file.
pub fn resolve(resolver: &mut Resolver<'_>, file: &TableFile) {
    let Some(name) = &file.name else { return };
    let columns: Vec<Option<Column>> = file.between.iter().map(|name| side(resolver, name)).collect();
    let column = |at: usize| columns.get(at).and_then(Option::as_ref);
    let mut rows = Vec::new();
    for line in &file.rows {
        values(resolver, line, [column(0), column(1)]);
        rows.push(row(resolver, line, [column(0), column(1)]));
    }
    let sides = [0, 1].map(|at| file.between.get(at).map(|name| name.text.clone()).unwrap_or_default());
    let table = Arc::new(Table::new(name.text.clone(), sides, rows, name.span));
    if resolver.declare("table", &name.text, name.span) {
        resolver.names.tables.insert(name.text.clone(), table);
    }
}

/// What the values of a side must be.
struct Column {
    /// The field, as it is written in `between`.
    name: String,
    /// What the field holds.
    kind: Kind,
    /// How the field is written, where another way than it is read.
    written: Option<Kind>,
}

/// `system.record.field`: what values it takes.
fn side(resolver: &mut Resolver<'_>, name: &Name) -> Option<Column> {
    let mut parts = name.text.splitn(3, '.');
    let (system, record, field) = (parts.next()?, parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let found = resolver.names.systems.get(system).and_then(|system| system.records.get(record)).cloned();
    let column = found.as_deref().and_then(|kind: &RecordType| {
        let field = kind.field(&Path::parse(field)?)?;
        Some(Column { name: name.text.clone(), kind: field.kind.clone(), written: field.write_kind.clone() })
    });
    if column.is_none() {
        let known: Vec<String> = resolver
            .names
            .systems
            .values()
            .flat_map(|system| system.records.values())
            .flat_map(|kind| kind.fields.iter().map(|field| format!("{}.{}.{}", kind.system, kind.name, field.path)))
            .collect();
        let message = format!("there is no field `{}`", name.text);
        resolver.sink.unknown("unknown-field", message, (&name.text, name.span), known.iter().map(String::as_str));
    }
    column
}

fn values(resolver: &mut Resolver<'_>, line: &RowLine, columns: [Option<&Column>; 2]) {
    let right = line.arrow != Arrow::Left;
    for (cell, target) in [(&line.left, !right), (&line.right, right)] {
        words(resolver, line, (cell, target));
    }
    // Of a row that is turned that was told.
    let is_turned = resolver.sink.found.last().is_some_and(|last| is_told(line, last));
    for (cell, column, target) in [(&line.left, columns[0], !right), (&line.right, columns[1], right)] {
        let kind = column.map(|column| &column.kind);
        let is_written = target || line.arrow == Arrow::Both;
        if target {
            one_value(resolver, cell, kind);
        }
        for spellings in cell.iter().filter(|names| !names.iter().any(|name| is_word(&name.text))) {
            column.into_iter().for_each(|column| spelt(resolver, column, spellings, is_written));
        }
        for name in cell.iter().flatten().filter(|name| !is_word(&name.text)) {
            member(resolver, name, kind);
            emptiness(resolver, (name, kind), target);
        }
        // `from` speaks of the target's states.
        if target && !is_turned {
            let other = if right { columns[0] } else { columns[1] };
            states(resolver, line, [kind, other.map(|column| &column.kind)]);
        }
    }
}

/// What is written is one value; of states several may be right, and the first of them is gone to.
fn one_value(resolver: &mut Resolver<'_>, cell: &[Vec<Name>], kind: Option<&Kind>) {
    let (Some(second), Some(kind)) = (cell.get(1).and_then(|spellings| spellings.first()), kind) else { return };
    if matches!(kind, Kind::Enum(_)) {
        return;
    }
    let message = format!("a row writes one value, and this one has {}", cell.len());
    let finding = Diagnostic::error(Code("type-value"), message, second.span, "another value");
    let help = if matches!(kind, Kind::Decimal | Kind::Integer) {
        "a number has a point for its decimals, as in `1.5`"
    } else {
        "other spellings of one value stand behind a bar: `A | a`; a comma inside a value wants quotes: `\"a, b\"`"
    };
    resolver.sink.found.push(finding.help(help));
}

/// Whether a finding tells that a word of a row stands on the wrong side.
fn is_told(line: &RowLine, one: &Diagnostic) -> bool {
    one.code.0 == "syntax-rule" && line.span.holds(one.primary.span)
}

/// `otherwise` stands where a row reads, `nothing` and `park` where it writes; each alone.
fn words(resolver: &mut Resolver<'_>, line: &RowLine, (cell, target): (&[Vec<Name>], bool)) {
    let alone = cell.iter().flatten().count() == 1;
    for name in cell.iter().flatten().filter(|name| is_word(&name.text)) {
        if !alone {
            let message = format!("`{}` stands alone", name.text);
            resolver.sink.error("syntax-rule", message, name.span, "with other values here");
        } else if target == (name.text == "otherwise") {
            let message = format!("`{}` stands on the other side of the arrow", name.text);
            // Of a row that is turned, one side says enough.
            if resolver.sink.found.last().is_some_and(|last| is_told(line, last)) {
                continue;
            }
            let finding = Diagnostic::error(Code("syntax-rule"), message, name.span, "here");
            let held = if name.text == "park" { "park" } else { "nothing" };
            let help = format!("turn the arrow: `otherwise -> {held}` or `{held} <- otherwise`");
            resolver.sink.found.push(finding.help(help));
        }
    }
}

/// The states of a row's `from`: those of the target. All of them the source's means that the arrow is turned.
fn states(resolver: &mut Resolver<'_>, line: &RowLine, [target, source]: [Option<&Kind>; 2]) {
    let is_of = |kind: Option<&Kind>, name: &Name| match kind {
        Some(Kind::Enum(values)) => values.contains(&name.text),
        _ => false,
    };
    let strangers = line.from.iter().filter(|name| !is_of(target, name)).count();
    let told = resolver.sink.found.len();
    line.from.iter().for_each(|name| member(resolver, name, target));
    if strangers > 0 && line.from.iter().all(|name| is_of(source, name)) && resolver.sink.found.len() > told {
        resolver.sink.found.truncate(told + 1);
        let help =
            format!("`from` names states of the side that is written: turn the arrow, `{}`", line.arrow.flipped());
        if let Some(finding) = resolver.sink.found.last_mut() {
            finding.advise(help);
        }
    }
}

fn member(resolver: &mut Resolver<'_>, name: &Name, kind: Option<&Kind>) {
    if let Some(Kind::Enum(values)) = kind
        && !values.contains(&name.text)
    {
        let message = format!("the field has no value `{}`", name.text);
        resolver.sink.unknown("unknown-value", message, (&name.text, name.span), values.iter().map(String::as_str));
    }
}

/// `null` without quotes is meant as no value, and rows are between values: it would be met, or written, as that text.
fn emptiness(resolver: &mut Resolver<'_>, (name, kind): (&Name, Option<&Kind>), target: bool) {
    let is_bare = name.span.end.saturating_sub(name.span.start) == name.text.len();
    if !matches!(kind, Some(Kind::Text | Kind::Any)) || !is_bare || !matches!(name.text.as_str(), "null" | "nil") {
        return;
    }
    let message = format!("`{}` is a text in a row, and no row is met by, or writes, an empty field", name.text);
    let finding = Diagnostic::error(Code("type-value"), message, name.span, "taken as a text");
    let help = if target {
        "write `nothing` to leave the field as it is, or `\"null\"` where that very text is meant"
    } else {
        "give the empty field a word in the rule, `FIELD ?? \"none\" -> … via table T`, and a row to that word"
    };
    resolver.sink.found.push(finding.help(help));
}

/// A value of a field that holds numbers is one. Where only what is written must be a number (an id that is read by
/// its name as well), it stands first, for the first spelling is written; a value that is only read has one somewhere.
fn spelt(resolver: &mut Resolver<'_>, column: &Column, spellings: &[Name], is_written: bool) {
    let numbers = |kind: &Kind| matches!(kind, Kind::Integer | Kind::Decimal);
    let is_one = |kind: &Kind, name: &Name| {
        decimal::parse(&name.text).is_some_and(|number| *kind == Kind::Decimal || number.is_integer())
    };
    let what = |kind: &Kind| if *kind == Kind::Integer { "a whole number" } else { "a number" };
    if numbers(&column.kind) {
        for name in spellings.iter().filter(|name| !is_one(&column.kind, name)) {
            let message = format!("`{}` holds {}, and `{}` is none", column.name, what(&column.kind), name.text);
            resolver.sink.error("type-number", message, name.span, "this does not fit");
        }
        for name in spellings {
            let usual = decimal::parse(&name.text).map(|number| number.normalize().to_string());
            if let Some(usual) = usual.filter(|usual| *usual != name.text) {
                let message =
                    format!("`{}` is the number {usual}, and rows are met by how numbers are written", name.text);
                let finding = Diagnostic::error(Code("type-number"), message, name.span, "never met");
                resolver.sink.found.push(finding.write(usual));
            }
        }
        return;
    }
    if matches!(column.kind, Kind::Bool | Kind::Date | Kind::Timestamp) && column.written.is_none() {
        for name in spellings {
            if let Some(why) = column.kind.refuses(&name.text) {
                let message = format!("`{}` {why}, and `{}` is none", column.name, name.text);
                resolver.sink.error("unknown-value", message, name.span, "this does not fit");
            }
        }
        return;
    }
    let Some(written) = column.written.as_ref().filter(|kind| numbers(kind)) else { return };
    let Some(first) = spellings.first() else { return };
    let known = spellings.iter().find(|name| is_one(written, name));
    let (message, help) = match known {
        Some(_) if is_one(written, first) || !is_written => return,
        Some(number) => (
            format!("`{}` is written as {}, and this row writes `{}`", column.name, what(written), first.text),
            format!("write `{}` first: the first spelling is written", number.text),
        ),
        None => (
            format!("`{}` is written as {}, and this row has none", column.name, what(written)),
            format!("write the number first: `NUMBER | {}`", first.text),
        ),
    };
    resolver.sink.found.push(Diagnostic::error(Code("type-number"), message, first.span, "no number").help(help));
}

/// A value as it is met: rows are compared as texts, and one instant has many.
fn as_read(name: &Name, column: Option<&Column>) -> String {
    let instant = || timestamp::parse(&name.text).and_then(|instant| Value::Timestamp(instant).to_key());
    match column.map(|column| &column.kind) {
        Some(Kind::Timestamp) => instant().unwrap_or_else(|| name.text.clone()),
        _ => name.text.clone(),
    }
}

fn is_word(text: &str) -> bool {
    matches!(text, "otherwise" | "nothing" | "park")
}

fn row(resolver: &Resolver<'_>, line: &RowLine, columns: [Option<&Column>; 2]) -> Row {
    let head = if line.arrow == Arrow::Left { &line.left } else { &line.right };
    let instead = match head.first().and_then(|spellings| spellings.first()).map(|name| name.text.as_str()) {
        Some("nothing") => Some(Instead::Nothing),
        Some("park") => Some(Instead::Park),
        _ => None,
    };
    let cell = |names: &[Vec<Name>], column: Option<&Column>| -> Vec<Vec<String>> {
        let values =
            names.iter().map(|spellings| spellings.iter().map(|name| as_read(name, column)).collect::<Vec<_>>());
        values.filter(|spellings: &Vec<String>| !spellings.iter().any(|one| is_word(one))).collect()
    };
    Row {
        left: cell(&line.left, columns[0]),
        right: cell(&line.right, columns[1]),
        arrow: line.arrow,
        instead,
        from: line.from.iter().map(|name| name.text.clone()).collect(),
        on_create: line.on_create,
        because: line.because.clone(),
        line: resolver.names.line(line.span),
        span: line.span,
    }
}
