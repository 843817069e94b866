//! The walk over a text: each value goes to the places that its name leads to.
//!
//! What no field is about is passed over. Of a name that comes twice, the last counts.

use std::fmt;

use serde::Deserialize as _;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{self, DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Number, Value as Json};

use super::assemble::record;
use super::codec::Codec;
use super::held::{Held, Notes, Rows, Stands, missing};
use super::shape::{Below, Level, Node, Target};
use crate::connector::presence::Gone;
use crate::value::{Segment, Value, json};

/// How the JSON reader hands over a number with all its digits: as a map with one name of its own.
const NUMBER: &str = "$serde_json::private::Number";

/// What stands where an object may: `None`, it is one.
pub(super) type Other = Option<Value>;

/// Reads what stands at a node.
pub(super) struct NodeSeed<'s> {
    pub(super) node: &'s Node,
    pub(super) level: &'s Level,
    pub(super) held: &'s mut Held,
    pub(super) notes: &'s mut Notes,
}

impl<'de> DeserializeSeed<'de> for NodeSeed<'_> {
    type Value = Other;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Other, D::Error> {
        let Self { node, level, held, notes } = self;
        let aside = Ok(Some(Value::Null));
        match node {
            Node::Slot(at) => {
                let Some(slot) = level.slots.get(*at) else { return aside };
                let (value, is_null, fits) = from.deserialize_any(SlotVisitor(&slot.codec))?;
                notes.fits &= fits;
                held.put(*at, (value, is_null));
                aside
            }
            Node::List(at) => {
                let Some(list) = level.lists.get(*at) else { return aside };
                let rows = from.deserialize_any(ListVisitor { element: &list.element, notes })?;
                if let Some(held) = held.lists.get_mut(*at) {
                    *held = rows;
                }
                aside
            }
            Node::Object(below) => from.deserialize_any(ObjectVisitor { below, level, held, notes }),
            Node::Several(places) => {
                let raw = Json::deserialize(from)?;
                // Which of its names are known is not asked here.
                notes.beside |= raw.is_object() || raw.is_array();
                for (rest, target) in places {
                    let stands = follow(&raw, rest, notes);
                    put(level, held, notes, (*target, stands)).map_err(D::Error::custom)?;
                }
                Ok((!raw.is_object()).then(|| json::from_json(&raw)))
            }
        }
    }
}

/// What stands at the end of these steps.
fn follow<'j>(raw: &'j Json, steps: &[Segment], notes: &mut Notes) -> Result<&'j Json, Stands> {
    let mut here = raw;
    for step in steps {
        if here.is_null() {
            return Err(Stands::BelowNull);
        }
        let next = match step {
            Segment::Field(name) => here.get(name.as_str()),
            Segment::Index(index) => here.get(index),
            Segment::Each => None,
        };
        notes.fits &= if matches!(step, Segment::Field(_)) { here.is_object() } else { here.is_array() };
        here = next.ok_or(Stands::Nothing)?;
    }
    Ok(here)
}

fn put(
    level: &Level,
    held: &mut Held,
    notes: &mut Notes,
    (target, found): (Target, Result<&Json, Stands>),
) -> serde_json::Result<()> {
    let raw = match found {
        Ok(raw) => raw,
        Err(stands) => {
            held.forget(&[target], stands);
            return Ok(());
        }
    };
    match target {
        Target::Slot(at) => {
            if let Some(slot) = level.slots.get(at) {
                let (value, fits) = slot.codec.json(raw);
                notes.fits &= fits;
                held.put(at, (value, raw.is_null()));
            }
        }
        Target::List(at) => {
            if let (Some(list), Some(held)) = (level.lists.get(at), held.lists.get_mut(at)) {
                let text = raw.to_string();
                let mut from = serde_json::Deserializer::from_str(&text);
                *held = from.deserialize_any(ListVisitor { element: &list.element, notes })?;
            }
        }
    }
    Ok(())
}

/// Reads the value of one field: it, whether it is null, and whether it surely fits.
struct SlotVisitor<'s>(&'s Codec);

impl SlotVisitor<'_> {
    fn scalar(&self, value: Value) -> (Value, bool, bool) {
        let (value, fits) = self.0.scalar(value);
        (value, false, fits)
    }
}

impl<'de> Visitor<'de> for SlotVisitor<'_> {
    type Value = (Value, bool, bool);

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("the value of a field")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
        Ok((Value::Null, true, true))
    }

    fn visit_bool<E: de::Error>(self, truth: bool) -> Result<Self::Value, E> {
        Ok(self.scalar(Value::Bool(truth)))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Self::Value, E> {
        Ok(self.scalar(Value::Integer(number)))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Self::Value, E> {
        Ok(self.scalar(json::from_json(&Json::from(number))))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
        let (value, fits) = self.0.text(text);
        Ok((value, false, fits))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<Self::Value, A::Error> {
        let raw = Json::deserialize(SeqAccessDeserializer::new(items))?;
        let (value, fits) = self.0.json(&raw);
        Ok((value, false, fits))
    }

    fn visit_map<A: MapAccess<'de>>(self, fields: A) -> Result<Self::Value, A::Error> {
        let raw = Json::deserialize(MapAccessDeserializer::new(fields))?;
        let (value, fits) = self.0.json(&raw);
        Ok((value, false, fits))
    }
}

/// Reads an object by the names that stand below a node.
struct ObjectVisitor<'s> {
    below: &'s Below,
    level: &'s Level,
    held: &'s mut Held,
    notes: &'s mut Notes,
}

impl ObjectVisitor<'_> {
    fn other(self, value: Value, stands: Stands) -> Other {
        self.held.forget(&self.below.targets, stands);
        // An object or null may stand here.
        self.notes.fits &= stands == Stands::BelowNull;
        Some(value)
    }
}

impl<'de> Visitor<'de> for ObjectVisitor<'_> {
    type Value = Other;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("an object")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Other, E> {
        Ok(self.other(Value::Null, Stands::BelowNull))
    }

    fn visit_bool<E: de::Error>(self, truth: bool) -> Result<Other, E> {
        Ok(self.other(Value::Bool(truth), Stands::Nothing))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Other, E> {
        Ok(self.other(Value::Integer(number), Stands::Nothing))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Other, E> {
        Ok(self.other(json::from_json(&Json::from(number)), Stands::Nothing))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Other, E> {
        Ok(self.other(Value::text(text), Stands::Nothing))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<Other, A::Error> {
        let raw = Json::deserialize(SeqAccessDeserializer::new(items))?;
        Ok(self.other(json::from_json(&raw), Stands::Nothing))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Other, A::Error> {
        self.held.forget(&self.below.targets, Stands::Nothing);
        while let Some(name) = fields.next_key_seed(NameSeed(self.below))? {
            match name {
                Name::Known(node) => {
                    let seed = NodeSeed { node, level: self.level, held: &mut *self.held, notes: &mut *self.notes };
                    fields.next_value_seed(seed)?;
                }
                Name::Unknown => {
                    let is_top = matches!(&self.level.node, Node::Object(top) if std::ptr::eq(top, self.below));
                    self.notes.beside |= self.notes.in_list || !is_top;
                    let _ = fields.next_value::<IgnoredAny>()?;
                }
                Name::Number => {
                    let number: Number = fields.next_value::<String>()?.parse().map_err(A::Error::custom)?;
                    return Ok(self.other(json::from_json(&Json::Number(number)), Stands::Nothing));
                }
            }
        }
        Ok(None)
    }
}

/// A name of the peer.
enum Name<'s> {
    Known(&'s Node),
    Unknown,
    Number,
}

struct NameSeed<'s>(&'s Below);

impl<'de, 's> DeserializeSeed<'de> for NameSeed<'s> {
    type Value = Name<'s>;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Name<'s>, D::Error> {
        from.deserialize_str(self)
    }
}

impl<'s> Visitor<'_> for NameSeed<'s> {
    type Value = Name<'s>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a name")
    }

    fn visit_str<E: de::Error>(self, name: &str) -> Result<Name<'s>, E> {
        Ok(match self.0.node(name) {
            Some(node) => Name::Known(node),
            None if name == NUMBER => Name::Number,
            None => Name::Unknown,
        })
    }
}

/// Reads what stands at the place of a list.
struct ListVisitor<'s> {
    element: &'s Level,
    notes: &'s mut Notes,
}

impl ListVisitor<'_> {
    fn other(self, value: Value) -> Rows {
        self.notes.fits = false;
        Rows { stands: Stands::There, value, ..Rows::default() }
    }
}

impl<'de> Visitor<'de> for ListVisitor<'_> {
    type Value = Rows;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a list")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Rows, E> {
        Ok(Rows { stands: Stands::There, is_null: true, ..Rows::default() })
    }

    fn visit_bool<E: de::Error>(self, truth: bool) -> Result<Rows, E> {
        Ok(self.other(Value::Bool(truth)))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Rows, E> {
        Ok(self.other(Value::Integer(number)))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Rows, E> {
        Ok(self.other(json::from_json(&Json::from(number))))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Rows, E> {
        Ok(self.other(Value::text(text)))
    }

    fn visit_map<A: MapAccess<'de>>(self, fields: A) -> Result<Rows, A::Error> {
        let raw = Json::deserialize(MapAccessDeserializer::new(fields))?;
        Ok(self.other(json::from_json(&raw)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Rows, A::Error> {
        let Self { element, notes } = self;
        let mut held = Held::of(element);
        let mut rows = ecow::EcoVec::new();
        let mut gone = Vec::new();
        loop {
            let (held, notes) = (&mut held, &mut *notes);
            let Some(row) = items.next_element_seed(ElementSeed { level: element, held, notes, gone: &mut gone })?
            else {
                break;
            };
            rows.push(row);
        }
        let value = Value::List(rows);
        Ok(Rows { stands: Stands::There, is_null: false, value, gone, is_list: true })
    }
}

/// Reads one element of a list.
struct ElementSeed<'s> {
    level: &'s Level,
    held: &'s mut Held,
    notes: &'s mut Notes,
    gone: &'s mut Vec<Gone>,
}

impl<'de> DeserializeSeed<'de> for ElementSeed<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Value, D::Error> {
        let Self { level, held, notes, gone } = self;
        held.all(Stands::Nothing);
        let inside = std::mem::replace(&mut notes.in_list, true);
        let other = NodeSeed { node: &level.node, level, held, notes: &mut *notes }.deserialize(from)?;
        notes.in_list = inside;
        notes.tell(level, held);
        missing(level, held, notes, gone);
        // An element is a record, unless the list's elements are declared as values.
        Ok(match (level.itself.and_then(|at| level.fields.get(at)), other) {
            (Some(field), _) => held.take(field),
            (None, Some(other)) => other,
            (None, None) => Value::Record(record(level, held)),
        })
    }
}
