//! What somebody takes into their head to do next in a simulated system.
//!
//! Owns the shape, and how one of many is picked: half the time one that is talked about just now, so that people and
//! programs meet at one record. Which acts there are is each system's own.

use serde_json::Value as Json;

use crate::world::Random;

/// An act of somebody, as it is sent to `/_control/`.
#[derive(Clone, Debug, PartialEq)]
pub struct Whim {
    /// The act's name.
    pub act: String,
    /// Its fields.
    pub body: Json,
}

impl Whim {
    /// An act with its fields.
    pub fn new(act: &str, body: Json) -> Self {
        Self { act: act.to_owned(), body }
    }
}

/// How whims are drawn.
pub struct Mood<'a> {
    /// Where chance comes from.
    pub chance: &'a dyn Random,
    /// What programs say to the system just now: the addresses of the last requests.
    pub talk: &'a [String],
}

impl Mood<'_> {
    /// A number from zero up to, not including, `bound`.
    pub fn below(&self, bound: i64) -> i64 {
        i64::try_from(self.chance.below(u64::try_from(bound).unwrap_or_default())).unwrap_or_default()
    }

    /// One of these.
    pub fn one_of<'b, T>(&self, all: &'b [T]) -> Option<&'b T> {
        let at = self.chance.below(u64::try_from(all.len()).unwrap_or(u64::MAX));
        usize::try_from(at).ok().and_then(|at| all.get(at))
    }

    /// One of these, half the time one whose name is in the talk.
    pub fn aimed<'b, T>(&self, all: &'b [T], name: impl Fn(&T) -> String) -> Option<&'b T> {
        let talked: Vec<&T> = all.iter().filter(|one| self.talk.iter().any(|said| said.contains(&name(one)))).collect();
        if self.chance.below(2) == 0 && !talked.is_empty() {
            return self.one_of(&talked).copied();
        }
        self.one_of(all)
    }
}
