//! Keyed lists: two lists whose elements pair by key, with rules for one element inside.
//!
//! Lists nest: inside, paths begin at the element (`.`), and `as NAME` lets inner lists speak of
//! the outer element.

use std::sync::Arc;

use super::checker::Checker;
use super::rule::{self, Inside, RuleContext, condition, finish, flip, orient};
use super::with_read::reserved;
use crate::diagnostic::{Code, Diagnostic};
use crate::language::infer::{Meaning, Scope};
use crate::language::plan::{Arrow, FieldRule, ListRule, RecordType, RuleBody};
use crate::language::syntax::expression::{Expression, ExpressionKind, Name};
use crate::language::syntax::file::rule_entry::ListEntry;
use crate::language::syntax::rule_line::ArrowRule;
use crate::value::{Path, Segment};

/// Judges a keyed list: its line, and the rules inside.
pub(super) fn check(
    checker: &mut Checker<'_>,
    context: &RuleContext<'_>,
    inside: Option<&Inside<'_>>,
    entry: ListEntry,
) -> Option<FieldRule> {
    let ListEntry { line, rules: entries, written } = entry;
    let (line, flipped) = match inside {
        Some(inside) if inside.flipped => (flip(line), true),
        Some(_) => (line, false),
        None => orient(line, context.sides),
    };
    let outside = rule::outside(context, &line);
    let (left_names, right_names) =
        inside.map_or((&outside, &outside), |inside| (inside.left_names, inside.right_names));
    let told = checker.sink.found.len();
    checker.kind_of(left_names, &line.left);
    checker.kind_of(right_names, &line.right);
    // Of a list that is not there no element can be judged.
    if checker.sink.found.len() > told {
        return None;
    }
    let [left_kind, right_kind] = context.sides;
    let [left, right] = both_lists(checker, context.sides, &line, inside.is_some())?;
    let Some(key) = &line.modifiers.key else {
        let message = "a keyed list says by what its elements pair";
        checker.sink.error("type-list", message, line.span, "add `by [FIELD, …]`");
        return None;
    };
    line.modifiers.alias.iter().for_each(|alias| reserved(checker, alias));
    let left_list = from_record(inside.map(|inside| inside.left), &left);
    let right_list = from_record(inside.map(|inside| inside.right), &right);
    let within = Inside {
        left: &left_list,
        right: &right_list,
        left_names: &element_names(left_names, left_kind, &line, &left_list),
        right_names: &element_names(right_names, right_kind, &line, &right_list),
        flipped,
    };
    let mut rules = Vec::new();
    for entry in entries {
        let checked = rule::check(checker, context, Some(&within), entry);
        if let Some(rule) = checked.as_ref().filter(|rule| line.arrow != Arrow::Both && rule.arrow != line.arrow) {
            against(checker, rule, (&line, flipped), [left_kind, right_kind]);
        }
        rules.extend(checked);
    }
    let leftward = line.arrow == Arrow::Left;
    let (target_kind, target_list) = if leftward { (left_kind, &left_list) } else { (right_kind, &right_list) };
    key_fields(checker, target_kind, key, target_list);
    if line.modifiers.on_create && target_kind.adds_to(target_list) {
        added_later(checker, target_kind, target_list, &line);
    }
    if rules.len() == written && checker.sink.found.len() == told {
        filled(checker, key, &rules, leftward);
    }
    let when = condition(checker, if leftward { right_names } else { left_names }, &line);
    let body = RuleBody::List(ListRule {
        left,
        right,
        key: key.iter().map(|name| name.text.clone()).collect(),
        element: line.modifiers.alias.as_ref().map(|name| name.text.clone()),
        rules,
    });
    Some(finish(checker, context, &line, (body, when)))
}

/// The lists that the line stands between, each from where it stands.
fn both_lists(
    checker: &mut Checker<'_>,
    [left_kind, right_kind]: [&Arc<RecordType>; 2],
    line: &ArrowRule,
    nested: bool,
) -> Option<[Path; 2]> {
    let plain = |tree, kind: &RecordType| {
        let mut path = rule::plain(tree, kind, nested)?;
        (path.0.pop() == Some(Segment::Each)).then_some(path)
    };
    let is_chosen = |tree: &Expression| {
        let mut chosen = false;
        tree.visit(&mut |part| chosen |= matches!(part.kind, ExpressionKind::Filter(..)));
        chosen
    };
    let (message, help) = match (plain(&line.left, left_kind), plain(&line.right, right_kind)) {
        (Some(left), Some(right)) if [&left, &right].iter().any(|path| path.0.contains(&Segment::Each)) => (
            "one of these lists stands in each element of another, and a rule carries one list",
            "carry over the outer list, and the inner one inside it: `- .list[] -> .list[] by [KEY]:`",
        ),
        (Some(left), Some(right)) => return Some([left, right]),
        _ if is_chosen(&line.left) || is_chosen(&line.right) => (
            "a keyed list carries every element, and `where` chooses some",
            "carry over the list as it is: `a.list[] -> b.list[] by [KEY]:`",
        ),
        _ => (
            "both sides of a keyed list are lists",
            "write `a.list[] -> b.list[] by [KEY]:`; inside another list `.list[] -> .list[] by [KEY]:`",
        ),
    };
    checker.sink.error("type-list", message, line.span, help);
    None
}

/// A rule against the arrow of its list never speaks.
fn against(
    checker: &mut Checker<'_>,
    rule: &FieldRule,
    (line, flipped): (&ArrowRule, bool),
    [left, right]: [&Arc<RecordType>; 2],
) {
    let towards = if line.arrow == Arrow::Left { left } else { right };
    let written = if flipped { line.arrow.flipped() } else { line.arrow };
    let message = format!("this list flows to `{}` alone, and this rule does not", towards.system);
    let finding = Diagnostic::error(Code("type-list"), message, rule.span, "never speaks");
    let finding = finding.label(line.span, "the list");
    let help = match rule.arrow {
        Arrow::Both => format!("write `{written}`, or `<->` at the list"),
        _ => format!("write `{written}`, a constant in brackets: `(\"new\") {written} .field on create`"),
    };
    checker.sink.found.push(finding.help(help));
}

/// A list with a call of its own is not written with the create.
fn added_later(checker: &mut Checker<'_>, kind: &RecordType, list: &Path, line: &ArrowRule) {
    let message = format!("`{list}` has a call of its own, which is made once the {} is there", kind.name);
    let finding = Diagnostic::error(Code("read-only"), message, line.span, "written `on create`");
    checker.sink.found.push(finding.help("leave out `on create`"));
}

/// The list's path from its record.
fn from_record(outer: Option<&Path>, path: &Path) -> Path {
    let mut whole = outer.cloned().unwrap_or_default();
    if outer.is_some() {
        whole.0.push(Segment::Each);
    }
    whole.0.extend(path.0.iter().cloned());
    whole
}

/// What names mean over one side's elements.
fn element_names(outer: &Scope, kind: &Arc<RecordType>, line: &ArrowRule, list: &Path) -> Scope {
    let mut names = outer.clone();
    let mut at = list.clone();
    at.0.push(Segment::Each);
    let element = Meaning::Record(Arc::clone(kind), at);
    if let Some(alias) = &line.modifiers.alias {
        names.heads.insert(alias.text.clone(), element.clone());
    }
    names.element = Some(element);
    names
}

/// Every field of the key is one that the target's elements have.
fn key_fields(checker: &mut Checker<'_>, kind: &RecordType, key: &[Name], list: &Path) {
    let mut whole = list.clone();
    whole.0.push(Segment::Each);
    let known: Vec<String> = kind
        .fields
        .iter()
        .filter_map(|field| field.path.0.strip_prefix(whole.0.as_slice()))
        .filter_map(|rest| match rest.first() {
            Some(Segment::Field(name)) => Some(name.to_string()),
            _ => None,
        })
        .collect();
    for name in key.iter().filter(|name| !known.contains(&name.text)) {
        let message = format!("`{list}[]` of `{}.{}` has no field `{}`", kind.system, kind.name, name.text);
        checker.sink.unknown("unknown-field", message, (&name.text, name.span), known.iter().map(String::as_str));
    }
}

/// A key is made of what the rules fill, or nothing would ever pair.
fn filled(checker: &mut Checker<'_>, key: &[Name], rules: &[FieldRule], leftward: bool) {
    let writes = |rule: &FieldRule| match &rule.body {
        RuleBody::Value { left_path, right_path, .. } => {
            let path = if leftward { left_path.as_ref() } else { right_path.as_ref() };
            path.map(ToString::to_string)
        }
        RuleBody::List(_) => None,
    };
    let at_times = |rule: &&FieldRule| rule.when.is_some();
    for name in key {
        let mut filling =
            rules.iter().filter(|rule| writes(rule).is_some_and(|written| written == name.text)).peekable();
        if filling.peek().is_some() && filling.clone().all(|rule| at_times(&rule)) {
            let message = format!("`{}` is part of the key, and is filled under a condition alone", name.text);
            let finding =
                Diagnostic::error(Code("type-list"), message, name.span, "other elements could not pair by it");
            let finding = filling.fold(finding, |finding, rule| finding.label(rule.span, "filled here"));
            checker
                .sink
                .found
                .push(finding.help("fill the key always, and let the other fields depend on the condition"));
            continue;
        }
        if !rules.iter().filter_map(writes).any(|written| written == name.text) {
            let message = format!("`{}` is part of the key, and no rule of this list fills it", name.text);
            checker.sink.error("type-list", message, name.span, "elements could never pair by it");
        }
    }
}
