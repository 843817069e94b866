//! One writer: no field has two live sources at once.

use std::collections::BTreeMap;

use super::other_writers;
use crate::diagnostic::{Diagnostic, Severity};
use crate::language::lint::lint::Lint;
use crate::language::lint::model::View;
use crate::language::lint::model::turned_back::carried_back;
use crate::language::lint::model::{Condition, Possible, Reading};
use crate::language::plan::{FieldRule, Pipeline, RuleBody, Side, WritePlace};
use crate::value::{Path, Segment};

/// The lint.
pub const LINT: Lint = Lint {
    name: "two-writers",
    severity: Severity::Error,
    summary: "two rules write one field",
    why: "Whichever comes last would win, and at the next change the other. A field has one source; where it depends, \
          the rules say so with conditions that never hold at once. Conditions are compared by what they mean, where \
          values can be counted or compared with constants; those of two pipelines only where both speak of the same \
          record. Two fields that the peer has at one place are one field. What rules write in turn must not go back \
          to what one of them reads: when the conditions change, what the one wrote would be carried into the other's \
          field.",
    flagged: "- shop.name  -> depot.label\n- shop.title -> depot.label",
    mended: "- shop.name  -> depot.label   unless shop.title != null\n\
             - shop.title -> depot.label   when shop.title != null",
    check,
};

fn check(view: &View<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for pipeline in view.rules.pipelines.values() {
        let outer = Inside { reading: Reading::of(view, pipeline), lists: [Path::default(), Path::default()] };
        within(&outer, (pipeline, &pipeline.rules), &mut found);
    }
    across(view, &mut found);
    found.extend(other_writers::check(&LINT, view));
    found
}

/// Where rules stand: what their names mean, and the lists around them on both sides.
struct Inside<'a> {
    reading: Reading<'a>,
    lists: [Path; 2],
}

fn within(inside: &Inside<'_>, (pipeline, rules): (&Pipeline, &[FieldRule]), found: &mut Vec<Diagnostic>) {
    let Inside { reading, lists } = inside;
    for (at, first) in rules.iter().enumerate() {
        for second in rules.iter().skip(at + 1) {
            let both = Side::BOTH.into_iter().find_map(|side| {
                let [one, other] = [first, second].map(|rule| Some(Write::of((pipeline, rule, side), lists)));
                let (one, other) = one.flatten().zip(other.flatten())?;
                let same = one.meets(&other) && reading.view().may_both([one.rule, other.rule]);
                let [first, second] = [first, second].map(|rule| reading.of_writing(pipeline, rule, side));
                same.then(|| together(first, second)).flatten().map(|when| (one, other, when))
            });
            if let Some((one, other, when)) = both {
                found.push(flag(&one, &other, (&when, "rules")));
                continue;
            }
            found.extend(Side::BOTH.into_iter().find_map(|side| {
                let pair = ([first, second], side);
                let back = carried_back(reading.view(), (pipeline, rules), pair)?;
                Some(in_turn(
                    [Write::of((pipeline, first, side), lists)?, Write::of((pipeline, second, side), lists)?],
                    back,
                ))
            }));
        }
        if let RuleBody::List(list) = &first.body {
            let [left, right] = lists;
            let reading = reading.inside(pipeline, list, Reading::speaker(first));
            let lists = [below(left, &list.left), below(right, &list.right)];
            within(&Inside { reading, lists }, (pipeline, &list.rules), found);
        }
    }
}

/// What two rules write in turn, and a rule carries back.
fn in_turn([one, other]: [Write<'_>; 2], back: &FieldRule) -> Diagnostic {
    let ((_, first, _), (_, second, _)) = (one.rule, other.rule);
    let message = format!("{} is written by two rules in turn, and what stands there goes back", one.name());
    let finding = LINT.found(message, second.span, "written here too").label(first.span, "written here");
    let finding = if [first.span, second.span].contains(&back.span) {
        finding
    } else {
        finding.label(back.span, "carried back here")
    };
    let note = "when their conditions change, what the one wrote is taken for a change of what the other reads";
    finding.note(note).help("let the field flow one way, or give each rule a field of its own")
}

fn below(outer: &Path, list: &Path) -> Path {
    Path(outer.0.iter().chain(&list.0).cloned().chain([Segment::Each]).collect())
}

/// When both write at once, for people; `None`: never.
fn together(first: Condition, second: Condition) -> Option<String> {
    match first.and(second).possible() {
        Possible::Never => None,
        Possible::Where(witness) => Some(witness),
        Possible::CannotBeTold => Some(String::new()),
    }
}

/// A rule that writes to a side, and what it writes there.
struct Write<'a> {
    rule: (&'a Pipeline, &'a FieldRule, Side),
    /// The field.
    path: Path,
    /// Where the peer has it, inside a list from the element.
    sent: WritePlace,
}

impl<'a> Write<'a> {
    fn of(rule: (&'a Pipeline, &'a FieldRule, Side), lists: &[Path; 2]) -> Option<Self> {
        let (pipeline, written, side) = rule;
        let own = written.path(side).filter(|_| written.points(side))?;
        let [left, right] = lists;
        let list = if side == Side::Left { left } else { right };
        let path = Path(list.0.iter().chain(&own.0).cloned().collect());
        let field = pipeline.record(side).field(&path);
        let sent = field.map_or_else(|| WritePlace::Body(own.clone()), |field| field.write.clone());
        Some(Self { rule, path, sent })
    }

    /// Whether both write one place, or one a place inside the other's.
    fn meets(&self, other: &Self) -> bool {
        let sent = match (&self.sent, &other.sent) {
            (WritePlace::Body(one), WritePlace::Body(other)) => overlap(one, other),
            (WritePlace::Header(one), WritePlace::Header(other)) => one.eq_ignore_ascii_case(other),
            _ => false,
        };
        sent || overlap(&self.path, &other.path)
    }

    fn name(&self) -> String {
        let (pipeline, _, side) = self.rule;
        format!("`{}.{}`", pipeline.record(side).system, self.path)
    }
}

fn overlap(one: &Path, other: &Path) -> bool {
    one.is_within(other) || other.is_within(one)
}

/// Two pipelines with the same record on a side must not write the same field of it.
fn across(view: &View<'_>, found: &mut Vec<Diagnostic>) {
    let mut writes: BTreeMap<(&str, &str), Vec<Write<'_>>> = BTreeMap::new();
    let top = [Path::default(), Path::default()];
    for pipeline in view.rules.pipelines.values() {
        for (rule, side) in pipeline.rules.iter().flat_map(|rule| Side::BOTH.map(|side| (rule, side))) {
            if view.may_flow(pipeline, rule, side) {
                let kind = pipeline.record(side);
                writes.entry((&kind.system, &kind.name)).or_default().extend(Write::of((pipeline, rule, side), &top));
            }
        }
    }
    for writes in writes.into_values() {
        for (at, one) in writes.iter().enumerate() {
            for other in writes.iter().skip(at + 1).filter(|other| other.rule.0.name != one.rule.0.name) {
                if one.meets(other)
                    && may_meet(one, other)
                    && view.may_both([one.rule, other.rule])
                    && let Some(when) = together_across(view, [one, other])
                {
                    found.push(flag(one, other, (&when, "pipelines")));
                }
            }
        }
    }
}

/// What is written on create is written once, by whoever creates: two do only where both create for the same record.
fn may_meet(one: &Write<'_>, other: &Write<'_>) -> bool {
    let [first, second] = [one, other].map(|write| {
        let (pipeline, rule, side) = write.rule;
        let source = pipeline.record(side.other());
        (rule.on_create, &source.system, &source.name)
    });
    first.0 == second.0 && (!first.0 || first == second)
}

/// As [`together`], for rules of two pipelines: the record that is written is one, the other side's only where both
/// pair by the same. The same value is no second one.
fn together_across(view: &View<'_>, writes: [&Write<'_>; 2]) -> Option<String> {
    let roots = writes.map(|write| paired_by(view, write));
    let [one, other] = writes.map(|write| carried(view, write));
    let [far, further] = &roots;
    if far == further && one.is_some() && one == other {
        return None;
    }
    let conditions = writes.iter().zip(&roots).map(|(write, far)| {
        let (pipeline, rule, side) = write.rule;
        let (near, far) = ("written".to_owned(), far.clone());
        let roots = if side == Side::Left { [near, far] } else { [far, near] };
        Reading::rooted(view, pipeline, roots).of_writing(pipeline, rule, side)
    });
    let conditions: Vec<Condition> = conditions.collect();
    match conditions.as_slice() {
        [first, second] => together(first.clone(), second.clone()),
        _ => None,
    }
}

/// The record on the other side of what is written, and by what the two pair.
fn paired_by(view: &View<'_>, write: &Write<'_>) -> String {
    let (pipeline, _, side) = write.rule;
    let other = pipeline.record(side.other());
    let [own, far] = [side, side.other()].map(|side| view.written(pipeline.match_of(side).tree()));
    format!("{}.{} by {far} and {own}", other.system, other.name)
}

/// What is carried over as it is, and whether with the create alone.
fn carried(view: &View<'_>, write: &Write<'_>) -> Option<(String, bool)> {
    let (_, rule, side) = write.rule;
    match &rule.body {
        RuleBody::Value { left, right, table: None, via: None, .. } => {
            let source = if side == Side::Left { right } else { left };
            Some((view.written(source.tree()), rule.on_create))
        }
        _ => None,
    }
}

fn flag(first: &Write<'_>, second: &Write<'_>, (when, who): (&str, &str)) -> Diagnostic {
    let message = if overlap(&first.path, &second.path) {
        format!("{} is written by two {who}", first.name())
    } else {
        format!("{} and {} are one place of what is sent, and two {who} write it", first.name(), second.name())
    };
    let ((_, one, _), (_, other, _)) = (first.rule, second.rule);
    let finding = LINT.found(message, other.span, "written here too").label(one.span, "written here");
    let finding = if when.is_empty() { finding } else { finding.note(format!("both do where {when}")) };
    finding.help("keep one of them, or tell them apart with `when COND` and `unless COND`")
}
