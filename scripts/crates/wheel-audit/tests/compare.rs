//! Two builders' wheels, and two builds of one file: every way in which they may differ.

use wheel_audit::compare::{Comparisons, compare, first_difference};
use wheel_audit::wheel::release::WheelFacts;
use wheel_fixtures::elf::{self, Elf};
use wheel_fixtures::release::LINUX;
use wheel_fixtures::wheel::Wheel;
use wheel_fixtures::zip::{self, PackedMember};

fn facts(wheel: &Wheel) -> WheelFacts {
    WheelFacts::read(wheel.file.clone(), &wheel.bytes()).expect("a wheel")
}

/// Ours beside a second one that was changed.
fn second(change: impl FnOnce(&mut Wheel)) -> Comparisons {
    let ours = Wheel::new(LINUX);
    let mut theirs = ours.clone();
    change(&mut theirs);
    compare(&[facts(&ours)], &[facts(&theirs)])
}

fn differences(change: impl FnOnce(&mut Wheel)) -> String {
    let result = second(change);
    assert_eq!(result.unmatched, Vec::<String>::new());
    result.compared.iter().flat_map(|one| one.differences.clone()).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_same_wheel_on_an_older_or_newer_system_agrees_and_says_so() {
    let same = second(|_| {});
    assert!(same.compared[0].differences.is_empty() && same.compared[0].notes.is_empty());
    let newer = second(|wheel| wheel.retag("cp310", "abi3", "manylinux_2_28_x86_64"));
    assert_eq!(newer.compared[0].differences, Vec::<String>::new());
    insta::assert_snapshot!(newer.compared[0].notes.join("\n"), @"another floor: ours is `manylinux2014_x86_64.manylinux_2_17_x86_64`, theirs `manylinux_2_28_x86_64`");
}

#[test]
fn bills_of_materials_and_grafted_libraries_are_each_builders_own() {
    let grafted = second(|wheel| {
        wheel.members.push((wheel.own("sboms/auditwheel.cdx.json"), b"{}".to_vec()));
        let library = Elf { exports: vec!["gomp"], ..Elf::new(elf::X86_64) };
        wheel.members.push(("sum_up_to.libs/libgomp.so".to_owned(), library.bytes()));
    });
    assert_eq!(grafted.compared[0].differences, Vec::<String>::new());
}

#[test]
fn each_difference_is_told_by_its_kind() {
    let module = |change: fn(&mut Elf)| {
        differences(|wheel| {
            let mut module = Elf::new(elf::X86_64);
            change(&mut module);
            wheel.set_module(module.bytes());
        })
    };
    insta::assert_snapshot!(module(|elf| elf.exports.push("PyInit_helper")), @"exports of theirs alone: PyInit_helper");
    insta::assert_snapshot!(module(|elf| elf.exports.clear()), @"exports of ours alone: PyInit__native");
    insta::assert_snapshot!(differences(|wheel| wheel.edit("METADATA", ">=3.10", ">=3.11")), @"
    metadata of ours alone: requires-python: >=3.10
    metadata of theirs alone: requires-python: >=3.11
    ");
    insta::assert_snapshot!(differences(|wheel| wheel.remove("sum_up_to/__init__.py")), @"members of ours alone: sum_up_to/__init__.py");
}

#[test]
fn a_wheel_of_another_abi_or_platform_is_unmatched() {
    for (python, abi, platform) in [
        ("cp311", "abi3", "manylinux_2_17_x86_64"),
        ("cp310", "cp310", "manylinux_2_17_x86_64"),
        ("cp310", "abi3", "musllinux_1_2_x86_64"),
        ("cp310", "abi3", "manylinux_2_17_aarch64"),
    ] {
        let result = second(|wheel| wheel.retag(python, abi, platform));
        assert!(result.compared.is_empty(), "{platform}");
        assert_eq!(result.unmatched.len(), 1, "{platform}");
    }
}

fn archive(members: &[(&str, &str)], mode: u32) -> Vec<u8> {
    let member = |(name, content): &(&str, &str)| {
        let mut member = PackedMember::deflated(name, content.as_bytes());
        member.mode = mode;
        member
    };
    zip::archive(&members.iter().map(member).collect::<Vec<_>>())
}

#[test]
fn the_first_member_that_differs_is_named() {
    let first = archive(&[("a.py", "1"), ("b.so", "built in /one")], 0o644);
    let difference = |members: &[(&str, &str)]| {
        first_difference("a-1-py3-none-any.whl", &first, &archive(members, 0o644))
    };
    assert_eq!(
        difference(&[("a.py", "1"), ("b.so", "built in /two")]),
        "`b.so` differs from byte 10 on"
    );
    assert_eq!(difference(&[("a.py", "1")]), "the second has no `b.so`");
    assert_eq!(
        difference(&[("b.so", "built in /one"), ("a.py", "1")]),
        "where the first has `a.py`, the second has `b.so`"
    );
    assert_eq!(
        difference(&[("a.py", "1"), ("b.so", "built in /one"), ("c", "")]),
        "the first has no `c`"
    );
    let same = [("a.py", "1"), ("b.so", "built in /one")];
    assert_eq!(
        first_difference("a-1-py3-none-any.whl", &first, &archive(&same, 0o755)),
        "its members are the same, but not how they are packed"
    );
    assert_eq!(first_difference("a-1.tar.gz", &first, &first), "it cannot be unpacked");
}
