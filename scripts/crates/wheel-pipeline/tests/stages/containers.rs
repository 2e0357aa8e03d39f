//! The smoke test in containers. A script takes the place of the engine, and runs the commands on this machine.

use std::fs;
use std::path::Path;

use wheel_audit::wheel::Sha256Sum;
use wheel_pipeline::evidence::{self, BuildEvidence, BuiltFile, SmokeEvidence, SmokeResult};
use wheel_pipeline::tool::python::{self, Interpreter};

use crate::PROGRAM;
use wheel_fixtures::limited;
use wheel_fixtures::project::{ProgramRun, SampleProject};
use wheel_fixtures::wheel::Wheel;

const TARGET: &str = "manylinux_2_17_x86_64";
const WHEEL: &str = "half_of-2.0.0rc1-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl";

/// The program that makes a wheel.
const MAKE: &str = include_str!("make_wheel.py");

/// A project with a built wheel, and the newest of its promised Pythons on this machine.
pub fn built() -> (SampleProject, Interpreter) {
    let project = SampleProject::new(PROGRAM);
    project.link_tools();
    let found = python::search::find().expect("Pythons can be looked for");
    let promised =
        |found: &&Interpreter| !found.version.is_free_threaded() && found.release.as_str() < "3.16";
    let newest = found.own().rfind(promised).expect("there is a Python").clone();
    let path = project.root().join("dist").join(WHEEL);
    fs::create_dir_all(path.parent().expect("dist")).expect("a folder");
    newest.command().args(["-c", MAKE]).arg(&path).check().expect("a wheel is made");
    let bytes = fs::read(&path).expect("the wheel");
    let files = [(WHEEL, bytes), ("half_of-2.0.0rc1.tar.gz", Vec::new())];
    let record = files.map(|(file, bytes)| {
        fs::write(project.root().join("dist").join(file), &bytes).expect("a file");
        BuiltFile {
            file: file.to_owned(),
            sha256: Sha256Sum::digest(&bytes),
            size: bytes.len() as u64,
            triple: None,
            builder: "a test".to_owned(),
            cross_built: false,
            elsewhere: false,
            commit: None,
            dirty: false,
            epoch: 0,
        }
    });
    let build = BuildEvidence { files: record.into(), ..BuildEvidence::default() };
    evidence::write(&project.work().join("build.json"), &build).expect("evidence");
    (project, newest)
}

/// Runs a stage with scripts for both engines.
fn run(project: &SampleProject, docker: &str, podman: &str, arguments: &[&str]) -> ProgramRun {
    let path = project.programs(&[("docker", docker), ("podman", podman)]);
    let output = limited::output(project.command(arguments).env("PATH", path));
    project.finish(output)
}

const BROKEN: &str = "echo 'is the daemon running?' >&2; exit 1";

#[test]
fn without_an_engine_the_smoke_test_fails_with_the_reasons() {
    let (project, _) = built();
    let run = run(&project, BROKEN, BROKEN, &["smoke", "--container", "--target", TARGET]);
    assert_eq!(run.code, 3, "{}", run.stderr);
    insta::assert_snapshot!(run.stderr, @"
    error: no container engine works
      `docker info` fails: is the daemon running?
      `podman info` fails: is the daemon running?
    hint: start docker, or install podman
    ");
    assert!(!project.work().join("smoke.json").exists());
}

#[test]
fn a_wheel_is_tested_on_the_pythons_of_the_image_and_of_this_machine() {
    let (project, newest) = built();
    let (tag, calls) = (newest.version.tag(), project.root().join("calls"));
    // The image has one Python, which is one of this machine's.
    let engine = format!(
        r#"echo "$@" >> {}
case "$1 $3" in
    "info "*) ;;
    "image "*) exit 1 ;;
    "run "*) exec cat ;;
    "exec /opt/python/{tag}-{tag}/bin/python") shift 3; exec {} "$@" ;;
    "exec /opt/"*) echo 'no such file' >&2; exit 127 ;;
    "exec "*) shift 2; exec "$@" ;;
esac"#,
        calls.display(),
        newest.executable.display()
    );
    let smoke = |arguments: &[&str]| {
        let line = [&["smoke", "--container", "--target", TARGET], arguments].concat();
        run(&project, BROKEN, &engine, &line)
    };
    let first = smoke(&[]);
    assert_eq!(first.code, 0, "{}", first.stderr);
    let read = || -> SmokeEvidence {
        evidence::read(&project.work().join("smoke.json")).expect("evidence").expect("it ran")
    };
    let inside = |evidence: &SmokeEvidence, image: &str| -> Vec<(String, SmokeResult)> {
        let outcomes = evidence.outcomes.iter();
        let inside = outcomes.filter(|outcome| outcome.executable.contains(image));
        inside.map(|outcome| (outcome.release.clone(), outcome.result.clone())).collect()
    };
    let evidence = read();
    assert_eq!(inside(&evidence, "manylinux2014"), [(newest.release.clone(), SmokeResult::Passed)]);
    assert!(evidence.outcomes.len() > 1, "this machine's Pythons are tested too");
    assert!(evidence.passed_over.iter().any(|line| line.ends_with("no such file")));
    let calls = fs::read_to_string(calls).expect("calls");
    can_be_seen(&calls, &newest);
    assert!(!calls.contains("-pip --platform"), "nothing is downloaded: {calls}");
    let asked = |what: &str| calls.lines().any(|line| line.starts_with(what));
    assert!(asked("pull --quiet --platform linux/amd64 quay.io/pypa/manylinux2014_x86_64@sha256:"));
    assert!(asked("kill wheel-pipeline-"), "{calls}");

    // A failure only in the container is a failure of the stage.
    project.write("smoke.py", "import sys\nsys.exit('broken' if 'place' in sys.prefix else 0)\n");
    let failed = smoke(&["--image", "localhost/mine"]);
    assert_eq!(failed.code, 1, "{}", failed.stderr);
    let reasons = inside(&read(), "localhost/mine /");
    assert!(
        matches!(&reasons[..], [(_, SmokeResult::Failed { reason })] if reason == "broken"),
        "{reasons:?}"
    );
}

/// Checks that every path that a container is told of lies in one of its folders. `own` is its interpreter.
fn can_be_seen(calls: &str, own: &Interpreter) {
    let words = |start: &'static str| {
        let lines = calls.lines().filter(move |line| line.starts_with(start));
        lines.flat_map(str::split_whitespace)
    };
    let volumes: Vec<&str> =
        words("run ").filter_map(|word| word.split_once(":/")).map(|pair| pair.0).collect();
    let mut seen = 0;
    for path in words("exec ").filter(|word| word.starts_with('/')) {
        let inside = |volume: &&str| path.starts_with(*volume);
        assert!(
            path.starts_with("/opt/python/")
                || Path::new(path) == own.executable
                || volumes.iter().any(inside),
            "{path}: {volumes:?}"
        );
        seen += 1;
    }
    assert!(seen > 10, "{calls}");
}

#[test]
fn dependencies_are_looked_for_in_a_container_with_a_network_where_nothing_else_runs() {
    let (project, newest) = built();
    project.change("pyproject.toml", "smoke = ", "test-requires = \"needed\"\ntest-command = \"python -c 'import needed, half_of' && test -f {project}/smoke.py\"\n# ");
    let index = project.root().join("index");
    fs::create_dir(&index).expect("a folder");
    let pure = Wheel::pure("needed", "");
    fs::write(index.join(&pure.file), pure.bytes()).expect("written");
    let (tag, calls) = (newest.version.tag(), project.root().join("calls"));
    let engine = format!(
        r#"echo "$@" >> {}
case "$1 $3" in
    "info "*) ;;
    "image "*) ;;
    "run "*) exec cat ;;
    "exec /opt/python/{tag}-{tag}/bin/python") shift 3; exec {} "$@" ;;
    "exec /opt/"*) exit 127 ;;
    "exec "*)
        shift
        while [ "${{1#--}}" != "$1" ]; do
            case $1 in --env) export "$2" ;; --workdir) cd "$2" ;; esac
            shift 2
        done
        shift; exec "$@" ;;
esac"#,
        calls.display(),
        newest.executable.display()
    );
    let path = project.programs(&[("docker", BROKEN), ("podman", &engine)]);
    let mut command = project.command(&["smoke", "--container", "--target", TARGET]);
    command.env("PATH", path).env("PIP_NO_INDEX", "1").env("PIP_FIND_LINKS", &index);
    let run = project.finish(limited::output(&mut command));
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    let calls = fs::read_to_string(calls).expect("calls");
    can_be_seen(&calls, &newest);
    let lines = |part: &str| calls.lines().filter(|line| line.contains(part)).collect::<Vec<_>>();
    let [offline, online] = lines("--entrypoint cat")[..] else {
        panic!("two containers: {calls}")
    };
    assert!(offline.contains("--network none") && !offline.contains("PIP_"), "{offline}");
    assert!(online.contains("-pip ") && online.contains("--env PIP_FIND_LINKS"), "{online}");
    assert!(!online.contains("--network none"), "{online}");
    let by_name = |line: &&str| {
        line.starts_with("exec ")
            && line.split(' ').nth(1).is_some_and(|name| name.ends_with("-pip"))
    };
    let online: Vec<&str> =
        calls.lines().filter(by_name).filter(|line| !line.ends_with(" true")).collect();
    let [resolve, fetch] = online[..] else { panic!("pip alone: {online:?}") };
    assert!(resolve.contains("--dry-run") && fetch.contains(" download "), "{online:?}");
}

#[test]
fn an_image_needs_a_container_and_a_target() {
    let project = SampleProject::new(PROGRAM);
    let alone = project.run(&["smoke", "--image", "localhost/mine"]);
    assert_eq!(alone.code, 2);
    assert!(alone.stderr.contains("--container"), "{}", alone.stderr);
    // No wheel is built, so no image is chosen.
    let nothing = project.run(&["smoke", "--container"]);
    assert_eq!(nothing.code, 3);
    assert!(nothing.stderr.contains("no wheel for Linux is built"), "{}", nothing.stderr);
}
