//! Arrow rules: which way they may flow, what they read, what they write.

use std::sync::Arc;

use super::check::Checker;
use super::names::{self, Meaning, Names};
use crate::diagnostic::Span;
use crate::language::plan::expression::CompiledExpression;
use crate::language::plan::{Arrow, FieldRule, ListRule, RecordType, RuleBody};
use crate::language::syntax::expression::{Expression, ExpressionKind, PathExpression};
use crate::language::syntax::mapping::{list, text};
use crate::language::syntax::rule_line::{self, ArrowRule};
use crate::language::syntax::yaml::{Node, NodeKind, Scalar};
use crate::value::{Kind, Path, Segment, Value};

/// Where a rule stands.
pub struct RuleContext<'a> {
    /// The pipeline.
    pub pipeline: &'a str,
    /// The group.
    pub group: &'a str,
    /// The group's owner; `None`: not known, already a finding.
    pub owner: Option<&'a str>,
    /// Left and right record types.
    pub sides: [&'a Arc<RecordType>; 2],
    /// Which sides the pipeline creates.
    pub created: [bool; 2],
}

/// Reads one entry of a group: a rule, or a keyed list with rules inside.
pub fn check(checker: &mut Checker<'_>, context: &RuleContext<'_>, scope: &Names, node: &Node) -> Option<FieldRule> {
    if let NodeKind::Mapping(entries) = &node.kind {
        let [(key, inner)] = entries.as_slice() else {
            checker.error("syntax-rule", "a keyed list is one line that ends in `:`", node.span, "several keys here");
            return None;
        };
        return keyed_list(checker, context, scope, (key, inner));
    }
    let scalar = text(node, "a rule", &mut checker.found)?;
    let (line, _) = orient(checker.keep(rule_line::arrow_rule(scalar))?, context.sides);
    value_rule(checker, context, scope, (line, None))
}

/// The list a nested rule stands in: its two list paths.
type Inside<'a> = (&'a Path, &'a Path);

fn value_rule(
    checker: &mut Checker<'_>,
    context: &RuleContext<'_>,
    scope: &Names,
    (line, inside): (ArrowRule, Option<Inside<'_>>),
) -> Option<FieldRule> {
    let [left_kind, right_kind] = context.sides;
    let scopes = [0, 1].map(|side| element_scope(scope, context, side, inside));
    let kinds = [names::check(checker, &scopes[0], &line.left), names::check(checker, &scopes[1], &line.right)];
    let nested = inside.is_some();
    let paths = [target(&line.left, left_kind, nested), target(&line.right, right_kind, nested)];
    let sides = [(0, Arrow::Right, &line.left), (1, Arrow::Left, &line.right)];
    for (side, away, tree) in sides {
        if line.arrow != away {
            writable(checker, context, (side, inside), (&paths, &line));
        }
        if let ExpressionKind::Literal(value) = &tree.kind {
            constant(checker, &line, (value, tree.span), kinds.get(1 - side));
        }
    }
    let table = line.modifiers.table.as_ref().and_then(|name| {
        let found = checker.tables.get(&name.text).cloned();
        if found.is_none() {
            let known: Vec<String> = checker.tables.keys().cloned().collect();
            checker.unknown(
                "unknown-table",
                format!("there is no table `{}`", name.text),
                (&name.text, name.span),
                known.iter().map(String::as_str),
            );
        }
        found
    });
    if let Some(name) = line.modifiers.pipeline.as_ref().filter(|name| !checker.pipelines.contains_key(&name.text)) {
        let known: Vec<String> = checker.pipelines.keys().cloned().collect();
        checker.unknown(
            "unknown-pipeline",
            format!("there is no pipeline `{}`", name.text),
            (&name.text, name.span),
            known.iter().map(String::as_str),
        );
    }
    let [left_path, right_path] = paths;
    let body = RuleBody::Value {
        left: checker.compile(line.left.clone()),
        right: checker.compile(line.right.clone()),
        left_path,
        right_path,
        table,
        via: line.modifiers.pipeline.as_ref().map(|name| name.text.clone()),
    };
    let when = condition(checker, &scopes[0], &line);
    Some(finish(checker, context, &line, (body, when)))
}

/// Inside a list the element of a side is what `.` means there.
fn element_scope(scope: &Names, context: &RuleContext<'_>, side: usize, inside: Option<Inside<'_>>) -> Names {
    let Some((left, right)) = inside else { return scope.clone() };
    let (Some(kind), path) = (context.sides.get(side), if side == 0 { left } else { right }) else {
        return scope.clone();
    };
    let mut at = path.clone();
    at.0.push(Segment::Each);
    Names { element: Some(Meaning::Record(Arc::clone(kind), at)), ..scope.clone() }
}

fn condition(checker: &mut Checker<'_>, scope: &Names, line: &ArrowRule) -> Option<CompiledExpression> {
    let (tree, negated) = match (&line.modifiers.when, &line.modifiers.unless) {
        (Some(tree), _) => (tree.clone(), false),
        (None, Some(tree)) => (tree.clone(), true),
        (None, None) => return None,
    };
    names::check(checker, scope, &tree);
    let span = tree.span;
    let tree = if negated { Expression { kind: ExpressionKind::Not(Box::new(tree)), span } } else { tree };
    Some(checker.compile(tree))
}

/// The path that can be written, where the side is a plain one.
fn target(tree: &Expression, kind: &RecordType, nested: bool) -> Option<Path> {
    let ExpressionKind::Path(PathExpression { head, steps }) = &tree.kind else { return None };
    let fits = match head {
        Some(name) => !nested && name.text == kind.system,
        None => nested,
    };
    fits.then(|| Path(steps.iter().map(|step| step.segment.clone()).collect()))
}

/// What an arrow points at is a field that can be written then.
fn writable(
    checker: &mut Checker<'_>,
    context: &RuleContext<'_>,
    (side, inside): (usize, Option<Inside<'_>>),
    (paths, line): (&[Option<Path>; 2], &ArrowRule),
) {
    let (Some(kind), tree) = (context.sides.get(side), if side == 0 { &line.left } else { &line.right }) else {
        return;
    };
    let Some(path) = paths.get(side).and_then(Option::as_ref) else {
        let message = "an arrow points at a field of its own side";
        return checker.error(
            "type-target",
            message,
            tree.span,
            "this is no plain field; constants stand on the right of `<-`",
        );
    };
    let mut whole = Path::default();
    if let Some((left, right)) = inside {
        whole = if side == 0 { left.clone() } else { right.clone() };
        whole.0.push(Segment::Each);
    }
    whole.0.extend(path.0.iter().cloned());
    let is_state = kind.states.as_ref().is_some_and(|states| whole == Path::field(states.field.as_str()));
    let Some(field) = kind.field(&whole) else { return };
    let written = if line.modifiers.on_create { field.on_create } else { field.on_create || field.on_update };
    if !written && !is_state {
        let message = format!("`{}.{}` cannot be written: `{whole}` is read only", kind.system, kind.name);
        let finding = crate::diagnostic::Diagnostic::error(
            crate::diagnostic::Code("read-only"),
            message,
            tree.span,
            "written here",
        );
        checker.found.push(finding.label(field.span, "declared read only here"));
    }
}

/// A constant says when it is written, and is a value that its target can have.
fn constant(checker: &mut Checker<'_>, line: &ArrowRule, (value, span): (&Value, Span), target: Option<&Kind>) {
    if !(line.modifiers.on_create || line.modifiers.always) {
        checker.error("type-constant", "a constant says when it is written", span, "add `on create` or `always`");
    }
    match (target, value) {
        (Some(Kind::Enum(values)), Value::Text(text)) if !values.contains(text) => {
            let message = format!("the field has no value {text:?}");
            checker.unknown("unknown-value", message, (text, span), values.iter().map(String::as_str));
        }
        (Some(kind), _) if !kind.fits(value) => {
            checker.error(
                "type-mismatch",
                format!("the field is {kind} and this is {}", value.kind_name()),
                span,
                "does not fit",
            );
        }
        _ => {}
    }
}

fn keyed_list(
    checker: &mut Checker<'_>,
    context: &RuleContext<'_>,
    scope: &Names,
    (key, inner): (&Scalar, &Node),
) -> Option<FieldRule> {
    let (line, flipped) = orient(checker.keep(rule_line::arrow_rule(key))?, context.sides);
    names::check(checker, scope, &line.left);
    names::check(checker, scope, &line.right);
    let [left_kind, right_kind] = context.sides;
    let plain = |tree: &Expression, kind: &RecordType| {
        let mut path = target(tree, kind, false)?;
        (path.0.pop() == Some(Segment::Each)).then_some(path)
    };
    let (Some(left), Some(right)) = (plain(&line.left, left_kind), plain(&line.right, right_kind)) else {
        checker.error(
            "type-list",
            "both sides of a keyed list are lists",
            line.span,
            "write `a.list[] -> b.list[] by [KEY]:`",
        );
        return None;
    };
    let Some(names) = &line.modifiers.key else {
        checker.error("type-list", "a keyed list says by what its elements pair", line.span, "add `by [FIELD, …]`");
        return None;
    };
    let (kind, path) = if line.arrow == Arrow::Left { (left_kind, &left) } else { (right_kind, &right) };
    for name in names {
        let mut whole = path.clone();
        whole.0.push(Segment::Each);
        let known: Vec<String> = kind
            .fields
            .iter()
            .filter_map(|field| field.path.0.strip_prefix(whole.0.as_slice()))
            .filter_map(|rest| match rest.first() {
                Some(Segment::Field(name)) => Some(name.clone()),
                _ => None,
            })
            .collect();
        if !known.contains(&name.text) {
            let message = format!("`{path}[]` of `{}.{}` has no field `{}`", kind.system, kind.name, name.text);
            checker.unknown("unknown-field", message, (&name.text, name.span), known.iter().map(String::as_str));
        }
    }
    let mut inner_scope = scope.clone();
    if let Some(alias) = &line.modifiers.alias {
        inner_scope.heads.insert(alias.text.clone(), Meaning::Any);
    }
    let mut rules = Vec::new();
    for node in list(inner, "the rules of a list", &mut checker.found) {
        let Some(scalar) = text(node, "a rule", &mut checker.found) else { continue };
        if let Some(nested) = checker.keep(rule_line::arrow_rule(scalar)) {
            let nested = if flipped { flip(nested) } else { nested };
            rules.extend(value_rule(checker, context, &inner_scope, (nested, Some((&left, &right)))));
        }
    }
    let keys = names.iter().map(|name| name.text.clone()).collect();
    let element = line.modifiers.alias.as_ref().map(|name| name.text.clone());
    let when = condition(checker, scope, &line);
    let body = RuleBody::List(ListRule { left, right, key: keys, element, rules });
    Some(finish(checker, context, &line, (body, when)))
}

/// Ownership decides which of the arrow's directions are live.
fn finish(
    checker: &mut Checker<'_>,
    context: &RuleContext<'_>,
    line: &ArrowRule,
    (body, when): (RuleBody, Option<CompiledExpression>),
) -> FieldRule {
    let [left, right] = context.sides;
    let [created_left, created_right] = context.created.map(|created| created && line.modifiers.on_create);
    let leaves = |kind: &RecordType| context.owner.is_some_and(|owner| owner == "both" || owner == kind.system);
    let place = checker.line(line.span);
    FieldRule {
        id: format!("{}/{}:{}", context.pipeline, context.group, place.line),
        group: context.group.to_owned(),
        arrow: line.arrow,
        live_right: line.arrow != Arrow::Left && (leaves(left) || created_right),
        live_left: line.arrow != Arrow::Right && (leaves(right) || created_left),
        body,
        on_create: line.modifiers.on_create,
        when,
        line: place,
        span: line.span,
    }
}

/// A line as the pipeline has its sides: what stands left of the arrow belongs to the left record.
fn orient(line: ArrowRule, sides: [&Arc<RecordType>; 2]) -> (ArrowRule, bool) {
    let [left, right] = sides;
    let head = |tree: &Expression| match &tree.kind {
        ExpressionKind::Path(path) => path.head.as_ref().map(|name| name.text.clone()),
        _ => None,
    };
    let flipped = match line.arrow {
        Arrow::Right => head(&line.right).as_deref() == Some(left.system.as_str()),
        Arrow::Left | Arrow::Both => head(&line.left).as_deref() == Some(right.system.as_str()),
    };
    if flipped { (flip(line), true) } else { (line, false) }
}

fn flip(line: ArrowRule) -> ArrowRule {
    let arrow = match line.arrow {
        Arrow::Right => Arrow::Left,
        Arrow::Left => Arrow::Right,
        Arrow::Both => Arrow::Both,
    };
    ArrowRule { left: line.right, right: line.left, arrow, ..line }
}
