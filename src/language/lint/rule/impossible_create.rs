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
            let made = &pipeline.record(side).system;
            let before = conditions.iter().map(|one| reading.read(&one.without(made)));
            let held = pipeline.hold.iter().map(|(hold, _)| reading.read(&hold.tree().without(made)).turned());
            if Condition::all(before.chain(held)).is_never() {
                found.push(never_before(&viewpoint, (pipeline, side), create, &reading));
                continue;
            }
            found.extend(waits_for_itself(&viewpoint, (pipeline, side), &conditions));
        }
    }
    found
}

/// A create that asks for what is there only later, or that is always held.
fn never_before(
    viewpoint: &Viewpoint<'_>,
    (pipeline, side): (&Pipeline, Side),
    create: &Create,
    reading: &Reading<'_>,
) -> Diagnostic {
    let made = &pipeline.record(side).system;
    let conditions = conditions(pipeline, create);
    let before = conditions.iter().map(|one| reading.read(&one.without(made)));
    let name = viewpoint.name(side);
    let is_never = Condition::all(before).is_never();
    match pipeline.hold.as_ref().filter(|_| !is_never) {
        Some((hold, _)) => {
            let message = format!("`{name}` is never created: whatever is to be created is held");
            let finding = LINT.found(message, create.span, "creates it").label(hold.tree().span, "holds it");
            finding.help("let `hold when` leave out some of what is created")
        }
        None => {
            let message = format!("`{name}` is never created: its condition asks for a {made} record that is there");
            let finding = LINT.found(message, create.span, "nothing is there yet");
            let reads = |one: &&&Expression| {
                let mut found = false;
                one.visit(&mut |part| found |= names(part, made));
                found
            };
            let asked = conditions.iter().find(reads).filter(|one| !create.span.holds(one.span));
            let finding = asked.iter().fold(finding, |finding, one| finding.label(one.span, "asked here"));
            finding.help(format!("ask only about `{}`", pipeline.record(side.other()).system))
        }
    }
}

/// Whether a part is a path of a record.
fn names(part: &Expression, head: &str) -> bool {
    matches!(&part.kind, ExpressionKind::Path(path) if path.head.as_ref().is_some_and(|name| name.text == head))
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

/// A condition over a candidate, where that is the record itself. What a filter chooses from has elements of its own.
fn of_itself(tree: &Expression, system: &str) -> Expression {
    tree.with_paths(&|path, inside| {
        let head = Some(Name { text: system.to_owned(), span: tree.span });
        (path.head.is_none() && !inside).then(|| ExpressionKind::Path(PathExpression { head, ..path.clone() }))
    })
}
