//! `errors:` as the plan has them: what is not said keeps its default, key by key.

use super::resolver::Resolver;
use crate::diagnostic::{Code, Diagnostic};
use crate::language::plan::{ErrorMeaning, ErrorRules, WordedError};
use crate::language::syntax::file::system::{ErrorsTree, RefusalLine};

pub(super) fn resolve(resolver: &mut Resolver<'_>, tree: &ErrorsTree) -> ErrorRules {
    let mut rules = ErrorRules {
        message: tree.message.clone(),
        refused: tree.refused.clone(),
        gone: plain(tree.gone.as_deref()).unwrap_or_else(|| vec![404]),
        later: plain(tree.later.as_deref()).unwrap_or_else(|| vec![408, 429, 500, 502, 503, 504]),
        stale: plain(tree.stale.as_deref()).unwrap_or_else(|| vec![412]),
        worded: Vec::new(),
    };
    let kinds =
        [(&tree.gone, ErrorMeaning::Gone), (&tree.later, ErrorMeaning::Later), (&tree.stale, ErrorMeaning::Stale)];
    let mut lines: Vec<&RefusalLine> = Vec::new();
    for (line, means) in kinds.iter().flat_map(|(lines, means)| lines.iter().flatten().map(|line| (line, *means))) {
        if let Some(before) = lines.iter().find(|before| before.status == line.status && before.word == line.word) {
            let message = format!("{} means two things", line.status);
            let finding = Diagnostic::error(Code("idle-key"), message, line.span, "said before");
            let help = "keep one of the two, or tell them apart: `STATUS when PATH == WORD`";
            resolver.sink.found.push(finding.label(before.span, "here").help(help));
        }
        lines.push(line);
        if let Some((place, word)) = line.word.clone() {
            rules.worded.push(WordedError { status: line.status, place, word, means });
        }
    }
    rules
}

/// The statuses that mean it whatever stands in the answer; `None`: nothing is said.
fn plain(lines: Option<&[RefusalLine]>) -> Option<Vec<u16>> {
    let lines = lines?;
    // A line that tells a refusal by its words leaves the default as it is.
    let all_worded = !lines.is_empty() && lines.iter().all(|line| line.word.is_some());
    let statuses = lines.iter().filter(|line| line.word.is_none()).map(|line| line.status);
    (!all_worded).then(|| statuses.collect())
}
