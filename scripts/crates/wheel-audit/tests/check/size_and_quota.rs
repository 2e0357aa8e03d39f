//! `size-and-quota`: a file that PyPI does not take without being asked.

use crate::{Case, judge, refusals_once};
use wheel_fixtures::release::{Dist, release};

/// A release whose wheel for Linux has members of these sizes, each of its own byte.
fn data(members: &[(&str, usize, u8)]) -> Dist {
    release(|parts| {
        for (name, size, byte) in members {
            parts.linux.members.push(((*name).to_owned(), vec![*byte; *size]));
        }
    })
}

pub const CASES: &[Case] = &[
    Case {
        name: "a file of data of 50 MiB",
        broken: || data(&[("sum_up_to/data.bin", 50 << 20, 0xff)]),
    },
    Case {
        name: "a library twice",
        broken: || data(&[("sum_up_to/a.dat", 1 << 20, 0xff), ("sum_up_to/b.dat", 1 << 20, 0xff)]),
    },
    Case {
        name: "a wheel of more than 100 MiB",
        broken: || {
            let part = 34 << 20;
            data(&[
                ("sum_up_to/a", part, 0xff),
                ("sum_up_to/b", part, 0xfe),
                ("sum_up_to/c", part, 0xfd),
            ])
        },
    },
];

#[test]
fn each_broken_release_is_refused() {
    insta::assert_snapshot!(refusals_once("size-and-quota", CASES), @"
    # a file of data of 50 MiB
    warning: it is data of 52428800 bytes
      = data of less than 50 MiB, or a download at need
    # a library twice
    warning: it has the same 1048576 bytes as `sum_up_to/a.dat`
      = each content once
    # a wheel of more than 100 MiB
    error: it has 106958296 bytes
      = at most 100 MiB
    ");
}

#[test]
fn small_copies_and_large_code_are_good() {
    let dist = data(&[
        ("sum_up_to/a.dat", (1 << 20) - 1, 0xff),
        ("sum_up_to/b.dat", (1 << 20) - 1, 0xff),
        ("sum_up_to/c.dat", 1 << 20, 0xfe),
        ("sum_up_to/d.dat", (50 << 20) - 1, 0xff),
    ]);
    assert_eq!(judge("size-and-quota", &dist), Ok(Vec::new()));
}
