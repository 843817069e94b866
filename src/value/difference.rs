//! Where two values differ, by path.
//!
//! Used for test failures, history and reports. Lists are compared by position. Knows nothing of
//! which difference matters.

use super::path::{Path, Segment};
use super::{Record, Value};

/// One place where two values differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Where, from the root of both.
    pub path: Path,
    /// The first value's part; null where it has none.
    pub left: Value,
    /// The second value's part; null where it has none.
    pub right: Value,
}

/// Every difference between two values, in path order.
pub fn between(left: &Value, right: &Value) -> Vec<Difference> {
    let mut found = Vec::new();
    compare(left, right, &Path::default(), &mut found);
    found
}

fn compare(left: &Value, right: &Value, at: &Path, found: &mut Vec<Difference>) {
    match (left, right) {
        (Value::Record(a), Value::Record(b)) => compare_records(a, b, at, found),
        (Value::List(a), Value::List(b)) => {
            for index in 0..a.len().max(b.len()) {
                let mut here = at.clone();
                here.0.push(Segment::Index(index));
                compare(a.get(index).unwrap_or(&Value::Null), b.get(index).unwrap_or(&Value::Null), &here, found);
            }
        }
        _ if left == right => {}
        _ => found.push(Difference { path: at.clone(), left: left.clone(), right: right.clone() }),
    }
}

fn compare_records(left: &Record, right: &Record, at: &Path, found: &mut Vec<Difference>) {
    let names: std::collections::BTreeSet<&ecow::EcoString> = left.keys().chain(right.keys()).collect();
    for name in names {
        let a = left.get(name).unwrap_or(&Value::Null);
        let b = right.get(name).unwrap_or(&Value::Null);
        compare(a, b, &at.join(name.as_str()), found);
    }
}
