//! Source distributions that are cut, lie about themselves, or hold more than one reader sees.

use tar::EntryType;
use wheel_audit::wheel::sdist::{metadata, read};

use wheel_fixtures::release::SDIST;
use wheel_fixtures::sdist::{Sdist, TarEntry, gzip, tar};

const FOLDER: &str = "sum_up_to-1.0.0";

fn refusal(bytes: &[u8]) -> String {
    read(SDIST, bytes).map(|files| files.len()).expect_err("unreadable").to_string()
}

fn paths(bytes: &[u8]) -> Vec<String> {
    let files = read(SDIST, bytes).expect("a good sdist");
    files.into_iter().map(|file| file.path).collect()
}

fn member(name: &str) -> TarEntry {
    TarEntry::file(&format!("{FOLDER}/{name}"), b"content")
}

/// A member whose name stands in an entry before it.
fn named(kind: EntryType, name: &[u8]) -> Vec<u8> {
    let before = TarEntry { content: name.to_owned(), ..TarEntry::new(kind, "long", b"") };
    gzip(&tar(&[before, member("short")]))
}

fn pax(key: &str, value: &str) -> Vec<u8> {
    let rest = format!(" {key}={value}\n");
    let digits = |length: usize| length.to_string().len();
    let mut length = rest.len() + digits(rest.len());
    length = rest.len() + digits(length);
    format!("{length}{rest}").into_bytes()
}

#[test]
fn a_good_sdist_has_files_and_metadata() {
    let bytes = Sdist::new(SDIST).bytes();
    assert_eq!(paths(&bytes), ["Cargo.toml", "Cargo.lock", "pyproject.toml", "PKG-INFO"]);
    let files = read(SDIST, &bytes).expect("a good sdist");
    assert_eq!(metadata(&files).expect("it is there").first("Name"), Some("sum-up-to"));
}

#[test]
fn metadata_that_cannot_be_read_is_named() {
    let bytes = gzip(&tar(&[TarEntry::file(&format!("{FOLDER}/PKG-INFO"), b"nonsense")]));
    let files = read(SDIST, &bytes).expect("a good archive");
    let error = metadata(&files).expect_err("no fields").to_string();
    assert_eq!(error, "`PKG-INFO`: line 1, `nonsense`, is not a field");
}

#[test]
fn an_sdist_cut_short_anywhere_is_refused() {
    let bytes = Sdist::new(SDIST).bytes();
    for length in 0..bytes.len() {
        let _told: String = refusal(&bytes[..length]);
    }
}

#[test]
fn each_lie_has_its_message() {
    let good = Sdist::new(SDIST).bytes();
    let mut checksum = tar(&[member("x")]);
    checksum[0] ^= 1;
    let mut crc = good.clone();
    let at = crc.len() - 8;
    crc[at] ^= 1;
    let said = [
        refusal(b""),
        refusal(b"PK\x03\x04"),
        refusal(&gzip(b"short")),
        refusal(&gzip(&checksum)),
        refusal(&crc),
        refusal(&[good, b"after".to_vec()].concat()),
        refusal(&gzip(&tar(&[TarEntry { size: Some(4096), ..member("x") }]))),
        refusal(&gzip(&tar(&[TarEntry { size: Some(1 << 32), ..member("x") }]))),
        refusal(&gzip(&tar(&[TarEntry { name: b"sum_up_to-1.0.0/\xff".to_vec(), ..member("x") }]))),
        refusal(&gzip(&tar(&[TarEntry::new(EntryType::Link, &format!("{FOLDER}/x"), b"")]))),
        refusal(&gzip(&tar(&[member("x"), member("x")]))),
    ];
    insta::assert_snapshot!(said.join("\n"), @"
    it is not a gzipped tar: unexpected end of file
    it is not a gzipped tar: unexpected end of file
    it is not a gzipped tar: failed to fill whole buffer
    the checksum of a header is not right
    it is not a gzipped tar: corrupt gzip stream does not have a matching checksum
    it has data after its gzip stream
    it is not a gzipped tar: it is cut short
    member `sum_up_to-1.0.0/x` is larger than 268435456 bytes
    a member's name is not UTF-8
    member `sum_up_to-1.0.0/x` is a link
    it has two members `sum_up_to-1.0.0/x`
    ");
}

#[test]
fn long_names_are_held_to_the_same_rules() {
    let long = format!("{FOLDER}/{}", "x".repeat(300));
    let names = |bytes: &[u8]| paths(bytes).concat();
    assert_eq!(names(&named(EntryType::GNULongName, long.as_bytes())), "x".repeat(300));
    assert_eq!(names(&named(EntryType::XHeader, &pax("path", &long))), "x".repeat(300));
    let outside = "member `/etc/passwd` lies outside the folder `sum_up_to-1.0.0`";
    assert_eq!(refusal(&named(EntryType::GNULongName, b"/etc/passwd\0")), outside);
    assert_eq!(refusal(&named(EntryType::XHeader, &pax("path", "/etc/passwd"))), outside);
    let cut = pax("path", &format!("{FOLDER}/x\0y"));
    assert_eq!(refusal(&named(EntryType::XHeader, &cut)), "an extended header cannot be read");
    let cut = format!("{FOLDER}/x\0y");
    assert_eq!(
        refusal(&named(EntryType::GNULongName, cut.as_bytes())),
        "member `sum_up_to-1.0.0/x\\u{0}y` lies outside the folder `sum_up_to-1.0.0`"
    );
}

#[test]
fn gzip_in_several_parts_is_refused() {
    // Python's `gzip` reads all parts, and other readers see the first alone.
    let whole = tar(&[member("first"), member("second")]);
    let (one, other) = whole.split_at(1024);
    let refused = "it has data after its gzip stream";
    assert_eq!(refusal(&[gzip(one), gzip(other)].concat()), refused);
    assert_eq!(refusal(&[gzip(&whole), gzip(b"")].concat()), refused);
    assert_eq!(refusal(&[gzip(&whole), vec![0]].concat()), refused);
}

#[test]
fn nothing_hides_behind_the_end_of_the_archive() {
    let twice = [tar(&[member("seen")]), tar(&[member("hidden")])].concat();
    assert_eq!(refusal(&gzip(&twice)), "it has data after the end of the archive");
    let padded = [tar(&[member("seen")]), vec![0; 8192]].concat();
    assert_eq!(paths(&gzip(&padded)), ["seen"]);
}
