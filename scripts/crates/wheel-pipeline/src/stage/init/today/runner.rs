//! The kind of machine that a job runs on, by the label of its runner.

use serde_json::Value;

/// The operating system of a runner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunnerSystem {
    Linux,
    Macos,
    Windows,
}

/// A runner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Runner {
    pub system: RunnerSystem,
    /// True for a 64-bit Arm processor, false for x86-64.
    pub arm: bool,
}

/// The images of macOS on Intel's processors whose label does not say so
/// ([the list](https://docs.github.com/en/actions/reference/runners/github-hosted-runners)).
const INTEL: [&str; 3] = ["macos-12", "macos-13", "macos-11"];

impl Runner {
    /// The runner that a `runs-on` asks for. None for one whose labels say nothing.
    pub fn of(runs_on: &Value) -> Option<Self> {
        match runs_on {
            Value::String(label) => Self::of_label(label),
            Value::Array(labels) => labels.iter().find_map(Self::of),
            Value::Object(group) => Self::of(group.get("labels").or_else(|| group.get("group"))?),
            _ => None,
        }
    }

    fn of_label(label: &str) -> Option<Self> {
        let label = label.to_lowercase();
        let has = |part: &str| label.contains(part);
        let system = match () {
            () if has("windows") => RunnerSystem::Windows,
            () if has("macos") => RunnerSystem::Macos,
            () if has("ubuntu") || has("linux") => RunnerSystem::Linux,
            () => return None,
        };
        let intel =
            has("intel") || has("-large") || INTEL.iter().any(|start| label.starts_with(start));
        let arm = match system {
            RunnerSystem::Macos => !intel,
            RunnerSystem::Linux | RunnerSystem::Windows => has("arm") || has("aarch64"),
        };
        Some(Self { system, arm })
    }

    /// The value of `runner.os`.
    pub fn os(self) -> &'static str {
        match self.system {
            RunnerSystem::Linux => "Linux",
            RunnerSystem::Macos => "macOS",
            RunnerSystem::Windows => "Windows",
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_label_names_system_and_processor() {
        for (runs_on, system, arm) in [
            (json!("ubuntu-latest"), RunnerSystem::Linux, false),
            (json!("ubuntu-24.04-arm"), RunnerSystem::Linux, true),
            (json!(["self-hosted", "Linux", "X64"]), RunnerSystem::Linux, false),
            (json!("macos-13"), RunnerSystem::Macos, false),
            (json!("macos-15-intel"), RunnerSystem::Macos, false),
            (json!("macos-latest"), RunnerSystem::Macos, true),
            (json!("windows-11-arm"), RunnerSystem::Windows, true),
            (json!({ "group": "windows-large" }), RunnerSystem::Windows, false),
        ] {
            assert_eq!(Runner::of(&runs_on), Some(Runner { system, arm }), "{runs_on}");
        }
        assert_eq!(Runner::of(&json!("big-machine")), None);
    }
}
