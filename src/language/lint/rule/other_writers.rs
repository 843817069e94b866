//! What writes a field beside a rule: a call that sends a constant there itself, and a second account whose counterpart
//! of the same record is written back by the same rule.

use crate::diagnostic::Diagnostic;
use crate::language::lint::lint::Lint;
use crate::language::lint::model::View;
use crate::language::lint::model::meaning::{Condition, Reading, never_together};
use crate::language::plan::account::Account;
use crate::language::plan::{Call, FieldRule, Pipeline, RecordType, Side, WritePlace};
use crate::language::syntax::expression::{ExpressionKind, Name, PathExpression};
use crate::value::{Kind, Path, Segment};

pub(super) fn check(lint: &Lint, view: &View<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (at, pipeline) in view.rules.pipelines.values().enumerate() {
        let others = view.rules.pipelines.values().skip(at + 1);
        found.extend(others.filter_map(|other| made_twice(lint, view, [pipeline, other])));
        for target in Side::BOTH {
            let flowing = |rule: &&FieldRule| view.may_flow(pipeline, rule, target);
            for rule in pipeline.rules.iter().filter(flowing) {
                found.extend(sent_by_call(lint, pipeline, (rule, target)));
            }
            let first = pipeline.rules.iter().filter(flowing).find(|rule| !rule.on_create);
            let accounts = first.and_then(|_| taken_twice(view, pipeline, target.other()));
            if let (Some(rule), Some(accounts)) = (first, accounts) {
                found.push(written_back_twice(lint, pipeline, (rule, target), accounts));
            }
        }
    }
    found
}

/// Two pipelines that make one kind of record, each for a kind of its own, and find it by one field: where both have
/// the same value, the record of one is taken for the other's.
fn made_twice(lint: &Lint, view: &View<'_>, [one, other]: [&Pipeline; 2]) -> Option<Diagnostic> {
    let made = |pipeline: &Pipeline| {
        let found = Side::BOTH.into_iter().find(|side| view.may_create(pipeline, *side).is_some());
        let is_plain = |side: Side| matches!(pipeline.match_of(side).tree().kind, ExpressionKind::Path(_));
        found.filter(|_| Side::BOTH.into_iter().all(is_plain))
    };
    let [first, second] = [made(one)?, made(other)?];
    let (record, again) = (one.record(first), other.record(second));
    let [from, and_from] = [one.record(first.other()), other.record(second.other())];
    let is_one = |[a, b]: [&RecordType; 2]| a.system == b.system && a.name == b.name;
    let field = one.match_field(first);
    let is_apart = record.field(&Path::parse(field)?).is_none_or(|field| field.kind != Kind::Text);
    if !is_one([record, again]) || is_one([from, and_from]) || field != other.match_field(second) || !is_apart {
        return None;
    }
    let message = format!(
        "`{}` and `{}` both make a `{}.{}` and find it by `{field}`: where `{}` and `{}` have the same number, what \
         one made is taken for the other's",
        one.name, other.name, record.system, record.name, from.name, and_from.name
    );
    let finding = lint.found(message, other.match_of(second).tree().span, "matched by the same field");
    let finding = finding.label(one.match_of(first).tree().span, "and here");
    Some(finding.help("match each by a field that only its own records fill, or let one of the two make them"))
}

/// A constant that a call sends at the place of a field that a rule writes.
fn sent_by_call(lint: &Lint, pipeline: &Pipeline, (rule, side): (&FieldRule, Side)) -> Option<Diagnostic> {
    let record = pipeline.record(side);
    let path = rule.path(side)?;
    let place = match record.field(path).map(|field| &field.write) {
        Some(WritePlace::Header(_)) => return None,
        Some(WritePlace::Body(place)) => place,
        None => path,
    };
    let later = record.update.as_ref().filter(|_| !rule.on_create);
    let calls = [("create", record.create.as_ref()), ("update", later)];
    let (name, call): (&str, &Call) = calls.into_iter().find_map(|(name, call)| {
        let call = call?;
        let sends = |sent: &Path| sent.is_within(place) || place.is_within(sent) || sent == path;
        call.body.iter().any(|(sent, _)| sends(sent)).then_some((name, call))
    })?;
    let message = format!("`{}.{path}` is written by this rule, and by the `{name}` call itself", record.system);
    let finding = lint.found(message, rule.span, "written here").label(call.span, "sends a constant there");
    Some(finding.help("take the rule out, or the constant out of the call's `body`"))
}

/// Two accounts of a side's system that both take one record: each has a counterpart of it.
fn taken_twice<'a>(view: &'a View<'_>, pipeline: &Pipeline, side: Side) -> Option<[&'a Account; 2]> {
    view.may_create(pipeline, side)?;
    let (own, other) = (pipeline.record(side), pipeline.record(side.other()));
    let accounts: Vec<&Account> =
        view.rules.accounts.values().map(AsRef::as_ref).filter(|account| account.system == own.system).collect();
    let reading = Reading::of_record(view, other);
    let taken = |account: &Account| match &account.carries {
        Some(carries) if carries.system == other.system && carries.record == other.name => {
            Some(reading.read(&carries.condition.tree().with_paths(&|path, _| of_the_record(path))))
        }
        Some(_) => None,
        None => Some(Condition::told(true)),
    };
    accounts.iter().enumerate().find_map(|(at, first)| {
        accounts.iter().skip(at + 1).find_map(|second| {
            let [one, another] = [taken(first)?, taken(second)?];
            (!never_together(&one, &another)).then_some([*first, *second])
        })
    })
}

/// `shop.item.brand` as a condition over the item itself has it: `brand`.
fn of_the_record(path: &PathExpression) -> Option<ExpressionKind> {
    let (Segment::Field(field), span) = (path.segments.get(1)?, path.head.as_ref()?.span) else { return None };
    let head = Some(Name { text: field.to_string(), span });
    let behind = |steps: usize| path.steps.iter().skip(steps).cloned().collect();
    let segments = path.segments.iter().skip(2).cloned().collect();
    Some(ExpressionKind::Path(PathExpression { head, steps: behind(2), segments }))
}

fn written_back_twice(
    lint: &Lint,
    pipeline: &Pipeline,
    (rule, target): (&FieldRule, Side),
    [first, second]: [&Account; 2],
) -> Diagnostic {
    let record = pipeline.record(target);
    let own = pipeline.record(target.other());
    let field = rule.path(target).map(|path| format!("{}.{path}", record.system)).unwrap_or_default();
    let message = format!(
        "`{field}` is written from two counterparts: `{}` and `{}` may both take one {}",
        first.name, second.name, record.name
    );
    let finding = lint.found(message, rule.span, format!("written from each {} of it in turn", own.name));
    let line = |finding: Diagnostic, account: &Account| match &account.carries {
        Some(carries) => finding.label(carries.condition.tree().span, format!("`{}` takes these", account.name)),
        None => finding,
    };
    let finding = line(line(finding, first), second);
    finding.help("let `carries` of the accounts tell records apart, or write it `on create` alone")
}
