//! What a keystroke costs until its findings are told, without the pipe between editor and server: the shipped rules,
//! and a set of 1,000 files. Prints one table of percentiles.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

#[allow(dead_code, reason = "the tables in it are for the bench of lint")]
#[path = "lint/rule_set.rs"]
mod rule_set;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use lsp_types::{Position, Range, TextDocumentContentChangeEvent};
use petiole::editor::address::address_of;
use petiole::editor::encoding::Encoding;
use petiole::editor::session::Session;
use petiole::world::SystemFiles;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Letters that are typed: each is a change of its own.
const TYPED: &str = "\n    - leaflink.notes -> flourish.notes";

fn main() {
    println!("{:<28}{:>8}{:>10}{:>10}{:>10}", "keystroke to findings", "count", "median", "p99", "slowest");
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR"));
    measure("the shipped rules", shipped, "rules/pipelines/orders.yaml", 1_000);
    let folder = std::env::temp_dir().join(format!("petiole-bench-{}", std::process::id()));
    for file in rule_set::of(1_000) {
        let path = folder.join("rules").join(file.name.trim_start_matches("rules/"));
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, file.text).unwrap();
    }
    let named = rule_set::of(1_000).into_iter().find(|file| file.text.starts_with("pipeline:")).unwrap().name;
    let file = format!("rules/{}", named.trim_start_matches("rules/"));
    measure("1,000 files", &folder, &file, 60);
    std::fs::remove_dir_all(folder).unwrap();
}

fn measure(what: &str, root: &Path, file: &str, count: usize) {
    let path: PathBuf = root.join(file);
    let text = std::fs::read_to_string(&path).unwrap();
    let mut session = Session::new(&SystemFiles, vec![root.to_owned()], Encoding::Utf16);
    let address = address_of(&path).unwrap();
    session.open(address.clone(), 1, text.clone());
    assert!(!session.news().is_empty());
    let line = text.lines().position(|line| line.starts_with("    - ")).unwrap();
    let mut place = Position {
        line: u32::try_from(line).unwrap(),
        character: u32::try_from(text.lines().nth(line).unwrap().len()).unwrap(),
    };
    let mut taken: Vec<Duration> = Vec::new();
    let letters = TYPED.chars().chain(std::iter::once('\u{8}')).cycle();
    let mut begun = place;
    for (version, letter) in (2..).zip(letters).take(count) {
        let (range, text) = if letter == '\u{8}' {
            // All of it goes again.
            (Range { start: begun, end: place }, String::new())
        } else {
            if letter == '\n' {
                begun = place;
            }
            (Range { start: place, end: place }, letter.to_string())
        };
        let change = TextDocumentContentChangeEvent { range: Some(range), range_length: None, text };
        let begin = Instant::now();
        session.change((&address, version), vec![change]);
        let told = session.news();
        taken.push(begin.elapsed());
        assert!(!told.is_empty(), "the open file is told of each time");
        match letter {
            '\u{8}' => place = begun,
            '\n' => place = Position { line: place.line + 1, character: 0 },
            _ => place.character += 1,
        }
    }
    taken.sort_unstable();
    let at = |share: usize| format!("{:.1} ms", taken[(taken.len() - 1) * share / 100].as_secs_f64() * 1_000.0);
    println!("{what:<28}{:>8}{:>10}{:>10}{:>10}", taken.len(), at(50), at(99), at(100));
}
