//! Publishing: what an index holds already, what was changed since the build, and what must not leave
//! this machine.
#![cfg(unix)]

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};

use wheel_fixtures::limited::{self, Watchdog};
use wheel_fixtures::project::{ProgramRun, SampleProject};

use crate::PROGRAM;

/// A running `serve`, and the variables that it printed.
struct RunningIndex {
    server: Child,
    variables: BTreeMap<String, String>,
}

impl RunningIndex {
    fn start(project: &SampleProject) -> Self {
        let _watchdog = Watchdog::start();
        let mut server = project
            .command(&["serve", "--port", "0"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        let lines = BufReader::new(server.stdout.take().expect("a pipe")).lines();
        let variables = lines
            .take(4)
            .map(|line| {
                let line = line.expect("UTF-8");
                let (name, value) = line
                    .strip_prefix("export ")
                    .and_then(|line| line.split_once('='))
                    .expect("an assignment");
                (name.to_owned(), value.to_owned())
            })
            .collect();
        Self { server, variables }
    }

    fn publish(&self, project: &SampleProject) -> ProgramRun {
        let at = |name: &str| self.variables[name].clone();
        let output = limited::output(
            project
                .command(&[
                    "publish",
                    "--repository-url",
                    &at("TWINE_REPOSITORY_URL"),
                    "--index-url",
                    &at("PIP_INDEX_URL"),
                ])
                .env("TWINE_USERNAME", at("TWINE_USERNAME"))
                .env("TWINE_PASSWORD", at("TWINE_PASSWORD")),
        );
        let run = project.finish(output);
        for text in [&run.stdout, &run.stderr] {
            assert!(!text.contains(&at("TWINE_PASSWORD")), "the password is shown: {text}");
        }
        run
    }
}

impl Drop for RunningIndex {
    fn drop(&mut self) {
        self.server.kill().expect("it runs");
        limited::wait(&mut self.server);
    }
}

#[test]
fn an_index_is_asked_before_anything_is_sent() {
    let project = SampleProject::with_tools(PROGRAM);
    // The plan has only this machine's target, so that it can be published as a whole.
    let host =
        if cfg!(target_os = "macos") { "macosx_11_0_arm64" } else { "manylinux_2_17_x86_64" };
    project.change(
        "pyproject.toml",
        "targets = [\"manylinux_2_17_x86_64\", \"macosx_11_0_arm64\", \"win_amd64\"]",
        &format!("targets = [\"{host}\"]"),
    );
    let built = project.run(&["build"]);
    assert_eq!(built.code, 0, "{}", built.stderr);
    let index = RunningIndex::start(&project);

    let first = index.publish(&project);
    assert_eq!(first.code, 0, "{}", first.stderr);
    assert_eq!(first.stderr.matches("uploaded half_of-2.0.0rc1").count(), 2, "{}", first.stderr);
    let receipt = fs::read_to_string(project.work().join("receipt.json")).expect("a receipt");

    let second = index.publish(&project);
    assert_eq!(second.code, 0, "{}", second.stderr);
    assert_eq!(
        second.stderr.matches("already there half_of-2.0.0rc1").count(),
        2,
        "{}",
        second.stderr
    );
    assert_eq!(
        fs::read_to_string(project.work().join("receipt.json")).expect("a receipt"),
        receipt
    );

    project.change("src/lib.rs", "42", "21 + 21");
    project.change("pyproject.toml", "Halves even numbers", "Halves even numbers again");
    assert_eq!(project.run(&["build"]).code, 0);
    let other = index.publish(&project);
    assert_eq!(other.code, 1);
    assert!(
        other.stderr.contains("error: the index has another file named `half_of-2.0.0rc1-"),
        "{}",
        other.stderr
    );
    assert!(
        other.stderr.contains("\nhint: an index never frees a name: raise the version"),
        "{}",
        other.stderr
    );

    let wheel = project.dist().into_iter().find(|name| name.ends_with(".whl")).expect("a wheel");
    let path = project.root().join("dist").join(&wheel);
    let mut bytes = fs::read(&path).expect("a wheel");
    bytes.push(0);
    fs::write(&path, bytes).expect("a wheel");
    for stage in [index.publish(&project), project.run(&["smoke"])] {
        assert_eq!(stage.code, 1);
        let expected = format!("error: `{wheel}` is not the file that `build` recorded\nhint: ");
        assert!(stage.stderr.contains(&expected), "{}", stage.stderr);
    }
    let audit = project.run(&["audit"]);
    assert!(
        audit.stdout.contains("error[dist-as-built]: the file has SHA-256 "),
        "{}",
        audit.stdout
    );

    assert_eq!(project.run(&["build"]).code, 0);
    let nobody = "http://127.0.0.1:1/simple/";
    for execute in
        [&["publish", "--index-url", nobody][..], &["publish", "--index-url", nobody, "--execute"]]
    {
        let run = project.run(execute);
        assert_eq!(run.code, 1, "{}", run.stdout);
        let said = format!("{}{}", run.stdout, run.stderr);
        for reason in [
            "the commit carries no version tag",
            "was built from a dirty tree",
            "no smoke test of this build: ",
        ] {
            assert!(said.contains(reason), "{reason}: {said}");
        }
        assert!(said.contains("nothing was sent"), "{said}");
    }
}
