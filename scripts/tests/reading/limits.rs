//! Bombs: small files that would unpack to more than anybody has memory for.

use wheel_pipeline::wheel::{TEXT_LIMIT, zip};

use crate::fixture::zip::{Member, archive, overlapping};

fn refusal(bytes: &[u8]) -> String {
    zip::read(bytes, |name| name == "RECORD")
        .map(|members| members.len())
        .expect_err("unreadable")
        .to_string()
}

#[test]
fn a_member_that_declares_little_is_not_unpacked_further() {
    // Behind its first 64 KiB the stream is broken: a reader that went on would say so.
    let mut bomb = Member::deflated("bomb", &[0; 1 << 16]);
    let end = bomb.packed.len() - 2;
    bomb.packed.truncate(end);
    bomb.packed.extend([0xff; 64]);
    bomb.packed_size = u32::try_from(bomb.packed.len()).expect("small");
    bomb.size = 10;
    assert_eq!(refusal(&archive(&[bomb])), "member `bomb` is not as long as declared");
}

#[test]
fn declared_sizes_are_summed_before_anything_is_unpacked() {
    let member = |name| Member { size: 1 << 30, ..Member::deflated(name, b"") };
    let bytes = archive(&["1", "2", "3", "4", "5"].map(member));
    assert_eq!(refusal(&bytes), "it unpacks to more than 4294967296 bytes");
}

#[test]
fn a_text_that_is_kept_is_bounded_before_it_is_unpacked() {
    let size = u32::try_from(TEXT_LIMIT + 1).expect("small");
    let bytes = archive(&[Member { size, ..Member::deflated("RECORD", b"") }]);
    assert_eq!(refusal(&bytes), "member `RECORD` is larger than 16777216 bytes");
}

#[test]
fn one_text_is_not_kept_many_times() {
    let bytes = overlapping(&Member::deflated("RECORD", &[b' '; 4096]), 60_000);
    assert_eq!(refusal(&bytes), "it has two members `RECORD`");
}
