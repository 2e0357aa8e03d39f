//! The headers of `METADATA` and `WHEEL`.
#![no_main]

use wheel_audit::wheel::metadata::Headers;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _read_or_refused = Headers::read(bytes);
});
