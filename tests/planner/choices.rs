//! Records and answers made from a row of bytes, so that what fails shrinks to few and small ones.

use std::collections::BTreeMap;
use std::sync::Arc;

use petiole::engine::{Found, Listed, Wait, Want};
use petiole::language::plan::{Plan, RecordType};
use petiole::value::{Kind, Path, Record, Segment, Value};
use rust_decimal::Decimal;

/// Texts that mean something to the shipped rules, and some that do not.
const TEXTS: [&str; 9] =
    ["BUD-1", "", "Net 30", "net60", "C11-0000123-LIC", " kim@Example.com", "Somebody", "1", "\"quoted\" ünïcode"];

/// A row of choices; the first of everything once it is over.
pub(crate) struct Choices<'b>(std::slice::Iter<'b, u8>);

impl<'b> Choices<'b> {
    pub(crate) fn new(bytes: &'b [u8]) -> Self {
        Self(bytes.iter())
    }

    /// A number below `count`.
    pub(crate) fn below(&mut self, count: usize) -> usize {
        usize::from(self.0.next().copied().unwrap_or_default()) % count.max(1)
    }

    /// Now and then.
    pub(crate) fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == count - 1
    }

    fn of(&mut self, plan: &Plan, system: &str, kind: &Kind) -> Value {
        if self.one_in(6) {
            return Value::Null;
        }
        match kind {
            Kind::Null | Kind::Record(_) => Value::Null,
            Kind::Bool => Value::Bool(self.below(2) == 0),
            Kind::Integer => Value::Integer(i64::try_from(self.below(5)).unwrap() - 1),
            Kind::Decimal => Value::Decimal([Decimal::new(150, 2), Decimal::ZERO, Decimal::new(7, 0)][self.below(3)]),
            Kind::Timestamp => {
                let second = 1_767_614_400 + i64::try_from(self.below(3)).unwrap() * 86_400;
                Value::Timestamp(jiff::Timestamp::from_second(second).unwrap())
            }
            Kind::Date => Value::Date(jiff::civil::date(2026, 1, 5)),
            Kind::Enum(words) => Value::text(words[self.below(words.len())].as_str()),
            Kind::Reference(name) => match plan.record(system, name) {
                Some(kind) => self.key(kind),
                None => Value::Null,
            },
            Kind::List(kind) => (0..self.below(3)).map(|_| self.of(plan, system, kind)).collect::<Vec<_>>().into(),
            Kind::Text | Kind::Any => Value::text(TEXTS[self.below(TEXTS.len())]),
        }
    }

    fn key(&mut self, kind: &RecordType) -> Value {
        let number = self.below(4) + 1;
        match kind.field(&Path::field(kind.key.as_str())).map(|field| &field.kind) {
            Some(Kind::Integer) => Value::Integer(i64::try_from(number).unwrap()),
            _ => Value::text(number.to_string()),
        }
    }

    /// A record of a kind; of a group its rows.
    pub(crate) fn record(&mut self, plan: &Plan, kind: &RecordType) -> Value {
        if kind.grouped.is_some() {
            return (0..self.below(3)).map(|_| self.row(plan, kind)).collect::<Vec<_>>().into();
        }
        self.row(plan, kind)
    }

    fn row(&mut self, plan: &Plan, kind: &RecordType) -> Value {
        let fields = kind.fields.iter().map(|field| (field.path.clone(), &field.kind)).collect();
        let Value::Record(mut record) = self.level(plan, &kind.system, fields) else { return Value::Null };
        record.insert(kind.key.as_str(), self.key(kind));
        Value::Record(record)
    }

    /// A record of these fields, with lists of such records in it.
    fn level(&mut self, plan: &Plan, system: &str, fields: Vec<(Path, &Kind)>) -> Value {
        let mut record = Record::new();
        let mut lists: BTreeMap<String, Vec<(Path, &Kind)>> = BTreeMap::new();
        for (path, kind) in fields {
            match path.0.as_slice() {
                [Segment::Field(list), Segment::Each, inner @ ..] => {
                    lists.entry(list.to_string()).or_default().push((Path(inner.to_vec()), kind));
                }
                _ => {
                    path.write(&mut record, self.of(plan, system, kind));
                }
            }
        }
        for (list, fields) in lists {
            let elements: Vec<Value> = (0..self.below(3)).map(|_| self.level(plan, system, fields.clone())).collect();
            record.insert(list, elements.into());
        }
        Value::Record(record)
    }

    fn several(&mut self, plan: &Plan, kind: Option<&Arc<RecordType>>, most: usize) -> Vec<Value> {
        let Some(kind) = kind else { return Vec::new() };
        (0..self.below(most + 1)).map(|_| self.record(plan, kind)).collect()
    }

    /// What may be answered to a want.
    pub(crate) fn answer(&mut self, plan: &Plan, want: &Want) -> Found {
        let kind = |account: &str, record: &str| plan.record(&plan.accounts[account].system, record);
        if self.one_in(12) && !matches!(want, Want::Linked { .. } | Want::Settled { .. } | Want::Match { .. }) {
            let (code, message) = ("unreadable-record".into(), "half a character".to_owned());
            return Found::Lacking { records: Vec::new(), fields: Vec::new(), code, message };
        }
        match want {
            Want::Record { account, record, .. } => Found::Records(self.several(plan, kind(account, record), 1)),
            Want::Find { account, record, .. } => Found::Records(self.several(plan, kind(account, record), 2)),
            Want::List { account, record, .. } => match kind(account, record) {
                Some(kind) => {
                    let rows = self.several(plan, Some(kind), 5);
                    Found::Listed(Arc::new(Listed::new(kind, account, rows.into_iter())))
                }
                None => Found::Records(Vec::new()),
            },
            Want::Match { pipeline, side, .. } => {
                let kind = plan.pipelines[pipeline].record(*side);
                Found::Records(self.several(plan, Some(kind), 2))
            }
            Want::Linked { pipeline, side, .. } | Want::Counterpart { pipeline, side, .. } if self.one_in(2) => {
                Found::Key(self.key(plan.pipelines[pipeline].record(side.other())))
            }
            Want::Linked { .. } | Want::Settled { .. } => Found::Records(Vec::new()),
            Want::Counterpart { other, .. } => {
                let text = |text: &str| text.to_owned();
                let wait = Wait { account: other.clone(), record: text("r"), field: text("f"), value: text("v") };
                let (code, message) = ("missing-counterpart".into(), text("nobody knows it"));
                Found::Nothing { code, message, waits: vec![wait], candidates: Vec::new() }
            }
        }
    }
}
