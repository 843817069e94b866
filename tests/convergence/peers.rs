//! Two peers in memory: what becomes of a record that is written, and what is read of the records beside it.
//!
//! They do what their system files say. What files cannot say of a peer is a habit: it rounds, trims, sorts, fills in.

use std::sync::Arc;

use petiole::engine::{self, Found, Listed, Wait, Want};
use petiole::language::plan::{Pipeline, Plan, RecordType, Side};
use petiole::value::{Kind, Path, Record, Segment, Value};
use rust_decimal::Decimal;

use crate::planner::choices::Choices;

/// People of each side, and how they are linked: the first with the second, the second with the first, the third with
/// nobody.
const PEOPLE: [[&str; 3]; 3] =
    [["1", "Ada", "ada@x.example"], ["2", "Somebody", "s@x.example"], ["3", "1", "t@x.example"]];

/// What a peer does to what it is sent.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Habits {
    pub(super) rounds: bool,
    pub(super) trims: bool,
    pub(super) turns_lists: bool,
    pub(super) keeps_on_null: bool,
    pub(super) fills_in: bool,
}

impl Habits {
    /// Mostly none.
    pub(super) fn of(choices: &mut Choices<'_>) -> Self {
        if !choices.one_in(3) {
            return Self::default();
        }
        Self {
            rounds: choices.one_in(2),
            trims: choices.one_in(2),
            turns_lists: choices.one_in(3),
            keeps_on_null: choices.one_in(3),
            fills_in: choices.one_in(2),
        }
    }

    /// Whether what is sent is what is held.
    pub(super) fn plain(self) -> bool {
        !(self.rounds || self.trims || self.turns_lists || self.keeps_on_null)
    }
}

/// Both peers.
#[derive(Debug)]
pub(super) struct Peers<'p> {
    pub(super) plan: &'p Plan,
    pub(super) pipeline: &'p Pipeline,
    pub(super) habits: [Habits; 2],
    /// Records that rules had made.
    pub(super) made: Vec<Value>,
    /// The record of the side that a situation does not know yet.
    pub(super) unknown: Option<Value>,
    /// Seconds that have passed.
    clock: i64,
    rows: i64,
}

impl<'p> Peers<'p> {
    pub(super) fn new(plan: &'p Plan, habits: [Habits; 2]) -> Self {
        let pipeline = &plan.pipelines["parcels"];
        Self { plan, pipeline, habits, made: Vec::new(), unknown: None, clock: 1_767_614_400, rows: 0 }
    }

    /// A record was changed just now.
    pub(super) fn stamped(&mut self, side: Side, record: &mut Record) {
        self.clock += 60;
        if let Some(name) = &self.pipeline.record(side).modified {
            record.insert(name.as_str(), Value::Timestamp(jiff::Timestamp::from_second(self.clock).unwrap()));
        }
    }

    /// What is there once a peer has made a record of these fields.
    pub(super) fn created(&mut self, side: Side, fields: &Record) -> Value {
        let kind = Arc::clone(self.pipeline.record(side));
        let mut record = Record::from([(kind.key.as_str(), Value::text("made"))]);
        if self.habits[side as usize].fills_in {
            for field in kind.fields.iter().filter(|field| field.path.0.len() == 1) {
                let filled = match &field.kind {
                    Kind::Bool => Value::Bool(false),
                    Kind::Decimal => Value::Decimal(Decimal::ZERO),
                    Kind::Enum(words) => Value::text(words[0].as_str()),
                    _ => continue,
                };
                record.insert(field.path.to_string(), filled);
            }
        }
        record.insert("rows", Vec::new().into());
        if let Some(states) = &kind.states {
            let Some(Kind::Enum(words)) = kind.field(&Path::field(states.field.as_str())).map(|field| &field.kind)
            else {
                unreachable!()
            };
            let first = states.initial.clone().unwrap_or_else(|| words[0].clone());
            record.insert(states.field.as_str(), Value::text(first));
        }
        self.laid(side, record, fields)
    }

    /// What is there once fields are laid over a record.
    pub(super) fn laid(&mut self, side: Side, record: Record, fields: &Record) -> Value {
        let kind = Arc::clone(self.pipeline.record(side));
        let mut record = record;
        for (name, sent) in fields {
            let sent = self.held(side, &kind, (&mut vec![Segment::Field(name.clone())], sent));
            if self.habits[side as usize].keeps_on_null && sent.is_null() {
                continue;
            }
            let laid = match (record.get(name), sent) {
                (Some(Value::List(old)), Value::List(new)) if kind.adds_to(&Path::field(name.as_str())) => {
                    old.iter().chain(new.iter()).cloned().collect::<Vec<_>>().into()
                }
                (Some(Value::Record(old)), Value::Record(new)) => {
                    let mut both = old.clone();
                    both.extend(new.iter().map(|(name, value)| (name.clone(), value.clone())));
                    Value::Record(both)
                }
                (_, sent) => sent,
            };
            record.insert(name.clone(), laid);
        }
        self.stamped(side, &mut record);
        shown(&kind, Value::Record(record))
    }

    /// What a peer keeps of a value that stands somewhere in a record.
    fn held(&mut self, side: Side, kind: &RecordType, (at, sent): (&mut Vec<Segment>, &Value)) -> Value {
        let habits = self.habits[side as usize];
        match sent {
            Value::List(items) if kind.field(&Path(at.clone())).is_none() => {
                at.push(Segment::Each);
                let mut items: Vec<Value> = items.iter().map(|item| self.held(side, kind, (at, item))).collect();
                at.pop();
                if habits.turns_lists {
                    items.reverse();
                }
                items.into()
            }
            Value::Record(fields) => {
                let mut held = Record::new();
                for (name, value) in fields {
                    at.push(Segment::Field(name.clone()));
                    let value = self.held(side, kind, (at, value));
                    at.pop();
                    held.insert(name.clone(), value);
                }
                if at.len() == 2 && at[1] == Segment::Each && held.get("no").is_none_or(Value::is_null) {
                    self.rows += 1;
                    held.insert("no", Value::Integer(100 + self.rows));
                }
                Value::Record(held)
            }
            Value::Decimal(number) if habits.rounds => Value::Decimal(number.round_dp(0)),
            Value::Text(text) if habits.trims => {
                let is_text = kind.field(&Path(at.clone())).is_some_and(|field| field.kind == Kind::Text);
                if is_text { Value::text(text.trim().to_lowercase()) } else { sent.clone() }
            }
            _ => sent.clone(),
        }
    }

    fn people(&self, account: &str, record: &str) -> (&'p Arc<RecordType>, Vec<Value>) {
        let kind = self.plan.record(account, record).unwrap();
        let row = |[code, name, email]: [&str; 3]| {
            Value::Record(Record::from([
                ("code", Value::text(code)),
                ("name", Value::text(name)),
                ("email", Value::text(email)),
                ("weight", Value::Null),
            ]))
        };
        let made = self.made.iter().filter(|_| account == "depot").cloned();
        (kind, PEOPLE.map(row).into_iter().chain(made).collect())
    }

    /// The answer to a want. `linked`: what the pair is linked by.
    pub(super) fn answer(&self, want: &Want, linked: bool) -> Found {
        match want {
            Want::Record { account, record, id } => {
                let (kind, mut rows) = self.people(account, record);
                rows.retain(|row| kind.id_of(row).as_ref() == Some(id));
                Found::Records(rows)
            }
            Want::List { account, record, .. } => {
                let (kind, rows) = self.people(account, record);
                Found::Listed(Arc::new(Listed::new(kind, account, rows.into_iter())))
            }
            Want::Find { .. } => unreachable!("no invented system has a search"),
            Want::Match { side, value, .. } => {
                let matches = |record: &&Value| {
                    engine::match_value(self.plan, self.pipeline, *side, record).as_ref() == Some(value)
                };
                Found::Records(self.unknown.iter().filter(matches).cloned().collect())
            }
            Want::Linked { pipeline, side, id, .. } | Want::Counterpart { pipeline, side, id, .. }
                if pipeline == "people" =>
            {
                match id.as_str() {
                    "1" => Found::Key(Value::text("2")),
                    "2" => Found::Key(Value::text("1")),
                    _ if matches!(want, Want::Linked { .. }) => Found::Records(Vec::new()),
                    _ => nothing(side.other()),
                }
            }
            Want::Linked { .. } | Want::Counterpart { .. } if linked => Found::Key(Value::text("made")),
            Want::Linked { .. } | Want::Settled { .. } => Found::Records(Vec::new()),
            Want::Counterpart { side, .. } => nothing(side.other()),
        }
    }
}

fn nothing(side: Side) -> Found {
    let account = ["shop", "depot"][side as usize].to_owned();
    let wait =
        Wait { account, record: "client".to_owned(), field: "email".to_owned(), value: "t@x.example".to_owned() };
    let (code, message) = ("missing-counterpart".into(), "nobody has this address".to_owned());
    Found::Nothing { code, message, waits: vec![wait], candidates: Vec::new() }
}

/// A record without what its peer never shows.
pub(super) fn shown(kind: &RecordType, record: Value) -> Value {
    let Value::Record(mut fields) = record else { return record };
    for field in kind.fields.iter().filter(|field| field.write_only) {
        hidden(&mut fields, &field.path.0);
    }
    Value::Record(fields)
}

fn hidden(fields: &mut Record, path: &[Segment]) {
    match path {
        [Segment::Field(name)] => drop(fields.remove(name)),
        [Segment::Field(list), Segment::Each, rest @ ..] => {
            let Some(Value::List(rows)) = fields.get(list).cloned() else { return };
            let rows = rows.into_iter().map(|mut row| {
                if let Value::Record(row) = &mut row {
                    hidden(row, rest);
                }
                row
            });
            fields.insert(list.clone(), rows.collect::<Vec<_>>().into());
        }
        [Segment::Field(name), rest @ ..] => {
            if let Some(Value::Record(inner)) = fields.get_mut(name) {
                hidden(inner, rest);
            }
        }
        _ => {}
    }
}
