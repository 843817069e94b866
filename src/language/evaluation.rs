//! One expression by itself, as a person tries it out: parsed and judged as in a rule, and worked out over a record
//! that is given.
//!
//! Its names are the fields of what is given, beside the settings, tables and scripts of a rule set. Knows no links and
//! reads nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::diagnostic::{Code, Diagnostic, FileId, Severity};
use crate::language::check::CheckedRules;
use crate::language::function::registry;
use crate::language::infer::{Meaning, Scope as Names, kind_of};
use crate::language::plan::Table;
use crate::language::plan::expression::{FaultKind, Scope};
use crate::language::resolve::{self, Sink};
use crate::language::script::ScriptSet;
use crate::language::source::{SourceFile, SourceMap};
use crate::language::syntax::expression_origin::Origin;
use crate::language::syntax::expression_parser::parse;
use crate::value::path::read as read_path;
use crate::value::{Record, Segment, Value};

/// How the text is called where it is shown.
const NAME: &str = "expression";

/// Under which name settings stand.
pub const SETTINGS: &str = "settings";

/// What an expression may name.
#[derive(Debug, Default)]
pub struct Known {
    /// The record whose fields are names.
    input: Record,
    /// The settings as the rules have them.
    settings: Value,
    rules: Option<CheckedRules>,
}

/// What came of an expression.
#[derive(Debug)]
pub struct Evaluated {
    /// The text, for showing findings.
    pub sources: SourceMap,
    /// What is wrong with it.
    pub findings: Vec<Diagnostic>,
    /// Its value, where nothing is.
    pub value: Option<Value>,
}

impl Known {
    /// The fields of a record, what a rule set declares, and its settings.
    pub fn new(input: Record, rules: Option<CheckedRules>, settings: Value) -> Self {
        Self { input, settings, rules }
    }

    /// Every name that a path may begin with, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.input.keys().map(AsRef::as_ref).chain([SETTINGS])
    }

    /// Every function that may be called: those of the language, then those of scripts.
    pub fn functions(&self) -> Vec<String> {
        let own = registry::all().iter().map(|function| function.name.to_owned());
        let scripts = self.rules.iter().flat_map(|rules| rules.scripts.functions().map(|one| one.name.clone()));
        own.chain(scripts).collect()
    }

    /// What stands at a path: a name, and fields behind it.
    pub fn at(&self, head: &str, fields: &[Segment]) -> Value {
        let root = if head == SETTINGS { &self.settings } else { self.input.get(head).unwrap_or(&Value::Null) };
        read_path(root, fields)
    }

    /// Works out an expression.
    pub fn evaluate(&self, text: &str) -> Evaluated {
        let sources = SourceMap::new(vec![SourceFile { name: NAME.to_owned(), text: text.to_owned() }]);
        let (value, findings) = match self.value(text, &sources) {
            Ok(value) => (Some(value), Vec::new()),
            Err(findings) => (None, findings),
        };
        Evaluated { sources, findings, value }
    }

    fn value(&self, text: &str, sources: &SourceMap) -> Result<Value, Vec<Diagnostic>> {
        let origin = Origin { file: FileId(0), map: &|at| at };
        let tree = parse(text, &origin).map_err(|found| vec![found])?;
        let mut names = resolve::Names::new(sources, ScriptSet::compile(&[]).0);
        if let Some(rules) = &self.rules {
            names.scripts = Arc::clone(&rules.scripts);
            names.tables = rules.tables.clone();
            names.settings = rules.settings.clone();
            names.types = rules.types.clone();
            names.pipelines = rules.pipelines.keys().map(|name| (name.clone(), tree.span)).collect();
        }
        let heads: BTreeMap<String, Meaning> = self.input.keys().map(|name| (name.to_string(), Meaning::Any)).collect();
        // What is null is seen when it is worked out: this is one record, not every one that may come.
        let mut scope = Names::default().guarded();
        scope.heads = heads;
        let mut sink = Sink::default();
        kind_of(&tree, &scope, &names, &mut sink);
        let findings: Vec<_> = sink.found.into_iter().filter(|one| one.severity == Severity::Error).collect();
        if !findings.is_empty() {
            return Err(findings);
        }
        names.compile(tree).evaluate(self).map_err(|fault| {
            let (code, message) = match fault.kind {
                FaultKind::Park(text) => ("parked-by-rule", text),
                FaultKind::Failed(text) => ("rule-failed", text),
                FaultKind::Exhausted(text) => ("too-much-work", text),
            };
            vec![Diagnostic::error(Code(code), message, fault.span, "here")]
        })
    }

    fn mapped(&self, table: &str, value: &Value) -> Result<Value, String> {
        let table: Option<&Arc<Table>> = self.rules.as_ref().and_then(|rules| rules.tables.get(table));
        let Some(table) = table.filter(|_| !value.is_null()) else { return Ok(Value::Null) };
        table.mapped(value).map_or(Ok(Value::Null), |(outcome, row)| row.given(outcome, value))
    }
}

impl Scope for Known {
    fn read(&self, head: Option<&str>, segments: &[Segment]) -> Option<Value> {
        head.map(|name| self.at(name, segments))
    }

    fn call(&self, name: &str, arguments: &[Value]) -> Option<Result<Value, String>> {
        if !registry::ASKED.contains(&name) {
            return None;
        }
        Some(match (name, arguments) {
            ("mapped", [Value::Text(table), value]) => self.mapped(table, value),
            _ => Err(format!("`{name}` asks what is linked, and here is no store")),
        })
    }
}
