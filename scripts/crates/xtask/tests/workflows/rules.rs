//! The list of rules, and the rules for every workflow and for `ci.yml`.

use std::collections::BTreeSet;

use clap::Parser;
use saphyr::YamlOwned as Yaml;
use wheel_pipeline::cli::Cli;
use xtask::Xtask;

use crate::workflow::{OTHERS, PromisedRuns, Workflow, is_action, steps, text};
use crate::{download_rules, program_rules, release_rules};

/// A function that returns the violations of a workflow.
pub type Rule = fn(&Workflow, &PromisedRuns) -> Vec<String>;

/// Every rule, with its workflow if it is for only one.
pub const RULES: &[(&str, Option<&str>, Rule)] = &[
    ("commands", None, commands),
    ("actions", None, actions),
    ("permissions", None, permissions),
    ("credentials", None, credentials),
    ("failures", None, failures),
    ("pythons", None, pythons),
    ("toolchain", None, program_rules::toolchain),
    ("downloads", None, download_rules::downloads),
    ("write-rights", None, program_rules::write_rights),
    ("runners", Some("ci.yml"), runners),
    ("events", Some("ci.yml"), events),
    ("matrix", Some("release.yml"), release_rules::matrix),
    ("artifacts", Some("release.yml"), release_rules::artifacts),
    ("conditions", Some("release.yml"), release_rules::conditions),
    ("order", Some("release.yml"), release_rules::order),
    ("rights", Some("release.yml"), release_rules::rights),
    ("program", Some("release.yml"), program_rules::program),
    ("by-hand", Some("release.yml"), release_rules::by_hand),
    ("caches", Some("release.yml"), release_rules::caches),
    ("surroundings", Some("release.yml"), release_rules::surroundings),
    ("tags", Some("release.yml"), release_rules::tags),
    ("install", Some(OTHERS), program_rules::install),
];

/// The ways to start the pipeline: the program that another job compiled, or compiled by this job.
pub const PIPELINE: [&str; 2] = ["target/program/wheel-pipeline", "cargo pipeline"];

/// The way in the workflows of other projects.
pub const INSTALLED: &str = "wheel-pipeline";

/// A job has one command, and it is one of the pipeline's. Anything else is logic without a test. The lines that set up
/// Rust and the program are the same in every job.
fn commands(workflow: &Workflow, _: &PromisedRuns) -> Vec<String> {
    let mut wrong = Vec::new();
    // In another shell, a line could fail and its job go on.
    wrong.extend(
        workflow.all("defaults").iter().map(|_| "`defaults` change the commands".to_owned()),
    );
    for (name, job) in workflow.jobs() {
        for step in steps(job).filter(|step| step.contains_mapping_key("run")) {
            let keys = step.as_mapping().into_iter().flatten().filter_map(|(key, _)| key.as_str());
            let others = keys.filter(|key| !["run", "id", "if", "env", "name"].contains(key));
            wrong.extend(others.map(|key| format!("a command of job `{name}` has `{key}`")));
        }
        let commands: Vec<&str> = steps(job)
            .filter_map(|step| text(step, "run"))
            .filter(|command| !program_rules::SETUP.contains(command))
            .collect();
        if commands.len() != 1 {
            wrong.push(format!("job `{name}` runs {} commands", commands.len()));
        }
        for command in commands {
            let line = |program| {
                let arguments = command.strip_prefix(program)?.strip_prefix(' ')?;
                Some(std::iter::once(program).chain(arguments.split(' ')))
            };
            let programs = workflow.programs().iter().copied();
            let known = programs.filter_map(line).any(|line| Cli::try_parse_from(line).is_ok())
                || line("cargo xtask").is_some_and(|line| Xtask::try_parse_from(line).is_ok())
                || command == program_rules::BUILD;
            if !is_plain(command) || !known {
                wrong.push(format!("`{command}` is not one command of the pipeline"));
            }
        }
    }
    wrong
}

/// Returns true if a shell sees nothing but a command and its arguments.
pub fn is_plain(command: &str) -> bool {
    command.bytes().all(|byte| byte.is_ascii_alphanumeric() || b" -_./=".contains(&byte))
}

/// Actions are pinned to a commit, because a tag can be moved. A comment has the version for people.
fn actions(workflow: &Workflow, _: &PromisedRuns) -> Vec<String> {
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

/// Each job declares its permissions. The workflow has none.
fn permissions(workflow: &Workflow, _: &PromisedRuns) -> Vec<String> {
    let none = workflow.data.as_mapping_get("permissions").and_then(Yaml::as_mapping);
    if none.is_some_and(|none| none.is_empty()) {
        return Vec::new();
    }
    vec!["the workflow does not begin with `permissions: {}`".to_owned()]
}

/// A checkout keeps no token for later steps.
fn credentials(workflow: &Workflow, _: &PromisedRuns) -> Vec<String> {
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

/// No failure is ignored.
fn failures(workflow: &Workflow, _: &PromisedRuns) -> Vec<String> {
    let found = workflow.all("continue-on-error");
    found.iter().map(|_| "`continue-on-error` hides failures".to_owned()).collect()
}

/// The Python of a scratch project that is older than the tools.
const OLDER_THAN_TOOLS: &str = "3.9";

/// A job that tests wheels has every promised Python of its runners, or those of the plan. A job that only runs the
/// tools has one promised Python. Every other job has none.
fn pythons(workflow: &Workflow, promise: &PromisedRuns) -> Vec<String> {
    let mut wrong = Vec::new();
    for (name, job) in workflow.jobs() {
        // A number is not accepted, because YAML reads an unquoted 3.10 as 3.1.
        let listed: Vec<Vec<&str>> = steps(job)
            .filter(|step| is_action(step, "actions/setup-python"))
            .map(|step| step.as_mapping_get("with"))
            .map(|with| with.and_then(|with| text(with, "python-version")).unwrap_or_default())
            .map(|versions| versions.lines().collect())
            .collect();
        let runners = listed_runners(job);
        let promised = |python: &&String| {
            runners
                .iter()
                .filter_map(|runner| promise.runners.get(runner))
                .any(|on| on.contains(*python))
        };
        let all: Vec<&str> = promise.pythons.iter().filter(promised).map(String::as_str).collect();
        let one = |python: &str| promise.pythons.iter().any(|promised| promised == python);
        let tools =
            |listed: &[Vec<&str>]| matches!(listed, [only] if only.len() == 1 && one(only[0]));
        let good = match verb(job) {
            // Each job has the Python of pip first.
            "smoke" if workflow.is_installed() => {
                tools(&listed[..1]) && listed[1..] == [["${{ matrix.python }}"]]
            }
            "verify" if workflow.is_installed() => {
                tools(&listed[..1]) && listed[1..] == [["${{ matrix.pythons }}"]]
            }
            _ if workflow.is_installed() => tools(&listed),
            "ci" => match listed.as_slice() {
                [older, rest @ ..] if *older == [OLDER_THAN_TOOLS] => rest == [all],
                listed => listed == [all],
            },
            "verify" => listed == [["${{ matrix.pythons }}"]],
            "smoke" => {
                matches!(&listed[..], [tools, tested] if matches!(tools[..], [tools] if one(tools))
                    && tested == &["${{ matrix.python }}"])
            }
            "sdist"
            | "build"
            | "build --check-reproducible"
            | "second-build"
            | "smoke --container --complete"
            | "publish --execute" => {
                matches!(&listed[..], [only] if only.len() == 1 && one(only[0]))
            }
            _ => listed.is_empty(),
        };
        if !good {
            wrong.push(format!("job `{name}` has Pythons {listed:?}, not those of the table"));
        }
    }
    wrong
}

/// The command of a job, without program and `--from`: `publish --execute`. Empty if the job has no such command.
pub fn verb(job: &Yaml) -> &str {
    let programs = || PIPELINE.into_iter().chain([INSTALLED, "cargo xtask"]);
    let command = steps(job).filter_map(|step| text(step, "run")).find_map(|run| {
        programs().find_map(|program| run.strip_prefix(program)?.strip_prefix(' '))
    });
    command.unwrap_or_default().split(" --from ").next().unwrap_or_default()
}

fn listed_runners(job: &Yaml) -> BTreeSet<String> {
    let runners = job
        .as_mapping_get("strategy")
        .and_then(|strategy| strategy.as_mapping_get("matrix")?.as_mapping_get("runner"));
    let listed = runners.and_then(Yaml::as_sequence).into_iter().flatten();
    listed.filter_map(Yaml::as_str).map(str::to_owned).collect()
}

/// Every runner of a promised target tests every change.
fn runners(workflow: &Workflow, promise: &PromisedRuns) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut all = BTreeSet::new();
    for (name, job) in workflow.jobs() {
        let listed = listed_runners(job);
        if let Some(twice) = listed.intersection(&all).next() {
            wrong.push(format!("job `{name}` runs on `{twice}`, as another does"));
        }
        all.extend(listed);
        wrong.extend(runs_on(name, job));
    }
    let promised: BTreeSet<String> = promise.runners.keys().cloned().collect();
    if all != promised {
        wrong.push(format!("the jobs have runners {all:?}, not {promised:?}"));
    }
    wrong
}

/// Every push and every pull request is tested.
fn events(workflow: &Workflow, _: &PromisedRuns) -> Vec<String> {
    let on = workflow.data.as_mapping_get("on");
    ["push", "pull_request"]
        .into_iter()
        .filter(|event| !on.is_some_and(|on| on.contains_mapping_key(event)))
        .map(|event| format!("the workflow does not run on `{event}`"))
        .collect()
}

pub fn runs_on(name: &str, job: &Yaml) -> Option<String> {
    (text(job, "runs-on") != Some("${{ matrix.runner }}"))
        .then(|| format!("job `{name}` does not run on the runner of its matrix"))
}
