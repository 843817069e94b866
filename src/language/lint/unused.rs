//! What stands in the rules and does nothing: tables, reads, arrows that ownership mutes.

use super::lint::{Lint, View};
use crate::diagnostic::{Diagnostic, Severity};
use crate::language::plan::{Owner, Setting, Side};
use crate::value::Value;

/// A table that no rule uses.
pub const TABLE: Lint = Lint {
    name: "unused-table",
    severity: Severity::Warning,
    summary: "no rule uses this table",
    why: "It reads as if it did something. Take it out, or let a rule go `via table` through it.",
    flagged: "table: colours   # and no rule says `via table colours`",
    mended: "- shop.colour -> depot.colour   via table colours",
    check: tables,
};

/// A `with:` entry that no rule reads.
pub const READ: Lint = Lint {
    name: "unused-read",
    severity: Severity::Warning,
    summary: "no rule reads this `with:` entry",
    why: "It costs calls at every decision and changes none.",
    flagged: "with:\n  rep: depot.person where .email == shop.email, at most one   # and no rule says `rep`",
    mended: "- rep.number -> depot.seller",
    check: reads,
};

/// An arrow that ownership mutes under the settings as they are.
pub const MUTED: Lint = Lint {
    name: "muted-arrow",
    severity: Severity::Info,
    summary: "ownership mutes this arrow under the present settings",
    why: "That is how a switch works: the rule waits for the day when the other system owns its group.",
    flagged: "ownership:\n  parcels:\n    words: depot\n# and the group has the rule `shop.name -> depot.label`",
    mended: "ownership:\n  parcels:\n    words: shop",
    check: muted,
};

fn tables(view: &View<'_>) -> Vec<Diagnostic> {
    let used: Vec<String> = view.bridges().into_iter().map(|bridge| bridge.table.name.clone()).collect();
    let idle = view.rules.tables.values().filter(|table| !used.contains(&table.name));
    idle.map(|table| TABLE.found(format!("no rule uses table `{}`", table.name), table.span, "never used")).collect()
}

fn reads(view: &View<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for pipeline in view.rules.pipelines.values() {
        for read in &pipeline.with {
            let by_rules = pipeline.expressions().any(|one| one.mentions(&read.name));
            let by_reads = pipeline.with.iter().any(|other| other.condition.mentions(&read.name));
            if !by_rules && !by_reads {
                let span = read.condition.tree().span;
                found.push(READ.found(format!("no rule reads `{}`", read.name), span, "read for nothing"));
            }
        }
    }
    found
}

fn muted(view: &View<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for pipeline in view.rules.pipelines.values() {
        for rule in &pipeline.rules {
            let Some(owner) = owner_now(view, &rule.owner) else { continue };
            for target in [Side::Left, Side::Right] {
                let leaving = &pipeline.record(target.other()).system;
                let with_create = rule.on_create && view.may_create(pipeline, target).is_some();
                if rule.points(target) && !with_create && owner != "both" && owner != *leaving {
                    let message = format!("{owner} owns `{}` of pipeline `{}`", rule.group, pipeline.name);
                    let at = format!("nothing flows from {leaving} by this");
                    found.push(MUTED.found(message, rule.span, at));
                }
            }
        }
    }
    found
}

fn owner_now(view: &View<'_>, owner: &Owner) -> Option<String> {
    match owner {
        Owner::System(name) => Some(name.clone()),
        Owner::Both => Some("both".to_owned()),
        Owner::Setting(name) => match view.rules.settings.get(name) {
            Some(Setting::Value(Value::Text(text))) => Some(text.clone()),
            _ => None,
        },
    }
}
