//! Pipelines: sides, match, reads, creates and groups of rules.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::checker::Checker;
use super::first_path::{head_of, match_field};
use super::owners;
use super::rule::{self, RuleContext};
use super::shared;
use super::standing::{self, Standing};
use super::with_read;
use crate::language::infer::{Meaning, Scope};
use crate::language::plan::{Create, FieldRule, Owner, Pipeline, RecordType, RuleLine};
use crate::language::resolve::pipelines::side;
use crate::language::syntax::expression::{Expression, ExpressionKind, Operator};
use crate::language::syntax::mapping::{Mapping, list, text};
use crate::language::syntax::rule_line;
use crate::language::syntax::yaml::{Node, Scalar};
use crate::value::{Path, Value};

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

/// Reads a `pipeline:` file.
pub(super) fn check(checker: &mut Checker<'_>, node: &Node) -> Option<Pipeline> {
    let file = Mapping::of(node, "a pipeline", &KEYS, &mut checker.sink.found)?;
    let name = file.get("pipeline").and_then(|node| text(node, "`pipeline`", &mut checker.sink.found))?;
    let between = file.require("between", &mut checker.sink.found)?;
    let sides: Vec<Option<Arc<RecordType>>> = list(between, "`between`", &mut checker.sink.found)
        .into_iter()
        .map(|node| {
            let scalar = text(node, "a side", &mut checker.sink.found)?;
            side(&checker.names, &mut checker.sink, scalar)
        })
        .collect();
    let Ok([left, right]) = <[Option<Arc<RecordType>>; 2]>::try_from(sides) else {
        let at = "write `[SYSTEM.RECORD, SYSTEM.RECORD]`";
        checker.sink.error("type-shape", "a pipeline stands between two records", between.span, at);
        return None;
    };
    let (left, right) = (left?, right?);
    if left.system == right.system {
        let message = format!("a pipeline stands between two systems, and both sides are of `{}`", left.system);
        checker.sink.error("type-match", message, between.span, "names could not tell the sides apart");
        return None;
    }
    let mut scope = over([&left, &right]);
    owners::owned(checker, name);
    let matching = file
        .require("match", &mut checker.sink.found)
        .and_then(|node| text(node, "`match`", &mut checker.sink.found))
        .and_then(|scalar| matched(checker, scalar, &scope, [&left, &right]));
    let mut with = file.get("with").map(|node| with_read::check(checker, node, &mut scope)).unwrap_or_default();
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
        match_left: checker.names.compile(match_left),
        match_right: checker.names.compile(match_right),
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

/// The two sides by the names of their systems.
fn over(sides: [&Arc<RecordType>; 2]) -> Scope {
    let mut scope = Scope::default();
    for kind in sides {
        let meaning = match kind.grouped {
            Some(_) => Meaning::Group(Arc::clone(kind)),
            None => Meaning::Record(Arc::clone(kind), Path::default()),
        };
        scope.heads.insert(kind.system.clone(), meaning);
    }
    scope
}

type Match = (Expression, Expression, RuleLine);

/// `EXPRESSION over one side == EXPRESSION over the other`
fn matched(checker: &mut Checker<'_>, scalar: &Scalar, scope: &Scope, sides: [&Arc<RecordType>; 2]) -> Option<Match> {
    let tree = checker.sink.keep(rule_line::expression(scalar))?;
    checker.kind_of(scope, &tree);
    let ExpressionKind::Binary(Operator::Equal, first, second) = tree.kind else {
        checker.sink.error(
            "type-match",
            "a match compares one side with the other",
            tree.span,
            "write `a.field == b.field`",
        );
        return None;
    };
    let line = checker.names.line(scalar.span);
    let heads = [head_of(&first), head_of(&second)];
    let is =
        |at: usize, kind: &RecordType| heads.get(at).is_some_and(|head| head.as_deref() == Some(kind.system.as_str()));
    if is(0, sides[0]) && is(1, sides[1]) {
        return Some((*first, *second, line));
    }
    if is(0, sides[1]) && is(1, sides[0]) {
        return Some((*second, *first, line));
    }
    checker.sink.error(
        "type-match",
        "a match compares one side with the other",
        scalar.span,
        "each side of `==` reads one record",
    );
    None
}

/// The rules of every group, in file order.
fn groups(
    checker: &mut Checker<'_>,
    file: &Mapping<'_>,
    (pipeline, scope): (&str, &Scope),
    sides: [&Arc<RecordType>; 2],
) -> Vec<FieldRule> {
    let mut rules = Vec::new();
    if let Some(groups) =
        file.get("fields").and_then(|node| Mapping::of(node, "`fields`", &[], &mut checker.sink.found))
    {
        for (group, node) in groups.entries() {
            let owner = owners::owner(checker, pipeline, group);
            let context = RuleContext { pipeline, group: &group.text, owner, sides, scope };
            for node in list(node, "a group of rules", &mut checker.sink.found) {
                rules.extend(rule::check(checker, &context, None, node));
            }
        }
    }
    rules
}

/// Conditions by the system in which a record is created.
fn creates(
    checker: &mut Checker<'_>,
    node: &Node,
    scope: &Scope,
    (pipeline, sides): (&str, [&Arc<RecordType>; 2]),
) -> BTreeMap<String, Create> {
    let mut creates = BTreeMap::new();
    let Some(map) = Mapping::of(node, "`create`", &[], &mut checker.sink.found) else { return creates };
    for (key, node) in map.entries() {
        let Some(kind) = sides.iter().find(|kind| kind.system == key.text) else {
            let message = format!("this pipeline has no side `{}`", key.text);
            checker.sink.unknown(
                "unknown-system",
                message,
                (&key.text, key.span),
                sides.iter().map(|kind| kind.system.as_str()),
            );
            continue;
        };
        if kind.create.is_none() {
            let message = format!("system `{}` has no call that creates a `{}`", kind.system, kind.name);
            checker.sink.error("read-only", message, key.span, "cannot be created");
        }
        let Some(scalar) = text(node, "a create condition", &mut checker.sink.found) else { continue };
        let when = if scalar.text.trim() == "on demand" {
            None
        } else {
            let Some(tree) = condition(checker, scalar) else { continue };
            checker.condition(scope, &tree);
            Some(checker.names.compile(tree))
        };
        // Where nobody is named, whoever has a record may have its counterpart made.
        let owner = checker.owner_of(pipeline, "create").unwrap_or(Owner::Both);
        creates
            .insert(key.text.clone(), Create { when, owner, line: checker.names.line(scalar.span), span: scalar.span });
    }
    creates
}

/// A create condition; `always` is one that holds.
fn condition(checker: &mut Checker<'_>, scalar: &Scalar) -> Option<Expression> {
    if scalar.text.trim() == "always" {
        return Some(Expression { kind: ExpressionKind::Literal(Value::Bool(true)), span: scalar.span });
    }
    checker.sink.keep(rule_line::expression(scalar))
}
