//! Source distributions.

use wheel_audit::wheel::sdist;
use wheel_fixtures::METADATA;
use wheel_fixtures::blocks::{BLOCK, Header, extended, file, member, record, with};
use wheel_fixtures::hostile::Random;
use wheel_fixtures::release::SDIST;
use wheel_fixtures::sdist::{Sdist, gzip, tar};

use crate::{Case, Seen, compare, hash};

const FOLDER: &str = "sum_up_to-1.0.0";
const MUTANTS: usize = 4_000;

fn own(name: &str) -> String {
    format!("{FOLDER}/{name}")
}

fn read(bytes: &[u8]) -> Option<Seen> {
    let files = sdist::read(SDIST, bytes).ok()?;
    Some(files.into_iter().map(|file| (own(&file.path), hash(&file.content))).collect())
}

fn project() -> Vec<Vec<u8>> {
    vec![
        member(b'5', &own(""), b""),
        file(&own("PKG-INFO"), METADATA.as_bytes()),
        file(&own("pyproject.toml"), b"[build-system]\nbuild-backend = 'good'\n"),
        member(b'5', &own("src"), b""),
        file(&own("src/lib.rs"), &[b'x'; 1300]),
    ]
}

fn ended(members: &[Vec<u8>]) -> Vec<u8> {
    [members.concat(), vec![0; 2 * BLOCK]].concat()
}

/// Good archives of each form that tools write.
fn good() -> Vec<(&'static str, Vec<u8>)> {
    let long = own(&format!("{}x.rs", "folder/".repeat(30)));
    let half = "folder/".repeat(10);
    let split = Header::new(format!("{half}x.rs").as_bytes(), 4, b'0')
        .set(345, own(half.trim_end_matches('/')).as_bytes());
    let gnu = |name: &str, content: &[u8]| {
        with(Header::new(name.as_bytes(), content.len() as u64, b'0').gnu(), content)
    };
    let times: &[(&str, &[u8])] = &[("mtime", b"1790000000.5"), ("uid", b"2097152")];
    let path: &[(&str, &[u8])] = &[("path", long.as_bytes()), ("mtime", b"1790000000")];
    let more = |members: Vec<Vec<u8>>| ended(&[project(), members].concat());
    vec![
        ("of maturin", tar(&Sdist::new(SDIST).entries)),
        ("pax", ended(&project())),
        ("with a split name", more(vec![with(split, b"long")])),
        ("with a long name of GNU", {
            more(vec![
                member(b'L', "././@LongLink", format!("{long}\0").as_bytes()),
                gnu("x", b"long"),
            ])
        }),
        ("with a long name of pax", more(vec![extended(b'x', path), file("x", b"long")])),
        ("with times", more(vec![extended(b'x', times), file(&own("times"), b"12:00")])),
        ("of git", ended(&[vec![extended(b'g', &[("comment", b"0123abc")])], project()].concat())),
        ("with a name that is not ASCII", more(vec![file(&own("caf\u{e9}"), b"1")])),
        ("with an owner above 21 bits", {
            let owner = Header::new(own("x").as_bytes(), 1, b'0').gnu();
            more(vec![with(owner.set(108, &[0x80, 0, 0, 0, 0, 0x20, 0, 0]), b"1")])
        }),
    ]
}

/// Archives that readers unpack in different ways. Each is refused for its reason.
pub(crate) fn tricks() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let evil = b"[build-system]\nbuild-backend = 'evil'\n";
    let target = own("pyproject.toml");
    let (notes, size) = (file(&own("notes.txt"), evil), evil.len().to_string());
    let header = || Header::new(own("notes.txt").as_bytes(), evil.len() as u64, b'0');
    let one = |header: Header| ended(&[project(), vec![with(header, evil)]].concat());
    let after = |members: Vec<Vec<u8>>| ended(&[project(), members].concat());
    let path: &[(&str, &[u8])] = &[("path", target.as_bytes())];
    let sparse = |major: &[u8], minor: &[u8]| {
        let map = format!("0,{size}");
        extended(
            b'x',
            &[
                ("GNU.sparse.major", major),
                ("GNU.sparse.minor", minor),
                ("GNU.sparse.name", target.as_bytes()),
                ("GNU.sparse.realsize", size.as_bytes()),
                ("GNU.sparse.size", size.as_bytes()),
                ("GNU.sparse.map", map.as_bytes()),
            ],
        )
    };
    let key = |key: &str, value: &[u8]| after(vec![extended(b'x', &[(key, value)]), notes.clone()]);
    let different = "which readers take in different ways";
    let long = member(b'L', "././@LongLink", format!("{target}\0").as_bytes());
    vec![
        ("a path for all members", after(vec![extended(b'g', path), notes.clone()]), different),
        (
            "a size for all members",
            after(vec![extended(b'g', &[("size", b"1")]), notes.clone()]),
            different,
        ),
        ("the old format of sparse files", one(header().gnu().set(156, b"S")), "is a sparse file"),
        ("sparse files 0.0", after(vec![sparse(b"0", b"0"), notes.clone()]), different),
        ("sparse files 0.1", after(vec![sparse(b"0", b"1"), notes.clone()]), different),
        ("sparse files 1.0", after(vec![sparse(b"1", b"0"), notes.clone()]), different),
        ("another size", key("size", b"1"), different),
        ("another character set", key("hdrcharset", b"BINARY"), different),
        ("a path of a link", key("linkpath", b"x"), different),
        ("an unknown key", key("SUN.holesdata", b" 0 1"), different),
        (
            "two paths in one header",
            {
                let twice = [record("path", b"a"), record("path", target.as_bytes())].concat();
                after(vec![member(b'x', "x", &twice), notes.clone()])
            },
            "gives `path` twice",
        ),
        (
            "a record that is longer than it says",
            after(vec![member(b'x', "x", b"9 path=abcdef\n"), notes.clone()]),
            "an extended header cannot be read",
        ),
        (
            "a record with a line end",
            key("path", format!("{target}\n99 size=1").as_bytes()),
            "an extended header cannot be read",
        ),
        (
            "a long name, then another",
            after(vec![long.clone(), long.clone(), notes.clone()]),
            "two headers for one member",
        ),
        (
            "a long name, then a path",
            after(vec![long.clone(), extended(b'x', path), notes.clone()]),
            "two headers for one member",
        ),
        (
            "a path, then a long name",
            after(vec![extended(b'x', path), long.clone(), notes.clone()]),
            "two headers for one member",
        ),
        (
            "a global header between a path and its member",
            after(vec![extended(b'x', path), extended(b'g', &[("comment", b"x")]), notes.clone()]),
            "two headers for one member",
        ),
        (
            "a long name without a member",
            after(vec![long]),
            "its last member is announced and not there",
        ),
        (
            "a long name of a link",
            after(vec![member(b'K', "x", b"y\0"), notes.clone()]),
            "is neither a file nor a folder",
        ),
        ("a hard link", one(header().set(156, b"1").set(157, target.as_bytes())), "is a link"),
        ("a symbolic link", one(header().set(156, b"2").set(157, target.as_bytes())), "is a link"),
        ("a device", one(header().set(156, b"3")), "is neither a file nor a folder"),
        ("a pipe", one(header().set(156, b"6")), "is neither a file nor a folder"),
        ("a contiguous file", one(header().set(156, b"7")), "is neither a file nor a folder"),
        (
            "a type that nobody knows",
            one(header().set(156, b"Z")),
            "is neither a file nor a folder",
        ),
        (
            "a header of Solaris",
            after(vec![member(b'X', "x", &record("path", target.as_bytes())), notes.clone()]),
            "is neither a file nor a folder",
        ),
        ("a volume", one(header().gnu().set(156, b"V")), "is neither a file nor a folder"),
        (
            "a prefix beside GNU's mark",
            one(header().gnu().set(345, b"prefix")),
            "more in its header than every reader knows",
        ),
        (
            "bytes behind the header's end",
            one(header().set(505, b"x")),
            "more in its header than every reader knows",
        ),
        (
            "no mark",
            one(header().set(257, &[0; 8])),
            "has a header that is neither pax nor GNU tar",
        ),
        (
            "another mark",
            one(header().set(257, b"ustar\x0001")),
            "has a header that is neither pax nor GNU tar",
        ),
        (
            "a name behind a NUL",
            one(header().set(50, b"x")),
            "the name of a member goes on behind a NUL",
        ),
        (
            "a prefix behind a NUL",
            one(header().set(400, b"x")),
            "the prefix of a member goes on behind a NUL",
        ),
        (
            "a name that is not UTF-8",
            one(header().set(16, b"\xff")),
            "a member's name is not UTF-8",
        ),
        (
            "a size to the base of 256",
            one(header().gnu().set(124, &[0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 39])),
            "has no plain size",
        ),
        ("a negative size", one(header().set(124, b"-0000000001\0")), "has no plain size"),
        (
            "a negative size to the base of 256",
            one(header().gnu().set(124, &[0xff; 12])),
            "has no plain size",
        ),
        (
            "a size with blanks before it",
            one(header().set(124, b"         47\0")),
            "has no plain size",
        ),
        ("a size of other digits", one(header().set(124, b"0o000000047\0")), "has no plain size"),
        ("a size with an underline", one(header().set(124, b"0000000_047\0")), "has no plain size"),
        ("a size behind a NUL", one(header().set(124, b"00000\x00000047")), "has no plain size"),
        ("no size", one(header().set(124, &[0; 12])), "has no plain size"),
        ("a mode that is no number", one(header().set(100, b"abcdefg\0")), "has no plain mode"),
        (
            "an owner that is no number",
            one(header().set(108, b"abcdefg\0")),
            "has a field that is not a number",
        ),
        (
            "a time that is no number",
            one(header().set(136, b"abcdefg\0")),
            "has a field that is not a number",
        ),
        (
            "a time beyond every clock",
            one(header().gnu().set(136, &[0x80, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])),
            "has a field that is not a number",
        ),
        (
            "a device that is no number",
            one(header().set(329, b"abcdefg\0")),
            "has a field that is not a number",
        ),
        ("a time that is none", key("mtime", b"nan"), "is no time"),
        ("an owner that is none", key("uid", b"-1"), "is no number"),
        (
            "a checksum of signed bytes",
            {
                let mut block = Header::new(own("\u{e9}").as_bytes(), 0, b'0').sealed();
                let signed: i64 = block
                    .iter()
                    .enumerate()
                    .map(|(at, byte)| match at {
                        148..156 => i64::from(b' '),
                        _ => i64::from(*byte as i8),
                    })
                    .sum();
                block[148..156].copy_from_slice(format!("{signed:06o}\0 ").as_bytes());
                after(vec![block])
            },
            "the checksum of a header is not right",
        ),
        (
            "a file named like a folder",
            after(vec![file(&own("src/"), evil)]),
            "is a file named like a folder",
        ),
        (
            "an old file named like a folder",
            after(vec![member(0, &own("src/"), b"")]),
            "is a file named like a folder",
        ),
        (
            "a folder with content",
            after(vec![member(b'5', &own("x"), evil)]),
            "is a folder with content",
        ),
        ("a folder outside", after(vec![member(b'5', "/etc/x", b"")]), "lies outside the folder"),
        ("a folder above", after(vec![member(b'5', &own("../x"), b"")]), "lies outside the folder"),
        ("a path with a dot", after(vec![file(&own("./x"), b"")]), "lies outside the folder"),
        (
            "a path with two slashes",
            after(vec![file(&own("src//lib.rs"), b"")]),
            "lies outside the folder",
        ),
        ("one name twice", after(vec![file(&target, evil)]), "it has two members"),
        (
            "a file and a folder of one name",
            after(vec![member(b'5', &own("PKG-INFO"), b"")]),
            "one is a file and the other a folder",
        ),
        (
            "a file in a file",
            after(vec![file(&own("PKG-INFO/x"), b"")]),
            "one is a file and the other a folder",
        ),
        (
            "names that differ in case",
            after(vec![file(&own("PyProject.toml"), evil)]),
            "only in case",
        ),
        (
            "two ways to write a character",
            after(vec![file(&own("\u{e9}"), b""), file(&own("e\u{301}"), b"")]),
            "how a character is written",
        ),
        (
            "a block of zeros in the middle",
            ended(&[project(), vec![vec![0; BLOCK], notes.clone()]].concat()),
            "it has data after the end of the archive",
        ),
        (
            "members after the end",
            [ended(&project()), notes.clone()].concat(),
            "it has data after the end of the archive",
        ),
        ("no end", project().concat(), "it is not a gzipped tar"),
        ("half an end", [project().concat(), vec![0; BLOCK]].concat(), "its end is cut off"),
    ]
}

#[test]
fn each_trick_is_refused_for_its_reason() {
    for (what, bytes, why) in tricks() {
        let said = sdist::read(SDIST, &gzip(&bytes)).map(|files| files.len());
        let said = said.expect_err(what).to_string();
        assert!(said.contains(why), "{what}: {said}");
    }
}

#[test]
fn python_unpacks_what_is_read() {
    let (good, tricks) = (good(), tricks());
    let mut cases: Vec<Case> = Vec::new();
    for (what, bytes) in &good {
        assert!(
            read(&gzip(bytes)).is_some(),
            "{what}: {:?}",
            sdist::read(SDIST, &gzip(bytes)).map(drop)
        );
        cases.push(((*what).to_owned(), gzip(bytes)));
    }
    let tricky = tricks.iter().map(|(what, bytes, _)| ((*what).to_owned(), gzip(bytes)));
    cases.extend(tricky);
    let bases: Vec<&[u8]> = good
        .iter()
        .map(|(_, bytes)| &bytes[..])
        .chain(tricks.iter().map(|(_, bytes, _)| &bytes[..]))
        .collect();
    let mut random = Random::new(20_261_130);
    for number in 0..MUTANTS {
        // Most of them are mutants of good archives, so that many are accepted.
        let limit = if number % 4 == 0 { bases.len() } else { good.len() };
        let which = random.below(limit);
        let (how, bytes) = mutant(bases[which], &mut random);
        cases.push((format!("mutant {number} of {which}: {how}"), gzip(&bytes)));
    }
    let accepted = compare(SDIST, &cases, read);
    assert!(accepted > cases.len() / 5, "{accepted} of {} are accepted", cases.len());
}

/// The places of the headers: blocks whose checksum is right.
fn headers(bytes: &[u8]) -> Vec<usize> {
    (0..bytes.len() / BLOCK)
        .map(|number| number * BLOCK)
        .filter(|at| bytes[at + 257..].starts_with(b"ustar"))
        .collect()
}

/// Fields of a header, and values that some reader takes in its own way.
const FIELDS: &[(usize, usize)] = &[
    (0, 100),
    (100, 8),
    (108, 8),
    (116, 8),
    (124, 12),
    (136, 12),
    (148, 8),
    (156, 1),
    (157, 100),
    (257, 8),
    (265, 32),
    (297, 32),
    (329, 8),
    (337, 8),
    (345, 155),
    (500, 12),
];
const VALUES: &[&[u8]] = &[
    b"",
    b"\0",
    b" ",
    b"0",
    b"7",
    b"1",
    b"5",
    b"x",
    b"g",
    b"L",
    b"\x80",
    b"\xff",
    b"-1",
    b"00000000001\0",
    b"        1 \0",
    b"ustar  \0",
    b"ustar\x0000",
    b"../x",
    b"/x",
    b"sum_up_to-1.0.0/x",
    b"sum_up_to-1.0.0/PKG-INFO",
    b"\xc3\xa9",
];

fn mutant(base: &[u8], random: &mut Random) -> (String, Vec<u8>) {
    let mut bytes = base.to_vec();
    let headers = headers(&bytes);
    let at = headers[random.below(headers.len())];
    let mut sealed = true;
    let how = match random.below(8) {
        0 => {
            let at = random.below(bytes.len());
            bytes[at] = random.number() as u8;
            sealed = random.below(2) == 0;
            format!("byte {at}")
        }
        1 | 2 => {
            let at = at + random.below(BLOCK);
            bytes[at] = random.number() as u8;
            format!("byte {at} of a header")
        }
        3 | 4 => {
            let (field, length) = FIELDS[random.below(FIELDS.len())];
            let value = VALUES[random.below(VALUES.len())];
            let value = &value[..value.len().min(length)];
            bytes[at + field..at + field + value.len()].copy_from_slice(value);
            format!("field {field} of the header at {at} is {value:?}")
        }
        5 => {
            bytes.drain(at..at + BLOCK);
            format!("without the block at {at}")
        }
        6 => {
            let block = bytes[at..at + BLOCK].to_vec();
            let to = BLOCK * random.below(bytes.len() / BLOCK);
            bytes.splice(to..to, block);
            format!("the block at {at} is at {to} too")
        }
        _ => {
            let to = headers[random.below(headers.len())];
            for offset in 0..BLOCK {
                bytes.swap(at + offset, to + offset);
            }
            format!("the blocks at {at} and {to} changed places")
        }
    };
    if sealed {
        for at in self::headers(&bytes) {
            let block: [u8; BLOCK] = bytes[at..at + BLOCK].try_into().expect("a block");
            bytes[at..at + BLOCK].copy_from_slice(&Header(block).sealed());
        }
    }
    (how, bytes)
}
