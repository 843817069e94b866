//! `cargo fuzz run --fuzz-dir tests/fuzz rule_line`
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzzed::rule_line::check(input));
