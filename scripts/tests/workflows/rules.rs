//! The rules: each says what is wrong with a workflow.

use std::collections::BTreeSet;

use clap::Parser;
use saphyr::{LoadableYamlNode, YamlOwned as Yaml};
use wheel_pipeline::cli::Cli;

use crate::workflow::{Promise, Workflow, collect, is_action, steps, text};

/// Says what is wrong with a workflow.
pub type Rule = fn(&Workflow, &Promise) -> Vec<String>;

/// Every rule, with the one workflow it is for if it is not for all.
pub const RULES: &[(&str, Option<&str>, Rule)] = &[
    ("commands", None, commands),
    ("actions", None, actions),
    ("permissions", None, permissions),
    ("credentials", None, credentials),
    ("failures", None, failures),
    ("pythons", None, pythons),
    ("runners", Some("ci.yml"), runners),
    ("events", Some("ci.yml"), events),
    ("matrix", Some("release.yml"), matrix),
    ("artifacts", Some("release.yml"), artifacts),
    ("conditions", Some("release.yml"), conditions),
    ("order", Some("release.yml"), order),
    ("rights", Some("release.yml"), rights),
    ("by-hand", Some("release.yml"), by_hand),
    ("caches", Some("release.yml"), caches),
    ("surroundings", Some("release.yml"), surroundings),
    ("tags", Some("release.yml"), tags),
];

/// What prints the matrices.
pub const PLAN: &str = "cargo pipeline plan --format github-matrix";

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

/// A job that tests wheels has every Python that is promised for its runners, or, where the runner comes
/// from the plan, those of the plan; one that runs the tools alone has one of them, any other none.
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
        let runners = listed_runners(job);
        let promised = |python: &&String| {
            runners
                .iter()
                .filter_map(|runner| promise.runners.get(runner))
                .any(|on| on.contains(*python))
        };
        let all: Vec<&str> = promise.pythons.iter().filter(promised).map(String::as_str).collect();
        let one = |python: &str| promise.pythons.iter().any(|promised| promised == python);
        let good = match verb(job) {
            "ci" => listed == [all],
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

/// What a job does: `publish --execute`.
fn verb(job: &Yaml) -> &str {
    let command = steps(job).find_map(|step| text(step, "run")).unwrap_or_default();
    let command = command.strip_prefix("cargo pipeline ").unwrap_or_default();
    command.split(" --from ").next().unwrap_or_default()
}

/// The names of the jobs that a job waits for.
fn waits_for(job: &Yaml) -> Vec<&str> {
    match job.as_mapping_get("needs") {
        Some(needs) => match needs.as_sequence() {
            Some(several) => several.iter().filter_map(Yaml::as_str).collect(),
            None => needs.as_str().into_iter().collect(),
        },
        None => Vec::new(),
    }
}

fn listed_runners(job: &Yaml) -> BTreeSet<String> {
    let runners = job
        .as_mapping_get("strategy")
        .and_then(|strategy| strategy.as_mapping_get("matrix")?.as_mapping_get("runner"));
    let listed = runners.and_then(Yaml::as_sequence).into_iter().flatten();
    listed.filter_map(Yaml::as_str).map(str::to_owned).collect()
}

/// Every runner on which a promised target is built tests every change.
fn runners(workflow: &Workflow, promise: &Promise) -> Vec<String> {
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

/// What a release is made of comes from the commit, never from an earlier run.
fn caches(workflow: &Workflow, _: &Promise) -> Vec<String> {
    let mut entries = Vec::new();
    collect(&workflow.data, &mut entries);
    entries
        .into_iter()
        // An action that keeps a cache of its own accord is told not to.
        .filter(|(key, value)| {
            (key.contains("cache") && value.as_bool() != Some(false))
                || value.as_str().is_some_and(|value| value.contains("cache"))
        })
        .map(|(key, _)| format!("`{key}` brings a cache into a release"))
        .collect()
}

/// A job for one target tests that target, and an emulator that is asked for is one by its digest.
fn surroundings(workflow: &Workflow, _: &Promise) -> Vec<String> {
    let mut wrong = Vec::new();
    for (name, job) in workflow.jobs() {
        if matches!(verb(job), "build" | "smoke" | "smoke --container --complete") {
            let run = steps(job).find(|step| text(step, "run").is_some());
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
            wrong.push(format!("job `{name}` tests on a Python of any processor"));
        }
        for step in steps(job).filter(|step| is_action(step, "docker/setup-qemu-action")) {
            let with = step.as_mapping_get("with");
            let image = with.and_then(|with| text(with, "image")).unwrap_or_default();
            if image.split_once("@sha256:").is_none_or(|(_, digest)| digest.len() != 64) {
                wrong.push(format!("job `{name}` takes any image of QEMU"));
            }
            let cache = with.and_then(|with| with.as_mapping_get("cache-image")?.as_bool());
            if cache != Some(false) {
                wrong.push(format!("job `{name}` keeps the image of QEMU for later runs"));
            }
        }
    }
    wrong
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

/// Equal names would overwrite each other, and nothing uploaded is a fault.
fn artifacts(workflow: &Workflow, _: &Promise) -> Vec<String> {
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

/// A job runs when all that it waits for was good; only how the release ends depends on the event.
fn conditions(workflow: &Workflow, _: &Promise) -> Vec<String> {
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

/// What a job must wait for, by what both do, directly or by way of others.
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

/// Every job that does the one waits for every job that does the other, and each is there: two build.
fn order(workflow: &Workflow, _: &Promise) -> Vec<String> {
    let jobs = workflow.jobs();
    let doing = |what: &str| -> Vec<&str> {
        jobs.iter().filter(|(_, job)| verb(job) == what).map(|(name, _)| *name).collect()
    };
    let mut wrong = Vec::new();
    for (what, before) in ORDER {
        let wanted = if *what == "build" { 2 } else { 1 };
        let found = doing(what);
        if found.len() != wanted {
            wrong.push(format!("{} jobs do `{what}`, not {wanted}", found.len()));
        }
        for job in found {
            let mut reached: BTreeSet<&str> = BTreeSet::new();
            let mut next = vec![job];
            while let Some(name) = next.pop() {
                let known = jobs.iter().find(|(known, _)| *known == name);
                let needs = known.map(|(_, job)| waits_for(job)).unwrap_or_default();
                next.extend(needs.into_iter().filter(|need| reached.insert(need)));
            }
            for others in before.iter().map(|before| doing(before)) {
                let missing = others.iter().filter(|other| !reached.contains(*other));
                let missing: Vec<_> = missing.collect();
                // The rebuild is for the gate alone.
                if missing.len() == others.len() || *what == "gate" {
                    let told =
                        |other: &&&str| format!("job `{job}` does not wait for job `{other}`");
                    wrong.extend(missing.iter().map(told));
                }
            }
        }
    }
    wrong
}

/// One job can upload, one can write to the repository, and every other can only read.
fn rights(workflow: &Workflow, _: &Promise) -> Vec<String> {
    let mut wrong = Vec::new();
    for (name, job) in workflow.jobs() {
        let given: BTreeSet<(&str, &str)> = job
            .as_mapping_get("permissions")
            .and_then(Yaml::as_mapping)
            .into_iter()
            .flatten()
            .filter_map(|(right, how)| Some((right.as_str()?, how.as_str()?)))
            .collect();
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

/// Started by hand it is a dry run, unless somebody says otherwise.
fn by_hand(workflow: &Workflow, _: &Promise) -> Vec<String> {
    let publish = workflow
        .data
        .as_mapping_get("on")
        .and_then(|on| on.as_mapping_get("workflow_dispatch"))
        .and_then(|by_hand| by_hand.as_mapping_get("inputs")?.as_mapping_get("publish"));
    let default = publish.and_then(|input| input.as_mapping_get("default")?.as_bool());
    if default == Some(false) && publish.and_then(|input| text(input, "type")) == Some("boolean") {
        return Vec::new();
    }
    vec!["started by hand it is no dry run".to_owned()]
}
