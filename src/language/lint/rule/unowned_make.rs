//! A record is made beside the pair only where the owner of what needs it lets it.

use std::collections::BTreeSet;

use crate::diagnostic::{Diagnostic, Severity};
use crate::language::lint::lint::Lint;
use crate::language::lint::model::View;
use crate::language::plan::{FieldRule, Owner, Pipeline, Side, WithRead};

/// The lint.
pub const LINT: Lint = Lint {
    name: "unowned-make",
    severity: Severity::Error,
    summary: "an entry with `or made by` would make a record in a system whose own values it is for",
    why: "A record that is made is a write like any other, and asks the owner: it is made for the rules that read it, \
          or where none does for the records that the pipeline creates. Where the system itself owns what these rules \
          write, nothing flows there and nothing may be made; and `needs` would wait for it for ever.",
    flagged: "with:\n  person: depot.person where .id == shop.code, at most one, or made by person(shop.code)\n\
              # and the one rule that reads `person` stands in a group that depot owns",
    mended: "with:\n  person: depot.person where .id == shop.code, at most one",
    check,
};

fn check(view: &View<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for pipeline in view.rules.pipelines.values() {
        for read in pipeline.with.iter().filter(|read| read.made.is_some()) {
            found.extend(unowned(view, pipeline, read));
        }
    }
    found
}

fn unowned(view: &View<'_>, pipeline: &Pipeline, read: &WithRead) -> Option<Diagnostic> {
    let side = Side::BOTH.into_iter().find(|side| pipeline.record(*side).system == read.record.system)?;
    let reading: Vec<&FieldRule> = pipeline.reading(read).filter(|rule| rule.points(side)).collect();
    let creating = pipeline.create(side).map(|create| &create.owner);
    let owners: Vec<&Owner> = reading.iter().flat_map(|rule| pipeline.deciding(rule, side)).chain(creating).collect();
    let worlds = view.worlds(owners.iter().copied());
    let needed = pipeline.needs.get(&read.record.system).is_some_and(|(names, _)| names.mentions(&read.name));
    let withheld: Vec<_> = worlds.iter().filter(|world| !pipeline.lets_make(read, world)).collect();
    let world = withheld.first().filter(|_| needed || withheld.len() == worlds.len())?;
    let stands = |owner: &&Owner| match owner {
        Owner::Setting(name) => owner.under(world).map(|value| format!("`{name}` is {value}")),
        Owner::System(_) | Owner::Both => None,
    };
    let stand: BTreeSet<String> = owners.iter().filter_map(stands).collect();
    let when = if stand.is_empty() { String::new() } else { format!(" while {}", Vec::from_iter(stand).join(" and ")) };
    let (system, record) = (&read.record.system, &read.record.name);
    let message = format!("`{}` would be made in {system}, which owns what it is for{when}", read.name);
    let span = read.made.as_ref().map(|made| made.tree().span)?;
    let finding = LINT.found(message, span, format!("makes a `{record}`"));
    let finding = reading.iter().fold(finding, |found, rule| {
        found.label(rule.span, format!("`{}` of group `{}` is for it", read.name, rule.group))
    });
    let help =
        format!("take `or made by` out, or let the other system own the group, so that a `{record}` may be made");
    Some(finding.help(help))
}
