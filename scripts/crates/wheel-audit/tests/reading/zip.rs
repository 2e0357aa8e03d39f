//! Zip archives that contradict themselves, or use what wheels do not.

use wheel_audit::wheel::zip::read;

use wheel_fixtures::zip::{EndRecord, PackedMember, archive, archive_with};

fn refusal(bytes: &[u8]) -> String {
    read(bytes, |_| true).map(|members| members.len()).expect_err("unreadable").to_string()
}

fn member() -> PackedMember {
    PackedMember::deflated("a/b.txt", b"one two one two one two")
}

fn refused(change: impl FnOnce(&mut PackedMember)) -> String {
    let mut member = member();
    change(&mut member);
    refusal(&archive(&[PackedMember::stored("first", b"1"), member]))
}

fn ended(end: EndRecord) -> String {
    refusal(&archive_with(&[member()], &end))
}

#[test]
fn members_have_names_sizes_and_contents_and_folders_are_none() {
    let bytes =
        archive(&[PackedMember::stored("a/", b""), member(), PackedMember::stored("c", b"3")]);
    let members = read(&bytes, |name| name == "c").expect("a good archive");
    let seen: Vec<_> =
        members.iter().map(|member| (&*member.name, member.size, &member.content)).collect();
    assert_eq!(seen, [("a/b.txt", 23, &None), ("c", 1, &Some(b"3".to_vec()))]);
}

#[test]
fn what_is_no_archive_is_refused() {
    let none = "it is not a zip archive: it has no end record";
    assert_eq!(refusal(b""), none);
    assert_eq!(refusal(&[b'x'; 100]), none);
    assert_eq!(read(&archive(&[]), |_| true), Ok(Vec::new()));
}

#[test]
fn an_archive_cut_short_anywhere_is_refused() {
    let bytes = archive(&[PackedMember::stored("first", b"1"), member()]);
    for length in 0..bytes.len() {
        let _told: String = refusal(&bytes[..length]);
        let _told: String = refusal(&bytes[bytes.len() - length..]);
    }
}

#[test]
fn each_lie_about_a_member_has_its_message() {
    let said = [
        refused(|member| member.flags = 1),
        refused(|member| member.method = 12),
        refused(|member| member.crc ^= 1),
        refused(|member| member.size += 1),
        refused(|member| member.size -= 1),
        refused(|member| {
            *member = PackedMember { size: 3, ..PackedMember::stored("a/b.txt", b"12") }
        }),
        refused(|member| {
            *member = PackedMember { size: 1, ..PackedMember::stored("a/b.txt", b"12") }
        }),
        refused(|member| member.packed_size -= 1),
        refused(|member| member.packed_size += 1_000_000),
        refused(|member| member.packed[0] = 0xff),
        refused(|member| member.local_name = b"a/c.txt".to_vec()),
        refused(|member| member.name = b"a/\xff.txt".to_vec()),
        refused(|member| member.size = (1 << 30) + 1),
    ];
    insta::assert_snapshot!(said.join("\n"), @"
    member `a/b.txt` is encrypted
    member `a/b.txt` is packed by bzip2, which PyPI and uv refuse
    member `a/b.txt` has another CRC than declared
    member `a/b.txt` is not as long as declared
    member `a/b.txt` is not as long as declared
    member `a/b.txt` is not as long as declared
    member `a/b.txt` is not as long as declared
    member `a/b.txt` cannot be unpacked: incomplete deflate stream
    member `a/b.txt` is cut short, or points outside the archive
    member `a/b.txt` cannot be unpacked: corrupt deflate stream
    member `a/b.txt` has another name in its local header
    member `a/�.txt` has a name that is not UTF-8
    member `a/b.txt` is larger than 1073741824 bytes
    ");
}

#[test]
fn each_lie_about_the_archive_has_its_message() {
    let said = [
        ended(EndRecord { count: Some(u16::MAX), ..EndRecord::default() }),
        ended(EndRecord { start: Some(u32::MAX), ..EndRecord::default() }),
        ended(EndRecord { length: Some(u32::MAX), ..EndRecord::default() }),
        ended(EndRecord { disk: 1, ..EndRecord::default() }),
        ended(EndRecord { count_here: Some(2), ..EndRecord::default() }),
        ended(EndRecord { start: Some(1), ..EndRecord::default() }),
        ended(EndRecord { length: Some(1), ..EndRecord::default() }),
        ended(EndRecord { count: Some(0), count_here: Some(0), ..EndRecord::default() }),
        ended(EndRecord { count: Some(2), count_here: Some(2), ..EndRecord::default() }),
        refusal(&[b"before".to_vec(), archive(&[member()])].concat()),
        refusal(&[archive(&[member()]), b"after".to_vec()].concat()),
    ];
    insta::assert_snapshot!(said.join("\n"), @"
    it is a zip64 archive, which is not supported
    it is a zip64 archive, which is not supported
    it is a zip64 archive, which is not supported
    it is one part of a multi-part archive
    it is one part of a multi-part archive
    48 bytes stand before it
    it is cut short, or points outside itself
    its central directory and its end record differ in the number of members
    it is cut short, or points outside itself
    6 bytes stand before it
    its end record is not the last thing in it
    ");
}

#[test]
fn a_member_without_a_local_header_is_refused() {
    let mut bytes = archive(&[member()]);
    bytes[0] = b'Q';
    assert_eq!(refusal(&bytes), "member `a/b.txt` has no local header");
}

#[test]
fn a_comment_is_normal() {
    let end = EndRecord { comment: b"made by hand".to_vec(), ..EndRecord::default() };
    assert!(read(&archive_with(&[member()], &end), |_| true).is_ok());
}

#[test]
fn one_name_is_one_member() {
    let twice = archive(&[PackedMember::stored("a", b"1"), PackedMember::stored("a", b"2")]);
    assert_eq!(refusal(&twice), "it has two members `a`");
}

#[test]
fn nothing_hides_behind_a_deflated_member() {
    let said = refused(|member| {
        member.packed.extend(b"hidden");
        member.packed_size += 6;
    });
    assert_eq!(said, "member `a/b.txt` is not as long packed as declared");
}

#[test]
fn an_end_record_in_the_comment_is_not_passed_over() {
    // `zipfile` would take the inner one, and see an archive without members.
    let inner = [&b"PK\x05\x06"[..], &[0; 18], b"!"].concat();
    let said = ended(EndRecord { comment: inner, ..EndRecord::default() });
    assert_eq!(said, "its end record is not the last thing in it");
}
