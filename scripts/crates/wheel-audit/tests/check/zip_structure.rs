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

/// An extra field of a kind.
fn extra(kind: u16, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).expect("short");
    [&kind.to_le_bytes()[..], &length.to_le_bytes(), content].concat()
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
    Case {
        name: "the name of a device of Windows",
        broken: || {
            release(|parts| {
                parts.windows.members.push(("sum_up_to/aux.py".to_owned(), b"x".to_vec()));
            })
        },
    },
    Case {
        name: "a character that Windows does not allow",
        broken: || {
            release(|parts| {
                parts.windows.members.push(("sum_up_to/what?.txt".to_owned(), b"x".to_vec()));
            })
        },
    },
    Case { name: "two names that are one on Windows", broken: || with("sum_up_to/__INIT__.py") },
    Case {
        name: "two ways to write a character",
        broken: || {
            release(|parts| {
                parts.linux.members.push(("sum_up_to/caf\u{e9}".to_owned(), b"x".to_vec()));
                parts.linux.members.push(("sum_up_to/cafe\u{301}".to_owned(), b"x".to_vec()));
            })
        },
    },
    Case {
        name: "a file and a folder of one name",
        broken: || with("sum_up_to/__init__.py/nested.py"),
    },
    Case {
        name: "another name in an extra field of the central directory",
        broken: || packed(|members, _| members[1].extra = extra(0x7075, b"\x01\0\0\0\0evil.so")),
    },
    Case {
        name: "another name in an extra field of the local header",
        broken: || {
            packed(|members, _| members[1].local_extra = extra(0x7075, b"\x01\0\0\0\0evil.so"))
        },
    },
    Case {
        name: "sizes in an extra field",
        broken: || packed(|members, _| members[1].extra = extra(1, &[0; 16])),
    },
    Case {
        name: "an extra field of encryption",
        broken: || packed(|members, _| members[1].extra = extra(0x9901, &[0; 7])),
    },
    Case {
        name: "an extra field that is longer than the extra fields",
        broken: || packed(|members, _| members[1].extra = vec![0x55, 0x54, 9, 0, 1]),
    },
    Case {
        name: "a comment on a member",
        broken: || packed(|members, _| members[1].comment = b"hidden".to_vec()),
    },
    Case {
        name: "a name that is not ASCII and not marked as UTF-8",
        broken: || {
            packed(|members, _| {
                let mut wheel = Wheel::new(LINUX);
                wheel.members.push(("sum_up_to/caf\u{e9}".to_owned(), b"x".to_vec()));
                *members = wheel.packed();
                for member in members {
                    member.flags = 0;
                }
            })
        },
    },
    Case {
        name: "a file that is marked as a folder",
        broken: || packed(|members, _| members[0].attributes = 0x10),
    },
    Case {
        name: "a file that is marked as a folder on Unix",
        broken: || packed(|members, _| members[0].mode = 0o040_755),
    },
    Case {
        name: "a folder with content",
        broken: || {
            packed(|members, _| members.push(PackedMember::stored("sum_up_to/hidden/", b"x = 1")))
        },
    },
    Case { name: "a pipe", broken: || packed(|members, _| members[0].mode = 0o010_644) },
    Case { name: "no archive", broken: || bytes(|_| b"no zip".to_vec()) },
    Case {
        name: "an archive cut short",
        broken: || bytes(|bytes| bytes[..bytes.len() / 2].to_vec()),
    },
    Case {
        name: "bytes behind the archive",
        broken: || bytes(|bytes| [bytes, b"more".to_vec()].concat()),
    },
    Case {
        name: "bytes before the archive, which its offsets do not count",
        broken: || bytes(|bytes| [b"MZ".to_vec(), bytes].concat()),
    },
    Case {
        name: "an end record in the comment",
        broken: || packed(|_, end| end.comment = [&b"PK\x05\x06"[..], &[0; 18], b"!"].concat()),
    },
    Case {
        name: "another CRC than the content's",
        broken: || packed(|members, _| members[0].crc ^= 1),
    },
    Case {
        name: "another size than the content's",
        broken: || packed(|members, _| members[0].size += 1),
    },
    Case {
        name: "content that cannot be unpacked",
        broken: || packed(|members, _| members[0].packed[0] = 0xff),
    },
    Case {
        name: "bytes behind a deflated stream",
        broken: || {
            packed(|members, _| {
                members[0].packed.extend(b"hidden");
                members[0].packed_size += 6;
            })
        },
    },
    Case {
        name: "two members of one name",
        broken: || {
            packed(|members, _| members.push(PackedMember::stored("sum_up_to/__init__.py", b"1")))
        },
    },
    Case {
        name: "another name in the local header",
        broken: || packed(|members, _| members[0].local_name = b"sum_up_to/evil.py".to_vec()),
    },
    Case {
        name: "other sizes behind a member",
        broken: || {
            packed(|members, _| {
                members[0].flags |= 8;
                members[0].behind = [b"PK\x07\x08".to_vec(), vec![0; 12]].concat();
            })
        },
    },
    Case { name: "an encrypted member", broken: || packed(|members, _| members[0].flags = 1) },
    Case {
        name: "a member packed by bzip2",
        broken: || packed(|members, _| members[0].method = 12),
    },
    Case {
        name: "a member packed by lzma",
        broken: || packed(|members, _| members[0].method = 14),
    },
    Case {
        name: "a member packed by nobody knows what",
        broken: || packed(|members, _| members[0].method = 99),
    },
    Case {
        name: "a name that is not UTF-8",
        broken: || {
            packed(|members, _| {
                members.push(PackedMember::stored("x", b"1"));
                let member = members.last_mut().expect("it was added");
                (member.name, member.local_name) = (vec![0xff], vec![0xff]);
            })
        },
    },
    Case { name: "a bomb", broken: || packed(|members, _| members[0].size = 100 << 20) },
];

fn bytes(change: impl FnOnce(Vec<u8>) -> Vec<u8>) -> Dist {
    let mut dist = good();
    dist.replace(LINUX, change(Wheel::new(LINUX).bytes()));
    dist
}

/// The extra field that Python's `force_zip64` writes, in place of the sizes.
fn forced(member: &mut PackedMember) {
    let sizes = [member.size, member.packed_size].map(|size| u64::from(size).to_le_bytes());
    member.local_extra = extra(1, &sizes.concat());
    member.local_sizes = Some(u32::MAX);
}

#[test]
fn small_members_with_sizes_of_zip64_are_normal() {
    let dist = packed(|members, _| members.iter_mut().for_each(forced));
    assert_eq!(judge("zip-structure", &dist), Ok(Vec::new()));
    let dist = packed(|members, _| {
        forced(&mut members[0]);
        members[0].local_extra[4] ^= 1;
    });
    let found = judge("zip-structure", &dist).expect("it can tell");
    assert_eq!(found[0].message, "it has another size in its local header");
}

#[test]
fn the_other_members_are_judged_all_the_same() {
    let dist = packed(|members, _| {
        members[0].crc ^= 1;
        members.push(PackedMember::stored("sum_up_to/.DS_Store", b"x"));
    });
    assert_eq!(judge("zip-structure", &dist).expect("it can tell").len(), 1);
    let record = judge("record-complete", &dist).expect("it can tell");
    assert_eq!(record[0].message, "it is not listed in `RECORD`");
    assert_eq!(record.len(), 1);
    assert_eq!(judge("contents-exact", &dist).expect("it can tell").len(), 1);
}

#[test]
fn each_broken_release_is_refused() {
    let size = good().files[LINUX].len();
    assert!(size < 10_000, "{size}");
    insta::assert_snapshot!(refusals("zip-structure", CASES), @r#"
    # a comment
    error[zip-structure]: the archive has a comment of 6 bytes
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl
       = expected: no comment
       = remedy: build the wheel again, and pack it with a tool that writes plain archives (`wheel pack`)
    # bytes before the first member
    error[zip-structure]: 10 bytes at 0 belong to no member
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl
       = expected: no bytes between members
       = remedy: build the wheel again, and pack it with a tool that writes plain archives (`wheel pack`)
    # bytes between two members
    error[zip-structure]: 30 bytes at 1523 belong to no member
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl
       = expected: no bytes between members
       = remedy: build the wheel again, and pack it with a tool that writes plain archives (`wheel pack`)
    # another CRC in the local header
    error[zip-structure]: it has another CRC in its local header
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl: sum_up_to/_native.abi3.so
       = expected: headers that agree
       = remedy: build the wheel again, and pack it with a tool that writes plain archives (`wheel pack`)
    # a symbolic link
    error[zip-structure]: it is a symbolic link
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl: sum_up_to/__init__.py
       = expected: files and folders
       = remedy: build the wheel again, and pack it with a tool that writes plain archives (`wheel pack`)
    # a path that leads out of the folder
    error[zip-structure]: its name leads out of the folder
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl: sum_up_to/../../evil.py
       = expected: relative paths with `/`
       = remedy: build the wheel again, and pack it with a tool that writes plain archives (`wheel pack`)
    # an absolute path
    error[zip-structure]: its name leads out of the folder
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl: /etc/evil
       = expected: relative paths with `/`
       = remedy: build the wheel again, and pack it with a tool that writes plain archives (`wheel pack`)
    # a path with a drive
    error[zip-structure]: its name leads out of the folder
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl: C:/evil
       = expected: relative paths with `/`
       = remedy: build the wheel again, and pack it with a tool that writes plain archives (`wheel pack`)
    # a path for Windows
    error[zip-structure]: its name leads out of the folder
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl: sum_up_to\evil.py
       = expected: relative paths with `/`
       = remedy: build the wheel again, and pack it with a tool that writes plain archives (`wheel pack`)
    # the name of a device of Windows
    error[zip-structure]: it has the name of a device of Windows
      --> sum_up_to-1.0.0-cp310-abi3-win_amd64.whl: sum_up_to/aux.py
       = expected: a name that every system takes
       = remedy: build the wheel again, and pack it with a tool that writes plain archives (`wheel pack`)
    # a character that Windows does not allow
    error[zip-structure]: it has a character in its name that Windows does not allow
      --> sum_up_to-1.0.0-cp310-abi3-win_amd64.whl: sum_up_to/what?.txt
       = expected: a name that every system takes
       = remedy: build the wheel again, and pack it with a tool that writes plain archives (`wheel pack`)
    # two names that are one on Windows
    error[zip-structure]: it differs from `sum_up_to/__INIT__.py` only in case or in how a character is written
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl: sum_up_to/__init__.py
       = expected: names that every system tells apart
       = remedy: build the wheel again, and pack it with a tool that writes plain archives (`wheel pack`)
    # two ways to write a character
    error[zip-structure]: it differs from `sum_up_to/café` only in case or in how a character is written
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl: sum_up_to/café
       = expected: names that every system tells apart
       = remedy: build the wheel again, and pack it with a tool that writes plain archives (`wheel pack`)
    # a file and a folder of one name
    error[zip-structure]: it differs from `sum_up_to/__init__.py` only in that one is a file and the other a folder
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl: sum_up_to/__init__.py/nested.py
       = expected: names that every system tells apart
       = remedy: build the wheel again, and pack it with a tool that writes plain archives (`wheel pack`)
    # another name in an extra field of the central directory
    error[zip-structure]: it has an extra field with another name or comment
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl: sum_up_to/_native.abi3.so
       = expected: plain headers
       = remedy: build the wheel again, and pack it with a tool that writes plain archives (`wheel pack`)
    # another name in an extra field of the local header
    error[zip-structure]: it has an extra field with another name or comment
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl: sum_up_to/_native.abi3.so
       = expected: plain headers
       = remedy: build the wheel again, and pack it with a tool that writes plain archives (`wheel pack`)
    # sizes in an extra field
    error[zip-structure]: it has an extra field with other sizes (zip64)
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl: sum_up_to/_native.abi3.so
       = expected: plain headers
       = remedy: build the wheel again, and pack it with a tool that writes plain archives (`wheel pack`)
    # an extra field of encryption
    error[zip-structure]: it has an extra field of encryption
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl: sum_up_to/_native.abi3.so
       = expected: plain headers
       = remedy: build the wheel again, and pack it with a tool that writes plain archives (`wheel pack`)
    # an extra field that is longer than the extra fields
    error[zip-structure]: it has an extra field whose lengths do not add up
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl: sum_up_to/_native.abi3.so
       = expected: plain headers
       = remedy: build the wheel again, and pack it with a tool that writes plain archives (`wheel pack`)
    # a comment on a member
    error[zip-structure]: it has a comment of 6 bytes
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl: sum_up_to/_native.abi3.so
       = expected: no comment
       = remedy: build the wheel again, and pack it with a tool that writes plain archives (`wheel pack`)
    # a name that is not ASCII and not marked as UTF-8
    error[zip-structure]: its name is not marked as UTF-8
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl: sum_up_to/café
       = expected: the flag for UTF-8, or ASCII
       = remedy: build the wheel again, and pack it with a tool that writes plain archives (`wheel pack`)
    # a file that is marked as a folder
    error[zip-structure]: it is a file to some readers and a folder to others
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl: sum_up_to/__init__.py
       = expected: one of both
       = remedy: build the wheel again, and pack it with a tool that writes plain archives (`wheel pack`)
    # a file that is marked as a folder on Unix
    error[zip-structure]: it is a file to some readers and a folder to others
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl: sum_up_to/__init__.py
       = expected: one of both
       = remedy: build the wheel again, and pack it with a tool that writes plain archives (`wheel pack`)
    # a folder with content
    error[zip-structure]: it is a file to some readers and a folder to others
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl: sum_up_to/hidden/
       = expected: one of both
       = remedy: build the wheel again, and pack it with a tool that writes plain archives (`wheel pack`)
    # a pipe
    error[zip-structure]: it is neither a file nor a folder
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl: sum_up_to/__init__.py
       = expected: files and folders
       = remedy: build the wheel again, and pack it with a tool that writes plain archives (`wheel pack`)
    # no archive
    error[zip-structure]: it is not a zip archive: it has no end record
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl
       = expected: an archive that every reader unpacks alike
       = remedy: build the wheel again, and pack it with a tool that writes plain archives (`wheel pack`)
    # an archive cut short
    error[zip-structure]: it is not a zip archive: it has no end record
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl
       = expected: an archive that every reader unpacks alike
       = remedy: build the wheel again, and pack it with a tool that writes plain archives (`wheel pack`)
    # bytes behind the archive
    error[zip-structure]: its end record is not the last thing in it
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl
       = expected: an archive that every reader unpacks alike
       = remedy: build the wheel again, and pack it with a tool that writes plain archives (`wheel pack`)
    # bytes before the archive, which its offsets do not count
    error[zip-structure]: 2 bytes stand before it
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl
       = expected: an archive that every reader unpacks alike
       = remedy: build the wheel again, and pack it with a tool that writes plain archives (`wheel pack`)
    # an end record in the comment
    error[zip-structure]: its end record is not the last thing in it
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl
       = expected: an archive that every reader unpacks alike
       = remedy: build the wheel again, and pack it with a tool that writes plain archives (`wheel pack`)
    # another CRC than the content's
    error[zip-structure]: it has another CRC than declared
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl: sum_up_to/__init__.py
       = expected: an archive that every reader unpacks alike
       = remedy: build the wheel again, and pack it with a tool that writes plain archives (`wheel pack`)
    # another size than the content's
    error[zip-structure]: it is not as long as declared
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl: sum_up_to/__init__.py
       = expected: an archive that every reader unpacks alike
       = remedy: build the wheel again, and pack it with a tool that writes plain archives (`wheel pack`)
    # content that cannot be unpacked
    error[zip-structure]: it cannot be unpacked: corrupt deflate stream
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl: sum_up_to/__init__.py
       = expected: an archive that every reader unpacks alike
       = remedy: build the wheel again, and pack it with a tool that writes plain archives (`wheel pack`)
    # bytes behind a deflated stream
    error[zip-structure]: it is not as long packed as declared
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl: sum_up_to/__init__.py
       = expected: an archive that every reader unpacks alike
       = remedy: build the wheel again, and pack it with a tool that writes plain archives (`wheel pack`)
    # two members of one name
    error[zip-structure]: it has two members `sum_up_to/__init__.py`
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl
       = expected: an archive that every reader unpacks alike
       = remedy: build the wheel again, and pack it with a tool that writes plain archives (`wheel pack`)
    # another name in the local header
    error[zip-structure]: it has another name in its local header
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl: sum_up_to/__init__.py
       = expected: an archive that every reader unpacks alike
       = remedy: build the wheel again, and pack it with a tool that writes plain archives (`wheel pack`)
    # other sizes behind a member
    error[zip-structure]: it has other sizes behind it than declared
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl: sum_up_to/__init__.py
       = expected: an archive that every reader unpacks alike
       = remedy: build the wheel again, and pack it with a tool that writes plain archives (`wheel pack`)
    # an encrypted member
    error[zip-structure]: it is encrypted
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl: sum_up_to/__init__.py
       = expected: an archive that every reader unpacks alike
       = remedy: build the wheel again, and pack it with a tool that writes plain archives (`wheel pack`)
    # a member packed by bzip2
    error[zip-structure]: it is packed by bzip2, which PyPI and uv refuse
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl: sum_up_to/__init__.py
       = expected: an archive that every reader unpacks alike
       = remedy: build the wheel again, and pack it with a tool that writes plain archives (`wheel pack`)
    # a member packed by lzma
    error[zip-structure]: it is packed by lzma, which PyPI and uv refuse
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl: sum_up_to/__init__.py
       = expected: an archive that every reader unpacks alike
       = remedy: build the wheel again, and pack it with a tool that writes plain archives (`wheel pack`)
    # a member packed by nobody knows what
    error[zip-structure]: it is packed by method 99, which pip does not unpack
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl: sum_up_to/__init__.py
       = expected: an archive that every reader unpacks alike
       = remedy: build the wheel again, and pack it with a tool that writes plain archives (`wheel pack`)
    # a name that is not UTF-8
    error[zip-structure]: it has a name that is not UTF-8
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl: �
       = expected: an archive that every reader unpacks alike
       = remedy: build the wheel again, and pack it with a tool that writes plain archives (`wheel pack`)
    # a bomb
    error[zip-structure]: it unpacks to 104859814 bytes, which is more than 50 times its own size
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl
       = expected: an archive that every reader unpacks alike
       = remedy: build the wheel again, and pack it with a tool that writes plain archives (`wheel pack`)
    "#);
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

#[test]
fn a_name_that_windows_cannot_have_is_good_elsewhere() {
    assert_eq!(judge("zip-structure", &with("sum_up_to/aux.py")), Ok(Vec::new()));
}
