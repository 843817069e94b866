//! `paging:` of a system, a record or a call.
//!
//! Which words belong together is for whoever gives them a meaning.

use crate::diagnostic::{Code, Diagnostic, Span};
use crate::language::syntax::expression::Name;
use crate::language::syntax::field_spec::PAGING;
use crate::language::syntax::mapping::{Found, Mapping, text};
use crate::language::syntax::yaml::Node;

/// `paging:`, each word with the place of its value, or of the map where it is not there.
#[derive(Clone, Debug)]
pub struct PagingTree {
    /// Where the map begins.
    pub span: Span,
    /// Whether it has no key that is none.
    pub is_known: bool,
    /// `style:`
    pub style: Name,
    /// `size: NAME = NUMBER`
    pub size: Option<(String, u32)>,
    /// The keys that are there, with what each says.
    pub words: Vec<(&'static str, Name)>,
}

impl PagingTree {
    /// Reads `paging:`.
    pub(super) fn of(node: &Node, found: &mut Found) -> Option<Self> {
        let map = Mapping::of(node, &PAGING, found)?;
        let mut word = |name: &'static str| {
            let node = map.get(name, found)?;
            let said = text(node, name, found).map(|scalar| scalar.text.clone());
            Some((name, Name { text: said.unwrap_or_default(), span: node.span }))
        };
        let words: Vec<(&str, Name)> = PAGING.fields.iter().filter_map(|field| word(field.name)).collect();
        let said = |name: &str| words.iter().find(|(known, _)| *known == name).map(|(_, said)| said.clone());
        let style = said("style").unwrap_or(Name { text: String::new(), span: map.span });
        let size = said("size").and_then(|written| size(&written, found));
        Some(Self { span: map.span, is_known: map.is_known(), style, size, words })
    }

    /// What a key says; nothing where it is not there, with the place of the map.
    pub fn word(&self, name: &str) -> Name {
        let said = self.words.iter().find(|(known, _)| *known == name).map(|(_, said)| said.clone());
        said.unwrap_or(Name { text: String::new(), span: self.span })
    }
}

/// `NAME = NUMBER`
fn size(written: &Name, found: &mut Found) -> Option<(String, u32)> {
    let page = written.text.split_once(" = ");
    let page = page.and_then(|(name, number)| Some((name.trim().to_owned(), number.trim().parse::<u32>().ok()?)));
    // Pages without rows would be asked for without end.
    let page = page.filter(|(_, rows)| *rows > 0);
    if page.is_none() {
        let message = format!("`{}` is no page size", written.text);
        let finding = Diagnostic::error(Code("type-number"), message, written.span, "no number above 0 behind a name");
        found.push(finding.help("write `NAME = NUMBER`, the number in digits: `limit = 100`"));
    }
    page
}
