//! `cargo fuzz run --fuzz-dir tests/fuzz yaml`
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzzed::yaml::check(input));
