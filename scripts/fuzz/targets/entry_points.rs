//! The lines of `entry_points.txt`.
#![no_main]

use wheel_audit::wheel::entry_points;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _read_or_refused = entry_points::read(bytes);
});
