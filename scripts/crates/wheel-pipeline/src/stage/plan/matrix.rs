//! The jobs of a release that multiply: what the plan says, as the matrices of a workflow.

use serde::Serialize;
use serde_json::json;
use wheel_audit::family::PythonVersion;
use wheel_audit::plan::Plan;
use wheel_audit::target::{System, Target};

/// Every matrix. Each of its jobs is the same command, with other values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matrices {
    pub build: Vec<TargetJob>,
    /// One Python of a platform that its runner is.
    pub smoke: Vec<SmokeJob>,
    /// All Pythons of a platform of Linux, in the official image.
    pub container: Vec<TargetJob>,
    /// The second builder, on each kind of runner.
    pub second: Vec<SecondJob>,
    pub verify: Vec<TargetJob>,
}

/// A job for a target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TargetJob {
    /// The promised Pythons, in the form in which the action that installs them takes a list.
    pub pythons: String,
    pub runner: &'static str,
    pub target: Target,
}

/// A job for one Python of a target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SmokeJob {
    /// The processor of that Python, as the action that installs it calls it.
    pub architecture: &'static str,
    pub python: PythonVersion,
    pub runner: &'static str,
    pub target: Target,
}

/// A job of the second builder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SecondJob {
    pub runner: &'static str,
}

impl Matrices {
    /// The matrices of a plan.
    pub fn from_plan(plan: &Plan) -> Self {
        let targets = plan.targets();
        let job = |target: &Target| {
            let here = plan.environments.iter().filter(|promise| promise.target == *target);
            let pythons: Vec<String> = here.map(|promise| promise.python.to_string()).collect();
            TargetJob { pythons: pythons.join("\n"), runner: target.runner(), target: *target }
        };
        let smoke = plan.environments.iter().filter_map(|promise| {
            Some(SmokeJob {
                architecture: promise.target.runner_python()?,
                python: promise.python,
                runner: promise.target.runner(),
                target: promise.target,
            })
        });
        let linux = |target: &&Target| {
            matches!(target.system(), System::Manylinux { .. } | System::Musllinux { .. })
        };
        // Where a runner cannot run what was built, a job would only say so.
        let native: Vec<Target> =
            targets.iter().filter(|target| target.runs_on_runner()).copied().collect();
        let mut second: Vec<SecondJob> = Vec::new();
        for target in &native {
            let job = SecondJob { runner: target.runner() };
            if !second.contains(&job) {
                second.push(job);
            }
        }
        Self {
            build: targets.iter().map(job).collect(),
            smoke: smoke.collect(),
            container: targets.iter().filter(linux).map(job).collect(),
            second,
            verify: native.iter().map(job).collect(),
        }
    }

    /// A line for each matrix, as GitHub takes a step's outputs.
    pub fn lines(&self) -> String {
        let line = |name: &str, jobs: serde_json::Value| {
            format!("{name}={}\n", json!({ "include": jobs }))
        };
        [
            line("build", json!(self.build)),
            line("smoke", json!(self.smoke)),
            line("container", json!(self.container)),
            line("second", json!(self.second)),
            line("verify", json!(self.verify)),
        ]
        .concat()
    }
}
