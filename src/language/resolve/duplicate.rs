//! Things that two places declare: neither wins, both are named.
//!
//! A file that is left beside its successor repeats everything; that is one mistake and one finding.

use std::collections::BTreeMap;

use super::resolver::{Again, Resolver};
use crate::diagnostic::{Code, Diagnostic, FileId, Sources as _};
use crate::language::source::copies::looks_copied;

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
        let name = |file: FileId| resolver.names.sources.name(file);
        // The one that looks like a copy is told; the other one is what it is a copy of.
        let is_turned = before != after && looks_copied(name(before), name(after));
        let (here, there, label) =
            if is_turned { (one.first, one.span, "and here") } else { (one.span, one.first, "first here") };
        let finding = Diagnostic::error(Code("duplicate-name"), message, here, "again here");
        let mut finding = finding.label(there, label);
        if before == after {
            finding = finding.help("take one of the two out, or give it another name");
        } else {
            let (copy, original) = if is_turned { (before, after) } else { (after, before) };
            let help = format!(
                "take one of the two out, or `{}` as a whole, beside `{}`: neither counts more",
                name(copy),
                name(original)
            );
            finding = finding.help(help);
        }
        if !others.is_empty() {
            finding = finding.note(format!("{} more stand in both places", others.len()));
        }
        resolver.sink.found.push(finding);
    }
}
