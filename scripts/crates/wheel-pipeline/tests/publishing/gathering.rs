//! Evidence and files of the jobs of a matrix: joined, and refused where they must not be joined.

use std::fs;

use wheel_audit::wheel::Sha256Sum;

use crate::jobs::JobMatrix;
use crate::release::Release;
use wheel_fixtures::release::{SDIST, WINDOWS};

#[test]
fn the_evidence_of_all_jobs_opens_the_gate() {
    let matrix = JobMatrix::new();
    let run = matrix.gate();
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    assert_eq!(
        run.stdout,
        "0 waived, 0 accepted\n1 of 3 wheels agree with a second builder's\nthe gate is open\n"
    );
    let whole = matrix.release.project.run(&["gate"]).stdout;
    let row = whole.lines().find(|line| line.starts_with(WINDOWS)).expect("it is in the table");
    let words: Vec<&str> = row.split_whitespace().collect();
    assert_eq!(words, [WINDOWS, "maturin", "1.16.0", "3.10,", "3.13"], "{whole}");
    assert_eq!(matrix.release.project.dist().len(), 4);
    assert!(run.stderr.contains("gathered 4 files of 11 jobs"), "{}", run.stderr);
    // The second time, without the jobs.
    assert_eq!(matrix.gate().code, 0);
    assert_eq!(matrix.release.project.run(&["gate"]).code, 0);
}

#[test]
fn a_second_builder_that_disagrees_keeps_the_gate_closed() {
    let matrix = JobMatrix::new();
    matrix.write_second_build(&["members of ours alone: a.py"]);
    let run = matrix.gate();
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert_eq!(
        run.stdout,
        format!(
            "closed: the second builder's `{WINDOWS}` differs: members of ours alone: a.py\n0 waived, 0 accepted\n\
             0 of 3 wheels agree with a second builder's\n"
        )
    );
}

#[test]
fn an_untagged_commit_can_be_judged_but_not_released() {
    let matrix = JobMatrix::new();
    matrix.release.project.git(&["tag", "--delete", "v1.0.0"]);
    let run = matrix.gate();
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    assert_eq!(
        run.stdout,
        "0 waived, 0 accepted\n1 of 3 wheels agree with a second builder's\nthe gate is open, once the commit carries a version tag\n"
    );
    let nobody =
        ["--repository-url", "https://127.0.0.1.invalid/", "--index-url", "http://127.0.0.1:1/"];
    let run = matrix.release.project.run(&[&["publish", "--execute"], &nobody[..]].concat());
    assert_eq!(run.code, 1);
    assert!(
        run.stderr.contains("nothing was sent:\n  the commit carries no version tag\n"),
        "{}",
        run.stderr
    );
}

#[test]
fn a_missing_job_keeps_the_gate_closed() {
    let matrix = JobMatrix::new();
    fs::remove_dir_all(matrix.job("smoke-win_amd64-3.13")).expect("it came");
    let run = matrix.gate();
    assert_eq!(run.code, 1);
    assert_eq!(
        run.stdout,
        "closed: no smoke test of this build: win_amd64 on Python 3.13\n0 waived, 0 accepted\n1 of 3 wheels agree with a second builder's\n"
    );

    // The gate audits the files itself.
    let matrix = JobMatrix::new();
    fs::remove_dir_all(matrix.job("audit")).expect("it came");
    assert_eq!(matrix.gate().code, 0);
}

#[test]
fn a_waiver_in_the_table_opens_it_and_is_counted() {
    let row = "waivers = [{platform = \"win_amd64\", python = \"3.13\", reason = \"no runner\", expires = 9999-12-31}]\n";
    let waive = |release: &Release| {
        release.project.change("pyproject.toml", "smoke = ", &format!("{row}smoke = "));
    };
    let matrix = JobMatrix::with_change(waive);
    fs::remove_dir_all(matrix.job("smoke-win_amd64-3.13")).expect("it came");
    let run = matrix.gate();
    assert_eq!(
        run.stdout,
        "waived: win_amd64 on Python 3.13, until 9999-12-31: no runner\n1 waived, 0 accepted\n1 of 3 wheels agree with a second builder's\nthe gate is open\n"
    );
    assert_eq!(run.code, 0);
}

#[test]
fn a_needless_row_of_accept_is_told_and_with_strict_closes_it() {
    let row = "accept = [{check = \"run-path\", reason = \"old\", expires = 9999-12-31}]\n";
    let accept = |release: &Release| {
        release.project.change("pyproject.toml", "smoke = ", &format!("{row}smoke = "));
    };
    let matrix = JobMatrix::with_change(accept);
    let run = matrix.gate();
    let line = "a row of `accept` is needless: `run-path` in `*`: nothing needs it any more";
    assert!(run.stdout.contains(&format!("warning: {line}\n0 waived, 0 accepted\n")), "{run:?}");
    assert_eq!(run.code, 0);
    let run = matrix.release.project.run(&["gate", "--strict"]);
    assert!(run.stdout.contains(&format!("closed: {line}\n")), "{run:?}");
    assert_eq!(run.code, 1);
}

#[test]
fn a_waiver_that_was_not_committed_opens_nothing() {
    let matrix = JobMatrix::new();
    let reason = "the checkout differs from its commit";
    matrix.release.project.change("pyproject.toml", "smoke = ", "# more\nsmoke = ");
    let run = matrix.gate();
    assert_eq!(
        (run.code, run.stdout),
        (
            1,
            format!(
                "closed: {reason}\n0 waived, 0 accepted\n1 of 3 wheels agree with a second builder's\n"
            )
        )
    );
}

#[test]
fn a_cross_built_wheel_or_a_dirty_tree_in_any_job_keeps_it_closed() {
    let matrix = JobMatrix::new();
    // The sdist came from three jobs, in the same bytes.
    matrix.change(|build| build.files.iter_mut().for_each(|file| file.dirty = true));
    let closed = matrix.gate().stdout;
    assert!(
        closed.contains(&format!("closed: `{SDIST}` was built from a dirty tree\n")),
        "{closed}"
    );

    let never = |release: &Release| {
        let key = "cross-built = \"never\"\nsmoke = ";
        release.project.change("pyproject.toml", "smoke = ", key);
    };
    let matrix = JobMatrix::with_change(never);
    matrix.change(|build| build.files[0].cross_built = true);
    let closed = matrix.gate().stdout;
    let reason = "was cross-built, by maturin 1.16.0, which `cross-built` of the table refuses";
    assert!(closed.contains(&format!("closed: `{WINDOWS}` {reason}\n")), "{closed}");

    // It was tested on Windows.
    let matrix = JobMatrix::new();
    matrix.change(|build| build.files[0].cross_built = true);
    assert_eq!(matrix.gate().code, 0);
}

#[test]
fn two_jobs_with_different_sdists_are_not_joined() {
    let matrix = JobMatrix::new();
    let other = Sha256Sum::digest(b"other");
    fs::write(matrix.job("build-win_amd64").join("dist").join(SDIST), b"other").expect("written");
    matrix.change(|build| build.files[1].sha256 = other);
    let error = matrix.refused();
    let expected = format!(
        "error: the results of the jobs cannot be joined, so nothing was changed:\n  \
         `build-macosx_11_0_arm64` and `build-win_amd64` built different files named `{SDIST}`: "
    );
    assert!(error.starts_with(&expected), "{error}");
}

#[test]
fn files_that_differ_from_their_record_are_refused() {
    let matrix = JobMatrix::new();
    let wheel = matrix.job("build-win_amd64").join("dist").join(WINDOWS);
    fs::write(&wheel, b"changed on the way").expect("written");
    let error = matrix.refused();
    assert!(
        error.contains(&format!("`build-win_amd64` recorded another file as `{WINDOWS}`")),
        "{error}"
    );

    let matrix = JobMatrix::new();
    matrix.change(|build| build.files.retain(|file| file.file != WINDOWS));
    let error = matrix.refused();
    assert!(
        error.contains(&format!("`build-win_amd64` has no record of its file `{WINDOWS}`")),
        "{error}"
    );
}

#[test]
fn a_file_outside_the_plan_is_refused() {
    let matrix = JobMatrix::new();
    let (name, bytes) = ("sum_up_to-1.0.0-cp310-abi3-win32.whl", b"more");
    fs::write(matrix.job("build-win_amd64").join("dist").join(name), bytes).expect("written");
    let mut more = matrix.built(WINDOWS);
    (more.file, more.sha256) = (name.to_owned(), Sha256Sum::digest(bytes));
    matrix.change(|build| build.files.push(more));
    let error = matrix.refused();
    assert!(error.contains(&format!("`{name}` is not in the plan")), "{error}");
}

#[test]
fn a_job_without_results_is_reported() {
    let matrix = JobMatrix::new();
    fs::remove_file(matrix.job("audit").join("audit.json")).expect("it came");
    let error = matrix.refused();
    assert!(error.contains("`audit` holds neither files nor evidence"), "{error}");
    let nowhere = matrix.release.project.run(&["gate", "--from", "/nowhere/at/all"]);
    assert_eq!(nowhere.code, 3, "{}", nowhere.stderr);
    assert!(nowhere.stderr.contains("hint: `--from` needs a folder"), "{}", nowhere.stderr);
}

#[test]
fn a_closed_gate_sends_no_file() {
    let matrix = JobMatrix::new();
    fs::remove_dir_all(matrix.job("smoke-win_amd64-3.13")).expect("it came");
    let jobs = matrix.release.project.root().join("jobs").display().to_string();
    let nobody =
        ["--repository-url", "https://127.0.0.1.invalid/", "--index-url", "http://127.0.0.1:1/"];
    let run = matrix
        .release
        .project
        .run(&[&["publish", "--execute", "--from", &jobs], &nobody[..]].concat());
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert!(
        run.stderr.contains(
            "error: the gate is closed, nothing was sent:\n  no smoke test of this build"
        ),
        "{}",
        run.stderr
    );
    assert!(!matrix.release.project.work().join("receipt.json").exists());
}

#[test]
fn a_dry_run_names_the_files_on_the_index() {
    let matrix = JobMatrix::new();
    let jobs = matrix.release.project.root().join("jobs").display().to_string();
    let index = crate::index::Index::default();
    index.put(WINDOWS, matrix.bytes(WINDOWS));
    index.put(SDIST, b"something else");
    let simple = format!("http://127.0.0.1:{}/simple/", index.start());
    let dry = |simple: &str| {
        matrix.release.project.run(&["publish", "--from", &jobs, "--index-url", simple])
    };
    let run = dry(&simple);
    assert_eq!(run.code, 1, "{}", run.stdout);
    assert!(
        run.stdout.contains(&format!("  {WINDOWS}, which the index has already\n")),
        "{}",
        run.stdout
    );
    let other = format!("  {SDIST}, which the index has with another hash: it would be refused\n");
    assert!(run.stdout.contains(&other), "{}", run.stdout);
    let run = dry("http://127.0.0.1:1/simple/");
    assert_eq!(run.code, 3, "{}", run.stdout);
    assert!(
        run.stderr.contains("warning: the files on the index are not known: "),
        "{}",
        run.stderr
    );
}
