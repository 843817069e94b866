//! What the expectations of a test look at: of which record which fields, and of which kinds that there is no other.

use std::collections::BTreeSet;

use super::came::Came;
use crate::language::plan::test::RuleTest;
use crate::value::{Path, Record, Segment, Value};

/// Fields of a record that are looked at.
pub(super) struct Look {
    pub(super) account: String,
    pub(super) record: String,
    pub(super) id: String,
    /// Which; elements of a list are looked at alike.
    paths: Vec<Path>,
    /// Whether every other field is looked at too.
    whole: bool,
}

/// All that a test looks at.
pub(super) struct Looks {
    pub(super) records: Vec<Look>,
    /// Kinds of which no further record may be made, by account and name.
    pub(super) closed: BTreeSet<(String, String)>,
    /// Whether every write is accounted for.
    pub(super) quiet: bool,
}

impl Look {
    /// Whether it looks at a field, at a part of it or at what it is a part of.
    pub(super) fn sees(&self, path: &Path) -> bool {
        self.whole || self.paths.iter().any(|own| overlap(own, path))
    }
}

impl Looks {
    pub(super) fn of(test: &RuleTest, came: &Came<'_>) -> Self {
        let mut looks = Self {
            records: Vec::new(),
            closed: BTreeSet::new(),
            quiet: test.nothing.is_some() || test.calls.is_some(),
        };
        for met in &came.met {
            let expectation = met.expectation;
            let (account, record) = (expectation.account.clone(), expectation.record.name.clone());
            for (wanted, row) in &met.pairs {
                let Some(row) = row else { continue };
                let (paths, whole) = (leaves(&wanted.fields), expectation.exactly);
                looks.records.push(Look {
                    account: account.clone(),
                    record: record.clone(),
                    id: met.key(row),
                    paths,
                    whole,
                });
            }
            if expectation.exactly || expectation.listed || expectation.records.is_empty() {
                looks.closed.insert((account, record));
            }
        }
        let listed = test.calls.iter().filter_map(|calls| calls.list.as_ref()).flatten();
        for (wanted, (account, call)) in listed.zip(&came.writes) {
            looks.records.push(Look {
                account: account.clone(),
                record: call.record.clone(),
                id: call.key.clone().unwrap_or_default(),
                paths: leaves(&wanted.record.fields),
                whole: false,
            });
        }
        looks
    }

    /// Whether a field of a record is looked at.
    pub(super) fn see(&self, (account, record, id): (&str, &str, &str), path: &Path) -> bool {
        self.at(account, record).any(|look| look.id == id && look.sees(path))
    }

    /// Whether a record is looked at, whatever of it.
    pub(super) fn meet(&self, (account, record, id): (&str, &str, &str)) -> bool {
        self.at(account, record).any(|look| look.id == id)
    }

    fn at<'l>(&'l self, account: &'l str, record: &'l str) -> impl Iterator<Item = &'l Look> {
        self.records.iter().filter(move |look| look.account == account && look.record == record)
    }
}

/// The places of what is said of a record.
fn leaves(fields: &Record) -> Vec<Path> {
    let mut found = Vec::new();
    gather(&Value::Record(fields.clone()), &Path::default(), &mut found);
    found
}

fn gather(value: &Value, at: &Path, found: &mut Vec<Path>) {
    match value {
        Value::Record(fields) if !fields.is_empty() => {
            fields.iter().for_each(|(name, value)| gather(value, &at.join(name.as_str()), found));
        }
        Value::List(items) if !items.is_empty() => {
            let mut each = at.clone();
            each.0.push(Segment::Each);
            items.iter().for_each(|item| gather(item, &each, found));
        }
        _ if found.contains(at) => {}
        _ => found.push(at.clone()),
    }
}

/// Whether one place is the other, is in it or holds it.
pub(super) fn overlap(one: &Path, other: &Path) -> bool {
    one.0.iter().zip(&other.0).all(|pair| match pair {
        (Segment::Field(one), Segment::Field(other)) => one == other,
        (Segment::Field(_), _) | (_, Segment::Field(_)) => false,
        _ => true,
    })
}
