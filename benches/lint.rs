//! What a rule set costs to compile and lint, beside the bare parse of the same files: events read and dropped.
//! Read ratios within one run, not figures.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

#[path = "lint/rule_set.rs"]
mod rule_set;

use divan::{AllocProfiler, Bencher};
use petiole::language::compile_texts;
use petiole::language::source::SourceMap;

#[global_allocator]
static ALLOCATOR: AllocProfiler<mimalloc::MiMalloc> = AllocProfiler::new(mimalloc::MiMalloc);

const FILES: [usize; 3] = [20, 100, 1000];

const ROWS: usize = 800;

fn main() {
    for files in [rule_set::of(20), rule_set::table(50)] {
        let compiled = compile_texts(SourceMap::new(files));
        let told: Vec<String> =
            compiled.findings.iter().map(|one| format!("{}: {}", one.code.0, one.message)).collect();
        assert!(compiled.plan.is_some() && told.is_empty(), "the rules are sound: {told:#?}");
    }
    divan::main();
}

/// Every event of every file, read and dropped.
fn bare(files: &SourceMap) -> usize {
    files.files().map(|(_, file)| granit_parser::Parser::new_from_str(&file.text).flatten().count()).sum()
}

#[divan::bench(args = FILES, sample_count = 10)]
fn a_lint(bencher: Bencher<'_, '_>, files: usize) {
    let files = rule_set::of(files);
    bencher.with_inputs(|| SourceMap::new(files.clone())).bench_values(compile_texts);
}

#[divan::bench(args = FILES, sample_count = 10)]
fn b_bare_parse(bencher: Bencher<'_, '_>, files: usize) {
    let files = SourceMap::new(rule_set::of(files));
    bencher.bench(|| bare(&files));
}

#[divan::bench(sample_count = 10)]
fn c_table_of_800_rows(bencher: Bencher<'_, '_>) {
    let files = rule_set::table(ROWS);
    bencher.with_inputs(|| SourceMap::new(files.clone())).bench_values(compile_texts);
}

#[divan::bench(sample_count = 10)]
fn d_bare_parse_of_the_same(bencher: Bencher<'_, '_>) {
    let files = SourceMap::new(rule_set::table(ROWS));
    bencher.bench(|| bare(&files));
}
