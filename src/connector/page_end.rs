//! Where a list ends: what the answers said of it, and what is trusted where they say nothing.
//!
//! Pure. A full page is never taken for the last one because nothing is said of the next: the answer shows it, the next
//! page shows it, or it is a failure. How a next page is asked for is for `paging`.

use serde_json::Value as Json;

use super::around::Around;
use super::failure::Failure;
use super::page_size::PageSize;
use super::response::at;
use super::row::Row;
use crate::language::plan::{Mark, PageStyle, Paging, Place};
use crate::value::Path;

/// Statuses with which systems refuse a page behind their last one.
const BEHIND: [u16; 4] = [400, 404, 416, 422];

/// The fewest rows from which on a power of two may be all that a system gives in one page.
const POWER_MIN: usize = 16;

/// The step of the numbers of rows that may be all that a system gives in one page.
const ROUND: usize = 5;

/// What was learned of where a list ends.
#[derive(Debug, Default)]
pub(super) struct PageEnd {
    /// Whether a page said, one way or the other, if there is another.
    told: bool,
    /// Whether the first page was asked for again, because it was full and said nothing.
    doubted: bool,
    /// The rows of the first page, which may be fewer than were asked for: then no page has more.
    held: Option<usize>,
    /// Whether the page before held fewer rows than were asked for.
    is_short: bool,
    /// Whether the page before said itself that there is another.
    promised: bool,
    /// Whether pages ended before what they promised.
    broke_off: bool,
}

/// A page that has come.
pub(super) struct Here<'a> {
    /// What stands around its rows.
    pub(super) around: &'a Around,
    /// Its rows.
    pub(super) rows: &'a [Row],
    /// The rows of all pages so far, its own among them.
    pub(super) rows_seen: usize,
    /// How many pages of its size stand before it.
    pub(super) before: usize,
    /// How many rows were asked for.
    pub(super) asked: Option<usize>,
}

impl Here<'_> {
    fn is_full(&self) -> bool {
        !self.rows.is_empty() && self.asked.is_some_and(|asked| self.rows.len() >= asked)
    }

    /// Whether the number of all rows says that these are all.
    fn are_all(&self, paging: &Paging) -> bool {
        let count = paging.count.as_ref().and_then(|place| self.around.number(place));
        count.is_some_and(|count| u64::try_from(self.rows_seen).is_ok_and(|seen| seen >= count))
    }
}

impl PageEnd {
    /// Something said whether there is a next page.
    pub(super) fn told(&mut self) {
        self.told = true;
    }

    /// Whether pages ended before what they promised.
    pub(super) fn broke_off(&self) -> bool {
        self.broke_off
    }

    /// What of a next page's address is not there at all; a full page fails.
    ///
    /// # Errors
    /// [`Failure::Transient`] of a full page.
    pub(super) fn unsaid(&self, paging: &Paging, here: &Here<'_>, place: &str) -> Result<(), Failure> {
        let is_cut = here.is_full() && !self.told && !here.are_all(paging);
        if is_cut { Err(cut(here.rows.len(), place)) } else { Ok(()) }
    }

    /// Whether a full first page that says nothing of a next one is to be asked for with a row less: a system that
    /// leaves out the mark of a next page on the last one says it then, if it ever does.
    pub(super) fn doubts(&mut self, paging: &Paging, (around, rows): (&Around, usize), size: &mut PageSize) -> bool {
        let is_silent = match &paging.style {
            PageStyle::Link => !around.has_links(),
            PageStyle::Cursor { next: Mark::Said(place), more, .. } => {
                around.said(place).is_none() && more.as_ref().and_then(|more| at(&around.body, more)).is_none()
            }
            _ => false,
        };
        let is_open = is_silent && !self.told && !self.doubted && paging.count.is_none() && size.is_full(rows);
        self.doubted |= is_open;
        is_open && size.take_one_less()
    }

    /// Whether there is more behind a page, where no address of a next page says it.
    ///
    /// # Errors
    /// [`Failure::Transient`] where what should say it is not there.
    pub(super) fn goes_on(&mut self, paging: &Paging, here: &Here<'_>) -> Result<bool, Failure> {
        let rows = here.rows.len();
        self.is_short = here.asked.is_some_and(|asked| rows < asked);
        if let Some(more) = paging.more() {
            let mark = at(&here.around.body, more);
            let goes_on = mark.map_or(here.is_full() && !self.told, says_more);
            self.told |= mark.is_some();
            self.promised = mark.is_some() && goes_on;
            return Ok(rows > 0 && goes_on);
        }
        let pages = if let PageStyle::Page { pages, .. } = &paging.style { pages.as_ref() } else { None };
        if let Some(place) = pages {
            return self.up_to(here, place, here.before.saturating_add(1));
        }
        if let Some(place) = &paging.count {
            return self.up_to(here, place, here.rows_seen);
        }
        let is_first = self.held.is_none();
        let most = (*self.held.get_or_insert(rows)).min(here.asked.unwrap_or(usize::MAX));
        Ok(rows > 0 && rows >= most && (!is_first || here.is_full() || is_round(rows)))
    }

    /// Whether there are more than these, by the number in a place.
    fn up_to(&mut self, here: &Here<'_>, place: &Place, seen: usize) -> Result<bool, Failure> {
        let seen = u64::try_from(seen).unwrap_or(u64::MAX);
        match here.around.number(place) {
            Some(all) => {
                self.promised = seen < all;
                self.broke_off |= here.rows.is_empty() && self.promised;
                Ok(!here.rows.is_empty() && self.promised)
            }
            None if here.rows.is_empty() => Ok(false),
            None => Err(Failure::unusable(
                format!("the answer does not say {} how much there is, so nobody can tell where it ends", at_of(place)),
                None,
                false,
            )),
        }
    }

    /// The mark of the next page; none at the end.
    ///
    /// # Errors
    /// [`Failure::Transient`] where there is more and no mark of it.
    pub(super) fn mark(&mut self, paging: &Paging, here: &Here<'_>) -> Result<Option<String>, Failure> {
        let PageStyle::Cursor { next, .. } = &paging.style else { return Ok(None) };
        match next {
            Mark::Said(place) => self.said_mark(paging, here, place),
            Mark::OfLastRow(path) => {
                let Some(last) = here.rows.last() else { return Ok(None) };
                if !self.goes_on(paging, here)? {
                    return Ok(None);
                }
                let raw = last.raw();
                let none = || unusable(format!("the last row has no `{path}`, by which the next page is asked for"));
                at(&raw, path).and_then(as_mark).map(Some).ok_or_else(none)
            }
        }
    }

    fn said_mark(&mut self, paging: &Paging, here: &Here<'_>, place: &Place) -> Result<Option<String>, Failure> {
        let more = paging.more().and_then(|path| at(&here.around.body, path)).map(says_more);
        self.told |= more.is_some();
        if more == Some(false) {
            return Ok(None);
        }
        let said = here.around.said(place);
        if let Some(mark) = said.as_ref().and_then(as_mark) {
            self.told = true;
            return Ok(Some(mark));
        }
        match said {
            _ if more == Some(true) => Err(unusable(format!("there is more, and no mark of it {}", at_of(place)))),
            None => self.unsaid(paging, here, &at_of(place)).map(|()| None),
            Some(Json::Null | Json::Bool(false) | Json::String(_)) => {
                self.told = true;
                Ok(None)
            }
            Some(other) => Err(unusable(format!("{} stands no mark of a next page but {other}", at_of(place)))),
        }
    }

    /// Whether a refusal says that the page before was the last: where the file says so, or where that page was short.
    pub(super) fn is_refused_behind_last(&self, paging: &Paging, found: &Failure) -> bool {
        let PageStyle::Page { beyond, .. } = &paging.style else { return false };
        let Failure::Refused { status, .. } = found else { return false };
        self.may_be_behind(paging) && BEHIND.contains(status) && (*beyond == Some(*status) || self.is_short)
    }

    /// A refusal, with what it may mean where the page before was full.
    pub(super) fn explained(&self, paging: &Paging, found: Failure) -> Failure {
        match found {
            Failure::Refused { status, message, body } if BEHIND.contains(&status) && self.may_be_behind(paging) => {
                let message = format!(
                    "{message}; the page before was full, so this is not taken for the end of the list: say \
                     `beyond: {status}` under `paging` where the system answers so behind its last page"
                );
                Failure::Refused { status, message, body }
            }
            other => other,
        }
    }

    /// Whether a next page was asked for that nobody promised.
    fn may_be_behind(&self, paging: &Paging) -> bool {
        matches!(paging.style, PageStyle::Page { .. }) && self.held.is_some() && !self.promised
    }
}

/// What stands there as the mark of a page.
fn as_mark(said: &Json) -> Option<String> {
    match said {
        Json::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        Json::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// Whether so many rows may be all that a system gives in one page, however many it is asked for.
fn is_round(rows: usize) -> bool {
    rows.is_multiple_of(ROUND) || (rows >= POWER_MIN && rows.is_power_of_two())
}

fn says_more(mark: &Json) -> bool {
    match mark {
        Json::Null | Json::Bool(false) => false,
        Json::String(text) => !text.trim().is_empty(),
        _ => true,
    }
}

fn at_of(place: &Place) -> String {
    match place {
        Place::Body(path) => at_path(path),
        Place::Header(name) => format!("in the header `{name}`"),
    }
}

/// A place of the body, for a message.
pub(super) fn at_path(path: &Path) -> String {
    format!("at `{path}`")
}

fn cut(rows: usize, place: &str) -> Failure {
    unusable(format!(
        "a full page of {rows} rows says nothing of a next page {place}, so the rest of the list cannot be read; \
         correct `paging` in the system file (`style: whole` where every list comes in one answer)"
    ))
}

fn unusable(message: String) -> Failure {
    Failure::unusable(message, None, false)
}
