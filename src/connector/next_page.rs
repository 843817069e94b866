//! The next page of a list, whatever one of its records looks like: one that cannot be read is cut out.

use serde_json::Value as Json;

use super::broken;
use super::connector::Connector;
use super::failure::{Failure, Purpose};
use super::paging::{Pager, path_of};
use super::reader;
use super::request::percent_decode;
use super::row::Row;
use crate::language::plan::{RecordType, Template, TemplatePart};
use crate::value::{Path, Record, Value, json};
use crate::world::Response;

impl Connector {
    /// The next page's rows; `None` after the last page. After a failure the same page is asked again.
    ///
    /// # Errors
    /// Any [`Failure`].
    pub async fn next_page(&self, record: &RecordType, pager: &mut Pager) -> Result<Option<Vec<Row>>, Failure> {
        let (shape, nulls) = (self.shape(record), self.transport.peers_are_whole());
        loop {
            let Some(request) = pager.request()? else { return Ok(None) };
            let place = self.account.redact(&pager.place());
            let rows = pager.paging.rows.clone();
            let read = |answer: &Response| {
                let page = reader::page((&shape, &rows), &answer.body, nulls)?;
                Ok(page.map(|page| (page, answer.headers.clone())))
            };
            let found = match self.exchange(request, (Purpose::List, &place), read).await {
                Ok(page) => match pager.accept(record, page).map_err(|found| found.at(&place))? {
                    Some(rows) => return Ok(Some(rows)),
                    None => continue,
                },
                Err(found) if pager.ends_with(&found) => return Ok(None),
                Err(found) => pager.explained(found),
            };
            let Failure::Unreadable { message, text } = &found else { return Err(found) };
            // One record must not take those with it that share its page.
            if pager.shrink() {
                continue;
            }
            let Some(text) = text.as_ref().filter(|text| pager.skip(text)) else {
                return Err(found);
            };
            let key = broken::key_of_row(text, &rows, record);
            return Ok(Some(vec![self.broken_row(record, key.as_deref(), message.clone())]));
        }
    }

    /// What a call made, of which only its place is told.
    pub(super) fn made(&self, record: &RecordType, path: &Template, location: &str) -> Option<Row> {
        let base = self.account.base_url.trim_end_matches('/');
        let place = path_of(location).split(['?', '#']).next().unwrap_or_default();
        let place = place.strip_prefix(path_of(base)).unwrap_or(place).trim_end_matches('/');
        let ends = |text: &str| text.trim_end_matches('/').to_owned();
        let (before, after) = match path.0.as_slice() {
            [TemplatePart::Text(before), TemplatePart::Hole(_)] => (before.clone(), String::new()),
            [TemplatePart::Text(before), TemplatePart::Hole(_), TemplatePart::Text(after)] => {
                (before.clone(), ends(after))
            }
            _ => return None,
        };
        let key = percent_decode(place.strip_prefix(&before)?.strip_suffix(&after)?);
        let is_one = !key.is_empty() && !key.contains('/');
        let row = is_one.then(|| self.broken_row(record, Some(&key), String::new()))?;
        Some(Row { fits: true, unreadable: None, broken: None, ..row })
    }

    /// A record of which only the key is known, if that.
    pub(super) fn broken_row(&self, record: &RecordType, key: Option<&str>, why: String) -> Row {
        let mut raw = Record::new();
        if let (Some(key), Some(field)) = (key, record.field(&Path::field(record.key.as_str()))) {
            field.read_at.write(&mut raw, Value::text(key));
        }
        let raw = json::to_json(&Value::Record(raw));
        let read = self.shape(record).text(&raw.to_string(), false).ok();
        let value = read.map(|read| read.value).unwrap_or_default();
        let raw = if key.is_some() { raw } else { Json::from(why.as_str()) };
        Row {
            value,
            text: raw.to_string().into(),
            gone: Vec::new(),
            shown: Vec::new(),
            absent: Vec::new(),
            is_whole: false,
            fits: false,
            unreadable: Some(Path::default()),
            broken: Some(why),
        }
    }
}
