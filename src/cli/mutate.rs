//! `petiole test --mutate`: whether the tests beside the rules notice a rule that is changed.

use super::arguments::TestFormat;
use super::arguments_rules::TestArguments;
use super::exit_code;
use crate::language::source::{RuleSet, SourceFile, load};
use crate::trial::mutate;
use crate::world::SystemFiles;

/// Tries every change of what is named, and prints the score. The tests pass as the rules are.
pub(super) fn mutate(set: &RuleSet<'_>, test: &TestArguments) -> u8 {
    let (sources, _) = load(&SystemFiles, &set.paths);
    let files: Vec<SourceFile> = sources.files().map(|(_, file)| file.clone()).collect();
    let mut mutants = mutate::mutants(&files);
    mutants.retain(|mutant| set.names(mutant.file_name(&files)));
    let score = mutate::score(&files, &mutants, test.timeout);
    match test.format {
        TestFormat::Text => print!("{}", mutate::text(&score)),
        TestFormat::Json => println!("{:#}", mutate::json(&score)),
        TestFormat::Junit => print!("{}", mutate::junit(&score)),
    }
    if test.at_least.is_some_and(|least| score.percent() < least.into()) {
        exit_code::TESTS_FAILED
    } else {
        exit_code::OK
    }
}
