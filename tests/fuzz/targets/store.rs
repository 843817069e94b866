//! `cargo fuzz run --fuzz-dir tests/fuzz store`
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzzed::store::check(input));
