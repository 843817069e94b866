//! `petiole fmt`: shipped rules stay as they are; whatever a file's blanks are, it is laid out the same way, says the
//! same, and stays so.

use std::path::{Path, PathBuf};

use petiole::diagnostic::FileId;
use petiole::language::compile_texts;
use petiole::language::source::{SourceFile, SourceMap, load};
use petiole::language::syntax::layout::lay_out;
use petiole::language::syntax::yaml::{self, Node, NodeKind};

use crate::support::{Folder, petiole};

/// How many variants of each file are tried.
const VARIANTS: usize = 3;

fn shipped() -> Vec<SourceFile> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let paths: Vec<PathBuf> = [
        "rules",
        "examples/quickstart",
        "examples/csv_3pl",
        "examples/multi_brand",
        "examples/multi_facility",
        "tests/lint/base",
    ]
    .iter()
    .map(|folder| root.join(folder))
    .collect();
    let (sources, _) = load(&petiole::world::SystemFiles, &paths);
    sources.files().map(|(_, file)| file.clone()).filter(|file| file.name.ends_with(".yaml")).collect()
}

fn laid(text: &str) -> String {
    lay_out(FileId(0), text).unwrap_or_else(|found| panic!("{found:?}\n{text}"))
}

/// What a file says, whatever its blanks are.
fn said(node: &Node) -> String {
    match &node.kind {
        NodeKind::Null => "~".to_owned(),
        NodeKind::Scalar(scalar) => format!("{:?}", scalar.text),
        NodeKind::Sequence(items) => format!("[{}]", items.iter().map(said).collect::<Vec<_>>().join(",")),
        NodeKind::Mapping(entries) => {
            let each = entries.iter().map(|(key, value)| format!("{:?}:{}", key.text, said(value)));
            format!("{{{}}}", each.collect::<Vec<_>>().join(","))
        }
    }
}

/// The text with other blanks: deeper levels, blanks behind lines, empty lines, other line ends.
fn spoilt(text: &str, random: &mut fastrand::Rng) -> String {
    let (step, ends) = (random.usize(1..5), if random.bool() { "\r\n" } else { "\n" });
    let mut spoilt = String::new();
    let mut block = None;
    for line in text.lines() {
        let bare = line.trim_start();
        let indent = line.len() - bare.len();
        // In a text of several lines every blank counts, but for those that all of its lines have.
        block = block.filter(|above| bare.is_empty() || indent > *above);
        let moved = match block {
            Some(above) if !bare.is_empty() => " ".repeat(above / 2 * step + (indent - above)),
            _ => " ".repeat(indent / 2 * step + indent % 2),
        };
        if block.is_none() && !bare.is_empty() && random.u8(..8) == 0 {
            spoilt.push_str(ends);
            spoilt.push_str(ends);
        }
        let behind = if block.is_none() && random.u8(..6) == 0 { "   " } else { "" };
        if bare.ends_with('|') || bare.ends_with('>') {
            block = Some(indent);
        }
        spoilt.extend([moved.as_str(), bare, behind, ends]);
    }
    spoilt
}

#[test]
fn shipped_files_stay_as_they_are() {
    for file in shipped() {
        assert!(laid(&file.text) == file.text, "{} would change", file.name);
    }
}

#[test]
fn whatever_the_blanks_a_file_says_the_same_and_stays_so() {
    let seed =
        std::env::var("PETIOLE_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or_else(|| fastrand::u64(..));
    let mut random = fastrand::Rng::with_seed(seed);
    // Blanks inside a text of several lines are part of what it says; most variants say the same.
    let (mut same, files) = (0, shipped());
    for file in &files {
        let (before, found) = yaml::parse(FileId(0), &file.text);
        assert!(found.is_empty(), "{}", file.name);
        for _ in 0..VARIANTS {
            let variant = spoilt(&file.text, &mut random);
            if !yaml::parse(FileId(0), &variant).1.is_empty() {
                continue;
            }
            let once = laid(&variant);
            let meant = said(&yaml::parse(FileId(0), &variant).0);
            assert_eq!(meant, said(&yaml::parse(FileId(0), &once).0), "PETIOLE_SEED={seed} {}", file.name);
            assert_eq!(once, laid(&once), "PETIOLE_SEED={seed} {} again", file.name);
            if meant != said(&before) {
                continue;
            }
            same += 1;
            let wide = |text: &str| text.lines().any(|line| line.ends_with(' ') || line.ends_with('\t'));
            assert!(!wide(&once) && !once.contains("\n\n\n") && !once.contains('\r'), "PETIOLE_SEED={seed} {once}");
        }
    }
    assert!(same > files.len(), "PETIOLE_SEED={seed}: {same} variants say the same");
}

/// What rules mean is the same, whatever their blanks were.
#[test]
fn the_plan_is_the_same_before_and_after() {
    let seed =
        std::env::var("PETIOLE_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or_else(|| fastrand::u64(..));
    let mut random = fastrand::Rng::with_seed(seed);
    let (sources, _) = load(&petiole::world::SystemFiles, &[Path::new(env!("CARGO_MANIFEST_DIR")).join("rules")]);
    let files: Vec<SourceFile> = sources.files().map(|(_, file)| file.clone()).collect();
    let is_rules = |file: &SourceFile| file.name.ends_with(".yaml");
    let with = |change: &mut dyn FnMut(&str) -> String| -> SourceMap {
        let each = files.iter().map(|file| {
            let text = if is_rules(file) { change(&file.text) } else { file.text.clone() };
            SourceFile { name: file.name.clone(), text }
        });
        SourceMap::new(each.collect())
    };
    let plan = |sources: SourceMap| {
        let compiled = compile_texts(sources);
        let told: Vec<String> = compiled.findings.iter().map(|one| one.message.clone()).collect();
        let plan = compiled.plan.unwrap_or_else(|| panic!("PETIOLE_SEED={seed} {told:?}"));
        // Lines move.
        let mark = regex::Regex::new(r"\.(yaml|rhai):\d+").unwrap();
        mark.replace_all(&plan.to_string(), "").into_owned()
    };
    let before = plan(with(&mut |text| text.to_owned()));
    let mut changed = |text: &str| {
        let variant = spoilt(text, &mut random);
        // Some blanks break a file, and some are part of what it says.
        let (tree, found) = yaml::parse(FileId(0), &variant);
        let is_whole = found.is_empty() && said(&tree) == said(&yaml::parse(FileId(0), text).0);
        laid(if is_whole { &variant } else { text })
    };
    let after = plan(with(&mut changed));
    assert!(before == after, "PETIOLE_SEED={seed}: the plan is another one");
}

#[test]
fn brackets_lists_and_comments_are_laid_out() {
    let odd = "a:\n- x\n-   b: [ 1,2 ,  \"c,d\" ]\n    c: {d: 1,e: {} }   # kept  as it is\n\n\n# on its own\nf:\n    # inside\n    g: h  \n";
    let right = "a:\n  - x\n  - b: [1, 2, \"c,d\"]\n    c: { d: 1, e: {} }   # kept  as it is\n\n# on its own\nf:\n  # inside\n  g: h\n";
    assert_eq!(laid(odd), right);
}

#[test]
fn a_file_that_cannot_be_read_is_left_as_it_is() {
    let folder = Folder::new();
    let broken = "settings:\n  a: [1\n  b: 2\n";
    std::fs::write(folder.0.join("broken.yaml"), broken).unwrap();
    std::fs::write(folder.0.join("odd.yaml"), "settings:\n     a: 1\n").unwrap();
    let run = |more: &[&str]| {
        let done = petiole().current_dir(&folder.0).args(["fmt", "."]).args(more).output().unwrap();
        let told = [done.stdout, done.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
        (done.status.code().unwrap(), told)
    };
    let (code, told) = run(&["--check"]);
    assert!(code == 1 && told.contains("odd.yaml would change") && told.contains("is not closed"), "{told}");
    let (code, told) = run(&["--diff"]);
    assert!(code == 1 && told.contains("-     a: 1\n+  a: 1\n"), "{told}");
    assert_eq!(std::fs::read_to_string(folder.0.join("odd.yaml")).unwrap(), "settings:\n     a: 1\n");
    let (code, told) = run(&[]);
    assert!(code == 1 && told.contains("odd.yaml is laid out"), "{told}");
    assert_eq!(std::fs::read_to_string(folder.0.join("odd.yaml")).unwrap(), "settings:\n  a: 1\n");
    assert_eq!(std::fs::read_to_string(folder.0.join("broken.yaml")).unwrap(), broken);
}
