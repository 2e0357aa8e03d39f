//! The gate: open for complete evidence without faults, and closed by every single fault.

use std::collections::BTreeMap;

use wheel_audit::check::{CHECKS, Finding, Outcome, Severity, Unknown};
use wheel_audit::plan::Plan;
use wheel_audit::wheel::Sha256Sum;
use wheel_fixtures::release::{LINUX, MACOS, SDIST, WINDOWS, good, plan};
use wheel_pipeline::evidence::gate::judge::judge;
use wheel_pipeline::evidence::gate::{GateDecision, GateInput};
use wheel_pipeline::evidence::{
    Accepted, AuditEvidence, BuildEvidence, BuiltFile, Comparison, Evidence, Judgement,
    SecondBuildEvidence, SmokeEvidence, SmokeOutcome, SmokeResult, TestedSource,
};
use wheel_pipeline::project::foreign::ForeignPatterns;
use wheel_pipeline::project::{Acceptance, CrossBuilt, Waiver};

/// The input of the gate.
struct Release {
    plan: Plan,
    has_project: bool,
    commit: Option<String>,
    dirty: bool,
    waivers: Vec<Waiver>,
    allow_untested: bool,
    foreign: ForeignPatterns,
    accept: Vec<Acceptance>,
    strict: bool,
    cross_built: CrossBuilt,
    rebuild: bool,
    second_build: bool,
    dist: BTreeMap<String, Sha256Sum>,
    evidence: Evidence,
}

/// A release without faults.
fn complete() -> Release {
    let plan = plan();
    let files: Vec<BuiltFile> = good()
        .files
        .into_iter()
        .map(|(file, bytes)| BuiltFile {
            sha256: Sha256Sum::digest(&bytes),
            size: bytes.len() as u64,
            triple: None,
            builder: "maturin 1.16.0".to_owned(),
            cross_built: false,
            elsewhere: false,
            commit: Some("0".repeat(40)),
            dirty: false,
            epoch: 0,
            file,
        })
        .collect();
    let sum = |name: &str| {
        files.iter().find(|file| file.file == name).expect("a file of the release").sha256
    };
    let outcomes = plan
        .environments
        .iter()
        .map(|environment| SmokeOutcome {
            target: environment.target,
            python: environment.python,
            release: format!("{}.0", environment.python),
            executable: "/usr/bin/python3".to_owned(),
            native: true,
            file: environment.file.clone(),
            sha256: sum(&environment.file),
            result: SmokeResult::Passed,
            milliseconds: 1,
        })
        .collect();
    let audit = AuditEvidence {
        files: files.iter().map(|file| (file.file.clone(), file.sha256)).collect(),
        checks: CHECKS
            .iter()
            .map(|check| (check.name.to_owned(), Outcome::Ran { findings: 0 }))
            .collect(),
        ..AuditEvidence::default()
    };
    let commit = Some("0".repeat(40));
    let source = TestedSource { commit: commit.clone(), dirty: false, plan: plan.sum() };
    let smoke = SmokeEvidence { source: Some(source), outcomes, ..SmokeEvidence::default() };
    let second = SecondBuildEvidence {
        sdist: Some(sum(SDIST)),
        files: [(LINUX.to_owned(), sum(LINUX))].into(),
        compared: vec![Comparison {
            ours: LINUX.to_owned(),
            theirs: LINUX.to_owned(),
            ..Comparison::default()
        }],
        unmatched: Vec::new(),
    };
    Release {
        plan,
        has_project: true,
        commit,
        dirty: false,
        waivers: Vec::new(),
        allow_untested: false,
        foreign: ForeignPatterns::default(),
        accept: Vec::new(),
        strict: false,
        cross_built: CrossBuilt::Tested,
        rebuild: false,
        second_build: false,
        dist: files.iter().map(|file| (file.file.clone(), file.sha256)).collect(),
        evidence: Evidence {
            build: Some(BuildEvidence { files, ..BuildEvidence::default() }),
            audit: Some(audit),
            smoke: Some(smoke),
            second_build: Some(second),
            ..Evidence::default()
        },
    }
}

impl Release {
    fn judgement(&self) -> GateDecision {
        judge(&GateInput {
            plan: &self.plan,
            has_project: self.has_project,
            commit: self.commit.as_deref(),
            dirty: self.dirty,
            waivers: &self.waivers,
            allow_untested: self.allow_untested,
            foreign: &self.foreign,
            accept: &self.accept,
            strict: self.strict,
            cross_built: self.cross_built,
            rebuild: self.rebuild,
            second_build: self.second_build,
            today: "2026-06-15".parse().expect("a day"),
            dist: &self.dist,
            evidence: &self.evidence,
        })
    }

    fn reasons(&self) -> Vec<String> {
        self.judgement().closed()
    }

    /// Removes the run of the first environment, Linux on Python 3.10, and waives it.
    fn waive(&mut self, expires: &str) {
        self.evidence.smoke.as_mut().expect("it ran").outcomes.remove(0);
        self.waivers.push(Waiver {
            platform: "manylinux_2_17_x86_64".parse().expect("a tag"),
            python: "3.10".parse().expect("a version"),
            reason: "no runner has it".to_owned(),
            expires: expires.parse().expect("a day"),
        });
    }

    fn built(&mut self, file: &str) -> &mut BuiltFile {
        let build = self.evidence.build.as_mut().expect("there was a build");
        build.files.iter_mut().find(|built| built.file == file).expect("it was built")
    }

    fn audit(&mut self) -> &mut AuditEvidence {
        self.evidence.audit.as_mut().expect("there was an audit")
    }

    fn check(&mut self, name: &str) -> &mut Outcome {
        let mut checks = self.audit().checks.iter_mut();
        &mut checks.find(|(known, _)| known == name).expect("a check").1
    }

    fn second(&mut self) -> &mut SecondBuildEvidence {
        self.evidence.second_build.as_mut().expect("there was a second build")
    }

    fn outcome(&mut self) -> &mut SmokeOutcome {
        let smoke = self.evidence.smoke.as_mut().expect("there was a smoke test");
        smoke.outcomes.first_mut().expect("it ran")
    }
}

/// The reasons of the closed gate after one change to complete evidence.
fn reasons(change: impl FnOnce(&mut Release)) -> String {
    let mut evidence = complete();
    change(&mut evidence);
    let reasons = evidence.reasons();
    assert!(!reasons.is_empty(), "the gate is open");
    reasons.join("\n")
}

#[test]
fn complete_evidence_opens_the_gate() {
    assert_eq!(complete().reasons(), Vec::<String>::new());
}

#[test]
fn a_second_interpreter_of_a_series_changes_nothing() {
    let mut evidence = complete();
    let again = evidence.outcome().clone();
    evidence.evidence.smoke.as_mut().expect("it ran").outcomes.push(again);
    assert_eq!(evidence.reasons(), Vec::<String>::new());
}

#[test]
fn without_a_tag_it_is_closed() {
    insta::assert_snapshot!(reasons(|evidence| evidence.plan.tag = None), @"the commit carries no version tag");
    // It is kept apart from `reasons`, so that an untagged commit can be judged.
    let mut evidence = complete();
    evidence.plan.tag = None;
    assert_eq!(evidence.judgement().reasons, [""; 0]);
}

#[test]
fn without_a_record_of_the_build_it_is_closed() {
    insta::assert_snapshot!(reasons(|evidence| evidence.evidence.build = None), @"
    there is no record of a build
    the audit did not see this build of `sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl`
    the audit did not see this build of `sum_up_to-1.0.0-cp310-abi3-macosx_11_0_arm64.whl`
    the audit did not see this build of `sum_up_to-1.0.0-cp310-abi3-win_amd64.whl`
    the audit did not see this build of `sum_up_to-1.0.0.tar.gz`
    no smoke test of this build: manylinux_2_17_x86_64 on Python 3.10, 3.13
    no smoke test of this build: macosx_11_0_arm64 on Python 3.10, 3.13
    no smoke test of this build: win_amd64 on Python 3.10, 3.13
    ");
}

#[test]
fn a_file_that_was_not_built_closes_it() {
    let forget = |evidence: &mut Release| {
        evidence.evidence.build.as_mut().expect("it ran").files.retain(|built| built.file != SDIST);
    };
    insta::assert_snapshot!(reasons(forget), @"`sum_up_to-1.0.0.tar.gz` was not built");
}

#[test]
fn files_that_were_not_built_are_one_reason() {
    let keep_one = |evidence: &mut Release| {
        let build = evidence.evidence.build.as_mut().expect("it ran");
        build.files.retain(|built| built.file == LINUX);
        evidence.dist.remove(WINDOWS);
        *evidence.check("dist-matches-plan") = Outcome::Ran { findings: 1 };
        let check = "dist-matches-plan".to_owned();
        evidence.audit().findings.push(Finding { check, ..finding(Severity::Error) });
    };
    insta::assert_snapshot!(reasons(keep_one), @"3 of 4 files were not built: `sum_up_to-1.0.0-cp310-abi3-macosx_11_0_arm64.whl`, `sum_up_to-1.0.0-cp310-abi3-win_amd64.whl`, `sum_up_to-1.0.0.tar.gz`");
    // What lies in `dist/` is judged in any case.
    let left = |evidence: &mut Release| {
        let build = evidence.evidence.build.as_mut().expect("it ran");
        build.files.retain(|built| built.file != WINDOWS);
        *evidence.check("tags-agree") = Outcome::Ran { findings: 1 };
        evidence.audit().findings.push(finding(Severity::Error));
    };
    insta::assert_snapshot!(reasons(left), @"
    `sum_up_to-1.0.0-cp310-abi3-win_amd64.whl` was not built
    the audit found: sum_up_to-1.0.0-cp310-abi3-win_amd64.whl: `WHEEL` lists no tag [tags-agree]
    ");
}

#[test]
fn a_file_from_a_dirty_tree_closes_it() {
    insta::assert_snapshot!(reasons(|evidence| evidence.built(LINUX).dirty = true), @"`sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl` was built from a dirty tree");
}

#[test]
fn without_an_audit_it_is_closed() {
    insta::assert_snapshot!(reasons(|evidence| evidence.evidence.audit = None), @"there was no audit");
}

fn finding(severity: Severity) -> Finding {
    Finding {
        severity,
        file: WINDOWS.to_owned(),
        member: None,
        check: "tags-agree".to_owned(),
        message: "`WHEEL` lists no tag".to_owned(),
        expected: "cp310-abi3-win_amd64".to_owned(),
        remedy: "do not rename wheels".to_owned(),
    }
}

#[test]
fn a_warning_closes_it_only_if_it_is_strict() {
    let mut release = complete();
    *release.check("tags-agree") = Outcome::Ran { findings: 1 };
    release.audit().findings.push(finding(Severity::Warning));
    let what = "the audit warns: sum_up_to-1.0.0-cp310-abi3-win_amd64.whl: `WHEEL` lists no tag [tags-agree]";
    let judgement = release.judgement();
    assert_eq!((judgement.closed(), judgement.warnings), (vec![], vec![what.to_owned()]));
    release.strict = true;
    assert_eq!(release.reasons(), [what]);
}

#[test]
fn what_is_accepted_does_not_close_it_and_is_listed() {
    let mut release = complete();
    let (reason, until) = ("known".to_owned(), "2027-01-31".to_owned());
    let what = Judgement::Finding(finding(Severity::Error));
    let accepted = Accepted { what, reason: reason.clone(), until: until.clone() };
    let unknown = Unknown {
        file: LINUX.to_owned(),
        member: Some("a.so".to_owned()),
        check: "architecture".to_owned(),
        why: "the platform is not known".to_owned(),
    };
    let what = Judgement::CouldNotTell(unknown);
    release.audit().accepted = vec![accepted, Accepted { what, reason, until }];
    let judgement = release.judgement();
    assert_eq!((judgement.closed(), judgement.warnings), (vec![], vec![]));
    insta::assert_snapshot!(judgement.accepted.join("\n"), @"
    sum_up_to-1.0.0-cp310-abi3-win_amd64.whl: `WHEEL` lists no tag [tags-agree], until 2027-01-31: known
    sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl: a.so: the platform is not known [architecture], until 2027-01-31: known
    ");
    // Strictness is about warnings, and what is accepted is none.
    release.strict = true;
    assert_eq!(release.reasons(), [""; 0]);
}

#[test]
fn a_needless_row_and_one_that_ends_soon_are_warnings() {
    let mut release = complete();
    release.audit().needless.push("`run-path` in `*`: nothing needs it any more".to_owned());
    let row = |expires: &str| Acceptance {
        check: "run-path".to_owned(),
        file: "*".to_owned(),
        member: None,
        reason: "known".to_owned(),
        expires: expires.parse().expect("a day"),
    };
    release.accept = ["2026-06-14", "2026-06-15", "2026-12-31"].map(row).into();
    let judgement = release.judgement();
    assert_eq!(judgement.closed(), [""; 0]);
    insta::assert_snapshot!(judgement.warnings.join("\n"), @"
    a row of `accept` is needless: `run-path` in `*`: nothing needs it any more
    a row of `accept` ends soon: `run-path` in `*`, until 2026-06-15: known
    ");
    release.strict = true;
    insta::assert_snapshot!(release.reasons().join("\n"), @"a row of `accept` is needless: `run-path` in `*`: nothing needs it any more");
}

#[test]
fn a_finding_closes_it() {
    let find = |evidence: &mut Release| {
        *evidence.check("tags-agree") = Outcome::Ran { findings: 1 };
        evidence.audit().findings.push(finding(Severity::Error));
    };
    insta::assert_snapshot!(reasons(find), @"the audit found: sum_up_to-1.0.0-cp310-abi3-win_amd64.whl: `WHEEL` lists no tag [tags-agree]");
}

#[test]
fn a_file_that_was_not_read_closes_it() {
    let unread = |evidence: &mut Release| {
        evidence.audit().unread.push(format!("`{LINUX}`: it is not a zip archive"));
    };
    insta::assert_snapshot!(reasons(unread), @"the audit could not read `sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl`: it is not a zip archive");
}

#[test]
fn a_check_that_could_not_tell_closes_it() {
    let unknown = |evidence: &mut Release| {
        *evidence.check("record-complete") = Outcome::Unknown("hashed by sha512".to_owned());
    };
    insta::assert_snapshot!(reasons(unknown), @"check `record-complete` could not tell: hashed by sha512");
}

#[test]
fn a_check_that_did_not_apply_closes_it() {
    let idle = |evidence: &mut Release| {
        *evidence.check("dist-matches-plan") = Outcome::NotApplicable("no plan".to_owned());
    };
    insta::assert_snapshot!(reasons(idle), @"check `dist-matches-plan` did not run: no plan");
}

#[test]
fn a_check_that_was_ignored_closes_it() {
    let ignore = |evidence: &mut Release| {
        *evidence.check("tags-agree") = Outcome::Ignored("by `--ignore`".to_owned());
    };
    insta::assert_snapshot!(reasons(ignore), @"check `tags-agree` did not run: by `--ignore`");
}

#[test]
fn a_check_without_a_file_to_check_does_not_close_it() {
    let mut evidence = complete();
    *evidence.check("tags-agree") = Outcome::NoSubject("no Mach-O file".to_owned());
    assert_eq!(evidence.reasons(), Vec::<String>::new());
}

#[test]
fn a_check_that_is_missing_closes_it() {
    insta::assert_snapshot!(reasons(|evidence| drop(evidence.audit().checks.remove(1))), @"check `dist-as-built` did not run");
}

#[test]
fn an_audit_of_another_build_closes_it() {
    let other = |evidence: &mut Release| {
        evidence.audit().files.insert(WINDOWS.to_owned(), Sha256Sum::digest(b"another"));
    };
    insta::assert_snapshot!(reasons(other), @"the audit did not see this build of `sum_up_to-1.0.0-cp310-abi3-win_amd64.whl`");
}

#[test]
fn an_audit_that_did_not_see_a_file_closes_it() {
    let skip = |evidence: &mut Release| {
        evidence.audit().files.remove(SDIST);
    };
    insta::assert_snapshot!(reasons(skip), @"the audit did not see this build of `sum_up_to-1.0.0.tar.gz`");
}

#[test]
fn a_failed_smoke_test_closes_it_even_beside_one_that_passed() {
    let fail = |evidence: &mut Release| {
        let mut failed = evidence.outcome().clone();
        failed.result = SmokeResult::Failed { reason: "a traceback".to_owned() };
        evidence.evidence.smoke.as_mut().expect("it ran").outcomes.push(failed);
    };
    insta::assert_snapshot!(reasons(fail), @"the smoke test failed: manylinux_2_17_x86_64 on Python 3.10");
}

#[test]
fn a_missing_smoke_test_closes_it() {
    let skip = |evidence: &mut Release| {
        evidence.evidence.smoke.as_mut().expect("it ran").outcomes.remove(0);
    };
    insta::assert_snapshot!(reasons(skip), @"no smoke test of this build: manylinux_2_17_x86_64 on Python 3.10");
    insta::assert_snapshot!(reasons(|evidence| evidence.evidence.smoke = None), @"
    no smoke test of this build: manylinux_2_17_x86_64 on Python 3.10, 3.13
    no smoke test of this build: macosx_11_0_arm64 on Python 3.10, 3.13
    no smoke test of this build: win_amd64 on Python 3.10, 3.13
    ");
}

#[test]
fn a_smoke_test_of_another_build_closes_it() {
    let other = |evidence: &mut Release| {
        evidence.outcome().sha256 = Sha256Sum::digest(b"another");
    };
    insta::assert_snapshot!(reasons(other), @"no smoke test of this build: manylinux_2_17_x86_64 on Python 3.10");
}

#[test]
fn smoke_tests_of_another_source_close_it() {
    let of = |change: fn(&mut Option<TestedSource>)| {
        reasons(|release| {
            change(&mut release.evidence.smoke.as_mut().expect("it ran").source);
        })
    };
    insta::assert_snapshot!(of(|source| *source = None), @"the smoke tests do not tell their commit and plan");
    let other = |source: &mut Option<TestedSource>| {
        source.as_mut().expect("it tells it").commit = Some("1".repeat(40));
    };
    insta::assert_snapshot!(of(other), @"the smoke tests are those of 1111111111111111111111111111111111111111");
    let dirty =
        |source: &mut Option<TestedSource>| source.as_mut().expect("it tells it").dirty = true;
    insta::assert_snapshot!(of(dirty), @"the smoke tests ran on a dirty tree");
    let plan = |source: &mut Option<TestedSource>| {
        source.as_mut().expect("it tells it").plan = Sha256Sum::digest(b"another");
    };
    insta::assert_snapshot!(of(plan), @"the smoke tests are those of another plan");
}

#[test]
fn evidence_of_no_commit_agrees_with_none() {
    let reasons = reasons(|release| {
        release.commit = None;
        for file in &mut release.evidence.build.as_mut().expect("there was a build").files {
            file.commit = None;
        }
        let smoke = release.evidence.smoke.as_mut().expect("it ran");
        smoke.source.as_mut().expect("it tells it").commit = None;
    });
    insta::assert_snapshot!(reasons, @"the source is not a git checkout with a commit");
}

#[test]
fn a_comparison_with_other_bytes_is_a_warning_and_seconds_nothing() {
    let mut release = complete();
    release.second().files.insert(LINUX.to_owned(), Sha256Sum::digest(b"other"));
    let judgement = release.judgement();
    assert_eq!(judgement.seconded, [""; 0]);
    let warning = format!("the second builder's wheel was compared with another `{LINUX}`");
    assert_eq!(judgement.warnings, [warning]);
}

#[test]
fn a_file_from_another_commit_closes_it() {
    let other = |evidence: &mut Release| evidence.built(WINDOWS).commit = Some("1".repeat(40));
    insta::assert_snapshot!(reasons(other), @"`sum_up_to-1.0.0-cp310-abi3-win_amd64.whl` was built from 1111111111111111111111111111111111111111, but the checkout is at 0000000000000000000000000000000000000000");
}

#[test]
fn findings_that_are_counted_but_not_listed_close_it() {
    let lose = |evidence: &mut Release| {
        *evidence.check("tags-agree") = Outcome::Ran { findings: 2 };
    };
    insta::assert_snapshot!(reasons(lose), @"check `tags-agree` counts 2 findings, but they are not all listed");
}

#[test]
fn a_checkout_that_differs_from_its_commit_closes_it() {
    insta::assert_snapshot!(reasons(|evidence| evidence.dirty = true), @"the checkout differs from its commit");
}

#[test]
fn a_cross_built_file_that_was_tested_on_its_own_platform_is_released() {
    let mut release = complete();
    release.built(WINDOWS).cross_built = true;
    let decision = release.judgement();
    assert_eq!(decision.closed(), [""; 0]);
    let origin = decision.files.iter().find(|one| one.file == WINDOWS).expect("it was built");
    assert_eq!(origin.made, "cross-built, maturin 1.16.0");
    assert_eq!((origin.native.len(), origin.emulated.len()), (2, 0));
}

#[test]
fn a_cross_built_file_closes_it_if_the_table_refuses_such_files() {
    insta::assert_snapshot!(reasons(|evidence| {
        evidence.built(WINDOWS).cross_built = true;
        evidence.cross_built = CrossBuilt::Never;
    }), @"`sum_up_to-1.0.0-cp310-abi3-win_amd64.whl` was cross-built, by maturin 1.16.0, which `cross-built` of the table refuses");
}

#[test]
fn a_cross_built_file_that_an_emulator_or_nobody_tested_closes_it() {
    let windows = |outcome: &SmokeOutcome| outcome.file == WINDOWS;
    insta::assert_snapshot!(reasons(|evidence| {
        evidence.built(WINDOWS).cross_built = true;
        let smoke = evidence.evidence.smoke.as_mut().expect("it ran");
        smoke.outcomes.iter_mut().filter(|one| windows(one)).for_each(|one| one.native = false);
    }), @"`sum_up_to-1.0.0-cp310-abi3-win_amd64.whl` was cross-built, by maturin 1.16.0, and not tested on its own platform: win_amd64 on Python 3.10, win_amd64 on Python 3.13");
    // A waiver does not help.
    insta::assert_snapshot!(reasons(|evidence| {
        evidence.built(WINDOWS).cross_built = true;
        let smoke = evidence.evidence.smoke.as_mut().expect("it ran");
        let index = smoke.outcomes.iter().position(windows).expect("it was tested");
        let untested = smoke.outcomes.remove(index);
        evidence.waivers.push(Waiver {
            platform: untested.target,
            python: untested.python,
            reason: "no runner has it".to_owned(),
            expires: "2027-01-01".parse().expect("a day"),
        });
    }), @"`sum_up_to-1.0.0-cp310-abi3-win_amd64.whl` was cross-built, by maturin 1.16.0, and not tested on its own platform: win_amd64 on Python 3.10");
    // A test of other bytes is no test of these.
    insta::assert_snapshot!(reasons(|evidence| {
        evidence.built(WINDOWS).cross_built = true;
        let smoke = evidence.evidence.smoke.as_mut().expect("it ran");
        let one = smoke.outcomes.iter_mut().find(|one| windows(one)).expect("it was tested");
        one.sha256 = Sha256Sum::digest(b"other");
    }), @"
    `sum_up_to-1.0.0-cp310-abi3-win_amd64.whl` was cross-built, by maturin 1.16.0, and not tested on its own platform: win_amd64 on Python 3.10
    no smoke test of this build: win_amd64 on Python 3.10
    ");
}

#[test]
fn a_file_that_was_tested_under_an_emulator_alone_says_so_and_is_released() {
    let mut release = complete();
    release.outcome().native = false;
    let decision = release.judgement();
    assert_eq!(decision.closed(), [""; 0]);
    let origin = decision.files.iter().find(|one| one.file == LINUX).expect("it was built");
    assert_eq!((origin.native.len(), origin.emulated.len()), (1, 1));
}

#[test]
fn a_file_from_elsewhere_needs_a_pattern_and_no_commit() {
    insta::assert_snapshot!(reasons(|evidence| evidence.built(WINDOWS).elsewhere = true), @"`sum_up_to-1.0.0-cp310-abi3-win_amd64.whl` was built elsewhere, and no pattern in `foreign` of the table matches it");
    let mut release = complete();
    let built = release.built(WINDOWS);
    (built.elsewhere, built.commit, built.dirty) = (true, None, true);
    release.plan.foreign = vec![WINDOWS.to_owned()];
    // Nobody builds it a second time.
    release.rebuild = true;
    let build = release.evidence.build.as_mut().expect("there was a build");
    build.rebuilt = [LINUX, MACOS, SDIST].map(str::to_owned).into();
    assert_eq!(release.reasons(), [""; 0]);
    // The bytes in `dist/` must be those that were looked at.
    release.dist.insert(WINDOWS.to_owned(), Sha256Sum::digest(b"other"));
    assert_eq!(release.reasons(), [format!("`{WINDOWS}` is not the file that was recorded")]);
}

#[test]
fn a_pattern_of_foreign_files_that_nothing_matches_closes_it() {
    insta::assert_snapshot!(reasons(|evidence| {
        let names = ["*-pp311-*", WINDOWS].map(str::to_owned);
        evidence.foreign = ForeignPatterns::names(&names);
    }), @"no file in `dist/` matches `*-pp311-*`, which `foreign` of the table promises");
}

#[test]
fn files_of_no_project_need_no_commit_and_no_tag() {
    let mut release = complete();
    (release.commit, release.plan.tag) = (None, None);
    for file in [LINUX, MACOS, WINDOWS, SDIST] {
        (release.built(file).elsewhere, release.built(file).commit) = (true, None);
        release.plan.foreign.push(file.to_owned());
    }
    let smoke = release.evidence.smoke.as_mut().expect("it ran");
    smoke.source.as_mut().expect("a source").commit = None;
    insta::assert_snapshot!(release.reasons().join("\n"), @"
    the commit carries no version tag
    the source is not a git checkout with a commit
    ");
    assert!(release.judgement().untagged);
    release.has_project = false;
    assert_eq!(release.judgement().closed(), [""; 0]);
}

#[test]
fn untested_environments_are_waived_where_that_is_allowed_and_failed_tests_are_not() {
    let mut release = complete();
    release.allow_untested = true;
    release.evidence.smoke.as_mut().expect("it ran").outcomes.remove(0);
    assert_eq!(release.reasons(), [""; 0]);
    assert_eq!(
        release.judgement().waived,
        ["no smoke test of this build: manylinux_2_17_x86_64 on Python 3.10"]
    );
    release.outcome().result = SmokeResult::Failed { reason: "no".to_owned() };
    assert_eq!(release.reasons(), ["the smoke test failed: manylinux_2_17_x86_64 on Python 3.13"]);
}

#[test]
fn a_missing_or_changed_file_in_dist_closes_it() {
    let missing = |evidence: &mut Release| evidence.dist.retain(|file, _| file != SDIST);
    insta::assert_snapshot!(reasons(missing), @"`sum_up_to-1.0.0.tar.gz` is missing");
    let other = |evidence: &mut Release| {
        evidence.dist.insert(SDIST.to_owned(), Sha256Sum::digest(b"other"));
    };
    insta::assert_snapshot!(reasons(other), @"`sum_up_to-1.0.0.tar.gz` is not the file that `build` recorded");
}

#[test]
fn a_waiver_covers_one_untested_environment_and_is_listed() {
    let mut evidence = complete();
    evidence.waive("2026-12-31");
    let judgement = evidence.judgement();
    assert_eq!(judgement.reasons, [""; 0]);
    assert_eq!(
        judgement.waived,
        ["manylinux_2_17_x86_64 on Python 3.10, until 2026-12-31: no runner has it"]
    );
    assert_eq!(judgement.warnings, [""; 0]);
}

#[test]
fn a_waiver_is_valid_until_its_last_day() {
    let mut evidence = complete();
    evidence.waive("2026-06-15");
    let judgement = evidence.judgement();
    assert_eq!(judgement.reasons, [""; 0]);
    insta::assert_snapshot!(judgement.warnings.join("\n"), @"a waiver ends soon: manylinux_2_17_x86_64 on Python 3.10, until 2026-06-15: no runner has it");
    insta::assert_snapshot!(reasons(|evidence| evidence.waive("2026-06-14")), @"the waiver has expired: manylinux_2_17_x86_64 on Python 3.10, until 2026-06-14: no runner has it");
}

#[test]
fn no_waiver_covers_another_environment_or_a_failure() {
    let other = |evidence: &mut Release| {
        evidence.waive("2026-12-31");
        evidence.waivers[0].python = "3.13".parse().expect("a version");
    };
    insta::assert_snapshot!(reasons(other), @"no smoke test of this build: manylinux_2_17_x86_64 on Python 3.10");
    let failed = |evidence: &mut Release| {
        let outcome = evidence.outcome().clone();
        evidence.waive("2026-12-31");
        let result = SmokeResult::Failed { reason: "no".to_owned() };
        let smoke = evidence.evidence.smoke.as_mut().expect("it ran");
        smoke.outcomes.push(SmokeOutcome { result, ..outcome });
    };
    insta::assert_snapshot!(reasons(failed), @"the smoke test failed: manylinux_2_17_x86_64 on Python 3.10");
}

#[test]
fn an_unneeded_waiver_is_a_warning() {
    let mut evidence = complete();
    let outcome = evidence.outcome().clone();
    evidence.waive("2026-12-31");
    evidence.evidence.smoke.as_mut().expect("it ran").outcomes.push(outcome);
    let judgement = evidence.judgement();
    assert_eq!((judgement.reasons, judgement.waived), (Vec::new(), Vec::new()));
    insta::assert_snapshot!(judgement.warnings.join("\n"), @"the smoke test passed, so no waiver is needed: manylinux_2_17_x86_64 on Python 3.10");
}

#[test]
fn a_wheel_that_agrees_with_the_second_builder_is_counted() {
    let judgement = complete().judgement();
    assert_eq!(judgement.seconded, [LINUX]);
    assert_eq!(judgement.warnings, [""; 0]);
}

#[test]
fn a_different_or_unmatched_wheel_of_the_second_builder_closes_it() {
    let differ = |evidence: &mut Release| {
        evidence.second().compared[0].differences.push("exports of theirs alone: a".to_owned());
    };
    insta::assert_snapshot!(reasons(differ), @"the second builder's `sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl` differs: exports of theirs alone: a");
    let unmatched = |evidence: &mut Release| evidence.second().unmatched.push("a.whl".to_owned());
    insta::assert_snapshot!(reasons(unmatched), @"the second builder made `a.whl`, which is not in the plan");
}

#[test]
fn a_missing_second_build_closes_it_if_the_table_asks_for_one() {
    let missing = |evidence: &mut Release| evidence.evidence.second_build = None;
    let open = |change: fn(&mut Release)| {
        let mut release = complete();
        change(&mut release);
        let decision = release.judgement();
        GateDecision { files: Vec::new(), ..decision }
    };
    assert_eq!(open(missing), GateDecision::default());
    let asked = |evidence: &mut Release| {
        evidence.second_build = true;
        evidence.evidence.second_build = None;
    };
    insta::assert_snapshot!(reasons(asked), @"no wheels of a second builder were compared, which `second-build` of the table asks for");
}

#[test]
fn a_second_build_of_another_build_closes_it_if_the_table_asks_for_one() {
    let mut release = complete();
    release.second().sdist = Some(Sha256Sum::digest(b"another"));
    release.second().compared[0].differences.push("a difference".to_owned());
    let judgement = release.judgement();
    assert_eq!((judgement.reasons, judgement.seconded), (Vec::new(), Vec::new()));
    insta::assert_snapshot!(judgement.warnings.join("\n"), @"the comparison with the second builder's wheels is of another build");
    release.second_build = true;
    let judgement = release.judgement();
    assert_eq!((judgement.warnings, judgement.seconded), (Vec::new(), Vec::new()));
    insta::assert_snapshot!(judgement.reasons.join("\n"), @"the comparison with the second builder's wheels is of another build");
}

#[test]
fn a_file_that_was_not_built_again_closes_it_if_the_table_asks_for_that() {
    let asked = |evidence: &mut Release| {
        evidence.rebuild = true;
        let build = evidence.evidence.build.as_mut().expect("there was a build");
        build.rebuilt = build.files.iter().map(|file| file.file.clone()).collect();
    };
    let mut release = complete();
    asked(&mut release);
    assert_eq!(release.judgement().reasons, [""; 0]);
    let missing = |evidence: &mut Release| {
        asked(evidence);
        evidence.evidence.build.as_mut().expect("there was a build").rebuilt.remove(WINDOWS);
    };
    insta::assert_snapshot!(reasons(missing), @"`sum_up_to-1.0.0-cp310-abi3-win_amd64.whl` was not built again, which `rebuild` of the table asks for");
}
