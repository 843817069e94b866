//! Things that two places declare: neither wins, both are named.
//!
//! A file that is left beside its successor repeats everything; that is one mistake and one finding.

use std::collections::BTreeMap;

use super::resolver::Resolver;
use crate::diagnostic::{Code, Diagnostic, FileId, Sources as _, Span};

/// What others name, by a word.
const NAMED: [&str; 4] = ["system", "account", "table", "pipeline"];

/// Something that stands in two places.
#[derive(Clone, Debug)]
pub struct Again {
    what: String,
    span: Span,
    first: Span,
}

impl Resolver<'_> {
    /// Notes where something is declared; not true where it was before, which is a finding.
    pub fn declare(&mut self, what: &'static str, name: &str, span: Span) -> bool {
        if NAMED.contains(&what) && name.contains(char::is_whitespace) {
            let message = format!("the name of a {what} is one word");
            let finding = Diagnostic::error(Code("type-shape"), message, span, "this is several");
            self.sink.found.push(finding.help("where the next line runs on into the name, its own key is missing"));
        }
        match self.names.declared.get(&(what, name.to_owned())) {
            None => {
                self.names.declared.insert((what, name.to_owned()), span);
                true
            }
            Some(first) => {
                self.again.push(Again { what: format!("{what} `{name}`"), span, first: *first });
                false
            }
        }
    }
}

/// One finding for each two files that say the same.
pub(super) fn tell(resolver: &mut Resolver<'_>) {
    let mut told: BTreeMap<(FileId, FileId), Vec<Again>> = BTreeMap::new();
    for again in std::mem::take(&mut resolver.again) {
        told.entry((again.first.file, again.span.file)).or_default().push(again);
    }
    for ((before, after), mut again) in told {
        again.sort_by_key(|one| one.span.start);
        let Some((one, others)) = again.split_first() else { continue };
        let message = format!("there is another {}", one.what);
        let finding = Diagnostic::error(Code("duplicate-name"), message, one.span, "again here");
        let mut finding = finding.label(one.first, "first here");
        if before == after {
            finding = finding.help("take one of the two out, or give it another name");
        } else {
            let file = resolver.names.sources.name(after);
            finding = finding.help(format!("take one of the two out, or `{file}` as a whole: neither counts more"));
        }
        if !others.is_empty() {
            finding = finding.note(format!("{} more stand in both places", others.len()));
        }
        resolver.sink.found.push(finding);
    }
}
