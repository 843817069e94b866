//! A system file drafted from an OpenAPI document: the calls and fields of the records that are asked for.
//!
//! What the document says is taken over; what is guessed from names is marked `assumed`, or said in the first lines.
//! Knows no folder: whoever asks reads the document and writes the file.

mod asked;
mod call;
mod document;
mod field;
mod guess;
mod list;
mod opening;
mod record;
mod written;

pub use asked::Asked;
use document::Document;
use record::Record;

/// The largest document that is read, in bytes.
pub const DOCUMENT_BYTES_MAX: usize = 32 * 1024 * 1024;

/// The most records that are drafted at once.
pub const RECORDS_MAX: usize = 50;

/// The text of a system file of this name.
///
/// # Errors
/// Says what cannot be read in the document, or which record it does not have and which it has.
pub fn drafted(text: &str, system: Option<&str>, asked: &[Asked]) -> Result<(String, String), String> {
    if text.len() > DOCUMENT_BYTES_MAX {
        return Err(format!("the document is larger than {} MiB", DOCUMENT_BYTES_MAX / 1024 / 1024));
    }
    let document = Document::read(text)?;
    let paths = document.paths();
    if asked.is_empty() || asked.len() > RECORDS_MAX {
        let known = record::known(&paths).join(", ");
        return Err(format!("say which records, 1 to {RECORDS_MAX}, by `--record NAME`; the document has {known}"));
    }
    let names: Vec<&str> = asked.iter().map(|one| one.name.as_str()).collect();
    let records = asked.iter().map(|one| Record::of(&document, &paths, (one, &names)));
    let records = records.collect::<Result<Vec<Record>, String>>()?;
    let name = match system {
        Some(name) => name.to_owned(),
        None => guess::system(document.title()),
    };
    if let Some(fault) = super::starter::fault(&name) {
        return Err(fault);
    }
    Ok((name.clone(), written::file(&document, &name, &records)))
}
