//! An otherwise good release whose extension is any bytes, before every check.
#![no_main]

use wheel_audit::check::{CHECKS, CheckInput};
use wheel_audit::wheel::release::{ReleaseFacts, WheelFacts};
use wheel_fixtures::release::{LINUX, plan};
use wheel_fixtures::wheel::Wheel;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let mut wheel = Wheel::new(LINUX);
    wheel.set_module(bytes.to_vec());
    let facts = WheelFacts::read(LINUX.to_owned(), &wheel.bytes()).expect("the wheel is good");
    let release = ReleaseFacts { wheels: vec![facts], ..ReleaseFacts::default() };
    let plan = plan();
    for check in CHECKS {
        let _judged = check.judge(CheckInput { release: &release, plan: Some(&plan), built: None });
    }
});
