//! How lists come in pages: which words belong together, and whether they can tell where a list ends.

use super::resolver::Resolver;
use crate::diagnostic::{Code, Diagnostic, Span};
use crate::language::plan::{Mark, PageStyle, Paging, Place};
use crate::language::syntax::expression::Name;
use crate::language::syntax::file::system::{PagingTree, RecordTree, SystemFile, path, single};
use crate::value::{Path, Segment};

/// The styles that there are.
const STYLES: [&str; 6] = ["offset", "page", "cursor", "link", "next_url", "whole"];

/// The parameter for the number of rows where the file does not say, and how many: of the styles that always had one.
const SIZE: (&str, u32) = ("limit", 50);

/// Keys that say something only in some styles.
const OF: [(&str, &[&str]); 11] = [
    ("next", &["next_url", "cursor"]),
    ("offset", &["offset"]),
    ("page", &["page"]),
    ("first", &["page"]),
    ("pages", &["page"]),
    ("beyond", &["page"]),
    ("cursor", &["cursor"]),
    ("more", &["offset", "page", "cursor"]),
    ("until", &["offset", "page", "cursor"]),
    ("size", &["offset", "page", "cursor", "link", "next_url"]),
    ("count", &["offset", "page", "cursor", "link", "next_url"]),
];

/// Keys that say where something stands.
const PLACES: [&str; 5] = ["rows", "next", "count", "pages", "more"];

/// What ends `next: FIELD of the last row`.
const OF_LAST_ROW: &str = " of the last row";

/// What is done where the file says nothing.
pub(super) fn default_paging() -> Paging {
    let next = PageStyle::NextUrl { next: plain("next") };
    let size = Some(("limit".to_owned(), 100));
    Paging { rows: plain("results"), may_lack_rows: false, size, count: None, style: next }
}

/// Takes what `paging:` says.
pub(super) fn resolve(resolver: &mut Resolver<'_>, tree: &PagingTree) -> Paging {
    let style = tree.style.text.as_str();
    if !STYLES.contains(&style) {
        let message = format!("there is no paging style `{style}`");
        resolver.sink.unknown("unknown-value", message, (style, tree.style.span), STYLES);
        return default_paging();
    }
    idle_words(resolver, tree);
    no_paths(resolver, tree);
    let rows = tree.word("rows").text;
    let mut said = Words { resolver, tree, rows: &rows };
    let old = matches!(style, "offset" | "next_url").then(|| (SIZE.0.to_owned(), SIZE.1));
    let size = tree.size.clone().or(old).filter(|_| style != "whole");
    let count = said.place("count");
    let style = match style {
        "offset" => {
            said.must("offset");
            let (more, short) = said.end(count.is_some());
            PageStyle::Offset { offset: tree.word("offset").text, more, short }
        }
        "page" => {
            said.must("page");
            let (first, beyond) = (said.number("first"), said.number("beyond"));
            let pages = said.place("pages");
            let (more, short) = said.end(count.is_some() || pages.is_some());
            let beyond = beyond.and_then(|status| u16::try_from(status).ok());
            PageStyle::Page { page: tree.word("page").text, first: first.unwrap_or(1), more, pages, short, beyond }
        }
        "cursor" => said.cursor(count.is_some()),
        "link" => {
            said.must_tell_full(count.is_some());
            PageStyle::Link
        }
        "next_url" => {
            said.must("next");
            PageStyle::NextUrl { next: plain(&tree.word("next").text) }
        }
        _ => PageStyle::Whole,
    };
    let may_lack_rows = may_lack_rows(resolver, tree);
    let paging = Paging { rows: plain(&rows), may_lack_rows, size, count, style };
    if tree.is_known {
        counts_rows(resolver, &paging, tree.word("rows").span);
    }
    paging
}

/// Whether an answer without rows may leave out their place.
fn may_lack_rows(resolver: &mut Resolver<'_>, tree: &PagingTree) -> bool {
    let empty = tree.word("empty");
    let may = empty.text == "left out";
    if !may && !empty.text.is_empty() {
        let message = format!("a list without rows does not come as `{}`", empty.text);
        resolver.sink.unknown("unknown-value", message, (&empty.text, empty.span), ["left out"]);
    }
    may
}

/// A list whose rows are the whole answer has no place that could be left out.
pub(super) fn empty_without_rows(resolver: &mut Resolver<'_>, file: &SystemFile) {
    let calls = |record: &RecordTree| -> Vec<_> {
        let parts = record.calls.iter().filter_map(|(_, call)| call.parts.as_ref());
        parts.map(|parts| (parts.paging.clone(), parts.envelope.rows.is_some())).collect()
    };
    let mut judge = |tree: Option<&PagingTree>, has_rows: bool| {
        let Some(tree) = tree.filter(|tree| tree.word("rows").text.is_empty() && !has_rows) else { return };
        let empty = tree.word("empty");
        if tree.is_known && !empty.text.is_empty() {
            let message = "`empty` says that the place of the rows is left out, and nothing says which place that is";
            let finding = Diagnostic::error(Code("idle-key"), message, empty.span, "there is none to leave out");
            resolver.sink.found.push(finding.help("write `rows: PATH` beside it, or take `empty` out"));
        }
    };
    let mut anywhere = false;
    for (_, record) in &file.records {
        let own = record.envelope.rows.is_some();
        let of_calls = calls(record);
        of_calls.iter().for_each(|(tree, has_rows)| judge(tree.as_ref(), *has_rows));
        let within = own || of_calls.iter().any(|(_, has_rows)| *has_rows);
        judge(record.paging.as_ref(), within);
        anywhere |= within;
    }
    judge(file.paging.as_ref(), anywhere);
}

/// Rows that stand in several places of an answer are not those that pages are counted by.
pub(super) fn counts_rows(resolver: &mut Resolver<'_>, paging: &Paging, place: Span) {
    let is_counted = paging.count.is_some()
        || match &paging.style {
            PageStyle::Offset { .. } | PageStyle::Page { pages: None, .. } => true,
            PageStyle::Cursor { next, .. } => matches!(next, Mark::OfLastRow(_)),
            PageStyle::Page { .. } | PageStyle::NextUrl { .. } | PageStyle::Link | PageStyle::Whole => false,
        };
    if is_counted && paging.rows.0.contains(&Segment::Each) {
        let message = format!("pages are counted by other rows than `{}`, of which one may hold several", paging.rows);
        let help = "leave out `count`, and say the next page by `next_url`, `link`, `cursor` or by the number of all \
                    `pages`; or list what stands in one place";
        resolver.sink.error("unpaged-list", message, place, help);
    }
}

/// Words that say where something stands, and lead nowhere.
fn no_paths(resolver: &mut Resolver<'_>, tree: &PagingTree) {
    for (name, said) in tree.words.iter().filter(|(name, said)| PLACES.contains(name) && !said.text.is_empty()) {
        let text = said.text.strip_suffix(OF_LAST_ROW).unwrap_or(&said.text).trim().to_owned();
        let is_several = matches!(*name, "rows" | "more");
        if !text.starts_with("header ") {
            let written = Name { text, span: said.span };
            resolver.sink.keep(if is_several { path(&written) } else { single(&format!("`{name}`"), &written) });
        }
    }
}

fn plain(path: &str) -> Path {
    Path::parse(path).unwrap_or_default()
}

/// Keys that belong to another style, which nobody would read.
fn idle_words(resolver: &mut Resolver<'_>, tree: &PagingTree) {
    let style = tree.style.text.as_str();
    for (name, said) in &tree.words {
        let Some((_, styles)) = OF.iter().find(|(known, _)| known == name) else { continue };
        if !styles.contains(&style) {
            let message = format!("`{name}` says nothing where lists come by `style: {style}`");
            let finding = Diagnostic::error(Code("idle-key"), message, said.span, "nobody would read it");
            let help = format!("take it out; it belongs to `style: {}`", styles.join("`, `style: "));
            resolver.sink.found.push(finding.help(help));
        }
    }
}

/// The words of one `paging:`, while they are judged.
struct Words<'r, 'a, 'f> {
    resolver: &'r mut Resolver<'f>,
    tree: &'a PagingTree,
    rows: &'a str,
}

impl Words<'_, '_, '_> {
    /// Notes what leaves open where a list ends, unless a misspelt word does, which is told as such.
    fn open(&mut self, message: impl Into<String>, place: &Name, help: &str) {
        if self.tree.is_known {
            let finding = Diagnostic::error(Code("unpaged-list"), message, place.span, "nobody can tell the end");
            self.resolver.sink.found.push(finding.help(help));
        }
    }

    /// Pages cannot be told apart where the answer is a bare array, or where what says that there is more has no place
    /// outside the rows.
    fn must(&mut self, name: &str) {
        let (rows, place) = (self.rows, self.tree.word(name));
        let is_parameter = matches!(name, "offset" | "page" | "cursor");
        let within = |place: &str| place == rows || place.strip_prefix(rows).is_some_and(|rest| rest.starts_with('.'));
        let message = match (rows, place.text.as_str()) {
            (_, "") => format!("lists in pages need `{name}`; without it they end after the first page"),
            (_, text) if is_parameter || text.starts_with("header ") => return,
            ("", _) => format!(
                "without `rows` an answer is a bare array, which cannot say `{name}`: it would end after one page"
            ),
            (_, text) if within(text) => {
                format!("`{text}` stands inside the rows (`{rows}`), where nothing says that there is more")
            }
            _ => return,
        };
        let form = if is_parameter { "PARAMETER" } else { "PATH" };
        let help = format!(
            "write where the answer says it: `{name}: {form}`; lists that come in one answer are `style: whole`"
        );
        if self.tree.is_known {
            self.resolver.sink.error("unpaged-list", message, place.span, &help);
        }
    }

    /// Where something stands, in the body or a header.
    fn place(&mut self, name: &str) -> Option<Place> {
        let said = self.tree.word(name);
        let place = Place::parse(&said.text).filter(|_| !said.text.is_empty())?;
        if matches!(place, Place::Body(_)) && self.rows.is_empty() && name != "next" {
            self.must(name);
        }
        Some(place)
    }

    fn number(&mut self, name: &str) -> Option<u32> {
        let said = self.tree.word(name);
        let number = said.text.parse().ok();
        if number.is_none() && !said.text.is_empty() {
            let message = format!("`{name}` is a whole number");
            let finding = Diagnostic::error(Code("type-number"), message, said.span, "not a number");
            self.resolver.sink.found.push(finding.help(format!("write a whole number in digits: `{name}: 1`")));
        }
        number
    }

    /// What says that a list ends, where no address of a next page does: `more`, or a short page, unless it is `told`.
    fn end(&mut self, told: bool) -> (Option<Path>, bool) {
        let (more, until) = (self.tree.word("more"), self.tree.word("until"));
        if !more.text.is_empty() {
            self.must("more");
        }
        let short = until.text == "short page";
        if !short && !until.text.is_empty() {
            let message = format!("lists do not end by `{}`", until.text);
            self.resolver.sink.unknown("unknown-value", message, (&until.text, until.span), ["short page"]);
        } else if short && self.tree.size.is_none() && self.tree.word("size").text.is_empty() {
            let help = "write the parameter and how many rows it asks for: `size: per_page = 100`";
            self.open("without `size` nobody can tell which page is a short one", &until, help);
        } else if short && (told || !more.text.is_empty()) {
            let message = "`until` is for lists of which no answer says whether they go on, and this one does";
            let finding = Diagnostic::error(Code("idle-key"), message, until.span, "says nothing beside it");
            self.resolver.sink.found.push(finding.help("take it out: what the answer says is trusted more"));
        } else if !told && !short && more.text.is_empty() {
            let help = "write where the answer says it: `more: PATH`, `count: PATH`, of pages by number `pages: PATH` \
                        (or `header NAME`); where it says nothing: `until: short page`";
            let message = "nothing says where these lists end; they would end after the first page";
            let place = Name { text: String::new(), span: self.tree.style.span };
            self.open(message, &place, help);
        }
        (Path::parse(&more.text), short)
    }

    fn cursor(&mut self, told: bool) -> PageStyle {
        self.must("cursor");
        let written = self.tree.word("next");
        let (cursor, next) = (self.tree.word("cursor").text, written.text.as_str());
        if let Some(field) = next.strip_suffix(OF_LAST_ROW) {
            let (more, short) = self.end(told);
            return PageStyle::Cursor { cursor, next: Mark::OfLastRow(plain(field.trim())), more, short };
        }
        self.must("next");
        let more = Path::parse(&self.tree.word("more").text);
        let until = self.tree.word("until");
        if !until.text.is_empty() {
            let message = "`until` says nothing where each page says the mark of the next";
            let finding = Diagnostic::error(Code("idle-key"), message, until.span, "nobody would read it");
            self.resolver.sink.found.push(finding.help("take it out: a page without a mark is the last"));
        }
        self.must_tell_full(told || more.is_some() || next.is_empty());
        let next = Mark::Said(Place::parse(next).unwrap_or(Place::Body(Path::default())));
        PageStyle::Cursor { cursor, next, more, short: false }
    }

    /// Where the end is that nothing is said of a next page, a full page must be known as one.
    fn must_tell_full(&mut self, told: bool) {
        if told || self.tree.size.is_some() || !self.tree.word("size").text.is_empty() {
            return;
        }
        let message = "without `size` nobody can tell a full page that lost its next one from the last page";
        let help = "write the parameter and how many rows it asks for: `size: limit = 100`, or where the number of \
                    all rows stands: `count: PATH`";
        let place = Name { text: String::new(), span: self.tree.style.span };
        self.open(message, &place, help);
    }
}
