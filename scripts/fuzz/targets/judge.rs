//! An otherwise good release whose extension is any bytes, before every check.
#![no_main]

#[path = "../../tests/fixture/mod.rs"]
mod fixture;

use fixture::release::{LINUX, plan};
use fixture::wheel::Wheel;
use wheel_pipeline::check::{CHECKS, Subject};
use wheel_pipeline::wheel::release::{Release, WheelFacts};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let mut wheel = Wheel::new(LINUX);
    wheel.set_module(bytes.to_vec());
    let facts = WheelFacts::read(LINUX.to_owned(), &wheel.bytes()).expect("the wheel is good");
    let release = Release { wheels: vec![facts], ..Release::default() };
    let plan = plan();
    for check in CHECKS {
        let _judged = check.judge(Subject { release: &release, plan: Some(&plan), built: None });
    }
});
