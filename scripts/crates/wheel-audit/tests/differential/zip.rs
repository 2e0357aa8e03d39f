//! Wheels.

use wheel_audit::check::{CheckInput, find};
use wheel_audit::wheel::release::{ReleaseFacts, WheelFacts};
use wheel_fixtures::hostile::Random;
use wheel_fixtures::release::LINUX;
use wheel_fixtures::wheel::Wheel;
use wheel_fixtures::zip::{EndRecord, PackedMember, archive, archive_with};

use crate::{Case, Seen, compare};

const MUTANTS: usize = 4_000;

/// The members of a wheel that can be read, and whose structure no check refuses.
fn read(bytes: &[u8]) -> Option<Seen> {
    let facts = WheelFacts::read(LINUX.to_owned(), bytes).ok()?;
    let members = facts.members.iter();
    let seen = members.map(|member| (member.name.clone(), member.sum.to_string())).collect();
    let release = ReleaseFacts { wheels: vec![facts], ..ReleaseFacts::default() };
    let check = find("zip-structure").expect("a check");
    let found = check.judge(CheckInput::new(&release)).expect("it can tell");
    found.is_empty().then_some(seen)
}

fn members() -> Vec<PackedMember> {
    let mut wheel = Wheel::new(LINUX);
    wheel.members.push(("sum_up_to/caf\u{e9}.txt".to_owned(), b"1".to_vec()));
    let mut members = wheel.packed();
    let folder = PackedMember {
        mode: 0o040_755,
        attributes: 0x10,
        ..PackedMember::stored("sum_up_to/", b"")
    };
    members.insert(0, folder);
    members
        .push(later(PackedMember::deflated("sum_up_to/later.py", b"x = 1\nx = 1\nx = 1\n"), true));
    members.push(later(PackedMember::deflated("sum_up_to/unmarked.py", b"y = 1\ny = 1\n"), false));
    members
}

/// A member whose sizes follow it, with a mark or without.
fn later(member: PackedMember, marked: bool) -> PackedMember {
    let mut behind = if marked { b"PK\x07\x08".to_vec() } else { Vec::new() };
    behind.extend([member.crc, member.packed_size, member.size].map(u32::to_le_bytes).concat());
    PackedMember { flags: member.flags | 8, behind, ..member }
}

/// A record of zip64 that says that there is one member fewer, and the record that leads to it.
fn hidden_zip64(members: &[PackedMember]) -> Vec<u8> {
    let plain = archive(members);
    let end = plain.len() - 22;
    let start = u32::from_le_bytes(plain[end + 16..end + 20].try_into().expect("four bytes"));
    // The comment of the last entry holds the record and the locator.
    let mut members = members.to_vec();
    let last = members.last_mut().expect("a member");
    let record_at = end as u64;
    let mut comment = b"PK\x06\x06".to_vec();
    comment.extend(44_u64.to_le_bytes());
    comment.extend([45_u16, 45].map(u16::to_le_bytes).concat());
    comment.extend([0; 8]);
    comment.extend([0, 0, 0, u64::from(start)].map(u64::to_le_bytes).concat());
    comment.extend(b"PK\x06\x07\0\0\0\0");
    comment.extend(record_at.to_le_bytes());
    comment.extend(1_u32.to_le_bytes());
    last.comment = comment;
    archive(&members)
}

fn tricks() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let members = members();
    let with = |change: &dyn Fn(&mut Vec<PackedMember>)| {
        let mut members = members.clone();
        change(&mut members);
        archive(&members)
    };
    let named = |name: &'static [u8]| {
        with(&|members| {
            members[1].name = name.to_vec();
            members[1].local_name = name.to_vec();
        })
    };
    let twice = [archive(&members), archive(&members[..3])].concat();
    vec![
        ("a locator of zip64 in a comment", hidden_zip64(&members), "it is a zip64 archive"),
        (
            "a NUL in a name",
            named(b"sum_up_to/__init__.py\0.txt"),
            "has a control character in its name",
        ),
        (
            "a line end in a name",
            named(b"sum_up_to/a\nb.py"),
            "has a control character in its name",
        ),
        ("no name", named(b""), "has a control character in its name, or no name"),
        ("a name in another encoding", named(b"sum_up_to/\xff.py"), "has a name that is not UTF-8"),
        (
            "another name in the local header",
            with(&|members| members[1].local_name = b"sum_up_to/__init__.pY".to_vec()),
            "has another name in its local header",
        ),
        (
            "other sizes behind a member",
            with(&|members| {
                let at = members.len() - 2;
                members[at].behind[4] ^= 1;
            }),
            "has other sizes behind it than declared",
        ),
        (
            "nothing behind a member that announces its sizes",
            with(&|members| members[1].flags |= 8),
            "has other sizes behind it than declared",
        ),
        (
            "a member in another part",
            with(&|members| members[1].disk = 1),
            "lies in another part of a multi-part archive",
        ),
        ("an encrypted member", with(&|members| members[1].flags |= 1), "is encrypted"),
        (
            "hidden headers",
            with(&|members| members[1].flags |= 1 << 13),
            "is packed in a way that pip does not unpack",
        ),
        (
            "a patch",
            with(&|members| members[1].flags |= 1 << 5),
            "is packed in a way that pip does not unpack",
        ),
        ("two archives", twice, "bytes stand before it"),
        (
            "an end record in the comment",
            archive_with(
                &members,
                &EndRecord {
                    comment: [&b"PK\x05\x06"[..], &[0; 18]].concat(),
                    ..EndRecord::default()
                },
            ),
            "bytes stand before it",
        ),
    ]
}

#[test]
fn each_trick_is_refused_for_its_reason() {
    for (what, bytes, why) in tricks() {
        let said = WheelFacts::read(LINUX.to_owned(), &bytes).map(|facts| facts.members.len());
        let said = said.expect_err(what).to_string();
        assert!(said.contains(why), "{what}: {said}");
    }
}

#[test]
fn python_unpacks_what_is_read() {
    let good = archive(&members());
    assert!(read(&good).is_some(), "{:?}", WheelFacts::read(LINUX.to_owned(), &good).map(drop));
    let mut cases: Vec<Case> = vec![("good".to_owned(), good.clone())];
    cases.extend(tricks().into_iter().map(|(what, bytes, _)| (what.to_owned(), bytes)));
    let mut random = Random::new(20_261_130);
    for number in 0..MUTANTS {
        let (how, bytes) = mutant(&good, &mut random);
        cases.push((format!("mutant {number}: {how}"), bytes));
    }
    let accepted = compare(LINUX, &cases, read);
    assert!(accepted > cases.len() / 6, "{accepted} of {} are accepted", cases.len());
}

const NAMES: &[&[u8]] = &[
    b"sum_up_to/x",
    b"sum_up_to/__INIT__.py",
    b"sum_up_to/x/",
    b"../x",
    b"/x",
    b"x\\y",
    b"caf\xc3\xa9",
    b"x\0y",
    b"sum_up_to",
];

fn mutant(good: &[u8], random: &mut Random) -> (String, Vec<u8>) {
    if random.below(3) == 0 {
        let mut bytes = good.to_vec();
        let at = match random.below(3) {
            0 => random.below(bytes.len()),
            // The end record and the central directory, where most bytes have a meaning.
            _ => bytes.len() - 1 - random.below(1000),
        };
        bytes[at] = random.number() as u8;
        return (format!("byte {at}"), bytes);
    }
    let mut members = members();
    let which = random.below(members.len());
    let member = &mut members[which];
    let bit = 1_u32 << random.below(32);
    let how = random.below(16);
    match how {
        0 => member.flags ^= bit as u16,
        1 => member.method ^= (bit as u16) & 15,
        2 => member.crc ^= bit,
        3 => member.size ^= bit & 0xfff,
        4 => member.packed_size ^= bit & 0xfff,
        5 => member.name = NAMES[random.below(NAMES.len())].to_vec(),
        6 => member.local_name = NAMES[random.below(NAMES.len())].to_vec(),
        7 => {
            let name = NAMES[random.below(NAMES.len())];
            (member.name, member.local_name) = (name.to_vec(), name.to_vec());
        }
        8 => member.local_crc = Some(member.crc ^ bit),
        9 => member.gap = random.bytes(4),
        10 => member.mode = (bit & 0xffff) | 0o644,
        11 => member.attributes = bit as u16,
        12 => member.extra = random.bytes(8),
        13 => member.local_extra = [&[0x55, 0x54, 5, 0][..], &random.bytes(5)].concat(),
        14 => member.behind = random.bytes(16),
        _ => {
            let other = random.below(members.len());
            members.swap(which, other);
        }
    }
    (format!("member {which} changed in way {how}"), archive(&members))
}
