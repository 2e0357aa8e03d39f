//! `verify` of any version on an index, without a receipt: it waits for files, installs them with the hashes
//! of the index, and refuses mismatches.

use crate::index::{Index, Mismatch};
use crate::release::{PATIENCE, Release};
use wheel_fixtures::project::ProgramRun;

/// A release with a wheel for this machine, on an index.
fn published() -> (Release, Index) {
    let (release, index) = (Release::whole(), Index::default());
    for (name, bytes) in &release.files {
        index.put(name, bytes);
    }
    (release, index)
}

fn verify(release: &Release, index: &Index, more: &[&str]) -> ProgramRun {
    let simple = format!("http://127.0.0.1:{}/simple/", index.start());
    let line = ["verify", "--index", &simple, "--patience", PATIENCE];
    release.project.run(&[&line, more].concat())
}

#[test]
fn any_version_is_installed_on_each_python() {
    let (release, index) = published();
    index.lag(3);
    let run = verify(&release, &index, &["--version", "1.0"]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    assert!(run.stderr.contains("waiting 1 files are not on the index yet"), "{}", run.stderr);
    assert!(run.stderr.contains(" installed sum_up_to-1.0.0-cp310-abi3-"), "{}", run.stderr);
    assert!(
        run.stdout.ends_with("the index offers no provenance for 4 of 4 files\n"),
        "{}",
        run.stdout
    );
    assert!(!run.stdout.contains("FAILED"), "{}", run.stdout);
}

#[test]
fn a_missing_version_is_waited_for_and_then_reported() {
    let (release, index) = published();
    let run = verify(&release, &index, &["--version", "9.9"]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert!(
        run.stderr.ends_with(
            "error: the index has no file of sum-up-to 9.9\nhint: it has 4 files of other versions of sum-up-to\n"
        ),
        "{}",
        run.stderr
    );
    let other = verify(&release, &index, &["--version", "1.0", "--package", "other"]);
    assert_eq!(other.code, 1, "{}", other.stderr);
    assert!(
        other.stderr.contains("error: the index has no file of other 1.0\n"),
        "{}",
        other.stderr
    );
}

#[test]
fn a_wrong_hash_is_not_installed() {
    let (release, index) = published();
    index.mismatch(Mismatch::Hash);
    let run = verify(&release, &index, &["--version", "1.0.0"]);
    assert_eq!(run.code, 1, "{}{}", run.stdout, run.stderr);
    assert!(run.stdout.contains("FAILED"), "{}", run.stdout);
    assert!(run.stderr.contains("DO NOT MATCH THE HASHES"), "{}", run.stderr);
}

#[test]
fn provenance_is_compared_with_the_files() {
    let (release, index) = published();
    // The statements are right, but not signed.
    index.mismatch(Mismatch::None);
    let run = verify(&release, &index, &["--version", "1.0.0"]);
    assert_eq!(run.code, 1, "{}{}", run.stdout, run.stderr);
    let line =
        "the attestation of `sum_up_to-1.0.0.tar.gz` does not hold: it is not a provenance: ";
    assert!(run.stdout.contains(line), "{}", run.stdout);

    index.mismatch(Mismatch::Provenance);
    let run = verify(&release, &index, &["--version", "1.0.0"]);
    assert_eq!(run.code, 1, "{}{}", run.stdout, run.stderr);
    assert!(
        run.stdout.contains("the provenance of `sum_up_to-1.0.0.tar.gz` is about "),
        "{}",
        run.stdout
    );
}

#[test]
fn without_a_receipt_the_plan_is_not_verified() {
    let (release, index) = published();
    let run = verify(&release, &index, &[]);
    assert_eq!(run.code, 3, "{}", run.stderr);
    assert!(run.stderr.contains("error: there is no receipt to verify\nhint: "), "{}", run.stderr);
}

#[test]
fn an_index_that_contradicts_the_receipt_is_reported() {
    let (release, index) = published();
    assert_eq!(release.publish(index.start()).code, 0);
    index.put(release.files[0].0, b"changed on the index");
    let run = verify(&release, &index, &[]);
    assert_eq!(run.code, 1, "{}{}", run.stdout, run.stderr);
    let differs = format!("differs `{}`: built ", release.files[0].0);
    assert!(run.stderr.contains(&differs), "{}", run.stderr);
}
