//! For which values of a field a record is created.

use std::cell::OnceCell;

use super::meaning::{Condition, Possible, Reading};
use super::view::View;
use crate::language::plan::{Create, Pipeline};
use crate::value::{Path, Value};

/// When a pipeline creates a record, as far as its condition says; on demand it has none.
pub struct Creating<'a> {
    condition: Option<(Reading<'a>, Condition)>,
    /// Whether it may hold at all, once that was asked.
    may_be: OnceCell<bool>,
}

impl<'a> Creating<'a> {
    /// By the create rule of a pipeline.
    pub fn of(view: &'a View<'a>, pipeline: &Pipeline, create: &Create) -> Self {
        let read = |reading: Reading<'a>| create.when.as_ref().map(|when| reading.read(when.tree())).zip(Some(reading));
        let condition = read(Reading::of(view, pipeline)).map(|(condition, reading)| (reading, condition));
        Self { condition, may_be: OnceCell::new() }
    }

    /// The values of a field, about which the condition says something, for which it holds under some value that
    /// everything else may take.
    pub fn certain(&self, (system, field): (&str, &str), values: &[String]) -> Vec<String> {
        let Some((reading, condition)) = &self.condition else { return Vec::new() };
        let Some(path) = Path::parse(field).filter(|_| condition.asks_for(&format!("{system}.{field}"))) else {
            return Vec::new();
        };
        let is = |value: &str| reading.is(Some(system), &path, &Value::text(value));
        let holds = |value: &&String| matches!(condition.clone().and(is(value)).possible(), Possible::Where(_));
        values.iter().filter(holds).cloned().collect()
    }

    /// Whether the condition may hold at all.
    pub fn may_be(&self) -> bool {
        *self.may_be.get_or_init(|| self.condition.as_ref().is_none_or(|(_, condition)| !condition.is_never()))
    }

    /// Whether the condition may hold for a value of a field.
    pub fn may_be_for(&self, (system, field): (&str, &str), value: &str) -> bool {
        let (Some((reading, condition)), Some(path)) = (&self.condition, Path::parse(field)) else { return true };
        let is = reading.is(Some(system), &path, &Value::text(value));
        // What is about other places holds of one value as of another.
        if condition.meets(&is) { !condition.clone().and(is).is_never() } else { self.may_be() && !is.is_never() }
    }
}
