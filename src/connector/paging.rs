//! Walking through a list page by page.
//!
//! Finds rows and the way to the next page as the system file says; refuses to walk in circles or
//! for ever. A next URL never leads to another host than the account's own.

use std::collections::BTreeSet;
use std::fmt;

use serde_json::Value as Json;

use super::failure::Failure;
use super::request::with_query;
use super::response::at;
use crate::language::plan::{Call, Paging};
use crate::value::{Path, digest, json};
use crate::world::Request;

/// Pages after which a list is given up.
pub const PAGES_MAX: usize = 10_000;

/// A place in a list.
pub struct Pager {
    /// The call without page parameters.
    base: Request,
    /// The next page; `None` at the end.
    next: Option<String>,
    rows_seen: usize,
    pages_seen: usize,
    /// What pages held, to notice one that comes again.
    digests: BTreeSet<String>,
}

impl fmt::Debug for Pager {
    /// Without URLs and headers, which may hold secrets.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Pager")
            .field("pages_seen", &self.pages_seen)
            .field("rows_seen", &self.rows_seen)
            .finish_non_exhaustive()
    }
}

impl Pager {
    /// At the first page of what this request lists.
    pub(super) fn new(paging: &Paging, call: &Call, base: Request) -> Self {
        let (Paging::NextUrl { size, .. } | Paging::Offset { size, .. }) = paging;
        let mut base = base;
        if !call.query.iter().any(|(name, _)| *name == size.0) {
            base.url = with_query(&base.url, &size.0, &size.1.to_string());
        }
        let next = Some(base.url.clone());
        Self { base, next, rows_seen: 0, pages_seen: 0, digests: BTreeSet::new() }
    }

    /// How many pages have been read.
    pub fn pages_seen(&self) -> usize {
        self.pages_seen
    }

    /// The request for the next page; `None` at the end.
    ///
    /// # Errors
    /// [`Failure::Transient`] beyond [`PAGES_MAX`].
    pub(super) fn request(&self) -> Result<Option<Request>, Failure> {
        let Some(url) = &self.next else { return Ok(None) };
        if self.pages_seen >= PAGES_MAX {
            return Err(unusable(format!("the list has more than {PAGES_MAX} pages")));
        }
        Ok(Some(Request { url: url.clone(), ..self.base.clone() }))
    }

    /// Takes in an answer: its rows, and where the next page is. An empty answer ends the list.
    ///
    /// # Errors
    /// [`Failure::Transient`] where the answer is no page or the page came before.
    pub(super) fn accept(&mut self, paging: &Paging, body: Option<Json>) -> Result<Vec<Json>, Failure> {
        self.pages_seen += 1;
        let Some(body) = body else {
            self.next = None;
            return Ok(Vec::new());
        };
        let (Paging::NextUrl { rows: place, .. } | Paging::Offset { rows: place, .. }) = paging;
        let (rows, bare) = rows_of(&body, place)?;
        self.rows_seen += rows.len();
        self.next = if bare { None } else { self.after(paging, &body, rows.len()) };
        // The last page needs no guard: nothing is asked after it.
        if self.next.is_some() && !self.digests.insert(digest::of_value(&json::from_json(&Json::Array(rows.clone())))) {
            return Err(unusable("the peer sends the same page again; its list cannot be read to the end".to_owned()));
        }
        Ok(rows)
    }

    fn after(&self, paging: &Paging, body: &Json, rows: usize) -> Option<String> {
        match paging {
            Paging::NextUrl { next, .. } => {
                let given = at(body, next)?.as_str().filter(|url| !url.trim().is_empty())?;
                Some(on_our_host(&self.base.url, given.trim()))
            }
            // Counting rows rather than adding page sizes never skips one, even if the peer gives
            // smaller pages than it was asked for.
            Paging::Offset { more, offset, .. } => (rows > 0 && at(body, more).is_some_and(says_more))
                .then(|| with_query(&self.base.url, offset, &self.rows_seen.to_string())),
        }
    }
}

/// The rows, and whether the answer was nothing but them.
fn rows_of(body: &Json, place: &Path) -> Result<(Vec<Json>, bool), Failure> {
    match body {
        Json::Array(items) => Ok((items.clone(), true)),
        _ => match at(body, place) {
            Some(Json::Array(items)) => Ok((items.clone(), false)),
            Some(Json::Null) => Ok((Vec::new(), false)),
            _ => Err(unusable(format!("the answer is no list: it has no rows at {place}"))),
        },
    }
}

fn says_more(mark: &Json) -> bool {
    match mark {
        Json::Null | Json::Bool(false) => false,
        Json::String(text) => !text.trim().is_empty(),
        _ => true,
    }
}

/// A next URL on the account's own origin stands. Another origin gets no credentials: only the
/// query is taken over, on the path that was asked.
fn on_our_host(asked: &str, given: &str) -> String {
    let origin = origin_of(asked);
    if given.starts_with('/') && !given.starts_with("//") {
        return format!("{origin}{given}");
    }
    if origin_of(given) == origin {
        return given.to_owned();
    }
    let path = asked.split('?').next().unwrap_or(asked);
    match given.split_once('?') {
        Some((_, query)) => format!("{path}?{query}"),
        None => path.to_owned(),
    }
}

fn origin_of(url: &str) -> &str {
    let after_scheme = url.find("://").map_or(0, |at| at + 3);
    let rest = url.get(after_scheme..).unwrap_or_default();
    let end = rest.find(['/', '?', '#', '\\']).map_or(url.len(), |at| after_scheme + at);
    url.get(..end).unwrap_or(url)
}

fn unusable(message: String) -> Failure {
    Failure::unusable(message, None, false)
}
