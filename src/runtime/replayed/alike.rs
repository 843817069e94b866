//! Whether two rule sets ask the same, so that what one was answered is an answer to the other.
//!
//! Says no where it cannot tell: what is alike here is so under the journalled records and settings.

use crate::language::plan::expression::CompiledExpression;
use crate::language::plan::{Call, Create, Field, Pipeline, Plan, RecordType, Side, StateRow, WithRead};
use crate::value::Value;

use super::said::without_places;

/// Two rule sets, those of then first, and the settings of each.
#[derive(Clone, Copy)]
pub(super) struct Both<'a> {
    pub(super) plans: (&'a Plan, &'a Plan),
    pub(super) settings: (&'a Value, &'a Value),
}

impl<'a> Both<'a> {
    fn pipelines(&self, name: &str) -> Option<(&'a Pipeline, &'a Pipeline)> {
        Some((self.plans.0.pipelines.get(name)?, self.plans.1.pipelines.get(name)?))
    }

    /// Whether a pipeline looks for a side's records by the same value.
    pub(super) fn match_alike(&self, pipeline: &str, side: Side) -> bool {
        let Some((before, now)) = self.pipelines(pipeline) else { return false };
        let kind = |pipeline: &Pipeline| (pipeline.record(side).system.clone(), pipeline.record(side).name.clone());
        kind(before) == kind(now) && self.expressions(before.match_of(side), now.match_of(side))
    }

    /// Whether a pipeline brings records together, and makes those that are missing, in the same cases.
    pub(super) fn meets_alike(&self, pipeline: &str) -> bool {
        let Some((before, now)) = self.pipelines(pipeline) else { return false };
        let whens = (before.when.as_ref().map(|(when, _)| when), now.when.as_ref().map(|(when, _)| when));
        let holds = (before.hold.as_ref().map(|(hold, _)| hold), now.hold.as_ref().map(|(hold, _)| hold));
        let made = |(one, other): (Option<&Create>, Option<&Create>)| match (one, other) {
            (Some(one), Some(other)) => {
                one.owner == other.owner && self.optional((one.when.as_ref(), other.when.as_ref()))
            }
            (one, other) => one.is_none() && other.is_none(),
        };
        let sides = [Side::Left, Side::Right];
        before.shared == now.shared
            && self.optional(whens)
            && self.optional(holds)
            && sides.iter().all(|side| self.match_alike(pipeline, *side))
            && sides.iter().all(|side| made((before.create(*side), now.create(*side))))
            && before.with.len() == now.with.len()
            && now.with.iter().all(|read| self.read_alike((before, now), &read.name))
    }

    /// Whether nothing at all is said otherwise.
    pub(super) fn all_alike(&self) -> bool {
        let scripts = |plan: &'a Plan| plan.pipelines.values().map(|pipeline| &pipeline.match_left);
        let (mut before, mut now) = (scripts(self.plans.0), scripts(self.plans.1));
        self.settings.0 == self.settings.1
            && without_places(self.plans.0) == without_places(self.plans.1)
            && before.next().zip(now.next()).is_none_or(|(one, other)| one.has_same_scripts(other))
    }

    /// Whether an entry of `with:` looks for the same in two pipelines, by the same values.
    pub(super) fn read_alike(&self, pipelines: (&Pipeline, &Pipeline), name: &str) -> bool {
        let found = |pipeline: &Pipeline| pipeline.with.iter().position(|read| read.name == name);
        let (Some(one), Some(other)) = (found(pipelines.0), found(pipelines.1)) else { return false };
        let (Some(before), Some(now)) = (pipelines.0.with.get(one), pipelines.1.with.get(other)) else { return false };
        let place = |read: &WithRead| {
            let search = read.search.as_ref().map(|(field, _)| field.clone());
            let record = (read.record.system.clone(), read.record.name.clone());
            (record, read.every_account, read.newest, read.cardinality, search)
        };
        let named = |read: &&WithRead| {
            let of = [Some(&now.condition), now.guard.as_ref(), now.made.as_ref()];
            of.into_iter().flatten().any(|expression| expression.mentions(&read.name))
        };
        // What it asks for first has to be the same, too.
        let mut earlier = pipelines.1.with.iter().take(other).filter(named);
        place(before) == place(now)
            && self.expressions(&before.condition, &now.condition)
            && self.optional((before.guard.as_ref(), now.guard.as_ref()))
            && self.optional((before.made.as_ref(), now.made.as_ref()))
            && earlier.all(|read| self.read_alike(pipelines, &read.name))
    }

    fn optional(&self, pair: (Option<&CompiledExpression>, Option<&CompiledExpression>)) -> bool {
        match pair {
            (Some(one), Some(other)) => self.expressions(one, other),
            (one, other) => one.is_none() && other.is_none(),
        }
    }

    /// Whether two expressions come to the same over the same records: also what they read beside is alike.
    fn expressions(&self, before: &CompiledExpression, now: &CompiledExpression) -> bool {
        let (mut tables, mut settings) = (Vec::new(), Vec::new());
        now.tables(&mut tables);
        now.paths_of("settings", &mut settings);
        let table = |plan: &Plan, name: &str| plan.tables.get(name).map(|table| without_places(table.as_ref()));
        before.says_the_same(now)
            && tables.iter().all(|name| table(self.plans.0, name) == table(self.plans.1, name))
            && settings.iter().all(|path| path.read(self.settings.0) == path.read(self.settings.1))
    }
}

/// Whether two system files show the same records of a kind in the same shape.
pub(super) fn kinds_alike(before: &RecordType, now: &RecordType) -> bool {
    shown(before) == shown(now) && made_alike(before, now)
}

/// Whether a state that is made from fields is made of them alike.
fn made_alike(before: &RecordType, now: &RecordType) -> bool {
    let rows = |kind: &RecordType| kind.states.as_ref().map(|states| states.rows.clone()).unwrap_or_default();
    let (before, now) = (rows(before), rows(now));
    let alike = |(one, other): (&StateRow, &StateRow)| match (&one.when, &other.when) {
        _ if one.state != other.state => false,
        (Some(one), Some(other)) => one.says_the_same(other),
        (one, other) => one.is_none() && other.is_none(),
    };
    before.len() == now.len() && before.iter().zip(&now).all(alike)
}

/// Whatever has a part in what is read of a kind, and how.
fn shown(kind: &RecordType) -> String {
    let field = |field: &Field| {
        let Field { path, kind, shape, read_at, read_also, read_header, presence, write_only, max, .. } = field;
        format!("{:?}", ((path, kind, shape, read_at), (read_also, read_header, presence, write_only, max)))
    };
    let call = |call: &Call| format!("{:?}", (call.method, &call.path, &call.query, &call.headers, &call.each));
    let fields: Vec<String> = kind.fields.iter().map(field).collect();
    let calls = [&kind.read, &kind.changed, &kind.list].map(|one| one.as_ref().map(call));
    let find: Vec<(&String, String)> = kind.find.iter().map(|(field, one)| (field, call(one))).collect();
    let keys = (&kind.key, &kind.created, &kind.modified, &kind.grouped);
    format!("{:?}", (keys, fields, calls, find))
}
