//! `package-files`: wheels that install without a word, and then lack a package or a program.

use wheel_audit::check::{CHECKS, CheckInput, Severity};
use wheel_audit::wheel::release::ReleaseFacts;

use crate::{Case, judge, refusals_once};
use wheel_fixtures::elf::{self, Elf};
use wheel_fixtures::release::{Dist, LINUX, good, release};
use wheel_fixtures::sdist::TarEntry;
use wheel_fixtures::wheel::Wheel;
use wheel_fixtures::zip::archive;

/// A release whose wheel for Linux has another member.
fn with(name: &'static str, content: &'static [u8]) -> Dist {
    release(|parts| parts.linux.members.push((name.to_owned(), content.to_vec())))
}

/// A release whose wheel for Linux has a program with a mode.
fn program(content: &[u8], mode: u32) -> Dist {
    let mut wheel = Wheel::new(LINUX);
    let path = "sum_up_to-1.0.0.data/scripts/sum";
    wheel.members.push((path.to_owned(), content.to_vec()));
    let mut members = wheel.packed();
    for member in members.iter_mut().filter(|member| member.name == path.as_bytes()) {
        member.mode = mode;
    }
    let mut dist = good();
    dist.replace(LINUX, archive(&members));
    dist
}

pub const CASES: &[Case] = &[
    Case {
        name: "a package that only the other wheels have",
        broken: || {
            release(|parts| {
                parts.linux.rename("sum_up_to/__init__.py", "other/__init__.py");
                parts.linux.rename("sum_up_to/_native.abi3.so", "other/_native.abi3.so");
                let path = parts.linux.own("entry_points.txt");
                parts.linux.remove(&path);
            })
        },
    },
    Case {
        name: "a package without its `__init__`",
        broken: || release(|parts| parts.linux.remove("sum_up_to/__init__.py")),
    },
    Case {
        name: "a part of the package without its `__init__`",
        broken: || {
            release(|parts| {
                let file = "sum_up_to-1.0.0/src/sum_up_to/deep/__init__.py";
                parts.sdist.entries.insert(1, TarEntry::file(file, b""));
                for wheel in [&mut parts.linux, &mut parts.macos, &mut parts.windows] {
                    wheel.members.push(("sum_up_to/deep/part.py".to_owned(), b"x".to_vec()));
                }
            })
        },
    },
    Case {
        name: "a folder of `.data` that pip does not know",
        broken: || with("sum_up_to-1.0.0.data/lib/x", b"x"),
    },
    Case {
        name: "a file in no folder of `.data`",
        broken: || with("sum_up_to-1.0.0.data/x", b"x"),
    },
    Case {
        name: "a program without its mode",
        broken: || program(&Elf::new(elf::X86_64).bytes(), 0o100_644),
    },
    Case { name: "a script without its mode", broken: || program(b"#!python\n", 0o100_644) },
    Case {
        name: "a script whose mode is not that of a file",
        broken: || program(b"#!python\n", 0o755),
    },
];

#[test]
fn each_broken_release_is_refused() {
    insta::assert_snapshot!(refusals_once("package-files", CASES), @"
    # a package that only the other wheels have
    error: it lacks the package `sum_up_to`, which other files of the release have
      = the package of the project
    # a package without its `__init__`
    error: its modules lie beside no `__init__`, which other files of the release have
      = the `__init__` of the package
    # a part of the package without its `__init__`
    warning: its modules lie beside no `__init__`, which other files of the release have
      = the `__init__` of the package
    # a folder of `.data` that pip does not know
    error: pip does not know where to install it, and refuses the wheel
      = a file in a folder of `.data`: purelib, platlib, headers, scripts, data
    # a file in no folder of `.data`
    error: pip does not know where to install it, and refuses the wheel
      = a file in a folder of `.data`: purelib, platlib, headers, scripts, data
    # a program without its mode
    error: it is a program without the mode of one, and pip installs it so
      = the mode 0o100755 in the archive
    # a script without its mode
    warning: it is a program without the mode of one, and pip installs it so
      = the mode 0o100755 in the archive
    # a script whose mode is not that of a file
    warning: it is a program without the mode of one, and pip installs it so
      = the mode 0o100755 in the archive
    ");
}

/// The findings in a wheel of these members.
fn of_wheel(metadata: &str, members: &[&str]) -> Vec<(Severity, String)> {
    let mut wheel = Wheel::pure("spam", "");
    wheel.remove("spam.py");
    wheel.edit("METADATA", "Version: 1.0\n", &format!("Version: 1.0\n{metadata}"));
    wheel.members.extend(members.iter().map(|name| ((*name).to_owned(), b"x".to_vec())));
    let mut release = ReleaseFacts::default();
    release.add_bytes(&wheel.file, &wheel.bytes()).expect("it can be read");
    let check = CHECKS.iter().find(|check| check.name == "package-files").expect("a check");
    let found = check.judge(CheckInput::new(&release)).expect("it can tell");
    found.into_iter().map(|finding| (finding.severity, finding.message)).collect()
}

#[test]
fn a_wheel_of_nothing_is_refused() {
    let nothing = "it installs nothing, and requires nothing".to_owned();
    assert_eq!(of_wheel("", &[]), [(Severity::Error, nothing)]);
}

#[test]
fn wheels_without_code_may_be_good() {
    // Requirements alone.
    assert_eq!(of_wheel("Requires-Dist: eggs\n", &[]), []);
    // Data, stubs, a namespace, the path of another folder, programs.
    for member in [
        "spam-1.0.data/data/share/spam.json",
        "spam/data.json",
        "eggs-stubs/__init__.pyi",
        "eggs/spam/more.py",
        "spam.pth",
    ] {
        assert_eq!(of_wheel("", &[member]), [], "{member}");
    }
}

#[test]
fn a_program_with_its_mode_and_old_namespaces_are_good() {
    assert_eq!(judge("package-files", &program(b"#!python\n", 0o100_755)), Ok(Vec::new()));
    let dist = release(|parts| {
        parts.linux.remove("sum_up_to/__init__.py");
        parts.linux.members.push(("sum_up_to-1.0.0-nspkg.pth".to_owned(), b"import x".to_vec()));
    });
    assert_eq!(judge("package-files", &dist), Ok(Vec::new()));
}
