//! What each line of the rules says, by line: what a test has to look at to hold it.

use std::collections::BTreeMap;

use crate::language::plan::{FieldRule, Pipeline, Plan, RuleBody, RuleLine, Side};
use crate::value::{Path, Segment};

/// What a line says.
pub(super) enum Stated<'p> {
    /// It writes these fields.
    Rule(&'p FieldRule, Vec<(Side, Path)>),
    /// Whether a record of the side is created.
    Create(Side),
    /// What comes before a record of the side is created.
    After(Side),
    /// What must be there before the side is written to.
    Needs(Side),
    /// Who waits for a person's word.
    PassedBy,
    /// What makes two records a pair.
    Match,
    /// What must agree.
    Agree,
    /// The condition of the whole pipeline.
    When,
    /// A record that rules read.
    Read,
    /// What becomes of a side's record whose counterpart is gone.
    Gone(Side),
}

/// Lines of one plan.
pub(super) type Lines<'p> = BTreeMap<&'p RuleLine, (&'p Pipeline, Stated<'p>)>;

/// All lines that say something.
pub(super) fn lines(plan: &Plan) -> Lines<'_> {
    let mut found = Lines::new();
    for pipeline in plan.pipelines.values() {
        let mut note = |line, stated| found.insert(line, (pipeline.as_ref(), stated));
        for rule in &pipeline.rules {
            rules(rule, &[Some(Path::default()), Some(Path::default())], &mut note);
        }
        for side in Side::BOTH {
            if let Some(create) = pipeline.create(side) {
                note(&create.line, Stated::Create(side));
            }
            let system = &pipeline.record(side).system;
            if let Some((_, line)) = pipeline.after.get(system) {
                note(line, Stated::After(side));
            }
            if let Some((_, line)) = pipeline.needs.get(system) {
                note(line, Stated::Needs(side));
            }
            if let Some(gone) = pipeline.when_gone.get(system) {
                note(&gone.line, Stated::Gone(side.other()));
            }
        }
        note(&pipeline.match_line, Stated::Match);
        pipeline.passed_by.values().for_each(|(_, line)| drop(note(line, Stated::PassedBy)));
        pipeline.agree.iter().for_each(|agreement| drop(note(&agreement.line, Stated::Agree)));
        pipeline.when.iter().chain(&pipeline.hold).for_each(|(_, line)| drop(note(line, Stated::When)));
        pipeline.with.iter().for_each(|read| drop(note(&read.line, Stated::Read)));
    }
    found
}

/// A rule and those inside it; `within`: the left and the right list that it stands in.
fn rules<'p, Noted>(
    rule: &'p FieldRule,
    within: &[Option<Path>; 2],
    note: &mut impl FnMut(&'p RuleLine, Stated<'p>) -> Noted,
) {
    let place = |side: Side| {
        let [left, right] = within;
        let mut place = if side == Side::Left { left.clone()? } else { right.clone()? };
        place.0.extend(rule.path(side)?.0.iter().cloned());
        Some(place)
    };
    let targets = Side::BOTH.into_iter().filter(|side| rule.points(*side));
    note(&rule.line, Stated::Rule(rule, targets.filter_map(|side| Some((side, place(side)?))).collect()));
    if let RuleBody::List(list) = &rule.body {
        let each = |side: Side| {
            let mut place = place(side)?;
            place.0.push(Segment::Each);
            Some(place)
        };
        let inner = [each(Side::Left), each(Side::Right)];
        list.rules.iter().for_each(|rule| rules(rule, &inner, note));
    }
}
