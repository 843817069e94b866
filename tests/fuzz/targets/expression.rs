//! `cargo fuzz run --fuzz-dir tests/fuzz expression`
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzzed::expression::check(input));
