//! The making and the tests of each file of a release, for the report of the gate.

use serde::{Deserialize, Serialize};
use wheel_audit::family::PythonVersion;
use wheel_audit::plan::Plan;

use crate::evidence::{BuiltFile, Evidence, SmokeOutcome, SmokeResult};

/// The making and the tests of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileOrigin {
    pub file: String,
    /// The Rust target and the tools, with the linker.
    pub made: String,
    /// The Pythons on which these bytes passed the test on a machine of their platform.
    pub native: Vec<PythonVersion>,
    /// The Pythons on which these bytes passed the test under an emulator alone.
    pub emulated: Vec<PythonVersion>,
}

impl FileOrigin {
    /// The origins of all files of a plan that were built.
    pub fn all(plan: &Plan, evidence: &Evidence) -> Vec<Self> {
        let build = evidence.build.iter();
        let built = build.flat_map(|build| plan.files().filter_map(|file| build.file(file)));
        built.map(|built| Self::new(plan, evidence, built)).collect()
    }

    fn new(plan: &Plan, evidence: &Evidence, built: &BuiltFile) -> Self {
        let passed = |outcome: &&SmokeOutcome| {
            outcome.sha256 == built.sha256 && outcome.result == SmokeResult::Passed
        };
        let outcomes = evidence.smoke.iter().flat_map(|smoke| &smoke.outcomes);
        let outcomes: Vec<&SmokeOutcome> = outcomes.filter(passed).collect();
        let (mut native, mut emulated) = (Vec::new(), Vec::new());
        for promise in plan.environments.iter().filter(|promise| promise.file == built.file) {
            let mut here = outcomes.iter().filter(|outcome| {
                (outcome.target, outcome.python) == (promise.target, promise.python)
            });
            match here.clone().any(|outcome| outcome.native) {
                true => native.push(promise.python),
                false if here.next().is_some() => emulated.push(promise.python),
                false => {}
            }
        }
        Self { file: built.file.clone(), made: made(built), native, emulated }
    }
}

fn made(built: &BuiltFile) -> String {
    let cross_built = if built.cross_built { "cross-built, " } else { "" };
    match &built.triple {
        Some(triple) => format!("{cross_built}{triple}, {}", built.builder),
        None => format!("{cross_built}{}", built.builder),
    }
}
