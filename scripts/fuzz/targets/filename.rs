//! The name of a wheel, of a project and of a target.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| wheel_fixtures::fuzz::any_name(bytes));
