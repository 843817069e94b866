//! How a list of the document comes: where its rows stand, and how a next page is asked for.

use serde_yaml::Value as Yaml;

use super::call::Call;
use super::document::{Document, word};
use super::guess;

/// How a list comes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Paging {
    /// The keys of `paging:` with what they say, in order.
    pub(super) keys: Vec<(&'static str, String)>,
    /// What no word was found for, for a person.
    pub(super) remark: Option<String>,
}

impl Paging {
    /// A list that comes whole, as far as anybody can tell.
    pub(super) fn whole(remark: Option<String>) -> Self {
        Self { keys: vec![("style", "whole".to_owned())], remark }
    }
}

/// The schema of a row of a list, and how the list comes.
pub(super) fn of<'d>(document: &'d Document, call: &Call<'d>) -> (Option<&'d Yaml>, Paging) {
    let Some(answer) = call.answered(document) else {
        return (None, Paging::whole(Some("the document does not say what this list answers".to_owned())));
    };
    let query = call.query(document);
    if let Some(rows) = document.schema(answer).get("items") {
        return (Some(rows), paging(None, &[], &query));
    }
    let fields = document.properties(answer);
    let is_list =
        |name: &str| fields.iter().any(|field| field.name == name && rows_of(document, field.schema).is_some());
    let own = guess::record(call.path).unwrap_or_default();
    let names: Vec<&str> = fields.iter().map(|field| field.name).collect();
    let named = names.iter().copied().filter(|name| guess::snake(name).starts_with(&own));
    let rows = guess::ROWS.into_iter().chain(named).chain(names.iter().copied()).find(|name| is_list(name));
    let Some(rows) = rows else { return (None, Paging::whole(paged(&query))) };
    let row = fields.iter().find(|field| field.name == rows).and_then(|field| rows_of(document, field.schema));
    (row, paging(Some(rows), &names, &query))
}

/// How pages go on, by the names of an answer's fields and of the parameters.
fn paging(rows: Option<&str>, fields: &[&str], query: &[&str]) -> Paging {
    let field = |names: &[&str]| names.iter().find(|name| fields.contains(*name)).map(|name| (*name).to_owned());
    let asked = |names: &[&str]| names.iter().find(|name| query.contains(*name)).map(|name| (*name).to_owned());
    let next = field(&["next", "next_url", "nextLink", "next_page_url", "nextUrl"]);
    let more = field(&["has_more", "hasMore", "more"]);
    let mark = asked(&["cursor", "page_token", "pageToken", "starting_after", "after"]);
    let marked = field(&["next_cursor", "nextCursor", "next_page_token", "nextPageToken", "cursor"]);
    let (page, offset) = (asked(&["page", "page_number", "pageNumber"]), asked(&["offset", "skip", "start"]));
    let mut keys = vec![("style", String::new())];
    keys.extend(rows.map(|rows| ("rows", rows.to_owned())));
    let is_short = |keys: &mut Vec<(&'static str, String)>, more: &Option<String>| {
        keys.push(match more {
            Some(more) => ("more", more.clone()),
            None => ("until", "short page".to_owned()),
        });
    };
    let style = match (next, mark.zip(marked), page, offset) {
        (Some(next), None, ..) => {
            keys.push(("next", next));
            "next_url"
        }
        (_, Some((mark, marked)), ..) => {
            keys.extend([("cursor", mark), ("next", marked)]);
            "cursor"
        }
        (None, None, Some(page), _) => {
            keys.push(("page", page));
            match field(&["pages", "total_pages", "totalPages", "last_page", "page_count"]) {
                Some(pages) => keys.push(("pages", pages)),
                None => is_short(&mut keys, &more),
            }
            "page"
        }
        (None, None, None, Some(offset)) => {
            keys.push(("offset", offset));
            is_short(&mut keys, &more);
            "offset"
        }
        (None, None, None, None) => {
            let mut whole = Paging::whole(paged(query));
            whole.keys.extend(rows.map(|rows| ("rows", rows.to_owned())));
            return whole;
        }
    };
    if let Some((_, said)) = keys.first_mut() {
        style.clone_into(said);
    }
    keys.extend(asked(&guess::SIZES).map(|size| ("size", format!("{size} = 100"))));
    keys.extend(field(&["count", "total", "total_count", "totalCount"]).map(|count| ("count", count)));
    Paging { keys, remark: None }
}

/// The schema of an element, where a schema is a list of records.
fn rows_of<'d>(document: &'d Document, schema: &'d Yaml) -> Option<&'d Yaml> {
    let rows = document.schema(schema).get("items")?;
    let is_record = !document.properties(rows).is_empty() || word(document.schema(rows), "type") == "object";
    is_record.then_some(rows)
}

/// That a list has parameters of pages, where how it goes on was not found.
fn paged(query: &[&str]) -> Option<String> {
    let words = ["page", "offset", "cursor", "limit", "per_page", "page_size", "after", "starting_after", "page_token"];
    let found: Vec<&str> = query.iter().copied().filter(|name| words.contains(name)).collect();
    (!found.is_empty())
        .then(|| format!("lists have the parameters {}: say under `paging:` how they go on", found.join(", ")))
}
