//! A member that is an ELF, Mach-O or PE file, or nearly one.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| wheel_fixtures::fuzz::any_binary(bytes));
