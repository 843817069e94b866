//! What was found at the places of one level, and what is noted of a record while it is read.
//!
//! Keeps apart what is not there, what is below a null, and what is there and null. Reads nothing itself.

use super::shape::{Level, Plain, Target};
use crate::connector::presence::Gone;
use crate::language::plan::Presence;
use crate::value::Value;

/// Whether something stands at a place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Stands {
    #[default]
    Nothing,
    /// It is below a null.
    BelowNull,
    There,
}

/// What was found at a place of a field.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) stands: Stands,
    pub(super) is_null: bool,
    pub(super) value: Value,
}

/// What was found at the place of a list.
#[derive(Debug, Default)]
pub(super) struct Rows {
    pub(super) stands: Stands,
    pub(super) is_null: bool,
    pub(super) value: Value,
    /// What its elements lack.
    pub(super) gone: Vec<Gone>,
    /// Whether it is a list at all.
    pub(super) is_list: bool,
}

/// What was found at one level.
pub(super) struct Held {
    pub(super) slots: Vec<Found>,
    pub(super) lists: Vec<Rows>,
}

impl Held {
    pub(super) fn of(level: &Level) -> Self {
        let slots = level.slots.iter().map(|_| Found::default()).collect();
        Self { slots, lists: level.lists.iter().map(|_| Rows::default()).collect() }
    }

    /// Of an object that comes once more, only the last counts.
    pub(super) fn forget(&mut self, targets: &[Target], stands: Stands) {
        for target in targets {
            match target {
                Target::Slot(at) => {
                    if let Some(slot) = self.slots.get_mut(*at) {
                        *slot = Found { stands, ..Found::default() };
                    }
                }
                Target::List(at) => {
                    if let Some(list) = self.lists.get_mut(*at) {
                        *list = Rows { stands, ..Rows::default() };
                    }
                }
            }
        }
    }

    pub(super) fn all(&mut self, stands: Stands) {
        self.slots.iter_mut().for_each(|slot| *slot = Found { stands, ..Found::default() });
        self.lists.iter_mut().for_each(|list| *list = Rows { stands, ..Rows::default() });
    }

    pub(super) fn put(&mut self, slot: usize, (value, is_null): (Value, bool)) {
        if let Some(slot) = self.slots.get_mut(slot) {
            *slot = Found { stands: Stands::There, is_null, value };
        }
    }

    /// Whether a field stands anywhere, and is null there; the first place that holds something wins.
    pub(super) fn any(&self, field: &Plain) -> Option<bool> {
        let list = field.list.and_then(|at| self.lists.get(at));
        let list = list.filter(|list| list.stands == Stands::There).map(|list| list.is_null);
        let slots = self.slots.get(field.slots.clone()).unwrap_or_default();
        let there = slots.iter().filter(|slot| slot.stands == Stands::There).map(|slot| slot.is_null);
        list.into_iter().chain(there).reduce(|one, other| one && other)
    }

    pub(super) fn take(&mut self, field: &Plain) -> Value {
        let slots = self.slots.get_mut(field.slots.clone()).unwrap_or_default();
        let there = slots.iter_mut().find(|slot| slot.stands == Stands::There && !slot.is_null);
        there.map(|slot| std::mem::take(&mut slot.value)).unwrap_or_default()
    }
}

/// Whether records show a field of which nothing is said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Told {
    #[default]
    Neither,
    Absent,
    Shown,
}

/// What is noted of a record while it is read.
pub(super) struct Notes {
    pub(super) fits: bool,
    pub(super) nulls: bool,
    /// Whether an element of a list is being read.
    pub(super) in_list: bool,
    /// Whether elements, or records within the record, hold what no field is about.
    pub(super) beside: bool,
    /// By the place in the system file; empty where nobody asks.
    pub(super) told: Vec<Told>,
}

impl Notes {
    /// Which fields of a level are there: what stands in a list without elements, or below a null, is neither.
    pub(super) fn tell(&mut self, level: &Level, held: &Held) {
        if !self.nulls {
            return;
        }
        for field in &level.fields {
            let Some(number) = field.open else { continue };
            let list = field.list.and_then(|at| held.lists.get(at)).map(|list| list.stands);
            let slots = held.slots.get(field.slots.clone()).unwrap_or_default().iter().map(|slot| slot.stands);
            let (mut shows, mut lacks) = (false, true);
            for stands in list.into_iter().chain(slots) {
                shows |= stands == Stands::There;
                lacks &= stands == Stands::Nothing;
            }
            self.note(
                number,
                if shows {
                    Told::Shown
                } else if lacks {
                    Told::Absent
                } else {
                    Told::Neither
                },
            );
        }
        for (list, rows) in level.lists.iter().zip(&held.lists) {
            if rows.stands == Stands::Nothing && !list.is_declared {
                self.tell(&list.element, &Held::of(&list.element));
            }
        }
    }

    fn note(&mut self, number: usize, told: Told) {
        if self.told.len() <= number {
            self.told.resize(number.saturating_add(1), Told::Neither);
        }
        if let Some(known) = self.told.get_mut(number)
            && (told == Told::Shown || *known == Told::Neither)
        {
            *known = told;
        }
    }
}

/// What a level lacks that is always there, and what the elements of its lists lack.
pub(super) fn missing(level: &Level, held: &mut Held, notes: &Notes, gone: &mut Vec<Gone>) {
    for field in &level.fields {
        let found = held.any(field);
        let is_gone = match (field.presence, found) {
            (Presence::Open | Presence::Sparse, _) => false,
            (_, None) => true,
            (Presence::Filled, Some(true)) => notes.nulls,
            (_, Some(_)) => false,
        };
        if is_gone && !gone.iter().any(|known| known.field == field.gone.field) {
            gone.push(Gone { is_null: found.is_some(), ..field.gone.clone() });
        }
    }
    for (list, rows) in level.lists.iter().zip(&mut held.lists) {
        for one in std::mem::take(&mut rows.gone) {
            if !gone.iter().any(|known| known.field == one.field) {
                gone.push(one);
            }
        }
        let there = rows.stands == Stands::There;
        if !rows.is_list && (!there || rows.is_null && notes.nulls) {
            gone.extend(list.promised.clone().map(|promised| Gone { is_null: there, ..promised }));
        }
    }
}
