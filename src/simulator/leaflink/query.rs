//! Query parameters: filters, field selection, limit and offset.

use jiff::Timestamp;
use serde_json::{Value as Json, json};

use super::Refusal;
use super::company::Company;
use crate::world::Request;

/// Rows of a page where nothing is asked for.
const LIMIT: usize = 50;

/// The most rows of a page.
const LIMIT_MAX: usize = 100;

/// Letters of `2026-01-06`.
const DAY_LENGTH: usize = 10;

/// Fields that are compared as instants.
const TIMES: [&str; 5] = ["modified", "created_on", "last_edit", "ship_date", "batch_date"];

/// A request's query.
#[derive(Clone)]
pub(super) struct Query {
    pairs: Vec<(String, String)>,
    base: String,
    whole: bool,
}

impl Query {
    pub(super) fn new(request: &Request, query: &str) -> Self {
        let pairs = query
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
            .map(|(name, value)| (decode(name), decode(value)))
            .collect();
        let host = request.header("Host").unwrap_or("localhost");
        let path = request.url.split('?').next().unwrap_or_default();
        Self { pairs, base: format!("http://{host}{path}"), whole: false }
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.pairs
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    }

    /// A comma list; `None` where the parameter is not there.
    pub(super) fn list(&self, name: &str) -> Option<Vec<&str>> {
        self.get(name).map(|value| value.split(',').map(str::trim).collect())
    }

    /// A filter that is true or false; anything else filters nothing.
    pub(super) fn truth(&self, name: &str) -> Option<bool> {
        match self.get(name)?.to_lowercase().as_str() {
            "true" | "1" => Some(true),
            "false" | "0" => Some(false),
            _ => None,
        }
    }

    /// Whether the filters that name a company name this one.
    pub(super) fn for_company(&self, company: &Company) -> bool {
        let id = company.id.to_string();
        ["company", "company__in"].iter().all(|name| self.list(name).is_none_or(|list| list.contains(&id.as_str())))
            && self.get("company_slug").is_none_or(|slug| slug == company.slug)
    }

    /// Refuses bounds of time that are none.
    pub(super) fn check(&self) -> Result<(), Refusal> {
        let bound = |name: &str| {
            name.split_once("__gt").or_else(|| name.split_once("__lt")).is_some_and(|(what, end)| {
                matches!(end, "" | "e")
                    && TIMES.iter().any(|time| what == *time || what.ends_with(&format!("__{time}")))
            })
        };
        let wrong: serde_json::Map<String, Json> = self
            .pairs
            .iter()
            .filter(|(name, value)| !value.is_empty() && bound(name) && instant(value).is_none())
            .map(|(name, _)| (name.clone(), json!(["Enter a valid date/time."])))
            .collect();
        if wrong.is_empty() { Ok(()) } else { Err(Refusal::new(400, Json::Object(wrong))) }
    }

    /// Whether an instant passes the `name__gte`, `__gt`, `__lte` and `__lt` filters.
    pub(super) fn spans(&self, name: &str, at: Timestamp) -> bool {
        let bound = |suffix: &str| self.get(&format!("{name}__{suffix}")).and_then(instant);
        bound("gte").is_none_or(|from| at >= from)
            && bound("gt").is_none_or(|from| at > from)
            && bound("lte").is_none_or(|to| at <= to)
            && bound("lt").is_none_or(|to| at < to)
    }

    pub(super) fn includes(&self, child: &str) -> bool {
        self.list("include_children").is_some_and(|children| children.contains(&child))
    }

    /// The same without pages.
    pub(super) fn whole(&self) -> Self {
        Self { whole: true, ..self.clone() }
    }

    /// The asked-for page in its envelope.
    pub(super) fn page(&self, rows: Vec<Json>) -> Json {
        let number = |name: &str| self.get(name).and_then(|value| value.parse::<usize>().ok());
        let limit = number("limit").unwrap_or(LIMIT).clamp(1, LIMIT_MAX);
        let offset = number("offset").unwrap_or(0);
        let count = rows.len();
        if self.whole {
            return json!({ "results": rows });
        }
        let results: Vec<Json> = rows.into_iter().skip(offset).take(limit).map(|row| self.select(row)).collect();
        let next = (offset + limit < count).then(|| self.link(limit, offset + limit));
        let previous = (offset > 0).then(|| self.link(limit, offset.saturating_sub(limit)));
        json!({ "count": count, "next": next, "previous": previous, "results": results })
    }

    fn link(&self, limit: usize, offset: usize) -> String {
        let kept = self.pairs.iter().filter(|(name, _)| name != "limit" && name != "offset");
        let kept: String = kept.map(|(name, value)| format!("&{name}={}", encode(value))).collect();
        format!("{}?limit={limit}&offset={offset}{kept}", self.base)
    }

    /// `fields_include` and `fields_exclude`.
    pub(super) fn select(&self, row: Json) -> Json {
        let Json::Object(mut fields) = row else { return row };
        if let Some(kept) = self.list("fields_include") {
            fields.retain(|name, _| kept.contains(&name.as_str()));
        }
        for name in self.list("fields_exclude").unwrap_or_default() {
            fields.remove(name);
        }
        Json::Object(fields)
    }
}

/// An instant or a day, whole: an offset whose `+` arrived as a blank is none.
fn instant(text: &str) -> Option<Timestamp> {
    let day = text.trim().len() == DAY_LENGTH;
    let spelled = day || text.parse::<Timestamp>().is_ok() || text.parse::<jiff::civil::DateTime>().is_ok();
    crate::value::timestamp::parse(text).filter(|_| spelled)
}

fn decode(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        let pair = behind
            .get(..2)
            .and_then(|pair| std::str::from_utf8(pair).ok())
            .and_then(|pair| u8::from_str_radix(pair, 16).ok());
        match (first, pair) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = behind.get(2..).unwrap_or_default();
            }
            (b'+', _) => {
                bytes.push(b' ');
                rest = behind;
            }
            _ => {
                bytes.push(*first);
                rest = behind;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn encode(text: &str) -> String {
    text.bytes()
        .map(|byte| {
            if byte.is_ascii_alphanumeric() || b"-_.~,".contains(&byte) {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect()
}
