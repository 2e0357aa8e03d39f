//! Files of `dist/` that cannot be turned into facts.

use std::fs::{self, File};

use wheel_audit::wheel::record;
use wheel_audit::wheel::release::{ReleaseFacts, WheelFacts, list};
use wheel_audit::wheel::{ARCHIVE_LIMIT, FIELD_LIMIT, MEMBER_COUNT_LIMIT};

use wheel_fixtures::release::{LINUX, SDIST, good};
use wheel_fixtures::wheel::Wheel;

fn refusal(change: impl FnOnce(&mut Wheel)) -> String {
    let mut wheel = Wheel::new(LINUX);
    change(&mut wheel);
    facts(&wheel.file, &wheel.bytes())
}

fn facts(file: &str, bytes: &[u8]) -> String {
    WheelFacts::read(file.to_owned(), bytes).map(drop).expect_err("unreadable").to_string()
}

fn replace(wheel: &mut Wheel, member: &str, content: &[u8]) {
    let path = wheel.own(member);
    wheel.remove(&path);
    wheel.members.push((path, content.to_owned()));
}

#[test]
fn a_wheel_without_its_own_files_is_unreadable() {
    let without_record = {
        let mut members = Wheel::new(LINUX).packed();
        members.pop();
        facts(LINUX, &wheel_fixtures::zip::archive(&members))
    };
    let said = [
        refusal(|wheel| wheel.remove(&wheel.own("METADATA"))),
        refusal(|wheel| wheel.remove(&wheel.own("WHEEL"))),
        without_record,
        refusal(|wheel| replace(wheel, "METADATA", b"nonsense")),
        refusal(|wheel| replace(wheel, "WHEEL", b"\xff")),
        refusal(|wheel| {
            let path = wheel.own("RECORD");
            wheel.relist(&path, |line| format!("{line}\nnonsense\n"));
        }),
        facts("sum_up_to-1.0.0.whl", &Wheel::new(LINUX).bytes()),
        facts("sum_up_to-2.0.0-py3-none-any.whl", &Wheel::new(LINUX).bytes()),
        facts(LINUX, b"not found"),
    ];
    insta::assert_snapshot!(said.join("\n"), @"
    it has no member `sum_up_to-1.0.0.dist-info/METADATA`
    it has no member `sum_up_to-1.0.0.dist-info/WHEEL`
    it has no member `sum_up_to-1.0.0.dist-info/RECORD`
    `sum_up_to-1.0.0.dist-info/METADATA`: line 1, `nonsense`, is not a field
    `sum_up_to-1.0.0.dist-info/WHEEL`: it is not UTF-8
    `sum_up_to-1.0.0.dist-info/RECORD`: line 7, `nonsense`: it does not have three fields
    `sum_up_to-1.0.0.whl` is not a wheel file name: it does not have five or six parts between hyphens
    its folder is `sum_up_to-1.0.0.dist-info`, and not `sum_up_to-2.0.0.dist-info`
    it is not a zip archive: it has no end record
    ");
}

#[test]
fn texts_of_very_many_lines_are_refused() {
    let lines = "a:\n".repeat(FIELD_LIMIT + 1);
    assert_eq!(
        refusal(|wheel| replace(wheel, "METADATA", lines.as_bytes())),
        "`sum_up_to-1.0.0.dist-info/METADATA`: it has more than 10000 fields"
    );
    let lines = "a,,\n".repeat(MEMBER_COUNT_LIMIT + 1);
    let error = record::read(lines.as_bytes()).map(drop).expect_err("too many");
    assert_eq!(error.to_string(), "it has more than 100000 lines");
}

#[test]
fn what_comes_from_an_archive_cannot_speak_to_the_terminal() {
    let said = refusal(|wheel| replace(wheel, "METADATA", b"\x1b[2Jno\rfield"));
    assert_eq!(
        said,
        "`sum_up_to-1.0.0.dist-info/METADATA`: line 1, `\\u{1b}[2Jno\\rfield`, is not a field"
    );
}

#[test]
fn an_unreadable_file_is_still_seen() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut release = ReleaseFacts::default();
    for (file, bytes) in [(LINUX, &b"no zip"[..]), (SDIST, b"no gzip"), ("notes.txt", b"")] {
        fs::write(folder.path().join(file), bytes).expect("written");
        let added = release.add(&folder.path().join(file));
        assert_eq!(added, Ok(()), "{file}");
    }
    let wrong: Vec<String> = release.wrong().collect();
    insta::assert_snapshot!(wrong.join("\n"), @"
    `sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl`: it is not a zip archive: it has no end record
    `sum_up_to-1.0.0.tar.gz`: it is not a gzipped tar: unexpected end of file
    ");
    let names: Vec<_> = release.files.iter().map(|file| (&*file.name, file.size)).collect();
    assert_eq!(names, [(LINUX, 6), (SDIST, 7), ("notes.txt", 0)]);
    assert!(release.wheels.is_empty() && release.sdists.is_empty());
}

#[test]
fn what_is_no_file_or_is_too_large_is_not_opened() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut release = ReleaseFacts::default();
    let mut refusal =
        |file: &str| release.add(&folder.path().join(file)).expect_err("unreadable").to_string();
    fs::create_dir(folder.path().join("folder.whl")).expect("made");
    let large = File::create(folder.path().join("large.whl")).expect("made");
    large.set_len(ARCHIVE_LIMIT + 1).expect("a file of nothing");
    assert!(refusal("missing.whl").starts_with("cannot be opened: "));
    for file in ["folder.whl", "large.whl"] {
        assert_eq!(release.add(&folder.path().join(file)), Ok(()));
    }
    assert!(release.files.is_empty());
    let wrong: Vec<String> = release.wrong().collect();
    insta::assert_snapshot!(wrong.join("\n"), @"
    `folder.whl`: it is a folder, and what is in it was not judged
    `large.whl`: it is larger than 1073741824 bytes, and was not judged
    ");
}

#[test]
fn a_folder_is_listed_in_order_without_hidden_files() {
    let folder = tempfile::tempdir().expect("a folder");
    let dist = folder.path().join("dist");
    assert_eq!(list(&dist), Ok(Vec::new()));
    fs::create_dir(&dist).expect("made");
    for (file, bytes) in good().files.iter().rev() {
        fs::write(dist.join(file), bytes).expect("written");
    }
    fs::write(dist.join(".gitignore"), "*").expect("written");
    let names: Vec<_> = good().files.keys().map(|file| dist.join(file)).collect();
    assert_eq!(list(&dist), Ok(names));
    assert!(list(&dist.join(SDIST)).is_err());
}
