//! `signed-tags = true`: `plan` takes a version tag only with a signature that git verifies. The keys are made by
//! ssh-keygen, and git compares them with a file of signers.

use std::fs;
use std::process::{Command, Stdio};

use insta::assert_snapshot;
use wheel_fixtures::limited;
use wheel_fixtures::project::{ProgramRun, SampleProject};

use crate::PROGRAM;

const TAG: &str = "v2.0.0-rc.1";

/// A committed project that wants signed tags, with two keys outside of its files. git trusts one of them.
fn signing() -> SampleProject {
    let project = SampleProject::new(PROGRAM);
    project.change("pyproject.toml", "smoke = ", "signed-tags = true\nsmoke = ");
    project.write(".gitignore", "target/\n");
    project.commit();
    for name in ["trusted", "other"] {
        let key = key(&project, name);
        fs::create_dir_all(project.root().join("target")).expect("a folder");
        let mut make = Command::new("ssh-keygen");
        make.args(["-q", "-t", "ed25519", "-N", "", "-C", name, "-f", &key]).stdin(Stdio::null());
        assert!(limited::output(&mut make).status.success(), "a key is made");
    }
    let public = fs::read_to_string(key(&project, "trusted") + ".pub").expect("a key");
    project.write("target/signers", &format!("t@example.org {public}"));
    configure(&project, "gpg.ssh.allowedSignersFile", &key(&project, "signers"));
    project
}

/// The path of a file in a folder that git ignores.
fn key(project: &SampleProject, name: &str) -> String {
    project.root().join("target").join(name).display().to_string()
}

fn configure(project: &SampleProject, name: &str, value: &str) {
    project.git(&["config", name, value]);
}

/// Sets a tag that is signed with a key.
fn sign(project: &SampleProject, name: &str, tag: &str) {
    let key = format!("user.signingkey={}", key(project, name));
    let format = ["-c", "gpg.format=ssh", "-c", &key];
    project.git(&[&format[..], &["tag", "--sign", "--message", "released", tag]].concat());
}

fn plan(project: &SampleProject) -> ProgramRun {
    project.run(&["plan"])
}

/// The words of git and ssh-keygen differ a little between versions.
fn assert_says(run: &ProgramRun, parts: &[&str]) {
    for part in parts {
        assert!(run.stderr.contains(part), "no `{part}` in: {}", run.stderr);
    }
}

#[test]
fn a_tag_of_a_trusted_key_is_accepted() {
    let project = signing();
    sign(&project, "trusted", TAG);
    let run = plan(&project);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert_says(&run, &["signed `v2.0.0-rc.1`: Good \"git\" signature for t@example.org with "]);
}

#[test]
fn variables_can_name_the_signers() {
    let project = signing();
    sign(&project, "trusted", TAG);
    project.git(&["config", "--unset", "gpg.ssh.allowedSignersFile"]);
    assert_eq!(plan(&project).code, 3);
    let mut command = project.command(&["plan"]);
    // As `RELEASING.md` shows it for a job.
    command
        .env("GIT_CONFIG_COUNT", "1")
        .env("GIT_CONFIG_KEY_0", "gpg.ssh.allowedSignersFile")
        .env("GIT_CONFIG_VALUE_0", "target/signers");
    let run = project.finish(limited::output(&mut command));
    assert_eq!(run.code, 0, "{}", run.stderr);
}

#[test]
fn a_commit_without_a_version_tag_has_nothing_to_sign() {
    let project = signing();
    assert_eq!(plan(&project).code, 0);
    // This tag names no version.
    project.git(&["tag", "nightly"]);
    assert_eq!(plan(&project).code, 0);
}

#[test]
fn without_the_setting_no_signature_is_needed() {
    let project = signing();
    project.change("pyproject.toml", "signed-tags = true", "signed-tags = false");
    project.git(&["commit", "--quiet", "--all", "--message", "off"]);
    project.git(&["tag", TAG]);
    assert_eq!(plan(&project).code, 0);
}

#[test]
fn a_lightweight_tag_is_refused() {
    let project = signing();
    project.git(&["tag", TAG]);
    let run = plan(&project);
    assert_eq!(run.code, 1);
    assert_snapshot!(run.stderr, @r#"
    error: the tag `v2.0.0-rc.1` is lightweight, so it has no signature, which `signed-tags` requires
    hint: if it is signed where it comes from, fetch it as it is: `git fetch --force origin tag v2.0.0-rc.1` (actions/checkout before 6.0.2 changes it)
    hint: otherwise delete the tag where it was pushed, and set it again with `git tag --sign v2.0.0-rc.1`
    "#);
    assert!(!project.work().join("plan.json").exists(), "nothing is planned");
}

#[test]
fn the_hint_gets_a_tag_back_that_a_checkout_has_changed() {
    let project = signing();
    sign(&project, "trusted", TAG);
    project.git(&["clone", "--quiet", "--bare", ".", "target/origin"]);
    project.git(&["remote", "add", "origin", "target/origin"]);
    // As actions/checkout did before 6.0.2.
    project.git(&["fetch", "--quiet", "--force", "origin", &format!("HEAD:refs/tags/{TAG}")]);
    let run = plan(&project);
    assert_eq!(run.code, 1);
    assert_says(&run, &["is lightweight", &format!("`git fetch --force origin tag {TAG}`")]);
    project.git(&["fetch", "--force", "origin", "tag", TAG]);
    assert_eq!(plan(&project).code, 0);
}

#[test]
fn a_tag_without_a_signature_is_refused() {
    let project = signing();
    project.git(&["tag", "--annotate", "--no-sign", "--message", "released", TAG]);
    let run = plan(&project);
    assert_eq!(run.code, 1);
    assert_snapshot!(run.stderr, @r#"
    error: the tag `v2.0.0-rc.1` has no signature, which `signed-tags` requires
    hint: delete the tag where it was pushed, and set it again with `git tag --sign v2.0.0-rc.1`
    "#);
}

#[test]
fn a_tag_of_another_key_is_refused_in_gits_words() {
    let project = signing();
    sign(&project, "other", TAG);
    let run = plan(&project);
    assert_eq!(run.code, 1);
    assert_says(
        &run,
        &[
            "error: git refuses the signature of the tag `v2.0.0-rc.1`\n  ",
            "  No principal matched.\n",
            "hint: a key counts if it is in git's keyring",
        ],
    );
}

#[test]
fn a_signed_tag_that_was_changed_is_refused() {
    let project = signing();
    sign(&project, "trusted", TAG);
    let text = project.git(&["cat-file", "tag", TAG]);
    project.write("target/tag", &text.replace("released", "released by another"));
    let changed = project.git(&["hash-object", "-t", "tag", "-w", "target/tag"]);
    project.git(&["update-ref", &format!("refs/tags/{TAG}"), changed.trim()]);
    let run = plan(&project);
    assert_eq!(run.code, 1);
    assert_says(
        &run,
        &["error: git refuses the signature of the tag `v2.0.0-rc.1`\n  ", "incorrect signature"],
    );
}

#[test]
fn a_signed_tag_under_another_name_is_refused() {
    let project = signing();
    sign(&project, "trusted", "nightly");
    let nightly = project.git(&["rev-parse", "refs/tags/nightly"]);
    project.git(&["update-ref", &format!("refs/tags/{TAG}"), nightly.trim()]);
    let run = plan(&project);
    assert_eq!(run.code, 1);
    assert_snapshot!(run.stderr, @r#"
    error: the tag `v2.0.0-rc.1` is the tag `nightly` under another name, so its signature is not for it
    hint: delete the tag where it was pushed, and set it again with `git tag --sign v2.0.0-rc.1`
    "#);
}

#[test]
fn without_a_key_to_compare_with_the_answer_is_unknown() {
    let project = signing();
    sign(&project, "trusted", TAG);
    configure(&project, "gpg.ssh.allowedSignersFile", "target/no-such-file");
    let run = plan(&project);
    assert_eq!(run.code, 3);
    assert_says(
        &run,
        &[
            "error: git has no key to verify the signature of the tag `v2.0.0-rc.1`\n  ",
            "hint: import the signer's key with `gpg --import`",
        ],
    );
}

#[test]
fn a_tag_that_is_too_large_is_not_read() {
    let project = signing();
    project.write("target/message", &"long\n".repeat(300_000));
    project.git(&["tag", "--annotate", "--no-sign", "--file", "target/message", TAG]);
    let run = plan(&project);
    assert_eq!(run.code, 1);
    assert_snapshot!(run.stderr, @r#"
    error: the tag `v2.0.0-rc.1` has 1500119 bytes, which is too long for a signed text
    hint: delete the tag where it was pushed, and set it again with `git tag --sign v2.0.0-rc.1`
    "#);
}
