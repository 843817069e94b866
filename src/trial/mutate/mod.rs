//! Whether the tests beside rules notice a rule that is changed: every single change of a line, one at a time.
//!
//! Knows lines and what lint and the tests make of them; decides nothing about records.

mod change;
mod mutant;
mod propose;
mod row;
mod score;

pub use mutant::{Mutant, mutants};
pub use score::{Score, Survivor, json, junit, text};

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use super::trial::run;
use crate::diagnostic::Sources as _;
use crate::language::plan::test::RuleTest;
use crate::language::source::{SourceFile, SourceMap};
use crate::language::{Compilation, compile_texts};
use crate::world::threads;

/// Lines of a script around a change that say which test is likeliest to notice it.
const SCRIPT_LINES_AROUND: usize = 4;

/// The weight of a word that one test alone has.
const RARITY: usize = 10_000;

/// Tries changes until so many of them passed lint, side by side, each test for no longer than this. Every one comes
/// with whether a test noticed it, in the order of the changes.
pub fn tried<'m>(
    files: &[SourceFile],
    mutants: &'m [Mutant],
    (wanted, timeout): (usize, Duration),
) -> Vec<(&'m Mutant, bool)> {
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<(usize, &Mutant, bool)>> = Mutex::default();
    let lock = || done.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    threads::side_by_side(mutants.len(), || {
        while lock().len() < wanted {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(mutant) = mutants.get(at) else { break };
            if let Some(noticed) = noticed(files, mutant, timeout) {
                lock().push((at, mutant, noticed));
            }
        }
    });
    let mut done = done.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    done.sort_by_key(|(at, ..)| *at);
    done.into_iter().map(|(_, mutant, noticed)| (mutant, noticed)).collect()
}

/// Tries every change, and proposes for each that no test noticed what would.
pub fn score(files: &[SourceFile], mutants: &[Mutant], timeout: Duration) -> Score {
    let tried = tried(files, mutants, (usize::MAX, timeout));
    let compiled = compile_texts(SourceMap::new(files.to_vec()));
    let survivors = tried.iter().filter(|(_, noticed)| !noticed).map(|(mutant, _)| Survivor {
        file: mutant.file_name(files).to_owned(),
        line: mutant.line + 1,
        written: mutant.old.trim().to_owned(),
        change: mutant.told.clone(),
        proposal: propose::proposal(files, (mutant, &compiled), timeout),
    });
    let survivors: Vec<Survivor> = survivors.collect();
    Score { tried: tried.len(), survivors }
}

/// Whether a test fails where a rule is changed; nothing where lint does not pass the change.
fn noticed(files: &[SourceFile], mutant: &Mutant, timeout: Duration) -> Option<bool> {
    let compiled = mutant.compiled(files)?;
    let plan = compiled.plan.as_ref()?;
    let fails = |test| run(plan, &compiled.sources, (&[test], timeout)).failed() > 0;
    Some(likeliest(&compiled, &near(files, mutant)).into_iter().any(fails))
}

/// The lines around a change.
fn near(files: &[SourceFile], mutant: &Mutant) -> String {
    let Some(file) = files.get(mutant.file) else { return String::new() };
    let around = if file.name.ends_with(".rhai") { SCRIPT_LINES_AROUND } else { 0 };
    let lines = file.text.lines().skip(mutant.line.saturating_sub(around)).take(2 * around + 1);
    lines.collect::<Vec<_>>().join("\n")
}

/// The tests of a rule set with the rare words that each speaks of, so that the likeliest is asked first.
fn likeliest<'c>(compiled: &'c Compilation, near: &str) -> Vec<&'c RuleTest> {
    let text = |test: &RuleTest| {
        let file = compiled.sources.text(test.span.file);
        let rest = file.get(test.span.start..).unwrap_or_default();
        rest.split("\n  - name:").next().unwrap_or_default().to_owned()
    };
    let texts: Vec<String> = compiled.tests.iter().map(text).collect();
    let known: Vec<_> = texts.iter().map(|text| words(text)).collect();
    let asked = words(near);
    let worth = |own: &BTreeMap<&str, usize>| -> usize {
        let shared = asked.keys().filter(|word| own.contains_key(**word));
        let rarity = |word: &&str| RARITY / known.iter().filter(|known| known.contains_key(word)).count().max(1);
        shared.map(rarity).sum()
    };
    let mut order: Vec<(usize, usize, &RuleTest)> = Vec::new();
    for ((own, text), test) in known.iter().zip(&texts).zip(&compiled.tests) {
        order.push((worth(own), text.len(), test));
    }
    order.sort_by_key(|(worth, length, _)| (std::cmp::Reverse(*worth), *length));
    order.into_iter().map(|(_, _, test)| test).collect()
}

/// Words of a text with how often they stand in it.
fn words(text: &str) -> BTreeMap<&str, usize> {
    let mut found = BTreeMap::new();
    for word in text.split(|letter: char| !letter.is_alphanumeric() && letter != '_').filter(|word| word.len() > 1) {
        *found.entry(word).or_default() += 1;
    }
    found
}
