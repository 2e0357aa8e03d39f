//! `set-complete`: releases of which one platform lacks what the others have.

use crate::{Case, judge, refusals};
use wheel_audit::check::NotJudged;
use wheel_audit::plan::PlannedWheel;
use wheel_fixtures::elf::{Elf, X86_64};
use wheel_fixtures::macho::{ARM64, Macho};
use wheel_fixtures::release::{Dist, SDIST, good};
use wheel_fixtures::wheel::Wheel;

/// A release with wheels of a free-threaded Python for these platforms.
fn free_threaded(platforms: &[&str]) -> Dist {
    let mut dist = good();
    for platform in platforms {
        let mut wheel = Wheel::new(&format!("sum_up_to-1.0.0-cp314-cp314t-{platform}.whl"));
        let (suffix, module) = match *platform {
            "macosx_11_0_arm64" => ("darwin", Macho::new(ARM64).bytes()),
            _ => ("x86_64-linux-gnu", Elf::new(X86_64).bytes()),
        };
        wheel.set_module(module);
        let name = format!("sum_up_to/_native.cpython-314t-{suffix}.so");
        wheel.rename("sum_up_to/_native.abi3.so", &name);
        let planned = PlannedWheel { file: wheel.file.clone(), ..dist.plan.wheels[0].clone() };
        dist.plan.wheels.push(planned);
        dist.add(&wheel.file, wheel.bytes());
    }
    dist
}

pub const CASES: &[Case] = &[Case {
    name: "a Python that one of three platforms lacks",
    broken: || free_threaded(&["manylinux_2_17_x86_64", "macosx_11_0_arm64"]),
}];

#[test]
fn each_broken_release_is_refused() {
    insta::assert_snapshot!(refusals("set-complete", CASES), @"
    # a Python that one of three platforms lacks
    warning[set-complete]: no wheel for CPython 3.14t on Windows x86_64
      --> the release
       = expected: the Pythons that most other platforms of the release have
       = remedy: build the missing wheels, or leave them out on purpose and accept the finding
    ");
}

#[test]
fn what_one_platform_alone_has_is_no_gap() {
    assert_eq!(judge("set-complete", &free_threaded(&["manylinux_2_17_x86_64"])), Ok(Vec::new()));
}

/// A release of the wheels with these tags.
fn of(tags: &[&str]) -> Dist {
    let mut dist = good();
    dist.files.retain(|file, _| file == SDIST);
    for tag in tags {
        let wheel = Wheel::new(&format!("sum_up_to-1.0.0-{tag}.whl"));
        dist.add(&wheel.file, wheel.bytes());
    }
    dist
}

fn messages(dist: &Dist) -> Vec<String> {
    let findings = judge("set-complete", dist).expect("judged");
    findings.into_iter().map(|finding| finding.message).collect()
}

#[test]
fn a_platform_that_starts_later_than_the_rest_is_named() {
    let tags = [
        "cp39-abi3-manylinux_2_17_x86_64",
        "cp39-abi3-macosx_11_0_arm64",
        "cp311-abi3-musllinux_1_2_x86_64",
        "cp39-abi3-win_amd64",
    ];
    assert_eq!(messages(&of(&tags)), ["no wheel for CPython 3.9 on musl x86_64"]);
    // A wheel for two machines serves both, and PyPy is left out.
    let tags = [
        "cp39-abi3-manylinux_2_17_x86_64",
        "cp39-abi3-macosx_11_0_universal2",
        "pp311-pypy311_pp73-manylinux_2_17_x86_64",
    ];
    assert_eq!(messages(&of(&tags)), [""; 0]);
}

#[test]
fn a_whole_release_has_a_source_distribution() {
    let tags = [
        "cp39-abi3-manylinux_2_17_x86_64",
        "cp39-abi3-manylinux_2_17_aarch64",
        "cp39-abi3-musllinux_1_2_x86_64",
        "cp39-abi3-macosx_11_0_universal2",
        "cp39-abi3-win_amd64",
    ];
    let mut dist = of(&tags);
    assert_eq!(messages(&dist), [""; 0]);
    dist.remove(SDIST);
    assert_eq!(messages(&dist), ["`sum-up-to 1.0.0` has no source distribution"]);
    // Two platforms may be what one job has built.
    let two = of(&tags[..2]);
    assert!(matches!(judge("set-complete", &two), Err(NotJudged::NoSubject(_))));
}
