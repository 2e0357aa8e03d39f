//! A member that is an ELF, Mach-O or PE file, or nearly one.
#![no_main]

use wheel_audit::wheel::binary;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _read_or_refused = binary::read("sum_up_to/_native.abi3.so", bytes);
});
