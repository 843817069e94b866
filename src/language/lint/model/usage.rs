//! What the rules refer to: settings, functions, properties of accounts.

use std::collections::BTreeSet;

use super::view::View;
use crate::language::plan::expression::CompiledExpression;
use crate::language::plan::{Owner, Template, TemplatePart, WithRead};
use crate::language::syntax::expression::{Expression, ExpressionKind};
use crate::value::{Segment, Value};

/// Every expression of pipelines and accounts.
fn trees<'a>(view: &View<'a>) -> impl Iterator<Item = &'a Expression> {
    let pipelines = view.rules.pipelines.values();
    let by_rules = pipelines.flat_map(|pipeline| {
        pipeline.expressions().chain(pipeline.with.iter().flat_map(WithRead::expressions)).map(CompiledExpression::tree)
    });
    let carried = view.rules.accounts.values().filter_map(|account| account.carries.as_ref());
    by_rules.chain(carried.map(|carries| carries.condition.tree()))
}

/// Dotted names of settings that expressions, owners and calls read.
pub fn settings(view: &View<'_>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for tree in trees(view) {
        tree.visit(&mut |at| {
            if let ExpressionKind::Path(path) = &at.kind
                && path.head.as_ref().is_some_and(|head| head.text == "settings")
            {
                let names = path.steps.iter().map_while(|step| match &step.segment {
                    Segment::Field(name) => Some(name.as_str()),
                    _ => None,
                });
                found.insert(names.collect::<Vec<_>>().join("."));
            }
        });
    }
    let pipelines = view.rules.pipelines.values();
    let owners = pipelines.flat_map(|pipeline| {
        let creates = [&pipeline.create_left, &pipeline.create_right].into_iter().flatten();
        creates.map(|create| &create.owner).chain(pipeline.rules.iter().map(|rule| &rule.owner))
    });
    found.extend(owners.filter_map(|owner| if let Owner::Setting(name) = owner { Some(name.clone()) } else { None }));
    let records = view.rules.systems.values().flat_map(|system| system.records.values());
    let calls = records.flat_map(|record| record.calls()).filter_map(|call| call.each.as_ref());
    found.extend(calls.map(|each| each.setting.clone()));
    found
}

/// Names of functions that expressions call.
pub fn functions(view: &View<'_>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for tree in trees(view) {
        tree.visit(&mut |at| {
            if let ExpressionKind::Call(name, _) = &at.kind {
                found.insert(name.text.clone());
            }
        });
    }
    found
}

/// Names of tables that expressions map values through.
pub fn tables(view: &View<'_>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for tree in trees(view) {
        tree.visit(&mut |at| {
            if let ExpressionKind::Call(name, arguments) = &at.kind
                && name.text == "mapped"
                && let Some(ExpressionKind::Literal(Value::Text(table))) = arguments.first().map(|first| &first.kind)
            {
                found.insert(table.to_string());
            }
        });
    }
    found
}

/// Properties of accounts that the calls of a system are filled with.
pub fn properties(view: &View<'_>, system: &str) -> BTreeSet<String> {
    let Some(system) = view.rules.systems.get(system) else { return BTreeSet::new() };
    let calls = system.records.values().flat_map(|record| record.calls());
    let of_calls = calls.flat_map(|call| {
        let named = call.query.iter().chain(&call.headers).map(|(_, value)| value);
        let named = named.chain(call.body.iter().flat_map(|(_, value)| value.templates()));
        std::iter::once(&call.path).chain(named)
    });
    let templates = of_calls.chain(system.templates());
    let holes = templates.flat_map(|Template(parts)| parts).filter_map(|part| match part {
        TemplatePart::Hole(name) => name.strip_prefix("account."),
        TemplatePart::Text(_) => None,
    });
    holes.map(str::to_owned).collect()
}
