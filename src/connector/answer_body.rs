//! What is called and how its answer is read: what cannot be read is a failure that says so. Pure.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::broken;
use super::failure::{Failure, Purpose};
use super::reader::Shape;
use super::response::NotJson;
use crate::language::plan::{Call, System};
use crate::world::Response;

/// Reads an answer by `read`; none of an empty one, where no list was asked for.
pub(super) fn read_body<Answer>(
    answer: &Response,
    purpose: Purpose,
    read: impl Fn(&Response) -> Result<Option<Answer>, NotJson>,
) -> Result<Option<Answer>, Failure> {
    match read(answer) {
        Ok(None) if purpose == Purpose::List && answer.status != 204 => {
            Err(Failure::unusable("the answer is empty where a list should be", Some(answer.status), false))
        }
        Ok(body) => Ok(body),
        Err(error) => Err(match broken::text_of(&answer.body).filter(|_| !purpose.is_write()) {
            Some(text) => Failure::Unreadable { message: error.to_string(), text: Some(text) },
            None => Failure::unusable(error.to_string(), Some(answer.status), purpose.is_write()),
        }),
    }
}

/// A call as its system file names it: method and path, the same for all records.
pub(super) fn name_of(call: &Call) -> String {
    format!("{} {}", call.method, call.path)
}

/// How the records of a system are read, by name.
pub(super) fn shapes(system: &System) -> BTreeMap<String, Arc<Shape>> {
    system.records.iter().map(|(name, record)| (name.clone(), Shape::of(system, record))).collect()
}

/// The same under new rules; what was seen of the records is still known.
pub(super) fn shapes_after(system: &System, before: &BTreeMap<String, Arc<Shape>>) -> BTreeMap<String, Arc<Shape>> {
    let after = shapes(system);
    for (name, shape) in &after {
        if before.get(name).is_some_and(|old| old.is_beside()) {
            shape.holds_beside();
        }
    }
    after
}
