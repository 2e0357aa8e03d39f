//! The lines of `entry_points.txt`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| wheel_fixtures::fuzz::commands(bytes));
