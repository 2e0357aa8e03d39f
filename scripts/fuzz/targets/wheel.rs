//! The archive of a wheel, and all that is read from it.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| wheel_fixtures::fuzz::wheel(bytes));
