//! `zip-structure`: archives that two readers unpack differently, or that reach out of their folder.

use crate::{Case, judge, refusals};
use wheel_fixtures::release::{Dist, LINUX, good, release};
use wheel_fixtures::wheel::Wheel;
use wheel_fixtures::zip::{EndRecord, PackedMember, archive_with};

/// A release whose wheel for Linux is packed in another way.
fn packed(change: impl FnOnce(&mut Vec<PackedMember>, &mut EndRecord)) -> Dist {
    let mut members = Wheel::new(LINUX).packed();
    let mut end = EndRecord::default();
    change(&mut members, &mut end);
    let mut dist = good();
    dist.replace(LINUX, archive_with(&members, &end));
    dist
}

fn with(name: &'static str) -> Dist {
    release(|parts| parts.linux.members.push((name.to_owned(), b"x".to_vec())))
}

pub const CASES: &[Case] = &[
    Case { name: "a comment", broken: || packed(|_, end| end.comment = b"signed".to_vec()) },
    Case {
        name: "bytes before the first member",
        broken: || packed(|members, _| members[0].gap = b"#!/bin/sh\n".to_vec()),
    },
    Case {
        name: "bytes between two members",
        broken: || packed(|members, _| members[2].gap = vec![0; 30]),
    },
    Case {
        name: "another CRC in the local header",
        broken: || packed(|members, _| members[1].local_crc = Some(7)),
    },
    Case { name: "a symbolic link", broken: || packed(|members, _| members[0].mode = 0o120_777) },
    Case {
        name: "a path that leads out of the folder",
        broken: || with("sum_up_to/../../evil.py"),
    },
    Case { name: "an absolute path", broken: || with("/etc/evil") },
    Case { name: "a path with a drive", broken: || with("C:/evil") },
    Case { name: "a path for Windows", broken: || with("sum_up_to\\evil.py") },
    Case { name: "two names that are one on Windows", broken: || with("sum_up_to/__INIT__.py") },
    Case {
        name: "a bomb",
        broken: || {
            let zeros = vec![0; 70 << 20];
            release(|parts| parts.linux.members.push(("sum_up_to/zeros".to_owned(), zeros)))
        },
    },
];

#[test]
fn each_broken_release_is_refused() {
    let size = good().files[LINUX].len();
    assert!(size < 10_000, "{size}");
    insta::assert_snapshot!(refusals("zip-structure", CASES), @r"
    # a comment
    finding[zip-structure]: the archive has a comment of 6 bytes
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl
       = expected: no comment
       = remedy: build the wheel again, and pack it with a tool that writes plain archives (`wheel pack`)
    # bytes before the first member
    finding[zip-structure]: 10 bytes at 0 belong to no member
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl
       = expected: no bytes between members
       = remedy: build the wheel again, and pack it with a tool that writes plain archives (`wheel pack`)
    # bytes between two members
    finding[zip-structure]: 30 bytes at 1523 belong to no member
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl
       = expected: no bytes between members
       = remedy: build the wheel again, and pack it with a tool that writes plain archives (`wheel pack`)
    # another CRC in the local header
    finding[zip-structure]: `sum_up_to/_native.abi3.so` has another CRC in its local header
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl
       = expected: headers that agree
       = remedy: build the wheel again, and pack it with a tool that writes plain archives (`wheel pack`)
    # a symbolic link
    finding[zip-structure]: `sum_up_to/__init__.py` is a symbolic link
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl
       = expected: files and folders
       = remedy: build the wheel again, and pack it with a tool that writes plain archives (`wheel pack`)
    # a path that leads out of the folder
    finding[zip-structure]: `sum_up_to/../../evil.py` leads out of the folder
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl
       = expected: relative paths with `/`
       = remedy: build the wheel again, and pack it with a tool that writes plain archives (`wheel pack`)
    # an absolute path
    finding[zip-structure]: `/etc/evil` leads out of the folder
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl
       = expected: relative paths with `/`
       = remedy: build the wheel again, and pack it with a tool that writes plain archives (`wheel pack`)
    # a path with a drive
    finding[zip-structure]: `C:/evil` leads out of the folder
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl
       = expected: relative paths with `/`
       = remedy: build the wheel again, and pack it with a tool that writes plain archives (`wheel pack`)
    # a path for Windows
    finding[zip-structure]: `sum_up_to\evil.py` leads out of the folder
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl
       = expected: relative paths with `/`
       = remedy: build the wheel again, and pack it with a tool that writes plain archives (`wheel pack`)
    # two names that are one on Windows
    finding[zip-structure]: `sum_up_to/__INIT__.py` differs from another member only in case
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl
       = expected: names that differ in more than case
       = remedy: build the wheel again, and pack it with a tool that writes plain archives (`wheel pack`)
    # a bomb
    finding[zip-structure]: 74518 bytes unpack to 73402633
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl
       = expected: less than 500 times as much
       = remedy: build the wheel again, and pack it with a tool that writes plain archives (`wheel pack`)
    ");
}

#[test]
fn folders_and_ordinary_modes_are_normal() {
    let dist = packed(|members, _| {
        members
            .insert(0, PackedMember { mode: 0o040_755, ..PackedMember::stored("sum_up_to/", b"") });
        members[1].mode = 0o100_644;
    });
    assert_eq!(judge("zip-structure", &dist), Ok(Vec::new()));
}
