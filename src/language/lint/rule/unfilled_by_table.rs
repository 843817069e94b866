//! A table that says `nothing` for a value leaves out a field that creating needs.

use std::collections::BTreeSet;

use crate::diagnostic::{Diagnostic, Span};
use crate::language::lint::lint::Lint;
use crate::language::lint::model::View;
use crate::language::lint::model::bridge::Bridge;
use crate::language::lint::model::condition::Creating;
use crate::language::plan::{Outcome, Row, Side};

/// Every row that leaves a field out of what is created.
pub(super) fn check(lint: &Lint, view: &View<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let mut told: BTreeSet<(Span, Span)> = BTreeSet::new();
    for bridge in &view.bridges {
        for target in Side::BOTH.into_iter().filter(|side| view.may_flow(bridge.pipeline, bridge.rule, *side)) {
            let required = bridge.declared(target).is_some_and(|field| field.required_on_create);
            if !required
                || bridge.states(target).is_some_and(|states| states.sent.is_empty())
                || bridge.has_twin(target)
            {
                continue;
            }
            for (value, row) in unsaid(view, bridge, target) {
                if told.insert((row.span, bridge.rule.span)) {
                    found.extend(flag(lint, (bridge, target), (&value, row)));
                }
            }
        }
    }
    found
}

/// The values for which a record, or an element, is made and the table says `nothing`, each with the row.
fn unsaid<'a>(view: &View<'_>, bridge: &Bridge<'a>, target: Side) -> Vec<(String, &'a Row)> {
    let create = view.may_create(bridge.pipeline, target).map(|create| Creating::of(view, bridge.pipeline, create));
    let field = bridge.field(target.other());
    let made = |value: &str| match (&create, &field) {
        _ if bridge.is_inside() => true,
        (Some(creating), Some((system, field))) => creating.may_be_for((system, field), value),
        (Some(_), None) => true,
        (None, _) => false,
    };
    let of = |value: String| match bridge.outcome(target, &value, None) {
        Some((Outcome::Nothing, row)) if made(&value) => Some((value, row)),
        _ => None,
    };
    let counted = bridge.asking(target.other());
    let closing = || bridge.table.closing(target).find(|row| row.stands(None) && row.instead.is_some());
    match counted {
        Some(values) => values.into_iter().filter_map(of).collect(),
        None => {
            let other = closing().filter(|row| row.outcome(target) == Some(Outcome::Nothing));
            let other = other.filter(|_| made("")).map(|row| ("any other value".to_owned(), row));
            bridge.known_values(target.other()).into_iter().filter_map(of).chain(other).collect()
        }
    }
}

fn flag(lint: &Lint, (bridge, target): (&Bridge<'_>, Side), (value, row): (&str, &Row)) -> Option<Diagnostic> {
    let field = bridge.declared(target)?;
    let (kind, source) = (bridge.kind(target), bridge.name(target.other()));
    let message =
        format!("`{}.{}` is made without `{}` where `{source}` is {value}", kind.system, kind.name, field.path);
    let finding = lint.found(message, row.span, "this row gives nothing").label(field.span, "required on create");
    let finding = finding.label(bridge.rule.span, "fills it");
    Some(finding.help(format!("give {value} a value, or `park` with a `because` where a person has to say")))
}
