//! Which child has which secret, and what of it is ever shown: no child has a token that it has no use for.

use std::fs;
use std::process::Command;

use wheel_fixtures::children::{self, Seen};

use crate::http;
use crate::index::{Index, PASSWORD};
use crate::release::Release;

/// Secrets in the environment of the program, and other variables that no child has a use for.
const CANARIES: &[(&str, &str)] = &[
    ("GH_TOKEN", "canary-of-gh-1"),
    ("GITHUB_TOKEN", "canary-of-github-2"),
    ("CARGO_REGISTRY_TOKEN", "canary-of-cargo-3"),
    ("CARGO_REGISTRIES_OWN_TOKEN", "canary-of-cargo-4"),
    ("AWS_SECRET_ACCESS_KEY", "canary-of-aws-5"),
    ("UV_PUBLISH_TOKEN", "canary-of-uv-6"),
    ("MATURIN_PYPI_TOKEN", "canary-of-maturin-7"),
    ("PIP_EXTRA_INDEX_URL", "https://me:canary-of-pip-8@index.example/"),
    ("GITHUB_ENV", "/nowhere/canary-9"),
    ("OF_NOBODY", "canary-of-nobody-10"),
];
const IDENTITY: (&str, &str) = ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "canary-of-identity-11");

fn with_canaries(command: &mut Command) -> &mut Command {
    command.envs(CANARIES.iter().copied().chain([IDENTITY]))
}

/// Asserts that no process has a canary in its variables or on its command line. Gives their number.
fn assert_none(seen: &[Seen], what: &str) -> usize {
    for process in seen {
        for (name, value) in CANARIES {
            assert!(!process.has(name), "{what}: `{}` has `{name}`", process.line);
            assert!(!process.line.contains(value), "{what}: `{}`", process.line);
        }
        assert!(!process.line.contains(PASSWORD), "{what}: `{}`", process.line);
        assert!(!process.line.contains(IDENTITY.1), "{what}: `{}`", process.line);
    }
    seen.len()
}

#[test]
fn twine_has_the_credentials_and_no_other_child_of_an_upload_has() {
    let (release, index) = (Release::small(), Index::default());
    let mut command = release.command(index.start());
    let (output, seen) = children::output(with_canaries(&mut command));
    let run = release.project.finish(output);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(assert_none(&seen, "publish") > 1, "{seen:?}");
    let (twine, others): (Vec<&Seen>, Vec<&Seen>) =
        seen.iter().partition(|process| process.line.contains("/upload.py "));
    assert!(!twine.is_empty(), "twine was not seen");
    for process in twine {
        assert!(process.has("TWINE_PASSWORD") && process.has(IDENTITY.0), "{}", process.line);
    }
    for process in others {
        assert!(!process.has("TWINE_PASSWORD") && !process.has(IDENTITY.0), "{}", process.line);
    }
}

#[test]
fn the_attester_has_the_identity_and_not_the_password() {
    let (release, index) = (Release::small(), Index::default());
    let provider = http::listen(|mut stream| {
        http::head(&mut stream);
        http::give(&mut stream, &http::answer("500 Internal Server Error", "", b""));
    });
    let mut command = release.command(index.start());
    with_canaries(&mut command)
        .args(["--attestations", "always"])
        .env("GITHUB_ACTIONS", "true")
        .env("ACTIONS_ID_TOKEN_REQUEST_URL", format!("http://127.0.0.1:{provider}/token?a=b"));
    let (output, seen) = children::output(&mut command);
    let run = release.project.finish(output);
    assert_eq!(run.code, 3, "{}", run.stderr);
    assert!(run.stderr.contains("IdentityError"), "{}", run.stderr);
    assert_none(&seen, "attest");
    let attester = seen.iter().filter(|process| process.has(IDENTITY.0));
    let lines: Vec<&str> = attester.map(|process| process.line.as_str()).collect();
    assert!(lines.iter().any(|line| line.contains("pypi_attestations")), "{lines:?}");
    for process in &seen {
        assert!(!process.has("TWINE_PASSWORD"), "{}", process.line);
    }
}

/// A smoke test that writes its variables beside itself, and prints every canary in several forms. It knows them
/// from its source.
fn dumping() -> String {
    let values: Vec<&str> = CANARIES.iter().map(|(_, value)| *value).collect();
    format!(
        "import base64, os, pathlib, resource, sys\n\
         here = pathlib.Path(__file__).parent\n\
         here.joinpath('variables').write_text('\\n'.join(sorted(os.environ)))\n\
         here.joinpath('core').write_text(str(resource.getrlimit(resource.RLIMIT_CORE)))\n\
         for value in {values:?}[:7]:\n    \
             print(value, base64.b64encode(value.encode()).decode(), value.encode().hex(' '), file=sys.stderr)\n\
         sys.exit(1)\n"
    )
}

#[test]
fn a_smoke_test_has_no_secret_and_what_it_prints_of_one_is_hidden() {
    let release = Release::small();
    release.project.write("smoke.py", &dumping());
    release.project.change(
        "pyproject.toml",
        "smoke = \"smoke.py\"",
        "smoke = \"smoke.py\"\npass-env = [\"WANTED_*\", \"WANTED_TOKEN\"]",
    );
    let mut command = release.project.command(&["smoke"]);
    with_canaries(&mut command)
        .env("TWINE_PASSWORD", PASSWORD)
        .env("WANTED_SETTING", "yes")
        .env("WANTED_TOKEN", "canary-of-build-12");
    let (output, seen) = children::output(&mut command);
    let run = release.project.finish(output);
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert!(assert_none(&seen, "smoke") > 1, "{seen:?}");
    let root = release.project.root();
    let variables = fs::read_to_string(root.join("variables")).expect("the smoke test ran");
    // A program that holds secrets writes no core files, and its children write none either.
    assert_eq!(fs::read_to_string(root.join("core")).expect("the smoke test ran"), "(0, 0)");
    assert!(variables.lines().any(|name| name == "PATH"), "{variables}");
    assert!(variables.lines().any(|name| name == "WANTED_SETTING"), "{variables}");
    for name in CANARIES.iter().map(|(name, _)| *name).chain(["TWINE_PASSWORD", "WANTED_TOKEN"]) {
        assert!(!variables.lines().any(|line| line == name), "{name}: {variables}");
    }
    let evidence = fs::read_to_string(release.project.work().join("smoke.json")).expect("evidence");
    assert!(evidence.contains("[hidden] [hidden]"), "{evidence}");
    for text in [&evidence, &run.stdout, &run.stderr] {
        assert!(!text.contains("canary"), "{text}");
        assert!(!text.contains("Y2FuYXJ5"), "{text}");
    }
}

#[test]
fn a_table_that_asks_for_the_credentials_of_publishing_is_refused() {
    let release = Release::small();
    release.project.change(
        "pyproject.toml",
        "smoke = \"smoke.py\"",
        "smoke = \"smoke.py\"\npass-env = [\"TWINE_PASSWORD\"]",
    );
    let run = release.project.run(&["plan"]);
    assert_eq!(run.code, 2, "{}", run.stderr);
    assert!(
        run.stderr.contains(
            "`pass-env`: `TWINE_PASSWORD` is for publishing, which no build and no test does"
        ),
        "{}",
        run.stderr
    );
}
