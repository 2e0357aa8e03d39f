//! The GitHub release, made by a stand-in for `gh`: made once, continued after a fault, and refused before
//! the release is published and verified.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use wheel_pipeline::evidence::{SentStep, SmokeEvidence, TestedSource, VerifyEvidence, write};
use wheel_pipeline::project::{Project, agreement};

use crate::index::Index;
use crate::jobs::passed;
use crate::release::Release;
use wheel_fixtures::limited;
use wheel_fixtures::project::ProgramRun;
use wheel_fixtures::release::{LINUX, SDIST};

/// A stand-in for `gh` that keeps its release in files beside it. A file `fail-VERB` makes a verb fail.
const GH: &str = r#"#!/bin/sh
here=$(dirname "$0")
echo "$@" >> "$here/calls"
env > "$here/variables"
verb=$2
if [ -e "$here/fail-$verb" ]; then echo "HTTP 502 for ${GH_TOKEN:-nobody}" >&2; exit 1; fi
case $verb in
view)
  if [ ! -e "$here/release" ]; then echo "release not found" >&2; exit 1; fi
  printf '{"assets":['
  separator=
  for file in "$here"/assets/*; do
    [ -e "$file" ] || continue
    digest="\"sha256:$(sha256sum < "$file" | cut -d' ' -f1)\""
    if [ -e "$here/old" ]; then digest=null; fi
    printf '%s{"name":"%s","digest":%s,"state":"uploaded"}' "$separator" "$(basename "$file")" "$digest"
    separator=,
  done
  echo ']}' ;;
create) mkdir "$here/assets"; : > "$here/release" ;;
upload)
  cp "$4" "$here/assets/"
  if [ -e "$here/damage" ]; then echo more >> "$here/assets/$(basename "$4")"; fi ;;
esac
"#;

/// A published and verified release with a changelog, and the stand-in.
fn published() -> Release {
    published_as("v{version}", "v1.0.0")
}

/// The same of a project with another spelling of its tags.
fn published_as(spelling: &str, tag: &str) -> Release {
    let (release, index) = (Release::small(), Index::default());
    let table = format!("tag = \"{spelling}\"\nsmoke = ");
    release.project.change("pyproject.toml", "smoke = ", &table);
    assert_eq!(release.publish(index.start()).code, 0);
    let project = &release.project;
    project.write(
        "CHANGELOG.md",
        "# Changelog\n\n## [Unreleased]\n\n## [1.0.0] - 2026-01-01\n\n- All.\n",
    );
    project.write(".gitignore", "dist/\ntarget/\nbin/\n");
    project.commit();
    project.git(&["tag", tag]);
    write(&project.work().join("verify.json"), &verified(&release, tag)).expect("written");
    let project = &release.project;
    project.write("bin/gh", GH);
    let gh = project.root().join("bin/gh");
    fs::set_permissions(gh, fs::Permissions::from_mode(0o755)).expect("it is ours");
    release
}

/// The evidence of a verification on one Python.
fn verified(release: &Release, tag: &str) -> VerifyEvidence {
    let project = Project::read(release.project.root(), None).expect("a project");
    let plan = agreement::plan(&project, &[tag.to_owned()]).expect("a plan");
    let outcome = passed(&plan.environments[0], &release.files[0].1);
    let commit = release.project.git(&["rev-parse", "HEAD"]).trim().to_owned();
    let source = TestedSource { commit: Some(commit), dirty: false, plan: plan.sum() };
    let runs =
        SmokeEvidence { source: Some(source), outcomes: vec![outcome], ..SmokeEvidence::default() };
    VerifyEvidence { runs, ..VerifyEvidence::default() }
}

fn path() -> String {
    std::env::var("PATH").expect("a path")
}

fn announce(release: &Release, more: &[&str]) -> ProgramRun {
    let path = format!("{}:{}", release.project.root().join("bin").display(), path());
    let mut command = release.project.command(&[&["announce"], more].concat());
    release.project.finish(limited::output(command.env("PATH", path)))
}

fn calls(release: &Release) -> Vec<String> {
    let calls = fs::read_to_string(release.project.root().join("bin/calls")).unwrap_or_default();
    let verb = |line: &str| line.split(' ').nth(1).expect("a verb").to_owned();
    calls.lines().map(verb).collect()
}

#[test]
fn it_is_a_dry_run_without_execute() {
    let release = published();
    let run = announce(&release, &[]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let expected = format!(
        "release v1.0.0\n\n- All.\n\n  {LINUX}\n  {SDIST}\n\
         nothing was announced: this was a dry run, `--execute` announces\n"
    );
    assert_eq!(run.stdout, expected);
    assert_eq!(calls(&release), [""; 0]);
}

#[test]
fn a_release_has_the_name_of_its_tag_however_it_is_spelled() {
    let release = published_as("some-very-v{version}", "some-very-v1.0");
    let run = announce(&release, &["--execute"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    // Its section of the changelog has the version as cargo spells it.
    assert!(run.stdout.starts_with("release some-very-v1.0\n\n- All.\n"), "{}", run.stdout);
    let calls = fs::read_to_string(release.project.root().join("bin/calls")).expect("calls");
    let create = "\nrelease create some-very-v1.0 --verify-tag --title some-very-v1.0 ";
    assert!(calls.contains(create), "{calls}");
}

#[test]
fn a_release_is_made_once_and_continued() {
    let release = published();
    let root = release.project.root();
    release.project.write("bin/fail-upload", "");
    let cut = announce(&release, &["--execute"]);
    assert_eq!(cut.code, 3, "{}", cut.stderr);
    assert!(cut.stderr.contains("HTTP 502"), "{}", cut.stderr);
    fs::remove_file(root.join("bin/fail-upload")).expect("it is there");
    let whole = announce(&release, &["--execute"]);
    assert_eq!(whole.code, 0, "{}", whole.stderr);
    let again = announce(&release, &["--execute"]);
    assert_eq!(again.code, 0, "{}", again.stderr);
    assert_eq!(
        calls(&release),
        ["view", "create", "upload", "view", "upload", "upload", "view", "view"]
    );
    for (name, bytes) in &release.files {
        assert_eq!(fs::read(root.join("bin/assets").join(name)).expect("attached"), *bytes);
    }
    // Of the same size.
    let mut other = release.files[1].1.clone();
    *other.last_mut().expect("bytes") ^= 1;
    fs::write(root.join("bin/assets").join(SDIST), other).expect("written");
    let other = announce(&release, &["--execute"]);
    assert_eq!(other.code, 1, "{}", other.stderr);
    assert!(
        other.stderr.contains(&format!("has another file named `{SDIST}`, and not the one with")),
        "{}",
        other.stderr
    );
    release.project.write("bin/old", "");
    let old = announce(&release, &["--execute"]);
    assert_eq!(old.code, 3, "{}", old.stderr);
    assert!(old.stderr.contains("`gh` does not tell the SHA-256 of `"), "{}", old.stderr);
}

#[test]
fn a_file_that_is_damaged_on_the_way_is_seen() {
    let release = published();
    release.project.write("bin/damage", "");
    let run = announce(&release, &["--execute"]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert!(
        run.stderr.contains(&format!("has another file named `{LINUX}`, and not the one with")),
        "{}",
        run.stderr
    );
}

#[test]
fn gh_has_its_token_and_no_other_and_what_it_prints_of_it_is_hidden() {
    let release = published();
    release.project.write("bin/fail-view", "");
    let path = format!("{}:{}", release.project.root().join("bin").display(), path());
    let mut command = release.project.command(&["announce", "--execute"]);
    command.env("PATH", path).env("GH_TOKEN", "canary-of-gh").env("TWINE_PASSWORD", "canary-2");
    let run = release.project.finish(limited::output(&mut command));
    assert_eq!(run.code, 3, "{}", run.stderr);
    assert!(run.stderr.contains("HTTP 502 for [hidden]"), "{}", run.stderr);
    let variables = fs::read_to_string(release.project.root().join("bin/variables"));
    let variables = variables.expect("gh ran");
    assert!(variables.lines().any(|line| line == "GH_TOKEN=canary-of-gh"), "{variables}");
    assert!(!variables.contains("TWINE_PASSWORD"), "{variables}");
}

#[test]
fn nothing_is_announced_that_was_not_published_and_verified() {
    let refused = |change: fn(&Release), why: &str| {
        let release = published();
        change(&release);
        let run = announce(&release, &["--execute"]);
        assert_eq!(run.code, 1, "{}", run.stderr);
        assert!(run.stderr.starts_with(&format!("error: {why}\n")), "{}", run.stderr);
        assert_eq!(calls(&release), [""; 0]);
    };
    refused(
        |release| fs::remove_file(release.project.work().join("verify.json")).expect("it is there"),
        "the release was not verified",
    );
    refused(
        |release| {
            fs::remove_file(release.project.work().join("receipt.json")).expect("it is there")
        },
        "there is no receipt",
    );
    refused(
        |release| {
            let mut receipt = release.receipt();
            receipt.files[1].step = SentStep::Sending;
            write(&release.project.work().join("receipt.json"), &receipt).expect("written");
        },
        &format!("the receipt does not say that the index holds `{SDIST}`"),
    );
    refused(
        |release| {
            let differences = vec!["one".to_owned()];
            let verified = VerifyEvidence { differences, ..verified(release, "v1.0.0") };
            write(&release.project.work().join("verify.json"), &verified).expect("written");
        },
        "`verify` found differences or a Python on which the release fails",
    );
    refused(
        |release| {
            let mut verified = verified(release, "v1.0.0");
            verified.runs.outcomes.clear();
            write(&release.project.work().join("verify.json"), &verified).expect("written");
        },
        "`verify` tested nothing",
    );
    refused(
        |release| {
            let mut verified = verified(release, "v1.0.0");
            verified.runs.source.as_mut().expect("it tells it").commit = Some("0".repeat(40));
            write(&release.project.work().join("verify.json"), &verified).expect("written");
        },
        "`verify` did not test the release of this commit and this plan",
    );
    refused(
        |release| {
            let mut untag = Command::new("git");
            untag.args(["tag", "--delete", "v1.0.0"]).current_dir(release.project.root());
            assert!(limited::output(&mut untag).status.success());
        },
        "the commit carries no version tag",
    );
}

#[test]
fn a_release_without_a_section_in_the_changelog_is_announced_by_its_version() {
    let release = published();
    let project = &release.project;
    let announced = || {
        let run = project.run(&["announce"]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        assert!(run.stdout.starts_with("release v1.0.0\n\nsum-up-to 1.0.0\n\n"), "{}", run.stdout);
        run.stderr
    };
    let again = |change: &dyn Fn()| {
        change();
        project.git(&["add", "."]);
        project.git(&["commit", "--quiet", "--all", "--amend", "--message", "all"]);
        project.git(&["tag", "--force", "v1.0.0"]);
        write(&project.work().join("verify.json"), &verified(&release, "v1.0.0")).expect("written");
        announced()
    };
    let other = again(&|| project.write("CHANGELOG.md", "# Changelog\n\n## 0.9.0\n\n- Less.\n"));
    assert!(
        other.contains("warning: `[ROOT]/CHANGELOG.md` has no section for 1.0.0, so "),
        "{other}"
    );
    let none = again(&|| fs::remove_file(project.root().join("CHANGELOG.md")).expect("removed"));
    assert!(none.contains("warning: there is no changelog, so "), "{none}");
}
