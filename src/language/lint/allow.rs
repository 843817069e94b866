//! `allow:`: warnings that a file says are meant, each with its reason.

use std::collections::BTreeSet;

use crate::diagnostic::{Advice, Code, Diagnostic, FileId, Severity, Span, suggest};
use crate::language::lint::registry::LINTS;
use crate::language::syntax::file::allow::Allowed;

/// The error that lint also finds where it only cannot prove the contrary, so that who knows better may say so.
const UNPROVEN: &str = "echo-loop";

/// Takes out what the files allow, and finds what is wrong with allowing it.
pub fn apply(allowed: &[Allowed], found: &mut Vec<Diagnostic>) {
    for one in allowed {
        let Some(lint) = LINTS.iter().find(|lint| lint.name == one.lint.text) else {
            let message = format!("there is no lint `{}`", one.lint.text);
            let finding = Diagnostic::error(Code("unknown-lint"), message, one.lint.span, "unknown");
            let names = LINTS.iter().filter(|lint| lint.severity != Severity::Error).map(|lint| lint.name);
            let near = suggest::help(&one.lint.text, names.clone()).filter(|help| help.text.starts_with("write"));
            // What it was meant to allow is what is found where it looks.
            let file = one.lint.span.file;
            let meant = found.iter().position(|finding| is_meant(one, file, finding));
            let said = meant.and_then(|at| found.get(at)).map(|finding| Advice::write(finding.code.0));
            if let Some(at) = meant {
                found.remove(at);
            }
            let all: Vec<&str> = names.collect();
            let any = || Advice::from(format!("write one of {}", all.join(", ")));
            found.push(finding.helped(near.or(said).or_else(|| Some(any()))));
            continue;
        };
        if lint.severity == Severity::Error && lint.name != UNPROVEN {
            let message = format!("`{}` is an error, and errors cannot be allowed", lint.name);
            let finding = wrong(message, one.lint.span, "mend what it finds instead");
            let help = "mend what it finds, and leave this line out; warnings may be allowed";
            let file = one.lint.span.file;
            if let Some(at) = found.iter().position(|finding| is_meant(one, file, finding)) {
                found.remove(at);
            }
            found.push(finding.help(help));
            continue;
        }
        if one.reason.is_none() {
            let message = format!("`{}` is allowed without a reason", lint.name);
            let finding = wrong(message, one.lint.span, "add `because …`");
            found.retain(|finding| finding.code.0 != lint.name || finding.primary.span.file != one.lint.span.file);
            found.push(finding.help(format!("write `{} in KEY because …`", lint.name)));
            continue;
        }
        let file = one.lint.span.file;
        let covers = |span: Span| {
            span.file == file && one.place.is_none_or(|place| (place.start..place.end).contains(&span.start))
        };
        let meant = |finding: &Diagnostic| finding.code.0 == lint.name && covers(finding.primary.span);
        let hidden: BTreeSet<Span> = found.iter().filter(|one| meant(one)).map(|one| one.primary.span).collect();
        found.retain(|finding| !meant(finding));
        if hidden.is_empty() {
            let message = format!("`{}` is allowed here and finds nothing", lint.name);
            found.push(Diagnostic::warning(Code("unused-allow"), message, one.lint.span, "take it out"));
        } else if hidden.len() > 1 && one.place.is_none() {
            let message = format!("`{}` is allowed for the whole file, and hides {} findings", lint.name, hidden.len());
            let finding = Diagnostic::warning(Code("wide-allow"), message, one.lint.span, "whatever comes later, too");
            let finding = hidden.iter().fold(finding, |finding, span| finding.label(*span, "hidden"));
            let help = format!("name the key of each: `{} in KEY because …`, such as `in settings.NAME`", lint.name);
            found.push(finding.help(help));
        }
    }
}

/// Whether a warning is what a line of `allow:` that names no warning was meant for.
fn is_meant(one: &Allowed, file: FileId, finding: &Diagnostic) -> bool {
    let span = finding.primary.span;
    finding.severity == Severity::Warning
        && span.file == file
        && one.place.is_none_or(|place| (place.start..place.end).contains(&span.start))
}

fn wrong(message: String, span: Span, at: &str) -> Diagnostic {
    Diagnostic::error(Code("wrong-allow"), message, span, at)
}
