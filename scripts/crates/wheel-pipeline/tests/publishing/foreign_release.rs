//! A folder of files that others built, without a project: judged, tested, published and verified.

use std::fs;
use std::path::PathBuf;

use tempfile::TempDir;
use wheel_audit::wheel::Sha256Sum;
use wheel_pipeline::evidence::{EvidenceFolder, SmokeEvidence, SmokeResult, TestedSource, write};
use wheel_pipeline::project::set::ForeignRelease;
use wheel_pipeline::report::{Format, Report};
use wheel_pipeline::stage::{foreign, gate, recorded};

use crate::PROGRAM;
use crate::foreign_files::{graalpy, pypy};
use crate::index::{Index, PASSWORD, USER};
use crate::jobs::passed;
use crate::release::{PATIENCE, Release};
use wheel_fixtures::limited;
use wheel_fixtures::project::{ProgramRun, SampleProject};
use wheel_fixtures::release::{LINUX, MACOS, SDIST, WINDOWS, good};
use wheel_fixtures::wheel::Wheel;

/// A working folder without a project, which holds a release in `wheels`.
struct Folder {
    /// The folder.
    here: TempDir,
    /// The runs' cache.
    project: SampleProject,
}

impl Folder {
    fn new(files: &[(&str, Vec<u8>)]) -> Self {
        let here = tempfile::tempdir().expect("a folder");
        fs::create_dir(here.path().join("wheels")).expect("a folder");
        let folder = Self { here, project: SampleProject::empty(PROGRAM, "") };
        for (name, bytes) in files {
            folder.put(name, bytes);
        }
        folder
    }

    /// Three wheels and an sdist.
    fn whole() -> Self {
        let files = good().files;
        Self::new(&[LINUX, MACOS, WINDOWS, SDIST].map(|name| (name, files[name].clone())))
    }

    fn wheels(&self) -> PathBuf {
        self.here.path().join("wheels")
    }

    fn put(&self, name: &str, bytes: &[u8]) {
        fs::write(self.wheels().join(name), bytes).expect("written");
    }

    /// Writes the result of a job that has tested every promised environment.
    fn test(&self, change: impl FnOnce(&mut SmokeEvidence)) {
        let plan = ForeignRelease::open(&self.wheels()).expect("one release").source.plan;
        let bytes = |file: &str| fs::read(self.wheels().join(file)).expect("a file");
        let outcomes = plan.environments.iter().map(|one| passed(one, &bytes(&one.file)));
        let source = TestedSource { commit: None, dirty: false, plan: plan.sum() };
        let mut smoke = SmokeEvidence {
            source: Some(source),
            outcomes: outcomes.collect(),
            ..SmokeEvidence::default()
        };
        change(&mut smoke);
        let job = self.here.path().join("jobs/smoke-all");
        write(&job.join("smoke.json"), &smoke).expect("written");
    }

    fn run(&self, arguments: &[&str]) -> ProgramRun {
        let mut command = self.project.command_in(self.here.path(), arguments);
        self.project.finish(limited::output(&mut command))
    }

    fn gate(&self, more: &[&str]) -> ProgramRun {
        self.run(&[&["gate", "wheels"], more].concat())
    }
}

#[test]
fn what_the_files_promise_is_told_and_untested_environments_close_the_gate() {
    let folder = Folder::whole();
    let run = folder.gate(&[]);
    assert_eq!(run.code, 1, "{}{}", run.stdout, run.stderr);
    insta::assert_snapshot!(run.stderr.lines().filter(|line| !line.contains("audited")).collect::<Vec<_>>().join("\n"), @"
    promised 18 environments by the names of the files of sum-up-to 1.0.0
    promised macosx_11_0_arm64: 3.10, 3.11, 3.12, 3.13, 3.14, 3.15
    promised manylinux_2_17_x86_64: 3.10, 3.11, 3.12, 3.13, 3.14, 3.15
    promised win_amd64: 3.10, 3.11, 3.12, 3.13, 3.14, 3.15
    ");
    insta::assert_snapshot!(run.stdout, @"
    file                                                                       made by          tested on its platform  under an emulator
    sum_up_to-1.0.0-cp310-abi3-macosx_11_0_arm64.whl                           built elsewhere
    sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl  built elsewhere
    sum_up_to-1.0.0-cp310-abi3-win_amd64.whl                                   built elsewhere
    sum_up_to-1.0.0.tar.gz                                                     built elsewhere

    platform               Python  what pip picks
    manylinux_2_17_x86_64  3.10    sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl
    manylinux_2_17_x86_64  3.11    sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl
    manylinux_2_17_x86_64  3.12    sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl
    manylinux_2_17_x86_64  3.13    sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl
    manylinux_2_17_x86_64  3.14    sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl
    manylinux_2_17_x86_64  3.15    sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl
    macosx_11_0_arm64      3.10    sum_up_to-1.0.0-cp310-abi3-macosx_11_0_arm64.whl
    macosx_11_0_arm64      3.11    sum_up_to-1.0.0-cp310-abi3-macosx_11_0_arm64.whl
    macosx_11_0_arm64      3.12    sum_up_to-1.0.0-cp310-abi3-macosx_11_0_arm64.whl
    macosx_11_0_arm64      3.13    sum_up_to-1.0.0-cp310-abi3-macosx_11_0_arm64.whl
    macosx_11_0_arm64      3.14    sum_up_to-1.0.0-cp310-abi3-macosx_11_0_arm64.whl
    macosx_11_0_arm64      3.15    sum_up_to-1.0.0-cp310-abi3-macosx_11_0_arm64.whl
    win_amd64              3.10    sum_up_to-1.0.0-cp310-abi3-win_amd64.whl
    win_amd64              3.11    sum_up_to-1.0.0-cp310-abi3-win_amd64.whl
    win_amd64              3.12    sum_up_to-1.0.0-cp310-abi3-win_amd64.whl
    win_amd64              3.13    sum_up_to-1.0.0-cp310-abi3-win_amd64.whl
    win_amd64              3.14    sum_up_to-1.0.0-cp310-abi3-win_amd64.whl
    win_amd64              3.15    sum_up_to-1.0.0-cp310-abi3-win_amd64.whl

    closed: no smoke test of this build: manylinux_2_17_x86_64 on Python 3.10, 3.11, 3.12, 3.13, 3.14, 3.15
    closed: no smoke test of this build: macosx_11_0_arm64 on Python 3.10, 3.11, 3.12, 3.13, 3.14, 3.15
    closed: no smoke test of this build: win_amd64 on Python 3.10, 3.11, 3.12, 3.13, 3.14, 3.15
    0 waived, 0 accepted
    ");
    // The folder is only read.
    let mut names: Vec<_> = fs::read_dir(folder.wheels())
        .expect("a folder")
        .map(|entry| entry.expect("one").file_name())
        .collect();
    names.sort();
    assert_eq!(names, [MACOS, LINUX, WINDOWS, SDIST]);
}

#[test]
fn a_file_that_changes_after_the_promise_was_read_from_it_is_found() {
    let folder = Folder::whole();
    let source = ForeignRelease::open(&folder.wheels()).expect("one release").source;
    let first = Sha256Sum::digest(&fs::read(folder.wheels().join(WINDOWS)).expect("a file"));
    let mut other = Wheel::new(WINDOWS);
    other.members.push(("sum_up_to/more.py".to_owned(), Vec::new()));
    folder.put(WINDOWS, &other.bytes());
    let mut kept = EvidenceFolder::open(folder.here.path().join("work")).expect("a folder");
    let source = foreign::record(&source, &mut kept).expect("recorded");
    assert_eq!(kept.built().file(WINDOWS).map(|file| file.sha256), Some(first));
    let decision = gate::decide(&source, &kept, &Report::new(Format::Human), false, true);
    let expected = format!("`{WINDOWS}` is not the file that was recorded");
    assert_eq!(decision.expect("it is judged").reasons[0], expected);
    let error = recorded::files(&source.project, &source.plan, kept.built()).expect_err("changed");
    let expected = format!("`{WINDOWS}` is not the file that this run recorded");
    assert_eq!(error.to_string(), expected);
}

#[test]
fn a_wheel_for_pypy_promises_that_pypy() {
    let folder = Folder::whole();
    folder.put(&pypy().file, &pypy().bytes());
    folder.test(|_| {});
    let run = folder.gate(&["--from", "jobs"]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    assert!(!run.stdout.contains("audited alone"), "{}", run.stdout);
    folder.test(|smoke| smoke.outcomes.retain(|outcome| !outcome.python.is_pypy()));
    let run = folder.gate(&["--from", "jobs"]);
    assert_eq!(run.code, 1, "{}{}", run.stdout, run.stderr);
    let reason = "no smoke test of this build: manylinux_2_17_x86_64 on pypy3.11-v7.3";
    assert!(run.stdout.contains(reason), "{}", run.stdout);
}

#[test]
fn tests_of_other_machines_open_the_gate_and_a_wheel_for_graalpy_is_audited_alone() {
    let folder = Folder::whole();
    let graalpy = graalpy();
    folder.put(&graalpy.file, &graalpy.bytes());
    folder.test(|_| {});
    let run = folder.gate(&["--from", "jobs"]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    let end = format!("audited alone: {}\n0 waived, 0 accepted\nthe gate is open\n", graalpy.file);
    assert!(run.stdout.ends_with(&end), "{}", run.stdout);
    // The same bytes, without the jobs.
    assert_eq!(folder.gate(&[]).code, 0);
    // Other bytes are not tested.
    let mut other = Wheel::new(WINDOWS);
    other.members.push(("sum_up_to/more.py".to_owned(), Vec::new()));
    folder.put(WINDOWS, &other.bytes());
    let run = folder.gate(&[]);
    assert_eq!(run.code, 1, "{}", run.stdout);
    let reason = "closed: no smoke test of this build: win_amd64 on Python 3.10, 3.11, ";
    assert!(run.stdout.contains(reason), "{}", run.stdout);
}

#[test]
fn untested_environments_are_allowed_by_an_option_and_failed_tests_are_not() {
    let folder = Folder::whole();
    let run = folder.gate(&["--allow-untested"]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    let waived = "waived: no smoke test of this build: win_amd64 on Python 3.10, ";
    assert!(run.stdout.contains(waived), "{}", run.stdout);
    folder.test(|smoke| {
        smoke.outcomes.truncate(1);
        smoke.outcomes[0].result = SmokeResult::Failed { reason: "no".to_owned() };
    });
    let run = folder.gate(&["--allow-untested", "--from", "jobs"]);
    assert_eq!(run.code, 1, "{}", run.stdout);
    assert!(run.stdout.contains("closed: the smoke test failed: "), "{}", run.stdout);
}

#[test]
fn a_test_of_another_set_of_wheels_closes_the_gate() {
    let folder = Folder::whole();
    folder.test(|smoke| {
        let source = smoke.source.as_mut().expect("a source");
        source.plan = Sha256Sum::digest(b"another");
    });
    let run = folder.gate(&["--from", "jobs"]);
    assert_eq!(run.code, 1, "{}", run.stdout);
    assert!(
        run.stdout.contains("closed: the smoke tests are those of another plan\n"),
        "{}",
        run.stdout
    );
}

#[test]
fn tests_of_an_earlier_set_in_the_same_folder_are_left_out() {
    let folder = Folder::whole();
    folder.test(|_| {});
    assert_eq!(folder.gate(&["--from", "jobs"]).code, 0);
    fs::remove_file(folder.wheels().join(MACOS)).expect("it was there");
    let run = folder.gate(&[]);
    assert_eq!(run.code, 1, "{}", run.stdout);
    assert!(!run.stdout.contains("another plan"), "{}", run.stdout);
    let reason = "closed: no smoke test of this build: win_amd64 on Python 3.10, ";
    assert!(run.stdout.contains(reason), "{}", run.stdout);
}

#[test]
fn a_job_that_holds_files_is_refused() {
    let folder = Folder::whole();
    folder.test(|_| {});
    let dist = folder.here.path().join("jobs/foreign-more/dist");
    fs::create_dir_all(&dist).expect("a folder");
    fs::write(dist.join(LINUX), b"other").expect("written");
    let run = folder.gate(&["--from", "jobs"]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    let reason =
        format!("`foreign-more` holds `{LINUX}`, but the files of this release lie in the folder");
    assert!(run.stderr.contains(&reason), "{}", run.stderr);
    assert_eq!(fs::read(folder.wheels().join(LINUX)).expect("a file"), good().files[LINUX]);
}

#[test]
fn a_file_that_does_not_belong_to_the_release_closes_the_gate() {
    let folder = Folder::whole();
    folder.put("notes.txt", b"");
    let run = folder.gate(&["--allow-untested"]);
    assert_eq!(run.code, 1, "{}", run.stdout);
    let reason =
        "the audit found: notes.txt: the file is there, but not in the plan [dist-matches-plan]";
    assert!(run.stdout.contains(reason), "{}", run.stdout);
}

#[test]
fn a_link_is_no_file_of_the_release() {
    let folder = Folder::whole();
    let elsewhere = folder.here.path().join(WINDOWS);
    fs::rename(folder.wheels().join(WINDOWS), &elsewhere).expect("moved");
    std::os::unix::fs::symlink(elsewhere, folder.wheels().join(WINDOWS)).expect("a link");
    let run = folder.gate(&["--allow-untested"]);
    assert_eq!(run.code, 1, "{}{}", run.stdout, run.stderr);
    let reason =
        format!("closed: the audit could not read `{WINDOWS}`: it is a link, and not a file\n");
    assert!(run.stdout.contains(&reason), "{}", run.stdout);
    assert!(run.stdout.contains(&format!("closed: `{WINDOWS}` was not built\n")), "{}", run.stdout);
}

#[test]
fn what_is_not_one_release_is_told_with_its_reason() {
    let folder = Folder::new(&[(SDIST, good().files[SDIST].clone())]);
    let run = folder.gate(&[]);
    assert_eq!(
        (run.code, run.stderr.as_str()),
        (
            3,
            "error: `wheels` is not one release: there is no wheel\nhint: name a folder that holds the wheels\n"
        )
    );
    folder.put(LINUX, &good().files[LINUX]);
    folder.put("other-2.0-py3-none-win32.whl", b"");
    let run = folder.gate(&[]);
    assert_eq!(
        (run.code, run.stderr.as_str()),
        (
            3,
            "error: `wheels` is not one release: the files are of several releases: `other 2.0`, `sum-up-to 1.0.0`\nhint: give each release a folder of its own\n"
        )
    );
    let run = folder.run(&["gate", "nowhere"]);
    assert_eq!((run.code, run.stderr.as_str()), (2, "error: there is no folder `nowhere`\n"));
    let run = folder.run(&["--project", ".", "gate", "wheels"]);
    assert_eq!(
        (run.code, run.stderr.as_str()),
        (2, "error: both a folder of files and `--project` are named\nhint: drop one of the two\n")
    );
    let run = folder.run(&["gate", "--allow-untested"]);
    assert_eq!(run.code, 2, "{}", run.stderr);
}

#[test]
fn nothing_is_sent_behind_a_closed_gate() {
    let folder = Folder::whole();
    let line = ["publish", "wheels", "--index-url", "http://127.0.0.1:1/simple/"];
    let run = folder.run(&line);
    assert_eq!(run.code, 1, "{}", run.stderr);
    let refused = "`--execute` would be refused: no smoke test of this build: win_amd64 on Python ";
    assert!(run.stdout.contains(refused), "{}", run.stdout);
    let run = folder.run(&[&line[..], &["--execute"]].concat());
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert!(
        run.stderr.contains("error: the gate is closed, nothing was sent:\n"),
        "{}",
        run.stderr
    );
    assert!(!folder.here.path().join("target/pipeline/foreign/receipt.json").exists());
}

#[test]
#[cfg(all(target_os = "linux", target_arch = "x86_64", target_env = "gnu"))]
fn a_folder_is_tested_published_and_verified() {
    let mut wheel = Wheel::pure("sum_up_to", "answer = 42\n");
    wheel.retag("py3", "none", "manylinux_2_17_x86_64");
    let folder = Folder::new(&[(&wheel.file, wheel.bytes())]);
    let (tools, index) = (Release::small(), Index::default());
    let port = index.start();
    let at = |path| format!("http://127.0.0.1:{port}/{path}/");
    let run = |arguments: &[&str]| {
        let mut command = tools.project.command_in(folder.here.path(), arguments);
        tools.with_one_python(&mut command);
        command.env("TWINE_USERNAME", USER).env("TWINE_PASSWORD", PASSWORD);
        tools.project.finish(limited::output(&mut command))
    };
    let smoke = run(&["smoke", "wheels"]);
    assert_eq!(smoke.code, 0, "{}{}", smoke.stdout, smoke.stderr);
    assert!(smoke.stdout.contains("passed\n"), "{}", smoke.stdout);
    let early = run(&["verify", "wheels", "--index-url", &at("simple")]);
    assert_eq!(early.code, 3, "{}", early.stderr);
    assert!(early.stderr.contains("error: there is no receipt to verify\n"), "{}", early.stderr);
    let to =
        ["--repository-url", &at("legacy"), "--index-url", &at("simple"), "--patience", PATIENCE];
    let published = run(&[&["publish", "wheels"][..], &to].concat());
    assert_eq!(published.code, 0, "{}{}", published.stdout, published.stderr);
    let again = run(&[&["publish", "wheels"][..], &to].concat());
    assert_eq!(again.code, 0, "{}{}", again.stdout, again.stderr);
    assert!(again.stderr.contains("already there sum_up_to-1.0-py3-none-"), "{}", again.stderr);
    let verified = run(&["verify", "wheels", "--index-url", &at("simple"), "--patience", PATIENCE]);
    assert_eq!(verified.code, 0, "{}{}", verified.stdout, verified.stderr);
    // On another machine, which has the files and the receipt.
    let other = tempfile::tempdir().expect("a folder");
    let job = other.path().join("jobs/published");
    fs::create_dir_all(&job).expect("a folder");
    let receipt = folder.here.path().join("target/pipeline/foreign/receipt.json");
    fs::copy(receipt, job.join("receipt.json")).expect("a receipt");
    let wheels = folder.wheels().display().to_string();
    let line = ["verify", &wheels, "--from", "jobs", "--index-url", &at("simple")];
    let mut command = tools.project.command_in(other.path(), &line);
    tools.with_one_python(&mut command);
    let verified = tools.project.finish(limited::output(&mut command));
    assert_eq!(verified.code, 0, "{}{}", verified.stdout, verified.stderr);
    // The index has other bytes than these.
    folder.put(&wheel.file, &Wheel::pure("sum_up_to", "answer = 43\n").bytes());
    let refused = run(&[&["publish", "wheels"][..], &to].concat());
    assert_eq!(refused.code, 1, "{}{}", refused.stdout, refused.stderr);
    assert!(refused.stderr.contains("the index has another file named"), "{}", refused.stderr);
}
