//! The archive of a wheel, which another reader must read alike.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| wheel_fixtures::fuzz::archive(bytes));
