//! Where a record or a value is not as a test says it must be.
//!
//! Fields that are not wanted may be anything; lists have as many elements as wanted. Knows no test and no rule.

use crate::language::plan::RecordType;
use crate::language::plan::test::TestRecord;
use crate::value::{Path, Segment, Value, difference};

/// One place where expected and actual differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// Where.
    pub path: String,
    /// As the test says.
    pub expected: String,
    /// As it is.
    pub actual: String,
}

/// Where a record is not as wanted; none: it is.
pub(super) fn gaps(kind: &RecordType, wanted: &TestRecord, row: &Value, exactly: bool) -> Vec<Gap> {
    let mut found = Vec::new();
    subset(&Value::Record(wanted.fields.clone()), row, &Path::default(), &mut found);
    if exactly {
        let own = [Some(kind.key.as_str()), kind.created.as_deref(), kind.modified.as_deref()];
        let free = |name: &str| own.contains(&Some(name)) || wanted.fields.contains_key(name);
        for (name, value) in
            row.as_record().into_iter().flatten().filter(|(name, value)| !free(name) && !is_empty(value))
        {
            found.push(Gap { path: name.to_string(), expected: Value::Null.to_string(), actual: value.to_string() });
        }
    }
    found
}

/// What nobody would say: null, false, the empty list.
fn is_empty(value: &Value) -> bool {
    matches!(value, Value::Null | Value::Bool(false)) || value.as_list().is_some_and(<[Value]>::is_empty)
}

/// Fields that are not wanted may be anything; lists have as many elements as wanted.
pub(super) fn subset(wanted: &Value, actual: &Value, at: &Path, found: &mut Vec<Gap>) {
    match (wanted, actual) {
        (Value::Record(fields), Value::Record(_)) => {
            for (name, value) in fields {
                subset(value, actual.field(name), &at.join(name.as_str()), found);
            }
        }
        (Value::List(wanted), Value::List(actual)) if wanted.len() == actual.len() => {
            for (index, (wanted, actual)) in wanted.iter().zip(actual).enumerate() {
                let mut here = at.clone();
                here.0.push(Segment::Index(index));
                subset(wanted, actual, &here, found);
            }
        }
        (Value::List(wanted), Value::List(actual)) => {
            found.push(Gap { path: at.to_string(), expected: elements(wanted), actual: elements(actual) });
        }
        _ => found.extend(difference::between(wanted, actual).into_iter().map(|one| {
            let mut path = at.clone();
            path.0.extend(one.path.0);
            Gap { path: path.to_string(), expected: one.left.to_string(), actual: one.right.to_string() }
        })),
    }
}

fn elements(list: &[Value]) -> String {
    let number = list.len();
    format!("{number} element{}: {}", if number == 1 { "" } else { "s" }, Value::List(list.into()))
}
