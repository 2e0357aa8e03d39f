//! The lines of `RECORD`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| wheel_fixtures::fuzz::any_record(bytes));
