//! A tar archive, packed as an sdist, which another reader must read alike.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| wheel_fixtures::fuzz::source(bytes));
