//! Files that other jobs build for a project: those that a pattern of `foreign` matches, and the others.

use std::fs;

use wheel_pipeline::evidence::BuiltFile;

use crate::jobs::JobMatrix;
use crate::release::Release;
use wheel_fixtures::release::{LINUX, WINDOWS};
use wheel_fixtures::wheel::Wheel;

/// The jobs of a project whose table has these patterns.
fn with_foreign(patterns: &str) -> JobMatrix {
    JobMatrix::with_change(|release: &Release| {
        let key = format!("foreign = [{patterns}]\nsmoke = ");
        release.project.change("pyproject.toml", "smoke = ", &key);
    })
}

/// A wheel for PyPy.
pub fn pypy() -> Wheel {
    let mut wheel = Wheel::new(LINUX);
    wheel.retag("pp311", "pypy311_pp73", "manylinux_2_17_x86_64");
    let module = "sum_up_to/_native.pypy311-pp73-x86_64-linux-gnu.so";
    wheel.rename("sum_up_to/_native.abi3.so", module);
    wheel
}

/// A wheel for GraalPy.
pub fn graalpy() -> Wheel {
    let mut wheel = Wheel::new(LINUX);
    wheel.retag("graalpy312", "graalpy250_312_native", "manylinux_2_17_x86_64");
    let module = "sum_up_to/_native.graalpy250-312-native-x86_64-linux.so";
    wheel.rename("sum_up_to/_native.abi3.so", module);
    wheel
}

/// Writes the artifact of a job that builds with another builder.
fn deliver(matrix: &JobMatrix, job: &str, name: &str, bytes: &[u8]) {
    fs::create_dir_all(matrix.job(job)).expect("a folder");
    fs::write(matrix.job(job).join(name), bytes).expect("written");
}

#[test]
fn a_file_that_a_pattern_matches_is_audited_listed_and_published() {
    let matrix = with_foreign("\"*-pp311-*\"");
    let wheel = pypy();
    deliver(&matrix, "foreign-pypy", &wheel.file, &wheel.bytes());
    let run = matrix.gate();
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    assert!(run.stdout.contains(&format!("audited alone: {}\n", wheel.file)), "{}", run.stdout);
    let whole = matrix.release.project.run(&["gate"]).stdout;
    let row = whole.lines().find(|line| line.starts_with(&wheel.file)).expect("a row");
    assert!(row.ends_with("  built elsewhere"), "{row}");
    let run = matrix.release.project.run(&["publish", "--index-url", "http://127.0.0.1:1/simple/"]);
    assert!(run.stdout.contains(&format!("  {}\n", wheel.file)), "{}", run.stdout);
}

#[test]
fn a_foreign_file_is_judged_as_any_other() {
    let matrix = with_foreign("\"*-pp311-*\"");
    let mut wheel = pypy();
    wheel.relist("sum_up_to/__init__.py", |_| String::new());
    deliver(&matrix, "foreign-pypy", &wheel.file, &wheel.bytes());
    let run = matrix.gate();
    assert_eq!(run.code, 1, "{}{}", run.stdout, run.stderr);
    let reason = format!("closed: the audit found: {}: sum_up_to/__init__.py: ", wheel.file);
    assert!(run.stdout.starts_with(&reason), "{}", run.stdout);
}

#[test]
fn a_pattern_that_nothing_matches_closes_the_gate() {
    let run = with_foreign("\"*-pp311-*\"").gate();
    assert_eq!(run.code, 1, "{}{}", run.stdout, run.stderr);
    let reason =
        "closed: no file in `dist/` matches `*-pp311-*`, which `foreign` of the table promises\n";
    assert!(run.stdout.starts_with(reason), "{}", run.stdout);
}

#[test]
fn a_file_that_no_pattern_matches_is_not_taken_in() {
    let matrix = with_foreign("\"*-graalpy*\"");
    let wheel = pypy();
    deliver(&matrix, "foreign-pypy", &wheel.file, &wheel.bytes());
    let error = matrix.refused();
    let reason = format!("`foreign-pypy` holds `{}`, which no pattern in `foreign`", wheel.file);
    assert!(error.contains(&reason), "{error}");
}

#[test]
fn two_jobs_with_different_foreign_files_of_one_name_are_not_joined() {
    let matrix = with_foreign("\"*-pp311-*\"");
    let wheel = pypy();
    deliver(&matrix, "foreign-one", &wheel.file, &wheel.bytes());
    deliver(&matrix, "foreign-two", &wheel.file, b"other");
    let error = matrix.refused();
    let reason = format!("two jobs built different files named `{}`", wheel.file);
    assert!(error.contains(&reason), "{error}");
}

#[test]
fn a_foreign_job_makes_no_evidence() {
    let matrix = with_foreign("\"*-pp311-*\"");
    let smoke = matrix.job("smoke-win_amd64-3.13").join("smoke.json");
    fs::create_dir_all(matrix.job("foreign-pypy")).expect("a folder");
    fs::copy(smoke, matrix.job("foreign-pypy").join("smoke.json")).expect("copied");
    let error = matrix.refused();
    assert!(
        error.contains("`foreign-pypy` holds `smoke.json`, which such a job does not make"),
        "{error}"
    );
}

#[test]
fn a_planned_wheel_may_be_built_elsewhere_and_is_tested_as_any_other() {
    let matrix = with_foreign("\"*-win_amd64.whl\"");
    let bytes = matrix.bytes(WINDOWS).to_vec();
    fs::remove_dir_all(matrix.job("build-win_amd64")).expect("it was written");
    deliver(&matrix, "foreign-windows", WINDOWS, &bytes);
    let run = matrix.gate();
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    fs::remove_dir_all(matrix.job("smoke-win_amd64-3.13")).expect("it was written");
    let run = matrix.gate();
    assert_eq!(run.code, 1, "{}{}", run.stdout, run.stderr);
    assert!(
        run.stdout.contains("closed: no smoke test of this build: win_amd64 on Python 3.13\n"),
        "{}",
        run.stdout
    );
    // No job of the project builds it.
    let plan = matrix.release.project.run(&["plan", "--format", "github-matrix"]).stdout;
    let build = plan.lines().find(|line| line.starts_with("build=")).expect("a matrix");
    assert!(!build.contains("win_amd64") && build.contains("macosx_11_0_arm64"), "{build}");
}

#[test]
fn a_record_of_a_file_from_elsewhere_counts_for_nothing_without_a_pattern() {
    let matrix = JobMatrix::new();
    matrix.change(|build| {
        let built = &mut build.files[0];
        let sha256 = built.sha256;
        *built = BuiltFile::elsewhere(built.file.clone(), sha256, 0);
    });
    let run = matrix.gate();
    assert_eq!(run.code, 1, "{}{}", run.stdout, run.stderr);
    let reason = format!("closed: `{WINDOWS}` was not built\n");
    assert!(run.stdout.starts_with(&reason), "{}", run.stdout);
}
