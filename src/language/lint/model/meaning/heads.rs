//! What the names in a pipeline stand for, and what is known of a place behind such a name.

use std::sync::Arc;

use super::domain::Domain;
use super::head::{Head, Heads};
use super::terms;
use crate::language::check::CheckedRules;
use crate::language::plan::setting_type::is_truth;
use crate::language::plan::{Cardinality, Field, Pipeline, Presence, RecordType, Setting, SettingType};
use crate::value::{Kind, Path, Segment, Value};

/// The names of a pipeline, its sides by these roots.
pub(super) fn heads(pipeline: &Pipeline, roots: [String; 2]) -> Heads {
    let mut heads = Heads::new();
    for (record, root) in [&pipeline.left, &pipeline.right].into_iter().zip(roots) {
        let is_there = record.grouped.is_none();
        let head = Head { root, record: Arc::clone(record), at: Path::default(), is_there };
        heads.insert(record.system.clone(), head);
    }
    // Two entries that ask for the same are one record, whatever they are called.
    for read in &pipeline.with {
        let many = if read.cardinality == Cardinality::Many { "[]" } else { "" };
        let condition = terms::key(&heads, None, read.condition.tree());
        let root = format!("{}.{}{many} where {condition}", read.record.system, read.record.name);
        let head = Head { root, record: Arc::clone(&read.record), at: Path::default(), is_there: false };
        heads.insert(read.name.clone(), head);
    }
    heads
}

/// The fields of a record by their bare names, as conditions of its system file write them.
pub(super) fn fields(record: &Arc<RecordType>) -> Heads {
    let root = |name: &str| format!("{}.{}.{name}", record.system, record.name);
    let head =
        |name: &str| Head { root: root(name), record: Arc::clone(record), at: Path::field(name), is_there: true };
    let first = |field: &Field| match field.path.0.first() {
        Some(Segment::Field(name)) => Some((name.to_string(), head(name))),
        _ => None,
    };
    record.fields.iter().filter_map(first).collect()
}

impl Head {
    /// What is known of a place behind it.
    pub(super) fn domain(&self, rules: &CheckedRules, steps: &[Segment], shown: String) -> Domain {
        let known = walk(rules, &self.record, (self.at.clone(), self.is_there), steps);
        let Some((kind, filled)) = known else { return Domain { shown, values: None, nullable: true, whole: false } };
        Domain { shown, values: values(&kind), nullable: !filled, whole: kind == Kind::Integer }
    }
}

/// The values of a kind, where they can be counted.
pub(super) fn values(kind: &Kind) -> Option<Vec<Value>> {
    match kind {
        Kind::Bool => Some(vec![Value::Bool(true), Value::Bool(false)]),
        Kind::Enum(values) => Some(values.iter().map(|value| Value::text(value.as_str())).collect()),
        Kind::Any
        | Kind::Null
        | Kind::Integer
        | Kind::Decimal
        | Kind::Text
        | Kind::Timestamp
        | Kind::Date
        | Kind::Reference(_)
        | Kind::List(_)
        | Kind::Record(_) => None,
    }
}

/// The kind at a place, and whether something always stands there; references are gone through.
fn walk(
    rules: &CheckedRules,
    record: &Arc<RecordType>,
    (mut at, mut is_there): (Path, bool),
    steps: &[Segment],
) -> Option<(Kind, bool)> {
    if let Some(field) = record.field(&at).filter(|_| steps.is_empty()) {
        return Some((field.kind.clone(), is_there && is_filled(record, field)));
    }
    for (count, step) in steps.iter().enumerate() {
        match step {
            Segment::Field(name) => at = at.join(name.as_str()),
            Segment::Index(_) => {
                is_there = false;
                at.0.push(Segment::Each);
            }
            // Several values are no value that a test could be about.
            Segment::Each => return None,
        }
        let rest = steps.get(count + 1..).unwrap_or_default();
        let Some(field) = record.field(&at) else { continue };
        let filled = is_there && is_filled(record, field);
        match &field.kind {
            kind if rest.is_empty() => return Some((kind.clone(), filled)),
            Kind::Reference(name) => {
                let target = rules.systems.get(&record.system)?.records.get(name.as_ref())?;
                return walk(rules, target, (Path::default(), filled), rest);
            }
            _ => {}
        }
    }
    None
}

fn is_filled(record: &RecordType, field: &Field) -> bool {
    field.presence == Presence::Filled || field.path.is_field(&record.key)
}

/// What is known of a setting.
pub(super) fn setting(rules: &CheckedRules, name: &str, shown: String) -> Domain {
    let open = |nullable, whole| Domain { shown: shown.clone(), values: None, nullable, whole };
    let Some(kind) = rules.types.get(name) else {
        let own = rules.accounts.values().filter_map(|account| account.settings.get(name));
        let said: Vec<&Setting> = rules.settings.get(name).into_iter().chain(own).collect();
        let values: Option<Vec<Value>> =
            said.iter().map(|one| if let Setting::Value(value) = one { Some(value.clone()) } else { None }).collect();
        return Domain { shown, values: values.filter(|values| !values.is_empty()), nullable: false, whole: false };
    };
    match kind.plain() {
        SettingType::OneOf(values) => {
            let truth = is_truth(values);
            let value = |text: &String| if truth { Value::Bool(text == "true") } else { Value::text(text.as_str()) };
            Domain { values: Some(values.iter().map(value).collect()), ..open(false, false) }
        }
        SettingType::Number { whole, .. } => open(!matches!(kind, SettingType::Filled(_)), *whole),
        _ => open(false, false),
    }
}

/// What may stand in a list setting; `None`: anything.
pub(super) fn members(rules: &CheckedRules, name: &str) -> Option<Vec<Value>> {
    let items = match (rules.types.get(name), rules.settings.get(name)) {
        (Some(kind), _) => kind.values().iter().map(|value| Value::text(value.as_str())).collect(),
        (None, Some(Setting::List(items))) => items
            .iter()
            .map(|item| if let Setting::Value(value) = item { Some(value.clone()) } else { None })
            .collect::<Option<Vec<Value>>>()?,
        (None, _) => return None,
    };
    (!items.is_empty()).then_some(items)
}
