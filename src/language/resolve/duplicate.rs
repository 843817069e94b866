//! Things that two places declare: neither wins, both are named.
//!
//! A file that is left beside its successor repeats everything; that is one mistake and one finding.

use std::collections::BTreeMap;

use super::resolver::{Again, Resolver};
use crate::diagnostic::{Code, Diagnostic, FileId, Sources as _};

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
