//! What was found worth keeping while fuzzing, put through the same checks again: `tests/fuzz/corpus/TARGET/`.
//!
//! An input that once broke a promise stays there under the name of what went wrong. `PETIOLE_FUZZ_INPUTS` asks for as
//! many further ones of each target, made from those at random, and `PETIOLE_FUZZ_SEED` for those of another run: less
//! than `cargo fuzz` finds, and without what that needs.

use std::path::Path;

#[path = "fuzz/fuzzed/mod.rs"]
pub(crate) mod fuzzed;

/// Bytes of one folder that a reader of the tree may have to look at.
const FOLDER_BYTES_MAX: usize = 130_000;

/// Texts that mean something to one target or another.
const WORDS: [&str; 24] = [
    "\n",
    "  ",
    "- ",
    ": ",
    "\"",
    "'",
    "{",
    "}",
    "[]",
    "[0]",
    ".",
    "->",
    "<->",
    " where ",
    " ?? ",
    "park \"x\"",
    "(",
    ")",
    "null",
    "-",
    "1e999",
    "\u{feff}",
    "{\"$p\":1}",
    "é",
];

fn wished(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|text| text.parse().ok())
}

/// One of the inputs, changed in a few places.
fn changed(inputs: &[Vec<u8>], random: &mut fastrand::Rng) -> Vec<u8> {
    let mut input = inputs[random.usize(..inputs.len())].clone();
    for _ in 0..random.usize(1..6) {
        let at = random.usize(..=input.len());
        let end = random.usize(at..=input.len().min(at + 40));
        match random.usize(..6) {
            0 if at < input.len() => input[at] ^= 1 << random.usize(..8),
            1 if at < input.len() => input[at] = random.u8(..),
            2 => drop(input.splice(at..at, WORDS[random.usize(..WORDS.len())].bytes())),
            3 => drop(input.drain(at..end)),
            4 => drop(input.splice(at..at, input[at..end].to_vec())),
            _ => {
                let other = &inputs[random.usize(..inputs.len())];
                let start = random.usize(..=other.len());
                drop(input.splice(at..end, other[start..other.len().min(start + 60)].iter().copied()));
            }
        }
    }
    input
}

fn replay(name: &str) {
    let (_, check) = fuzzed::TARGETS.iter().find(|(known, _)| *known == name).unwrap();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/corpus").join(name);
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    assert!(paths.len() > 5, "{name} has {} inputs", paths.len());
    let inputs: Vec<Vec<u8>> = paths.iter().map(|path| std::fs::read(path).unwrap()).collect();
    let keeps = |input: &[u8]| std::panic::catch_unwind(|| check(input)).is_ok();
    for (path, input) in paths.iter().zip(&inputs) {
        assert!(keeps(input), "{} breaks a promise", path.display());
    }
    let bytes: usize = inputs.iter().map(Vec::len).sum();
    assert!(bytes <= FOLDER_BYTES_MAX, "{name} keeps {bytes} bytes: `cargo fuzz cmin` makes them fewer");
    let seed = wished("PETIOLE_FUZZ_SEED").unwrap_or_default();
    let mut random = fastrand::Rng::with_seed(seed);
    for at in 0..wished("PETIOLE_FUZZ_INPUTS").unwrap_or_default() {
        let input = changed(&inputs, &mut random);
        let shown = input.escape_ascii();
        assert!(keeps(&input), "PETIOLE_FUZZ_SEED={seed} PETIOLE_FUZZ_INPUTS={at} breaks a promise: {shown}");
    }
}

#[test]
fn answer() {
    replay("answer");
}

#[test]
fn expression() {
    replay("expression");
}

#[test]
fn rule_line() {
    replay("rule_line");
}

#[test]
fn rules() {
    replay("rules");
}

#[test]
fn script() {
    replay("script");
}

#[test]
fn store() {
    replay("store");
}

#[test]
fn system_line() {
    replay("system_line");
}

#[test]
fn webhook() {
    replay("webhook");
}

#[test]
fn yaml() {
    replay("yaml");
}
