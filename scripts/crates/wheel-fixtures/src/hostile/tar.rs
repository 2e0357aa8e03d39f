//! Source distributions: bombs, names, headers and texts without end.

use super::{File, Generator, deflated};
use crate::METADATA;
use crate::blocks::{Header, extended, file, member, packed, record};
use crate::release::SDIST;
use crate::sdist::gzip;

pub(super) const ALL: &[Generator] = &[
    Generator {
        name: "tar: a file of 255 MiB",
        says: "it has neither `pyproject.toml` nor `setup.py`",
        make: large,
    },
    Generator {
        name: "tar: a file of a gibibyte",
        says: "is larger than 268435456 bytes",
        make: gibibyte,
    },
    Generator {
        name: "tar: a size without end",
        says: "is larger than 268435456 bytes",
        make: declared,
    },
    Generator {
        name: "tar: a long name without end",
        says: "it has a name of more than 4097 bytes",
        make: long_name,
    },
    Generator {
        name: "tar: an extended header without end",
        says: "it has an extended header of more than 65536 bytes",
        make: long_record,
    },
    Generator {
        name: "tar: records without end",
        says: "it has an extended header of more than 65536 bytes",
        make: records,
    },
    Generator {
        name: "tar: headers before headers",
        says: "it has neither `pyproject.toml` nor `setup.py`",
        make: headers,
    },
    Generator {
        name: "tar: files without end",
        says: "it has more than 100000 members",
        make: files,
    },
    Generator {
        name: "tar: folders without end",
        says: "it has more than 100000 members",
        make: folders,
    },
    Generator {
        name: "tar: long names of many members",
        says: "the names of its members have more than 16777216 bytes",
        make: names,
    },
    Generator {
        name: "tar: a path of very many folders",
        says: "it has neither `pyproject.toml` nor `setup.py`",
        make: deep,
    },
    Generator {
        name: "tar: leftovers without end",
        says: "more findings of this check",
        make: leftovers,
    },
    Generator {
        name: "tar: names that differ only in case",
        says: "more findings of this check",
        make: same_case,
    },
    Generator {
        name: "gzip: parts without end",
        says: "it has data after its gzip stream",
        make: parts,
    },
    Generator {
        name: "gzip: a name without end",
        says: "it is not a gzipped tar",
        make: gzip_name,
    },
    Generator { name: "toml: one long list", says: "", make: list },
    Generator { name: "toml: lists in lists", says: "`pyproject.toml` is not TOML", make: nested },
    Generator { name: "toml: one long key", says: "`pyproject.toml` is not TOML", make: key },
    Generator { name: "toml: tables without end", says: "", make: tables },
    Generator { name: "toml: keys without end", says: "", make: keys },
    Generator {
        name: "toml: a text that is no TOML",
        says: "`pyproject.toml` is not TOML",
        make: broken,
    },
    Generator { name: "toml: tables in a table", says: "", make: inline },
];

const FOLDER: &str = "sum_up_to-1.0.0";

fn own(name: &str) -> String {
    format!("{FOLDER}/{name}")
}

/// An sdist with these members after its metadata.
fn sdist(mut members: Vec<Vec<u8>>) -> Vec<File> {
    members.insert(0, file(&own("PKG-INFO"), METADATA.as_bytes()));
    vec![(SDIST.to_owned(), packed(&members))]
}

/// The sdist of a folder, with a file of so many mebibytes of zeros.
pub(super) fn zeros(folder: &str, mebibytes: usize) -> File {
    let size = (mebibytes as u64) << 20;
    let head = [
        file(&format!("{folder}/PKG-INFO"), METADATA.as_bytes()),
        Header::new(format!("{folder}/zeros").as_bytes(), size, b'0').sealed(),
    ]
    .concat();
    let pieces = [(&head[..], 1), (&[0; 1 << 20][..], mebibytes), (&[0; 1024][..], 1)];
    let (packed, crc) = deflated(&pieces);
    let unpacked = head.len() as u64 + size + 1024;
    let mut bytes = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
    bytes.extend(packed);
    bytes.extend([crc.sum(), unpacked as u32].map(u32::to_le_bytes).concat());
    (format!("{folder}.tar.gz"), bytes)
}

fn large(_: usize) -> Vec<File> {
    vec![zeros(FOLDER, 255)]
}

fn gibibyte(_: usize) -> Vec<File> {
    vec![zeros(FOLDER, 1024)]
}

fn declared(_: usize) -> Vec<File> {
    let header = Header::new(own("x").as_bytes(), 0, b'0').set(124, b"77777777777\0");
    sdist(vec![header.sealed()])
}

fn long_name(size: usize) -> Vec<File> {
    let name = [own("").into_bytes(), vec![b'a'; size.max(8192)]].concat();
    let name = String::from_utf8(name).expect("ASCII");
    sdist(vec![member(b'L', "././@LongLink", name.as_bytes()), file(&own("x"), b"1")])
}

fn long_record(size: usize) -> Vec<File> {
    let value = vec![1; size.max(100_000)];
    sdist(vec![extended(b'x', &[("path", &value)]), file(&own("x"), b"1")])
}

fn records(size: usize) -> Vec<File> {
    let records = record("comment", b"x").repeat(size / 13);
    sdist(vec![member(b'x', "x", &records), file(&own("x"), b"1")])
}

fn headers(size: usize) -> Vec<File> {
    let one = extended(b'g', &[("comment", b"x")]);
    sdist(vec![one.repeat(size / 64), file(&own("x"), b"1")])
}

/// So many headers. A header of 512 bytes packs to some dozen.
fn each(size: usize, kind: u8, name: impl Fn(usize) -> String) -> Vec<File> {
    let count = (size / 40).min(400_000);
    let header = |number| Header::new(name(number).as_bytes(), 0, kind).sealed();
    sdist((0..count).map(header).collect())
}

fn files(size: usize) -> Vec<File> {
    each(size, b'0', |number| own(&format!("{number}")))
}

fn folders(size: usize) -> Vec<File> {
    each(size, b'5', |number| own(&format!("{number}/")))
}

fn names(size: usize) -> Vec<File> {
    let long = |number| own(&format!("{number:06}{}", "\u{e9}".repeat(2000)));
    let one = |number| [member(b'L', "x", long(number).as_bytes()), file("x", b"")].concat();
    sdist((0..40_000.min(size / 100)).map(one).collect())
}

fn deep(size: usize) -> Vec<File> {
    let long = |number: usize| own(&format!("{}{number:x}", "d/".repeat(1900)));
    let one = |number| [member(b'L', "x", long(number).as_bytes()), file("x", b"")].concat();
    sdist((0..4_000.min(size / 100)).map(one).collect())
}

fn leftovers(size: usize) -> Vec<File> {
    let count = (size / 40).min(45_000);
    let name = |number| own(&format!(".git/{number}"));
    sdist((0..count).map(|number| file(&name(number), b"")).collect())
}

fn same_case(size: usize) -> Vec<File> {
    let count = (size / 40).min(45_000);
    let name = |number: usize| {
        let letter = |at: usize| if number >> at & 1 == 0 { 'a' } else { 'A' };
        own(&(0..16).map(letter).collect::<String>())
    };
    sdist((0..count).map(|number| file(&name(number), b"")).collect())
}

fn parts(size: usize) -> Vec<File> {
    let (name, mut bytes) = sdist(Vec::new()).remove(0);
    let empty = gzip(b"");
    bytes.extend(empty.repeat(size / empty.len()));
    vec![(name, bytes)]
}

fn gzip_name(size: usize) -> Vec<File> {
    let (name, plain) = sdist(Vec::new()).remove(0);
    let mut bytes = plain[..10].to_vec();
    bytes[3] |= 8;
    bytes.extend(vec![b'n'; size]);
    bytes.push(0);
    bytes.extend(&plain[10..]);
    vec![(name, bytes)]
}

/// The largest table that a reader takes. Beyond it, another refusal would come first.
const TABLE: usize = (1 << 20) - 100;

fn toml(text: &str) -> Vec<File> {
    sdist(vec![file(&own("pyproject.toml"), text.as_bytes())])
}

fn list(size: usize) -> Vec<File> {
    toml(&format!("a = [{}]\n", "0,".repeat(size.min(TABLE) / 2)))
}

fn nested(size: usize) -> Vec<File> {
    toml(&format!("a = {}\n", "[".repeat(size.min(TABLE))))
}

fn key(size: usize) -> Vec<File> {
    toml(&format!("{}a = 1\n", "a.".repeat(size.min(TABLE) / 2)))
}

fn numbered(size: usize, line: impl Fn(usize) -> String) -> Vec<File> {
    let mut text = String::new();
    for number in 0.. {
        let line = line(number);
        if text.len() + line.len() > size.min(TABLE) {
            break;
        }
        text += &line;
    }
    toml(&text)
}

fn tables(size: usize) -> Vec<File> {
    numbered(size, |number| format!("[a{number}]\n"))
}

fn keys(size: usize) -> Vec<File> {
    numbered(size, |number| format!("x.y{number}=1\n"))
}

fn broken(size: usize) -> Vec<File> {
    toml(&"\x01".repeat(size.min(TABLE)))
}

fn inline(size: usize) -> Vec<File> {
    toml(&format!("a = [{}]\n", "{},".repeat(size.min(TABLE) / 3)))
}
