//! Lists in the words of a report: the first few, and how many more there are. Knows nothing of what is listed.

use std::fmt;

/// Names that a list in the text shows before it only counts; JSON has all.
const LISTED_MAX: usize = 5;

/// The first few of a list, and how many more there are.
pub(super) fn listed(
    out: &mut fmt::Formatter<'_>,
    what: &str,
    lines: impl ExactSizeIterator<Item = String>,
) -> fmt::Result {
    listed_up_to(LISTED_MAX, out, what, lines)
}

pub(super) fn listed_up_to(
    most: usize,
    out: &mut fmt::Formatter<'_>,
    what: &str,
    lines: impl ExactSizeIterator<Item = String>,
) -> fmt::Result {
    let more = lines.len().saturating_sub(most);
    for line in lines.take(most) {
        writeln!(out, "  {what}: {line}")?;
    }
    if more > 0 {
        writeln!(out, "  {what}: {more} more; `--format json` names all")?;
    }
    Ok(())
}
