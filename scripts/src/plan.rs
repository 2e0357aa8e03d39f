//! The plan: exactly which files a release must hold, and which of them each promised Python gets.

use pep440_rs::{Version, VersionSpecifiers};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::str::FromStr;

use crate::family::{Family, PythonVersion};
use crate::project::Project;
use crate::target::Target;

/// The state of the source tree, as git tells it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revision {
    /// The commit's full hash.
    pub commit: String,
    /// The commit's time in seconds since 1970, which every built file carries.
    pub epoch: u64,
    /// Whether tracked files differ from the commit, or untracked ones lie beside them.
    pub dirty: bool,
    /// Tags that point at the commit and look like a version: `v1.0.0`.
    pub tags: Vec<String>,
}

/// What a release must hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Plan {
    /// The normal form of the project's name.
    pub project: String,
    /// The release's version.
    pub version: String,
    /// The git tag of the release, where the commit has one.
    pub tag: Option<String>,
    /// The source distribution's file name.
    pub sdist: String,
    /// The wheels, in the order of the table.
    pub wheels: Vec<PlannedWheel>,
    /// Every promised (platform, Python), and the wheel that pip must pick there.
    pub environments: Vec<Environment>,
}

/// A wheel that the release must hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PlannedWheel {
    pub file: String,
    pub target: Target,
    /// Python and ABI tag: `cp310-abi3`.
    pub family: String,
    /// The Rust target that a native build compiles for.
    pub triple: String,
    /// What `maturin --interpreter` is told.
    pub interpreter: String,
}

/// A place where users were promised a prebuilt wheel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Environment {
    pub target: Target,
    pub python: PythonVersion,
    pub file: String,
}

impl Plan {
    /// Derives the plan, or lists everything in which the project's files disagree.
    ///
    /// # Errors
    ///
    /// One line for each disagreement, with what to do about it.
    pub fn new(project: &Project, tags: &[String]) -> Result<Self, Vec<String>> {
        let mut disagreements = Vec::new();
        let version = &project.version;
        if let Some(stated) = &project.static_version
            && stated != version
        {
            disagreements.push(format!(
                "`pyproject.toml` says version {stated}, `Cargo.toml` says {version}: \
                 keep one of them (`dynamic = [\"version\"]` takes Cargo's)"
            ));
        }
        if !tags.is_empty() && !tags.iter().any(|tag| version_of(tag).as_ref() == Some(version)) {
            disagreements.push(format!(
                "the commit is tagged {}, `Cargo.toml` says version {version}: \
                 change the version and tag that commit",
                quoted(tags)
            ));
        }
        for (index, target) in project.table.targets.iter().enumerate() {
            if project.table.targets[..index].contains(target) {
                disagreements.push(format!("target `{target}` is promised twice: drop one"));
            }
        }
        for (index, &python) in project.table.pythons.iter().enumerate() {
            if project.table.pythons[..index].contains(&python) {
                disagreements.push(format!("Python {python} is promised twice: drop one"));
                continue;
            }
            if !project.families.iter().any(|family| family.serves(python)) {
                disagreements.push(format!(
                    "Python {python} is promised, but wheels tagged {} do not install there: \
                     lower pyo3's `abi3-py3…` feature or drop that Python",
                    quoted(&project.families)
                ));
            }
            if !project.requires_python.as_ref().is_none_or(|wanted| admits(wanted, python)) {
                disagreements.push(format!(
                    "Python {python} is promised, but `requires-python` refuses it: change one of them"
                ));
            }
        }
        if !disagreements.is_empty() {
            return Err(disagreements);
        }
        let mut environments = Vec::new();
        let mut wheels = Vec::new();
        for &target in &project.table.targets {
            let mut picked = BTreeSet::new();
            for &python in &project.table.pythons {
                // Before that there is no such Python that could be promised.
                if python.series() < target.first_python() {
                    continue;
                }
                let serving = project.families.iter().filter(|family| family.serves(python));
                let family = *serving
                    .max_by_key(|family| family.preference())
                    .expect("every promised Python was seen to be served");
                picked.insert(family);
                let file = planned(project, family, target).file;
                environments.push(Environment { target, python, file });
            }
            let built = project.families.iter().filter(|family| picked.contains(family));
            wheels.extend(built.map(|&family| planned(project, family, target)));
        }
        Ok(Self {
            project: crate::project::normalize(&project.name),
            version: version.to_string(),
            tag: tags.iter().find(|tag| version_of(tag).as_ref() == Some(version)).cloned(),
            sdist: format!("{}-{version}.tar.gz", project.escaped_name()),
            wheels,
            environments,
        })
    }

    /// Every file of the release in the order of upload: wheels first, so that while the upload runs
    /// nobody's pip finds only the sdist and compiles.
    pub fn files(&self) -> impl Iterator<Item = &str> {
        self.wheels
            .iter()
            .map(|wheel| wheel.file.as_str())
            .chain(std::iter::once(self.sdist.as_str()))
    }

    /// The targets of the plan, each once.
    pub fn targets(&self) -> Vec<Target> {
        let mut targets: Vec<_> = self.wheels.iter().map(|wheel| wheel.target).collect();
        targets.dedup();
        targets
    }

    /// The same plan with those wheels alone that one of these Pythons takes.
    #[must_use]
    pub fn serving(&self, pythons: &[PythonVersion]) -> Self {
        let mut part = self.clone();
        part.wheels.retain(|wheel| {
            self.environments.iter().any(|environment| {
                environment.file == wheel.file && pythons.contains(&environment.python)
            })
        });
        part
    }

    /// The same plan for some of its targets only.
    pub fn only(&self, targets: &[Target]) -> Self {
        let mut part = self.clone();
        part.wheels.retain(|wheel| targets.contains(&wheel.target));
        part.environments.retain(|environment| targets.contains(&environment.target));
        part
    }
}

fn planned(project: &Project, family: Family, target: Target) -> PlannedWheel {
    let (name, version) = (project.escaped_name(), &project.version);
    PlannedWheel {
        file: format!("{name}-{version}-{family}-{}.whl", target.file_tag()),
        target,
        family: family.to_string(),
        triple: target.triple(),
        interpreter: family.interpreter(),
    }
}

/// Whether some release of the series meets the requirement, which may name single releases.
fn admits(wanted: &VersionSpecifiers, python: PythonVersion) -> bool {
    (0..100).any(|patch| {
        Version::from_str(&format!("{}.{patch}", python.series()))
            .is_ok_and(|release| wanted.contains(&release))
    })
}

fn version_of(tag: &str) -> Option<Version> {
    Version::from_str(tag.strip_prefix('v')?).ok()
}

fn quoted<T: ToString>(items: &[T]) -> String {
    let items: Vec<_> = items.iter().map(|item| format!("`{}`", item.to_string())).collect();
    items.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::PromiseTable;

    fn project() -> Project {
        Project {
            root: "/project".into(),
            name: "Sum-Up-To".into(),
            version: Version::from_str("1.0.0-rc.1").expect("a version"),
            static_version: None,
            manifest: "Cargo.toml".into(),
            requires_python: Some(">=3.10".parse().expect("a requirement")),
            families: vec![Family::Abi3 { floor: PythonVersion::new(3, 10) }],
            table: PromiseTable {
                targets: vec![
                    "manylinux_2_17_x86_64".parse().expect("a tag"),
                    "win_amd64".parse().expect("a tag"),
                ],
                pythons: vec![PythonVersion::new(3, 10), PythonVersion::new(3, 15)],
                smoke: "tests/smoke.py".into(),
                downstream: None,
                waivers: Vec::new(),
            },
        }
    }

    #[test]
    fn the_plan_names_every_file_and_environment() {
        let plan = Plan::new(&project(), &["v1.0.0rc1".into()]).expect("no disagreement");
        let json = serde_json::to_string_pretty(&plan).expect("a plan is JSON");
        insta::assert_snapshot!(json, @r#"
        {
          "project": "sum-up-to",
          "version": "1.0.0rc1",
          "tag": "v1.0.0rc1",
          "sdist": "sum_up_to-1.0.0rc1.tar.gz",
          "wheels": [
            {
              "file": "sum_up_to-1.0.0rc1-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl",
              "target": "manylinux_2_17_x86_64",
              "family": "cp310-abi3",
              "triple": "x86_64-unknown-linux-gnu",
              "interpreter": "3.10"
            },
            {
              "file": "sum_up_to-1.0.0rc1-cp310-abi3-win_amd64.whl",
              "target": "win_amd64",
              "family": "cp310-abi3",
              "triple": "x86_64-pc-windows-msvc",
              "interpreter": "3.10"
            }
          ],
          "environments": [
            {
              "target": "manylinux_2_17_x86_64",
              "python": "3.10",
              "file": "sum_up_to-1.0.0rc1-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl"
            },
            {
              "target": "manylinux_2_17_x86_64",
              "python": "3.15",
              "file": "sum_up_to-1.0.0rc1-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl"
            },
            {
              "target": "win_amd64",
              "python": "3.10",
              "file": "sum_up_to-1.0.0rc1-cp310-abi3-win_amd64.whl"
            },
            {
              "target": "win_amd64",
              "python": "3.15",
              "file": "sum_up_to-1.0.0rc1-cp310-abi3-win_amd64.whl"
            }
          ]
        }
        "#);
    }

    #[test]
    fn part_of_a_plan_keeps_only_its_targets() {
        let plan = Plan::new(&project(), &[]).expect("no disagreement");
        let windows: Target = "win_amd64".parse().expect("a tag");
        let part = plan.only(&[windows]);
        assert_eq!(part.targets(), [windows]);
        assert_eq!(part.environments.len(), 2);
        assert_eq!(part.sdist, plan.sdist);
    }

    #[test]
    fn all_disagreements_are_listed_at_once() {
        let mut wrong = project();
        wrong.static_version = Some(Version::from_str("0.9").expect("a version"));
        wrong.table.pythons.push(PythonVersion::new(3, 9));
        wrong.table.targets.push(wrong.table.targets[0]);
        let disagreements =
            Plan::new(&wrong, &["v2.0.0".into()]).expect_err("four things are wrong");
        insta::assert_snapshot!(disagreements.join("\n"), @r#"
        `pyproject.toml` says version 0.9, `Cargo.toml` says 1.0.0rc1: keep one of them (`dynamic = ["version"]` takes Cargo's)
        the commit is tagged `v2.0.0`, `Cargo.toml` says version 1.0.0rc1: change the version and tag that commit
        target `manylinux_2_17_x86_64` is promised twice: drop one
        Python 3.9 is promised, but wheels tagged `cp310-abi3` do not install there: lower pyo3's `abi3-py3…` feature or drop that Python
        Python 3.9 is promised, but `requires-python` refuses it: change one of them
        "#);
    }

    #[test]
    fn each_disagreement_is_said_once() {
        let mut wrong = project();
        wrong.table.pythons =
            [(3, 8), (3, 9), (3, 10), (3, 10)].map(|(a, b)| PythonVersion::new(a, b)).into();
        let disagreements = Plan::new(&wrong, &[]).expect_err("three things are wrong");
        insta::assert_snapshot!(disagreements.join("\n"), @"
        Python 3.8 is promised, but wheels tagged `cp310-abi3` do not install there: lower pyo3's `abi3-py3…` feature or drop that Python
        Python 3.8 is promised, but `requires-python` refuses it: change one of them
        Python 3.9 is promised, but wheels tagged `cp310-abi3` do not install there: lower pyo3's `abi3-py3…` feature or drop that Python
        Python 3.9 is promised, but `requires-python` refuses it: change one of them
        Python 3.10 is promised twice: drop one
        ");
    }

    #[test]
    fn any_form_of_requires_python_is_heard() {
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
            assert_eq!(Plan::new(&project, &[]).is_ok(), promised, "{requires}");
        }
    }

    #[test]
    fn one_of_several_tags_may_be_the_release() {
        let tags = ["v0.9.0".to_owned(), "v1.0.0rc1".to_owned()];
        let plan = Plan::new(&project(), &tags).expect("one tag agrees");
        assert_eq!(plan.tag.as_deref(), Some("v1.0.0rc1"));
    }

    #[test]
    fn each_python_gets_the_wheel_that_pip_prefers_there() {
        let mut project = project();
        project.families = vec![
            Family::Abi3 { floor: PythonVersion::new(3, 10) },
            Family::Abi3t { floor: PythonVersion::new(3, 15) },
            Family::Exact(PythonVersion::new(3, 14).free_threaded()),
        ];
        project.table.targets = vec!["win_arm64".parse().expect("a tag")];
        project.table.pythons =
            ["3.10", "3.14", "3.15", "3.14t", "3.15t"].map(|text| text.parse().expect(text)).into();
        let plan = Plan::new(&project, &[]).expect("no disagreement");
        let of = |plan: &Plan| -> Vec<String> {
            plan.wheels.iter().map(|wheel| wheel.family.clone()).collect()
        };
        let picks: Vec<String> = plan
            .environments
            .iter()
            .map(|environment| format!("{} {}", environment.python, environment.file))
            .collect();
        insta::assert_snapshot!(picks.join("\n"), @"
        3.14 sum_up_to-1.0.0rc1-cp310-abi3-win_arm64.whl
        3.15 sum_up_to-1.0.0rc1-cp315-abi3.abi3t-win_arm64.whl
        3.14t sum_up_to-1.0.0rc1-cp314-cp314t-win_arm64.whl
        3.15t sum_up_to-1.0.0rc1-cp315-abi3.abi3t-win_arm64.whl
        ");
        assert_eq!(of(&plan), ["cp310-abi3", "cp315-abi3.abi3t", "cp314-cp314t"]);
        let some =
            plan.serving(&[PythonVersion::new(3, 14), PythonVersion::new(3, 14).free_threaded()]);
        assert_eq!(of(&some), ["cp310-abi3", "cp314-cp314t"]);
        assert_eq!(some.environments, plan.environments);
    }
}
