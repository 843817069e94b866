//! `errors:` as the plan has them: what is not said keeps its default, key by key.

use super::resolver::Resolver;
use crate::diagnostic::{Code, Diagnostic};
use crate::language::plan::{ErrorMeaning, ErrorRules, WordedError};
use crate::language::syntax::file::system::{ErrorsTree, RefusalLine, SystemFile};

/// What means that a record is not there.
const GONE: [u16; 1] = [404];

/// What means that a call is tried again.
const LATER: [u16; 6] = [408, 429, 500, 502, 503, 504];

/// What means that a record is another by now.
const STALE: [u16; 1] = [412];

pub(super) fn resolve(resolver: &mut Resolver<'_>, tree: &ErrorsTree) -> ErrorRules {
    let mut rules = ErrorRules {
        message: tree.message.clone(),
        refused: tree.refused.clone(),
        gone: plain(tree.gone.as_deref()).unwrap_or_else(|| GONE.to_vec()),
        later: plain(tree.later.as_deref()).unwrap_or_else(|| LATER.to_vec()),
        stale: plain(tree.stale.as_deref()).unwrap_or_else(|| STALE.to_vec()),
        worded: Vec::new(),
    };
    let kinds = [
        ("gone", &tree.gone, ErrorMeaning::Gone),
        ("later", &tree.later, ErrorMeaning::Later),
        ("stale", &tree.stale, ErrorMeaning::Stale),
    ];
    let mut before: Vec<(&RefusalLine, &str)> = Vec::new();
    for (key, lines, means) in kinds {
        for line in lines.iter().flatten() {
            let kept = before.iter().find(|(one, _)| one.status == line.status && one.word == line.word);
            let defaults = kinds.iter().filter(|(other, lines, _)| *other != key && plain(lines.as_deref()).is_none());
            let finding = match kept {
                Some((one, other)) => Some(twice(line, one, *other == key)),
                None => never_read(key, line).or_else(|| by_default(key, line, defaults.map(|(other, ..)| *other))),
            };
            resolver.sink.found.extend(finding);
            before.push((line, key));
            if let Some((place, word)) = line.word.clone() {
                rules.worded.push(WordedError { status: line.status, place, word, means });
            }
        }
    }
    rules
}

/// What is said of a status that was said before.
fn twice(line: &RefusalLine, before: &RefusalLine, is_same: bool) -> Diagnostic {
    let (what, help) = if is_same {
        ("is named twice", "take one of the two out")
    } else {
        ("means two things", "keep one of the two, or tell them apart: `STATUS when PATH == WORD`")
    };
    let finding = Diagnostic::error(Code("idle-key"), format!("{} {what}", line.status), line.span, "said before");
    finding.label(before.span, "here").help(help)
}

/// A status that no answer has, or whose answers are read as what they are before this is asked.
fn never_read(key: &str, line: &RefusalLine) -> Option<Diagnostic> {
    let status = line.status;
    let told = format!("write `{status} when PATH == WORD`, where answers of that status say it in a word");
    let (message, help) = match (key, status) {
        (_, 100..200) => (format!("no answer ends with {status}"), "take it out".to_owned()),
        _ if line.word.is_some() => return None,
        // An answer without a body is how some say that there is nothing.
        ("gone", 204 | 205) => return None,
        ("gone", 200..300) => (format!("{status} is how a record is shown, and by this every one would be gone"), told),
        ("later" | "stale", 200..300) => {
            (format!("{status} says that a call went well, and it is taken as that"), told)
        }
        ("later", 300..400) => {
            (format!("{status} sends elsewhere, and it would do so again"), "take it out".to_owned())
        }
        _ => return None,
    };
    Some(Diagnostic::error(Code("idle-key"), message, line.span, "it cannot mean that").help(help))
}

/// A status that means something else by default, which still holds.
fn by_default<'k>(key: &str, line: &RefusalLine, mut others: impl Iterator<Item = &'k str>) -> Option<Diagnostic> {
    let means = |other: &str| match other {
        "gone" => &GONE[..],
        "later" => &LATER[..],
        _ => &STALE[..],
    };
    let other = others.find(|other| line.word.is_none() && means(other).contains(&line.status))?;
    let left: Vec<String> = means(other).iter().filter(|one| **one != line.status).map(u16::to_string).collect();
    let message = format!("{} is `{other}` where nothing else is said, and here it is `{key}`", line.status);
    let help = format!("write which are `{other}` without it, `{other}: [{}]`, or take it out here", left.join(", "));
    Some(Diagnostic::error(Code("idle-key"), message, line.span, "means two things").help(help))
}

/// Nothing is stale of which no version is shown.
pub(super) fn stale_without_version(resolver: &mut Resolver<'_>, file: &SystemFile) {
    let Some(line) = file.errors.stale.iter().flatten().next() else { return };
    if file.records.iter().any(|(_, record)| record.version.is_some()) {
        return;
    }
    let message = "`stale` is for versions that are not the newest, and no record of this system shows one";
    let finding = Diagnostic::error(Code("idle-key"), message, line.span, "no answer means that");
    let help = "write which field is the version, in the record: `version: FIELD`; where it means something else, \
                `later` is tried again, and anything else is refused for good";
    resolver.sink.found.push(finding.help(help));
}

/// The statuses that mean it whatever stands in the answer; `None`: nothing is said.
fn plain(lines: Option<&[RefusalLine]>) -> Option<Vec<u16>> {
    let lines = lines?;
    // A line that tells a refusal by its words leaves the default as it is.
    let all_worded = !lines.is_empty() && lines.iter().all(|line| line.word.is_some());
    let statuses = lines.iter().filter(|line| line.word.is_none()).map(|line| line.status);
    (!all_worded).then(|| statuses.collect())
}
