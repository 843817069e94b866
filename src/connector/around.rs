//! What an answer says beside its rows: in its body, in its headers, in its `Link` header.
//!
//! Pure. Which of it tells where a list goes on is for `paging`.

use serde_json::Value as Json;

use super::response::at;
use crate::language::plan::Place;

/// The header in which RFC 8288 has links stand.
const LINK: &str = "Link";

/// What stands around the rows of an answer.
#[derive(Debug)]
pub(super) struct Around {
    /// The body without its rows.
    pub(super) body: Json,
    /// The headers of the answer.
    pub(super) headers: Vec<(String, String)>,
}

impl Around {
    /// What stands in a place; none where the place itself is not there.
    pub(super) fn said(&self, place: &Place) -> Option<Json> {
        match place {
            Place::Body(path) => at(&self.body, path).cloned(),
            Place::Header(name) => self.all(name).next().map(|text| Json::from(text.trim())),
        }
    }

    /// The whole number in a place, written as a number or as its digits.
    pub(super) fn number(&self, place: &Place) -> Option<u64> {
        match self.said(place)? {
            Json::String(text) => text.trim().parse().ok(),
            other => other.as_u64(),
        }
    }

    /// Whether there are links at all, be they to other pages than the next.
    pub(super) fn has_links(&self) -> bool {
        self.all(LINK).any(|text| text.contains("rel"))
    }

    /// The address of the next page in a `Link` header.
    pub(super) fn next_link(&self) -> Option<&str> {
        self.all(LINK).find_map(next_in)
    }

    fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.headers.iter().filter(move |(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, text)| text.as_str())
    }
}

/// The target of the link whose relation is `next`: `<https://…>; rel="next", <…>; rel="last"`.
fn next_in(header: &str) -> Option<&str> {
    let mut rest = header;
    while let Some((target, behind)) = rest.split_once('<').and_then(|(_, link)| link.split_once('>')) {
        // Addresses stand in angle brackets, so that the next one begins the next link.
        let parameters = behind.split('<').next().unwrap_or_default();
        if parameters.split([';', ',']).any(is_next) {
            return Some(target.trim()).filter(|target| !target.is_empty());
        }
        rest = behind;
    }
    None
}

/// `rel="next"`, also among several relations and without quotes.
fn is_next(parameter: &str) -> bool {
    let Some((name, value)) = parameter.split_once('=') else { return false };
    let mut relations = value.trim().trim_matches('"').split_ascii_whitespace();
    name.trim().eq_ignore_ascii_case("rel") && relations.any(|relation| relation.eq_ignore_ascii_case("next"))
}

#[cfg(test)]
mod tests {
    use super::next_in;

    #[test]
    fn the_next_link_is_found_whatever_stands_around_it() {
        let cases = [
            (r#"<https://a.example/x?page=2>; rel="next", <https://a.example/x?page=9>; rel="last""#, Some("page=2")),
            (
                r#"<https://a.example/x?page=1>; rel="prev", </x?a=1,2;b&page=3>; title="a"; rel="next last""#,
                Some("page=3"),
            ),
            ("<https://a.example/x?page=4>;REL=Next", Some("page=4")),
            (r#"<https://a.example/x?rel=next>; rel="prev""#, None),
            (r#"<>; rel="next""#, None),
            ("rel=next", None),
        ];
        for (header, found) in cases {
            let end = next_in(header).and_then(|url| url.rsplit(['?', '&']).next());
            assert_eq!(end, found, "{header}");
        }
    }
}
