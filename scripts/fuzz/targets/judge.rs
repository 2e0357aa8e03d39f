//! An otherwise good release whose extension is any bytes, before every check.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| wheel_fixtures::fuzz::judge(bytes));
