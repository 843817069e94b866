//! Walking through a list page by page.
//!
//! Finds rows and the way to the next page as the system file says; refuses to walk in circles or
//! for ever. A next URL never leads to another host than the account's own.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use serde_json::Value as Json;

use super::around::Around;
use super::broken;
use super::failure::Failure;
use super::page_end::{Here, PageEnd, at_path};
use super::page_size::{PageSize, with_value};
use super::reader::Page;
use super::request::{in_body, percent_encode, with_query};
use super::response::at;
use super::row::Row;
use crate::language::plan::{Call, Mark, PageStyle, Paging, RecordType};
use crate::value::{Kind, digest};
use crate::world::Request;

/// Pages after which a list is given up.
pub const PAGES_MAX: usize = 10_000;

/// Pages without a row, one after the other, after which a list is given up.
const EMPTY_MAX: usize = 100;

/// A place in a list.
pub struct Pager {
    /// How the list comes.
    pub(super) paging: Arc<Paging>,
    /// The call without page parameters.
    base: Request,
    /// The next page; `None` at the end.
    next: Option<String>,
    rows_seen: usize,
    pages_seen: usize,
    /// How many rows are asked for at once.
    size: PageSize,
    /// What was learned of where the list ends.
    end: PageEnd,
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
    /// Marks of pages, to notice one that comes again.
    marks: BTreeSet<String>,
    /// How many pages without a row came last.
    empty: usize,
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
    pub(super) fn new(paging: Arc<Paging>, call: &Call, base: Request) -> Self {
        let (size, url) = PageSize::of(&paging, call, &base.url);
        let base = Request { url, ..base };
        let first = match &paging.style {
            PageStyle::Page { page, first, .. } => {
                with_value(&base.url, page, usize::try_from(*first).unwrap_or_default())
            }
            _ => base.url.clone(),
        };
        let (rows_seen, pages_seen, end, count, count_moved) = Default::default();
        let (overlap, boundary_moved, pages, marks, empty) = Default::default();
        Self {
            paging,
            base,
            next: Some(first),
            rows_seen,
            pages_seen,
            size,
            end,
            count,
            count_moved,
            overlap,
            boundary_moved,
            pages,
            marks,
            empty,
        }
    }

    /// How many pages have been read.
    pub fn pages_seen(&self) -> usize {
        self.pages_seen
    }

    /// How many rows the list has in all, if its last page said.
    pub(super) fn count(&self) -> Option<usize> {
        self.count.and_then(|count| usize::try_from(count).ok())
    }

    /// Whether rows changed their places while the list was read, as far as pages tell. Of pages by number without a
    /// count nobody can tell, so they count as moved.
    pub(super) fn moved(&self) -> bool {
        let is_numbered = matches!(self.paging.style, PageStyle::Page { .. });
        let untold = is_numbered && self.paging.count.is_none() && self.pages_seen > 1;
        self.count_moved || self.boundary_moved || untold || self.end.broke_off()
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
        let request = Request { url: self.size.on(url), ..self.base.clone() };
        // Numbers that petiole counts itself are numbers; marks are the texts that the peer gave.
        let is_mark = matches!(self.paging.style, PageStyle::Cursor { .. });
        let by = self.paging.turns_by().map(|name| (name, if is_mark { Kind::Text } else { Kind::Integer }));
        let size = self.paging.size().map(|(name, _)| (name, Kind::Integer));
        in_body(request, &size.into_iter().chain(by).collect::<Vec<_>>()).map(Some)
    }

    /// Whether this refusal of the next page says that there is none.
    pub(super) fn ends_with(&mut self, found: &Failure) -> bool {
        let ends = self.end.is_refused_behind_last(&self.paging, found);
        if ends {
            self.next = None;
        }
        ends
    }

    /// What a refusal of a page that nobody promised may mean beside what it says.
    pub(super) fn explained(&self, found: Failure) -> Failure {
        self.end.explained(&self.paging, found)
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
    pub(super) fn shrink(&mut self) -> bool {
        if let Some((_, url)) = self.overlap.take() {
            self.next = Some(url);
        }
        if self.knows_row() {
            return self.size.shrink();
        }
        // Pages of a number begin at a row that smaller ones begin at, too, where their size goes into it.
        let Some((name, first)) = self.number() else { return false };
        let smaller = self.size.shrink_after(self.rows_seen);
        smaller.is_some_and(|size| self.turn_to(&name, (first, size)))
    }

    /// The parameter of the next page's number, and the number of the first one.
    fn number(&self) -> Option<(String, usize)> {
        if let PageStyle::Page { page, first, .. } = &self.paging.style {
            return Some((page.clone(), usize::try_from(*first).ok()?));
        }
        if self.paging.turns_by().is_some() {
            return None;
        }
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
    pub(super) fn skip(&mut self, text: &str) -> bool {
        let Some(here) = self.next.clone().filter(|_| self.size.skip()) else { return false };
        let after = self.rows_seen.saturating_add(1);
        let told = match &self.paging.style {
            PageStyle::NextUrl { next } => broken::next_page(text, next),
            _ => None,
        };
        let by_url = self.paging.turns_by().is_none();
        let own = self.size.offset_in(&here, &self.base.url, self.rows_seen).filter(|_| by_url);
        let own = own.map(|name| (name, after));
        // Pages hold one row each now.
        let numbered = || self.number().map(|(name, first)| (name, after.saturating_add(first)));
        let own = own.or_else(numbered);
        self.next = match (&self.paging.style, told, own) {
            (PageStyle::Offset { offset, .. }, ..) => Some(with_value(&self.base.url, offset, after)),
            (_, Some(Json::String(url)), _) if !url.trim().is_empty() => Some(on_our_host(&self.base.url, url.trim())),
            (_, Some(Json::Null | Json::Bool(false) | Json::String(_)), _) => None,
            (_, _, Some((name, number))) => Some(with_value(&here, &name, number)),
            _ => return false,
        };
        self.end.told();
        self.rows_seen = after;
        self.pages_seen += 1;
        true
    }

    /// Whether the next page begins at a row that other page sizes begin at, too.
    fn knows_row(&self) -> bool {
        let url = self.next.as_deref().unwrap_or_default();
        self.rows_seen == 0
            || match &self.paging.style {
                PageStyle::Offset { .. } | PageStyle::Cursor { next: Mark::OfLastRow(_), .. } => true,
                PageStyle::Page { .. } | PageStyle::Cursor { .. } => false,
                _ => self.size.offset_in(url, &self.base.url, self.rows_seen).is_some(),
            }
    }

    /// Takes in an answer: its rows, and where the next page is. An empty answer ends the list. `None`: the same page
    /// is to be asked for again, with other words.
    ///
    /// # Errors
    /// [`Failure::Transient`] where the answer is no page, the page came before, or nobody can tell whether there is
    /// more.
    pub(super) fn accept(
        &mut self,
        record: &RecordType,
        page: Option<(Page, Vec<(String, String)>)>,
    ) -> Result<Option<Vec<Row>>, Failure> {
        let Some((page, headers)) = page else {
            self.pages_seen += 1;
            self.next = None;
            return Ok(Some(Vec::new()));
        };
        let (mut rows, body) = page.listed(&self.paging).map_err(unusable)?;
        let around = Around { body, headers };
        if self.end.doubts(&self.paging, (&around, rows.len()), &mut self.size) {
            return Ok(None);
        }
        let names: Vec<String> = rows.iter().map(|row| name(record, row)).collect();
        let overlaps = self.overlap.take().is_some_and(|(last, _)| {
            let again = names.first() == Some(&last);
            self.boundary_moved |= !again;
            self.rows_seen = self.rows_seen.saturating_sub(usize::from(!again));
            again
        });
        self.rows_seen = self.rows_seen.saturating_add(rows.len()).saturating_sub(usize::from(overlaps));
        self.next = self.after(&around, &rows)?;
        let count = self.paging.count.as_ref().and_then(|place| around.number(place));
        self.count_moved |= self.pages_seen > 0 && count != self.count;
        self.count = count;
        self.pages_seen += 1;
        self.guard(&names)?;
        if overlaps {
            rows.remove(0);
        }
        if self.knows_row() {
            self.size.grow();
        } else if let Some((name, first)) = self.number()
            && let Some(size) = self.size.grow_after(self.rows_seen)
        {
            self.turn_to(&name, (first, size));
        }
        self.overlap_by_one(names.into_iter().next_back());
        Ok(Some(rows))
    }

    /// Refuses to walk in circles. The last page needs no guard: nothing is asked after it.
    fn guard(&mut self, names: &[String]) -> Result<(), Failure> {
        self.empty = if names.is_empty() { self.empty + 1 } else { 0 };
        let Some(next) = &self.next else { return Ok(()) };
        let has_mark = matches!(self.paging.style, PageStyle::Cursor { .. });
        if has_mark && !self.marks.insert(next.clone()) {
            let message = "the peer gives the same mark of a next page again; its list cannot be read to the end";
            return Err(unusable(message.to_owned()));
        }
        if has_mark && names.is_empty() {
            // Some systems look through a part of what they have for each page.
            let message = format!("{EMPTY_MAX} pages without a row came one after the other");
            return if self.empty < EMPTY_MAX { Ok(()) } else { Err(unusable(message)) };
        }
        if !self.pages.insert(digest::of_bytes(names.join("\n").as_bytes())) {
            return Err(unusable("the peer sends the same page again; its list cannot be read to the end".to_owned()));
        }
        Ok(())
    }

    /// Where no count tells that a row left a page that was read already, the next page is to begin with the last row
    /// that came: where it does not, rows moved. Costs a row for each page and no call.
    fn overlap_by_one(&mut self, last: Option<String>) {
        let (Some(url), Some(last)) = (self.next.clone(), last) else { return };
        if self.paging.count.is_some() || self.rows_seen < 2 || !self.size.is_large() {
            return;
        }
        let offset = match &self.paging.style {
            PageStyle::Offset { offset, .. } => Some(offset.clone()),
            PageStyle::Page { .. } | PageStyle::Cursor { .. } => None,
            _ => self.size.offset_in(&url, &self.base.url, self.rows_seen),
        };
        let Some(offset) = offset else { return };
        self.next = Some(with_value(&url, &offset, self.rows_seen.saturating_sub(1)));
        self.overlap = Some((last, url));
    }

    /// Where the next page is. What a page says of it is not there at all only where the system file is wrong about
    /// it, or where a list is so short that there is nothing to say: a full page is never taken for the whole list.
    fn after(&mut self, around: &Around, rows: &[Row]) -> Result<Option<String>, Failure> {
        let paging = Arc::clone(&self.paging);
        let number = paging.turns_by().and_then(|name| value_of(self.next.as_deref()?, name)).unwrap_or_default();
        let first = if let PageStyle::Page { first, .. } = &paging.style { *first } else { 0 };
        let before = number.saturating_sub(usize::try_from(first).unwrap_or_default());
        let here = Here { around, rows, rows_seen: self.rows_seen, before, asked: self.size.rows() };
        match &paging.style {
            PageStyle::NextUrl { next } => match at(&around.body, next) {
                None => self.end.unsaid(&paging, &here, &at_path(next)).map(|()| None),
                Some(mark) => {
                    self.end.told();
                    match mark {
                        Json::String(url) if !url.trim().is_empty() => {
                            Ok(Some(on_our_host(&self.base.url, url.trim())))
                        }
                        Json::Null | Json::Bool(false) | Json::String(_) => Ok(None),
                        other => Err(unusable(format!("`{next}` holds no URL of a next page but {other}"))),
                    }
                }
            },
            PageStyle::Link => match around.next_link() {
                Some(url) => {
                    self.end.told();
                    Ok(Some(on_our_host(&self.base.url, url)))
                }
                None if around.has_links() => Ok(None),
                None => self.end.unsaid(&paging, &here, "in a `Link` header").map(|()| None),
            },
            PageStyle::Cursor { cursor, .. } => {
                let mark = self.end.mark(&paging, &here)?;
                Ok(mark.map(|mark| with_query(&self.base.url, cursor, &percent_encode(&mark))))
            }
            // Counting rows rather than adding page sizes never skips one, even if the peer gives
            // smaller pages than it was asked for. Without a mark a full page is asked on from: the
            // answer shows whether there is more, or whether the peer does not know the offset.
            PageStyle::Offset { offset, .. } => {
                let goes_on = self.end.goes_on(&paging, &here)?;
                Ok(goes_on.then(|| with_value(&self.base.url, offset, self.rows_seen)))
            }
            PageStyle::Page { page, .. } => {
                let goes_on = self.end.goes_on(&paging, &here)?;
                Ok(goes_on.then(|| with_value(&self.base.url, page, number.saturating_add(1))))
            }
            PageStyle::Whole => Ok(None),
        }
    }
}

/// What tells a row from others: its key, and all of one that has none or shares it with others.
fn name(record: &RecordType, row: &Row) -> String {
    let key = row.value.field(&record.key).to_key().filter(|_| record.grouped.is_none());
    key.unwrap_or_else(|| row.text.to_string())
}

/// The number that a query parameter holds.
fn value_of(url: &str, name: &str) -> Option<usize> {
    let (_, query) = url.split_once('?')?;
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.find(|(known, _)| *known == name).and_then(|(_, number)| number.parse().ok())
}

/// A next URL on the account's own origin stands. Another origin gets no credentials: only the
/// query is taken over, on the path that was asked.
fn on_our_host(asked: &str, given: &str) -> String {
    let origin = origin_of(asked);
    if given.starts_with('/') && !given.starts_with("//") {
        return format!("{origin}{given}");
    }
    if given.starts_with('?') {
        return format!("{}{given}", asked.split('?').next().unwrap_or(asked));
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
