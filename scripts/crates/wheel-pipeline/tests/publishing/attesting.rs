//! Attestations: made before anything is sent, sent with their files, and accepted only if they are signed.
//!
//! These tests cannot sign, so they use signatures that others published.

use std::fs;
use std::path::Path;

use wheel_audit::wheel::Sha256Sum;
use wheel_pipeline::evidence::{self, Attested};
use wheel_pipeline::process::secret::Credentials;
use wheel_pipeline::report::{Format, Report};
use wheel_pipeline::tool::attest::{self, Attester, Checked, Claim};
use wheel_pipeline::tool::python::environment::Environment;
use wheel_pipeline::tool::python::tools::Tool;
use wheel_pipeline::tool::twine::{JudgedFile, UploadAnswer, Uploader};

use crate::http;
use crate::index::{Index, PASSWORD, USER};
use crate::release::{PATIENCE, Release};
use wheel_fixtures::limited::{self, Watchdog};
use wheel_fixtures::project::ProgramRun;

/// PyPI's provenance of `pypi_attestations-0.0.19.tar.gz`, copied from the tests in the sdist of
/// pypi-attestations 0.0.30, Apache-2.0.
const PROVENANCE: &str = include_str!("provenance.json");
const FILE: &str = "pypi_attestations-0.0.19.tar.gz";
const SUM: &str = "9bb1add04b1b4e182be6b0b80931593f7a291eb49d69b4fd728a5d4cbcdc4bd3";

/// The faults of each claim.
fn faults(release: &Release, claims: &[Claim<'_>]) -> Vec<Vec<String>> {
    let report = Report::new(Format::Human);
    let machine = release.machine(&report);
    let tools = machine.tools().expect("the tools are there");
    let python = machine.tool_python().expect("a Python is there");
    let attester = Attester::install(tools, python).expect("the library can be had");
    match attester.check(claims).expect("no interrupt") {
        Checked::Wrong { claims, .. } => claims,
        Checked::Failed(why) => panic!("{why}"),
    }
}

#[test]
fn a_provenance_holds_for_the_file_and_the_publisher_that_were_signed() {
    let _watchdog = Watchdog::start();
    let claim =
        |file, sha256: &str, provenance| Claim { file, sha256: sha256.to_owned(), provenance };
    let other_publisher = PROVENANCE.replace("trailofbits/pypi-attestations", "somebody/else");
    let other_signature = PROVENANCE.replacen("MEYCIQC+Yjc", "MEYCIQC+Yjd", 1);
    let found = faults(
        &Release::small(),
        &[
            claim(FILE, SUM, PROVENANCE),
            claim(FILE, &"0".repeat(64), PROVENANCE),
            claim("pypi_attestations-0.0.20.tar.gz", SUM, PROVENANCE),
            claim(FILE, SUM, &other_publisher),
            claim(FILE, SUM, &other_signature),
            claim(FILE, SUM, r#"{"version": 1}"#),
        ],
    );
    assert_eq!(found[0], [""; 0]);
    let starts = [
        "Verification failed: subject does not match distribution digest",
        "Verification failed: subject does not match distribution name",
        "Verification failed: Certificate's OIDCSourceRepositoryURI does not match",
        "Verification failed: DSSE: invalid signature",
        "it is not a provenance: Field required",
    ];
    for (reasons, start) in found[1..].iter().zip(starts) {
        assert_eq!(reasons.len(), 1, "{found:?}");
        assert!(reasons[0].starts_with(start), "{reasons:?} does not begin with {start}");
    }
}

#[test]
fn each_file_gets_the_attestation_of_the_signer() {
    let _watchdog = Watchdog::start();
    let release = Release::small();
    let report = Report::new(Format::Human);
    let machine = release.machine(&report);
    let (tools, python) =
        (machine.tools().expect("the tools"), machine.tool_python().expect("a Python"));
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    let uv = tools.program(Tool::Uv).expect("uv");
    let environment = Environment::locked(python, &at("environment"), &uv, attest::LOCK.text)
        .expect("the library can be had");
    fs::create_dir(at("signed")).expect("a folder");
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let files = [FILE, "other-1.0-py3-none-any.whl"];
    for file in files {
        fs::write(at(file), "").expect("written");
    }
    let sign = |sums: [Sha256Sum; 2]| {
        let judged = files.iter().zip(sums);
        let command = environment
            .command()
            .arg("-I")
            .arg(here.join("tests/publishing/signer.py"))
            .arg(here.join("src/tool/attest/attest.py"))
            .arg(here.join("tests/publishing/provenance.json"))
            .arg("sign")
            .arg(at("signed"))
            .args(judged.map(|(file, sum)| format!("{sum}:{}", at(file).display())));
        command.check().expect("it answers")
    };
    // A file that is not the one that was judged: not even the others are signed.
    let (empty, other) = (Sha256Sum::digest(b""), Sha256Sum::digest(b"judged"));
    let swapped = sign([empty, other]);
    assert_eq!(
        swapped.stdout.trim(),
        r#"{"answer": "swapped", "file": "other-1.0-py3-none-any.whl"}"#
    );
    assert_eq!(fs::read_dir(at("signed")).expect("a folder").count(), 0);
    let finished = sign([empty, empty]);
    assert_eq!(
        finished.stdout.trim(),
        r#"{"answer": "signed", "who": "https://token.actions.githubusercontent.com: repo:o/n:ref:refs/tags/v1.0.0"}"#
    );
    let provenance: serde_json::Value = serde_json::from_str(PROVENANCE).expect("JSON");
    let wanted = &provenance["attestation_bundles"][0]["attestations"][0]["envelope"];
    for file in files {
        let text = fs::read_to_string(attest::attestation_path(&at("signed"), file))
            .expect("an attestation");
        let made: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(made["version"], 1);
        assert_eq!(&made["envelope"], wanted);
    }
}

/// Publishes with attestations to an index, as a workflow with these variables.
fn publish(release: &Release, index: &Index, variables: &[(&str, &str)]) -> ProgramRun {
    let mut command = release.command(index.start());
    command.args(["--attestations", "always"]);
    // This test itself may run on one of these systems.
    for name in
        ["GITHUB_ACTIONS", "GITLAB_CI", "BUILDKITE", "CIRCLECI", "GOOGLE_APPLICATION_CREDENTIALS"]
    {
        command.env_remove(name);
    }
    command.envs(variables.iter().copied());
    release.project.finish(limited::output(&mut command))
}

#[test]
fn without_an_identity_nothing_is_sent_where_attestations_are_asked_for() {
    let (release, index) = (Release::small(), Index::default());
    let run = publish(&release, &index, &[]);
    assert_eq!(run.code, 3, "{}", run.stderr);
    assert!(
        run.stderr.ends_with(
            "error: no attestation can be made, so nothing was sent: this machine has no identity to sign \
             with, as a trusted publisher has\nhint: `--attestations never` publishes without attestations\n"
        ),
        "{}",
        run.stderr
    );
    assert_eq!(index.uploads(), []);
}

#[test]
fn an_identity_that_cannot_be_proven_stops_before_anything_is_sent() {
    let (release, index) = (Release::small(), Index::default());
    let provider = http::listen(|mut stream| {
        http::head(&mut stream);
        http::give(&mut stream, &http::answer("500 Internal Server Error", "", b""));
    });
    let url = format!("http://127.0.0.1:{provider}/token?a=b");
    let variables = [
        ("GITHUB_ACTIONS", "true"),
        ("ACTIONS_ID_TOKEN_REQUEST_URL", url.as_str()),
        ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "eyJhbGciOiJub25lIn0.secret"),
    ];
    let run = publish(&release, &index, &variables);
    assert_eq!(run.code, 3, "{}", run.stderr);
    assert!(
        run.stderr.contains(
            "error: the attestations could not be made, so nothing was sent: IdentityError: "
        ),
        "{}",
        run.stderr
    );
    assert!(!run.stderr.contains("eyJ"), "{}", run.stderr);
    assert_eq!(index.uploads(), []);
}

#[test]
fn an_attestation_is_sent_with_its_file() {
    let _watchdog = Watchdog::start();
    let (release, index) = (Release::small(), Index::default());
    let report = Report::new(Format::Human);
    let machine = release.machine(&report);
    let credentials = Credentials { user: USER.to_owned(), password: PASSWORD.to_owned() };
    let repository = format!("http://127.0.0.1:{}/legacy/", index.start());
    let limit = std::time::Duration::from_secs(60);
    let tools = machine.tools().expect("the tools are there");
    let mut uploader =
        Uploader::new(tools, &repository, Some(&credentials)).expect("a folder for the scripts");
    let attestation = release.project.root().join("one.publish.attestation");
    fs::write(&attestation, r#"{"version": 1}"#).expect("written");
    let [(wheel, _), _] = &release.files[..] else { panic!("two files") };
    let dist = release.project.root().join("dist");
    for ((name, bytes), attestation) in release.files.iter().zip([Some(&*attestation), None]) {
        let file =
            JudgedFile { path: &dist.join(name), sha256: Sha256Sum::digest(bytes), attestation };
        let (sent, _) = uploader.send(file, limit).expect("no interrupt");
        assert_eq!(sent, UploadAnswer::Accepted);
    }
    let received = index.attestations();
    assert_eq!(
        received.into_iter().collect::<Vec<_>>(),
        [((*wheel).to_owned(), r#"[{"version": 1}]"#.to_owned())]
    );
}

#[test]
fn a_file_sent_with_an_attestation_must_have_one_on_the_index() {
    let (release, index) = (Release::whole(), Index::default());
    let port = index.start();
    assert_eq!(release.publish(port).code, 0);
    let mut receipt = release.receipt();
    assert_eq!(receipt.attestations, Attested::No { why: "the index is not PyPI".to_owned() });
    receipt.attestations = Attested::Yes { by: "somebody".to_owned() };
    evidence::write(&release.project.work().join("receipt.json"), &receipt).expect("written");
    let simple = format!("http://127.0.0.1:{port}/simple/");
    let run = release.project.run(&["verify", "--index", &simple, "--patience", PATIENCE]);
    assert_eq!(run.code, 1, "{}{}", run.stdout, run.stderr);
    let line =
        "differs `sum_up_to-1.0.0.tar.gz` was sent with an attestation, and the index offers none";
    assert!(run.stderr.contains(line), "{}", run.stderr);
}
