//! `sdist-structure`: archives that are cut, and that two readers unpack differently. What can be read is judged.

use tar::EntryType;
use wheel_audit::Severity;
use wheel_audit::check::NotJudged;

use crate::{Case, judge, refusals};
use wheel_fixtures::release::{Dist, SDIST, good, release};
use wheel_fixtures::sdist::{Sdist, TarEntry, gzip, tar};

fn with(entry: TarEntry) -> Dist {
    release(|parts| parts.sdist.entries.insert(1, entry))
}

fn packed(change: impl FnOnce(Vec<u8>) -> Vec<u8>) -> Dist {
    let mut dist = good();
    dist.replace(SDIST, change(Sdist::new(SDIST).bytes()));
    dist
}

fn file(name: &str, content: &[u8]) -> TarEntry {
    TarEntry::file(&format!("sum_up_to-1.0.0/{name}"), content)
}

fn in_folder(folder: &str) -> Dist {
    release(|parts| {
        for entry in &mut parts.sdist.entries {
            let name = String::from_utf8(entry.name.clone()).expect("UTF-8");
            entry.name = name.replace("sum_up_to-1.0.0", folder).into();
        }
    })
}

pub const CASES: &[Case] = &[
    Case { name: "no gzip", broken: || packed(|_| b"PK\x03\x04".to_vec()) },
    Case { name: "a stream cut short", broken: || packed(|bytes| bytes[..100].to_vec()) },
    Case { name: "data after the stream", broken: || packed(|bytes| [bytes, vec![1]].concat()) },
    Case {
        name: "another sum of the stream",
        broken: || {
            packed(|mut bytes| {
                let at = bytes.len() - 8;
                bytes[at] ^= 1;
                bytes
            })
        },
    },
    Case {
        name: "a link",
        broken: || with(TarEntry::new(EntryType::Symlink, "sum_up_to-1.0.0/a", b"")),
    },
    Case {
        name: "a pipe",
        broken: || with(TarEntry::new(EntryType::Fifo, "sum_up_to-1.0.0/a", b"")),
    },
    Case { name: "a file outside of the folder", broken: || with(TarEntry::file("evil.py", b"x")) },
    Case { name: "a path that leads out", broken: || with(file("../evil.py", b"x")) },
    Case { name: "two files of one name", broken: || with(file("Cargo.lock", b"other")) },
    Case { name: "one file twice", broken: || with(file("Cargo.lock", b"version = 4\n")) },
    Case { name: "the folder of another version", broken: || in_folder("sum_up_to-0.9.0") },
    Case { name: "the folder in another spelling", broken: || in_folder("sum-up-to-1.0.0") },
    Case { name: "the name of a device in an sdist", broken: || with(file("con.rs", b"x")) },
    Case { name: "two names that are one on Windows", broken: || with(file("cargo.TOML", b"x")) },
    Case {
        name: "a file and a folder of one name",
        broken: || with(file("Cargo.lock/nested", b"x")),
    },
];

#[test]
fn each_broken_release_is_refused() {
    insta::assert_snapshot!(refusals("sdist-structure", CASES), @"
    # no gzip
    error[sdist-structure]: it is not a gzipped tar: unexpected end of file
      --> sum_up_to-1.0.0.tar.gz
       = expected: an archive that every reader unpacks alike
       = remedy: build the sdist again, with a build backend that writes plain archives
    # a stream cut short
    error[sdist-structure]: it is not a gzipped tar: incomplete deflate stream
      --> sum_up_to-1.0.0.tar.gz
       = expected: an archive that every reader unpacks alike
       = remedy: build the sdist again, with a build backend that writes plain archives
    # data after the stream
    error[sdist-structure]: it has data after its gzip stream
      --> sum_up_to-1.0.0.tar.gz
       = expected: an archive that every reader unpacks alike
       = remedy: build the sdist again, with a build backend that writes plain archives
    # another sum of the stream
    error[sdist-structure]: it is not a gzipped tar: corrupt gzip stream does not have a matching checksum
      --> sum_up_to-1.0.0.tar.gz
       = expected: an archive that every reader unpacks alike
       = remedy: build the sdist again, with a build backend that writes plain archives
    # a link
    error[sdist-structure]: it is a link
      --> sum_up_to-1.0.0.tar.gz: sum_up_to-1.0.0/a
       = expected: an archive that every reader unpacks alike
       = remedy: build the sdist again, with a build backend that writes plain archives
    # a pipe
    error[sdist-structure]: it is neither a file nor a folder
      --> sum_up_to-1.0.0.tar.gz: sum_up_to-1.0.0/a
       = expected: an archive that every reader unpacks alike
       = remedy: build the sdist again, with a build backend that writes plain archives
    # a file outside of the folder
    error[sdist-structure]: it lies outside the folder `sum_up_to-1.0.0`
      --> sum_up_to-1.0.0.tar.gz: evil.py
       = expected: an archive that every reader unpacks alike
       = remedy: build the sdist again, with a build backend that writes plain archives
    # a path that leads out
    error[sdist-structure]: it lies outside the folder `sum_up_to-1.0.0`
      --> sum_up_to-1.0.0.tar.gz: sum_up_to-1.0.0/../evil.py
       = expected: an archive that every reader unpacks alike
       = remedy: build the sdist again, with a build backend that writes plain archives
    # two files of one name
    error[sdist-structure]: it has two members `sum_up_to-1.0.0/Cargo.lock`
      --> sum_up_to-1.0.0.tar.gz
       = expected: an archive that every reader unpacks alike
       = remedy: build the sdist again, with a build backend that writes plain archives
    # one file twice
    warning[sdist-structure]: it is in the archive several times, with the same bytes
      --> sum_up_to-1.0.0.tar.gz: sum_up_to-1.0.0/Cargo.lock
       = expected: each file once
       = remedy: build the sdist again, with a build backend that writes plain archives
    # the folder of another version
    error[sdist-structure]: its folder is `sum_up_to-0.9.0`
      --> sum_up_to-1.0.0.tar.gz
       = expected: `sum_up_to-1.0.0`, as in the file name
       = remedy: build the sdist again; do not rename it
    # the folder in another spelling
    warning[sdist-structure]: its folder is `sum-up-to-1.0.0`
      --> sum_up_to-1.0.0.tar.gz
       = expected: `sum_up_to-1.0.0`, as in the file name
       = remedy: build the sdist again; do not rename it
    # the name of a device in an sdist
    warning[sdist-structure]: it has the name of a device of Windows
      --> sum_up_to-1.0.0.tar.gz: con.rs
       = expected: a name that every system takes
       = remedy: rename it, as the sdist cannot be unpacked on Windows
    # two names that are one on Windows
    error[sdist-structure]: it differs from `sum_up_to-1.0.0/Cargo.toml` only in case or in how a character is written
      --> sum_up_to-1.0.0.tar.gz: sum_up_to-1.0.0/cargo.TOML
       = expected: names that every system tells apart
       = remedy: rename one of them, as macOS and Windows keep one file for both
    # a file and a folder of one name
    error[sdist-structure]: it differs from `sum_up_to-1.0.0/Cargo.lock` only in that one is a file and the other a folder
      --> sum_up_to-1.0.0.tar.gz: sum_up_to-1.0.0/Cargo.lock/nested
       = expected: names that every system tells apart
       = remedy: rename one of them, as macOS and Windows keep one file for both
    ");
}

#[test]
fn the_rest_of_an_archive_is_judged_all_the_same() {
    let mut sdist = Sdist::new(SDIST);
    sdist.entries.insert(1, TarEntry::new(EntryType::Symlink, "sum_up_to-1.0.0/a", b""));
    sdist.entries.insert(1, file(".git/config", b"x"));
    let mut dist = good();
    dist.replace(SDIST, sdist.bytes());
    assert_eq!(judge("sdist-structure", &dist).expect("it can tell").len(), 1);
    let leftovers = judge("sdist-contents", &dist).expect("it can tell");
    assert_eq!(leftovers[0].member.as_deref(), Some(".git/config"));
    assert_eq!(leftovers[0].severity, Severity::Warning);
}

#[test]
fn what_is_behind_a_cut_is_not_missing() {
    // The licenses and build files may be in the part that is not there.
    let whole = tar(&Sdist::new(SDIST).entries);
    let mut dist = good();
    dist.replace(SDIST, gzip(&whole[..1536]));
    assert_eq!(judge("sdist-structure", &dist).expect("it can tell").len(), 1);
    let nothing = Err(NotJudged::NoSubject("no sdist that is whole".to_owned()));
    assert_eq!(judge("sdist-contents", &dist), nothing);
    assert!(judge("metadata-valid", &dist).expect("the wheels were compared").is_empty());
}
