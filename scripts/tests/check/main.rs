//! Each check on a good release, which it passes, and on releases that are broken in one way each.

#[path = "../fixture/mod.rs"]
mod fixture;

mod abi3_symbols;
mod architecture;
mod code_signature;
mod cpu_baseline;
mod debug_build;
mod dist_as_built;
mod dist_matches_plan;
mod exec_stack;
mod libc_floor;
mod linked_libraries;
mod macos_floor;
mod metadata_agrees;
mod metadata_valid;
mod page_alignment;
mod record_complete;
mod run_path;
mod suffix_and_exports;
mod tags_agree;
mod text_relocations;
mod vc_runtime;

use fixture::elf::Elf;
use fixture::macho::Macho;
use fixture::pe::Pe;
use fixture::release::{Dist, good, release};
use wheel_pipeline::check::{CHECKS, Judgement, Subject, Undecided};
use wheel_pipeline::report::human;

/// A release that is broken in one way.
struct Case {
    /// What is wrong with it.
    name: &'static str,
    broken: fn() -> Dist,
}

/// The broken releases, by the one check that must refuse them.
const BROKEN: &[(&str, &[Case])] = &[
    ("dist-matches-plan", dist_matches_plan::CASES),
    ("dist-as-built", dist_as_built::CASES),
    ("record-complete", record_complete::CASES),
    ("tags-agree", tags_agree::CASES),
    ("metadata-valid", metadata_valid::CASES),
    ("metadata-agrees", metadata_agrees::CASES),
    ("architecture", architecture::CASES),
    ("suffix-and-exports", suffix_and_exports::CASES),
    ("abi3-symbols", abi3_symbols::CASES),
    ("libc-floor", libc_floor::CASES),
    ("linked-libraries", linked_libraries::CASES),
    ("macos-floor", macos_floor::CASES),
    ("run-path", run_path::CASES),
    ("exec-stack", exec_stack::CASES),
    ("text-relocations", text_relocations::CASES),
    ("page-alignment", page_alignment::CASES),
    ("cpu-baseline", cpu_baseline::CASES),
    ("code-signature", code_signature::CASES),
    ("debug-build", debug_build::CASES),
    ("vc-runtime", vc_runtime::CASES),
];

/// A release whose library for Linux was changed.
fn elf(change: impl FnOnce(&mut Elf)) -> Dist {
    let mut module = Elf::new(fixture::elf::X86_64);
    change(&mut module);
    release(|parts| parts.linux.set_module(module.bytes()))
}

/// A release whose library for macOS was changed.
fn macho(change: impl FnOnce(&mut Macho)) -> Dist {
    let mut module = Macho::new(fixture::macho::ARM64);
    change(&mut module);
    release(|parts| parts.macos.set_module(module.bytes()))
}

/// A release whose library for Windows was changed.
fn pe(change: impl FnOnce(&mut Pe)) -> Dist {
    let mut module = Pe::new(fixture::pe::AMD64);
    change(&mut module);
    release(|parts| parts.windows.set_module(module.bytes()))
}

/// What a check says of a release.
fn judge(check: &str, dist: &Dist) -> Judgement {
    let check = CHECKS.iter().find(|known| known.name == check).expect("a check's name");
    let release = dist.read();
    check.judge(Subject { release: &release, plan: Some(&dist.plan), built: Some(&dist.built) })
}

/// What a check says of each broken release, as people read it.
fn refusals(check: &str, cases: &[Case]) -> String {
    let mut text = String::new();
    for case in cases {
        let findings = judge(check, &(case.broken)()).expect("the check can tell");
        assert!(!findings.is_empty(), "`{}` passes {check}", case.name);
        text += &format!("# {}\n", case.name);
        text.extend(findings.iter().map(human::finding));
    }
    text
}

#[test]
fn a_good_release_passes_every_check() {
    for check in CHECKS {
        assert_eq!(judge(check.name, &good()), Ok(Vec::new()), "{}", check.name);
    }
}

#[test]
fn every_check_has_releases_that_it_refuses() {
    let tested: Vec<&str> = BROKEN.iter().map(|(check, _)| *check).collect();
    let checks: Vec<&str> = CHECKS.iter().map(|check| check.name).collect();
    assert_eq!(tested, checks);
    assert!(BROKEN.iter().all(|(_, cases)| !cases.is_empty()));
}

#[test]
fn a_broken_release_is_refused_for_its_own_reason_alone() {
    let mut count = 0;
    for (intended, cases) in BROKEN {
        for case in *cases {
            let dist = (case.broken)();
            let refusing: Vec<&str> = CHECKS
                .iter()
                .map(|check| check.name)
                .filter(|check| match judge(check, &dist) {
                    Ok(findings) => !findings.is_empty(),
                    Err(Undecided::NoSubject(_)) => false,
                    Err(why) => panic!("{check} cannot tell: {why:?}"),
                })
                .collect();
            assert_eq!(refusing, [*intended], "{}", case.name);
            count += 1;
        }
    }
    assert_eq!(count, 77);
}
