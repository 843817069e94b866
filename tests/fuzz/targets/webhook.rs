//! `cargo fuzz run --fuzz-dir tests/fuzz webhook`
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzzed::webhook::check(input));
