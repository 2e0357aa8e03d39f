//! Artifacts and evidence that somebody forged, and files that are not what they seem: none of them opens the gate.

use std::fs;

use wheel_audit::check::{Finding, Severity};
use wheel_audit::wheel::Sha256Sum;
use wheel_pipeline::evidence::{AuditEvidence, SmokeEvidence, SmokeResult, read, write};

use crate::jobs::{JobMatrix, decision};
use wheel_fixtures::release::{LINUX, SDIST, WINDOWS, release};

/// The reason for a folder that belongs to no job.
fn no_job(name: &str) -> String {
    format!(
        "  `{name}` is not the folder of a job that the plan expects: `sdist`, `build-TARGET`, "
    )
}

#[test]
fn artifacts_named_like_the_folders_of_a_job_are_refused() {
    for name in ["dist", "target", "build-win32", "smoke-win_amd64-3.9", "more"] {
        let matrix = JobMatrix::new();
        // A job that an attacker adds: it has whatever opens the gate.
        let job = matrix.job(name);
        fs::create_dir_all(job.join("dist")).expect("a folder");
        fs::write(job.join("dist").join(SDIST), matrix.bytes(SDIST)).expect("written");
        let error = matrix.refused();
        assert!(error.contains(&no_job(name)), "{name}: {error}");
    }
}

#[test]
fn nothing_below_the_folder_of_the_jobs_is_passed_over() {
    let matrix = JobMatrix::new();
    fs::write(matrix.job("notes.txt"), "a file").expect("written");
    let error = matrix.refused();
    assert!(error.contains(&no_job("notes.txt")), "{error}");
}

#[cfg(unix)]
#[test]
fn a_link_is_no_folder_of_a_job() {
    let matrix = JobMatrix::new();
    let elsewhere = matrix.release.project.root().join("elsewhere");
    fs::rename(matrix.job("audit"), &elsewhere).expect("moved");
    std::os::unix::fs::symlink(&elsewhere, matrix.job("audit")).expect("linked");
    let error = matrix.refused();
    assert!(error.contains(&no_job("audit")), "{error}");
}

#[test]
fn evidence_is_taken_only_from_the_jobs_that_make_it() {
    let smoke = "smoke-win_amd64-3.13/smoke.json";
    let build = "build-win_amd64/target/pipeline/build.json";
    let second = "second-build-windows-2025/second-build.json";
    for (from, to) in [
        (smoke, "build-win_amd64/target/pipeline/smoke.json"),
        ("audit/audit.json", "build-win_amd64/target/pipeline/audit.json"),
        (second, "build-win_amd64/target/pipeline/second-build.json"),
        (build, "smoke-win_amd64-3.13/build.json"),
        ("audit/audit.json", "smoke-win_amd64-3.13/audit.json"),
        (smoke, "audit/smoke.json"),
        (build, "second-build-windows-2025/build.json"),
    ] {
        let matrix = JobMatrix::new();
        fs::copy(matrix.job(from), matrix.job(to)).expect("copied");
        let error = matrix.refused();
        let (job, _) = to.split_once('/').expect("a path");
        let (_, file) = to.rsplit_once('/').expect("a path");
        let expected = format!("  `{job}` holds `{file}`, which such a job does not make");
        assert!(error.contains(&expected), "{from} {to}: {error}");
    }
}

#[test]
fn evidence_in_both_places_of_a_job_is_refused() {
    let matrix = JobMatrix::new();
    let job = matrix.job("smoke-win_amd64-3.13");
    fs::create_dir_all(job.join("target/pipeline")).expect("a folder");
    fs::copy(job.join("smoke.json"), job.join("target/pipeline/smoke.json")).expect("copied");
    let error = matrix.refused();
    let expected =
        "  `smoke-win_amd64-3.13` holds evidence both in its folder and in `target/pipeline`";
    assert!(error.contains(expected), "{error}");
}

#[test]
fn a_job_speaks_of_its_own_target_alone() {
    let matrix = JobMatrix::new();
    let other = matrix.job("smoke-win_amd64-3.13").join("smoke.json");
    fs::copy(other, matrix.job("smoke-macosx_11_0_arm64-3.13").join("smoke.json")).expect("copied");
    let error = matrix.refused();
    let expected =
        "  `smoke-macosx_11_0_arm64-3.13` has a test on win_amd64, where such a job does not test";
    assert!(error.contains(expected), "{error}");

    let matrix = JobMatrix::new();
    let wheel = matrix.job("build-macosx_11_0_arm64").join("dist").join(WINDOWS);
    fs::write(wheel, matrix.bytes(WINDOWS)).expect("written");
    let error = matrix.refused();
    let expected =
        format!("  `build-macosx_11_0_arm64` holds `{WINDOWS}`, which such a job does not make");
    assert!(error.contains(&expected), "{error}");
}

#[test]
fn tests_of_another_source_are_not_joined() {
    let matrix = JobMatrix::new();
    let path = matrix.job("smoke-win_amd64-3.13").join("smoke.json");
    let mut smoke: SmokeEvidence = read(&path).expect("whole").expect("there");
    smoke.source.as_mut().expect("it tells it").plan = Sha256Sum::digest(b"another plan");
    write(&path, &smoke).expect("written");
    let error = matrix.refused();
    let expected = "  two jobs tested with the tests or the plans of different sources";
    assert!(error.contains(expected), "{error}");
}

#[test]
fn a_failed_test_in_an_honest_job_cannot_be_covered() {
    let matrix = JobMatrix::new();
    let path = matrix.job("smoke-win_amd64-3.13").join("smoke.json");
    let mut smoke: SmokeEvidence = read(&path).expect("whole").expect("there");
    fs::create_dir_all(matrix.job("smoke-container-win_amd64")).expect("a folder");
    fs::copy(&path, matrix.job("smoke-container-win_amd64/smoke.json")).expect("copied");
    smoke.outcomes[0].result = SmokeResult::Failed { reason: "it crashed".to_owned() };
    write(&path, &smoke).expect("written");
    let run = matrix.gate();
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert!(
        run.stdout.starts_with("closed: the smoke test failed: win_amd64 on Python 3.13\n"),
        "{}",
        run.stdout
    );
}

#[test]
fn a_forged_audit_hides_no_fault() {
    let matrix = JobMatrix::new();
    // A wheel with a fault, and all the evidence that says otherwise.
    let bad = release(|parts| parts.windows.relist("sum_up_to/__init__.py", |_| String::new()));
    matrix.replace_windows(&bad.files[WINDOWS]);
    let run = matrix.gate();
    assert_eq!(run.code, 1, "{}", run.stderr);
    let expected = format!(
        "closed: the audit found: {WINDOWS}: sum_up_to/__init__.py: it is not listed in `RECORD` [record-complete]\n"
    );
    assert!(run.stdout.starts_with(&expected), "{}", run.stdout);
    let lines = run.stdout.lines().filter(|line| line.starts_with("closed: ")).count();
    assert_eq!(lines, 1, "{}", run.stdout);
}

#[test]
fn a_finding_of_an_earlier_audit_is_not_forgotten() {
    let matrix = JobMatrix::new();
    let path = matrix.job("audit").join("audit.json");
    let mut audit: AuditEvidence = read(&path).expect("whole").expect("there");
    audit.findings.push(Finding {
        severity: Severity::Error,
        file: WINDOWS.to_owned(),
        member: None,
        check: "zip-structure".to_owned(),
        message: "it is strange".to_owned(),
        expected: String::new(),
        remedy: String::new(),
    });
    write(&path, &audit).expect("written");
    let run = matrix.gate();
    assert_eq!(run.code, 1, "{}", run.stderr);
    let expected = format!(
        "closed: an earlier audit of the same bytes found: {WINDOWS}: it is strange [zip-structure]\n"
    );
    assert!(run.stdout.starts_with(&expected), "{}", run.stdout);
}

#[test]
fn only_the_planned_files_may_be_in_dist() {
    let matrix = JobMatrix::new();
    assert_eq!(matrix.gate().code, 0);
    // On macOS and Windows it would be the same file.
    let copy = LINUX.to_uppercase();
    let dist = matrix.release.project.root().join("dist");
    fs::write(dist.join(&copy), matrix.bytes(LINUX)).expect("written");
    let run = decision(matrix.release.project.run(&["gate"]));
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert!(
        run.stdout.contains(&format!(
            "closed: the audit found: {copy}: the file is there, but not in the plan [dist-matches-plan]\n"
        )),
        "{}",
        run.stdout
    );
}

#[cfg(unix)]
#[test]
fn a_link_or_a_pipe_in_dist_closes_the_gate() {
    let matrix = JobMatrix::new();
    assert_eq!(matrix.gate().code, 0);
    let dist = matrix.release.project.root().join("dist");
    let elsewhere = matrix.release.project.root().join("target/elsewhere.whl");
    fs::rename(dist.join(LINUX), &elsewhere).expect("moved");
    std::os::unix::fs::symlink(&elsewhere, dist.join(LINUX)).expect("linked");
    let run = decision(matrix.release.project.run(&["gate"]));
    assert_eq!(run.code, 1, "{}", run.stderr);
    let expected =
        format!("closed: the audit could not read `{LINUX}`: it is a link, and not a file\n");
    assert!(run.stdout.contains(&expected), "{}", run.stdout);

    fs::remove_file(dist.join(LINUX)).expect("it is there");
    let pipe = std::process::Command::new("mkfifo").arg(dist.join(LINUX)).status();
    assert!(pipe.expect("mkfifo runs").success());
    let run = decision(matrix.release.project.run(&["gate"]));
    assert_eq!(run.code, 1, "{}", run.stderr);
    let expected = format!("closed: the audit could not read `{LINUX}`: it is not a file\n");
    assert!(run.stdout.contains(&expected), "{}", run.stdout);
    let run = matrix.release.project.run(&["publish", "--index-url", "http://127.0.0.1:1/simple/"]);
    assert_ne!(run.code, 0, "{}", run.stdout);
}

#[test]
fn no_flag_of_the_index_hides_a_change() {
    for flag in ["--assume-unchanged", "--skip-worktree"] {
        let matrix = JobMatrix::new();
        let project = &matrix.release.project;
        assert_eq!(matrix.gate().code, 0);
        project.git(&["update-index", flag, "pyproject.toml"]);
        project.change("pyproject.toml", "smoke = ", "# more\nsmoke = ");
        assert_eq!(project.git(&["status", "--porcelain"]), "", "git is fooled");
        let run = decision(project.run(&["gate"]));
        assert_eq!(run.code, 1, "{flag}: {}", run.stderr);
        let expected = "closed: the checkout differs from its commit\n";
        assert!(run.stdout.starts_with(expected), "{flag}: {}", run.stdout);
    }
}

#[test]
fn a_change_that_is_only_staged_is_a_change() {
    let matrix = JobMatrix::new();
    let project = &matrix.release.project;
    assert_eq!(matrix.gate().code, 0);
    project.change("pyproject.toml", "smoke = ", "# more\nsmoke = ");
    project.git(&["add", "pyproject.toml"]);
    project.change("pyproject.toml", "# more\nsmoke = ", "smoke = ");
    let run = decision(project.run(&["gate"]));
    assert!(
        run.stdout.starts_with("closed: the checkout differs from its commit\n"),
        "{}",
        run.stdout
    );
}
