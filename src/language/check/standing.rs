//! What holds for a whole pipeline: the condition without which nothing is written, and fields
//! that are left alone. Knows no rule.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::checker::Checker;
use crate::diagnostic::Span;
use crate::language::infer::{Meaning, Scope};
use crate::language::plan::expression::CompiledExpression;
use crate::language::plan::{Agreement, RecordType, RuleLine, Side};
use crate::language::syntax::expression::{Expression, ExpressionKind};
use crate::language::syntax::mapping::{Mapping, list, text};
use crate::language::syntax::rule_line;
use crate::language::syntax::yaml::{Node, NodeKind, Scalar};
use crate::value::{Kind, Segment, Value};

/// A condition with its line.
pub(super) type Condition = (CompiledExpression, RuleLine);

/// A list of fields of a side, with its line.
pub(super) type Untouched = (Side, CompiledExpression, RuleLine);

/// What was read.
pub(super) struct Standing {
    /// `when:`
    pub when: Option<Condition>,
    /// `untouched:`
    pub untouched: Vec<Untouched>,
    /// `passed by:`, by system.
    pub passed_by: BTreeMap<String, Condition>,
    /// `after:`, by system.
    pub after: BTreeMap<String, Condition>,
    /// `needs:`, by system.
    pub needs: BTreeMap<String, Condition>,
    /// `agree:`
    pub agree: Vec<Agreement>,
}

/// Reads `when:`, `untouched:`, `passed by:`, `after:`, `needs:` and `agree:` of a pipeline.
pub(super) fn check(
    checker: &mut Checker<'_>,
    file: &Mapping<'_>,
    scope: &Scope,
    (pipeline, sides): (&str, [&Arc<RecordType>; 2]),
) -> Standing {
    let when = file.get("when").and_then(|node| condition(checker, (node, "`when`"), scope));
    let untouched = file.get("untouched").map(|node| untouched(checker, node, scope, sides)).unwrap_or_default();
    let passed_by = file.get("passed by").map(|node| passed_by(checker, node, scope, sides)).unwrap_or_default();
    let after = file.get("after").map(|node| after(checker, node, scope, sides)).unwrap_or_default();
    let needs = file.get("needs").map(|node| needs(checker, node, scope, sides)).unwrap_or_default();
    let agree = file.get("agree").map(|node| agree(checker, node, scope, pipeline)).unwrap_or_default();
    Standing { when, untouched, passed_by, after, needs, agree }
}

/// Conditions that hold where the two sides agree, by what people call them.
fn agree(checker: &mut Checker<'_>, node: &Node, scope: &Scope, pipeline: &str) -> Vec<Agreement> {
    let mut found = Vec::new();
    let Some(map) = Mapping::of(node, "`agree`", &[], &mut checker.sink.found) else { return found };
    for (key, node) in map.entries() {
        let Some((condition, line)) = condition(checker, (node, "`agree`"), scope) else { continue };
        let mut shown: BTreeMap<String, Expression> = BTreeMap::new();
        condition.tree().visit(&mut |part| {
            if let ExpressionKind::Path(path) = &part.kind
                && let Some(head) = &path.head
            {
                let steps = path.steps.iter().map(|step| step.segment.clone()).collect();
                shown.insert(format!("{}.{}", head.text, crate::value::Path(steps)), part.clone());
            }
        });
        let shown = shown.into_iter().map(|(name, tree)| (name, checker.names.compile(tree))).collect();
        let id = format!("{pipeline}/agree: {}", key.text);
        found.push(Agreement { id, name: key.text.clone(), condition, shown, line });
    }
    found
}

/// Names of `with:` that are asked for before anything is written in a system.
fn needs(
    checker: &mut Checker<'_>,
    node: &Node,
    scope: &Scope,
    sides: [&Arc<RecordType>; 2],
) -> BTreeMap<String, Condition> {
    let mut found = BTreeMap::new();
    let Some(map) = Mapping::of(node, "`needs`", &[], &mut checker.sink.found) else { return found };
    for (key, node) in map.entries() {
        if side_called(checker, key, sides).is_none() {
            continue;
        }
        let Some(scalar) = text(node, "a name of `with:`", &mut checker.sink.found) else { continue };
        let Some(tree) = checker.sink.keep(rule_line::expression(scalar)) else { continue };
        checker.kind_of(scope, &tree);
        let line = checker.names.line(tree.span);
        found.insert(key.text.clone(), (checker.names.compile(tree), line));
    }
    found
}

/// Records of the other side, by the system in which they let something be created only after them.
fn after(
    checker: &mut Checker<'_>,
    node: &Node,
    scope: &Scope,
    sides: [&Arc<RecordType>; 2],
) -> BTreeMap<String, Condition> {
    let mut found = BTreeMap::new();
    let Some(map) = Mapping::of(node, "`after`", &[], &mut checker.sink.found) else { return found };
    for (key, node) in map.entries() {
        let Some(at) = side_called(checker, key, sides) else { continue };
        let Some(scalar) = text(node, "records", &mut checker.sink.found) else { continue };
        let Some(tree) = checker.sink.keep(rule_line::expression(scalar)) else { continue };
        checker.kind_of(scope, &tree);
        let named = match &tree.kind {
            ExpressionKind::Path(path) => path.head.as_ref().and_then(|head| scope.heads.get(&head.text)),
            _ => None,
        };
        let other = sides.get(1 - at).map(|kind| (&kind.system, &kind.name));
        match named {
            Some(Meaning::Group(kind)) if other == Some((&kind.system, &kind.name)) => {}
            _ => {
                let message = "`after` names a list of `with:` that holds records of the other side";
                checker.sink.error("type-mismatch", message, tree.span, "is none");
                continue;
            }
        }
        let line = checker.names.line(tree.span);
        found.insert(key.text.clone(), (checker.names.compile(tree), line));
    }
    found
}

/// Conditions by the system in which a counterpart is missing, which this pipeline creates there.
fn passed_by(
    checker: &mut Checker<'_>,
    node: &Node,
    scope: &Scope,
    sides: [&Arc<RecordType>; 2],
) -> BTreeMap<String, Condition> {
    let mut found = BTreeMap::new();
    let Some(map) = Mapping::of(node, "`passed by`", &[], &mut checker.sink.found) else { return found };
    for (key, node) in map.entries() {
        if side_called(checker, key, sides).is_some()
            && let Some(held) = condition(checker, (node, "`passed by`"), scope)
        {
            found.insert(key.text.clone(), held);
        }
    }
    found
}

/// The side of a system, by its place.
pub(super) fn side_called(checker: &mut Checker<'_>, key: &Scalar, sides: [&Arc<RecordType>; 2]) -> Option<usize> {
    let found = sides.iter().position(|kind| kind.system == key.text);
    if found.is_none() {
        let message = format!("this pipeline has no side `{}`", key.text);
        let known = sides.iter().map(|kind| kind.system.as_str());
        checker.sink.unknown("unknown-system", message, (&key.text, key.span), known);
    }
    found
}

fn condition(checker: &mut Checker<'_>, (node, what): (&Node, &str), scope: &Scope) -> Option<Condition> {
    let scalar = text(node, what, &mut checker.sink.found)?;
    let tree = checker.sink.keep(rule_line::expression(scalar))?;
    checker.condition(scope, &tree);
    Some((checker.names.compile(tree), checker.names.line(scalar.span)))
}

/// Lists of fields by system.
fn untouched(checker: &mut Checker<'_>, node: &Node, scope: &Scope, sides: [&Arc<RecordType>; 2]) -> Vec<Untouched> {
    let mut found = Vec::new();
    let Some(map) = Mapping::of(node, "`untouched`", &[], &mut checker.sink.found) else { return found };
    for (key, node) in map.entries() {
        let Some(at) = side_called(checker, key, sides) else { continue };
        let Some(tree) = fields(checker, node) else { continue };
        let kind = checker.kind_of(scope, &tree).kind;
        if !Kind::List(Box::new(Kind::Any)).takes(&kind) {
            let message = format!("`untouched` names a list of fields, and this is {kind}");
            checker.sink.error("type-mismatch", message, tree.span, "no list");
        }
        if let Some(record) = sides.get(at) {
            known_fields(checker, record, &tree);
        }
        let side = if at == 0 { Side::Left } else { Side::Right };
        let line = checker.names.line(tree.span);
        found.push((side, checker.names.compile(tree), line));
    }
    found
}

/// `[name, name]`, or an expression that gives a list.
fn fields(checker: &mut Checker<'_>, node: &Node) -> Option<Expression> {
    if !matches!(node.kind, NodeKind::Sequence(_)) {
        let scalar = text(node, "a list of fields", &mut checker.sink.found)?;
        return checker.sink.keep(rule_line::expression(scalar));
    }
    let items = list(node, "a list of fields", &mut checker.sink.found);
    let names = items.into_iter().filter_map(|item| text(item, "a field", &mut checker.sink.found));
    let literal = |scalar: &Scalar| {
        let kind = ExpressionKind::Literal(Value::text(scalar.text.as_str()));
        Expression { kind, span: scalar.span }
    };
    Some(Expression { kind: ExpressionKind::List(names.map(literal).collect()), span: node.span })
}

/// The names are fields of the record, as far as files say what they are.
fn known_fields(checker: &mut Checker<'_>, record: &RecordType, tree: &Expression) {
    let known: Vec<String> = record.fields.iter().filter_map(|field| first_name(&field.path.0)).collect();
    let named: Vec<(String, Span)> = match &tree.kind {
        ExpressionKind::List(items) => items
            .iter()
            .filter_map(|item| match &item.kind {
                ExpressionKind::Literal(Value::Text(text)) => Some((text.to_string(), item.span)),
                _ => None,
            })
            .collect(),
        ExpressionKind::Path(path) if path.head.as_ref().is_some_and(|head| head.text == "settings") => {
            let steps = path.steps.iter().map(|step| step.segment.clone()).collect::<Vec<_>>();
            let name = crate::value::Path(steps).to_string();
            let kind = format!("{}.{}", record.system, record.name);
            let (records, fields) = checker.setting_fields.entry(name).or_default();
            // What a word of the setting must be is a field of one of the records that it is used for.
            if !records.contains(&kind) {
                records.push(kind);
                fields.extend(known.iter().filter(|name| !fields.contains(name)).cloned().collect::<Vec<_>>());
            }
            Vec::new()
        }
        _ => Vec::new(),
    };
    for (name, span) in named.iter().filter(|(name, _)| !known.contains(name)) {
        let message = format!("record `{}.{}` has no field `{name}` to leave alone", record.system, record.name);
        checker.sink.unknown("unknown-field", message, (name, *span), known.iter().map(String::as_str));
    }
}

fn first_name(steps: &[Segment]) -> Option<String> {
    match steps.first() {
        Some(Segment::Field(name)) => Some(name.to_string()),
        _ => None,
    }
}
