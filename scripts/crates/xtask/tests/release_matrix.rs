//! The jobs of a release: their joined evidence opens the gate, and the gate needs every job.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use wheel_audit::check::{CHECKS, Outcome};
use wheel_audit::family::PythonVersion;
use wheel_audit::plan::Plan;
use wheel_audit::target::{System, Target};
use wheel_audit::wheel::Sha256Sum;
use wheel_pipeline::evidence::gate::judge::judge;
use wheel_pipeline::evidence::gate::{GateDecision, GateInput};
use wheel_pipeline::evidence::job::{Job, JobKind};
use wheel_pipeline::evidence::join::join;
use wheel_pipeline::evidence::{
    AuditEvidence, BuildEvidence, BuiltFile, SecondBuildEvidence, SmokeEvidence, SmokeOutcome,
    SmokeResult, TestedSource,
};
use wheel_pipeline::project::foreign::ForeignPatterns;
use wheel_pipeline::project::{CrossBuilt, Project, agreement};
use wheel_pipeline::stage::plan::matrix::{Matrices, TargetJob};

const COMMIT: &str = "0000000000000000000000000000000000000000";

fn plan() -> Plan {
    let root = &Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..");
    let project = Project::read(root, None).expect("the repository is a project");
    agreement::plan(&project, &[format!("v{}", project.version)]).expect("its files agree")
}

fn built(files: impl IntoIterator<Item = String>) -> BuildEvidence {
    let record = |file: String| BuiltFile {
        sha256: Sha256Sum::digest(file.as_bytes()),
        size: 1,
        triple: None,
        builder: "maturin".to_owned(),
        cross_built: false,
        elsewhere: false,
        commit: Some(COMMIT.to_owned()),
        dirty: false,
        epoch: 0,
        file,
    };
    BuildEvidence { files: files.into_iter().map(record).collect(), ..BuildEvidence::default() }
}

/// The evidence of a job that built a target.
fn build_job(plan: &Plan, kind: &str, target: Target) -> Job {
    let wheels = plan.wheels.iter().filter(|wheel| wheel.target == target);
    let files = wheels.map(|wheel| wheel.file.clone()).chain(plan.sdist.clone());
    Job { name: format!("{kind}-{target}"), evidence: built(files).into() }
}

/// The evidence of a job that tested a target on some Pythons.
fn smoke_job(plan: &Plan, target: Target, pythons: &[PythonVersion]) -> Job {
    let tested = plan
        .environments
        .iter()
        .filter(|promise| promise.target == target && pythons.contains(&promise.python));
    let outcomes = tested.map(|promise| SmokeOutcome {
        target,
        python: promise.python,
        release: promise.python.to_string(),
        executable: "python".to_owned(),
        native: true,
        file: promise.file.clone(),
        sha256: Sha256Sum::digest(promise.file.as_bytes()),
        result: SmokeResult::Passed,
        milliseconds: 1,
    });
    let source = TestedSource { commit: Some(COMMIT.to_owned()), dirty: false, plan: plan.sum() };
    let smoke = SmokeEvidence {
        source: Some(source),
        outcomes: outcomes.collect(),
        ..SmokeEvidence::default()
    };
    let name = match pythons {
        [python] => format!("smoke-{target}-{python}"),
        _ => format!("smoke-container-{target}"),
    };
    Job { name, evidence: smoke.into() }
}

/// The evidence of all jobs. The smoke tests are the second list.
fn jobs(plan: &Plan) -> (Vec<Job>, Vec<Job>) {
    let matrices = Matrices::from_plan(plan);
    let both = |job: &TargetJob| ["build", "rebuild"].map(|kind| build_job(plan, kind, job.target));
    let mut others: Vec<Job> = matrices.build.iter().flat_map(both).collect();
    let files: BTreeMap<String, Sha256Sum> =
        plan.files().map(|file| (file.to_owned(), Sha256Sum::digest(file.as_bytes()))).collect();
    let checks = CHECKS.iter().map(|check| (check.name.to_owned(), Outcome::Ran { findings: 0 }));
    let audit = AuditEvidence { files, checks: checks.collect(), ..AuditEvidence::default() };
    others.push(Job { name: "audit".to_owned(), evidence: audit.into() });
    for job in &matrices.second {
        let second = SecondBuildEvidence {
            sdist: plan.sdist.as_deref().map(|file| Sha256Sum::digest(file.as_bytes())),
            ..SecondBuildEvidence::default()
        };
        let name = format!("second-build-{}", job.runner);
        others.push(Job { name, evidence: second.into() });
    }
    let single = matrices.smoke.iter().map(|job| smoke_job(plan, job.target, &[job.python]));
    let whole = matrices.container.iter().map(|job| {
        let pythons: Vec<PythonVersion> =
            job.pythons.lines().map(|python| python.parse().expect("a version")).collect();
        smoke_job(plan, job.target, &pythons)
    });
    (others, single.chain(whole).collect())
}

fn judged(plan: &Plan, jobs: &[Job]) -> GateDecision {
    for job in jobs {
        let kind = JobKind::of(&job.name, plan).expect("the plan expects the job");
        assert_eq!(job.excess(kind, &[], plan), [""; 0], "{}", job.name);
    }
    let joined = join(jobs).expect("no contradiction");
    let build = joined.build.as_ref().expect("something was built");
    let dist = build.files.iter().map(|file| (file.file.clone(), file.sha256)).collect();
    judge(&GateInput {
        plan,
        has_project: true,
        commit: Some(COMMIT),
        dirty: false,
        waivers: &[],
        allow_untested: false,
        foreign: &ForeignPatterns::default(),
        accept: &[],
        strict: false,
        cross_built: CrossBuilt::Tested,
        rebuild: true,
        second_build: true,
        today: "2026-12-01".parse().expect("a day"),
        dist: &dist,
        evidence: &joined,
    })
}

#[test]
fn the_jobs_of_the_matrix_open_the_gate() {
    let plan = plan();
    let (others, smokes) = jobs(&plan);
    let all: Vec<Job> = others.into_iter().chain(smokes).collect();
    let judgement = judged(&plan, &all);
    assert_eq!(judgement.closed(), [""; 0]);
    assert_eq!(judgement.warnings, [""; 0]);
    let joined = join(&all).expect("no contradiction").smoke.expect("tested");
    let tested: BTreeSet<_> =
        joined.outcomes.iter().map(|outcome| (outcome.target, outcome.python)).collect();
    let promised: BTreeSet<_> =
        plan.environments.iter().map(|promise| (promise.target, promise.python)).collect();
    assert_eq!(tested, promised, "the jobs test exactly the promised environments");
}

#[test]
fn without_a_smoke_job_the_gate_names_the_untested_environments() {
    let plan = plan();
    let (others, smokes) = jobs(&plan);
    let environments = |jobs: &[Job]| -> BTreeSet<(Target, PythonVersion)> {
        let smokes = jobs.iter().filter_map(|job| job.evidence.smoke.as_ref());
        let outcomes = smokes.flat_map(|smoke| &smoke.outcomes);
        outcomes.map(|outcome| (outcome.target, outcome.python)).collect()
    };
    let mut closed = 0;
    for missing in 0..smokes.len() {
        let mut rest = smokes.clone();
        let gone = rest.remove(missing);
        // One reason for each platform, with its Pythons in the order of the plan.
        let lost = &environments(&[gone]) - &environments(&rest);
        let reason = |target: Target| {
            let there = plan.environments.iter().filter(|promise| promise.target == target);
            let lost = there.filter(|promise| lost.contains(&(target, promise.python)));
            let pythons: Vec<String> = lost.map(|promise| promise.python.to_string()).collect();
            format!("no smoke test of this build: {target} on Python {}", pythons.join(", "))
        };
        let lost: BTreeSet<String> = lost.iter().map(|(target, _)| reason(*target)).collect();
        let all: Vec<Job> = others.iter().cloned().chain(rest).collect();
        let reasons: BTreeSet<String> = judged(&plan, &all).closed().into_iter().collect();
        assert_eq!(reasons, lost);
        closed += usize::from(!lost.is_empty());
    }
    // Two Linux platforms are tested twice: with a runner's Pythons, and in an image.
    let twice = plan
        .environments
        .iter()
        .filter(|promise| {
            promise.target.runner_python().is_some()
                && matches!(promise.target.system(), System::Manylinux { .. })
        })
        .count();
    assert_eq!(closed, smokes.len() - twice - 2);
}
