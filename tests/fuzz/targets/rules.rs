//! `cargo fuzz run --fuzz-dir tests/fuzz rules`
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzzed::rules::check(input));
