//! One record, read by its shape: its value, what of it is there, and whether it is what was documented.
//!
//! Each value of the text is met once and goes to its place. What no field is about is passed over.

use serde::de::{DeserializeSeed as _, Deserializer};

use super::assemble::record;
use super::held::{Held, Notes, Stands, Told, missing};
use super::shape::Shape;
use super::walk::NodeSeed;
use crate::connector::presence::Gone;
use crate::value::{Path, Value};

/// A record as it was read.
#[derive(Debug)]
pub struct Read {
    /// The canonical record.
    pub value: Value,
    /// Fields that are always there, and are not.
    pub gone: Vec<Gone>,
    /// Fields that nothing is said of and that are there, by their place in the system file.
    pub shown: Vec<usize>,
    /// The same of those that are not there.
    pub absent: Vec<usize>,
    /// Whether every top-level field that is declared is there, be it null.
    pub is_whole: bool,
    /// Whether everything surely is what was documented.
    pub fits: bool,
}

impl Shape {
    /// Reads the text of a record. `nulls`: a null where there is always a value counts as gone, and what is there and
    /// what is not is noted.
    ///
    /// # Errors
    /// What the JSON reader says.
    pub fn text(&self, text: &str, nulls: bool) -> serde_json::Result<Read> {
        let mut reader = serde_json::Deserializer::from_str(text);
        let read = self.read(&mut reader, nulls)?;
        reader.end()?;
        Ok(read)
    }

    fn read<'de, D: Deserializer<'de>>(&self, from: D, nulls: bool) -> Result<Read, D::Error> {
        let level = &self.root;
        let mut notes = Notes { fits: true, nulls, in_list: false, beside: false, told: Vec::new() };
        let mut held = Held::of(level);
        let other = NodeSeed { node: &level.node, level, held: &mut held, notes: &mut notes }.deserialize(from)?;
        notes.fits &= other.is_none();
        if notes.beside {
            self.holds_beside();
        }
        notes.tell(level, &held);
        let mut gone = Vec::new();
        missing(level, &mut held, &notes, &mut gone);
        let is_whole = level.fields.iter().all(|field| held.any(field).is_some())
            && held.lists.iter().all(|list| list.stands == Stands::There);
        let known = |wanted: Told| {
            let told = notes.told.iter().enumerate().filter(move |(_, told)| **told == wanted);
            told.map(|(at, _)| at).collect()
        };
        let (shown, absent) = (known(Told::Shown), known(Told::Absent));
        let mut record = record(level, &mut held);
        if let Some(made) = &self.made {
            made.states.note(&mut record);
            // A state that follows from what is not there is not there itself.
            if let Some(lost) = gone.iter().find(|gone| made.read.contains(&gone.field)) {
                gone.push(Gone { field: Path::field(made.states.field.as_str()), ..lost.clone() });
            }
        }
        Ok(Read { value: Value::Record(record), gone, shown, absent, is_whole, fits: notes.fits })
    }
}
