//! Evidence and files of the jobs of a matrix: joined, and refused where they must not be joined.

use std::fs;
use std::path::PathBuf;

use wheel_audit::check::{CHECKS, Outcome};
use wheel_audit::plan::Plan;
use wheel_audit::wheel::Sha256Sum;
use wheel_pipeline::evidence::{
    AuditEvidence, BuildEvidence, BuiltFile, Comparison, SecondBuildEvidence, SmokeEvidence,
    SmokeOutcome, SmokeResult, write,
};
use wheel_pipeline::project::{Project, agreement};

use crate::release::Release;
use wheel_fixtures::project::ProgramRun;
use wheel_fixtures::release::{SDIST, WINDOWS};

/// A tagged commit, and a folder with the results of its jobs.
struct JobMatrix {
    release: Release,
    commit: String,
    plan: Plan,
}

impl JobMatrix {
    /// A job for each target, one for the audit, and one for each smoke test.
    fn new() -> Self {
        Self::with_change(|_| {})
    }

    /// The same, for a commit with a change.
    fn with_change(change: impl FnOnce(&Release)) -> Self {
        let release = Release::whole();
        change(&release);
        let root = release.project.root().to_owned();
        fs::remove_dir_all(root.join("dist")).expect("it was written");
        fs::remove_file(root.join("target/pipeline/build.json")).expect("it was written");
        release.project.write(".gitignore", "dist/\ntarget/\njobs/\n");
        release.project.commit();
        release.project.git(&["tag", "v1.0.0"]);
        let commit = release.project.git(&["rev-parse", "HEAD"]).trim().to_owned();
        let project = Project::read(&root).expect("a project");
        let plan = agreement::plan(&project, &["v1.0.0".to_owned()]).expect("a plan");
        let matrix = Self { release, commit, plan };
        matrix.write_jobs();
        matrix
    }

    fn job(&self, name: &str) -> PathBuf {
        self.release.project.root().join("jobs").join(name)
    }

    fn bytes(&self, file: &str) -> &[u8] {
        &self.release.files.iter().find(|(name, _)| *name == file).expect("a file").1
    }

    fn write_jobs(&self) {
        for wheel in &self.plan.wheels {
            let job = self.job(&format!("build-{}", wheel.target));
            fs::create_dir_all(job.join("dist")).expect("a folder");
            let files = [wheel.file.as_str(), SDIST].map(|file| {
                fs::write(job.join("dist").join(file), self.bytes(file)).expect("a file");
                self.built(file)
            });
            let build = BuildEvidence { files: files.into(), ..BuildEvidence::default() };
            write(&job.join("target/pipeline/build.json"), &build).expect("written");
        }
        for environment in &self.plan.environments {
            // An artifact of one file has no folders.
            let name = format!("smoke-{}-{}", environment.target, environment.python);
            let outcome = SmokeOutcome {
                target: environment.target,
                python: environment.python,
                release: format!("{}.0", environment.python),
                executable: "python".to_owned(),
                file: environment.file.clone(),
                sha256: Sha256Sum::digest(self.bytes(&environment.file)),
                result: SmokeResult::Passed,
                milliseconds: 1,
            };
            let not_here = vec!["all others".to_owned()];
            let smoke =
                SmokeEvidence { outcomes: vec![outcome], not_here, ..SmokeEvidence::default() };
            write(&self.job(&name).join("smoke.json"), &smoke).expect("written");
        }
        let ran = |check: &wheel_audit::check::Check| {
            (check.name.to_owned(), Outcome::Ran { findings: 0 })
        };
        let audit = AuditEvidence {
            files: self
                .plan
                .files()
                .map(|file| (file.to_owned(), Sha256Sum::digest(self.bytes(file))))
                .collect(),
            checks: CHECKS.iter().map(ran).collect(),
            findings: Vec::new(),
            unread: Vec::new(),
        };
        write(&self.job("audit").join("audit.json"), &audit).expect("written");
        self.write_second_build(&[]);
    }

    /// Writes the judgement of a second builder on the wheel for Windows.
    fn write_second_build(&self, differences: &[&str]) {
        let compared = Comparison {
            ours: WINDOWS.to_owned(),
            theirs: WINDOWS.to_owned(),
            differences: differences.iter().map(|line| (*line).to_owned()).collect(),
            notes: Vec::new(),
        };
        let sdist = Some(Sha256Sum::digest(self.bytes(SDIST)));
        let second = SecondBuildEvidence { sdist, compared: vec![compared], unmatched: Vec::new() };
        let job = self.job("second-build-windows-2025");
        write(&job.join("second-build.json"), &second).expect("written");
    }

    fn built(&self, file: &str) -> BuiltFile {
        let bytes = self.bytes(file);
        BuiltFile {
            file: file.to_owned(),
            sha256: Sha256Sum::digest(bytes),
            size: bytes.len() as u64,
            triple: None,
            builder: "maturin 1.16.0".to_owned(),
            cross_built: false,
            commit: Some(self.commit.clone()),
            dirty: false,
            epoch: 0,
        }
    }

    /// Changes the record of the job that built for Windows.
    fn change(&self, change: impl FnOnce(&mut BuildEvidence)) {
        let path = self.job("build-win_amd64").join("target/pipeline/build.json");
        let mut build = wheel_pipeline::evidence::read(&path).expect("whole").expect("there");
        change(&mut build);
        write(&path, &build).expect("written");
    }

    fn gate(&self) -> ProgramRun {
        let jobs = self.release.project.root().join("jobs");
        self.release.project.run(&["gate", "--from", &jobs.display().to_string()])
    }

    /// The refusal of jobs that cannot be joined. Asserts that nothing was changed.
    fn refused(&self) -> String {
        let run = self.gate();
        assert_eq!(run.code, 1, "{}{}", run.stdout, run.stderr);
        assert_eq!(self.release.project.dist(), [""; 0]);
        assert!(!self.release.project.work().join("build.json").exists());
        run.stderr
    }
}

#[test]
fn the_evidence_of_all_jobs_opens_the_gate() {
    let matrix = JobMatrix::new();
    let run = matrix.gate();
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    assert_eq!(
        run.stdout,
        "0 waived\n1 of 3 wheels agree with a second builder's\nthe gate is open\n"
    );
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
            "closed: the second builder's `{WINDOWS}` differs: members of ours alone: a.py\n0 waived\n\
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
        "0 waived\n1 of 3 wheels agree with a second builder's\nthe gate is open, once the commit carries a version tag\n"
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
        "closed: no smoke test of this build: win_amd64 on Python 3.13\n0 waived\n1 of 3 wheels agree with a second builder's\n"
    );

    fs::remove_dir_all(matrix.job("audit")).expect("it came");
    fs::remove_file(matrix.release.project.work().join("audit.json")).expect("it was gathered");
    assert!(matrix.gate().stdout.contains("closed: there was no audit\n"));
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
        "waived: win_amd64 on Python 3.13, until 9999-12-31: no runner\n1 waived\n1 of 3 wheels agree with a second builder's\nthe gate is open\n"
    );
    assert_eq!(run.code, 0);
}

#[test]
fn a_waiver_that_was_not_committed_opens_nothing() {
    let matrix = JobMatrix::new();
    let reason = "the checkout differs from its commit";
    matrix.release.project.change("pyproject.toml", "smoke = ", "# more\nsmoke = ");
    let run = matrix.gate();
    assert_eq!(
        (run.code, run.stdout),
        (1, format!("closed: {reason}\n0 waived\n1 of 3 wheels agree with a second builder's\n"))
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

    let matrix = JobMatrix::new();
    matrix.change(|build| build.files[0].cross_built = true);
    let closed = matrix.gate().stdout;
    assert!(
        closed.contains(&format!("closed: `{WINDOWS}` was cross-built, by maturin 1.16.0\n")),
        "{closed}"
    );
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
    fs::create_dir_all(matrix.job("build-nothing")).expect("a folder");
    let error = matrix.refused();
    assert!(error.contains("`build-nothing` holds neither files nor evidence"), "{error}");
    let nowhere = matrix.release.project.run(&["gate", "--from", "/nowhere/at/all"]);
    assert_eq!(nowhere.code, 3, "{}", nowhere.stderr);
    assert!(nowhere.stderr.contains("hint: `--from` needs a folder"), "{}", nowhere.stderr);
}

#[test]
fn a_closed_gate_sends_no_file() {
    let matrix = JobMatrix::new();
    fs::remove_dir_all(matrix.job("audit")).expect("it came");
    let jobs = matrix.release.project.root().join("jobs").display().to_string();
    let nobody =
        ["--repository-url", "https://127.0.0.1.invalid/", "--index-url", "http://127.0.0.1:1/"];
    let run = matrix
        .release
        .project
        .run(&[&["publish", "--execute", "--from", &jobs], &nobody[..]].concat());
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert!(
        run.stderr.contains("error: the gate is closed, nothing was sent:\n  there was no audit"),
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
