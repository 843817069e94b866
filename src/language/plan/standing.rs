//! What holds while settings stand in some way: who owns what, which sides are created, which rules flow.
//!
//! The engine asks under the settings of one account, lint under every value that they may take; both ask here.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::account::{Account, Setting};
use super::ownership::Owner;
use super::pipeline::{Create, FieldRule, Pipeline, WithRead};
use super::rule_line::RuleLine;
use super::setting_type::SettingTypes;
use super::side::Side;
use super::when_gone::Parting;
use crate::value::{Path, Record, Value};

/// More settings than this that name owners together are not tried in every combination.
const SETTINGS_MAX: usize = 6;

impl Owner {
    /// The owner under these settings: a system's name, or `both`; `None` where a setting is empty.
    pub fn under(&self, settings: &Value) -> Option<String> {
        match self {
            Self::System(name) => Some(name.clone()),
            Self::Both => Some("both".to_owned()),
            Self::Setting(name) => Path::parse(name)?.read(settings).to_key(),
        }
    }

    /// Whether arrows that leave `system` are live under these settings.
    pub fn lets_leave(&self, system: &str, settings: &Value) -> bool {
        match self {
            Self::Both => true,
            Self::System(name) => name == system,
            Self::Setting(_) => self.under(settings).is_some_and(|owner| owner == "both" || owner == system),
        }
    }
}

impl Pipeline {
    /// The create rule of a side, where ownership under these settings lets it act.
    pub fn live_create(&self, side: Side, settings: &Value) -> Option<&Create> {
        let leaving = &self.record(side.other()).system;
        self.create(side).filter(|create| create.owner.lets_leave(leaving, settings))
    }

    /// Whether a value may flow to `target` by this rule, under ownership and these settings.
    pub fn flows(&self, rule: &FieldRule, target: Side, settings: &Value) -> bool {
        let leaving = &self.record(target.other()).system;
        let with_create = rule.on_create && self.live_create(target, settings).is_some();
        rule.points(target) && (with_create || rule.owner.lets_leave(leaving, settings))
    }

    /// What becomes of a record whose counterpart on side `gone` is gone, and which line says so. Who may not take
    /// records away leaves it to people.
    pub fn parting(&self, gone: Side, settings: &Value) -> Option<(Parting, &RuleLine)> {
        let system = &self.record(gone).system;
        let said = self.when_gone.get(system)?;
        let may = said.parting != Parting::Propagate || said.owner.lets_leave(system, settings);
        may.then_some((said.parting, &said.line))
    }

    /// The line by which a record of `side` may be taken away now, if there is one.
    pub fn removal(&self, side: Side, settings: &Value) -> Option<&RuleLine> {
        let (parting, line) = self.parting(side.other(), settings)?;
        (parting == Parting::Propagate).then_some(line)
    }

    /// Whether a record that an entry of `with:` makes may be made under these settings: a rule that needs it may
    /// write there, or where none reads it whoever may have a counterpart made.
    pub fn lets_make(&self, read: &WithRead, settings: &Value) -> bool {
        let Some(side) = Side::BOTH.into_iter().find(|side| self.record(*side).system == read.record.system) else {
            return true;
        };
        let reading: Vec<&FieldRule> = self.reading(read).filter(|rule| rule.points(side)).collect();
        if reading.is_empty() {
            let leaving = &self.record(side.other()).system;
            return self.create(side).is_none_or(|create| create.owner.lets_leave(leaving, settings));
        }
        reading.into_iter().any(|rule| self.flows(rule, side, settings))
    }

    /// The rules that read an entry of `with:`, by itself or through later entries.
    pub fn reading<'p>(&'p self, read: &'p WithRead) -> impl Iterator<Item = &'p FieldRule> {
        let mut names = vec![read.name.as_str()];
        for later in &self.with {
            if later.expressions().any(|one| names.iter().any(|name| one.mentions(name))) {
                names.push(&later.name);
            }
        }
        let reads = move |rule: &&FieldRule| {
            rule.expressions().into_iter().any(|one| names.iter().any(|name| one.mentions(name)))
        };
        self.rules.iter().filter(reads)
    }

    /// Those who decide whether a value may flow to `target` by this rule.
    pub fn deciding<'p>(&'p self, rule: &'p FieldRule, target: Side) -> impl Iterator<Item = &'p Owner> {
        let create = self.create(target).filter(|_| rule.on_create).map(|create| &create.owner);
        std::iter::once(&rule.owner).chain(create)
    }
}

/// Settings by dotted name, what each may be, and the accounts that have some of their own.
#[derive(Clone, Copy, Debug)]
pub struct Switches<'a> {
    /// As the settings file has them.
    pub settings: &'a BTreeMap<String, Setting>,
    /// What each may be.
    pub types: &'a SettingTypes,
    /// Accounts by name.
    pub accounts: &'a BTreeMap<String, Arc<Account>>,
}

impl Switches<'_> {
    /// The settings as the file has them, without the environment.
    pub fn as_written(self) -> Value {
        seen_by(self.settings, None)
    }

    /// The settings as each account may see them, as far as the files say: first as they are without any account.
    pub fn seen(self) -> Vec<Value> {
        let own = self.accounts.values().map(|account| Some(&account.settings));
        std::iter::once(None).chain(own).map(|own| seen_by(self.settings, own)).collect()
    }

    /// Every way in which the settings that name these owners may stand together, nothing else set.
    pub fn worlds<'o>(self, owners: impl IntoIterator<Item = &'o Owner>) -> Vec<Value> {
        let names = owners.into_iter().filter_map(|one| if let Owner::Setting(name) = one { Some(name) } else { None });
        let names: BTreeSet<&String> = names.collect();
        let mut worlds = vec![Record::new()];
        for name in names.into_iter().take(SETTINGS_MAX) {
            let Some(path) = Path::parse(name) else { continue };
            let values = self.values(name);
            let with = |world: &Record, value: &Value| {
                let mut world = world.clone();
                path.write(&mut world, value.clone());
                world
            };
            worlds = worlds.iter().flat_map(|world| values.iter().map(|value| with(world, value))).collect();
        }
        worlds.into_iter().map(Value::Record).collect()
    }

    /// What a setting may be: what its type names, else what it is in the file and for each account.
    fn values(self, name: &str) -> Vec<Value> {
        if let Some(kind) = self.types.get(name) {
            return kind.values().iter().map(Value::text).collect();
        }
        let own = self.accounts.values().filter_map(|account| account.settings.get(name));
        let mut values: Vec<Value> = Vec::new();
        for said in self.settings.get(name).into_iter().chain(own) {
            if let Setting::Value(value) = said
                && !values.contains(value)
            {
                values.push(value.clone());
            }
        }
        values
    }
}

/// Settings with an account's own laid over them, as nested records; the environment counts as not set.
fn seen_by(settings: &BTreeMap<String, Setting>, own: Option<&BTreeMap<String, Setting>>) -> Value {
    let mut record = Record::new();
    for (name, setting) in settings.iter().chain(own.into_iter().flatten()) {
        if let (Some(path), Setting::Value(value)) = (Path::parse(name), setting) {
            path.write(&mut record, value.clone());
        }
    }
    Value::Record(record)
}
