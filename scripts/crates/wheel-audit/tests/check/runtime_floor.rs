//! `runtime-floor`: libraries that ask for a newer libstdc++ or libgcc than the tag promises.

use crate::{Case, elf, judge, refusals};
use wheel_fixtures::elf::{Elf, X86_64};
use wheel_fixtures::release::good;
use wheel_fixtures::wheel::Wheel;

pub const CASES: &[Case] = &[
    Case {
        name: "a newer libstdc++",
        broken: || elf(|elf| elf.versions.push(("libstdc++.so.6", "GLIBCXX_3.4.21", false))),
    },
    Case {
        name: "a newer ABI of C++",
        broken: || elf(|elf| elf.versions.push(("libstdc++.so.6", "CXXABI_1.3.13", false))),
    },
    Case {
        name: "a newer libgcc",
        broken: || elf(|elf| elf.versions.push(("libgcc_s.so.1", "GCC_12.0.0", false))),
    },
];

#[test]
fn each_broken_release_is_refused() {
    insta::assert_snapshot!(refusals("runtime-floor", CASES), @"
    # a newer libstdc++
    error[runtime-floor]: it needs `GLIBCXX_3.4.21` of `libstdc++.so.6`
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl: sum_up_to/_native.abi3.so
       = expected: no version after `GLIBCXX_3.4.19`
       = remedy: build in the image of the tag, link the library statically, or put it into the wheel
    # a newer ABI of C++
    error[runtime-floor]: it needs `CXXABI_1.3.13` of `libstdc++.so.6`
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl: sum_up_to/_native.abi3.so
       = expected: no version after `CXXABI_1.3.7`
       = remedy: build in the image of the tag, link the library statically, or put it into the wheel
    # a newer libgcc
    error[runtime-floor]: it needs `GCC_12.0.0` of `libgcc_s.so.1`
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl: sum_up_to/_native.abi3.so
       = expected: no version after `GCC_4.8.0`
       = remedy: build in the image of the tag, link the library statically, or put it into the wheel
    ");
}

#[test]
fn versions_of_the_policy_and_optional_ones_are_good() {
    let dist = elf(|elf| {
        elf.versions.extend([
            ("libstdc++.so.6", "GLIBCXX_3.4.19", false),
            ("libstdc++.so.6", "CXXABI_FLOAT128", false),
            ("libstdc++.so.6", "GLIBCXX_3.4.30", true),
            ("libgcc_s.so.1", "GCC_3.0", false),
        ]);
    });
    assert_eq!(judge("runtime-floor", &dist), Ok(Vec::new()));
}

#[test]
fn a_library_in_the_wheel_may_be_of_any_version() {
    let module =
        Elf { versions: vec![("libstdc++.so.6", "GLIBCXX_3.4.30", false)], ..Elf::new(X86_64) };
    let mut wheel = Wheel::new("sum_up_to-1.0.0-cp310-abi3-manylinux_2_28_x86_64.whl");
    wheel.set_module(module.bytes());
    let mut dist = good();
    dist.add(&wheel.file, wheel.bytes());
    assert_eq!(judge("runtime-floor", &dist).map(|findings| findings.len()), Ok(1));
    let bundled = ("sum_up_to.libs/libstdc++.so.6".to_owned(), Elf::new(X86_64).bytes());
    wheel.members.push(bundled);
    dist.add(&wheel.file, wheel.bytes());
    assert_eq!(judge("runtime-floor", &dist), Ok(Vec::new()));
}
