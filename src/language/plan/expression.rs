//! A compiled expression: the tree with its functions bound, evaluated over a scope.
//!
//! Pure: the same scope gives the same value. What can fail gives a [`Fault`]; `??` catches it.

use std::sync::Arc;

use rust_decimal::Decimal;

use crate::diagnostic::Span;
use crate::language::function::registry;
use crate::language::function::signature::bounded;
use crate::language::plan::fuel::{Fuel, OPERATIONS_MAX};
use crate::language::plan::heard;
use crate::language::script::{CallFault, KnownCalls, ScriptSet};
use crate::language::syntax::expression::{Expression, ExpressionKind, Name, Operator, PathExpression, Step};
use crate::value::path::read as read_path;
use crate::value::{Path, Segment, Value};

/// Functions that answer by what is linked already.
const LINKS: [&str; 2] = ["linked", "counterpart"];

/// Where names come from.
pub trait Scope {
    /// The value at a path from a name; from the current element where `head` is `None`. `None`: no such name.
    fn read(&self, head: Option<&str>, segments: &[Segment]) -> Option<Value>;

    /// A function that asks what only the scope knows; `None`: it knows no such function.
    fn call(&self, name: &str, arguments: &[Value]) -> Option<Result<Value, String>> {
        let _ = (name, arguments);
        None
    }

    /// What all expressions of the scope share; `None`: each expression has its own.
    fn fuel(&self) -> Option<&Fuel> {
        None
    }

    /// What scripts answered before; `None`: nothing is kept.
    fn known_calls(&self) -> Option<&KnownCalls> {
        None
    }
}

/// Why there is no value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What kind.
    pub kind: FaultKind,
    /// Where in the rules.
    pub span: Span,
}

/// Kinds of faults.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// The rule asks for a person.
    Park(String),
    /// It could not be worked out.
    Failed(String),
    /// It is too much work, or holds too much. No value follows from that: `??` does not catch it.
    Exhausted(String),
}

/// A compiled expression.
#[derive(Clone, Debug)]
pub struct CompiledExpression {
    tree: Arc<Expression>,
    scripts: Arc<ScriptSet>,
}

/// Names of a record's own fields, without a head before them.
struct Bare<'a>(&'a Value);

impl Scope for Bare<'_> {
    fn read(&self, head: Option<&str>, segments: &[Segment]) -> Option<Value> {
        Some(read_path(head.map_or(self.0, |name| self.0.field(name)), segments))
    }
}

/// The scope, and what work in it may still cost.
#[derive(Clone, Copy)]
struct Within<'a> {
    scope: &'a dyn Scope,
    fuel: &'a Fuel,
    known_calls: Option<&'a KnownCalls>,
}

impl Within<'_> {
    fn spend(self, operations: usize, span: Span) -> Result<(), Fault> {
        self.fuel.spend(operations).map_err(|_| {
            let text = format!(
                "the rules ask for more than {OPERATIONS_MAX} operations; look through fewer lists inside one another"
            );
            Fault { kind: FaultKind::Exhausted(text), span }
        })
    }
}

struct Element<'a> {
    outer: &'a dyn Scope,
    value: &'a Value,
}

impl Scope for Element<'_> {
    fn read(&self, head: Option<&str>, segments: &[Segment]) -> Option<Value> {
        match head {
            None => Some(read_path(self.value, segments)),
            Some(_) => self.outer.read(head, segments),
        }
    }

    fn call(&self, name: &str, arguments: &[Value]) -> Option<Result<Value, String>> {
        self.outer.call(name, arguments)
    }
}

impl CompiledExpression {
    /// Binds an expression to the scripts whose functions it may call.
    pub fn new(tree: Expression, scripts: Arc<ScriptSet>) -> Self {
        Self { tree: Arc::new(tree), scripts }
    }

    /// The fields at the head of the paths that it reads from a name.
    pub fn first_fields(&self, head: &str, read: &mut Vec<Path>) {
        self.tree.visit(&mut |part| {
            if let ExpressionKind::Path(path) = &part.kind
                && path.head.as_ref().is_some_and(|name| name.text == head)
                && let Some(Segment::Field(name)) = path.steps.first().map(|step| &step.segment)
            {
                read.push(Path::field(name.as_str()));
            }
        });
    }

    /// The first field of each path that begins with this name, or with `.` where there is none, also behind `[]`.
    pub fn fields_of(&self, head: Option<&str>, read: &mut Vec<Path>) {
        self.tree.visit(&mut |part| {
            if let ExpressionKind::Path(path) = &part.kind
                && path.head.as_ref().map(|name| name.text.as_str()) == head
            {
                let mut fields = path.steps.iter().filter_map(|step| match &step.segment {
                    Segment::Field(name) => Some(Path::field(name.as_str())),
                    _ => None,
                });
                read.extend(fields.next());
            }
        });
    }

    /// Whether it asks what is linked already.
    pub fn asks_for_links(&self) -> bool {
        let mut found = false;
        self.tree.visit(&mut |part| {
            found |= matches!(&part.kind, ExpressionKind::Call(name, _) if LINKS.contains(&name.text.as_str()));
        });
        found
    }

    /// The conditions of all scripts that it may call, each with whether it is a guard against nothing.
    pub fn script_conditions(&self) -> impl Iterator<Item = (Span, bool)> {
        self.scripts.conditions()
    }

    /// Whether it says the same as another of other rules: its text, and the scripts where it calls any.
    pub fn says_the_same(&self, other: &Self) -> bool {
        self.tree.to_string() == other.tree.to_string() && (!self.calls_scripts() || self.has_same_scripts(other))
    }

    /// Whether it calls a function of a script.
    pub fn calls_scripts(&self) -> bool {
        let mut calls = false;
        self.tree.visit(&mut |part| {
            calls |= matches!(&part.kind, ExpressionKind::Call(name, _) if self.is_script(&name.text));
        });
        calls
    }

    /// Whether the scripts of both rule sets say the same.
    pub fn has_same_scripts(&self, other: &Self) -> bool {
        self.scripts.is_alike(&other.scripts)
    }

    /// The names of the tables that it looks values up in.
    pub fn tables(&self, named: &mut Vec<String>) {
        self.tree.visit(&mut |part| {
            if let ExpressionKind::Call(name, arguments) = &part.kind
                && name.text == "mapped"
                && let Some(ExpressionKind::Literal(table)) = arguments.first().map(|argument| &argument.kind)
            {
                named.extend(table.to_key());
            }
        });
    }

    /// Whole paths that begin with this name, as far as they are fields.
    pub fn paths_of(&self, head: &str, read: &mut Vec<Path>) {
        self.tree.visit(&mut |part| {
            if let ExpressionKind::Path(path) = &part.kind
                && path.head.as_ref().is_some_and(|name| name.text == head)
            {
                let is_field = |step: &&Segment| matches!(step, Segment::Field(_));
                read.push(Path(path.segments.iter().take_while(is_field).cloned().collect()));
            }
        });
    }

    /// Whether a function that it calls is one of a script.
    pub fn is_script(&self, function: &str) -> bool {
        self.scripts.functions().any(|known| known.name == function)
    }

    /// Whether a script's function names a word, itself or in what it calls.
    pub fn script_mentions(&self, function: &str, word: &str) -> bool {
        self.scripts.mentions(function, word)
    }

    /// Whether a script that is given what begins with this name, as a whole, reads a field of it.
    pub fn script_reads(&self, head: &str, field: &Path) -> bool {
        let Some(word) = field.last_name() else { return false };
        let is_whole = |argument: &Expression| {
            matches!(&argument.kind, ExpressionKind::Path(path)
                if path.steps.is_empty() && path.head.as_ref().is_some_and(|name| name.text == head))
        };
        let mut found = false;
        self.tree.visit(&mut |part| {
            found |= matches!(&part.kind, ExpressionKind::Call(name, arguments)
                if arguments.iter().any(is_whole) && self.scripts.mentions(&name.text, word));
        });
        found
    }

    /// Whether it is a plain path, so that its value is what the record holds.
    pub fn is_path(&self) -> bool {
        matches!(self.tree.kind, ExpressionKind::Path(_))
    }

    /// Whether a path begins with this name.
    pub fn mentions(&self, head: &str) -> bool {
        let mut found = false;
        self.tree.visit(&mut |part| {
            found |= matches!(&part.kind, ExpressionKind::Path(path)
                if path.head.as_ref().is_some_and(|name| name.text == head));
        });
        found
    }

    /// The tree it was made from.
    pub fn tree(&self) -> &Expression {
        &self.tree
    }

    /// Its value in a scope.
    ///
    /// # Errors
    /// [`Fault`] where a part fails and nothing catches it.
    pub fn evaluate(&self, scope: &dyn Scope) -> Result<Value, Fault> {
        let own = Fuel::default();
        let within = Within { scope, fuel: scope.fuel().unwrap_or(&own), known_calls: scope.known_calls() };
        let value = self.value(&self.tree, within)?;
        if let Value::Bool(held) = value {
            heard::branch(self.tree.span, held);
        }
        Ok(value)
    }

    /// Notes that it does not hold of what it is not even asked of.
    pub fn does_not_hold(&self) {
        heard::branch(self.tree.span, false);
    }

    /// Its value where bare names are the fields of one record.
    ///
    /// # Errors
    /// As [`CompiledExpression::evaluate`].
    pub fn evaluate_in(&self, record: &Value) -> Result<Value, Fault> {
        self.evaluate(&Bare(record))
    }

    /// Each kind of part has a function of its own, so that nesting costs little stack.
    fn value(&self, at: &Expression, within: Within<'_>) -> Result<Value, Fault> {
        within.spend(1, at.span)?;
        match &at.kind {
            ExpressionKind::Literal(value) => Ok(value.clone()),
            ExpressionKind::List(items) => self.all(items, within).map(Value::from),
            ExpressionKind::Path(path) => read(path, at.span, within),
            ExpressionKind::Steps(base, steps) => self.value(base, within).map(|base| step(&base, steps)),
            ExpressionKind::Call(name, arguments) => self.call(name, (arguments, at.span), within),
            ExpressionKind::Binary(operator, left, right) => self.binary(*operator, (left, right), within),
            ExpressionKind::Not(inner) => self.value(inner, within).map(|value| Value::Bool(!truth(&value))),
            ExpressionKind::Negate(inner) => self.value(inner, within).and_then(|value| negated(&value, at.span)),
            ExpressionKind::Choice(parts) => {
                let [condition, yes, no] = parts.as_ref();
                let held = self.value(condition, within).map(|value| truth(&value))?;
                heard::branch(condition.span, held);
                self.value(if held { yes } else { no }, within)
            }
            ExpressionKind::Filter(list, condition) => self.filtered(list, condition, within),
            ExpressionKind::Park(text) => Err(Fault { kind: FaultKind::Park(text.clone()), span: at.span }),
        }
    }

    fn call(&self, name: &Name, (arguments, span): (&[Expression], Span), within: Within<'_>) -> Result<Value, Fault> {
        let arguments = self.all(arguments, within)?;
        let named = |text: &str| format!("`{}`: {text}", name.text);
        if let Some(function) = registry::find(&name.text) {
            within.spend(arguments.iter().map(breadth).sum(), span)?;
            return (function.body)(&arguments).map_err(|text| failed(named(&text), span));
        }
        if let Some(answer) = within.scope.call(&name.text, &arguments) {
            return answer.map_err(|text| failed(named(&text), span));
        }
        let answer = match within.known_calls {
            // Whoever listens is told of every condition.
            _ if heard::is_listening() => {
                let (answer, conditions) = self.scripts.overheard(&name.text, &arguments);
                conditions.into_iter().for_each(|(at, held)| heard::branch(at, held));
                answer
            }
            Some(known) => known.call(&self.scripts, &name.text, &arguments),
            None => self.scripts.call(&name.text, &arguments),
        };
        answer.map_err(|fault| match fault {
            CallFault::Failed(text) => failed(named(&text), span),
            CallFault::Exhausted(text) => Fault { kind: FaultKind::Exhausted(named(&text)), span },
        })
    }

    fn filtered(&self, list: &Expression, condition: &Expression, within: Within<'_>) -> Result<Value, Fault> {
        let kept = match self.value(list, within)? {
            Value::Null => Vec::new(),
            Value::List(items) => {
                let mut kept = Vec::new();
                for value in items {
                    let element = Element { outer: within.scope, value: &value };
                    if truth(&self.value(condition, Within { scope: &element, ..within })?) {
                        kept.push(value);
                    }
                }
                kept
            }
            other => {
                return Err(failed(
                    format!("`where` chooses from a list, and this is {}", other.kind_name()),
                    list.span,
                ));
            }
        };
        Ok(kept.into())
    }

    fn all(&self, items: &[Expression], within: Within<'_>) -> Result<Vec<Value>, Fault> {
        items.iter().map(|item| self.value(item, within)).collect()
    }

    fn binary(
        &self,
        operator: Operator,
        (left, right): (&Expression, &Expression),
        within: Within<'_>,
    ) -> Result<Value, Fault> {
        match operator {
            Operator::Or if truth(&self.value(left, within)?) => Ok(Value::Bool(true)),
            Operator::And if !truth(&self.value(left, within)?) => Ok(Value::Bool(false)),
            Operator::Or | Operator::And => Ok(Value::Bool(truth(&self.value(right, within)?))),
            Operator::Else => match self.value(left, within) {
                Ok(Value::Null) | Err(Fault { kind: FaultKind::Failed(_), .. }) => {
                    heard::branch(left.span, true);
                    self.value(right, within)
                }
                other => {
                    heard::branch(left.span, false);
                    other
                }
            },
            _ => {
                let a = self.value(left, within)?;
                let b = self.value(right, within)?;
                applied(operator, (&a, &b), left.span.to(right.span))
            }
        }
    }
}

fn read(path: &PathExpression, span: Span, within: Within<'_>) -> Result<Value, Fault> {
    let head = path.head.as_ref().map(|name| name.text.as_str());
    let value = within.scope.read(head, &path.segments);
    let value = value.ok_or_else(|| failed(format!("nothing is called `{}`", head.unwrap_or(".")), span))?;
    within.spend(breadth(&value), span)?;
    Ok(value)
}

/// How much there is to look through.
fn breadth(value: &Value) -> usize {
    value.as_list().map_or(0, <[Value]>::len)
}

fn step(base: &Value, steps: &[Step]) -> Value {
    Path(steps.iter().map(|step| step.segment.clone()).collect()).read(base)
}

fn negated(value: &Value, span: Span) -> Result<Value, Fault> {
    match value {
        Value::Null => Ok(Value::Null),
        other => applied(Operator::Subtract, (&Value::Integer(0), other), span),
    }
}

fn applied(operator: Operator, (a, b): (&Value, &Value), span: Span) -> Result<Value, Fault> {
    apply(operator, a, b).map_err(|text| failed(text, span))
}

fn failed(text: String, span: Span) -> Fault {
    Fault { kind: FaultKind::Failed(text), span }
}

fn truth(value: &Value) -> bool {
    matches!(value, Value::Bool(true))
}

fn apply(operator: Operator, a: &Value, b: &Value) -> Result<Value, String> {
    match operator {
        Operator::Equal => Ok(Value::Bool(a == b)),
        Operator::NotEqual => Ok(Value::Bool(a != b)),
        Operator::In => match b {
            Value::List(items) => Ok(Value::Bool(items.contains(a))),
            Value::Null => Ok(Value::Bool(false)),
            other => Err(format!("`in` needs a list on its right and found {}", other.kind_name())),
        },
        Operator::Less | Operator::LessEqual | Operator::Greater | Operator::GreaterEqual => {
            let order = order(a, b)?;
            Ok(Value::Bool(match operator {
                Operator::Less => order.is_lt(),
                Operator::LessEqual => order.is_le(),
                Operator::Greater => order.is_gt(),
                _ => order.is_ge(),
            }))
        }
        _ => arithmetic(operator, a, b),
    }
}

fn order(a: &Value, b: &Value) -> Result<std::cmp::Ordering, String> {
    a.order(b).ok_or_else(|| format!("{} and {} have no order", a.kind_name(), b.kind_name()))
}

fn arithmetic(operator: Operator, a: &Value, b: &Value) -> Result<Value, String> {
    if let (Operator::Add, Value::Text(a), Value::Text(b)) = (operator, a, b) {
        bounded(a.len() + b.len())?;
        return Ok(Value::text(format!("{a}{b}")));
    }
    let (Some(x), Some(y)) = (a.as_decimal(), b.as_decimal()) else {
        return Err(format!("cannot calculate with {} and {}", a.kind_name(), b.kind_name()));
    };
    let result = match operator {
        Operator::Add => x.checked_add(y),
        Operator::Subtract => x.checked_sub(y),
        Operator::Multiply => x.checked_mul(y),
        _ if y.is_zero() => return Err("division by zero".to_owned()),
        _ => x.checked_div(y).map(|quotient| quotient.normalize()),
    };
    let result = result.ok_or("the number is too large")?;
    let whole = matches!((a, b), (Value::Integer(_), Value::Integer(_))) && operator != Operator::Divide;
    Ok(if whole { whole_number(result) } else { Value::Decimal(result) })
}

fn whole_number(number: Decimal) -> Value {
    use rust_decimal::prelude::ToPrimitive as _;
    number.to_i64().map_or(Value::Decimal(number), Value::Integer)
}
