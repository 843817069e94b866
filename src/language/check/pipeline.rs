//! Pipelines: sides, match, reads, creates and groups of rules.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::check::Checker;
use super::names::{self, Meaning, Names};
use super::operand;
use super::rule::{self, RuleContext};
use super::shared;
use super::standing::{self, Standing};
use crate::language::plan::expression::CompiledExpression;
use crate::language::plan::{Cardinality, Create, FieldRule, Owner, Pipeline, RecordType, RuleLine, WithRead};
use crate::language::syntax::expression::{Expression, ExpressionKind, Operator, PathExpression, Step};
use crate::language::syntax::mapping::{Mapping, list, text};
use crate::language::syntax::rule_line;
use crate::language::syntax::yaml::{Node, NodeKind, Scalar};
use crate::value::{Kind, Path, Segment, Value};

const KEYS: [&str; 16] = [
    "pipeline",
    "about",
    "between",
    "match",
    "when",
    "with",
    "create",
    "passed by",
    "after",
    "needs",
    "agree",
    "untouched",
    "shared",
    "fields",
    "allow",
    "tests",
];

/// Notes a pipeline's name, so that others may refer to it.
pub fn declare(checker: &mut Checker<'_>, node: &Node) {
    let NodeKind::Mapping(entries) = &node.kind else { return };
    let Some((_, Node { kind: NodeKind::Scalar(name), .. })) = entries.first() else { return };
    if checker.declare("pipeline", &name.text, name.span) {
        checker.pipelines.insert(name.text.clone(), name.span);
    }
}

/// Reads a `pipeline:` file.
pub fn check(checker: &mut Checker<'_>, node: &Node) -> Option<Pipeline> {
    let file = Mapping::of(node, "a pipeline", &KEYS, &mut checker.found)?;
    let name = file.get("pipeline").and_then(|node| text(node, "`pipeline`", &mut checker.found))?;
    let between = file.require("between", &mut checker.found)?;
    let sides: Vec<Option<Arc<RecordType>>> = list(between, "`between`", &mut checker.found)
        .into_iter()
        .map(|node| text(node, "a side", &mut checker.found).and_then(|scalar| side(checker, scalar)))
        .collect();
    let Ok([left, right]) = <[Option<Arc<RecordType>>; 2]>::try_from(sides) else {
        let at = "write `[SYSTEM.RECORD, SYSTEM.RECORD]`";
        checker.error("type-shape", "a pipeline stands between two records", between.span, at);
        return None;
    };
    let (left, right) = (left?, right?);
    if left.system == right.system {
        let message = format!("a pipeline stands between two systems, and both sides are of `{}`", left.system);
        checker.error("type-match", message, between.span, "names could not tell the sides apart");
        return None;
    }
    let mut scope = Names::default();
    for kind in [&left, &right] {
        let meaning = match kind.grouped {
            Some(_) => Meaning::Group(Arc::clone(kind)),
            None => Meaning::Record(Arc::clone(kind), Path::default()),
        };
        scope.heads.insert(kind.system.clone(), meaning);
    }
    owned(checker, name);
    let matching = file
        .require("match", &mut checker.found)
        .and_then(|node| text(node, "`match`", &mut checker.found))
        .and_then(|scalar| matched(checker, scalar, &scope, [&left, &right]));
    let mut with = file.get("with").map(|node| reads(checker, node, &mut scope)).unwrap_or_default();
    let mut creates = file
        .get("create")
        .map(|node| creates(checker, node, &scope, (&name.text, [&left, &right])))
        .unwrap_or_default();
    let Standing { when, untouched, passed_by, after, needs, agree } =
        standing::check(checker, &file, &scope, (&name.text, [&left, &right]));
    for read in &mut with {
        read.newest = after.values().any(|(records, _)| records.mentions(&read.name));
    }
    let rules = groups(checker, &file, (&name.text, &scope), [&left, &right]);
    let shared = file.get("shared").and_then(|node| shared::check(checker, node, [&left, &right], &rules));
    let (match_left, match_right, line) = matching?;
    let field = |tree: &Expression| match_field(tree).unwrap_or_default();
    Some(Pipeline {
        name: name.text.clone(),
        span: name.span,
        match_left_field: field(&match_left),
        match_right_field: field(&match_right),
        match_left: checker.compile(match_left),
        match_right: checker.compile(match_right),
        match_line: line,
        shared,
        with,
        when,
        untouched,
        passed_by,
        after,
        needs,
        agree,
        create_left: creates.remove(&left.system),
        create_right: creates.remove(&right.system),
        left,
        right,
        rules,
    })
}

/// `system.record`, or `system.record grouped by field`
fn side(checker: &mut Checker<'_>, scalar: &Scalar) -> Option<Arc<RecordType>> {
    let (named, shared) = match scalar.text.split_once(" grouped by ") {
        Some((named, shared)) => (named.trim_end(), Some(shared.trim())),
        None => (scalar.text.as_str(), None),
    };
    let (system, record) = named.split_once('.').unwrap_or((named, ""));
    let split = system.len().min(scalar.text.len());
    let Some(found) = checker.systems.get(system).cloned() else {
        let known: Vec<String> = checker.systems.keys().cloned().collect();
        let message = format!("there is no system `{system}`");
        checker.unknown("unknown-system", message, (system, scalar.part(0, split)), known.iter().map(String::as_str));
        return None;
    };
    let kind = found.records.get(record).cloned();
    if kind.is_none() {
        let message = format!("system `{system}` has no record `{record}`");
        let span = scalar.part((split + 1).min(named.len()), named.len());
        checker.unknown("unknown-record", message, (record, span), found.records.keys().map(String::as_str));
    }
    grouped(checker, kind.as_deref()?, (shared, scalar))
}

/// The kind of a side: as the system has it, or its rows grouped. One way for all pipelines, so
/// that a record's name always means the same.
fn grouped(
    checker: &mut Checker<'_>,
    kind: &RecordType,
    (shared, scalar): (Option<&str>, &Scalar),
) -> Option<Arc<RecordType>> {
    let name = (kind.system.clone(), kind.name.clone());
    if let Some(shared) = shared {
        let known: Vec<String> = kind.fields.iter().map(|field| field.path.to_string()).collect();
        if !known.iter().any(|name| name == shared) {
            let message = format!("record `{}.{}` has no field `{shared}`", kind.system, kind.name);
            let span = scalar.part(scalar.text.len() - shared.len(), scalar.text.len());
            checker.unknown("unknown-field", message, (shared, span), known.iter().map(String::as_str));
            return None;
        }
    }
    let wanted = shared.map(str::to_owned);
    let used = checker.grouped.entry(name).or_insert_with(|| {
        let key = wanted.clone().unwrap_or_else(|| kind.key.clone());
        let read = if wanted.is_some() { None } else { kind.read.clone() };
        Arc::new(RecordType { key, read, grouped: wanted.clone(), ..kind.clone() })
    });
    if used.grouped == wanted {
        return Some(Arc::clone(used));
    }
    let message = format!("`{}.{}` is grouped otherwise by another pipeline", kind.system, kind.name);
    checker.error("type-list", message, scalar.span, "a record is grouped the same way everywhere");
    None
}

/// Every pipeline with groups has owners.
fn owned(checker: &mut Checker<'_>, name: &Scalar) {
    if checker.ownership.groups(&name.text).is_empty() {
        let known = checker.ownership.pipelines();
        let message = format!("nobody owns what pipeline `{}` carries", name.text);
        checker.unknown("unknown-owner", message, (&name.text, name.span), known.iter().map(String::as_str));
    }
}

fn owner(checker: &mut Checker<'_>, pipeline: &str, group: &Scalar) -> Owner {
    match checker.ownership.owner(pipeline, &group.text) {
        Some(owner) => owner.who,
        // That nobody owns anything of the pipeline was told where it is named.
        None if checker.ownership.groups(pipeline).is_empty() => Owner::Both,
        None => {
            let known = checker.ownership.groups(pipeline);
            let message = format!("nobody owns group `{}` of pipeline `{pipeline}`", group.text);
            checker.unknown("unknown-owner", message, (&group.text, group.span), known.iter().map(String::as_str));
            Owner::Both
        }
    }
}

type Match = (Expression, Expression, RuleLine);

/// `EXPRESSION over one side == EXPRESSION over the other`
fn matched(checker: &mut Checker<'_>, scalar: &Scalar, scope: &Names, sides: [&Arc<RecordType>; 2]) -> Option<Match> {
    let tree = checker.keep(rule_line::expression(scalar))?;
    names::check(checker, scope, &tree);
    let ExpressionKind::Binary(Operator::Equal, first, second) = tree.kind else {
        checker.error(
            "type-match",
            "a match compares one side with the other",
            tree.span,
            "write `a.field == b.field`",
        );
        return None;
    };
    let line = checker.line(scalar.span);
    let heads = [head_of(&first), head_of(&second)];
    let is =
        |at: usize, kind: &RecordType| heads.get(at).is_some_and(|head| head.as_deref() == Some(kind.system.as_str()));
    if is(0, sides[0]) && is(1, sides[1]) {
        return Some((*first, *second, line));
    }
    if is(0, sides[1]) && is(1, sides[0]) {
        return Some((*second, *first, line));
    }
    checker.error(
        "type-match",
        "a match compares one side with the other",
        scalar.span,
        "each side of `==` reads one record",
    );
    None
}

/// The first path in an expression.
fn first_path(tree: &Expression) -> Option<&crate::language::syntax::expression::PathExpression> {
    match &tree.kind {
        ExpressionKind::Path(path) => Some(path),
        ExpressionKind::Call(_, arguments) => arguments.iter().find_map(first_path),
        ExpressionKind::Binary(_, left, right) => first_path(left).or_else(|| first_path(right)),
        ExpressionKind::Steps(inner, _) | ExpressionKind::Not(inner) | ExpressionKind::Negate(inner) => {
            first_path(inner)
        }
        _ => None,
    }
}

fn head_of(tree: &Expression) -> Option<String> {
    first_path(tree).and_then(|path| path.head.as_ref()).map(|name| name.text.clone())
}

/// The rules of every group, in file order.
fn groups(
    checker: &mut Checker<'_>,
    file: &Mapping<'_>,
    (pipeline, scope): (&str, &Names),
    sides: [&Arc<RecordType>; 2],
) -> Vec<FieldRule> {
    let mut rules = Vec::new();
    if let Some(groups) = file.get("fields").and_then(|node| Mapping::of(node, "`fields`", &[], &mut checker.found)) {
        for (group, node) in groups.entries() {
            let owner = owner(checker, pipeline, group);
            let context = RuleContext { pipeline, group: &group.text, owner, sides };
            for node in list(node, "a group of rules", &mut checker.found) {
                rules.extend(rule::check(checker, &context, (scope, None), node));
            }
        }
    }
    rules
}

fn match_field(tree: &Expression) -> Option<String> {
    first_path(tree)?.steps.iter().find_map(|step| match &step.segment {
        Segment::Field(name) => Some(name.clone()),
        _ => None,
    })
}

fn reads(checker: &mut Checker<'_>, node: &Node, scope: &mut Names) -> Vec<WithRead> {
    let mut reads = Vec::new();
    let Some(map) = Mapping::of(node, "`with`", &[], &mut checker.found) else { return reads };
    for (key, node) in map.entries() {
        let meaning = match text(node, "an entry", &mut checker.found)
            .and_then(|scalar| read(checker, (&key.text, scalar), scope))
        {
            Some(read) => {
                let meaning = match read.cardinality {
                    Cardinality::Many => Meaning::Group(Arc::clone(&read.record)),
                    Cardinality::AtMostOne => Meaning::Record(Arc::clone(&read.record), Path::default()),
                };
                reads.push(read);
                meaning
            }
            None => Meaning::Any,
        };
        scope.heads.insert(key.text.clone(), meaning);
    }
    reads
}

fn read(checker: &mut Checker<'_>, (name, scalar): (&str, &Scalar), scope: &Names) -> Option<WithRead> {
    let line = checker.keep(rule_line::with_line(scalar))?;
    let Some(system) = checker.systems.get(&line.system.text).cloned() else {
        let known: Vec<String> = checker.systems.keys().cloned().collect();
        let message = format!("there is no system `{}`", line.system.text);
        checker.unknown(
            "unknown-system",
            message,
            (&line.system.text, line.system.span),
            known.iter().map(String::as_str),
        );
        return None;
    };
    let Some(record) = system.records.get(&line.record.text).cloned() else {
        let message = format!("system `{}` has no record `{}`", line.system.text, line.record.text);
        checker.unknown(
            "unknown-record",
            message,
            (&line.record.text, line.record.span),
            system.records.keys().map(String::as_str),
        );
        return None;
    };
    let inner = Names { element: Some(Meaning::Record(Arc::clone(&record), Path::default())), ..scope.clone() };
    let kind = names::check(checker, &inner, &line.condition);
    operand::condition(checker, (&kind, line.condition.span), "decides nothing here");
    if line.many == line.at_most_one {
        checker.error(
            "type-cardinality",
            "say how many there may be",
            scalar.span,
            "end with `, at most one`, or write `record[]` for a list",
        );
    }
    let made = line.made.and_then(|fields| made(checker, (fields, scope), &record));
    let search = searchable(&record, &line.condition).map(|(field, value)| (field, checker.compile(value)));
    let compared = compared(&line.condition).map(|(own, asked)| (checker.compile(own), checker.compile(asked)));
    Some(WithRead {
        name: name.to_owned(),
        record,
        guard: guard(&line.condition).map(|tree| checker.compile(tree)),
        search,
        condition: checker.compile(line.condition),
        compared,
        made,
        every_account: line.every_account,
        newest: false,
        cardinality: if line.many { Cardinality::Many } else { Cardinality::AtMostOne },
        line: checker.line(scalar.span),
    })
}

/// The fields with which a record that is not there is created.
fn made(
    checker: &mut Checker<'_>,
    (fields, scope): (Expression, &Names),
    record: &RecordType,
) -> Option<CompiledExpression> {
    let kind = names::check(checker, scope, &fields);
    if record.create.is_none() {
        let message = format!("system `{}` has no call that creates a `{}`", record.system, record.name);
        checker.error("read-only", message, fields.span, "cannot be made");
        return None;
    }
    if !matches!(kind, Kind::Record(_) | Kind::Any) {
        checker.error(
            "type-mismatch",
            format!("a record is made by its fields, and this is {kind}"),
            fields.span,
            "is no record",
        );
        return None;
    }
    Some(checker.compile(fields))
}

/// The first part of `… and …` that names nothing of the candidate.
fn guard(condition: &Expression) -> Option<Expression> {
    let about = |tree: &Expression| {
        let mut found = false;
        tree.visit(&mut |part| found |= matches!(&part.kind, ExpressionKind::Path(path) if path.head.is_none()));
        found
    };
    match &condition.kind {
        _ if !about(condition) => Some(condition.clone()),
        ExpressionKind::Binary(Operator::And, left, _) => guard(left),
        _ => None,
    }
}

/// The last comparison of something of the candidate with something else: by what people tell the candidates apart.
fn compared(condition: &Expression) -> Option<(Expression, Expression)> {
    let own = |tree: &Expression| first_path(tree).is_some_and(|path| path.head.is_none());
    let mut found = None;
    condition.visit(&mut |tree| {
        if let ExpressionKind::Binary(Operator::Equal, left, right) = &tree.kind {
            match (own(left), own(right)) {
                (true, false) => found = Some((left.as_ref().clone(), right.as_ref().clone())),
                (false, true) => found = Some((right.as_ref().clone(), left.as_ref().clone())),
                _ => {}
            }
        }
    });
    found
}

/// `.field == value`, alone or joined by `and`, where the record has a search by that field.
fn searchable(record: &RecordType, condition: &Expression) -> Option<(String, Expression)> {
    let ExpressionKind::Binary(operator, left, right) = &condition.kind else { return None };
    if *operator == Operator::And {
        return searchable(record, left).or_else(|| searchable(record, right));
    }
    let own = |tree: &Expression| match &tree.kind {
        ExpressionKind::Path(PathExpression { head: None, steps, .. }) => match steps.as_slice() {
            [Step { segment: Segment::Field(name), .. }] if record.find.contains_key(name) => Some(name.clone()),
            _ => None,
        },
        _ => None,
    };
    let outside = |tree: &Expression| first_path(tree).is_none_or(|path| path.head.is_some());
    match (operator, own(left), own(right)) {
        (Operator::Equal, Some(field), _) if outside(right) => Some((field, right.as_ref().clone())),
        (Operator::Equal, _, Some(field)) if outside(left) => Some((field, left.as_ref().clone())),
        _ => None,
    }
}

/// Conditions by the system in which a record is created.
fn creates(
    checker: &mut Checker<'_>,
    node: &Node,
    scope: &Names,
    (pipeline, sides): (&str, [&Arc<RecordType>; 2]),
) -> BTreeMap<String, Create> {
    let mut creates = BTreeMap::new();
    let Some(map) = Mapping::of(node, "`create`", &[], &mut checker.found) else { return creates };
    for (key, node) in map.entries() {
        let Some(kind) = sides.iter().find(|kind| kind.system == key.text) else {
            let message = format!("this pipeline has no side `{}`", key.text);
            checker.unknown(
                "unknown-system",
                message,
                (&key.text, key.span),
                sides.iter().map(|kind| kind.system.as_str()),
            );
            continue;
        };
        if kind.create.is_none() {
            let message = format!("system `{}` has no call that creates a `{}`", kind.system, kind.name);
            checker.error("read-only", message, key.span, "cannot be created");
        }
        let Some(scalar) = text(node, "a create condition", &mut checker.found) else { continue };
        let when = if scalar.text.trim() == "on demand" {
            None
        } else {
            let Some(tree) = condition(checker, scalar) else { continue };
            let kind = names::check(checker, scope, &tree);
            operand::condition(checker, (&kind, tree.span), "decides nothing here");
            Some(checker.compile(tree))
        };
        // Where nobody is named, whoever has a record may have its counterpart made.
        let owner = checker.ownership.owner(pipeline, "create").map_or(Owner::Both, |owner| owner.who);
        creates.insert(key.text.clone(), Create { when, owner, line: checker.line(scalar.span), span: scalar.span });
    }
    creates
}

/// A create condition; `always` is one that holds.
fn condition(checker: &mut Checker<'_>, scalar: &Scalar) -> Option<Expression> {
    if scalar.text.trim() == "always" {
        return Some(Expression { kind: ExpressionKind::Literal(Value::Bool(true)), span: scalar.span });
    }
    checker.keep(rule_line::expression(scalar))
}
