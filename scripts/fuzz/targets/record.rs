//! The lines of `RECORD`.
#![no_main]

use wheel_audit::wheel::record;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _read_or_refused = record::read(bytes);
});
