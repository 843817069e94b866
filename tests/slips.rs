//! A slip of the hand on any line of the shipped rules: the first finding is on that line, and few follow.

use std::path::Path;

use petiole::diagnostic::span::place_of;
use petiole::diagnostic::{Severity, Sources as _};
use petiole::language::compile_texts;
use petiole::language::source::{SourceFile, SourceMap, load};

/// How many slips are tried; `PETIOLE_SLIPS` asks for more.
const SLIPS: usize = 60;

/// What one slip led to.
struct Slip {
    file: String,
    line: usize,
    written: String,
    first: (String, usize, String),
    findings: usize,
}

impl Slip {
    /// A key that lost its place is told there or where the reader notices: at the next or the last line.
    fn hit(&self) -> bool {
        self.first.0 == self.file && self.first.1.abs_diff(self.line) <= 1
    }
}

fn shipped() -> Vec<SourceFile> {
    let (sources, _) = load(&[Path::new(env!("CARGO_MANIFEST_DIR")).join("rules")]);
    sources.files().map(|(_, file)| file.clone()).collect()
}

/// The line with two or one blanks more or less before it.
fn slipped(line: &str, random: &mut fastrand::Rng) -> Option<String> {
    let bare = line.trim_start();
    if bare.is_empty() || bare.starts_with('#') {
        return None;
    }
    let indent = line.len() - bare.len();
    let by = [1, 2][random.usize(..2)];
    let less = random.bool() && indent >= by;
    let indent = if less { indent - by } else { indent + by };
    Some(format!("{}{bare}", " ".repeat(indent)))
}

fn one(files: &[SourceFile], random: &mut fastrand::Rng) -> Option<Slip> {
    let yaml: Vec<usize> = (0..files.len()).filter(|at| files[*at].name.ends_with(".yaml")).collect();
    let lines: usize = yaml.iter().map(|at| files[*at].text.lines().count()).sum();
    let mut pick = random.usize(..lines);
    let mut files = files.to_vec();
    for at in yaml {
        let count = files[at].text.lines().count();
        if pick >= count {
            pick -= count;
            continue;
        }
        let mut texts: Vec<String> = files[at].text.lines().map(str::to_owned).collect();
        texts[pick] = slipped(&texts[pick], random)?;
        let written = texts[pick].clone();
        files[at].text = texts.join("\n") + "\n";
        let file = files[at].name.clone();
        let compiled = compile_texts(SourceMap::new(files));
        let errors: Vec<_> = compiled.findings.iter().filter(|one| one.severity == Severity::Error).collect();
        let first = errors.first()?;
        let span = first.primary.span;
        let place = place_of(compiled.sources.text(span.file), span.start);
        let told = format!("{}: {}", first.code, first.message);
        let first = (compiled.sources.name(span.file).to_owned(), place.line, told);
        return Some(Slip { file, line: pick + 1, written, first, findings: errors.len() });
    }
    None
}

#[test]
fn the_first_finding_is_on_the_line_of_the_slip() {
    let wanted = std::env::var("PETIOLE_SLIPS").ok().and_then(|text| text.parse().ok()).unwrap_or(SLIPS);
    let seed =
        std::env::var("PETIOLE_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or_else(|| fastrand::u64(..));
    let mut random = fastrand::Rng::with_seed(seed);
    let files = shipped();
    let (mut hits, mut slips, mut findings) = (0, 0, 0);
    let mut missed = Vec::new();
    while slips < wanted {
        let Some(slip) = one(&files, &mut random) else { continue };
        slips += 1;
        findings += slip.findings;
        hits += usize::from(slip.hit());
        if !slip.hit() || slip.findings > 3 {
            let (file, line, told) = &slip.first;
            let name = |path: &str| path.rsplit("rules/").next().unwrap().to_owned();
            missed.push(format!(
                "{}:{} `{}` ({} findings)\n    first {}:{line} {told}",
                name(&slip.file),
                slip.line,
                slip.written,
                slip.findings,
                name(file)
            ));
        }
    }
    println!("PETIOLE_SEED={seed}: {hits} of {slips} on the line, {findings} findings\n{}", missed.join("\n"));
    assert!(hits * 10 >= slips * 9, "PETIOLE_SEED={seed}: {hits} of {slips}\n{}", missed.join("\n"));
}
