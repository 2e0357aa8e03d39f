//! A workflow as it is read, and the promises that it must agree with.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use saphyr::{LoadableYamlNode, YamlOwned as Yaml};
use wheel_pipeline::project::{Project, agreement};
use wheel_pipeline::stage::init::workflow::mark::MARK;
use wheel_pipeline::stage::init::workflow::{Program, Settings};

use crate::rules::{INSTALLED, PIPELINE};

/// A workflow as text with comments, and as the data that GitHub reads.
pub struct Workflow {
    pub text: String,
    pub data: Yaml,
}

/// The part of the table `[tool.wheel-pipeline]` that workflows repeat.
pub struct PromisedRuns {
    /// Every Python of the table.
    pub pythons: Vec<String>,
    /// Each runner with the Pythons that are promised for its targets.
    pub runners: BTreeMap<String, BTreeSet<String>>,
    /// The version of Rust that releases are built with.
    pub rust: String,
}

pub fn text<'a>(node: &'a Yaml, key: &str) -> Option<&'a str> {
    node.as_mapping_get(key)?.as_str()
}

pub fn steps(job: &Yaml) -> impl Iterator<Item = &Yaml> {
    job.as_mapping_get("steps").and_then(Yaml::as_sequence).into_iter().flatten()
}

pub fn is_action(step: &Yaml, action: &str) -> bool {
    text(step, "uses").and_then(|uses| uses.split_once('@')).is_some_and(|(name, _)| name == action)
}

/// Every key with its value, at any depth.
pub fn collect<'a>(node: &'a Yaml, entries: &mut Vec<(&'a str, &'a Yaml)>) {
    for (key, value) in node.as_mapping().into_iter().flatten() {
        entries.push((key.as_str().unwrap_or_default(), value));
        collect(value, entries);
    }
    for item in node.as_sequence().into_iter().flatten() {
        collect(item, entries);
    }
}

impl Workflow {
    /// Returns true if its jobs install the program by pip, as those of other projects do.
    pub fn is_installed(&self) -> bool {
        self.text.starts_with(MARK)
    }

    /// The ways to start the pipeline in its jobs. The first is that of the jobs with rights.
    pub fn programs(&self) -> &'static [&'static str] {
        if self.is_installed() { &[INSTALLED] } else { &PIPELINE }
    }

    pub fn new(text: &str) -> Self {
        let mut documents = Yaml::load_from_str(text).expect("valid YAML");
        assert_eq!(documents.len(), 1, "a workflow is one document");
        Self { text: text.to_owned(), data: documents.remove(0) }
    }

    pub fn jobs(&self) -> Vec<(&str, &Yaml)> {
        let jobs = self.data.as_mapping_get("jobs").and_then(Yaml::as_mapping);
        let jobs: Vec<_> = jobs
            .into_iter()
            .flatten()
            .map(|(name, job)| (name.as_str().expect("a job has a name"), job))
            .collect();
        assert!(!jobs.is_empty(), "a workflow has jobs");
        jobs
    }

    pub fn all(&self, wanted: &str) -> Vec<&Yaml> {
        let mut entries = Vec::new();
        collect(&self.data, &mut entries);
        entries.into_iter().filter(|(key, _)| *key == wanted).map(|(_, value)| value).collect()
    }
}

pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..")
}

/// The name of the workflow of another project, which is in no file: with every job, at the top of its repository.
pub const OTHERS: &str = "release.yml of others";

/// The settings of the workflow of another project.
pub fn others() -> Settings {
    Settings {
        program: Program::Installed,
        below: String::new(),
        tag: None,
        rebuild: true,
        second_build: true,
        own_rust: false,
    }
}

pub fn read(file: &str) -> String {
    if file == OTHERS {
        return others().render();
    }
    let path = root().join(".github/workflows").join(file);
    // git may check files out with the line ends of Windows.
    fs::read_to_string(path).expect(file).replace("\r\n", "\n")
}

pub fn promise() -> PromisedRuns {
    let project = Project::read(&root(), None).expect("the repository is a project");
    let plan = agreement::plan(&project, &[]).expect("its files agree");
    let mut runners = BTreeMap::<String, BTreeSet<String>>::new();
    for environment in &plan.environments {
        let pythons = runners.entry(environment.target.runner().to_owned()).or_default();
        pythons.insert(environment.python.to_string());
    }
    PromisedRuns {
        pythons: project.table.pythons.iter().map(ToString::to_string).collect(),
        runners,
        rust: pinned_rust(),
    }
}

/// The version of Rust in the release workflow. It is one version, and the program compiles with it.
fn pinned_rust() -> String {
    let release = Workflow::new(&read("release.yml"));
    let environment = release.data.as_mapping_get("env");
    let named = environment.and_then(|all| text(all, "RUSTUP_TOOLCHAIN")).expect("it is set");
    let numbers = |version: &str| -> Vec<u16> {
        version.split('.').map(|number| number.parse().expect("a number")).collect()
    };
    let oldest = numbers(env!("CARGO_PKG_RUST_VERSION"));
    assert_eq!(numbers(named).len(), 3, "`{named}` is not one version");
    assert!(numbers(named) >= oldest, "`{named}` is older than `rust-version`");
    named.to_owned()
}
