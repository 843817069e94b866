//! The tests beside the shipped rules notice when a rule is changed: one change at a time, in memory.
//!
//! A small sample is tried by default; `PETIOLE_MUTANTS=all` tries every change, a number asks for as many, `known` tries
//! those that are left out because no test can notice them, and any other text those that are told with it, such as
//! `orders.yaml` or `totals:`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use petiole::language::source::{SourceFile, SourceMap, load};
use petiole::language::{Compilation, compile_texts};
use petiole::trial;

mod changes;
mod equivalent;

use equivalent::{Equivalent, KNOWN};

/// How many changes are tried where nobody asks for more.
const SAMPLE: usize = 30;

/// A test that hangs has noticed.
const TIMEOUT: Duration = Duration::from_secs(30);

/// One change of a rule.
struct Mutant {
    file: usize,
    line: usize,
    old: String,
    new: String,
    told: String,
}

impl Mutant {
    fn tell(&self, files: &[SourceFile]) -> String {
        let name = files[self.file].name.rsplit("rules/").next().unwrap();
        format!("{name}:{} `{}`: {}", self.line + 1, self.old.trim(), self.told)
    }

    fn is(&self, known: &Equivalent, files: &[SourceFile]) -> bool {
        known.is((&files[self.file].name, &self.old), &self.told)
    }

    /// The rules with this change; nothing where lint refuses them.
    fn compiled(&self, files: &[SourceFile]) -> Option<Compilation> {
        let mut files = files.to_vec();
        let mut lines: Vec<&str> = files[self.file].text.lines().collect();
        lines[self.line] = &self.new;
        files[self.file].text = lines.join("\n") + "\n";
        Some(compile_texts(SourceMap::new(files))).filter(|compiled| compiled.plan.is_some())
    }
}

fn shipped() -> Vec<SourceFile> {
    let (sources, _) = load(&petiole::world::SystemFiles, &[Path::new(env!("CARGO_MANIFEST_DIR")).join("rules")]);
    sources.files().map(|(_, file)| file.clone()).collect()
}

/// The lines of a file that say rules: above its tests, neither empty nor comments nor what a file is about.
fn said(file: &SourceFile) -> impl Iterator<Item = (usize, &str)> {
    let lines = file.text.lines().enumerate().take_while(|(_, line)| *line != "tests:");
    let mut is_head = file.name.contains("/tables/");
    lines.filter(move |(_, line)| {
        is_head &= *line != "rows:";
        let bare = line.trim_start();
        let silent = ["#", "//", "about:", "pipeline:", "table:", "between:", "fields:", "- own-target"];
        !is_head && !bare.is_empty() && !silent.iter().any(|silent| bare.starts_with(silent))
    })
}

fn mutants(files: &[SourceFile]) -> Vec<Mutant> {
    let mut all = Vec::new();
    for (at, file) in files.iter().enumerate() {
        let is_script = file.name.ends_with(".rhai");
        if !is_script && !file.name.contains("/pipelines/") && !file.name.contains("/tables/") {
            continue;
        }
        let texts = said(file).flat_map(|(_, line)| changes::texts(line)).map(|(_, text)| text.to_owned());
        let mut texts: Vec<String> = texts.collect();
        texts.sort();
        texts.dedup();
        for (line, old) in said(file) {
            let changed = changes::of_line(old, is_script, &texts).into_iter();
            all.extend(changed.map(|(new, told)| Mutant { file: at, line, old: old.to_owned(), new, told }));
        }
    }
    all
}

/// Words of a text with how often they stand in it.
fn words(text: &str) -> BTreeMap<&str, usize> {
    let mut found = BTreeMap::new();
    for word in text.split(|letter: char| !letter.is_alphanumeric() && letter != '_').filter(|word| word.len() > 1) {
        *found.entry(word).or_default() += 1;
    }
    found
}

/// The tests of a rule set with the rare words that each speaks of, so that the likeliest is asked first.
fn likeliest<'c>(compiled: &'c Compilation, near: &str) -> Vec<&'c petiole::language::plan::test::RuleTest> {
    let text = |test: &petiole::language::plan::test::RuleTest| {
        let file = petiole::diagnostic::Sources::text(&compiled.sources, test.span.file);
        let rest = &file[test.span.start..];
        rest[..rest.find("\n  - name:").unwrap_or(rest.len())].to_owned()
    };
    let texts: Vec<String> = compiled.tests.iter().map(text).collect();
    let known: Vec<_> = texts.iter().map(|text| words(text)).collect();
    let asked = words(near);
    let worth = |at: usize| -> usize {
        let shared = asked.keys().filter(|word| known[at].contains_key(**word));
        shared.map(|word| 10_000 / known.iter().filter(|known| known.contains_key(word)).count()).sum()
    };
    let mut order: Vec<(usize, usize)> = (0..texts.len()).map(|at| (worth(at), at)).collect();
    order.sort_by_key(|(worth, at)| (std::cmp::Reverse(*worth), texts[*at].len()));
    order.into_iter().map(|(_, at)| &compiled.tests[at]).collect()
}

/// Whether a test fails where a rule is changed; nothing where lint does not pass the change.
fn noticed(files: &[SourceFile], mutant: &Mutant) -> Option<bool> {
    let compiled = mutant.compiled(files)?;
    let plan = compiled.plan.as_ref()?;
    let lines: Vec<&str> = files[mutant.file].text.lines().collect();
    let around = if files[mutant.file].name.ends_with(".rhai") { 4 } else { 0 };
    let near = lines[mutant.line.saturating_sub(around)..(mutant.line + around + 1).min(lines.len())].join("\n");
    let fails = |test| trial::run(plan, &compiled.sources, (&[test], TIMEOUT)).failed() > 0;
    Some(likeliest(&compiled, &near).into_iter().any(fails))
}

/// The changes that lint passes, until there are as many as wanted, each with whether a test noticed it.
fn tried<'m>(files: &[SourceFile], mutants: &'m [Mutant], wanted: usize) -> Vec<(&'m Mutant, bool)> {
    let (next, done) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let many = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..many {
            scope.spawn(|| {
                while done.lock().unwrap().len() < wanted {
                    let Some(mutant) = mutants.get(next.fetch_add(1, Ordering::Relaxed)) else { break };
                    let Some(noticed) = noticed(files, mutant) else { continue };
                    if !noticed {
                        println!("not noticed: {}", mutant.tell(files));
                    }
                    done.lock().unwrap().push((mutant, noticed));
                }
            });
        }
    });
    done.into_inner().unwrap()
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
    mutants.retain(|mutant| KNOWN.iter().any(|known| mutant.is(known, &files)) == only_known);
    mutants.retain(|mutant| part.is_none_or(|part| mutant.tell(&files).contains(part.as_str())));
    let tried = tried(&files, &mutants, wanted);
    let mut survivors: Vec<String> =
        tried.iter().filter(|(_, noticed)| !noticed).map(|(mutant, _)| mutant.tell(&files)).collect();
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
        assert!(mutants.iter().any(|mutant| mutant.is(known, &files)), "{known:?}");
    }
}
