//! How a list comes in pages, as a system file says it: how the next one is asked for, and what is trusted to say that
//! there is none.
//!
//! Pure data for the connector, which walks, and for the peer, which serves pages. Knows no answer.

use crate::value::Path;

/// How a list comes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paging {
    /// Where the rows of an answer stand; empty: the answer is the list.
    pub rows: Path,
    /// Whether an answer that has no rows may leave out that place.
    pub may_lack_rows: bool,
    /// The parameter that asks for a page size, and the size.
    pub size: Option<(String, u32)>,
    /// Where the number of rows on all pages stands, if the peer says it.
    pub count: Option<Place>,
    /// How a next page is asked for.
    pub style: PageStyle,
}

/// How a next page is asked for. Parameters stand in the query, and in the body of a list that is asked for by POST.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PageStyle {
    /// The body names the next page's URL, or null.
    NextUrl {
        /// Where it stands.
        next: Path,
    },
    /// The `Link` header names the next page's URL (`rel="next"`); there is none without it.
    Link,
    /// Pages by the number of rows before them.
    Offset {
        /// The parameter of that number.
        offset: String,
        /// Where something non-empty stands while there is more.
        more: Option<Path>,
        /// Whether a page that is shorter than others is trusted to be the last.
        short: bool,
    },
    /// Pages by their number.
    Page {
        /// The parameter of the number.
        page: String,
        /// The number of the first page.
        first: u32,
        /// Where something non-empty stands while there is more.
        more: Option<Path>,
        /// Where the number of all pages stands.
        pages: Option<Place>,
        /// Whether a page that is shorter than others is trusted to be the last.
        short: bool,
        /// The status that answers a page behind the last.
        beyond: Option<u16>,
    },
    /// Pages by a mark that the page before gives.
    Cursor {
        /// The parameter of the mark.
        cursor: String,
        /// Where the mark comes from.
        next: Mark,
        /// Where something non-empty stands while there is more.
        more: Option<Path>,
        /// Whether a page that is shorter than others is trusted to be the last.
        short: bool,
    },
    /// Every list comes in one answer.
    Whole,
}

/// Where the mark of the next page comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mark {
    /// The answer says it here.
    Said(Place),
    /// It is this field of the last row.
    OfLastRow(Path),
}

/// Where an answer says something beside its rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// In its body.
    Body(Path),
    /// In one of its headers.
    Header(String),
}

impl Paging {
    /// Parameter and value that ask for a page size, where there are pages.
    pub fn size(&self) -> Option<(&str, u32)> {
        self.size.as_ref().map(|(name, rows)| (name.as_str(), *rows))
    }

    /// The parameter that says which page is asked for; none where its URL says it.
    pub fn turns_by(&self) -> Option<&str> {
        match &self.style {
            PageStyle::Offset { offset, .. } => Some(offset),
            PageStyle::Page { page, .. } => Some(page),
            PageStyle::Cursor { cursor, .. } => Some(cursor),
            PageStyle::NextUrl { .. } | PageStyle::Link | PageStyle::Whole => None,
        }
    }

    /// Whether a page that is shorter than others is trusted to be the last.
    pub fn ends_short(&self) -> bool {
        match &self.style {
            PageStyle::Offset { short, .. } | PageStyle::Page { short, .. } | PageStyle::Cursor { short, .. } => *short,
            PageStyle::NextUrl { .. } | PageStyle::Link | PageStyle::Whole => false,
        }
    }

    /// Where something non-empty stands while there is more.
    pub fn more(&self) -> Option<&Path> {
        match &self.style {
            PageStyle::Offset { more, .. } | PageStyle::Page { more, .. } | PageStyle::Cursor { more, .. } => {
                more.as_ref()
            }
            PageStyle::NextUrl { .. } | PageStyle::Link | PageStyle::Whole => None,
        }
    }
}

impl Place {
    /// A path into the body, or `header NAME`.
    pub fn parse(text: &str) -> Option<Self> {
        match text.strip_prefix("header ") {
            Some(name) => Some(Self::Header(name.trim().to_owned())).filter(|_| !name.trim().is_empty()),
            None => Path::parse(text).map(Self::Body),
        }
    }
}
