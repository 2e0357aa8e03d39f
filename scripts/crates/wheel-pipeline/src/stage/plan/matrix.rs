//! The job matrices of the release workflow, derived from the plan.

use serde::Serialize;
use serde_json::json;
use wheel_audit::family::PythonVersion;
use wheel_audit::plan::Plan;
use wheel_audit::target::{System, Target};

/// All matrices. The jobs of a matrix run the same command with other values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matrices {
    pub build: Vec<TargetJob>,
    /// One job for each promised Python of a target, on a runner of that platform.
    pub smoke: Vec<SmokeJob>,
    /// One job for each Linux target, with all promised Pythons in the official image.
    pub container: Vec<TargetJob>,
    /// One job of the second builder for each kind of runner.
    pub second: Vec<SecondJob>,
    pub verify: Vec<TargetJob>,
}

/// A job for a target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TargetJob {
    /// The promised Pythons, one a line, as actions/setup-python accepts a list.
    pub pythons: String,
    pub runner: &'static str,
    pub target: Target,
}

/// A job for one Python of a target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SmokeJob {
    /// The processor of the Python, in the words of actions/setup-python.
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
        let (targets, platforms) = (plan.targets(), plan.platforms());
        let built = plan.built_here().targets();
        let job = |target: &Target| {
            let pythons = plan.only(&[*target]).pythons();
            let pythons: Vec<String> = pythons.iter().map(ToString::to_string).collect();
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
        // Targets that no runner can run get no job.
        let native: Vec<Target> =
            platforms.iter().filter(|target| target.runs_on_runner()).copied().collect();
        let mut second: Vec<SecondJob> = Vec::new();
        for target in &native {
            let job = SecondJob { runner: target.runner() };
            if !second.contains(&job) {
                second.push(job);
            }
        }
        Self {
            build: built.iter().map(job).collect(),
            smoke: smoke.collect(),
            container: targets.iter().filter(linux).map(job).collect(),
            second,
            verify: native.iter().map(job).collect(),
        }
    }

    /// A line for each matrix, in the format of a step's outputs on GitHub.
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
