//! Value tables: rows whose values the two fields have.

use std::sync::Arc;

use super::check::Checker;
use crate::language::plan::{Arrow, Outcome, RecordType, Row, Table};
use crate::language::syntax::expression::Name;
use crate::language::syntax::mapping::{Mapping, list, text};
use crate::language::syntax::rule_line::{self, RowLine};
use crate::language::syntax::yaml::{Node, Scalar};
use crate::value::{Kind, Path};

/// Reads a `table:` file.
pub fn check(checker: &mut Checker<'_>, node: &Node) {
    let allowed = ["table", "about", "between", "rows", "allow", "tests"];
    let Some(file) = Mapping::of(node, "a table file", &allowed, &mut checker.found) else { return };
    let Some(name) = file.get("table").and_then(|node| text(node, "`table`", &mut checker.found)) else { return };
    let named: Vec<&Scalar> = file
        .require("between", &mut checker.found)
        .map(|node| list(node, "`between`", &mut checker.found))
        .unwrap_or_default()
        .into_iter()
        .filter_map(|node| text(node, "a side", &mut checker.found))
        .collect();
    let sides: Vec<Option<Kind>> = named.iter().map(|scalar| side(checker, scalar)).collect();
    let side_name = |at: usize| named.get(at).map(|scalar| scalar.text.clone()).unwrap_or_default();
    let mut rows = Vec::new();
    for node in file
        .require("rows", &mut checker.found)
        .map(|node| list(node, "`rows`", &mut checker.found))
        .unwrap_or_default()
    {
        let Some(scalar) = text(node, "a row", &mut checker.found) else { continue };
        if let Some(line) = checker.keep(rule_line::row(scalar)) {
            values(checker, &line, [sides.first().and_then(Option::as_ref), sides.get(1).and_then(Option::as_ref)]);
            rows.push(row(checker, &line));
        }
    }
    let sides = [side_name(0), side_name(1)];
    let table = Arc::new(Table { name: name.text.clone(), sides, span: name.span, rows });
    if checker.declare("table", &name.text, name.span) {
        checker.tables.insert(name.text.clone(), table);
    }
}

/// `system.record.field`: the field's kind.
fn side(checker: &mut Checker<'_>, scalar: &Scalar) -> Option<Kind> {
    let mut parts = scalar.text.splitn(3, '.');
    let (system, record, field) = (parts.next()?, parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let found = checker.systems.get(system).and_then(|system| system.records.get(record)).cloned();
    let kind =
        found.as_deref().and_then(|kind: &RecordType| kind.field(&Path::parse(field)?).map(|field| field.kind.clone()));
    if kind.is_none() {
        let known: Vec<String> = checker
            .systems
            .values()
            .flat_map(|system| system.records.values())
            .flat_map(|kind| kind.fields.iter().map(|field| format!("{}.{}.{}", kind.system, kind.name, field.path)))
            .collect();
        let message = format!("there is no field `{}`", scalar.text);
        checker.unknown("unknown-field", message, (&scalar.text, scalar.span), known.iter().map(String::as_str));
    }
    kind
}

fn values(checker: &mut Checker<'_>, line: &RowLine, kinds: [Option<&Kind>; 2]) {
    let right = line.arrow != Arrow::Left;
    for (cell, kind, target) in [(&line.left, kinds[0], !right), (&line.right, kinds[1], right)] {
        for name in cell.iter().flatten().filter(|name| !is_word(&name.text)) {
            member(checker, name, kind);
        }
        words(checker, cell, target);
        // `from` speaks of the target's states.
        if target {
            line.from.iter().for_each(|name| member(checker, name, kind));
        }
    }
}

/// `otherwise` stands where a row reads, `nothing` and `park` where it writes; each alone.
fn words(checker: &mut Checker<'_>, cell: &[Vec<Name>], target: bool) {
    let alone = cell.iter().flatten().count() == 1;
    for name in cell.iter().flatten().filter(|name| is_word(&name.text)) {
        if !alone {
            let message = format!("`{}` stands alone", name.text);
            checker.error("syntax-rule", message, name.span, "with other values here");
        } else if target == (name.text == "otherwise") {
            let message = format!("`{}` stands on the other side of the arrow", name.text);
            checker.error("syntax-rule", message, name.span, "write `otherwise -> nothing` or `nothing <- otherwise`");
        }
    }
}

fn member(checker: &mut Checker<'_>, name: &Name, kind: Option<&Kind>) {
    if let Some(Kind::Enum(values)) = kind
        && !values.contains(&name.text)
    {
        let message = format!("the field has no value `{}`", name.text);
        checker.unknown("unknown-value", message, (&name.text, name.span), values.iter().map(String::as_str));
    }
}

fn is_word(text: &str) -> bool {
    matches!(text, "otherwise" | "nothing" | "park")
}

fn row(checker: &Checker<'_>, line: &RowLine) -> Row {
    let head = if line.arrow == Arrow::Left { &line.left } else { &line.right };
    let outcome = match head.first().and_then(|spellings| spellings.first()).map(|name| name.text.as_str()) {
        Some("nothing") => Some(Outcome::Nothing),
        Some("park") => Some(Outcome::Park),
        _ => None,
    };
    let cell = |names: &[Vec<Name>]| -> Vec<Vec<String>> {
        let values = names.iter().map(|spellings| spellings.iter().map(|name| name.text.clone()).collect::<Vec<_>>());
        values.filter(|spellings: &Vec<String>| !spellings.iter().any(|one| is_word(one))).collect()
    };
    Row {
        left: cell(&line.left),
        right: cell(&line.right),
        arrow: line.arrow,
        outcome,
        from: line.from.iter().map(|name| name.text.clone()).collect(),
        on_create: line.on_create,
        because: line.because.clone(),
        line: checker.line(line.span),
        span: line.span,
    }
}
