//! `entry-points`: commands that would not start.

use wheel_audit::check::NotJudged;

use crate::{Case, judge, refusals_once};
use wheel_fixtures::release::{Dist, release};

fn offering(text: &'static str) -> Dist {
    release(|parts| {
        let path = parts.linux.own("entry_points.txt");
        parts.linux.remove(&path);
        parts.linux.members.push((path, text.into()));
    })
}

pub const CASES: &[Case] = &[
    Case {
        name: "a command of a module that is not there",
        broken: || offering("[console_scripts]\nsum = sum_up_to.cli:main\n"),
    },
    Case {
        name: "a command that refers to nothing",
        broken: || offering("[console_scripts]\nsum\n"),
    },
    Case {
        name: "a command of a package that is not there",
        broken: || {
            release(|parts| {
                for wheel in [&mut parts.linux, &mut parts.macos, &mut parts.windows] {
                    wheel.rename("sum_up_to/__init__.py", "summing/__init__.py");
                    let module = wheel.members.iter().find(|(name, _)| name.contains("/_native."));
                    let module = module.expect("a module").0.clone();
                    wheel.rename(&module, &module.replace("sum_up_to/", "summing/"));
                }
            })
        },
    },
    Case {
        name: "a command that nothing brings",
        broken: || offering("[console_scripts]\nsum = other.cli:main\n"),
    },
    Case {
        name: "a command without a function",
        broken: || offering("[console_scripts]\nsum = sum_up_to\n"),
    },
    Case {
        name: "a command with a path",
        broken: || offering("[gui_scripts]\n../sum = sum_up_to:main\n"),
    },
    Case {
        name: "two commands of one name",
        broken: || offering("[console_scripts]\nsum = sum_up_to:main\nSum = sum_up_to:other\n"),
    },
    Case { name: "a command in no group", broken: || offering("sum = sum_up_to:main\n") },
];

#[test]
fn each_broken_release_is_refused() {
    insta::assert_snapshot!(refusals_once("entry-points", CASES), @"
    # a command of a module that is not there
    error: `sum = sum_up_to.cli:main` refers to the module `sum_up_to.cli`, which is not in the wheel
      = a module of the wheel
    # a command that refers to nothing
    error: `sum` refers to nothing
      = `name = module` or `name = module:attribute`
    # a command of a package that is not there
    error: `sum-up-to = sum_up_to:main` refers to the package `sum_up_to`, which is not in the wheel
      = the package of the project's name in its wheel
    # a command that nothing brings
    warning: `sum = other.cli:main` refers to `other`, which is not in the wheel, and nothing is required that could bring it
      = a module of the wheel, of a requirement or of Python
    # a command without a function
    error: `sum = sum_up_to` names no function, and pip refuses it
      = `name = module:function`
    # a command with a path
    error: `../sum = sum_up_to:main` has a path for its name
      = a name of letters, digits, `_`, `.` and `-`
    # two commands of one name
    warning: `Sum = sum_up_to:other` and `sum = sum_up_to:main` are one command
      = one entry point of each name, in any case
    # a command in no group
    error: `sum = sum_up_to:main` is in no group
      = `[console_scripts]` before it
    ");
}

#[test]
fn modules_packages_and_what_a_dependency_brings_are_taken() {
    let requiring = |text: &'static str| {
        release(|parts| {
            let path = parts.linux.own("entry_points.txt");
            parts.linux.remove(&path);
            parts.linux.members.push((path, text.into()));
            parts.edit_metadata("Summary: ", "Requires-Dist: other\nSummary: ");
        })
    };
    let dist = requiring(
        "[console_scripts]\nsum = sum_up_to:main\nfast = sum_up_to._native:main\n[pytest11]\nx = other.plugin\n",
    );
    assert_eq!(judge("entry-points", &dist), Ok(Vec::new()));
}

#[test]
fn a_release_that_offers_nothing_is_not_judged() {
    let dist = release(|parts| {
        for wheel in [&mut parts.linux, &mut parts.macos, &mut parts.windows] {
            wheel.remove(&wheel.own("entry_points.txt"));
        }
    });
    let nothing = Err(NotJudged::NoSubject("no entry point".to_owned()));
    assert_eq!(judge("entry-points", &dist), nothing);
}

#[test]
fn a_requirement_with_the_same_beginning_may_bring_the_package() {
    let dist = release(|parts| {
        parts.edit_metadata("Summary: ", "Requires-Dist: sum-up-to-core\nSummary: ");
        for wheel in [&mut parts.linux, &mut parts.macos, &mut parts.windows] {
            wheel.rename("sum_up_to/__init__.py", "summing/__init__.py");
            wheel.members.retain(|(name, _)| !name.contains("/_native."));
        }
    });
    assert_eq!(judge("entry-points", &dist), Ok(Vec::new()));
}
