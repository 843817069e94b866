//! Paths into a record: `order_lines[].item`, `sales_reps[0].id`.
//!
//! Reading is null-safe: a step into nothing gives null. `[]` reads every element and gives a
//! list. Writing makes the records on the way. Knows nothing of references between records.

use std::fmt;

use ecow::EcoString;
use serde::{Deserialize, Serialize};

use super::{Record, Value};

/// One step of a path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Segment {
    /// `.name`; a copy of it costs no allocation.
    Field(EcoString),
    /// `[3]`, counted from zero.
    Index(usize),
    /// `[]`: every element.
    Each,
}

/// Steps from a record to a value in it. The empty path is the record itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Path(pub Vec<Segment>);

impl Path {
    /// A path of field names from dotted text such as `customer.id`; `[]` and `[n]` are read too.
    /// Text that is no path gives `None`.
    pub fn parse(text: &str) -> Option<Self> {
        let mut segments = Vec::new();
        for part in text.split('.') {
            let (name, mut brackets) = part.split_at(part.find('[').unwrap_or(part.len()));
            if !name.is_empty() {
                segments.push(Segment::Field(name.into()));
            } else if brackets.is_empty() {
                return None;
            }
            while !brackets.is_empty() {
                let (inside, rest) = brackets.strip_prefix('[')?.split_once(']')?;
                segments.push(if inside.is_empty() { Segment::Each } else { Segment::Index(inside.parse().ok()?) });
                brackets = rest;
            }
        }
        Some(Self(segments))
    }

    /// A path of one field.
    pub fn field(name: impl Into<EcoString>) -> Self {
        Self(vec![Segment::Field(name.into())])
    }

    /// The name of the field that it ends at.
    pub fn last_name(&self) -> Option<&str> {
        self.0.iter().rev().find_map(|step| if let Segment::Field(name) = step { Some(name.as_str()) } else { None })
    }

    /// Whether this is the path of that one field.
    pub fn is_field(&self, name: &str) -> bool {
        matches!(self.0.as_slice(), [Segment::Field(own)] if own == name)
    }

    /// Whether this is that place, or one inside it.
    pub fn is_within(&self, place: &Self) -> bool {
        self.0.starts_with(&place.0)
    }

    /// This path with one more field step.
    #[must_use]
    pub fn join(&self, name: impl Into<EcoString>) -> Self {
        let mut segments = self.0.clone();
        segments.push(Segment::Field(name.into()));
        Self(segments)
    }

    /// The value at this path; null where a step finds nothing. After `[]` the answer is a list, and
    /// one list where `[]` stands several times: `orders[].lines[].sku` are the SKUs of all lines.
    pub fn read(&self, value: &Value) -> Value {
        read(value, &self.0)
    }

    /// Puts a value at this path, making records on the way. Only field steps can be written;
    /// a path with `[]` or `[n]` writes nothing and answers false.
    pub fn write(&self, record: &mut Record, value: Value) -> bool {
        write_into(record, &self.0, value)
    }
}

/// The value at a path of fields; `None` where it is absent, which is not null.
pub fn lookup<'a>(fields: &'a Record, steps: &[Segment]) -> Option<&'a Value> {
    match steps {
        [Segment::Field(name)] => fields.get(name),
        [Segment::Field(name), rest @ ..] => lookup(fields.get(name)?.as_record()?, rest),
        _ => None,
    }
}

/// As [`Path::read`], for steps that stand elsewhere.
pub fn read(value: &Value, steps: &[Segment]) -> Value {
    let Some((step, rest)) = steps.split_first() else { return value.clone() };
    match step {
        Segment::Field(name) => read(value.field(name), rest),
        Segment::Index(index) => {
            value.as_list().and_then(|items| items.get(*index)).map_or(Value::Null, |item| read(item, rest))
        }
        Segment::Each => match value.as_list() {
            Some(items) => flat(rest, items.iter().map(|item| read(item, rest)).collect()),
            None => Value::Null,
        },
    }
}

/// Lists within a list made one, where further steps spread lists too.
pub fn flat(rest: &[Segment], values: Vec<Value>) -> Value {
    if !rest.contains(&Segment::Each) {
        return values.into();
    }
    let spread = values.into_iter().flat_map(|value| match value {
        Value::List(items) => items,
        Value::Null => ecow::EcoVec::new(),
        other => ecow::eco_vec![other],
    });
    Value::List(spread.collect())
}

fn write_into(record: &mut Record, steps: &[Segment], value: Value) -> bool {
    match steps {
        [Segment::Field(name)] => {
            record.insert(name.clone(), value);
            true
        }
        [Segment::Field(name), rest @ ..] => {
            let Some(slot) = record.slot(name.clone()) else { return false };
            if !matches!(slot, Value::Record(_)) {
                *slot = Value::Record(Record::new());
            }
            match slot {
                Value::Record(inner) => write_into(inner, rest, value),
                _ => false,
            }
        }
        _ => false,
    }
}

impl fmt::Display for Path {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, segment) in self.0.iter().enumerate() {
            match segment {
                Segment::Field(name) if index == 0 => out.write_str(name)?,
                Segment::Field(name) => write!(out, ".{name}")?,
                Segment::Index(at) => write!(out, "[{at}]")?,
                Segment::Each => out.write_str("[]")?,
            }
        }
        Ok(())
    }
}
