//! No dependency knot between pipelines that need each other's counterparts.

use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostic, Severity, Span};
use crate::language::lint::lint::Lint;
use crate::language::lint::model::View;
use crate::language::lint::model::meaning::{Condition, Reading, never_together};
use crate::language::plan::{Cardinality, FieldRule, Pipeline, RuleBody, Side, WithRead};
use crate::language::syntax::expression::{Expression, ExpressionKind, Operator};
use crate::value::Value;

/// The lint.
pub const LINT: Lint = Lint {
    name: "dependency-cycle",
    severity: Severity::Error,
    summary: "pipelines need each other's counterparts in a circle",
    why: "A record of the first would wait for one of the second, and that for the first again: neither could ever \
          be created. A record waits for what `via` carries over, for a link that its condition asks for with \
          `linked` or `counterpart`, for one that gives a field which creating needs, and for one by which a record of \
          `needs` is looked up.",
    flagged: "# orders.yaml\n- shop.customer -> depot.account via pipeline customers\n# customers.yaml\n\
              - shop.last_order -> depot.last_order via pipeline orders",
    mended: "# customers.yaml needs no order to be created; leave the field to another system or take it out",
    check,
};

/// A pipeline, and the side that it creates.
type Creating<'a> = (&'a str, Side);

type Needs<'a> = BTreeMap<Creating<'a>, Vec<Need<'a>>>;

/// A counterpart that creating needs, and where that is said.
struct Need<'a> {
    of: Creating<'a>,
    span: Span,
    /// When it needs it.
    when: Condition,
}

fn check(view: &View<'_>) -> Vec<Diagnostic> {
    let mut needs: Needs<'_> = BTreeMap::new();
    for pipeline in view.rules.pipelines.values() {
        for side in [Side::Left, Side::Right] {
            // Who creates nothing makes nobody wait in a circle.
            if view.may_create(pipeline, side).is_some() {
                let needs = needs.entry((&pipeline.name, side)).or_default();
                let reading = Reading::of(view, pipeline);
                gather(&reading, (pipeline, side), &pipeline.rules, needs);
                asked(&reading, (pipeline, side), needs);
            }
        }
    }
    let mut found: Vec<Diagnostic> = Vec::new();
    for start in needs.keys() {
        let Some(round) = way_back(&needs, *start, &mut vec![*start], &mut Vec::new()) else { continue };
        // Each circle is told once, from its first name on.
        if round.iter().all(|need| need.of >= *start) {
            let names: Vec<&str> = std::iter::once(start.0).chain(round.iter().map(|need| need.of.0)).collect();
            let message = format!("these pipelines wait for each other: {}", names.join(" → "));
            let mut places = round.iter().map(|need| need.span);
            let Some(first) = places.next() else { continue };
            let finding = LINT.found(message, first, "needs a counterpart from there");
            let finding = places.fold(finding, |finding, span| finding.label(span, "and this one needs"));
            found.push(finding.help("let one of them do without the other's record when it creates its own"));
        }
    }
    found
}

fn gather<'a>(
    reading: &Reading<'a>,
    (pipeline, side): (&'a Pipeline, Side),
    rules: &'a [FieldRule],
    needs: &mut Vec<Need<'a>>,
) {
    let view = reading.view();
    for rule in rules.iter().filter(|rule| view.may_flow(pipeline, rule, side)) {
        match &rule.body {
            RuleBody::Value { via: Some(via), .. } => {
                let Some(of) = created_by(view, (pipeline, side), via) else { continue };
                // A record's own tree begins at one that has no other above it.
                let is_tree = of == (pipeline.name.as_str(), side) && is_free(pipeline, (rule, side));
                if !is_tree {
                    needs.push(Need { of, span: rule.span, when: reading.of_rule(rule) });
                }
            }
            RuleBody::Value { left, right, .. } => {
                let source = if side == Side::Left { right } else { left };
                let own = rule.path(side).and_then(|path| pipeline.record(side).field(path));
                let of = linked_in(source.tree()).and_then(|(name, _)| created_by(view, (pipeline, side), name));
                if let Some(of) = of.filter(|_| own.is_some_and(|field| field.required_on_create)) {
                    needs.push(Need { of, span: source.tree().span, when: reading.of_rule(rule) });
                }
            }
            RuleBody::List(list) => {
                let inner = reading.inside(pipeline, list, Reading::speaker(rule));
                gather(&inner, (pipeline, side), &list.rules, needs);
            }
        }
    }
}

/// The links that the conditions of a create ask for, all of which must be there.
fn asked<'a>(reading: &Reading<'a>, (pipeline, side): (&'a Pipeline, Side), needs: &mut Vec<Need<'a>>) {
    let create = reading.view().may_create(pipeline, side).and_then(|create| create.when.as_ref());
    for condition in pipeline.when.iter().map(|(condition, _)| condition).chain(create) {
        let parts = condition.tree().all_of().into_iter().filter_map(linked_in);
        needs.extend(parts.filter_map(|(name, span)| {
            let of = created_by(reading.view(), (pipeline, side), name)?;
            Some(Need { of, span, when: reading.read(condition.tree()) })
        }));
    }
    // What is held until it has a link waits for that link.
    let held =
        pipeline.hold.iter().flat_map(|(condition, _)| condition.tree().any_of()).filter_map(|part| match &part.kind {
            ExpressionKind::Not(inner) => linked_in(inner),
            ExpressionKind::Binary(Operator::Equal, one, other) if is_null(other) => linked_in(one),
            _ => None,
        });
    needs.extend(held.filter_map(|(name, span)| {
        let of = created_by(reading.view(), (pipeline, side), name)?;
        Some(Need { of, span, when: Condition::told(true) })
    }));
    for (name, span) in waited_for(pipeline, side) {
        let of = created_by(reading.view(), (pipeline, side), name);
        needs.extend(of.map(|of| Need { of, span, when: Condition::told(true) }));
    }
}

/// The links by which records of `needs:` are looked up: what is looked up by a counterpart is not there before it.
fn waited_for(pipeline: &Pipeline, side: Side) -> Vec<(&str, Span)> {
    let Some((names, _)) = pipeline.needs.get(&pipeline.record(side).system) else { return Vec::new() };
    let waited =
        |read: &&WithRead| read.made.is_none() && read.cardinality != Cardinality::Many && names.mentions(&read.name);
    let parts = pipeline.with.iter().filter(waited).flat_map(|read| read.condition.tree().all_of());
    parts.filter_map(by_link).collect()
}

/// The pipeline by whose counterpart a look-up finds its record.
fn by_link(part: &Expression) -> Option<(&str, Span)> {
    match &part.kind {
        ExpressionKind::Binary(Operator::Equal, one, other) => linked_in(one).or_else(|| linked_in(other)),
        _ => None,
    }
}

/// The pipeline that a call asks for a link, where the value is of no use without one.
fn linked_in(tree: &Expression) -> Option<(&str, Span)> {
    let call = match &tree.kind {
        ExpressionKind::Binary(Operator::NotEqual, one, other) if is_null(other) => one,
        ExpressionKind::Binary(Operator::Else, one, other) if matches!(other.kind, ExpressionKind::Park(_)) => one,
        _ => tree,
    };
    let ExpressionKind::Call(name, arguments) = &call.kind else { return None };
    let [Expression { kind: ExpressionKind::Literal(Value::Text(pipeline)), .. }, _] = arguments.as_slice() else {
        return None;
    };
    ["linked", "counterpart"].contains(&name.text.as_str()).then_some((pipeline.as_str(), tree.span))
}

fn is_null(tree: &Expression) -> bool {
    matches!(tree.kind, ExpressionKind::Literal(Value::Null))
}

/// What a pipeline creates beside a record that this side is created for.
fn created_by<'a>(view: &View<'a>, (pipeline, side): (&Pipeline, Side), name: &str) -> Option<Creating<'a>> {
    let other = view.rules.pipelines.get(name)?;
    let far = if other.left.system == pipeline.record(side).system { Side::Left } else { Side::Right };
    view.may_create(other, far).map(|_| (other.name.as_str(), far))
}

/// Whether a record may be without what a rule refers to: creating does not need it, and the rule reads a field.
fn is_free(pipeline: &Pipeline, (rule, side): (&FieldRule, Side)) -> bool {
    let own = rule.path(side).and_then(|path| pipeline.record(side).field(path));
    let other = rule.path(side.other()).and_then(|path| pipeline.record(side.other()).field(path));
    own.is_some_and(|field| !field.required_on_create)
        && other.is_some_and(|field| !pipeline.record(side.other()).is_filled(field))
}

/// A way back to where `way` begins, over needs that can be there together.
fn way_back<'a, 'n>(
    needs: &'n Needs<'a>,
    goal: Creating<'a>,
    way: &mut Vec<Creating<'a>>,
    held: &mut Vec<&'n Condition>,
) -> Option<Vec<&'n Need<'a>>> {
    let at = *way.last()?;
    for need in needs.get(&at).into_iter().flatten() {
        if held.iter().any(|known| never_together(known, &need.when)) {
            continue;
        }
        if need.of == goal {
            return Some(vec![need]);
        }
        if way.contains(&need.of) {
            continue;
        }
        way.push(need.of);
        held.push(&need.when);
        if let Some(rest) = way_back(needs, goal, way, held) {
            return Some(std::iter::once(need).chain(rest).collect());
        }
        way.pop();
        held.pop();
    }
    None
}
