//! `cargo fuzz run --fuzz-dir tests/fuzz answer`
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzzed::answer::check(input));
