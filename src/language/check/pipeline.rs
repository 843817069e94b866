//! Pipelines: sides, match, reads, creates and groups of rules.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::checker::Checker;
use super::first_path::{head_of, match_field};
use super::owners;
use super::readable;
use super::rule::{self, RuleContext};
use super::shared;
use super::standing::{self, Said, Standing};
use super::when_gone;
use super::with_read;
use crate::language::infer::{Meaning, Scope};
use crate::language::plan::folded::number;
use crate::language::plan::{Create, Field, FieldRule, Owner, Pipeline, RecordType, RuleLine, Side};
use crate::language::resolve::pipelines::side;
use crate::language::syntax::expression::{Expression, ExpressionKind, Name, Operator};
use crate::language::syntax::file::pipeline::{Condition, CreateLine, PipelineFile};
use crate::language::syntax::file::rule_entry::RuleEntry;
use crate::value::{Kind, Path, Segment};

/// Judges a `pipeline:` file.
pub(super) fn check(checker: &mut Checker<'_>, file: PipelineFile) -> Option<Pipeline> {
    let (name, between) = (file.name?, file.between?);
    let sides = between.sides.map(|line| line.and_then(|line| side(&checker.names, &mut checker.sink, &line)));
    let [Some(left), Some(right)] = sides else { return None };
    if left.system == right.system {
        let message = format!("a pipeline stands between two systems, and both sides are of `{}`", left.system);
        checker.sink.error("type-match", message, between.span, "names could not tell the sides apart");
        return None;
    }
    let mut scope = over([&left, &right]);
    owners::owned(checker, &name);
    let matching = file.matching.and_then(|line| matched(checker, line, &scope, [&left, &right]));
    // What a pipeline makes is not there before.
    scope = file.create.iter().fold(scope, |scope, (side, _)| scope.without(&side.text));
    let mut with = with_read::check(checker, file.with, &mut scope);
    let asked = file.when.as_ref().map(|condition| scope.where_is(&condition.tree, true));
    let asked = asked.as_ref().unwrap_or(&scope);
    let created = where_created(&file.create, asked, (matching.as_ref(), [&left, &right]));
    let mut creates = creates(checker, file.create, asked, (&name.text, [&left, &right]));
    let said = Said {
        when: file.when,
        hold: file.hold,
        untouched: file.untouched,
        passed_by: file.passed_by,
        after: file.after,
        needs: file.needs,
        volume: file.volume,
        agree: file.agree,
    };
    let Standing { when, hold, untouched, passed_by, after, needs, volume, agree } =
        standing::check(checker, said, &scope, (&name.text, [&left, &right]));
    for read in &mut with {
        read.newest = after.values().any(|(records, _)| records.mentions(&read.name));
    }
    let names = Meanings { rules: asked, created: &created };
    let mut rules = groups(checker, file.groups, (&name.text, [&left, &right]), &names);
    let shared = file.shared.and_then(|name| shared::check(checker, &name, [&left, &right], &rules));
    let shared_by = shared.map(|side| if side == Side::Left { left.system.as_str() } else { right.system.as_str() });
    let when_gone = when_gone::check(checker, file.when_gone, (&name.text, [&left, &right]), shared_by);
    let (match_left, match_right, line) = matching?;
    number(&mut rules, 0);
    let [match_left_field, match_right_field] =
        [&match_left, &match_right].map(|tree| match_field(tree).unwrap_or_default());
    let met = [(&left, match_left_field.as_str()), (&right, match_right_field.as_str())];
    readable::judge(checker, met, &rules, [match_left.span, match_right.span]);
    Some(Pipeline {
        name: name.text,
        span: name.span,
        match_left_field,
        match_right_field,
        match_left: checker.names.compile(match_left),
        match_right: checker.names.compile(match_right),
        match_line: line,
        shared,
        with,
        when,
        hold,
        untouched,
        passed_by,
        after,
        needs,
        when_gone,
        volume,
        agree,
        create_left: creates.remove(&left.system),
        create_right: creates.remove(&right.system),
        left,
        right,
        rules,
    })
}

/// The two sides by the names of their systems.
fn over(sides: [&Arc<RecordType>; 2]) -> Scope {
    let mut scope = Scope::default();
    for kind in sides {
        let meaning = match kind.grouped {
            Some(_) => Meaning::Group(Arc::clone(kind)),
            None => Meaning::Record(Arc::clone(kind), Path::default()),
        };
        scope.heads.insert(kind.system.clone(), meaning);
    }
    scope
}

type Match = (Expression, Expression, RuleLine);

/// `EXPRESSION over one side == EXPRESSION over the other`
fn matched(checker: &mut Checker<'_>, line: Condition, scope: &Scope, sides: [&Arc<RecordType>; 2]) -> Option<Match> {
    let Condition { tree, span } = line;
    checker.kind_of(scope, &tree);
    let ExpressionKind::Binary(Operator::Equal, first, second) = tree.kind else {
        checker.sink.error(
            "type-match",
            "a match compares one side with the other",
            tree.span,
            "write `a.field == b.field`",
        );
        return None;
    };
    let line = checker.names.line(span);
    for tree in [&first, &second] {
        of_the_record(checker, tree, sides);
    }
    let heads = [head_of(&first), head_of(&second)];
    let is =
        |at: usize, kind: &RecordType| heads.get(at).is_some_and(|head| head.as_deref() == Some(kind.system.as_str()));
    if is(0, sides[0]) && is(1, sides[1]) {
        return Some((*first, *second, line));
    }
    if is(0, sides[1]) && is(1, sides[0]) {
        return Some((*second, *first, line));
    }
    checker.sink.error(
        "type-match",
        "a match compares one side with the other",
        span,
        "each side of `==` reads one record",
    );
    None
}

/// Records are found by what they hold themselves: a list of them shows nothing of what they refer to.
fn of_the_record(checker: &mut Checker<'_>, tree: &Expression, sides: [&Arc<RecordType>; 2]) {
    tree.visit(&mut |part| {
        let ExpressionKind::Path(path) = &part.kind else { return };
        let head = path.head.as_ref().map(|name| name.text.as_str());
        let Some(kind) = sides.into_iter().find(|kind| head == Some(kind.system.as_str())) else { return };
        let steps: Vec<Segment> = path.steps.iter().map(|step| step.segment.clone()).collect();
        let refers = |field: &&Field| {
            let is_reference = matches!(field.kind, Kind::Reference(_));
            is_reference && steps.len() > field.path.0.len() && steps.starts_with(&field.path.0)
        };
        if let Some(field) = kind.fields.iter().find(refers) {
            let message = format!("records are matched by what they hold, and `{}` is another record", field.path);
            let help = format!(
                "match by a field of the {} itself; what `{}` refers to may match in a pipeline of its own",
                kind.name, field.path
            );
            checker.sink.error("type-match", message, part.span, &help);
        }
    });
}

/// What names mean in rules, and where a record is created.
struct Meanings<'a> {
    rules: &'a Scope,
    /// Where the left and where the right record is.
    created: &'a [Scope; 2],
}

/// The rules of every group, in file order.
fn groups(
    checker: &mut Checker<'_>,
    groups: Vec<(Name, Vec<RuleEntry>)>,
    (pipeline, sides): (&str, [&Arc<RecordType>; 2]),
    names: &Meanings<'_>,
) -> Vec<FieldRule> {
    let mut rules = Vec::new();
    for (group, entries) in groups {
        let owner = owners::owner(checker, (pipeline, sides), &group);
        let context =
            RuleContext { pipeline, group: &group.text, owner, sides, scope: names.rules, created: names.created };
        rules.extend(entries.into_iter().filter_map(|entry| rule::check(checker, &context, None, entry)));
    }
    rules
}

/// What names mean where the left and where the right record is created: what the other is matched by is there.
fn where_created(
    lines: &[(Name, Option<CreateLine>)],
    scope: &Scope,
    (matching, sides): (Option<&Match>, [&Arc<RecordType>; 2]),
) -> [Scope; 2] {
    [Side::Left, Side::Right].map(|side| {
        let [left, right] = sides;
        let kind = if side == Side::Left { left } else { right };
        let value = matching.map(|(left, right, _)| if side == Side::Left { right } else { left });
        let met = value.map_or_else(|| scope.clone(), |value| scope.matched_by(value));
        let line = lines.iter().find(|(name, _)| name.text == kind.system).and_then(|(_, line)| line.as_ref());
        let condition = line.and_then(|line| line.when.as_ref());
        condition.map_or_else(|| met.clone(), |condition| met.where_is(condition, true))
    })
}

/// Conditions by the system in which a record is created.
fn creates(
    checker: &mut Checker<'_>,
    lines: Vec<(Name, Option<CreateLine>)>,
    scope: &Scope,
    (pipeline, sides): (&str, [&Arc<RecordType>; 2]),
) -> BTreeMap<String, Create> {
    let mut creates = BTreeMap::new();
    for (key, line) in lines {
        let Some(kind) = sides.iter().find(|kind| kind.system == key.text) else {
            let message = format!("this pipeline has no side `{}`", key.text);
            let known = sides.iter().map(|kind| kind.system.as_str());
            checker.sink.unknown("unknown-system", message, (&key.text, key.span), known);
            continue;
        };
        if kind.create.is_none() {
            let message = format!("system `{}` has no call that creates a `{}`", kind.system, kind.name);
            checker.sink.error("read-only", message, key.span, "cannot be created");
        }
        let Some(CreateLine { when, span }) = line else { continue };
        let there = sides.iter().filter(|one| one.system != kind.system);
        let scope = there.fold(scope.clone(), |scope, other| scope.with(&other.system));
        let when = when.map(|tree| {
            checker.condition(&scope, &tree);
            checker.names.compile(tree)
        });
        // Where nobody is named, whoever has a record may have its counterpart made.
        let owner = checker.owner_of(pipeline, "create").unwrap_or(Owner::Both);
        owners::is_a_side(checker, (pipeline, "create"), sides);
        creates.insert(key.text, Create { when, owner, line: checker.names.line(span), span });
    }
    creates
}
