//! Tables as files hold them: CSV with a line of names at its head, or a JSON object a line.
//!
//! Rows that are not changed stay letter for letter: quotes, line ends, the mark of an encoding. Knows no files, and
//! not which rows belong together.

use std::ops::Range;

use serde_json::{Map, Value as Json};

/// Signs that part values, the likeliest first.
const APART: [u8; 4] = [b',', b';', b'\t', b'|'];

/// The mark of UTF-8 that some programs write before everything.
const MARK: &str = "\u{feff}";

/// The most rows of a table that is read.
const ROWS_MAX: usize = 200_000;

/// How a file holds its rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// Values with something between them, the first line their names.
    Csv,
    /// An object a line.
    JsonLines,
}

impl Form {
    /// The form of a file, by the end of its name.
    pub(super) fn of(name: &str) -> Option<Self> {
        match name.rsplit_once('.')?.1.to_ascii_lowercase().as_str() {
            "csv" | "tsv" | "txt" => Some(Self::Csv),
            "jsonl" | "ndjson" => Some(Self::JsonLines),
            _ => None,
        }
    }
}

/// A row with its place in the text.
#[derive(Debug)]
pub(super) struct Row {
    /// What it holds, by the names of the columns; an empty cell is null.
    pub(super) fields: Map<String, Json>,
    /// From its first letter to behind its line end.
    pub(super) place: Range<usize>,
}

/// A table as it was read.
#[derive(Debug)]
pub(super) struct Table {
    form: Form,
    /// Of a file with a head.
    names: Vec<String>,
    apart: u8,
    line_end: &'static str,
    /// In the order of the text.
    pub(super) rows: Vec<Row>,
}

impl Table {
    /// Reads a whole text.
    ///
    /// # Errors
    /// Says which line is no row.
    pub(super) fn read(form: Form, text: &str) -> Result<Self, String> {
        let line_end = if text.split_once('\n').is_some_and(|(head, _)| head.ends_with('\r')) { "\r\n" } else { "\n" };
        let mut table = Self { form, names: Vec::new(), apart: b',', line_end, rows: Vec::new() };
        match form {
            Form::Csv => table.read_csv(text)?,
            Form::JsonLines => table.read_lines(text)?,
        }
        Ok(table)
    }

    fn read_csv(&mut self, text: &str) -> Result<(), String> {
        let begin = if text.starts_with(MARK) { MARK.len() } else { 0 };
        let body = text.get(begin..).unwrap_or_default();
        self.apart = apart(body);
        quotes_end(self.apart, body)?;
        let mut records = records(self.apart, begin, body)?.into_iter();
        let Some((_, head)) = records.next() else { return Ok(()) };
        self.names = head.iter().map(|name| name.trim().to_owned()).collect();
        let twice = |(at, name): &(usize, &String)| self.names.iter().take(*at).any(|earlier| earlier == *name);
        if let Some((_, name)) = self.names.iter().enumerate().find(twice) {
            return Err(format!("two columns are called `{name}`"));
        }
        for (place, record) in records {
            let is_blank = record.iter().all(|cell| cell.trim().is_empty());
            if is_blank {
                continue;
            }
            if record.len() != self.names.len() {
                let line = text.get(..place.start).map_or(0, |before| before.matches('\n').count()).saturating_add(1);
                let (found, wanted) = (record.len(), self.names.len());
                return Err(format!("line {line} has {found} values, and its head names {wanted}"));
            }
            self.keep(self.names.iter().cloned().zip(record.iter().map(cell)).collect(), place)?;
        }
        Ok(())
    }

    fn read_lines(&mut self, text: &str) -> Result<(), String> {
        let mut start = 0_usize;
        for (at, line) in text.split_inclusive('\n').enumerate() {
            let end = start.saturating_add(line.len());
            let bare = line.trim_start_matches(MARK).trim();
            if !bare.is_empty() {
                let at = at.saturating_add(1);
                match serde_json::from_str(bare) {
                    Ok(Json::Object(fields)) => self.keep(fields, start..end)?,
                    Ok(_) => return Err(format!("line {at} is no object")),
                    Err(error) => return Err(format!("line {at} is no object: {error}")),
                }
            }
            start = end;
        }
        Ok(())
    }

    fn keep(&mut self, fields: Map<String, Json>, place: Range<usize>) -> Result<(), String> {
        if self.rows.len() == ROWS_MAX {
            return Err(format!("it has more than {ROWS_MAX} rows"));
        }
        self.rows.push(Row { fields, place });
        Ok(())
    }

    /// Whether it has a head, which a row gives it where it has none.
    pub(super) fn is_headed(&self) -> bool {
        self.form == Form::JsonLines || !self.names.is_empty()
    }

    /// Takes names for its columns; the head as a line.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub(super) fn head(&mut self, names: Vec<String>) -> Result<String, String> {
        self.names = names;
        self.written(&self.names)
    }

    /// Whether rows hold lists by themselves.
    pub(super) fn holds_lists(&self) -> bool {
        self.form == Form::JsonLines
    }

    /// A row as a line of this table.
    ///
    /// # Errors
    /// Says which value has no place.
    pub(super) fn line(&self, fields: &Map<String, Json>) -> Result<String, String> {
        if self.form == Form::JsonLines {
            let text = serde_json::to_string(fields).map_err(|error| error.to_string())?;
            return Ok(format!("{text}{}", self.line_end));
        }
        if let Some((name, _)) = fields.iter().find(|(name, value)| !value.is_null() && !self.names.contains(name)) {
            return Err(format!("there is no column `{name}`; there are {}", self.names.join(", ")));
        }
        let values = self.names.iter().map(|name| said(name, fields.get(name).unwrap_or(&Json::Null)));
        self.written(&values.collect::<Result<Vec<String>, String>>()?)
    }

    fn written(&self, values: &[String]) -> Result<String, String> {
        let terminator = if self.line_end == "\r\n" { csv::Terminator::CRLF } else { csv::Terminator::Any(b'\n') };
        let mut writer = csv::WriterBuilder::new().delimiter(self.apart).terminator(terminator).from_writer(Vec::new());
        writer.write_record(values).map_err(|error| error.to_string())?;
        let bytes = writer.into_inner().map_err(|error| error.to_string())?;
        String::from_utf8(bytes).map_err(|error| error.to_string())
    }
}

/// The rows of a text, each with its place.
fn records(apart: u8, begin: usize, body: &str) -> Result<Vec<(Range<usize>, csv::StringRecord)>, String> {
    let mut reader =
        csv::ReaderBuilder::new().delimiter(apart).has_headers(false).flexible(true).from_reader(body.as_bytes());
    let is_end = |at: usize| body.as_bytes().get(at).is_some_and(|byte| matches!(byte, b'\r' | b'\n'));
    let (mut found, mut record, mut at) = (Vec::new(), csv::StringRecord::new(), 0_usize);
    while reader.read_record(&mut record).map_err(|error| error.to_string())? {
        // Empty lines before a row are nobody's; of two letters that end a line, the reader has taken the first.
        while is_end(at) {
            at = at.saturating_add(1);
        }
        let mut end = usize::try_from(reader.position().byte()).unwrap_or(body.len());
        if body.get(end.saturating_sub(1)..end) == Some("\r")
            && body.get(end..).is_some_and(|rest| rest.starts_with('\n'))
        {
            end = end.saturating_add(1);
        }
        found.push((begin.saturating_add(at)..begin.saturating_add(end), std::mem::take(&mut record)));
        at = end;
    }
    Ok(found)
}

/// Refuses a text in which a quote is open at the end, or goes on behind its end: a file that is cut or written by hand
/// would be read as other rows than it has.
fn quotes_end(apart: u8, body: &str) -> Result<(), String> {
    let (mut line, mut opened, mut is_new) = (1_usize, None, true);
    let mut bytes = body.bytes().peekable();
    while let Some(byte) = bytes.next() {
        line = line.saturating_add(usize::from(byte == b'\n'));
        if opened.is_none() {
            opened = (byte == b'"' && is_new).then_some(line);
            is_new = byte == apart || matches!(byte, b'\n' | b'\r');
        } else if byte == b'"' && bytes.next_if_eq(&b'"').is_none() {
            opened = None;
            if bytes.peek().is_some_and(|next| *next != apart && !matches!(next, b'\n' | b'\r')) {
                return Err(format!("line {line} goes on behind a quote that has ended"));
            }
        }
    }
    opened.map_or(Ok(()), |line| Err(format!("the quote that begins in line {line} does not end")))
}

/// What a cell holds: nothing where it is empty.
fn cell(text: &str) -> Json {
    if text.is_empty() { Json::Null } else { Json::String(text.to_owned()) }
}

/// A value as a cell holds it.
fn said(name: &str, value: &Json) -> Result<String, String> {
    match value {
        Json::Null => Ok(String::new()),
        Json::String(text) => Ok(text.clone()),
        Json::Bool(_) | Json::Number(_) => Ok(value.to_string()),
        Json::Array(_) | Json::Object(_) => Err(format!("`{name}` holds more than one value, which no column can")),
    }
}

/// What parts the values of the first line: the sign that stands there most often outside quotes.
fn apart(text: &str) -> u8 {
    let (mut counts, mut quoted) = ([0_usize; APART.len()], false);
    for byte in text.bytes() {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' if !quoted => break,
            _ if quoted => {}
            _ => {
                for (count, sign) in counts.iter_mut().zip(APART) {
                    *count = count.saturating_add(usize::from(byte == sign));
                }
            }
        }
    }
    let most = counts.iter().copied().max().unwrap_or_default();
    let found = counts.iter().zip(APART).find(|(count, _)| **count == most && most > 0);
    found.map_or(b',', |(_, sign)| sign)
}
