//! Accounts and settings as the rules state them, environment references still by name.
//!
//! Secrets never enter a plan: [`Setting::Env`] names a variable; the runtime resolves it.

use std::collections::BTreeMap;

use crate::diagnostic::Span;
use crate::language::plan::RuleLine;
use crate::language::plan::expression::{CompiledExpression, Fault};
use crate::value::{Record, Value};

/// A configured instance of a system.
#[derive(Clone, Debug)]
pub struct Account {
    /// Its name.
    pub name: String,
    /// Its system.
    pub system: String,
    /// Where the peer is, without a slash at the end once resolved.
    pub base_url: Setting,
    /// Secrets by name; always references.
    pub secrets: BTreeMap<String, Setting>,
    /// Other properties by name (`company_id`).
    pub properties: BTreeMap<String, Setting>,
    /// Which records of other systems it takes; `None`: all.
    pub carries: Option<Carries>,
    /// Settings that differ for this account, by dotted name.
    pub settings: BTreeMap<String, Setting>,
}

/// Which records of one kind an account takes.
#[derive(Clone, Debug)]
pub struct Carries {
    /// The other system.
    pub system: String,
    /// Its kind of record.
    pub record: String,
    /// Holds for those that it takes; reads `system.record.field`.
    pub condition: CompiledExpression,
    /// Where it is said.
    pub line: RuleLine,
}

impl Carries {
    /// Whether it takes a record of its kind, under these settings.
    ///
    /// # Errors
    /// [`Fault`] where the condition fails on the record.
    pub fn takes(&self, record: &Value, settings: &Value) -> Result<bool, Fault> {
        let named = Record::from([(self.record.clone(), record.clone())]);
        let named = (self.system.clone(), Value::Record(named));
        let scope = Value::Record(Record::from([named, ("settings".to_owned(), settings.clone())]));
        Ok(self.condition.evaluate_in(&scope)? == Value::Bool(true))
    }
}

/// A value that may wait for the environment.
#[derive(Clone, Debug)]
pub enum Setting {
    /// As it stands in the file.
    Value(Value),
    /// From the environment.
    Env {
        /// The variable.
        name: String,
        /// What holds where it is not set.
        default: Option<String>,
        /// The line that wants it.
        span: Span,
    },
    /// Several.
    List(Vec<Setting>),
}

impl Setting {
    /// Whether another says the same, wherever it stands.
    pub fn says_the_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Value(one), Self::Value(other)) => one == other,
            (Self::Env { name, default, .. }, Self::Env { name: known, default: other, .. }) => {
                name == known && default == other
            }
            (Self::List(items), Self::List(others)) => {
                items.len() == others.len() && items.iter().zip(others).all(|(one, other)| one.says_the_same(other))
            }
            _ => false,
        }
    }
}
