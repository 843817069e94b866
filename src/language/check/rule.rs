//! Arrow rules: which way they may flow, what they read, what they write.

use std::borrow::Cow;
use std::sync::Arc;

use super::carried;
use super::checker::Checker;
use super::keyed_list;
use super::one_way::Carried;
use super::target;
use crate::diagnostic::{Code, Diagnostic, Span};
use crate::language::infer::{Given, Meaning, Scope};
use crate::language::plan::expression::CompiledExpression;
use crate::language::plan::{Arrow, Field, FieldRule, Owner, RecordType, RuleBody, Side, Table};
use crate::language::syntax::expression::{Expression, ExpressionKind, Name, Operator, PathExpression};
use crate::language::syntax::file::rule_entry::RuleEntry;
use crate::language::syntax::rule_line::ArrowRule;
use crate::value::{Kind, Path, Segment};

/// How many fields help names.
const FIELDS_SHOWN_MAX: usize = 14;

/// Where a rule stands.
pub(super) struct RuleContext<'a> {
    /// The pipeline.
    pub pipeline: &'a str,
    /// The group.
    pub group: &'a str,
    /// The group's owner.
    pub owner: Owner,
    /// Left and right record types.
    pub sides: [&'a Arc<RecordType>; 2],
    /// What names mean outside lists.
    pub scope: &'a Scope,
    /// What they mean where the left and where the right record is created.
    pub created: &'a [Scope; 2],
}

/// The list that a rule stands in: where its elements are on both sides, and what names mean there.
pub(super) struct Inside<'a> {
    /// The left list from its record, without the last `[]`.
    pub left: &'a Path,
    /// The right list, alike.
    pub right: &'a Path,
    /// Names over the left side.
    pub left_names: &'a Scope,
    /// Names over the right side.
    pub right_names: &'a Scope,
    /// Whether the file has the sides the other way round.
    pub flipped: bool,
}

impl Inside<'_> {
    fn list(&self, side: usize) -> &Path {
        if side == 0 { self.left } else { self.right }
    }
}

/// Judges one entry of a group: a rule, or a keyed list with rules inside.
pub(super) fn check(
    checker: &mut Checker<'_>,
    context: &RuleContext<'_>,
    inside: Option<&Inside<'_>>,
    entry: RuleEntry,
) -> Option<FieldRule> {
    let line = match entry {
        RuleEntry::List(list) => return keyed_list::check(checker, context, inside, *list),
        RuleEntry::Rule(line) => *line,
    };
    let line = match inside {
        Some(inside) if inside.flipped => flip(line),
        Some(_) => line,
        None => orient(line, context.sides).0,
    };
    value_rule(checker, context, (line, inside))
}

/// What names mean in a rule outside lists: what it carries comes from a record that is there, unless it says
/// otherwise.
pub(super) fn outside(context: &RuleContext<'_>, line: &ArrowRule) -> Scope {
    let ([left, right], [created_left, created_right]) = (context.sides, context.created);
    let (source, created) = match line.arrow {
        Arrow::Right => (left, created_right),
        Arrow::Left => (right, created_left),
        Arrow::Both => return context.scope.clone(),
    };
    let scope = if line.modifiers.on_create { created } else { context.scope };
    if line.modifiers.also_when_gone { scope.without(&source.system) } else { scope.with(&source.system) }
}

fn value_rule(
    checker: &mut Checker<'_>,
    context: &RuleContext<'_>,
    (line, inside): (ArrowRule, Option<&Inside<'_>>),
) -> Option<FieldRule> {
    let [left_kind, right_kind] = context.sides;
    let told = checker.sink.found.len();
    let outside = outside(context, &line);
    let (left_names, right_names) =
        inside.map_or((&outside, &outside), |inside| (inside.left_names, inside.right_names));
    let given = [(left_names, &line.left), (right_names, &line.right)]
        .map(|(names, tree)| checker.kind_of(&where_it_holds(names, &line), tree));
    let nested = inside.is_some();
    let paths = [plain(&line.left, left_kind, nested), plain(&line.right, right_kind, nested)];
    let sides = [(0, Arrow::Right, &line.left), (1, Arrow::Left, &line.right)];
    for (side, away, tree) in sides {
        if line.arrow != away {
            let whole = paths.get(side).and_then(Option::as_ref).map(|path| whole(inside, side, path));
            let kind = if side == 0 { left_kind } else { right_kind };
            let around = Path(inside.map(|inside| elements(inside, side)).unwrap_or_default());
            let own = paths.get(side).and_then(Option::as_ref);
            if own.is_none_or(|own| target::is_its_own(checker, kind, (&around, own), tree)) {
                writable(checker, kind, whole.as_ref(), (tree, &line));
            }
        }
    }
    let table = line.modifiers.table.as_ref().and_then(|name| {
        let found = checker.names.tables.get(&name.text).cloned();
        if found.is_none() {
            let known: Vec<String> = checker.names.tables.keys().cloned().collect();
            checker.sink.unknown(
                "unknown-table",
                format!("there is no table `{}`", name.text),
                (&name.text, name.span),
                known.iter().map(String::as_str),
            );
        }
        found.map(|table| turned(checker, (table, name), context.sides))
    });
    if let Some(name) =
        line.modifiers.pipeline.as_ref().filter(|name| !checker.names.pipelines.contains_key(&name.text))
    {
        let known: Vec<String> = checker.names.pipelines.keys().cloned().collect();
        checker.sink.unknown(
            "unknown-pipeline",
            format!("there is no pipeline `{}`", name.text),
            (&name.text, name.span),
            known.iter().map(String::as_str),
        );
    }
    // One mistake is one finding: what is not understood is not judged either.
    if checker.sink.found.len() == told {
        carried_over(checker, context, &Judged { line: &line, inside, given, paths: &paths, table: table.as_deref() });
    }
    let [left_path, right_path] = paths;
    let body = RuleBody::Value {
        left: checker.names.compile(line.left.clone()),
        right: checker.names.compile(line.right.clone()),
        left_path,
        right_path,
        table,
        via: line.modifiers.pipeline.as_ref().map(|name| name.text.clone()),
    };
    let when = condition(checker, if line.arrow == Arrow::Left { right_names } else { left_names }, &line);
    Some(finish(checker, context, &line, (body, when)))
}

/// A rule of one value, of which each side is understood.
struct Judged<'a> {
    line: &'a ArrowRule,
    inside: Option<&'a Inside<'a>>,
    /// What the left and the right side give.
    given: [Given; 2],
    /// Their paths, where they are plain ones.
    paths: &'a [Option<Path>; 2],
    table: Option<&'a Table>,
}

/// Judges what the rule carries, towards each side that it points at.
fn carried_over(checker: &mut Checker<'_>, context: &RuleContext<'_>, rule: &Judged<'_>) {
    let Judged { line, given: [left, right], .. } = rule;
    let [left_path, right_path] = [0, 1].map(|side| {
        let path = rule.paths.get(side).and_then(Option::as_ref);
        path.map(|path| whole(rule.inside, side, path))
    });
    let [left_kind, right_kind] = context.sides;
    let ways = [
        (Side::Right, (&line.left, left, left_kind), (right, right_kind), [&left_path, &right_path]),
        (Side::Left, (&line.right, right, right_kind), (left, left_kind), [&right_path, &left_path]),
    ];
    for (target, (source, given, from), (place, to), paths) in ways {
        if !line.arrow.points(target) {
            continue;
        }
        let [source_path, target_path] = paths.map(Option::as_ref);
        let field = target_path.and_then(|path| to.field(path));
        let table = rule.table.map(|table| (table, target));
        let told = checker.sink.found.len();
        if let (Some(kind), Some(field)) = (whole_record(context.scope, source), field) {
            is_one_value(checker, kind, (source, field));
        }
        if checker.sink.found.len() == told {
            let owner = &context.owner;
            let carried =
                Carried { line, owner, source, given, from, to, place, source_path, target_path, field, table };
            carried::judge(checker, &carried);
        }
        if checker.sink.found.len() > told {
            return;
        }
    }
}

/// The record that an expression is as a whole, where it names no field of it.
fn whole_record<'s>(scope: &'s Scope, source: &Expression) -> Option<&'s RecordType> {
    let ExpressionKind::Path(path) = &source.kind else { return None };
    let head = path.head.as_ref().filter(|_| path.steps.is_empty())?;
    match scope.heads.get(&head.text)? {
        Meaning::AtMostOne(kind) => Some(kind),
        Meaning::Record(kind, at) if at.0.is_empty() => Some(kind),
        _ => None,
    }
}

/// A whole record goes into no field that holds one value.
fn is_one_value(checker: &mut Checker<'_>, record: &RecordType, (source, field): (&Expression, &Field)) {
    if matches!(field.kind, Kind::Any | Kind::Record(_)) {
        return;
    }
    let message = format!("this is a whole `{}.{}`, and `{}` holds one value", record.system, record.name, field.path);
    let key = match &field.kind {
        Kind::Reference(name) if **name == *record.name => record.key.as_str(),
        _ => "FIELD",
    };
    let finding = Diagnostic::error(Code("type-mismatch"), message, source.span, "which field of it?");
    checker.sink.found.push(finding.help(format!("write `{source}.{key}`")));
}

/// What names mean where a rule's condition holds.
fn where_it_holds<'s>(scope: &'s Scope, line: &ArrowRule) -> Cow<'s, Scope> {
    if line.modifiers.when.is_none() && line.modifiers.unless.is_none() {
        return Cow::Borrowed(scope);
    }
    let held = line.modifiers.when.iter().map(|condition| (condition, true));
    let not_held = line.modifiers.unless.iter().map(|condition| (condition, false));
    let narrowed = |scope: Scope, (condition, holds)| scope.where_is(condition, holds);
    Cow::Owned(held.chain(not_held).fold(scope.clone(), narrowed))
}

/// A table as this rule's sides stand.
fn turned(checker: &mut Checker<'_>, (table, name): (Arc<Table>, &Name), sides: [&Arc<RecordType>; 2]) -> Arc<Table> {
    let system = |at: usize| table.sides.get(at).and_then(|side| side.split('.').next()).unwrap_or_default().to_owned();
    let [left, right] = sides.map(|kind| kind.system.as_str());
    if system(0) == left && system(1) == right {
        return table;
    }
    if system(0) == right && system(1) == left {
        return Arc::new(table.flipped());
    }
    let message = format!("table `{}` stands between {} and {}", name.text, table.sides[0], table.sides[1]);
    checker.sink.error("type-table", message, name.span, &format!("this rule is between {left} and {right}"));
    table
}

/// The rule's `when`, or its `unless` turned round.
pub(super) fn condition(checker: &mut Checker<'_>, scope: &Scope, line: &ArrowRule) -> Option<CompiledExpression> {
    for tree in line.modifiers.when.iter().chain(&line.modifiers.unless) {
        checker.condition(scope, tree);
    }
    let unless = line.modifiers.unless.clone().map(|tree| {
        let span = tree.span;
        Expression { kind: ExpressionKind::Not(Box::new(tree)), span }
    });
    let tree = match (line.modifiers.when.clone(), unless) {
        (Some(when), Some(unless)) => {
            let span = when.span;
            Expression { kind: ExpressionKind::Binary(Operator::And, Box::new(when), Box::new(unless)), span }
        }
        (when, unless) => when.or(unless)?,
    };
    Some(checker.names.compile(tree))
}

/// The path that can be written, where the side is a plain one.
pub(super) fn plain(tree: &Expression, kind: &RecordType, nested: bool) -> Option<Path> {
    let ExpressionKind::Path(PathExpression { head, steps, .. }) = &tree.kind else { return None };
    let fits = match head {
        Some(name) => !nested && name.text == kind.system,
        None => nested,
    };
    fits.then(|| Path(steps.iter().map(|step| step.segment.clone()).collect()))
}

/// A path from its record, whatever lists it stands in.
fn whole(inside: Option<&Inside<'_>>, side: usize, path: &Path) -> Path {
    let outer = inside.map(|inside| elements(inside, side)).unwrap_or_default();
    Path(outer.into_iter().chain(path.0.iter().cloned()).collect())
}

/// The elements of the list that a rule stands in, from the record.
fn elements(inside: &Inside<'_>, side: usize) -> Vec<Segment> {
    inside.list(side).0.iter().cloned().chain([Segment::Each]).collect()
}

/// What an arrow points at is a field that can be written then. `whole`: its path, where it is a plain one.
fn writable(
    checker: &mut Checker<'_>,
    kind: &RecordType,
    whole: Option<&Path>,
    (tree, line): (&Expression, &ArrowRule),
) {
    if kind.grouped.is_some() {
        let message = format!("`{}` is grouped here, and a group cannot be written", kind.system);
        return checker.sink.error("read-only", message, tree.span, "written here");
    }
    let Some(whole) = whole else {
        // A head that means nothing was told already.
        let is_told = |one: &Diagnostic| {
            one.code.0 == "unknown-name"
                && one.primary.span.start == tree.span.start
                && one.primary.span.file == tree.span.file
        };
        if checker.sink.found.iter().any(is_told) {
            return;
        }
        let message = "an arrow points at a field of its own side";
        let at = "this is no plain field; constants stand on the right of `<-`";
        let finding = Diagnostic::error(Code("type-target"), message, tree.span, at);
        let turned = line.arrow.flipped();
        let help = match line.arrow {
            Arrow::Both => {
                "`<->` stands between two fields; write `->` or `<-` where one side is an expression".to_owned()
            }
            _ => format!("turn the arrow: `{turned}` points at the field on the other side"),
        };
        return checker.sink.found.push(finding.help(help));
    };
    let is_state = kind.states.as_ref().is_some_and(|states| whole.to_string() == states.field);
    let Some(field) = kind.field(whole) else { return };
    let later = field.on_create || field.on_update || field.on_add;
    let written = if line.modifiers.on_create { field.on_create } else { later };
    if line.modifiers.on_create && field.on_update && !written && !is_state {
        let message = format!("`{whole}` goes out with updates alone, and this rule speaks when a record is made");
        let finding = Diagnostic::error(Code("read-only"), message, tree.span, "written then");
        let finding = finding.label(field.span, "declared here");
        return checker.sink.found.push(finding.help("leave `on create` out: it follows once the record is there"));
    }
    if !written && !is_state {
        let message = format!("`{}.{}` cannot be written: `{whole}` is read only", kind.system, kind.name);
        let finding = Diagnostic::error(Code("read-only"), message, tree.span, "written here");
        let finding = finding.label(field.span, "declared read only here");
        let turned = line.arrow.flipped();
        let other = if line.arrow == Arrow::Both { String::new() } else { format!("; `{turned}` reads it instead") };
        let help = format!("{}{other}", written_instead(kind, line.modifiers.on_create));
        return checker.sink.found.push(finding.help(help));
    }
    if !line.modifiers.on_create && !is_state && !whole.0.contains(&Segment::Each) {
        updatable(checker, kind, (field, tree.span));
    }
}

/// The fields that may be written then: those that creating needs first.
fn written_instead(kind: &RecordType, on_create: bool) -> String {
    let may = |field: &&Field| {
        !field.path.0.contains(&Segment::Each) && if on_create { field.on_create } else { field.on_update }
    };
    let mut fields: Vec<&Field> = kind.fields.iter().filter(may).collect();
    fields.sort_by_key(|field| !field.required_on_create);
    let names: Vec<String> = fields.iter().take(FIELDS_SHOWN_MAX).map(|field| format!("`{}`", field.path)).collect();
    let more = if fields.len() > names.len() { " and others" } else { "" };
    match names.as_slice() {
        [] => format!("take the rule out: nothing of `{}` is written then", kind.name),
        names => format!("let it write a field that is written then: {}{more}", names.join(", ")),
    }
}

/// What follows later changes is a field that an update sends.
fn updatable(checker: &mut Checker<'_>, kind: &RecordType, (field, span): (&Field, Span)) {
    let covered = |paths: &[Path]| paths.iter().any(|path| field.path.0.starts_with(&path.0));
    let message = match &kind.update {
        _ if field.on_add => return,
        None => format!("`{}` has no call that updates a `{}`", kind.system, kind.name),
        Some(call) if covered(&call.never) => format!("the update of `{}` never sends `{}`", kind.name, field.path),
        Some(call) if !field.on_update && !covered(&call.resend) => {
            format!("`{}` is written only on create", field.path)
        }
        Some(_) => return,
    };
    let finding = Diagnostic::error(Code("read-only"), message, span, "written later too");
    checker.sink.found.push(finding.label(field.span, "declared here").help("add `on create`"));
}

/// A rule from its line, its body and its condition.
pub(super) fn finish(
    checker: &mut Checker<'_>,
    context: &RuleContext<'_>,
    line: &ArrowRule,
    (body, when): (RuleBody, Option<CompiledExpression>),
) -> FieldRule {
    let [left, right] = &line.text;
    let arrow = line.arrow;
    let owned_at = checker.names.ownership.owner(context.pipeline, context.group);
    FieldRule {
        number: 0,
        id: format!("{}/{}: {left} {arrow} {right}", context.pipeline, context.group),
        group: context.group.to_owned(),
        arrow: line.arrow,
        owner: context.owner.clone(),
        owned_at: owned_at.map(|owner| checker.names.line(owner.key)),
        asks: body.asks() || when.as_ref().is_some_and(CompiledExpression::asks_for_links),
        body,
        on_create: line.modifiers.on_create,
        always: line.modifiers.always,
        or_clear: line.modifiers.or_clear,
        also_when_gone: line.modifiers.also_when_gone,
        reported_once: line.modifiers.reported_once,
        when,
        because: line.modifiers.because.clone(),
        line: checker.names.line(line.span),
        span: line.span,
    }
}

/// A line as the pipeline has its sides: what stands left of the arrow belongs to the left record.
pub(super) fn orient(line: ArrowRule, sides: [&Arc<RecordType>; 2]) -> (ArrowRule, bool) {
    let [left, right] = sides;
    let head = |tree: &Expression| match &tree.kind {
        ExpressionKind::Path(path) => path.head.as_ref().map(|name| name.text.clone()),
        _ => None,
    };
    let flipped = match line.arrow {
        Arrow::Right => head(&line.right).as_deref() == Some(left.system.as_str()),
        Arrow::Left | Arrow::Both => head(&line.left).as_deref() == Some(right.system.as_str()),
    };
    if flipped { (flip(line), true) } else { (line, false) }
}

/// The same line with its sides changed.
pub(super) fn flip(line: ArrowRule) -> ArrowRule {
    let arrow = line.arrow.flipped();
    let [left, right] = line.text;
    ArrowRule { left: line.right, right: line.left, text: [right, left], arrow, ..line }
}
