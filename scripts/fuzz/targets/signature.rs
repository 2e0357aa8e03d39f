//! The code signature of a Mach-O file.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| wheel_fixtures::fuzz::signature(bytes));
