//! A record's fields by name, in the order of their names, so that equal records print and hash alike.
//!
//! A copy shares what it was copied from until one of the two is changed: looking at a record never
//! costs its size. Knows nothing of kinds or paths.

use std::cmp::Ordering;

use ecow::{EcoString, EcoVec};

use super::Value;

/// So few fields are looked through one by one.
const FEW: usize = 12;

/// Named values.
#[derive(Clone, Default)]
pub struct Record(EcoVec<(EcoString, Value)>);

impl Record {
    /// One without fields.
    pub const fn new() -> Self {
        Self(EcoVec::new())
    }

    /// One without fields, with room for so many.
    pub fn with_capacity(fields: usize) -> Self {
        Self(EcoVec::with_capacity(fields))
    }

    /// How many fields there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The field of this name.
    pub fn get(&self, name: &str) -> Option<&Value> {
        // To look for the same letters is cheaper than to look for an order of letters, while there are few fields.
        if self.0.len() <= FEW {
            return self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value);
        }
        let at = self.place(name).ok()?;
        self.0.get(at).map(|(_, value)| value)
    }

    /// The field of this name, to be changed.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut Value> {
        let at = self.place(name).ok()?;
        self.0.make_mut().get_mut(at).map(|(_, value)| value)
    }

    /// Whether there is a field of this name.
    pub fn contains_key(&self, name: &str) -> bool {
        self.place(name).is_ok()
    }

    /// Sets a field; what it held before comes back.
    pub fn insert(&mut self, name: impl Into<EcoString>, value: Value) -> Option<Value> {
        let name = name.into();
        match self.place(&name) {
            Ok(at) => self.0.make_mut().get_mut(at).map(|(_, held)| std::mem::replace(held, value)),
            Err(at) => {
                self.0.insert(at, (name, value));
                None
            }
        }
    }

    /// Adds a field whose name comes after all others; one that does not goes where it belongs.
    pub fn push(&mut self, name: EcoString, value: Value) {
        match self.0.last() {
            Some((last, _)) if order(last, &name).is_ge() => _ = self.insert(name, value),
            _ => self.0.push((name, value)),
        }
    }

    /// The field of this name, null at first where there is none yet.
    pub fn slot(&mut self, name: impl Into<EcoString>) -> Option<&mut Value> {
        let name = name.into();
        let at = self.place(&name).unwrap_or_else(|at| {
            self.0.insert(at, (name, Value::Null));
            at
        });
        self.0.make_mut().get_mut(at).map(|(_, value)| value)
    }

    /// Takes a field away.
    pub fn remove(&mut self, name: &str) -> Option<Value> {
        let at = self.place(name).ok()?;
        Some(self.0.remove(at).1)
    }

    /// Keeps the fields that `keep` says yes to.
    pub fn retain(&mut self, mut keep: impl FnMut(&str, &mut Value) -> bool) {
        self.0.retain(|(name, value)| keep(name, value));
    }

    /// Fields by name.
    pub fn iter(&self) -> Iter<'_> {
        self.0.iter().map(by_name)
    }

    /// The names.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &EcoString> {
        self.0.iter().map(|(name, _)| name)
    }

    /// The values, in the order of their names.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = &Value> {
        self.0.iter().map(|(_, value)| value)
    }

    /// What it holds, where it holds it: a copy that shares it holds it at the same place.
    pub(super) fn as_slice(&self) -> &[(EcoString, Value)] {
        &self.0
    }

    /// The values, to be changed.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut Value> {
        self.0.make_mut().iter_mut().map(|(_, value)| value)
    }

    fn place(&self, name: &str) -> Result<usize, usize> {
        // Most are filled in order.
        match self.0.last() {
            Some((last, _)) if order(last, name).is_lt() => Err(self.0.len()),
            _ => self.0.binary_search_by(|(known, _)| order(known, name)),
        }
    }
}

/// The order of two names. Most differ within their first letters, which are told apart here without a call.
fn order(one: &str, other: &str) -> Ordering {
    match head(one).cmp(&head(other)) {
        Ordering::Equal => one.cmp(other),
        unequal => unequal,
    }
}

/// The first eight bytes of a name as a number that is ordered as they are.
fn head(name: &str) -> u64 {
    match name.as_bytes().first_chunk::<8>() {
        Some(first) => u64::from_be_bytes(*first),
        None => name.bytes().zip((0..8).rev()).fold(0, |number, (byte, place)| number | u64::from(byte) << (place * 8)),
    }
}

/// Fields by name, borrowed.
pub type Iter<'a> = std::iter::Map<std::slice::Iter<'a, (EcoString, Value)>, ByName>;

type ByName = for<'b> fn(&'b (EcoString, Value)) -> (&'b EcoString, &'b Value);

fn by_name((name, value): &(EcoString, Value)) -> (&EcoString, &Value) {
    (name, value)
}

impl<'a> IntoIterator for &'a Record {
    type Item = (&'a EcoString, &'a Value);
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter().map(by_name as ByName)
    }
}

impl IntoIterator for Record {
    type Item = (EcoString, Value);
    type IntoIter = ecow::vec::IntoIter<(EcoString, Value)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<Name: Into<EcoString>> FromIterator<(Name, Value)> for Record {
    fn from_iter<Fields: IntoIterator<Item = (Name, Value)>>(fields: Fields) -> Self {
        let mut record = Self::new();
        record.extend(fields);
        record
    }
}

impl<Name: Into<EcoString>> Extend<(Name, Value)> for Record {
    fn extend<Fields: IntoIterator<Item = (Name, Value)>>(&mut self, fields: Fields) {
        for (name, value) in fields {
            self.insert(name, value);
        }
    }
}

impl<Name: Into<EcoString>, const COUNT: usize> From<[(Name, Value); COUNT]> for Record {
    fn from(fields: [(Name, Value); COUNT]) -> Self {
        fields.into_iter().collect()
    }
}

impl PartialEq for Record {
    /// Fields that are null on one side and absent on the other count as equal.
    fn eq(&self, other: &Self) -> bool {
        let covered = |one: &Self, other: &Self| {
            one.iter().all(|(name, value)| other.get(name).map_or(value.is_null(), |found| found == value))
        };
        self.0.len() == other.0.len() && std::ptr::eq(self.0.as_ptr(), other.0.as_ptr())
            || covered(self, other) && covered(other, self)
    }
}

impl Eq for Record {}

impl std::fmt::Debug for Record {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_map().entries(self).finish()
    }
}
