//! The workflows under `.github/`: what they may hold, and what they must agree with.
//!
//! They run where no test looks. So each rule is a function from a workflow to what is wrong with it, and
//! each is shown workflows that it must refuse: a rule that finds nothing there could find nothing anywhere.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use clap::Parser;
use saphyr::{LoadableYamlNode, YamlOwned as Yaml};
use wheel_pipeline::cli::Cli;
use wheel_pipeline::plan::Plan;
use wheel_pipeline::project::Project;

/// A workflow as text, where the comments are, and as the data that GitHub reads.
struct Workflow {
    text: String,
    data: Yaml,
}

/// What the table of targets and Pythons says, as workflows have to repeat it.
struct Promise {
    pythons: Vec<String>,
    runners: BTreeSet<String>,
}

/// Says what is wrong with a workflow.
type Rule = fn(&Workflow, &Promise) -> Vec<String>;

/// Every rule, with the one workflow it is for if it is not for all.
const RULES: &[(&str, Option<&str>, Rule)] = &[
    ("commands", None, commands),
    ("actions", None, actions),
    ("permissions", None, permissions),
    ("credentials", None, credentials),
    ("failures", None, failures),
    ("pythons", None, pythons),
    ("runners", Some("ci.yml"), runners),
    ("events", Some("ci.yml"), events),
    ("matrix", Some("release.yml"), matrix),
    ("caches", Some("release.yml"), caches),
    ("tags", Some("release.yml"), tags),
];

/// What prints the matrices.
const PLAN: &str = "cargo pipeline plan --format github-matrix";

/// A job has one command, and it is one of the pipeline's: anything else is logic that no other test sees.
fn commands(workflow: &Workflow, _: &Promise) -> Vec<String> {
    let mut wrong = Vec::new();
    for (name, job) in workflow.jobs() {
        let commands: Vec<&str> = steps(job).filter_map(|step| text(step, "run")).collect();
        if commands.len() != 1 {
            wrong.push(format!("job `{name}` runs {} commands", commands.len()));
        }
        for command in commands {
            let plain = |byte: u8| byte.is_ascii_alphanumeric() || b" -_./=".contains(&byte);
            let arguments = command.strip_prefix("cargo pipeline ").unwrap_or_default();
            let line = ["cargo pipeline"].into_iter().chain(arguments.split(' '));
            if !command.bytes().all(plain) || Cli::try_parse_from(line).is_err() {
                wrong.push(format!("`{command}` is not one command of the pipeline"));
            }
        }
    }
    wrong
}

/// A tag can be moved to other code, a commit cannot; the version in the comment is for people.
fn actions(workflow: &Workflow, _: &Promise) -> Vec<String> {
    let pinned = |action: &str| {
        let hash = action.split_once('@').map_or("", |(_, hash)| hash);
        hash.len() == 40 && hash.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    };
    let versioned = |comment: &str| {
        let numbers: Vec<&str> = comment.strip_prefix(" # v").unwrap_or("").split('.').collect();
        numbers.len() == 3 && numbers.iter().all(|number| number.parse::<u16>().is_ok())
    };
    let used: BTreeSet<&str> = workflow
        .all("uses")
        .into_iter()
        .map(|action| action.as_str().unwrap_or_default())
        .collect();
    let mut wrong = Vec::new();
    for action in used {
        let lines = workflow.text.lines().filter_map(|line| line.split_once(action));
        let comments: Vec<&str> = lines.map(|(_, comment)| comment).collect();
        if !pinned(action) {
            wrong.push(format!("`{action}` is not pinned to a commit"));
        } else if comments.is_empty() || !comments.into_iter().all(versioned) {
            wrong.push(format!("`{action}` has no comment with its version"));
        }
    }
    wrong
}

/// What a job may do, it says itself.
fn permissions(workflow: &Workflow, _: &Promise) -> Vec<String> {
    let none = workflow.data.as_mapping_get("permissions").and_then(Yaml::as_mapping);
    if none.is_some_and(|none| none.is_empty()) {
        return Vec::new();
    }
    vec!["the workflow does not begin with `permissions: {}`".to_owned()]
}

/// A checkout leaves no token behind for what runs after it.
fn credentials(workflow: &Workflow, _: &Promise) -> Vec<String> {
    let mut wrong = Vec::new();
    for (name, job) in workflow.jobs() {
        let checkouts: Vec<&Yaml> =
            steps(job).filter(|step| is_action(step, "actions/checkout")).collect();
        if checkouts.is_empty() {
            wrong.push(format!("job `{name}` has no checkout"));
        }
        for checkout in checkouts {
            let keeps = checkout
                .as_mapping_get("with")
                .and_then(|with| with.as_mapping_get("persist-credentials")?.as_bool());
            if keeps != Some(false) {
                wrong.push(format!("the checkout of job `{name}` keeps its credentials"));
            }
        }
    }
    wrong
}

/// What fails is not passed over.
fn failures(workflow: &Workflow, _: &Promise) -> Vec<String> {
    let found = workflow.all("continue-on-error");
    found.iter().map(|_| "`continue-on-error` hides failures".to_owned()).collect()
}

/// A job that needs Python has every promised one, and no other.
fn pythons(workflow: &Workflow, promise: &Promise) -> Vec<String> {
    let mut wrong = Vec::new();
    for (name, job) in workflow.jobs() {
        // Numbers and single lines are no list: unquoted, 3.10 is 3.1.
        let listed: Vec<Vec<&str>> = steps(job)
            .filter(|step| is_action(step, "actions/setup-python"))
            .map(|step| step.as_mapping_get("with"))
            .map(|with| with.and_then(|with| text(with, "python-version")).unwrap_or_default())
            .map(|versions| versions.lines().collect())
            .collect();
        let plans = steps(job).any(|step| text(step, "run") == Some(PLAN));
        if !plans && listed != [promise.pythons.iter().map(String::as_str).collect::<Vec<_>>()] {
            wrong.push(format!("job `{name}` has Pythons {listed:?}, not those of the table"));
        }
    }
    wrong
}

/// Every runner on which a promised target is built tests every change.
fn runners(workflow: &Workflow, promise: &Promise) -> Vec<String> {
    let mut wrong = Vec::new();
    for (name, job) in workflow.jobs() {
        let runners = job
            .as_mapping_get("strategy")
            .and_then(|strategy| strategy.as_mapping_get("matrix")?.as_mapping_get("runner"));
        let listed: BTreeSet<String> = runners
            .and_then(Yaml::as_sequence)
            .into_iter()
            .flatten()
            .filter_map(Yaml::as_str)
            .map(str::to_owned)
            .collect();
        if listed != promise.runners {
            wrong.push(format!("job `{name}` has runners {listed:?}, not {:?}", promise.runners));
        }
        wrong.extend(runs_on(name, job));
    }
    wrong
}

/// Each change is tested, whoever proposes it.
fn events(workflow: &Workflow, _: &Promise) -> Vec<String> {
    let on = workflow.data.as_mapping_get("on");
    ["push", "pull_request"]
        .into_iter()
        .filter(|event| !on.is_some_and(|on| on.contains_mapping_key(event)))
        .map(|event| format!("the workflow does not run on `{event}`"))
        .collect()
}

/// Jobs that multiply do so by what the plan says.
fn matrix(workflow: &Workflow, _: &Promise) -> Vec<String> {
    let jobs = workflow.jobs();
    let planner = jobs.iter().find_map(|&(name, job)| {
        let step = steps(job).find(|step| text(step, "run") == Some(PLAN))?;
        Some((name, job, text(step, "id").unwrap_or_default()))
    });
    let Some((planner, plan, id)) = planner else {
        return vec![format!("no job runs `{PLAN}`")];
    };
    let mut wrong = Vec::new();
    let mut multiplied = 0;
    for &(name, job) in &jobs {
        let Some(strategy) = job.as_mapping_get("strategy") else { continue };
        multiplied += 1;
        let matrix = text(strategy, "matrix").unwrap_or_default();
        let given = ["build", "smoke"].into_iter().find(|output| {
            let outputs = plan.as_mapping_get("outputs");
            let output_of_step = format!("${{{{ steps.{id}.outputs.{output} }}}}");
            matrix == format!("${{{{ fromJSON(needs.{planner}.outputs.{output}) }}}}")
                && outputs.and_then(|outputs| text(outputs, output)) == Some(&output_of_step)
        });
        if given.is_none() {
            wrong.push(format!("the matrix of job `{name}` is not an output of the plan"));
        }
        if text(job, "needs") != Some(planner) {
            wrong.push(format!("job `{name}` does not wait for the plan"));
        }
        wrong.extend(runs_on(name, job));
    }
    if multiplied == 0 {
        wrong.push("no job has a matrix".to_owned());
    }
    wrong
}

/// What a release is made of comes from the commit, never from an earlier run.
fn caches(workflow: &Workflow, _: &Promise) -> Vec<String> {
    let mut entries = Vec::new();
    collect(&workflow.data, &mut entries);
    entries
        .into_iter()
        .filter(|(key, value)| {
            key.contains("cache") || value.as_str().is_some_and(|value| value.contains("cache"))
        })
        .map(|(key, _)| format!("`{key}` brings a cache into a release"))
        .collect()
}

/// A version tag, and nothing but a tag, makes a release.
fn tags(workflow: &Workflow, _: &Promise) -> Vec<String> {
    let push = workflow.data.as_mapping_get("on").and_then(|on| on.as_mapping_get("push"));
    let expected = Yaml::load_from_str("tags: [\"v*\"]").expect("valid");
    if push == expected.first() {
        return Vec::new();
    }
    vec!["the workflow does not run on tags `v*` alone".to_owned()]
}

fn runs_on(name: &str, job: &Yaml) -> Option<String> {
    (text(job, "runs-on") != Some("${{ matrix.runner }}"))
        .then(|| format!("job `{name}` does not run on the runner of its matrix"))
}

fn text<'a>(node: &'a Yaml, key: &str) -> Option<&'a str> {
    node.as_mapping_get(key)?.as_str()
}

fn steps(job: &Yaml) -> impl Iterator<Item = &Yaml> {
    job.as_mapping_get("steps").and_then(Yaml::as_sequence).into_iter().flatten()
}

fn is_action(step: &Yaml, action: &str) -> bool {
    text(step, "uses").and_then(|uses| uses.split_once('@')).is_some_and(|(name, _)| name == action)
}

/// Every key with its value, at any depth.
fn collect<'a>(node: &'a Yaml, entries: &mut Vec<(&'a str, &'a Yaml)>) {
    for (key, value) in node.as_mapping().into_iter().flatten() {
        entries.push((key.as_str().unwrap_or_default(), value));
        collect(value, entries);
    }
    for item in node.as_sequence().into_iter().flatten() {
        collect(item, entries);
    }
}

impl Workflow {
    fn new(text: &str) -> Self {
        let mut documents = Yaml::load_from_str(text).expect("valid YAML");
        assert_eq!(documents.len(), 1, "a workflow is one document");
        Self { text: text.to_owned(), data: documents.remove(0) }
    }

    fn jobs(&self) -> Vec<(&str, &Yaml)> {
        let jobs = self.data.as_mapping_get("jobs").and_then(Yaml::as_mapping);
        let jobs: Vec<_> = jobs
            .into_iter()
            .flatten()
            .map(|(name, job)| (name.as_str().expect("a job has a name"), job))
            .collect();
        assert!(!jobs.is_empty(), "a workflow has jobs");
        jobs
    }

    fn all(&self, wanted: &str) -> Vec<&Yaml> {
        let mut entries = Vec::new();
        collect(&self.data, &mut entries);
        entries.into_iter().filter(|(key, _)| *key == wanted).map(|(_, value)| value).collect()
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("it lies in the repository").to_owned()
}

fn read(file: &str) -> String {
    let path = root().join(".github/workflows").join(file);
    // git may check files out with the line ends of Windows.
    fs::read_to_string(path).expect(file).replace("\r\n", "\n")
}

fn promise() -> Promise {
    let project = Project::read(&root()).expect("the repository is a project");
    let plan = Plan::new(&project, &[]).expect("its files agree");
    Promise {
        pythons: project.table.pythons.iter().map(ToString::to_string).collect(),
        runners: plan.targets().iter().map(|target| target.runner().to_owned()).collect(),
    }
}

#[test]
fn every_workflow_keeps_every_rule() {
    let promise = promise();
    let folder = fs::read_dir(root().join(".github/workflows")).expect("the folder is there");
    let files: BTreeSet<String> = folder
        .map(|entry| entry.expect("listed").file_name().into_string().expect("UTF-8"))
        .collect();
    let mut wrong = Vec::new();
    for (name, only, rule) in RULES {
        assert!(only.is_none_or(|file| files.contains(file)), "rule `{name}` has no workflow");
        for file in files.iter().filter(|file| only.is_none_or(|only| only == *file)) {
            let found = rule(&Workflow::new(&read(file)), &promise);
            wrong.extend(found.into_iter().map(|what| format!("{file}: {what} [{name}]")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_rule_refuses_what_it_is_for() {
    let checkout = "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1";
    // Rule, workflow, what is replaced in it by what, and what the rule must say then.
    let cases = [
        (
            "commands",
            "ci.yml",
            "pipeline ci",
            "test",
            "`cargo test` is not one command of the pipeline",
        ),
        (
            "commands",
            "ci.yml",
            "pipeline ci",
            "pipeline ci && true",
            "`cargo pipeline ci && true` is not one command of the pipeline",
        ),
        (
            "commands",
            "ci.yml",
            "pipeline ci",
            "pipeline cii",
            "`cargo pipeline cii` is not one command of the pipeline",
        ),
        (
            "commands",
            "ci.yml",
            "- run: cargo pipeline ci",
            "- run: cargo pipeline ci\n      - run: cargo pipeline ci",
            "job `ci` runs 2 commands",
        ),
        ("commands", "ci.yml", "- run: cargo pipeline ci", "", "job `ci` runs 0 commands"),
        (
            "actions",
            "ci.yml",
            "@3d3c42e5",
            "@v7 # ",
            "`actions/checkout@v7` is not pinned to a commit",
        ),
        ("actions", "ci.yml", "@3d3c", "@zzzz", "is not pinned to a commit"),
        ("actions", "ci.yml", " # v7.0.1", "", "has no comment with its version"),
        ("actions", "release.yml", " # v7.0.1", " # v7", "has no comment with its version"),
        ("permissions", "ci.yml", "permissions: {}\n", "", "does not begin with `permissions: {}`"),
        (
            "permissions",
            "ci.yml",
            "permissions: {}",
            "permissions: read-all",
            "does not begin with `permissions: {}`",
        ),
        ("credentials", "ci.yml", "credentials: false", "credentials: true", "of job `ci` keeps"),
        ("credentials", "ci.yml", checkout, "actions/download@1", "job `ci` has no checkout"),
        (
            "failures",
            "ci.yml",
            "- run:",
            "- continue-on-error: true\n        run:",
            "`continue-on-error` hides failures",
        ),
        ("failures", "ci.yml", "  ci:\n", "  ci:\n    continue-on-error: true\n", "hides failures"),
        ("pythons", "ci.yml", "            3.15\n", "", "job `ci` has Pythons [[\"3.10\","),
        ("pythons", "ci.yml", "actions/setup-python@", "actions/other@", "job `ci` has Pythons []"),
        ("pythons", "release.yml", "            3.10\n", "            3.9\n", "job `rehearse` has"),
        ("runners", "ci.yml", ", windows-2025]", "]", "job `ci` has runners {\"macos-15\","),
        ("runners", "ci.yml", "on: ${{ matrix.runner }}", "on: macos-15", "not run on the runner"),
        ("events", "ci.yml", "  pull_request:\n", "", "does not run on `pull_request`"),
        ("matrix", "release.yml", "github-matrix", "json", "no job runs `cargo pipeline plan"),
        (
            "matrix",
            "release.yml",
            "${{ fromJSON(needs.plan.outputs.build) }}",
            "\n        target: [win_amd64]",
            "the matrix of job `rehearse` is not an output of the plan",
        ),
        (
            "matrix",
            "release.yml",
            "steps.plan.outputs.build",
            "steps.other.outputs.build",
            "is not an",
        ),
        ("matrix", "release.yml", "needs: plan", "needs: other", "does not wait for the plan"),
        (
            "matrix",
            "release.yml",
            "on: ${{ matrix.runner }}",
            "on: macos-15",
            "not run on the runner",
        ),
        ("matrix", "release.yml", "    strategy:", "    other:", "no job has a matrix"),
        (
            "caches",
            "release.yml",
            "allow-prereleases: true",
            "cache: pip",
            "`cache` brings a cache into a release",
        ),
        ("caches", "release.yml", checkout, "actions/cache@1", "`uses` brings a cache"),
        ("tags", "release.yml", "[\"v*\"]", "[\"*\"]", "does not run on tags `v*` alone"),
        ("tags", "release.yml", "tags: [", "branches: [", "does not run on tags `v*` alone"),
    ];
    let promise = promise();
    for (name, file, from, to, refusal) in cases {
        let good = read(file);
        assert!(good.contains(from), "{file} has no `{from}`");
        let (_, _, rule) = RULES.iter().find(|(rule, ..)| *rule == name).expect(name);
        let found = rule(&Workflow::new(&good.replacen(from, to, 1)), &promise);
        assert!(
            found.len() == 1 && found[0].contains(refusal),
            "rule `{name}` on `{from}` replaced by `{to}` says {found:?}, not `{refusal}`"
        );
    }
    let shown: BTreeSet<&str> = cases.iter().map(|case| case.0).collect();
    let all: BTreeSet<&str> = RULES.iter().map(|(name, ..)| *name).collect();
    assert_eq!(shown, all, "a rule without a workflow that it refuses may be blind");
}
