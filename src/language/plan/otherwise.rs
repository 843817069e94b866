//! Which pipelines of a plan do otherwise than those of the plan before it: by what they say, and by what they rest on.
//!
//! Where it cannot be told whether something matters to a pipeline, it does. Says nothing of pipelines that only one of
//! the plans has, and knows no records.

use std::collections::{BTreeMap, BTreeSet};

use super::account::{Account, Setting};
use super::expression::CompiledExpression;
use super::ownership::Owner;
use super::pipeline::{FieldRule, Pipeline, RuleBody, WithRead};
use super::plan::Plan;
use super::side::Side;

/// The names of the pipelines that do otherwise than before. `systems`: those whose own files say something else.
pub fn otherwise(before: &Plan, plan: &Plan, systems: &BTreeSet<String>) -> BTreeSet<String> {
    let settings = settings_between(before, plan);
    let tables = tables_between(before, plan);
    let differs = |pipeline: &Pipeline| {
        let Some(known) = before.pipelines.get(&pipeline.name) else { return false };
        let joins =
            |named: &BTreeSet<String>| Side::BOTH.iter().any(|side| named.contains(&pipeline.record(*side).system));
        let rests = rests_on(pipeline);
        said(known) != said(pipeline)
            || joins(systems)
            || joins(&systems_of_accounts_between(before, plan))
            || rests.tables.iter().any(|name| tables.contains(name))
            || rests.settings.iter().any(|read| settings.iter().any(|name| overlap(read, name)))
            || rests.scripts && !known.match_left.has_same_scripts(&pipeline.match_left)
    };
    plan.pipelines.values().filter(|pipeline| differs(pipeline)).map(|pipeline| pipeline.name.clone()).collect()
}

/// What it says, wherever its lines stand.
fn said(shown: &impl ToString) -> Vec<String> {
    let text = shown.to_string();
    text.lines().map(|line| line.rsplit_once("  # ").map_or(line, |(said, _)| said).to_owned()).collect()
}

/// What a pipeline rests on beside its own words.
#[derive(Default)]
struct Rests {
    tables: BTreeSet<String>,
    /// By dotted name.
    settings: BTreeSet<String>,
    scripts: bool,
}

fn rests_on(pipeline: &Pipeline) -> Rests {
    let mut rests = Rests::default();
    let looked_for = pipeline.with.iter().flat_map(WithRead::expressions);
    for expression in pipeline.expressions().chain(looked_for) {
        rests.add(expression);
    }
    pipeline.rules.iter().for_each(|rule| rests.add_rule(rule));
    let creates = [&pipeline.create_left, &pipeline.create_right].into_iter().flatten();
    creates.for_each(|create| rests.add_owner(&create.owner));
    rests
}

impl Rests {
    fn add(&mut self, expression: &CompiledExpression) {
        let (mut tables, mut paths) = (Vec::new(), Vec::new());
        expression.tables(&mut tables);
        expression.paths_of("settings", &mut paths);
        self.tables.extend(tables);
        self.settings.extend(paths.iter().map(ToString::to_string));
        self.scripts |= expression.calls_scripts();
    }

    fn add_rule(&mut self, rule: &FieldRule) {
        self.add_owner(&rule.owner);
        match &rule.body {
            RuleBody::Value { table, .. } => self.tables.extend(table.iter().map(|table| table.name.clone())),
            RuleBody::List(list) => list.rules.iter().for_each(|inner| self.add_rule(inner)),
        }
    }

    fn add_owner(&mut self, owner: &Owner) {
        if let Owner::Setting(name) = owner {
            self.settings.insert(name.clone());
        }
    }
}

/// Whether one of two dotted names is the other or a part of it.
fn overlap(one: &str, other: &str) -> bool {
    let within = |long: &str, short: &str| {
        long.strip_prefix(short).is_some_and(|rest| rest.is_empty() || rest.starts_with('.') || short.is_empty())
    };
    within(one, other) || within(other, one)
}

fn tables_between(before: &Plan, plan: &Plan) -> BTreeSet<String> {
    let is_same =
        |name: &String, text: Vec<String>| before.tables.get(name).is_some_and(|known| said(known.as_ref()) == text);
    let tables = plan.tables.iter().filter(|(name, table)| !is_same(name, said(table.as_ref())));
    tables.map(|(name, _)| name.clone()).collect()
}

type Settings = BTreeMap<String, Setting>;

/// The settings, by dotted name, whose values differ for anybody.
fn settings_between(before: &Plan, plan: &Plan) -> BTreeSet<String> {
    let none = Settings::new();
    let mut found = differing(&before.settings, &plan.settings);
    for (name, account) in &plan.accounts {
        let known = before.accounts.get(name).map_or(&none, |known| &known.settings);
        found.extend(differing(known, &account.settings));
    }
    found
}

fn differing(before: &Settings, after: &Settings) -> BTreeSet<String> {
    let names = before.keys().chain(after.keys());
    let is_same = |name: &&String| match (before.get(*name), after.get(*name)) {
        (Some(one), Some(other)) => one.says_the_same(other),
        _ => false,
    };
    names.filter(|name| !is_same(name)).cloned().collect()
}

/// The systems of accounts that take other records than before, or call with other properties.
fn systems_of_accounts_between(before: &Plan, plan: &Plan) -> BTreeSet<String> {
    let carried = |account: &Account| account.carries.as_ref().map(|carries| carries.condition.to_string());
    let is_same = |account: &Account| {
        before.accounts.get(&account.name).is_none_or(|known| {
            carried(known) == carried(account) && differing(&known.properties, &account.properties).is_empty()
        })
    };
    let others = plan.accounts.values().filter(|account| !is_same(account));
    others.map(|account| account.system.clone()).collect()
}
