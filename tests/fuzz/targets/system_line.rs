//! `cargo fuzz run --fuzz-dir tests/fuzz system_line`
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzzed::system_line::check(input));
