//! The archive of a wheel, and all that is read from it.
#![no_main]

use wheel_audit::wheel::release::WheelFacts;

const NAME: &str = "sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl";

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _read_or_refused = WheelFacts::read(NAME.to_owned(), bytes);
});
