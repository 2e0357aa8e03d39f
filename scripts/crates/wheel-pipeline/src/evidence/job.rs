//! The jobs of a release workflow: by their names, the files and the kinds of evidence that each may make.
//!
//! A job is known by the name of its artifact. Another job, or whoever can add an artifact, could otherwise replace what
//! an honest job found.

use wheel_audit::plan::Plan;
use wheel_audit::target::Target;

use crate::evidence::{
    AuditEvidence, BuildEvidence, Evidence, Kind, Receipt, SecondBuildEvidence, SmokeEvidence,
    VerifyEvidence,
};

/// The results of one job.
#[derive(Clone, Debug, Default)]
pub struct Job {
    /// The name of the job's folder.
    pub name: String,
    pub evidence: Evidence,
}

/// The purpose of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobKind {
    /// `sdist`: builds the sdist.
    Sdist,
    /// `build-TARGET` and `rebuild-TARGET`: build the sdist and the wheels for one target.
    Build(Target),
    /// `second-build-RUNNER`: builds with another builder, and compares.
    SecondBuild,
    /// `audit`.
    Audit,
    /// `smoke-TARGET-PYTHON` and `smoke-container-TARGET`: test the wheels for one target.
    Smoke(Target),
    /// `release`: joins the results of all jobs above, and judges them.
    Gate,
    /// `published`: adds the receipt of the upload.
    Publish,
    /// `verified-TARGET`: installs the release from the index.
    Verify(Target),
    /// `smoke-NAME`: tests the wheels of a folder, for any target. A folder has no plan of jobs.
    SmokeAny,
    /// `foreign-NAME`: holds files that another builder made, and no evidence.
    Foreign,
    /// `program`: builds this program for the jobs that have rights.
    Program,
}

/// The beginning of the names of the jobs that build a target again.
pub const REBUILD: &str = "rebuild-";

/// The names of jobs, for messages.
pub const NAMES: &str = "`sdist`, `build-TARGET`, `rebuild-TARGET`, `second-build-RUNNER`, `audit`, \
     `smoke-TARGET-PYTHON`, `smoke-container-TARGET`, `foreign-NAME`, `release`, `published`, \
     `verified-TARGET`, or for a folder of wheels `smoke-NAME`";

impl JobKind {
    /// The job of this name. None if the plan expects no such job.
    pub fn of(name: &str, plan: &Plan) -> Option<Self> {
        let named =
            |text: &str, all: Vec<Target>| all.into_iter().find(|one| one.to_string() == text);
        let target = |text: &str| named(text, plan.targets());
        let platform = |text: &str| named(text, plan.platforms());
        // A target contains no hyphen.
        let tested = |text: &str| {
            let (text, python) = text.split_once('-')?;
            let promised = |one: &Target| {
                let mut environments = plan.environments.iter();
                environments.any(|all| all.target == *one && all.python.to_string() == python)
            };
            platform(text).filter(promised)
        };
        match name {
            "sdist" => return Some(Self::Sdist),
            "audit" => return Some(Self::Audit),
            "release" => return Some(Self::Gate),
            "published" => return Some(Self::Publish),
            "program" => return Some(Self::Program),
            _ => {}
        }
        let after = |start| name.strip_prefix(start);
        let is_named = |start| after(start).is_some_and(|rest: &str| !rest.is_empty());
        if is_named("foreign-") {
            return Some(Self::Foreign);
        }
        if is_named("smoke-") && plan.files().all(|file| plan.is_foreign(file)) {
            return Some(Self::SmokeAny);
        }
        if let Some(runner) = after("second-build-") {
            (!runner.is_empty()).then_some(Self::SecondBuild)
        } else if let Some(text) = after("build-").or_else(|| after(REBUILD)) {
            target(text).map(Self::Build)
        } else if let Some(text) = after("smoke-container-") {
            platform(text).map(Self::Smoke)
        } else if let Some(text) = after("smoke-") {
            tested(text).map(Self::Smoke)
        } else if let Some(text) = after("verified-") {
            platform(text).map(Self::Verify)
        } else {
            None
        }
    }

    /// Returns true if the job may make this file.
    fn makes(self, file: &str, plan: &Plan) -> bool {
        let planned =
            |target| plan.wheels.iter().any(|all| all.file == file && all.target == target);
        let is_sdist = plan.sdist.as_deref() == Some(file);
        match self {
            Self::Sdist => is_sdist,
            Self::Build(target) => is_sdist || planned(target),
            // Which files another builder may make is a matter of patterns.
            Self::Gate | Self::Publish | Self::Foreign => true,
            Self::SecondBuild
            | Self::Audit
            | Self::Smoke(_)
            | Self::SmokeAny
            | Self::Verify(_)
            | Self::Program => false,
        }
    }

    /// The target that the job's tests are limited to.
    fn target(self) -> Option<Target> {
        match self {
            Self::Smoke(target) | Self::Verify(target) => Some(target),
            _ => None,
        }
    }

    /// The evidence that the job makes, by file name.
    fn evidence(self) -> &'static [&'static str] {
        match self {
            Self::Sdist | Self::Build(_) => &[BuildEvidence::FILE],
            Self::Audit => &[AuditEvidence::FILE],
            Self::Smoke(_) | Self::SmokeAny => &[SmokeEvidence::FILE],
            Self::SecondBuild => &[SecondBuildEvidence::FILE],
            Self::Gate => &PUBLISHED[..4],
            Self::Publish => PUBLISHED,
            Self::Verify(_) => &[VerifyEvidence::FILE],
            Self::Program | Self::Foreign => &[],
        }
    }
}

/// The evidence that the gate judges, and the receipt.
const PUBLISHED: &[&str] = &[
    BuildEvidence::FILE,
    AuditEvidence::FILE,
    SmokeEvidence::FILE,
    SecondBuildEvidence::FILE,
    Receipt::FILE,
];

impl Job {
    /// Everything that a job of this kind does not make. `files` are the names of its files.
    pub fn excess(&self, kind: JobKind, files: &[&str], plan: &Plan) -> Vec<String> {
        let mut excess = Vec::new();
        let mut say = |what: String| excess.push(format!("`{}` {what}", self.name));
        let kinds = self.evidence.kinds().into_iter();
        for file in kinds.filter(|file| !kind.evidence().contains(file)) {
            say(format!("holds `{file}`, which such a job does not make"));
        }
        for file in files.iter().filter(|file| !kind.makes(file, plan)) {
            say(format!("holds `{file}`, which such a job does not make"));
        }
        let recorded = self.evidence.build.iter().flat_map(|build| &build.files);
        for built in recorded.filter(|built| !kind.makes(&built.file, plan)) {
            say(format!("has a record of `{}`, which such a job does not make", built.file));
        }
        let verified = self.evidence.verify.iter().map(|verified| &verified.runs);
        let runs = self.evidence.smoke.iter().chain(verified);
        let others = runs.flat_map(|runs| &runs.outcomes);
        for outcome in others.filter(|run| kind.target().is_some_and(|target| run.target != target))
        {
            say(format!("has a test on {}, where such a job does not test", outcome.target));
        }
        excess
    }
}

#[cfg(test)]
mod tests {
    use wheel_audit::family::{Family, PythonVersion};
    use wheel_audit::plan::Promise;

    use super::*;

    fn plan() -> Plan {
        Plan::new(&Promise {
            name: "a".to_owned(),
            version: "1.0".parse().expect("a version"),
            tag: None,
            families: vec![
                Family::Abi3 { floor: PythonVersion::new(3, 10) },
                Family::Exact(PythonVersion::new(3, 11).pypy(7, 3)),
            ],
            targets: vec![target("manylinux_2_17_x86_64"), target("win_amd64")],
            pythons: ["3.13", "pypy3.11-v7.3"].map(|python| python.parse().expect(python)).into(),
        })
        .expect("every Python has a wheel")
    }

    fn target(text: &str) -> Target {
        text.parse().expect("a tag")
    }

    #[test]
    fn a_job_is_known_by_its_name() {
        let windows = target("win_amd64");
        for (name, kind) in [
            ("sdist", JobKind::Sdist),
            ("build-win_amd64", JobKind::Build(windows)),
            ("rebuild-win_amd64", JobKind::Build(windows)),
            ("second-build-windows-2025", JobKind::SecondBuild),
            ("audit", JobKind::Audit),
            ("smoke-win_amd64-3.13", JobKind::Smoke(windows)),
            ("smoke-win_amd64-pypy3.11-v7.3", JobKind::Smoke(windows)),
            ("smoke-container-win_amd64", JobKind::Smoke(windows)),
            ("release", JobKind::Gate),
            ("published", JobKind::Publish),
            ("verified-win_amd64", JobKind::Verify(windows)),
            ("program", JobKind::Program),
            ("foreign-pypy", JobKind::Foreign),
        ] {
            assert_eq!(JobKind::of(name, &plan()), Some(kind), "{name}");
        }
    }

    #[test]
    fn a_set_of_files_from_elsewhere_is_tested_by_jobs_of_any_name() {
        let mut plan = plan();
        plan.foreign = plan.files().map(str::to_owned).collect();
        for name in ["smoke-ubuntu-24.04", "smoke-win_amd64-3.13", "smoke-x"] {
            assert_eq!(JobKind::of(name, &plan), Some(JobKind::SmokeAny), "{name}");
        }
        assert_eq!(JobKind::of("smoke-", &plan), None);
        plan.foreign.pop();
        assert_eq!(JobKind::of("smoke-x", &plan), None);
    }

    #[test]
    fn a_name_that_the_plan_does_not_expect_is_no_job() {
        for name in [
            "dist",
            "target",
            "",
            "Audit",
            "audit ",
            "build-",
            "build-win32",
            "build-win_amd64-2",
            "smoke-win_amd64",
            "smoke-win_amd64-3.12",
            "smoke-win_amd64-pypy3.11-v8.0",
            "smoke-win32-3.13",
            "smoke-container-win32",
            "second-build-",
            "verified-win32",
            "..",
            "release-2",
            "foreign-",
            "smoke-x",
        ] {
            assert_eq!(JobKind::of(name, &plan()), None, "{name}");
        }
    }
}
