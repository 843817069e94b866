//! How many rows a page is asked for: as the system file says, and fewer where such a page cannot be read.
//!
//! Owns the query parameter of the size and what a URL looks like with another one. Knows no answer.

use super::request::with_query;
use crate::language::plan::{Call, Constant, Paging, Template, TemplatePart};
use crate::value::Value;

/// Rows of one list that are left out because no page with them can be read.
const SKIPS_MAX: usize = 10;

/// Rows of a page from which on one row more is little.
const LARGE: usize = 10;

/// The size of the pages of one list.
#[derive(Default)]
pub(super) struct PageSize {
    /// The query parameter, where there are pages.
    name: Option<String>,
    /// Rows that are asked for; `None` where nobody can tell.
    full: Option<usize>,
    /// Rows that are asked for since a larger page could not be read.
    fewer: Option<usize>,
    /// Rows that were left out.
    skips: usize,
}

impl PageSize {
    /// As the call asks for it, or else the system; the URL with it.
    pub(super) fn of(paging: &Paging, call: &Call, url: &str) -> (Self, String) {
        let Some((name, rows)) = paging.size() else { return (Self::default(), url.to_owned()) };
        let own = call.query.iter().find(|(known, _)| known == name).map(|(_, value)| own_size(value));
        let in_body = || call.body.iter().find(|(path, _)| path.to_string() == name).map(|(_, value)| size_in(value));
        let own = own.or_else(in_body);
        let full = own.unwrap_or(Some(rows)).and_then(|rows| usize::try_from(rows).ok());
        let url = if own.is_none() { with_query(url, name, &rows.to_string()) } else { url.to_owned() };
        (Self { name: Some(name.to_owned()), full, ..Self::default() }, url)
    }

    /// Rows that are asked for at once.
    pub(super) fn rows(&self) -> Option<usize> {
        self.fewer.or(self.full)
    }

    /// The URL of a page with this size.
    pub(super) fn on(&self, url: &str) -> String {
        match (&self.name, self.fewer) {
            (Some(name), Some(rows)) => with_value(url, name, rows),
            _ => url.to_owned(),
        }
    }

    /// Whether so many rows are as many as were asked for.
    pub(super) fn is_full(&self, rows: usize) -> bool {
        rows > 0 && self.rows().is_some_and(|page| rows >= page)
    }

    /// One row less from now on. False: there is nothing smaller.
    pub(super) fn take_one_less(&mut self) -> bool {
        let less = self.rows().filter(|rows| *rows > 1 && self.name.is_some()).map(|rows| rows - 1);
        self.fewer = less.or(self.fewer);
        less.is_some()
    }

    /// Half as many rows from now on. False: there is nothing smaller.
    pub(super) fn shrink(&mut self) -> bool {
        let smaller = self.rows().filter(|rows| *rows > 1 && self.name.is_some()).map(|rows| rows / 2);
        self.fewer = smaller.or(self.fewer);
        smaller.is_some()
    }

    /// The largest smaller size in which pages are so many rows long that one of them begins after these.
    pub(super) fn shrink_after(&mut self, rows_seen: usize) -> Option<usize> {
        let now = self.rows().filter(|_| self.name.is_some())?;
        let smaller = (1..=now / 2).rev().find(|size| rows_seen.is_multiple_of(*size))?;
        self.fewer = Some(smaller);
        self.fewer
    }

    /// One row from now on, where pages have a size.
    pub(super) fn take_one(&mut self) {
        self.fewer = self.name.as_ref().map(|_| 1);
    }

    /// Twice as many again, where a page of that size begins after these rows. `None`: it stays as it is.
    pub(super) fn grow_after(&mut self, rows_seen: usize) -> Option<usize> {
        let before = self.fewer?;
        let larger = self.full.map_or(before, |full| before.saturating_mul(2).min(full));
        self.fewer = Some(larger).filter(|larger| *larger > before && rows_seen.is_multiple_of(*larger)).or(self.fewer);
        self.fewer.filter(|now| *now > before)
    }

    /// Whether pages have the size that the system file asks for, and are so large that a row more is little.
    pub(super) fn is_large(&self) -> bool {
        self.fewer.is_none() && self.full.is_some_and(|rows| rows >= LARGE)
    }

    /// The parameter, other than those of the call itself, that holds the page's number, and the number of the first
    /// page.
    pub(super) fn number_in(&self, url: &str, asked: &str, rows_seen: usize) -> Option<(String, usize)> {
        let size = self.rows().filter(|size| rows_seen > 0 && rows_seen.is_multiple_of(*size))?;
        let pages = rows_seen.checked_div(size)?;
        let is_own = |name: &str| self.name.as_deref() == Some(name) || pairs(asked).any(|(own, _)| own == name);
        let first = |(name, value): (&str, &str)| {
            let is_number = name.to_lowercase().contains("page") || name == "p";
            let first = value.parse::<usize>().ok()?.checked_sub(pages)?;
            (is_number && !is_own(name) && first <= 1).then(|| (name.to_owned(), first))
        };
        pairs(url).find_map(first)
    }

    /// Twice as many again, up to what the system file says.
    pub(super) fn grow(&mut self) {
        self.fewer =
            self.fewer.map(|rows| rows.saturating_mul(2)).map(|rows| self.full.map_or(rows, |full| rows.min(full)));
    }

    /// Leave to leave out the one row that a page holds.
    pub(super) fn skip(&mut self) -> bool {
        let may = self.fewer == Some(1) || self.full == Some(1);
        self.skips += usize::from(may);
        may && self.skips <= SKIPS_MAX
    }

    /// The parameter, other than those of the call itself, that holds the number of the page's first row.
    pub(super) fn offset_in(&self, url: &str, asked: &str, rows_seen: usize) -> Option<String> {
        // On the second page of two rows the number of the page is that of its first row, too.
        let other = |name: &str| self.name.as_deref() == Some(name) || name.contains("page");
        let known = |name: &str| other(name) || pairs(asked).any(|(own, _)| own == name);
        let number = rows_seen.to_string();
        let mut found = pairs(url).filter(|(name, value)| *value == number && !known(name)).map(|(name, _)| name);
        found.next().filter(|_| rows_seen > 0).map(str::to_owned)
    }
}

/// The URL with another value of a query parameter.
pub(super) fn with_value(url: &str, name: &str, value: usize) -> String {
    if !pairs(url).any(|(own, _)| own == name) {
        return with_query(url, name, &value.to_string());
    }
    let (path, query) = url.split_once('?').unwrap_or((url, ""));
    let set = |pair: &str| match pair.split_once('=') {
        Some((own, _)) if own == name => format!("{name}={value}"),
        _ => pair.to_owned(),
    };
    format!("{path}?{}", query.split('&').map(set).collect::<Vec<_>>().join("&"))
}

fn pairs(url: &str) -> impl Iterator<Item = (&str, &str)> {
    let query = url.split_once('?').map_or("", |(_, query)| query);
    query.split('&').filter_map(|pair| pair.split_once('='))
}

/// The page size that a call's own body asks for, where it is written out.
fn size_in(value: &Constant) -> Option<u32> {
    match value {
        Constant::Plain(Value::Integer(rows)) => u32::try_from(*rows).ok(),
        Constant::Text(template) => own_size(template),
        Constant::Plain(_) | Constant::List(_) => None,
    }
}

/// The page size that a call's own query asks for, where it is written out.
fn own_size(value: &Template) -> Option<u32> {
    match value.0.as_slice() {
        [TemplatePart::Text(text)] => text.trim().parse().ok(),
        _ => None,
    }
}
