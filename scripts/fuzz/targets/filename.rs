//! The name of a wheel.
#![no_main]

use wheel_audit::wheel::filename::WheelName;

libfuzzer_sys::fuzz_target!(|name: &str| {
    let _read_or_refused = name.parse::<WheelName>();
});
