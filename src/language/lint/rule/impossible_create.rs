//! A create that can never hold, one that would wait for itself, and two that would wait for one another.

use crate::diagnostic::{Diagnostic, Severity};
use crate::language::lint::lint::Lint;
use crate::language::lint::model::meaning::{Condition, Reading};
use crate::language::lint::model::{View, Viewpoint};
use crate::language::plan::expression::CompiledExpression;
use crate::language::plan::{Cardinality, Create, Pipeline, Side, WithRead};
use crate::language::syntax::expression::{Expression, ExpressionKind, Name, Operator, PathExpression};

/// The lint.
pub const LINT: Lint = Lint {
    name: "impossible-create",
    severity: Severity::Error,
    summary: "a create can never take place",
    why: "Its condition asks one field for two values at once, or its record waits for itself: a list of `after:` that \
          holds the very record which is to be created, or of two records each the other. Whoever reads the rules \
          believes that records cross, and none does.",
    flagged: "with:\n  mates: shop.order[] where .buyer == shop.buyer\nafter:\n  depot: mates",
    mended: "with:\n  mates: shop.order[] where .buyer == shop.buyer and .number < shop.number\nafter:\n  depot: mates",
    check,
};

fn check(view: &View<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for pipeline in view.rules.pipelines.values() {
        for side in Side::BOTH {
            let Some(create) = view.may_create(pipeline, side) else { continue };
            let viewpoint = Viewpoint::new(view.rules, pipeline, side.other());
            let conditions: Vec<&Expression> = conditions(pipeline, create);
            let reading = Reading::of(view, pipeline);
            // A pipeline in which no record takes part is told as that.
            let held = pipeline.when.iter().map(|(condition, _)| reading.read(condition.tree()));
            if Condition::all(held).is_never() {
                continue;
            }
            if Condition::all(conditions.iter().map(|one| reading.read(one))).is_never() {
                let message = format!("`{}` is never created: its condition never holds", viewpoint.name(side));
                let finding = LINT.found(message, create.span, "no record is like this");
                found.push(finding.help("a field has one value at a time: write `or`, or `in [A, B]`"));
                continue;
            }
            found.extend(waits_for_itself(&viewpoint, (pipeline, side), &conditions));
        }
    }
    found
}

/// What holds where a record is created by condition.
fn conditions<'p>(pipeline: &'p Pipeline, create: &'p Create) -> Vec<&'p Expression> {
    let held = pipeline.when.iter().map(|(condition, _)| condition.tree());
    create.when.iter().map(CompiledExpression::tree).chain(held).collect()
}

/// A list of `after:` that surely holds the record that comes after it.
fn waits_for_itself(
    viewpoint: &Viewpoint<'_>,
    (pipeline, side): (&Pipeline, Side),
    conditions: &[&Expression],
) -> Option<Diagnostic> {
    let own = pipeline.record(side.other());
    let (records, _) = pipeline.after.get(&pipeline.record(side).system)?;
    let lists = |read: &&WithRead| {
        records.mentions(&read.name)
            && read.cardinality == Cardinality::Many
            && (&read.record.system, &read.record.name) == (&own.system, &own.name)
    };
    let read = pipeline.with.iter().find(lists)?;
    let itself = of_itself(read.condition.tree(), &own.system);
    let (message, label) = if viewpoint.surely_holds(&itself, conditions) {
        (format!("`{}` holds the {} itself, which waits for it", read.name, own.name), "true of the record itself")
    } else {
        let (apart, parts): (Vec<_>, Vec<_>) = itself.all_of().into_iter().partition(|part| tells_apart(part));
        if apart.is_empty() || !parts.into_iter().all(|part| viewpoint.surely_holds(part, conditions)) {
            return None;
        }
        let message =
            format!("`{}` holds, for each of two {} records, the other: neither goes first", read.name, own.name);
        (message, "true of both, each seen from the other")
    };
    let finding = LINT.found(message, read.condition.tree().span, label);
    let finding = finding.label(records.tree().span, "waited for here");
    let help = format!("leave it out, and let one of two go first: `… and .{0} < {1}.{0}`", own.key, own.system);
    Some(finding.help(help))
}

/// Whether it says no more than that one record is not the other: so it reads where the two are taken for one.
fn tells_apart(part: &Expression) -> bool {
    matches!(&part.kind, ExpressionKind::Binary(Operator::NotEqual, left, right) if left.is_alike(right))
}

/// A condition over a candidate, where that is the record itself.
fn of_itself(tree: &Expression, system: &str) -> Expression {
    let part = |tree: &Expression| Box::new(of_itself(tree, system));
    let kind = match &tree.kind {
        ExpressionKind::Path(path) if path.head.is_none() => {
            let head = Some(Name { text: system.to_owned(), span: tree.span });
            ExpressionKind::Path(PathExpression { head, ..path.clone() })
        }
        ExpressionKind::Binary(operator, left, right) => ExpressionKind::Binary(*operator, part(left), part(right)),
        ExpressionKind::Not(inner) => ExpressionKind::Not(part(inner)),
        ExpressionKind::Negate(inner) => ExpressionKind::Negate(part(inner)),
        ExpressionKind::Steps(inner, steps) => ExpressionKind::Steps(part(inner), steps.clone()),
        ExpressionKind::Call(name, arguments) => {
            ExpressionKind::Call(name.clone(), arguments.iter().map(|one| of_itself(one, system)).collect())
        }
        ExpressionKind::List(items) => ExpressionKind::List(items.iter().map(|one| of_itself(one, system)).collect()),
        ExpressionKind::Choice(parts) => {
            let [condition, held, other] = parts.as_ref();
            ExpressionKind::Choice(Box::new([condition, held, other].map(|one| of_itself(one, system))))
        }
        // What a filter chooses from has elements of its own.
        ExpressionKind::Filter(list, condition) => ExpressionKind::Filter(part(list), condition.clone()),
        other => other.clone(),
    };
    Expression { kind, span: tree.span }
}
