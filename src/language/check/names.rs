//! Names in expressions: every head, field, function and setting exists, and literals are values
//! that the other side of a comparison can have.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::check::Checker;
use super::operand;
use crate::diagnostic::{Code, Diagnostic, Span};
use crate::language::function::{Function, registry};
use crate::language::plan::setting_type::is_truth;
use crate::language::plan::{RecordType, Setting, SettingType, System};
use crate::language::syntax::expression::{Expression, ExpressionKind, Name, Operator, PathExpression, Step};
use crate::value::{Kind, Path, Segment, Value};

/// What a name or the element stands for.
#[derive(Clone, Debug)]
pub enum Meaning {
    /// A record, or a place inside one.
    Record(Arc<RecordType>, Path),
    /// Several records of one kind: a list that is read, or rows that share the value of a field.
    Group(Arc<RecordType>),
    /// A system: the step behind it names one of its records.
    System(Arc<System>),
    /// A value about which nothing more is known.
    Any,
}

/// The names that an expression may use.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// Heads of paths.
    pub heads: BTreeMap<String, Meaning>,
    /// What `.` is.
    pub element: Option<Meaning>,
    /// Whether a `??` behind says what happens where something fails.
    pub guarded: bool,
}

/// Checks an expression; answers what kind of value it gives, as far as that is known.
pub fn check(checker: &mut Checker<'_>, names: &Names, at: &Expression) -> Kind {
    match &at.kind {
        ExpressionKind::Literal(value) => literal(value),
        ExpressionKind::List(items) => {
            let kinds: Vec<Kind> = items.iter().map(|item| check(checker, names, item)).collect();
            let kind = kinds.into_iter().reduce(|one, other| operand::either(&one, &other));
            Kind::List(Box::new(kind.unwrap_or(Kind::Any)))
        }
        ExpressionKind::Path(path) => path_kind(checker, names, path, at.span),
        ExpressionKind::Steps(base, _) => {
            check(checker, names, base);
            Kind::Any
        }
        ExpressionKind::Call(name, arguments) => call(checker, names, (name, arguments)),
        ExpressionKind::Binary(operator, left, right) => binary(checker, names, *operator, (left, right)),
        ExpressionKind::Not(inner) => {
            let kind = check(checker, names, inner);
            operand::condition(checker, (&kind, inner.span), "decides nothing here");
            Kind::Bool
        }
        ExpressionKind::Negate(inner) => {
            let kind = check(checker, names, inner);
            operand::binary(checker, Operator::Subtract, [(&Kind::Integer, inner.span), (&kind, inner.span)])
        }
        ExpressionKind::Choice(parts) => {
            let [condition, yes, no] = parts.as_ref();
            let decides = check(checker, names, condition);
            operand::condition(checker, (&decides, condition.span), "decides nothing here");
            let kinds = [check(checker, names, yes), check(checker, names, no)];
            operand::either(&kinds[0], &kinds[1])
        }
        ExpressionKind::Filter(list, condition) => {
            let kind = check(checker, names, list);
            if !Kind::List(Box::new(Kind::Any)).takes(&kind) {
                let message = format!("`where` chooses from a list, and this is {kind}");
                checker.error("type-mismatch", message, list.span, "no list");
            }
            let inner = Names { element: Some(element_of(names, list)), ..names.clone() };
            let decides = check(checker, &inner, condition);
            operand::condition(checker, (&decides, condition.span), "decides nothing here");
            kind
        }
        // It gives no value, so it changes no kind.
        ExpressionKind::Park(_) => Kind::Null,
    }
}

/// What `.` is behind `where`: a place in the record where the list is one of its fields.
fn element_of(names: &Names, list: &Expression) -> Meaning {
    let ExpressionKind::Path(PathExpression { head: Some(head), steps, .. }) = &list.kind else { return Meaning::Any };
    let Some(Meaning::Record(kind, start)) = names.heads.get(&head.text) else { return Meaning::Any };
    let mut at = start.clone();
    at.0.extend(steps.iter().map(|step| match &step.segment {
        Segment::Index(_) => Segment::Each,
        other => other.clone(),
    }));
    if at.0.last() != Some(&Segment::Each) {
        at.0.push(Segment::Each);
    }
    let known = kind.fields.iter().any(|field| field.path.0.len() > at.0.len() && field.path.0.starts_with(&at.0));
    if known { Meaning::Record(Arc::clone(kind), at) } else { Meaning::Any }
}

fn literal(value: &Value) -> Kind {
    match value {
        Value::Bool(_) => Kind::Bool,
        Value::Integer(_) => Kind::Integer,
        Value::Decimal(_) => Kind::Decimal,
        Value::Text(_) => Kind::Text,
        _ => Kind::Null,
    }
}

fn call(checker: &mut Checker<'_>, names: &Names, (name, arguments): (&Name, &[Expression])) -> Kind {
    let kinds: Vec<Kind> = arguments.iter().map(|argument| check(checker, names, argument)).collect();
    if registry::ASKED.contains(&name.text.as_str()) {
        return asked(checker, name, arguments);
    }
    if let Some(function) = registry::find(&name.text) {
        fits(checker, function, name, (arguments, &kinds));
        may_fail(checker, names, name, (arguments, &kinds));
        return function.gives.clone();
    }
    let script = checker.scripts.functions().find(|function| function.name == name.text).cloned();
    let Some(script) = script else {
        let known: Vec<String> = registry::all()
            .iter()
            .map(|function| function.name.to_owned())
            .chain(registry::ASKED.map(str::to_owned))
            .chain(checker.scripts.functions().map(|function| function.name.clone()))
            .collect();
        let message = format!("there is no function `{}`", name.text);
        checker.unknown("unknown-function", message, (&name.text, name.span), known.iter().map(String::as_str));
        return Kind::Any;
    };
    if arguments.len() != script.parameters.len() {
        let count = counted(script.parameters.len());
        let message = format!("`{}` takes {count} and is given {}", name.text, arguments.len());
        let finding = Diagnostic::error(Code("type-arguments"), message, name.span, "here");
        checker.found.push(finding.label(script.span, "declared here"));
    }
    for ((argument, given), (parameter, wanted)) in arguments.iter().zip(&kinds).zip(&script.parameters) {
        if !wanted.takes(given) {
            let message = format!("`{parameter}` of `{}` is {wanted} and is given {given}", name.text);
            let finding = Diagnostic::error(Code("type-arguments"), message, argument.span, "this does not fit");
            checker.found.push(finding.label(script.span, "declared here"));
        }
    }
    script.gives
}

fn counted(count: usize) -> String {
    if count == 1 { "1 value".to_owned() } else { format!("{count} values") }
}

/// The values fit the function's parameters, as far as their kinds are known.
fn fits(checker: &mut Checker<'_>, function: &Function, name: &Name, (arguments, kinds): (&[Expression], &[Kind])) {
    let (least, most) = function.arity();
    if arguments.len() < least || arguments.len() > most {
        let message = format!("`{}` is given {}", name.text, counted(arguments.len()));
        let finding = Diagnostic::error(Code("type-arguments"), message, name.span, "here");
        return checker.found.push(finding.help(format!("it is declared as `{}`", function.written())));
    }
    for (at, (argument, kind)) in arguments.iter().zip(kinds).enumerate() {
        let Some(parameter) = function.parameter(at) else { continue };
        if !parameter.kind.takes(kind) {
            let message = format!("`{}` takes {} and is given {kind}", name.text, parameter.kind);
            let finding = Diagnostic::error(Code("type-arguments"), message, argument.span, "this does not fit");
            checker.found.push(finding.help(format!("it is declared as `{}`", function.written())));
        }
        if let (Some(asks), ExpressionKind::Literal(constant)) = (parameter.asks, &argument.kind)
            && let Err(why) = asks(constant)
        {
            checker.error("type-arguments", format!("`{}`: {why}", name.text), argument.span, "this constant");
        }
    }
}

/// Text that need not spell a number or a date, without a word on what happens then.
fn may_fail(checker: &mut Checker<'_>, names: &Names, name: &Name, (arguments, kinds): (&[Expression], &[Kind])) {
    let constant = matches!(arguments, [Expression { kind: ExpressionKind::Literal(_), .. }]);
    let spells = matches!(name.text.as_str(), "number" | "date") && kinds.first().is_some_and(operand::is_text);
    if spells && !constant && !names.guarded {
        let message = format!("`{}` fails where the text spells no {0}", name.text);
        operand::fallible(checker, message, name.span);
    }
}

/// `linked("PIPELINE", key)`, `counterpart("PIPELINE", key)`, `mapped("TABLE", value)`
fn asked(checker: &mut Checker<'_>, name: &Name, arguments: &[Expression]) -> Kind {
    let of_table = name.text == "mapped";
    let what = if of_table { "table" } else { "pipeline" };
    let [named, _] = arguments else {
        let message = format!("`{}` takes a {what} and a value", name.text);
        let at = format!("write it as `{}(\"{}\", value)`", name.text, what.to_uppercase());
        checker.error("type-arguments", message, name.span, &at);
        return Kind::Any;
    };
    let known: Vec<String> =
        if of_table { checker.tables.keys().cloned().collect() } else { checker.pipelines.keys().cloned().collect() };
    match &named.kind {
        ExpressionKind::Literal(Value::Text(text)) if known.iter().any(|one| one == text) => {}
        ExpressionKind::Literal(Value::Text(text)) => {
            let code = if of_table { "unknown-table" } else { "unknown-pipeline" };
            let message = format!("there is no {what} `{text}`");
            checker.unknown(code, message, (text, named.span), known.iter().map(String::as_str));
        }
        _ => {
            let message = format!("the {what} is named by a constant");
            checker.error("type-arguments", message, named.span, "this may change");
        }
    }
    match name.text.as_str() {
        "linked" => Kind::Bool,
        "mapped" => Kind::Text,
        _ => Kind::Any,
    }
}

fn binary(
    checker: &mut Checker<'_>,
    names: &Names,
    operator: Operator,
    (left, right): (&Expression, &Expression),
) -> Kind {
    let guarded = Names { guarded: true, ..names.clone() };
    let left_names = if operator == Operator::Else { &guarded } else { names };
    let kinds = [check(checker, left_names, left), check(checker, names, right)];
    match operator {
        Operator::Divide if !names.guarded && !is_divisor(right) => {
            operand::fallible(checker, "a division fails where this is 0".to_owned(), right.span);
        }
        Operator::Equal | Operator::NotEqual => {
            member(checker, &kinds[0], right);
            member(checker, &kinds[1], left);
        }
        Operator::In => {
            if let ExpressionKind::List(items) = &right.kind {
                items.iter().for_each(|item| member(checker, &kinds[0], item));
            }
            if let ExpressionKind::Path(PathExpression { head: Some(head), .. }) = &right.kind
                && head.text == "settings"
            {
                setting_members(checker, &kinds, right.span);
            }
        }
        _ => {}
    }
    operand::binary(checker, operator, [(&kinds[0], left.span), (&kinds[1], right.span)])
}

/// A constant compared with a field must be a value that the field can have.
fn member(checker: &mut Checker<'_>, kind: &Kind, other: &Expression) {
    if let (Kind::Enum(values), ExpressionKind::Literal(Value::Text(text))) = (kind, &other.kind)
        && !values.iter().any(|one| one == text)
    {
        let message = format!("{text:?} is no value of what it is compared with");
        checker.unknown("unknown-value", message, (text, other.span), values.iter().map(String::as_str));
    }
}

/// Whatever a list among the settings may hold is a value that the field can have.
fn setting_members(checker: &mut Checker<'_>, kinds: &[Kind; 2], span: Span) {
    let (Kind::Enum(values), Kind::List(inner)) = (&kinds[0], &kinds[1]) else { return };
    let Kind::Enum(listed) = inner.as_ref() else { return };
    for value in listed.iter().filter(|value| !values.contains(value)) {
        let message = format!("`{value}` may stand in this list, and is no value of what is looked for");
        checker.unknown("unknown-value", message, (value, span), values.iter().map(String::as_str));
    }
}

/// A constant that is not zero.
fn is_divisor(tree: &Expression) -> bool {
    matches!(&tree.kind, ExpressionKind::Literal(value) if value.as_decimal().is_some_and(|number| !number.is_zero()))
}

fn path_kind(checker: &mut Checker<'_>, names: &Names, path: &PathExpression, span: Span) -> Kind {
    let meaning = match &path.head {
        None => match &names.element {
            Some(meaning) => meaning.clone(),
            None => {
                checker.error(
                    "unknown-name",
                    "`.` means an element, and this is not inside a list",
                    span,
                    "no element here",
                );
                return Kind::Any;
            }
        },
        Some(name) if name.text == "settings" => return setting_kind(checker, &path.steps, name),
        Some(name) => match names.heads.get(&name.text) {
            Some(meaning) => meaning.clone(),
            None => {
                let known: Vec<&str> = names.heads.keys().map(String::as_str).chain(["settings"]).collect();
                let message = format!("nothing is called `{}` here", name.text);
                checker.unknown("unknown-name", message, (&name.text, name.span), known);
                return Kind::Any;
            }
        },
    };
    match meaning {
        Meaning::Any => Kind::Any,
        Meaning::Record(kind, at) => walk(checker, &kind, at, &path.steps),
        Meaning::Group(kind) => group(checker, &kind, path),
        Meaning::System(system) => record_of(checker, &system, &path.steps, span),
    }
}

/// `record.field` behind a system's name.
fn record_of(checker: &mut Checker<'_>, system: &System, steps: &[Step], span: Span) -> Kind {
    let Some((Step { segment: Segment::Field(name), span }, rest)) = steps.split_first() else {
        checker.error(
            "unknown-record",
            format!("which record of `{}`?", system.name),
            span,
            "write `SYSTEM.RECORD.FIELD`",
        );
        return Kind::Any;
    };
    match system.records.get(name) {
        Some(kind) => walk(checker, kind, Path::default(), rest),
        None => {
            let message = format!("system `{}` has no record `{name}`", system.name);
            checker.unknown("unknown-record", message, (name, *span), system.records.keys().map(String::as_str));
            Kind::Any
        }
    }
}

/// A group is the list of its rows; of itself it has only the field that they share.
fn group(checker: &mut Checker<'_>, kind: &Arc<RecordType>, path: &PathExpression) -> Kind {
    let shared = kind.grouped.as_deref().unwrap_or_default();
    match path.steps.split_first() {
        None => Kind::List(Box::new(Kind::Any)),
        Some((Step { segment: Segment::Field(name), .. }, _)) if name == shared => {
            walk(checker, kind, Path::default(), &path.steps)
        }
        Some((Step { segment: Segment::Field(name), span }, _)) => {
            let head = path.head.as_ref().map_or(kind.system.as_str(), |name| name.text.as_str());
            let message = format!("`{head}` is several records here, and `{name}` is a value of each of them");
            let finding = Diagnostic::error(Code("type-list"), message, *span, "one value is asked for");
            checker
                .found
                .push(finding.help(format!("write `{head}[].{name}` inside `sum`, `max`, `first` and the like")));
            Kind::Any
        }
        Some((step, rest)) => {
            let found = walk(checker, kind, Path::default(), rest);
            listed(&step.segment, found)
        }
    }
}

fn setting_kind(checker: &mut Checker<'_>, steps: &[Step], head: &Name) -> Kind {
    let parts: Vec<&str> = steps
        .iter()
        .filter_map(|step| if let Segment::Field(name) = &step.segment { Some(name.as_str()) } else { None })
        .collect();
    let name = parts.join(".");
    if checker.settings.contains_key(&name) {
        return match checker.types.get(&name) {
            Some(kind) => type_kind(kind),
            None => match checker.settings.get(&name) {
                Some(Setting::List(_)) => Kind::List(Box::new(Kind::Any)),
                Some(Setting::Value(value)) => literal(value),
                _ => Kind::Text,
            },
        };
    }
    // The first step that leads nowhere is the one to point at.
    let mut known: Vec<String> = Vec::new();
    let mut span = head.span;
    let mut written = String::new();
    for count in 1..=parts.len() {
        let prefix = parts.get(..count).unwrap_or_default().join(".");
        let leads = checker.settings.keys().any(|name| *name == prefix || name.starts_with(&format!("{prefix}.")));
        if !leads {
            let before = parts.get(..count - 1).unwrap_or_default().join(".");
            let tail = |name: &String| {
                let rest = if before.is_empty() { name.as_str() } else { name.strip_prefix(&format!("{before}."))? };
                rest.split('.').next().map(str::to_owned)
            };
            known = checker.settings.keys().filter_map(tail).collect();
            span = steps.get(count - 1).map_or(span, |step| step.span);
            parts.get(count - 1).copied().unwrap_or_default().clone_into(&mut written);
            break;
        }
    }
    checker.unknown(
        "unknown-setting",
        format!("there is no setting `{name}`"),
        (&written, span),
        known.iter().map(String::as_str),
    );
    Kind::Any
}

fn type_kind(kind: &SettingType) -> Kind {
    match kind {
        SettingType::OneOf(values) if is_truth(values) => Kind::Bool,
        SettingType::Filled(inner) => type_kind(inner),
        SettingType::OneOf(values) => Kind::Enum(values.clone().into()),
        SettingType::List(inner) => Kind::List(Box::new(type_kind(inner))),
        SettingType::Number { whole: true, .. } => Kind::Integer,
        SettingType::Number { .. } => Kind::Decimal,
        SettingType::Text | SettingType::Duration | SettingType::Date | SettingType::Url => Kind::Text,
    }
}

/// `[]` gives the list of what stands in each element, `[0]` what stands in one.
fn listed(step: &Segment, found: Kind) -> Kind {
    match (step, found) {
        // Several `[]` give one list.
        (Segment::Each, Kind::List(inner)) => Kind::List(inner),
        (Segment::Each, found) => Kind::List(Box::new(found)),
        (_, found) => found,
    }
}

/// Follows steps through fields and references.
pub fn walk(checker: &mut Checker<'_>, kind: &Arc<RecordType>, at: Path, steps: &[Step]) -> Kind {
    let Some((step, rest)) = steps.split_first() else {
        return kind.field(&at).map_or(Kind::Any, |field| field.kind.clone());
    };
    let name = match &step.segment {
        Segment::Index(_) | Segment::Each => {
            let mut inner = at;
            inner.0.push(Segment::Each);
            let found = walk(checker, kind, inner, rest);
            return listed(&step.segment, found);
        }
        Segment::Field(name) => name,
    };
    let here = at.join(name.as_str());
    if let Some(field) = kind.field(&here) {
        return match (&field.kind, rest.is_empty()) {
            (Kind::Reference(record), false) => {
                match checker.systems.get(&kind.system).and_then(|system| system.records.get(record.as_ref())).cloned()
                {
                    Some(target) => walk(checker, &target, Path::default(), rest),
                    None => Kind::Any,
                }
            }
            (Kind::Record(_) | Kind::Any, false) => Kind::Any,
            _ => walk(checker, kind, here, rest),
        };
    }
    if kind.fields.iter().any(|field| field.path.0.starts_with(&here.0)) {
        return walk(checker, kind, here, rest);
    }
    if let Some(target) = sibling(checker, kind, &at) {
        return walk(checker, &target, Path::default(), steps);
    }
    unknown_field(checker, kind, &at, (name, step.span));
    Kind::Any
}

/// In `{id, user}` whose `id` refers to a record, other names are that record's.
fn sibling(checker: &Checker<'_>, kind: &RecordType, at: &Path) -> Option<Arc<RecordType>> {
    if at.0.is_empty() {
        return None;
    }
    let parent = |field: &&crate::language::plan::Field| {
        field.path.0.split_last().is_some_and(|(_, parent)| parent == at.0.as_slice())
    };
    let records = &checker.systems.get(&kind.system)?.records;
    kind.fields.iter().filter(parent).find_map(|field| match &field.kind {
        Kind::Reference(record) => records
            .get(record.as_ref())
            .filter(|target| field.path.0.last() == Some(&Segment::Field(target.key.clone())))
            .cloned(),
        _ => None,
    })
}

pub(super) fn unknown_field(checker: &mut Checker<'_>, kind: &RecordType, at: &Path, (name, span): (&str, Span)) {
    let known: Vec<String> = kind
        .fields
        .iter()
        .filter_map(|field| field.path.0.strip_prefix(at.0.as_slice()))
        .filter_map(|rest| match rest.first() {
            Some(Segment::Field(name)) => Some(name.clone()),
            _ => None,
        })
        .collect();
    let place = if at.0.is_empty() { String::new() } else { format!(" at `{at}`") };
    let message = format!("record `{}.{}` has no field `{name}`{place}", kind.system, kind.name);
    checker.unknown("unknown-field", message, (name, span), known.iter().map(String::as_str));
}
