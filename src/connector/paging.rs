//! Walking through a list page by page.
//!
//! Finds rows and the way to the next page as the system file says; refuses to walk in circles or
//! for ever. A next URL never leads to another host than the account's own.

use std::collections::BTreeSet;
use std::fmt;

use serde_json::Value as Json;

use super::broken;
use super::failure::Failure;
use super::page_size::{PageSize, with_value};
use super::reader::Page;
use super::request::with_query;
use super::response::at;
use super::row::Row;
use crate::language::plan::{Call, Paging, RecordType};
use crate::value::{Path, digest};
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
    /// How many rows are asked for at once.
    size: PageSize,
    /// Whether a page said, one way or the other, if there is another.
    told: bool,
    /// How many rows all pages hold, as the last one said.
    count: Option<u64>,
    /// Whether two pages said otherwise.
    count_moved: bool,
    /// What tells the last row that came from others, and the URL of the next page without it, where that is asked to
    /// begin with it.
    overlap: Option<(String, String)>,
    /// Whether a page did not begin with the row that it was to begin with.
    boundary_moved: bool,
    /// What pages held, to notice one that comes again.
    pages: BTreeSet<String>,
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
        let (size, url) = PageSize::of(paging, call, &base.url);
        let base = Request { url, ..base };
        let next = Some(base.url.clone());
        let (rows_seen, pages_seen, told, count, count_moved) = Default::default();
        let (overlap, boundary_moved, pages) = Default::default();
        Self { base, next, rows_seen, pages_seen, size, told, count, count_moved, overlap, boundary_moved, pages }
    }

    /// How many pages have been read.
    pub fn pages_seen(&self) -> usize {
        self.pages_seen
    }

    /// How many rows the list has in all, if its last page said.
    pub(super) fn count(&self) -> Option<usize> {
        self.count.and_then(|count| usize::try_from(count).ok())
    }

    /// Whether rows changed their places while the list was read, as far as pages tell.
    pub(super) fn moved(&self) -> bool {
        self.count_moved || self.boundary_moved
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
        Ok(Some(Request { url: self.size.on(url), ..self.base.clone() }))
    }

    /// Which page is to come, for a message: its number, its call, and how many rows came before.
    pub(super) fn place(&self) -> String {
        let url = self.size.on(self.next.as_deref().unwrap_or(&self.base.url));
        let call = path_of(&url);
        format!("page {} of {} {call}, after {} rows", self.pages_seen + 1, self.base.method, self.rows_seen)
    }

    /// The next page with one row, where the system file lets pages have a size.
    pub(super) fn take_one_row(&mut self) {
        self.size.take_one();
    }

    /// The same page with fewer rows, because it could not be read. False: it cannot be asked for with fewer.
    pub(super) fn shrink(&mut self, paging: &Paging) -> bool {
        if let Some((_, url)) = self.overlap.take() {
            self.next = Some(url);
        }
        if self.knows_row(paging) {
            return self.size.shrink();
        }
        // Pages of a number begin at a row that smaller ones begin at, too, where their size goes into it.
        let Some((name, first)) = self.number() else { return false };
        let smaller = self.size.shrink_after(self.rows_seen);
        smaller.is_some_and(|size| self.turn_to(&name, (first, size)))
    }

    /// The parameter of the next page's number, and the number of the first one.
    fn number(&self) -> Option<(String, usize)> {
        self.size.number_in(self.next.as_deref()?, &self.base.url, self.rows_seen)
    }

    /// The page of this size that begins after the rows that came.
    fn turn_to(&mut self, name: &str, (first, size): (usize, usize)) -> bool {
        let number = self.rows_seen.checked_div(size).map(|pages| pages.saturating_add(first));
        let url = self.next.as_deref().zip(number).map(|(url, number)| with_value(url, name, number));
        let is_known = url.is_some();
        self.next = url.or(self.next.take());
        is_known
    }

    /// Leaves out the one row that a page holds and that cannot be read. False: nobody can tell where the list goes on.
    pub(super) fn skip(&mut self, paging: &Paging, text: &str) -> bool {
        let Some(here) = self.next.clone().filter(|_| self.size.skip()) else { return false };
        let after = self.rows_seen.saturating_add(1);
        let told = match paging {
            Paging::NextUrl { next, .. } => broken::next_page(text, next),
            _ => None,
        };
        let own = self.size.offset_in(&here, &self.base.url, self.rows_seen).map(|name| (name, after));
        // Pages hold one row each now.
        let numbered = || self.number().map(|(name, first)| (name, after.saturating_add(first)));
        let own = own.or_else(numbered);
        self.next = match (paging, told, own) {
            (Paging::Offset { offset, .. }, ..) => Some(with_query(&self.base.url, offset, &after.to_string())),
            (_, Some(Json::String(url)), _) if !url.trim().is_empty() => Some(on_our_host(&self.base.url, url.trim())),
            (_, Some(Json::Null | Json::Bool(false) | Json::String(_)), _) => None,
            (_, _, Some((name, number))) => Some(with_value(&here, &name, number)),
            _ => return false,
        };
        self.told = true;
        self.rows_seen = after;
        self.pages_seen += 1;
        true
    }

    /// Whether the next page begins at a row that other page sizes begin at, too.
    fn knows_row(&self, paging: &Paging) -> bool {
        let url = self.next.as_deref().unwrap_or_default();
        self.rows_seen == 0
            || matches!(paging, Paging::Offset { .. })
            || self.size.offset_in(url, &self.base.url, self.rows_seen).is_some()
    }

    /// Takes in an answer: its rows, and where the next page is. An empty answer ends the list.
    ///
    /// # Errors
    /// [`Failure::Transient`] where the answer is no page, the page came before, or nobody can tell whether there is
    /// more.
    pub(super) fn accept(
        &mut self,
        (paging, record): (&Paging, &RecordType),
        page: Option<Page>,
    ) -> Result<Vec<Row>, Failure> {
        let Some(Page { rows, around: body }) = page else {
            self.pages_seen += 1;
            self.next = None;
            return Ok(Vec::new());
        };
        let none = || unusable(format!("the answer is no list: it has no rows at {}", paging.rows()));
        let mut rows = rows.ok_or_else(none)?;
        let names: Vec<String> = rows.iter().map(|row| name(record, row)).collect();
        let overlaps = self.overlap.take().is_some_and(|(last, _)| {
            let again = names.first() == Some(&last);
            self.boundary_moved |= !again;
            self.rows_seen = self.rows_seen.saturating_sub(usize::from(!again));
            again
        });
        self.rows_seen = self.rows_seen.saturating_add(rows.len()).saturating_sub(usize::from(overlaps));
        self.next = self.after(paging, &body, rows.len())?;
        let count = paging.count().and_then(|place| at(&body, place)).and_then(Json::as_u64);
        self.count_moved |= self.pages_seen > 0 && count != self.count;
        self.count = count;
        self.pages_seen += 1;
        // The last page needs no guard: nothing is asked after it.
        if self.next.is_some() && !self.pages.insert(digest::of_bytes(names.join("\n").as_bytes())) {
            return Err(unusable("the peer sends the same page again; its list cannot be read to the end".to_owned()));
        }
        if overlaps {
            rows.remove(0);
        }
        if self.knows_row(paging) {
            self.size.grow();
        } else if let Some((name, first)) = self.number()
            && let Some(size) = self.size.grow_after(self.rows_seen)
        {
            self.turn_to(&name, (first, size));
        }
        self.overlap_by_one(paging, names.into_iter().next_back());
        Ok(rows)
    }

    /// Where no count tells that a row left a page that was read already, the next page is to begin with the last row
    /// that came: where it does not, rows moved. Costs a row for each page and no call.
    fn overlap_by_one(&mut self, paging: &Paging, last: Option<String>) {
        let (Some(url), Some(last)) = (self.next.clone(), last) else { return };
        if paging.count().is_some() || self.rows_seen < 2 || !self.size.is_large() {
            return;
        }
        let offset = match paging {
            Paging::Offset { offset, .. } => Some(offset.clone()),
            _ => self.size.offset_in(&url, &self.base.url, self.rows_seen),
        };
        let Some(offset) = offset else { return };
        self.next = Some(with_value(&url, &offset, self.rows_seen.saturating_sub(1)));
        self.overlap = Some((last, url));
    }

    /// Where the next page is. What a page says of it is not there at all only where the system file is wrong about
    /// it, or where a list is so short that there is nothing to say: a full page is never taken for the whole list.
    fn after(&mut self, paging: &Paging, body: &Json, rows: usize) -> Result<Option<String>, Failure> {
        let is_full = rows > 0 && self.size.rows().is_some_and(|page| rows >= page);
        match paging {
            Paging::NextUrl { next, .. } => match at(body, next) {
                None if is_full && !self.told => Err(cut(rows, next)),
                None => Ok(None),
                Some(mark) => {
                    self.told = true;
                    match mark {
                        Json::String(url) if !url.trim().is_empty() => {
                            Ok(Some(on_our_host(&self.base.url, url.trim())))
                        }
                        Json::Null | Json::Bool(false) | Json::String(_) => Ok(None),
                        other => Err(unusable(format!("`{next}` holds no URL of a next page but {other}"))),
                    }
                }
            },
            // Counting rows rather than adding page sizes never skips one, even if the peer gives
            // smaller pages than it was asked for. Without a mark a full page is asked on from: the
            // answer shows whether there is more, or whether the peer does not know the offset.
            Paging::Offset { more, offset, .. } => {
                let mark = at(body, more);
                let goes_on = mark.map_or(is_full && !self.told, says_more);
                self.told |= mark.is_some();
                Ok((rows > 0 && goes_on).then(|| with_query(&self.base.url, offset, &self.rows_seen.to_string())))
            }
            Paging::Whole { .. } => Ok(None),
        }
    }
}

/// What tells a row from others: its key, and all of one that has none or shares it with others.
fn name(record: &RecordType, row: &Row) -> String {
    let key = row.value.field(&record.key).to_key().filter(|_| record.grouped.is_none());
    key.unwrap_or_else(|| row.text.to_string())
}

fn cut(rows: usize, next: &Path) -> Failure {
    unusable(format!(
        "a full page of {rows} rows says nothing of a next page at `{next}`, so the rest of the list cannot be read; \
         correct `paging` in the system file (`style: whole` where every list comes in one answer)"
    ))
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

/// A URL without its origin.
pub(super) fn path_of(url: &str) -> &str {
    url.get(origin_of(url).len()..).unwrap_or_default()
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
