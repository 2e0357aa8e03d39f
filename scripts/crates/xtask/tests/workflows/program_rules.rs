//! The rules for the jobs that have a right, for the program that they run, and for the Rust that compiles it.
//!
//! Whoever controls a crate or its build script controls the job that compiles it, and whoever controls a job controls
//! the artifacts that it hands on. So a job with a right compiles nothing. It runs the program that a job without rights
//! has compiled, if that has the hash that the job gave out.

use saphyr::YamlOwned as Yaml;

use crate::release_rules::{rights_of, waits_for};
use crate::rules::{INSTALLED, PIPELINE, is_plain, verb};
use crate::workflow::{PromisedRuns, Workflow, is_action, steps, text};

/// Installs the Rust that `RUSTUP_TOOLCHAIN` names, in any shell.
pub const RUST: &str = "rustup toolchain install --profile minimal";
/// The same for `cargo xtask ci`, which needs two more components.
pub const RUST_FOR_CI: &str =
    "rustup toolchain install --profile minimal --component clippy,rustfmt";
/// Compiles the program that other jobs run.
pub const BUILD: &str =
    "cargo build --locked --manifest-path scripts/Cargo.toml --package wheel-pipeline";
/// The program that [`BUILD`] makes.
pub const BUILT: &str = "scripts/target/debug/wheel-pipeline";
/// Gives out its hash.
pub const HASH: &str = "echo \"sha256=$(sha256sum < scripts/target/debug/wheel-pipeline | cut -d ' ' -f 1)\" \
     >> \"$GITHUB_OUTPUT\"";
/// Compares the hash of the downloaded program, and then lets it be started.
pub const CHECK: &str = "echo \"$SHA256  target/program/wheel-pipeline\" | sha256sum --check --strict\n\
     chmod +x target/program/wheel-pipeline\n";

/// Installs the program in the workflow of another project.
pub const INSTALL: &str = "python -m pip install --require-hashes --only-binary wheel-pipeline --requirement .github/wheel-pipeline.txt";

/// The lines before the command of a job.
pub const SETUP: [&str; 5] = [RUST, RUST_FOR_CI, HASH, CHECK, INSTALL];

/// Every job that runs cargo has the Rust that the workflow names, and installs it before.
pub fn toolchain(workflow: &Workflow, promise: &PromisedRuns) -> Vec<String> {
    let environment = workflow.data.as_mapping_get("env");
    let named = environment.and_then(|all| text(all, "RUSTUP_TOOLCHAIN")).unwrap_or_default();
    let mut wrong = Vec::new();
    // `stable` would be another compiler next month.
    if named != promise.rust {
        wrong.push(format!("`RUSTUP_TOOLCHAIN` is `{named}`, not {}", promise.rust));
    }
    if environment.and_then(|all| text(all, "RUSTUP_AUTO_INSTALL")) != Some("0") {
        wrong.push("any use of Rust may install it".to_owned());
    }
    if workflow.all("RUSTUP_TOOLCHAIN").len() > 1 {
        wrong.push("`RUSTUP_TOOLCHAIN` is set twice".to_owned());
    }
    for (name, job) in workflow.jobs() {
        let runs: Vec<&str> = steps(job).filter_map(|step| text(step, "run")).collect();
        let installs = if verb(job) == "ci" { RUST_FOR_CI } else { RUST };
        let installed = runs.iter().position(|run| *run == installs);
        // The plan and the sdist are made from what `cargo metadata` says.
        let asks = ["plan --format github-matrix", "sdist"].contains(&verb(job))
            || workflow.is_installed() && ["build", "second-build"].contains(&verb(job));
        let uses = runs.iter().position(|run| run.starts_with("cargo ") || asks && *run != RUST);
        match (installed, uses) {
            (None, Some(_)) => wrong.push(format!("job `{name}` does not install the pinned Rust")),
            (Some(installed), Some(used)) if used < installed => {
                wrong.push(format!("job `{name}` uses Rust before it is installed"));
            }
            (Some(_), None) => {
                wrong.push(format!("job `{name}` installs Rust and does not need it"))
            }
            _ => {}
        }
    }
    wrong
}

/// A job that may write anything runs the checked program and nothing else, on the runner itself. It uses only actions
/// that get and keep files.
pub fn write_rights(workflow: &Workflow, _: &PromisedRuns) -> Vec<String> {
    let keys = [
        "name",
        "needs",
        "if",
        "runs-on",
        "timeout-minutes",
        "environment",
        "permissions",
        "steps",
    ];
    let actions = [
        "actions/checkout",
        "actions/setup-python",
        "actions/download-artifact",
        "actions/upload-artifact",
    ];
    // pip compares the program that it installs.
    let check = if workflow.is_installed() { INSTALL } else { CHECK };
    let mut wrong = Vec::new();
    for (name, job) in workflow.jobs().into_iter().filter(|(_, job)| can_write(job)) {
        let mut say = |what: String| wrong.push(format!("job `{name}` has a right, and {what}"));
        let all = job.as_mapping().into_iter().flatten().filter_map(|(key, _)| key.as_str());
        for key in all.filter(|key| !keys.contains(key)) {
            say(format!("has `{key}`"));
        }
        for run in steps(job).filter_map(|step| text(step, "run")).filter(|run| *run != check) {
            let arguments = run.strip_prefix(workflow.programs()[0]);
            if !is_plain(run) || !arguments.is_some_and(|rest| rest.starts_with(' ')) {
                say(format!("runs `{run}`"));
            }
        }
        let known = |step: &Yaml| actions.iter().any(|action| is_action(step, action));
        for step in steps(job).filter(|step| step.contains_mapping_key("uses") && !known(step)) {
            say(format!("uses `{}`", text(step, "uses").unwrap_or_default()));
        }
        if !steps(job).any(|step| text(step, "run") == Some(check)) {
            say("does not check its program".to_owned());
        }
    }
    wrong
}

/// Returns true unless the job can only read.
fn can_write(job: &Yaml) -> bool {
    let permissions = job.as_mapping_get("permissions");
    // `write-all` and no permissions at all are no mapping.
    permissions.and_then(Yaml::as_mapping).is_none()
        || rights_of(job).iter().any(|(_, how)| *how != "read")
}

fn position(job: &Yaml, wanted: impl Fn(&Yaml) -> bool) -> Option<usize> {
    steps(job).position(wanted)
}

/// One job without rights compiles the program. Every job on one kind of runner downloads it, compares its hash with the
/// one that the job gave out, and then runs it. The jobs of a matrix run on other systems too.
pub fn program(workflow: &Workflow, _: &PromisedRuns) -> Vec<String> {
    let jobs = workflow.jobs();
    let makers: Vec<_> = jobs
        .iter()
        .filter(|(_, job)| steps(job).any(|step| text(step, "run") == Some(BUILD)))
        .collect();
    let [(maker, making)] = makers[..] else {
        return vec![format!("{} jobs compile the program, expected 1", makers.len())];
    };
    let mut wrong = making_faults(maker, making);
    let runner = text(making, "runs-on");
    for (name, job) in jobs.iter().filter(|(name, _)| name != maker) {
        let runs =
            position(job, |step| text(step, "run").is_some_and(|run| run.starts_with(PIPELINE[0])));
        let alone = !job.contains_mapping_key("strategy");
        match runs {
            None if alone => {
                wrong.push(format!("job `{name}` does not run the program of job `{maker}`"))
            }
            None => {}
            Some(_) if text(job, "runs-on") != runner => {
                wrong.push(format!("job `{name}` runs the program on another kind of runner"));
            }
            Some(runs) => wrong.extend(taking_faults(name, job, maker, runs)),
        }
    }
    wrong
}

/// Every job installs the program before it runs it, by the Python that was set up last.
pub fn install(workflow: &Workflow, _: &PromisedRuns) -> Vec<String> {
    let mut wrong = Vec::new();
    for (name, job) in workflow.jobs() {
        let installs = position(job, |step| text(step, "run") == Some(INSTALL));
        let runs = position(job, |step| {
            text(step, "run").is_some_and(|run| run.split(' ').next() == Some(INSTALLED))
        });
        let Some((installs, _)) = installs.zip(runs).filter(|(installs, runs)| installs < runs)
        else {
            wrong.push(format!("job `{name}` does not install the program before it runs it"));
            continue;
        };
        let python =
            steps(job).take(installs).filter(|step| is_action(step, "actions/setup-python"));
        if python.count() != 1 {
            wrong.push(format!(
                "job `{name}` does not install the program by the Python of the tools"
            ));
        }
    }
    wrong
}

/// Faults of the job that compiles the program.
fn making_faults(name: &str, job: &Yaml) -> Vec<String> {
    let mut wrong = Vec::new();
    if can_write(job) {
        wrong.push(format!("job `{name}` compiles the program, and has a right"));
    }
    let hash = steps(job).find(|step| text(step, "run") == Some(HASH));
    let id = hash.and_then(|step| text(step, "id")).unwrap_or_default();
    let given = job.as_mapping_get("outputs").and_then(|outputs| text(outputs, "sha256"));
    if hash.is_none() || given != Some(&format!("${{{{ steps.{id}.outputs.sha256 }}}}")) {
        wrong.push(format!("job `{name}` does not give out the hash of the program"));
    }
    let handed_on = steps(job).any(|step| {
        let with = step.as_mapping_get("with");
        let is = |key, value| with.and_then(|with| text(with, key)) == Some(value);
        is_action(step, "actions/upload-artifact") && is("name", "program") && is("path", BUILT)
    });
    if !handed_on {
        wrong.push(format!("job `{name}` does not hand on the program"));
    }
    wrong
}

/// Faults of a job that runs the program in step number `runs`.
fn taking_faults(name: &str, job: &Yaml, maker: &str, runs: usize) -> Vec<String> {
    let mut wrong = Vec::new();
    let downloads = position(job, |step| {
        let with = step.as_mapping_get("with");
        is_action(step, "actions/download-artifact")
            && with.and_then(|with| text(with, "name")) == Some("program")
    });
    let checks = position(job, |step| text(step, "run") == Some(CHECK));
    if downloads.is_none() || downloads > checks || checks.is_none_or(|checks| checks > runs) {
        wrong.push(format!("job `{name}` runs the program before it has checked it"));
    }
    // A step that unpacks later could replace the program.
    let later = steps(job).skip(checks.unwrap_or_default()).any(|step| {
        let with = step.as_mapping_get("with");
        with.and_then(|with| text(with, "path"))
            .is_some_and(|path| path.starts_with("target/program"))
    });
    if later {
        wrong.push(format!("job `{name}` changes the program after it has checked it"));
    }
    let check = steps(job).find(|step| text(step, "run") == Some(CHECK));
    let hash = check.and_then(|step| text(step.as_mapping_get("env")?, "SHA256"));
    if hash != Some(&format!("${{{{ needs.{maker}.outputs.sha256 }}}}"))
        || !waits_for(job).contains(&maker)
    {
        wrong.push(format!("job `{name}` does not take the hash from job `{maker}`"));
    }
    wrong
}
