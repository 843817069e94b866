//! How lists come in pages.

use super::resolver::Resolver;
use crate::language::plan::Paging;
use crate::language::syntax::expression::Name;
use crate::language::syntax::file::system::PagingTree;
use crate::value::Path;

/// The parameter for the number of rows where the file does not say, and how many.
const SIZE: (&str, u32) = ("limit", 50);

/// What is done where the file says nothing.
pub(super) fn default_paging() -> Paging {
    let (rows, next, size) = (plain("results"), plain("next"), ("limit".to_owned(), 100));
    Paging::NextUrl { rows, next, size, count: None }
}

/// Takes what `paging:` says.
pub(super) fn resolve(resolver: &mut Resolver<'_>, tree: &PagingTree) -> Paging {
    let size = tree.size.clone().unwrap_or_else(|| (SIZE.0.to_owned(), SIZE.1));
    let (rows, count) = (plain(&tree.rows.text), tree.count.clone());
    // What is misspelt is told as such; what it leaves open is no finding of its own.
    let mut must = |name: &str, place: &Name| {
        if tree.is_known {
            must_say(resolver, &tree.rows.text, (name, place));
        }
    };
    match tree.style.text.as_str() {
        "offset" => {
            must("more", &tree.more);
            must("offset", &tree.offset);
            Paging::Offset { rows, more: plain(&tree.more.text), size, offset: tree.offset.text.clone(), count }
        }
        "next_url" => {
            must("next", &tree.next);
            Paging::NextUrl { rows, next: plain(&tree.next.text), size, count }
        }
        "whole" => Paging::Whole { rows },
        other => {
            let message = format!("there is no paging style `{other}`");
            resolver.sink.unknown("unknown-value", message, (other, tree.span), ["offset", "next_url", "whole"]);
            default_paging()
        }
    }
}

fn plain(path: &str) -> Path {
    Path::parse(path).unwrap_or_default()
}

/// Pages cannot be told apart where the answer is a bare array, or where what says that there is more has no place
/// outside the rows.
fn must_say(resolver: &mut Resolver<'_>, rows: &str, (name, place): (&str, &Name)) {
    let within = |place: &str| place == rows || place.strip_prefix(rows).is_some_and(|rest| rest.starts_with('.'));
    let message = match (rows, place.text.as_str()) {
        (_, "") => format!("lists in pages need `{name}`; without it they end after the first page"),
        ("", _) if name != "offset" => {
            format!("without `rows` an answer is a bare array, which cannot say `{name}`: it would end after one page")
        }
        (_, place) if name != "offset" && within(place) => {
            format!("`{place}` stands inside the rows (`{rows}`), where nothing says that there is more")
        }
        _ => return,
    };
    let help =
        format!("write where the answer says it: `{name}: PATH`; lists that come in one answer are `style: whole`");
    resolver.sink.error("unpaged-list", message, place.span, &help);
}
