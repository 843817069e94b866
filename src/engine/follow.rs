//! Where a path leads: through records, lists and groups, and through a reference as if the referred record stood
//! there.
//!
//! What is not read yet becomes a [`Want`] and reads as null until the next round. Knows no names.

use std::sync::Arc;

use super::scope::Context;
use super::situation::{Found, Want};
use super::typed::{Typed, whole};
use crate::language::plan::{Plan, RecordType};
use crate::value::path::flat;
use crate::value::{Kind, Path, Segment, Value};

impl Context<'_> {
    /// Follows a path from a typed value.
    pub fn follow(&self, from: &Typed, segments: &[Segment]) -> Typed {
        let Some((step, rest)) = segments.split_first() else { return from.clone() };
        match step {
            Segment::Index(index) => {
                let value = from.value.as_list().and_then(|items| items.get(*index)).cloned().unwrap_or_default();
                self.follow(&from.inside(value, Segment::Each), rest)
            }
            Segment::Each => {
                let items = from.value.as_list().unwrap_or_default();
                let values = items
                    .iter()
                    .map(|item| self.follow(&from.inside(item.clone(), Segment::Each), rest).value)
                    .collect();
                Typed { value: flat(rest, values), at: None, account: from.account.clone() }
            }
            Segment::Field(name) => self.follow_field(from, name, segments, rest),
        }
    }

    fn follow_field(&self, from: &Typed, name: &str, segments: &[Segment], rest: &[Segment]) -> Typed {
        // What the rows of a group share is the group's own.
        let value = match (&from.value, &from.at) {
            (Value::List(rows), Some((kind, _))) if kind.grouped.as_deref() == Some(name) => {
                rows.first().map(|row| row.field(name).clone()).unwrap_or_default()
            }
            (value, _) => value.field(name).clone(),
        };
        let next = from.inside(value, Segment::Field(name.into()));
        let Some((kind, at)) = &from.at else { return self.follow(&next, rest) };
        let here = at.join(name);
        if let Some(field) = kind.field(&here) {
            return match &field.kind {
                Kind::Reference(record) if !rest.is_empty() => self.through(kind, &next, record, rest),
                _ => self.follow(&next, rest),
            };
        }
        match sibling_reference(self.plan, kind, at).filter(|_| next.value.is_null()) {
            Some((key, record)) => {
                let reference = from.inside(from.value.field(key).clone(), Segment::Field(key.into()));
                self.through(kind, &reference, record, segments)
            }
            None => self.follow(&next, rest),
        }
    }

    /// Goes through a reference: the referred record stands where its key stood.
    fn through(&self, kind: &RecordType, key: &Typed, record: &str, rest: &[Segment]) -> Typed {
        let nothing = Typed { value: Value::Null, at: None, account: key.account.clone() };
        let (Some(id), Some(target)) = (key.value.to_key(), self.plan.record(&kind.system, record)) else {
            return nothing;
        };
        let account = key.account.clone();
        let at = Some((Arc::clone(target), whole()));
        if let Some(value) = self.in_newest(target, (&account, record), &id) {
            return self.follow(&Typed { value, at, account }, rest);
        }
        match self.ask(Want::Record { account: account.to_string(), record: record.to_owned(), id }) {
            Some(Found::Records(rows)) => {
                let value = rows.first().cloned().unwrap_or_default();
                self.follow(&Typed { value, at, account }, rest)
            }
            Some(Found::Lacking { records, fields, code, message }) => match records.first() {
                Some(value) if !fields.iter().any(|field| meets(field, rest)) => {
                    self.follow(&Typed { value: value.clone(), at, account }, rest)
                }
                _ => {
                    self.found.borrow_mut().lacks = Some((code.clone(), message.clone()));
                    nothing
                }
            },
            _ => nothing,
        }
    }

    /// A record that can only be listed, from the newest listing where that was read.
    fn in_newest(&self, kind: &RecordType, (account, record): (&str, &str), id: &str) -> Option<Value> {
        let want = Want::List { account: account.to_owned(), record: record.to_owned(), newest: true };
        let listed = self.situation.reads.get(&want).filter(|_| kind.read.is_none())?;
        if !matches!(listed, Found::Listed(_) | Found::Fitted(_)) {
            return None;
        }
        let found = listed.all().enumerate().find(|(_, row)| kind.id_of(row).as_deref() == Some(id));
        let Some((place, row)) = found else { return Some(Value::Null) };
        self.took(&want, [place]);
        Some(row.clone())
    }
}

/// Whether a field is what a path reads, or stands in it or around it.
fn meets(field: &Path, read: &[Segment]) -> bool {
    let names = |segments: &[Segment]| -> Vec<String> {
        let name = |segment: &Segment| if let Segment::Field(name) = segment { Some(name.to_string()) } else { None };
        segments.iter().filter_map(name).collect()
    };
    names(&field.0).iter().zip(&names(read)).all(|(one, other)| one == other)
}

/// In a record such as `{id, user}` whose `id` refers to a record, the other names are that
/// record's.
pub fn sibling_reference<'k>(plan: &Plan, kind: &'k RecordType, at: &Path) -> Option<(&'k str, &'k str)> {
    if at.0.is_empty() {
        return None;
    }
    kind.fields.iter().find_map(|field| match (field.path.0.split_last(), &field.kind) {
        (Some((Segment::Field(key), parent)), Kind::Reference(record)) if parent == at.0.as_slice() => {
            let target = plan.record(&kind.system, record)?;
            (target.key == *key).then_some((key.as_str(), record.as_ref()))
        }
        _ => None,
    })
}
