//! The second builder: every way in which its wheel may not be what ours is.

use wheel_audit::wheel::release::WheelFacts;
use wheel_fixtures::elf::{self, Elf};
use wheel_fixtures::release::LINUX;
use wheel_fixtures::wheel::Wheel;
use wheel_pipeline::evidence::SecondBuildEvidence;
use wheel_pipeline::exit::Verdict;
use wheel_pipeline::stage::second_build::{compare, verdict};

fn facts(wheel: &Wheel) -> WheelFacts {
    WheelFacts::read(wheel.file.clone(), &wheel.bytes()).expect("a wheel")
}

/// Ours beside a second one that was changed.
fn second(change: impl FnOnce(&mut Wheel)) -> SecondBuildEvidence {
    let ours = Wheel::new(LINUX);
    let mut theirs = ours.clone();
    change(&mut theirs);
    compare(&[facts(&ours)], &[facts(&theirs)])
}

fn differences(change: impl FnOnce(&mut Wheel)) -> String {
    let result = second(change);
    assert_eq!(verdict(&result), Verdict::No);
    result.compared.iter().flat_map(|one| one.differences.clone()).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_same_wheel_on_an_older_or_newer_system_agrees_and_says_so() {
    let same = second(|_| {});
    assert_eq!(verdict(&same), Verdict::Yes);
    assert!(same.compared[0].notes.is_empty());
    let newer = second(|wheel| wheel.retag("cp310", "abi3", "manylinux_2_28_x86_64"));
    assert_eq!(verdict(&newer), Verdict::Yes);
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
fn a_wheel_of_another_abi_or_platform_is_alone() {
    for (python, abi, platform) in [
        ("cp311", "abi3", "manylinux_2_17_x86_64"),
        ("cp310", "cp310", "manylinux_2_17_x86_64"),
        ("cp310", "abi3", "musllinux_1_2_x86_64"),
        ("cp310", "abi3", "manylinux_2_17_aarch64"),
    ] {
        let result = second(|wheel| wheel.retag(python, abi, platform));
        assert_eq!(verdict(&result), Verdict::No, "{platform}");
        assert_eq!(result.alone.len(), 1, "{platform}");
    }
}

#[test]
fn nothing_compared_is_no_agreement() {
    assert_eq!(verdict(&compare(&[], &[])), Verdict::Unknown);
}
