//! The pinned tools: each stage installs what it runs, once for every project of the user.

use std::fs;

use insta::assert_snapshot;
use wheel_fixtures::limited;
use wheel_fixtures::project::SampleProject;
use wheel_pipeline::cache;

use crate::PROGRAM;

/// The names of what is in the cache, without their versions.
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
fn installed(cache: &std::path::Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(cache.join("tools")) else {
        return Vec::new();
    };
    let name = |entry: fs::DirEntry| entry.file_name().into_string().expect("UTF-8");
    let names = entries.map(|entry| name(entry.expect("an entry")));
    // A file with the name of an installation says that it is complete.
    let complete = names.filter(|name| cache.join("tools").join(name).is_file());
    let complete = complete.filter(|name| !name.ends_with(".lock"));
    let mut names: Vec<String> =
        complete.map(|name| name.split("-3.").next().unwrap_or_default().to_owned()).collect();
    names.sort();
    names
}

#[test]
fn stages_that_judge_install_nothing() {
    let project = SampleProject::new(PROGRAM);
    project.write("dist/half_of-2.0.0rc1.tar.gz", "not an archive");
    for (stage, code) in [("plan", 0), ("audit", 1), ("gate", 1)] {
        let run = project.run(&[stage]);
        assert_eq!(run.code, code, "{stage}: {}", run.stderr);
        // cargo remembers there what rustc said.
        let made = fs::read_dir(project.cache()).expect("a folder");
        let made = made.filter(|entry| entry.as_ref().expect("an entry").file_name() != "cargo");
        assert_eq!(made.count(), 0, "{stage}");
    }
}

#[test]
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
fn two_runs_install_the_tools_of_the_smoke_test_once() {
    let projects = [(); 2].map(|()| crate::containers::built().0);
    let cache = tempfile::tempdir().expect("a folder");
    let runs = std::thread::scope(|scope| {
        let smoke = |project| {
            let project: &SampleProject = project;
            let mut command = project.command(&["smoke"]);
            project.finish(limited::output(command.env(cache::VARIABLE, cache.path())))
        };
        let threads: Vec<_> =
            projects.iter().map(|project| scope.spawn(move || smoke(project))).collect();
        threads.into_iter().map(|thread| thread.join().expect("no panic")).collect::<Vec<_>>()
    });
    for run in &runs {
        assert_eq!(run.code, 0, "{}", run.stderr);
    }
    let times: usize =
        runs.iter().map(|run| run.stderr.matches("installed pip, uv, flit-core").count()).sum();
    assert_eq!(times, 1, "{runs:?}");
    assert_eq!(installed(cache.path()), ["pip"]);
}

#[test]
fn a_cache_that_cannot_be_written_is_named_with_the_variable_that_moves_it() {
    let project = SampleProject::new(PROGRAM);
    // Nobody, not even root, can make a folder below a file.
    project.write("file", "");
    let mut command = project.command(&["sdist"]);
    command.env(cache::VARIABLE, project.root().join("file"));
    let run = project.finish(limited::output(&mut command));
    assert_eq!(run.code, 3);
    let said = &run.stderr;
    assert!(said.starts_with("error: cannot use the cache `[ROOT]/file/tools`: "), "{said}");
    let hint = said.lines().last().expect("a hint");
    assert_snapshot!(hint, @"hint: set `WHEEL_PIPELINE_CACHE_DIR` to a folder that you can write to");
}
