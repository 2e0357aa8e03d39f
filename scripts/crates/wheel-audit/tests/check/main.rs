//! Each check on a good release, which it passes, and on releases that are broken in one way each.

mod abi3_symbols;
mod architecture;
mod binary_structure;
mod bundled_runtime;
mod code_signature;
mod contents_exact;
mod cpu_baseline;
mod debug_build;
mod dist_as_built;
mod dist_matches_plan;
mod entry_points;
mod exec_stack;
mod false_alarms;
mod file_name;
mod index_accepts;
mod install_table;
mod installable_tags;
mod libc_floor;
mod linked_libraries;
mod macos_floor;
mod metadata_agrees;
mod metadata_valid;
mod no_leaked_paths;
mod package_files;
mod page_alignment;
mod record_complete;
mod run_path;
mod runtime_floor;
mod sbom;
mod sdist_builds;
mod sdist_contents;
mod sdist_structure;
mod secrets;
mod set_agrees;
mod set_complete;
mod size_and_quota;
mod stubs;
mod suffix_and_exports;
mod tags_agree;
mod text_relocations;
mod top_level_names;
mod undefined_symbols;
mod vc_runtime;
mod version_agrees;
mod zip_structure;

use std::collections::{BTreeMap, BTreeSet};

use wheel_audit::check::{CHECKS, CheckInput, CheckResult, NotJudged, Severity};
use wheel_fixtures::elf::Elf;
use wheel_fixtures::macho::Macho;
use wheel_fixtures::pe::Pe;
use wheel_fixtures::release::{Dist, release};

/// A release that is broken in one way.
struct Case {
    /// The fault.
    name: &'static str,
    broken: fn() -> Dist,
}

/// The broken releases, by the one check that must refuse them.
const BROKEN: &[(&str, &[Case])] = &[
    ("dist-matches-plan", dist_matches_plan::CASES),
    ("dist-as-built", dist_as_built::CASES),
    ("install-table", install_table::CASES),
    ("file-name", file_name::CASES),
    ("zip-structure", zip_structure::CASES),
    ("record-complete", record_complete::CASES),
    ("tags-agree", tags_agree::CASES),
    ("installable-tags", installable_tags::CASES),
    ("metadata-valid", metadata_valid::CASES),
    ("metadata-agrees", metadata_agrees::CASES),
    ("set-agrees", set_agrees::CASES),
    ("set-complete", set_complete::CASES),
    ("version-agrees", version_agrees::CASES),
    ("index-accepts", index_accepts::CASES),
    ("size-and-quota", size_and_quota::CASES),
    ("contents-exact", contents_exact::CASES),
    ("top-level-names", top_level_names::CASES),
    ("package-files", package_files::CASES),
    ("stubs", stubs::CASES),
    ("entry-points", entry_points::CASES),
    ("no-leaked-paths", no_leaked_paths::CASES),
    ("secrets", secrets::CASES),
    ("sbom", sbom::CASES),
    ("sdist-structure", sdist_structure::CASES),
    ("sdist-contents", sdist_contents::CASES),
    ("sdist-builds", sdist_builds::CASES),
    ("binary-structure", binary_structure::CASES),
    ("architecture", architecture::CASES),
    ("suffix-and-exports", suffix_and_exports::CASES),
    ("abi3-symbols", abi3_symbols::CASES),
    ("libc-floor", libc_floor::CASES),
    ("runtime-floor", runtime_floor::CASES),
    ("linked-libraries", linked_libraries::CASES),
    ("undefined-symbols", undefined_symbols::CASES),
    ("macos-floor", macos_floor::CASES),
    ("run-path", run_path::CASES),
    ("exec-stack", exec_stack::CASES),
    ("text-relocations", text_relocations::CASES),
    ("page-alignment", page_alignment::CASES),
    ("cpu-baseline", cpu_baseline::CASES),
    ("code-signature", code_signature::CASES),
    ("debug-build", debug_build::CASES),
    ("vc-runtime", vc_runtime::CASES),
    ("bundled-runtime", bundled_runtime::CASES),
];

/// A release whose library for Linux was changed.
fn elf(change: impl FnOnce(&mut Elf)) -> Dist {
    let mut module = Elf::new(wheel_fixtures::elf::X86_64);
    change(&mut module);
    release(|parts| parts.linux.set_module(module.bytes()))
}

/// A release whose library for macOS was changed.
fn macho(change: impl FnOnce(&mut Macho)) -> Dist {
    let mut module = Macho::new(wheel_fixtures::macho::ARM64);
    change(&mut module);
    release(|parts| parts.macos.set_module(module.bytes()))
}

/// A release whose library for Windows was changed.
fn pe(change: impl FnOnce(&mut Pe)) -> Dist {
    let mut module = Pe::new(wheel_fixtures::pe::AMD64);
    change(&mut module);
    release(|parts| parts.windows.set_module(module.bytes()))
}

/// The result of a check on a release.
fn judge(check: &str, dist: &Dist) -> CheckResult {
    let check = CHECKS.iter().find(|known| known.name == check).expect("a check's name");
    let release = dist.read();
    check.judge(CheckInput { release: &release, plan: Some(&dist.plan), built: Some(&dist.built) })
}

/// The findings of a check on each broken release, as people read them.
fn refusals(check: &str, cases: &[Case]) -> String {
    let mut text = String::new();
    for case in cases {
        let findings = judge(check, &(case.broken)()).expect("the check can tell");
        assert!(!findings.is_empty(), "`{}` passes {check}", case.name);
        text += &format!("# {}\n", case.name);
        text.extend(findings.iter().map(ToString::to_string));
    }
    text
}

/// The same in short: each fault and its expected state once, however many files have it.
fn refusals_once(check: &str, cases: &[Case]) -> String {
    let mut text = String::new();
    for case in cases {
        let findings = judge(check, &(case.broken)()).expect("the check can tell");
        assert!(!findings.is_empty(), "`{}` passes {check}", case.name);
        text += &format!("# {}\n", case.name);
        let short = findings.iter().map(|finding| {
            format!("{}: {}\n  = {}\n", finding.severity, finding.message, finding.expected)
        });
        text.extend(short.collect::<BTreeSet<_>>());
    }
    text
}

/// A good release with all that some check looks at.
fn full() -> Dist {
    release(|parts| {
        for wheel in [&mut parts.linux, &mut parts.macos, &mut parts.windows] {
            for name in ["sum_up_to/_native.pyi", "sum_up_to/py.typed"] {
                wheel.members.push((name.to_owned(), Vec::new()));
            }
            wheel.members.push((wheel.own("sboms/sum.cyclonedx.json"), b"{}".to_vec()));
        }
    })
}

#[test]
fn a_good_release_passes_every_check() {
    let dist = full();
    for check in CHECKS {
        assert_eq!(judge(check.name, &dist), Ok(Vec::new()), "{}", check.name);
    }
}

#[test]
fn every_check_has_releases_that_it_refuses() {
    let tested: Vec<&str> = BROKEN.iter().map(|(check, _)| *check).collect();
    let checks: Vec<&str> = CHECKS.iter().map(|check| check.name).collect();
    assert_eq!(tested, checks);
    assert!(BROKEN.iter().all(|(_, cases)| !cases.is_empty()));
}

/// The checks with findings in a release, and their severities.
fn refusing(dist: &Dist) -> BTreeMap<&'static str, BTreeSet<Severity>> {
    let release = dist.read();
    let subject =
        CheckInput { release: &release, plan: Some(&dist.plan), built: Some(&dist.built) };
    let mut refusing = BTreeMap::new();
    for check in CHECKS {
        let findings = match check.judge(subject) {
            Ok(findings) => findings,
            Err(NotJudged::NoSubject(_)) => Vec::new(),
            Err(why) => panic!("{} cannot tell: {why:?}", check.name),
        };
        let severities: BTreeSet<Severity> =
            findings.iter().map(|finding| finding.severity).collect();
        if !severities.is_empty() {
            refusing.insert(check.name, severities);
        }
    }
    refusing
}

#[test]
fn a_broken_release_is_refused_for_its_own_reason_alone() {
    let mut matrix = String::new();
    for (intended, cases) in BROKEN {
        for case in *cases {
            let refusing = refusing(&(case.broken)());
            let checks: Vec<&str> = refusing.keys().copied().collect();
            let severities: BTreeSet<String> =
                refusing.values().flatten().map(ToString::to_string).collect();
            let severities: Vec<String> = severities.into_iter().collect();
            let (checks, severities) = (checks.join(" "), severities.join(" "));
            matrix += &format!("{checks:<20}{severities:<9}{}\n", case.name);
            assert_eq!(checks, *intended, "{}", case.name);
        }
    }
    assert!(matrix.lines().count() > 100);
    insta::with_settings!({ snapshot_path => "../mutation", prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("matrix", matrix);
    });
}
