//! The next page of a list, whatever one of its records looks like: one that cannot be read is cut out.

use serde_json::Value as Json;

use super::broken;
use super::connector::{Connector, Row};
use super::failure::{Failure, Purpose};
use super::layout;
use super::paging::Pager;
use super::response;
use crate::language::plan::RecordType;
use crate::value::{Path, Record, Value, json};

impl Connector {
    /// The next page's rows; `None` after the last page. After a failure the same page is asked again.
    ///
    /// # Errors
    /// Any [`Failure`].
    pub async fn next_page(&self, record: &RecordType, pager: &mut Pager) -> Result<Option<Vec<Row>>, Failure> {
        let paging = &self.system.paging;
        loop {
            let Some(request) = pager.request()? else { return Ok(None) };
            let place = self.account.redact(&pager.place());
            let found = match self.exchange(request, (Purpose::List, &place)).await {
                Ok(body) => {
                    let rows = pager.accept(paging, body).map_err(|found| found.at(&place))?;
                    // The same for all rows.
                    let layout = layout::of_all(record);
                    return Ok(Some(rows.into_iter().map(|raw| self.row(&layout, raw)).collect()));
                }
                Err(found) => found,
            };
            let Failure::Unreadable { message, text } = &found else { return Err(found) };
            // One record must not take those with it that share its page.
            if pager.shrink(paging) {
                continue;
            }
            let Some(text) = text.as_ref().filter(|text| pager.skip(paging, text)) else {
                return Err(found);
            };
            let key = broken::key_of_row(text, paging.rows(), record);
            return Ok(Some(vec![self.broken_row(record, key.as_deref(), message.clone())]));
        }
    }

    /// A record of which only the key is known, if that.
    pub(super) fn broken_row(&self, record: &RecordType, key: Option<&str>, why: String) -> Row {
        let mut raw = Record::new();
        if let (Some(key), Some(field)) = (key, record.field(&Path::field(record.key.as_str()))) {
            field.read_at.write(&mut raw, Value::text(key));
        }
        let raw = json::to_json(&Value::Record(raw));
        let value = response::canonical(&self.system, record, &raw);
        let raw = if key.is_some() { raw } else { Json::from(why.as_str()) };
        Row {
            value,
            raw,
            gone: Vec::new(),
            shown: Vec::new(),
            absent: Vec::new(),
            unreadable: Some(Path::default()),
            broken: Some(why),
        }
    }
}
