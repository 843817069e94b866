//! What there is to say of a code: the page of a lint, or the sentence of a check.

use std::fmt::Write as _;

use super::lint::Lint;
use super::park::{PARKS, Park};
use super::registry::LINTS;
use crate::diagnostic::suggest;

/// Codes of findings that come before any lint, with what each means.
pub const CHECKS: &[(&str, &str)] = &[
    ("duplicate-key", "a key stands twice in one map"),
    ("duplicate-name", "two things of one kind have the same name"),
    ("file-too-large", "a rule file is larger than any rule file needs to be"),
    ("idle-expectation", "a test expects something that holds whatever happens"),
    ("idle-key", "a key of a system file says nothing beside the others of its map"),
    ("missing-key", "a key that this kind of file needs is not there"),
    ("no-rules", "the folder holds no rule files"),
    ("no-table", "a call or a field of a folder is nothing that a table takes or holds"),
    ("not-utf-8", "a file is not UTF-8 text"),
    ("read-only", "an arrow points at a field that cannot be written"),
    ("reserved-name", "a name that rules give stands for something else already"),
    ("script-signature", "a script does not declare its functions, or declares them wrongly"),
    ("script-syntax", "a script does not compile"),
    ("secret-in-file", "a secret stands in the file instead of a reference to the environment"),
    ("syntax-expression", "an expression is not well formed"),
    ("syntax-letter", "a letter stands in a rule that nobody sees or that looks like another"),
    ("syntax-reference", "`${NAME}` stands inside other text"),
    ("syntax-rule", "a rule, row or `with:` entry is not well formed"),
    ("syntax-system", "a line of a system file is not well formed"),
    ("syntax-yaml", "the file is not well formed YAML"),
    ("test-failed", "a test beside the rules failed"),
    ("too-many-files", "the folder holds more files than any rule set needs"),
    ("type-arguments", "a function is given the wrong number of values"),
    ("type-cardinality", "a `with:` entry does not say how many records there may be"),
    ("type-constant", "a constant does not say when it is written"),
    ("type-date", "a setting that is a day is not written as `2026-05-01`"),
    ("type-duration", "a duration is not written as `30s`, `500ms` or `2m`"),
    ("type-fallible", "what can fail does not say what happens then"),
    ("type-list", "a list, or a group of rows, stands where one value is meant, or the other way round"),
    ("type-match", "`match` does not compare one side with the other"),
    ("type-mismatch", "a value does not fit its field"),
    ("type-null", "a value may be null where that fails, and nobody says what happens then"),
    ("type-number", "a number is expected"),
    ("type-reference", "what goes into a field that refers to a record is no key of such a record"),
    ("type-setting", "a setting has a value that its type does not know"),
    ("type-shape", "a list, a map or a text stands where something else is meant"),
    (
        "type-table",
        "a table stands between other systems than the rule that uses it, is left out by the only rule that it is for, \
         is given a list, or parks inside an expression",
    ),
    ("type-target", "an arrow points at something that is no field of its own side"),
    ("type-too-long", "a text may be longer than its field"),
    ("type-unrounded", "a number may have more digits behind the point than its field takes"),
    ("type-url", "a web address is not written whole"),
    ("type-value", "a value of a test does not fit its field"),
    ("unknown-account", "there is no such account"),
    ("unknown-field", "a record has no such field"),
    ("unknown-file-kind", "a file does not begin with a key that says what it is"),
    ("unknown-function", "there is no such function"),
    ("unknown-key", "a key is not known here"),
    ("unknown-lint", "`allow:` names a lint that does not exist"),
    ("unknown-mode", "`mode` is neither `live` nor `observe`; no rules serve until it is one of them"),
    ("unknown-name", "a name at the head of a path means nothing here"),
    ("unknown-owner", "nobody owns a group, or the owner is no system"),
    ("unknown-pipeline", "there is no such pipeline"),
    ("unknown-property", "a call asks for a property that an account does not have"),
    ("unknown-record", "a system has no such record"),
    ("unknown-secret", "a call or a webhook asks for a secret that an account does not have"),
    ("unknown-setting", "there is no such setting"),
    ("unknown-system", "there is no such system"),
    ("unknown-table", "there is no such table"),
    ("unknown-value", "a field, a setting or a table cannot have this value"),
    ("unpaged-list", "the paging of a system cannot tell whether a list goes on"),
    ("unreadable-file", "a file cannot be read, or is not UTF-8"),
    ("unset-variable", "the environment lacks a variable that the rules refer to"),
    ("unused-allow", "`allow:` names a lint that finds nothing in this file"),
    ("unused-owner", "`ownership` names a group that the pipeline does not have"),
    ("wide-allow", "`allow:` of a whole file hides several findings of a lint"),
    ("wrong-allow", "`allow:` names an error, or gives no reason"),
    ("write-only", "an arrow carries over a field that its system takes and never gives back"),
];

/// What a code means, for a terminal; with the near codes where there is no such.
///
/// # Errors
/// A sentence that names near codes.
pub fn explain(code: &str) -> Result<String, String> {
    let lint = LINTS.iter().find(|lint| lint.name == code).map(|lint| page(lint));
    let check = CHECKS.iter().find(|(name, _)| *name == code);
    let check = check.map(|(name, meaning)| format!("{name}: {meaning}\n"));
    let park = PARKS.iter().find(|park| park.code == code).map(waiting);
    // A value without a row is a finding of lint and, should it come all the same, a record that waits.
    let pages: Vec<String> = lint.into_iter().chain(check).chain(park).collect();
    if !pages.is_empty() {
        return Ok(pages.join("\n"));
    }
    let codes = LINTS.iter().map(|lint| lint.name).chain(CHECKS.iter().map(|(name, _)| *name));
    let codes = codes.chain(PARKS.iter().map(|park| park.code));
    let near = suggest::help(code, codes).map(|help| format!("; {help}")).unwrap_or_default();
    Err(format!("there is no code `{code}`{near}"))
}

fn waiting(park: &Park) -> String {
    format!("{}, of a record that waits: {}.\nIt goes on {}.\n", park.code, park.because, park.until)
}

fn page(lint: &Lint) -> String {
    let indent = |text: &str| text.lines().map(|line| format!("    {line}\n")).collect::<String>();
    let mut out = format!("{} ({}): {}\n\n{}\n", lint.name, lint.severity.as_str(), lint.summary, lint.why);
    let _ = write!(out, "\nFlagged:\n\n{}\nMended:\n\n{}", indent(lint.flagged), indent(lint.mended));
    out
}

/// All codes as a Markdown page: the text of `rules/LINTS.md`.
pub fn reference() -> String {
    let mut out = String::from(
        "# What lint finds\n\nGenerated from the lints themselves; `petiole lint --explain CODE` shows the same. \
         Errors stop a rule set from serving; warnings and information never do. A file may allow a warning, under \
         one of its keys or, where there is no more than one, in the whole file:\n\n```yaml\n\
         allow:\n  - unused-setting in settings.stock.colour because next season needs it\n  - unused-table because \
         next season needs it\n```\n\n## Lints\n",
    );
    for lint in LINTS {
        let _ = write!(
            out,
            "\n### {} ({})\n\n{}.\n\n{}\n\n```yaml\n{}\n```\n\nMended:\n\n```yaml\n{}\n```\n",
            lint.name,
            lint.severity.as_str(),
            capital(lint.summary),
            lint.why,
            lint.flagged,
            lint.mended
        );
    }
    out.push_str("\n## Checks\n\nFound before any lint runs.\n\n| Code | Means |\n|---|---|\n");
    for (code, meaning) in CHECKS {
        let _ = writeln!(out, "| `{code}` | {meaning} |");
    }
    out.push_str(
        "\n## What waits\n\nCodes of records that wait for a person, in the inbox and in `parked:` of a test.\n\n\
         | Code | It waits because | It goes on |\n|---|---|---|\n",
    );
    for Park { code, because, until } in PARKS {
        let _ = writeln!(out, "| `{code}` | {because} | {until} |");
    }
    out
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().collect::<String>() + letters.as_str()).unwrap_or_default()
}
