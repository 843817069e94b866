//! What a lint is: its name, what it says about itself, and its check.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Code, Diagnostic, Severity, Span};
use crate::language::check::CheckedRules;
use crate::language::lint::bridge::{Bridge, bridges};
use crate::language::plan::{Create, FieldRule, Owner, Pipeline, Setting, Side};
use crate::language::source::SourceMap;

/// A lint.
pub struct Lint {
    /// Its name, which is the code of what it finds.
    pub name: &'static str,
    /// How bad what it finds is.
    pub severity: Severity,
    /// What it finds, in one sentence.
    pub summary: &'static str,
    /// Why that is wrong.
    pub why: &'static str,
    /// Rules that it flags.
    pub flagged: &'static str,
    /// The same, mended.
    pub mended: &'static str,
    /// Looks for it.
    pub check: fn(&View<'_>) -> Vec<Diagnostic>,
}

impl Lint {
    /// A finding of this lint.
    pub fn found(&self, message: impl Into<String>, span: Span, at: impl Into<String>) -> Diagnostic {
        let code = Code(self.name);
        match self.severity {
            Severity::Error => Diagnostic::error(code, message, span, at),
            Severity::Warning => Diagnostic::warning(code, message, span, at),
            Severity::Info => Diagnostic::info(code, message, span, at),
        }
    }
}

/// What lints look at.
pub struct View<'a> {
    /// The rules.
    pub rules: &'a CheckedRules,
    /// The files.
    pub sources: &'a SourceMap,
}

impl<'a> View<'a> {
    /// Every use of a table by a rule.
    pub fn bridges(&self) -> Vec<Bridge<'a>> {
        bridges(self.rules)
    }

    /// Whether the owner may ever be one whose arrows leave `system`.
    pub fn may_leave(&self, owner: &Owner, system: &str) -> bool {
        match owner {
            Owner::Both => true,
            Owner::System(name) => name == system,
            Owner::Setting(name) => match (self.rules.types.get(name), self.rules.settings.get(name)) {
                (Some(kind), _) => kind.values().iter().any(|value| value == system || value == "both"),
                (None, Some(Setting::Value(value))) => {
                    value.as_text().is_some_and(|one| one == system || one == "both")
                }
                _ => true,
            },
        }
    }

    /// Every way in which the settings that name these owners may stand together.
    pub fn worlds(&self, owners: &[&Owner]) -> Vec<World> {
        let mut worlds = vec![World::new()];
        let names = owners.iter().filter_map(|owner| if let Owner::Setting(name) = owner { Some(name) } else { None });
        for name in names.collect::<BTreeSet<_>>().into_iter().take(SETTINGS_MAX) {
            let values = match (self.rules.types.get(name), self.rules.settings.get(name)) {
                (Some(kind), _) => kind.values().to_vec(),
                (None, Some(Setting::Value(value))) => value.to_key().into_iter().collect(),
                _ => Vec::new(),
            };
            let with = |world: &World, value: &String| {
                let mut world = world.clone();
                world.insert(name.clone(), value.clone());
                world
            };
            worlds = worlds.iter().flat_map(|world| values.iter().map(move |value| with(world, value))).collect();
        }
        worlds
    }

    /// Whether two rules may be live towards these sides at once.
    pub fn may_both(&self, rules: [(&Pipeline, &FieldRule, Side); 2]) -> bool {
        let owners = rules.map(|(pipeline, rule, side)| {
            let create = pipeline.create(side).filter(|_| rule.on_create).map(|create| &create.owner);
            [Some(&rule.owner), create]
        });
        let owners: Vec<&Owner> = owners.iter().flatten().copied().flatten().collect();
        self.worlds(&owners)
            .iter()
            .any(|world| rules.iter().all(|(pipeline, rule, side)| flows_in(world, pipeline, rule, *side)))
    }

    /// Whether a create rule may ever act.
    pub fn may_create<'p>(&self, pipeline: &'p Pipeline, side: Side) -> Option<&'p Create> {
        let leaving = &pipeline.record(side.other()).system;
        pipeline.create(side).filter(|create| self.may_leave(&create.owner, leaving))
    }

    /// Whether a value may ever flow to `target` by a rule.
    pub fn may_flow(&self, pipeline: &Pipeline, rule: &FieldRule, target: Side) -> bool {
        let with_create = rule.on_create && self.may_create(pipeline, target).is_some();
        rule.points(target) && (with_create || self.may_leave(&rule.owner, &pipeline.record(target.other()).system))
    }
}

/// Settings and how they stand.
pub type World = BTreeMap<String, String>;

/// More settings than this that name owners together are not tried in every combination.
const SETTINGS_MAX: usize = 6;

/// Whether arrows that leave a system are live.
fn leaves_in(world: &World, owner: &Owner, system: &str) -> bool {
    let now = match owner {
        Owner::Both => return true,
        Owner::System(name) => Some(name),
        Owner::Setting(name) => world.get(name),
    };
    now.is_some_and(|now| now == "both" || now == system)
}

/// Whether a side is created while the settings stand so.
pub fn creates_in(world: &World, pipeline: &Pipeline, side: Side) -> bool {
    let leaving = &pipeline.record(side.other()).system;
    pipeline.create(side).is_some_and(|create| leaves_in(world, &create.owner, leaving))
}

/// Whether a value flows to `target` by a rule while the settings stand so.
pub fn flows_in(world: &World, pipeline: &Pipeline, rule: &FieldRule, target: Side) -> bool {
    let with_create = rule.on_create && creates_in(world, pipeline, target);
    rule.points(target) && (with_create || leaves_in(world, &rule.owner, &pipeline.record(target.other()).system))
}
