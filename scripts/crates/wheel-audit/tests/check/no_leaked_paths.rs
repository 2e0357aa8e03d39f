//! `no-leaked-paths`: files that tell who built them.

use crate::{Case, judge, refusals};
use wheel_fixtures::release::{Dist, LINUX, good, release};
use wheel_fixtures::wheel::Wheel;

/// A release whose library for Linux ends with these bytes.
fn ending(text: &str) -> Dist {
    release(|parts| {
        let mut module = Wheel::new(LINUX).members[1].1.clone();
        module.extend(text.as_bytes());
        parts.linux.set_module(module);
    })
}

pub const CASES: &[Case] = &[
    Case {
        name: "a home folder in a library",
        broken: || ending("\0/home/jdoe/.cargo/registry/src/index/pyo3/lib.rs\0"),
    },
    Case {
        name: "a home folder in the bill of materials",
        broken: || {
            release(|parts| {
                let bill = parts.linux.own("sboms/auditwheel.cdx.json");
                let text =
                    r#"{"purl": "pkg:cargo/sum-up-to?download_url=file:///home/jdoe/src/x"}"#;
                parts.linux.members.push((bill, text.into()));
            })
        },
    },
    Case { name: "a home folder of Windows", broken: || ending("\0C:\\Users\\J.Doe\\code\0") },
];

#[test]
fn each_broken_release_is_refused() {
    insta::assert_snapshot!(refusals("no-leaked-paths", CASES), @r"
    # a home folder in a library
    warning[no-leaked-paths]: it names the folder `/home/jdoe/`
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl: sum_up_to/_native.abi3.so
       = expected: no path of the machine that built it
       = remedy: build with `--remap-path-prefix` (cargo: `trim-paths`), `-ffile-prefix-map`, or on a hosted machine
    # a home folder in the bill of materials
    warning[no-leaked-paths]: it names the folder `/home/jdoe/`
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl: sum_up_to-1.0.0.dist-info/sboms/auditwheel.cdx.json
       = expected: no path of the machine that built it
       = remedy: build with `--remap-path-prefix` (cargo: `trim-paths`), `-ffile-prefix-map`, or on a hosted machine
    # a home folder of Windows
    warning[no-leaked-paths]: it names the folder `:\Users\J.Doe\`
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl: sum_up_to/_native.abi3.so
       = expected: no path of the machine that built it
       = remedy: build with `--remap-path-prefix` (cargo: `trim-paths`), `-ffile-prefix-map`, or on a hosted machine
    ");
}

#[test]
fn hosted_build_machines_tell_of_nobody() {
    assert!(good().files.contains_key(LINUX));
    let dist = ending("\0/home/runner/work/\0/Users/runner/x\0C:\\Users\\runneradmin\\x\0");
    assert_eq!(judge("no-leaked-paths", &dist), Ok(Vec::new()));
}
