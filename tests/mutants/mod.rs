//! The tests beside the shipped rules notice when a rule is changed: one change at a time, in memory.
//!
//! A small sample is tried by default; `PETIOLE_MUTANTS=all` tries every change, a number asks for as many, `known` tries
//! those that are left out because no test can notice them, and any other text those that are told with it, such as
//! `orders.yaml` or `totals:`.

use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use petiole::language::source::{SourceFile, load};
use petiole::trial::mutate::{Mutant, mutants, tried};

mod equivalent;

use equivalent::{Equivalent, KNOWN};

/// How many changes are tried where nobody asks for more.
const SAMPLE: usize = 30;

/// A test that hangs has noticed.
const TIMEOUT: Duration = Duration::from_secs(30);

fn tell(mutant: &Mutant, files: &[SourceFile]) -> String {
    let name = mutant.file_name(files).rsplit("rules/").next().unwrap();
    format!("{name}:{} `{}`: {}", mutant.line + 1, mutant.old.trim(), mutant.told)
}

fn is(mutant: &Mutant, known: &Equivalent, files: &[SourceFile]) -> bool {
    known.is((mutant.file_name(files), &mutant.old), &mutant.told)
}

fn shipped() -> Vec<SourceFile> {
    let (sources, _) = load(&petiole::world::SystemFiles, &[Path::new(env!("CARGO_MANIFEST_DIR")).join("rules")]);
    sources.files().map(|(_, file)| file.clone()).collect()
}

#[test]
fn the_shipped_tests_notice_a_rule_that_is_changed() {
    let seed = std::env::var("PETIOLE_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed = seed.unwrap_or_else(|| fastrand::u64(..));
    let asked = std::env::var("PETIOLE_MUTANTS").unwrap_or_default();
    let part = Some(&asked).filter(|asked| !asked.is_empty() && asked.parse::<usize>().is_err());
    let part = part.filter(|asked| !["all", "known"].contains(&asked.as_str()));
    let whole = part.is_some() || ["all", "known"].contains(&asked.as_str());
    let wanted = if whole { usize::MAX } else { asked.parse().unwrap_or(SAMPLE) };
    let files = shipped();
    let mut mutants = mutants(&files);
    fastrand::Rng::with_seed(seed).shuffle(&mut mutants);
    let only_known = asked == "known";
    mutants.retain(|mutant| KNOWN.iter().any(|known| is(mutant, known, &files)) == only_known);
    mutants.retain(|mutant| part.is_none_or(|part| tell(mutant, &files).contains(part.as_str())));
    let tried = tried(&files, &mutants, (wanted, TIMEOUT));
    let mut survivors: Vec<String> =
        tried.iter().filter(|(_, noticed)| !noticed).map(|(mutant, _)| tell(mutant, &files)).collect();
    survivors.sort();
    let (valid, seen) = (tried.len(), tried.len() - survivors.len());
    let mut report = format!("PETIOLE_SEED={seed}: {seen} of {valid} noticed, {} known as equivalent", KNOWN.len());
    survivors.iter().for_each(|survivor| {
        let _ = write!(report, "\n  not noticed: {survivor}");
    });
    println!("{report}");
    assert!(only_known || part.is_some() || seen * 100 >= valid * floor(valid), "{report}");
}

/// The share that must be noticed, in percent. Nine of ten are; a small sample may have drawn more of the others.
fn floor(valid: usize) -> usize {
    if valid < 200 { 75 } else { 90 }
}

/// What is listed as equivalent is said by a rule still.
#[test]
fn every_change_that_is_known_as_equivalent_can_be_made() {
    let files = shipped();
    let mutants = mutants(&files);
    for known in KNOWN {
        assert!(mutants.iter().any(|mutant| is(mutant, known, &files)), "{known:?}");
    }
}
