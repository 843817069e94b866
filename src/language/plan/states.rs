//! The ways from one state to another: what lint proves of them and what the engine goes are the same.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::system::{Move, MoveBy, States};

impl States {
    /// Whether no move leads out of a state.
    pub fn is_dead(&self, state: &str) -> bool {
        !self.moves.iter().any(|one| one.from == state)
    }

    /// The first step of a shortest way that petiole can go; `None` where no way leads there without people.
    pub fn first_step(&self, from: &str, to: &str) -> Option<&Move> {
        let mut first: BTreeMap<&str, &Move> = BTreeMap::new();
        let mut queue = VecDeque::from([from]);
        while let Some(at) = queue.pop_front() {
            for step in self.moves.iter().filter(|step| step.from == at && step.is_by_calls()) {
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

    /// The state in which a record is made that is to come to a goal: the goal itself where the create call may send
    /// it, else the one of those that it may send from which the shortest way leads there.
    pub fn first_state(&self, goal: &str) -> Option<&str> {
        let length = |begin: &&String| {
            let mut at = begin.as_str();
            let mut steps = 0_usize;
            while at != goal {
                at = &self.first_step(at, goal)?.to;
                steps += 1;
            }
            Some(steps)
        };
        let near = self.sent.iter().filter_map(|begin| Some((length(&begin)?, begin)));
        near.min_by_key(|(steps, _)| *steps).map(|(_, begin)| begin).or(self.initial.as_ref()).map(String::as_str)
    }

    /// The states to which moves lead from some, whoever makes them; those themselves among them.
    pub fn reachable(&self, from: &[String]) -> BTreeSet<String> {
        self.spread(from, |_| true)
    }

    /// The states to which moves lead that petiole can make, from some, those themselves among them.
    pub fn reachable_by_calls(&self, from: &[String]) -> BTreeSet<String> {
        self.spread(from, Move::is_by_calls)
    }

    fn spread(&self, from: &[String], may: impl Fn(&Move) -> bool) -> BTreeSet<String> {
        let mut seen: BTreeSet<String> = from.iter().cloned().collect();
        let mut queue: Vec<&str> = from.iter().map(String::as_str).collect();
        while let Some(at) = queue.pop() {
            for step in self.moves.iter().filter(|step| may(step) && step.from == at) {
                if seen.insert(step.to.clone()) {
                    queue.push(&step.to);
                }
            }
        }
        seen
    }
}

impl Move {
    /// Whether petiole can make it.
    pub fn is_by_calls(&self) -> bool {
        !matches!(self.by, MoveBy::People)
    }
}
