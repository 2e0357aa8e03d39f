//! No child of a build, of a rehearsal or of its tests has a secret, and a build that misses a variable is told
//! which ones it did not get.

use std::fs;

use wheel_fixtures::children;
use wheel_fixtures::project::SampleProject;

use crate::PROGRAM;

const BUILD_SCRIPT: &str = r#"
fn main() {
    let names: Vec<String> = std::env::vars().map(|(name, _)| name).collect();
    std::fs::write(std::env::var("WANTED_FILE").expect("a file"), names.join("\n")).expect("written");
    assert!(std::env::var_os("WANTED_ROOT").is_some(), "WANTED_ROOT is not set");
}
"#;

#[test]
fn no_child_of_a_rehearsal_has_a_secret() {
    let project = SampleProject::with_tools(PROGRAM);
    project.write("build.rs", BUILD_SCRIPT);
    project.change(
        "pyproject.toml",
        "smoke = \"smoke.py\"",
        "smoke = \"smoke.py\"\npass-env = [\"WANTED_FILE\", \"WANTED_TOKEN\"]",
    );
    let names = project.root().join("names");
    let rehearse = || {
        let mut command = project.command(&["rehearse"]);
        command
            .env("WANTED_FILE", &names)
            .env("WANTED_TOKEN", "canary-for-the-build")
            .env("WANTED_ROOT", "/nowhere")
            .env("TWINE_USERNAME", "nobody")
            .env("TWINE_PASSWORD", "canary-of-twine")
            .env("GH_TOKEN", "canary-of-gh")
            .env("CARGO_REGISTRY_TOKEN", "canary-of-cargo")
            .env("OF_NOBODY", "canary-of-nobody");
        let (output, seen) = children::output(&mut command);
        (project.finish(output), seen)
    };
    let (failed, _) = rehearse();
    assert_eq!(failed.code, 3, "{}", failed.stderr);
    assert!(failed.stderr.contains("WANTED_ROOT is not set"), "{}", failed.stderr);
    let hint = "\nhint: these variables are set, and the build does not get them: ";
    assert!(failed.stderr.contains(hint), "{}", failed.stderr);
    assert!(failed.stderr.contains("`WANTED_ROOT`"), "{}", failed.stderr);

    project.change("pyproject.toml", "\"WANTED_FILE\"", "\"WANTED_FILE\", \"WANTED_ROOT\"");
    let (run, seen) = rehearse();
    assert_eq!(run.code, 0, "{}", run.stderr);
    let names = fs::read_to_string(names).expect("the build script ran");
    let has = |name: &str| names.lines().any(|line| line == name);
    assert!(has("PATH") && has("WANTED_TOKEN") && has("WANTED_ROOT"), "{names}");
    let secrets = ["GH_TOKEN", "CARGO_REGISTRY_TOKEN", "OF_NOBODY"];
    for name in secrets.iter().chain(&["TWINE_PASSWORD"]) {
        assert!(!has(name), "{name}: {names}");
    }
    assert!(seen.iter().any(|process| process.line.contains("/upload.py ")), "{seen:?}");
    assert!(seen.iter().any(|process| process.line.contains("smoke.py")), "{seen:?}");
    for process in &seen {
        assert!(!process.line.contains("canary"), "{}", process.line);
        assert!(
            !process.variables.iter().any(|text| text.contains("canary-of")),
            "{}",
            process.line
        );
        let others = ["smoke.py", "/upload.py ", "__pip-runner__.py", " -m venv ", "git ", "devpi"];
        let other = others.iter().any(|name| process.line.contains(name));
        assert!(!(other && process.has("WANTED_TOKEN")), "{}", process.line);
    }
}
