//! What holds for a whole pipeline: the condition without which nothing is written, and fields
//! that are left alone. Knows no rule.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::checker::Checker;
use crate::diagnostic::{Code, Diagnostic, Span};
use crate::language::infer::{Meaning, Scope};
use crate::language::plan::expression::CompiledExpression;
use crate::language::plan::volume::{self, Volume};
use crate::language::plan::{Agreement, RecordType, RuleLine, Side};
use crate::language::syntax::expression::{Expression, ExpressionKind, Name};
use crate::language::syntax::file::pipeline::Condition as Line;
use crate::value::{Kind, Segment, Value};

/// A condition with its line.
pub(super) type Condition = (CompiledExpression, RuleLine);

/// A list of fields of a side, with its line.
pub(super) type Untouched = (Side, CompiledExpression, RuleLine);

/// Lines by the system or name that they are for; none where one could not be read.
type Named<T> = Vec<(Name, Option<T>)>;

/// What a pipeline says of itself as a whole.
pub(super) struct Said {
    /// `when:`
    pub when: Option<Line>,
    /// `hold when:`
    pub hold: Option<Line>,
    /// `untouched:`
    pub untouched: Named<Expression>,
    /// `passed by:`
    pub passed_by: Named<Line>,
    /// `after:`
    pub after: Named<Line>,
    /// `needs:`
    pub needs: Named<Line>,
    /// `volume:`
    pub volume: Named<Name>,
    /// `agree:`
    pub agree: Named<Line>,
}

/// What holds.
pub(super) struct Standing {
    /// `when:`
    pub when: Option<Condition>,
    /// `hold when:`
    pub hold: Option<Condition>,
    /// `untouched:`
    pub untouched: Vec<Untouched>,
    /// `passed by:`, by system.
    pub passed_by: BTreeMap<String, Condition>,
    /// `after:`, by system.
    pub after: BTreeMap<String, Condition>,
    /// `needs:`, by system.
    pub needs: BTreeMap<String, Condition>,
    /// `volume:`, by system.
    pub volume: BTreeMap<String, Volume>,
    /// `agree:`
    pub agree: Vec<Agreement>,
}

/// Judges `when:`, `hold when:`, `untouched:`, `passed by:`, `after:`, `needs:` and `agree:` of a pipeline.
pub(super) fn check(
    checker: &mut Checker<'_>,
    said: Said,
    scope: &Scope,
    (pipeline, sides): (&str, [&Arc<RecordType>; 2]),
) -> Standing {
    let [left, right] = sides;
    let both_there = scope.with(&left.system).with(&right.system);
    Standing {
        when: said.when.map(|line| condition(checker, line, scope)),
        hold: said.hold.map(|line| condition(checker, line, scope)),
        untouched: untouched(checker, said.untouched, scope, sides),
        passed_by: passed_by(checker, said.passed_by, scope, sides),
        after: after(checker, said.after, scope, sides),
        needs: needs(checker, said.needs, scope, sides),
        volume: volume(checker, said.volume, sides),
        agree: agree(checker, said.agree, &both_there, pipeline),
    }
}

/// How much there is to carry, by the system whose records change.
fn volume(checker: &mut Checker<'_>, lines: Named<Name>, sides: [&Arc<RecordType>; 2]) -> BTreeMap<String, Volume> {
    let mut found = BTreeMap::new();
    for (key, written) in lines {
        let (Some(_), Some(written)) = (side_called(checker, &key, sides), written) else { continue };
        match Volume::parse(&written.text, written.span) {
            Some(volume) => drop(found.insert(key.text, volume)),
            None => {
                let message = format!("`{}` says no volume", written.text);
                let finding = Diagnostic::error(Code("type-number"), message, written.span, "how many, how often?");
                checker.sink.found.push(finding.help(format!("write {}", volume::WRITTEN)));
            }
        }
    }
    found
}

/// Conditions that hold where the two sides agree, by what people call them.
fn agree(checker: &mut Checker<'_>, lines: Named<Line>, scope: &Scope, pipeline: &str) -> Vec<Agreement> {
    let mut found = Vec::new();
    for (key, line) in lines {
        let Some((condition, line)) = line.map(|line| condition(checker, line, scope)) else { continue };
        let mut shown: BTreeMap<String, Expression> = BTreeMap::new();
        condition.tree().visit(&mut |part| {
            if let ExpressionKind::Path(path) = &part.kind
                && let Some(head) = &path.head
            {
                let steps = path.steps.iter().map(|step| step.segment.clone()).collect();
                shown.insert(format!("{}.{}", head.text, crate::value::Path(steps)), part.clone());
            }
        });
        let shown = shown.into_iter().map(|(name, tree)| (name, checker.names.compile(tree))).collect();
        let id = format!("{pipeline}/agree: {}", key.text);
        found.push(Agreement { id, name: key.text, condition, shown, line });
    }
    found
}

/// Names of `with:` that are asked for before anything is written in a system.
fn needs(
    checker: &mut Checker<'_>,
    lines: Named<Line>,
    scope: &Scope,
    sides: [&Arc<RecordType>; 2],
) -> BTreeMap<String, Condition> {
    let mut found = BTreeMap::new();
    for (key, line) in lines {
        if side_called(checker, &key, sides).is_none() {
            continue;
        }
        let Some(Line { tree, .. }) = line else { continue };
        checker.kind_of(scope, &tree);
        let line = checker.names.line(tree.span);
        found.insert(key.text, (checker.names.compile(tree), line));
    }
    found
}

/// Records of the other side, by the system in which they let something be created only after them.
fn after(
    checker: &mut Checker<'_>,
    lines: Named<Line>,
    scope: &Scope,
    sides: [&Arc<RecordType>; 2],
) -> BTreeMap<String, Condition> {
    let mut found = BTreeMap::new();
    for (key, line) in lines {
        let Some(at) = side_called(checker, &key, sides) else { continue };
        let Some(Line { tree, .. }) = line else { continue };
        checker.kind_of(scope, &tree);
        let named = match &tree.kind {
            ExpressionKind::Path(path) => path.head.as_ref().and_then(|head| scope.heads.get(&head.text)),
            _ => None,
        };
        let other = sides.get(1 - at).map(|kind| (&kind.system, &kind.name));
        match named {
            // An entry that could not be read was told there.
            Some(Meaning::Any) => continue,
            Some(Meaning::Group(kind)) if other == Some((&kind.system, &kind.name)) => {}
            _ => {
                let message = "`after` names a list of `with:` that holds records of the other side";
                checker.sink.error("type-mismatch", message, tree.span, "is none");
                continue;
            }
        }
        let line = checker.names.line(tree.span);
        found.insert(key.text, (checker.names.compile(tree), line));
    }
    found
}

/// Conditions by the system in which a counterpart is missing, which this pipeline creates there.
fn passed_by(
    checker: &mut Checker<'_>,
    lines: Named<Line>,
    scope: &Scope,
    sides: [&Arc<RecordType>; 2],
) -> BTreeMap<String, Condition> {
    let mut found = BTreeMap::new();
    for (key, line) in lines {
        if side_called(checker, &key, sides).is_some()
            && let Some(line) = line
        {
            found.insert(key.text, condition(checker, line, scope));
        }
    }
    found
}

/// The side of a system, by its place.
pub(super) fn side_called(checker: &mut Checker<'_>, key: &Name, sides: [&Arc<RecordType>; 2]) -> Option<usize> {
    let found = sides.iter().position(|kind| kind.system == key.text);
    if found.is_none() {
        let message = format!("this pipeline has no side `{}`", key.text);
        let known = sides.iter().map(|kind| kind.system.as_str());
        checker.sink.unknown("unknown-system", message, (&key.text, key.span), known);
    }
    found
}

fn condition(checker: &mut Checker<'_>, line: Line, scope: &Scope) -> Condition {
    checker.condition(scope, &line.tree);
    (checker.names.compile(line.tree), checker.names.line(line.span))
}

/// Lists of fields by system.
fn untouched(
    checker: &mut Checker<'_>,
    lists: Named<Expression>,
    scope: &Scope,
    sides: [&Arc<RecordType>; 2],
) -> Vec<Untouched> {
    let mut found = Vec::new();
    for (key, tree) in lists {
        let Some(at) = side_called(checker, &key, sides) else { continue };
        let Some(tree) = tree else { continue };
        let kind = checker.kind_of(scope, &tree).kind;
        if !Kind::List(Box::new(Kind::Any)).takes(&kind) {
            let message = format!("`untouched` names a list of fields, and this is {kind}");
            checker.sink.error("type-mismatch", message, tree.span, "no list");
        }
        if let Some(record) = sides.get(at) {
            known_fields(checker, record, &tree);
        }
        let side = if at == 0 { Side::Left } else { Side::Right };
        let line = checker.names.line(tree.span);
        found.push((side, checker.names.compile(tree), line));
    }
    found
}

/// The names are fields of the record, as far as files say what they are.
fn known_fields(checker: &mut Checker<'_>, record: &RecordType, tree: &Expression) {
    let known: Vec<String> = record.fields.iter().filter_map(|field| first_name(&field.path.0)).collect();
    let named: Vec<(String, Span)> = match &tree.kind {
        ExpressionKind::List(items) => items
            .iter()
            .filter_map(|item| match &item.kind {
                ExpressionKind::Literal(Value::Text(text)) => Some((text.to_string(), item.span)),
                _ => None,
            })
            .collect(),
        ExpressionKind::Path(path) if path.head.as_ref().is_some_and(|head| head.text == "settings") => {
            let steps = path.steps.iter().map(|step| step.segment.clone()).collect::<Vec<_>>();
            let name = crate::value::Path(steps).to_string();
            let kind = format!("{}.{}", record.system, record.name);
            let (records, fields) = checker.setting_fields.entry(name).or_default();
            // What a word of the setting must be is a field of one of the records that it is used for.
            if !records.contains(&kind) {
                records.push(kind);
                fields.extend(known.iter().filter(|name| !fields.contains(name)).cloned().collect::<Vec<_>>());
            }
            Vec::new()
        }
        _ => Vec::new(),
    };
    for (name, span) in named.iter().filter(|(name, _)| !known.contains(name)) {
        let message = format!("record `{}.{}` has no field `{name}` to leave alone", record.system, record.name);
        checker.sink.unknown("unknown-field", message, (name, *span), known.iter().map(String::as_str));
    }
}

fn first_name(steps: &[Segment]) -> Option<String> {
    match steps.first() {
        Some(Segment::Field(name)) => Some(name.to_string()),
        _ => None,
    }
}
