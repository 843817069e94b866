//! What creating needs is filled.

use std::collections::BTreeSet;

use super::{uncreated_target, unfilled_by_table};
use crate::diagnostic::{Diagnostic, Severity, Span};
use crate::language::lint::lint::Lint;
use crate::language::lint::model::View;
use crate::language::lint::model::meaning::{Condition, Reading, always_one_of};
use crate::language::lint::model::needed_then::{gives, may_hold};
use crate::language::plan::{Arrow, Field, FieldRule, Owner, Pipeline, RuleBody, Side, States};
use crate::value::{Path, Segment};

/// The lint.
pub const LINT: Lint = Lint {
    name: "missing-required",
    severity: Severity::Error,
    summary: "a pipeline creates a record without a field that creating needs",
    why: "The system file says what the create call needs. Without a rule that fills it, whatever the \
          settings are, creates would park. A rule with a condition fills it only where one with the opposite \
          condition stands beside it. What is required under a condition needs a rule that fills it whenever that can \
          be seen to hold, else at times.",
    flagged: "create:\n  depot: on demand\nfields:\n  words:\n    - shop.name -> depot.label\n\
              # and depot's `code` is required on create",
    mended: "fields:\n  words:\n    - shop.name   -> depot.label\n    - shop.number -> depot.code   on create",
    check,
};

fn check(view: &View<'_>) -> Vec<Diagnostic> {
    let mut found = unfilled_by_table::check(&LINT, view);
    for pipeline in view.rules.pipelines.values() {
        for side in [Side::Left, Side::Right] {
            let reading = Reading::of(view, pipeline);
            let elements = |rule| in_elements(&reading, (pipeline, side), (rule, Path::default()));
            found.extend(pipeline.rules.iter().flat_map(elements));
            let Some(create) = view.may_create(pipeline, side) else { continue };
            let kind = pipeline.record(side);
            let needed = |field: &&Field| field.required_on_create || field.required_when.is_some();
            for field in kind.fields.iter().filter(needed).filter(|field| is_whole(field)) {
                let Some(gap) = gap(&reading, pipeline, side, &field.path) else {
                    found.extend(empty_then(&reading, (pipeline, side), field));
                    continue;
                };
                let always = field.required_on_create;
                // What is needed at times may be given at times, where it cannot be seen that these are others.
                let needed = field.required_when.as_ref().filter(|_| !always).map(|needed| &needed.condition);
                let missed = needed.map(|needed| may_hold(&reading, (pipeline, side), (needed, &gap.conditions)));
                if missed.is_some_and(|missed| missed.is_none_or(|missed| !missed) && (!gap.never || missed.is_some()))
                {
                    continue;
                }
                let message =
                    format!("`{}.{}` is created without `{}`{}", kind.system, kind.name, field.path, gap.when);
                let why = if always { "required on create" } else { "required under a condition" };
                let finding = LINT.found(message, create.span, "creates it").label(field.span, why);
                let finding =
                    gap.rules.into_iter().fold(finding, |finding, span| finding.label(span, "fills it at other times"));
                found.push(finding.help(help(pipeline, side, &field.path)));
            }
        }
    }
    found
}

/// What is needed under a condition, and given by a rule whose source can be seen to be empty while that holds. What is
/// needed always is judged where kinds are.
fn empty_then(reading: &Reading<'_>, (pipeline, side): (&Pipeline, Side), field: &Field) -> Option<Diagnostic> {
    let needed = field.required_when.as_ref().filter(|_| !field.required_on_create)?;
    let fills = |rule: &&FieldRule| rule.points(side) && rule.path(side) == Some(&field.path);
    let rules: Vec<&FieldRule> = pipeline.rules.iter().filter(fills).collect();
    let given: Vec<Condition> = rules.iter().map(|rule| gives(reading, (pipeline, side), rule)).collect();
    if rules.is_empty() || may_hold(reading, (pipeline, side), (&needed.condition, &given)) != Some(true) {
        return None;
    }
    let kind = pipeline.record(side);
    let message = format!(
        "`{}.{}` needs `{}` where `{}`, and this may be null then",
        kind.system, kind.name, field.path, needed.text
    );
    let mut spans = rules.iter().map(|rule| rule.span);
    let finding = LINT.found(message, spans.next()?, "may be null").label(field.span, "required under a condition");
    let finding = spans.fold(finding, |finding, span| finding.label(span, "and this"));
    Some(finding.help("say what goes there then: `… ?? VALUE`, or `… ?? park \"why\"`"))
}

/// What to write where a field is not filled. A rule for both ways does not fill it where its owner is made.
fn help(pipeline: &Pipeline, side: Side, path: &Path) -> String {
    let system = &pipeline.record(side).system;
    let both = pipeline.rules.iter().find(|rule| rule.arrow == Arrow::Both && rule.path(side) == Some(path));
    let Some(rule) = both else { return format!("add a rule `… -> {system}.{path}`") };
    let source = rule.path(side.other()).map(|source| format!("{}.{source}", pipeline.record(side.other()).system));
    let source = source.unwrap_or_else(|| "…".to_owned());
    format!(
        "`<->` fills it only where `{system}` does not own `{group}`: let `both` own that, or write two rules, \
         `{source} -> {system}.{path}   on create` in a group of another owner, and `{source} <- {system}.{path}` here",
        group = rule.group
    )
}

/// The fields without which a pipeline creates its records.
pub(super) fn lacking(view: &View<'_>, pipeline: &Pipeline) -> Vec<String> {
    let reading = Reading::of(view, pipeline);
    let created = Side::BOTH.into_iter().filter(|side| view.may_create(pipeline, *side).is_some());
    let missing = |side: Side| {
        let fields = pipeline.record(side).fields.iter().filter(|field| field.required_on_create && is_whole(field));
        let missing = fields.filter(|field| gap(&reading, pipeline, side, &field.path).is_some());
        missing.map(|field| field.path.to_string()).collect::<Vec<_>>()
    };
    created.flat_map(missing).collect()
}

/// What elements that a list rule writes are without: an element is made whenever the other side has one more.
fn in_elements(
    reading: &Reading<'_>,
    (pipeline, side): (&Pipeline, Side),
    (rule, outer): (&FieldRule, Path),
) -> Vec<Diagnostic> {
    let RuleBody::List(list) = &rule.body else { return Vec::new() };
    if !reading.view().may_flow(pipeline, rule, side) {
        return Vec::new();
    }
    let inside = reading.inside(pipeline, list, Reading::speaker(rule));
    let kind = pipeline.record(side);
    let own = if side == Side::Left { &list.left } else { &list.right };
    let place = Path(outer.0.iter().chain(&own.0).cloned().chain([Segment::Each]).collect());
    let mut found = Vec::new();
    for field in kind.fields.iter().filter(|field| field.required_on_create) {
        let Some(inner) = field.path.0.strip_prefix(place.0.as_slice()).filter(|inner| is_plain(inner)) else {
            continue;
        };
        let filling = |one: &&FieldRule| one.points(side) && one.path(side).is_some_and(|path| path.0 == inner);
        let filling: Vec<&FieldRule> = list.rules.iter().filter(filling).collect();
        let conditions: Vec<Condition> = filling.iter().map(|one| inside.of_rule(one)).collect();
        if always_one_of(&conditions) {
            continue;
        }
        let when = if filling.is_empty() { "" } else { " where the condition of its rule does not hold" };
        let message = format!("`{}.{}` gets elements without `{}`{when}", kind.system, kind.name, field.path);
        let finding = LINT.found(message, rule.span, "writes them").label(field.span, "required on create");
        let finding = filling.iter().fold(finding, |found, one| found.label(one.span, "fills it at other times"));
        found.push(finding.help(format!("add a rule `… -> .{}` to the list", Path(inner.to_vec()))));
    }
    let inner = |rule| in_elements(&inside, (pipeline, side), (rule, place.clone()));
    found.extend(list.rules.iter().flat_map(inner));
    found
}

fn is_plain(steps: &[Segment]) -> bool {
    steps.iter().all(|step| matches!(step, Segment::Field(_)))
}

/// When a field is not filled, and the rules that fill it at other times.
pub(super) struct Gap {
    pub(super) when: String,
    /// Whether no rule fills it at all.
    never: bool,
    /// When rules fill it.
    conditions: Vec<Condition>,
    pub(super) rules: Vec<Span>,
}

/// Settings under which the side is created and no rule is sure to fill the field.
pub(super) fn gap(reading: &Reading<'_>, pipeline: &Pipeline, side: Side, path: &Path) -> Option<Gap> {
    let is_set = |states: &States| *path == Path::field(&*states.field) && states.sent.is_empty();
    if pipeline.record(side).states.as_ref().is_some_and(is_set) {
        return None;
    }
    let filling: Vec<&FieldRule> =
        pipeline.rules.iter().filter(|rule| rule.points(side) && rule.path(side) == Some(path)).collect();
    // A rule that is turned is told as that.
    let turned = |rule: &FieldRule| uncreated_target::is(pipeline, rule) && rule.path(side) == Some(path);
    if pipeline.rules.iter().any(turned) {
        return None;
    }
    let owners: Vec<&Owner> =
        filling.iter().map(|rule| &rule.owner).chain(pipeline.create(side).map(|create| &create.owner)).collect();
    let rules = || filling.iter().map(|rule| rule.span).collect();
    let worlds = reading.view().worlds(owners.iter().copied());
    for world in worlds.iter().filter(|world| pipeline.live_create(side, world).is_some()) {
        let live: Vec<&&FieldRule> = filling.iter().filter(|rule| pipeline.flows(rule, side, world)).collect();
        let made = &pipeline.record(side).system;
        let conditions: Vec<Condition> = live.iter().map(|rule| reading.of_making(rule, made)).collect();
        if always_one_of(&conditions) {
            continue;
        }
        let named = owners.iter().filter_map(|owner| match owner {
            Owner::Setting(name) => Some((name, owner.under(world)?)),
            Owner::System(_) | Owner::Both => None,
        });
        let stand: BTreeSet<String> = named.map(|(name, value)| format!("`{name}` is {value}")).collect();
        let when = match (live.is_empty(), stand.is_empty()) {
            (true, true) => String::new(),
            (true, false) => format!(" while {}", Vec::from_iter(stand).join(" and ")),
            (false, _) => " where the condition of its rule does not hold".to_owned(),
        };
        return Some(Gap { when, never: live.is_empty(), conditions, rules: rules() });
    }
    None
}

/// Fields inside lists are needed only where the list has elements.
fn is_whole(field: &Field) -> bool {
    is_plain(&field.path.0)
}
