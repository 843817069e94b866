//! A keyed list rule: the list that the target is to hold, and whether it holds it already.
//!
//! Elements pair by key; equal keys pair as a multiset. Only fields that rules carry are
//! compared; what the target's elements hold beyond them is kept, and so are elements without any field of the key,
//! which the target made by itself.

use std::collections::HashMap;

use super::park::Stop;
use super::rule::{Wanted, applies, elements, raw_in, wanted};
use super::scope::Context;
use super::typed::Element;
use super::wiping;
use crate::language::plan::heard;
use crate::language::plan::{Field, FieldRule, ListRule, RuleBody, Side};
use crate::value::path::lookup;
use crate::value::{Path, Record, Segment, Value, digest};

/// The list that `target` is to hold, in the source's order.
///
/// # Errors
/// The first [`Stop`] of each element that cannot be carried over.
pub fn desired(
    context: &Context<'_>,
    list: &ListRule,
    target: Side,
    outer: Option<&Element<'_>>,
) -> Result<Vec<Record>, Vec<Stop>> {
    let mut rows = Vec::new();
    let mut stops = Vec::new();
    let live: Vec<&FieldRule> = list.rules.iter().filter(|rule| context.flows(rule, target)).collect();
    let needed = needed(context, list, target, outer.is_some());
    for typed in elements(context, list, target.other(), outer) {
        let element = Element { typed: &typed, name: list.element.as_deref(), outer };
        let mut row = Record::with_capacity(live.len());
        for rule in &live {
            match carried(context, rule, target, &element) {
                Ok(Some(value)) => {
                    if let Some(path) = rule.path(target) {
                        path.write(&mut row, value);
                    }
                }
                Ok(None) => {}
                Err(found) => stops.extend(found),
            }
        }
        if stops.is_empty() {
            stops.extend(missing(context, list, target, (&row, &needed)));
        }
        rows.push(row);
    }
    if stops.is_empty() { Ok(rows) } else { Err(stops) }
}

/// A field that each element of the target needs, with its place in the element.
type Needed<'c> = (&'c Field, Path);

/// The fields that each element of the target needs; `inner`: of a list within a list.
fn needed<'c>(context: &Context<'c>, list: &ListRule, target: Side, inner: bool) -> Vec<Needed<'c>> {
    let path = if target == Side::Left { &list.left } else { &list.right };
    // A list within a list says its own part of the path only.
    let stands = |before: &[Segment]| if inner { before.ends_with(&path.0) } else { before == path.0 };
    let own = |field: &Field| {
        let each = field.path.0.iter().rposition(|step| *step == Segment::Each)?;
        let (before, own) = field.path.0.split_at_checked(each)?;
        stands(before).then(|| Path(own.get(1..).unwrap_or_default().to_vec()))
    };
    let needed = context.pipeline.record(target).fields.iter().filter(|field| field.required_on_create);
    needed.filter_map(|field| Some((field, own(field)?))).collect()
}

/// A stop for each needed field that no rule filled.
fn missing(context: &Context<'_>, list: &ListRule, target: Side, (row, needed): (&Record, &[Needed<'_>])) -> Vec<Stop> {
    if needed.is_empty() {
        return Vec::new();
    }
    let kind = context.pipeline.record(target);
    let row = Value::Record(row.clone());
    let stop = |(field, own): &Needed<'_>| {
        let filling = list.rules.iter().find(|rule| rule.path(target) == Some(own));
        let line = filling.or(list.rules.first()).map(|rule| &rule.line)?;
        let message = format!("{} `{}` needs `{}`, and the rule gave nothing", kind.system, kind.name, field.path);
        Some(Stop::new("missing-value", "a value that creating needs is missing", message, line))
    };
    needed.iter().filter(|(_, own)| own.read(&row).is_null()).filter_map(stop).collect()
}

/// What one rule puts into an element of the target; `None`: nothing.
fn carried(
    context: &Context<'_>,
    rule: &FieldRule,
    target: Side,
    element: &Element<'_>,
) -> Result<Option<Value>, Vec<Stop>> {
    let one = |stop: Stop| vec![stop];
    let _speaking = context.speaks(&rule.line);
    heard::towards(target);
    if !applies(context, rule, Some(element), &rule.line).map_err(one)? {
        return Ok(None);
    }
    if let RuleBody::List(list) = &rule.body {
        context.spoke(&rule.line);
        let rows = desired(context, list, target, Some(element))?;
        return Ok(Some(Value::List(rows.into_iter().map(Value::Record).collect())));
    }
    let source = raw_in(context, rule, target.other(), Some(element)).map_err(one)?;
    match wanted(context, rule, target, source, None).map_err(one)? {
        Wanted::Value(value) => Ok(Some(value)),
        Wanted::Nothing => Ok(None),
    }
}

/// A value of an element in whose place a rule would put something empty.
pub struct Wiped<'r> {
    /// The rule.
    pub rule: &'r FieldRule,
    /// The field, from its element.
    pub name: String,
    /// What would be there.
    pub wanted: Value,
    /// What is.
    pub present: Value,
}

/// The list to write on `target` where it does not hold the desired one; `None` where it does.
pub fn change<'r>(
    list: &'r ListRule,
    target: Side,
    desired: &[Record],
    present: &Value,
    wiped: &mut Vec<Wiped<'r>>,
) -> Option<Value> {
    let mut twins: HashMap<String, Vec<&Value>> = HashMap::new();
    for found in present.as_list().unwrap_or_default() {
        twins.entry(key_of(list, found)).or_default().push(found);
    }
    let mut changed = false;
    let mut rows = Vec::new();
    for row in desired {
        let twins = twins.get_mut(&key_of(list, &Value::Record(row.clone())));
        let Some(twins) = twins.filter(|twins| !twins.is_empty()) else {
            changed = true;
            rows.push(Value::Record(row.clone()));
            continue;
        };
        // Among equal keys the one that holds everything already pairs first, so that order does not matter.
        let whole = twins.iter().position(|found| merged(list, target, row, found, &mut Vec::new()).is_none());
        let found = twins.remove(whole.unwrap_or_default());
        let merged = if whole.is_some() { None } else { merged(list, target, row, found, wiped) };
        changed |= merged.is_some();
        rows.push(merged.unwrap_or_else(|| found.clone()));
    }
    // What has none of the key's fields no rule made: a line that the system adds by itself, such as a subtotal.
    let is_own = |found: &Value| list.key.iter().all(|name| found.field(name).is_null());
    changed |= twins.values().flatten().any(|found| !is_own(found));
    if !changed {
        return None;
    }
    let resting = |found: &Value| is_own(found) && twins.values().flatten().any(|left| std::ptr::eq(*left, found));
    for (at, found) in present.as_list().unwrap_or_default().iter().enumerate().filter(|(_, found)| resting(found)) {
        rows.insert(at.min(rows.len()), found.clone());
    }
    Some(rows.into())
}

/// The rows that a list lacks, where elements can only be added to it; `None` where it lacks none. `sent`: rows that
/// were added before and that the peer spells otherwise. Keys that differ in case or in blanks alone are one: what is
/// added can never be taken away again.
pub fn additions(list: &ListRule, desired: &[Record], present: &Value, sent: Option<&Value>) -> Option<Value> {
    let there = [Some(present), sent].into_iter().flatten();
    let there = there.flat_map(|rows| rows.as_list().unwrap_or_default());
    let mut held: HashMap<String, usize> = HashMap::new();
    for element in there {
        *held.entry(loose_key_of(list, element)).or_default() += 1;
    }
    let mut rows = Vec::new();
    for row in desired {
        let row = Value::Record(row.clone());
        match held.get_mut(&loose_key_of(list, &row)).filter(|count| **count > 0) {
            Some(count) => *count -= 1,
            None => rows.push(row),
        }
    }
    (!rows.is_empty()).then_some(rows.into())
}

/// An element with the desired row laid over it; `None` where it holds the row already. What is for new elements only
/// stays as it is.
fn merged<'r>(
    list: &'r ListRule,
    target: Side,
    row: &Record,
    present: &Value,
    wiped: &mut Vec<Wiped<'r>>,
) -> Option<Value> {
    let mut merged = present.as_record().cloned().unwrap_or_default();
    let mut changed = false;
    let mut seen: Vec<&Path> = Vec::new();
    for rule in list.rules.iter().filter(|rule| !rule.on_create) {
        let Some((path, value)) = rule.path(target).and_then(|path| Some((path, lookup(row, &path.0)?))) else {
            continue;
        };
        // Of rules that take turns one filled the row.
        if seen.contains(&path) {
            continue;
        }
        seen.push(path);
        let held = path.read(present);
        let value = match &rule.body {
            RuleBody::List(inner) => change(inner, target, &records(value), &held, wiped),
            RuleBody::Value { .. } => {
                if wiping::wipes(rule, value, &held) {
                    let (name, wanted) = (path.to_string(), value.clone());
                    wiped.push(Wiped { rule, name, wanted, present: held.clone() });
                }
                (held != *value).then(|| value.clone())
            }
        };
        if let Some(value) = value {
            changed = true;
            path.write(&mut merged, value);
        }
    }
    changed.then_some(Value::Record(merged))
}

fn records(list: &Value) -> Vec<Record> {
    list.as_list().unwrap_or_default().iter().filter_map(Value::as_record).cloned().collect()
}

/// The key however a peer spells it: without regard to case and to blanks around and between words.
fn loose_key_of(list: &ListRule, element: &Value) -> String {
    let loose = |value: &Value| match value {
        Value::Text(text) => Value::text(text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()),
        other => other.clone(),
    };
    digest::canonical(&Value::List(list.key.iter().map(|name| loose(element.field(name))).collect()))
}

fn key_of(list: &ListRule, element: &Value) -> String {
    let parts = list.key.iter().map(|name| element.field(name).clone()).collect();
    digest::canonical(&Value::List(parts))
}
