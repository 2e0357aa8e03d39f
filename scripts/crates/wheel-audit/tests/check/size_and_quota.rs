//! `size-and-quota`: a file that PyPI does not take without being asked.

use crate::{Case, refusals};
use wheel_fixtures::release::release;

pub const CASES: &[Case] = &[Case {
    name: "a wheel of more than 100 MiB",
    broken: || {
        let data = vec![0xff; (100 << 20) + 1];
        release(|parts| parts.linux.members.push(("sum_up_to/data.bin".to_owned(), data)))
    },
}];

#[test]
fn each_broken_release_is_refused() {
    insta::assert_snapshot!(refusals("size-and-quota", CASES), @"
    # a wheel of more than 100 MiB
    error[size-and-quota]: it has 104860827 bytes
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl
       = expected: at most 100 MiB
       = remedy: leave out what need not be downloaded, or ask PyPI for a higher limit beforehand
    ");
}
