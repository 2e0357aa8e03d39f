//! `entry-points`: commands that would not start.

use wheel_audit::check::NotJudged;

use crate::{Case, judge, refusals};
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
    Case { name: "a command in no group", broken: || offering("sum = sum_up_to:main\n") },
];

#[test]
fn each_broken_release_is_refused() {
    insta::assert_snapshot!(refusals("entry-points", CASES), @"
    # a command of a module that is not there
    error[entry-points]: `sum = sum_up_to.cli:main` refers to the module `sum_up_to.cli`, which is not in the wheel
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl: sum_up_to-1.0.0.dist-info/entry_points.txt
       = expected: a module of the wheel
       = remedy: correct `[project.scripts]` or `[project.entry-points]` in `pyproject.toml`, and build again
    # a command that refers to nothing
    error[entry-points]: `sum` refers to nothing
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl: sum_up_to-1.0.0.dist-info/entry_points.txt
       = expected: `name = module` or `name = module:attribute`
       = remedy: correct `[project.scripts]` or `[project.entry-points]` in `pyproject.toml`, and build again
    # a command in no group
    error[entry-points]: `sum = sum_up_to:main` is in no group
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl: sum_up_to-1.0.0.dist-info/entry_points.txt
       = expected: `[console_scripts]` before it
       = remedy: correct `[project.scripts]` or `[project.entry-points]` in `pyproject.toml`, and build again
    ");
}

#[test]
fn modules_packages_and_what_a_dependency_brings_are_taken() {
    let dist = offering(
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
