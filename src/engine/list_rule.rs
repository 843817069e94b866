//! A keyed list rule: the list that the target is to hold, and whether it holds it already.
//!
//! Elements pair by key; equal keys pair as a multiset. Only fields that rules carry are
//! compared; what the target's elements hold beyond them is kept.

use super::park::Stop;
use super::rule::{Wanted, applies, elements, target_path, wanted};
use super::scope::Context;
use crate::language::plan::{ListRule, Side};
use crate::value::{Record, Value, digest};

/// The list that `target` is to hold, in the source's order.
///
/// # Errors
/// The first [`Stop`] of each element that cannot be carried over.
pub fn desired(context: &Context<'_>, list: &ListRule, target: Side) -> Result<Vec<Record>, Vec<Stop>> {
    let mut rows = Vec::new();
    let mut stops = Vec::new();
    for element in elements(context, list, target.other()) {
        let mut row = Record::new();
        for rule in &list.rules {
            if !(if target == Side::Right { rule.live_right } else { rule.live_left }) {
                continue;
            }
            let carried = applies(context, rule, Some(&element), &rule.line).and_then(|applies| {
                if !applies {
                    return Ok(None);
                }
                let source = source_value(context, list, (rule, target), &element)?;
                wanted(context, rule, target, source, None).map(Some)
            });
            match carried {
                Ok(Some(Wanted::Value(value))) => {
                    if let Some(path) = target_path(rule, target) {
                        path.write(&mut row, value);
                    }
                }
                Ok(_) => {}
                Err(stop) => stops.push(stop),
            }
        }
        rows.push(row);
    }
    if stops.is_empty() { Ok(rows) } else { Err(stops) }
}

fn source_value(
    context: &Context<'_>,
    list: &ListRule,
    (rule, target): (&crate::language::plan::FieldRule, Side),
    element: &super::scope::Typed,
) -> Result<Value, Stop> {
    let crate::language::plan::RuleBody::Value { left, right, .. } = &rule.body else { return Ok(Value::Null) };
    let expression = if target == Side::Right { left } else { right };
    context.evaluate(expression, Some((element, list.element.as_deref())), &rule.line)
}

/// The list to write where the target does not hold the desired one; `None` where it does.
pub fn change(list: &ListRule, desired: &[Record], present: &Value) -> Option<Value> {
    let mut left_over: Vec<&Value> = present.as_list().unwrap_or_default().iter().collect();
    let mut changed = false;
    let mut rows = Vec::new();
    for row in desired {
        let key = key_of(list, &Value::Record(row.clone()));
        let twins = |found: &&Value| key_of(list, found) == key;
        // Among equal keys the one that holds everything already pairs first, so that order does not matter.
        let at = left_over
            .iter()
            .position(|found| twins(found) && holds(found, row))
            .or_else(|| left_over.iter().position(twins));
        let mut merged = match at.map(|at| left_over.remove(at)) {
            Some(found) => {
                changed |= !holds(found, row);
                found.as_record().cloned().unwrap_or_default()
            }
            None => {
                changed = true;
                Record::new()
            }
        };
        merged.extend(row.clone());
        rows.push(Value::Record(merged));
    }
    (changed || !left_over.is_empty()).then_some(Value::List(rows))
}

fn holds(present: &Value, row: &Record) -> bool {
    row.iter().all(|(name, value)| present.field(name) == value)
}

fn key_of(list: &ListRule, element: &Value) -> String {
    let parts = list.key.iter().map(|name| element.field(name).clone()).collect();
    digest::of_value(&Value::List(parts))
}
