//! The way from one state to another over legal moves that petiole may make.

use std::collections::{BTreeMap, VecDeque};

use crate::language::plan::{Move, MoveBy, States};

/// The first step of a shortest way; `None` where no way leads there without people.
pub fn first_step<'a>(states: &'a States, from: &str, to: &str) -> Option<&'a Move> {
    let mut first: BTreeMap<&str, &Move> = BTreeMap::new();
    let mut queue = VecDeque::from([from]);
    while let Some(at) = queue.pop_front() {
        for step in states.moves.iter().filter(|step| step.from == at && !matches!(step.by, MoveBy::People)) {
            if step.to == from || first.contains_key(step.to.as_str()) {
                continue;
            }
            let begin = first.get(at).copied().unwrap_or(step);
            if step.to == to {
                return Some(begin);
            }
            first.insert(&step.to, begin);
            queue.push_back(&step.to);
        }
    }
    None
}
