//! The headers of `METADATA` and `WHEEL`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| wheel_fixtures::fuzz::headers(bytes));
