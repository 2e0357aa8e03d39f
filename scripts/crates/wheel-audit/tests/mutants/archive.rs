//! Mutations of any wheel: of the archive, its name and its texts.

use crate::Mutation;
use wheel_fixtures::wheel::{Wheel, hash};
use wheel_fixtures::zip::{self, EndRecord, PackedMember};

pub const MUTATIONS: &[Mutation] = &[
    Mutation {
        name: "a comment",
        check: "zip-structure",
        also: &[],
        make: |wheel| {
            let end = EndRecord { comment: b"hello".to_vec(), ..EndRecord::default() };
            Some((wheel.file.clone(), zip::archive_with(&wheel.packed(), &end)))
        },
    },
    Mutation {
        name: "bytes before the first member",
        check: "zip-structure",
        also: &[],
        make: |wheel| packed(&wheel, |members| members[0].gap = b"#!/bin/sh\n".to_vec()),
    },
    Mutation {
        name: "another CRC in a local header",
        check: "zip-structure",
        also: &[],
        make: |wheel| packed(&wheel, |members| members[0].local_crc = Some(!members[0].crc)),
    },
    Mutation {
        name: "a symbolic link",
        check: "zip-structure",
        also: &[],
        make: |wheel| packed(&wheel, |members| members[0].mode = 0o120_777),
    },
    Mutation {
        name: "a path that leads out of the folder",
        check: "zip-structure",
        also: &[],
        make: |mut wheel| {
            wheel.members.push(("../evil.py".to_owned(), b"pass\n".to_vec()));
            done(&wheel)
        },
    },
    Mutation {
        name: "a member that `RECORD` does not list",
        check: "record-complete",
        also: &[],
        make: |mut wheel| {
            let member = wheel.own("METADATA");
            wheel.relist(&member, |_| String::new());
            done(&wheel)
        },
    },
    Mutation {
        name: "a hash that is not the member's",
        check: "record-complete",
        also: &[],
        make: |mut wheel| {
            let member = wheel.own("METADATA");
            let size = wheel.members.iter().find(|(name, _)| *name == member)?.1.len();
            wheel.relist(&member, |_| format!("{member},{},{size}\n", hash(b"")));
            done(&wheel)
        },
    },
    Mutation {
        name: "a tag that the file name has not",
        check: "tags-agree",
        also: &[],
        make: |mut wheel| {
            text(&mut wheel, "WHEEL", |about| {
                format!("{}\nTag: cp27-cp27m-any\n", about.trim_end())
            })?;
            done(&wheel)
        },
    },
    Mutation {
        name: "another version in the metadata",
        check: "metadata-valid",
        also: &[],
        make: |mut wheel| {
            text(&mut wheel, "METADATA", |about| {
                about.replacen("\nVersion: ", "\nVersion: 9!", 1)
            })?;
            done(&wheel)
        },
    },
    Mutation {
        name: "no floor of Python",
        check: "metadata-valid",
        also: &[],
        make: |mut wheel| {
            text(&mut wheel, "METADATA", |about| {
                about.replacen("\nRequires-Python: ", "\nRequires-Nothing: ", 1)
            })?;
            done(&wheel)
        },
    },
    Mutation {
        name: "a dependency by its address",
        check: "index-accepts",
        also: &[],
        make: |mut wheel| {
            text(&mut wheel, "METADATA", |about| {
                about.replacen(
                    "\nVersion: ",
                    "\nRequires-Dist: x @ https://example.org/x.whl\nVersion: ",
                    1,
                )
            })?;
            done(&wheel)
        },
    },
    Mutation {
        name: "compiled Python of one version",
        check: "contents-exact",
        also: &[],
        make: |mut wheel| {
            wheel.members.push(("x/__pycache__/y.cpython-310.pyc".to_owned(), vec![0xff; 16]));
            done(&wheel)
        },
    },
    Mutation {
        name: "a license that is named and not there",
        check: "contents-exact",
        also: &[],
        make: |mut wheel| {
            text(&mut wheel, "METADATA", |about| {
                about.replacen("\nVersion: ", "\nLicense-File: NOWHERE\nVersion: ", 1)
            })?;
            done(&wheel)
        },
    },
    Mutation {
        name: "a command of a module that is not there",
        check: "entry-points",
        also: &[],
        make: |mut wheel| {
            let init = wheel.members.iter().find_map(|(name, _)| name.strip_suffix("/__init__.py"));
            let package = init.filter(|package| !package.contains('/'))?.to_owned();
            let path = wheel.own("entry_points.txt");
            wheel.members.retain(|(name, _)| *name != path);
            let text = format!("[console_scripts]\nx = {package}.nowhere:main\n");
            wheel.members.push((path, text.into_bytes()));
            done(&wheel)
        },
    },
    Mutation {
        name: "no binary",
        check: "contents-exact",
        also: &[],
        make: |mut wheel| {
            wheel.members.retain(|(name, content)| {
                std::str::from_utf8(content).is_ok()
                    && !name.contains(".so")
                    && !name.ends_with(".pyd")
            });
            done(&wheel)
        },
    },
    Mutation {
        name: "the tag of the machine that built it",
        check: "index-accepts",
        also: &["libc-floor"],
        make: |mut wheel| {
            let machine = wheel
                .file
                .contains("manylinux")
                .then(|| if wheel.file.contains("x86_64") { "x86_64" } else { "aarch64" })?;
            let (python, abi) = tag(&wheel);
            wheel.retag(&python, &abi, &format!("linux_{machine}"));
            done(&wheel)
        },
    },
    Mutation {
        name: "a platform that is not its own",
        check: "architecture",
        also: OTHER_PLATFORM,
        make: |mut wheel| {
            let (python, abi) = tag(&wheel);
            let other = if wheel.file.contains("win") { "macosx_11_0_arm64" } else { "win_amd64" };
            wheel.retag(&python, &abi, other);
            done(&wheel)
        },
    },
    Mutation {
        name: "an older glibc than it needs",
        check: "libc-floor",
        also: &["runtime-floor"],
        make: |mut wheel| {
            let (python, abi) = tag(&wheel);
            (wheel.file.contains("manylinux") && wheel.file.contains("x86_64")).then_some(())?;
            wheel.retag(&python, &abi, "manylinux_2_5_x86_64");
            done(&wheel)
        },
    },
    Mutation {
        name: "an older Python than it needs",
        check: "abi3-symbols",
        also: &["suffix-and-exports"],
        make: |mut wheel| {
            wheel.file.contains("-abi3-").then_some(())?;
            let platform = tag_of(&wheel, 0);
            wheel.retag("cp32", "abi3", &platform);
            done(&wheel)
        },
    },
];

/// The other checks that may refuse a library of one system in a wheel for another.
const OTHER_PLATFORM: &[&str] = &[
    "suffix-and-exports",
    "linked-libraries",
    "macos-floor",
    "libc-floor",
    "vc-runtime",
    "code-signature",
    "abi3-symbols",
];

/// The mutant as it is.
pub fn done(wheel: &Wheel) -> Option<(String, Vec<u8>)> {
    Some((wheel.file.clone(), wheel.bytes()))
}

/// The mutant with members changed after they were packed.
fn packed(wheel: &Wheel, change: impl FnOnce(&mut Vec<PackedMember>)) -> Option<(String, Vec<u8>)> {
    let mut members = wheel.packed();
    change(&mut members);
    Some((wheel.file.clone(), zip::archive(&members)))
}

/// Changes a text of the `.dist-info` folder; none if that changed nothing.
fn text(wheel: &mut Wheel, member: &str, change: impl FnOnce(&str) -> String) -> Option<()> {
    let path = wheel.own(member);
    let (_, content) = wheel.members.iter_mut().find(|(name, _)| *name == path)?;
    let before = String::from_utf8(content.clone()).ok()?;
    *content = change(&before).into_bytes();
    (*content != before.as_bytes()).then_some(())
}

/// One part of the file name's tag, counted from its end.
fn tag_of(wheel: &Wheel, part: usize) -> String {
    let stem = wheel.file.strip_suffix(".whl").expect("a wheel's name");
    stem.rsplit('-').nth(part).expect("a wheel's name has five parts").to_owned()
}

fn tag(wheel: &Wheel) -> (String, String) {
    (tag_of(wheel, 2), tag_of(wheel, 1))
}
