//! How much a system takes: what its file says, what it says itself, and what is taken where neither does.

use std::time::Duration;

use super::resolver::Resolver;
use crate::diagnostic::{Code, Diagnostic};
use crate::language::plan::{Allowance, Limits, ResetForm};
use crate::language::syntax::expression::Name;
use crate::language::syntax::file::system::LimitsTree;

/// Calls in a minute where the file does not say.
const PER_MINUTE: u32 = 300;

/// Calls under way together where the file does not say.
const AT_ONCE: u32 = 8;

/// Calls in one go where the file does not say.
const BURST: u32 = 5;

/// Between two updates for one record where the file does not say.
const SAME_RECORD: Duration = Duration::from_secs(1);

/// Seconds of a minute.
const SECONDS: u32 = 60;

/// What the file says.
pub(super) fn limits(tree: &LimitsTree) -> Limits {
    let by_second = tree.per_second.map(|calls| calls.saturating_mul(SECONDS));
    let per_minute = match (tree.per_minute, by_second) {
        (Some(minute), Some(second)) => minute.min(second),
        (one, other) => one.or(other).unwrap_or(PER_MINUTE),
    };
    // What is made in one go and what comes at the even rate is, in any second, no more than a second takes.
    let spare = tree.per_second.map(|calls| calls.saturating_sub(per_minute.div_ceil(SECONDS)).clamp(1, BURST));
    Limits {
        per_minute,
        burst: tree.burst.or(spare).unwrap_or(BURST),
        at_once: tree.at_once.unwrap_or(AT_ONCE),
        same_record: tree.same_record.unwrap_or(SAME_RECORD),
    }
}

/// Where the system says what it still takes.
pub(super) fn allowance(resolver: &mut Resolver<'_>, tree: &LimitsTree) -> Allowance {
    let mut found = Allowance::default();
    if let (Some(used), Some(remaining)) = (&tree.used, &tree.remaining) {
        let message = "`remaining` says nothing beside `used`: both say how many calls are left";
        let finding = Diagnostic::error(Code("idle-key"), message, remaining.span, "nobody would read it");
        resolver
            .sink
            .found
            .push(finding.label(used.span, "this one counts").help("keep the one that the system sends"));
    }
    for name in [&tree.remaining, &tree.used].into_iter().flatten() {
        header(resolver, name, &name.text);
    }
    if let Some(name) = &tree.remaining {
        found.remaining.clone_from(&name.text);
    }
    found.used = tree.used.as_ref().map(|name| name.text.clone());
    if let Some(written) = &tree.reset {
        let (name, form) = written.text.split_once(" as ").unwrap_or((&written.text, ""));
        header(resolver, written, name.trim());
        name.trim().clone_into(&mut found.reset);
        found.form = match form.trim() {
            "" => ResetForm::Either,
            "seconds" => ResetForm::Seconds,
            "milliseconds" => ResetForm::Milliseconds,
            "epoch" => ResetForm::Epoch,
            other => {
                let message = format!("`reset` is not written as `{other}`");
                let known = ["seconds", "milliseconds", "epoch"];
                resolver.sink.unknown("unknown-value", message, (other, written.span), known);
                ResetForm::Either
            }
        };
    }
    found
}

/// A header has a name without blanks.
fn header(resolver: &mut Resolver<'_>, place: &Name, name: &str) {
    if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_') {
        let message = format!("`{name}` is no name of a header");
        let finding = Diagnostic::error(Code("syntax-system"), message, place.span, "not understood");
        resolver.sink.found.push(finding.help("write the header's name alone: `X-RateLimit-Remaining`"));
    }
}
