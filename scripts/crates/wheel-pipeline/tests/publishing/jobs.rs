//! A tagged commit with the results of its jobs, as a workflow downloads them.

use std::fs;
use std::path::PathBuf;

use wheel_audit::check::{CHECKS, Outcome};
use wheel_audit::plan::{Plan, PromisedEnvironment};
use wheel_audit::wheel::Sha256Sum;
use wheel_pipeline::evidence::{
    AuditEvidence, BuildEvidence, BuiltFile, Comparison, SecondBuildEvidence, SmokeEvidence,
    SmokeOutcome, SmokeResult, TestedSource, read, write,
};
use wheel_pipeline::project::{Project, agreement};

use crate::release::Release;
use wheel_fixtures::project::ProgramRun;
use wheel_fixtures::release::{SDIST, WINDOWS};

/// A run of the gate without the table of the files, which comes before the decision.
pub fn decision(run: ProgramRun) -> ProgramRun {
    let decided = run.stdout.split_once("\n\n").map(|(_, decided)| decided.to_owned());
    ProgramRun { stdout: decided.unwrap_or_default(), ..run }
}

/// The outcome of a test that passed, of a file with these bytes.
pub fn passed(environment: &PromisedEnvironment, bytes: &[u8]) -> SmokeOutcome {
    SmokeOutcome {
        target: environment.target,
        python: environment.python,
        release: format!("{}.0", environment.python),
        executable: "python".to_owned(),
        native: true,
        file: environment.file.clone(),
        sha256: Sha256Sum::digest(bytes),
        result: SmokeResult::Passed,
        milliseconds: 1,
    }
}

/// A tagged commit, and a folder with the results of its jobs.
pub struct JobMatrix {
    pub release: Release,
    pub commit: String,
    pub plan: Plan,
}

impl JobMatrix {
    /// A job for each target, one for the audit, and one for each smoke test.
    pub fn new() -> Self {
        Self::with_change(|_| {})
    }

    /// The same, for a commit with a change.
    pub fn with_change(change: impl FnOnce(&Release)) -> Self {
        let release = Release::whole();
        change(&release);
        let root = release.project.root().to_owned();
        fs::remove_dir_all(root.join("dist")).expect("it was written");
        fs::remove_file(root.join("target/pipeline/build.json")).expect("it was written");
        release.project.write(".gitignore", "dist/\ntarget/\njobs/\n");
        release.project.commit();
        release.project.git(&["tag", "v1.0.0"]);
        let commit = release.project.git(&["rev-parse", "HEAD"]).trim().to_owned();
        let project = Project::read(&root, None).expect("a project");
        let plan = agreement::plan(&project, &["v1.0.0".to_owned()]).expect("a plan");
        let matrix = Self { release, commit, plan };
        matrix.write_jobs();
        matrix
    }

    pub fn job(&self, name: &str) -> PathBuf {
        self.release.project.root().join("jobs").join(name)
    }

    pub fn bytes(&self, file: &str) -> &[u8] {
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
            let outcome = passed(environment, self.bytes(&environment.file));
            let not_here = vec!["all others".to_owned()];
            let source = TestedSource {
                commit: Some(self.commit.clone()),
                dirty: false,
                plan: self.plan.sum(),
            };
            let smoke = SmokeEvidence {
                source: Some(source),
                outcomes: vec![outcome],
                not_here,
                ..SmokeEvidence::default()
            };
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
            ..AuditEvidence::default()
        };
        write(&self.job("audit").join("audit.json"), &audit).expect("written");
        self.write_second_build(&[]);
    }

    /// Writes the judgement of a second builder on the wheel for Windows.
    pub fn write_second_build(&self, differences: &[&str]) {
        let compared = Comparison {
            ours: WINDOWS.to_owned(),
            theirs: WINDOWS.to_owned(),
            differences: differences.iter().map(|line| (*line).to_owned()).collect(),
            notes: Vec::new(),
        };
        let sdist = Some(Sha256Sum::digest(self.bytes(SDIST)));
        let second = SecondBuildEvidence {
            sdist,
            files: [(WINDOWS.to_owned(), Sha256Sum::digest(self.bytes(WINDOWS)))].into(),
            compared: vec![compared],
            unmatched: Vec::new(),
        };
        let job = self.job("second-build-windows-2025");
        write(&job.join("second-build.json"), &second).expect("written");
    }

    pub fn built(&self, file: &str) -> BuiltFile {
        let bytes = self.bytes(file);
        BuiltFile {
            file: file.to_owned(),
            sha256: Sha256Sum::digest(bytes),
            size: bytes.len() as u64,
            triple: None,
            builder: "maturin 1.16.0".to_owned(),
            cross_built: false,
            elsewhere: false,
            commit: Some(self.commit.clone()),
            dirty: false,
            epoch: 0,
        }
    }

    /// Changes the record of the job that built for Windows.
    pub fn change(&self, change: impl FnOnce(&mut BuildEvidence)) {
        let path = self.job("build-win_amd64").join("target/pipeline/build.json");
        let mut build = wheel_pipeline::evidence::read(&path).expect("whole").expect("there");
        change(&mut build);
        write(&path, &build).expect("written");
    }

    /// Puts other bytes in the place of the wheel for Windows, with all evidence that a build of them would leave.
    pub fn replace_windows(&self, bytes: &[u8]) {
        let sum = Sha256Sum::digest(bytes);
        fs::write(self.job("build-win_amd64").join("dist").join(WINDOWS), bytes).expect("written");
        self.change(|build| {
            let mut files = build.files.iter_mut();
            files.find(|file| file.file == WINDOWS).expect("it was built").sha256 = sum;
        });
        for python in ["3.10", "3.13"] {
            let path = self.job(&format!("smoke-win_amd64-{python}")).join("smoke.json");
            let mut smoke: SmokeEvidence = read(&path).expect("whole").expect("there");
            smoke.outcomes[0].sha256 = sum;
            write(&path, &smoke).expect("written");
        }
        let path = self.job("audit").join("audit.json");
        let mut audit: AuditEvidence = read(&path).expect("whole").expect("there");
        audit.files.insert(WINDOWS.to_owned(), sum);
        write(&path, &audit).expect("written");
    }

    /// Runs the gate. What it prints is the decision, without the table of the files.
    pub fn gate(&self) -> ProgramRun {
        let jobs = self.release.project.root().join("jobs");
        decision(self.release.project.run(&["gate", "--from", &jobs.display().to_string()]))
    }

    /// The refusal of jobs that cannot be joined. Asserts that nothing was changed.
    pub fn refused(&self) -> String {
        let run = self.gate();
        assert_eq!(run.code, 1, "{}{}", run.stdout, run.stderr);
        assert_eq!(self.release.project.dist(), [""; 0]);
        assert!(!self.release.project.work().join("build.json").exists());
        run.stderr
    }
}
