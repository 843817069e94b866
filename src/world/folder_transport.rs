//! A folder of tables as a peer: `file:///folder/NAME.csv` answers as a server would that keeps its records there.
//!
//! `GET /NAME.csv` lists records, `?column=value` those that hold it; `/NAME.csv/column/value` is one, which `GET`,
//! `PATCH` and `DELETE` take; `POST` adds one. `?lines[]=sku,quantity` says that these columns are those of a list.
//! A file is read whole and written whole, in the place of one that still holds what was read: whoever else reads it
//! finds the one or the other. Leaves every other row as it stands.

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use serde_json::{Map, Value as Json, json};

use super::files::{Entry, Files};
use super::http_transport::RESPONSE_BYTES_MAX;
use super::table_place::{KEY_COLUMN, TablePlace};
use super::table_records::{List, TableRecord, columns, lines, records};
use super::table_text::Table;
use super::transport::{Method, Request, Response, Transport, TransportError};

/// A folder of tables.
pub(super) struct FolderTransport {
    files: Arc<dyn Files>,
    /// One write at a time.
    writing: tokio::sync::Mutex<()>,
}

/// Status and body of an answer.
type Answer = (u16, Json);

impl FolderTransport {
    pub(super) fn new(files: Arc<dyn Files>) -> Self {
        Self { files, writing: tokio::sync::Mutex::new(()) }
    }

    /// The text of a file; none where the folder has no such file.
    fn text(&self, place: &TablePlace) -> Result<Option<String>, TransportError> {
        let unread = |why: String| TransportError::Unusable(format!("`{}`: {why}", place.file.display()));
        match self.files.entry(&place.file) {
            None => {
                let folder = place.file.parent().unwrap_or(Path::new("/"));
                match self.files.entry(folder) {
                    // Nobody can tell what a folder lacks that may not be looked into.
                    Some(Entry::Folder) => match self.files.list(folder) {
                        Ok(names) if !names.contains(&place.file) => Ok(None),
                        Ok(_) => Err(unread("it may not be read".to_owned())),
                        Err(error) => Err(unread(error.to_string())),
                    },
                    _ => Err(TransportError::Unusable(format!("there is no folder `{}`", folder.display()))),
                }
            }
            Some(Entry::File(size)) if usize::try_from(size).is_ok_and(|size| size <= RESPONSE_BYTES_MAX) => {
                let bytes = self.files.read(&place.file).map_err(|error| unread(error.to_string()))?;
                String::from_utf8(bytes).map(Some).map_err(|_| unread("it is no UTF-8 text".to_owned()))
            }
            Some(Entry::File(_)) => Err(TransportError::TooLarge(RESPONSE_BYTES_MAX)),
            Some(_) => Err(unread("it is no file".to_owned())),
        }
    }

    fn read(&self, place: &TablePlace) -> Result<Answer, TransportError> {
        let text = self.text(place)?.unwrap_or_default();
        Ok(match Table::read(place.form, &text) {
            Err(why) => place.unreadable(&why),
            Ok(table) => {
                let found = records(&table, place.list_in(&table));
                if place.one.is_some() {
                    place
                        .only((&found, &text))
                        .map_or_else(|answer| answer, |record| (200, record.fields.clone().into()))
                } else {
                    let fits = |record: &TableRecord| place.wanted.iter().all(|wanted| holds(&record.fields, wanted));
                    let wanted = found.into_iter().filter(fits);
                    (200, wanted.map(|record| Json::Object(record.fields)).collect())
                }
            }
        })
    }

    fn write(&self, place: &TablePlace, request: &Request) -> Result<Answer, TransportError> {
        let held = self.text(place)?;
        let text = held.clone().unwrap_or_default();
        let changed = Table::read(place.form, &text).map_err(|why| place.unreadable(&why));
        let (answer, text) = match changed.and_then(|mut table| place.change(&mut table, request, &text)) {
            Ok(changed) => changed,
            Err(answer) => return Ok(answer),
        };
        let written = self.files.replace(&place.file, held.as_ref().map(String::as_bytes), text.as_bytes());
        // Nothing was written where this fails, so it is tried again.
        written.map_err(|error| TransportError::Unusable(format!("`{}`: {error}", place.file.display())))?;
        Ok(answer)
    }
}

#[async_trait]
impl Transport for FolderTransport {
    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        let (status, body) = match TablePlace::of(&request.url) {
            Err(why) => (404, json!({ "detail": why })),
            Ok(place) if request.method == Method::Get => self.read(&place)?,
            Ok(place) => {
                let _alone = self.writing.lock().await;
                self.write(&place, &request)?
            }
        };
        let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
        Ok(Response { status, headers, body: if status == 204 { Vec::new() } else { body.to_string().into_bytes() } })
    }
}

impl TablePlace {
    /// The text with what a request changes in it, and the answer to that.
    fn change(&self, table: &mut Table, request: &Request, text: &str) -> Result<(Answer, String), Answer> {
        let list = self.list_in(table);
        let found = records(table, list);
        if request.method == Method::Delete {
            return Ok(((204, Json::Null), spliced(text, self.only((&found, text))?, "")));
        }
        let fields: Map<String, Json> =
            serde_json::from_slice(&request.body).map_err(|error| self.refused(&error.to_string()))?;
        match (&self.one, request.method) {
            (None, Method::Post) => {
                self.is_new(&fields, request, (&found, text))?;
                let head = if table.is_headed() { Ok(String::new()) } else { table.head(columns(&fields, list)) };
                let head = head.map_err(|why| self.refused(&why))?;
                let added = lines(table, &fields, list).map_err(|why| self.refused(&why))?;
                let gap = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
                Ok(((201, Json::Object(fields)), format!("{text}{gap}{head}{added}")))
            }
            (Some(_), Method::Patch | Method::Put) => {
                let record = self.only((&found, text))?;
                let mut whole = record.fields.clone();
                whole.extend(fields);
                let changed = lines(table, &whole, list).map_err(|why| self.refused(&why))?;
                Ok(((200, Json::Object(whole)), spliced(text, record, &changed)))
            }
            (_, method) => {
                Err((405, json!({ "detail": format!("{method} of {} is nothing that a table takes", self.name) })))
            }
        }
    }

    /// The columns of a list. Rows that hold lists by themselves need nobody to say which they are.
    fn list_in(&self, table: &Table) -> Option<&List> {
        self.list.as_ref().filter(|_| !table.holds_lists())
    }

    /// The one record that is meant.
    fn only<'r>(&self, (records, text): (&'r [TableRecord], &str)) -> Result<&'r TableRecord, Answer> {
        let Some(one) = &self.one else { return Err(self.refused("nothing says which record is meant")) };
        let mut found = records.iter().filter(|record| holds(&record.fields, one));
        let detail =
            |what: &str| json!({ "detail": format!("{} has {what} whose {} is {:?}", self.name, one.0, one.1) });
        match (found.next(), found.next()) {
            (Some(record), None) => Ok(record),
            (None, _) => Err((404, detail("no record"))),
            (Some(_), Some(_)) => {
                let all = records.iter().filter(|record| holds(&record.fields, one));
                let (column, value, lines) = (&one.0, &one.1, lines_of(all, text));
                Err(self.doubled(&format!("has several records whose {column} is {value:?}, in {lines}")))
            }
        }
    }

    /// Refuses a record whose key another has already.
    fn is_new(
        &self,
        fields: &Map<String, Json>,
        request: &Request,
        (records, text): (&[TableRecord], &str),
    ) -> Result<(), Answer> {
        let Some(column) = request.header(KEY_COLUMN) else { return Ok(()) };
        let value = match fields.get(column) {
            Some(Json::String(text)) => text.clone(),
            None | Some(Json::Null) => return Err(self.refused(&format!("the record has no `{column}`, its key"))),
            Some(other) => other.to_string(),
        };
        let wanted = (column.to_owned(), value);
        let mut same = records.iter().filter(|record| holds(&record.fields, &wanted)).peekable();
        if same.peek().is_none() {
            return Ok(());
        }
        let (value, lines) = (&wanted.1, lines_of(same, text));
        Err(self.doubled(&format!("has a record already whose {column} is {value:?}, in {lines}")))
    }

    fn doubled(&self, what: &str) -> Answer {
        (409, json!({ "detail": format!("{} {what}", self.name) }))
    }

    fn refused(&self, why: &str) -> Answer {
        (422, json!({ "detail": format!("{}: {why}", self.name) }))
    }

    fn unreadable(&self, why: &str) -> Answer {
        (500, json!({ "detail": format!("{} cannot be read: {why}", self.name) }))
    }
}

/// The text with lines in the place of a record's.
fn spliced(text: &str, record: &TableRecord, lines: &str) -> String {
    let mut out = String::with_capacity(text.len().saturating_add(lines.len()));
    let mut at = 0;
    for place in &record.places {
        out.push_str(text.get(at..place.start).unwrap_or_default());
        if at == 0 {
            out.push_str(lines);
        }
        at = place.end;
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}

/// The lines in which records begin, as people count them.
fn lines_of<'r>(records: impl Iterator<Item = &'r TableRecord>, text: &str) -> String {
    let line = |at: usize| text.get(..at).map_or(0, |before| before.matches('\n').count()).saturating_add(1);
    let begins = records.filter_map(|record| Some(line(record.places.first()?.start).to_string()));
    let lines: Vec<String> = begins.collect();
    match lines.as_slice() {
        [only] => format!("line {only}"),
        [before @ .., last] => format!("lines {} and {last}", before.join(", ")),
        [] => "no line".to_owned(),
    }
}

fn holds(fields: &Map<String, Json>, (column, value): &(String, String)) -> bool {
    match fields.get(column) {
        Some(Json::String(text)) => text == value,
        Some(Json::Null) | None => value.is_empty(),
        Some(other) => other.to_string() == *value,
    }
}
