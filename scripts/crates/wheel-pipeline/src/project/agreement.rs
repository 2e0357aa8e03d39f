//! The plan of a project, or all disagreements between its files.

use pep440_rs::Version;
use wheel_audit::plan::{Plan, Promise};

use super::Project;
use crate::tool::python::OLDEST_PYPY;

/// Derives the plan of a project. `tags` are the git tags of its commit. Those that are not spelled as the project's
/// version tags belong to other packages.
pub fn plan(project: &Project, tags: &[String]) -> Result<Plan, Vec<String>> {
    let mut disagreements = version(project, tags);
    disagreements.extend(targets(project));
    disagreements.extend(pythons(project));
    disagreements.extend(tests(project));
    if !disagreements.is_empty() {
        return Err(disagreements);
    }
    let promise = Promise {
        name: project.name.clone(),
        version: project.version.clone(),
        tag: version_tags(project, tags)
            .find(|(_, version)| *version == project.version)
            .map(|(tag, _)| tag.clone()),
        families: project.families.clone(),
        targets: project.table.targets.clone(),
        pythons: project.table.pythons.clone(),
    };
    let mut plan = Plan::new(&promise).map_err(|unserved| vec![unserved.to_string()])?;
    let foreign = plan.files().filter(|file| project.table.foreign.matches(file));
    plan.foreign = foreign.map(str::to_owned).collect();
    Ok(plan)
}

/// The disagreement of the version and the tags.
fn version(project: &Project, tags: &[String]) -> Vec<String> {
    let mut disagreements = Vec::new();
    let version = &project.version;
    let tagged: Vec<_> = version_tags(project, tags).collect();
    if !tagged.is_empty() && tagged.iter().all(|(_, tagged)| tagged != version) {
        let names: Vec<&String> = tagged.into_iter().map(|(tag, _)| tag).collect();
        disagreements.push(format!(
            "the commit is tagged {}, `{}` says version {version}: \
             change the version and tag that commit ({} is the spelling of a version tag; \
             `tag` in `[tool.wheel-pipeline]` changes it)",
            quoted(&names),
            project.version_file(),
            project.table.tag.describe()
        ));
    }
    disagreements
}

/// The targets that promise a platform which another one has promised. pip would have two wheels to pick from.
fn targets(project: &Project) -> Vec<String> {
    let mut disagreements = Vec::new();
    let mut promised = Vec::new();
    for target in &project.table.targets {
        let platforms = target.platforms();
        if let Some(twice) = platforms.iter().find(|platform| promised.contains(*platform)) {
            let by = if twice == target { String::new() } else { format!(" by `{target}`") };
            disagreements.push(format!("target `{twice}` is promised twice{by}: drop one"));
        }
        promised.extend(platforms);
    }
    disagreements
}

fn pythons(project: &Project) -> Vec<String> {
    let mut disagreements = Vec::new();
    for (index, &python) in project.table.pythons.iter().enumerate() {
        if project.table.pythons[..index].contains(&python) {
            disagreements.push(format!("{} is promised twice: drop one", python.title()));
            continue;
        }
        if python.is_pypy() && python.series() < OLDEST_PYPY {
            disagreements.push(format!(
                "{} is promised, and a release can promise PyPy from {OLDEST_PYPY} on: drop it",
                python.title()
            ));
            continue;
        }
        if !project.families.iter().any(|family| family.serves(python)) {
            disagreements.push(format!(
                "{} is promised, but wheels tagged {} do not install there: \
                 lower pyo3's `abi3-py3…` feature or drop that Python",
                python.title(),
                quoted(&project.families)
            ));
        }
        if !project.requires_python.as_ref().is_none_or(|wanted| python.is_admitted_by(wanted)) {
            disagreements.push(format!(
                "{} is promised, but `requires-python` refuses it: change one of them",
                python.title()
            ));
        }
        let mut platforms = project.table.targets.iter().flat_map(|target| target.platforms());
        if !platforms.any(|platform| platform.has(python)) {
            disagreements.push(format!(
                "{} is promised, but none of the targets has it: drop it",
                python.title()
            ));
        }
    }
    disagreements
}

/// The files of tests that are missing.
fn tests(project: &Project) -> Vec<String> {
    let mut missing = Vec::new();
    if let Some(script) =
        project.table.smoke.as_ref().filter(|path| !project.root.join(path).is_file())
    {
        missing.push(format!(
            "there is no smoke test `{}`: write it, or drop `smoke`, so that the modules are imported",
            script.display()
        ));
    }
    if let Some(downstream) = &project.table.downstream {
        let folder = project.root.join(&downstream.path);
        if !folder.join("pyproject.toml").is_file() {
            missing.push(format!(
                "there is no downstream package in `{}`: correct `downstream`, or drop it",
                downstream.path.display()
            ));
        } else if downstream.test_command.is_empty() && !folder.join("tests").is_dir() {
            missing.push(format!(
                "the downstream package in `{}` has neither a folder `tests` nor a `test-command`",
                downstream.path.display()
            ));
        }
    }
    missing
}

/// The version tags of the project, with their versions.
fn version_tags<'a>(
    project: &'a Project,
    tags: &'a [String],
) -> impl Iterator<Item = (&'a String, Version)> {
    tags.iter().filter_map(|tag| Some((tag, project.table.tag.matches(tag)?)))
}

fn quoted<T: ToString>(items: &[T]) -> String {
    let items: Vec<_> = items.iter().map(|item| format!("`{}`", item.to_string())).collect();
    items.join(", ")
}

#[cfg(test)]
mod tests {
    use std::str::FromStr;

    use wheel_audit::family::{Family, PythonVersion};

    use super::*;
    use crate::project::foreign::ForeignPatterns;
    use crate::project::tag::TagSpelling;
    use crate::project::{CrossBuilt, MaturinTable, PromiseTable};

    fn project() -> Project {
        Project {
            root: "/project".into(),
            folder: None,
            name: "Sum-Up-To".into(),
            version: Version::from_str("1.0.0-rc.1").expect("a version"),
            has_own_version: false,
            manifest: "Cargo.toml".into(),
            maturin: MaturinTable::default(),
            bindings: None,
            stale_lock: false,
            requires_python: Some(">=3.10".parse().expect("a requirement")),
            families: vec![Family::Abi3 { floor: PythonVersion::new(3, 10) }],
            table: PromiseTable {
                targets: vec![
                    "manylinux_2_17_x86_64".parse().expect("a tag"),
                    "win_amd64".parse().expect("a tag"),
                ],
                pythons: vec![PythonVersion::new(3, 10), PythonVersion::new(3, 15)],
                smoke: None,
                test_command: Vec::new(),
                test_requires: Vec::new(),
                test_extras: Vec::new(),
                test_groups: Vec::new(),
                downstream: None,
                waivers: Vec::new(),
                accept: Vec::new(),
                foreign: ForeignPatterns::default(),
                tag: TagSpelling::default(),
                signed_tags: false,
                missing_licenses: Vec::new(),
                cross_built: CrossBuilt::default(),
                rebuild: false,
                second_build: false,
                pass_env: Vec::new(),
            },
        }
    }

    #[test]
    fn all_disagreements_are_listed_at_once() {
        let mut wrong = project();
        wrong.table.pythons.push(PythonVersion::new(3, 9));
        wrong.table.targets.push(wrong.table.targets[0]);
        let disagreements = plan(&wrong, &["v2.0.0".into()]).expect_err("three things are wrong");
        insta::assert_snapshot!(disagreements.join("\n"), @r#"
        the commit is tagged `v2.0.0`, `Cargo.toml` says version 1.0.0rc1: change the version and tag that commit (`v{version}` or `{version}` is the spelling of a version tag; `tag` in `[tool.wheel-pipeline]` changes it)
        target `manylinux_2_17_x86_64` is promised twice: drop one
        Python 3.9 is promised, but wheels tagged `cp310-abi3` do not install there: lower pyo3's `abi3-py3…` feature or drop that Python
        Python 3.9 is promised, but `requires-python` refuses it: change one of them
        "#);
    }

    #[test]
    fn each_disagreement_is_listed_once() {
        let mut wrong = project();
        wrong.table.pythons =
            [(3, 8), (3, 9), (3, 10), (3, 10)].map(|(a, b)| PythonVersion::new(a, b)).into();
        let disagreements = plan(&wrong, &[]).expect_err("three things are wrong");
        insta::assert_snapshot!(disagreements.join("\n"), @"
        Python 3.8 is promised, but wheels tagged `cp310-abi3` do not install there: lower pyo3's `abi3-py3…` feature or drop that Python
        Python 3.8 is promised, but `requires-python` refuses it: change one of them
        Python 3.9 is promised, but wheels tagged `cp310-abi3` do not install there: lower pyo3's `abi3-py3…` feature or drop that Python
        Python 3.9 is promised, but `requires-python` refuses it: change one of them
        Python 3.10 is promised twice: drop one
        ");
    }

    #[test]
    fn a_python_that_no_target_has_is_named() {
        let mut project = project();
        let pypy: PythonVersion = "pypy3.11-v7.3".parse().expect("a Python");
        project.families.push(Family::Exact(pypy));
        project.table.pythons.push(pypy);
        assert!(plan(&project, &[]).is_ok());
        project.table.targets =
            ["musllinux_1_2_x86_64", "win32"].map(|tag| tag.parse().expect(tag)).into();
        assert_eq!(
            plan(&project, &[]).expect_err("PyPy is nowhere"),
            ["pypy3.11-v7.3 is promised, but none of the targets has it: drop it"]
        );
        project.table.pythons = vec!["pypy3.10-v7.3".parse().expect("a Python")];
        assert_eq!(
            plan(&project, &[]).expect_err("it is old"),
            ["pypy3.10-v7.3 is promised, and a release can promise PyPy from 3.11 on: drop it"]
        );
    }

    #[test]
    fn a_universal_wheel_and_one_of_its_processors_are_one_too_many() {
        let targets = |tags: &[&str]| {
            let mut project = project();
            project.table.targets = tags.iter().map(|tag| tag.parse().expect("a tag")).collect();
            plan(&project, &[])
        };
        let universal = "macosx_10_12_universal2";
        for (tags, expected) in [
            (
                [universal, "macosx_11_0_arm64"],
                "target `macosx_11_0_arm64` is promised twice: drop one",
            ),
            (
                ["macosx_10_12_x86_64", universal],
                "target `macosx_10_12_x86_64` is promised twice by `macosx_10_12_universal2`: drop one",
            ),
        ] {
            assert_eq!(targets(&tags).expect_err("one is too many"), [expected]);
        }
        assert!(targets(&[universal, "win_amd64"]).is_ok());
    }

    #[test]
    fn every_form_of_requires_python_is_understood() {
        for (requires, promised) in [
            (">=3.10.1", true),
            ("~=3.10", true),
            (">=3.9, <4, !=3.10.0", true),
            ("==3.10.*", true),
            (">=3.10.12,<3.11", true),
            (">=3.11.1", false),
            ("~=3.11", false),
            (">=3.11", false),
            ("!=3.10.*", false),
        ] {
            let mut project = project();
            project.table.pythons = vec![PythonVersion::new(3, 10)];
            project.requires_python = Some(requires.parse().expect(requires));
            assert_eq!(plan(&project, &[]).is_ok(), promised, "{requires}");
        }
    }

    #[test]
    fn tags_of_other_packages_and_other_tags_are_nobodys_business() {
        let others = ["nightly", "other/0.1.0", "py-v2.0.0", "v2.0.0-pypy3"].map(str::to_owned);
        assert_eq!(plan(&project(), &others).expect("none is a version tag").tag, None);
        let mut python = project();
        python.table.tag = "py-v{version}".parse().expect("a spelling");
        let wrong = plan(&python, &others).expect_err("one is its version tag").join("\n");
        insta::assert_snapshot!(wrong, @"the commit is tagged `py-v2.0.0`, `Cargo.toml` says version 1.0.0rc1: change the version and tag that commit (`py-v{version}` is the spelling of a version tag; `tag` in `[tool.wheel-pipeline]` changes it)");
        let tags = ["v2.0.0", "py-v1.0rc1", "1.0.0-rc.1"].map(str::to_owned);
        let plan = plan(&python, &tags).expect("one tag agrees, the others are of others");
        assert_eq!(plan.tag.as_deref(), Some("py-v1.0rc1"));
    }

    #[test]
    fn one_of_several_tags_may_be_the_release() {
        let tags = ["v0.9.0".to_owned(), "v1.0.0rc1".to_owned()];
        let plan = plan(&project(), &tags).expect("one tag agrees");
        assert_eq!(plan.tag.as_deref(), Some("v1.0.0rc1"));
    }
}
