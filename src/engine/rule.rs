//! One value rule: its raw values on both sides, and what a source value becomes on the target.

use super::ledger::{Came, Ledger};
use super::park::{Stop, UNRELIABLE, Unpaired};
use super::scope::Context;
use super::situation::{Found, Want};
use super::typed::{Element, Typed};
use crate::language::plan::heard;
use crate::language::plan::{FieldRule, ListRule, Outcome, RuleBody, RuleLine, Side, Table};
use crate::value::{Segment, Value};

/// What a source value comes to on the target.
#[derive(Clone, Debug, PartialEq)]
pub enum Wanted {
    /// The target is to hold this.
    Value(Value),
    /// The rules say that nothing is to be done.
    Nothing,
}

/// The raw value of a rule on a side, as the base keeps it.
///
/// # Errors
/// [`Stop`] where the expression fails.
pub fn raw(context: &Context<'_>, rule: &FieldRule, side: Side) -> Result<Value, Stop> {
    raw_in(context, rule, side, None)
}

/// The raw value of a rule over an element of a list, or over the records where there is none.
///
/// # Errors
/// [`Stop`] where the expression fails.
pub fn raw_in(
    context: &Context<'_>,
    rule: &FieldRule,
    side: Side,
    element: Option<&Element<'_>>,
) -> Result<Value, Stop> {
    match &rule.body {
        RuleBody::Value { left, right, .. } => {
            context.evaluate(if side == Side::Left { left } else { right }, element, &rule.line)
        }
        RuleBody::List(list) => raw_list(context, list, side, element),
    }
}

fn raw_list(context: &Context<'_>, list: &ListRule, side: Side, outer: Option<&Element<'_>>) -> Result<Value, Stop> {
    let mut rows = Vec::new();
    for typed in elements(context, list, side, outer) {
        let element = Element { typed: &typed, name: list.element.as_deref(), outer };
        let one = |rule: &FieldRule| {
            // A source that does not speak is none, so that it counts as changed once it does.
            let source = rule.when.is_some() && rule.points(side.other()) && !rule.points(side);
            if source && !applies(context, rule, Some(&element), &rule.line)? {
                return Ok(Value::Null);
            }
            raw_in(context, rule, side, Some(&element))
        };
        let row: Result<Vec<Value>, Stop> = list.rules.iter().map(one).collect();
        rows.push(Value::from(row?));
    }
    Ok(rows.into())
}

/// The elements of a list rule on a side, each with its type.
pub fn elements(context: &Context<'_>, list: &ListRule, side: Side, outer: Option<&Element<'_>>) -> Vec<Typed> {
    let root = match outer {
        Some(element) => element.typed.clone(),
        None => context.root(side),
    };
    let path = if side == Side::Left { &list.left } else { &list.right };
    let whole = context.follow(&root, &path.0);
    let items = whole.value.as_list().unwrap_or_default();
    let first = whole.inside(Value::Null, Segment::Each);
    items.iter().map(|item| Typed { value: item.clone(), ..first.clone() }).collect()
}

/// What the source value becomes on `target`. `state`: the target's present value, `None` on create.
///
/// # Errors
/// [`Stop`] where no row speaks, a row parks, or a counterpart cannot be found.
pub fn wanted(
    context: &Context<'_>,
    rule: &FieldRule,
    target: Side,
    source: Value,
    state: Option<&Value>,
) -> Result<Wanted, Stop> {
    let RuleBody::Value { table, via, .. } = &rule.body else { return Ok(Wanted::Value(source)) };
    let _speaking = context.speaks(&rule.line);
    context.spoke(&rule.line);
    if source.is_null() && table.is_some() {
        context.came(&rule.line, Some(target), |_| Came::Empty);
    }
    match (table, via) {
        (Some(table), _) => through_table(context, (rule, table), target, &Looked { source: &source, state }),
        (None, Some(pipeline)) => counterpart(context, rule, pipeline, (target, source)).map(Wanted::Value),
        (None, None) => Ok(Wanted::Value(source)),
    }
}

/// What a table is asked with: the source's value, and what the target holds now, if it is there.
struct Looked<'v> {
    source: &'v Value,
    state: Option<&'v Value>,
}

fn through_table(
    context: &Context<'_>,
    (rule, table): (&FieldRule, &Table),
    target: Side,
    &Looked { source, state }: &Looked<'_>,
) -> Result<Wanted, Stop> {
    let Some(text) = source.to_key() else {
        return if source.is_null() { Ok(Wanted::Nothing) } else { Err(unmapped(rule, table, source)) };
    };
    let present = state.map(|value| value.to_key().unwrap_or_default());
    let found = table.outcome(target, &text, present.as_deref());
    if let Some((_, row)) = &found {
        heard::row(&row.line, table.field(target));
    }
    match found {
        Some((Outcome::Value(text), row)) => {
            context.spoke(&row.line);
            Ok(Wanted::Value(Value::text(text)))
        }
        Some((Outcome::Held, row)) => {
            context.spoke(&row.line);
            context.came(&rule.line, Some(target), |_| Came::InStep);
            Ok(Wanted::Nothing)
        }
        Some((Outcome::Nothing, row)) => {
            context.spoke(&row.line);
            let in_step = present.is_some_and(|present| table.in_step(target, &text, &present));
            if let Some(because) = row.because.as_ref().filter(|_| !in_step) {
                context.leave_alone(rule, target.other(), source, (because, &row.line));
            }
            let nothing = |_: &Ledger| Came::Nothing { line: row.line.clone(), because: row.because.clone() };
            context.came(&rule.line, Some(target), nothing);
            Ok(Wanted::Nothing)
        }
        Some((Outcome::Park, row)) => {
            context.spoke(&row.line);
            let why = row.because.clone().unwrap_or_else(|| "a row of the table asks for a person".to_owned());
            heard::stopped();
            let message = format!("{source} while the other side has {}: {why}", state.unwrap_or(&Value::Null));
            Err(Stop::new("parked-by-rule", why, message, &row.line))
        }
        None => Err(unmapped(rule, table, source)),
    }
}

fn unmapped(rule: &FieldRule, table: &Table, source: &Value) -> Stop {
    let message = format!("table `{}` has no row for {source}", table.name);
    Stop::new("unmapped-value", "a value that the table does not know", message, &rule.line)
}

fn counterpart(
    context: &Context<'_>,
    rule: &FieldRule,
    pipeline: &str,
    (target, source): (Side, Value),
) -> Result<Value, Stop> {
    if let Value::List(items) = source {
        let keys = items.into_iter().map(|item| counterpart(context, rule, pipeline, (target, item)));
        return keys.collect::<Result<_, _>>().map(Value::List);
    }
    let Some(id) = source.to_key() else { return Ok(Value::Null) };
    let Some(via) = context.plan.pipelines.get(pipeline) else { return Ok(Value::Null) };
    let system = &context.pipeline.record(target).system;
    let side = if via.left.system == *system { Side::Right } else { Side::Left };
    let account = context.situation.account(target.other()).to_owned();
    let other = context.situation.account(target).to_owned();
    if matches!(context.waits(), Ok(Some(_))) {
        // Nobody is brought over for what waits; that something would be written is all that counts.
        let linked = context.ask(Want::Linked { pipeline: pipeline.to_owned(), side, account, id, other });
        return Ok(if let Some(Found::Key(key)) = linked { key.clone() } else { source });
    }
    let unpaired = Unpaired { pipeline: pipeline.to_owned(), side, account, id, other };
    let Unpaired { pipeline, side, account, id, other } = unpaired.clone();
    match context.ask(Want::Counterpart { pipeline, side, account, id, other }) {
        Some(Found::Key(key)) => Ok(key.clone()),
        Some(Found::Nothing { code, message, waits, candidates }) => Err(Stop {
            waits: waits.clone(),
            candidates: candidates.clone(),
            unpaired: Some(unpaired),
            ..Stop::new(code.clone(), "a counterpart is missing", message, &rule.line)
        }),
        Some(Found::Lacking { code, message, .. }) => Err(Stop::new(code.clone(), UNRELIABLE, message, &rule.line)),
        Some(Found::Records(_) | Found::Listed(_) | Found::Fitted(_)) | None => Ok(Value::Null),
    }
}

/// Whether a rule holds now: its `when` and its pipeline's are true, or there is none.
///
/// # Errors
/// [`Stop`] where the condition fails.
pub fn applies(
    context: &Context<'_>,
    rule: &FieldRule,
    element: Option<&Element<'_>>,
    line: &RuleLine,
) -> Result<bool, Stop> {
    let _speaking = context.speaks(line);
    if element.is_none() && !context.pipeline_holds()? {
        return Ok(false);
    }
    rule.when.as_ref().map_or(Ok(true), |condition| context.condition(condition, element, line))
}
