//! The jobs of the workflows: each combination of a matrix, and in it each step in order.

use std::fs;

use serde_json::{Value, json};

use super::cibuildwheel::Run;
use super::expression::{Values, unknown};
use super::facts::{Place, Today};
use super::interpreter::Interpreter;
use super::matrix::combinations;
use super::maturin::{Call, crate_folder};
use super::runner::{Runner, RunnerSystem};
use super::workflow::Workflow;
use super::yaml;

/// The words that a job with wheels has somewhere.
const BUILDERS: [&str; 4] = ["maturin-action", "maturin", "cibuildwheel", "pyodide build"];

/// Reads the wheels that the workflows build.
pub fn read(workflows: &[Workflow], place: &Place) -> Today {
    let mut today = Today::default();
    for workflow in workflows {
        if let Err(why) = &workflow.data {
            today.leave_out(format!("a workflow that is no YAML: {why}"), &workflow.file);
        }
        if !workflow.may_release() {
            continue;
        }
        let before = today.builds.len();
        for (name, job) in workflow.jobs() {
            read_job(workflow, name, job, place, &mut today);
        }
        if today.builds.len() > before {
            today.tags.extend(workflow.tags().into_iter().map(str::to_owned));
        }
    }
    today
}

/// Adds the wheels of `[tool.cibuildwheel]`, as it builds them on a machine of each system. For a project whose workflows
/// do not run it.
pub fn read_table(place: &Place, today: &mut Today) {
    let values = Values::of_a_tag("push");
    if place.cibuildwheel.is_none() {
        return;
    }
    for runner in [
        Runner { system: RunnerSystem::Linux, arm: false },
        Runner { system: RunnerSystem::Macos, arm: true },
        Runner { system: RunnerSystem::Windows, arm: false },
    ] {
        let run = Run {
            values: &values,
            runner,
            table: place.cibuildwheel,
            only: None,
            file: "pyproject.toml",
        };
        run.add(place, today);
    }
}

fn read_job(workflow: &Workflow, name: &str, job: &Value, place: &Place, today: &mut Today) {
    let mut values = Values::of_a_tag(workflow.event());
    let data = workflow.data.as_ref().ok();
    values.set("inputs", data.map(inputs).unwrap_or_default());
    values.set("env", json!({}));
    values.add_variables(data.and_then(|data| data.get("env")));
    if !values.may_hold(job.get("if")) {
        return;
    }
    let Some(combinations) = combinations(job, &values) else {
        let text = job.to_string();
        if BUILDERS.iter().any(|builder| text.contains(builder)) {
            let what = format!("job `{name}`, whose matrix only a run of the workflow knows");
            today.leave_out(what, &workflow.file);
        }
        return;
    };
    for combination in combinations {
        let mut values = values.clone();
        values.set("matrix", combination.into());
        let runs_on = job.get("runs-on").map(|runs_on| match runs_on {
            Value::Array(labels) => labels.iter().filter_map(|label| values.value(label)).collect(),
            other => values.value(other).unwrap_or_default(),
        });
        let runner = runs_on.as_ref().and_then(Runner::of);
        if let Some(runner) = runner {
            values.set("runner", json!({ "os": runner.os() }));
        }
        values.add_variables(job.get("env"));
        let folders = [job.get("defaults"), data.and_then(|data| data.get("defaults"))];
        let folder = folders
            .into_iter()
            .flatten()
            .find_map(|defaults| values.text(defaults.get("run")?.get("working-directory")));
        let folder = folder.unwrap_or_default();
        let mut run = JobRun {
            workflow,
            values,
            runner,
            folder,
            python: None,
            uploads: false,
            depth: 0,
            place,
        };
        let mut own = Today::default();
        run.read(job, &mut own);
        // Wheels that no step hands on are only tested.
        if run.uploads {
            today.add(own);
        }
    }
}

/// The inputs of a workflow that is called or started by hand, by their defaults.
fn inputs(data: &Value) -> Value {
    let mut inputs = json!({});
    for event in ["workflow_dispatch", "workflow_call"] {
        let named = data.get("on").and_then(|on| on.get(event)?.get("inputs")?.as_object());
        for (name, input) in named.into_iter().flatten() {
            // A workflow that is called gets them from its caller.
            let missing = if event == "workflow_call" { unknown() } else { Value::Null };
            inputs[name] = input.get("default").cloned().unwrap_or(missing);
        }
    }
    inputs
}

/// One job of a matrix.
struct JobRun<'a> {
    workflow: &'a Workflow,
    values: Values,
    runner: Option<Runner>,
    /// The folder of its commands.
    folder: String,
    /// The Python that the job has set up, where one is named.
    python: Option<Interpreter>,
    /// True if a step hands on files.
    uploads: bool,
    /// The number of actions around its steps.
    depth: usize,
    place: &'a Place<'a>,
}

/// More actions inside of each other than any project has.
const DEEPEST: usize = 5;

impl JobRun<'_> {
    /// Reads the steps of a job or of an action. `today` has what this job builds.
    fn read(&mut self, job: &Value, today: &mut Today) {
        let steps = job.get("steps").and_then(Value::as_array);
        for step in steps.into_iter().flatten() {
            if self.values.may_hold(step.get("if")) {
                self.step(step, today);
            }
        }
    }

    fn step(&mut self, step: &Value, today: &mut Today) {
        let mut values = self.values.clone();
        values.add_variables(step.get("env"));
        let file = &self.workflow.file;
        let call =
            Call { values: &values, runner: self.runner, python: self.python.as_ref(), file };
        let uses = step.get("uses").and_then(Value::as_str).unwrap_or_default();
        let action = uses.split('@').next().unwrap_or_default().to_lowercase();
        let script = step.get("run").and_then(Value::as_str).unwrap_or_default();
        let folder =
            values.text(step.get("working-directory")).unwrap_or_else(|| self.folder.clone());
        match action.as_str() {
            "pyo3/maturin-action" | "messense/maturin-action" => {
                call.action(step, self.place, today);
                let command = step.get("with").and_then(|with| with.get("command"));
                self.uploads |= values.text(command).as_deref() == Some("publish");
            }
            "pypa/cibuildwheel" => {
                let input =
                    |name: &str| values.text(step.get("with").and_then(|with| with.get(name)));
                let package = input("package-dir").unwrap_or_default();
                self.cibuildwheel(&values, &package, input("only").as_deref(), today);
            }
            "actions/setup-python" => {
                let version = step.get("with").and_then(|with| with.get("python-version"));
                let version = values.text(version).unwrap_or_default();
                // The last of several is the one that `python` starts.
                self.python = version.lines().last().map(|line| Interpreter::of(line.trim()));
            }
            local if local.starts_with("./") => self.local_action(uses, step.get("with"), today),
            _ if script.contains("maturin") => {
                call.lines(step, &folder, self.place, today);
            }
            _ if script.lines().any(runs_cibuildwheel) => {
                self.cibuildwheel(&values, &folder, None, today);
            }
            _ if script.contains("pyodide build") && self.is_ours(&folder) => {
                today.leave_out("wheels for Pyodide: no target of a release".to_owned(), file);
            }
            _ => {}
        }
        let inner = step.get("with").and_then(|with| with.get("run")).and_then(Value::as_str);
        self.uploads |= uploads(&action, script);
        if installs_a_wheel(script) || inner.is_some_and(installs_a_wheel) {
            // Inside of an image or an emulator, the Python is that of the image.
            let python = match self.python.as_ref().filter(|_| !script.is_empty()) {
                Some(Interpreter::Other(_)) => return,
                Some(Interpreter::Python(python)) => Some(*python),
                Some(Interpreter::Unknown) | None => None,
            };
            for build in &mut today.builds {
                build.tested.insert(python);
            }
        }
    }

    fn is_ours(&self, folder: &str) -> bool {
        self.place.folders.contains(&crate_folder(folder, None))
    }

    fn cibuildwheel(&self, values: &Values, package: &str, only: Option<&str>, today: &mut Today) {
        // cibuildwheel may be given an sdist, which lies in no folder of the project.
        if !self.is_ours(package) && !package.contains(".tar.gz") {
            return;
        }
        let file = &self.workflow.file;
        let Some(runner) = self.runner else {
            today.leave_out("a runner that only a run of the workflow knows".to_owned(), file);
            return;
        };
        if let Some(platform) = values
            .variable("CIBW_PLATFORM")
            .filter(|name| ["pyodide", "ios", "android"].contains(&name.as_str()))
        {
            today.leave_out(format!("wheels for {platform}: no target of a release"), file);
            return;
        }
        let run = Run { values, runner, table: self.place.cibuildwheel, only, file };
        run.add(self.place, today);
    }

    /// Reads the steps of an action of the repository.
    fn local_action(&mut self, path: &str, with: Option<&Value>, today: &mut Today) {
        let folder = self.place.repository.join(path.trim_start_matches("./"));
        let texts = ["action.yml", "action.yaml"].map(|name| fs::read_to_string(folder.join(name)));
        let Some(text) = texts.into_iter().flatten().next() else { return };
        if !BUILDERS.iter().any(|builder| text.contains(builder)) {
            return;
        }
        let action = yaml::read(&text).ok().filter(|_| self.depth < DEEPEST);
        let Some(action) = action else {
            let what = format!("the wheels of the action `{path}`, which cannot be read");
            return today.leave_out(what, &self.workflow.file);
        };
        let mut inputs = json!({});
        for (name, input) in action.get("inputs").and_then(Value::as_object).into_iter().flatten() {
            let given = with.and_then(|with| with.get(name)).or_else(|| input.get("default"));
            inputs[name] = given.map_or_else(|| "".into(), |given| self.values.as_text(given));
        }
        let mut values = self.values.clone();
        values.set("inputs", inputs);
        let mut inner = JobRun {
            workflow: self.workflow,
            values,
            runner: self.runner,
            folder: String::new(),
            python: self.python.clone(),
            uploads: false,
            depth: self.depth + 1,
            place: self.place,
        };
        if let Some(runs) = action.get("runs") {
            inner.read(runs, today);
            self.uploads |= inner.uploads;
        }
    }
}

/// Returns true if a step hands files on to other jobs, or uploads them.
fn uploads(action: &str, script: &str) -> bool {
    action.contains("upload") || action.contains("publish") || action.contains("release") || {
        ["upload", "publish"].iter().any(|word| script.contains(word))
    }
}

/// Returns true if a line of a shell runs cibuildwheel.
fn runs_cibuildwheel(line: &str) -> bool {
    let words: Vec<&str> = line.split_whitespace().collect();
    let starts = |word: &&str| word.split("==").next() == Some("cibuildwheel");
    words.iter().any(starts) && !words.contains(&"install")
}

/// Returns true if a script installs a wheel that was built before: it names a folder of wheels, or a wheel.
fn installs_a_wheel(script: &str) -> bool {
    let joined = script.replace("\\\n", " ");
    joined.lines().any(|line| {
        let installs = line.contains("pip install")
            || line.contains("pip3 install")
            || line.contains("uv run --with");
        installs
            && (line.contains("--find-links")
                || line.contains("-f ")
                || line.contains(".whl")
                || line.contains("dist"))
    })
}
