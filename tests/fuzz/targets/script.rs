//! `cargo fuzz run --fuzz-dir tests/fuzz script`
#![no_main]

libfuzzer_sys::fuzz_target!(
    // A native function that panics is caught by the host; the fuzzer's own hook would end the process before.
    init: std::panic::set_hook(Box::new(|panic| eprintln!("{panic}"))),
    |input: &[u8]| fuzzed::script::check(input)
);
