//! The rules for the workflow of a release: its inputs, the order of its jobs, and their permissions.

use std::collections::BTreeSet;

use saphyr::{LoadableYamlNode, YamlOwned as Yaml};

use crate::rules::{runs_on, verb};
use crate::workflow::{PromisedRuns, Workflow, collect, is_action, steps, text};

/// The names of the jobs that a job waits for.
pub fn waits_for(job: &Yaml) -> Vec<&str> {
    match job.as_mapping_get("needs") {
        Some(needs) => match needs.as_sequence() {
            Some(several) => several.iter().filter_map(Yaml::as_str).collect(),
            None => needs.as_str().into_iter().collect(),
        },
        None => Vec::new(),
    }
}

/// The matrix of each job comes from the plan.
pub fn matrix(workflow: &Workflow, _: &PromisedRuns) -> Vec<String> {
    let jobs = workflow.jobs();
    let command = format!("{} plan --format github-matrix", workflow.programs()[0]);
    let planner = jobs.iter().find_map(|&(name, job)| {
        let step = steps(job).find(|step| text(step, "run") == Some(&command))?;
        Some((name, job, text(step, "id").unwrap_or_default()))
    });
    let Some((planner, plan, id)) = planner else {
        return vec![format!("no job runs `{command}`")];
    };
    let mut wrong = Vec::new();
    let mut multiplied = 0;
    for &(name, job) in &jobs {
        let Some(strategy) = job.as_mapping_get("strategy") else { continue };
        multiplied += 1;
        let matrix = text(strategy, "matrix").unwrap_or_default();
        let wanted = match verb(job) {
            verb @ ("smoke" | "verify") => verb,
            "smoke --container --complete" => "container",
            "second-build" => "second",
            _ => "build",
        };
        let given = [wanted].into_iter().find(|output| {
            let outputs = plan.as_mapping_get("outputs");
            let output_of_step = format!("${{{{ steps.{id}.outputs.{output} }}}}");
            matrix == format!("${{{{ fromJSON(needs.{planner}.outputs.{output}) }}}}")
                && outputs.and_then(|outputs| text(outputs, output)) == Some(&output_of_step)
        });
        if given.is_none() {
            wrong.push(format!("the matrix of job `{name}` is not an output of the plan"));
        }
        if !waits_for(job).contains(&planner) {
            wrong.push(format!("job `{name}` does not wait for the plan"));
        }
        wrong.extend(runs_on(name, job));
    }
    if multiplied == 0 {
        wrong.push("no job has a matrix".to_owned());
    }
    wrong
}

/// A release is built from the commit, never from files of an earlier run.
pub fn caches(workflow: &Workflow, _: &PromisedRuns) -> Vec<String> {
    let mut entries = Vec::new();
    collect(&workflow.data, &mut entries);
    entries
        .into_iter()
        // Actions that use a cache by default get an option that disables it.
        .filter(|(key, value)| {
            (key.contains("cache") && value.as_bool() != Some(false))
                || value.as_str().is_some_and(|value| value.contains("cache"))
        })
        .map(|(key, _)| format!("`{key}` adds a cache to a release"))
        .collect()
}

/// A job for one target works on that target, and the image of QEMU is pinned by its digest.
pub fn surroundings(workflow: &Workflow, _: &PromisedRuns) -> Vec<String> {
    let mut wrong = Vec::new();
    for (name, job) in workflow.jobs() {
        if matches!(verb(job), "build" | "smoke" | "smoke --container --complete") {
            let run = steps(job).filter(|step| text(step, "run").is_some()).last();
            let target = run.and_then(|run| text(run.as_mapping_get("env")?, "PIPELINE_TARGET"));
            if target != Some("${{ matrix.target }}") {
                wrong.push(format!("job `{name}` is not for the target of its matrix"));
            }
        }
        let python = steps(job)
            .filter_map(|step| step.as_mapping_get("with"))
            .find(|with| text(with, "python-version") == Some("${{ matrix.python }}"));
        let architecture = python.map(|with| text(with, "architecture").unwrap_or_default());
        if architecture.is_some_and(|architecture| architecture != "${{ matrix.architecture }}") {
            wrong.push(format!("job `{name}` does not select the processor of its Python"));
        }
        for step in steps(job).filter(|step| is_action(step, "docker/setup-qemu-action")) {
            let with = step.as_mapping_get("with");
            let image = with.and_then(|with| text(with, "image")).unwrap_or_default();
            if image.split_once("@sha256:").is_none_or(|(_, digest)| digest.len() != 64) {
                wrong.push(format!("job `{name}` does not pin the image of QEMU"));
            }
            let cache = with.and_then(|with| with.as_mapping_get("cache-image")?.as_bool());
            if cache != Some(false) {
                wrong.push(format!("job `{name}` keeps the image of QEMU for later runs"));
            }
        }
    }
    wrong
}

/// Only the push of a version tag starts a release.
pub fn tags(workflow: &Workflow, _: &PromisedRuns) -> Vec<String> {
    let push = workflow.data.as_mapping_get("on").and_then(|on| on.as_mapping_get("push"));
    let expected = Yaml::load_from_str("tags: [\"v*\"]").expect("valid");
    if push == expected.first() {
        return Vec::new();
    }
    vec!["the workflow does not run on tags `v*` only".to_owned()]
}

/// Artifacts have different names, because equal names would overwrite each other. An empty artifact is a fault.
pub fn artifacts(workflow: &Workflow, _: &PromisedRuns) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut names = BTreeSet::new();
    for (job_name, job) in workflow.jobs() {
        for step in steps(job).filter(|step| is_action(step, "actions/upload-artifact")) {
            let with = step.as_mapping_get("with");
            let of = |key| with.and_then(|with| text(with, key)).unwrap_or_default();
            let name = of("name");
            if !names.insert(name.to_owned()) {
                wrong.push(format!("two jobs upload an artifact `{name}`"));
            }
            let matrix: &[&str] = match (job.contains_mapping_key("strategy"), verb(job)) {
                (false, _) => &[],
                (true, "smoke") => &["${{ matrix.target }}", "${{ matrix.python }}"],
                (true, "second-build") => &["${{ matrix.runner }}"],
                (true, _) => &["${{ matrix.target }}"],
            };
            if !matrix.iter().all(|part| name.contains(part)) {
                wrong.push(format!("the jobs `{job_name}` overwrite each other's artifact"));
            }
            if of("if-no-files-found") != "error" {
                wrong.push(format!("job `{job_name}` may upload nothing"));
            }
        }
    }
    wrong
}

/// A job runs after the success of all jobs that it waits for. Only the jobs that publish depend on the event.
pub fn conditions(workflow: &Workflow, _: &PromisedRuns) -> Vec<String> {
    let mut wrong = Vec::new();
    for (name, job) in workflow.jobs() {
        let wanted = match verb(job) {
            "publish" => Some("github.event_name == 'workflow_dispatch' && !inputs.publish"),
            "publish --execute" => Some("github.event_name == 'push' || inputs.publish"),
            _ => None,
        };
        if text(job, "if") != wanted {
            wrong.push(format!("job `{name}` has another condition than {wanted:?}"));
        }
        for step in steps(job).filter(|step| step.contains_mapping_key("if")) {
            let keeps = is_action(step, "actions/upload-artifact");
            if !keeps || text(step, "if") != Some("${{ !cancelled() }}") {
                wrong.push(format!("a step of job `{name}` has a condition"));
            }
        }
    }
    wrong
}

/// The names of the jobs that end before a job starts.
pub fn all_before<'a>(jobs: &[(&'a str, &'a Yaml)], job: &'a str) -> BTreeSet<&'a str> {
    let mut reached = BTreeSet::new();
    let mut next = vec![job];
    while let Some(name) = next.pop() {
        let known = jobs.iter().find(|(known, _)| *known == name);
        let needs = known.map(|(_, job)| waits_for(job)).unwrap_or_default();
        next.extend(needs.into_iter().filter(|need| reached.insert(*need)));
    }
    reached
}

/// The commands that each command must wait for, directly or through other jobs.
const ORDER: &[(&str, &[&str])] = &[
    ("sdist", &["plan --format github-matrix"]),
    ("build", &["sdist"]),
    ("audit", &["build"]),
    ("second-build", &["build"]),
    ("smoke", &["build"]),
    ("smoke --container --complete", &["build"]),
    ("gate", &["sdist", "build", "second-build", "audit", "smoke", "smoke --container --complete"]),
    ("publish", &["gate"]),
    ("publish --execute", &["gate"]),
    ("verify", &["publish --execute"]),
    ("announce --execute", &["verify"]),
];

/// Every job waits for the jobs with the commands of [`ORDER`], and each command has its jobs. Two jobs build.
pub fn order(workflow: &Workflow, _: &PromisedRuns) -> Vec<String> {
    let jobs = workflow.jobs();
    let doing = |what: &str| -> Vec<&str> {
        jobs.iter().filter(|(_, job)| verb(job) == what).map(|(name, _)| *name).collect()
    };
    let mut wrong = Vec::new();
    for (what, before) in ORDER {
        let wanted = if *what == "build" { 2 } else { 1 };
        let found = doing(what);
        if found.len() != wanted {
            wrong.push(format!("{} jobs run `{what}`, expected {wanted}", found.len()));
        }
        for job in found {
            let reached = all_before(&jobs, job);
            for others in before.iter().map(|before| doing(before)) {
                let missing = others.iter().filter(|other| !reached.contains(*other));
                let missing: Vec<_> = missing.collect();
                // Only the gate waits for both jobs that build.
                if missing.len() == others.len() || *what == "gate" {
                    let reason =
                        |other: &&&str| format!("job `{job}` does not wait for job `{other}`");
                    wrong.extend(missing.iter().map(reason));
                }
            }
        }
    }
    wrong
}

/// The rights of a job, each with `read` or `write`.
pub fn rights_of(job: &Yaml) -> Vec<(&str, &str)> {
    let given = job.as_mapping_get("permissions").and_then(Yaml::as_mapping);
    given
        .into_iter()
        .flatten()
        .filter_map(|(right, how)| Some((right.as_str()?, how.as_str()?)))
        .collect()
}

/// One job can upload, one can write to the repository, and the others can only read.
pub fn rights(workflow: &Workflow, _: &PromisedRuns) -> Vec<String> {
    let mut wrong = Vec::new();
    for (name, job) in workflow.jobs() {
        let given: BTreeSet<(&str, &str)> = rights_of(job).into_iter().collect();
        let wanted: &[(&str, &str)] = match verb(job) {
            "publish --execute" => &[("contents", "read"), ("id-token", "write")],
            "announce --execute" => &[("contents", "write")],
            _ => &[("contents", "read")],
        };
        if given != wanted.iter().copied().collect() {
            wrong.push(format!("job `{name}` has the rights {given:?}, not {wanted:?}"));
        }
        let protected = text(job, "environment") == Some("pypi");
        if protected != (verb(job) == "publish --execute") {
            wrong.push(format!("the environment of job `{name}` is not the one that it needs"));
        }
    }
    wrong
}

/// Started by hand, the workflow is a dry run by default.
pub fn by_hand(workflow: &Workflow, _: &PromisedRuns) -> Vec<String> {
    let publish = workflow
        .data
        .as_mapping_get("on")
        .and_then(|on| on.as_mapping_get("workflow_dispatch"))
        .and_then(|by_hand| by_hand.as_mapping_get("inputs")?.as_mapping_get("publish"));
    let default = publish.and_then(|input| input.as_mapping_get("default")?.as_bool());
    if default == Some(false) && publish.and_then(|input| text(input, "type")) == Some("boolean") {
        return Vec::new();
    }
    vec!["started by hand, it is not a dry run".to_owned()]
}
