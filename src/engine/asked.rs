//! Functions that only the situation can answer: what is linked with a key, and what a table makes of a value.
//!
//! What is not read yet becomes a [`Want`], as with paths. Knows no names of records.

use super::scope::Context;
use super::situation::{Found, Want};
use super::typed::Typed;
use crate::language::function::registry;
use crate::language::plan::heard;
use crate::language::plan::{Pipeline, Side};
use crate::value::Value;

impl Context<'_> {
    /// What such a function answers, `near` an element of a list where it stands in one; `None`: it is none of them.
    pub(super) fn answered(
        &self,
        name: &str,
        arguments: &[Value],
        near: Option<&Typed>,
    ) -> Option<Result<Value, String>> {
        let (known, [Value::Text(named), value]) = (registry::ASKED.contains(&name), arguments) else {
            return registry::ASKED.contains(&name).then(|| Err("takes a name and a value".to_owned()));
        };
        if !known {
            return None;
        }
        if name == "mapped" {
            return Some(self.mapped(named, value));
        }
        let key = value.to_key().and_then(|id| self.linked_key(named, &id, near)).unwrap_or_default();
        Some(Ok(if name == "linked" { Value::Bool(!key.is_null()) } else { key }))
    }

    /// The key that a pipeline has linked with this one, whichever side it is of; `near` is what the question is
    /// asked of, whose account counts for its own system. A record's own key is of its own side, whoever else bears it.
    fn linked_key(&self, pipeline: &str, id: &str, near: Option<&Typed>) -> Option<Value> {
        let pipeline = self.plan.pipelines.get(pipeline)?;
        let own = near.and_then(|near| own_side(pipeline, near, id));
        let near = near.and_then(|near| Some((&near.at.as_ref()?.0.system, near.account.as_str())));
        let sides = [Side::Left, Side::Right].into_iter().filter(|side| own.is_none_or(|own| own == *side));
        // All are asked before one is looked at, so that what is missing is read at once.
        let found: Vec<Option<&Found>> = sides
            .map(|side| {
                let account = |side: Side| match near {
                    Some((system, account)) if *system == pipeline.record(side).system => account.to_owned(),
                    _ => self.account_for(&pipeline.record(side).system),
                };
                self.ask(Want::Linked {
                    pipeline: pipeline.name.clone(),
                    side,
                    account: account(side),
                    id: id.to_owned(),
                    other: account(side.other()),
                })
            })
            .collect();
        found.into_iter().flatten().find_map(|found| if let Found::Key(key) = found { Some(key.clone()) } else { None })
    }

    /// What a table makes of a value, read from left to right; a value without a row goes by one that differs in case.
    fn mapped(&self, table: &str, value: &Value) -> Result<Value, String> {
        let Some(table) = self.plan.tables.get(table).filter(|_| !value.is_null()) else { return Ok(Value::Null) };
        let Some((outcome, row)) = table.mapped(value) else { return Ok(Value::Null) };
        self.spoke(&row.line);
        heard::row(&row.line, table.field(Side::Right));
        row.given(outcome, value)
    }
}

/// Of which side of a pipeline a record is, where this is its own key; `None`: of none, or of both.
fn own_side(pipeline: &Pipeline, near: &Typed, id: &str) -> Option<Side> {
    let (kind, path) = near.at.as_ref()?;
    let is_of = |side: Side| {
        let own = pipeline.record(side);
        own.system == kind.system && own.name == kind.name
    };
    let is_own = path.0.is_empty() && kind.id_of(&near.value).as_deref() == Some(id);
    match (is_own, is_of(Side::Left), is_of(Side::Right)) {
        (true, true, false) => Some(Side::Left),
        (true, false, true) => Some(Side::Right),
        _ => None,
    }
}
