//! A test that would notice a change which none does: what an existing one brings about and leaves unmentioned, where
//! the change shows there, else the beginnings of a new one.
//!
//! A proposal is for a person to finish; nothing here knows what a rule is meant to do.

use std::time::Duration;

use super::mutant::Mutant;
use super::{likeliest, near, row};
use crate::language::Compilation;
use crate::language::plan::test::RuleTest;
use crate::language::source::SourceFile;
use crate::trial::trial::run;

/// How many tests are looked through for what they leave unmentioned.
const TESTS_TRIED_MAX: usize = 12;

/// What would notice the change.
pub(super) fn proposal(files: &[SourceFile], (mutant, right): (&Mutant, &Compilation), timeout: Duration) -> String {
    let near = near(files, mutant);
    shown_by_one(files, (mutant, right), (&near, timeout)).unwrap_or_else(|| draft(files, mutant, right, &near))
}

/// The likeliest test in which the change shows, and does not matter because nothing is expected there.
fn shown_by_one(
    files: &[SourceFile],
    (mutant, right): (&Mutant, &Compilation),
    (near, timeout): (&str, Duration),
) -> Option<String> {
    let wrong = mutant.compiled(files)?;
    let told = |compiled: &Compilation, test: &RuleTest| -> Option<Vec<String>> {
        let trial = run(compiled.plan.as_ref()?, &compiled.sources, (&[test], timeout));
        let outcome = trial.outcomes.first()?;
        Some(outcome.unmentioned.iter().map(ToString::to_string).collect())
    };
    likeliest(right, near).into_iter().take(TESTS_TRIED_MAX).find_map(|test| {
        let (now, then) = (told(right, test)?, told(&wrong, test)?);
        let differs: Vec<&String> =
            now.iter().chain(&then).filter(|one| now.contains(one) != then.contains(one)).collect();
        let first = differs.first()?;
        Some(format!("it shows in \"{}\" ({}), which does not mention it: {first}", test.name, test.line))
    })
}

/// A test with the file's two records, beside the one that speaks of most of what the line does.
fn draft(files: &[SourceFile], mutant: &Mutant, right: &Compilation, near: &str) -> String {
    let file = files.get(mutant.file).map_or("", |file| file.text.as_str());
    if let Some(test) = row::test(file, &mutant.old) {
        let lines: Vec<String> = test.lines().map(|line| format!("  {line}")).collect();
        return format!("in this file, under `tests:`:\n{}", lines.join("\n"));
    }
    let between = file.lines().find_map(|line| line.strip_prefix("between:")).unwrap_or_default();
    let record = |side: &str| side.trim().split([' ', '[']).next().unwrap_or_default().to_owned();
    let sides: Vec<String> = between.trim().trim_matches(['[', ']']).split(',').map(record).collect();
    let of_record = |side: &String| side.split('.').take(2).collect::<Vec<_>>().join(".");
    let written = mutant.old.trim().trim_start_matches("- ").replace('"', "'");
    let beside = likeliest(right, near).first().map(|test| format!("beside \"{}\" ({}), ", test.name, test.line));
    let begin = match sides.iter().map(of_record).collect::<Vec<_>>().as_slice() {
        [left, right] if !left.is_empty() => {
            format!(
                "\n    given:\n      {left}: {{ … }}\n      {right}: {{ … }}\n      linked: true\n    when:\n      \
                     {left}: {{ … }}\n    then:\n      {right}: {{ … }}"
            )
        }
        _ => String::new(),
    };
    format!("{}one whose outcome this line alone decides:\n  - name: \"{written}\"{begin}", beside.unwrap_or_default())
}
