//! Two builds of one file.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| wheel_fixtures::fuzz::two(bytes));
