//! Bombs: small files that would unpack to more than anybody has memory for.

use std::io::{Read, Write, copy, repeat};

use flate2::write::GzEncoder;
use tar::EntryType;
use wheel_audit::wheel::{MEMBER_COUNT_LIMIT, SOURCE_LIMIT, TEXT_LIMIT, sdist, zip};

use wheel_fixtures::release::SDIST;
use wheel_fixtures::sdist::{TarEntry, gzip, tar};
use wheel_fixtures::zip::{PackedMember, archive, overlapping};

fn refusal(bytes: &[u8]) -> String {
    zip::read(bytes, |name| name == "RECORD")
        .map(|members| members.len())
        .expect_err("unreadable")
        .to_string()
}

#[test]
fn a_member_that_declares_little_is_not_unpacked_further() {
    // Behind its first 64 KiB the stream is broken: a reader that went on would say so.
    let mut bomb = PackedMember::deflated("bomb", &[0; 1 << 16]);
    let end = bomb.packed.len() - 2;
    bomb.packed.truncate(end);
    bomb.packed.extend([0xff; 64]);
    bomb.packed_size = u32::try_from(bomb.packed.len()).expect("small");
    bomb.size = 10;
    assert_eq!(refusal(&archive(&[bomb])), "member `bomb` is not as long as declared");
}

#[test]
fn declared_sizes_are_summed_before_anything_is_unpacked() {
    let member = |name| PackedMember { size: 1 << 30, ..PackedMember::deflated(name, b"") };
    let bytes = archive(&["1", "2", "3", "4", "5"].map(member));
    assert_eq!(refusal(&bytes), "it unpacks to more than 4294967296 bytes");
}

#[test]
fn a_ratio_that_the_index_refuses_is_refused_before_anything_is_unpacked() {
    // Its one stream is broken: a reader that unpacked it would say so.
    let member = |name, size| PackedMember {
        size,
        packed: vec![0xff; 1 << 20],
        packed_size: 1 << 20,
        ..PackedMember::deflated(name, b"")
    };
    let said = refusal(&archive(&[member("1", 70 << 20)]));
    assert_eq!(said, "it unpacks to 73400320 bytes, which is more than 50 times its own size");
    // Below 64 MiB, or below 50 times, the ratio is no reason.
    assert!(
        refusal(&archive(&[member("1", 64 << 20)])).starts_with("member `1` cannot be unpacked")
    );
    let said = refusal(&archive(&[member("1", 50 << 20), member("2", 50 << 20)]));
    assert!(said.starts_with("member `1` cannot be unpacked"), "{said}");
}

#[test]
fn members_that_share_bytes_are_refused_before_anything_is_unpacked() {
    let broken = PackedMember { packed: vec![0xff; 100], packed_size: 100, ..deflated("one", 10) };
    let mut bytes = archive(&[broken.clone(), PackedMember { name: b"two".to_vec(), ..broken }]);
    // The second entry leads to the first member too, so its local header names another member.
    let second = bytes.windows(4).rposition(|mark| mark == b"PK\x01\x02").expect("an entry");
    bytes[second + 42..second + 46].fill(0);
    assert_eq!(refusal(&bytes), "member `two` has another name in its local header");
    // A member whose extra field holds the next member.
    let inner = archive(&[deflated("two", 10)]);
    let end = inner.windows(4).position(|mark| mark == b"PK\x01\x02").expect("an entry");
    let outer = PackedMember { local_extra: inner[..end].to_vec(), ..deflated("one", 10) };
    let mut bytes = archive(&[outer, deflated("two", 10)]);
    let second = bytes.windows(4).rposition(|mark| mark == b"PK\x01\x02").expect("an entry");
    bytes[second + 42..second + 46].copy_from_slice(&33_u32.to_le_bytes());
    assert_eq!(refusal(&bytes), "member `two` shares bytes with another member");
}

fn deflated(name: &str, size: usize) -> PackedMember {
    PackedMember::deflated(name, &vec![b'x'; size])
}

#[test]
fn a_text_that_is_kept_is_bounded_before_it_is_unpacked() {
    let size = u32::try_from(TEXT_LIMIT + 1).expect("small");
    let bytes = archive(&[PackedMember { size, ..PackedMember::deflated("RECORD", b"") }]);
    assert_eq!(refusal(&bytes), "member `RECORD` is larger than 16777216 bytes");
}

#[test]
fn one_text_is_not_kept_many_times() {
    let bytes = overlapping(&PackedMember::deflated("RECORD", &[b' '; 4096]), 60_000);
    assert_eq!(refusal(&bytes), "it has two members `RECORD`");
}

/// An sdist of several files of zeros, packed without being in memory unpacked.
fn zeros(files: usize, size: u64) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::fast());
    for number in 0..files {
        let name = SDIST.replace(".tar.gz", &format!("/{number}"));
        let header = tar(&[TarEntry { size: Some(size), ..TarEntry::file(&name, b"") }]);
        encoder.write_all(&header[..512]).expect("memory takes everything");
        copy(&mut repeat(0).take(size), &mut encoder).expect("memory takes everything");
    }
    encoder.finish().expect("memory takes everything")
}

#[test]
fn a_gzip_bomb_is_not_unpacked_to_the_end() {
    // Beyond the limit the stream is broken: a reader that went on would say so.
    let mut bomb = zeros(3, SOURCE_LIMIT / 2);
    assert!(bomb.len() < 4 << 20);
    let end = bomb.len() - 1000;
    bomb[end..].fill(0xff);
    let refusal = sdist::read(SDIST, &bomb).map(|files| files.len()).expect_err("unreadable");
    assert_eq!(refusal.to_string(), "it unpacks to more than 268435456 bytes");
}

#[test]
fn an_sdist_of_very_many_members_is_refused() {
    let folder = SDIST.strip_suffix(".tar.gz").expect("an sdist's name");
    let entries: Vec<TarEntry> = (0..=MEMBER_COUNT_LIMIT)
        .map(|number| TarEntry::new(EntryType::Directory, &format!("{folder}/{number}/"), b""))
        .collect();
    let bytes = gzip(&tar(&entries));
    let refusal = sdist::read(SDIST, &bytes).map(|files| files.len()).expect_err("unreadable");
    assert_eq!(refusal.to_string(), "it has more than 100000 members");
}
